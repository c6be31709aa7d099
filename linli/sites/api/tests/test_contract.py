"""The API against its own description: whatever fits it, and whatever does not, gets a documented answer, never a 500.

Schemathesis makes the requests out of the OpenAPI description and asks the real application in this process. The
examples of the description name things that exist here (the first case of the day, a matter, areas), so that many
requests get as far as the database. The same requests come in each run.
"""

import json
from collections.abc import Mapping

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

from linli.apps.incidents.models import ReportCount
from linli.apps.incidents.tests.factories import jpeg
from linli.sites.api.api import api

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CONFIG = schemathesis.Config.from_dict({"generation": {"deterministic": True, "max-examples": 15, "no-shrink": True}})

# Examples of the description that the fixtures make true.
EXAMPLE_NUMBER = "2026112300001"
EXAMPLE_CODE = "7K2M-Q9XA-04TZ"
EXAMPLE_FILE = "6b1f1f9e-0b0e-4d63-9a3e-3f6a4f0c2d11"

description = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))), config=CONFIG
)
_application = get_wsgi_application()


def _read_to_the_end(environ, start_response):
    """The application behind a server that closes what it has sent; schemathesis leaves photos open."""
    response = _application(environ, start_response)
    try:
        return [b"".join(response)]
    finally:
        response.close()


description.app = _read_to_the_end


@pytest.fixture
def busy_district(visitor, worker, report):
    """Cases in several states; the first has the number that the examples of the description name."""
    photo = visitor.upload(jpeg())["id"]
    first = report(photos=[photo])
    assert first["number"] == EXAMPLE_NUMBER
    moved, other = report(), report(matter="dispute.neighbour")
    worker.post(f"/cases/{moved['number']}/moves/accept", seq=1)
    worker.post(f"/cases/{moved['number']}/moves/dispatch", seq=2, unit="dept-urban")
    worker.post(f"/cases/{other['number']}/moves/refuse", seq=1, reason="unclear", public_note="请补充")
    return {EXAMPLE_CODE: first["tracking_code"], EXAMPLE_FILE: photo}


@pytest.fixture
def real(busy_district):
    """What stands here for the examples that cannot be known beforehand; and the application, ready for requests.

    It closes no connection between them: the one here is in the transaction of the test. Only now, after the requests
    of the other fixtures, because Django's test client switches the closing on again.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield busy_district
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def worker_token(token_of):
    return token_of("community-worker")


@pytest.fixture
def grid_token(token_of):
    return token_of("grid-worker")


def check(case, real, token=""):
    ReportCount.objects.all().delete()
    for given in (case.body, case.path_parameters, case.headers):
        for name, value in dict(given).items() if isinstance(given, Mapping) else ():
            if isinstance(value, str) and value in real:
                given[name] = real[value]
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
def test_a_visitor_gets_documented_answers_only(case, real):
    check(case, real)


@description.parametrize()
@bounded
def test_a_community_worker_gets_documented_answers_only(case, real, worker_token):
    check(case, real, worker_token)


@description.parametrize()
@bounded
def test_a_grid_worker_gets_documented_answers_only(case, real, grid_token):
    check(case, real, grid_token)
