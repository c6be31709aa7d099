"""Public shapes for choosing a place."""

import pytest

from linli.foundation.areas.models import BoundaryVersion

pytestmark = pytest.mark.usefixtures("district")


@pytest.mark.parametrize(
    ("area", "level", "count"),
    [("320105", "street", 6), ("320105", "community", 64), ("320105", "grid", 55), ("320105001001", "subgrid", 6)],
)
def test_shapes_of_a_level(visitor, area, level, count, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        answer = visitor.get("/areas.geojson", {"area": area, "level": level})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/geo+json"
    assert "max-age" in answer["Cache-Control"]
    features = answer.json()["features"]
    assert len(features) in (count, count - 1)
    assert set(features[0]["properties"]) == {"id", "name"}


def test_an_unchanged_map_is_not_sent_again(visitor, django_assert_max_num_queries):
    where = {"area": "320105", "level": "street"}
    tag = visitor.get("/areas.geojson", where)["ETag"]
    with django_assert_max_num_queries(1):
        again = visitor.get("/areas.geojson", where, HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 304
    assert visitor.get("/areas.geojson", {"area": "320105", "level": "grid"})["ETag"] != tag
    BoundaryVersion.objects.update(stamp="other")
    assert visitor.get("/areas.geojson", where, HTTP_IF_NONE_MATCH=tag).status_code == 200


@pytest.mark.parametrize(
    "query", ["", "area=32", "area=320105&level=district", "area=x", "area=320105'--", "level=grid"]
)
def test_bent_questions_are_not_found(visitor, query):
    assert visitor.get(f"/areas.geojson?{query}").status_code == 404


def test_an_unknown_area_is_an_empty_map(visitor):
    assert visitor.get("/areas.geojson?area=999999").json()["features"] == []
