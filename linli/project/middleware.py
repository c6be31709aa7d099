"""The outermost layers: answer softly when the database is busy, and stop what is too large at the door."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from linli.lib.errors import Refusal
from linli.project import errors

Next = Callable[[HttpRequest], HttpResponse]


class FailSoft:
    """Turns a refusal, a locked database or an oversized form into a page that says what to do.

    For what a view raises; what a layer below us raises, Django gives to `errors.server_error`.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return errors.refused(request, exception)
        if isinstance(exception, RequestDataTooBig):
            return errors.too_large(request)
        return errors.of_database(request, exception)


class RequestSize:
    """Refuses a body that says it is larger than any form of ours, before a byte of it is read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            declared = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            declared = 0
        if declared > settings.LINLI_REQUEST_LIMIT:
            return errors.too_large(request)
        return self.get_response(request)
