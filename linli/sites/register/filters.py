"""The list of people in the URL: what is read from it, written into it, and shown of it as chips."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area, Level
from linli.lib.chinese import clip, fold, tidy
from linli.lib.codes import level_of
from linli.register.people import codes, groups
from linli.register.people.models import Person
from linli.register.people.queries import lists
from linli.register.people.queries.lists import ANY, Filter
from linli.ui.links import Chip, Option, without

LONGEST_WORDS = 60
#: The parameters of the list, in the order of the form.
NAMES = ("q", "area", "kind", "status", "tag", "sex", "age_from", "age_to", "match", "review")


def read(params: QueryDict) -> Filter:
    """What the address asks for. Values that mean nothing are left out, never an error."""
    words = clip(tidy(params.get("q", "")), LONGEST_WORDS)
    area = params.get("area", "")
    return Filter(
        # Numbers of documents and phones are looked for by POST: no address holds them.
        q="" if lists.is_number(words) else words,
        area=area if area.isascii() and area.isdigit() and len(area) <= 18 else "",
        kind=_one_of(params.get("kind", ""), codes.labels("population_kind")),
        status=_one_of(params.get("status", ""), (*Person.Status.values, "all")) or Person.Status.HERE,
        tag=_one_of(params.get("tag", ""), (*groups.groups(), ANY)),
        sex=_one_of(params.get("sex", ""), codes.labels("sex")),
        age_from=_years(params.get("age_from", "")),
        age_to=_years(params.get("age_to", "")),
        match=_one_of(params.get("match", ""), codes.labels("residence_match")),
        review=params.get("review", "") == "due",
    )


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value in set(known) else ""


def _years(value: str) -> int | None:
    text = fold(value)[:4]
    return min(int(text), lists.OLDEST) if text.isascii() and text.isdigit() else None


def tab_items(chosen: Filter) -> list[dict[str, object]]:
    """The saved views of a community's office."""
    tabs: list[tuple[str, str, Mapping[str, Any]]] = [
        (_("Everyone here"), "?", {}),
        (_("Floating"), "?kind=floating", {"kind": "floating"}),
        (_("Special groups"), f"?tag={ANY}", {"tag": ANY}),
        (_("Review due"), "?review=due", {"review": True}),
        (_("Gone"), f"?status={Person.Status.GONE}", {"status": Person.Status.GONE}),
    ]
    return [{"label": label, "url": url, "current": chosen == Filter(**asked)} for label, url, asked in tabs]


def options(chosen: Filter, areas: Iterable[Area]) -> dict[str, list[Option]]:
    """The entries of the drop-downs above the list."""

    def entries(pairs: Iterable[tuple[str, object]], value: str) -> list[Option]:
        return [Option(code, str(label), code == value) for code, label in pairs]

    statuses = [*Person.Status.choices, ("all", _("here, gone or dead"))]
    kinds = [(code, group.label) for code, group in groups.groups().items()]
    return {
        "areas": [Option(area.pk, area.name, area.pk == chosen.area) for area in areas],
        "kinds": entries(codes.labels("population_kind").items(), chosen.kind),
        "statuses": entries(statuses, chosen.status),
        "tags": entries([(ANY, _("any group")), *kinds], chosen.tag),
        "sexes": entries([(code, name) for code, name in codes.labels("sex").items() if code in "12"], chosen.sex),
        "matches": entries(codes.labels("residence_match").items(), chosen.match),
    }


def choosable_areas(actor: Actor, on: date, chosen: str = "") -> list[Area]:
    """The areas offered in the filter: the two levels below the actor's own, and the one chosen. One statement."""
    levels = list(Level.values)
    below = levels[levels.index(level_of(actor.area_id)) + 1 :][:2]
    wanted = Q(level__in=below) | Q(pk=chosen)
    return list(Area.objects.within(actor.area_id).current(on).filter(wanted).order_by("pk"))


def chips(request: HttpRequest, chosen: Filter, shown: Mapping[str, list[Option]]) -> list[Chip]:
    """The filters in force, each with the address that drops it."""

    def named(group: str, value: str) -> str:
        return next((option.label for option in shown[group] if option.value == value), value)

    found: list[tuple[str, str, tuple[str, ...]]] = []
    if chosen.q:
        found.append((_("Words"), chosen.q, ("q",)))
    for label, value, group, name in (
        (_("Area"), chosen.area, "areas", "area"),
        (_("Population"), chosen.kind, "kinds", "kind"),
        (_("Group"), chosen.tag, "tags", "tag"),
        (_("Sex"), chosen.sex, "sexes", "sex"),
        (_("Hukou and residence"), chosen.match, "matches", "match"),
    ):
        if value:
            found.append((label, named(group, value), (name,)))
    if chosen.status != Person.Status.HERE:
        found.append((_("Status"), named("statuses", chosen.status), ("status",)))
    if chosen.age_from is not None or chosen.age_to is not None:
        found.append((_("Age"), ages(chosen), ("age_from", "age_to")))
    if chosen.review:
        found.append((_("Review"), _("due"), ("review",)))
    return [Chip(label, value, without(request, *names)) for label, value, names in found]


def ages(chosen: Filter) -> str:
    """The ages asked for, in words."""
    if chosen.age_to is None:
        return _("%(n)s and older") % {"n": chosen.age_from}
    if chosen.age_from is None:
        return _("up to %(n)s") % {"n": chosen.age_to}
    return f"{chosen.age_from}–{chosen.age_to}"
