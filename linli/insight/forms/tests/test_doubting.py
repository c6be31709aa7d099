"""Headings that only look like something held: they stay empty, and rows about children are not those of households."""

import pytest

from linli.insight.forms import asking, rosters
from linli.insight.forms.rosters import HOUSEHOLD, PERSON


def keys(text: str, unit: str = PERSON, tag: str = "") -> list[str]:
    """What each heading of a form is read as."""
    return [column.key for column in asking.columns_of(text.split(), unit=unit, tag=tag)]


@pytest.mark.parametrize(
    "name",
    [
        "证件号码(后6位)",
        "身份证号（末四位）",
        "联系电话(后4位)",
        "年龄(虚岁)",
        "虚岁",
        "出生年份",
        "出生日期(年)",
        "姓名(拼音)",
        "原姓名",
        "原住址",
        "原户籍地址",
        "原工作单位",
        "原职业",
        "第二监护人",
        "联系人2电话",
        "其他联系人电话",
        "代理人姓名",
        "代办人",
        "担保人电话",
        "委托人",
        "亲属姓名",
        "家属电话",
        "儿子电话",
        "女儿姓名",
        "岳父姓名",
        "伤残等级",
        "是否伤残",
        "是否办理残疾证",
        "是否取得残疾证",
        "是否党员家庭",
    ],
)
def test_a_narrower_or_another_question_stays_empty(name):
    assert keys(f"姓名 {name}") == ["name", ""]


@pytest.mark.parametrize(
    "name",
    [
        "介绍人",
        "陪同人员",
        "法人",
        "代领人",
        "接收人",
        "主治医生",
        "养老护理员",
        "调解员",
        "长女",
        "儿子",
        "村医",
        "楼长",
    ],
)
def test_a_phone_behind_somebody_unknown_is_nobodys(name):
    assert keys(f"姓名 性别 身份证号 {name} 联系电话 是否低保") == ["name", "sex", "identity", "", "", "tag:low_income"]


def test_a_phone_behind_what_is_no_person_is_the_rows_own():
    assert keys("姓名 是否常住人 联系电话 特长 家庭住址") == ["name", "", "phone", "", "address"]
    assert keys("姓名 介绍人 本人电话") == ["name", "", "phone"]


@pytest.mark.parametrize("name", ["妇女姓名", "军人姓名", "学生姓名"])
def test_what_stands_behind_the_name_of_whom_rows_are_about_is_theirs(name):
    assert keys(f"序号 {name} 出生日期 身份证号码 联系电话 丈夫姓名") == [
        "number", "name", "born", "identity", "phone", "spouse:name"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["儿童姓名", "学生姓名", "妇女姓名", "军人姓名", "党员姓名", "残疾人姓名", "老人姓名"])
def test_a_row_that_names_somebody_beside_the_head_is_theirs(name):
    text = f"序号 {name} 户主姓名 户主电话"
    assert rosters.unit_of(text.split()) == PERSON
    assert keys(text) == ["number", "name", "head:name", "head:phone"]


def test_a_head_in_a_group_is_still_the_household():
    assert rosters.unit_of(["序号", "户主/姓名", "户主/身份证号", "监护人/姓名"]) == HOUSEHOLD
    assert rosters.unit_of(["序号", "户主/姓名", "残疾人/姓名"]) == PERSON


def test_what_a_household_is_asked_is_not_told_of_its_head_alone():
    assert keys("户主姓名 是否低保 是否残疾 户主是否残疾 残疾证号 残疾人", HOUSEHOLD) == [
        *("name", "home:low_income", "", "tag:disabled", "", "")
    ]
    assert keys("姓名 家庭是否低保 是否低保") == ["name", "home:low_income", "tag:low_income"]


def test_a_child_that_is_lost_is_not_the_child_that_is_left():
    assert keys("姓名 子女姓名", tag="bereaved") == ["name", ""]
    assert keys("姓名 子女姓名") == ["name", "child:name"]
