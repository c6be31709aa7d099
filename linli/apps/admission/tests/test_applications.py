"""Admission: judged by the rules, agreed with the communities, reviewed and decided by different people."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from linli.apps.admission import tasks as clockwork
from linli.apps.admission.actions import agreements, applications, arrivals, drafts, objections
from linli.apps.admission.models import Agreement, Application, Objection, Opinion
from linli.apps.admission.queries import judging
from linli.apps.admission.tests.factories import (
    CITY_FILE,
    ELSEWHERE,
    GOVERNMENT_FILE,
    HOME,
    act,
    admitted,
    agreed,
    answer,
    fresh,
    given,
    guarantee_of,
    handed,
    item,
    objecting,
    of_unit,
    paid,
    submitted,
    task_in,
)
from linli.foundation.notifications.models import Message
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.cases import chain
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case
from linli.spine.catalogue.actions import lists
from linli.spine.catalogue.models import Matter, MatterList

pytestmark = pytest.mark.django_db
LAW = {**CITY_FILE, "title": "某条例", "form": "law", "issuer": "legislature", "number": "公告第5号"}
DISTRICT_DEPARTMENT = {**CITY_FILE, "level": "district"}
DISTRICT_GOVERNMENT = {**GOVERNMENT_FILE, "level": "district"}


def test_the_whole_way_from_the_application_to_the_list(department, secretary, civil, organisation, now):
    row = submitted(department, now)
    assert row.case.state == "agreeing"
    assert list(row.opinions.values_list("area_id", flat=True)) == [HOME]
    row = answer(row, secretary, now)
    assert row.case.state == "reviewing", "one community was asked, and it has said everything"
    row = act(row, "recommend", civil, now)
    row = act(row, "admit", organisation, now)
    assert (row.case.state, row.matter.name, row.matter.code) == ("admitted", "协助开展楼道消防安全宣传", "准1")
    assert row.matter.matter_list.kind == "assist"
    assert (row.matter.lead, row.matter.lead_unit_id) == ("department", department.unit_id)
    assert (row.matter.valid_from, row.matter.valid_to) == (date(2027, 3, 1), None)
    assert row.matter.bases.get().title == CITY_FILE["title"]
    assert "30,000.00元" in row.matter.guarantees
    assert row.case.matter == row.matter
    assert row.review_due == date(2028, 3, 1)
    assert (row.drafted_by_id, row.reviewed_by_id, row.decided_by_id) == (
        department.user_id,
        civil.user_id,
        organisation.user_id,
    )
    assert list(chain.verify()) == []


# V16, and a table around each threshold of S1-08 to S1-10.
@pytest.mark.parametrize(
    ("kind", "bases", "objects"),
    [
        ("assist", [CITY_FILE], False),
        ("assist", [DISTRICT_DEPARTMENT], True),
        ("assist", [DISTRICT_GOVERNMENT], True),
        ("assist", [LAW], False),
        ("entrusted", [DISTRICT_DEPARTMENT], True),
        ("entrusted", [CITY_FILE], True),
        ("entrusted", [DISTRICT_GOVERNMENT], False),
        ("duty", [LAW], False),
        ("duty", [DISTRICT_GOVERNMENT], True),
        ("duty", [GOVERNMENT_FILE], False),
        ("duty", [CITY_FILE], True),
        ("duty", [{**LAW, "valid_to": date(2027, 2, 28)}], True),
        ("duty", [DISTRICT_GOVERNMENT, LAW], False),
    ],
)
def test_the_basis_decides(department, now, kind, bases, objects):
    row = submitted(department, now, list_kind=kind, bases=bases)
    assert bool({"level", "in_force"} & objecting(row, now)) == objects
    assert (row.case.state == "blocked") == objects


def test_without_an_agreement_nothing_is_admitted(department, secretary, now):
    """V16: assistance with a city department's file and no agreement is blocked."""
    row = submitted(department, now)
    assert objecting(row, now) == {"agreement"}
    assert objecting(row, now, is_agreed=True) == set()
    assert row.case.state == "agreeing"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": "协助完成招商引资任务"}, "prohibited"),
        ({"does": "负责辖区拆违工作"}, "prohibited"),
        ({"offered": []}, "money"),
        ({"conditions": ""}, "conditions"),
        ({"form": "inspection", "bases": [DISTRICT_GOVERNMENT], "list_kind": "entrusted"}, "form"),
        ({"starts_on": date(2026, 12, 31)}, "notice"),
        ({"name": "协助做好公共卫生工作"}, "twin"),
    ],
)
def test_each_rule_stops_an_application_with_its_reason(department, now, changes, rule):
    row = submitted(department, now, **changes)
    assert row.case.state == "blocked"
    assert rule in objecting(row, now)
    assert rule in row.case.events.get(move="block").data["rules"]


@pytest.mark.parametrize(
    "changes",
    [
        {"offered": [], "waived_because": "只转发通知，不产生费用"},
        {"does": "宣传环境卫生"},
        {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 31)},
    ],
)
def test_near_misses_pass(department, now, changes):
    assert submitted(department, now, **changes).case.state == "agreeing"


def test_thirty_working_days_ahead_to_the_day(department, now):
    calendar_day = date(2027, 1, 5)
    first = next(
        day
        for day in (calendar_day - timedelta(days=20) + timedelta(days=n) for n in range(60))
        if submitted(department, now, starts_on=day, name=f"协助宣传{day}").case.state == "agreeing"
    )
    early = submitted(department, now, starts_on=first - timedelta(days=1), name="协助宣传早一天")
    assert early.case.state == "blocked"
    (finding,) = [
        one
        for one in judging.verdict(
            Application.objects.prefetch_related("bases", "offered").get(pk=early.pk), agreed=False, now=now
        ).objections
        if one.rule == "notice"
    ]
    assert finding.values["first"] == f"{first:%Y-%m-%d}"


def test_an_override_needs_the_legality_reviewer_and_reasons(department, legal, civil, secretary, organisation, now):
    row = submitted(department, now, does="负责辖区拆违工作")
    with pytest.raises(NotAllowed):
        act(row, "override", civil, now)
    with pytest.raises(Invalid):
        act(row, "override", legal, now, note="行")
    for document in ("", " 无 "):
        with pytest.raises(Invalid) as refused:
            applications.act(
                application_id=row.pk,
                name="override",
                by=legal,
                inputs=Inputs(note="责任主体为城管局"),
                now=now,
                basis=document,
            )
        assert set(refused.value.fields) == {"basis"}
    note, document = "仅作宣传，责任主体为城管局", "《某条例》第五条，〔2026〕5号"
    row = act(row, "override", legal, now, note=note, basis=document)
    assert (row.case.state, row.overridden) == ("agreeing", True)
    event = row.case.events.get(move="override")
    assert (event.actor_id, event.note) == (legal.user_id, note)
    assert event.data == {"basis": document, "rules": ["prohibited"], "categories": ["demolition"]}
    row = answer(row, secretary, now)
    row = act(row, "recommend", civil, now)
    row = act(row, "admit", organisation, now)
    assert row.case.state == "admitted"
    assert (row.matter.overridden, row.matter.conditions) == (["prohibited:demolition"], f"{document}；{note}")


def test_what_was_let_pass_is_judged_anew_after_it_came_back(department, legal, civil, secretary, now):
    row = submitted(department, now, does="负责辖区拆违工作")
    row = act(row, "override", legal, now, note="依某条例第五条仅作宣传")
    row = act(answer(row, secretary, now), "send_back", civil, now)
    assert (row.case.state, row.overridden) == ("revising", False)
    assert act(row, "resubmit", department, now).case.state == "blocked"


def test_the_same_person_never_applies_reviews_and_decides(department, secretary, civil, organisation, now):
    """By the flow for every pair, and by the database whatever the code does."""
    row = submitted(civil, now)
    row = answer(row, secretary, now)
    with pytest.raises(Stale):
        act(row, "recommend", civil, now)
    another = replace(civil, user_id=organisation.user_id)
    row = act(row, "recommend", another, now)
    with pytest.raises(Stale):
        act(row, "admit", organisation, now)
    for field in ("reviewed_by_id", "decided_by_id"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=row.pk).update(**{field: row.drafted_by_id})
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(decided_by_id=row.reviewed_by_id)


def test_communities_that_find_too_little_stop_it_until_more_is_offered(department, secretary, now):
    row = submitted(department, now)
    with pytest.raises(Invalid) as refused:
        applications.answer(
            by=secretary,
            application_id=row.pk,
            given=applications.Answer(stance="object", terms_ok=False),
            now=now,
        )
    assert set(refused.value.fields) == {"note", "terms_note"}
    row = answer(row, secretary, now, terms_ok=False, terms_note="经费不够印刷费", stance="object", note="没有人手")
    assert row.case.state == "revising"
    row = act(row, "resubmit", department, now)
    opinion = row.opinions.get()
    assert (row.case.state, opinion.terms_ok, opinion.stance) == ("agreeing", None, "")


def test_two_thirds_of_the_communities_must_agree(actor_of, department, now):
    """The street has several communities; silence is never agreement."""
    street = HOME[:9]
    row = submitted(department, now, area_id=street)
    asked = list(row.opinions.order_by("area_id").values_list("area_id", flat=True))
    state = judging.terms(row, list(row.opinions.all()), now)
    assert state.needed == -(-len(asked) * 2 // 3)
    secretary = actor_of("community-secretary")
    for at, area_id in enumerate(asked[: state.needed], start=1):
        assert row.case.state == "agreeing"
        row = answer(row, replace(secretary, area_id=area_id), now)
        assert (row.case.state == "consulting") == (at == state.needed)
    with pytest.raises(Stale):
        act(row, "to_review", actor_of("civil-affairs"), now)
    assert clockwork.waited_enough(row.case.step_due) == "looked at 0"
    clockwork.waited_enough(row.case.step_due + timedelta(minutes=1))
    row = fresh(row)
    assert row.case.state == "reviewing"
    assert row.opinions.filter(stance="").count() == len(asked) - state.needed


def test_more_can_be_offered_while_they_are_asked(actor_of, department, now):
    row = submitted(department, now, area_id=HOME[:9])
    secretary = actor_of("community-secretary")
    row = answer(row, secretary, now, terms_ok=False, terms_note="经费不够印刷费")
    assert row.case.state == "agreeing"
    more = [{"kind": "money", "amount": 5_000_000, "due_on": date(2027, 3, 31)}]
    applications.improve(
        by=department, application_id=row.pk, offered=more, conditions="提供培训", waived_because="", now=now
    )
    opinion = Opinion.objects.get(application=row, area_id=HOME)
    assert (opinion.terms_ok, opinion.stance) == (None, "support"), "asked again about the money, not about the matter"
    assert row.case.events.get(move="improve").data["amount"] == {"from": 3_000_000, "to": 5_000_000}
    with pytest.raises(NotAllowed):
        applications.improve(
            by=secretary, application_id=row.pk, offered=more, conditions="", waived_because="", now=now
        )


def test_only_communities_that_are_asked_answer(actor_of, department, now):
    row = submitted(department, now)
    elsewhere = replace(actor_of("community-secretary"), area_id=ELSEWHERE)
    with pytest.raises(NotAllowed):
        answer(row, elsewhere, now)
    assert not Application.objects.visible_to(elsewhere).exists()


def test_the_decision_is_due_within_the_term(department, now):
    row = submitted(department, now)
    days = (timezone.localdate(row.case.term_due) - timezone.localdate(now)).days
    assert days == 21, "15 working days, three weekends"


def test_a_temporary_admission_ends_by_itself(actor_of, now):
    row = admitted(actor_of, now, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31))
    assert row.matter.valid_to == date(2026, 12, 31)
    last = now.replace(month=12, day=31)
    assert clockwork.expire(last) == "moved 0"
    assert clockwork.expire(last + timedelta(days=1)) == "moved 1"
    assert fresh(row).case.state == "exited"


def test_the_longest_temporary_admission(department, now):
    with pytest.raises(Invalid) as refused:
        drafts.save(by=department, given=given(starts_on=date(2027, 1, 1), ends_on=date(2028, 1, 2)), now=now)
    assert "ends_on" in refused.value.fields
    assert drafts.save(by=department, given=given(starts_on=date(2027, 1, 1), ends_on=date(2028, 1, 1)), now=now).pk


def test_the_yearly_review_keeps_amends_or_takes_off(actor_of, civil, now):
    row = admitted(actor_of, now, starts_on=date(2027, 3, 1))
    later = now + timedelta(days=360)
    row = act(row, "amend", civil, later)
    assert row.review_due == timezone.localdate(later) + timedelta(days=60)
    row = act(row, "keep", civil, later)
    assert row.review_due == timezone.localdate(later).replace(year=2028)
    row = act(row, "exit", civil, later)
    assert row.case.state == "exited"
    today = timezone.localdate(later)
    assert row.matter.valid_to == today
    assert not Matter.objects.filter(pk=row.matter.pk).standing(today + timedelta(days=1)).exists()


def test_an_overdue_guarantee_suspends_the_item_and_its_arrival_ends_that(actor_of, department, secretary, now):
    start = timezone.localdate(now)
    row = admitted(actor_of, now, starts_on=start, ends_on=start + timedelta(days=300))
    agreement = agreed(department, secretary, row.matter, now, due=start + timedelta(days=10))
    on = now + timedelta(days=40)
    assert clockwork.suspend_late(on) == "moved 0", "thirty days overdue is not more than thirty"
    assert clockwork.suspend_late(on + timedelta(days=1)) == "moved 1"
    row = fresh(row)
    assert (row.case.state, row.matter.suspended_since) == ("suspended", start + timedelta(days=41))
    off = handed(department, on + timedelta(days=1), matter=row.matter, form="task")
    assert {one["rule"] for one in task_in(off).why_off} >= {"suspended"}
    paid(secretary, guarantee_of(agreement), start + timedelta(days=42), on + timedelta(days=2))
    assert clockwork.suspend_late(on + timedelta(days=3)) == "moved 1"
    row = fresh(row)
    assert (row.case.state, row.matter.suspended_since) == ("admitted", None)


def test_an_admitted_item_goes_on_into_the_next_version(actor_of, civil, now):
    row = admitted(actor_of, now)
    draft = lists.next_version(by=civil, matter_list=row.matter.matter_list, valid_from=date(2027, 6, 1), now=now)
    copied = draft.matters.get(code="准1")
    assert (copied.name, copied.valid_from) == (row.matter.name, row.matter.valid_from)
    second = admitted(actor_of, now, name="协助发放防汛提示", starts_on=date(2027, 4, 1))
    assert second.matter.code == "准2"
    assert draft.matters.filter(code="准2").exists(), "what is admitted meanwhile is in the draft, too"


def test_a_list_that_is_not_there_admits_nothing(actor_of, department, secretary, civil, organisation, now):
    row = submitted(department, now)
    row = act(answer(row, secretary, now), "recommend", civil, now)
    MatterList.objects.filter(kind="assist").update(status="retired")
    with pytest.raises(Invalid):
        act(row, "admit", organisation, now)
    assert fresh(row).case.state == "deciding"


def test_drafts_are_the_units_own(actor_of, department, secretary, civil, now):
    row = drafts.save(by=department, given=given(), now=now)
    assert not Case.objects.filter(kind="application").exists()
    for other in (secretary, civil):
        assert not Application.objects.visible_to(other).filter(pk=row.pk).exists()
    with pytest.raises(NotAllowed):
        drafts.save(by=civil, given=given(), now=now, application_id=row.pk)
    drafts.discard(by=department, application_id=row.pk)
    assert not Application.objects.exists()


def test_what_was_sent_in_is_not_changed_any_more(department, now):
    row = submitted(department, now)
    with pytest.raises(Stale):
        drafts.save(by=department, given=given(name="别的事"), now=now, application_id=row.pk)
    with pytest.raises(Stale):
        drafts.discard(by=department, application_id=row.pk)
    with pytest.raises(Stale):
        applications.submit(by=department, application_id=row.pk, now=now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"why": "长" * 1001}, "why"),
        ({"list_kind": "incident"}, "list_kind"),
        ({"form": "x"}, "form"),
        ({"area_id": "320106"}, "area_id"),
        ({"area_id": "32"}, "area_id"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"starts_on": date(9999, 12, 1)}, "starts_on"),
        ({"starts_on": date(9999, 12, 1), "ends_on": date(9999, 12, 31)}, "starts_on"),
        ({"starts_on": date(2036, 11, 24)}, "starts_on"),
        ({"ends_on": date(9999, 12, 31)}, "ends_on"),
        ({"offered": [{"kind": "money", "amount": 1, "due_on": date(9999, 12, 31)}]}, "offered"),
        ({"offered": [{"kind": "money", "amount": 0, "due_on": date(2027, 1, 1)}]}, "offered"),
        ({"offered": [{"kind": "staff", "what": "", "due_on": date(2027, 1, 1)}]}, "offered"),
        ({"offered": [{"kind": "gold", "due_on": date(2027, 1, 1)}]}, "offered"),
        ({"bases": [{**CITY_FILE, "level": "moon"}]}, "bases"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(department, now, changes, field):
    with pytest.raises(Invalid) as refused:
        drafts.save(by=department, given=given(**changes), now=now)
    assert field in refused.value.fields
    assert not Application.objects.exists()


def test_objections_of_communities_and_residents_are_heard_once_and_answered(actor_of, secretary, civil, now):
    matter = item()
    first = objections.object_to(by=secretary, matter=matter, text="台账太多", now=now)
    again = objections.object_to(by=secretary, matter=matter, text="台账太多，应当取消", now=now)
    assert first.pk == again.pk
    with pytest.raises(NotAllowed):
        objections.answer_objection(by=secretary, objection_id=again.pk, text="不行", now=now)
    answered = objections.answer_objection(by=civil, objection_id=again.pk, text="下一版取消台账", now=now)
    assert (answered.answer, answered.answered_by_id) == ("下一版取消台账", civil.user_id)
    for other in (civil, actor_of("grid-worker")):
        with pytest.raises(NotAllowed):
            objections.object_to(by=other, matter=matter, text="不行", now=now)
    assert Objection.objects.count() == 1


def test_an_answer_stays_until_there_is_a_new_one(secretary, civil, client_for, now):
    matter = item()
    row = objections.object_to(by=secretary, matter=matter, text="台账太多", now=now)
    objections.answer_objection(by=civil, objection_id=row.pk, text="下一版取消", now=now + timedelta(days=1))
    home = f"/admission/lists/{matter.matter_list_id}/items/{matter.pk}/"
    keeper = client_for("civil-affairs", HTTP_ACCEPT_LANGUAGE="en")
    form = f"/admission/objections/{row.pk}/answer/"
    assert form not in keeper.get(home).content.decode()
    again = objections.object_to(by=secretary, matter=matter, text="台账还是太多", now=now + timedelta(days=2))
    assert (again.pk, again.answer, again.answered_by_id) == (row.pk, "下一版取消", civil.user_id)
    assert (again.answered_at, again.is_answered) == (now + timedelta(days=1), False)
    page = keeper.get(home).content.decode()
    for words in ("台账还是太多", "下一版取消", "answered on 2026-11-24", "newer than this answer", form):
        assert words in page
    objections.answer_objection(by=civil, objection_id=row.pk, text="已经取消", now=now + timedelta(days=3))
    page = keeper.get(home).content.decode()
    assert "已经取消" in page
    assert "answered on 2026-11-26" in page
    for words in ("下一版取消", "newer than this answer", form):
        assert words not in page


def test_an_agreement_changes_no_more_once_it_is_offered_or_signed(department, secretary, now):
    matter = item()
    row = agreed(replace(department, unit_id=matter.lead_unit_id), secretary, matter, now)
    by = replace(department, unit_id=matter.lead_unit_id)
    clause = row.clauses.get()
    with pytest.raises(Stale):
        agreements.save_clause(
            by=by,
            agreement_id=row.pk,
            given=agreements.ClauseGiven(matter=matter, what="别的事"),
            clause_id=clause.pk,
        )
    for wanted in (
        lambda: agreements.remove_clause(by=by, agreement_id=row.pk, clause_id=clause.pk),
        lambda: agreements.discard(by=by, agreement_id=row.pk),
        lambda: agreements.take_back(by=by, agreement_id=row.pk),
        lambda: agreements.offer(by=by, agreement_id=row.pk, now=now),
    ):
        with pytest.raises(Stale):
            wanted()


def test_nobody_signs_what_they_have_not_read(department, secretary, now):
    matter = item()
    by = replace(department, unit_id=matter.lead_unit_id)
    (row,) = agreements.draft(by=by, area_ids=[HOME], matters=[matter], year=2026, now=now)
    clause = row.clauses.get()
    clause.conditions = clause.waived_because = "无需经费"
    clause.save()
    row = agreements.offer(by=by, agreement_id=row.pk, now=now)
    seen = row.digest
    clause.what = "悄悄改了"
    clause.save()
    with pytest.raises(Stale):
        agreements.sign(by=secretary, agreement_id=row.pk, now=now, seen=seen)
    with pytest.raises(NotAllowed):
        agreements.sign(by=department, agreement_id=row.pk, now=now, seen=seen)


def test_what_was_offered_with_an_item_stands_in_the_agreement(actor_of, department, now):
    row = admitted(actor_of, now, starts_on=timezone.localdate(now), ends_on=date(2027, 6, 1))
    (agreement,) = agreements.draft(by=department, area_ids=[HOME], matters=[row.matter], year=2026, now=now)
    clause = agreement.clauses.get()
    guarantee = clause.guarantees.get()
    assert (clause.what, clause.conditions) == (row.does, row.conditions)
    assert (guarantee.kind, guarantee.amount, guarantee.due_on) == ("money", 3_000_000, date(2027, 3, 31))
    with pytest.raises(agreements.AlreadyAgreed):
        agreements.draft(by=department, area_ids=[HOME], matters=[row.matter], year=2026, now=now)


@pytest.mark.parametrize(
    ("due_on", "ok"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2027, 12, 31), True),
        (date(2028, 1, 1), False),
        (date.max, False),
    ],
)
def test_what_is_promised_is_there_in_the_year_of_the_agreement_or_the_next(
    department, secretary, client_for, now, due_on, ok
):
    matter = item()
    by = replace(department, unit_id=matter.lead_unit_id)
    if ok:
        assert guarantee_of(agreed(by, secretary, matter, now, due=due_on)).due_on == due_on
        return
    with pytest.raises(Invalid) as refused:
        agreed(by, secretary, matter, now, due=due_on)
    assert set(refused.value.fields) == {"offered"}
    row = Agreement.objects.get()
    clause = row.clauses.get()
    clause.guarantees.create(kind="money", amount=100, due_on=due_on)
    row.clauses.update(conditions="提供培训")
    with pytest.raises(Invalid) as refused:
        agreements.offer(by=by, agreement_id=row.pk, now=now)
    assert "2027" in str(refused.value)
    # What was signed before such a day was refused is shown all the same.
    Agreement.objects.update(status="signed", signed_by=secretary.user_id, digest="x")
    assert client_for("community-secretary").get("/admission/agreements/").status_code == 200


def test_what_another_unit_offered_stands_in_no_agreement(actor_of, department, now):
    """Only the unit that applied has promised anything with the item."""
    row = admitted(actor_of, now, starts_on=timezone.localdate(now), ends_on=date(2027, 6, 1))
    other = of_unit(department, "dept-health")
    assert other.unit_id != row.unit_id
    (agreement,) = agreements.draft(by=other, area_ids=[HOME], matters=[row.matter], year=2026, now=now)
    clause = agreement.clauses.get()
    assert (clause.conditions, clause.waived_because, clause.guarantees.count()) == ("", "", 0)


@pytest.mark.parametrize(
    ("offered", "due_on"),
    [
        (date(2025, 12, 31), date(2026, 12, 31)),
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2025, 3, 29), date(2026, 3, 29)),
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2027, 3, 31), date(2027, 3, 31)),
        (date.max, date(2026, 12, 31)),
    ],
)
def test_what_was_offered_is_due_on_the_same_day_of_the_year_of_the_agreement(
    actor_of, department, now, offered, due_on
):
    row = admitted(actor_of, now, starts_on=timezone.localdate(now), ends_on=date(2027, 6, 1))
    row.offered.update(due_on=offered)
    (agreement,) = agreements.draft(by=department, area_ids=[HOME], matters=[row.matter], year=2026, now=now)
    assert guarantee_of(agreement).due_on == due_on


def test_an_agreement_needs_money_or_a_reason_and_conditions(department, now):
    matter = item()
    by = replace(department, unit_id=matter.lead_unit_id)
    (row,) = agreements.draft(by=by, area_ids=[HOME], matters=[matter], year=2026, now=now)
    with pytest.raises(Invalid):
        agreements.offer(by=by, agreement_id=row.pk, now=now)


def test_only_what_was_promised_arrives_and_mistakes_are_taken_back(department, secretary, now):
    matter = item()
    by = replace(department, unit_id=matter.lead_unit_id)
    guarantee = guarantee_of(agreed(by, secretary, matter, now))
    today = timezone.localdate(now)
    paid(secretary, guarantee, today, now, 2_000_000)
    with pytest.raises(Invalid) as refused:
        paid(secretary, guarantee, today, now, 1_000_001)
    assert "amount" in refused.value.fields
    with pytest.raises(Invalid):
        paid(secretary, guarantee, today + timedelta(days=1), now, 1)
    with pytest.raises(NotAllowed):
        paid(by, guarantee, today, now, 1)
    first = guarantee.arrivals.get()
    with pytest.raises(Invalid):
        arrivals.withdraw(by=secretary, arrival_id=first.pk, reason="", now=now)
    arrivals.withdraw(by=secretary, arrival_id=first.pk, reason="记错了社区", now=now)
    guarantee.refresh_from_db()
    assert (guarantee.arrived, guarantee.arrivals.count()) == (0, 1)
    with pytest.raises(Stale):
        arrivals.withdraw(by=secretary, arrival_id=first.pk, reason="记错了社区", now=now)


def test_both_sides_are_warned_a_week_before_and_once(department, secretary, now):
    matter = item()
    by = replace(department, unit_id=matter.lead_unit_id)
    today = timezone.localdate(now)
    agreement = agreed(by, secretary, matter, now, due=today + timedelta(days=10))

    def told():
        return Message.objects.filter(
            to_user_id=secretary.user_id, subject_kind="agreement", collision_key__isnull=False
        ).count()

    clockwork.warn_due(now + timedelta(days=2))
    assert told() == 0
    for _again in range(2):
        clockwork.warn_due(now + timedelta(days=3))
        assert told() == 1
    clockwork.warn_due(now + timedelta(days=11))
    assert told() == 2
    paid(secretary, guarantee_of(agreement), today, now)
    clockwork.warn_due(now + timedelta(days=4))
    assert told() == 2
