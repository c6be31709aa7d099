"""The code tables of the register (GB/T 2261, 3304, 4658, 4761 …): versioned reference data of `foundation/rules`."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import timezone

from linli.foundation.rules import queries as rules
from linli.lib import countries
from linli.lib.chinese import fold

#: Endings that sheets leave out or add: 汉 for 汉族, 已婚状态 for 已婚.
ENDINGS = ("族", "教育", "党员", "人员", "者", "性", "状态", "人口", "残疾", "程度", "学历", "毕业", "婚", "籍")
#: What sheets write for it, by table. Data of the field, like the header synonyms (domain.md §15).
WORDS: Mapping[str, Mapping[str, str]] = {
    "sex": {"男": "1", "女": "2", "m": "1", "f": "2", "男性": "1", "女性": "2", "未知": "0"},
    "marital": {
        "已婚": "20",
        "未婚": "10",
        "离异": "40",
        "离婚": "40",
        "丧偶": "30",
        "再婚": "22",
        "初婚": "21",
        "复婚": "23",
    },
    "education": {
        "博士": "10",
        "硕士": "10",
        "研究生": "10",
        "本科": "20",
        "大学": "20",
        "大专": "30",
        "专科": "30",
        "中专": "40",
        "中技": "40",
        "职高": "40",
        "技校": "40",
        "高中": "60",
        "初中": "70",
        "小学": "80",
        "文盲": "90",
        "幼儿": "90",
    },
    "political": {
        "党员": "01",
        "中共党员": "01",
        "预备党员": "02",
        "团员": "03",
        "共青团员": "03",
        "群众": "13",
        "无党派": "12",
        "民革": "04",
        "民盟": "05",
        "民建": "06",
        "民进": "07",
        "农工党": "08",
        "致公党": "09",
        "九三学社": "10",
        "台盟": "11",
    },
    "relation": {
        "户主": "02",
        "本人": "02",
        "本人或户主": "02",
        "妻子": "12",
        "妻": "12",
        "丈夫": "11",
        "夫": "11",
        "配偶": "10",
        "儿子": "20",
        "子": "20",
        "女儿": "30",
        "女": "30",
        "长子": "22",
        "次子": "23",
        "长女": "32",
        "独子": "21",
        "独女": "31",
        "独生子": "21",
        "独生女": "31",
        "儿媳": "38",
        "媳妇": "38",
        "女婿": "28",
        "孙子": "41",
        "孙女": "42",
        "外孙": "43",
        "外孙子": "43",
        "外孙女": "44",
        "父亲": "51",
        "父": "51",
        "母亲": "52",
        "母": "52",
        "公公": "53",
        "婆婆": "54",
        "岳父": "55",
        "岳母": "56",
        "祖父": "61",
        "爷爷": "61",
        "祖母": "62",
        "奶奶": "62",
        "外公": "63",
        "外婆": "64",
        "哥哥": "71",
        "兄": "71",
        "嫂子": "72",
        "弟弟": "73",
        "弟": "73",
        "姐姐": "75",
        "姐": "75",
        "妹妹": "77",
        "妹": "77",
        "其他亲属": "97",
        "非亲属": "99",
        "租客": "99",
        "保姆": "99",
        "其他": "99",
    },
    "residence_match": {
        "一致": "1",
        "是": "1",
        "人户一致": "1",
        "不一致": "3",
        "否": "3",
        "人户分离": "3",
        "人在户不在": "2",
        "户在人不在": "3",
        "空挂": "4",
        "空挂户": "4",
        "挂户": "4",
    },
    "population_kind": {
        "户籍": "registered",
        "常住户籍": "registered",
        "本地": "registered",
        "常住": "registered",
        "流动": "floating",
        "外来": "floating",
        "暂住": "floating",
        "租户": "floating",
        "人户分离": "separated",
        "寄住": "lodging",
        "境外": "overseas",
    },
    "identity_kind": {
        "身份证": "111",
        "护照": "414",
        "户口本": "113",
        "港澳通行证": "516",
        "回乡证": "516",
        "台胞证": "511",
        "无": "000",
    },
    "employment": {
        "退休": "80",
        "离休": "80",
        "离退休": "80",
        "学生": "31",
        "在校": "31",
        "无业": "70",
        "待业": "70",
        "失业": "70",
        "务农": "27",
        "农民": "27",
        "个体": "54",
        "经商": "54",
        "自由职业": "51",
        "职工": "17",
        "职员": "17",
        "工人": "24",
        "公务员": "11",
        "军人": "37",
        "在职": "17",
        "务工": "24",
    },
    "nationality": countries.words(),
}


def labels(table: str, *, area_id: str = "", on: date | None = None) -> Mapping[str, str]:
    """Code → label of a table in force at a place on a day (today without one)."""
    return _labels(_entries(table, area_id, on or timezone.localdate()))


def label(table: str, code: str, *, area_id: str = "", on: date | None = None) -> str:
    """The label of a code; the code itself where the table no longer has it, nothing for none."""
    return labels(table, area_id=area_id, on=on).get(code, code)


def choices(table: str, *, area_id: str = "", on: date | None = None, empty: str | None = "—") -> list[tuple[str, str]]:
    """The entries for a drop-down, an empty one first (none with `empty=None`)."""
    rows = list(labels(table, area_id=area_id, on=on).items())
    return rows if empty is None else [("", empty), *rows]


def code_of(table: str, text: str, *, area_id: str = "", on: date | None = None) -> str | None:
    """The code that a cell means, be it the code, its label, a usual word or “20-已婚”; None where it means none."""
    word = fold(text).strip().lower()
    # Nothing typed means nothing: the endings below would make “党员” of it.
    return _code_of(table, _entries(table, area_id, on or timezone.localdate()), word) if word else None


@lru_cache(maxsize=50_000)
def _code_of(table: str, entries: tuple[tuple[str, str], ...], text: str) -> str | None:
    known = _labels(entries)
    for candidate in (text, text.split("-")[0].strip(), text.split(" ")[0], text.split("、")[0].strip()):
        if candidate in known:
            return candidate
        if candidate.upper() in known:
            return candidate.upper()
        if candidate.isdigit():
            # Excel eats leading zeros: 1 for 01.
            padded = candidate.zfill(max(len(code) for code in known))
            if padded in known:
                return padded
    words = {word.lower(): code for word, code in WORDS.get(table, {}).items()}
    # Folded like the text: 退（离）休人员 has brackets of two widths.
    by_label = {fold(name).lower(): code for code, name in known.items()}
    for word in (
        text,
        text.partition("-")[2].strip(),
        *(text.removesuffix(ending) for ending in ENDINGS if text.endswith(ending)),
        *(text + ending for ending in ENDINGS),
    ):
        if word in words:
            return words[word]
        if word and word in by_label:
            return by_label[word]
    return None


@lru_cache(maxsize=256)
def _labels(entries: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return dict(entries)


def _entries(table: str, area_id: str, on: date) -> tuple[tuple[str, str], ...]:
    found: Any = rules.params(f"codes.{table}", area_id, on)["entries"]
    return _as_tuple(id(found), found) if isinstance(found, list) else found


_kept: dict[int, tuple[Any, tuple[tuple[str, str], ...]]] = {}


def _as_tuple(key: int, found: list[list[str]]) -> tuple[tuple[str, str], ...]:
    # The rules hand out the same list again and again; a row of an import must not copy it a million times.
    kept = _kept.get(key)
    if kept is None or kept[0] is not found:
        kept = _kept[key] = (found, tuple((code, name) for code, name in found))
    return kept[1]
