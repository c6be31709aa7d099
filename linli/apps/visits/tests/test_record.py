"""A visit is recorded exactly once, with what came with it; late ones say why."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from linli.apps.visits import actions, needs
from linli.apps.visits.actions import Report
from linli.apps.visits.models import Assignment, Visit, VisitPhoto
from linli.apps.visits.queries import of_person
from linli.apps.visits.tests import factories as visits
from linli.foundation.files import actions as files
from linli.foundation.files import voice
from linli.foundation.files.models import StoredFile
from linli.foundation.files.tests.factories import make_upload
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.models import Party
from linli.spine.cases.models import Case

pytestmark = pytest.mark.django_db
WEBM = b"\x1a\x45\xdf\xa3" + b"sound" * 20


@pytest.fixture
def worker(actor_of):
    return actor_of("grid-worker")


@pytest.fixture
def person(actor_of, now):
    return visits.elder(by=actor_of("community-worker"), now=now, phone="13900001111")


def given(**more) -> Report:
    return replace(Report(way="home", outcome="met", submission_key=str(uuid.uuid4()), text="精神好"), **more)


def test_a_visit_is_kept_with_what_was_said(worker, person, now):
    report = given(differences=("phone", "nonsense"), next_on=now.date() + timedelta(days=5))
    done = actions.record(by=worker, person_id=person.pk, given=report, now=now)
    visit = Visit.objects.get()
    assert done.visit == visit
    assert (visit.person_id, visit.area_id, visit.household_id) == (person.pk, person.area_id, person.household_id)
    assert (visit.by_id, visit.post_id) == (worker.user_id, worker.post_id)
    assert (visit.visited_at, visit.recorded_at, visit.is_late) == (now, now, False)
    assert visit.differences == ["phone"]
    assert [one.pk for one in of_person(person.pk, 5, actor=worker)] == [visit.pk]


def test_sent_twice_it_is_one_visit_and_one_case(worker, person, now):
    report = given(need="厨房水管漏水，需要维修", matter="")
    first = actions.record(by=worker, person_id=person.pk, given=report, now=now)
    again = actions.record(by=worker, person_id=person.pk, given=report, now=now + timedelta(minutes=1))
    assert not first.repeated
    assert again.repeated
    assert again.visit == first.visit
    assert again.case == first.case
    assert Visit.objects.count() == 1
    assert Case.objects.count() == 1


def test_a_need_becomes_a_case_for_the_person_at_their_address(worker, person, now):
    done = actions.record(by=worker, person_id=person.pk, given=given(need="家里水管漏水"), now=now)
    case = Case.objects.get()
    assert done.visit.case == case
    assert (case.area_id, case.place) == (person.area_id, person.dwelling.address)
    assert case.party.person_id == person.pk
    assert case.party.name == person.name
    assert case.title == "家里水管漏水"


def test_a_shared_phone_keeps_its_first_person(worker, person, actor_of, now):
    spouse = visits.elder(by=actor_of("community-worker"), now=now, name="李国强", room="302", phone="13900001111")
    actions.record(by=worker, person_id=spouse.pk, given=given(need="家里水管漏水"), now=now)
    actions.record(by=worker, person_id=person.pk, given=given(need="楼道灯不亮"), now=now)
    assert Party.objects.get().person_id == spouse.pk


def test_without_a_phone_the_case_has_no_party(worker, actor_of, now):
    silent = visits.elder(by=actor_of("community-worker"), now=now, room="501")
    done = actions.record(by=worker, person_id=silent.pk, given=given(need="家里水管漏水"), now=now)
    assert done.case.party is None


def test_a_need_that_no_matter_fits_keeps_nothing(worker, person, now):
    with pytest.raises(Invalid) as refused:
        actions.record(by=worker, person_id=person.pk, given=given(need="嗯嗯嗯"), now=now)
    assert "matter" in refused.value.fields
    assert not Visit.objects.exists()
    with pytest.raises(Invalid) as refused:
        actions.record(by=worker, person_id=person.pk, given=given(need="水管", matter="nonsense"), now=now)
    assert "matter" in refused.value.fields


def test_where_nobody_opens_cases_the_need_stays_on_the_record(worker, person, now, monkeypatch):
    monkeypatch.setattr(needs, "_opener", [])
    done = actions.record(by=worker, person_id=person.pk, given=given(need="水管漏水"), now=now)
    assert (done.case, done.visit.need) == (None, "水管漏水")


@pytest.mark.parametrize("hours", [24, 25])
def test_later_than_a_day_needs_a_reason_and_is_marked(worker, person, now, hours):
    report = given(visited_at=now - timedelta(hours=hours))
    if hours == 24:
        assert not actions.record(by=worker, person_id=person.pk, given=report, now=now).visit.is_late
        return
    with pytest.raises(Invalid) as refused:
        actions.record(by=worker, person_id=person.pk, given=report, now=now)
    assert "late_reason" in refused.value.fields
    done = actions.record(by=worker, person_id=person.pk, given=replace(report, late_reason="住院"), now=now)
    assert (done.visit.is_late, done.visit.late_reason) == (True, "住院")


def test_what_waited_on_the_phone_says_so_itself_and_is_marked(english, worker, person, now):
    at = now - timedelta(days=3)
    report = given(visited_at=at, written_at=at + timedelta(hours=1))
    done = actions.record(by=worker, person_id=person.pk, given=report, now=now)
    assert done.visit.is_late
    assert "Written on the phone" in done.visit.late_reason
    invented = given(visited_at=at, written_at=now)
    with pytest.raises(Invalid):
        actions.record(by=worker, person_id=person.pk, given=invented, now=now)


def test_a_phone_whose_clock_runs_ahead_is_forgiven_a_little(worker, person, now):
    ahead = given(visited_at=now + timedelta(minutes=5))
    assert actions.record(by=worker, person_id=person.pk, given=ahead, now=now).visit.visited_at == now
    with pytest.raises(Invalid) as refused:
        actions.record(by=worker, person_id=person.pk, given=given(visited_at=now + timedelta(hours=1)), now=now)
    assert "visited_at" in refused.value.fields


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"way": "flying"}, "way"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "other", "text": " "}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"need": "长" * 2001}, "need"),
        ({"next_on": None, "visited_at": None, "outcome": "nonsense"}, "outcome"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(worker, person, now, more, field):
    with pytest.raises(Invalid) as refused:
        actions.record(by=worker, person_id=person.pk, given=given(**more), now=now)
    assert field in refused.value.fields
    assert not Visit.objects.exists()


def test_a_next_visit_lies_ahead(worker, person, now):
    for day in (now.date() - timedelta(days=1), now.date() + timedelta(days=400)):
        with pytest.raises(Invalid):
            actions.record(by=worker, person_id=person.pk, given=given(next_on=day), now=now)


def test_photos_and_voice_stay_and_tell_nothing_of_the_place(worker, person, now):
    photo = files.store_photo(upload=make_upload(lat=32.0, taken_at="2026:11:22 08:15:00"), by=worker, now=now)
    note = voice.store_voice(upload=SimpleUploadedFile("a", WEBM), by=worker, now=now)
    assert photo.lon is not None
    done = actions.record(by=worker, person_id=person.pk, given=given(photos=(photo,), voice=note), now=now)
    photo.refresh_from_db()
    note.refresh_from_db()
    assert (photo.lon, photo.lat, photo.taken_at, photo.kept, note.kept) == (None, None, None, True, True)
    assert done.visit.voice == note
    assert VisitPhoto.objects.get().file == photo
    files.sweep_orphans(now=now + timedelta(days=3), linked=lambda ids: set())
    assert StoredFile.objects.count() == 2


def test_who_may_not_visit_records_nothing(actor_of, person, now):
    with pytest.raises(NotAllowed):
        actions.record(by=actor_of("auditor"), person_id=person.pk, given=given(), now=now)
    with pytest.raises(Stale):
        actions.record(by=actor_of("cw-320105001004"), person_id=person.pk, given=given(), now=now)
    assert not Visit.objects.exists()


def test_nothing_of_the_worker_is_kept_but_who_and_when():
    fields = {field.name for field in Visit._meta.get_fields()}
    assert not fields & {"lon", "lat", "track", "started_at", "ended_at", "duration", "checked_in_at", "score"}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_taps_at_the_same_moment_are_one_visit_and_one_case(worker, person, now):
    report, start, found = given(need="家里水管漏水"), threading.Barrier(4), []

    def tap():
        try:
            start.wait(10)
            found.append(actions.record(by=worker, person_id=person.pk, given=report, now=now))
        finally:
            connections.close_all()

    taps = [threading.Thread(target=tap) for _one in range(4)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert len(found) == 4
    assert sum(not one.repeated for one in found) == 1
    assert len({one.visit.pk for one in found}) == 1
    assert len({one.case.pk for one in found}) == 1
    assert Visit.objects.count() == 1
    assert Case.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_assignments_at_the_same_moment_one_holds(actor_of, person, now):
    office, secretary = actor_of("community-worker"), actor_of("community-secretary")
    start, refused = threading.Barrier(2), []

    def give(post_id):
        try:
            start.wait(10)
            target = actions.Target(buildings=[person.dwelling.building_id])
            actions.assign(by=office, target=target, post_id=post_id, now=now)
        except Stale as stale:
            refused.append(stale)
        finally:
            connections.close_all()

    both = [threading.Thread(target=give, args=(actor.post_id,)) for actor in (office, secretary)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert Assignment.objects.filter(until__isnull=True).count() == 1
    assert len(refused) <= 1
