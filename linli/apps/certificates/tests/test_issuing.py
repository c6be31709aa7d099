"""A certificate from the request to the seal: by two people, with a number without gaps, and never changed after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from linli.apps.certificates import actions, effects
from linli.apps.certificates.catalogue import find_kept, kept
from linli.apps.certificates.models import Certificate
from linli.apps.certificates.tests.factories import NUMBER, asked, given, item, sealed
from linli.apps.incidents.tests.factories import report
from linli.foundation import vault
from linli.foundation.audit.models import AccessRecord
from linli.foundation.notifications.models import Message
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.register.people.actions.events import Home
from linli.register.people.models import Person
from linli.register.people.tests.factories import citizen_number, dwelling, person
from linli.spine.cases.chain import verify
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Matter, MatterList

pytestmark = pytest.mark.django_db
HOME = "320105001001"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def keeper(actor_of):
    return actor_of("community-secretary")


def test_the_example_list_is_found_by_what_people_say_and_never_holds_what_is_forbidden(district, now):
    today = timezone.localdate(now)
    assert [one.code for one in kept(HOME, today)] == ["1.1", "2.1", "3.1"]
    assert [one.code for one in find_kept("我要开志愿服务证明", HOME, today)] == ["1.1"]
    assert [one.code for one in find_kept("zyfw", HOME, today)] == ["1.1"]
    assert find_kept("死亡证明", HOME, today) == []
    # A list that somebody got through with an item of 民发〔2020〕20号 opens nothing.
    Matter.objects.filter(pk=item().pk).update(name="死亡证明")
    assert [one.code for one in kept(HOME, today)] == ["2.1", "3.1"]
    Matter.objects.filter(pk=item("2.1").pk).update(suspended_since=today)
    assert [one.code for one in kept(HOME, today)] == ["3.1"]
    assert MatterList.objects.get(kind="certificate").is_example


def test_written_sealed_and_printed(worker, keeper, now):
    found = asked(worker, now)
    assert (found.case.state, found.number, found.person_id) == ("asked", "", None)
    assert NUMBER not in found.identity_sealed
    assert Message.objects.filter(to_user_id=keeper.user_id, subject_kind="certificate").count() == 1
    done = actions.act(case_id=found.pk, name="seal", by=keeper, now=now)
    assert done.number == "〔2026〕1号"
    assert len(done.check_code) == 12
    assert Message.objects.filter(to_user_id=worker.user_id, subject_kind="certificate").count() == 1
    text = actions.paper(by=worker, certificate=done, now=now)
    assert text == (
        f"兹证明韩梅示例（居民身份证号码{NUMBER}）参加本社区组织的志愿服务：2026年1月至6月共12小时。"
        "以上内容与志愿服务记录一致。供某学校办理入学使用。"
    )
    line = AccessRecord.objects.get(action="people.certificate")
    assert (line.user_id, line.reason) == (worker.user_id, "志愿服务记录证明 〔2026〕1号")
    assert list(verify(done.case.number)) == []


def test_whoever_wrote_it_does_not_seal_it_and_only_who_keeps_the_seal_does(worker, keeper, now):
    found = asked(worker, now)
    with pytest.raises(Refusal) as refusal:
        actions.act(case_id=found.pk, name="seal", by=worker, now=now)
    assert refusal.value.code == "keeps_the_seal"
    own = asked(keeper, now)
    with pytest.raises(Refusal):
        actions.act(case_id=own.pk, name="seal", by=keeper, now=now)
    # Whoever had a hand in the words, whoever wrote them last.
    actions.correct(by=keeper, case_id=found.pk, given=given(facts="共13小时"), now=now)
    actions.correct(by=worker, case_id=own.pk, given=given(facts="共13小时"), now=now)
    for one in (found, own):
        with pytest.raises(Refusal) as refusal:
            actions.act(case_id=one.pk, name="seal", by=keeper, now=now)
        assert refusal.value.code == "not_the_writer"
    assert not Certificate.objects.sealed().exists()


def test_a_place_may_let_one_person_do_both(keeper, now):
    limits = rules.params("certificates.limits", "320105", timezone.localdate(now))
    RuleSet.objects.create(
        domain="certificates.limits",
        area_code="320105",
        version=1,
        effective_from=date(2026, 1, 1),
        source="test",
        params={**limits, "second_person": False},
    )
    rules.forget()
    assert actions.act(case_id=asked(keeper, now).pk, name="seal", by=keeper, now=now).serial == 1


def test_numbers_are_without_gaps_by_community_and_year_and_void_ones_keep_theirs(worker, keeper, now):
    first, second = sealed(worker, keeper, now), sealed(worker, keeper, now)
    assert (first.serial, second.serial) == (1, 2)
    void = actions.act(case_id=first.pk, name="void", by=keeper, now=now, note="写错了用途")
    assert (void.number, void.void_at is not None) == ("〔2026〕1号", True)
    with pytest.raises(Refusal):
        actions.act(case_id=first.pk, name="void", by=keeper, now=now, note="再来一次")
    assert sealed(worker, keeper, now).serial == 3
    assert sealed(worker, keeper, now + timedelta(days=60)).number == "〔2027〕1号"
    assert effects.next_serial("320105001004", 2026) == 1


def test_a_refused_seal_takes_no_number(worker, keeper, now):
    found = asked(worker, now)
    with pytest.raises(Stale):
        actions.act(case_id=found.pk, name="seal", by=keeper, now=now, expected_seq=7)
    assert sealed(worker, keeper, now).serial == 1


def test_what_is_sealed_is_never_corrected(worker, keeper, now):
    done = sealed(worker, keeper, now)
    with pytest.raises(Refusal):
        actions.correct(by=worker, case_id=done.pk, given=given(facts="别的"), now=now)
    done.refresh_from_db()
    assert done.facts == "2026年1月至6月共12小时"


def test_the_words_that_were_shown_are_the_words_that_are_sealed(worker, keeper, now):
    found = asked(worker, now)
    actions.correct(by=worker, case_id=found.pk, given=given(identity="", facts="共13小时"), now=now)
    with pytest.raises(Stale):
        actions.act(case_id=found.pk, name="seal", by=keeper, now=now, expected_seq=1)
    done = actions.act(case_id=found.pk, name="seal", by=keeper, now=now, expected_seq=2)
    text = vault.unseal(done.text_sealed, vault.CERTIFICATE)
    assert "共13小时" in text
    assert NUMBER in text  # kept, because nothing else was typed
    change = found.case.events.get(move="correct")
    assert change.data["changed"] == ["facts"]


def test_not_issuing_says_why_and_tells_the_writer(worker, keeper, now):
    found = asked(worker, now)
    with pytest.raises(Invalid):
        actions.act(case_id=found.pk, name="decline", by=worker, now=now)
    done = actions.act(case_id=found.pk, name="decline", by=keeper, now=now, note="记录不符")
    assert (done.case.state, done.serial) == ("declined", None)
    assert Message.objects.filter(to_user_id=worker.user_id, subject_kind="certificate").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"identity": "320000199003070018"}, "identity"),
        ({"identity": "12"}, "identity"),
        ({"identity": "A" * 31}, "identity"),
        ({"identity": ""}, "identity"),
        ({"facts": " "}, "facts"),
        ({"facts": "字" * 501}, "facts"),
        ({"purpose": ""}, "purpose"),
        ({"addressee": ""}, "addressee"),
        ({"proof": "\x00"}, "proof"),
        ({"copies": 0}, "copies"),
        ({"copies": 11}, "copies"),
        ({"person_id": 10**9}, "name"),
    ],
)
def test_what_is_missing_or_wrong_is_said_by_field(worker, now, changes, field):
    with pytest.raises(Invalid) as refusal:
        asked(worker, now, **changes)
    assert set(refusal.value.fields) == {field}
    assert not Certificate.objects.exists()


def test_only_what_the_wording_asks_for_is_needed(worker, now):
    with pytest.raises(Invalid) as refusal:
        asked(worker, now, "2.1")
    assert set(refusal.value.fields) == {"address"}
    assert asked(worker, now, "2.1", address="莫愁新寓3幢").address == "莫愁新寓3幢"


def test_a_wording_is_filled_once(worker, keeper, now):
    """What a resident typed in braces is text, no place of the wording."""
    found = asked(worker, now, facts="{姓名}{用途}")
    done = actions.act(case_id=found.pk, name="seal", by=keeper, now=now)
    assert "志愿服务：{姓名}{用途}。" in vault.unseal(done.text_sealed, vault.CERTIFICATE)


def test_a_person_of_the_register_is_not_typed_again(worker, keeper, now):
    known = person(by=worker, name="韩梅示例", now=now)
    number = citizen_number()
    found = asked(worker, now, name="", identity="", person_id=known.pk)
    assert (found.person_id, found.name) == (known.pk, "韩梅示例")
    done = actions.act(case_id=found.pk, name="seal", by=keeper, now=now)
    assert number in actions.paper(by=keeper, certificate=done, now=now)
    assert AccessRecord.objects.filter(
        action="people.certificate", subject_kind="person", subject_id=str(known.pk)
    ).exists()
    # Typed in full, the number finds the same person; another name for it is refused.
    assert asked(worker, now, identity=number).person_id == known.pk
    with pytest.raises(Invalid) as refusal:
        asked(worker, now, identity=number, name="别人")
    assert "name" in refusal.value.fields


def test_no_name_goes_with_the_number_of_another(worker, keeper, now):
    known = person(by=worker, name="韩梅示例", now=now)
    with pytest.raises(Invalid) as refusal:
        asked(worker, now, name="李冒示例", identity="", person_id=known.pk)
    assert set(refusal.value.fields) == {"name"}
    with pytest.raises(Invalid) as refusal:
        asked(worker, now, identity=NUMBER, person_id=known.pk)
    assert set(refusal.value.fields) == {"identity"}
    # A number that was typed stays only with the name that it was typed for.
    found = asked(worker, now)
    with pytest.raises(Invalid) as refusal:
        actions.correct(by=worker, case_id=found.pk, given=given(name="李冒示例", identity=""), now=now)
    assert set(refusal.value.fields) == {"identity"}
    spaced = asked(worker, now, name=" 韩 梅示例 ", identity="", person_id=known.pk)
    assert spaced.person_id == known.pk


def test_a_stranger_is_nobodys_person(worker, now):
    neighbour = replace(worker, area_id="320105001004")
    there = Home(dwelling_id=dwelling(community="320105001004").pk)
    elsewhere = person(by=neighbour, name="别处示例", now=now, home=there)
    with pytest.raises(Invalid):
        asked(worker, now, person_id=elsewhere.pk)
    # The number is known elsewhere, and that is not told here.
    assert asked(worker, now, identity=citizen_number()).person_id is None
    assert Person.objects.count() == 1


def test_the_term_is_the_lists_or_that_of_the_seal(worker, now):
    at_once = asked(worker, now)
    assert at_once.case.step_due is None
    assert at_once.case.due_at == at_once.case.respond_due
    slow = asked(worker, now, "2.1", address="莫愁新寓3幢")
    assert slow.case.due_at == slow.case.term_due > at_once.case.due_at


def test_the_same_form_writes_once(worker, now):
    first = actions.ask(by=worker, item=item(), given=given(), key="once", now=now)
    with pytest.raises(actions.AlreadyAsked) as again:
        actions.ask(by=worker, item=item(), given=given(), key="once", now=now)
    assert again.value.certificate.pk == first.pk
    assert Certificate.objects.count() == 1
    # A form that lost its key is no twin of another; the key of another kind of case is refused.
    for _n in range(2):
        actions.ask(by=worker, item=item(), given=given(), key="", now=now)
    assert Certificate.objects.count() == 3
    Case.objects.filter(pk=report(now=now).case.pk).update(submission_key="of-a-report")
    with pytest.raises(Invalid):
        actions.ask(by=worker, item=item(), given=given(), key="of-a-report", now=now)


def test_only_the_community_sees_and_writes(worker, keeper, actor_of, now):
    done = sealed(worker, keeper, now)
    for name in ("department-staff", "civil-affairs", "auditor", "grid-worker", "street-staff", "admin"):
        stranger = actor_of(name)
        assert not Certificate.objects.visible_to(stranger).exists(), name
        with pytest.raises(NotAllowed):
            asked(stranger, now)
        with pytest.raises(NotAllowed):
            actions.paper(by=stranger, certificate=done, now=now)
    neighbour = replace(worker, area_id="320105001004")
    assert not Certificate.objects.visible_to(neighbour).exists()
    with pytest.raises(NotAllowed):
        actions.act(case_id=done.pk, name="void", by=replace(keeper, area_id="320105001004"), now=now, note="无权")
    logged = {name: Certificate.objects.logged_to(actor_of(name)).count() for name in ("civil-affairs", "auditor")}
    assert logged == {"civil-affairs": 1, "auditor": 1}
    assert not Certificate.objects.logged_to(actor_of("department-staff")).exists()
