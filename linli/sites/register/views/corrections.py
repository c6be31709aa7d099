"""Pages of the register."""

from django.http import Http404, HttpResponse

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission


@requires(Permission.PEOPLE_READ)
def propose(request: ActorRequest, person_id: int) -> HttpResponse:
    """Not there yet."""
    raise Http404


@requires(Permission.PEOPLE_READ)
def corrections(request: ActorRequest) -> HttpResponse:
    """Not there yet."""
    raise Http404


@requires(Permission.PEOPLE_READ)
def decide(request: ActorRequest, correction_id: int) -> HttpResponse:
    """Not there yet."""
    raise Http404


@requires(Permission.PEOPLE_READ)
def withdraw(request: ActorRequest, correction_id: int) -> HttpResponse:
    """Not there yet."""
    raise Http404
