"""双向评价: both sides blind until both have scored; then the agreement is settled (V25)."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.utils import timezone

from linli.apps.admission import tally
from linli.apps.admission import tasks as clockwork
from linli.apps.admission.actions import agreements, arrivals, evaluations
from linli.apps.admission.actions.agreements import ClauseGiven
from linli.apps.admission.models import Agreement, Evaluation, Guarantee
from linli.apps.admission.queries import evaluations as queries
from linli.apps.admission.queries.agreements import late_agreements
from linli.apps.admission.queries.guarantees import Late, late_among
from linli.apps.admission.tests.factories import agreed, guarantee_of, item, of_unit, paid
from linli.foundation.accounts.models import Post
from linli.foundation.notifications.models import Message
from linli.insight.burden import queries as burden
from linli.insight.burden.queries import Scope
from linli.lib.errors import Invalid, NotAllowed, Stale

pytestmark = pytest.mark.django_db
TOPICS = {"guidance": 90, "service": 85, "intervention": 80, "payment": 60}
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def health(actor_of):
    return of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def secretary(actor_of):
    return actor_of("community-secretary")


@pytest.fixture
def agreement(health, secretary, now):
    return agreed(health, secretary, item(), now)


def score(by, agreement: Agreement, now, points: int = 90, **more) -> Evaluation:
    keys = agreement.clauses.values_list("pk", flat=True)
    given = {"clauses": dict.fromkeys(keys, points), "given_topics": TOPICS, **more}
    return evaluations.evaluate(by=by, agreement_id=agreement.pk, now=now, **given)


def late_now(agreement: Agreement, at) -> list[Late]:
    return late_among(Guarantee.objects.filter(clause__agreement=agreement), timezone.localdate(at))


def instalments(health, secretary, now, *days: date) -> Agreement:
    """An agreement over 15,000.00 yuan on each of these days."""
    matter = item()
    (row,) = agreements.draft(by=health, area_ids=[secretary.area_id], matters=[matter], year=now.year, now=now)
    lines = [{"kind": "money", "amount": 1_500_000, "due_on": day} for day in days]
    given = ClauseGiven(matter=matter, what="宣传通知", conditions="提供培训", guarantees=lines)
    agreements.save_clause(by=health, agreement_id=row.pk, given=given, clause_id=row.clauses.get().pk)
    row = agreements.offer(by=health, agreement_id=row.pk, now=now)
    return agreements.sign(by=secretary, agreement_id=row.pk, now=now, seen=row.digest)


def seen(by, agreement: Agreement) -> queries.Seen:
    loaded = Agreement.objects.prefetch_related("clauses__matter").get(pk=agreement.pk)
    return queries.seen(by, loaded)


def test_v25_blind_until_both_have_scored_then_settled(health, secretary, actor_of, agreement, now):
    score(health, agreement, now, 90)
    assert [line[1:3] for line in seen(health, agreement).lines] == [(90, None)]
    for other in (secretary, actor_of("civil-affairs"), actor_of("organisation")):
        assert seen(other, agreement).lines == ()
        assert seen(other, agreement).shown == {}
    agreement.refresh_from_db()
    assert agreement.settled_amount is None
    score(secretary, agreement, now, 65)
    agreement.refresh_from_db()
    # 30,000.00 yuan × 0.9
    assert agreement.settled_amount == 2_700_000
    for reader in (health, secretary, actor_of("civil-affairs")):
        found = seen(reader, agreement)
        assert found.both
        assert found.lines == [(item().name, 90, 65, True)]
        assert found.topics == [("行政指导", 90), ("行政服务", 85), ("行政干预", 80), ("资金支付", 60)]


@pytest.mark.parametrize(("points", "due"), [(0, 0), (100, 3_000_000), (33, 990_000)])
def test_the_money_follows_the_points_of_the_unit(health, secretary, agreement, now, points, due):
    score(secretary, agreement, now, 100)
    score(health, agreement, now, points)
    agreement.refresh_from_db()
    assert agreement.settled_amount == due


def test_what_is_settled_and_paid_is_not_late(health, secretary, actor_of, now):
    """30,000 promised, scored 90, 27,000 paid in time: after the settlement nobody may refuse any more."""
    today = timezone.localdate(now)
    agreement = agreed(health, secretary, item(), now, due=today)
    paid(secretary, guarantee_of(agreement), today, now, 2_700_000)
    later = now + timedelta(days=40)
    assert [one.missing for one in late_now(agreement, later)] == [300_000]
    score(health, agreement, later, 90)
    score(secretary, agreement, later, 65)
    assert late_now(agreement, later) == []
    assert late_agreements(secretary, timezone.localdate(later)) == set()
    month = Scope(area_id="320105", first=date(2026, 11, 1), last=date(2026, 11, 1))
    money = burden.money(month, timezone.localdate(later))
    assert (money.promised, money.received, money.late, money.late_guarantees) == (3_000_000, 2_700_000, 0, 0)
    assert list(tally.prove()) == []
    # Taken back, it is missing again: the settled sum, not what was promised.
    guarantee = guarantee_of(agreement)
    arrivals.withdraw(by=secretary, arrival_id=guarantee.arrivals.get().pk, reason="记错了社区", now=later)
    assert [one.missing for one in late_now(agreement, later)] == [2_700_000]
    paid(secretary, guarantee, today, later, 2_600_000)
    assert burden.money(month, timezone.localdate(later)).late == 100_000
    paid(secretary, guarantee, timezone.localdate(later), later, 100_000)
    assert [one.missing for one in late_now(agreement, later + timedelta(days=1))] == []
    assert list(tally.prove()) == []


def test_the_settled_sum_goes_to_the_earliest_instalments(health, secretary, now):
    today = timezone.localdate(now)
    agreement = instalments(health, secretary, now, today, today + timedelta(days=10))
    first, second = Guarantee.objects.filter(clause__agreement=agreement).order_by("due_on")
    later = now + timedelta(days=20)
    paid(secretary, second, today, now)
    score(secretary, agreement, later)
    score(health, agreement, later, 90)
    # 27 000.00 of 30 000.00 are to come: what came for the second counts, the rest is wanted for the first.
    assert [(one.guarantee.pk, one.missing) for one in late_now(agreement, later)] == [(first.pk, 1_200_000)]
    paid(secretary, first, timezone.localdate(later), later, 1_200_000)
    assert late_now(agreement, later + timedelta(days=1)) == []
    assert list(tally.prove()) == []


def test_nothing_is_late_of_what_is_settled_at_nothing(health, secretary, client_for, now):
    agreement = agreed(health, secretary, item(), now, due=timezone.localdate(now))
    later = now + timedelta(days=40)
    score(health, agreement, later, 0)
    score(secretary, agreement, later)
    assert late_now(agreement, later) == []
    clockwork.warn_due(now + timedelta(days=1))
    assert not Message.objects.filter(collision_key__startswith="guarantee:").exists()
    page = client_for("community-secretary", **ENGLISH).get(f"/admission/agreements/{agreement.pk}/").content.decode()
    assert "settled at 0.00 yuan" in page
    assert "It has arrived" not in page


def test_what_was_settled_before_is_shared_out_by_the_migration(health, secretary, now):
    today = timezone.localdate(now)
    agreement = instalments(health, secretary, now, today, today + timedelta(days=10))
    score(secretary, agreement, now)
    score(health, agreement, now, 50)
    rows = Guarantee.objects.filter(clause__agreement=agreement).order_by("due_on")
    kept = list(rows.values_list("settled", "fulfilled_on"))
    assert kept == [(1_500_000, None), (0, today + timedelta(days=10))]
    rows.update(settled=None, fulfilled_on=None)
    import_module("linli.apps.admission.migrations.0004_settled").share_out(apps, None)
    assert list(rows.values_list("settled", "fulfilled_on")) == kept


def test_what_is_written_is_not_changed(health, secretary, agreement, now):
    score(health, agreement, now)
    with pytest.raises(Stale):
        score(health, agreement, now)
    another = replace(health, user_id=secretary.user_id)
    with pytest.raises(Stale):
        score(another, agreement, now)
    assert Evaluation.objects.count() == 1


def test_nobody_scores_for_both_sides(health, secretary, actor_of, client_for, agreement, now, monkeypatch):
    """Whoever has a post on either side decides for one of them only."""
    score(secretary, agreement, now)
    both = replace(health, user_id=secretary.user_id)
    with pytest.raises(NotAllowed):
        score(both, agreement, now)
    assert Evaluation.objects.count() == 1
    monkeypatch.setattr(evaluations, "opens_on", lambda row: date(2026, 1, 1))
    unit = client_for("department-staff", **ENGLISH)
    Post.objects.filter(pk=actor_of("department-staff").post_id).update(unit_id=agreement.unit_id)
    home = f"/admission/agreements/{agreement.pk}/"
    assert "Score the other side" in unit.get(home).content.decode()
    Evaluation.objects.update(by_id=health.user_id)
    assert "Score the other side" not in unit.get(home).content.decode()
    assert unit.get(f"{home}evaluate/").status_code == 302
    assert "A colleague does." in unit.get(home).content.decode()
    Evaluation.objects.update(by_id=secretary.user_id)
    score(health, agreement, now)
    assert Evaluation.objects.count() == 2


def test_nobody_scores_before_the_day_or_without_a_signature(health, secretary, agreement, now):
    first = evaluations.opens_on(agreement)
    assert first == date(2026, 11, 1)
    early = now.replace(month=10, day=31, tzinfo=ZoneInfo("Asia/Shanghai"))
    with pytest.raises(Stale):
        score(health, agreement, early)
    Agreement.objects.filter(pk=agreement.pk).update(status="offered")
    with pytest.raises(Stale):
        score(health, agreement, now)


@pytest.mark.parametrize("points", [-1, 101, None])
def test_points_lie_between_0_and_100(health, agreement, now, points):
    with pytest.raises(Invalid) as refused:
        score(health, agreement, now, points)
    assert set(refused.value.fields) == {f"clause-{agreement.clauses.get().pk}"}


def test_a_community_scores_the_topics_too(secretary, agreement, now):
    with pytest.raises(Invalid) as refused:
        score(secretary, agreement, now, given_topics={"guidance": 90})
    assert set(refused.value.fields) == {"topic-service", "topic-intervention", "topic-payment"}


@pytest.mark.parametrize("username", ["civil-affairs", "organisation", "street-staff", "cw-320105001004", "auditor"])
def test_only_the_two_sides_score(actor_of, agreement, now, username):
    with pytest.raises(NotAllowed):
        score(actor_of(username), agreement, now)


def test_results_of_departments_count_only_what_both_have_scored(health, secretary, actor_of, agreement, now):
    def row():
        (found,) = queries.results(actor_of("department-staff"), 2026)
        return found

    score(health, agreement, now, 90)
    assert (row().agreements, row().settled, row().completion, row().satisfaction) == (1, 0, None, None)
    score(secretary, agreement, now, 70)
    found = row()
    assert (found.settled, found.due, found.promised, found.arrived) == (1, 2_700_000, 3_000_000, 0)
    assert found.completion == 90
    assert found.satisfaction == Fraction(90 + 85 + 80 + 60, 4)
    assert queries.results(actor_of("department-staff"), 2025) == []


def test_scored_on_the_pages(client_for, actor_of, agreement, now, monkeypatch):
    post = actor_of("department-staff").post_id
    Post.objects.filter(pk=post).update(unit_id=agreement.unit_id)
    unit, community = client_for("department-staff", **ENGLISH), client_for("community-secretary", **ENGLISH)
    home = f"/admission/agreements/{agreement.pk}/"
    monkeypatch.setattr(evaluations, "opens_on", lambda row: date(2099, 11, 1))
    assert unit.get(f"{home}evaluate/").status_code == 302
    monkeypatch.setattr(evaluations, "opens_on", lambda row: date(2026, 1, 1))
    key = f"clause-{agreement.clauses.get().pk}"
    bad = unit.post(f"{home}evaluate/", {key: "101", "comment": "办得好"})
    assert bad.status_code == 422
    assert "Give 0 to 100 points." in bad.content.decode()
    assert "办得好" in bad.content.decode()
    assert unit.post(f"{home}evaluate/", {key: "90", "comment": "办得好"}).status_code == 302
    assert "办得好" not in community.get(home).content.decode()
    assert "The other side has not" in unit.get(home).content.decode()
    given = {key: "70", "comment": "经费来得晚", **{f"topic-{code}": str(points) for code, points in TOPICS.items()}}
    assert community.post(f"{home}evaluate/", given).status_code == 302
    text = community.get(home).content.decode()
    assert "27,000.00" in text
    assert "办得好" in text
    results = community.get("/admission/agreements/results/?year=2026").content.decode()
    assert "27,000.00" in results
    assert "90.0" in results


def test_the_papers_of_an_agreement(client_for, agreement):
    client = client_for("community-secretary")
    home = f"/admission/agreements/{agreement.pk}/paper"
    word = client.get(f"{home}.docx")
    assert word.status_code == 200
    assert word.content.startswith(b"PK")
    pdf = client.get(f"{home}.pdf")
    assert pdf.content.startswith(b"%PDF") or pdf.status_code == 302
    assert client.get(f"{home}.exe").status_code == 404
