"""The ui floor alone, so that its tests need no other, and a small form that keeps a draft and an outbox."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.urls import include, path

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


for view in (form, send, token):
    view.access = "public"

urlpatterns = [
    path("ui/", include("linli.ui.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("outbox/form", form),
    path("outbox/send", send),
    path("outbox/token", token),
]
