"""Whom a row means: an earlier row, somebody of the register, or somebody new. Set by set, in SQL."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from linli.foundation.imports.models import Batch
from linli.lib.prefix import within
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people.importing import balance, coming_back, comparing, ending, likeness, naming, twice
from linli.register.people.importing.happening import ENDS
from linli.register.people.importing.staging import TABLE, execute, on_postgresql
from linli.register.people.models import Household, Person, Spell, Staged, StagedCell

DISTRICT_DIGITS = 6
#: When the rows were last compared with the whole register: seconds, in the counts of the batch.
MATCHED_AT = "matched_at"
#: Errors that follow from other rows and from the register, not from the cells: they are found anew each time.
DEAD = '{"name": ["dead", {}]}'
SECOND_HEAD = '{"relation": ["second_head", {}]}'
HAS_HEAD = '{"relation": ["household_has_head", {}]}'
PEOPLE = Person._meta.db_table
BUILDINGS, ESTATES, DWELLINGS = (model._meta.db_table for model in (Building, Estate, Dwelling))
HOUSEHOLDS = Household._meta.db_table
SPELLS = Spell._meta.db_table


def match(batch: Batch, *, say: Callable[[str], None] = lambda _what: None) -> None:
    """Find for every row whom it means, what it changes, and which household it joins. Decisions of people stay."""
    if on_postgresql():
        execute(f'ANALYZE "{TABLE}"')
    batch.counts = {**batch.counts, MATCHED_AT: int(timezone.now().timestamp())}
    _start_over(batch)
    homes(batch)
    _in_register(batch)
    coming_back.find(batch)
    _elsewhere(batch)
    _in_sheet(batch)
    naming.find(batch)
    twice.find(batch)
    say("likeness")
    likeness.find(batch)
    say("compare")
    decide_again(batch)


def decide_again(batch: Batch) -> None:
    """What follows from decisions: what differs, which households are joined, which heads are too many."""
    Staged.objects.filter(batch=batch, state="error", errors__in=(SECOND_HEAD, HAS_HEAD, comparing.HEAD_CHANGE)).update(
        state="ok", errors="{}"
    )
    ending.reset(batch)
    comparing.compare(batch)
    ending.find(batch)
    _households(batch)
    _heads(batch)


def counted(batch: Batch) -> dict[str, Any]:
    """How many rows of which state, of the new people among them, and why rows are left out (`balance`)."""
    rows = Staged.objects.filter(batch=batch)
    found = {row["state"]: row["n"] for row in rows.values("state").order_by().annotate(n=Count("pk"))}
    ok = rows.filter(state=Staged.State.OK)
    more = ok.aggregate(
        new=Count("pk", filter=_new()),
        births=Count("pk", filter=_new() & Q(event="birth")),
        deaths=Count("pk", filter=Q(event="death")),
        left=Count("pk", filter=Q(event__in=("move_out", "flow_out"))),
        changed=Count("pk", filter=Q(decision="same", person_id__isnull=False) & ~Q(differs="")),
        moved=Count("pk", filter=Q(decision="same", person_id__isnull=False, moves=True)),
    )
    at = int(batch.counts.get(MATCHED_AT, 0))
    states = {state: found.get(state, 0) for state in Staged.State.values}
    unread = rows.exclude(unread="").exclude(state=Staged.State.LEFT_OUT).count()
    words = StagedCell.objects.filter(batch=batch).exclude(word="").values("field", "word").distinct().count()
    counts = {"rows": sum(found.values()), **states, **more, "unread": unread, "words": words, MATCHED_AT: at}
    return {**counts, "out": balance.left_out(rows)}


def _new() -> Q:
    return Q(person_id__isnull=True) | Q(decision=Staged.Decision.DIFFERENT)


def _start_over(batch: Batch) -> None:
    rows = Staged.objects.filter(batch=batch)
    rows.filter(state="error", errors__in=(DEAD, SECOND_HEAD, HAS_HEAD, comparing.HEAD_CHANGE)).update(
        state="ok", errors="{}"
    )
    ending.reset(batch)
    free = rows.filter(decided_by_id__isnull=True)
    if not free.exclude(person_id=None, same_as_row=None, state__in=("ok", "error")).exists():
        return
    free.filter(Q(person_id__isnull=False) | Q(same_as_row__isnull=False)).exclude(state="error").update(
        state="ok", person_id=None, same_as_row=None, reason="", score=0, decision="", differs="", moves=False
    )


def homes(batch: Batch) -> None:
    """Buildings and dwellings that the register has by now, although the check did not find them."""
    here = within("area_id", batch.area_id)
    if not Building.objects.filter(**here).exists():
        return
    low, high = here.values()
    execute(
        f'UPDATE "{TABLE}" SET building_id = b.id, area_id = b.area_id'  # noqa: S608
        f' FROM "{BUILDINGS}" AS b LEFT JOIN "{ESTATES}" AS e ON e.id = b.estate_id'
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".building_id IS NULL AND "{TABLE}".building <> %s'
        f' AND b.name = "{TABLE}".building AND COALESCE(e.name, %s) = "{TABLE}".estate'
        f' AND b.area_id >= %s AND b.area_id < %s AND SUBSTR(b.area_id, 1, 12) = SUBSTR("{TABLE}".area_id, 1, 12)',
        [batch.pk, "", "", low, high],
    )
    execute(
        f'UPDATE "{TABLE}" SET dwelling_id = d.id FROM "{DWELLINGS}" AS d'  # noqa: S608
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".dwelling_id IS NULL AND "{TABLE}".room <> %s'
        f' AND d.building_id = "{TABLE}".building_id AND d.entrance = "{TABLE}".entrance AND d.room = "{TABLE}".room',
        [batch.pk, ""],
    )


def _in_register(batch: Batch) -> None:
    """The same document: the same person."""
    execute(
        f'UPDATE "{TABLE}" SET person_id = p.id, person_version = p.version, reason = %s, score = 100, decision = %s'  # noqa: S608
        f' FROM "{PEOPLE}" AS p WHERE "{TABLE}".batch_id = %s AND "{TABLE}".identity_index IS NOT NULL'
        f' AND "{TABLE}".decided_by_id IS NULL AND "{TABLE}".state <> %s'
        f' AND p.district_id = %s AND p.identity_index = "{TABLE}".identity_index',
        ["identity", "same", batch.pk, "left_out", batch.area_id[:DISTRICT_DIGITS]],
    )


def _elsewhere(batch: Batch) -> None:
    """Somebody of another community cannot be taken from a sheet; who died does not come back."""
    low, high = within("area_id", batch.area_id).values()
    execute(
        f'UPDATE "{TABLE}" SET state = %s, decision = %s FROM "{PEOPLE}" AS p'  # noqa: S608
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".person_id = p.id AND "{TABLE}".state <> %s'
        " AND p.status <> %s AND NOT (p.area_id >= %s AND p.area_id < %s)",
        ["conflict", "", batch.pk, "left_out", "dead", low, high],
    )
    execute(
        f'UPDATE "{TABLE}" SET state = %s, decision = %s, errors = %s FROM "{PEOPLE}" AS p'  # noqa: S608
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".person_id = p.id AND "{TABLE}".state <> %s AND p.status = %s'
        f' AND NOT ("{TABLE}".row_key <> %s AND "{TABLE}".state = %s)',
        ["error", "", DEAD, batch.pk, "left_out", "dead", "", "unchanged"],
    )


def _in_sheet(batch: Batch) -> None:
    """The same document twice in the sheet: one row stands (that of an end, or the first); the others are decided."""
    execute(
        f'UPDATE "{TABLE}" SET state = %s, same_as_row = f.first_row, person_id = NULL, reason = %s,'  # noqa: S608
        " score = 100,"
        ' decision = %s FROM (SELECT identity_index, COALESCE(MIN(CASE WHEN event IN (%s, %s, %s) THEN "row" END),'
        ' MIN("row")) AS first_row'
        f' FROM "{TABLE}" WHERE batch_id = %s AND identity_index IS NOT NULL AND state NOT IN (%s, %s)'
        " GROUP BY identity_index HAVING COUNT(*) > 1) AS f"
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".identity_index = f.identity_index'
        f' AND "{TABLE}"."row" <> f.first_row AND "{TABLE}".state IN (%s, %s) AND "{TABLE}".decided_by_id IS NULL',
        ["duplicate", "identity", "", *ENDS, batch.pk, "left_out", "error", batch.pk, "ok", "conflict"],
    )


def _households(batch: Batch) -> None:
    """Households of the register that rows join: by the number of the book, or with somebody who lives there."""
    low, high = within("area_id", batch.area_id).values()
    rows = Staged.objects.filter(batch=batch)
    if rows.filter(household_id__isnull=False).exists():
        rows.filter(household_id__isnull=False).update(household_id=None)
    if rows.exclude(household_number="").exists():
        execute(
            f'UPDATE "{TABLE}" SET household_id = h.id'  # noqa: S608
            f' FROM (SELECT number, MIN(id) AS id FROM "{HOUSEHOLDS}" WHERE number <> %s AND ended_on IS NULL'
            " AND area_id >= %s AND area_id < %s GROUP BY number) AS h"
            f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".household_number = h.number',
            ["", low, high, batch.pk],
        )
    if not rows.filter(person_id__isnull=False, decision="same", moves=False).exists():
        return
    execute(
        f'UPDATE "{TABLE}" SET household_id = f.household_id'  # noqa: S608
        " FROM (SELECT s.household_key, MIN(p.household_id) AS household_id"
        f' FROM "{TABLE}" AS s JOIN "{PEOPLE}" AS p ON p.id = s.person_id'
        " WHERE s.batch_id = %s AND s.decision = %s AND NOT s.moves AND p.status = %s AND p.household_id IS NOT NULL"
        " GROUP BY s.household_key) AS f"
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".household_key = f.household_key',
        [batch.pk, "same", "here", batch.pk],
    )


def _heads(batch: Batch) -> None:
    """One head for each household: a second one in the sheet, or beside the register's, is an error of its row."""
    fresh = "(person_id IS NULL OR decision = 'different' OR moves)"
    fresh_here = f'("{TABLE}".person_id IS NULL OR "{TABLE}".decision = \'different\' OR "{TABLE}".moves)'
    execute(
        f'UPDATE "{TABLE}" SET state = %s, errors = %s FROM (SELECT household_key, MIN("row") AS first_row'  # noqa: S608
        f' FROM "{TABLE}" WHERE batch_id = %s AND relation = %s AND state = %s AND {fresh}'
        " GROUP BY household_key HAVING COUNT(*) > 1) AS f"
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".household_key = f.household_key AND "{TABLE}".relation = %s'
        f' AND "{TABLE}".state = %s AND "{TABLE}"."row" > f.first_row',
        ["error", SECOND_HEAD, batch.pk, "02", "ok", batch.pk, "02", "ok"],
    )
    if not Staged.objects.filter(batch=batch, household_id__isnull=False).exists():
        return
    execute(
        f'UPDATE "{TABLE}" SET state = %s, errors = %s FROM "{SPELLS}" AS h'  # noqa: S608
        f' WHERE "{TABLE}".batch_id = %s AND "{TABLE}".relation = %s AND "{TABLE}".state = %s AND'
        f" {fresh_here}"
        f' AND h.household_id = "{TABLE}".household_id AND h.valid_to IS NULL AND h.relation = %s',
        ["error", HAS_HEAD, batch.pk, "02", "ok", "02"],
    )


def rows_of(batch: Batch, **conditions: Any) -> Any:
    """The staged rows of a batch, in the order of the sheet."""
    return Staged.objects.filter(batch=batch, **conditions).order_by("row")
