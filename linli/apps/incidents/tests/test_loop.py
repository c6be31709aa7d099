"""The loop from report to answer, through the real actions, with the people of the demo district."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from linli.apps.incidents import actions, tasks
from linli.apps.incidents.tests.factories import Walk, report, stored_photo
from linli.foundation import vault
from linli.foundation.accounts.actors import ANONYMOUS, SYSTEM
from linli.foundation.accounts.models import Unit
from linli.foundation.notifications.actions import SMS_TEXT
from linli.foundation.notifications.models import Message
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.cases import chain, clock, kinds, tally
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Assignment, Case, Event, Tally
from linli.spine.catalogue import queries as catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def people(district, actor_of):
    return {
        "worker": actor_of("community-worker"),
        "secretary": actor_of("community-secretary"),
        "grid": actor_of("grid-worker"),
        "street": actor_of("street-staff"),
        "department": actor_of("department-staff"),
        "bureau": actor_of("civil-affairs"),
        "auditor": actor_of("auditor"),
        "admin": actor_of("admin"),
    }


@pytest.fixture
def walk(people, now):
    return Walk(report(now=now).case, now)


def to_handled(walk, people):
    if walk.case.state == "reported":
        walk.step("accept", people["worker"])
    walk.step("dispatch", people["worker"])
    walk.step("sign", people["department"])
    walk.step("finish", people["department"])
    walk.step("verify", people["secretary"])
    return walk


def whole():
    """The history is whole, and the kept tallies equal a full recount."""
    assert list(chain.verify()) == []
    assert tally.kept() == tally.recount()


def test_from_report_to_solved_and_rated(walk, people):
    to_handled(walk, people).step("confirm", ANONYMOUS, is_reporter=True, satisfaction=3)
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.state, case.is_open, case.solved, case.satisfaction) == ("solved", False, True, 3)
    assert [event.move for event in case.events.all()] == ["report", *walk.steps]
    assert [event.seq for event in case.events.all()] == list(range(1, 8))
    assert case.seq == 7
    row = Tally.objects.get(area_code=case.area_id[:12], event_class="hazard")
    assert (row.opened, row.responded_in_time, row.handled_in_time, row.solved, row.satisfied) == (1, 1, 1, 1, 1)
    whole()


def test_handled_is_never_counted_as_solved(walk, people):
    to_handled(walk, people)
    row = Tally.objects.get(event_class="hazard")
    assert (row.handled, row.answered, row.solved) == (1, 0, 0)
    assert Case.objects.get(pk=walk.case.pk).is_open


def test_silence_closes_as_no_answer(walk, people):
    to_handled(walk, people)
    assert tasks.close_unanswered(walk.now + timedelta(days=1)) == "closed 0"
    assert tasks.close_unanswered(walk.now + timedelta(days=20)) == "closed 1"
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.state, case.solved, case.satisfaction) == ("unanswered", None, None)
    row = Tally.objects.get(event_class="hazard")
    assert (row.unanswered, row.answered, row.satisfied) == (1, 0, 0)
    whole()


def test_not_solved_reopens_twice_and_then_the_street_decides(walk, people):
    for again in (1, 2):
        to_handled(walk, people).step("reopen", ANONYMOUS, is_reporter=True)
        assert (walk.case.state, walk.case.reopens, walk.case.handled_at) == ("accepted", again, None)
    to_handled(walk, people)
    with pytest.raises(Stale, match="street"):
        walk.step("reopen", ANONYMOUS, is_reporter=True)
    walk.step("dispute", ANONYMOUS, is_reporter=True)
    with pytest.raises(NotAllowed):
        walk.step("close_unsolved", people["worker"])
    walk.step("close_unsolved", people["street"])
    assert walk.case.state == "unsolved"
    row = Tally.objects.get(event_class="hazard")
    assert (row.answered, row.solved, row.reopened) == (1, 0, 1)
    whole()


def test_the_street_may_order_it_done_again(walk, people):
    for _again in (1, 2):
        to_handled(walk, people).step("reopen", ANONYMOUS, is_reporter=True)
    to_handled(walk, people).step("dispute", ANONYMOUS, is_reporter=True)
    walk.step("order_again", people["street"])
    assert walk.case.state == "accepted"
    to_handled_again = ["dispatch", "sign", "finish", "verify"]
    for name in to_handled_again:
        walk.step(name, people["department" if name in ("sign", "finish") else "secretary"])
    walk.step("confirm", ANONYMOUS, is_reporter=True)
    assert walk.case.state == "solved"
    whole()


def test_whoever_handled_it_may_not_verify_it(walk, people):
    walk.step("accept", people["worker"])
    walk.step("handle_here", people["worker"])
    walk.step("finish", people["worker"])
    with pytest.raises(Stale, match="colleague"):
        walk.step("verify", people["worker"])
    walk.step("verify", people["secretary"])
    assert walk.case.state == "handled"


def test_a_wrongly_sent_case_comes_back_with_its_reason(walk, people):
    walk.step("accept", people["worker"])
    walk.step("dispatch", people["worker"])
    walk.step("return", people["department"])
    assert (walk.case.state, walk.case.unit) == ("accepted", None)
    assert Assignment.objects.get().outcome == "returned"
    assert Event.objects.get(move="return").data["reason"] == "not_our_duty"
    assert Case.objects.visible_to(people["department"]).count() == 1  # they keep sight of what they returned
    with pytest.raises(Stale):
        walk.step("sign", people["department"])


def test_the_community_takes_a_case_back_from_a_unit_that_does_not_move(walk, people):
    worker = people["worker"]
    walk.step("accept", worker)
    walk.step("dispatch", worker, unit=Unit.objects.get(code="dept-water"))
    walk.step("recall", worker)
    assert (walk.case.state, walk.case.unit) == ("accepted", None)
    assert Assignment.objects.get().outcome == "returned"
    walk.step("handle_here", worker)
    walk.step("recall", worker)
    rest = [("dispatch", worker), ("sign", people["department"]), ("finish", people["department"])]
    for name, who in rest:
        walk.step(name, who)
    assert walk.case.state == "checking"
    whole()


def test_more_time_moves_the_promise_but_never_past_the_statute(walk, people):
    for name in ("accept", "dispatch"):
        walk.step(name, people["worker"])
    walk.step("sign", people["department"])
    before = walk.case.term_due
    with pytest.raises(Invalid) as refusal:
        walk.step("ask_extension", people["department"], days=11)
    assert "10" in str(refusal.value.fields["days"])
    walk.step("ask_extension", people["department"], days=2)
    walk.step("grant_extension", people["worker"])
    case = walk.case
    assert case.state == "handling"
    calendar = clock.calendar_for(case, walk.now)
    assert case.term_due == calendar.add_working_days(before, 2)
    assert case.term_due <= case.statutory_due
    walk.step("ask_extension", people["department"], days=2)
    walk.step("deny_extension", people["worker"])
    assert walk.case.term_due == case.term_due


def test_a_pause_moves_the_deadline_by_the_time_paused(walk, people):
    walk.step("accept", people["worker"])
    walk.step("handle_here", people["worker"])
    before, from_ = walk.case.term_due, walk.now
    walk.step("pause", people["worker"], later=timedelta(hours=1))
    assert walk.case.deadline is None
    kind = kinds.of("incident")
    assert clock.read(walk.case, kind, walk.now + timedelta(days=30)).lateness == "paused"
    walk.step("resume", people["worker"], later=timedelta(days=7))
    calendar = clock.calendar_for(walk.case, from_)
    paused = calendar.working_time_between(walk.now - timedelta(days=7), walk.now)
    assert walk.case.term_due == calendar.add_working_time(before, paused)
    assert Event.objects.get(move="resume").data["moved_minutes"] > 0


def test_a_refusal_needs_a_coded_reason_and_words_for_the_resident(walk, people):
    with pytest.raises(Invalid) as refusal:
        walk.step("refuse", people["worker"], reason="", public_note="")
    assert set(refusal.value.fields) == {"reason", "public_note"}
    with pytest.raises(Invalid) as refusal:
        walk.step("refuse", people["worker"], reason="because")
    assert set(refusal.value.fields) == {"reason"}
    walk.step("refuse", people["worker"])
    assert not walk.case.is_open


def test_handled_on_the_spot_closes_at_once_with_a_photo(people, now):
    with pytest.raises(Invalid) as refusal:
        report(now=now, by=people["grid"], phone="", on_spot=True, area_id=people["grid"].area_id)
    assert set(refusal.value.fields) == {"photo"}
    assert not Case.objects.exists()
    photos = (stored_photo(now),)
    with pytest.raises(Invalid) as refusal:
        report(now=now, by=people["grid"], phone="", on_spot=True, photos=photos, area_id="320105001004")
    assert set(refusal.value.fields) == {"area"}
    receipt = report(now=now, by=people["grid"], phone="", on_spot=True, photos=photos, area_id=people["grid"].area_id)
    case = Case.objects.get(pk=receipt.case.pk)
    assert (case.state, case.is_open, case.on_spot, case.source) == ("closed", False, True, "grid")
    assert [event.move for event in case.events.all()] == ["report_solved", "file"]
    whole()


def test_a_grid_worker_solves_a_residents_report_on_the_spot_and_the_resident_still_answers(people, now):
    walk = Walk(report(now=now, area_id=people["grid"].area_id).case, now)
    walk.step("solve_on_spot", people["grid"])
    assert (walk.case.state, walk.case.is_open) == ("handled", True)
    walk.step("confirm", ANONYMOUS, is_reporter=True)
    assert walk.case.state == "solved"


def test_changing_the_matter_changes_the_promise_from_the_day_of_the_report(walk, people, now):
    other = catalogue.one("emergency.weather", walk.case.area_id, now.date())
    walk.step("reclassify", people["worker"], matter=other)
    assert walk.case.event_class == "emergency"
    assert walk.case.term_due == other.promised.due(walk.case.opened_at, clock.calendar_for(walk.case, now))
    assert {row.event_class: row.opened for row in Tally.objects.all()} == {"hazard": 0, "emergency": 1}
    whole()


def test_the_system_escalates_what_is_very_late_once_for_each_level(walk, people):
    late = walk.case.due_at
    assert tasks.escalate(late + timedelta(hours=1)) == "escalated 0"
    assert tasks.escalate(late + timedelta(days=10)) == "escalated 1"
    assert tasks.escalate(late + timedelta(days=10)) == "escalated 0"
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.level, case.state) == (1, "reported")
    event = case.events.get(move="escalate")
    assert (event.part, event.actor_id, event.data) == ("system", None, {"level": 1})
    assert tasks.escalate(late + timedelta(days=30)) == "escalated 1"
    assert tasks.escalate(late + timedelta(days=60)) == "escalated 0"
    whole()


def test_those_that_wait_for_their_second_level_keep_nobody_out(walk, people, now, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 1)
    later = walk.case.due_at + timedelta(days=10)
    assert tasks.escalate(later) == "escalated 1"
    newer = report(now=now + timedelta(hours=1), phone="19900008888").case
    assert tasks.escalate(later) == "escalated 1"
    newer.refresh_from_db()
    assert newer.level == 1


def test_changing_the_matter_of_a_reopened_case_keeps_the_new_promise(walk, people, now):
    to_handled(walk, people)
    walk.step("reopen", ANONYMOUS, is_reporter=True, later=timedelta(days=6))
    reopened_at, other = walk.now, catalogue.one("emergency.weather", walk.case.area_id, now.date())
    walk.step("reclassify", people["worker"], matter=other)
    assert walk.case.term_due == other.promised.due(reopened_at, clock.calendar_for(walk.case, now))


def test_changing_the_matter_after_a_pause_keeps_the_time_it_stood_still(walk, people, now):
    worker, department = people["worker"], people["department"]
    for name, who in (("accept", worker), ("dispatch", worker), ("sign", department), ("pause", worker)):
        walk.step(name, who)
    walk.step("resume", worker, later=timedelta(days=7))
    walk.step("return", department)
    other = next(
        one
        for one in catalogue.offered(walk.case.area_id, now.date())
        if one.promised == walk.case.matter.promised and one.pk != walk.case.matter_id
    )
    due = walk.case.term_due
    walk.step("reclassify", worker, matter=other)
    assert walk.case.term_due == due


def test_a_rule_is_in_force_from_the_first_hour_of_its_first_day(people, now):
    hours = rules.params("incident.steps", "", now.date()) | {"reported": {"amount": 3, "unit": "hours"}}
    RuleSet.objects.create(
        domain="incident.steps", area_code="320105", effective_from=date(2026, 12, 1), source="test", params=hours
    )
    rules.forget()
    at = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)  # half past one of the first of December in Nanjing
    case = report(now=at).case
    assert case.respond_due == at + timedelta(hours=3)


def test_a_move_on_a_stale_page_is_refused(walk, people):
    with pytest.raises(Stale, match="meanwhile"):
        actions.act(
            case_id=walk.case.pk, name="accept", by=people["worker"], inputs=Inputs(), now=walk.now, expected_seq=9
        )
    assert Case.objects.get(pk=walk.case.pk).state == "reported"


@pytest.mark.parametrize("who", ["grid", "street", "department", "bureau", "auditor", "admin"])
def test_only_the_community_accepts(walk, people, who):
    with pytest.raises(NotAllowed):
        walk.step("accept", people[who])


def test_a_worker_of_another_community_may_not_move_it(people, now):
    elsewhere = report(now=now, area_id="320105001004")
    with pytest.raises(NotAllowed):
        actions.act(case_id=elsewhere.case.pk, name="accept", by=people["worker"], inputs=Inputs(), now=now)


def test_the_reporter_is_told_at_each_step_in_words_for_residents(walk, people):
    to_handled(walk, people)
    sealed = Message.objects.filter(channel="sms").order_by("pk").values_list("text", flat=True)
    assert not any(actions.code_of(walk.case.number) in text for text in sealed), "a leaked database opens no page"
    texts = [vault.unseal(text, SMS_TEXT) for text in sealed]
    assert len(texts) == 6  # report, accept, dispatch, sign, finish, verify
    assert all(walk.case.number in text for text in texts)
    assert actions.code_of(walk.case.number) in texts[0]
    assert all("杂物" not in text for text in texts), "messages never carry the reporter's words"


def test_the_unit_and_the_community_hear_of_what_comes_to_their_desk(walk, people):
    walk.step("accept", people["worker"])
    walk.step("dispatch", people["worker"])
    to_unit = Message.objects.filter(channel="inbox", to_user_id=people["department"].user_id)
    assert to_unit.get().link_path == f"/desk/cases/{walk.case.number}/"
    walk.step("remind", ANONYMOUS, is_reporter=True)
    assert Message.objects.filter(channel="inbox", to_user_id=people["worker"].user_id).count() == 1
    with pytest.raises(Stale, match="day"):
        walk.step("remind", ANONYMOUS, is_reporter=True)


def test_a_unit_from_another_district_cannot_be_given_the_case(walk, people):
    far = Unit.objects.create(code="far", name="外区部门", kind="department", area_id="610102")
    walk.step("accept", people["worker"])
    with pytest.raises(Invalid) as refusal:
        walk.step("dispatch", people["worker"], unit=far)
    assert "unit" in refusal.value.fields


def test_unknown_moves_and_openings_are_refused(walk, people):
    for name in ("report", "report_solved", "nonsense", ""):
        with pytest.raises(Invalid):
            actions.act(case_id=walk.case.pk, name=name, by=people["worker"], inputs=Inputs(), now=walk.now)


def test_the_system_files_only_what_nobody_reported(walk, people):
    to_handled(walk, people)
    with pytest.raises(Stale):
        actions.act(case_id=walk.case.pk, name="file", by=SYSTEM, inputs=Inputs(), now=walk.now)
