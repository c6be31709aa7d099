"""Who stands beside a person (关系人): entered, corrected, ended, and their numbers shown."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib import citizen_id
from linli.lib.chinese import mask_phone
from linli.register.people.actions import contacts
from linli.register.people.models import Contact, Person
from linli.register.people.queries import contacts as beside
from linli.sites.register import words
from linli.sites.register.acts import answer
from linli.sites.register.edge import MOST, person_in_scope
from linli.sites.register.forms.contacts import ContactEndForm, ContactForm
from linli.sites.register.views.dwellings import reveal
from linli.ui.toasts import toast


def lines(person: Person, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Those who stand beside somebody now, and those who did: numbers masked, each with what the actor may do.

    Two statements.
    """
    rows = beside.of_person(person)
    known = [one.known_id for one in rows if one.known_id is not None]
    visible = (
        set(Person.objects.visible_to(actor).filter(pk__in=known).values_list("pk", flat=True)) if known else set()
    )
    shown = [(one, _line(one, actor, visible)) for one in rows]
    return {
        "now": [line for one, line in shown if one.until is None],
        "past": [line for one, line in shown if one.until is not None],
    }


def _line(one: Contact, actor: Actor, visible: set[int]) -> dict[str, Any]:
    args = [one.person_id, one.pk]
    masks = {"phone": mask_phone, "identity": citizen_id.mask}
    numbers = [(field, mask(contacts.plain(one, field))) for field, mask in masks.items() if contacts.plain(one, field)]
    may_edit = actor.can(Permission.PEOPLE_EDIT) and one.until is None
    may_reveal = actor.can(Permission.PEOPLE_REVEAL)
    return {
        "row": one,
        "kind": words.capital(str(one.get_kind_display())),
        "url": reverse("register:person", args=[one.known_id]) if one.known_id in visible else "",
        "numbers": [
            (value, reverse("register:contact_reveal", args=[*args, field]) if may_reveal else "")
            for field, value in numbers
        ],
        "change_url": reverse("register:contact_change", args=args) if may_edit else "",
        "end_url": reverse("register:contact_end", args=args) if may_edit else "",
    }


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest, person_id: int) -> HttpResponse:
    """Enter somebody beside a person."""
    now, person = timezone.now(), person_in_scope(request.actor, person_id)
    form, here = ContactForm(request.POST or None), _page_of(person)

    def act(data: dict[str, Any]) -> str:
        contacts.add(by=request.actor, person_id=person.pk, given=data, now=now)
        toast(request, _("Saved."))
        return here

    return answer(request, form, act, title=_("Related person"), button=_("Enter"), crumbs=_crumbs(person), cancel=here)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: ActorRequest, person_id: int, contact_id: int) -> HttpResponse:
    """Correct what is known of somebody beside a person; numbers that are not typed anew stay."""
    now, person = timezone.now(), person_in_scope(request.actor, person_id)
    row = _row(person, contact_id)
    initial = {name: getattr(row, name) for name in ("kind", "name", "relation", "since")}
    form, here = ContactForm(request.POST or None, initial=initial), _page_of(person)
    notes = [
        _("%(what)s: %(value)s. Leave the field empty to keep it.") % {"what": label, "value": value}
        for label, value in (
            (_("Phone"), mask_phone(contacts.plain(row, "phone"))),
            (_("Number of the document"), citizen_id.mask(contacts.plain(row, "identity"))),
        )
        if value
    ]

    def act(data: dict[str, Any]) -> str:
        kept = {field: data[field] or contacts.plain(row, field) for field in contacts.SEALED}
        contacts.change(by=request.actor, person_id=person.pk, contact_id=row.pk, given={**data, **kept}, now=now)
        toast(request, _("Saved."))
        return here

    return answer(
        request, form, act, title=_("Correct a related person"), button=_("Save"), crumbs=_crumbs(person), cancel=here,
        notes=notes,
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: ActorRequest, person_id: int, contact_id: int) -> HttpResponse:
    """Somebody is not that any more."""
    now, person = timezone.now(), person_in_scope(request.actor, person_id)
    row = _row(person, contact_id)
    form, here = ContactEndForm(request.POST or None, initial={"until": timezone.localdate(now)}), _page_of(person)

    def act(data: dict[str, Any]) -> str:
        contacts.end(by=request.actor, person_id=person.pk, contact_id=row.pk, now=now, **data)
        toast(request, _("Saved."))
        return here

    title = _("%(name)s is not the %(what)s any more") % {"name": row.name, "what": row.get_kind_display()}
    return answer(request, form, act, title=title, button=_("Save"), crumbs=_crumbs(person), cancel=here)


@requires(Permission.PEOPLE_REVEAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: ActorRequest, person_id: int, contact_id: int, field: str) -> HttpResponse:
    """Show a number of somebody beside a person, for a reason that is written down."""
    person = person_in_scope(request.actor, person_id)
    row = _row(person, contact_id)
    if field not in contacts.SEALED:
        raise Http404

    def show(reason: str) -> str:
        return contacts.reveal(
            by=request.actor, contact=row, field=field, reason=reason, now=timezone.now(), ip=ip_of(request)
        )

    return reveal(request, show, who=row.name, crumbs=_crumbs(person))


def _row(person: Person, contact_id: int) -> Contact:
    row = Contact.objects.filter(person=person, pk=contact_id).select_related("person").first()
    if contact_id > MOST or row is None:
        raise Http404
    return row


def _page_of(person: Person) -> str:
    return reverse("register:person", args=[person.pk])


def _crumbs(person: Person) -> list[tuple[str, str]]:
    return [(_("People"), reverse("register:people")), (person.name, _page_of(person))]
