"""What comes in over the wire, read strictly: UTF-8, JSON as RFC 8259 has it, and nothing a database refuses."""

import json
import re
from typing import Any, NoReturn, cast

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser
from ninja.types import DictStrAny

from linli.lib.chinese import clip
from linli.lib.errors import Invalid

_NUL = "\x00"
_SURROGATES = re.compile("[\ud800-\udfff]")


class Unreadable(ValueError):  # noqa: N818 - it says what the body is
    """The body is not JSON that can be kept; `reason` says why, in the reader's language."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


class StrictParser(Parser):
    """Reads bodies and query parameters for django-ninja."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The JSON value of a body. Raises Unreadable; ninja turns that into status 400."""
        try:
            text = request.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable(_("The body is not UTF-8.")) from error
        try:
            value = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            # A number of more than 4,300 digits ends here, too.
            raise error if isinstance(error, Unreadable) else Unreadable(_("The body is not JSON.")) from error
        # Both can only come in as escapes: raw ones are no JSON, or no UTF-8.
        if "\\u" in text and not _is_text(value):
            raise Unreadable(_("The body contains characters that are no text (NUL or half of a pair)."))
        return cast(DictStrAny, value)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> DictStrAny:
        """Query parameters and form fields. Raises Invalid for NUL characters, which no field of ours may hold."""
        given = super().parse_querydict(data, list_fields, request)
        bad = {
            clip(name.replace(_NUL, ""), 60): _("This contains characters that are no text.") for name in _bad(given)
        }
        if bad:
            raise Invalid(fields=bad)
        return given


def _refuse_constant(name: str) -> NoReturn:
    raise Unreadable(_("The body is not JSON: NaN and Infinity are no numbers."))


def _is_text(value: object) -> bool:
    """Whether every text in a JSON value can be written down."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and (_NUL in one or _SURROGATES.search(one)):
            return False
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
    return True


def _bad(given: DictStrAny) -> list[str]:
    return [name for name, value in given.items() if _NUL in name or (isinstance(value, str) and _NUL in value)]
