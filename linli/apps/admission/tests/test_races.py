"""Two people at the same moment, on PostgreSQL: nothing is admitted, handed down, signed or paid twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from linli.apps.admission.actions import agreements, applications, arrivals, drafts, tasks
from linli.apps.admission.actions.agreements import AlreadyAgreed
from linli.apps.admission.actions.tasks import Handed
from linli.apps.admission.models import Agreement, Application, Arrival, Handing, Task
from linli.apps.admission.tests.factories import (
    ELSEWHERE,
    HOME,
    act,
    agreed,
    answer,
    given,
    guarantee_of,
    handed,
    handing,
    item,
    submitted,
    task_in,
)
from linli.lib.errors import Refusal
from linli.spine.cases import chain
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.tests.test_races import AT_ONCE, race
from linli.spine.catalogue.actions import admitted
from linli.spine.catalogue.models import Matter

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_two_departments_admit_the_same_item_and_one_is_told(actor_of, now):
    department, civil = actor_of("department-staff"), actor_of("civil-affairs")
    other = replace(department, unit_id=item().lead_unit_id)
    rows = [submitted(by, now) for by in (department, other)]
    rows = [act(answer(row, actor_of("community-secretary"), now), "recommend", civil, now) for row in rows]
    organisation = actor_of("organisation")

    def admit(i):
        return applications.act(
            application_id=rows[i].pk, name="admit", by=organisation, inputs=Inputs(note="同意进入清单"), now=now
        )

    results = race(admit, 2)
    assert sorted(isinstance(result, Application) for result in results) == [False, True]
    assert sorted(isinstance(result, Refusal) for result in results) == [False, True]
    assert item("协助开展楼道消防安全宣传").code == "准1"
    assert Application.objects.filter(matter__isnull=False).count() == 1
    assert list(chain.verify()) == []


@pytest.mark.parametrize("name", ["override", "resubmit"])
def test_a_text_is_changed_or_sent_on_but_not_both(actor_of, now, name):
    department, legal = actor_of("department-staff"), actor_of("legal-review")
    row = submitted(department, now, does="负责辖区拆违工作")
    seen, by = row.case.seq, legal if name == "override" else department

    def change(i):
        if i % 2:
            note = Inputs(note="依某条例仅作宣传")
            return applications.act(
                application_id=row.pk, name=name, by=by, inputs=note, now=now, expected_seq=seen, basis="〔示例〕5号"
            )
        text = given(does="负责辖区拆违和招商引资")
        return drafts.save(by=department, given=text, now=now, application_id=row.pk, expected_seq=seen)

    results = race(change, 2)
    assert sorted(isinstance(result, Refusal) for result in results) == [False, True]
    events = list(row.case.events.order_by("seq").values_list("move", flat=True))
    assert ("edit" in events) != (name in events)
    assert list(chain.verify()) == []


def test_a_draft_is_sent_in_or_thrown_away_but_not_both(actor_of, now):
    department = actor_of("department-staff")
    row = drafts.save(by=department, given=given(), now=now)

    def change(i):
        if i % 2:
            return drafts.discard(by=department, application_id=row.pk)
        return applications.submit(by=department, application_id=row.pk, now=now)

    results = race(change)
    assert sum(not isinstance(result, Refusal) for result in results) == 1


def test_improving_and_giving_up_at_once_wait_in_the_same_order(actor_of, now):
    """A move locks the case, and what it changes then; an improvement that began with the application deadlocked."""
    department = actor_of("department-staff")
    lines = [{"kind": "money", "amount": 5_000_000, "due_on": now.date() + timedelta(days=120)}]
    for n in range(6):
        row = submitted(department, now, name=f"协助宣传第{n}次")

        def change(i, row=row):
            if i % 2:
                return act(row, "give_up_terms", department, now)
            return applications.improve(
                by=department, application_id=row.pk, offered=lines, conditions="培训", waived_because="", now=now
            )

        results = race(change)
        assert all(isinstance(result, Application | Refusal) for result in results)
        row.case.refresh_from_db()
        assert row.case.state == "revising"
    assert list(chain.verify()) == []


def test_one_form_sent_at_once_many_times_is_handed_down_once(actor_of, now):
    department, given = actor_of("department-staff"), handing(now)
    results = race(lambda i: tasks.hand_down(by=department, given=given, now=now))
    assert sum(isinstance(result, Handed) for result in results) == 1
    assert (Handing.objects.count(), Task.objects.count()) == (1, 1)
    assert list(chain.verify()) == []


def test_numbers_stay_without_gaps_when_many_hand_down(actor_of, now):
    department = actor_of("department-staff")
    results = race(lambda i: handed(department, now, area_ids=[HOME, "320105001004"]))
    assert all(isinstance(result, Handed) for result in results)
    numbers = sorted(Task.objects.values_list("case__number", flat=True))
    assert numbers == [f"{now:%Y%m%d}{n:05d}" for n in range(1, 2 * AT_ONCE + 1)]
    assert list(chain.verify()) == []


def test_instalments_at_once_never_exceed_the_promise(actor_of, now):
    secretary = actor_of("community-secretary")
    department = replace(actor_of("department-staff"), unit_id=item().lead_unit_id)
    guarantee = guarantee_of(agreed(department, secretary, item(), now, amount=300))
    today = timezone.localdate(now)
    results = race(lambda i: arrivals.record(by=secretary, guarantee_id=guarantee.pk, on=today, now=now, amount=100))
    assert sum(isinstance(result, Arrival) for result in results) == 3
    assert sum(Arrival.objects.values_list("amount", flat=True)) == 300


def test_colleagues_who_begin_the_same_agreements_at_once_begin_each_once(actor_of, now):
    matter = item()
    department = replace(actor_of("department-staff"), unit_id=matter.lead_unit_id)
    wanted = ([HOME], [HOME, ELSEWHERE], [ELSEWHERE])

    def begin(i):
        areas = wanted[i % len(wanted)]
        return agreements.draft(by=department, area_ids=areas, matters=[matter], year=now.year, now=now)

    results = race(begin)
    assert all(isinstance(result, list | AlreadyAgreed) for result in results)
    begun = [row.area_id for result in results if isinstance(result, list) for row in result]
    assert sorted(begun) == [HOME, ELSEWHERE]
    assert sorted(Agreement.objects.values_list("area_id", flat=True)) == [HOME, ELSEWHERE]
    assert all(row.clauses.count() == 1 for row in Agreement.objects.all())


def test_one_of_many_signs(actor_of, now):
    matter = item()
    department = replace(actor_of("department-staff"), unit_id=matter.lead_unit_id)
    secretary = actor_of("community-secretary")
    (row,) = agreements.draft(by=department, area_ids=[HOME], matters=[matter], year=now.year, now=now)
    row.clauses.update(conditions="提供培训", waived_because="不产生费用")
    row = agreements.offer(by=department, agreement_id=row.pk, now=now)
    results = race(lambda i: agreements.sign(by=secretary, agreement_id=row.pk, now=now, seen=row.digest))
    assert sum(isinstance(result, Agreement) for result in results) == 1


def test_a_task_is_accepted_or_recalled_but_not_both(actor_of, now):
    secretary = actor_of("community-secretary")
    department = actor_of("department-staff")
    task = task_in(handed(department, now))
    wanted = [(secretary, "accept_once"), (department, "recall")]

    def move(i):
        by, name = wanted[i % 2]
        return tasks.act(
            case_id=task.pk,
            name=name,
            by=by,
            inputs=Inputs(note="按要求办理"),
            now=now + timedelta(minutes=1),
            expected_seq=1,
        )

    results = race(move)
    assert sum(not isinstance(result, Refusal) for result in results) == 1
    task.case.refresh_from_db()
    assert task.case.seq == 2


def test_while_an_item_is_suspended_two_hand_down_before_it_or_after_it(actor_of, now):
    """Whoever comes first holds the item: nothing arrives as on a list that was suspended when it was sent."""
    matter = item()
    department = replace(actor_of("department-staff"), unit_id=matter.lead_unit_id)
    secretary, civil = actor_of("community-secretary"), actor_of("civil-affairs")
    agreed(department, secretary, matter, now)
    today = timezone.localdate(now)
    order: list[str] = []

    def act(i):
        if i % 3 == 0:
            with transaction.atomic():
                admitted.suspend_item(by=civil, matter=matter, now=now, on=today, note="经费逾期")
                order.append("suspended")
            return None
        with transaction.atomic():
            done = handed(department, now, matter=matter)
            order.append("on" if done.on_list else "off")
        return done

    for _round in range(4):
        order.clear()
        results = race(act, 3)
        assert not any(isinstance(result, Exception) for result in results), results
        at = order.index("suspended")
        # Noted before each commits: what was handed down on the list was so before the suspension.
        assert set(order[at + 1 :]) <= {"off"}, order
        Matter.objects.filter(identity=matter.identity).update(suspended_since=None)
    assert list(chain.verify()) == []
