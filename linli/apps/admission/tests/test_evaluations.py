"""双向评价: both sides blind until both have scored; then the agreement is settled (V25)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from linli.apps.admission.actions import evaluations
from linli.apps.admission.models import Agreement, Evaluation
from linli.apps.admission.queries import evaluations as queries
from linli.apps.admission.tests.factories import agreed, item, of_unit
from linli.foundation.accounts.models import Post
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


def test_what_is_written_is_not_changed(health, secretary, agreement, now):
    score(health, agreement, now)
    with pytest.raises(Stale):
        score(health, agreement, now)
    another = replace(health, user_id=secretary.user_id)
    with pytest.raises(Stale):
        score(another, agreement, now)
    assert Evaluation.objects.count() == 1


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
