"""The page with the browsable description: Swagger UI as django-ninja ships it, nothing from another host."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger


class Docs(Swagger):
    """Swagger UI on a page of ours."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page; without JavaScript it links to the description itself."""
        url = self.get_openapi_url(api, kwargs)
        settings = {**self.settings, "url": url}
        return render(request, "api/docs.html", {"api": api, "openapi_url": url, "swagger_settings": settings})
