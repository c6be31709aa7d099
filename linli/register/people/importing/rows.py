"""How one row is checked: from cells of text to the columns of `Staged`."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any

from linli.foundation import vault
from linli.lib import citizen_id, pinyin, sealing
from linli.lib.chinese import clip, fold, tidy
from linli.lib.sheets.cells import UNCOMPUTED
from linli.register.people import documents
from linli.register.people.headings import Meaning, is_group, meaning_of
from linli.register.people.importing import contacts, happening, setting_aside
from linli.register.people.importing.cells import (
    NOTHING,
    Identities,
    Remembered,
    Why,
    code_reader,
    day_reader,
    group_reader,
    phone,
    since_1904,
    tidy_number,
)
from linli.register.people.importing.columns import CONTACTS
from linli.register.people.importing.doors import Doors, Standing
from linli.register.people.importing.facts import Facts
from linli.register.people.importing.reading import Line

Values = dict[str, Any]
Errors = dict[str, Why]
Handler = Callable[[Values, str, Errors], None]

#: The columns of `Staged` that a check fills, in the order of the values it gives.
COLUMNS = (
    "batch_id", "row", "state", "cells_sealed", "errors", "given", "name", "given_name", "pinyin", "initials",
    "identity_kind", "identity_sealed", "identity_index", "sex", "born", "ethnic", "nationality", "marital",
    "education", "political", "employment", "workplace", "phone_sealed", "phone_index", "other_contact",
    "other_phone_sealed", "registered_area", "registered_address", "match", "inflow_reason", "note", "kind",
    "row_key", "relation", "happened_on", "event", "event_on", "tags", "contacts_sealed", "area_id", "estate",
    "building", "entrance", "room", "floor", "building_id", "dwelling_id", "household_key", "household_number",
    "household_id", "person_id", "same_as_row", "reason", "score", "decision", "decided_by_id", "differs", "keep",
    "moves",
)  # fmt: skip
BLANK: Values = {
    **dict.fromkeys(COLUMNS, ""),
    "errors": "{}", "identity_kind": "000", "identity_index": None, "sex": "0", "born": None, "nationality": "CHN",
    "kind": "registered", "happened_on": None, "event_on": None, "tags": "[]", "floor": None,
    "building_id": None, "dwelling_id": None,
    "household_id": None, "person_id": None, "same_as_row": None, "score": 0, "decided_by_id": None, "moves": "0",
    "state": "ok",
}  # fmt: skip
IN_ORDER = itemgetter(*COLUMNS)

CODES = {
    "sex": "sex",
    "ethnic": "ethnic",
    "education": "education",
    "political": "political",
    "employment": "employment",
    "identity_kind": "identity_kind",
    "inflow_reason": "inflow_reason",
    "marital": "marital",
    "relation": "relation",
    "match": "residence_match",
    "kind": "population_kind",
}
TEXTS = {"workplace": 120, "other_contact": 60, "registered_address": 200, "note": 300}
DOOR_PARTS = ("address", "estate", "building", "entrance", "floor", "room")
#: Between the cells of a row that is kept: no cell holds a control character.
BETWEEN = "\x1f"
#: What no name begins with, and every formula.
FORMULA = "=+-@|"
YES = frozenset({"是", "√", "✓", "y", "yes", "有", "对"})
NO = frozenset({"否", "不是", "×", "x", "n", "no", "无", "没有"})
CITIZEN, WITHOUT, HEAD = documents.CITIZEN, documents.WITHOUT, "02"
LEAST_DOCUMENT = 5
LONGEST_KEY = 90


class RowChecker:
    """Checks rows against the facts. One object per process; it remembers what it has read."""

    def __init__(self, facts: Facts, batch_id: int) -> None:
        self.facts, self.batch_id = facts, batch_id
        self.identities = Identities(facts.today)
        self.day = since_1904(day_reader(facts.today)) if facts.epoch_1904 else day_reader(facts.today)
        self.event_day = facts.event_on if facts.event_on != facts.today else None
        self.names = Remembered(self._name_parts)
        self.written = Remembered(date.isoformat)
        self.groups = group_reader(facts.groups, facts.levels)
        self.doors = Doors(facts)
        ring = facts.keyring
        self.seal_cells, self.seal_identity, self.seal_phone = (
            sealing.sealer(ring, context) if ring is not None else _nothing
            for context in (vault.STAGED, vault.IDENTITY, vault.PHONE)
        )
        self.index_identity, self.index_phone = (
            partial(sealing.blind_index, keyring=ring, context=context) if ring is not None else _nothing
            for context in (vault.IDENTITY, vault.PHONE)
        )
        self.codes = {
            name: code_reader(table, facts.tables[table]) for name, table in CODES.items() if table in facts.tables
        }
        self.fields = {name for _column, name in facts.mapping}
        self.tells = not happening.TELLING.isdisjoint(self.fields)
        self.door_parts = [(name, f"_{name}") for name in DOOR_PARTS if name in self.fields or name == "address"]
        self.plan: list[tuple[int, str, Handler]] = [
            (column, name, self._handler(name)) for column, name in facts.mapping
        ]

    def check(self, line: Line) -> tuple[Any, ...]:
        """The values of the row, in the order of `COLUMNS`."""
        cells = line.cells
        if line.aside:
            return self._aside(line)
        if UNCOMPUTED in cells:
            return self._ask_formulas(line)
        return self._check(line, cells, {})

    def _ask_formulas(self, line: Line) -> tuple[Any, ...]:
        """A row with formulas that were never computed: what they would have said is asked."""
        cells = ["" if cell == UNCOMPUTED else cell for cell in line.cells]
        asked: Errors = {
            name: ("uncomputed", {})
            for column, name in self.facts.mapping
            if column < len(cells) and line.cells[column] == UNCOMPUTED
        }
        return self._check(line, cells, asked)

    def _check(self, line: Line, cells: Sequence[str], asked: Errors) -> tuple[Any, ...]:
        errors: Errors = {}
        values = BLANK.copy()
        values["batch_id"], values["row"] = self.batch_id, line.number
        size, given = len(cells), []
        for column, name, handle in self.plan:
            text = cells[column] if column < size else ""
            if text:
                given.append(name)
                handle(values, text, errors)
        self._identity(values, errors)
        self._name(values, errors)
        standing = self._place(values, line, errors)
        self._household(values, line, standing)
        if self.tells:
            happening.settle(values, errors, day=self.day, default=self.event_day)
        self._day(values, errors)
        tags = values.get("_tags")
        if tags:
            levels: dict[str, str] = {}
            for code, level in tags:
                levels[code] = level or levels.get(code, "")
            values["tags"] = json.dumps([*levels.items()], ensure_ascii=False)
        values["contacts_sealed"] = contacts.packed(values, self.seal_cells)
        values["given"] = " ".join(given)
        errors.update(asked)
        if errors or line.corrected or values["row_key"]:
            # Other rows are read from the upload again when somebody asks for their cells.
            values["cells_sealed"] = self.seal_cells(BETWEEN.join(cells))
        if errors:
            values["state"] = "error"
            values["errors"] = json.dumps(errors, ensure_ascii=False)
        # Both databases take days as text.
        if values["born"] is not None:
            values["born"] = self.written(values["born"])
        found: tuple[Any, ...] = IN_ORDER(values)
        return found

    def _aside(self, line: Line) -> tuple[Any, ...]:
        """A row that is about nobody, or stays out: with its reason, so that it is counted and can be taken in."""
        hidden = line.aside == setting_aside.HIDDEN
        values = {
            **BLANK,
            "batch_id": self.batch_id,
            "row": line.number,
            "state": "left_out",
            "reason": line.aside,
            "area_id": self.facts.target or self.facts.area_id,
            "household_key": f"r:{line.head_row or line.number}",
            "cells_sealed": "" if hidden else self.seal_cells(BETWEEN.join(line.cells)),
        }
        found: tuple[Any, ...] = IN_ORDER(values)
        return found

    def _handler(self, name: str) -> Handler:
        if name in self.codes:
            return self._code(name)
        if name in TEXTS:
            return self._text(name, TEXTS[name])
        if name in ("born", "happened_on"):
            return self._a_day(name)
        meaning = meaning_of(name)
        if meaning.subject in CONTACTS:
            return contacts.handler(meaning.subject, meaning.field, self.identities)
        if is_group(meaning.field):
            return self._one_group(meaning)
        if meaning.opposite:
            return self._opposite(meaning.field)
        return getattr(self, f"_take_{name}", None) or self._raw(name)

    def _code(self, name: str) -> Handler:
        read = self.codes[name]

        def handle(values: Values, text: str, errors: Errors) -> None:
            code, why = read(text)
            if why is not None:
                errors[name] = why
            elif code:
                values[name] = code

        return handle

    def _text(self, name: str, most: int) -> Handler:
        read: Remembered[str, str] = Remembered(lambda text: clip(tidy(text), most))

        def handle(values: Values, text: str, errors: Errors) -> None:
            values[name] = read(text)

        return handle

    def _raw(self, name: str) -> Handler:
        def handle(values: Values, text: str, errors: Errors) -> None:
            values[f"_{name}"] = text

        return handle

    def _a_day(self, name: str) -> Handler:
        def handle(values: Values, text: str, errors: Errors) -> None:
            values[name], why = self.day(text)
            if why is not None:
                errors[name] = why

        return handle

    def _take_phone(self, values: Values, text: str, errors: Errors) -> None:
        number, why = phone(text)
        if why is not None:
            errors["phone"] = why
        elif number:
            values["phone_sealed"] = self.seal_phone(number)
            values["phone_index"] = self.index_phone(number)

    def _take_other_phone(self, values: Values, text: str, errors: Errors) -> None:
        number, why = phone(text)
        if why is not None:
            errors["other_phone"] = why
        elif number:
            values["other_phone_sealed"] = self.seal_phone(number)

    def _take_nationality(self, values: Values, text: str, errors: Errors) -> None:
        word = fold(text).upper()
        values["nationality"] = "CHN" if word in ("中国", "中国籍", "CN") else word[:3]

    def _take_registered_area(self, values: Values, text: str, errors: Errors) -> None:
        values["registered_area"] = "".join(one for one in fold(text) if one.isdigit())[:12]

    def _take_tags(self, values: Values, text: str, errors: Errors) -> None:
        found, why = self.groups(text)
        if why is not None:
            errors["tags"] = why
        elif found:
            values.setdefault("_tags", []).extend(found)

    def _opposite(self, name: str) -> Handler:
        """A heading that asks the opposite (人户分离): yes and no change places, other words say what they say."""
        read = self._code(name)

        def handle(values: Values, text: str, errors: Errors) -> None:
            word = fold(text).strip().lower()
            read(values, "否" if word in YES else "是" if word in NO else text, errors)

        return handle

    def _one_group(self, meaning: Meaning) -> Handler:
        code = meaning.field.removeprefix("tag:")
        levels = self.facts.levels.get(code, ())
        _code, computed, restricted = self.facts.groups.get(code, (code, True, False))
        if computed or restricted:
            # Nobody types what follows from facts.
            return lambda _values, _text, _errors: None

        def handle(values: Values, text: str, errors: Errors) -> None:
            word = fold(text).strip()
            if (word.lower() not in NO) if meaning.opposite else (word in NOTHING):
                return
            level = next((level for level in levels if level in word), "")
            values.setdefault("_tags", []).append((code, level))

        return handle

    def _take_row_key(self, values: Values, text: str, errors: Errors) -> None:
        values["row_key"] = text.strip()[:LONGEST_KEY]

    def _identity(self, values: Values, errors: Errors) -> None:
        text = values.get("_identity")
        number = tidy_number(text) if text else ""
        if not number or number in NOTHING or "identity" in errors:
            values["identity_kind"] = WITHOUT
            return
        kind = values["identity_kind"]
        whole = (len(number) == citizen_id.OLD and citizen_id.upgraded(number)) or number
        born, sex, why = self.identities.citizen(whole)
        if why is not None:
            # Not a number of 18 characters: a passport, or a mistake.
            if kind not in (WITHOUT, *documents.ALWAYS_WHOLE):
                why = None if len(number) >= LEAST_DOCUMENT else ("document_short", {})
            if why is not None:
                errors["identity"] = why
                return
            key = documents.key(kind, number)
        else:
            number, key = whole, documents.whole_key(whole)
            self._whole_number(values, whole, born, sex, errors)
        values["identity_sealed"] = self.seal_identity(number)
        values["identity_index"] = self.index_identity(key)

    def _whole_number(self, values: Values, whole: str, born: date | None, sex: str, errors: Errors) -> None:
        """What a number of 18 characters says, and what contradicts it. It decides the kind of document."""
        if values["born"] not in (None, born):
            errors["born"] = ("identity_says_day", {"day": born.isoformat() if born else ""})
        if values["sex"] not in ("0", "9", sex):
            errors["sex"] = ("identity_says_sex", {})
        values["born"], values["sex"], values["identity_kind"] = born, sex, documents.kind_of(whole)
        if "nationality" not in self.fields and whole[0] == citizen_id.FOREIGN:
            values["nationality"] = citizen_id.nationality_of(whole) or values["nationality"]

    @staticmethod
    def _name_parts(text: str) -> tuple[str, str, str, str]:
        name = clip(tidy(text), 60)
        if " " in name and not name.isascii():
            name = "".join(name.split())  # 张 三 is written wide to fill the cell
        return (name, name[1:], *pinyin.of_name(name))

    def _name(self, values: Values, errors: Errors) -> None:
        text = values.get("_name")
        parts = self.names(text) if text else None
        if parts is None or not parts[0]:
            errors["name"] = ("name_missing", {})
            return
        if parts[0][0] in FORMULA:
            errors["name"] = ("name_formula", {})
        values["name"], values["given_name"], values["pinyin"], values["initials"] = parts

    def _place(self, values: Values, line: Line, errors: Errors) -> Standing:
        parts = {name: values[key] for name, key in self.door_parts if key in values}
        if line.address and not parts:
            parts["address"] = line.address
        standing = self.doors.stand(parts, values.get("_grid", "") or line.grid)
        if standing.why is not None:
            errors[standing.why_field] = standing.why
        values["area_id"] = standing.area_id
        values["estate"], values["building"] = standing.estate, standing.building
        values["entrance"], values["room"], values["floor"] = standing.entrance, standing.room, standing.floor
        values["building_id"], values["dwelling_id"] = standing.building_id, standing.dwelling_id
        if standing.words and "note" not in self.fields:
            values["note"] = clip(f"住址：{tidy(standing.words)}", 300)
        return standing

    def _household(self, values: Values, line: Line, standing: Standing) -> None:
        number = fold(values.get("_household_number", "") or line.household_number)[:20]
        values["household_number"] = number
        head = tidy_number(values["_head_identity"]) if values.get("_head_identity") else ""
        name = tidy(values["_head_name"]) if values.get("_head_name") else ""
        door = standing.door
        if number:
            key = f"n:{number}"
        elif head:
            key = "i:" + self.index_identity(head)[:40]
        elif name:
            key = f"h:{name[:40]}@{door}"
        elif line.head_row:
            key = f"r:{line.head_row}"
        elif door and standing.room:
            key = f"d:{door}"
        else:
            key = f"r:{line.number}"
        values["household_key"] = key[:120]
        if name and not values["relation"] and name == values["name"]:
            values["relation"] = HEAD

    def _day(self, values: Values, errors: Errors) -> None:
        day: date = values["happened_on"] or self.facts.event_on
        born = values["born"]
        values["happened_on"] = self.written(born if born is not None and born > day else day)


def _nothing(_text: str) -> str:
    return ""


def errors_of(text: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """The errors of a staged row: field → (code of a sentence, its values)."""
    return {name: (code, given) for name, (code, given) in json.loads(text or "{}").items()}


def check_all(checker: RowChecker, lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    """Check many rows."""
    return [checker.check(line) for line in lines]
