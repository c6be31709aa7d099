"""Refusals: anticipated errors that a person can read and act on.

An action raises a refusal, never a bare exception, when the answer is "no, because …". Each interface turns
refusals into its own form (a page, problem JSON, a line on the terminal) in one place, by `status` and `code`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

Value = TypeVar("Value")
NO_FIELDS: Mapping[str, object] = MappingProxyType({})


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """What was asked cannot be done, and `message` says why in one plain sentence.

    A subclass may fix `code` and `message` as class attributes; the constructor overrides them for one occasion.
    `message` and the values of `fields` are strings or lazily translated strings.
    """

    status: ClassVar[int] = 422
    code: str = "refused"
    message: object = "This cannot be done."

    def __init__(
        self, message: object = None, *, code: str | None = None, fields: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code
        self.fields: Mapping[str, object] = NO_FIELDS if fields is None else MappingProxyType(dict(fields))

    def __str__(self) -> str:
        # Here and not in the constructor, so that a lazy message speaks the reader's language.
        return str(self.message)


class NotAllowed(Refusal):
    """The actor may see this but not do it (HTTP 403)."""

    status = 403
    code = "not_allowed"
    message: object = "You may not do this."


class Stale(Refusal):
    """Somebody changed the thing meanwhile, or it is no longer in a state for this (HTTP 409)."""

    status = 409
    code = "stale"
    message: object = "This was changed by somebody else in the meantime. Reload it and try again."


class Invalid(Refusal):
    """Something typed is missing or wrong; `fields` says where (HTTP 422)."""

    code = "invalid"
    message: object = "Please correct the marked fields."


class Errors:
    """Gathers what several checks refuse, so that a form is told everything in one round.

    errors = Errors()
    day = errors.of(checked_day, typed)      # None where it was refused
    errors.end()                             # raises Invalid with all fields, if there are any
    """

    def __init__(self) -> None:
        self.fields: dict[str, object] = {}
        self.general: Invalid | None = None

    def of(self, check: Callable[..., Value], *given: Any, **named: Any) -> Value | None:
        """What a check finds; None where it raises Invalid, which is kept. Other refusals come through."""
        try:
            return check(*given, **named)
        except Invalid as refusal:
            if refusal.fields:
                self.add(refusal.fields)
            else:
                self.general = self.general or refusal
            return None

    def add(self, fields: Mapping[str, object]) -> None:
        """Keep messages; the first one of a field stays."""
        self.fields = {**fields, **self.fields}

    def end(self) -> None:
        """Raise Invalid with everything that was refused; nothing where nothing was."""
        if self.fields:
            raise Invalid(fields=self.fields)
        if self.general is not None:
            raise self.general


class TooMany(Refusal):
    """Too many tries in a short time; try again after `retry_after` seconds (HTTP 429)."""

    status = 429
    code = "too_many"
    message: object = "Too many tries. Please wait a little and try again."

    def __init__(
        self,
        message: object = None,
        *,
        retry_after: int,
        code: str | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, code=code, fields=fields)
        self.retry_after = retry_after
