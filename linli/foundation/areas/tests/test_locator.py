import threading
from datetime import UTC, datetime, timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.foundation.areas import actions, locator
from linli.foundation.areas import geometry as geo
from linli.foundation.areas.locator import Locator, NoMap, TooFar
from linli.foundation.areas.models import Boundary, BoundaryVersion
from linli.foundation.areas.tests.factories import FIRST, FROM, PLANE, SECOND, at, box, make_grid

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def locate(x, y):
    return locator.locator(NOW).locate(*at(x, y))


@pytest.fixture
def grid(communities):
    grid = make_grid(communities[0], "凤栖苑网格", box(0, 0, 1000, 1000))
    make_grid(grid, "凤栖苑第一网格", box(0, 0, 500, 1000))
    return grid


def test_the_finest_area_wins(grid):
    place = locate(250, 500)
    assert (place.area_id, place.community_id) == ("320105001001001001", FIRST)
    assert (place.exact, place.covered, place.metres) == (True, True, 0)
    assert place.names == (
        "江苏省",
        "南京市",
        "建邺区",
        "莫愁湖街道",
        "凤栖苑社区居委会",
        "凤栖苑网格",
        "凤栖苑第一网格",
    )


def test_a_gap_between_sub_grids_falls_to_the_grid(grid):
    assert locate(750, 500).area_id == grid.id


def test_a_community_without_a_grid_is_exact_but_not_covered(grid):
    place = locate(1500, 500)
    assert (place.area_id, place.exact, place.covered) == (SECOND, True, False)


def test_a_point_on_a_shared_edge_goes_to_the_lower_code(communities):
    edge = shapely.get_coordinates(geo.stored(Boundary.objects.get(area=communities[0]).geometry))
    for lon, lat in edge:
        assert locator.locator(NOW).locate(lon, lat).area_id in (FIRST, SECOND)
    assert locate(1000, 500).community_id == FIRST


@pytest.mark.parametrize(
    ("x", "y", "code", "metres"), [(-300, 500, FIRST, 300), (2019, 400, SECOND, 19), (0, -0.2, FIRST, 1)]
)
def test_a_point_outside_gets_the_nearest_community_and_is_told_so(grid, x, y, code, metres):
    place = locate(x, y)
    assert (place.area_id, place.exact, place.covered, place.metres) == (code, False, False, metres)


def test_a_point_in_the_sea_is_refused(grid):
    assert locate(21_900, 500).metres == pytest.approx(19_900, abs=5)
    with pytest.raises(TooFar):
        locate(22_100, 500)
    with pytest.raises(TooFar):
        locator.locator(NOW).locate(123.0, 31.0)


@pytest.mark.parametrize(
    "point", [(0, 0), (180, 90), (-180, -90), (200, 32), (float("nan"), 32), (118, float("inf")), (32.0, 118.7)]
)
def test_no_number_breaks_it(communities, point):
    with pytest.raises(TooFar):
        locator.locator(NOW).locate(*point)


def test_without_any_boundary_it_says_so(db):
    with pytest.raises(NoMap):
        locator.locator(NOW).locate(118.7, 32.0)


def test_a_change_is_seen_at_once_inside_the_transaction_that_made_it(grid):
    assert locate(1500, 500).area_id == SECOND
    new = make_grid(grid.parent.parent.children.get(id=SECOND), "北圩路网格", box(1000, 0, 2000, 1000))
    assert locate(1500, 500).area_id == new.id
    actions.rename(area=new, name="新名网格", on=FROM)
    assert locate(1500, 500).names[-1] == "新名网格"


def test_another_process_s_change_is_seen_at_once_inside_a_transaction(grid):
    before = locator.locator(NOW)
    BoundaryVersion.objects.update(stamp="from elsewhere")
    assert locator.locator(NOW) is not before


@pytest.mark.django_db(transaction=True)
def test_the_process_that_made_a_change_sees_it_without_waiting(communities, monkeypatch):
    monkeypatch.setattr(locator.time, "monotonic", lambda: 1000.0)
    before = locator.locator(NOW)
    assert locator.locator(NOW) is before
    make_grid(communities[1], "北圩路网格", box(1000, 0, 2000, 1000))
    assert locate(1500, 500).covered


def test_yesterdays_map_is_not_used_today(communities):
    actions.draw(area=communities[0], geometry=box(0, 0, 500, 1000), on=NOW.date(), source="test")
    before = locator.locator(NOW - timedelta(days=1)).locate(*at(750, 500))
    after = locator.locator(NOW).locate(*at(750, 500))
    assert (before.exact, after.exact) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_the_stamp_is_asked_for_at_most_every_two_seconds(monkeypatch, django_assert_num_queries):
    clock = [1000.0]
    monkeypatch.setattr(locator.time, "monotonic", lambda: clock[0])
    first = locator.locator(NOW)
    with django_assert_num_queries(0):
        assert locator.locator(NOW) is first
    clock[0] += 2.1
    with django_assert_num_queries(1):
        assert locator.locator(NOW) is first


def test_building_takes_two_queries(grid, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(locator.build(NOW.date())) == 4


def test_many_threads_get_the_same_answers(grid):
    built = locator.build(NOW.date())
    points = [at(x, y) for x in range(-500, 2500, 100) for y in range(-500, 1500, 100)]
    expected = [built.locate(*point) for point in points]
    fresh = locator.build(NOW.date())
    found = {}

    def ask(number):
        found[number] = [fresh.locate(*point) for point in points]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers == expected for answers in found.values())
    assert len(found) == 4


rectangles = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=12
)


@settings(max_examples=60)
@given(
    rectangles=rectangles,
    points=st.lists(st.tuples(st.floats(-20, 90), st.floats(-20, 90)), min_size=1, max_size=10),
)
def test_it_agrees_with_a_plain_search_through_all_shapes(rectangles, points):
    """Communities may overlap here; the lowest code that contains the point wins, else the nearest one."""
    shapes = [
        (f"320105001{number:03d}", PLANE.round(shapely.box(*(100 * v for v in (x, y, x + w, y + h)))))
        for number, (x, y, w, h) in enumerate(rectangles, start=1)
    ]
    built = Locator(shapes, {})
    for x, y in points:
        lon, lat = at(100 * x, 100 * y)
        inside = [code for code, shape in shapes if shape.intersects(shapely.Point(lon, lat))]
        place = built.locate(lon, lat)
        if inside:
            assert (place.area_id, place.exact) == (inside[0], True)
        else:
            plane = geo.Plane.around(lon, lat)
            distances = {code: shapely.Point(0, 0).distance(plane.flat(shape)) for code, shape in shapes}
            nearest = min(distances.values())
            assert not place.exact
            assert distances[place.area_id] == pytest.approx(nearest, abs=1e-6)
            assert place.metres == max(1, round(nearest))
