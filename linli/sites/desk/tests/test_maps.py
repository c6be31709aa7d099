import json

import pytest

from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found
from linli.sites.desk.queries import middle_of
from linli.sites.desk.tests.factories import COMMUNITY, ELSEWHERE, make_case


def at_point(now, area_id=COMMUNITY, **given):
    lon, lat = middle_of(area_id, now.date())
    return make_case(area_id=area_id, found=Found(area_id, Incident.Found.POINT, lon, lat), **given)


def test_every_area_leads_to_the_list_it_counts(client_for):
    make_case()
    make_case(area_id=ELSEWHERE)
    response = client_for("street-staff").get("/desk/map/")
    region = next(one for one in response.context["map"].regions if one.id == COMMUNITY)
    assert region.value == 1
    assert f"/desk/cases/?view=open&amp;area={COMMUNITY}" in response.content.decode()
    rows = client_for("street-staff").get(region.url).context["rows"]
    assert len(rows) == 1


@pytest.mark.parametrize("level", ["", "street", "community", "grid", "subgrid", "self", "nonsense"])
@pytest.mark.parametrize("username", ["grid-worker", "community-worker", "street-staff", "civil-affairs"])
def test_every_level_can_be_drawn_or_says_why_not(client_for, username, level):
    assert client_for(username).get("/desk/map/", {"level": level}).status_code == 200
    assert client_for(username).get("/desk/map/", {"level": level, "show": "points"}).status_code == 200


@pytest.mark.parametrize("area", ["320105002", "3", "x", "9" * 40, ""])
def test_an_area_outside_the_post_falls_back_to_the_own(client_for, area):
    response = client_for("street-staff").get("/desk/map/", {"area": area})
    assert response.context["area"].pk == "320105001"


def test_the_map_takes_few_statements(client_for, django_assert_max_num_queries):
    client = client_for("civil-affairs")
    client.get("/desk/map/")
    with django_assert_max_num_queries(7):
        client.get("/desk/map/")


def test_points_carry_no_more_than_a_marker_needs(client_for, now):
    walk = at_point(now, text="楼道堵塞", name="张三丰")
    at_point(now, area_id=ELSEWHERE)
    make_case(text="没有坐标")
    response = client_for("community-worker").get("/desk/points.json")
    features = json.loads(response.content)["features"]
    assert [one["properties"]["url"] for one in features] == [f"/desk/cases/{walk.case.number}/"]
    assert "张三丰" not in response.content.decode()
    assert "楼道堵塞" not in response.content.decode()


def test_one_point_can_be_asked_for_inside_the_scope(client_for, now):
    walk, other = at_point(now), at_point(now, area_id=ELSEWHERE)
    client = client_for("community-worker")
    for case, n in ((walk.case, 1), (other.case, 0)):
        features = json.loads(client.get("/desk/points.json", {"number": case.number}).content)["features"]
        assert len(features) == n


def test_shapes_stay_inside_the_post_and_are_kept_by_the_browser(client_for):
    response = client_for("community-worker").get("/desk/map.geojson", {"area": "320105", "level": "community"})
    features = json.loads(response.content)["features"]
    assert all(one["properties"]["id"].startswith(COMMUNITY) for one in features)
    assert "private" in response["Cache-Control"]


def test_a_case_s_own_area_is_one_outline(client_for):
    response = client_for("street-staff").get("/desk/map.geojson", {"area": COMMUNITY, "level": "self"})
    assert [one["properties"]["id"] for one in json.loads(response.content)["features"]] == [COMMUNITY]


@pytest.mark.parametrize("path", ["/desk/map/", "/desk/map.geojson", "/desk/points.json"])
def test_who_may_not_read_cases_sees_no_map(client_for, path):
    assert client_for("admin").get(path).status_code == 403
