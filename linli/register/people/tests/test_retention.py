"""What may be kept no longer goes, whole and with its traces; what must stay, stays (PIPL §19, §47)."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from linli.foundation import vault
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import Invalid, Stale
from linli.register.people.actions import corrections, editing, events, fields, requests, restricted, retention
from linli.register.people.models import Change, Correction, Household, Person, RestrictedTag, SubjectRequest
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
KEPT = {
    "phone": "19900001111",
    "other_contact": "赵国强",
    "other_phone": "19900002222",
    "workplace": "供销社",
    "note": "独自带孙",
}
PHONES = ("phone", "other_contact", "other_phone")


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


def lived(worker, now, **more) -> Person:
    return make.person(by=worker, now=now, happened_on=date(2010, 1, 1), **{**KEPT, **more})


def gone(worker, person, day: date, now) -> Person:
    events.leave(by=worker, people=[person.pk], kind="flow_out", happened_on=day, to="上海", reason="", now=now)
    person.refresh_from_db()
    return person


def months_ago(now, months: int, days: int = 0) -> date:
    """The day so many months before, `days` later: later than it means kept still."""
    from linli.lib.months import months_later

    return months_later(now.date(), -months) + timedelta(days=days)


def held(person: Person) -> set[str]:
    person.refresh_from_db()
    return {name for name in KEPT if fields.plain(person, name)}


@pytest.mark.parametrize(
    ("months", "days", "left"),
    [
        (12, 1, set(KEPT)),
        (12, 0, set(PHONES)),
        (24, 1, set(PHONES)),
        (24, 0, set()),
        (60, 0, set()),
    ],
)
def test_each_class_goes_on_its_own_day_after_somebody_left(worker, now, months, days, left):
    person = gone(worker, lived(worker, now), months_ago(now, months, days), now)
    retention.run(now=now)
    assert held(person) == left
    assert person.name == "张秀兰"
    assert fields.plain(person, "identity"), "the register itself stays"


def test_the_dead_have_terms_of_their_own(worker, now):
    person = lived(worker, now)
    Person.objects.filter(pk=person.pk).update(status="dead", died=months_ago(now, 6))
    retention.run(now=now)
    assert held(person) == {*PHONES, "note"}


def test_who_lives_here_keeps_everything_however_old(worker, now):
    person = lived(worker, now)
    assert str(retention.run(now=now)) == ""
    assert held(person) == set(KEPT)


def test_no_copy_is_left_in_the_trace_or_in_corrections(worker, actor_of, now):
    person = lived(worker, now)
    given = {"phone": "19900003333", "workplace": "退休"}
    editing.edit(by=worker, person_id=person.pk, given=given, reason="本人说的", now=now, version=person.version)
    person.refresh_from_db()
    asked = {"phone": "19900004444", "education": "20"}
    corrections.propose(by=actor_of("grid-worker"), person=person, given=asked, reason="邻居说", now=now)
    gone(worker, person, months_ago(now, 24), now)
    retention.run(now=now)
    rows = Change.objects.filter(person=person, field__in=("phone", "workplace"))
    assert rows.count() == 4, "what was changed and what was erased is still told"
    assert set(rows.values_list("old_sealed", "new_sealed")) == {("", "")}
    assert rows.latest("pk").reason == retention.KEPT_LONG_ENOUGH
    correction = Correction.objects.get(person=person)
    assert fields.from_sealed_json(correction.proposed_sealed) == {"education": "20"}
    assert Person.objects.get(pk=person.pk).phone_index == ""


def test_a_second_run_finds_nothing_and_a_dry_run_only_counts(worker, now, capsys):
    person = gone(worker, lived(worker, now), months_ago(now, 24), now)
    counted = retention.run(now=now, dry_run=True)
    assert (counted.people, counted.fields["phone"]) == (1, 1)
    assert held(person) == set(KEPT)
    done = retention.run(now=now)
    assert str(done) == str(counted)
    assert str(retention.run(now=now)) == ""
    call_command("retention", "--dry-run")
    assert capsys.readouterr().out.strip()


def test_many_people_are_erased_in_batches_each_with_its_own(worker, now, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    first = lived(worker, now)
    others = [
        lived(
            worker,
            now,
            name=f"周文{n}",
            sequence=30 + n,
            home=make.Home(household_id=first.household_id),
            relation="20",
        )
        for n in range(4)
    ]
    for person in others:
        gone(worker, person, months_ago(now, 24), now)
    assert retention.run(now=now).people == 4
    assert [held(person) for person in others] == [set()] * 4
    assert held(first) == set(KEPT)


def test_a_place_may_keep_shorter_and_never_names_what_must_stay(worker, now):
    one = {
        "code": "contact",
        "label": "联系方式",
        "fields": ["phone", "identity", "name"],
        "gone_months": 1,
        "dead_months": 1,
    }
    RuleSet.objects.create(
        domain="retention",
        area_code="320105",
        version=1,
        effective_from="2020-01-01",
        source="test",
        params={"classes": [one], "economy_months": 1, "request_months": 1, "restricted_months": 1},
    )
    rules.forget()
    person = gone(worker, lived(worker, now), months_ago(now, 1), now)
    retention.run(now=now)
    assert held(person) == set(KEPT) - {"phone"}
    assert fields.plain(person, "identity")
    assert person.name == "张秀兰"


def test_the_words_of_old_requests_go_and_their_outcome_stays(worker, actor_of, now):
    person = lived(worker, now)
    asked = requests.ask(by=worker, person=person, kind="explain", text="为什么？", proof="看过身份证", now=now)
    requests.answer(by=actor_of("community-secretary"), request_id=asked.pk, text="依法登记。", now=now)
    SubjectRequest.objects.filter(pk=asked.pk).update(answered_at=now - timedelta(days=36 * 31))
    assert retention.run(now=now).requests == 1
    asked.refresh_from_db()
    assert (asked.text, asked.proof, asked.answer, asked.state) == ("", "", "", "done")


def test_restricted_groups_that_ended_long_ago_go_whole(worker, actor_of, now):
    make.switch_restricted_on("320105")
    officer = actor_of("restricted-care")
    person = lived(worker, now)
    tag = restricted.give(by=officer, person=person, kind="correction", basis="通知", since=date(2020, 1, 1), now=now)
    restricted.finish(by=officer, tag=tag, until=months_ago(now, 24, 1), because="期满", now=now)
    retention.run(now=now)
    assert RestrictedTag.objects.filter(pk=tag.pk).exists()
    RestrictedTag.objects.filter(pk=tag.pk).update(until=months_ago(now, 24))
    retention.run(now=now)
    assert not RestrictedTag.objects.filter(pk=tag.pk).exists()


def test_the_economy_of_a_household_that_ended_goes(worker, now):
    person = lived(worker, now)
    Household.objects.filter(pk=person.household_id).update(economy="低保", ended_on=months_ago(now, 24))
    assert retention.run(now=now).households == 1
    assert Household.objects.get(pk=person.household_id).economy == ""


# --- Requests


def test_a_deletion_erases_what_the_law_lets_go_and_says_what_stays(worker, actor_of, now):
    person = lived(worker, now)
    asked = requests.ask(by=worker, person=person, kind="delete", proof="看过身份证", now=now)
    done, erased = requests.answer(by=actor_of("community-secretary"), request_id=asked.pk, now=now)
    assert set(erased) == set(KEPT)
    assert held(person) == set()
    assert done.answer
    assert fields.plain(person, "identity")
    assert not Change.objects.filter(person=person, field="phone").exclude(new_sealed="").exists()


def test_the_same_request_is_one_and_too_many_are_refused(worker, now):
    person = lived(worker, now)
    first = requests.ask(by=worker, person=person, kind="copy", proof="看过身份证", now=now)
    assert requests.ask(by=worker, person=person, kind="copy", proof="看过身份证", now=now).pk == first.pk
    for n in range(4):
        requests.ask(by=worker, person=person, kind="explain", text=f"第{n}问？", proof="看过身份证", now=now)
    with pytest.raises(requests.TooManyWaitingRequests):
        requests.ask(by=worker, person=person, kind="explain", text="再问？", proof="看过身份证", now=now)


def test_an_answered_request_is_not_answered_again_and_a_refusal_needs_reasons(worker, actor_of, now):
    person = lived(worker, now)
    secretary = actor_of("community-secretary")
    asked = requests.ask(by=worker, person=person, kind="copy", proof="看过身份证", now=now)
    with pytest.raises(Invalid):
        requests.refuse(by=secretary, request_id=asked.pk, reasons="不行", now=now)
    requests.refuse(by=secretary, request_id=asked.pk, reasons="申请人不是本人。", now=now)
    with pytest.raises(Stale):
        requests.answer(by=secretary, request_id=asked.pk, now=now)
    assert vault.unseal(person.phone_sealed, vault.PHONE) == KEPT["phone"]
