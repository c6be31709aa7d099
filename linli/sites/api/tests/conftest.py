"""The API as a program calls it: JSON in, JSON out, a token or none."""

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from linli.foundation.accounts.actions import issue_token
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import permissions_of

HOME = "320105001001"
AWAY = "320105001004"


class Answer:
    """A response: its status, its JSON, its headers."""

    def __init__(self, response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.content = b"".join(response.streaming_content) if response.streaming else response.content
        kind = response.headers.get("Content-Type", "")
        self.json = json.loads(self.content) if "json" in kind else None

    def __getitem__(self, name):
        return self.json[name]

    @property
    def code(self) -> str:
        assert self.headers["Content-Type"] == "application/problem+json", self.json
        assert self.json["status"] == self.status
        return self.json["type"].removeprefix("urn:linli:problem:")


class Caller:
    """Somebody who calls `/api/v1`."""

    def __init__(self, token: str = "", language: str = "en") -> None:
        self.client = Client()
        self.headers = {"Accept-Language": language}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, headers=None, **params) -> Answer:
        return Answer(self.client.get(f"/api/v1{path}", params, headers={**self.headers, **(headers or {})}))

    def post(self, path: str, body: object = None, headers=None, **given) -> Answer:
        return self.send(path, json.dumps(given if body is None else body), headers)

    def send(self, path: str, body: str | bytes, headers=None) -> Answer:
        """A body as it is, JSON or not."""
        return Answer(
            self.client.post(
                f"/api/v1{path}", body, content_type="application/json", headers={**self.headers, **(headers or {})}
            )
        )

    def upload(self, photo) -> Answer:
        return Answer(self.client.post("/api/v1/files", {"photo": photo}, headers=self.headers))


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch, now):
    """The edge asks the clock; here it always says the same."""
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def visitor(district) -> Caller:
    return Caller()


@pytest.fixture
def token_of(district, now):
    """A fresh token of a user's first post, with all its permissions or only some."""

    def issue(username: str, scopes=None, at: datetime | None = None, days: int = 30) -> str:
        post = Post.objects.filter(user__username=username).select_related("user").order_by("pk").first()
        assert post is not None
        _token, secret = issue_token(
            by=SYSTEM,
            user=post.user,
            post=post,
            name="test",
            scopes=permissions_of(post.role) if scopes is None else scopes,
            days=days,
            now=at or now - timedelta(days=1),
        )
        return secret

    return issue


@pytest.fixture
def caller(token_of):
    """A program that holds a token of this user."""

    def call(username: str, scopes=None) -> Caller:
        return Caller(token_of(username, scopes))

    return call


@pytest.fixture
def worker(caller) -> Caller:
    """The community worker of the home community."""
    return caller("community-worker")


@pytest.fixture
def report(visitor):
    """Send a report as a visitor and give the receipt."""

    def send(**given) -> dict:
        answer = visitor.post("/reports", **{"text": "楼道堆放杂物", "matter": "hazard.fire", "area": HOME, **given})
        assert answer.status in (200, 201), answer.json
        return answer.json

    return send
