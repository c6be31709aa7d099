import pytest
from django.urls import reverse

from linli.sites.desk.nav import foot, rail, sections, tabs


def names(items):
    return [item.url for item in items]


@pytest.mark.parametrize(
    "username",
    [
        *("grid-worker", "community-worker", "community-secretary", "street-staff", "department-staff"),
        *("restricted-care", "auditor", "admin"),
    ],
)
def test_the_rail_offers_only_what_the_post_may_open(client_for, actor_of, username):
    client, actor = client_for(username), actor_of(username)
    parts = [one for path in ("/register/people/", "/register/homes/", "/ledgers/") for one in sections(actor, path)]
    for item in (*rail(actor, "/"), *foot(actor, "/"), *tabs(actor, "/"), *parts):
        assert client.get(item.url).status_code in (200, 302), item.url


def test_the_rail_has_eight_entries_at_most_for_the_office(actor_of):
    assert len(rail(actor_of("community-worker"), "/")) <= 8


def test_the_parts_of_the_register_are_offered_on_its_pages_only(actor_of):
    worker = actor_of("community-worker")
    assert names(sections(worker, "/register/moves/in/"))[1] == reverse("register:moves")
    assert [one.label for one in sections(worker, "/register/moves/") if one.current] == ["迁移"]
    assert names(sections(worker, "/desk/cases/")) == [reverse("desk:queue"), reverse("admission:tasks")]
    assert sections(worker, "/desk/map/") == []


def test_the_access_log_is_on_the_auditor_s_rail_only(actor_of):
    assert reverse("desk:audit") in names(foot(actor_of("auditor"), "/"))
    assert reverse("desk:audit") not in names(foot(actor_of("community-worker"), "/"))


def test_the_page_one_is_on_is_marked_once(actor_of):
    marked = [item for item in rail(actor_of("community-worker"), "/desk/cases/20261123000001/") if item.current]
    assert names(marked) == [reverse("desk:queue")]


def test_a_phone_has_five_tabs_at_most(actor_of):
    for username in ("grid-worker", "community-worker", "admin", "civil-affairs"):
        assert len(tabs(actor_of(username), "/")) <= 5


@pytest.mark.parametrize(
    ("username", "first"),
    [
        ("grid-worker", "desk:grid"),
        ("community-worker", "desk:queue"),
        ("restricted-care", "register:restricted"),
        ("admin", "desk:gaps"),
        ("organisation", "admission:tasks"),
        ("legal-review", "admission:applications"),
    ],
)
def test_the_desk_begins_where_the_work_of_the_post_lies(client_for, username, first):
    assert client_for(username).get(reverse("desk:home"))["Location"] == reverse(first)
