"""Special groups of a person: into one, out of one, and looked at again."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Refusal
from linli.register.people import groups as rules
from linli.register.people.actions import tags
from linli.register.people.models import Person, Tag
from linli.sites.register.edge import MOST, page, person_in_scope
from linli.sites.register.forms.groups import FinishForm, GiveForm, ReviewForm
from linli.ui.forms import put
from linli.ui.toasts import toast


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: ActorRequest, person_id: int) -> HttpResponse:
    """Put somebody in a group, on a basis."""
    person, now = person_in_scope(request.actor, person_id), timezone.now()
    taken = frozenset(Tag.objects.open().filter(person=person).values_list("kind", flat=True))
    given = request.POST if request.method == "POST" else None
    form = GiveForm(given, area_id=person.area_id, on=timezone.localdate(now), taken=taken)
    context = {"person": person, "form": form}
    if given is None:
        return page(request, "group_give.html", context)
    if not form.is_valid():
        return page(request, "group_give.html", context, status=422)
    try:
        tag = tags.give(by=request.actor, person=person, now=now, **form.cleaned_data)
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "group_give.html", context, status=refusal.status)
    toast(request, _("%(group)s was added.") % {"group": rules.label(tag.kind)})
    return redirect("register:person", person.pk)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: ActorRequest, person_id: int, tag_id: int) -> HttpResponse:
    """Take somebody out of a group, for a reason."""
    person = person_in_scope(request.actor, person_id)
    tag, now = tag_of(person, tag_id), timezone.now()
    given = request.POST if request.method == "POST" else None
    form = FinishForm(given, initial={"until": timezone.localdate(now).isoformat()})
    context = {"person": person, "form": form, "tag": tag, "label": rules.label(tag.kind)}
    if given is None:
        return page(request, "group_finish.html", context)
    if not form.is_valid():
        return page(request, "group_finish.html", context, status=422)
    try:
        tags.finish(by=request.actor, tag=tag, now=now, **form.cleaned_data)
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "group_finish.html", context, status=refusal.status)
    toast(request, _("%(group)s has ended.") % {"group": rules.label(tag.kind)})
    return redirect("register:person", person.pk)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: ActorRequest, person_id: int, tag_id: int) -> HttpResponse:
    """Say that it still holds, and when to look again."""
    person = person_in_scope(request.actor, person_id)
    tag, now = tag_of(person, tag_id), timezone.now()
    given = request.POST if request.method == "POST" else None
    form = ReviewForm(given, initial={"review_on": next_review(tag, timezone.localdate(now)).isoformat()})
    context = {"person": person, "form": form, "tag": tag, "label": rules.label(tag.kind)}
    if given is None:
        return page(request, "group_review.html", context)
    if not form.is_valid():
        return page(request, "group_review.html", context, status=422)
    try:
        tags.review(by=request.actor, tag=tag, next_on=form.cleaned_data["review_on"], now=now)
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "group_review.html", context, status=refusal.status)
    toast(request, _("%(group)s was reviewed and still holds.") % {"group": rules.label(tag.kind)})
    return redirect("register:person", person.pk)


def tag_of(person: Person, tag_id: int) -> Tag:
    """A group of this person that holds now and that people decide, or 404."""
    rows = Tag.objects.open().exclude(source=Tag.Source.COMPUTED).filter(person=person).select_related("person")
    tag = rows.filter(pk=tag_id).first() if tag_id <= MOST else None
    if tag is None:
        raise Http404
    return tag


def next_review(tag: Tag, today: date) -> date:
    """The next review as the rule of the group has it; a year ahead where it has none."""
    group = rules.groups(on=today).get(tag.kind)
    return tags.months_later(today, group.review_months if group and group.review_months else 12)
