"""The model of prohibited tasks: titles of practice and titles written apart from what it learnt; figures, not luck."""

import csv
import time
from pathlib import Path

import pytest

from linli.foundation.rules import queries as rules
from linli.spine.catalogue import meaning, wording
from linli.spine.catalogue.meaning import NONE

DATA = Path(__file__).parent / "data"
TITLES = [
    (row["category"] if row["prohibited?"] == "yes" else NONE, row["title"])
    for row in csv.DictReader((DATA / "titles.tsv").read_text("utf-8").splitlines(), delimiter="\t")
]
HELD = list(meaning.read((DATA / "held.txt").read_text("utf-8")))


@pytest.fixture(scope="module")
def shipped():
    return next(one.params for one in rules._shipped() if one.domain == "admission.prohibited")


def found(shipped, text: str) -> list[str]:
    return [hit.code for hit in wording.prohibited([text], shipped)]


@pytest.mark.parametrize(("code", "title"), TITLES)
def test_titles_of_practice(shipped, code, title):
    codes = found(shipped, title)
    assert (code in codes) if code != NONE else not codes


def test_titles_in_other_styles_than_the_sentences_that_it_learnt(shipped):
    """Notices, chat, headings of tables, spaced and traditional characters, euphemisms: none of them was learnt."""
    learnt = {text for _code, text in meaning.shipped()}
    assert len(HELD) >= 120
    assert not learnt & {text for _code, text in [*HELD, *TITLES]}
    said = [(code, bool(found(shipped, text))) for code, text in HELD]
    right = sum(code != NONE and is_found for code, is_found in said)
    assert right / sum(code != NONE for code, _found in said) >= 0.9
    assert right / sum(is_found for _code, is_found in said) >= 0.9


def test_the_sentences_are_many_balanced_and_none_twice():
    codes = [code for code, _text in meaning.shipped()]
    categories = {code: codes.count(code) for code in set(codes)}
    assert len(codes) >= 900
    assert len({text for _code, text in meaning.shipped()}) == len(codes)
    assert len(categories) == 8
    assert min(categories.values()) >= 55
    assert max(count for code, count in categories.items() if code != NONE) <= 90


def test_the_same_sentences_make_the_same_model_in_whatever_order(shipped):
    pairs = [(code, text) for code, text in meaning.shipped() if len(text) < 8]
    one, other = (meaning.trained(order, lambda text: wording.signs(text, shipped)) for order in (pairs, pairs[::-1]))
    assert one.weights == other.weights


def test_words_decide_and_are_told(shipped):
    (hit,) = wording.prohibited(["各社区书记挂帅招商，年底前没有项目落地的通报"], shipped)
    assert hit.code == "investment"
    assert "招商" in hit.words
    assert "通报" in hit.words


def test_a_sentence_that_is_added_is_learnt(shipped):
    text = "每个社区本周交出三个盆栽"
    assert not found(shipped, text)
    more = {**shipped, "examples": [["income", text], ["income", "每个社区本月交出五个盆栽"]]}
    assert found(more, text) == ["income"]


def test_telling_in_one_clause_does_not_hide_a_burden_in_the_next(shipped):
    assert found(shipped, "宣传拆违政策，负责辖区拆违工作") == ["demolition"]


def test_the_cases_of_the_table_of_bases_that_their_words_stop(shipped):
    assert found(shipped, "完成招商引资任务") == ["investment"]
    (hit,) = wording.prohibited(["环境卫生整治"], shipped, community_leads=True)
    assert hit.code == "environment"


def test_a_title_is_judged_at_once(shipped):
    wording.prohibited(["通知"], shipped)
    taken = []
    for n in range(5):
        start = time.perf_counter()
        wording.prohibited([f"关于下达{n}号文件确定的各社区环境整治任务的通知，请于月底前完成"], shipped)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.005


def test_a_place_may_add_what_gives_tasks_away_and_not_what_excuses_them(shipped):
    def loosened(**changes) -> list[str]:
        return wording.looser({**shipped, **changes}, shipped)

    assert loosened() == []
    assert loosened(bearing=[*shipped["bearing"], "认领"], least=0.4) == []
    assert loosened(examples=[["tax", "上门收税"], ["no", "帮老人读税单"]]) == []
    assert loosened(examples=[["no", "社区负责拆违，月底清零"]]) == ["examples.社区负责拆违，月底清零"]
    assert loosened(targets=shipped["targets"][1:]) == [f"targets.{shipped['targets'][0]}"]
    assert loosened(harmless=[*shipped["harmless"], "任务"]) == ["harmless.任务"]
    assert loosened(least=0.9) == ["least"]
    assert loosened(categories=shipped["categories"][1:])
