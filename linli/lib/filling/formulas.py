"""Formulas follow the rows that are put in: read token by token, so that nothing inside a text is ever changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError

from linli.lib.filling.places import Corner, Insertion, Insertions, corners

#: A part of a formula: text as it is, or how far the number of a row is from the row of the formula.
Piece = str | int
_NONE: Final = Insertions()


class Unreadable(ValueError):  # noqa: N818 - what it is
    """A formula that nobody can take apart."""


@dataclass(slots=True)
class Mover:
    """Moves formulas after the rows that are put into the sheets of a book.

    `sheets`: the names of the sheets in their order; `insertions`: by name in small letters.
    `doubt` is told what may be wrong now: a code of `NOTES`.
    """

    sheets: list[str]
    insertions: Mapping[str, Insertions]
    doubt: Callable[[str], None] = field(default=lambda _code: None)

    def of(self, sheet: str) -> Insertions:
        """What is put into a sheet."""
        return self.insertions.get(sheet.casefold(), _NONE)

    def moved(self, formula: str, sheet: str, row: int | None = None, *, whole: bool = False) -> str:
        """A formula of `sheet` (without its =) where it is now; `row` is where it stood, None for none.

        `whole`: it is an area that is to show all rows that are written.
        """
        now = self.of(sheet).row(row) if row is not None else 0
        return "".join(
            one if isinstance(one, str) else str(now + one) for one in self.pieces(formula, sheet, row, whole=whole)
        )

    def pieces(self, formula: str, sheet: str, row: int | None = None, *, whole: bool = False) -> list[Piece]:
        """The parts of the moved formula; raises Unreadable."""
        found: list[Piece] = []
        for token in tokens(formula):
            if token.type == Token.OPERAND and token.subtype == Token.RANGE:
                found += self._area(token.value, sheet, row, whole)
            elif token.type == Token.FUNC and ":" in token.value and "!" not in token.value:
                # E4:INDEX(…): the part in front of the function is a place.
                place, _colon, name = token.value.rpartition(":")
                found += [*self._area(place, sheet, row, False), f":{name}"]
            else:
                found.append(token.value)
        return found

    def _area(self, text: str, home: str, row: int | None, whole: bool) -> list[Piece]:
        prefix, mark, place = _once(text).rpartition("!")
        found = corners(place)
        if found is None:
            return [text]
        sheet = _sheet_of(prefix) if mark else home
        if sheet is None:
            self._several(prefix)
            return [text]
        insertions = self.of(sheet)
        block = insertions.of(row) if sheet.casefold() == home.casefold() and row is not None else None
        if block is not None and row is not None:
            return [f"{prefix}{mark}", *_inside(found, insertions, block, row)]
        top, bottom = found[0], found[-1]
        if len(found) == 1:
            return [f"{prefix}{mark}{top.at(insertions.row(top.row))}"]
        if insertions.misses(top.row, bottom.row):
            self.doubt("short_range")
        way = insertions.whole if whole else insertions.span
        new_top, new_bottom = way(top.row, bottom.row)
        return [f"{prefix}{mark}{top.at(new_top)}:{bottom.at(new_bottom)}"]

    def _several(self, prefix: str) -> None:
        """Doubt a reference over several sheets (Jan:Dec!B4) where rows are put into one of them."""
        first, _colon, last = prefix.strip("'").partition(":")
        names = [name.casefold() for name in self.sheets]
        try:
            span = names[names.index(first.casefold()) : names.index(last.casefold()) + 1]
        except ValueError:
            return
        if any(self.insertions.get(name, _NONE) for name in span):
            self.doubt("several_sheets")


def _once(text: str) -> str:
    """An area whose two corners both name the sheet (表!A1:表!B2), with the name in front only."""
    first, colon, last = text.partition(":")
    sheet, mark, place = last.rpartition("!")
    return f"{first}:{place}" if colon and mark and first.startswith(f"{sheet}!") else text


def _sheet_of(prefix: str) -> str | None:
    """The sheet that a prefix names; None for another book or several sheets."""
    name = prefix[1:-1].replace("''", "'") if prefix.startswith("'") else prefix
    return None if "[" in name or ":" in name else name


def _inside(found: tuple[Corner, ...], insertions: Insertions, block: Insertion, row: int) -> list[Piece]:
    """A reference in one of the form's own rows: what is not fixed goes with its row."""
    now = insertions.row(row)

    def piece(corner: Corner, grown: int) -> list[Piece]:
        there = insertions.row(corner.row) + grown
        return [f"{corner.before}{there}"] if corner.fixed or grown else [corner.before, there - now]

    if len(found) == 1:
        return piece(found[0], 0)
    top, bottom = found[0], found[-1]
    all_rows = top.row <= block.first and bottom.row == block.last and bottom.row != row
    grows = block.takes_in(top.row, bottom.row) and (bottom.fixed or all_rows)
    if grows and not bottom.fixed:
        # All rows of the form, written without $: the same rows for every row.
        return [f"{top.before}{insertions.row(top.row)}:{bottom.before}{insertions.row(bottom.row) + block.more}"]
    return [*piece(top, 0), ":", *piece(bottom, block.more if grows else 0)]


def tokens(formula: str) -> list[Token]:
    """The parts of a formula without its =; raises Unreadable."""
    try:
        found: list[Token] = Tokenizer(f"={formula}").items
    except (TokenizerError, IndexError, ValueError, AttributeError, RecursionError) as why:
        raise Unreadable from why
    if "".join(one.value for one in found) != formula:
        raise Unreadable
    return found


def copied(formula: str, origin: str, to: str) -> str:
    """A formula (without its =) as it is for another cell; raises Unreadable."""
    try:
        return str(Translator(f"={formula}", origin=origin).translate_formula(to))[1:]
    except (TranslatorError, TokenizerError, IndexError, ValueError, AttributeError) as why:
        raise Unreadable from why


def is_of_its_row(formula: str, column: int, row: int) -> bool:
    """Whether a formula says something of its own row (E4*F4, ROW()-3, the number above plus one), not of several."""
    try:
        parts = tokens(formula)
    except Unreadable:
        return False
    near = any(one.type == Token.FUNC and one.value.upper() == "ROW(" for one in parts)
    for one in parts:
        if one.type != Token.OPERAND or one.subtype != Token.RANGE:
            continue
        found = corners(one.value)
        if found is None:
            near = near or "[@" in one.value or "#This Row" in one.value
            continue
        loose = [corner for corner in found if not corner.fixed]
        above = [corner for corner in loose if corner.row == row - 1 and corner.column_number == column]
        if any(corner.row != row and corner not in above for corner in loose) or (len(found) == 2 and above):
            return False
        near = near or bool(loose)
    return near
