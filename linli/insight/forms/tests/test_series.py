"""Forms that come again: opened in time, once; what changed is shown; one press; a changed form stops it."""

import threading
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.utils import timezone

from linli.apps.admission.models import Handing
from linli.apps.admission.tests.factories import HOME, agreed, handed, item
from linli.foundation.accounts.models import Post
from linli.foundation.audit.models import AccessRecord
from linli.foundation.notifications.models import Message
from linli.insight.forms import periods, tasks
from linli.insight.forms.actions import opening, releasing, series, standing
from linli.insight.forms.models import AskedForm, CommunityForm, StandingRelease, Submission
from linli.insight.forms.table import template_of
from linli.insight.forms.tests.factories import ALL_HELD, form_bytes, given_by, released, stored_form, submission_in
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.actions.events import Home
from linli.register.people.tests.factories import dwelling, person
from linli.spine.catalogue.models import Matter

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
State = Submission.State


@pytest.mark.parametrize(
    ("every", "day", "name", "words"),
    [
        ("month", date(2026, 12, 10), "2026-12", "2026年12月"),
        ("quarter", date(2026, 12, 10), "2026Q4", "2026年第4季度"),
        ("quarter", date(2026, 1, 31), "2026Q1", "2026年第1季度"),
        ("half", date(2026, 6, 30), "2026H1", "2026年上半年"),
        ("half", date(2026, 7, 1), "2026H2", "2026年下半年"),
        ("year", date(2026, 7, 1), "2026", "2026年"),
        ("", date(2026, 7, 1), "", ""),
    ],
)
def test_what_a_period_is_called(every, day, name, words):
    assert periods.name_of(day, every) == name
    assert periods.in_words(name) == words


@pytest.mark.parametrize("every", ["month", "quarter", "half", "year"])
def test_every_period_has_a_name_of_its_own_and_none_is_left_out(every):
    found = list(periods.periods(date(2026, 1, 31), every, opened_by=date(2031, 12, 31), ends_on=None))
    assert len({one.name for one in found}) == len(found) == 72 // periods.STEPS[every]
    assert [one.day.year * 12 + one.day.month - (2026 * 12 + 1) for one in found] == [
        at * periods.STEPS[every] for at in range(len(found))
    ]


@pytest.mark.parametrize(
    ("words", "often"),
    [
        ("每月报送老年人情况", "month"),
        ("按季度更新", "quarter"),
        ("每半年核对一次", "half"),
        ("年度统计", "year"),
        ("协助走访", ""),
    ],
)
def test_how_often_an_item_lets_itself_be_asked_for(words, often):
    assert periods.stated(words) == often


def test_cases_of_a_month_become_those_of_the_next():
    assert periods.shifted(date(2026, 1, 1), date(2026, 1, 31), 1) == (date(2026, 2, 1), date(2026, 2, 28))
    assert periods.shifted(date(2026, 2, 1), date(2026, 2, 28), 1) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def monthly(health, actor_of, now):
    """A form that the health commission needs every month, all of it held."""
    secretary = actor_of("community-secretary")
    for at, name in enumerate(("张测试", "李测试"), start=1):
        entered(actor_of, name, at, now)
    agreed(health, secretary, item(), now)
    Post.objects.filter(user__username="department-staff").update(unit_id=health.unit_id)
    done = handed(health, now, matter=item(), form="form", files=[stored_form(health, now, ALL_HELD)], knowingly=False,
                  due_on=date(2026, 11, 30))  # fmt: skip
    asked = AskedForm.objects.get()
    series.repeat(by=health, asked=asked, every="month", ends_on=date(2027, 6, 30), now=now)
    return done


def entered(actor_of, name, at, now):
    home = Home(dwelling_id=dwelling(f"60{at}").pk)
    born = date(1940 + at, 5, 1)
    return person(by=actor_of("community-worker"), now=now, name=name, born=born, sequence=at, home=home)


def fetched() -> CommunityForm:
    return CommunityForm.objects.select_related(
        "asked__handing__unit", "asked__handing__post", "asked__handing__matter__matter_list", "asked__template",
        "task__case__matter", "area",
    ).get()  # fmt: skip


def kept(actor, now, until=None):
    form = fetched()
    given = given_by(actor, Submission.objects.get(form=form, period="2026-11"), now)
    return standing.give(by=actor, form=form, template=template_of(form.asked), given=given,
                         until=until or timezone.localdate(now) + timedelta(days=100), now=now)  # fmt: skip


@pytest.mark.django_db
def test_the_next_period_opens_in_time_and_once(monthly, now):
    assert list(Submission.objects.values_list("period", flat=True)) == ["2026-11"]
    tasks.open_periods(now)
    assert Submission.objects.count() == 1, "too early"
    later = now.replace(month=12, day=22)
    for _turn in range(3):
        tasks.open_periods(later)
    second = Submission.objects.get(period="2026-12")
    assert second.due_on == date(2026, 12, 30)
    assert second.state == State.WAITING
    assert AccessRecord.objects.filter(action="form.opened").count() == 1
    assert Message.objects.filter(collision_key__contains=f"form-open:{second.pk}").exists()


@pytest.mark.django_db
def test_a_due_day_on_a_holiday_moves_to_the_next_day_of_work():
    assert opening.due_day(periods.Period(1, "2026-05", date(2026, 5, 2)), HOME) > date(2026, 5, 2)
    assert opening.due_day(periods.Period(1, "2026-12", date(2026, 12, 26)), HOME) == date(2026, 12, 28)


@pytest.mark.django_db
def test_one_press_under_a_standing_release_names_the_person(client_for, actor_of, monthly, now):
    secretary, worker = actor_of("community-secretary"), actor_of("community-worker")
    held = kept(secretary, now)
    row = submission_in(monthly)
    client = client_for("community-worker", **ENGLISH)
    assert "Confirm and give" in client.get(f"/forms/submissions/{row.pk}/").content.decode()
    done = releasing.release_under(by=worker, submission_id=row.pk, standing_id=held.pk, now=now)
    assert (done.state, done.standing_id, done.decided_by_id) == (State.RELEASED, held.pk, worker.user_id)
    assert AccessRecord.objects.get(action="form.released").data["standing"] == held.pk
    held.refresh_from_db()
    assert held.used == 1


@pytest.mark.django_db
def test_what_changed_since_the_last_time_is_shown(client_for, actor_of, monthly, now):
    secretary = actor_of("community-secretary")
    released(secretary, submission_in(monthly), now)
    tasks.open_periods(now.replace(month=12, day=22))
    entered(actor_of, "新测试", 3, now)
    second = Submission.objects.get(period="2026-12")
    page = client_for("community-secretary", **ENGLISH).get(f"/forms/submissions/{second.pk}/").content.decode()
    assert "1 rows came, 0 left" in page
    assert "新测试" in page


@pytest.mark.django_db
def test_taken_back_nothing_leaves_under_it(actor_of, monthly, now):
    secretary = actor_of("community-secretary")
    held = kept(secretary, now)
    standing.withdraw(by=secretary, form=fetched(), now=now)
    with pytest.raises(Stale):
        releasing.release_under(by=secretary, submission_id=submission_in(monthly).pk, standing_id=held.pk, now=now)
    with pytest.raises(Stale):
        standing.withdraw(by=secretary, form=fetched(), now=now)
    assert kept(secretary, now).pk != held.pk


@pytest.mark.django_db
def test_it_ends_with_its_day_and_is_for_its_own_form_only(actor_of, monthly, now):
    secretary = actor_of("community-secretary")
    with pytest.raises(Invalid):
        kept(secretary, now, until=date(2031, 1, 1))
    held = kept(secretary, now, until=timezone.localdate(now))
    with pytest.raises(Stale):
        releasing.release_under(by=secretary, submission_id=submission_in(monthly).pk, standing_id=held.pk,
                                now=now + timedelta(days=1))  # fmt: skip
    with pytest.raises(NotAllowed):
        kept(actor_of("auditor"), now)


def changed(names):
    return SimpleUploadedFile("新表.xlsx", form_bytes(names))


@pytest.mark.django_db
def test_a_changed_form_stops_it_until_somebody_has_looked(client_for, health, actor_of, monthly, now):
    secretary = actor_of("community-secretary")
    held = kept(secretary, now)
    sender = client_for("department-staff", **ENGLISH)
    address = f"/forms/together/{monthly.handing.pk}/change/"
    sender.post(address, {"file": changed((*ALL_HELD, "民族"))})
    row = submission_in(monthly)
    with pytest.raises(Stale):
        releasing.release_under(by=secretary, submission_id=row.pk, standing_id=held.pk, now=now)
    page = client_for("community-secretary", **ENGLISH).get(f"/forms/communities/{row.form_id}/").content.decode()
    assert "Asks for more than was admitted" in page
    assert "民族" in page
    form = fetched()
    with pytest.raises(Stale):
        standing.accept_change(by=secretary, form=form, fingerprint="another", now=now)
    standing.accept_change(by=secretary, form=form, fingerprint=form.asked.fingerprint, now=now)
    # It asks for more than the release was given for: that is for a person to give anew.
    assert StandingRelease.objects.get().ended_at is not None
    assert released(secretary, submission_in(monthly), now).state == State.RELEASED


@pytest.mark.django_db
def test_a_form_that_asks_for_less_goes_on(client_for, actor_of, monthly, now):
    secretary = actor_of("community-secretary")
    held = kept(secretary, now)
    client_for("department-staff").post(
        f"/forms/together/{monthly.handing.pk}/change/", {"file": changed(ALL_HELD[:4])}
    )
    form = fetched()
    standing.accept_change(by=secretary, form=form, fingerprint=form.asked.fingerprint, now=now)
    done = releasing.release_under(by=secretary, submission_id=submission_in(monthly).pk, standing_id=held.pk, now=now)
    assert [name for _id, name, _way in done.columns] == ["姓名", "性别", "年龄"]


@pytest.mark.django_db
@pytest.mark.parametrize("names", [ALL_HELD, ("甲乙丙", "丁戊己")])
def test_a_form_that_is_none_or_the_same_changes_nothing(client_for, monthly, names):
    before = AskedForm.objects.get().fingerprint
    address = f"/forms/together/{monthly.handing.pk}/change/"
    assert client_for("department-staff").post(address, {"file": changed(names)}).status_code == 302
    assert client_for("department-staff").post(address, {}).status_code == 302
    assert AskedForm.objects.get().fingerprint == before
    assert client_for("community-worker").post(address, {"file": changed(names)}).status_code == 403


@pytest.mark.django_db
def test_a_changed_form_about_households_can_be_accepted_and_given(health, actor_of, monthly, now):
    """What a row is was said when it was handed down; a changed form is read by that too."""
    Handing.objects.update(roster={"unit": "household"})
    secretary, asked = actor_of("community-secretary"), AskedForm.objects.get()
    series.change(by=health, asked=asked, file=stored_form(health, now, ALL_HELD[:4]), now=now)
    form = fetched()
    assert template_of(form.asked).fingerprint == form.asked.fingerprint
    standing.accept_change(by=secretary, form=form, fingerprint=form.asked.fingerprint, now=now)
    assert released(secretary, submission_in(monthly), now, name="as_is").state == State.RELEASED


@pytest.mark.django_db
def test_it_stops_with_the_item_and_says_so(monthly, now):
    later = now.replace(month=12, day=22)
    Matter.objects.filter(pk=item().pk).update(suspended_since=date(2026, 12, 1))
    tasks.open_periods(later)
    assert Submission.objects.count() == 1
    assert Message.objects.filter(collision_key__contains="form-stopped").count() == 1
    tasks.open_periods(later)
    assert Message.objects.filter(collision_key__contains="form-stopped").count() == 1


@pytest.mark.django_db
def test_it_ends_on_its_last_day(health, monthly, now):
    series.repeat(by=health, asked=AskedForm.objects.get(), every="month", ends_on=date(2026, 12, 29), now=now)
    tasks.open_periods(now.replace(month=12, day=31))
    assert list(Submission.objects.values_list("period", flat=True)) == ["2026-11"]


@pytest.mark.django_db
def test_a_missed_period_is_told_once_and_may_still_be_given(actor_of, monthly, now):
    later = now.replace(month=12, day=2)
    for _turn in range(2):
        tasks.tell_missed(later)
    form = CommunityForm.objects.get()
    assert (form.missed, form.given) == (1, 0)
    assert AccessRecord.objects.filter(action="form.missed").count() == 1
    released(actor_of("community-secretary"), submission_in(monthly), later)
    form.refresh_from_db()
    assert (form.given, form.given_in_time) == (1, 0)


@pytest.mark.django_db
def test_what_no_item_allows_is_missed_by_nobody(health, now):
    handed(health, now, form="form", files=[stored_form(health, now, ALL_HELD)])
    tasks.tell_missed(now + timedelta(days=60))
    form = CommunityForm.objects.get()
    assert (form.state, form.missed) == (State.ENDED, 0)
    assert not Message.objects.filter(collision_key__contains="form-missed").exists()


@pytest.mark.django_db
def test_no_oftener_than_the_item_says_and_only_by_its_sender(health, actor_of, now, monthly):
    asked = AskedForm.objects.get()
    Matter.objects.filter(pk=item().pk).update(does="每季度报送老年人健康情况")
    AskedForm.objects.update(every="")
    with pytest.raises(Invalid):
        series.repeat(by=health, asked=asked, every="month", ends_on=date(2027, 1, 1), now=now)
    series.repeat(by=health, asked=asked, every="quarter", ends_on=date(2027, 1, 1), now=now)
    for every, ends_on in (("", None), ("quarter", None), ("quarter", date(2040, 1, 1)), ("daily", date(2027, 1, 1))):
        with pytest.raises(Invalid):
            series.repeat(by=health, asked=AskedForm.objects.get(), every=every, ends_on=ends_on, now=now)
    with pytest.raises(NotAllowed):
        series.repeat(by=actor_of("community-secretary"), asked=asked, every="year", ends_on=date(2027, 1, 1), now=now)
    assert Handing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="rows are locked one by one on PostgreSQL only")
def test_a_press_and_a_taking_back_at_the_same_time(actor_of, monthly, now):
    """Either it left before it was taken back, or nothing leaves; two presses give it once."""
    secretary, worker = actor_of("community-secretary"), actor_of("community-worker")
    held = kept(secretary, now)
    row = submission_in(monthly)
    outcomes: list[str] = []
    gate = threading.Barrier(3)

    def run(name, act):
        gate.wait()
        try:
            act()
            outcomes.append(name)
        except (Stale, NotAllowed):
            outcomes.append(f"not {name}")
        finally:
            connections.close_all()

    acts = [
        ("given", lambda: releasing.release_under(by=secretary, submission_id=row.pk, standing_id=held.pk, now=now)),
        ("given", lambda: releasing.release_under(by=worker, submission_id=row.pk, standing_id=held.pk, now=now)),
        ("ended", lambda: standing.withdraw(by=secretary, form=fetched(), now=now)),
    ]
    threads = [threading.Thread(target=run, args=one) for one in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert outcomes.count("given") <= 1
    assert outcomes.count("ended") == 1
    assert AccessRecord.objects.filter(action="form.released").count() == outcomes.count("given")
