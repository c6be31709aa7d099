"""Headers are found, and rows that are neither header nor data are told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.sheets import find_header, is_header_again, is_noise

KNOWN = {"姓名", "性别", "身份证号", "户号", "户籍地址", "现住址", "备注", "户主", "党员", "联系电话"}


def known(name):
    return name.replace(" ", "") in KNOWN


def found(*rows, start=1):
    return find_header(list(enumerate([list(row) for row in rows], start)), known)


def test_titles_and_notes_stand_above_the_header():
    titles = ["莫愁湖社区户籍底册", "", ""], ["单位：莫愁湖社区", "", "日期：2026-3-1"]
    header = found(*titles, ["姓 名", "性别", "户号"], ["张三", "男", "1"])
    assert (header.first, header.last, header.data_from) == (3, 3, 4)
    assert header.names == ("姓 名", "性别", "户号")


def test_merged_headings_of_two_rows_are_joined():
    upper = ["姓名", "户籍地址", "户籍地址", "备注", "户号"]
    lower = ["姓名", "街道", "详址", "备注", "户号"]
    header = found(["标题"] * 5, upper, lower, ["张三", "a", "b", "", "1"])
    assert header.names == ("姓名", "户籍地址/街道", "户籍地址/详址", "备注", "户号")
    assert (header.first, header.last, header.data_from) == (2, 3, 4)


def test_headings_of_two_rows_are_joined_where_csv_lost_the_merging():
    upper, lower = ["姓名", "性别", "户籍地址", "", "", "备注"], ["", "", "街道", "小区", "详址", ""]
    header = found(upper, lower, ["张三", "男", "a", "b", "c", ""])
    assert header.names == ("姓名", "性别", "户籍地址/街道", "户籍地址/小区", "户籍地址/详址", "备注")
    assert header.data_from == 3


def test_groups_above_belong_to_the_header():
    header = found(
        ["基本情况", "基本情况", "住址", "住址"], ["姓名", "性别", "户籍地址", "现住址"], ["张三", "男", "a", "b"]
    )
    assert header.names == ("基本情况/姓名", "基本情况/性别", "住址/户籍地址", "住址/现住址")


def test_words_of_the_data_are_no_header():
    assert found(["甲", "乙", "丙"], ["320105195803029911", "户主", "党员"]).first == 1
    assert found(["姓名", "关系", "面貌"], *[["张三", "户主", "党员"]] * 6).first == 1


def test_without_known_headings_the_first_row_with_cells_is_the_header():
    assert found(["标题"], ["a", "b"], ["1", "2"]).names == ("a", "b")
    assert found(["姓名"], ["张三"]).names == ("姓名",)
    assert found([""], []).names == ()
    assert find_header([], known).data_from == 1


def test_numbers_of_the_file_are_kept():
    assert found(["姓名", "性别"], ["张三", "男"], start=7).data_from == 8


def test_a_repeated_header_is_told_from_data():
    header = found(["姓名", "户籍地址", "户籍地址"], ["姓名", "街道", "详址"], ["张三", "a", "b"])
    assert is_header_again(["姓名", "户籍地址", "户籍地址"], header)
    assert is_header_again(["姓  名", "街道", "详址"], header)
    assert is_header_again(["姓名", "街道", ""], header.names)
    assert not is_header_again(["张三", "街道", "x"], header)
    assert not is_header_again(["", "", ""], header)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        ["", ""],
        ["合计", "", "30"],
        ["合  计", "16户45人"],
        ["", "小计：", "3"],
        ["总计", "1", "2"],
        ["小计3户8人"],
        ["填表人：张三", "", "审核人："],
        ["制表：", "李四"],
        ["备注：以上人员均已核实"],
        ["注：1.年龄为周岁"],
        ["单位（盖章）：莫愁湖社区"],
        ["莫愁湖社区居民委员会（盖章）", "", "2026年3月1日"],
        ["第1页 共3页"],
        ["（以下空白）"],
        ["填表人：x"] * 14,
    ],
)
def test_totals_and_notes_are_noise(cells):
    assert is_noise(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "张三", "男"],
        ["张三"],
        ["总理衙门", "a"],
        ["注小明", "男"],
        ["合欢", "女"],
        ["单小红", "女", "备注：无"],
        ["1", "单位", "备注"],
    ],
)
def test_people_are_no_noise(cells):
    assert not is_noise(cells)


@given(st.lists(st.tuples(st.integers(1, 99), st.lists(st.text(max_size=6), max_size=6)), max_size=12))
def test_no_rows_break_it(rows):
    header = find_header(rows, known)
    for _number, cells in rows:
        assert is_noise(cells) in (True, False)
        assert is_header_again(cells, header) in (True, False)
