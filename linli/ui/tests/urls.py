"""The ui floor alone, so that its tests need no other, and a small form that keeps a draft and an outbox."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.urls import include, path

from linli.ui.samples import SampleForm

received: list[tuple[str, str, int]] = []  # (key, text, bytes of photos), cleared by the test

FORM = """{% extends "ui/base_portal.html" %}{% load ui %}
{% block title %}form{% endblock %}
{% block content %}<h1>Form</h1>
<form method="post" action="/outbox/send" enctype="multipart/form-data"
  data-draft="test" data-outbox data-outbox-token="/outbox/token">
  {% csrf_token %}<input type="hidden" name="submission_key" value="{{ key }}">
  <label>Text <textarea name="text"></textarea></label>{% photo_picker %}<button id="go">Send</button>
</form>{% endblock %}"""
DONE = """{% extends "ui/base_portal.html" %}{% block title %}done{% endblock %}{% block content %}
<h1 data-draft-clear="test" data-outbox-done="{{ key }}">Received</h1>{% endblock %}"""

MAP = """{% extends "ui/base_portal.html" %}{% load ui %}{% block title %}map{% endblock %}
{% block head %}{% include "ui/map_assets.html" %}{% endblock %}
{% block content %}<h1>Map</h1>{% map_picker form.lon form.lat form.crs geojson="/map.json" %}{% endblock %}"""


def page(request: HttpRequest, source: str, key: str) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render({"key": key}, request))


def form(request: HttpRequest) -> HttpResponse:
    return page(request, FORM, request.GET.get("key", "k1"))


def send(request: HttpRequest) -> HttpResponse:
    key = request.POST["submission_key"]
    if key not in {known for known, *_ in received}:
        received.append((key, request.POST["text"], sum(photo.size for photo in request.FILES.getlist("photos"))))
    return page(request, DONE, key)


def token(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"csrf": get_token(request)})


def map_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(MAP).render({"form": SampleForm()}, request))


def map_json(request: HttpRequest) -> JsonResponse:
    ring = [[108.96, 34.26], [108.97, 34.26], [108.97, 34.27], [108.96, 34.27], [108.96, 34.26]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"name": "<b>一格</b>"}, "geometry": geometry}
    return JsonResponse({"type": "FeatureCollection", "features": [feature]})


for view in (form, send, token, map_page, map_json):
    view.access = "public"

urlpatterns = [
    path("ui/", include("linli.ui.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("outbox/form", form),
    path("outbox/send", send),
    path("outbox/token", token),
    path("map", map_page),
    path("map.json", map_json),
]
