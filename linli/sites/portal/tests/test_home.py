"""The front door, my reports, my community."""

import pytest

from linli.sites.portal.tests.factories import COMMUNITY, case_of
from linli.spine.cases.models import Case

pytestmark = pytest.mark.usefixtures("district")


def test_a_visitor_finds_report_follow_and_a_number_without_a_statement(visitor, django_assert_max_num_queries):
    with django_assert_max_num_queries(0):
        page = visitor.get("/")
    text = page.content.decode()
    assert page.status_code == 200
    assert 'href="/report/"' in text
    assert 'action="/follow/"' in text
    assert "tel:12345" in text
    assert "/desk/" not in text


def test_elder_mode_shows_few_large_buttons(visitor):
    visitor.cookies["linli_mode"] = "elder"
    text = visitor.get("/").content.decode()
    assert 'data-mode="elder"' in text
    big = text[text.index('class="big"') :]
    assert big[: big.index("</div>")].count('class="button') <= 4


def test_a_resident_sees_open_reports(resident, django_assert_max_num_queries):
    case_of(text="路灯不亮", matter="livelihood.water_power")
    resident.get("/")  # the party of the phone is bound to the account when the resident first reports
    resident.post("/report/", {"text": "电梯坏了", "area": COMMUNITY, "seen_nearby": "1"})
    with django_assert_max_num_queries(5):  # session, user, cases, party, office
        page = resident.get("/")
    assert {row["case"].title for row in page.context["rows"]} == {"电梯坏了", "路灯不亮"}


def test_staff_are_shown_the_way_to_the_desk(staff):
    assert 'href="/desk/"' in staff.get("/").content.decode()


def test_my_reports_need_a_resident(visitor, staff):
    answer = visitor.get("/my/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/phone/")
    refused = staff.get("/my/")
    assert refused.status_code == 403


def test_my_reports_are_paged_by_place_not_by_number(resident, stranger, django_assert_max_num_queries):
    for number in range(23):
        resident.post("/report/", {"text": f"第{number}件，电梯坏了", "area": COMMUNITY, "seen_nearby": "1"})
    assert Case.objects.count() == 23
    with django_assert_max_num_queries(4):
        page = resident.get("/my/")
    assert len(page.context["rows"]) == 20
    assert "20" in page.content.decode().partition("</title>")[0]
    rest = resident.get("/my/" + page.context["older_url"])
    assert len(rest.context["rows"]) == 3
    assert rest.context["older_url"] == ""
    assert stranger.get("/my/").context["rows"] == []
    assert "not reported anything" in stranger.get("/my/").content.decode()
    assert resident.get("/my/?after=nonsense").status_code == 200


def test_choosing_a_community_fills_it_in_from_then_on(visitor):
    assert visitor.post("/community/", {"community": COMMUNITY}).status_code == 302
    assert visitor.get("/report/").context["form"]["area"].value() == COMMUNITY
    assert visitor.get("/").context["office"].area_id == COMMUNITY
    page = visitor.get("/community/")
    assert page.context["chosen"] == COMMUNITY
    assert [street["open"] for street in page.context["streets"]].count(True) == 1
    visitor.post("/community/", {"community": ""})
    assert visitor.get("/report/").context["form"]["area"].value() == ""


@pytest.mark.parametrize("code", ["999999999999", "<script>", "𠮷", "320105", "3" * 5000])
def test_a_bent_community_is_not_noted(visitor, code):
    visitor.post("/community/", {"community": code})
    visitor.cookies["linli_community"] = "'; drop table"
    assert visitor.get("/").status_code == 200
    assert visitor.get("/report/").context["form"]["area"].value() == ""


def test_every_community_of_the_district_is_on_the_list(visitor):
    streets = visitor.get("/community/").context["streets"]
    assert len(streets) == 6
    assert sum(len(street["communities"]) for street in streets) == 64


def test_an_empty_installation_says_so_instead_of_failing(client, db):
    for path in ("/", "/report/", "/matters/", "/community/", "/follow/"):
        assert client.get(path).status_code == 200, path
    assert client.post("/report/", {"text": "楼道"}).status_code == 422
