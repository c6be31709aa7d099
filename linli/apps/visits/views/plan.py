"""The plan of a community: who is due, who looks after them, and giving homes to workers."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.visits import actions, care, words
from linli.apps.visits.actions import Target
from linli.apps.visits.actions.assign import may_plan
from linli.apps.visits.queries import assigned
from linli.apps.visits.queries import plan as plans
from linli.apps.visits.queries.homes import Place, places_of, workers_of
from linli.apps.visits.queries.plan import Due
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.queries import post_label
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.lib.errors import Invalid, Refusal
from linli.lib.prefix import within
from linli.ui.links import Chip, Option, from_page, without
from linli.ui.toasts import toast, toast_error

PAGE = 50
MOST_PRINTED = 300
SHOWN = ("late", "due", "unassigned", "week")


@dataclass(frozen=True)
class Chosen:
    """What the address asks for."""

    area: str
    show: str
    risk: str
    worker: int | None

    @property
    def ahead(self) -> int:
        """How many days beyond today."""
        return 7 if self.show == "week" else 0


def read(query: QueryDict, request: ActorRequest) -> Chosen:
    """The filters of the address; what makes no sense is not asked for."""
    show, risk, worker = query.get("show", ""), query.get("risk", ""), query.get("worker", "")
    return Chosen(
        area=plans.community_of(request.actor, query.get("area", "")),
        show=show if show in SHOWN else "due",
        risk=risk if risk in care.RISK_WORDS else "",
        worker=int(worker) if worker.isdecimal() and len(worker) < 19 else None,
    )


def lines_of(chosen: Chosen, day: date) -> tuple[list[Due], list[Due]]:
    """What the filters ask for, and everything due in the area; the most urgent first. Five statements."""
    if not chosen.area:
        return [], []
    book = assigned.roster(chosen.area, day)
    scope = Q(**within("area_id", chosen.area))
    every = plans.due(scope, book, chosen.area, day, ahead_days=chosen.ahead)
    return [line for line in every if fits(line, chosen)], every


def fits(line: Due, chosen: Chosen) -> bool:
    """Whether a line is asked for."""
    if chosen.show == "late" and not line.late_days:
        return False
    if chosen.show == "unassigned" and line.assignment is not None:
        return False
    if chosen.risk and (line.care is None or line.care.risk != chosen.risk):
        return False
    worker = line.assignment.post.user_id if line.assignment is not None else None
    return chosen.worker is None or worker == chosen.worker


@requires(Permission.VISIT_WORK)
@never_cache
@require_safe
def plan(request: ActorRequest) -> TemplateResponse:
    """Whom the community should visit, who is late, and who has nobody."""
    actor, day = request.actor, timezone.localdate()
    chosen = read(request.GET, request)
    lines, every = lines_of(chosen, day)
    after = _after(request.GET.get("after", ""))
    rest = [line for line in lines if after is None or line.urgency > after]
    shown = rest[:PAGE]
    older = from_page(request, ".".join(map(str, shown[-1].urgency))) if len(rest) > PAGE else ""
    options = options_of(request, chosen, day)
    context: dict[str, Any] = {
        "chosen": chosen,
        "cards": words.cards(shown, day),
        "total": len(lines),
        "figures": figures(every, request),
        "tabs": tabs(request, chosen, every),
        "options": options,
        "chips": chips(request, chosen, options),
        "older_url": older,
        "first_url": without(request) if after is not None else "",
        "query": without(request).removeprefix("?"),
        "may_plan": may_plan(actor),
        "may_export": actor.can(Permission.EXPORT),
        "day": day,
    }
    return TemplateResponse(request, "visits/plan.html", context)


def _after(text: str) -> tuple[int, int, int] | None:
    """A place in the list, from the address."""
    parts = text.split(".")
    if len(text) >= 60 or len(parts) != 3:
        return None
    try:
        return int(parts[0]), int(parts[1]), int(parts[2])
    except ValueError:
        return None


def figures(every: list[Due], request: ActorRequest) -> list[dict[str, object]]:
    """How many are due, late and without a worker; each figure opens its list."""
    late = [line for line in every if line.late_days]
    high = [line for line in late if line.care is not None and line.care.risk == care.Risk.HIGH]
    alone = [line for line in every if line.assignment is None]
    base = without(request, "show", "risk", "worker")
    link = base + ("&" if base != "?" else "")
    return [
        {"label": _("Due"), "value": len(every), "url": base},
        {"label": _("Late"), "value": len(late), "url": f"{link}show=late"},
        {"label": _("High risk and late"), "value": len(high), "url": f"{link}show=late&risk=high"},
        {"label": _("Due, and nobody's"), "value": len(alone), "url": f"{link}show=unassigned"},
    ]


def tabs(request: ActorRequest, chosen: Chosen, every: list[Due]) -> list[dict[str, object]]:
    """The lists of the plan, and the workers."""
    names = {"due": _("Due"), "late": _("Late"), "unassigned": _("Nobody's"), "week": _("Next 7 days")}
    base = without(request, "show")
    link = base + ("&" if base != "?" else "")
    found: list[dict[str, object]] = [
        {"label": name, "url": f"{link}show={code}", "current": code == chosen.show} for code, name in names.items()
    ]
    url = reverse("visits:workers") + (f"?area={chosen.area}" if chosen.area else "")
    return [*found, {"label": _("Workers"), "url": url, "current": False}]


def options_of(request: ActorRequest, chosen: Chosen, day: date) -> dict[str, list[Option]]:
    """The choices of the filters. Two statements."""
    return {
        "areas": area_options(request, chosen, day),
        "risks": [Option(code, str(name), code == chosen.risk) for code, name in care.RISK_WORDS.items()],
        "workers": [
            Option(str(post.user_id), post.user.name, post.user_id == chosen.worker)
            for post in {post.user_id: post for post in workers_of(chosen.area, day)}.values()
        ]
        if chosen.area
        else [],
    }


def area_options(request: ActorRequest, chosen: Chosen, day: date) -> list[Option]:
    """The communities of a wide post, with the grids of the chosen one; one statement."""
    own = request.actor.area_id
    rows = Area.objects.within(own).current(day).filter(level__in=["community", "grid", "subgrid"])
    place = chosen.area[: plans.COMMUNITY_DIGITS]
    shown = [row for row in rows.order_by("pk") if row.level == "community" or (place and row.pk.startswith(place))]
    return [Option(row.pk, row.name, row.pk == chosen.area) for row in shown]


def chips(request: ActorRequest, chosen: Chosen, options: dict[str, list[Option]]) -> list[Chip]:
    """The filters in force."""
    named = (("area", _("Area"), "areas"), ("risk", _("Risk"), "risks"), ("worker", _("Worker"), "workers"))
    return [
        Chip(label, option.label, without(request, name))
        for name, label, group in named
        for option in options[group]
        if option.chosen and request.GET.get(name)
    ]


@requires(Permission.VISIT_WORK)
@never_cache
@require_safe
def print_plan(request: ActorRequest) -> TemplateResponse:
    """The chosen list on paper, in the order in which one walks."""
    day = timezone.localdate()
    chosen = read(request.GET, request)
    lines, _every = lines_of(chosen, day)
    context = {
        "cards": words.cards(plans.in_route_order(lines[:MOST_PRINTED]), day),
        "more": len(lines) > MOST_PRINTED,
        "most": MOST_PRINTED,
        "day": day,
        "back_url": reverse("visits:plan") + without(request),
        "printed_by": request.actor.name,
        "printed_at": timezone.now(),
    }
    return TemplateResponse(request, "visits/print_plan.html", context)


@requires(Permission.VISIT_WORK)
@never_cache
@require_safe
def workers(request: ActorRequest) -> TemplateResponse:
    """Who looks after which grids and buildings, with the number of households; giving them to somebody else."""
    return answer(request, {}, 200)


def answer(request: ActorRequest, problems: dict[str, object], status: int) -> TemplateResponse:
    """The page of workers, with what was ticked and what is wrong with it."""
    actor, day = request.actor, timezone.localdate()
    given = request.POST if request.method == "POST" else request.GET
    area_id = plans.community_of(actor, given.get("area", ""))
    loads, nobody = assigned.loads(area_id, day) if area_id else ([], 0)
    book = assigned.roster(area_id, day) if area_id else assigned.made_of([])
    ticked = set(request.POST.getlist("target"))
    chosen = Chosen(area_id, "due", "", None)
    context = {
        "area": area_id,
        "areas": [option for option in area_options(request, chosen, day) if len(option.value) == 12],
        "loads": loads,
        "nobody": nobody,
        "places": _marked(places_of(area_id, day), book, ticked) if area_id else [],
        "posts": [(post.pk, f"{post.user.name} · {post_label(post)}") for post in workers_of(area_id, day)]
        if area_id
        else [],
        "chosen_post": request.POST.get("post", ""),
        "problems": problems,
        "may_plan": may_plan(actor),
    }
    return TemplateResponse(request, "visits/workers.html", context, status=status)


def _marked(places: list[Place], book: assigned.Roster, ticked: set[str]) -> list[dict[str, object]]:
    """The grids and buildings, each with its worker and where that comes from."""
    found: list[dict[str, object]] = []
    for place in places:
        own = book.buildings.get(place.building_id) if place.building_id else book.areas.get(place.area_id)
        holds = book.worker_of(None, place.building_id, place.area_id)
        found.append(
            {
                "place": place,
                "worker": holds.post.user.name if holds is not None else "",
                "inherited": holds is not None and own is None,
                "ticked": place.value in ticked,
            }
        )
    return found


@requires(Permission.VISIT_WORK)
@never_cache
@require_POST
def assign(request: ActorRequest) -> HttpResponse:
    """Give what is ticked to a worker, or to nobody; a toast offers to take it back."""
    try:
        target, post_id = _target(request.POST)
        act = actions.assign(by=request.actor, target=target, post_id=post_id, now=timezone.now())
    except Refusal as refusal:
        return answer(request, refusal.fields or {"target": str(refusal)}, refusal.status)  # type: ignore[arg-type]
    n = act.made
    text = ngettext("%(n)s place has been assigned anew.", "%(n)s places have been assigned anew.", n) % {"n": n}
    toast(request, text, undo_url=reverse("visits:undo", args=[act.key]))
    area = request.POST.get("area", "")
    back = reverse("visits:workers")
    return HttpResponseRedirect(f"{back}?area={area}" if area.isdecimal() else back, status=303)


def _target(post: QueryDict) -> tuple[Target, int | None]:
    """What was ticked: "a" and an area, "b" and a building, "h" and a household. Raises Invalid."""
    found: dict[str, list[str]] = {"a": [], "b": [], "h": []}
    for value in dict.fromkeys(post.getlist("target")):
        kind, number = value[:1], value[1:]
        if kind in found and number.isdecimal() and number.isascii() and len(number) < 19:
            found[kind].append(number)
    worker = post.get("post", "")
    if worker != "nobody" and not (worker.isdecimal() and len(worker) < 19):
        raise Invalid(fields={"post": _("Choose a worker of the list.")})
    target = Target(
        households=[int(one) for one in found["h"]], buildings=[int(one) for one in found["b"]], areas=found["a"]
    )
    return target, None if worker == "nobody" else int(worker)


@requires(Permission.VISIT_WORK)
@never_cache
@require_http_methods(["POST"])
def undo(request: ActorRequest, act_key: uuid.UUID) -> HttpResponse:
    """Take one act of assigning back."""
    try:
        actions.take_back(by=request.actor, key=act_key, now=timezone.now())
    except Invalid as refusal:
        toast_error(request, str(refusal))
    else:
        toast(request, _("Undone."))
    return HttpResponseRedirect(reverse("visits:workers"), status=303)
