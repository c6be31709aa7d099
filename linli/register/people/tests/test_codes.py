"""Code tables: codes, labels and the words of sheets lead to the same code; nothing leads to nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.register.people import codes

pytestmark = pytest.mark.django_db
TABLES = (
    "sex", "marital", "education", "political", "employment", "ethnic", "relation", "residence_match",
    "population_kind", "identity_kind", "inflow_reason", "nationality",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_every_code_and_label_means_itself(table):
    for code, label in codes.labels(table).items():
        assert codes.code_of(table, code) == code
        # Sheets write 本人 for the head.
        assert codes.code_of(table, label) == ("02" if (table, code) == ("relation", "01") else code)
        assert codes.code_of(table, f"{code}-{label}") == code
        assert codes.code_of(table, f" {code} {label}") == code
        assert codes.label(table, code) == label


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("nothing", ["", " ", "\u3000", "\u200b"])
def test_nothing_typed_means_nothing(table, nothing):
    assert codes.code_of(table, nothing) is None


@pytest.mark.parametrize(
    ("table", "word", "code"),
    [
        ("marital", "已婚", "20"),
        ("marital", "离异", "40"),
        ("political", "中共党员", "01"),
        ("political", "群众", "13"),
        ("ethnic", "汉", "01"),
        ("ethnic", "1", "01"),
        ("ethnic", "０１", "01"),
        ("relation", "妻子", "12"),
        ("relation", "2", "02"),
        ("education", "大专", "30"),
        ("residence_match", "空挂户", "4"),
        ("population_kind", "流动人口", "floating"),
        ("population_kind", "Floating", "floating"),
        ("identity_kind", "身份证", "111"),
        ("sex", "男性", "1"),
        ("employment", "退休", "80"),
        ("marital", "20-已婚", "20"),
        ("marital", "2.已婚", "20"),
        ("relation", "01 户主", "02"),
        ("relation", "02户主", "02"),
        ("relation", "次女", "33"),
        ("relation", "侄子", "93"),
        ("relation", "弟妹", "74"),
        ("relation", "姥姥", "64"),
        ("relation", "住家保姆", "99"),
        ("relation", "非户主", None),
        # 妻 in the north, 儿媳 in the south.
        ("relation", "媳妇", None),
        ("relation", "公婆", None),
        ("education", "文盲或半文盲", "90"),
        ("identity_kind", "二代身份证", "111"),
        ("population_kind", "常住", None),
        ("population_kind", "非农业", None),
        ("marital", "不知道", None),
        ("sex", "3", None),
    ],
)
def test_the_words_of_sheets(table, word, code):
    assert codes.code_of(table, word) == code


def test_every_usual_word_stands_in_its_table():
    for table, words in codes.WORDS.items():
        known = codes.labels(table)
        assert set(words.values()) <= set(known), table


@pytest.mark.parametrize(
    ("word", "sex", "code"),
    [
        ("公婆", "1", "53"),
        ("公婆", "2", "54"),
        ("公婆", "0", None),
        ("子女", "2", "30"),
        ("父母", "0", "50"),
        ("妻", "2", None),
    ],
)
def test_a_word_of_either_sex_goes_by_whose_row_it_is(word, sex, code):
    assert codes.by_sex("relation", word, sex) == code


def test_words_that_ask_suggest_codes_of_their_table_and_are_not_known_beside():
    for table, words in codes.ASKED.items():
        known = codes.labels(table)
        for word, suggested in words.items():
            assert set(suggested) <= set(known), (table, word)
            assert word not in codes.WORDS[table], (table, word)
            assert codes.alike(table, word)[: len(suggested)] == list(suggested[:3])
    for table, pairs in codes.BY_SEX.items():
        assert {code for pair in pairs.values() for code in pair if code} <= set(codes.labels(table))
        assert not set(pairs) & set(codes.WORDS[table])


@pytest.mark.parametrize("word", ["不详", "暂无", " / ", "－", "N/A", "未知"])
def test_a_cell_may_say_nothing(word):
    assert codes.says_nothing(word)


def test_a_code_that_is_gone_shows_as_itself():
    assert codes.label("education", "77") == "77"
    assert codes.label("education", "") == ""


def test_choices_begin_with_an_empty_one():
    assert codes.choices("sex")[0] == ("", "—")
    assert codes.choices("sex", empty=None)[0] == ("0", "未知的性别")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TABLES), st.text(max_size=40))
def test_any_text_means_a_code_of_the_table_or_nothing(table, text):
    assert codes.code_of(table, text) in {None, *codes.labels(table)}
