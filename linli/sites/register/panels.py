"""What other apps know of a person, as panels of their page. Each app above the register adds one function here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as _

from linli.apps.certificates.models import Certificate
from linli.apps.visits import queries as visits
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip
from linli.register.people.models import Person
from linli.sites.register.edge import url_or_none
from linli.spine.cases import kinds
from linli.spine.cases.models import Case
from linli.spine.cases.shown import status

SHOWN = 5
LONGEST_TEXT = 80


@dataclass(frozen=True)
class Row:
    """One thing: a title, perhaps with a page of its own, and a line of facts."""

    title: str
    sub: str
    url: str = ""


@dataclass(frozen=True)
class Panel:
    """Some things of one kind, and what can be done about them."""

    name: str
    title: str
    icon: str
    rows: Sequence[Row]
    empty: str
    action: str = ""
    action_url: str = ""
    more: str = ""


def panels(person: Person, actor: Actor) -> list[Panel]:
    """The panels that this actor may see; four statements."""
    makers: tuple[Callable[[Person, Actor], Panel | None], ...] = (visit_panel, case_panel, certificate_panel)
    return [panel for make in makers if (panel := make(person, actor)) is not None]


def case_panel(person: Person, actor: Actor) -> Panel | None:
    """The cases that were opened for this person, newest first. One statement."""
    if not actor.can(Permission.CASE_READ):
        return None
    rows = Case.objects.visible_to(actor).filter(party__person_id=person.pk).order_by("-opened_at")
    found = list(rows[: SHOWN + 1])
    shown = [
        Row(
            title=case.title,
            sub=f"{gettext(kinds.of(case.kind).flow.state[case.state].label)} · {timezone.localdate(case.opened_at)}",
            url=reverse("desk:case", args=[case.number]),
        )
        for case in found[:SHOWN]
    ]
    more = _("Older cases are found in the list of cases.") if len(found) > SHOWN else ""
    return Panel("cases", _("Cases"), "list-check", shown, _("No case was opened for this person."), more=more)


def certificate_panel(person: Person, actor: Actor) -> Panel | None:
    """The certificates that were written for this person, newest first. One statement."""
    if not actor.can(Permission.CERTIFICATE_WORK):
        return None
    rows = Certificate.objects.visible_to(actor).filter(person_id=person.pk).select_related("case").order_by("-pk")
    found = list(rows[: SHOWN + 1])
    shown = [
        Row(
            title=one.case.title,
            sub=" · ".join(
                part for part in (status(one.case).label, one.number, f"{timezone.localdate(one.asked_at)}") if part
            ),
            url=reverse("certificates:certificate", args=[one.case.number]),
        )
        for one in found[:SHOWN]
    ]
    more = _("Older ones are found among the certificates.") if len(found) > SHOWN else ""
    url = f"{reverse('certificates:certificates')}?person={person.pk}"
    none = _("No certificate was written for this person.")
    return Panel("certificates", _("Certificates"), "file-text", shown, none, _("A certificate"), url, more)


def visit_panel(person: Person, actor: Actor) -> Panel | None:
    """The latest visits. Two statements."""
    if not (actor.can(Permission.VISIT_WORK) or actor.can(Permission.PEOPLE_READ)):
        return None
    found = visits.of_person(person.pk, SHOWN, actor=actor)
    shown = []
    for visit in found:
        photos = len(visit.pictures.all())
        facts = [
            f"{timezone.localtime(visit.visited_at):%Y-%m-%d %H:%M}",
            visit.by.name if visit.by else "",
            clip(visit.text, LONGEST_TEXT),
            ngettext("%(n)s photo", "%(n)s photos", photos) % {"n": photos} if photos else "",
        ]
        title = f"{visit.get_way_display()} · {visit.get_outcome_display()}"
        shown.append(Row(title=title, sub=" · ".join(fact for fact in facts if fact)))
    may = actor.can(Permission.VISIT_WORK) and person.status == Person.Status.HERE
    url = url_or_none("visits:record", person.pk) if may else ""
    empty = _("Nobody has visited this person yet.")
    return Panel("visits", _("Visits"), "route", shown, empty, _("Record a visit") if url else "", url)
