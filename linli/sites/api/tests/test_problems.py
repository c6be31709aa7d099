"""Every "no" is problem JSON in the caller's language, whatever comes in."""

import json

import pytest
from django.db import OperationalError

from linli.sites.api.tests.conftest import HOME, Caller


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"5",
        b'"x"',
        b'{"code": NaN}',
        b'{"code": Infinity}',
        b'{"code": "a\\ud800"}',
        b'{"code": "a\\u0000"}',
        b'{"a\\u0000": "x"}',
        b'{"code": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"code":' * 5000,
        '{"code": "x"}'.encode("utf-16"),
        b'{"code": "\xff"}',
        b'{"code": "\x00"}',
        b'{"code": "x", "code2": {}}',
        json.dumps({"code": ["x"] * 1000}).encode(),
    ],
    ids=range(19),
)
def test_any_body_that_is_none_is_refused_with_4xx(visitor, body):
    for path in ("/follow", "/reports", "/follow/moves/add"):
        answer = visitor.send(path, body)
        assert answer.status in (400, 422)
        assert answer.code in ("unreadable", "invalid")
        assert answer["detail"]


def test_ten_megabytes_are_too_large(visitor):
    assert visitor.send("/reports", b'{"text": "' + b"a" * 10_000_000 + b'"}').code == "too_large"


def test_a_broken_form_is_unreadable(visitor):
    response = visitor.client.post(
        "/api/v1/files", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x", headers=visitor.headers
    )
    assert response.status_code in (400, 422)
    assert response.headers["Content-Type"] == "application/problem+json"
    response = visitor.client.post("/api/v1/files", b"x", content_type="multipart/form-data", headers=visitor.headers)
    assert response.status_code in (400, 422)


def test_an_unknown_address_and_a_wrong_method_answer_in_the_same_form(visitor):
    assert visitor.get("/nothing/here").status == 404
    assert visitor.get("/nothing/here").headers["Content-Type"] == "application/problem+json"
    answer = visitor.get("/reports")
    assert answer.code == "method_not_allowed"
    assert answer.headers["Allow"] == "POST"
    assert visitor.get("/").headers["Content-Type"] == "application/problem+json"


def test_a_busy_database_asks_to_come_back(visitor, monkeypatch, caplog):
    def locked(*_given, **_more):
        raise OperationalError("database is locked")

    monkeypatch.setattr("linli.sites.api.views.areas.queries.children_of", locked)
    answer = visitor.get("/areas")
    assert answer.code == "busy"
    assert answer.headers["Retry-After"] == "3"


def test_a_bug_is_500_and_tells_nothing(visitor, monkeypatch):
    def broken(*_given, **_more):
        raise RuntimeError("secret")

    monkeypatch.setattr("linli.sites.api.views.areas.queries.children_of", broken)
    visitor.client.raise_request_exception = False
    answer = visitor.get("/areas")
    assert answer.status == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in str(answer.json)


def test_answers_are_not_for_shared_caches(visitor, worker):
    assert visitor.get(f"/areas/{HOME}").headers["Cache-Control"] == "no-store"
    assert worker.get("/cases").headers["Cache-Control"] == "no-store"


def test_the_language_is_the_callers(district):
    answer = Caller(language="zh-hans").get("/areas/x")
    assert answer.headers["Content-Language"] == "zh-hans"
    assert Caller(language="en").get("/areas/x")["title"] == "This cannot be done"
