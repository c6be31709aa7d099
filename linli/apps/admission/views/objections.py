"""What communities say against an item in force, and what those who keep the list answer."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli.apps.admission.actions import objections as actions
from linli.apps.admission.models import Objection
from linli.apps.admission.pages import MOST
from linli.apps.admission.views.lists import item_of, list_in_scope
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import NotAllowed, Refusal
from linli.ui.toasts import toast, toast_error


@requires(Permission.TASK_WORK)
@never_cache
@require_POST
def item_object(request: ActorRequest, list_id: int, item_id: int) -> HttpResponse:
    """Say for a community what should change about an item."""
    found = list_in_scope(request.actor, list_id)
    item = item_of(found, item_id)
    item.matter_list = found
    try:
        actions.object_to(by=request.actor, matter=item, text=request.POST.get("text", ""), now=timezone.now())
        toast(request, _("Noted. It is read in the yearly review."))
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, " ".join(str(text) for text in refusal.fields.values()) or str(refusal))
    return redirect("admission:item", found.pk, item.pk)


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_POST
def objection_answer(request: ActorRequest, objection_id: int) -> HttpResponse:
    """Answer what was said against an item."""
    rows = Objection.objects.select_related("matter__matter_list")
    found = rows.filter(pk=objection_id).first() if objection_id <= MOST else None
    if found is None or not request.actor.covers(found.matter.matter_list.area_id):
        raise Http404
    try:
        text = request.POST.get("answer", "")
        actions.answer_objection(by=request.actor, objection_id=found.pk, text=text, now=timezone.now())
        toast(request, _("Answered."))
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, " ".join(str(one) for one in refusal.fields.values()) or str(refusal))
    return redirect("admission:item", found.matter.matter_list_id, found.matter_id)
