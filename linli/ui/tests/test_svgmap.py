"""Polygons become paths inside the picture, with their labels inside the polygons."""

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from linli.ui import svgmap


def feature(ring, identity="1"):
    return {"properties": {"id": identity, "name": identity}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


SQUARE = [[108.0, 34.0], [108.01, 34.0], [108.01, 34.01], [108.0, 34.01], [108.0, 34.0]]
L_SHAPE = [(0, 0), (10, 0), (10, 1), (1, 1), (1, 10), (0, 10)]


def test_north_is_up_and_a_degree_of_longitude_is_shorter():
    shape = svgmap.project([feature(SQUARE)]).shapes[0]
    points = [tuple(map(float, pair.split())) for pair in shape.d[1:-1].split("L")]
    west_south, east_south, _, west_north = points
    assert west_south[1] > west_north[1]
    width, height = east_south[0] - west_south[0], west_south[1] - west_north[1]
    assert width / height == pytest.approx(0.829, abs=0.01)


def test_the_label_of_a_bent_area_lies_inside_it():
    assert Polygon(L_SHAPE).contains(Point(svgmap.label_point(L_SHAPE)))


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=3, max_size=12))
def test_the_label_lies_inside_any_star_shaped_area(points):
    hull = Polygon(points).convex_hull if len(set(points)) > 2 else None
    if hull is None or hull.geom_type != "Polygon" or hull.area < 1:
        return
    ring = list(hull.exterior.coords)[:-1]
    assert hull.buffer(1e-6).contains(Point(svgmap.label_point(ring)))


def test_holes_and_islands_are_drawn():
    hole = [[108.004, 34.004], [108.006, 34.004], [108.006, 34.006], [108.004, 34.004]]
    island = [[[x + 0.02, y] for x, y in SQUARE]]
    geometry = {"type": "MultiPolygon", "coordinates": [[SQUARE, hole], island]}
    shape = svgmap.project([{"properties": {"id": "1", "name": "a"}, "geometry": geometry}]).shapes[0]
    assert shape.d.count("M") == 3


def test_nothing_gives_an_empty_map_and_lines_are_refused():
    assert svgmap.project([]).shapes == ()
    with pytest.raises(ValueError, match="LineString"):
        svgmap.project([{"properties": {}, "geometry": {"type": "LineString", "coordinates": []}}])


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 10**6), max_size=3))
def test_levels_run_from_0_to_4_and_zero_is_always_palest(values):
    bounds = svgmap.thresholds(values.values())
    for value in values.values():
        assert 0 <= svgmap.level(value, bounds) <= 4
    assert svgmap.level(0, bounds) == 0
    if values and max(values.values()):
        assert svgmap.level(max(values.values()), bounds) == 4


def test_the_map_renders_with_links_legend_and_table():
    projection = svgmap.project([feature(SQUARE, "7")])
    data = svgmap.choropleth(projection, {"7": 18}, title="Open", unit="items", urls={"7": "/g/7"})
    html = Template("{% load ui %}{% grid_map data %}").render(Context({"data": data}))
    assert 'href="/g/7"' in html
    assert 'class="heat-4"' in html
    assert "<table" in html
    assert "15–18" in html
