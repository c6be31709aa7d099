import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from linli.foundation.areas import actions, checks, queries
from linli.foundation.areas import geometry as geo
from linli.foundation.areas.models import Area, Boundary, BoundaryVersion
from linli.foundation.areas.tests.factories import FROM, at, box, make_chain, make_grid, polygon
from linli.lib.coordinates import wgs84_to_gcj02

LATER = date(2026, 6, 1)


def redraw(area, shape, on=LATER):
    return actions.draw(area=area, geometry=shape, on=on, source="test")


def test_a_new_boundary_ends_the_former_one(communities):
    first, _second = communities
    stamp = BoundaryVersion.objects.get().stamp
    redraw(first, box(0, 0, 900, 1000))
    former, current = Boundary.objects.filter(area=first).order_by("valid_from")
    assert (former.valid_to, current.valid_from, current.valid_to) == (LATER, LATER, None)
    assert current.area_m2 == pytest.approx(900_000, rel=1e-4)
    assert list(Boundary.objects.current(date(2026, 5, 31)).filter(area=first)) == [former]
    assert list(Boundary.objects.current(LATER).filter(area=first)) == [current]
    assert BoundaryVersion.objects.get().stamp != stamp


def test_a_boundary_drawn_twice_on_one_day_counts_once(communities):
    first, _second = communities
    redraw(first, box(0, 0, 900, 1000))
    redraw(first, box(0, 0, 800, 1000))
    (counted,) = Boundary.objects.current(LATER).filter(area=first)
    assert counted.area_m2 == pytest.approx(800_000, rel=1e-4)


def test_history_is_not_rewritten(communities):
    first, _second = communities
    redraw(first, box(0, 0, 900, 1000))
    with pytest.raises(actions.DrawnLater, match="2026-06-01"):
        redraw(first, box(0, 0, 900, 1000), on=date(2026, 5, 1))


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(1990, 1, 1)])
def test_an_area_is_not_drawn_before_it_exists(communities, on):
    with pytest.raises(actions.AreaEnded, match="凤栖苑"):
        redraw(communities[0], box(0, 0, 900, 1000), on=on)


def test_an_overlap_names_the_neighbour_and_its_size(communities):
    with pytest.raises(actions.OverlapsNeighbour, match=r"北圩路社区居委会 by (9999|10000) m²"):
        redraw(communities[0], box(0, 0, 1010, 1000))
    assert Boundary.objects.filter(area=communities[0]).count() == 1


def test_less_than_a_square_metre_of_overlap_is_let_pass(communities):
    redraw(communities[0], box(0, 0, 1000.0005, 1000))


def test_reaching_out_of_the_street_is_refused_with_the_distance(communities):
    with pytest.raises(actions.OutsideParent, match=r"12\.0 m out of 莫愁湖街道"):
        redraw(communities[0], box(0, 0, 1000, 1012))


def test_half_a_metre_out_of_the_street_is_let_pass(communities):
    redraw(communities[0], box(0, 0, 1000, 1000.4))


def test_a_hole_in_the_area_above_counts_as_outside(communities):
    street = Area.objects.get(id="320105001")
    first, second = communities
    Boundary.objects.filter(area__in=[first, second]).update(valid_to=FROM)
    ring = box(0, 0, 2000, 1000)
    ring["coordinates"].append(box(400, 400, 600, 600)["coordinates"][0])
    redraw(street, ring, on=FROM)
    with pytest.raises(actions.OutsideParent):
        redraw(first, box(300, 300, 700, 700))


def test_an_area_cannot_shrink_away_from_what_lies_inside(communities):
    first, _second = communities
    make_grid(first, "凤栖苑网格", box(0, 0, 1000, 1000))
    with pytest.raises(actions.ChildrenLeftOut, match="凤栖苑网格"):
        redraw(first, box(0, 0, 900, 1000))
    with pytest.raises(actions.ChildrenLeftOut, match="莫愁湖街道"):
        redraw(Area.objects.get(id="320105"), box(0, 0, 1500, 1000))


def test_without_a_parent_boundary_the_next_area_above_counts(db):
    first, _second = make_chain()
    redraw(Area.objects.get(id="320105"), box(0, 0, 500, 500), on=FROM)
    with pytest.raises(actions.OutsideParent, match="建邺区"):
        redraw(first, box(0, 0, 600, 500))
    redraw(first, box(0, 0, 400, 500))


def test_communities_of_different_streets_do_not_overlap_either(communities):
    street = Area.objects.create(id="320105002", name="沙洲街道", level="street", parent_id="320105", valid_from=FROM)
    other = Area.objects.create(id="320105002001", name="科技园", level="community", parent=street, valid_from=FROM)
    with pytest.raises(actions.OverlapsNeighbour, match="凤栖苑"):
        redraw(other, box(100, 100, 200, 200))


def test_a_boundary_that_starts_later_is_respected_now(communities):
    first, second = communities
    redraw(second, box(1100, 0, 2000, 1000), on=LATER)
    redraw(second, box(1050, 0, 2000, 1000), on=date(2026, 9, 1))
    with pytest.raises(actions.OverlapsNeighbour):
        redraw(first, box(0, 0, 1080, 1000), on=LATER)
    redraw(first, box(0, 0, 1040, 1000), on=LATER)


def test_a_boundary_that_ends_later_is_respected_until_then(communities):
    first, second = communities
    redraw(second, box(1100, 0, 2000, 1000), on=date(2026, 9, 1))
    with pytest.raises(actions.OverlapsNeighbour):
        redraw(first, box(0, 0, 1050, 1000), on=LATER)
    redraw(first, box(0, 0, 1050, 1000), on=date(2026, 9, 1))


def test_coordinates_of_chinese_maps_are_converted_once(communities):
    first, _second = communities
    shifted = box(0, 0, 900, 1000)
    shifted["coordinates"] = [[list(wgs84_to_gcj02(*corner)) for corner in ring] for ring in shifted["coordinates"]]
    actions.draw(area=first, geometry=json.dumps(shifted), on=LATER, source="test", crs="gcj02")
    west, south, *_rest = geo.stored(Boundary.objects.get(area=first, valid_to=None).geometry).bounds
    assert (west, south) == pytest.approx(at(0, 0), abs=1e-6)


def test_a_source_is_kept_clean_or_refused_whole(communities):
    redraw_from = {"area": communities[0], "geometry": box(0, 0, 900, 1000), "on": LATER}
    with pytest.raises(actions.BadSource) as caught:
        actions.draw(source="😀" * 50_000, **redraw_from)
    assert "source" in caught.value.fields
    assert actions.draw(source="\x00测绘 <script>𠮷\n", **redraw_from).source == "测绘 <script>𠮷"


@pytest.mark.parametrize("wrap", [json.dumps, lambda shape: {"type": "Feature", "geometry": shape, "properties": {}}])
def test_text_and_features_are_read(communities, wrap):
    redraw(communities[0], wrap(box(0, 0, 900, 1000)))


def test_a_bow_tie_is_refused_with_the_place_where_it_crosses(communities):
    with pytest.raises(actions.BadGeometry, match="crosses itself at 118"):
        redraw(communities[0], polygon((0, 0), (100, 100), (100, 0), (0, 100)))


def test_swapped_coordinates_get_a_hint(communities):
    shape = box(0, 0, 900, 1000)
    shape["coordinates"] = [[[lat, lon] for lon, lat in ring] for ring in shape["coordinates"]]
    with pytest.raises(actions.BadGeometry, match="longitude comes first"):
        redraw(communities[0], shape)


SQUARE = [[118.7, 32], [118.71, 32], [118.71, 32.01], [118.7, 32]]


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "{",
        "x" * 50_000,
        "[" * 100_000,
        "😀𠮷<script>",
        [],
        {},
        {"type": "Point", "coordinates": [118.7, 32]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[1, 2, 3, 4]]},
        {"type": "Polygon", "coordinates": [[[118.7, 32]]]},
        {"type": "Polygon", "coordinates": [[[118.7, 32], [118.7, 32], [118.7, 32], [118.7, 32]]]},
        {"type": "Polygon", "coordinates": [[["118.7", "32"], *SQUARE[1:]]]},
        {"type": "Polygon", "coordinates": [[[float("nan"), 32], *SQUARE[1:]]]},
        {"type": "Polygon", "coordinates": [[[10**400, 32], *SQUARE[1:]]]},
        {"type": "Polygon", "coordinates": [[[None, 32], *SQUARE[1:]]]},
        {"type": "Polygon", "coordinates": [[[2.35, 48.85], [2.36, 48.85], [2.36, 48.86], [2.35, 48.85]]]},
        {"type": "Polygon", "coordinates": [[[118.7, 32], [118.7000000001, 32], [118.7, 32.0000000001], [118.7, 32]]]},
        {"type": "MultiPolygon", "coordinates": [SQUARE]},
        {"type": "FeatureCollection", "features": []},
        {"type": "FeatureCollection", "features": None},
        {"type": "Feature", "geometry": None},
        {"type": "Polygon", "coordinates": [SQUARE * 20_000]},
    ],
)
def test_what_is_no_boundary_is_refused_in_words(value):
    with pytest.raises(actions.BadGeometry) as caught:
        geo.read(value)
    assert 10 < len(str(caught.value)) < 200
    assert "geometry" in caught.value.fields


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=20,
)


@given(kind=st.sampled_from(["Polygon", "MultiPolygon"]), coordinates=json_values)
def test_reading_never_breaks(kind, coordinates):
    with pytest.raises(actions.BadGeometry):
        geo.read({"type": kind, "coordinates": coordinates})


@given(
    west=st.floats(100, 120),
    south=st.floats(20, 50),
    width=st.floats(0.001, 0.05),
    height=st.floats(0.001, 0.05),
    share=st.floats(0.1, 0.9),
)
def test_the_area_of_the_parts_is_the_area_of_the_whole(west, south, width, height, share):
    def rectangle(a, b):
        return geo.read(
            {"type": "Polygon", "coordinates": [[[a, south], [b, south], [b, north], [a, north], [a, south]]]}
        )

    north, middle, east = south + height, west + share * width, west + width
    whole = geo.area_m2(rectangle(west, east))
    parts = geo.area_m2(rectangle(west, middle)) + geo.area_m2(rectangle(middle, east))
    # A tenth of a millimetre of rounding on each edge.
    assert parts == pytest.approx(whole, abs=3)
    flat = geo.Plane.of(rectangle(west, east)).flat(rectangle(west, east))
    assert flat.area == pytest.approx(whole, rel=1e-4)


def test_the_area_of_a_degree_is_that_of_the_ellipsoid():
    square = {"type": "Polygon", "coordinates": [[[118, 32], [119, 32], [119, 33], [118, 33], [118, 32]]]}
    # Strip by strip: the length of a parallel's degree times that of a meridian's, on the ellipsoid.
    strips = (geo.Plane.around(118, 32 + (n + 0.5) / 1000) for n in range(1000))
    expected = sum(strip.metres_per_lon * strip.metres_per_lat / 1000 for strip in strips)
    assert geo.area_m2(geo.read(square)) == pytest.approx(expected, rel=1e-8)


def test_the_database_keeps_one_open_boundary_for_an_area(communities):
    with pytest.raises(IntegrityError), transaction.atomic():
        Boundary.objects.create(area=communities[0], valid_from=LATER, geometry={}, area_m2=1, source="")


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "3201050019", "level": "community", "parent_id": "320105001"},
        {"id": "320106001009", "level": "community", "parent_id": "320105001"},
        {"id": "320105001009", "level": "community", "parent_id": None},
        {"id": "320105001009", "level": "village", "parent_id": "320105001"},
        {"id": "320105001009", "level": "community", "parent_id": "320105001", "kind": "basic"},
        {"id": "320105001001009", "level": "grid", "parent_id": "320105001001", "kind": ""},
        {"id": "320105001009", "level": "community", "parent_id": "320105001", "valid_to": date(2020, 1, 1)},
    ],
)
def test_the_database_refuses_areas_that_cannot_be(communities, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.create(name="x", valid_from=FROM, **wrong)


def test_overlaps_that_came_in_otherwise_are_found(communities):
    first, _second = communities
    assert not any("overlap" in problem for problem in checks.problems(FROM))
    Boundary.objects.filter(area=first).update(geometry=box(0, 0, 1100, 1000))
    assert [problem for problem in checks.problems(FROM) if "overlaps: 凤栖苑社区居委会 / 北圩路社区居委会" in problem]


def test_areas_without_any_boundary_are_reported(db):
    assert checks.problems(FROM) == ["There are no areas yet. Import a list of divisions."]
    make_chain()
    assert checks.problems(FROM) == ["No area has a boundary yet, so points on the map cannot be placed."]


def test_a_place_that_has_not_begun_with_grids_has_no_gaps_to_report(communities):
    assert checks.problems(FROM) == []
    make_grid(communities[0], "凤栖苑网格")
    assert checks.problems(FROM) == ["1 community has no grid: 北圩路社区居委会."]
    assert [area.id for area in queries.gaps("320105", FROM)] == ["320105001004"]
