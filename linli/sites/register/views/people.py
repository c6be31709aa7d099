"""Pages of the register."""

from django.http import Http404, HttpResponse

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission


@requires(Permission.PEOPLE_READ)
def people(request: ActorRequest) -> HttpResponse:
    """Not there yet."""
    raise Http404


@requires(Permission.PEOPLE_READ)
def find(request: ActorRequest) -> HttpResponse:
    """Not there yet."""
    raise Http404


@requires(Permission.PEOPLE_READ)
def print_list(request: ActorRequest) -> HttpResponse:
    """Not there yet."""
    raise Http404
