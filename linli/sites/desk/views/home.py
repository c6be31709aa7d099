"""Where a person lands, and the token that the outbox asks for."""

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import signed_in
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.sites.desk.nav import FIELD_ROLES


@signed_in
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Go to where this post's work lies: the grid, the queue, tasks, or the coverage for those who keep the areas."""
    actor = request.actor
    if actor.is_resident:
        return redirect("/")
    if actor.can(Permission.CASE_READ):
        return redirect("desk:grid" if actor.role in FIELD_ROLES else "desk:queue")
    if actor.can(Permission.TASK_READ):
        return redirect("admission:tasks" if actor.can(Permission.TASK_SUPERVISE) else "admission:applications")
    if actor.can(Permission.AREAS_MANAGE):
        return redirect("desk:gaps")
    if actor.can(Permission.PEOPLE_RESTRICTED):
        return redirect("register:restricted")
    return redirect("register:people" if actor.can(Permission.PEOPLE_READ) else "accounts:me")


@signed_in
@never_cache
@require_safe
def csrf(request: ActorRequest) -> JsonResponse:
    """A fresh token for forms that were kept on the phone while there was no network."""
    return JsonResponse({"csrf": get_token(request)})
