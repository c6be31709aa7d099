from datetime import date

import pytest
from django.core.management import CommandError, call_command

from linli.foundation.areas import demo, queries
from linli.foundation.areas.models import Area, Boundary, Level
from linli.foundation.areas.tests.factories import FIRST, FROM, SECOND, box, divisions, make_chain, make_grid

AFTER = date(2026, 6, 1)


@pytest.fixture
def grid(communities):
    grid = make_grid(communities[0], "凤栖苑网格", box(0, 0, 1000, 1000))
    make_grid(grid, "凤栖苑第一网格", box(0, 0, 500, 1000))
    return grid


def test_children_come_with_coverage_in_three_queries(grid, django_assert_num_queries):
    with django_assert_num_queries(3):
        first, second = queries.children_with_coverage("320105001", FROM)
    assert (first.name, first.communities, first.uncovered, first.grids, first.subgrids) == (
        "凤栖苑社区居委会",
        1,
        0,
        1,
        1,
    )
    assert (second.communities, second.uncovered, second.grids, second.drawn) == (1, 1, 0, True)
    (province,) = queries.children_with_coverage("", FROM)
    assert (province.communities, province.uncovered, province.subgrids, province.drawn) == (2, 1, 1, False)


def test_the_finest_area_has_no_children(grid):
    assert queries.children_with_coverage("320105001001001001", FROM) == []


def test_gaps_are_listed_in_one_query(grid, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [area.id for area in queries.gaps("", FROM)] == [SECOND]
    assert queries.gaps(FIRST, FROM) == []


def test_shapes_for_a_map_take_one_query_and_few_decimals(grid, django_assert_num_queries):
    with django_assert_num_queries(1):
        shapes = queries.grid_shapes("320105", "community", FROM)
    assert [(shape.id, shape.name) for shape in shapes] == [(FIRST, "凤栖苑社区居委会"), (SECOND, "北圩路社区居委会")]
    corner = shapes[0].geometry["coordinates"][0][0]
    assert all(number == round(number, 6) for number in corner)


def test_names_of_many_areas_take_one_query(grid, django_assert_num_queries):
    with django_assert_num_queries(1):
        names = queries.path_names([grid.id, SECOND, "990000", "", "not a code", "9" * 50_000])
    assert names[grid.id] == ("江苏省", "南京市", "建邺区", "莫愁湖街道", "凤栖苑社区居委会", "凤栖苑网格")
    assert names[SECOND][-1] == "北圩路社区居委会"
    assert names["990000"] == names[""] == names["not a code"] == ()


def test_an_area_knows_its_full_name(grid, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert grid.full_name == "江苏省南京市建邺区莫愁湖街道凤栖苑社区居委会凤栖苑网格"
    names = queries.names_of([grid.id])
    with django_assert_num_queries(0):
        assert grid.named_from(names) == "江苏省南京市建邺区莫愁湖街道凤栖苑社区居委会凤栖苑网格"
        assert str(grid) == "凤栖苑网格"


def test_the_tree_takes_one_query(grid, django_assert_num_queries):
    with django_assert_num_queries(1):
        top = queries.tree("320105", FROM)
    (street,) = top.children
    assert [node.id for node in street.children] == [FIRST, SECOND]
    assert street.children[0].children[0].children[0].name == "凤栖苑第一网格"
    assert queries.tree("320105", FROM, Level.STREET).children[0].children == ()


def test_the_tree_leaves_the_past_out(grid):
    Area.objects.filter(id__startswith=grid.id).update(valid_to=AFTER)
    assert queries.tree(FIRST, AFTER).children == ()
    assert queries.tree(grid.id, AFTER) is None
    assert queries.tree("99", AFTER) is None


@pytest.mark.parametrize("code", ["", "abc", "３２", "9" * 50_000, "32' OR 1=1", "32%", "-1"])
def test_what_is_no_code_holds_nothing(communities, code):
    assert not Area.objects.within(code).exists()
    assert not Boundary.objects.within(code).exists()
    assert queries.tree(code, FROM) is None


def test_a_subtree_is_a_prefix(communities):
    assert Area.objects.within("320105001").count() == 3
    assert Area.objects.within("32010500100").count() == 2
    assert Area.objects.within("320105002").count() == 0


def test_levels_know_their_digits():
    assert [level.digits for level in Level] == [2, 4, 6, 9, 12, 15, 18]
    assert Level.COMMUNITY.below == Level.GRID
    assert Level.SUBGRID.below is None


def test_the_command_imports_and_reports(db, tmp_path, capsys):
    call_command("areas", "import", str(demo.shipped_divisions()))
    assert "638 new, 0 renamed, 0 missing, 0 unchanged." in capsys.readouterr().out
    renamed = tmp_path / "renamed.csv"
    renamed.write_bytes(divisions("320000000000,苏省,province,"))
    call_command("areas", "import", str(renamed))
    out = capsys.readouterr().out
    assert "0 new, 1 renamed" in out
    assert "江苏省 → 苏省" in out
    assert "3201  苏省南京市" in out


def test_the_command_fails_with_every_problem(db, tmp_path):
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(divisions(*(f"3201{n:02d}000000,,district,320100000000" for n in range(1, 60))))
    with pytest.raises(CommandError) as caught:
        call_command("areas", "import", str(wrong))
    lines = str(caught.value).splitlines()
    assert len(lines) == 60
    assert lines[-1].startswith("Line 60: ")
    assert caught.value.returncode == 1


def test_the_command_lists_gaps_and_the_tree(db, capsys):
    make_chain()
    with pytest.raises(CommandError, match="2"):
        call_command("areas", "gaps", "320105")
    assert f"{FIRST}  江苏省南京市建邺区莫愁湖街道凤栖苑社区居委会" in capsys.readouterr().out
    call_command("areas", "gaps", "61")
    assert "Every community has a grid." in capsys.readouterr().out
    call_command("areas", "tree", "320105", "--level", "street")
    assert capsys.readouterr().out == "320105  建邺区\n  320105001  莫愁湖街道\n"
    with pytest.raises(CommandError):
        call_command("areas", "tree", "nowhere")
