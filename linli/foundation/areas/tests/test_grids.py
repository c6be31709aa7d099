import threading
from datetime import date, timedelta

import pytest
from django.db import connections

from linli.foundation.areas import actions, queries
from linli.foundation.areas.actions import Part
from linli.foundation.areas.models import Area, Boundary, Lineage
from linli.foundation.areas.tests.factories import FROM, box, make_grid

LATER = date(2026, 6, 1)


def split(grid, *parts, on=LATER):
    return actions.split(grid=grid, parts=[Part(name, shape) for name, shape in parts], on=on, source="test")


def merge(*grids, name="合并网格", on=LATER):
    return actions.merge(grids=grids, name=name, on=on, source="test")


@pytest.fixture
def grid(communities):
    return make_grid(communities[0], "凤栖苑网格", box(0, 0, 1000, 1000))


@pytest.fixture
def halves(communities):
    return [
        make_grid(communities[0], "西网格", box(0, 0, 500, 1000)),
        make_grid(communities[0], "东网格", box(500, 0, 1000, 1000)),
    ]


def test_a_grid_gets_the_next_code_in_its_community(communities, grid):
    assert (grid.id, grid.level, grid.kind) == ("320105001001001", "grid", "basic")
    sub = make_grid(grid, "凤栖苑第一网格", box(0, 0, 500, 1000))
    assert (sub.id, sub.level) == ("320105001001001001", "subgrid")
    assert make_grid(communities[1], "北圩路网格").id == "320105001004001"


def test_codes_are_never_given_twice(communities, grid):
    actions.close_grid(grid=grid, on=LATER)
    again = make_grid(communities[0], "凤栖苑网格", box(0, 0, 1000, 1000), on=LATER)
    assert again.id == "320105001001002"
    assert Boundary.objects.get(area=grid).valid_to == LATER


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_grids_opened_at_one_moment_get_different_codes_and_only_one_gets_the_ground(communities):
    start = threading.Barrier(6)
    opened, refused = [], []

    def go(number):
        community = Area.objects.get(id=communities[0].id)
        start.wait()
        try:
            shape = box(0, 0, 600, 1000) if number % 2 else None
            opened.append(make_grid(community, f"网格{number}", shape).id)
        except actions.OverlapsNeighbour:
            refused.append(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code[-3:] for code in opened) == ["001", "002", "003", "004"]
    assert len(refused) == 2


def test_a_thousandth_code_is_refused(communities):
    Area.objects.create(
        id="320105001001999",
        name="x",
        level="grid",
        kind="basic",
        parent=communities[0],
        valid_from=FROM,
        valid_to=FROM,
    )
    with pytest.raises(actions.NoCodeLeft, match="凤栖苑"):
        make_grid(communities[0], "凤栖苑网格")


@pytest.mark.parametrize("code", ["32", "320105", "320105001"])
def test_grids_lie_only_in_communities(communities, code):
    with pytest.raises(actions.WrongLevel):
        make_grid(Area.objects.get(id=code), "网格")


def test_a_sub_grid_is_not_divided_further(grid):
    sub = make_grid(grid, "凤栖苑第一网格")
    with pytest.raises(actions.WrongLevel, match="凤栖苑第一网格"):
        make_grid(sub, "更小网格")


@pytest.mark.parametrize("name", ["", "  \n ", "\u200b", "凤栖苑网格", " 凤栖苑网格 ", "长" * 61, "😀" * 50_000])
def test_names_are_needed_short_and_free(communities, grid, name):
    with pytest.raises(actions.BadName) as caught:
        make_grid(communities[0], name)
    assert "name" in caught.value.fields
    assert Area.objects.grids().count() == 1


def test_an_area_can_be_renamed_to_what_is_free(halves):
    actions.rename(area=halves[0], name=" 𠮷䶮<script>网格 ", on=LATER)
    halves[0].refresh_from_db()
    assert halves[0].name == "𠮷䶮<script>网格"
    with pytest.raises(actions.BadName):
        actions.rename(area=halves[0], name="东网格", on=LATER)


def test_a_refused_boundary_opens_no_grid(communities):
    with pytest.raises(actions.OutsideParent):
        make_grid(communities[0], "凤栖苑网格", box(0, 0, 1100, 1000))
    assert not Area.objects.grids().exists()


def test_a_divided_grid_is_not_closed(grid):
    make_grid(grid, "凤栖苑第一网格")
    with pytest.raises(actions.StillDivided):
        actions.close_grid(grid=grid, on=LATER)


def test_a_split_keeps_lineage_and_ends_the_old_grid(grid):
    west, east = split(grid, ("西网格", box(0, 0, 400, 1000)), ("东网格", box(400, 0, 1000, 1000)))
    grid.refresh_from_db()
    assert grid.valid_to == LATER
    assert [west.id[-3:], east.id[-3:]] == ["002", "003"]
    assert set(Lineage.objects.values_list("before_id", "after_id", "on", "kind")) == {
        (grid.id, west.id, LATER, "split"),
        (grid.id, east.id, LATER, "split"),
    }
    before = queries.grid_shapes("320105", "grid", LATER - timedelta(days=1))
    after = queries.grid_shapes("320105", "grid", LATER)
    assert [shape.id for shape in before] == [grid.id]
    assert [shape.id for shape in after] == [west.id, east.id]
    assert sum(shape.area_m2 for shape in after) == pytest.approx(before[0].area_m2, abs=2)


def test_a_split_part_may_keep_the_old_name(grid):
    kept, _new = split(grid, ("凤栖苑网格", box(0, 0, 400, 1000)), ("东网格", box(400, 0, 1000, 1000)))
    assert kept.name == "凤栖苑网格"


def test_sub_grids_follow_the_ground_they_lie_on(grid):
    subs = [
        make_grid(grid, "第一网格", box(0, 0, 400, 500)),
        make_grid(grid, "第二网格", box(400, 0, 1000, 1000)),
        make_grid(grid, "第三网格", box(0, 500, 400, 1000)),
    ]
    west, east = split(grid, ("西网格", box(0, 0, 400, 1000)), ("东网格", box(400, 0, 1000, 1000)))
    assert list(west.children.values_list("name", flat=True)) == ["第一网格", "第三网格"]
    assert list(east.children.values_list("id", "name")) == [(f"{east.id}001", "第二网格")]
    assert Lineage.objects.get(before=subs[1]).after_id == f"{east.id}001"
    assert not Area.objects.within(grid.id).current(LATER).exists()
    assert Boundary.objects.current(LATER).filter(area__level="subgrid").count() == 3


def test_a_line_through_a_sub_grid_is_refused_by_name(grid):
    make_grid(grid, "第一网格", box(0, 0, 500, 500))
    with pytest.raises(actions.CannotSplit, match="第一网格"):
        split(grid, ("西网格", box(0, 0, 400, 1000)), ("东网格", box(400, 0, 1000, 1000)))
    grid.refresh_from_db()
    assert grid.valid_to is None
    assert not Lineage.objects.exists()


@pytest.mark.parametrize(
    ("east", "refusal", "words"),
    [
        (box(410, 0, 1000, 1000), actions.CannotSplit, "10000 m²"),
        (box(400, 0, 1020, 1000), actions.CannotSplit, "20.0 m out"),
        (box(390, 0, 1000, 1000), actions.OverlapsNeighbour, "西网格"),
    ],
)
def test_the_parts_must_fill_the_grid_without_overlap(grid, east, refusal, words):
    with pytest.raises(refusal, match=words):
        split(grid, ("西网格", box(0, 0, 400, 1000)), ("东网格", east))
    assert Area.objects.grids().count() == 1


def test_a_split_needs_two_parts_and_a_boundary(communities, grid):
    with pytest.raises(actions.CannotSplit):
        split(grid, ("全网格", box(0, 0, 1000, 1000)))
    undrawn = make_grid(communities[1], "北圩路网格")
    with pytest.raises(actions.CannotSplit, match="no boundary"):
        split(undrawn, ("西", box(1000, 0, 1500, 1000)), ("东", box(1500, 0, 2000, 1000)))


def test_only_grids_are_split_and_only_once(communities, grid):
    parts = [("西网格", box(0, 0, 400, 1000)), ("东网格", box(400, 0, 1000, 1000))]
    with pytest.raises(actions.WrongLevel):
        split(communities[0], *parts)
    stale = Area.objects.get(id=grid.id)
    split(grid, *parts)
    with pytest.raises(actions.AreaEnded):
        split(stale, *parts)


def test_merged_grids_become_one_with_lineage(halves):
    sub = make_grid(halves[1], "东第一网格", box(500, 0, 1000, 1000))
    whole = merge(*halves)
    assert whole.id == "320105001001003"
    assert whole.boundaries.get().area_m2 == pytest.approx(1_000_000, rel=1e-4)
    assert {row.before_id for row in whole.predecessors.all()} == {half.id for half in halves}
    moved = whole.children.get()
    assert (moved.id, moved.name) == (f"{whole.id}001", "东第一网格")
    assert moved.predecessors.get().before_id == sub.id
    assert [shape.id for shape in queries.grid_shapes("320105", "grid", LATER)] == [whole.id]


def test_grids_without_boundaries_can_be_merged_too(communities):
    one, other = make_grid(communities[0], "甲"), make_grid(communities[0], "乙")
    assert not merge(one, other).boundaries.exists()


def test_grids_that_do_not_touch_stay_apart(communities):
    grids = [
        make_grid(communities[0], "西", box(0, 0, 300, 900)),
        make_grid(communities[0], "东", box(500, 0, 900, 900)),
    ]
    with pytest.raises(actions.CannotMerge, match="西 and 东 do not touch"):
        merge(*grids)


def test_three_in_a_row_become_one(communities):
    shapes = [box(0, 0, 300, 900), box(600, 0, 900, 900), box(300, 0, 600, 900)]
    grids = [make_grid(communities[0], f"网格{i}", shape) for i, shape in enumerate(shapes)]
    assert merge(*grids).boundaries.get().area_m2 == pytest.approx(810_000, rel=1e-4)


def test_only_grids_of_one_community_are_merged(communities, halves):
    other = make_grid(communities[1], "北圩路网格", box(1000, 0, 2000, 1000))
    with pytest.raises(actions.CannotMerge):
        merge(halves[1], other)
    with pytest.raises(actions.CannotMerge):
        merge(halves[0], halves[0])
    with pytest.raises(actions.CannotMerge, match="no boundary"):
        merge(halves[0], make_grid(communities[0], "未画网格"))


def test_a_split_and_a_merge_can_be_undone_without_reusing_a_code(grid):
    seen = {grid.id}
    for round_number in range(3):
        day = LATER + timedelta(days=round_number)
        parts = split(grid, ("西网格", box(0, 0, 400, 1000)), ("东网格", box(400, 0, 1000, 1000)), on=day)
        grid = merge(*parts, name="凤栖苑网格", on=day)
        fresh = {part.id for part in parts} | {grid.id}
        assert not fresh & seen
        seen |= fresh
    assert len(seen) == 10
