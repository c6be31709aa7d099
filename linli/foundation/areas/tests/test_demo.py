import json
import time
from datetime import UTC, date, datetime

import pytest
import shapely
from django.utils import timezone

from linli.foundation.areas import actions, checks, demo, locator, queries
from linli.foundation.areas import geometry as geo
from linli.foundation.areas.actions.boundaries import Standing, check
from linli.foundation.areas.models import Area, Boundary, Level

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def drawn(db):
    return demo.draw_demo_district(now=NOW)


def shapes(level):
    rows = Boundary.objects.filter(area__level=level).order_by("area_id").values_list("area_id", "geometry")
    return {code: geo.stored(geometry) for code, geometry in rows}


def test_the_district_has_the_numbers_of_its_own_report(drawn):
    assert (drawn.streets, drawn.communities, drawn.grids, drawn.subgrids) == (6, 64, 55, 326)
    counts = {level: Area.objects.within("320105").filter(level=level).count() for level in Level}
    assert [counts[level] for level in ("district", "street", "community", "grid", "subgrid")] == [1, 6, 64, 55, 326]
    assert Boundary.objects.count() == 1 + 6 + 64 + 55 + 326


def test_nine_communities_are_reported_as_not_covered(drawn):
    assert [area.id for area in queries.gaps("320105", TODAY)] == list(drawn.uncovered)
    assert drawn.uncovered == (
        "320105001018",
        "320105001019",
        "320105001020",
        "320105002011",
        "320105002012",
        "320105006015",
        "320105006016",
        "320105007014",
        "320105007015",
    )
    (problem,) = checks.problems(TODAY)
    assert problem.startswith("9 communities have no grid: 蓓蕾社区居委会、")


def test_each_covered_community_has_one_grid_of_five_or_six(drawn):
    sizes = [grid.children.count() for grid in Area.objects.filter(level="grid")]
    assert (sizes.count(6), sizes.count(5)) == (51, 4)
    assert Area.objects.filter(level="grid").values("parent").distinct().count() == 55
    grid = Area.objects.get(id="320105001001001")
    assert grid.name == "凤栖苑网格"
    assert list(grid.children.values_list("name", flat=True))[:2] == ["凤栖苑第一网格", "凤栖苑第二网格"]


@pytest.mark.parametrize("level", ["street", "community"])
def test_streets_and_communities_partition_the_real_district(drawn, level):
    feature = json.loads((demo.shipped_divisions().parent / "district-boundaries.geojson").read_text("utf-8"))
    real = next(
        shapely.geometry.shape(f["geometry"]) for f in feature["features"] if f["properties"]["name"] == "建邺区"
    )
    parts = list(shapes(level).values())
    assert all(part.is_valid and part.geom_type == "Polygon" for part in parts)
    assert shapely.coverage_is_valid(parts)
    union = shapely.coverage_union_all(parts)
    assert geo.area_m2(union.symmetric_difference(real)) < 2
    assert sum(map(geo.area_m2, parts)) == pytest.approx(geo.area_m2(real), abs=2)


@pytest.mark.parametrize(("inner", "outer"), [("community", "street"), ("grid", "community"), ("subgrid", "grid")])
def test_each_level_fills_the_one_above_exactly(drawn, inner, outer):
    above, below = shapes(outer), shapes(inner)
    filled = {code[: len(next(iter(above)))] for code in below}
    for code in filled:
        parts = [shape for inside, shape in below.items() if inside.startswith(code)]
        assert shapely.coverage_union_all(parts).equals(above[code])
    assert len(filled) == {"street": 6, "community": 55, "grid": 55}[outer]


def test_every_boundary_passes_the_checks_of_drawing(drawn):
    areas = {area.id: area for area in Area.objects.within("320105")}
    rows = Boundary.objects.values_list("area_id", "geometry")
    standing = [Standing(code, areas[code].level, areas[code].name, geo.stored(shape)) for code, shape in rows]
    for one in standing:
        check(areas[one.area_id], one.geometry, [other for other in standing if other.area_id != one.area_id])
    assert len(standing) == 452


def test_what_is_drawn_for_the_demonstration_says_so(drawn):
    sources = dict(Boundary.objects.values_list("area_id", "source"))
    assert sources.pop("320105") == "公开行政区划边界"
    assert set(sources.values()) == {"演示绘制"}


def test_streets_lie_to_each_other_as_they_do(drawn):
    middle = {code: shape.centroid for code, shape in shapes("street").items()}
    assert min(middle, key=lambda code: middle[code].x) in (demo.JIANGXINZHOU, demo.SHUANGZHA)
    assert max(middle, key=lambda code: middle[code].y) == demo.JIANGXINZHOU
    assert min(middle, key=lambda code: middle[code].y) == demo.SHUANGZHA
    assert middle[demo.MOCHOUHU].y > max(middle[demo.NANYUAN].y, middle[demo.XINGLONG].y)
    assert middle[demo.XINGLONG].x < middle[demo.NANYUAN].x
    assert middle[demo.SHAZHOU].y < min(middle[demo.NANYUAN].y, middle[demo.XINGLONG].y)


def test_the_same_lines_come_out_each_time(drawn):
    before = list(Boundary.objects.order_by("area_id").values_list("area_id", "geometry"))
    Boundary.objects.all().delete()
    Area.objects.filter(level="subgrid").delete()
    Area.objects.filter(level="grid").delete()
    steps = []
    demo.draw_demo_district(now=NOW, progress=lambda done, total: steps.append((done, total)))
    assert list(Boundary.objects.order_by("area_id").values_list("area_id", "geometry")) == before
    assert steps[-1] == (4, 4)


def test_nothing_is_drawn_over_what_is_there(drawn):
    with pytest.raises(demo.AlreadyDrawn):
        demo.draw_demo_district(now=NOW)


def test_drawing_can_go_on_by_hand(drawn):
    grid = Area.objects.get(id="320105001001001")
    halves = list(grid.children.values_list("id", flat=True))
    merged = actions.merge(grids=list(grid.children.all()[:2]), name="合并网格", on=TODAY, source="test")
    assert merged.id == f"{grid.id}007"
    assert grid.children.current(TODAY).count() == len(halves) - 1
    assert not [problem for problem in checks.problems(TODAY) if "overlap" in problem]


def test_every_sub_grid_is_found_from_a_point_inside_it(drawn):
    built = locator.locator(NOW)
    for level in ("subgrid", "community"):
        for code, shape in shapes(level).items():
            point = shape.representative_point()
            place = built.locate(point.x, point.y)
            assert place.area_id == code or (level == "community" and place.community_id == code)
            assert place.covered == (place.community_id not in drawn.uncovered)


def test_a_point_is_located_in_well_under_a_millisecond(drawn):
    built = locator.locator(NOW)
    points = [(shape.centroid.x, shape.centroid.y) for shape in shapes("subgrid").values()]
    best = float("inf")
    for _round in range(5):
        start = time.perf_counter()
        for lon, lat in points:
            built.locate(lon, lat)
        best = min(best, (time.perf_counter() - start) / len(points))
    assert best < 0.0003


def test_the_day_of_the_drawing_can_be_given(db):
    demo.draw_demo_district(now=timezone.now(), on=date(2024, 1, 1))
    assert set(Boundary.objects.values_list("valid_from", flat=True)) == {date(2024, 1, 1)}
    assert set(Area.objects.values_list("valid_from", flat=True)) == {date(2024, 1, 1)}
