"""Pinyin of names: surnames by our own table (单 is Shan, 曾 is Zeng), the rest by pypinyin, without tones."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from linli.lib.chinese import fold

#: Surnames that are read otherwise than the character usually is.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "任": "ren",
    "朴": "piao",
    "华": "hua",
    "盖": "ge",
    "区": "ou",
    "查": "zha",
    "种": "chong",
    "召": "shao",
    "缪": "miao",
    "乐": "yue",
    "员": "yun",
    "黑": "he",
    "秘": "bi",
    "冼": "xian",
    "折": "she",
    "翟": "zhai",
    "覃": "qin",
    "尹": "yin",
    "宁": "ning",
    "葛": "ge",
    "纪": "ji",
    "逄": "pang",
    "繁": "po",
    "燕": "yan",
    "洗": "xian",
    "隗": "wei",
    "幺": "yao",
    "哈": "ha",
    "祭": "zhai",
    "佴": "nai",
    "郇": "xun",
    "牟": "mu",
    "万俟": "moqi",
    "尉迟": "yuchi",
    "单于": "chanyu",
    "长孙": "zhangsun",
    "欧阳": "ouyang",
    "上官": "shangguan",
    "司马": "sima",
    "诸葛": "zhuge",
    "东方": "dongfang",
    "皇甫": "huangfu",
    "令狐": "linghu",
    "慕容": "murong",
    "司徒": "situ",
    "夏侯": "xiahou",
    "呼延": "huyan",
    "宇文": "yuwen",
    "澹台": "tantai",
    "公孙": "gongsun",
    "端木": "duanmu",
}
LONGEST = 120
MOST_INITIALS = 20
#: Nearly all names: nothing in them has another form.
_HAN = re.compile("[\u4e00-\u9fff]+")


def of_name(name: str) -> tuple[str, str]:
    """The pinyin of a name and its initials: ("zhangsan", "zs"). What cannot be read is left out."""
    syllables = _syllables(name)
    return "".join(syllables)[:LONGEST], "".join(one[0] for one in syllables)[:MOST_INITIALS]


def _syllables(name: str) -> list[str]:
    rest = name if _HAN.fullmatch(name) else "".join(filter(str.isalnum, fold(name).lower()))
    found: list[str] = []
    for length in (2, 1):
        surname = SURNAMES.get(rest[:length]) if len(rest) > length or length == 1 else None
        if surname is not None:
            found = [_of_character(one) for one in rest[:length]] if length == 2 else [surname]
            if length == 2 and "".join(found) != surname:
                found = _split(surname, rest[:length])
            rest = rest[length:]
            break
    return [one for one in [*found, *(_of_character(character) for character in rest)] if one]


def _split(surname: str, characters: str) -> list[str]:
    """A reading of two characters in two parts: the second part is what pypinyin says, where that fits its end."""
    second = _of_character(characters[1])
    return (
        [surname.removesuffix(second), second]
        if surname.endswith(second) and surname != second
        else [surname[:2], surname[2:]]
    )


@lru_cache(maxsize=30_000)
def _of_character(character: str) -> str:
    read = "".join(lazy_pinyin(character, style=Style.NORMAL, errors="ignore")) or character
    plain = read.replace("ü", "v")
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
