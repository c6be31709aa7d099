"""The items of a list: one by one, as a workbook, and from a sheet."""

import tempfile
from pathlib import Path

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.admission import sheets
from linli.apps.admission.forms.lists import CITED, Bases, DocumentForm, ItemForm, SheetForm
from linli.apps.admission.models import Application, Objection
from linli.apps.admission.pages import MOST
from linli.apps.admission.queries import citing
from linli.apps.admission.queries.applications import objections as objections_to
from linli.apps.admission.queries.tasks import citable
from linli.apps.admission.views.lists import crumbs, draft_in_scope, item_of, list_in_scope, objections, page, works_on
from linli.foundation.accounts.access import requires, signed_in
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.lib.errors import Invalid, NotAllowed, Refusal
from linli.lib.prefix import within
from linli.lib.workbooks import Stamp
from linli.spine.catalogue import basis, resting
from linli.spine.catalogue.actions import documents
from linli.spine.catalogue.actions import items as actions
from linli.spine.catalogue.actions import lists as life
from linli.spine.catalogue.actions.items import ItemGiven
from linli.spine.catalogue.models import Form, Matter, MatterList
from linli.spine.catalogue.queries import CHECKED_KINDS
from linli.ui.forms import put
from linli.ui.toasts import toast, toast_error

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BIGGEST = 8 * 2**20
SHOWN = ("code", "name", "told", "does", "does_not", "guarantees", "specimen")


@signed_in
@never_cache
@require_safe
def item(request: ActorRequest, list_id: int, item_id: int) -> HttpResponse:
    """One item: what the community does and does not do, on what basis, and what must come with it."""
    if request.actor.is_resident:
        return redirect("portal:list", list_id)
    found = list_in_scope(request.actor, list_id)
    one = item_of(found, item_id)
    today = timezone.localdate()
    told: list[str] = []
    if found.kind in CHECKED_KINDS and works_on(request.actor, found):
        judged = {row.pk: (verdict, hits) for row, verdict, hits in life.judged(found, timezone.now())}
        told = objections(*judged.get(one.pk, (basis.Verdict(()), [])))
    actor = request.actor
    works = actor.can(Permission.TASK_WORK) and found.status == MatterList.Status.PUBLISHED
    reads = works or (actor.can(Permission.CATALOGUE_MANAGE) and actor.covers(found.area_id))
    one.matter_list = found
    context = {
        "list": found,
        "item": one,
        "over": one.valid_to is not None and one.valid_to < today,
        "carried": [str(Form(kind).label) for kind in citing.carried(one, found.area_id, today)]
        if found.kind in CITED
        else [],
        "asker": _asker(one),
        "admitted_by": Application.objects.visible_to(actor).filter(matter__in=same_item(one)).first(),
        "may_cite": one.pk in {row.pk for row in citable(actor, today)} if actor.can(Permission.TASK_SEND) else False,
        "may_object": works and found.kind in CHECKED_KINDS,
        "may_answer": actor.can(Permission.CATALOGUE_MANAGE),
        "objections": own_objections(actor, one) if reads else [],
        "bases": [(row, row.holds(today)) for row in one.bases.all()],
        "stands": found.kind not in CHECKED_KINDS or resting.stands(one, today),
        "document_form": DocumentForm(),
        "may_mark": found.status == MatterList.Status.PUBLISHED
        and actor.can(Permission.CATALOGUE_MANAGE)
        and actor.covers(found.area_id),
        "told": told,
        "crumbs": crumbs(found, (one.name, "")),
        "may_edit": found.status == MatterList.Status.DRAFT
        and request.actor.can(Permission.CATALOGUE_MANAGE)
        and request.actor.covers(found.area_id),
    }
    return page(request, "item.html", context)


def _asker(one: Matter) -> str:
    """Who may hand something down under an item, in words. Needs `matter_list`, `asked_by` and `lead_unit` loaded."""
    if one.asked_by is not None:
        return one.asked_by.name
    if one.matter_list.kind == MatterList.Kind.DUTY:
        return pgettext("who may ask for an item", "nobody")
    return one.lead_unit.name if one.lead_unit is not None else str(one.get_lead_display())


def same_item(one: Matter) -> QuerySet[Matter]:
    """The item in all versions of its list."""
    return Matter.objects.same_item(one)


def own_objections(actor: Actor, one: Matter) -> list[Objection]:
    """What was said against an item: all of it to those who keep the list, its own to a community."""
    found = objections_to(one)
    if actor.can(Permission.CATALOGUE_MANAGE):
        return found
    return [row for row in found if actor.covers(row.area_id)]


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest, list_id: int) -> HttpResponse:
    """Add an item to a draft."""
    return _edit(request, draft_in_scope(request.actor, list_id), None)


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, list_id: int, item_id: int) -> HttpResponse:
    """Change an item of a draft."""
    found = draft_in_scope(request.actor, list_id)
    return _edit(request, found, item_of(found, item_id))


def _edit(request: ActorRequest, found: MatterList, one: Matter | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    kinds = (Unit.Kind.DEPARTMENT, Unit.Kind.STREET_OFFICE)
    askers = list(Unit.objects.filter(**within("area_id", found.area_id), kind__in=kinds).order_by("kind", "code"))
    units = [one for one in askers if one.kind == Unit.Kind.DEPARTMENT]
    categories = [category.name for category in found.categories.all()]
    form = ItemForm(
        data,
        kind=found.kind,
        units=units,
        categories=categories,
        areas=_places(found.area_id),
        askers=askers,
        kinds=actions.duty_kinds(found) if found.kind == MatterList.Kind.DUTY else tuple(Form.values),
        admitted=one is not None and one.is_admitted,
        initial=_initial(one),
    )
    bases = Bases(data, prefix="bases", initial=_initial_bases(one))
    context = {
        "list": found,
        "item": one,
        "form": form,
        "bases": bases,
        "categories": categories,
        "crumbs": crumbs(found, (one.name if one else _("New item"), "")),
    }
    if data is None:
        return page(request, "item_edit.html", context)
    # Both, so that every mistake is shown at once.
    if not (form.is_valid() & bases.is_valid()):
        return page(request, "item_edit.html", context, 422)
    rows = [basis_form.cleaned_data for basis_form in bases if basis_form.cleaned_data.get("title")]
    try:
        saved = actions.save_item(
            by=request.actor,
            matter_list=found,
            given=_given(dict(form.cleaned_data), rows),
            item_id=one.pk if one else None,
        )
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "item_edit.html", context, refusal.status)
    toast(request, _("Saved."))
    if "another" in request.POST:
        return redirect("admission:item_edit", found.pk, saved.pk)
    return redirect("admission:list", found.pk)


def _places(area_id: str) -> list[Area]:
    """The streets and communities in which an item may hold alone."""
    rows = Area.objects.within(area_id).current(timezone.localdate()).exclude(pk=area_id)
    return list(rows.filter(level__in=(Level.STREET, Level.COMMUNITY)).order_by("pk"))


def _given(fields: dict[str, object], bases: list[dict[str, object]]) -> ItemGiven:
    unit = fields.pop("lead_unit")
    return ItemGiven(**fields, lead_unit_id=unit, bases=bases)  # type: ignore[arg-type]


def _initial(one: Matter | None) -> dict[str, object]:
    if one is None:
        return {}
    names = (*SHOWN, "lead", "promised_amount", "promised_unit", "carries", "area_id", "asked_by_id")
    own: dict[str, object] = {name: getattr(one, name) for name in names}
    own["asked_by_id"] = one.asked_by_id or 0
    return {**own, "category": one.category.name if one.category else "", "lead_unit": one.lead_unit_id}


def _initial_bases(one: Matter | None) -> list[dict[str, object]]:
    names = ("title", "number", "article", "form", "issuer", "level", "issuer_name", "link", "valid_from", "valid_to")
    return [{name: getattr(row, name) for name in names} for row in one.bases.all()] if one else []


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_POST
def remove(request: ActorRequest, list_id: int, item_id: int) -> HttpResponse:
    """Take an item out of a draft."""
    found = draft_in_scope(request.actor, list_id)
    if item_id > MOST:
        raise Http404
    try:
        actions.remove_item(by=request.actor, matter_list=found, item_id=item_id)
        toast(request, _("Taken out of the draft."))
    except Refusal as refusal:
        toast_error(request, str(refusal))
    return redirect("admission:list", found.pk)


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_POST
def document(request: ActorRequest, list_id: int, item_id: int, basis_id: int) -> HttpResponse:
    """Say that a law or document of a published list has ended, is suspended, or holds again."""
    found = list_in_scope(request.actor, list_id)
    one = item_of(found, item_id)
    row = one.bases.filter(pk=basis_id).first() if basis_id <= MOST else None
    if row is None or not request.actor.covers(found.area_id):
        raise Http404
    one.matter_list = found
    row.matter = one
    form = DocumentForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(fields={name: errors[0] for name, errors in form.errors.items()})
        count = documents.mark(by=request.actor, basis=row, now=timezone.now(), **form.cleaned_data)
        text = ngettext("Noted; %(n)s item rests on it.", "Noted; %(n)s items rest on it.", count)
        toast(request, text % {"n": count})
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, " ".join(str(text) for text in refusal.fields.values()) or str(refusal))
    return redirect("admission:item", found.pk, one.pk)


@signed_in
@never_cache
@require_safe
def workbook(request: ActorRequest, list_id: int) -> HttpResponse:
    """The list as a workbook, which can be changed and taken in again as a draft."""
    found = list_in_scope(request.actor, list_id)
    now = timezone.localtime()
    # Domain data in Chinese, whatever the language of the page: the file goes on to others.
    stamp = Stamp(
        title=found.name,
        sheet="说明",
        pairs=[
            ("清单", f"{found.name}（第{found.version}版）"),
            ("来源", found.source),
            ("导出人", request.actor.name),
        ],
        line=f"{found.name} 第{found.version}版 {now:%Y-%m-%d %H:%M}",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        sheets.write_list(path, found, stamp=stamp)
        content = path.read_bytes()
    response = HttpResponse(content, content_type=XLSX)
    header = content_disposition_header(as_attachment=True, filename=sheets.name_of(found))
    response["Content-Disposition"] = header or "attachment"
    return response


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: ActorRequest, list_id: int) -> HttpResponse:
    """Take the items of a draft from a sheet: all of them, or none when one cannot be."""
    found = draft_in_scope(request.actor, list_id)
    form = SheetForm(request.POST or None, request.FILES or None) if request.method == "POST" else SheetForm()
    context = {"list": found, "form": form, "crumbs": crumbs(found, (_("Items from a sheet"), ""))}
    if request.method != "POST":
        return page(request, "list_import.html", context)
    if not form.is_valid():
        return page(request, "list_import.html", context, 422)
    upload = form.cleaned_data["file"]
    try:
        count = _take(request, found, upload)
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "list_import.html", context, refusal.status)
    toast(request, _("%(n)s items were taken from the sheet.") % {"n": count})
    return redirect("admission:list", found.pk)


def _take(request: ActorRequest, found: MatterList, upload: object) -> int:
    size, name = getattr(upload, "size", 0), str(getattr(upload, "name", ""))
    if size > BIGGEST:
        raise Invalid(fields={"file": _("This file is too large for a list: at most 8 MB.")})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            for chunk in upload.chunks():  # type: ignore[attr-defined]
                file.write(chunk)
        items, numbers = sheets.read_items(path, original_name=name, area_id=found.area_id)
    try:
        return actions.set_items(
            by=request.actor, matter_list=found, items=items, now=timezone.now(), note=name or "sheet"
        )
    except Invalid as refusal:
        raise sheets.in_rows(refusal, numbers) from refusal
