"""A building: its doors at a glance, its forms, its grid, and the list of doors on paper."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.addresses import floor_of
from linli.lib.errors import Invalid
from linli.register.homes import actions
from linli.register.homes.actions.dwellings import Plan, missing, sorted_doors
from linli.register.homes.models import Building, Dwelling, Organisation
from linli.register.people import codes
from linli.register.people.actions import regridding
from linli.register.people.queries import homes as living
from linli.register.people.queries.homes import Living
from linli.sites.register.acts import answer
from linli.sites.register.edge import page
from linli.sites.register.forms.homes import BuildingForm, DwellingForm, ManyForm, RegridForm
from linli.sites.register.places import building_crumbs, building_in_scope, estate_in_scope, homes_crumb, linked
from linli.ui.toasts import toast

RENTED = "02"
EMPTY = "03"
NAMES = {"point": "area_id"}
NO_LIVING = Living()


def door_line(dwelling: Dwelling, lives: Living, labels: Mapping[str, str]) -> dict[str, Any]:
    """A door in words: who lives behind it, how many, and whether it is empty or rented."""
    names = [lives.heads[one.pk].name if one.pk in lives.heads else _("no head") for one in lives.households]
    rented = dwelling.use == RENTED or bool(dwelling.rental_use)
    return {
        "pk": dwelling.pk,
        "room": dwelling.room,
        "door": dwelling.door,
        "url": reverse("register:dwelling", args=[dwelling.pk]),
        "names": "、".join(names),
        "size": lives.size,
        "households": len(lives.households),
        "empty": not lives.households,
        "rented": rented,
        "use": labels.get(dwelling.use, dwelling.use),
        "kind": "empty" if not lives.households else "rented" if rented else "lived",
    }


def entrances_of(doors: Sequence[Dwelling], lives: Mapping[int, Living]) -> list[dict[str, Any]]:
    """Entrances, in each the floors from the top, on each its doors."""
    labels = codes.labels("dwelling_use")
    found: defaultdict[str, defaultdict[int | None, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted_doors(doors):
        floor = one.floor if one.floor is not None else floor_of(one.room)
        found[one.entrance][floor].append(door_line(one, lives.get(one.pk, NO_LIVING), labels))
    return [
        {
            "name": entrance,
            "floors": [{"floor": floor, "doors": row} for floor, row in floors.items()],
        }
        for entrance, floors in found.items()
    ]


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def building(request: ActorRequest, building_id: int) -> TemplateResponse:
    """The doors of a building, entrance by entrance, floor by floor. Five statements, however many doors."""
    actor = request.actor
    found = building_in_scope(actor, building_id)
    doors = list(Dwelling.objects.filter(building=found))
    lives = living.living_in(found) if doors else {}
    organisations = list(Organisation.objects.filter(building=found, closed_on__isnull=True).order_by("name")[:100])
    kinds = codes.labels("organisation_kind")
    context = {
        "building": found,
        "facts": facts_of(found, doors, lives),
        "entrances": entrances_of(doors, lives),
        "organisations": [{"row": one, "kind": kinds.get(one.kind, one.kind)} for one in organisations],
        "crumbs": linked(building_crumbs(found)),
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
    }
    return page(request, "building.html", context)


def facts_of(found: Building, doors: Sequence[Dwelling], lives: Mapping[int, Living]) -> list[tuple[str, Any]]:
    """What a building is, and what lives in it."""
    return [
        (_("Address"), found.address),
        (_("Grid"), found.area.name),
        (_("Building code"), found.code),
        (_("Use"), codes.label("building_use", found.use)),
        (_("Floors"), found.floors),
        (_("Built in"), found.built_year),
        (_("Dwellings"), len(doors)),
        (_("Households"), sum(len(one.households) for one in lives.values())),
        (_("People"), sum(one.size for one in lives.values())),
        (_("Empty"), sum(one.pk not in lives for one in doors)),
    ]


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def building_print(request: ActorRequest, building_id: int) -> TemplateResponse:
    """The doors of a building on paper, with room for a mark beside each."""
    found = building_in_scope(request.actor, building_id)
    doors = list(Dwelling.objects.filter(building=found))
    lives = living.living_in(found) if doors else {}
    context = {
        "building": found,
        "entrances": entrances_of(doors, lives),
        "back_url": reverse("register:building", args=[found.pk]),
        "printed_by": request.actor.name,
        "printed_at": timezone.now(),
    }
    return page(request, "building_print.html", context)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def building_new(request: ActorRequest) -> HttpResponse:
    """Enter a building; `?estate=` names the estate."""
    now, actor = timezone.now(), request.actor
    wanted = request.GET.get("estate", "")
    estate = estate_in_scope(actor, int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    initial = {"estate_id": str(estate.pk) if estate else "", "crs": "wgs84"}
    form = BuildingForm(request.POST or None, actor=actor, today=timezone.localdate(now), initial=initial)

    def act(data: dict[str, Any]) -> str:
        made = actions.buildings.create(by=actor, given=form.given(), now=now)
        toast(request, _("%(address)s is in the register. Now enter its dwellings.") % {"address": made.address})
        return reverse("register:dwellings_new", args=[made.pk])

    crumbs = [homes_crumb()]
    if estate is not None:
        crumbs.append((estate.name, reverse("register:estate", args=[estate.pk])))
    return answer(
        request, form, act, title=_("New building"), button=_("Enter"), crumbs=crumbs, cancel=crumbs[-1][1],
        names=NAMES, **map_of(actor, estate.area_id if estate else actor.area_id),
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def building_edit(request: ActorRequest, building_id: int) -> HttpResponse:
    """Change a building, all but its grid."""
    now, actor = timezone.now(), request.actor
    found = building_in_scope(actor, building_id)
    initial = {name: getattr(found, name) for name in ("name", "address", "lon", "lat", "use", "floors", "built_year")}
    form = BuildingForm(
        request.POST or None, actor=actor, today=timezone.localdate(now), building=found,
        initial={**initial, "crs": "wgs84"},
    )  # fmt: skip
    here = reverse("register:building", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        actions.buildings.edit(by=actor, building_id=found.pk, given=form.given(), now=now)
        toast(request, _("Saved."))
        return here

    near = (found.lon, found.lat) if found.lon is not None else None
    return answer(
        request, form, act, title=_("Change the building"), button=_("Save"), crumbs=building_crumbs(found),
        cancel=here, names={"point": "name"}, **{**map_of(actor, found.area_id[:12]), "near": near},
    )  # fmt: skip


def map_of(actor: Actor, area_id: str) -> dict[str, Any]:
    """What the map picker needs: the outlines of the area."""
    return {"shapes_url": f"{reverse('register:map_shapes')}?area={area_id}", "near": None}


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def building_grid(request: ActorRequest, building_id: int) -> HttpResponse:
    """Let a building and everybody in it count for another grid."""
    now, actor = timezone.now(), request.actor
    found = building_in_scope(actor, building_id)
    form = RegridForm(
        request.POST or None, building=found, actor=actor, today=timezone.localdate(now),
        initial={"area_id": found.area_id},
    )  # fmt: skip
    here = reverse("register:building", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        regridding.move_building(by=actor, building_id=found.pk, area_id=data["area_id"], now=now, ip=ip_of(request))
        toast(request, _("The building and everybody in it now count for the new grid."))
        return here

    intro = _(
        "Nobody moves by this: no event is entered. The figures of both grids change, for past days, too; those of the "
        "community stay."
    )
    return answer(
        request, form, act, title=_("Change the grid"), button=_("Change the grid"), crumbs=building_crumbs(found),
        cancel=here, intro=intro, notes=[_("Now: %(grid)s") % {"grid": found.area.name}],
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dwelling_new(request: ActorRequest, building_id: int) -> HttpResponse:
    """Enter one dwelling of a building."""
    now, actor = timezone.now(), request.actor
    found = building_in_scope(actor, building_id)
    form = DwellingForm(request.POST or None)

    def act(data: dict[str, Any]) -> str:
        made = actions.dwellings.create(by=actor, building_id=found.pk, given=data, now=now)
        toast(request, _("%(address)s is in the register.") % {"address": made.address})
        return reverse("register:dwelling", args=[made.pk])

    here = reverse("register:building", args=[found.pk])
    return answer(
        request, form, act, title=_("New dwelling"), button=_("Enter"), crumbs=building_crumbs(found), cancel=here
    )


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dwellings_new(request: ActorRequest, building_id: int) -> HttpResponse:
    """Enter all dwellings of a building by a rule, after a look at what would come of it."""
    now, actor = timezone.now(), request.actor
    found = building_in_scope(actor, building_id)
    form = ManyForm(request.POST or None, initial={"floors": found.floors or 6, "named": True})

    def plan(data: Mapping[str, Any]) -> Plan:
        return Plan(**{name: data[name] for name in ("entrances", "floors", "per_floor", "from_floor", "named")})

    def confirm(data: dict[str, Any]) -> dict[str, Any]:
        new = missing(found, plan(data))
        if not new:
            raise Invalid(_("The building has all these doors already."))
        known = len(plan(data).doors()) - len(new)
        sample = [f"{entrance}{room}" for entrance, _floor, room in new]
        shown = sample if len(sample) <= 12 else [*sample[:6], "…", *sample[-5:]]
        facts = [(_("New doors"), "、".join(shown)), (_("There already"), known or "")]
        sure = _("%(n)s dwellings are entered in %(address)s.") % {"n": len(new), "address": found.address}
        return {"sure": sure, "facts": facts, "button": _("Enter %(n)s dwellings") % {"n": len(new)}}

    def act(data: dict[str, Any]) -> str:
        made = actions.dwellings.create_many(
            by=actor, building_id=found.pk, plan=plan(data), kind=data["kind"], now=now
        )
        toast(request, _("%(n)s dwellings are in the register.") % {"n": len(made)})
        return reverse("register:building", args=[found.pk])

    here = reverse("register:building", args=[found.pk])
    return answer(
        request, form, act, title=_("Many dwellings at once"), button=_("Look at the doors"),
        crumbs=building_crumbs(found), cancel=here, confirm=confirm,
        intro=_("Rooms are called after floor and door: 301 is the first door on the third floor."),
    )  # fmt: skip
