"""A need found on a visit becomes an ordinary case: where visits and incidents meet (see `visits.needs`)."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.incidents import actions as incidents
from linli.apps.incidents.actions import Report, Reporter
from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found
from linli.apps.visits.needs import Need
from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Invalid
from linli.register.people.models import Party, Person
from linli.spine.cases.models import Case
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import Matter


def open_case(by: Actor, need: Need, now: datetime) -> Case:
    """Report the need for the person, with their phone and address; the same key opens one case.

    Raises Invalid with the fields need and matter.
    """
    person = need.person
    phone = vault.unseal(person.phone_sealed, vault.PHONE)
    home = person.dwelling
    point = (home.building.lon, home.building.lat) if home is not None else (None, None)
    given = Report(
        text=need.text,
        matter=_matter(need, by, now),
        found=Found(person.area_id, Incident.Found.LIST, *point),
        submission_key=need.key,
        place=home.address if home is not None else "",
        reporter=Reporter(phone=phone, name=person.name if phone else ""),
    )
    try:
        case = incidents.report(by=by, given=given, now=now).case
    except Invalid as invalid:
        # The form of the visit calls its words "need", and knows no phone to correct.
        fields = {"need" if name in ("text", "phone", "area") else name: text for name, text in invalid.fields.items()}
        raise Invalid(invalid.message, fields=fields) from None
    _name_party(case, person)
    return case


def _matter(need: Need, by: Actor, now: datetime) -> Matter:
    today = timezone.localdate(now)
    if need.matter:
        chosen = catalogue.one(need.matter, need.person.area_id, today)
        if chosen is None:
            raise Invalid(fields={"matter": _("Choose a matter of the list.")})
        return chosen
    guessed = catalogue.suggest(need.text, need.person.area_id, today)
    if not guessed:
        raise Invalid(fields={"matter": _("The words do not say which matter this is. Choose it from the list.")})
    return guessed[0]


def _name_party(case: Case, person: Person) -> None:
    """Say who the party is in the register, unless the phone is known as somebody else's (a couple shares one)."""
    if case.party_id is not None:
        Party.objects.filter(pk=case.party_id, person__isnull=True).update(person=person)
