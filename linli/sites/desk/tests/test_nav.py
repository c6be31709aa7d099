import pytest
from django.urls import reverse

from linli.sites.desk.nav import rail, tabs


def names(items):
    return [item.url for item in items]


@pytest.mark.parametrize("username", ["grid-worker", "community-worker", "department-staff", "auditor", "admin"])
def test_the_rail_offers_only_what_the_post_may_open(client_for, actor_of, username):
    client, actor = client_for(username), actor_of(username)
    for item in (*rail(actor, "/"), *tabs(actor, "/")):
        if item.url.startswith("/desk/"):
            assert client.get(item.url).status_code in (200, 302)


def test_the_access_log_is_on_the_auditor_s_rail_only(actor_of):
    assert reverse("desk:audit") in names(rail(actor_of("auditor"), "/"))
    assert reverse("desk:audit") not in names(rail(actor_of("community-worker"), "/"))


def test_the_page_one_is_on_is_marked_once(actor_of):
    marked = [item for item in rail(actor_of("community-worker"), "/desk/cases/20261123000001/") if item.current]
    assert names(marked) == [reverse("desk:queue")]


def test_a_phone_has_five_tabs_at_most(actor_of):
    for username in ("grid-worker", "community-worker", "admin", "civil-affairs"):
        assert len(tabs(actor_of(username), "/")) <= 5
