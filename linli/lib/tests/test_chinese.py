import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.chinese import bigrams, clip, fold, mask_name, mask_phone, mobile, suggest, tidy

FAMILY = "👨‍👩‍👧‍👦"
any_text = st.text(st.characters(exclude_categories=()))
words = st.text(st.sampled_from("路灯坏了消防通道𠮷䶮aB1"), min_size=2, max_size=8)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("１３８　０００", "138 000"),
        ("Ａｂｃ，（路灯）", "Abc,(路灯)"),
        ("  路灯   坏了  ", "路灯 坏了"),
        ("一\r\n二\r三\x0b四\u2028五", "一\n二\n三\n四\n五"),
        ("a\tb", "a\tb"),
        ("NUL\x00 BOM\ufeff 零宽\u200b 反向\u202e", "NUL BOM 零宽 反向"),
        ("𠮷䶮\ue000", "𠮷䶮\ue000"),
        (f"{FAMILY}👍🏽🇨🇳❤️", f"{FAMILY}👍🏽🇨🇳❤️"),
        ("坏\ud83d字符", "坏字符"),
        ("<script>", "<script>"),
        ("", ""),
    ],
)
def test_fold_brings_text_to_one_form(text, folded):
    assert fold(text) == folded


def test_tidy_keeps_what_was_written():
    assert tidy("  你好，（世界）！\r\n  缩进　全角\x00\ud800 ") == "你好，（世界）！\n  缩进　全角"


@given(any_text)
def test_folding_and_tidying_twice_changes_nothing_and_databases_take_it(text):
    for clean in (fold, tidy):
        once = clean(text)
        assert clean(once) == once
        assert "\x00" not in once
        once.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("路灯坏了", 10, "路灯坏了"),
        ("路灯坏了", 2, "路灯"),
        ("𠮷䶮", 1, "𠮷"),
        (f"好{FAMILY}了", 4, "好"),
        (f"好{FAMILY}了", 8, f"好{FAMILY}"),
        ("e\u0301a", 1, ""),
        ("ae\u0301", 2, "a"),
        ("👍🏽", 1, ""),
        ("🇨🇳🇨🇳", 3, "🇨🇳"),
        ("🇨🇳🇨🇳", 2, "🇨🇳"),
        ("葛\U000e0100城", 1, ""),
        ("a\r\nb", 2, "a"),
        ("abc", 0, ""),
        ("abc", -1, ""),
    ],
)
def test_clip_never_splits_what_reads_as_one(text, limit, clipped):
    assert clip(text, limit) == clipped


@given(any_text, st.integers(0, 20))
def test_a_clip_is_a_short_enough_beginning(text, limit):
    short = clip(text, limit)
    assert text.startswith(short)
    assert len(short) <= limit
    if short and len(short) < len(text):
        assert not unicodedata.category(text[len(short)]).startswith("M")


def test_fifty_thousand_characters_of_anything_are_clipped_in_time():
    assert clip("e" + "\u0301" * 50_000, 40_000) == ""
    assert clip("🇨" * 50_001, 40_001) == "🇨" * 40_000


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("消防通道", ["消防", "防通", "通道"]),
        ("路灯，坏", ["路灯", "坏"]),
        ("ＡＢ1", ["ab", "b1"]),
        ("𠮷䶮氏", ["𠮷䶮", "䶮氏"]),
        ("\U000323af\U00031350", ["\U000323af\U00031350"]),  # newer than Python's own tables
        ("😀 !", []),
        ("", []),
    ],
)
def test_bigrams_of_words(text, pairs):
    assert bigrams(text) == pairs


@given(words, words, words)
def test_bigrams_find_every_word_inside_a_text(before, word, after):
    wanted, text = bigrams(word), bigrams(before + word + after)
    assert any(text[i : i + len(wanted)] == wanted for i in range(len(text)))


def test_suggest_prefers_the_longer_keyword_and_keeps_the_order_of_equals():
    keywords = {
        "市容": ["垃圾", "乱堆"],
        "消防": ["消防通道", "消防"],
        "设施": ["路灯", "井盖"],
        "物业": ["电梯", "垃圾"],
        "空": ["", "　"],
    }
    assert suggest("消防通道旁有垃圾", keywords) == [("消防", 20), ("市容", 4), ("物业", 4)]
    assert suggest("你好", keywords) == []
    assert suggest("路灯坏了，路灯！路灯", keywords) == [("设施", 4)]
    assert suggest("ＷＩＦＩ", {"网络": ["wifi", "WiFi"]}) == [("网络", 16)]


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "008613812345678",
        "8613812345678",
        "（＋８６）１３８１２３４５６７８",
        "138–1234—5678",
        "\u202d13812345678\u202c",  # as copied from a contact list
    ],
)
def test_a_mobile_number_is_understood_however_it_was_typed(typed):
    assert mobile(typed) == "13812345678"


@pytest.mark.parametrize(
    "typed", ["", "12345678901", "1381234567", "138123456789", "029-88888888", "١٣٨١٢٣٤٥٦٧٨", "张三", "1" * 50_000]
)
def test_what_is_not_a_mobile_number_is_none(typed):
    assert mobile(typed) is None


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("029-88881234", "****234"),
        ("12345", "****5"),
        ("", ""),
        ("没有", ""),
    ],
)
def test_phones_are_masked(phone, masked):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三丰", "张**"),
        ("张三", "张*"),
        ("张", "*"),
        ("", ""),
        ("𠮷野家", "𠮷**"),
        ("阿依古丽·买买提", "阿***"),
        ("葛\U000e0100城", "葛\U000e0100*"),
        (" 张三 ", "张*"),
        ("e\u0301", "**"),
    ],
)
def test_names_are_masked(name, masked):
    assert mask_name(name) == masked


@given(any_text)
def test_a_mask_shows_at_most_the_first_character_of_a_name(text):
    masked, whole = mask_name(text), tidy(text)
    assert masked.rstrip("*") in ("", clip(whole, len(masked.rstrip("*"))))
    assert not whole or masked.endswith("*")


@given(any_text)
def test_a_mask_shows_at_most_seven_digits_of_a_phone(text):
    assert sum(char.isdigit() for char in mask_phone(text)) <= 7
