"""The outermost layers: answer softly when the database is busy, and stop what is too large at the door."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from linli.lib.errors import Refusal
from linli.project import errors

logger = logging.getLogger(__name__)

Next = Callable[[HttpRequest], HttpResponse]


class FailSoft:
    """Turns a refusal, a locked database or an oversized form into a page that says what to do."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            # Raised by a middleware below us, where Django has no view to blame: a session that cannot be read.
            logger.exception("database not available for %s", request.path)
            return errors.busy(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return errors.refused(request, exception)
        if isinstance(exception, OperationalError | InterfaceError):
            logger.error("database not available for %s: %s", request.path, exception)
            return errors.busy(request)
        if isinstance(exception, RequestDataTooBig):
            return errors.too_large(request)
        return None


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
