"""Yes and no in the columns of groups: closed lists of both polarities, and everything else asks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.register.people.importing import answers
from linli.register.people.importing.answers import Belongs, Group, Lists

LEVELS = {
    "low_income": ("全额", "差额"),
    "extreme_poverty": ("自理", "半自理", "不能自理"),
    "disabled": ("一级", "二级", "三级", "四级"),
    "incapable": ("轻度", "中度", "重度"),
    "veteran": (),
    "party_member": (),
    "preferential": (),
    "low_income_margin": (),
    "left_behind_elder": (),
    "child_left_behind": (),
}
LABELS = {"low_income": "低保", "disabled": "残疾", "incapable": "失能老人", "veteran": "退役军人"}


def group(code: str) -> Group:
    return Group(code, [LABELS.get(code, "")], LEVELS[code])


def lists() -> Lists:
    return Lists({code: group(code) for code in LEVELS}, ["party_member"], ["社区矫正"])


@pytest.mark.parametrize(
    ("code", "said", "cells"),
    [
        ("low_income", "yes", "是 有 Y yes √ ✓ 1 T 享受 在享 低保 低保户 A类 低保B类 城市低保 全额 享受低保 是低保户"),
        (
            "low_income",
            "no",
            "否 无 N NO no × x 0 F 不享受 未享受 停发 已停发 曾享受 曾享受低保 原低保户 非低保 非低保户 低保已停发",
        ),
        ("low_income", "no", "低保(已取消) 已退出低保 / － — 没有 暂无 不是低保户"),
        (
            "low_income",
            "asks",
            "2 3 申请中 拟 拟纳入低保 待定 是(已停发) 低保申请中 非不享受 老王 低保边缘 不知为何 二档",
        ),
        ("low_income", "nothing", "不详 未知 N/A"),
        ("disabled", "yes", "是 有 肢体二级 残疾(肢体二级) 视力残疾 一级 肢体 重度残疾 肢体二 听力Ⅱ级 持残疾证 4级"),
        ("disabled", "no", "健康 正常 良好 无残疾 无 非残疾人 无残疾证 ０"),
        ("disabled", "asks", "2 4 二 听力残疾无证 高血压 肢体一级二级 疑似残疾 健康？有病"),
        ("incapable", "yes", "失能 半失能 完全失能 重度 中度失能 不能自理 生活不能自理 半自理 卧床"),
        ("incapable", "no", "自理 能自理 完全自理 可自理 正常 健康 否 生活能自理 非失能"),
        ("extreme_poverty", "yes", "自理 半自理 集中供养 特困集中供养 分散供养 五保户 是"),
        ("veteran", "yes", "是 退伍 退役士兵 转业干部 退役军人"),
        ("veteran", "no", "非 群众 否 现役 现役军人 非退役军人"),
        ("party_member", "no", "群众 团员"),
    ],
)
def test_a_column_takes_its_words_and_no_others(code, said, cells):
    for cell in cells.split():
        assert (cell, group(code).answer(cell).says) == (cell, said)


@pytest.mark.parametrize(
    ("code", "cell", "level", "facts"),
    [
        ("disabled", "残疾(肢体二级)", "二级", {"kind": "4"}),
        ("disabled", "听力Ⅱ级", "二级", {"kind": "2"}),
        ("disabled", "肢体二", "二级", {"kind": "4"}),
        ("disabled", "重度残疾", "", {"degree": "重度"}),
        ("disabled", "肢体智力一级", "一级", {"kind": "7"}),
        ("incapable", "重度失能", "重度", {}),
        ("incapable", "半失能", "", {"kind": "半失能"}),
        ("extreme_poverty", "集中供养(全护理)", "不能自理", {"kind": "集中供养"}),
        ("low_income", "低保A类", "", {"kind": "A类"}),
        ("veteran", "退役士兵", "", {"kind": "退役士兵"}),
    ],
)
def test_level_and_kind_are_held(code, cell, level, facts):
    answer = group(code).answer(cell)
    assert (answer.says, answer.level, dict(answer.facts)) == ("yes", level, facts)


def test_a_heading_that_asks_the_opposite_turns_yes_and_no_around():
    incapable = group("incapable")
    assert incapable.answer("是", opposite=True).says == "no"
    assert incapable.answer("否", opposite=True).says == "yes"
    # What names the state means it under any heading.
    assert incapable.answer("不能自理", opposite=True).says == "yes"
    assert incapable.answer("自理", opposite=True).says == "no"


def test_a_bare_number_counts_where_the_heading_says_what_it_is():
    disabled = group("disabled")
    assert disabled.answer("2", aspect="level") == answers.Answer("yes", "二级")
    assert disabled.answer("4", aspect="kind").facts == (("kind", "4"),)
    assert disabled.answer("9", aspect="kind").says == "asks"


@pytest.mark.parametrize(
    ("cell", "said"), [("是☑否□", "yes"), ("□是 ☑否", "no"), ("□是□否", "asks"), ("☑是☑否", "asks")]
)
def test_boxes(cell, said):
    assert group("low_income").answer(cell).says == said


@pytest.mark.parametrize(
    ("cell", "codes", "asks"),
    [
        ("低保", ["low_income"], []),
        ("低保、残疾二级", ["disabled", "low_income"], []),
        ("肢体二级 低保户", ["disabled", "low_income"], []),
        ("低保边缘", ["low_income_margin"], []),
        ("低保、外星人", ["low_income"], ["外星人"]),
        ("非低保户", [], []),
        ("曾享受低保", [], []),
        ("低保（已停发）", [], []),
        ("无", [], []),
        ("不享受低保，非残疾", [], []),
        ("非低保、残疾", [], ["非低保、残疾"]),
        ("非 低保户", [], ["非低保户"]),
        ("拟 低保", [], ["拟低保"]),
        ("低保申请中", [], ["低保申请中"]),
        # Left-behind, but old or young?
        ("留守", [], ["留守"]),
        ("党员", [], []),
        ("是", [], ["是"]),
        ("健康", [], ["健康"]),
    ],
)
def test_a_list_of_groups(cell, codes, asks):
    found = lists().read(cell, {})
    assert sorted(one.code for one in found.groups) == codes
    assert [answers.key(one) for one in found.asks] == [answers.key(one) for one in asks]


def test_a_list_remembers_and_never_takes_a_restricted_group():
    assert lists().read("留守", {"留守": "left_behind_elder"}).groups == (Belongs("left_behind_elder"),)
    assert lists().read("低保、网红", {"网红": ""}).groups == (Belongs("low_income"),)
    assert lists().read("社区矫正对象、低保", {}) == answers.Listed(restricted=True)


DENIALS = ("非", "不是", "未享受", "曾", "原", "已停发", "取消", "已退出", "不享受", "曾享受")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(LEVELS)), st.sampled_from(DENIALS), st.data())
def test_a_denial_before_or_behind_never_gives_the_group(code, denial, data):
    one = group(code)
    word = data.draw(st.sampled_from(sorted(one.names)))
    for cell in (denial + word, word + denial, f"{word}({denial})", f"{denial} {word}", f"{word}，{denial}"):
        assert one.answer(cell).says != "yes" or cell.replace(" ", "") in one.names
        if cell.replace(" ", "") not in {name for other in LEVELS for name in group(other).names}:
            assert not lists().read(cell, {}).groups


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(LEVELS)), st.text(max_size=40))
def test_no_text_breaks_it_and_no_strange_letter_gives_a_group(code, text):
    one = group(code)
    answer = one.answer(text)
    assert answer.says in ("yes", "no", "nothing", "asks")
    if answer.says == "yes":
        assert one._cut(answers.key(text)) or answers._general(answers.key(text)) or answers._ticked(answers.key(text))
    lists().read(text, {})
