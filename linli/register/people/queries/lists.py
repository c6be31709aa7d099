"""Lists of people: the filter, the rows in scope, a page at a time, in the order of their entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import fold, mobile
from linli.register.homes import address_search
from linli.register.homes.models import Dwelling
from linli.register.people.actions.fields import identity_indexes
from linli.register.people.models import Person, Tag
from linli.register.people.models.person import PersonQuerySet
from linli.register.people.models.tag import TagQuerySet

PAGE = 50
#: Codes up to this length are wide areas (streets and more); see `under`.
WIDE = 9
#: Years of age that a filter may ask for.
OLDEST = 130
ANY = "any"
#: A run of digits this long is a number of a document or a phone, and not a word to look for.
SHORTEST_NUMBER = 7


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list of people asks for; empty values ask nothing.

    `status` is here, gone, dead or "all"; `tag` is an open group or "any"; ages are completed years, both included;
    `review` keeps those with a group whose review day has come.
    """

    q: str = ""
    area: str = ""
    kind: str = ""
    status: str = Person.Status.HERE
    tag: str = ""
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    match: str = ""
    review: bool = False


@dataclass(frozen=True)
class Page:
    """Some people, and the cursor of the next page ("" when there is none)."""

    rows: Sequence[Person]
    after: str


def readable(actor: Actor) -> PersonQuerySet:
    """The people that the actor may read, in a form that lists in the order of entry answer fast."""
    if not actor.can(Permission.PEOPLE_READ):
        return Person.objects.none()
    return Person.objects.all() if actor.is_system else under(Person.objects.all(), actor.area_id)


def under(rows: PersonQuerySet, area_id: str) -> PersonQuerySet:
    """The people in an area and below it.

    A narrow area is found by its index. A wide one holds so much of the table that its rows are better read in the
    order they are wanted in; a test that no index answers tells the planner so (as in `CaseQuerySet.under`).
    """
    if 0 < len(area_id) <= WIDE:
        return rows.alias(wide_area=Left("area_id", len(area_id))).filter(wide_area=area_id)
    return rows.within(area_id)


def found(actor: Actor, chosen: Filter, *, today: date) -> PersonQuerySet:
    """The people that a filter finds, within the actor's scope. Not yet ordered."""
    rows = readable(actor)
    if chosen.area:
        rows = under(rows, chosen.area)
    if chosen.status != "all":
        rows = rows.filter(status=chosen.status)
    same = {"kind": chosen.kind, "sex": chosen.sex, "match": chosen.match}
    rows = rows.filter(**{name: value for name, value in same.items() if value})
    rows = _of_age(rows, chosen, today)
    if chosen.tag or chosen.review:
        rows = rows.filter(Exists(_tags(chosen, today)))
    return rows.filter(words(chosen.q, chosen.area or actor.area_id)) if chosen.q else rows


def page(actor: Actor, chosen: Filter, *, today: date, after: str = "", size: int = PAGE) -> Page:
    """One page of the list, by keyset on the id. One statement."""
    rows = found(actor, chosen, today=today).select_related("dwelling", "area").order_by("pk")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    some = list(rows[: size + 1])
    return Page(some[:size], str(some[size - 1].pk) if len(some) > size else "")


def words(text: str, area_id: str) -> Q:
    """The people whose name, pinyin or initials begin with what was typed, or who live behind a door that it means."""
    typed = fold(text)
    letters = typed.replace(" ", "").lower()
    if letters.isascii() and letters.isalpha():
        return Q(pinyin__startswith=letters) | Q(initials__startswith=letters)
    homes = address_search.doors_meant(Dwelling.objects.within(area_id), typed, area_id=area_id)
    at_home = Q(dwelling_id__in=homes.values("pk"))
    is_door = any(one.isdigit() for one in typed) or address_search.names_a_door(typed)
    return at_home if is_door else Q(name__startswith=typed) | Q(given=typed) | at_home


def is_number(text: str) -> bool:
    """Whether this is a number of a document or a phone, which no address of a page may hold."""
    run = longest = 0
    for character in fold(text).replace(" ", "").replace("-", ""):
        run = run + 1 if character.isdigit() else 0
        longest = max(longest, run)
    return longest >= SHORTEST_NUMBER


def by_number(actor: Actor, text: str) -> list[Person]:
    """The people of the actor's scope with exactly this document or phone. Two statements, by blind indexes."""
    number = fold(text).replace(" ", "").replace("-", "").upper()
    readable_rows = Person.objects.visible_to(actor)
    documents = readable_rows.filter(identity_index__in=identity_indexes(number))
    if not actor.is_system:
        # The index of documents begins with the district.
        documents = documents.filter(district_id=actor.area_id[:6])
    phones = readable_rows.filter(phone_index=vault.index(mobile(text) or number, vault.PHONE))
    return list({person.pk: person for person in (*documents[:20], *phones.order_by("pk")[:20])}.values())


def tags_of(people: Iterable[Person]) -> dict[int, list[Tag]]:
    """The open groups of each of these people. One statement."""
    ids = [person.pk for person in people]
    kept: dict[int, list[Tag]] = {}
    for tag in Tag.objects.open().filter(person_id__in=ids).order_by("pk"):
        kept.setdefault(tag.person_id, []).append(tag)
    return kept


def born_by(years: int, today: date) -> date:
    """The last birthday of somebody who has completed so many years today (29 February counts from 1 March)."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 2, 28)


def _of_age(rows: PersonQuerySet, chosen: Filter, today: date) -> PersonQuerySet:
    if chosen.age_from is not None:
        rows = rows.filter(born__lte=born_by(chosen.age_from, today))
    if chosen.age_to is not None:
        rows = rows.filter(born__gte=born_by(chosen.age_to + 1, today) + timedelta(days=1))
    return rows


def _tags(chosen: Filter, today: date) -> TagQuerySet:
    tags = Tag.objects.open().filter(person_id=OuterRef("pk"))
    if chosen.tag and chosen.tag != ANY:
        tags = tags.filter(kind=chosen.tag)
    return tags.filter(review_on__lte=today) if chosen.review else tags
