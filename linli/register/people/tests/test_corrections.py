"""Corrections: what is asked for, who decides, and what happens when two decide at once."""

import threading

import pytest
from django.db import connection, connections

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import User
from linli.foundation.notifications.models import Message
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.actions import corrections, editing, events, fields
from linli.register.people.actions.corrections import TooManyWaiting
from linli.register.people.actions.identities import KnownAlready
from linli.register.people.models import Change, Correction, Person
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def grid(actor_of):
    return actor_of("grid-worker")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, phone="19900001111")


def ask(by, person, now, **more):
    given = {"phone": "19900002222", "name": person.name}
    return corrections.propose(by=by, person=person, now=now, **{"given": given, "reason": "本人说的", **more})


def approve(by, one, now, version=None):
    current = Person.objects.get(pk=one.person_id).version
    return corrections.approve(by=by, correction_id=one.pk, version=current if version is None else version, now=now)


def test_only_differences_are_kept_and_nothing_changes_yet(grid, zhang, now):
    one = ask(grid, zhang, now)
    assert fields.from_sealed_json(one.proposed_sealed) == {"phone": "19900002222"}
    assert (one.version, one.area_id, one.asked_post_id) == (zhang.version, zhang.area_id, grid.post_id)
    assert not Change.objects.exists()


def test_asking_needs_a_difference_a_reason_and_values_that_can_be(grid, zhang, now):
    with pytest.raises(Invalid):
        ask(grid, zhang, now, given={"name": zhang.name})
    with pytest.raises(Invalid) as refusal:
        ask(grid, zhang, now, reason=" ")
    assert "reason" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        ask(grid, zhang, now, given={"phone": "123"})
    assert "phone" in refusal.value.fields
    with pytest.raises(Invalid):
        ask(grid, zhang, now, given={"area_id": "1"})


def test_who_may_ask(actor_of, zhang, now):
    for stranger in (actor_of("cw-320105001004"), actor_of("auditor"), actor_of("department-staff"), Actor()):
        with pytest.raises(NotAllowed):
            ask(stranger, zhang, now)
        with pytest.raises(NotAllowed):
            ask(stranger, zhang, now, own=True)


def test_a_resident_asks_about_their_own_when_the_caller_vouches(resident_client, zhang, worker, now):
    resident_client("19900001111")
    user = User.objects.get(kind="resident")
    resident = Actor(user_id=user.pk, role="resident")
    with pytest.raises(NotAllowed):
        ask(resident, zhang, now)
    one = ask(resident, zhang, now, own=True)
    assert (one.asked_by_id, one.asked_post_id) == (user.pk, None)
    approve(worker, one, now)
    assert Message.objects.filter(to_user_id=user.pk).count() == 1
    zhang.refresh_from_db()
    assert fields.plain(zhang, "phone") == "19900002222"


def test_the_same_submission_asks_once_and_belongs_to_who_sent_it(grid, worker, zhang, now):
    one = ask(grid, zhang, now, submission_key="k1")
    assert ask(grid, zhang, now, submission_key="k1").pk == one.pk
    assert ask(worker, zhang, now, submission_key="k1").pk != one.pk
    assert Correction.objects.count() == 2


def test_too_many_of_one_person_are_refused(grid, zhang, now, monkeypatch):
    monkeypatch.setattr(corrections, "MOST_WAITING", 2)
    ask(grid, zhang, now)
    ask(grid, zhang, now)
    with pytest.raises(TooManyWaiting):
        ask(grid, zhang, now)


def test_approving_applies_the_difference_with_its_trace(grid, worker, zhang, now):
    one = ask(grid, zhang, now, given={"born": None, "political": "01", "note": "耳背"})
    changes = approve(worker, one, now)
    zhang.refresh_from_db()
    one.refresh_from_db()
    assert (zhang.political, zhang.note, one.state, one.decided_by_id) == ("01", "耳背", "approved", worker.user_id)
    assert {(change.correction_id, change.reason) for change in changes} == {(one.pk, "本人说的")}
    # What follows from facts follows at once.
    assert zhang.tags.filter(kind="party_member", until__isnull=True).exists()
    message = Message.objects.get(to_user_id=grid.user_id)
    assert zhang.name not in message.text
    with pytest.raises(Stale):
        approve(worker, one, now)


def test_nobody_decides_their_own(worker, actor_of, zhang, now):
    one = ask(worker, zhang, now)
    with pytest.raises(NotAllowed):
        approve(worker, one, now)
    with pytest.raises(NotAllowed):
        corrections.refuse(by=worker, correction_id=one.pk, answer="不对", now=now)
    approve(actor_of("community-secretary"), one, now)


def test_who_may_decide(grid, actor_of, zhang, now):
    one = ask(grid, zhang, now)
    for stranger in ("grid-worker", "street-staff", "auditor", "cw-320105001004"):
        with pytest.raises(NotAllowed):
            approve(actor_of(stranger), one, now)
    with pytest.raises(NotAllowed):
        corrections.approve(by=actor_of("community-worker"), correction_id=999_999, version=1, now=now)


def test_a_person_who_changed_since_the_page_was_drawn_is_looked_at_again(grid, worker, zhang, now):
    one = ask(grid, zhang, now)
    seen = zhang.version
    editing.edit(by=worker, person_id=zhang.pk, version=seen, given={"note": "新"}, reason="核对", now=now)
    with pytest.raises(Stale):
        approve(worker, one, now, version=seen)
    one.refresh_from_db()
    assert one.state == "waiting"
    approve(worker, one, now)


def test_values_that_fit_no_more_leave_it_waiting(grid, worker, zhang, now):
    number = make.citizen_number(zhang.born, sequence=9)
    one = ask(grid, zhang, now, given={"identity": number})
    make.person(by=worker, name="李慧", now=now, born=zhang.born, sequence=9)
    with pytest.raises(KnownAlready):
        approve(worker, one, now)
    one.refresh_from_db()
    assert one.state == "waiting"


def test_refusing_says_why_and_changes_nothing(grid, worker, zhang, now):
    one = ask(grid, zhang, now)
    with pytest.raises(Invalid):
        corrections.refuse(by=worker, correction_id=one.pk, answer="", now=now)
    corrections.refuse(by=worker, correction_id=one.pk, answer="号码不是本人的", now=now)
    one.refresh_from_db()
    assert (one.state, one.answer) == ("refused", "号码不是本人的")
    assert "号码不是本人的" in Message.objects.get(to_user_id=grid.user_id).text
    assert not Change.objects.exists()
    with pytest.raises(Stale):
        approve(worker, one, now)


def test_only_who_asked_takes_it_back_and_only_while_it_waits(grid, worker, zhang, now):
    one = ask(grid, zhang, now)
    with pytest.raises(NotAllowed):
        corrections.withdraw(by=worker, correction_id=one.pk, now=now)
    corrections.withdraw(by=grid, correction_id=one.pk, now=now)
    with pytest.raises(Stale):
        corrections.withdraw(by=grid, correction_id=one.pk, now=now)
    with pytest.raises(Stale):
        approve(worker, one, now)


def test_facts_of_the_dead_may_still_be_corrected(grid, worker, zhang, now):
    one = ask(grid, zhang, now, given={"education": "70"})
    events.die(by=worker, person_id=zhang.pk, version=zhang.version, happened_on=now.date(), reason="病故", now=now)
    approve(worker, one, now)
    zhang.refresh_from_db()
    assert (zhang.education, zhang.status) == ("70", "dead")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins(grid, worker, actor_of, zhang, now):
    one = ask(grid, zhang, now)
    people = [worker, actor_of("community-secretary")]
    start, outcomes = threading.Barrier(2), []

    def decide(by):
        start.wait()
        try:
            corrections.approve(by=by, correction_id=one.pk, version=zhang.version, now=now)
            outcomes.append("applied")
        except Stale:
            outcomes.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(by,)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["applied", "stale"]
    assert Change.objects.count() == 1
    assert connection.vendor == "postgresql"
