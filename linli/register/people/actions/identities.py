"""One person once: a document stands for one person in a district."""

from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area
from linli.lib.errors import Refusal
from linli.register.people.models import Person

COMMUNITY_DIGITS = 12


class KnownAlready(Refusal):
    """The district knows somebody with this document; `person_id` says whom, if the actor may see."""

    code = "person_known"

    def __init__(self, message: object, person_id: int | None) -> None:
        super().__init__(message, fields={"identity": message})
        self.person_id = person_id


def not_known_already(person: Person, by: Actor) -> None:
    """Raise KnownAlready when the district has somebody else with this document."""
    if not person.identity_index:
        return
    rows = Person.objects.filter(district_id=person.district_id, identity_index=person.identity_index)
    other = (rows.exclude(pk=person.pk) if person.pk else rows).first()
    if other is None:
        return
    if by.covers(other.area_id):
        raise KnownAlready(_("The register knows this person already. Open the page of the person instead."), other.pk)
    community = Area.objects.filter(pk=other.area_id[:COMMUNITY_DIGITS]).values_list("name", flat=True).first() or ""
    text = _("This person is registered in %(community)s. Ask that community for the move; nobody is entered twice.")
    raise KnownAlready(text % {"community": community}, None)
