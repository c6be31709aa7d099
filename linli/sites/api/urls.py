"""Addresses of the API. Each is marked for the default-deny door; who may call is decided inside (`tokens`)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from linli.foundation.accounts import access
from linli.sites.api.api import api
from linli.sites.api.problems import method_not_allowed

View = Callable[..., HttpResponse]
_OPEN = frozenset({"openapi-json", "openapi-view", "api-root"})


def _answering_in_our_form(view: View) -> View:
    """Ninja's 405 is plain text; and nothing that is answered here is for a shared cache to keep."""

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            response = method_not_allowed(response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return csrf_exempt(answered)


def _marked() -> tuple[list[Any], str, str]:
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        mark = access.PUBLIC if pattern.name in _OPEN else access.API
        pattern.callback = access.mark(_answering_in_our_form(pattern.callback), mark)
    return patterns, app_name, namespace


urlpatterns = [path("v1/", _marked())]
