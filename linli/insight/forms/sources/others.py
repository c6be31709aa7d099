"""The others that a form asks for beside the person of a row: the head, the spouse, the guardian, the landlord …"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from linli.insight.forms.sources.lines import Line, Other
from linli.insight.ledgers.rows import Source
from linli.register.people.models import Contact, Person, Tag, Tenure
from linli.register.people.models.spell import Spell
from linli.register.people.queries import contacts

#: Relations to the head by GB/T 4761: the spouse, whether husband or wife.
SPOUSES: Final = frozenset({"10", "11", "12"})


def gather(rows: Sequence[Line], subjects: Collection[str], source: Source) -> None:
    """Give each line those of its others that are asked for. A statement or two for each kind, however many lines."""
    for subject in sorted(_GATHERERS.keys() & set(subjects)):
        _GATHERERS[subject](rows, source)
    beside = set(subjects) & set(Contact.Kind.values)
    if beside:
        _beside(rows, beside, source)


def _homes(rows: Sequence[Line]) -> set[int]:
    return {line.row.life.household_id for line in rows if line.row is not None and line.row.life.household_id}


def homes(rows: Sequence[Line], kinds: Collection[str], source: Source) -> None:
    """Tell each line which of some groups anybody of its household belongs to. One statement."""
    members = Person.objects.living_here().filter(household_id__in=_homes(rows))
    tags = Tag.objects.on(source.day).filter(kind__in=kinds, person__in=members)
    found: dict[int, set[str]] = {}
    for home, kind in tags.values_list("person__household_id", "kind"):
        found.setdefault(home, set()).add(kind)
    for line in rows:
        if line.row is not None and line.row.life.household_id:
            line.home = found.get(line.row.life.household_id, set())


def _members(rows: Sequence[Line], relations: Collection[str], source: Source) -> dict[int, list[Any]]:
    people = Person.objects.living_here().filter(household_id__in=_homes(rows), relation__in=relations)
    found: dict[int, list[Any]] = {}
    for row in source.rows_of(list(people.select_related("dwelling").order_by("pk"))):
        found.setdefault(row.thing.household_id, []).append(row)
    return found


def _heads(rows: Sequence[Line], source: Source) -> None:
    heads = _members(rows, {Spell.HEAD}, source)
    for line in rows:
        mine = heads.get(line.row.life.household_id, ()) if line.row is not None else ()
        if mine:
            line.others["head"] = Other(name=mine[0].thing.name, row=mine[0])


def _spouses(rows: Sequence[Line], source: Source) -> None:
    """Head and spouse of one household are each other's; of nobody else does the register know it."""
    pairs = _members(rows, {Spell.HEAD, *SPOUSES}, source)
    for line in rows:
        if line.row is None or line.row.life.relation not in {Spell.HEAD, *SPOUSES}:
            continue
        is_head = line.row.life.relation == Spell.HEAD
        theirs = [
            row
            for row in pairs.get(line.row.life.household_id, ())
            if (row.thing.relation in SPOUSES) == is_head and row.thing.pk != line.row.thing.pk
        ]
        if len(theirs) == 1:
            line.others["spouse"] = Other(name=theirs[0].thing.name, row=theirs[0])


def _people(rows: Sequence[Line]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for line in rows:
        if line.row is not None:
            found.setdefault(line.row.thing.pk, []).append(line)
    return found


def _contacts(rows: Sequence[Line], source: Source) -> None:
    """Whom to call: the name and the phone that the register keeps as such."""
    for line in rows:
        person = line.row.thing if line.row is not None else None
        if person is not None and (person.other_contact or person.other_phone_sealed):
            line.others["contact"] = Other(name=person.other_contact, phone_sealed=person.other_phone_sealed)


def _beside(rows: Sequence[Line], kinds: Collection[str], source: Source) -> None:
    """Who is entered beside the person, where no household or home says who it is. One statement for all kinds."""
    by_person = _people(rows)
    for person, held in contacts.of(by_person, on=source.day).items():
        for kind in kinds:
            same = [one for one in held if one.kind == kind]
            for line in by_person[person] if same else ():
                line.others.setdefault(kind, _related(same))


def _related(same: Sequence[Contact]) -> Other:
    if len(same) != 1:
        return Other(name="、".join(one.name for one in reversed(same) if one.name))
    (one,) = same
    return Other(
        name=one.name, phone_sealed=one.phone_sealed, relation=one.relation, identity_sealed=one.identity_sealed
    )


def _guardians(rows: Sequence[Line], source: Source) -> None:
    """Who is entered as guardian; where nobody is, whom a membership of a group names."""
    _beside(rows, {Contact.Kind.GUARDIAN}, source)
    by_person = _people(rows)
    tags = Tag.objects.on(source.day).filter(person_id__in=by_person).order_by("pk")
    for person, facts in tags.values_list("person_id", "facts"):
        name = str((facts or {}).get("guardian") or "")
        for line in by_person[person] if name else ():
            line.others.setdefault("guardian", Other(name=name))


def _landlords(rows: Sequence[Line], source: Source) -> None:
    _tenures(rows, source, Tenure.Part.OWNER, "landlord")


def _tenants(rows: Sequence[Line], source: Source) -> None:
    _tenures(rows, source, Tenure.Part.TENANT, "tenant")


def _tenures(rows: Sequence[Line], source: Source, part: str, subject: str) -> None:
    """Who owns, or rents, the dwelling of a line. Several are named together and have no phone in common."""
    doors: dict[int, list[Line]] = {}
    for line in rows:
        if line.dwelling is not None:
            doors.setdefault(line.dwelling.pk, []).append(line)
    held = Tenure.objects.filter(dwelling_id__in=doors, part=part, until__isnull=True).order_by("pk")
    by_door: dict[int, list[Tenure]] = {}
    for tenure in held.select_related("person__dwelling"):
        by_door.setdefault(tenure.dwelling_id, []).append(tenure)
    known = [one.person for tenures in by_door.values() for one in tenures if one.person is not None]
    in_scope = [person for person in known if source.actor.covers(person.area_id)]
    row_of = {row.thing.pk: row for row in source.rows_of(in_scope)}
    for door, tenures in by_door.items():
        for line in doors[door]:
            if line.others.get(subject) is None:
                line.others[subject] = _holder(tenures, row_of)


def _holder(tenures: Sequence[Tenure], row_of: dict[int, Any]) -> Other:
    names = "、".join(one.person.name if one.person is not None else one.name for one in tenures)
    if len(tenures) != 1:
        return Other(name=names)
    (one,) = tenures
    return Other(name=names, phone_sealed=one.phone_sealed, row=row_of.get(one.person_id or 0))


_GATHERERS: Final = {
    "head": _heads,
    "spouse": _spouses,
    "contact": _contacts,
    "guardian": _guardians,
    "landlord": _landlords,
    "tenant": _tenants,
}
