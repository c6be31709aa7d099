"""The rules of the gate on their page: tried, seen before they count, published as versions, never loosened."""

from datetime import date, timedelta

import pytest

from linli.apps.admission.actions import rulebook as actions
from linli.apps.admission.queries import rulebook
from linli.apps.admission.tests.factories import handed, objecting, submitted
from linli.foundation.audit.models import AccessRecord
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import NotAllowed, Stale

pytestmark = pytest.mark.django_db
HOME = "/admission/rules/"
ENGLISH = {"headers": {"Accept-Language": "en"}}
TEXT = "各楼组每周交出三张盆栽照片"


@pytest.fixture
def bureau(client_for):
    return client_for("civil-affairs", **ENGLISH)


def fields(client, which: str, **changes: object) -> dict[str, object]:
    form = client.get(f"{HOME}{which}/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    found = {name: "" if value is None else value for name, value in values.items()}
    return {**found, "source": "某办发〔示例〕9号", **changes}


def text(page) -> str:
    return page.content.decode()


@pytest.mark.parametrize("which", ["basis", "prohibited"])
def test_it_opens_with_rows_and_sources_and_publishes_as_it_is(bureau, which):
    page = bureau.get(f"{HOME}{which}/")
    assert page.status_code == 200
    assert ("立法法" in text(page)) is (which == "basis")
    assert bureau.post(f"{HOME}{which}/", {**fields(bureau, which), "publish": "1"}).status_code == 302
    made = RuleSet.objects.get()
    assert (made.version, made.area_code) == (1, "320105")
    assert made.params == rules.national(made.domain, made.effective_from)
    assert AccessRecord.objects.filter(action=f"rules.{which}").count() == 1
    assert bureau.get(f"{HOME}nonsense/").status_code == 404


def test_a_title_is_tried_with_the_words_that_decided(bureau):
    page = text(bureau.get(f"{HOME}prohibited/", {"title": "各社区招商任务排名"}))
    assert "招商引资：招商" in page


def test_a_sentence_is_added_seen_published_and_counts_from_its_day(bureau, department, now):
    handed(department, now, title=TEXT, text="请按要求办理")
    given = fields(bureau, "prohibited", sentences_income=f"{TEXT}\n每周交出盆栽照片", title=TEXT)
    seen = bureau.post(f"{HOME}prohibited/", {**given, "preview": "1"})
    assert seen.status_code == 200
    assert [(one["name"], one["after"]) for one in seen.context["changes"]] == [(TEXT, "经济创收")]
    assert [bool(hits) for _name, hits in seen.context["tried"]] == [False, True]
    assert not RuleSet.objects.exists()
    later = now.date() + timedelta(days=30)
    given = {**given, "effective_from": later.isoformat(), "publish": "1"}
    assert bureau.post(f"{HOME}prohibited/", given).status_code == 302
    made = RuleSet.objects.get()
    assert made.effective_from == later
    assert rules.params("admission.prohibited", "320105001001", now.date())["examples"] == []
    assert len(rules.params("admission.prohibited", "320105001001", later)["examples"]) == 2
    # The next change begins with it, though it does not hold yet; and can take it back.
    assert TEXT in fields(bureau, "prohibited")["sentences_income"]


def test_what_is_a_burden_is_not_excused(bureau):
    bad = fields(bureau, "prohibited", sentences_no="社区负责拆违，月底清零", publish="1")
    page = bureau.post(f"{HOME}prohibited/", bad)
    assert page.status_code == 422
    assert "社区负责拆违，月底清零" in str(page.context["form"].errors["sentences_no"])
    assert not RuleSet.objects.exists()


def test_levels_rise_and_reasons_and_words_are_added(bureau, department, now):
    row = submitted(department, now)
    given = fields(
        bureau,
        "basis",
        level_assist="province",
        title_words="工作指引",
        number_words="纪字",
        no_reasons="以往都没有给过",
    )
    page = bureau.post(f"{HOME}basis/", {**given, "preview": "1"})
    assert [(one["name"], one["after"]) for one in page.context["changes"]] == [(row.name, "level of the legal basis")]
    assert bureau.post(f"{HOME}basis/", {**given, "publish": "1"}).status_code == 302
    again = fields(bureau, "basis")
    names = ("level_assist", "title_words", "number_words", "no_reasons")
    assert [again[name] for name in names] == [given[name] for name in names]
    assert "level" in objecting(row, now)
    low = bureau.post(f"{HOME}basis/", {**again, "level_assist": "district", "publish": "1"})
    assert low.status_code == 422


def test_whoever_saw_an_older_version_does_not_overwrite_the_newer(civil, now):
    given = rulebook.typed("basis", civil.area_id, now.date())
    told = {"which": "basis", "given": given, "source": "某办发〔示例〕9号", "effective_from": now.date(), "now": now}
    actions.publish(by=civil, **told, seen=0)
    with pytest.raises(Stale):
        actions.publish(by=civil, **told, seen=0)
    assert actions.publish(by=civil, **told, seen=1).version == 2


def test_others_do_not_touch_the_rules(client_for, department, now):
    assert client_for("community-worker").get(f"{HOME}basis/").status_code == 403
    with pytest.raises(NotAllowed):
        actions.publish(
            by=department,
            which="basis",
            given={},
            source="某办发〔示例〕9号",
            effective_from=date(2027, 1, 1),
            seen=0,
            now=now,
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source": ""}, "source"),
        ({"effective_from": "2001-01-01"}, "effective_from"),
        ({"words_tax": "税" * 31}, "words_tax"),
        ({"targets": "额"}, "targets"),
        ({"effective_from": "soon"}, "effective_from"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(bureau, changes, field):
    page = bureau.post(
        f"{HOME}prohibited/", {**fields(bureau, "prohibited", bearing="包圆"), **changes, "publish": "1"}
    )
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "包圆" in text(page)
