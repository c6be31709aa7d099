"""The homes and households that a batch brings: estates, buildings, dwellings, then who lives together in them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from linli.foundation.imports.models import Batch
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people.importing.staging import TABLE, execute, on_postgresql
from linli.register.people.models import Household
from linli.register.people.models.staged import MadeHome

COMMUNITY_DIGITS = 12
PLACED, DOORS, HOMES = "linli_placed", "linli_doors", "linli_homes"
BUILDINGS, ESTATES = Building._meta.db_table, Estate._meta.db_table
DWELLINGS, HOUSEHOLDS = Dwelling._meta.db_table, Household._meta.db_table
MADE = MadeHome._meta.db_table
#: Rows that bring somebody in, or take somebody to another door.
#: Whoever a sheet takes away is never brought in by it.
NEWCOMER = "((s.person_id IS NULL OR s.decision = 'different') AND s.event NOT IN ('death', 'move_out', 'flow_out'))"
MOVER = "(s.person_id IS NOT NULL AND s.decision = 'same' AND s.moves)"
ROOM_ENDS = ", ".join(f"'{one}'" for one in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def found_homes(batch: Batch, now: datetime) -> dict[str, int]:
    """Make what is missing, and put every row that needs a home into the table `linli_placed`."""
    estates, buildings = _buildings(batch)
    _place(batch)
    dwellings = _dwellings(batch)
    households = _households(batch)
    return {"estates": estates, "buildings": buildings, "dwellings": dwellings, "households": households}


def next_id(model: Any, order: str) -> str:
    """SQL for the next key of a table, row after row: never one that was given before, though its row be gone.

    SQLite keeps the highest key it ever gave (AUTOINCREMENT); the highest that is still there may be lower.
    """
    table = model._meta.db_table
    if on_postgresql():
        return f"nextval(pg_get_serial_sequence('\"{table}\"', 'id'))"
    last = f"(SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = '{table}')"  # noqa: S608 - a name of ours
    return f"{last} + ROW_NUMBER() OVER (ORDER BY {order})"


def create(table: str, select: str, values: Iterable[Any] = ()) -> None:
    """A table of this transaction only."""
    execute(f"DROP TABLE IF EXISTS {table}")
    execute(f"CREATE TEMPORARY TABLE {table} AS {select}", list(values))
    if on_postgresql():
        execute(f"ANALYZE {table}")


def drop() -> None:
    """Leave nothing behind on a connection that lives on."""
    for table in (PLACED, DOORS, HOMES, "linli_people"):
        execute(f"DROP TABLE IF EXISTS {table}")


def _buildings(batch: Batch) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT SUBSTR(s.area_id, 1, %s), s.estate, s.building, MIN(s.area_id), MAX(s.floor) FROM "{TABLE}" AS s'  # noqa: S608
            f" WHERE s.batch_id = %s AND s.state = %s AND s.building <> '' AND s.building_id IS NULL"
            f" AND ({NEWCOMER} OR {MOVER}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            [COMMUNITY_DIGITS, batch.pk, "ok"],
        )
        wanted = cursor.fetchall()
    estates, made = _estates(batch, {(community, estate) for community, estate, *_rest in wanted if estate})
    known = set(
        Building.objects.filter(area_id__gte=batch.area_id, area_id__lt=str(int(batch.area_id) + 1)).values_list(
            "estate_id", "name"
        )
    )
    last: dict[str, int] = {}
    rows = []
    for community, estate, name, area_id, floor in wanted:
        estate_id = estates.get((community, estate))
        if (estate_id, name) in known:
            continue
        if community not in last:
            top = Building.objects.filter(code__startswith=community).aggregate(top=Max("code"))["top"]
            last[community] = int(top[COMMUNITY_DIGITS:]) if top else 0
        last[community] += 1
        rows.append(
            Building(
                area_id=area_id,
                estate_id=estate_id,
                code=f"{community}{last[community]:05d}",
                name=name,
                address=f"{estate}{name}",
                floors=floor if floor and 0 < floor < 200 else None,
            )
        )
    found = Building.objects.bulk_create(rows, batch_size=500)
    _note(batch, "building", [building.pk for building in found])
    return made, len(rows)


def _estates(batch: Batch, wanted: set[tuple[str, str]]) -> tuple[dict[tuple[str, str], int], int]:
    def known() -> dict[tuple[str, str], int]:
        rows = Estate.objects.filter(area_id__in={community for community, _name in wanted})
        return {(area, name): pk for pk, area, name in rows.values_list("pk", "area_id", "name")}

    missing = sorted(wanted - set(known()))
    made = Estate.objects.bulk_create([Estate(area_id=area, name=name) for area, name in missing], batch_size=500)
    _note(batch, "estate", [estate.pk for estate in made])
    return known(), len(made)


def _note(batch: Batch, what: str, ids: list[int]) -> None:
    MadeHome.objects.bulk_create([MadeHome(batch=batch, what=what, object_id=pk) for pk in ids], batch_size=1000)


def _place(batch: Batch) -> None:
    """Each row with its building and its area: those of the register, which may be younger than the check."""
    create(
        PLACED,
        'SELECT s.id AS staged_id, s."row", s.household_key, s.household_id, s.dwelling_id, s.entrance, s.room,'  # noqa: S608
        " s.floor,"
        " COALESCE(s.building_id, b.id) AS building_id, COALESCE(b.area_id, s.area_id) AS area_id,"
        " s.happened_on, s.household_number, s.relation, s.event,"
        " CASE WHEN s.unread LIKE %s THEN 1 ELSE 0 END AS relation_unread,"
        f" CASE WHEN {NEWCOMER} THEN 1 ELSE 0 END AS newcomer"
        f' FROM "{TABLE}" AS s'
        f' LEFT JOIN "{ESTATES}" AS e ON s.building_id IS NULL AND s.building <> %s AND e.name = s.estate'
        "  AND e.area_id = SUBSTR(s.area_id, 1, 12)"
        f' LEFT JOIN "{BUILDINGS}" AS b ON (s.building_id IS NULL AND b.name = s.building AND s.building <> %s'
        "  AND ((e.id IS NOT NULL AND b.estate_id = e.id)))"
        f" WHERE s.batch_id = %s AND s.state = %s AND ({NEWCOMER} OR {MOVER})",
        ["%/relation/%", "", "", batch.pk, "ok"],
    )
    # Buildings that stand alone have no estate to be found by.
    execute(
        f'UPDATE {PLACED} SET building_id = b.id, area_id = b.area_id FROM "{TABLE}" AS s JOIN "{BUILDINGS}" AS b'  # noqa: S608
        " ON b.estate_id IS NULL AND b.name = s.building AND SUBSTR(b.area_id, 1, 12) = SUBSTR(s.area_id, 1, 12)"
        f" WHERE s.id = {PLACED}.staged_id AND {PLACED}.building_id IS NULL AND s.building <> '' AND s.estate = ''"
    )


def _dwellings(batch: Batch) -> int:
    create(
        DOORS,
        f"SELECT {next_id(Dwelling, 'q.building_id')} AS id, q.* FROM (SELECT p.building_id, p.entrance, p.room,"  # noqa: S608
        f" MIN(p.area_id) AS area_id, MAX(p.floor) AS floor FROM {PLACED} AS p"
        f" WHERE p.building_id IS NOT NULL AND p.dwelling_id IS NULL AND p.room <> %s"
        f' AND NOT EXISTS (SELECT 1 FROM "{DWELLINGS}" AS d WHERE d.building_id = p.building_id'
        "  AND d.entrance = p.entrance AND d.room = p.room)"
        " GROUP BY p.building_id, p.entrance, p.room) AS q",
        [""],
    )
    made = execute(
        f'INSERT INTO "{DWELLINGS}" (id, building_id, area_id, entrance, floor, room, address, kind, use, rental_use,'  # noqa: S608
        " floor_area, note) SELECT n.id, n.building_id, n.area_id, n.entrance, n.floor, n.room,"
        " b.address || n.entrance || n.room ||"
        f" CASE WHEN SUBSTR(n.room, LENGTH(n.room), 1) IN ({ROOM_ENDS}) THEN '室' ELSE '' END,"
        f" '01', '01', '', NULL, '' FROM {DOORS} AS n JOIN \"{BUILDINGS}\" AS b ON b.id = n.building_id"
    )
    if made:
        execute(
            f'INSERT INTO "{MADE}" (batch_id, what, object_id) SELECT %s, %s, id FROM {DOORS}',  # noqa: S608
            [batch.pk, "dwelling"],
        )
        if on_postgresql():
            execute(f'ANALYZE "{DWELLINGS}"')
    execute(
        f'UPDATE {PLACED} SET dwelling_id = d.id FROM "{DWELLINGS}" AS d WHERE {PLACED}.dwelling_id IS NULL'  # noqa: S608
        f" AND {PLACED}.room <> '' AND d.building_id = {PLACED}.building_id AND d.entrance = {PLACED}.entrance"
        f" AND d.room = {PLACED}.room"
    )
    return made


def _households(batch: Batch) -> int:
    """New households: one for each key whose rows join none of the register. Its home is that of its first row."""
    create(
        HOMES,
        f"SELECT {next_id(Household, 'q.first_row')} AS id, q.*, p.area_id, p.dwelling_id, p.happened_on"  # noqa: S608
        ' FROM (SELECT household_key, MIN("row") AS first_row, MIN(happened_on) AS began_on, COUNT(*) AS size,'
        " MAX(household_number) AS number, MAX(CASE WHEN relation = '02' THEN 1 ELSE 0 END) AS has_head"
        f" FROM {PLACED} WHERE household_id IS NULL GROUP BY household_key) AS q"
        f' JOIN {PLACED} AS p ON p."row" = q.first_row',
    )
    # How many of them live there is counted when they do.
    return execute(
        f'INSERT INTO "{HOUSEHOLDS}" (id, area_id, dwelling_id, kind, number, size, began_on, ended_on,'  # noqa: S608
        " economy, batch_id)"
        f" SELECT id, area_id, dwelling_id, 'family', number, 0, began_on, NULL, '', %s FROM {HOMES}",
        [batch.pk],
    )
