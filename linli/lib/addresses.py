"""Chinese addresses and doors: take them apart, put them together, bring them to one form for comparing.

    parse("莫愁新寓３号楼二单元301")  →  Door(estate="莫愁新寓", building="3幢", entrance="2单元", room="301", floor=3)
    key("莫愁新寓3-2-301") == key("莫愁新寓3栋二单元301室")

Everything that people write for the same door gives the same `Door`: full-width characters, Chinese numerals, 栋, 号楼,
座, 幢 and #, 单元 and 门, dashes, 室 or nothing. Nothing here raises: what is not understood stays in `estate`.
"""

import re
from dataclasses import dataclass, replace

from linli.lib.chinese import fold

#: Longer than any address; the rest is not looked at.
LONGEST = 200
NUMERALS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

_CN = "[〇零一二两三四五六七八九十百]{1,5}"
_NUMBER = rf"(?:[0-9]{{1,5}}|{_CN})"
_MARK = rf"(?:[0-9]{{1,4}}[A-Z]?|[A-Z][0-9]{{0,3}}|{_CN}|[甲乙丙丁戊己东西南北中])"
_DASHES = re.compile("[-‐‑‒–—―−﹣_~～/\\\\、]+")
# 3楼 is a building only when an entrance follows; otherwise it is a floor.
_BUILDING = re.compile(rf"({_MARK})(?:号楼|号幢|号栋|幢楼?|栋楼?|座|#楼?|楼(?={_MARK}(?:单元|门)))")
_HOUSE = re.compile(rf"({_NUMBER}(?:-[0-9]{{1,3}})?)号")
_DASHED = re.compile(
    rf"(?P<estate>.*?)(?<![0-9A-Z-])(?P<building>[0-9]{{1,4}}[A-Z]?|[A-Z][0-9]{{0,2}})-(?:(?P<entrance>{_MARK})-)?"
    r"(?P<room>[0-9]{2,5}[A-Z]?)(?:室|号|房|户)?"
)
_TAIL = re.compile(
    rf"-?(?:(?P<entrance>{_MARK})(?:单元|门洞?|梯|-)-?)?(?:(?P<floor>[负B-]?{_NUMBER})(?:楼|层|F)-?)?(?P<room>.*)"
)
_ENTRANCE = re.compile(rf"({_MARK})单元")
_LAST_ROOM = re.compile(r"(?P<estate>.*?)(?<![0-9A-Z-])(?P<room>[0-9]{3,4}[A-Z]?)(?:室|房间|房)?")
_ROOM_WORD = re.compile("(?<=[0-9A-Z])(?:室|号|房间|房|户)$")
_ROOM_FLOOR = re.compile("([0-9]{1,2})[0-9]{2}[A-Z]?(?:-[0-9A-Z]+)?")
_FORMS = re.compile("号楼|幢|栋|座|单元|门|室|号|房|楼|#")


@dataclass(frozen=True, slots=True)
class Door:
    """A door, in normal form: building `3幢` (or `18号` for a house number), entrance `2单元`, room `301`.

    Every part may be "". `floor` is what was written, or what the room's number says (301 → 3, 1203 → 12), or None;
    below ground it is negative. `estate` holds the words before the building, as written but without spaces.
    """

    estate: str = ""
    building: str = ""
    entrance: str = ""
    room: str = ""
    floor: int | None = None


def parse(text: str) -> Door:
    """Take an address apart. Never raises; text without a door comes back as the estate."""
    even = _even(text)
    if not even:
        return Door()
    if matches := list(_BUILDING.finditer(even)):
        last = matches[-1]
        return _with_tail(even[: last.start()], f"{_plain(last[1])}幢", even[last.end() :])
    if found := _DASHED.fullmatch(even):
        return _door(found["estate"], building_name(found["building"]), found["entrance"] or "", None, found["room"])
    if inside := _ENTRANCE.search(even):
        return _at_entrance(even, inside.start())
    if (houses := list(_HOUSE.finditer(even))) and even != houses[-1][0]:
        last = houses[-1]
        return _with_tail(even[: last.start()], f"{_plain(last[1])}号", even[last.end() :])
    if found := _LAST_ROOM.fullmatch(even):
        return _door(found["estate"], "", "", None, found["room"])
    if re.fullmatch(rf"{_NUMBER}(?:楼|层)", even):
        return _with_tail("", "", even)
    return Door(estate=even)


def key(text: str) -> str:
    """The normal form of an address for comparing: equal for every way to write the same door.

    The estate keeps its words without punctuation, numerals become digits; 3幢 and 3号 count as the same building.
    """
    return key_of(parse(text))


def key_of(door: Door) -> str:
    """The same for a door that was taken apart already."""
    estate = re.sub(r"[\W_]+", "", door.estate)
    estate = re.sub(rf"({_CN})(?=[区期村组里巷弄号])", lambda found: _plain(found[1]), estate)
    parts = (estate, *(_FORMS.sub("", part) for part in (door.building, door.entrance, door.room)))
    return "|".join(parts)


def standard(*, place: str, entrance: str = "", room: str = "") -> str:
    """The standard address of a dwelling: the building's address, the entrance and the room: 莫愁新寓3幢2单元301室."""
    ending = "室" if room and (room[-1].isascii() and room[-1].isalnum()) else ""
    return f"{place}{entrance}{room}{ending}"


def building_name(text: str) -> str:
    """How a building is called, in normal form: 3, 3栋, ３号楼 → 3幢. Names that are no numbers stay: 综合楼."""
    even = _even(text)
    if found := re.fullmatch(rf"({_MARK})(?:号楼|号幢|号栋|幢楼?|栋楼?|座|#楼?|楼)?", even):
        return f"{_plain(found[1])}幢"
    if found := re.fullmatch(rf"({_NUMBER}(?:-[0-9]{{1,3}})?)号", even):
        return f"{_plain(found[1])}号"
    return even


def entrance_name(text: str) -> str:
    """How an entrance is called, in normal form: 2, 二单元, 2门 → 2单元; nothing stays nothing."""
    even = _even(text)
    found = re.fullmatch(rf"({_MARK})(?:单元|门洞?|梯)?", even)
    return f"{_plain(found[1])}单元" if found else even


def room_name(text: str) -> str:
    """How a room is called, in normal form: 301室, ３０１ → 301."""
    return _ROOM_WORD.sub("", _even(text).strip("-"))


def floor_of(room: str) -> int | None:
    """The floor that a room's number tells: 301 → 3, 1203 → 12; None where it tells none."""
    found = _ROOM_FLOOR.fullmatch(room)
    return (int(found[1]) or None) if found else None


def number_of(text: str) -> int | None:
    """A whole number in digits or Chinese numerals (up to 999); None for anything else."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or any(char not in NUMERALS and char not in "十百" for char in text):
        return None
    if not any(char in "十百" for char in text):
        return int("".join(str(NUMERALS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in NUMERALS:
            digit = NUMERALS[char]
        else:
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
    return total + digit


def _even(text: str) -> str:
    """One width, one dash, no spaces, capital letters."""
    folded = fold(text[:LONGEST]).replace("＃", "#")
    return _DASHES.sub("-", re.sub(r"\s+", "", folded)).upper()


def _plain(mark: str) -> str:
    """A number without leading zeros and in digits; any other mark as it is."""
    number = number_of(mark)
    if number is not None:
        return str(number)
    return mark.lstrip("0") or mark


def _at_entrance(even: str, start: int) -> Door:
    """An entrance without a word for the building: what stands right before it may be its number (莫愁新寓3-2单元)."""
    before, tail = even[:start].rstrip("-"), even[start:]
    if found := re.fullmatch(rf"(.*?)({_NUMBER}号)", before):
        return _with_tail(found[1], building_name(found[2]), tail)
    if found := re.fullmatch(r"(.*?)(?<![0-9A-Z-])([0-9]{1,4})", before):
        return _with_tail(found[1], building_name(found[2]), tail)
    return _with_tail(before, "", tail)


def _with_tail(estate: str, building: str, tail: str) -> Door:
    found = _TAIL.fullmatch(tail)
    if found is None:
        return Door(estate=estate, building=building, room=tail)
    return _door(estate, building, found["entrance"] or "", found["floor"], found["room"])


def _door(estate: str, building: str, entrance: str, floor: str | None, room: str) -> Door:
    room = room_name(room)
    door = Door(
        estate=estate.strip("-"),
        building=building,
        entrance=entrance_name(entrance) if entrance else "",
        room=room,
        floor=floor_of(room),
    )
    if floor is None:
        return door
    number = number_of(floor.lstrip("负B-")) or 0
    return replace(door, floor=-number if floor[0] in "负B-" else number)
