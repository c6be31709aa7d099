"""What a row says happened (变动类型, 人员状态, 是否在世, 死亡日期): read from a closed list of words, or asked.

A word that is not in the list keeps its row out until somebody has said, once for the file, what it means: somebody who
may have died never comes in as living.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from linli.lib.chinese import fold
from linli.register.people.importing.cells import asked_word
from linli.register.people.importing.unread import unread

DATA: Final = Path(__file__).parent.parent / "data" / "events.json"
HERE, OTHER = "here", "other"
DEATH, MOVE_OUT, FLOW_OUT = "death", "move_out", "flow_out"
#: Events that take somebody away; they are of people whom the register knows.
ENDS: Final = (DEATH, MOVE_OUT, FLOW_OUT)
BIRTH: Final = "birth"
ARRIVALS: Final = (BIRTH, "move_in", "flow_in")
MOVE_WITHIN: Final = "move_within"
#: A remark as short as this that says nothing else than an end is taken at its word.
SHORT: Final = 12
#: The columns that name an event, and the table under which their words are remembered.
NAMING: Final = ("event", "status", "alive", "dead", "gone")
TABLE: Final = "event"
#: What somebody may say that a word means.
MEANINGS: Final = (HERE, *ENDS, *ARRIVALS, MOVE_WITHIN, OTHER)
#: Days that say by themselves what happened.
DAYS: Final[Mapping[str, str]] = {"died_on": DEATH, "moved_out_on": MOVE_OUT, "flowed_out_on": FLOW_OUT}
#: Columns without which a row says nothing of what happened.
TELLING: Final = frozenset({*NAMING, "event_on", "note", *DAYS})

#: The day before what a remark says: 2026年3月去世, 3.5搬走.
_WHEN: Final = re.compile(r"^[0-9年月日号./\-—\s于在]+")

Why = tuple[str, Mapping[str, Any]]
NOTHING_SAVED: Final[Mapping[str, str]] = {}


def read(text: str, saved: Mapping[str, str] = NOTHING_SAVED) -> str | None:
    """The event that a word says: a kind of `EventKind`, `here`, `other`, "" for a blank, None for an unknown word.

    `saved` is what the community has said of words.
    """
    known = saved.get(asked_word(text)) if saved else None
    if known is not None:
        return known
    word = _key(text)
    if word in _words("silent"):
        return ""
    found = _event(word)
    if found is not None:
        return found
    rest = next((word[len(no) :] for no in sorted(_words("not"), key=len, reverse=True) if word.startswith(no)), "")
    # 未死亡, 没搬走: nothing happened.
    return HERE if rest and _event(rest) in ENDS else None


def read_answer(text: str, saved: Mapping[str, str] = NOTHING_SAVED, *, yes: str, no: str) -> str | None:
    """The answer of a column that asks (是否在世): `yes` or `no`, or the event that a word says."""
    word = _key(text)
    if word in _words("yes"):
        return yes
    if word in _words("no"):
        return no
    return read(text, saved)


def settle(
    values: dict[str, Any],
    errors: dict[str, Why],
    *,
    day: Any,
    default: date | None,
    saved: Mapping[str, str] = NOTHING_SAVED,
) -> None:
    """Put event and day of a row where they belong, from all columns that say something of it.

    `day` reads a day; `default` is the day that holds for the whole sheet, if somebody chose one; `saved` are the words
    of which the community has said what they mean.
    """
    said: dict[str, str] = {}
    for name, event in _said(values, saved):
        if event is None:
            text = str(values[f"_{name}"])
            errors[name] = ("event_unknown", {"text": text[:20]})
            unread(values, name, text, errors[name], table=TABLE, word=asked_word(text))
        elif event not in ("", HERE):
            said[name] = event
    days = _days(values, errors, day)
    said |= {name: event for name, event in DAYS.items() if days.get(name) is not None}
    kinds = set(said.values())
    if not kinds:
        _remark(values, errors)
        return
    if len(kinds) > 1:
        errors[next(iter(said))] = ("events_differ", {})
        return
    _put(values, errors, kinds.pop(), next(iter(said)), days, default)


def _days(values: Mapping[str, Any], errors: dict[str, Why], day: Any) -> dict[str, date | None]:
    """The days that the row says, by column."""
    days = {}
    for name in ("event_on", *DAYS):
        if text := values.get(f"_{name}"):
            days[name], why = day(text)
            if why is not None:
                errors[name] = why
    return days


def _put(
    values: dict[str, Any],
    errors: dict[str, Why],
    event: str,
    name: str,
    days: Mapping[str, date | None],
    default: date | None,
) -> None:
    if event == OTHER:
        errors[name] = ("event_on_page", {})
        return
    own = [day for key, day in days.items() if day is not None and DAYS.get(key, event) == event]
    on = own[-1] if own else default
    values["event"] = event
    if event in ENDS:
        if on is None and not errors.keys() & days.keys():
            errors[name] = ("event_day_missing", {})
        elif on is not None and values["born"] is not None and on < values["born"] and not values["born_precision"]:
            errors[name] = ("event_before_birth", {})
        # Where they lived is known: a sheet of the dead needs no doors.
        for field in ("address", "grid", "room", "building"):
            errors.pop(field, None)
    elif event == BIRTH and on is not None and values["born"] not in (None, on) and not values["born_precision"]:
        # A number of 1960 is nobody's who was born in June.
        errors[name] = ("birth_other_day", {"day": values["born"].isoformat()})
    if on is not None:
        values["event_on"] = on.isoformat()
        if event not in ENDS:
            values["happened_on"] = on


def _said(values: Mapping[str, Any], saved: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    for name in ("event", "status"):
        if text := values.get(f"_{name}"):
            yield name, read(text, saved)
    if text := values.get("_alive"):
        yield "alive", read_answer(text, saved, yes=HERE, no=DEATH)
    if text := values.get("_dead"):
        yield "dead", read_answer(text, saved, yes=DEATH, no=HERE)
    if text := values.get("_gone"):
        yield "gone", read_answer(text, saved, yes=MOVE_OUT, no=HERE)


def _remark(values: Mapping[str, Any], errors: dict[str, Why]) -> None:
    """A remark that says nothing but “已去世” asks: it may be the only word of it."""
    note = str(values.get("note") or "")
    if note and len(note) <= SHORT and read(_WHEN.sub("", note)) in ENDS:
        errors["note"] = ("note_says_event", {"text": note})


def _event(word: str) -> str | None:
    known = _events()
    for candidate in _bare(word):
        if candidate in known:
            return known[candidate]
    return None


def _bare(word: str) -> Iterator[str]:
    """The word, and what is left without the small words before and behind it."""
    waiting, seen = [word], set()
    while waiting:
        current = waiting.pop(0)
        if not current or current in seen:
            continue
        seen.add(current)
        yield current
        waiting += [current[len(one) :] for one in _words("before") if current.startswith(one)]
        waiting += [current[: -len(one)] for one in _words("behind") if current.endswith(one)]


def _key(text: str) -> str:
    return fold(text).strip().strip("。.!！?？;；,，“”\"' ").replace(" ", "").lower()


@cache
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


@cache
def _words(which: str) -> frozenset[str]:
    return frozenset(_key(word) for word in _data()[which])


@cache
def _events() -> Mapping[str, str]:
    return {_key(word): event for event, words in _data()["words"].items() for word in words}
