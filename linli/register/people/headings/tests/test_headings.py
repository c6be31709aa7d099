"""Headings say of whom they speak and what they ask; another's number, phone or name is never the person's own."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.register.people import headings
from linli.register.people.headings import BY_NAME, FIELDS, SELF, SUBJECTS, UNKNOWN, chosen, plain, read

#: How sheets decorate a subject and an attribute: everything says the same.
FORMS = (
    "{whose}{what}", "{whose}的{what}", "{whose} {what}", "{whose}{what}（必填）", "*{whose}{what}", "{whose}{what}：",
    "{whose}-{what}", "{what}（{whose}）", "{whose}/{what}", "{whose}信息/{what}", "{whose}情况/{what}",
    "基本信息/{whose}{what}", "{whose}\n{what}", "{whose}　{what}",
)  # fmt: skip
ATTRIBUTES = {
    "姓名": "name", "身份证号": "identity", "身份证号码": "identity", "公民身份号码": "identity",
    "证件号码": "identity",
    "联系电话": "phone", "电话": "phone", "手机号码": "phone", "联系方式": "phone", "现住址": "address",
    "家庭住址": "address", "性别": "sex", "出生日期": "born", "工作单位": "workplace", "文化程度": "education",
    "证件类型": "identity_kind",
}  # fmt: skip
OTHERS = [one for one in SUBJECTS if one.name != SELF and not one.instead]


def said(*names, sample=()):
    """Key of each column, with “?” where people are asked."""
    return [one.key + ("" if one.sure else "?") for one in read(names, sample)]


@pytest.mark.parametrize("subject", OTHERS, ids=lambda one: one.name)
@pytest.mark.parametrize("form", FORMS)
def test_every_subject_with_every_attribute(subject, form):
    for word, (what, field) in product(subject.words, ATTRIBUTES.items()):
        name = form.format(whose=word, what=what)
        one = read(["姓名", "身份证号", "联系电话", "现住址", name])[4]
        assert (one.subject, one.field) == (subject.name, field), (name, one)
        assert one.sure, name


@pytest.mark.parametrize("form", FORMS)
def test_every_word_for_the_person(form):
    own = next(one for one in SUBJECTS if one.name == SELF)
    for word, (what, field) in product(own.words, ATTRIBUTES.items()):
        one = read([form.format(whose=word, what=what)])[0]
        assert (one.subject, one.field) == (SELF, field), (form.format(whose=word, what=what), one)


@pytest.mark.parametrize("subject", [one for one in SUBJECTS if one.instead], ids=lambda one: one.name)
def test_tenants_and_applicants_are_the_persons_of_a_list_that_names_nobody_else(subject):
    for word in subject.words:
        rows = read([f"{word}姓名", f"{word}身份证号", f"{word}电话", "房东姓名", "房东电话"])
        assert [one.key for one in rows] == ["name", "identity", "phone", "landlord:name", "landlord:phone"], word
        rows = read(["姓名", "身份证号", f"{word}姓名", f"{word}身份证号"])
        assert [one.subject == SELF for one in rows] == [True, True, False, False], word


STRANGERS = (
    "邻居",
    "X",
    "结对学生",
    "房管员",
    "对方",
    "介绍人",
    "某某",
    "二舅",
    "干亲",
    "法人",
    "物业",
    "小区保安",
    "乙方",
)


@pytest.mark.parametrize("form", [form for form in FORMS if "基本" not in form])
def test_strangers_are_asked_about(form):
    for whose, (what, field) in product(STRANGERS, ATTRIBUTES.items()):
        name = form.format(whose=whose, what=what)
        one = read(["姓名", name])[1]
        if "（" not in form:
            assert one.subject != SELF or not one.field, (name, one)
        if field in ("name", "identity", "phone") and "（" not in form:
            assert (one.sure, one.key) == (False, ""), (name, one)


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=4),
    st.sampled_from(["姓名", "身份证号", "身份证号码", "证件号码", "联系电话", "手机号"]),
)
def test_nobody_knows_whose_it_is(whose, what):
    """Whatever stands before a number, phone or name is a word that says nothing more, a subject, or a stranger."""
    one = read(["姓名", whose + what])[1]
    if one.subject == SELF and one.field in ("name", "identity", "phone"):
        known = headings.vocabulary()
        assert all(any(letter in word for word in known) for letter in plain(whose)), one


def test_a_guardian_beside_the_person():
    """Case 09."""
    assert said("姓名", "监护人姓名", "监护人身份证号") == ["name", "guardian:name", "guardian:identity"]


def test_groups_over_columns():
    """Case 21, and forms of departments."""
    assert said(
        "老人信息/姓名", "老人信息/身份证号", "老人信息/住址", "监护人信息/姓名", "监护人信息/身份证号",
        "监护人信息/联系电话",
    ) == ["name", "identity", "address", "guardian:name", "guardian:identity", "guardian:phone"]  # fmt: skip
    assert said("姓名", "紧急联系人/姓名", "紧急联系人/电话") == ["name", "other_contact", "other_phone"]
    assert said("残疾人基本信息/姓名", "监护人/姓名", "监护人/联系电话") == ["name", "guardian:name", "guardian:phone"]
    assert said("姓名", "邻居/姓名", "邻居/电话") == ["name", "?", "?"]
    assert said("莫愁新寓名单/姓名", "莫愁新寓名单/电话") == ["name", "phone"]
    assert said("姓名", "残疾情况/类别", "残疾情况/等级", "低保/证号") == [
        "name", "tag:disabled.kind", "tag:disabled.level", "tag:low_income.certificate",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        ("姓名,身份证号,联系电话,监护人姓名,联系电话", "name,identity,phone,guardian:name,guardian:phone?"),
        ("姓名,身份证号,监护人,联系电话", "name,identity,guardian:name,guardian:phone?"),
        ("姓名,监护人姓名,身份证号,联系电话", "name,guardian:name,identity?,guardian:phone?"),
        ("姓名,身份证号,配偶,身份证号", "name,identity,spouse:name,spouse:identity?"),
        ("姓名,身份证号,联系人,与老人关系,联系电话", "name,identity,other_contact,contact:relation,other_phone?"),
        ("户号,户主姓名,姓名,与户主关系,身份证号,联系电话",
         "household_number,head_name,name,relation,identity,phone"),
        ("序号,户主姓名,身份证号码,家庭住址", "serial,head_name,head_identity,address"),
        ("姓名,电话,网格员,联系电话", "name,phone,worker,worker?"),
        ("被走访人,身份证号,走访人,走访人电话", "name,identity,worker,worker"),
        ("房屋地址,房东,联系电话,承租人,联系电话,身份证号",
         "address,landlord:name,landlord:phone?,name,phone,identity"),
        ("姓名,身份证号,承租人,承租人电话", "name,identity,tenant:name,tenant:phone"),
        ("申请人,申请人身份证号,家庭成员姓名,与申请人关系,身份证号", "?,?,name,relation,identity"),
        ("姓名,身份证号,老人姓名,老人身份证号", "name,identity,?,?"),
        ("姓名,联系电话,联系电话", "name,phone,?"),
        ("姓名,单位电话,本人或监护人电话,老人邻居电话", "name,?,?,?"),
        ("姓名,身份证有效期,身份证类型,监护人姓名及电话", "name,,,?"),
    ],
)  # fmt: skip
def test_columns_beside_each_other(names, keys):
    assert said(*names.split(",")) == keys.split(",")


@pytest.mark.parametrize("whose", ["长子", "次女", "子女", "结对党员", "楼上邻居", "老战友", "村医生"])
@pytest.mark.parametrize("what", ["电话", "联系方式", "身份证号"])
def test_what_stands_behind_a_word_for_somebody_is_never_surely_the_persons(whose, what):
    own = "身份证号" if what != "身份证号" else "联系电话"
    for names in (["姓名", own, whose, what], ["姓名", whose, what, own], ["姓名", own, whose, what, "配偶", what]):
        one = read(names)[names.index(what)]
        assert not (one.subject == SELF and one.sure), (names, one)


def test_rows_tell_whose_a_number_is():
    names = ("姓名", "出生日期", "监护人姓名", "身份证号")
    own = [["沈小妞", "1980-06-06", "沈玉梅", "320105198006064020"]] * 3
    assert said(*names, sample=own) == ["name", "born", "guardian:name", "identity"]
    others = [["沈小妞", "2015-06-06", "沈玉梅", "320105198006064020"]] * 3
    assert said(*names, sample=others)[3] == "identity?"


PREFIXES = ("", "是否", "是否属于", "是否存在", "本人是否", "目前", "是否为", "现")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("suffix", ["", "（是/否）", "情况", "*"])
def test_living_apart_is_the_opposite_of_living_where_the_hukou_is(prefix, suffix):
    """Cases 02 and 02b."""
    for word, opposite in (("人户分离", True), ("人户不一致", True), ("人户一致", False), ("人户不分离", False)):
        one = read(["姓名", f"{prefix}{word}{suffix}"])[1]
        assert (one.subject, one.field, one.opposite) == (SELF, "match", opposite), one


@pytest.mark.parametrize(
    "group", [field for field in FIELDS if field.name.startswith("tag:")], ids=lambda one: one.name
)
def test_what_a_group_is_asked(group):
    for word in group.synonyms:
        for name, opposite in (
            (word, False), (f"是否{word}", False), (f"是否享受{word}", False), (f"是否非{word}", True),
            (f"非{word}", True), (f"未享受{word}", True), (f"不属于{word}", True),
        ):  # fmt: skip
            one = read(["姓名", name])[1]
            assert (one.subject, one.field, one.opposite, one.aspect) == (SELF, group.name, opposite, "member"), one


@pytest.mark.parametrize(
    ("name", "field", "aspect"),
    [
        ("残疾类别", "tag:disabled", "kind"), ("残疾等级", "tag:disabled", "level"),
        ("残疾人证号", "tag:disabled", "certificate"), ("残疾证号", "tag:disabled", "certificate"),
        ("是否残疾", "tag:disabled", "member"), ("残疾情况", "tag:disabled", "member"),
        ("低保类别", "tag:low_income", "kind"), ("低保证号", "tag:low_income", "certificate"),
        ("低保金额", "tag:low_income", "amount"), ("低保享受时间", "tag:low_income", "since"),
        ("曾享受低保", "tag:low_income", "former"), ("低保停发时间", "tag:low_income", "until"),
        ("失能等级", "tag:incapable", "level"), ("月保障金额", "fact:monthly", ""),
    ],
)  # fmt: skip
def test_sides_of_a_group(name, field, aspect):
    one = read(["姓名", name])[1]
    assert (one.field, one.aspect) == (field, aspect)
    assert (one.key == field) == (aspect in ("member", ""))


def test_another_one_in_a_group_is_not_the_person():
    assert said("姓名", "监护人是否残疾", "配偶残疾等级", "父亲是否党员") == [
        "name", "guardian:tag:disabled", "spouse:tag:disabled", "father:tag:party_member",
    ]  # fmt: skip


def test_keys_mean_what_they_were_made_of():
    for name in ("姓名", "户主姓名", "户主身份证号", "紧急联系人", "紧急联系电话", "监护人电话", "残疾等级", "是否低保",
                 "非低保", "人户分离", "网格员", "房东姓名", "子女电话"):  # fmt: skip
        one = read(["姓名", name])[1] if name != "姓名" else read([name])[0]
        meant = headings.meaning_of(one.key)
        assert headings.is_key(one.key)
        assert headings.key_of(meant) == one.key
        if one.subject != "worker":
            assert (meant.subject, meant.field, meant.opposite) == (one.subject, one.field, one.opposite)
        assert headings.label(one.key)
    assert not headings.is_key("")
    assert not headings.is_key("guardian:nothing")
    assert headings.label("not:match") == "人户分离"


def test_every_synonym_of_a_field_is_read_as_it():
    for field in FIELDS:
        for word in (field.label, *field.synonyms):
            one = read([word])[0]
            assert (one.field, one.subject, one.sure) == (field.name, SELF, True), (word, one)


@given(st.lists(st.text(max_size=20), max_size=8), st.lists(st.lists(st.text(max_size=8), max_size=8), max_size=4))
def test_any_headings_can_be_read(names, sample):
    found = read(names, sample)
    assert [one.name for one in found] == names
    assert all(one.field == "" or one.field in BY_NAME for one in found)
    assert all(one.subject != UNKNOWN or one.key == "" for one in found)
    assert chosen(found).keys() <= set(range(len(names)))


@pytest.mark.parametrize("group", ["家庭成员", "家庭主要成员"])
def test_what_stands_beside_a_family_members_name_is_never_surely_the_persons(group):
    names = ["姓名", "身份证号", *(f"{group}/{what}" for what in ("姓名", "关系", "工作单位", "联系电话"))]
    assert [one.sure for one in read(names)] == [True, True, False, False, False, False]
    assert all(one.subject == UNKNOWN for one in read(names)[2:])


@pytest.mark.parametrize("name", ["已故", "已亡故", "已过世", "是否身故", "是否病故"])
def test_a_column_that_tells_who_is_dead_is_read(name):
    assert said("姓名", name) == ["name", "dead"]
    assert said("姓名", "死亡原因")[1] != "dead"
