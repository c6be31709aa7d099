"""Entering somebody new, changing what stays true of a person, and their photo."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.actions import store_photo
from linli.lib.errors import Refusal, Stale
from linli.register.people.actions import editing, events, fields, unread
from linli.register.people.actions.events import Arrival, KnownAlready, arrivals
from linli.register.people.models import Person, UnreadCell
from linli.register.people.queries import life
from linli.sites.register import filters, history, homes
from linli.sites.register.edge import page, person_in_scope, url_or_none
from linli.sites.register.forms.person import ChangeForm, NewForm, merged
from linli.sites.register.views.unread import cell_of
from linli.ui.forms import put
from linli.ui.toasts import toast

#: Where the fields of refusals stand in the form.
NAMES = {"household": "relation", "home": "relation", "marital": "marital", "reason": "why"}


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Choose the home, then fill in the person. Whom the register knows already is answered with a link."""
    actor = request.actor
    home = homes.chosen(request.GET, actor)
    if home is None:
        typed = request.GET.get("find", "")
        context = {
            "typed": typed,
            "found": homes.search(actor, typed),
            "areas": filters.choosable_areas(actor, timezone.localdate()),
            "outside": any(request.GET.get(name) for name in ("household", "dwelling", "area")),
        }
        if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "homes":
            return page(request, "home_choices.html", context)
        return page(request, "person_home.html", context, status=422 if request.method == "POST" else 200)
    context = {"home": home, "action": f"{reverse('register:person_new')}?{home.query}"}
    if request.method != "POST":
        initial = {"relation": "" if home.is_household else "02"}
        return page(request, "person_new.html", {**context, "form": NewForm(initial=initial)})
    return entered(request, home, context)


def entered(request: ActorRequest, home: homes.Chosen, context: dict[str, Any]) -> HttpResponse:
    """Enter the person, or show why not; nothing that was typed is lost."""
    form, now = NewForm(request.POST), timezone.now()
    if not form.is_valid():
        put_all(form, {}, now)
        return page(request, "person_new.html", {**context, "form": form}, status=422)
    try:
        if not form.cleaned_data["sure"]:
            twin = same_again(form, home, now)
            if twin is not None:
                return page(request, "person_new.html", {**context, "form": form, "twin": twin}, status=422)
        person = events.enter(by=request.actor, arrival=arrival(form, home), now=now)
    except KnownAlready as refusal:
        put(form, refusal, NAMES)
        known = reverse("register:person", args=[refusal.person_id]) if refusal.person_id else ""
        links = {"known_url": known, "moves_url": "" if known else url_or_none("register:moves")}
        return page(request, "person_new.html", {**context, "form": form, **links}, status=422)
    except Refusal as refusal:
        put(form, refusal, NAMES)
        return page(request, "person_new.html", {**context, "form": form}, status=refusal.status)
    toast(request, _("%(name)s was entered.") % {"name": person.name})
    return redirect("register:person", person.pk)


def put_all(form: NewForm | ChangeForm, known: Mapping[str, Any], now: datetime) -> None:
    """What the register would refuse as well, beside what the form itself has refused: all of it in one round."""
    given = {name: value for name, value in form.given().items() if name not in form.errors}
    try:
        fields.clean(given, today=timezone.localdate(now), known=known)
    except Refusal as refusal:
        put(form, refusal, NAMES)


def arrival(form: NewForm, home: homes.Chosen) -> Arrival:
    """What the form says, as the event wants it."""
    data = form.cleaned_data
    return Arrival(
        given=form.given(),
        home=home.home,
        kind=data["kind"],
        relation=data["relation"],
        marital=data["marital"],
        match=data["match"],
        event=data["event"],
        happened_on=data["happened_on"],
        reason=data["why"],
    )


def same_again(form: NewForm, home: homes.Chosen, now: datetime) -> Person | None:
    """Somebody of the same name and birthday who lives here already: perhaps the same person, sent twice.

    Only asked where no document tells people apart. Raises Invalid as the arrival does.
    """
    given, *_rest = arrivals.checked(arrival(form, home), timezone.localdate(now))
    if given.get("identity"):
        return None
    area_id = home.home.area_id
    if not home.is_household and home.home.dwelling_id:
        rows = Person.objects.living_here().filter(dwelling_id=home.home.dwelling_id)
        return rows.filter(name=given["name"], born=given.get("born")).first()
    return life.same_again(
        name=given["name"], born=given.get("born"), area_id=area_id, household_id=home.home.household_id
    )


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, person_id: int) -> HttpResponse:
    """Change fields, with a reason. Who was overtaken sees what changed meanwhile, and keeps what they typed."""
    person = person_in_scope(request.actor, person_id)
    cell, said = said_by_sheet(request, person)
    if request.method != "POST":
        form = ChangeForm(person=person, seen=life.last_change(person), said=said)
        return page(request, "person_edit.html", shown(person, form))
    form = ChangeForm(request.POST, person=person, said=said)
    if not form.is_valid():
        put_all(form, {name: fields.plain(person, name) for name in fields.EDITABLE}, timezone.now())
        return page(request, "person_edit.html", shown(person, form), status=422)
    try:
        changes = editing.edit(
            by=request.actor,
            person_id=person.pk,
            version=form.cleaned_data["version"],
            given=form.given(),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except Stale:
        return overtaken(request, person, ChangeForm)
    except KnownAlready as refusal:
        put(form, refusal)
        known = reverse("register:person", args=[refusal.person_id]) if refusal.person_id else ""
        return page(request, "person_edit.html", {**shown(person, form), "known_url": known}, status=422)
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "person_edit.html", shown(person, form), status=refusal.status)
    if cell is not None and changes:
        unread.settle(by=request.actor, cell=cell, how=unread.How.ENTERED, now=timezone.now())
    toast(request, _("The register says so now.") if changes else _("Nothing was different; nothing was changed."))
    return redirect("register:person", person.pk)


def said_by_sheet(request: ActorRequest, person: Person) -> tuple[UnreadCell | None, dict[str, str]]:
    """The cell that is entered here (`?unread=`), and its text in the field where it belongs."""
    wanted = request.GET.get("unread", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        return None, {}
    cell = cell_of(person, int(wanted))
    text = unread.open_text(by=request.actor, cell=cell, now=timezone.now())
    return cell, {cell.field: text} if cell.field in fields.EDITABLE else {}


def shown(person: Person, form: ChangeForm) -> dict[str, Any]:
    """What the page of a change shows."""
    return {"person": person, "form": form}


def overtaken(request: ActorRequest, person: Person, kind: type[ChangeForm]) -> HttpResponse:
    """The form again, after somebody else changed the person: theirs shown, what was typed kept."""
    person = person_in_scope(request.actor, person.pk)
    seen = request.POST.get("seen", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0
    changes = life.changes_since(person, known)
    form = kind(merged(request.POST, person, changes, changes[-1].pk if changes else known), person=person)
    form.add_error(None, _("Somebody changed this person meanwhile. Look at what is different, then send it again."))
    # What a colleague typed is for those who may read the trace; to the others the new values say enough.
    told = history.changes(changes) if request.actor.can(Permission.PEOPLE_EDIT) else []
    context = {**shown(person, form), "meanwhile": told, "proposing": kind is not ChangeForm}
    return page(request, "person_edit.html", context, status=409)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: ActorRequest, person_id: int) -> HttpResponse:
    """Add, replace or remove the photo of a person."""
    person = person_in_scope(request.actor, person_id)
    context: dict[str, Any] = {"person": person}
    if request.method != "POST":
        return page(request, "person_photo.html", context)
    try:
        error = keep_photo(request, person)
    except Refusal as refusal:
        error = str(refusal.fields.get("photos", refusal))
    if error:
        return page(request, "person_photo.html", {**context, "error": error}, status=422)
    return redirect("register:person", person.pk)


def keep_photo(request: ActorRequest, person: Person) -> str:
    """Store what was sent, or remove what is there; returns what is missing."""
    actor, now = request.actor, timezone.now()
    if request.POST.get("remove"):
        editing.set_photo(by=actor, person_id=person.pk, stored=None, now=now)
        return ""
    uploads = [upload for upload in request.FILES.getlist("photos") if upload]
    if not uploads:
        return _("Choose a photo first.")
    stored = store_photo(upload=uploads[0], by=actor, now=now)
    editing.set_photo(by=actor, person_id=person.pk, stored=stored, now=now)
    return ""
