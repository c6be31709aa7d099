"""Areas and the point that finds its grid: public, paged, strict."""

import pytest

from linli.sites.api.tests.conftest import HOME

IN_THE_DISTRICT = {"lon": 118.735, "lat": 32.005}


def test_an_area_says_where_it_hangs(visitor):
    area = visitor.get(f"/areas/{HOME}")
    assert area.status == 200
    assert [one["id"] for one in area["path"]] == ["32", "3201", "320105", "320105001", HOME]
    assert area["level"] == "community"
    assert area["parent_id"] == "320105001"


def test_children_come_page_by_page(visitor):
    first = visitor.get("/areas/320105/children", size=4)
    second = visitor.get("/areas/320105/children", size=4, after=first["after"])
    codes = [one["id"] for one in first["areas"] + second["areas"]]
    assert len(codes) == 6
    assert codes == sorted(set(codes))
    assert second["after"] == ""


def test_the_provinces_are_the_children_of_nothing(visitor):
    assert [one["level"] for one in visitor.get("/areas")["areas"]] == ["province"] * 3


@pytest.mark.parametrize("code", ["99", "999999", "320105001001999"])
def test_an_unknown_area_is_not_found(visitor, code):
    assert visitor.get(f"/areas/{code}").code == "not_found"
    assert visitor.get(f"/areas/{code}/children").status == 404


@pytest.mark.parametrize("code", ["x", "1", "3201055555555555555", "%00", "32%0A", "３２"])
def test_what_is_no_code_is_said_so(visitor, code):
    answer = visitor.get(f"/areas/{code}")
    assert answer.code == "invalid"
    assert set(answer["errors"]) == {"area_id"}


def test_a_point_finds_its_grid(visitor):
    place = visitor.get("/areas/locate", **IN_THE_DISTRICT)
    assert place["exact"] is True
    assert place["metres"] == 0
    assert place["area"]["id"].startswith(place["community"]["id"])
    assert place["path"][:3] == ["江苏省", "南京市", "建邺区"]
    assert place["path"][-1] == place["area"]["name"]
    assert place["community"]["name"] in place["path"]


def test_a_point_of_a_chinese_map_is_shifted_back(visitor):
    place = visitor.get("/areas/locate", **IN_THE_DISTRICT, crs="gcj02")
    assert place["lon"] == pytest.approx(118.7298, abs=0.0005)
    assert place["lat"] == pytest.approx(32.0071, abs=0.0005)


def test_a_point_outside_finds_the_nearest_community_and_says_so(visitor):
    place = visitor.get("/areas/locate", lon=118.85, lat=32.0)
    assert place["exact"] is False
    assert place["metres"] > 0


def test_a_point_in_the_sea_is_refused(visitor):
    assert visitor.get("/areas/locate", lon=125, lat=30).code == "too_far"


@pytest.mark.parametrize("lon", ["nan", "inf", "1e999", "181", "abc", ""])
def test_what_is_no_longitude_is_said_so(visitor, lon):
    answer = visitor.get("/areas/locate", lon=lon, lat=32)
    assert answer.code == "invalid"
    assert set(answer["errors"]) == {"lon"}


def test_reading_an_area_takes_two_statements(visitor, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        visitor.get(f"/areas/{HOME}")
    with django_assert_max_num_queries(1):
        visitor.get("/areas")
