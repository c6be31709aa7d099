"""What people see when something goes wrong: what happened, what to do, nothing lost. One page for every code."""

import logging
import sys

from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from linli.lib.errors import Refusal

logger = logging.getLogger(__name__)

_CODES = {400: "bad_request", 403: "not_allowed", 404: "not_found", 413: "too_large", 500: "error", 503: "busy"}


def page(request: HttpRequest, status: int, title: str, text: str, code: str = "") -> HttpResponse:
    """The error in the form the asker reads: problem JSON under /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        kind = code or _CODES.get(status, str(status))
        body = {"type": f"urn:linli:problem:{kind}", "title": title, "status": status, "detail": text, "errors": {}}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    context = {"status": status, "title": title, "text": text}
    try:
        return HttpResponse(render_to_string("ui/error.html", context, request), status=status)
    except DatabaseError:
        # The frame of the page asks who is there; the page itself must come when nobody can be asked.
        return HttpResponse(render_to_string("ui/error.html", context), status=status)


def of_database(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer to an error of the database: busy or away (503), or a value that it cannot hold (400); else None."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("database not available for %s: %s", request.path, error)
        return busy(request)
    if isinstance(error, DataError) or (isinstance(error, ValueError) and "NUL (0x00)" in str(error)):
        # A NUL in an address, or a number beyond every column: nothing that a form of ours sends.
        # The class only: the database repeats the value that it refuses.
        logger.error("database refuses a value for %s: %s", request.path, type(error).__name__)
        return bad_request(request)
    return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request, 400, _("We could not read this"), _("Please go back, check what you entered, and send it again.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    reason = str(exception) if exception and str(exception) else _("Your post does not allow this.")
    return page(request, 403, _("Not allowed"), reason)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("The address may be mistyped, or what it names is outside your area.")
    return page(request, 404, _("Not found"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _(
        "This page was open for too long. Go back, reload it, and send it again; what you typed is kept in the browser."
    )
    return page(request, 403, _("Please send it again"), text, code="csrf")


def too_large(request: HttpRequest) -> HttpResponse:
    text = _("What you sent is too large. Send fewer or smaller photos; what you typed is kept in the browser.")
    return page(request, 413, _("Too large"), text)


def busy(request: HttpRequest) -> HttpResponse:
    text = _("The system is busy for a moment. Go back and send it again; nothing was kept by halves.")
    response = page(request, 503, _("Busy, please try again"), text)
    response["Retry-After"] = "3"
    return response


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal that no form has shown at its field."""
    titles = {
        403: _("Not allowed"),
        409: _("It has changed meanwhile"),
        429: _("Too many tries"),
        507: _("No room left"),
    }
    response = page(
        request, refusal.status, titles.get(refusal.status, _("This cannot be done")), str(refusal), refusal.code
    )
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The last answer. An error of the database in a layer of ours (session, actor) ends here as well."""
    known = of_database(request, sys.exc_info()[1])
    if known is not None:
        return known
    text = _("Something went wrong on our side. It has been written down. Please try again later.")
    return page(request, 500, _("An error on our side"), text)
