"""What people say finds the item they mean, and nothing near it."""

from datetime import date
from pathlib import Path
from time import perf_counter

import pytest

from linli.apps.certificates.catalogue import not_issued
from linli.apps.certificates.meaning import written

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 27)
NANJING, WUHAN = "320105001001", "420102001001"


def found(text: str, area: str = NANJING) -> list[str]:
    return [item.code for item in not_issued(area, TODAY).find(text)]


def test_the_twenty_of_the_six_departments_and_the_twenty_one_of_hubei():
    nation, hubei = not_issued(NANJING, TODAY), not_issued(WUHAN, TODAY)
    assert (len(nation.items), len(hubei.items)) == (20, 21)
    assert (nation.document, hubei.document) == ("民发〔2020〕20号", "鄂民政发〔2020〕32号")
    names = {item.name for item in hubei.items}
    assert names - {item.name for item in nation.items} == {
        "缴费票据遗失证明",
        "转学证明",
        "生育状况证明",
        "户口登记项目内容变更更正申请证明",
    }
    assert "健在证明" not in names
    assert not nation.verified  # who does it instead is for each place to check


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("死亡证明", "death"),
        ("我要开个死亡证明", "death"),
        ("帮我盖一张 老人去世 的证明", "death"),
        ("死", "death"),
        ("SWZM", "death"),
        ("siwang", "death"),
        ("无犯罪记录证明", "no_crime"),
        ("离婚证明", "marriage"),
        ("养狗", "dog"),
        ("遗产继承权", "inheritance"),
        ("居民身份信息证明", "identity"),
    ],
)
def test_what_people_say_finds_the_item_first(said, code):
    assert found(said)[0] == code


@pytest.mark.parametrize(
    "said", ["居住证明", "志愿服务证明", "停车证", "z", "swzmx", "\U0001f600" * 3 + "x", "死" * 5000]
)
def test_a_near_miss_finds_nothing(said):
    assert found(said) == []


def test_a_text_without_a_word_shows_the_whole_list():
    assert len(found("")) == len(found("开证明")) == 20


def test_everyday_words_find_the_item_first():
    """Two hundred requests, written before the sayings and never among what is learnt from."""
    known = not_issued(NANJING, TODAY)
    lines = Path(__file__).with_name("asked_for.tsv").read_text(encoding="utf-8").splitlines()
    missed = []
    known.nearest("死亡")  # learns the sayings
    began = perf_counter()
    for code, said in (line.split("\t") for line in lines):
        answers = known.find(said) or known.nearest(said)
        if not answers or answers[0].code != code:
            missed.append(said)
    assert (perf_counter() - began) / len(lines) < 0.02
    assert len(lines) == 200
    assert len(missed) <= 20, missed


def test_every_item_of_every_list_has_its_sayings():
    items = {item.code for area in (NANJING, WUHAN) for item in not_issued(area, TODAY).items}
    sayings = written()
    assert items == set(sayings)
    assert all(len(set(said)) >= 25 for said in sayings.values())


def test_what_is_not_near_enough_is_offered_and_never_answered():
    known = not_issued(NANJING, TODAY)
    assert known.find("物业费") == []
    assert 0 < len(known.nearest("物业费")) <= 3
    assert known.nearest("\U0001f600") == []
