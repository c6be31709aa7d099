"""What is odd or unlucky ends in a page that says what to do, whichever layer meets it first."""

import pytest
from django.db import DataError, InterfaceError, OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(district):
    """A client that gets the answer of the server, not its exception."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    "where",
    [
        "linli.foundation.accounts.middleware.ActorMiddleware._actor",
        "django.contrib.sessions.backends.db.SessionStore.load",
        "linli.sites.portal.views.home.home_area.chosen",
    ],
)
def test_a_database_that_is_away_asks_to_come_back(visitor, monkeypatch, caplog, where, error):
    def away(*_args):
        raise error("database is locked")

    monkeypatch.setattr(where, away)
    visitor.cookies["sessionid"] = "a" * 32
    response = visitor.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "3"
    assert "database not available" in caplog.text


def test_a_value_that_the_database_refuses_is_no_error_of_ours(visitor, monkeypatch, caplog):
    def refused(*_args):
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    monkeypatch.setattr("linli.sites.portal.views.home.home_area.chosen", refused)
    assert visitor.get("/").status_code == 400
    assert "refuses a value" in caplog.text


@pytest.mark.parametrize(
    "address",
    ["/desk/cases/%00/", "/desk/cases/%00/phone/", "/desk/cases/%00/moves/accept/", "/desk/points.json?number=%00"],
)
def test_a_nul_in_an_address_is_no_server_error(client_for, address):
    response = client_for("community-worker", raise_request_exception=False).get(address)
    assert 200 <= response.status_code < 500


def test_a_nul_in_a_form_or_a_cookie_is_no_server_error(visitor):
    assert visitor.post("/community/", {"community": "\0"}).status_code < 500
    assert visitor.get("/", headers={"cookie": 'sessionid="abcdefghijk\\000lmnop"'}).status_code < 500


def test_a_cursor_of_thousands_of_digits_begins_with_the_first_page(client_for, resident_client):
    long = "9" * 5000
    for client, path in ((resident_client(), "/my/"), (client_for("community-worker"), "/desk/cases/")):
        for after in (f"{long}-1", f"1-{long}"):
            assert client.get(path, {"after": after}).status_code == 200
