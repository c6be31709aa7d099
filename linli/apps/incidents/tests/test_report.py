"""Taking a report in: once, whatever the words, wherever it is."""

import pytest

from linli.apps.incidents import actions, places, queries
from linli.apps.incidents.actions import Reporter
from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found, Given
from linli.apps.incidents.tests.factories import COMMUNITY, PHONE, report
from linli.foundation.accounts.actors import ANONYMOUS
from linli.lib.errors import Invalid, NotAllowed, Refusal
from linli.register.people.models import Party
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case, Follower
from linli.spine.catalogue import queries as catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("district")]


def test_the_same_report_sent_five_times_is_one_case(now):
    receipts = [report(now=now, key="one-key") for _time in range(5)]
    assert Case.objects.count() == 1
    assert len({receipt.code for receipt in receipts}) == 1
    assert [receipt.repeated for receipt in receipts] == [False, True, True, True, True]


def test_numbers_of_a_day_are_gap_free(now):
    numbers = [report(now=now).case.number for _time in range(3)]
    day = f"{now:%Y%m%d}"
    assert numbers == [f"{day}00001", f"{day}00002", f"{day}00003"]


def test_a_refused_report_leaves_nothing_behind(now):
    with pytest.raises(Invalid) as refusal:
        report(now=now, text="   ")
    assert set(refusal.value.fields) == {"text"}
    with pytest.raises(Invalid) as refusal:
        report(now=now, phone="1386021")
    assert "7" in str(refusal.value.fields["phone"])
    with pytest.raises(Invalid) as refusal:
        report(now=now, text="字" * 50_000)
    assert "50000" in str(refusal.value.fields["text"]).replace(",", "")
    assert not Case.objects.exists()
    assert not Party.objects.exists()
    assert report(now=now).case.number.endswith("00001")


@pytest.mark.parametrize("text", ["😀楼道", "𠮷家门口䶮", "<script>alert(1)</script>", "a\x00b", "‮倒", "灯\ud83d"])
def test_rare_characters_emoji_and_markup_are_kept_as_words(now, text):
    case = report(now=now, text=text).case
    kept = Incident.objects.get(pk=case.pk).text
    assert kept
    assert "\x00" not in kept
    if text[0] in "😀𠮷<":
        assert kept == text
    assert case.title == kept


def test_one_phone_is_one_party_and_is_sealed(now):
    report(now=now, phone="+86 199-0000-1234", name="甲")
    report(now=now, phone="１９９００００１２３４", name="乙")
    party = Party.objects.get()
    assert party.name == "甲"
    assert PHONE not in party.phone_sealed
    assert PHONE not in (party.phone_index or "")


def test_an_anonymous_report_has_a_code_and_no_party(now):
    receipt = report(now=now, phone="")
    assert receipt.case.party is None
    assert receipt.case.source == "anonymous"
    assert queries.by_code(receipt.code.lower().replace("-", " ")) == receipt.case
    assert queries.by_code("0000-0000-0000") is None
    assert queries.by_code("'; drop table") is None


def test_staff_without_the_right_cannot_report(now, actor_of):
    for username in ("department-staff", "civil-affairs", "auditor", "admin", "street-staff"):
        actor = actor_of(username)
        if actor.can("report.create"):
            continue
        with pytest.raises(NotAllowed):
            report(now=now, by=actor)


def test_a_worker_who_takes_a_call_reports_for_the_resident(now, actor_of):
    case = report(now=now, by=actor_of("community-worker"), phone=PHONE).case
    assert case.source == "resident"
    assert case.party is not None
    assert report(now=now, by=actor_of("community-worker"), phone="").case.source == "community"


def test_the_words_point_to_the_matter():
    day = __import__("datetime").date(2026, 11, 23)
    assert catalogue.suggest("楼上漏水一直吵架", COMMUNITY, day)[0].code == "dispute.neighbour"
    assert catalogue.suggest("电动车在楼道充电，怕着火", COMMUNITY, day)[0].code == "hazard.fire"
    assert catalogue.suggest("zzz", COMMUNITY, day) == []


def test_a_point_finds_its_grid_and_a_chosen_area_must_exist(now, district):
    found = places.find(Given(lon=118.735, lat=32.005), now)
    assert found.area_id.startswith("320105")
    assert found.by == "point"
    with pytest.raises(Invalid):
        places.find(Given(area_id="999"), now)
    with pytest.raises(Invalid):
        places.find(Given(area_id="320105"), now)
    with pytest.raises(Invalid):
        places.find(Given(), now)


def test_the_words_of_an_address_find_their_community(now):
    assert places.find(Given(words="建邺区凤栖苑3栋2单元"), now).area_id == "320105001001"
    with pytest.raises(Invalid):
        places.find(Given(words="某处"), now)


def test_a_point_in_the_sea_is_refused_in_words(now):
    with pytest.raises(Refusal):
        places.find(Given(lon=125.0, lat=30.0), now)


def near(lon, lat):
    return Found("320105001001", "point", lon, lat)


def test_open_cases_of_the_same_class_nearby_are_offered(now):
    same = report(now=now, found=near(118.735, 32.005)).case
    report(now=now, found=near(118.745, 32.005))  # a kilometre off
    report(now=now, matter="environment.rubbish", found=near(118.735, 32.005))
    offered = queries.nearby(event_class="hazard", found=near(118.7355, 32.0052), now=now)
    assert [(one.case.pk, 40 < one.metres < 60) for one in offered] == [(same.pk, True)]


def test_joining_keeps_the_second_reporter_informed_and_counts_once(now):
    first = report(now=now).case
    for _time in (1, 2):
        actions.join(case=first, by=ANONYMOUS, reporter=Reporter(phone="19900009999"), inputs=Inputs(), now=now)
    assert Follower.objects.count() == 1
    assert first.events.filter(move="join").count() == 1
    with pytest.raises(Invalid) as refusal:
        actions.join(case=first, by=ANONYMOUS, reporter=Reporter(), inputs=Inputs(), now=now)
    assert "phone" in refusal.value.fields


def test_the_reporter_of_a_case_does_not_join_it_again(now):
    first = report(now=now).case
    actions.join(case=first, by=ANONYMOUS, reporter=Reporter(phone=PHONE), inputs=Inputs(), now=now)
    assert not Follower.objects.exists()
