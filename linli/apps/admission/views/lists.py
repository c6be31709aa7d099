"""Lists: what there is, one of them, its life, two versions side by side."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.admission.forms.lists import ListForm, NewListForm, NextForm, NoteForm
from linli.foundation.accounts.access import requires, signed_in
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.rules import queries as rule_sets
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal
from linli.spine.catalogue import queries, resting
from linli.spine.catalogue.actions import lists as actions
from linli.spine.catalogue.models import Matter, MatterList
from linli.spine.catalogue.resting import Ending
from linli.ui.forms import put
from linli.ui.links import Chip, Option, from_page, without
from linli.ui.toasts import toast

MOST: Final = 2**31 - 1
ON_PAGE: Final = 100
ROWS: Final = 60
STATUS_KINDS: Final = {"draft": "new", "checking": "soon", "approving": "soon", "published": "done", "retired": "muted"}
Status = MatterList.Status


@signed_in
@never_cache
@require_safe
def lists(request: ActorRequest) -> HttpResponse:
    """The lists in force, on their way and of the past, and what ends in them, for who keeps them. Five statements."""
    if request.actor.is_resident:
        return redirect("portal:lists")
    actor, today = request.actor, timezone.localdate()
    view = request.GET.get("view", "")
    view = view if view in ("drafts", "past", "todo") else "current"
    ending = endings_for(actor, today)
    rows = queries.readable(actor).select_related("area").order_by("kind", "name", "-version")
    works = any(actor.can(right) for right in queries.LIST_RIGHTS)
    waiting = list(queries.desk_of(actor).select_related("area").order_by("kind", "name", "-version"))
    found = waiting if view == "todo" else [one for one in rows[:1000] if _place(one, today) == view]
    count = len(ending) + len(waiting)
    todo = {"label": _("To do"), "count": count, "url": "?view=todo", "current": view == "todo"}
    context = {
        "rows": [(one, status(one, today)) for one in found],
        "view": view,
        "ending": ending if view == "todo" else [],
        "tabs": [
            *([todo] if works else []),
            {"label": _("In force"), "url": "?", "current": view == "current"},
            *([{"label": _("On their way"), "url": "?view=drafts", "current": view == "drafts"}] if works else []),
            {"label": _("Past"), "url": "?view=past", "current": view == "past"},
        ],
        "may_draft": actor.can(Permission.CATALOGUE_MANAGE),
    }
    return page(request, "lists.html", context)


def endings_for(actor: Actor, on: date) -> list[Ending]:
    """What ends soon of what the lists rest on that somebody keeps. Three statements, or none."""
    kept = resting.kept_by(actor, on)
    days = rule_sets.params("admission.citation", actor.area_id, on)["tell_basis_days"]
    return resting.endings(kept, on, on + timedelta(days=days)) if kept else []


def _place(one: MatterList, today: date) -> str:
    if one.status in actions.DRAFTS or (one.status == Status.PUBLISHED and one.valid_from > today):
        return "drafts"
    over = one.status == Status.RETIRED or (one.valid_to is not None and one.valid_to < today)
    return "past" if over else "current"


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Begin a list."""
    actor = request.actor
    areas = list(Area.objects.current(timezone.localdate()).filter(pk=actor.area_id))
    form = NewListForm(request.POST if request.method == "POST" else None, areas=areas)
    if request.method != "POST":
        return page(request, "list_new.html", {"form": form})
    if form.is_valid():
        try:
            made = actions.draft(by=actor, now=timezone.now(), **form.given())
        except Refusal as refusal:
            put(form, refusal)
            return page(request, "list_new.html", {"form": form}, refusal.status)
        toast(request, _("The draft is there. Add its items, or take them from a sheet."))
        return redirect("admission:list", made.pk)
    return page(request, "list_new.html", {"form": form}, 422)


@signed_in
@never_cache
@require_safe
def one(request: ActorRequest, list_id: int) -> HttpResponse:
    """A list with its items, a hundred at a time, by category and words. Eight statements at most."""
    if request.actor.is_resident:
        return redirect("portal:list", list_id)
    return shown(request, list_in_scope(request.actor, list_id))


def shown(
    request: ActorRequest, found: MatterList, form: NoteForm | None = None, status_code: int = 200
) -> TemplateResponse:
    """The page of a list, with a form that came back."""
    actor, today = request.actor, timezone.localdate()
    q, category = clip(tidy(request.GET.get("q", "")), 60), request.GET.get("category", "")
    items = found.matters.select_related("category", "lead_unit").order_by("position", "pk")
    categories = list(found.categories.all())
    chosen = next((one for one in categories if str(one.pk) == category), None)
    chips = []
    if chosen is not None:
        items = items.filter(category=chosen)
        chips.append(Chip(_("Category"), chosen.name, without(request, "category")))
    if q:
        items = items.filter(queries.words(q))
        chips.append(Chip(_("Words"), q, without(request, "q")))
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 6 else -1
    rows = list(items.filter(position__gt=start)[: ON_PAGE + 1])
    rules = judgement(found) if works_on(actor, found) and found.status in actions.DRAFTS else {}
    ended = resting.fallen(found, today)
    context = {
        "list": found,
        "status": status(found, today),
        "rows": [{"item": item, "ended": item.pk in ended, "rules": rules.get(item.pk)} for item in rows[:ON_PAGE]],
        "objections": sum(bool(one) for one in rules.values()),
        "ended": len(ended),
        "count": found.matters.count(),
        "categories": [Option(str(one.pk), one.name, one == chosen) for one in categories],
        "q": q,
        "chips": chips,
        "older_url": from_page(request, str(rows[ON_PAGE - 1].position)) if len(rows) > ON_PAGE else "",
        "first_url": without(request) if after else "",
        "versions": versions_of(actor, found),
        "steps": list(found.steps.select_related("by")) if works_on(actor, found) else [],
        "form": form or NoteForm(),
        "next_form": NextForm(),
        **buttons(actor, found, today),
    }
    return page(request, "list.html", context, status_code)


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, list_id: int) -> HttpResponse:
    """Change what stands above the items of a draft."""
    found = draft_in_scope(request.actor, list_id)
    initial = {
        "name": found.name,
        "aliases": "、".join(found.aliases),
        "source": found.source,
        "valid_from": found.valid_from,
        "is_example": found.is_example,
    }
    form = ListForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {"form": form, "list": found}
    if request.method != "POST":
        return page(request, "list_edit.html", context)
    if not form.is_valid():
        return page(request, "list_edit.html", context, 422)
    try:
        actions.set_head(by=request.actor, matter_list=found, now=timezone.now(), **form.given())
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "list_edit.html", context, refusal.status)
    toast(request, _("Saved."))
    return redirect("admission:list", found.pk)


@signed_in
@never_cache
@require_POST
def move(request: ActorRequest, list_id: int) -> HttpResponse:
    """Send a draft in, pass or return it, approve it, give it up: `do` says which."""
    actor = request.actor
    found = list_in_scope(actor, list_id)
    form, now = NoteForm(request.POST), timezone.now()
    if not form.is_valid():
        return shown(request, found, form, 422)
    try:
        said = _act(actor, found, request.POST.get("do", ""), form.cleaned_data["note"], now)
    except NotAllowed:
        raise
    except Refusal as refusal:
        put(form, refusal)
        return shown(request, found, form, refusal.status)
    toast(request, said)
    return redirect("admission:list", found.pk)


def _act(actor: Actor, found: MatterList, wanted: str, note: str, now: datetime) -> str:
    given: dict[str, Any] = {"by": actor, "matter_list": found, "now": now, "note": note}
    match wanted:
        case "submit":
            actions.submit(**given)
            return _("Sent to the legality check.")
        case "pass":
            actions.pass_check(**given)
            return _("Passed. It waits for approval.")
        case "return":
            actions.send_back(**given)
            return _("Returned to the draft.")
        case "approve":
            actions.approve(**given)
            return _("Approved and published.")
        case "give_up":
            actions.give_up(**given)
            return _("Given up.")
    raise Invalid(_("Choose what to do with the list."))


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_POST
def next_version(request: ActorRequest, list_id: int) -> HttpResponse:
    """A draft of the next version, with everything that this one holds."""
    found = list_in_scope(request.actor, list_id)
    form = NextForm(request.POST)
    note = NoteForm()
    try:
        if not form.is_valid():
            raise Invalid(fields={"valid_from": " ".join(str(text) for text in form.errors["valid_from"])})
        day = form.cleaned_data["valid_from"]
        made = actions.next_version(by=request.actor, matter_list=found, valid_from=day, now=timezone.now())
    except NotAllowed:
        raise
    except Refusal as refusal:
        note = NoteForm(request.POST)
        note.is_valid()
        note.add_error(None, " ".join(str(text) for text in refusal.fields.values()) or str(refusal))
        return shown(request, found, note, refusal.status)
    toast(request, _("The draft of the next version is there."))
    return redirect("admission:list", made.pk)


@signed_in
@never_cache
@require_safe
def compare(request: ActorRequest, list_id: int, other_id: int) -> HttpResponse:
    """Two versions side by side: what is new, gone, changed, and, if wanted, the same. Four statements."""
    actor = request.actor
    new_one, old_one = list_in_scope(actor, list_id), list_in_scope(actor, other_id)
    if (new_one.area_id, new_one.code) != (old_one.area_id, old_one.code):
        raise Http404
    found = queries.compare(old_one, new_one)
    everything = request.GET.get("all") == "1"
    counts = {kind: sum(one.kind == kind for one in found) for kind in queries.DIFFERENCES}
    context = {
        "new": new_one,
        "old": old_one,
        "rows": [one for one in found if everything or one.kind != "same"],
        "counts": counts,
        "everything": everything,
        "labels": {
            "code": _("Item number"),
            "name": _("Matter"),
            "category": _("Category"),
            "does": _("What the community does"),
            "does_not": _("What the community does not do"),
            "guarantees": _("What must come with it"),
            "specimen": _("Wording of the certificate"),
            "term": _("Promised term"),
            "told": _("What residents read"),
            "lead": _("Who leads"),
            "basis": _("Legal basis"),
            "carries": _("What may be handed down under it"),
            "area": _("Where it holds"),
            "asked_by": _("Who may ask for it"),
        },
    }
    return page(request, "compare.html", context)


def page(request: ActorRequest, template: str, context: dict[str, Any], status: int = 200) -> TemplateResponse:
    """A whole page of this app."""
    return TemplateResponse(request, f"admission/{template}", context, status=status)


def list_in_scope(actor: Actor, list_id: int) -> MatterList:
    """A list that the actor may read, or 404. One statement. Residents read published ones in the portal."""
    rows = queries.readable(actor).select_related("area")
    found = rows.filter(pk=list_id).first() if actor.is_staff and list_id <= MOST else None
    if found is None:
        raise Http404
    return found


def draft_in_scope(actor: Actor, list_id: int) -> MatterList:
    """A draft of the actor's area that may be changed now, or 404."""
    found = list_in_scope(actor, list_id)
    if found.status != Status.DRAFT or not actor.covers(found.area_id):
        raise Http404
    return found


def works_on(actor: Actor, found: MatterList) -> bool:
    """Whether the actor takes part in the making of this list."""
    return actor.covers(found.area_id) and any(actor.can(right) for right in queries.LIST_RIGHTS)


def status(one: MatterList, today: date) -> dict[str, str]:
    """What a list is today: for `status_tag`."""
    if one.status == Status.PUBLISHED and one.valid_from > today:
        return {"kind": "soon", "label": _("published, not yet in force"), "icon": "clock"}
    if one.status == Status.PUBLISHED and one.valid_to is not None and one.valid_to < today:
        return {"kind": "muted", "label": _("no longer in force"), "icon": "archive"}
    icon = "check" if one.status == Status.PUBLISHED else "pencil"
    return {"kind": STATUS_KINDS[one.status], "label": str(one.get_status_display()), "icon": icon}


def versions_of(actor: Actor, found: MatterList) -> list[MatterList]:
    """The other versions that the actor may read, newest first. One statement."""
    rows = queries.readable(actor).filter(area_id=found.area_id, code=found.code).exclude(pk=found.pk)
    return list(rows.order_by("-version")[:20])


def judgement(found: MatterList) -> dict[int, list[str]]:
    """What the rules object to in each item, in words; items without objections have an empty list."""
    return {item.pk: objections(verdict, hits) for item, verdict, hits in actions.judged(found, timezone.now())}


def objections(verdict: Any, hits: Any) -> list[str]:
    """Objections of both kinds as sentences in the reader's language."""
    told = [_(finding.text) % finding.values for finding in verdict.objections]
    for hit in hits:
        values = {"name": hit.name, "words": "、".join(hit.words)}
        told.append(_("Prohibited category “%(name)s”: %(words)s") % values)
    return told


def buttons(actor: Actor, found: MatterList, today: date) -> dict[str, bool]:
    """Which steps the actor may take with the list now. The reasons why not are the other posts' names."""
    here = actor.covers(found.area_id)
    manages = here and actor.can(Permission.CATALOGUE_MANAGE) and found.kind != MatterList.Kind.INCIDENT
    draft = found.status == Status.DRAFT
    checks = here and actor.can(Permission.CATALOGUE_CHECK) and found.status == Status.CHECKING
    approves = here and actor.can(Permission.CATALOGUE_APPROVE) and found.status == Status.APPROVING
    over = found.valid_to is not None and found.valid_to <= today
    return {
        "may_edit": manages and draft,
        "may_submit": manages and draft,
        "may_pass": checks and actor.user_id != found.drafted_by_id,
        "may_approve": approves and actor.user_id not in (found.drafted_by_id, found.checked_by_id),
        "may_return": checks or approves,
        "may_give_up": manages and (draft or (found.status == Status.PUBLISHED and not over)),
        "may_next": manages and found.status == Status.PUBLISHED,
    }


def item_of(found: MatterList, item_id: int) -> Matter:
    """An item of this list, or 404. Two statements, with its laws and documents."""
    rows = found.matters.select_related("category", "lead_unit").prefetch_related("bases__file")
    item = rows.filter(pk=item_id).first() if item_id <= MOST else None
    if item is None:
        raise Http404
    return item


def crumbs(found: MatterList, *more: tuple[str, str]) -> list[dict[str, str]]:
    """Lists › this one › …; the last is the page itself."""
    all_of_them = [
        (_("Lists"), reverse("admission:lists")),
        (found.name, reverse("admission:list", args=[found.pk])),
        *more,
    ]
    return [{"label": label, "url": url} for label, url in all_of_them[:-1]] + [
        {"label": all_of_them[-1][0], "url": ""}
    ]
