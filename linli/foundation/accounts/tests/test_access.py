import pytest
from django.core.exceptions import ImproperlyConfigured

from linli.foundation.accounts.access import check, mark, refusal, requires
from linli.foundation.accounts.actors import ANONYMOUS, SYSTEM, Actor, actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import GRANTS, POST_ROLES, ROLES, Permission, permissions_of
from linli.foundation.accounts.tests import factories, walk
from linli.foundation.audit.models import AccessRecord
from linli.lib.errors import NotAllowed

URLS = "linli.foundation.accounts.tests.urls"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(URLS)]


def test_every_view_of_accounts_says_who_may_open_it():
    assert len(list(walk.views("linli.foundation.accounts.urls"))) >= 11
    assert walk.unmarked("linli.foundation.accounts.urls") == []


def test_the_walk_finds_a_forgotten_view():
    assert walk.unmarked(URLS) == ["forgotten/"]


def test_a_forgotten_view_is_an_error_in_tests_and_not_found_in_service(client, settings):
    with pytest.raises(ImproperlyConfigured, match="forgotten"):
        client.get("/forgotten/")
    settings.LINLI_STRICT_ACCESS = False
    assert client.get("/forgotten/").status_code == 404


@pytest.mark.parametrize("path", ["/inside/", "/cases/", "/manage/", "/accounts/me/", "/accounts/totp/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_asked_to_sign_in(client, path, method):
    answer = getattr(client, method)(path)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/sign-in/?next=%2F")


def test_a_visitor_of_a_page_for_residents_is_asked_for_the_phone(client):
    assert client.get("/residents/").url == "/accounts/phone/?next=%2Fresidents%2F"


def test_htmx_is_told_to_load_the_sign_in_page_and_to_come_back_to_the_page_it_was_on(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/?q=1"}
    answer = client.post("/cases/", headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/sign-in/?next=%2Fcases%2F%3Fq%3D1"


def test_htmx_cannot_be_made_to_lead_elsewhere(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver.evil.example/"}
    assert client.get("/cases/", headers=headers)["HX-Redirect"] == "/accounts/sign-in/?next=%2F"


def test_a_script_gets_401_and_an_address(client):
    answer = client.get("/cases/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")


def test_without_the_right_one_is_refused_with_the_reason_and_it_is_logged(wang, clock, sign_in, client):
    sign_in()
    assert client.get("/cases/").status_code == 200
    assert client.get("/manage/").status_code == 403
    assert AccessRecord.objects.filter(action="refused", user_id=wang.pk).count() == 1
    with pytest.raises(NotAllowed, match="Only a system administrator may manage accounts"):
        check("accounts.manage", actor_for(wang, wang.posts.get()))


def test_staff_cannot_open_pages_for_residents(wang, clock, sign_in, client):
    sign_in()
    assert client.get("/residents/").status_code == 403


def test_a_view_with_its_own_door_is_let_through(client):
    assert client.get("/api-like/").status_code == 200


def test_a_misspelt_permission_fails_when_the_module_loads():
    with pytest.raises(ValueError):
        requires("case.raed")
    with pytest.raises(ValueError):
        mark(lambda request: None, "pubic")


def test_every_permission_has_a_reason_in_words():
    assert all(refusal(permission).endswith(".") for permission in Permission)


def test_every_role_has_grants_and_words():
    assert set(GRANTS) == set(ROLES)
    assert all(str(role.name) and str(role.description) for role in ROLES.values())
    assert permissions_of("gone") == frozenset()


def test_the_three_administrators_do_not_overlap():
    writing = {"case.work", "report.create", "note.write", "people.edit", "export"} | {
        permission for permission in Permission if permission.endswith(".manage")
    }
    assert not GRANTS["auditor"] & writing
    assert not GRANTS["admin"] & {"case.read", "case.work", "people.read", "people.reveal", "audit.read", "export"}
    assert [role for role in GRANTS if "audit.read" in GRANTS[role]] == ["auditor"]
    assert [role for role in GRANTS if "accounts.manage" in GRANTS[role]] == ["admin"]


def test_an_actor_covers_what_lies_inside_the_area_of_the_post():
    actor = Actor(user_id=1, post_id=1, role="street_staff", area_id="320105001")
    assert actor.covers("320105001")
    assert actor.covers("320105001001001")
    assert not actor.covers("320105")
    assert not actor.covers("320105002001")
    assert not actor.covers("")


def test_those_who_are_nowhere_cover_nothing_and_find_nothing(wang):
    resident = actor_for(factories.make_resident())
    for actor in (ANONYMOUS, resident, actor_for(wang)):
        assert not actor.covers("320105")
        assert not actor.covers("")
        assert not Post.objects.filter(actor.within()).exists()


def test_the_system_covers_everything(wang):
    assert SYSTEM.covers("32")
    assert SYSTEM.can("case.work")
    assert Post.objects.filter(SYSTEM.within()).count() == 1


def test_a_queryset_is_kept_inside_the_area(wang):
    factories.make_post(factories.make_user("li"), area="320105001004")
    grid = Actor(area_id="320105001001", role="community_worker")
    assert [post.user_id for post in Post.objects.filter(grid.within())] == [wang.pk]
    assert Post.objects.filter(Actor(area_id="320105").within("area_id")).count() == 2


def test_every_role_of_a_post_can_be_stored():
    user = factories.make_user("many")
    for number, role in enumerate(POST_ROLES):
        factories.make_post(user, role.code, "320105", starts_on=factories.SINCE.replace(day=number + 1)).full_clean()
