"""The API against its own description: whatever fits it, and whatever does not, gets a documented answer, never a 500.

Schemathesis makes the requests out of the OpenAPI description and asks the real application in this process. The
examples of the description name things that exist here (the first case of the day, a matter, areas), so that many
requests get as far as the database. The same requests come in each run.
"""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from linli.apps.incidents.tests.factories import jpeg
from linli.sites.api.api import api

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CONFIG = schemathesis.Config.from_dict({"generation": {"deterministic": True, "max-examples": 15, "no-shrink": True}})

description = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))), config=CONFIG
)
description.app = get_wsgi_application()


@pytest.fixture
def busy_district(visitor, worker, report):
    """Cases in several states; the first has the number that the examples of the description name."""
    photo = visitor.upload(jpeg())["id"]
    first = report(photos=[photo])
    assert first["number"] == "2026112300001"
    moved, other = report(), report(matter="dispute.neighbour")
    worker.post(f"/cases/{moved['number']}/moves/accept", seq=1)
    worker.post(f"/cases/{moved['number']}/moves/dispatch", seq=2, unit="dept-urban")
    worker.post(f"/cases/{other['number']}/moves/refuse", seq=1, reason="unclear", public_note="请补充")
    return first


@pytest.fixture
def application(busy_district):
    """The application closes no connection between requests: the one here is in the transaction of the test.

    After the requests of the other fixtures, because Django's test client switches the closing on again.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def worker_token(token_of):
    return token_of("community-worker")


@pytest.fixture
def grid_token(token_of):
    return token_of("grid-worker")


def check(case, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    case.call_and_validate(headers=headers, checks=CHECKS)


bounded = settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@description.parametrize()
@bounded
def test_a_visitor_gets_documented_answers_only(case, application):
    check(case)


@description.parametrize()
@bounded
def test_a_community_worker_gets_documented_answers_only(case, application, worker_token):
    check(case, worker_token)


@description.parametrize()
@bounded
def test_a_grid_worker_gets_documented_answers_only(case, application, grid_token):
    check(case, grid_token)
