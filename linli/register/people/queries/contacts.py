"""Who stands beside people (关系人): the one place to read a guardian from, for one person and for rosters."""

from collections.abc import Iterable, Mapping
from datetime import date

from linli.register.people.models import Contact, Person

CHUNK = 5_000


def of(person_ids: Iterable[int], *, on: date | None = None) -> Mapping[int, list[Contact]]:
    """Person id → who stands beside them now, or on a day; the latest first, each with `known_id` (None for nobody).

    One statement for each 5,000 people. The emergency contact is not among them: it stands at the person. The caller
    has asked whether the people may be read.
    """
    found: dict[int, list[Contact]] = {}
    ids = list(person_ids)
    for start in range(0, len(ids), CHUNK):
        rows = Contact.objects.filter(person_id__in=ids[start : start + CHUNK])
        rows = rows.open() if on is None else rows.on(on)
        for one in rows.with_known().order_by("person_id", "-pk"):
            found.setdefault(one.person_id, []).append(one)
    return found


def of_person(person: Person) -> list[Contact]:
    """Everybody who stands or stood beside somebody, the latest first, with `known_id`. One statement."""
    return list(Contact.objects.filter(person=person).with_known().order_by("-pk"))


def naming(person: Person) -> list[Contact]:
    """Where somebody is named beside others, by the number of their document. One statement."""
    if not person.identity_index:
        return []
    rows = Contact.objects.filter(identity_index=person.identity_index, person__district_id=person.district_id)
    return list(rows.select_related("person").order_by("pk"))
