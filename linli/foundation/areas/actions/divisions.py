"""Importing the national list of divisions, or any list of that form: all of it or nothing."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.foundation.areas.actions.versions import touch
from linli.foundation.areas.models import GRID_LEVELS, Area, Level
from linli.lib import codes
from linli.lib.chinese import tidy
from linli.lib.errors import Refusal

HEADER = ("code", "name", "level", "parent_code")
NATIONAL_LEVELS: dict[str, codes.Level] = {
    "province": "province",
    "city": "city",
    "district": "district",
    "street": "street",
    "community": "community",
}
# The whole country is some 700,000 lines, 40 MB; more than that is no list of divisions.
MOST_BYTES = 128 * 1024 * 1024
LONGEST_NAME = 120
SHOWN_PROBLEMS = 20
BATCH = 2000
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one line of the list; line 1 is the header, 0 the file as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return _("Line %(line)s: %(message)s") % {"line": self.line, "message": self.message}


class BadDivisions(Refusal):
    """The list was not imported; `problems` holds every problem with its line number."""

    code = "bad_divisions"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = ngettext(
            "The list was not imported: it has %(count)s problem.",
            "The list was not imported: it has %(count)s problems.",
            len(self.problems),
        ) % {"count": len(self.problems)}
        shown = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        super().__init__("\n".join([count, *shown]))


@dataclass(frozen=True, slots=True)
class Renamed:
    """An area whose name differs in the list."""

    area_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `missing` areas are held here, but the list does not have them; they stay as they are."""

    new: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    missing: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.new or self.renamed)

    @property
    def missing_tops(self) -> tuple[str, ...]:
        """Of the missing areas, those whose area above is not missing too."""
        missing = set(self.missing)
        return tuple(area_id for area_id in self.missing if codes.parent_of(area_id) not in missing)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    area_id: str
    name: str
    level: str
    parent_id: str


@dataclass(slots=True)
class _Reading:
    """The rows that could be read so far, and what could not."""

    rows: dict[str, _Row] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Every code in the first column, right or wrong: under a wrong line its whole subtree is not to be blamed.
    named: set[str] = field(default_factory=set)

    def refuse(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))


@transaction.atomic
def import_divisions(*, source: Path | bytes, now: datetime, on: date | None = None) -> ImportReport:
    """Take over a list of divisions: CSV with the columns code, name, level, parent_code, plain or gzipped.

    UTF-8 (with or without a mark) or GB18030. Areas that are new exist from the day `on` (today if not given), names
    that differ are taken over, nothing is ever ended; a second import of the same list writes nothing. If any line is
    wrong, nothing is written and BadDivisions lists all problems.
    """
    reading = _Reading()
    for line, record in _records(_text(source), reading):
        _read_row(line, record, reading)
    if not reading.rows and not reading.problems:
        reading.refuse(0, _("The list is empty."))
    held = dict(Area.objects.exclude(level__in=GRID_LEVELS).values_list("id", "name"))
    _check_parents(reading, held)
    if reading.problems:
        raise BadDivisions(sorted(reading.problems, key=lambda problem: problem.line))
    return _write(reading.rows, held, on or timezone.localdate(now))


def _text(source: Path | bytes) -> str:
    """The file's text, unpacked and decoded. Raises BadDivisions."""
    try:
        data = source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadDivisions([Problem(0, _("The file cannot be read: %(reason)s.") % {"reason": reason})]) from None
    if data.startswith(GZIP_MAGIC):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise BadDivisions([Problem(0, _("The gzip file is damaged."))]) from None
    if len(data) > MOST_BYTES:
        raise BadDivisions([Problem(0, _("The file is too large for a list of divisions."))])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadDivisions([Problem(0, _("The file is neither UTF-8 nor GB18030 text."))])


def _records(text: str, reading: _Reading) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of the list with their numbers; the header is checked first."""
    reader = csv.reader(io.StringIO(text, newline=""))
    line = 1
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if sorted(header) != sorted(HEADER):
            raise BadDivisions([Problem(1, _("The header must be: %(header)s.") % {"header": ",".join(HEADER)})])
        while True:
            line = reader.line_num + 1
            values = next(reader, None)
            if values is None:
                return
            if not any(value.strip() for value in values):
                continue
            if len(values) == len(header):
                yield line, dict(zip(header, values, strict=True))
            else:
                wanted = {"wanted": len(header), "found": len(values)}
                reading.refuse(line, _("The line has %(found)s columns instead of %(wanted)s.") % wanted)
    except csv.Error:
        reading.refuse(line, _("The line cannot be read as CSV."))


def _read_row(line: int, record: Mapping[str, str], reading: _Reading) -> None:
    code, parent_code = record["code"].strip(), record["parent_code"].strip()
    reading.named.add(code)
    level = NATIONAL_LEVELS.get(record["level"].strip())
    if level is None:
        reading.refuse(line, _("%(level)s is not a level.") % {"level": _quoted(record["level"])})
        return
    try:
        area_id = codes.cut(code, level)
    except codes.BadCode:
        wrong = {"code": _quoted(code), "level": Level(level).label}
        reading.refuse(line, _("%(code)s is not a code of the level %(level)s.") % wrong)
        return
    name = tidy(record["name"])
    if not name or "\n" in name or len(name) > LONGEST_NAME:
        reading.refuse(line, _("The name of %(code)s is empty or too long.") % {"code": code})
        return
    parent_id = codes.parent_of(area_id)
    if parent_code != (codes.pad12(parent_id) if parent_id else ""):
        wrong = {"code": code, "parent": _quoted(parent_code)}
        reading.refuse(line, _("The code %(code)s does not lie in %(parent)s.") % wrong)
        return
    former = reading.rows.setdefault(area_id, _Row(line, area_id, name, level, parent_id))
    if former.line != line:
        again = {"code": code, "first": former.line}
        reading.refuse(line, _("The code %(code)s was already given in line %(first)s.") % again)


def _quoted(text: str) -> str:
    """Short enough to stand in a sentence."""
    text = tidy(text)
    return f"“{text[:24]}…”" if len(text) > 24 else f"“{text}”"


def _check_parents(reading: _Reading, held: Mapping[str, str]) -> None:
    for row in reading.rows.values():
        if row.parent_id and row.parent_id not in held and codes.pad12(row.parent_id) not in reading.named:
            orphan = {"code": codes.pad12(row.area_id), "parent": codes.pad12(row.parent_id)}
            reading.refuse(
                row.line, _("The area %(parent)s above %(code)s is neither in the list nor held here.") % orphan
            )


def _write(rows: Mapping[str, _Row], held: Mapping[str, str], on: date) -> ImportReport:
    new = sorted(set(rows) - set(held), key=lambda area_id: (len(area_id), area_id))
    renamed = [
        Renamed(area_id, held[area_id], row.name)
        for area_id, row in sorted(rows.items())
        if area_id in held and held[area_id] != row.name
    ]
    report = ImportReport(
        new=tuple(new),
        renamed=tuple(renamed),
        missing=_missing(rows, held),
        unchanged=len(rows) - len(new) - len(renamed),
    )
    if report.changed:
        touch()
        Area.objects.bulk_create([_area(rows[area_id], on) for area_id in new], batch_size=BATCH)
        Area.objects.bulk_update(
            [Area(id=change.area_id, name=change.after) for change in renamed], ["name"], batch_size=BATCH
        )
    return report


def _area(row: _Row, on: date) -> Area:
    return Area(id=row.area_id, name=row.name, level=row.level, parent_id=row.parent_id or None, valid_from=on)


def _missing(rows: Mapping[str, _Row], held: Mapping[str, str]) -> tuple[str, ...]:
    """Held areas that the list leaves out, within the topmost areas it names."""
    tops = {area_id for area_id, row in rows.items() if row.parent_id not in rows}
    left_out = (area_id for area_id in held if area_id not in rows)
    return tuple(sorted(area_id for area_id in left_out if not tops.isdisjoint(codes.ancestors(area_id))))
