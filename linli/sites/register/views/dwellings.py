"""A dwelling: who lives and lived there, who owns it, what sits in it, and its forms."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.foundation import vault
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import mask_phone
from linli.lib.errors import Invalid
from linli.register.homes import actions
from linli.register.homes.models import Dwelling, Organisation
from linli.register.people import codes, groups
from linli.register.people.actions import tenures
from linli.register.people.models import Household, Person, Tenure
from linli.register.people.queries import homes as living
from linli.sites.register import words
from linli.sites.register.acts import answer
from linli.sites.register.edge import page
from linli.sites.register.forms.homes import DwellingForm, ReasonForm, TenureForm, UntilForm
from linli.sites.register.places import dwelling_crumbs, dwelling_in_scope, linked, tenure_in_scope
from linli.ui.forms import put
from linli.ui.toasts import toast


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def dwelling(request: ActorRequest, dwelling_id: int) -> TemplateResponse:
    """Everything about one door. Seven statements."""
    actor, today = request.actor, timezone.localdate()
    found = dwelling_in_scope(actor, dwelling_id)
    people = living.people_of(found)
    tags = living.tags_of(people)
    named = groups.groups()
    households = list(Household.objects.filter(dwelling=found, size__gt=0).order_by("pk"))
    rows = [
        {
            "household": one,
            "url": reverse("register:household", args=[one.pk]),
            "members": [
                member_line(person, tags.get(person.pk, []), named, today)
                for person in people
                if person.household_id == one.pk
            ],
        }
        for one in households
    ]
    may = actor.can(Permission.PEOPLE_EDIT)
    context = {
        "dwelling": found,
        "facts": facts_of(found),
        "households": rows,
        "before": [
            {
                "name": one.person.name,
                "url": person_url(actor, one.person),
                "since": one.valid_from,
                "until": one.valid_to,
            }
            for one in living.lived_before(found)
        ],
        "tenures": [tenure_line(one, actor.can(Permission.PEOPLE_REVEAL), may) for one in living.tenures_of(found)],
        "organisations": list(Organisation.objects.filter(dwelling=found, closed_on__isnull=True)[:20]),
        "crumbs": linked(dwelling_crumbs(found)),
        "may_edit": may,
    }
    return page(request, "dwelling.html", context)


def member_line(person: Person, tags: Any, named: Any, today: Any, relation: str | None = None) -> dict[str, Any]:
    """Somebody of a household: name, relation, sex and age, groups."""
    code = person.relation if relation is None else relation
    facts = [codes.label("relation", code) or _("relation not known"), words.sex(person), words.years(person, today)]
    return {
        "pk": person.pk,
        "name": person.name,
        "url": reverse("register:person", args=[person.pk]),
        "facts": " · ".join(fact for fact in facts if fact),
        "tags": [words.tag(one, named) for one in tags],
    }


def person_url(actor: Any, person: Person) -> str:
    """The page of a person where the actor may open it: who moved away belongs to another community."""
    return reverse("register:person", args=[person.pk]) if actor.covers(person.area_id) else ""


def tenure_line(one: Tenure, may_reveal: bool, may_edit: bool) -> dict[str, Any]:
    """An owner or tenant, the phone masked."""
    phone = vault.unseal(one.phone_sealed, vault.PHONE) if one.phone_sealed else ""
    args = [one.dwelling_id, one.pk]
    return {
        "row": one,
        "part": words.capital(str(one.get_part_display())),
        "name": one.person.name if one.person else one.name,
        "phone": mask_phone(phone) if phone else "",
        "reveal_url": reverse("register:tenure_phone", args=args) if phone and may_reveal else "",
        "end_url": reverse("register:tenure_end", args=args) if may_edit and one.until is None else "",
    }


def facts_of(found: Dwelling) -> list[tuple[str, Any]]:
    """What a dwelling is."""
    area = f"{found.floor_area.normalize():f} m²" if found.floor_area else ""
    return [
        (_("Address"), found.address),
        (_("Grid"), found.area.name),
        (_("Floor"), found.floor),
        (_("Kind"), codes.label("dwelling_kind", found.kind)),
        (_("Use"), codes.label("dwelling_use", found.use)),
        (_("Rented as"), codes.label("rental_use", found.rental_use) if found.rental_use else ""),
        (_("Floor area"), area),
        (_("Remark"), found.note),
    ]


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dwelling_edit(request: ActorRequest, dwelling_id: int) -> HttpResponse:
    """Change a dwelling; the address follows."""
    now, found = timezone.now(), dwelling_in_scope(request.actor, dwelling_id)
    fields = ("entrance", "room", "floor", "kind", "use", "rental_use", "floor_area", "note")
    form = DwellingForm(request.POST or None, initial={name: getattr(found, name) for name in fields})
    here = reverse("register:dwelling", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        actions.dwellings.edit(by=request.actor, dwelling_id=found.pk, given=data, now=now)
        toast(request, _("Saved."))
        return here

    return answer(
        request, form, act, title=_("Change the dwelling"), button=_("Save"), crumbs=dwelling_crumbs(found), cancel=here
    )


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dwelling_remove(request: ActorRequest, dwelling_id: int) -> HttpResponse:
    """Remove a wrongly entered dwelling on which nothing hangs."""
    now, found = timezone.now(), dwelling_in_scope(request.actor, dwelling_id)
    form = ReasonForm(request.POST or None)
    back = reverse("register:building", args=[found.building_id])
    address = found.address

    def act(data: dict[str, Any]) -> str:
        actions.dwellings.remove(
            by=request.actor, dwelling_id=found.pk, reason=data["reason"], now=now, ip=ip_of(request)
        )
        toast(request, _("%(address)s was removed.") % {"address": address})
        return back

    intro = _("Only for a door that does not exist. It cannot be taken back; the removal is written down.")
    return answer(
        request, form, act, title=_("Remove %(address)s") % {"address": address}, button=_("Remove"),
        crumbs=dwelling_crumbs(found), cancel=reverse("register:dwelling", args=[found.pk]), danger=True, intro=intro,
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tenure_new(request: ActorRequest, dwelling_id: int) -> HttpResponse:
    """Enter an owner or tenant."""
    now, found = timezone.now(), dwelling_in_scope(request.actor, dwelling_id)
    form = TenureForm(request.POST or None, people=living.people_of(found), initial={"part": Tenure.Part.OWNER})
    here = reverse("register:dwelling", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        tenures.add(by=request.actor, dwelling_id=found.pk, given=data, now=now)
        toast(request, _("Saved."))
        return here

    return answer(
        request, form, act, title=_("Owner or tenant"), button=_("Enter"), crumbs=dwelling_crumbs(found), cancel=here
    )


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tenure_end(request: ActorRequest, dwelling_id: int, tenure_id: int) -> HttpResponse:
    """Somebody does not own or rent it any more."""
    now, found = timezone.now(), dwelling_in_scope(request.actor, dwelling_id)
    tenure = tenure_in_scope(request.actor, found, tenure_id)
    form = UntilForm(request.POST or None, initial={"until": timezone.localdate(now)})
    here = reverse("register:dwelling", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        tenures.end(by=request.actor, tenure_id=tenure.pk, until=data["until"], now=now)
        toast(request, _("Saved."))
        return here

    who = tenure.person.name if tenure.person else tenure.name
    return answer(
        request, form, act, title=_("%(name)s does not own or rent it any more") % {"name": who}, button=_("Save"),
        crumbs=dwelling_crumbs(found), cancel=here,
    )  # fmt: skip


@requires(Permission.PEOPLE_REVEAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tenure_phone(request: ActorRequest, dwelling_id: int, tenure_id: int) -> HttpResponse:
    """Show the phone of an owner or tenant, for a reason that is written down."""
    found = dwelling_in_scope(request.actor, dwelling_id)
    tenure = tenure_in_scope(request.actor, found, tenure_id)

    def show(reason: str) -> str:
        return tenures.reveal_phone(
            by=request.actor, tenure=tenure, reason=reason, now=timezone.now(), ip=ip_of(request)
        )

    who = tenure.person.name if tenure.person else tenure.name
    return reveal(request, show, who=who, crumbs=dwelling_crumbs(found))


def reveal(request: ActorRequest, show: Any, *, who: str, crumbs: list[tuple[str, str]]) -> HttpResponse:
    """Ask for the reason (GET), then show the number once (POST). Nothing shows that was not written down first."""
    form = ReasonForm(request.POST or None)
    title = _("Show the number")
    context: dict[str, Any] = {
        "form": form,
        "who": who,
        "title": title,
        "crumbs": [*({"label": label, "url": url} for label, url in crumbs), {"label": title, "url": ""}],
        "back": crumbs[-1][1],
    }
    if request.method != "POST" or not form.is_valid():
        return page(request, "phone.html", context, status=200 if request.method != "POST" else 422)
    try:
        return page(request, "phone.html", {**context, "shown": show(form.cleaned_data["reason"])})
    except Invalid as refusal:
        put(form, refusal)
        return page(request, "phone.html", context, status=422)
