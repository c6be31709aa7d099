"""A certificate from the request to the seal: written down, corrected, sealed, declined, declared void, printed."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.certificates import actions, effects, queries
from linli.apps.certificates.catalogue import kept
from linli.apps.certificates.flow import CERTIFICATE
from linli.apps.certificates.forms import CertificateForm, NoteForm
from linli.apps.certificates.models import Certificate
from linli.apps.certificates.pages import number_of, page, words_of
from linli.foundation import vault
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib import citizen_id, qr
from linli.lib.errors import NotAllowed, Refusal, Stale
from linli.register.people.models import Person
from linli.spine.cases.queries import Choice, choices
from linli.spine.cases.shown import due, status, who
from linli.spine.catalogue.models import Matter
from linli.ui.forms import put
from linli.ui.links import Chip, from_page, without
from linli.ui.toasts import toast, toast_error

#: The moves that need words, and that this page makes.
WITH_WORDS = ("decline", "void")


@requires(Permission.CERTIFICATE_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest, kept_id: int) -> HttpResponse:
    """Write down what a resident asks for; who came from a person's page finds name and address filled in."""
    actor, now = request.actor, timezone.now()
    item = next((one for one in kept(actor.area_id, timezone.localdate(now)) if one.pk == kept_id), None)
    if item is None:
        raise Http404
    person = _person(actor, request.POST.get("person_id", "") or request.GET.get("person", ""))
    known = _masked(person.identity_sealed) if person is not None else ""
    if request.method != "POST":
        return _write(request, CertificateForm(item=item, known_number=known, initial=_of(person)), item, person)
    form = CertificateForm(request.POST, item=item, known_number=known)
    if not form.is_valid():
        return _write(request, form, item, person, 422)
    try:
        key = str(form.cleaned_data["key"] or "")
        made = actions.ask(by=actor, item=item, given=form.given(), key=key, now=now)
    except actions.AlreadyAsked as again:
        made = again.certificate
    except Refusal as refusal:
        put(form, refusal)
        return _write(request, form, item, person, refusal.status)
    toast(request, _("Written down: %(name)s.") % {"name": item.name})
    return redirect("certificates:certificate", made.case.number)


def _write(
    request: HttpRequest, form: CertificateForm, item: Matter, person: Person | None, code: int = 200
) -> HttpResponse:
    title = item.name
    steps = [(_("Certificates"), reverse("certificates:certificates")), (title, "")]
    context = {"form": form, "item": item, "person": person, "title": title, "crumbs": _crumbs(*steps)}
    return page(request, "write.html", context, code)


@requires(Permission.CERTIFICATE_WORK)
@never_cache
@require_safe
def asked(request: ActorRequest) -> HttpResponse:
    """The certificates of the community: those that wait for the seal, or all. Four statements."""
    actor, now = request.actor, timezone.now()
    q, after = words_of(request), number_of(request.GET.get("after", ""))
    view = request.GET.get("view", "")
    view = view if view in queries.VIEWS else "all" if q else "todo"
    found = queries.listed(actor, view=view, q=q, after=after)
    waiting = queries.waiting(actor)
    context = {
        "q": q,
        "view": view,
        "tabs": [
            {"label": _("To do"), "count": waiting, "url": "?view=todo", "current": view == "todo"},
            {"label": _("All"), "count": None, "url": "?view=all", "current": view == "all"},
        ],
        "rows": [(row, status(row.case), due(row.case, now)) for row in found.rows],
        "chips": [Chip(_("Words"), q, without(request, "q"))] if q else [],
        "older_url": from_page(request, found.after),
        "first_url": without(request) if after else "",
    }
    return page(request, "asked.html", context)


@requires(Permission.CERTIFICATE_WORK)
@never_cache
@require_safe
def certificate(request: ActorRequest, certificate_number: str) -> HttpResponse:
    """One certificate: how it reads, where it stands, what comes next, and what happened."""
    found = _one(request.actor, certificate_number)
    return page(request, "certificate.html", _shown(found, request.actor, timezone.now()))


@requires(Permission.CERTIFICATE_WORK)
@never_cache
@require_POST
def seal(request: ActorRequest, certificate_number: str) -> HttpResponse:
    """Seal what was shown, and nothing else: words that changed meanwhile are read first."""
    found = _one(request.actor, certificate_number)
    seq = number_of(request.POST.get("seq", ""))
    try:
        sealed = actions.act(
            case_id=found.pk, name="seal", by=request.actor, now=timezone.now(), expected_seq=seq if seq else 0
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, str(refusal))
    else:
        toast(request, _("Sealed as %(number)s. Print it now.") % {"number": sealed.number})
    return redirect("certificates:certificate", certificate_number)


@requires(Permission.CERTIFICATE_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: ActorRequest, certificate_number: str) -> HttpResponse:
    """Change the words before they are sealed."""
    actor, now = request.actor, timezone.now()
    found = _one(actor, certificate_number)
    choice = _choice(found, actor, "correct", now)
    item, known = found.case.cited, _masked(found.identity_sealed)
    if request.method != "POST":
        if not choice.allowed:
            toast_error(request, choice.why_not)
            return redirect("certificates:certificate", certificate_number)
        form = CertificateForm(item=item, known_number=known, initial=_as_typed(found))
        return _correct(request, found, form)
    form = CertificateForm(request.POST, item=item, known_number=known)
    if not form.is_valid():
        return _correct(request, found, form, 422)
    try:
        seq = form.cleaned_data.get("seq") or 0
        actions.correct(by=actor, case_id=found.pk, given=form.given(), now=now, expected_seq=seq)
    except NotAllowed:
        raise
    except Stale as stale:
        # With the count of now, so that it can be sent again once the new words were read.
        found = _one(actor, certificate_number)
        again = CertificateForm({**request.POST.dict(), "seq": str(found.case.seq)}, item=item, known_number=known)
        again.is_valid()
        again.add_error(None, str(stale))
        return _correct(request, found, again, stale.status)
    except Refusal as refusal:
        put(form, refusal)
        return _correct(request, found, form, refusal.status)
    toast(request, _("Saved."))
    return redirect("certificates:certificate", certificate_number)


def _correct(request: HttpRequest, found: Certificate, form: CertificateForm, code: int = 200) -> HttpResponse:
    own = reverse("certificates:certificate", args=[found.case.number])
    steps = _crumbs(
        (_("Certificates"), reverse("certificates:asked")), (found.case.number, own), (_("Correct what is written"), "")
    )
    context = {
        "form": form,
        "item": found.case.cited,
        "person": found.person,
        "title": _("Correct what is written"),
        "crumbs": steps,
        "back_url": own,
    }
    return page(request, "write.html", context, code)


@requires(Permission.CERTIFICATE_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: ActorRequest, certificate_number: str, move_name: str) -> HttpResponse:
    """Do not issue it, or declare it void: both say why."""
    actor, now = request.actor, timezone.now()
    found = _one(actor, certificate_number)
    if move_name not in WITH_WORDS:
        raise Http404
    choice = _choice(found, actor, move_name, now)
    if request.method != "POST":
        return _move(request, found, choice, NoteForm(initial={"seq": found.case.seq}))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _move(request, found, choice, form, 422)
    try:
        data = form.cleaned_data
        actions.act(case_id=found.pk, name=move_name, by=actor, now=now, note=data["note"], expected_seq=data["seq"])
    except NotAllowed:
        raise
    except Stale as stale:
        found = _one(actor, certificate_number)
        again = NoteForm({**request.POST.dict(), "seq": str(found.case.seq)})
        again.is_valid()
        again.add_error(None, str(stale))
        return _move(request, found, _choice(found, actor, move_name, now), again, stale.status)
    except Refusal as refusal:
        put(form, refusal)
        return _move(request, found, choice, form, refusal.status)
    toast(request, _("Done."))
    return redirect("certificates:certificate", certificate_number)


def _move(request: HttpRequest, found: Certificate, choice: Choice, form: NoteForm, code: int = 200) -> HttpResponse:
    own = reverse("certificates:certificate", args=[found.case.number])
    label = gettext(choice.move.label)
    context = {
        "certificate": found,
        "choice": choice,
        "form": form,
        "label": label,
        "back_url": own,
        "crumbs": _crumbs((_("Certificates"), reverse("certificates:asked")), (found.case.number, own), (label, "")),
    }
    return page(request, "move.html", context, code)


@requires(Permission.CERTIFICATE_WORK)
@never_cache
@require_safe
def paper(request: ActorRequest, certificate_number: str) -> HttpResponse:
    """The paper to print, with the whole number of the document. Each opening is written in the access log."""
    found = _one(request.actor, certificate_number)
    now = timezone.now()
    own = reverse("certificates:certificate", args=[found.case.number])
    try:
        text = actions.paper(by=request.actor, certificate=found, now=now, ip=ip_of(request))
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, str(refusal))
        return redirect(own)
    address = request.build_absolute_uri(f"{reverse('portal:certificate_check')}?code={found.check_code}")
    context = {
        "certificate": found,
        "text": text,
        "qr": _drawn(address),
        "code": code_words(found.check_code or ""),
        "address": request.build_absolute_uri(reverse("portal:certificate_check")),
        "back_url": own,
        "printed_by": request.actor.name,
        "printed_at": now,
    }
    return page(request, "paper.html", context)


def code_words(code: str) -> str:
    """A check code as it is read aloud: in fours."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _drawn(address: str) -> SafeString:
    return mark_safe(qr.svg(address))  # noqa: S308 - squares; the address is only encoded in them


def _one(actor: Actor, number: str) -> Certificate:
    found = queries.one(actor, number)
    if found is None:
        raise Http404
    return found


def _choice(found: Certificate, actor: Actor, name: str, now: datetime) -> Choice:
    return next(one for one in choices(found.case, actor, now) if one.move.name == name)


def _shown(found: Certificate, actor: Actor, now: datetime) -> dict[str, Any]:
    case = found.case
    own = choices(case, actor, now)
    links = {
        "correct": reverse("certificates:correct", args=[case.number]),
        **{name: reverse("certificates:move", args=[case.number, name]) for name in WITH_WORDS},
    }
    fitting = [one for one in own if case.state in one.move.source]
    return {
        "certificate": found,
        "case": case,
        "title": case.title,
        "status": status(case),
        "due": due(case, now),
        "seal": next((one for one in fitting if one.move.name == "seal"), None),
        "links": [(one, links[one.move.name]) for one in fitting if one.move.name in links],
        "text": effects.text_of(found, case.cited.specimen, _masked(found.identity_sealed), now),
        "history": [
            {"at": event.at, "who": who(event), "what": gettext(CERTIFICATE.move[event.move].label),
             "kind": "public", "text": event.note}
            for event in case.events.select_related("actor", "post", "post__unit", "post__area").order_by("-seq")
        ],
        "facts": _facts(found),
        "crumbs": _crumbs((_("Certificates"), reverse("certificates:asked")), (case.number, "")),
    }  # fmt: skip


def _facts(found: Certificate) -> list[tuple[str, object]]:
    name: object = found.name
    if found.person_id is not None:
        name = format_html('<a href="{}">{}</a>', reverse("register:person", args=[found.person_id]), found.name)
    facts: list[tuple[str, object]] = [
        (_("Number"), found.number or _("none before it is sealed")),
        (_("Name"), name),
        (_("What it is for"), found.purpose),
        (_("Office that wants it"), found.addressee),
        (_("What was shown as proof"), found.proof),
        (_("Copies"), str(found.copies)),
        (_("Written down by"), found.wrote.name),
    ]
    if found.sealed_by is not None and found.sealed_at is not None:
        facts.append((_("Sealed by"), found.sealed_by.name))
        facts.append((_("Sealed"), f"{timezone.localtime(found.sealed_at):%Y-%m-%d %H:%M}"))
    if found.void_at is not None:
        facts.append((_("Declared void"), f"{timezone.localtime(found.void_at):%Y-%m-%d %H:%M}"))
    return facts


def _person(actor: Actor, text: str) -> Person | None:
    pk = number_of(text)
    return Person.objects.visible_to(actor).select_related("dwelling").filter(pk=pk).first() if pk else None


def _of(person: Person | None) -> dict[str, object]:
    if person is None:
        return {}
    address = person.dwelling.address if person.dwelling is not None else ""
    return {"person_id": person.pk, "name": person.name, "address": address}


def _as_typed(found: Certificate) -> dict[str, object]:
    own = ("name", "address", "facts", "purpose", "addressee", "proof", "copies", "person_id")
    return {"seq": found.case.seq, **{name: getattr(found, name) for name in own}}


def _masked(sealed: str) -> str:
    return citizen_id.mask(vault.unseal(sealed, vault.IDENTITY)) if sealed else ""


def _crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "url": url} for label, url in steps]
