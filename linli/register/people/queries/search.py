"""Search while typing: people by name, pinyin or initials, homes by address, organisations by name. Within scope.

Every question is one that an index answers and that stops at the first few rows. A question with OR would have to
read all that fits before it could stop: 张 fits seventy thousand people of a million. So each is asked by itself.
Numbers of documents and phones are whole or nothing (`lists.by_number`), and looking for one is written down.
"""

from dataclasses import dataclass, field
from datetime import date

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib import citizen_id
from linli.lib.chinese import clip, fold, mobile
from linli.register.homes import address_search
from linli.register.homes import queries as homes
from linli.register.homes.models import Dwelling, Estate, Organisation
from linli.register.people.models import Person
from linli.register.people.queries import lists

MOST = 8
#: One letter begins too many names to be worth a list.
LEAST_LETTERS = 2
LONGEST = 60


@dataclass(frozen=True)
class Found:
    """What a few letters lead to, best first within each kind."""

    people: list[Person] = field(default_factory=list)
    estates: list[Estate] = field(default_factory=list)
    dwellings: list[Dwelling] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many there are of all kinds."""
        return len(self.people) + len(self.estates) + len(self.dwellings) + len(self.organisations)


def as_typed(actor: Actor, text: str, *, most: int = MOST) -> Found:
    """What begins with the words typed so far, at most `most` of each kind. Five statements at most.

    People are those who live here now; those who left or died are found by the list of people.
    """
    typed = clip(fold(text), LONGEST)
    letters = typed.replace(" ", "").lower()
    if not typed or lists.is_number(typed) or not actor.can(Permission.PEOPLE_READ):
        return Found()
    if letters.isascii() and letters.isalpha():
        return Found(people=_people(actor, ("initials__startswith", "pinyin__startswith"), letters, most))
    if address_search.names_a_door(typed):
        return Found(
            dwellings=address_search.find_dwellings(actor, typed, most=most),
            organisations=_organisations(actor, typed, most),
        )
    return Found(
        people=_people(actor, ("name", "name__startswith", "given__startswith"), typed.replace(" ", ""), most),
        estates=_estates(actor, typed, most),
        organisations=_organisations(actor, typed, most),
    )


def whole_number(text: str, today: date) -> bool:
    """Whether a number is typed to its end: a mobile phone or a citizen's number with a right check digit."""
    typed = fold(text).replace(" ", "").replace("-", "")
    return mobile(typed) is not None or citizen_id.read(typed, today=today) is not None


def _people(actor: Actor, questions: tuple[str, ...], text: str, most: int) -> list[Person]:
    """The answers to each question in turn, until there are enough."""
    here = lists.readable(actor).living_here().select_related("dwelling", "area")
    found: dict[int, Person] = {}
    if len(text) < LEAST_LETTERS and text.isascii():
        return []
    for question in questions:
        for person in here.filter(**{question: text})[:most]:
            found.setdefault(person.pk, person)
        if len(found) >= most:
            break
    return list(found.values())[:most]


def _estates(actor: Actor, text: str, most: int) -> list[Estate]:
    return homes.homes_page(actor, q=text, size=most).estates


def _organisations(actor: Actor, text: str, most: int) -> list[Organisation]:
    rows = Organisation.objects.visible_to(actor).filter(homes.organisation_words(text, actor.area_id), closed_on=None)
    return list(rows.select_related("area").order_by("pk")[:most])
