"""What a text goes through after it was written: changed, sent in and judged, never under the eyes of who decides."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from linli.apps.admission.actions import applications, drafts
from linli.apps.admission.models import Application
from linli.apps.admission.queries import judging
from linli.apps.admission.tests.factories import ELSEWHERE, HOME, act, answer, fresh, given, objecting, submitted
from linli.foundation.rules import queries as rules
from linli.lib.errors import Invalid, Stale
from linli.spine.cases import chain
from linli.spine.cases.kinds import Inputs

pytestmark = pytest.mark.django_db


def first_day(now, days: int = 30) -> date:
    """The first day for which an application that is sent in now comes early enough."""
    return timezone.localdate(rules.calendar(HOME, timezone.localdate(now)).add_working_days(now, days))


def test_what_was_sent_in_on_time_is_admitted_however_long_it_is_judged(
    department, secretary, civil, organisation, now
):
    row = submitted(department, now, starts_on=first_day(now))
    assert row.sent_at == now
    later = now + timedelta(days=9)
    row = act(answer(row, secretary, later), "recommend", civil, later)
    assert objecting(row, later, is_agreed=True) == set()
    assert act(row, "admit", organisation, later).case.state == "admitted"


def test_what_comes_back_is_judged_by_the_day_on_which_it_is_sent_in_again(department, secretary, civil, now):
    row = submitted(department, now, starts_on=first_day(now))
    later = now + timedelta(days=9)
    row = act(answer(row, secretary, now), "send_back", civil, later)
    assert "notice" in objecting(row, later), "as the applicant has to know before sending it in again"
    row = act(row, "resubmit", department, later)
    assert (row.case.state, row.sent_at) == ("blocked", later)
    text = given(starts_on=first_day(later))
    row = drafts.save(by=department, given=text, now=later, application_id=row.pk)
    assert objecting(row, later) == {"agreement"}
    assert "notice" in objecting(row, later + timedelta(days=3))
    row = act(row, "resubmit", department, later)
    assert row.case.state == "agreeing"
    assert "notice" not in objecting(row, later + timedelta(days=30))


def test_a_changed_text_that_is_let_pass_counts_as_sent_in_then(department, legal, now):
    row = submitted(department, now, does="负责辖区拆违工作")
    later = now + timedelta(days=2)
    assert act(row, "override", legal, later).sent_at == now
    row = submitted(department, now, does="负责辖区拆违工作", name="另一件事")
    drafts.save(by=department, given=given(does="负责拆违", name="另一件事"), now=later, application_id=row.pk)
    assert fresh(row).sent_at is None
    assert act(row, "override", legal, later).sent_at == later


@pytest.mark.parametrize("sent_back", [False, True])
def test_nobody_decides_on_a_text_that_was_changed_under_their_eyes(
    department, legal, civil, secretary, now, sent_back
):
    row = submitted(department, now, does="宣传拆违政策，负责辖区拆违工作" if not sent_back else "宣传环境卫生")
    if sent_back:
        row = act(answer(row, secretary, now), "send_back", civil, now)
    seen = row.case.seq
    drafts.save(by=department, given=given(does="负责辖区拆违工作"), now=now, application_id=row.pk, expected_seq=seen)
    row = fresh(row)
    assert (row.case.seq, row.case.state) == (seen + 1, "revising" if sent_back else "blocked")
    event = row.case.events.get(move="edit")
    assert (event.part, event.actor_id) == ("sender", department.user_id)
    who, name = (department, "resubmit") if sent_back else (legal, "override")
    with pytest.raises(Stale):
        applications.act(
            application_id=row.pk, name=name, by=who, inputs=Inputs(note="仅作宣传"), now=now, expected_seq=seen
        )
    assert list(chain.verify()) == []


def test_an_old_form_overwrites_neither_a_draft_nor_what_was_sent_in(department, now):
    row = drafts.save(by=department, given=given(), now=now)
    seen = row.seq

    def save(expected_seq, **changes):
        return drafts.save(
            by=department, given=given(**changes), now=now, application_id=row.pk, expected_seq=expected_seq
        )

    save(seen, name="协助宣传防火知识")
    with pytest.raises(Stale):
        save(seen, name="协助宣传防汛知识")
    assert fresh(row).name == "协助宣传防火知识"
    drafted = fresh(row).seq
    save(drafted, offered=[])
    applications.submit(by=department, application_id=row.pk, now=now)
    assert fresh(row).case.state == "blocked"
    for old in (seen, drafted, drafted + 1):
        with pytest.raises(Stale):
            save(old)
    assert save(fresh(row).seq).offered.count() == 1


def test_written_and_sent_in_at_once_or_neither(department, now):
    with pytest.raises(Invalid):
        applications.write(by=department, given=given(bases=[]), now=now, send=True)
    assert not Application.objects.exists()
    assert fresh(applications.write(by=department, given=given(), now=now, send=True)).case.state == "agreeing"


@pytest.mark.parametrize("hand", ["save", "submit", "resubmit", "improve"])
def test_whoever_once_had_a_hand_in_it_never_judges_it(department, secretary, civil, organisation, now, hand):
    """One person with posts in the department and in the offices that review and decide; colleagues do the rest."""
    both = replace(department, user_id=civil.user_id)
    by = {step: both if step == hand else department for step in ("save", "submit", "resubmit", "improve")}
    row = drafts.save(by=by["save"], given=given(), now=now)
    drafts.save(by=department, given=given(), now=now, application_id=row.pk)
    applications.submit(by=by["submit"], application_id=row.pk, now=now)
    row = act(answer(fresh(row), secretary, now), "send_back", replace(civil, user_id=secretary.user_id), now)
    row = act(row, "resubmit", by["resubmit"], now)
    applications.improve(
        by=by["improve"], application_id=row.pk, offered=given().offered, conditions="培训", waived_because="", now=now
    )
    row = answer(row, secretary, now)
    with pytest.raises(Stale) as refused:
        act(row, "recommend", civil, now)
    assert refused.value.code == "not_the_applicant"
    row = act(row, "recommend", replace(civil, user_id=secretary.user_id), now)
    with pytest.raises(Stale) as refused:
        act(row, "admit", replace(organisation, user_id=civil.user_id), now)
    assert refused.value.code == "not_the_reviewer"
    assert act(row, "admit", organisation, now).case.state == "admitted"


def test_a_narrowed_application_asks_and_counts_only_the_communities_that_are_left(actor_of, department, now):
    secretary = actor_of("community-secretary")
    row = submitted(department, now, area_id=HOME[:9])
    row = answer(row, replace(secretary, area_id=ELSEWHERE), now)
    row = act(row, "give_up_terms", department, now)
    text = given(area_id=HOME, name="协助在本社区宣传消防安全")
    drafts.save(by=department, given=text, now=now, application_id=row.pk)
    row = act(row, "resubmit", department, now)
    assert list(row.opinions.values_list("area_id", flat=True)) == [HOME]
    assert judging.terms(row, list(row.opinions.all()), now).needed == 1
    assert (row.case.area_id, row.case.title) == (HOME, "协助在本社区宣传消防安全")
    assert not Application.objects.visible_to(replace(secretary, area_id=ELSEWHERE)).exists()
    assert answer(row, secretary, now).case.state == "reviewing"
    assert list(chain.verify()) == []
