"""Doors as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib import addresses
from linli.lib.addresses import Door, key, parse, standard

SAME = Door("莫愁新寓", "3幢", "2单元", "301", 3)


@pytest.mark.parametrize(
    "text",
    [
        "莫愁新寓3幢2单元301室",
        "莫愁新寓３号楼二单元301",
        "莫愁新寓3栋2单元301",
        "莫愁新寓 3-2-301",
        "莫愁新寓3#2-301",
        "莫愁新寓03幢02单元301房",
        "莫愁新寓三幢二单元三楼301",
        "莫愁新寓3楼2门301室",
        "莫愁新寓3－2单元－301",
    ],
)
def test_the_same_door_in_many_hands(text):
    assert parse(text) == SAME
    assert key(text) == key("莫愁新寓3幢2单元301室")


@pytest.mark.parametrize(
    ("text", "door"),
    [
        ("", Door()),
        ("3栋301", Door("", "3幢", "", "301", 3)),
        ("3-2-301", Door("", "3幢", "2单元", "301", 3)),
        ("3-301", Door("", "3幢", "", "301", 3)),
        ("2单元1203室", Door("", "", "2单元", "1203", 12)),
        ("301室", Door("", "", "", "301", 3)),
        ("莫愁湖东路18号301室", Door("莫愁湖东路", "18号", "", "301", 3)),
        ("莫愁湖东路18号3幢2单元301室", Door("莫愁湖东路18号", "3幢", "2单元", "301", 3)),
        ("浦东路123弄5号601室", Door("浦东路123弄", "5号", "", "601", 6)),
        ("建邺府A座1201", Door("建邺府", "A幢", "", "1201", 12)),
        ("十二幢丙单元2楼", Door("", "12幢", "丙单元", "", 2)),
        ("3幢负1层05室", Door("", "3幢", "", "05", -1)),
        ("3幢东户", Door("", "3幢", "", "东户", None)),
        ("3幢301A", Door("", "3幢", "", "301A", 3)),
        ("莫愁新寓", Door("莫愁新寓")),
        ("社区居委会旁平房", Door("社区居委会旁平房")),
    ],
)
def test_other_doors(text, door):
    assert parse(text) == door


def test_names_come_to_one_form():
    assert {addresses.building_name(one) for one in ("3", "３栋", "三号楼", "3#", "3幢")} == {"3幢"}
    assert {addresses.entrance_name(one) for one in ("2", "二单元", "02门")} == {"2单元"}
    assert addresses.building_name("综合楼") == "综合楼"
    assert addresses.entrance_name("") == ""
    assert [addresses.room_name(one) for one in ("301室", "３０１", "东户")] == ["301", "301", "东户"]


def test_numerals():
    assert [addresses.number_of(one) for one in ("十", "十二", "二十", "一百零三", "三〇一", "12", "丙", "")] == [
        10,
        12,
        20,
        103,
        301,
        12,
        None,
        None,
    ]


WORDS = st.text("莫愁新寓南湖春晓园花", min_size=1, max_size=6)


@given(WORDS, st.integers(1, 99), st.integers(0, 9), st.integers(1, 33), st.integers(1, 9), st.integers(0, 5))
def test_whatever_form_the_door_is_the_same(estate, building, entrance, floor, room, form):
    number = f"{floor}{room:02d}"
    unit = f"{entrance}单元" if entrance else ""
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    text = [
        f"{estate}{building}幢{unit}{number}室",
        f"{estate}{building}号楼{unit}{number}",
        f"{estate} {building} 栋 {unit} {number} 房",
        f"{estate}{building}-{f'{entrance}-' if entrance else ''}{number}",
        f"{estate}{building}#{f'{entrance}-' if entrance else ''}{number}",
        f"{estate}{building}幢{unit}{number}室".translate(wide),
    ][form]
    expected = Door(estate, f"{building}幢", unit, number, floor)
    assert parse(text) == expected
    again = standard(place=f"{expected.estate}{expected.building}", entrance=unit, room=number)
    assert parse(again) == expected
    assert key(again) == key(text)


@given(st.text(max_size=300))
def test_any_text_is_a_door_of_some_kind(text):
    door = parse(text)
    assert key(text) == addresses.key_of(door)
    assert len(door.room) <= len(text) + 10


@given(st.text("0123456789-幢栋号楼单元室#一二十百门层负BAF东甲", max_size=40))
def test_wild_marks_do_no_harm(text):
    parse(text)
