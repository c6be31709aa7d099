"""How one row is checked: from cells of text to the columns of `Staged`."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any

from linli.foundation import vault
from linli.lib import citizen_id, divisions, pinyin, sealing
from linli.lib.chinese import clip, fold, tidy
from linli.lib.days import fits, precision_of
from linli.lib.sheets.cells import UNCOMPUTED
from linli.register.people import codes, documents
from linli.register.people.headings import SELF, Meaning, is_group, meaning_of
from linli.register.people.importing import contacts, happening, names
from linli.register.people.importing.cells import (
    DITTO,
    LONGEST_NUMBER,
    NOTHING,
    Identities,
    Remembered,
    Why,
    asked_word,
    code_reader,
    day_reader,
    since_1904,
    text_reader,
    tidy_number,
)
from linli.register.people.importing.columns import CONTACTS
from linli.register.people.importing.doors import Doors, Standing
from linli.register.people.importing.facts import Facts
from linli.register.people.importing.groups_said import PARTY, GroupCells
from linli.register.people.importing.numbers import Phones, read_phones
from linli.register.people.importing.reading import Line
from linli.register.people.importing.unread import Rows, Unread, unread

Values = dict[str, Any]
Errors = dict[str, Why]
Handler = Callable[[Values, str, Errors], None]

#: The columns of `Staged` that a check fills, in the order of the values it gives.
COLUMNS = (
    "batch_id", "row", "state", "cells_sealed", "errors", "given", "unread", "name", "given_name", "pinyin", "initials",
    "identity_kind", "identity_sealed", "identity_index", "sex", "born", "born_precision", "ethnic", "nationality",
    "marital",
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
    "nationality": "nationality",
}
TEXTS = {"workplace": 120, "other_contact": 60, "registered_address": 200, "note": 300}
DOOR_PARTS = ("address", "estate", "building", "entrance", "floor", "room")
#: Between the cells of a row that is kept: no cell holds a control character.
BETWEEN = "\x1f"
CITIZEN, WITHOUT, HEAD = documents.CITIZEN, documents.WITHOUT, "02"
LEAST_DOCUMENT = 5
LONGEST_KEY = 90
LONGEST_HOUSEHOLD_NUMBER = 20
#: Fields of which something may be read although their cell is kept, too: a phone and its extension, groups of a list.
SAID_IN_PART = frozenset({"phone", "other_phone", "tags"})
#: Under a heading that asks the opposite (人户分离), by the word of the cell.
OPPOSITES: Mapping[str, tuple[str, Why | None]] = {
    **dict.fromkeys(("是", "√", "✓", "对"), ("3", None)), **dict.fromkeys(("否", "×", "不"), ("1", None)),
    **{one: ("", ("not_in_table", {"text": one})) for one in "01"},
}  # fmt: skip


class RowChecker:
    """Checks rows against the facts. One object per process; it remembers what it has read.

    A cell that may stay empty and cannot be read keeps nobody out: it goes to `unread`, sealed, and the row names it.
    """

    def __init__(self, facts: Facts, batch_id: int) -> None:
        self.facts, self.batch_id = facts, batch_id
        self.identities = Identities(facts.today)
        self.day, self.birth = day_reader(facts.today), day_reader(facts.today, partly=True)
        if facts.epoch_1904:
            self.day, self.birth = since_1904(self.day), since_1904(self.birth)
        self.names = Remembered(_name_parts)
        self.phones: Remembered[str, Phones] = Remembered(read_phones)
        self.divisions = Remembered(_division)
        self.household_numbers = Remembered(_household_number)
        self.saved_events = facts.saved.get(happening.TABLE, {})
        self.event_day = facts.event_on if facts.event_on != facts.today else None
        self.written = Remembered(date.isoformat)
        self.groups = GroupCells(facts)
        self.doors = Doors(facts)
        ring = facts.keyring
        self.seal_cells, self.seal_identity, self.seal_phone, seal_unread = (
            sealing.sealer(ring, context) if ring is not None else _nothing
            for context in (vault.STAGED, vault.IDENTITY, vault.PHONE, vault.UNREAD)
        )
        self.index_identity, self.index_phone = (
            partial(sealing.blind_index, keyring=ring, context=context) if ring is not None else _nothing
            for context in (vault.IDENTITY, vault.PHONE)
        )
        self.unread = Unread(batch_id, seal_unread)
        self.fields = {said_of(name) for _column, name in facts.mapping}
        self.tells = not happening.TELLING.isdisjoint(self.fields)
        self.door_parts = [(name, f"_{name}") for name in DOOR_PARTS if name in self.fields or name == "address"]
        self.plan: list[tuple[int, str, Handler]] = [
            (column, said_of(name), self._handler(name)) for column, name in facts.mapping
        ]

    def check(self, line: Line) -> tuple[Any, ...]:
        """The values of the row, in the order of `COLUMNS`; its cells that cannot be read are added to `unread`."""
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
        self._name(values, errors, sure=line.named)
        identity = self._identity(values, errors)
        self._by_sex(values)
        self._numbers(values, given)
        standing = self._place(values, line, errors)
        self._household(values, line, standing)
        if identity is not None:
            self._without_number(values, standing, identity, errors)
        if self.tells:
            happening.settle(values, errors, day=self.day, default=self.event_day, saved=self.saved_events)
        self._day(values, errors)
        self.groups.settle(values)
        unread = values.get("_unread")
        if unread:
            values["unread"] = self.unread.add(line.number, unread)
            # Nothing was said of them.
            silent = {said_of(one.field) for one in unread} - SAID_IN_PART
            given = [name for name in given if name not in silent]
        values["contacts_sealed"] = contacts.packed(values, self.seal_cells)
        values["given"] = " ".join(given)
        errors.update(asked)
        if errors or unread or line.corrected or values["row_key"]:
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
        values = {
            **BLANK,
            "batch_id": self.batch_id,
            "row": line.number,
            "state": "left_out",
            "reason": line.aside,
            "area_id": self.facts.target or self.facts.area_id,
            "household_key": f"r:{line.head_row or line.number}",
            "cells_sealed": self.seal_cells(BETWEEN.join(line.cells)),
        }
        found: tuple[Any, ...] = IN_ORDER(values)
        return found

    def _handler(self, name: str) -> Handler:
        meaning = meaning_of(name)
        if meaning.subject == SELF and meaning.field in CODES:
            return self._code(name, meaning)
        if name in TEXTS:
            return self._text(name, TEXTS[name])
        if meaning.subject in CONTACTS:
            return contacts.handler(meaning.subject, meaning.field, self.identities)
        if name == "tags" or is_group(meaning.field):
            return self.groups.handler(name, meaning)
        if name in DOOR_PARTS:
            return self._door_part(name)
        return getattr(self, f"_take_{name}", None) or self._raw(name)

    def _code(self, name: str, meaning: Meaning) -> Handler:
        field, opposite, table = meaning.field, meaning.opposite, CODES[meaning.field]
        saved_as = f"not:{table}" if opposite else table
        read = code_reader(table, self.facts.tables[table], self.facts.saved.get(saved_as, {}))

        def handle(values: Values, text: str, errors: Errors) -> None:
            code, why = read(text)
            if opposite and code and why is None:
                # “人户分离: 是” is not 人户一致; a bare 1 may be a code or a yes.
                code, why = OPPOSITES.get(fold(text).strip(), (code, None))
            if why is not None:
                unread(values, name, text, why, table=saved_as, word=asked_word(text))
            elif code:
                values[field] = code

        return handle

    def _text(self, name: str, most: int) -> Handler:
        read = text_reader(most)

        def handle(values: Values, text: str, errors: Errors) -> None:
            values[name], why = read(text)
            if why is not None:
                unread(values, name, text, why)

        return handle

    def _raw(self, name: str) -> Handler:
        def handle(values: Values, text: str, errors: Errors) -> None:
            values[f"_{name}"] = text

        return handle

    def _door_part(self, name: str) -> Handler:
        def handle(values: Values, text: str, errors: Errors) -> None:
            # A ditto mark that is left says what the row above says: the line brings that.
            if text not in DITTO:
                values[f"_{name}"] = text

        return handle

    def _take_born(self, values: Values, text: str, errors: Errors) -> None:
        values["born"], why = self.birth(text)
        values["born_precision"] = precision_of(values["born"])
        if why is not None:
            unread(values, "born", text, why)

    def _take_happened_on(self, values: Values, text: str, errors: Errors) -> None:
        values["happened_on"], why = self.day(text)
        if why is not None:
            unread(values, "happened_on", text, why)

    def _take_registered_area(self, values: Values, text: str, errors: Errors) -> None:
        code = self.divisions(text)
        if code:
            values["registered_area"] = code
        elif not codes.says_nothing(text):
            unread(values, "registered_area", text, ("no_division", {}))

    def _take_row_key(self, values: Values, text: str, errors: Errors) -> None:
        values["row_key"] = text.strip()[:LONGEST_KEY]

    def _identity(self, values: Values, errors: Errors) -> Why | None:
        """Read the number of the document; returns why it cannot be one."""
        text = values.get("_identity")
        number = tidy_number(text) if text else ""
        if not number or number in NOTHING or "identity" in errors:
            values["identity_kind"] = WITHOUT
            return None
        kind = values["identity_kind"]
        whole = (len(number) == citizen_id.OLD and citizen_id.upgraded(number)) or number
        born, sex, why = self.identities.citizen(whole)
        if why is not None:
            # Not a number of 18 characters: a passport, or a mistake.
            if kind not in (WITHOUT, *documents.ALWAYS_WHOLE) and why[0] != "hidden":
                why = None if LEAST_DOCUMENT <= len(number) <= LONGEST_NUMBER else ("document_short", {})
            if why is not None:
                return why
            key = documents.key(kind, number)
        else:
            number, key = whole, documents.whole_key(whole)
            self._whole_number(values, whole, born, sex, errors)
        values["identity_sealed"] = self.seal_identity(number)
        values["identity_index"] = self.index_identity(key)
        return None

    def _whole_number(self, values: Values, whole: str, born: date | None, sex: str, errors: Errors) -> None:
        """What a number of 18 characters says, and what contradicts it. It decides the kind of document.

        A contradiction stays an error of the row: the number may be somebody else's.
        """
        told, known = values["born"], values["born_precision"]
        if told is not None and told != born and not (known and born is not None and fits(born, told, known)):
            errors["born"] = ("identity_says_day", {"day": born.isoformat() if born else ""})
        if values["sex"] not in ("0", "9", sex):
            errors["sex"] = ("identity_says_sex", {})
        kind = documents.kind_of(whole)
        if documents.contradicts(values["identity_kind"], kind):
            text = dict(self.facts.tables["identity_kind"]).get(values["identity_kind"], "")
            unread(values, "identity_kind", text, ("kind_by_number", {"text": text}))
        values["born"], values["sex"], values["identity_kind"] = born, sex, kind
        values["born_precision"] = ""
        if "nationality" not in self.fields and whole[0] == citizen_id.FOREIGN:
            values["nationality"] = citizen_id.nationality_of(whole) or values["nationality"]

    def _without_number(self, values: Values, standing: Standing, why: Why, errors: Errors) -> None:
        """A damaged number keeps nobody out who is told apart otherwise: by birthday, phone, door or household."""
        values["identity_kind"] = WITHOUT
        if values["born"] or values["phone_index"] or standing.room or values["household_number"]:
            unread(values, "identity", values["_identity"], why)
        else:
            errors["identity"] = why

    @staticmethod
    def _by_sex(values: Values) -> None:
        """Words of either sex (公婆, 子女) wait until the sex is known."""
        for one in list(values.get("_unread", ())):
            code = codes.by_sex(one.table, one.word, values["sex"]) if one.word else None
            if code is not None:
                values[one.field] = code
                values["_unread"].remove(one)

    def _numbers(self, values: Values, given: list[str]) -> None:
        """The phones: the person's own, and the one beside it. A masked number is told, and never kept as a number."""
        for name in ("phone", "other_phone"):
            text = values.get(f"_{name}")
            if not text:
                continue
            read = self.phones(text)
            if read.why or (text in DITTO):
                why = ("ditto", {"text": text}) if text in DITTO else (read.why, {"digits": read.digits})
                unread(values, name, text, why)
                continue
            own, other, who = read.own, read.other, read.who
            if who and who == values["name"] and not own:
                own, other, who = other, "", ""
            if name == "other_phone":
                own, other, spare = "", own or other, other if own else ""
            else:
                spare = other if other and values.get("_other_phone") else ""
                other = "" if spare else other
            if own:
                values["phone_sealed"], values["phone_index"] = self.seal_phone(own), self.index_phone(own)
            if other:
                self._beside(values, other, who, given)
            if spare or read.rest:
                unread(values, name, text, ("phone_more", {}))

    def _beside(self, values: Values, number: str, who: str, given: list[str]) -> None:
        values["other_phone_sealed"] = self.seal_phone(number)
        given.append("other_phone")
        if who and not values["other_contact"]:
            values["other_contact"] = clip(who, TEXTS["other_contact"])
            given.append("other_contact")

    def _name(self, values: Values, errors: Errors, *, sure: bool = False) -> None:
        """The name; `sure`: somebody has said that this is one."""
        text = values.get("_name")
        if not text:
            errors["name"] = ("name_missing", {})
            return
        *parts, why = self.names(text)
        if why and not (sure and why in names.MAY_BE):
            errors["name"] = (why, {"text": text[:30], "most": names.LONGEST})
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
        for name, why in standing.unread:
            unread(values, name, values.get(f"_{name}", line.address), why)
        if standing.words:
            self._words_of_place(values, f"住址：{tidy(standing.words)}", parts)
        return standing

    @staticmethod
    def _words_of_place(values: Values, words: str, parts: Mapping[str, str]) -> None:
        """An address that names no building is kept in the remark, or waits where the remark has no room for it."""
        note = f"{values['note']}；{words}" if values["note"] else words
        if len(note) <= TEXTS["note"]:
            values["note"] = note
            return
        for name, text in parts.items():
            unread(values, name, text, ("no_building", {}))

    def _household(self, values: Values, line: Line, standing: Standing) -> None:
        whole = values.get("_household_number", "") or line.household_number
        number = self.household_numbers(whole) if whole else ""
        if len(number) > LONGEST_HOUSEHOLD_NUMBER:
            unread(
                values, "household_number", number, ("too_long", {"most": LONGEST_HOUSEHOLD_NUMBER, "n": len(number)})
            )
        else:
            values["household_number"] = number
        head = tidy_number(values["_head_identity"]) if values.get("_head_identity") else ""
        name = names.spread(values["_head_name"]) if values.get("_head_name", "") not in ("", *DITTO) else ""
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
        if name and not values["relation"] and name == values["name"] and not _unread_here(values, "relation"):
            values["relation"] = HEAD

    def _day(self, values: Values, errors: Errors) -> None:
        day: date = values["happened_on"] or self.facts.event_on
        born = values["born"]
        late = born is not None and born > day and not values["born_precision"]
        values["happened_on"] = self.written(born if late else day)


def _nothing(_text: str) -> str:
    return ""


def errors_of(text: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """The errors of a staged row: field → (code of a sentence, its values)."""
    return {name: (code, given) for name, (code, given) in json.loads(text or "{}").items()}


def said_of(name: str) -> str:
    """The field of a person that a column tells of: “not:match” of match; of others' columns the column itself."""
    meaning = meaning_of(name)
    if meaning.field == f"tag:{PARTY}":
        return "political"
    return meaning.field if meaning.subject == SELF and meaning.field in CODES else name


def check_all(checker: RowChecker, lines: Sequence[Line]) -> "Rows":
    """Check many rows."""
    checker.unread.take()
    return Rows([checker.check(line) for line in lines], checker.unread.take())


def _name_parts(text: str) -> tuple[str, str, str, str, str]:
    """The name as it is kept, what is found by it, and the code of the sentence why it is none."""
    name = clip(names.spread(text), names.LONGEST)
    return (name, name[1:], *pinyin.of_name(name), names.why_no_name(text))


def _division(text: str) -> str:
    """The code of the one division that a code or a name means, "" for none and for several."""
    code = divisions.code_in(text)
    if code:
        return code if divisions.known(code) is not None else ""
    found = divisions.find(text)
    return found[0].code if len(found) == 1 else ""


def _household_number(text: str) -> str:
    """The number of a household, "" for what is none."""
    whole = fold(text)
    return "" if whole in DITTO or codes.says_nothing(whole) else whole


def _unread_here(values: Values, name: str) -> bool:
    return any(one.field == name for one in values.get("_unread", ()))
