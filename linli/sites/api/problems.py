"""Every "no" in one form: problem details (RFC 9457), `urn:linli:problem:<code>`, in the caller's language."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, Field

from linli.lib.chinese import clip, tidy
from linli.lib.errors import Refusal
from linli.sites.api.reading import Unreadable

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
MOST_ERRORS: Final = 50
BUSY_SECONDS: Final = 3


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(description="`urn:linli:problem:<code>`; the code is stable.", max_length=120)
    title: str = Field(description="What kind of problem, in a few words.", max_length=200)
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What is wrong and what to do, in a sentence for people.", max_length=2000)
    errors: dict[str, str] = Field(
        default_factory=dict, description="What is wrong with each field; nested names are joined by dots."
    )


TITLES: Final[Mapping[int, str | Promise]] = {
    400: gettext_lazy("We could not read this"),
    401: gettext_lazy("Who are you?"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("This address cannot do that"),
    409: gettext_lazy("It has changed meanwhile"),
    413: gettext_lazy("Too large"),
    422: gettext_lazy("This cannot be done"),
    429: gettext_lazy("Too many tries"),
    500: gettext_lazy("An error on our side"),
    503: gettext_lazy("Busy, please try again"),
    507: gettext_lazy("No room left"),
}

# What each status means here, for the documentation.
MEANINGS: Final[Mapping[int, str]] = {
    400: "The body is not UTF-8 JSON (or not a whole multipart form).",
    401: "No token where one is needed, or a token that is not valid (any more).",
    403: "You may see this, but your post or your token does not allow this; `detail` says why.",
    404: "There is no such thing in your area.",
    405: "The address knows no such method; the `Allow` header says which it knows.",
    409: "Somebody changed the case meanwhile, or it is not in a state for this. Read it again.",
    413: "The body is too large: 4 MB for JSON, 15 MB for a photo.",
    422: "Something is missing or wrong; `errors` says where.",
    429: "Too many tries; wait as long as the `Retry-After` header says.",
    500: "An error on our side; it has been logged.",
    503: "Busy for a moment; send it again after `Retry-After` seconds. Nothing was kept by halves.",
    507: "The disk is full: a photo could not be kept.",
}


def problem(
    status: int, detail: str, *, code: str, errors: Mapping[str, object] | None = None, retry_after: int | None = None
) -> HttpResponse:
    """The answer that says no."""
    body = {
        "type": f"urn:linli:problem:{code}",
        "title": str(TITLES.get(status, TITLES[422])),
        "status": status,
        "detail": detail,
        "errors": {name: str(text) for name, text in (errors or {}).items()},
    }
    response = JsonResponse(body, status=status, content_type=CONTENT_TYPE)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Linli"'
    return response


def method_not_allowed(allowed: str) -> HttpResponse:
    """405 in our form; `allowed` is the `Allow` header."""
    text = _("This address knows only: %(methods)s.") % {"methods": allowed}
    response = problem(405, text, code="method_not_allowed")
    response["Allow"] = allowed
    return response


def install(api: NinjaAPI) -> None:
    """Give the API our answers in place of ninja's. What is not listed is a bug, and goes to Django's handler 500."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(ValidationError, _not_valid)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(OperationalError, _busy)
    api.add_exception_handler(InterfaceError, _busy)
    api.add_exception_handler(RequestDataTooBig, _too_large)
    for broken in (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        api.add_exception_handler(broken, _unreadable)
    api.add_exception_handler(Exception, _raise)


def _refused(request: HttpRequest, exc: Any) -> HttpResponse:
    return problem(
        exc.status, str(exc), code=exc.code, errors=exc.fields, retry_after=getattr(exc, "retry_after", None)
    )


def _http_error(request: HttpRequest, exc: Any) -> HttpResponse:
    if exc.status_code == 401:
        text = _("Send a token: Authorization: Bearer <token>. An administrator issues one with “linli token”.")
        return problem(401, text, code="token_needed")
    cause = exc.__cause__
    if isinstance(cause, RequestDataTooBig):
        return _too_large(request, cause)
    if isinstance(cause, Unreadable):
        return problem(400, str(cause.reason), code="unreadable")
    return _unreadable(request, exc)


def _unreadable(request: HttpRequest, exc: Any) -> HttpResponse:
    return problem(400, _("The body could not be read."), code="unreadable")


def _not_found(request: HttpRequest, exc: Any) -> HttpResponse:
    text = _("The address may be mistyped, or what it names is outside your area.")
    return problem(404, text, code="not_found")


def _too_large(request: HttpRequest, exc: Any) -> HttpResponse:
    return problem(413, _("What you sent is too large."), code="too_large")


def _busy(request: HttpRequest, exc: Any) -> HttpResponse:
    logger.error("database not available for %s: %s", request.path, exc)
    text = _("The system is busy for a moment. Send it again; nothing was kept by halves.")
    return problem(503, text, code="busy", retry_after=BUSY_SECONDS)


def _raise(request: HttpRequest, exc: Any) -> HttpResponse:
    raise exc


def _not_valid(request: HttpRequest, exc: Any) -> HttpResponse:
    errors = {_field(error["loc"]): _sentence(error) for error in exc.errors[:MOST_ERRORS]}
    return problem(422, _("Please correct the marked fields."), code="invalid", errors=errors)


def _field(loc: tuple[object, ...]) -> str:
    """The name of a field as the caller wrote it: without our "body", "query" and argument names."""
    parts = [str(part) for part in loc[1:]]
    if loc and loc[0] == "body" and parts[:1] == ["given"]:
        parts = parts[1:]
    return clip(tidy(".".join(parts)), 120) or "body"


_SENTENCES: Final[Mapping[str, str | Promise]] = {
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": gettext_lazy("There is no such field."),
    "string_too_long": gettext_lazy("At most %(max_length)s characters are allowed here."),
    "string_too_short": gettext_lazy("At least %(min_length)s characters are needed here."),
    "string_pattern_mismatch": gettext_lazy("This does not have the expected form: %(pattern)s"),
    "string_type": gettext_lazy("This must be text."),
    "string_unicode": gettext_lazy("This must be text."),
    "int_type": gettext_lazy("This must be a whole number."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "int_parsing_size": gettext_lazy("This number is too large."),
    "int_from_float": gettext_lazy("This must be a whole number."),
    "float_type": gettext_lazy("This must be a number."),
    "float_parsing": gettext_lazy("This must be a number."),
    "finite_number": gettext_lazy("This must be a number."),
    "greater_than_equal": gettext_lazy("This must be %(ge)s or more."),
    "less_than_equal": gettext_lazy("This must be %(le)s or less."),
    "bool_type": gettext_lazy("This must be true or false."),
    "literal_error": gettext_lazy("This must be one of: %(expected)s."),
    "list_type": gettext_lazy("This must be a list."),
    "too_long": gettext_lazy("At most %(max_length)s entries are allowed here."),
    "model_type": gettext_lazy("This must be an object."),
    "model_attributes_type": gettext_lazy("This must be an object."),
}


def _sentence(error: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(str(error["type"]))
    if sentence is None:
        return _("This value cannot be used.")
    values: Mapping[str, Any] = error.get("ctx", {})
    return str(sentence) % values
