"""Words that nobody can read: asked about once for the whole file, remembered for the community, and read again in SQL.

Neither the file nor the rows are read again: a statement for each word puts its meaning into all rows that say it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.imports import actions as batches
from linli.foundation.imports.models import Batch, SavedWord
from linli.lib.chinese import mask_name
from linli.lib.errors import Invalid
from linli.register.people import codes, groups
from linli.register.people.headings import meaning_of
from linli.register.people.importing import deciding, happening, matching
from linli.register.people.importing.facts import gather
from linli.register.people.importing.groups_said import LIST, GroupCells
from linli.register.people.importing.rows import CODES
from linli.register.people.importing.staging import CELLS, TABLE, execute
from linli.register.people.models import Staged, StagedCell
from linli.register.people.models.event import EventKind

#: What is answered for a word: nothing yet, that it says nothing, or (in the column of one group) yes or no.
OPEN, SILENT, YES, NO = "", "-", "yes", "no"
MOST: Final = 60
#: What decides how the rest of a row is read: a kind of document, and what happened. Their rows are checked again.
CHECKED_AGAIN: Final = frozenset({"identity_kind", *happening.NAMING})


@dataclass
class Asked:
    """A word of a column: how many rows say it, who (masked), what it may mean, and what it probably means."""

    name: str
    table: str
    word: str
    rows: int
    heading: str
    people: list[str] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    hint: list[str] = field(default_factory=list)
    suggestion: str = OPEN

    @property
    def key(self) -> str:
        """What it is called in a form."""
        return f"{self.name}|{self.word}"


def count(batch: Batch) -> int:
    """How many words are to be asked about."""
    return _words(batch).count()


def asked(batch: Batch, *, most: int = MOST) -> list[Asked]:
    """The words that are said most, with everything the page shows. Some five statements, however many rows."""
    rows = sorted(_words(batch), key=lambda row: (-row["n"], row["field"], row["word"]))[:most]
    names = _names(batch, {number for row in rows for number in (row["first"], row["last"])})
    headings = {name: str(batch.columns[int(at)]) for at, name in batch.mapping.items() if int(at) < len(batch.columns)}
    known = Choices(batch)
    return [
        Asked(
            name=row["field"],
            table=row["codes"],
            word=row["word"],
            rows=row["n"],
            heading=headings.get(row["field"], row["field"]),
            people=list(dict.fromkeys(names[one] for one in (row["first"], row["last"]) if names.get(one))),
            choices=known.of(row["field"]),
            hint=known.hint(row["field"], row["word"]),
            suggestion=known.suggested(row["field"], row["word"]),
        )
        for row in rows
    ]


def _words(batch: Batch) -> QuerySet[StagedCell, Any]:
    cells = StagedCell.objects.filter(batch=batch).exclude(word="")
    return cells.values("field", "codes", "word").annotate(
        n=Count("row", distinct=True), first=Min("row"), last=Max("row")
    )


def _names(batch: Batch, rows: set[int]) -> dict[int, str]:
    found = Staged.objects.filter(batch=batch, row__in=rows).values_list("row", "name")
    return {row: mask_name(name) for row, name in found}


def events() -> list[tuple[str, str]]:
    """What a word of 变动类型 or 人员状态 may mean, with its label."""
    labels = {
        happening.HERE: _("lives here: nothing happened"),
        happening.OTHER: _("another event: entered on the page of the person"),
    }
    return [(code, labels.get(code) or str(EventKind(code).label)) for code in happening.MEANINGS]


class Choices:
    """What words of a column may mean, and what they probably do."""

    def __init__(self, batch: Batch) -> None:
        self.area_id = batch.area_id
        self.groups = [one for one in groups.groups(area_id=batch.area_id).values() if not one.computed]
        self.lists = GroupCells(gather(batch)).lists if _lists_groups(batch) else None

    def of(self, name: str) -> list[tuple[str, str]]:
        """The entries for a column; the empty one leaves the cells unread for now."""
        later = [(OPEN, _("later: keep the text")), (SILENT, _("says nothing"))]
        if name in happening.NAMING:
            return [*later, *events()]
        if name == LIST:
            return [*later, *((one.code, one.label) for one in self.groups)]
        if name in CODES or meaning_of(name).field in CODES:
            return [*later, *codes.choices(CODES[meaning_of(name).field], area_id=self.area_id, empty=None)]
        return [*later, (YES, _("yes")), (NO, _("no"))]

    def hint(self, name: str, word: str) -> list[str]:
        """The labels of the entries that a word may be, best first."""
        found = [self.suggested(name, word)]
        if meaning_of(name).field in CODES:
            found = codes.alike(CODES[meaning_of(name).field], word, area_id=self.area_id)
        labels = dict(self.of(name))
        return [labels[code] for code in found if code and code in labels]

    def suggested(self, name: str, word: str) -> str:
        """The entry that a word most probably is, chosen beforehand; "" where it may be one as well as another."""
        if name == LIST:
            named = self.lists.named(word) if self.lists else []
            return named[0] if len(named) == 1 and not self._denies(word) else OPEN
        if meaning_of(name).field in CODES:
            table = CODES[meaning_of(name).field]
            if len(codes.ASKED.get(table, {}).get(word, ())) > 1 or word in codes.BY_SEX.get(table, {}):
                return OPEN
            found = codes.alike(table, word, area_id=self.area_id)
            return found[0] if found else OPEN
        return OPEN

    @staticmethod
    def _denies(word: str) -> bool:
        return any(sign in word for sign in "非不未无曾原停退取拟申待")


def _lists_groups(batch: Batch) -> bool:
    return StagedCell.objects.filter(batch=batch, field=LIST).exists()


@transaction.atomic
def answer(*, by: Actor, batch_id: int, meanings: Mapping[tuple[str, str], str], now: datetime) -> int:
    """Put what words mean into the rows that say them, and remember it for the community; returns how many words.

    `meanings` is (column, word) → entry; open ones stay. The rows are then to be matched again (`check_again`).
    Raises NotAllowed, Invalid, Stale.
    """
    batch = batches.locked(batch_id, Batch.State.CHECKED)
    batches.may_import(by, batch.area_id)
    waiting = {(row["field"], row["word"]): row["codes"] for row in _words(batch)}
    known, done = Choices(batch), 0
    again: set[int] = set()
    for (name, word), meaning in meanings.items():
        if meaning == OPEN or (name, word) not in waiting:
            continue
        if meaning not in {value for value, _label in known.of(name)}:
            raise Invalid(fields={f"{name}|{word}": _("Choose one of the entries.")})
        _remember(batch, waiting[name, word], word, "" if meaning == SILENT else meaning, by, now)
        if name in CHECKED_AGAIN:
            again |= _saying(batch, name, word)
        else:
            _put(batch, name, word, "" if meaning in (SILENT, NO) else meaning)
        done += 1
    if again:
        deciding.check_again(batch, again)
    if done:
        batch.counts = {**batch.counts, **matching.counted(batch)}
        batch.save(update_fields=["counts"])
    return done


def _remember(batch: Batch, table: str, word: str, meaning: str, by: Actor, now: datetime) -> None:
    SavedWord.objects.update_or_create(
        area_id=batch.area_id,
        kind=batch.kind,
        table=table,
        word=word,
        defaults={"meaning": meaning, "said_at": now, "said_by_id": by.user_id},
    )


def _saying(batch: Batch, name: str, word: str) -> set[int]:
    """The rows whose cell says a word."""
    return set(StagedCell.objects.filter(batch=batch, field=name, word=word).values_list("row", flat=True))


def _put(batch: Batch, name: str, word: str, meaning: str) -> None:
    said = f'(SELECT c."row" FROM "{CELLS}" AS c WHERE c.batch_id = %s AND c.field = %s AND c.word = %s)'  # noqa: S608
    which = [batch.pk, name, word]
    if meaning:
        assignment, values = _assignment(name, meaning)
        execute(
            f'UPDATE "{TABLE}" SET {assignment} WHERE batch_id = %s AND "row" IN {said}',  # noqa: S608 - ours
            [*values, batch.pk, *which],
        )
    mark = f"/{name}/"
    others = (
        f'NOT EXISTS (SELECT 1 FROM "{CELLS}" AS o WHERE o.batch_id = %s AND o."row" = "{TABLE}"."row"'  # noqa: S608
        " AND o.field = %s AND o.word <> %s)"
    )
    execute(
        f'UPDATE "{TABLE}" SET unread = CASE WHEN unread = %s THEN %s ELSE REPLACE(unread, %s, %s) END'  # noqa: S608
        f' WHERE batch_id = %s AND "row" IN {said} AND {others}',
        [mark, "", mark, "/", batch.pk, *which, *which],
    )
    StagedCell.objects.filter(batch=batch, field=name, word=word).delete()


def _assignment(name: str, meaning: str) -> tuple[str, Sequence[str]]:
    """What a word changes in its rows: a code in its column, or one more group."""
    field_name = meaning_of(name).field
    if field_name in CODES:
        return f'"{field_name}" = %s, given = given || %s', [meaning, f" {field_name}"]
    group = meaning if name == LIST else field_name.removeprefix("tag:")
    one = f'["{group}", ""]'
    return "tags = CASE WHEN tags = %s THEN %s ELSE SUBSTR(tags, 1, LENGTH(tags) - 1) || %s END", [
        "[]",
        f"[{one}]",
        f", {one}]",
    ]


def remembered(area_ids: Iterable[str], kind: str) -> QuerySet[SavedWord]:
    """What words mean in these areas, the newest first."""
    return (
        SavedWord.objects.filter(area_id__in=list(area_ids), kind=kind)
        .select_related("said_by", "area")
        .order_by("-pk")
    )


def meaning_words(word: SavedWord) -> str:
    """What a remembered word means, in words."""
    if not word.meaning:
        return _("says nothing")
    if word.table == happening.TABLE:
        return dict(events()).get(word.meaning, "")
    table = word.table.removeprefix("not:")
    if word.meaning in (YES, NO) and table.startswith("tag:"):
        return _("yes") if word.meaning == YES else _("no")
    if table == LIST:
        return "、".join(groups.label(code, area_id=word.area_id) for code in word.meaning.split())
    return codes.label(table, word.meaning, area_id=word.area_id)
