"""The queue in the URL: what is read from it, written into it, and shown of it as chips."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.lib.chinese import clip, tidy
from linli.spine.cases import kinds, queries
from linli.spine.cases.parts import own_part
from linli.spine.cases.queries import Counts, Filter
from linli.spine.catalogue.models import EventClass
from linli.ui.links import Chip, Option, without

LONGEST_WORDS = 60
NARROWING = ("q", "area", "event_class", "state", "due", "unit", "month", "months_to", "facet")


def has_desk(actor: Actor) -> bool:
    """Whether work can lie on this actor's desk at all; those who only read have no to-do list."""
    return own_part(actor) is not None or (actor.unit_id is not None and actor.can("case.work"))


def read(params: QueryDict, actor: Actor) -> Filter:
    """What the address asks for. Values that mean nothing are left out, never an error."""
    usual = "todo" if has_desk(actor) else "open"
    narrowed = any(params.get(name) for name in NARROWING)
    view = params.get("view", "")
    if view not in queries.VIEWS or (view == "todo" and usual != "todo"):
        view = "all" if narrowed else usual
    first, last = _month(params.get("month", "")), _month(params.get("months_to", ""))
    return Filter(
        view=view,
        q=clip(tidy(params.get("q", "")), LONGEST_WORDS),
        area=_digits(params.get("area", ""), 18),
        event_class=_one_of(params.get("event_class", ""), EventClass.values),
        state=_one_of(params.get("state", ""), states()),
        due=_one_of(params.get("due", ""), queries.DUES),
        month=first,
        months_to=last if first and last and last >= first else None,
        facet=_one_of(params.get("facet", ""), queries.FACETS),
        unit=int(_digits(params.get("unit", ""), 18) or 0) or None,
        sort=_one_of(params.get("sort", ""), ("new",)),
    )


def states() -> Mapping[str, str]:
    """The states of the kinds in the queue: code → label."""
    return {state.code: gettext(state.label) for kind in kinds.answering() for state in kind.flow.states}


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value in set(known) else ""


def _digits(value: str, longest: int) -> str:
    return value if value.isascii() and value.isdigit() and len(value) <= longest else ""


def _month(value: str) -> date | None:
    year, dash, month = value.partition("-")
    if not (dash and _digits(year, 4) and _digits(month, 2)):
        return None
    try:
        found = date(int(year), int(month), 1)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def tab_items(chosen: Filter, counts: Counts, actor: Actor) -> list[dict[str, object]]:
    """The saved views with their counts. They lead to the whole view, because that is what the count counts."""
    labels = {
        "todo": (_("To do"), counts.todo),
        "open": (_("Open"), counts.open),
        "late": (_("Late"), counts.late),
        "handled": (_("Waiting for an answer"), counts.handled),
        "all": (_("All"), None),
    }
    return [
        {"label": label, "count": count, "url": f"?view={name}", "current": name == chosen.view}
        for name, (label, count) in labels.items()
        if name != "todo" or has_desk(actor)
    ]


def options(chosen: Filter, areas: Sequence[Area], units: Sequence[Unit]) -> dict[str, list[Option]]:
    """The entries of the drop-downs above the list."""
    dues = {"late": _("Late"), "today": _("Due today"), "week": _("Due within 7 days")}
    sorts = {"": _("By time left"), "new": _("Newest first")}
    return {
        "areas": [Option(area.pk, area.name, area.pk == chosen.area) for area in areas],
        "classes": [Option(value, str(label), value == chosen.event_class) for value, label in EventClass.choices],
        "states": [Option(code, label, code == chosen.state) for code, label in states().items()],
        "dues": [Option(code, label, code == chosen.due) for code, label in dues.items()],
        "units": [Option(str(unit.pk), unit.name, unit.pk == chosen.unit) for unit in units],
        "sorts": [Option(code, label, code == chosen.sort) for code, label in sorts.items()],
    }


def facet_words() -> Mapping[str, str]:
    """What the figures of the boards count, for the chip of a list that a board has opened."""
    return {
        "opened": _("reported"),
        "responded": _("contacted"),
        "responded_in_time": _("contacted in time"),
        "response_due": _("contact was due"),
        "handled": _("handled"),
        "handled_in_time": _("handled in time"),
        "handling_due": _("handling was due"),
        "answered": _("answered by the resident"),
        "solved": _("solved"),
        "not_solved": _("not solved"),
        "satisfied": _("satisfied"),
        "unanswered": _("closed without answer"),
        "refused": _("not accepted"),
        "reopened": _("reopened"),
        "on_spot": _("handled on the spot"),
    }


def chips(request: HttpRequest, chosen: Filter, shown: Mapping[str, list[Option]]) -> list[Chip]:
    """The filters in force, each with the address that drops it."""

    def named(group: str, value: str) -> str:
        return next((option.label for option in shown[group] if option.value == value), value)

    found: list[tuple[str, str, tuple[str, ...]]] = []
    if chosen.q:
        found.append((_("Words"), chosen.q, ("q",)))
    if chosen.area:
        found.append((_("Area"), named("areas", chosen.area), ("area",)))
    if chosen.event_class:
        found.append((_("Class"), named("classes", chosen.event_class), ("event_class",)))
    if chosen.state:
        found.append((_("State"), named("states", chosen.state), ("state",)))
    if chosen.due:
        found.append((_("Deadline"), named("dues", chosen.due), ("due",)))
    if chosen.unit:
        found.append((_("Unit"), named("units", str(chosen.unit)), ("unit",)))
    if chosen.month:
        found.append((_("Reported in"), _months(chosen), ("month", "months_to")))
    if chosen.facet:
        found.append((_("Only"), facet_words().get(chosen.facet, chosen.facet), ("facet",)))
    return [Chip(label, value, without(request, *names)) for label, value, names in found]


def _months(chosen: Filter) -> str:
    assert chosen.month is not None
    first = f"{chosen.month:%Y-%m}"
    if chosen.months_to is None or chosen.months_to == chosen.month:
        return first
    return f"{first} – {chosen.months_to:%Y-%m}"
