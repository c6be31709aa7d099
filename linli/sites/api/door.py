"""How an operation is declared: its answer, who may call it, and every "no" it can give, in one decorator."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from ninja import Router

from linli.sites.api.tokens import NEEDED, WELCOME

Operation = TypeVar("Operation", bound=Callable[..., Any])

#: May happen anywhere: 405 is for the other methods of the same address.
ANYWHERE: Final = (401, 405, 422, 500, 503)
SCOPED: Final = (403, 404)
WRITE: Final = (400, 403, 409, 413, 429)
STORAGE: Final = (507,)

PROBLEMS: Final = "x-problems"


class Image:
    """Stands for an answer that is a JPEG and no JSON."""


IMAGE: Final = Image()


def reads(
    router: Router, path: str, *, answer: Any, name: str, problems: tuple[int, ...] = (), token: bool = True
) -> Callable[[Operation], Operation]:
    """A GET. `token`: whether one is needed; otherwise a visitor may ask, too."""
    extra = _extra(token=token, problems=problems)
    if answer is IMAGE:
        picture = {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}
        extra["responses"] = {200: {"content": {"image/jpeg": picture}}}
    return router.get(
        path,
        response={200: None if answer is IMAGE else answer},
        operation_id=name,
        summary=_title(name),
        auth=NEEDED if token else WELCOME,
        openapi_extra=extra,
    )


def writes(
    router: Router,
    path: str,
    *,
    answers: dict[int, Any],
    name: str,
    problems: tuple[int, ...] = (),
    token: bool = True,
) -> Callable[[Operation], Operation]:
    """A POST. `answers` by status; `token` as for `reads`."""
    return router.post(
        path,
        response=answers,
        operation_id=name,
        summary=_title(name),
        auth=NEEDED if token else WELCOME,
        openapi_extra=_extra(token=token, problems=(*WRITE, *problems)),
    )


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _extra(*, token: bool, problems: tuple[int, ...]) -> dict[str, Any]:
    extra: dict[str, Any] = {PROBLEMS: sorted({*ANYWHERE, *problems})}
    if not token:
        # An empty requirement beside the token: a token is welcome, and none is as good.
        extra["security"] = [{}]
    return extra
