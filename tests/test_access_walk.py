"""Every address of the project, asked by a stranger, by a colleague without the right, and by whom it is for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.html import escape

from linli.apps.incidents.actions import code_of
from linli.apps.incidents.tests.factories import jpeg, report
from linli.foundation.accounts.access import API, PUBLIC, RESIDENT_ONLY, SIGNED_IN, refusal
from linli.foundation.accounts.actions import issue_token
from linli.foundation.accounts.actors import SYSTEM, actor_for
from linli.foundation.accounts.models import Post, User
from linli.foundation.accounts.roles import GRANTS, Permission, permissions_of
from linli.foundation.files.actions import store_photos
from linli.foundation.notifications.models import Message
from linli.spine.catalogue.models import MatterList
from tests import access_admission, access_register

pytestmark = pytest.mark.django_db

PHONE = "19900001234"
#: Works in another community of the same street: has the rights, but not here.
ELSEWHERE = "cw-320105001004"


def _walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, object]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from _walk(entry, route)


VIEWS = dict(_walk(get_resolver()))
ROUTES = {route: getattr(view, "access", None) for route, view in VIEWS.items()}

#: Whom each address is for, and what they get for a GET and for an empty POST. A new address needs a line here.
EXPECTED = {
    "": ("visitor", 200, 405),
    "report/": ("visitor", 200, 422),
    "report/suggest/": ("visitor", 200, 200),
    # Without the signed mark of the receipt, the kept photo or the offer to join, nobody is at the right door.
    "report/sent/<slug:number>/": ("visitor", 404, 405),
    "report/photo/<str:mark>/": ("visitor", 404, 405),
    "join/<slug:number>/": ("visitor", 404, 404),
    "join/<slug:number>/done/": ("visitor", 404, 405),
    "my/": ("resident", 200, 405),
    "my/<slug:number>/": ("resident", 200, 405),
    "my/<slug:number>/photo/<uuid:photo_id>/": ("resident", 200, 405),
    "my/<slug:number>/<slug:move>/": ("resident", 302, 422),
    "follow/": ("visitor", 200, 422),
    "follow/<slug:number>/": ("follower", 200, 405),
    "follow/<slug:number>/photo/<uuid:photo_id>/": ("follower", 200, 405),
    "follow/<slug:number>/<slug:move>/": ("follower", 302, 422),
    "follow/<slug:number>/forget/": ("follower", 405, 302),
    "community/": ("visitor", 200, 302),
    "matters/": ("visitor", 200, 405),
    "matters/<str:code>/": ("visitor", 200, 405),
    "areas.geojson": ("visitor", 200, 405),
    "desk/": ("community-worker", 302, 405),
    "desk/csrf/": ("community-worker", 200, 405),
    "desk/cases/": ("community-worker", 200, 405),
    "desk/cases/print/": ("community-worker", 200, 405),
    "desk/cases/export/": ("community-worker", 200, 405),
    "desk/cases/bulk/": ("community-worker", 405, 400),
    "desk/cases/<str:number>/": ("community-worker", 200, 405),
    "desk/cases/<str:number>/peek/": ("community-worker", 302, 405),
    "desk/cases/<str:number>/print/": ("community-worker", 200, 405),
    "desk/cases/<str:number>/phone/": ("community-worker", 200, 422),
    "desk/cases/<str:number>/photo/<uuid:file_id>/": ("community-worker", 200, 405),
    "desk/cases/<str:number>/moves/<slug:name>/": ("community-worker", 200, 422),
    "desk/grid/": ("grid-worker", 200, 405),
    "desk/report/": ("grid-worker", 200, 422),
    "desk/report/suggest/": ("grid-worker", 405, 200),
    "desk/report/sent/<str:number>/": ("community-worker", 200, 405),
    "desk/map/": ("community-worker", 200, 405),
    "desk/map.geojson": ("community-worker", 200, 405),
    "desk/points.json": ("community-worker", 200, 405),
    "desk/gaps/": ("civil-affairs", 200, 405),
    "desk/audit/": ("auditor", 200, 405),
    "api/v1/openapi.json": ("visitor", 200, 200),
    "api/v1/docs": ("visitor", 200, 200),
    "api/v1/areas": ("visitor", 200, 405),
    "api/v1/areas/locate": ("visitor", 200, 405),
    "api/v1/areas/<area_id>": ("visitor", 200, 405),
    "api/v1/areas/<area_id>/children": ("visitor", 200, 405),
    "api/v1/matters": ("visitor", 200, 405),
    "api/v1/matters/suggest": ("visitor", 200, 405),
    "api/v1/matters/<code>": ("visitor", 200, 405),
    "api/v1/reports": ("visitor", 405, 422),
    "api/v1/follow": ("visitor", 405, 422),
    "api/v1/follow/moves/<name>": ("visitor", 405, 422),
    "api/v1/files": ("visitor", 405, 422),
    "api/v1/cases": ("token", 200, 405),
    "api/v1/cases/<number>": ("token", 200, 405),
    "api/v1/cases/<number>/events": ("token", 200, 405),
    "api/v1/cases/<number>/moves": ("token", 200, 405),
    "api/v1/cases/<number>/moves/<name>": ("token", 405, 422),
    "api/v1/files/<file_id>": ("token", 200, 405),
    "api/v1/me": ("token", 200, 405),
    "api/v1/": ("visitor", 404, 404),
    "accounts/sign-in/": ("visitor", 200, 422),
    "accounts/second-step/": ("visitor", 302, 302),
    "accounts/phone/": ("visitor", 200, 422),
    "accounts/code/": ("visitor", 302, 302),
    "accounts/me/": ("community-worker", 200, 405),
    "accounts/post/": ("community-worker", 200, 422),
    "accounts/password/": ("community-worker", 200, 422),
    "accounts/totp/": ("community-worker", 200, 422),
    "accounts/elsewhere/": ("community-worker", 405, 302),
    "accounts/alive/": ("community-worker", 204, 405),
    "messages/": ("community-worker", 200, 405),
    "messages/read/": ("community-worker", 405, 302),
    "messages/<int:message_id>/": ("community-worker", 302, 405),
    "dashboards/": ("community-worker", 200, 405),
    "dashboards/board.csv": ("community-worker", 200, 405),
    # Before the worker signs out.
    **access_register.EXPECTED,
    **access_admission.EXPECTED,
    "certificate/": ("visitor", 200, 405),
    "certificate/check/": ("visitor", 200, 405),
    "lists/": ("visitor", 200, 405),
    "lists/<int:list_id>/": ("visitor", 200, 405),
    "lists/<int:list_id>/items/<int:item_id>/object/": ("resident", 405, 302),
    "admission/lists/": ("civil-affairs", 200, 405),
    "admission/lists/new/": ("civil-affairs", 200, 422),
    "admission/lists/<int:list_id>/": ("community-worker", 200, 405),
    "admission/lists/<int:list_id>/edit/": ("civil-affairs", 404, 404),
    "admission/lists/<int:list_id>/move/": ("civil-affairs", 405, 422),
    "admission/lists/<int:list_id>/next/": ("civil-affairs", 405, 422),
    "admission/lists/<int:list_id>/compare/<int:other_id>/": ("community-worker", 200, 405),
    "admission/lists/<int:list_id>/workbook/": ("community-worker", 200, 405),
    "admission/lists/<int:list_id>/import/": ("civil-affairs", 404, 404),
    "admission/lists/<int:list_id>/items/new/": ("civil-affairs", 404, 404),
    "admission/lists/<int:list_id>/items/<int:item_id>/": ("community-worker", 200, 405),
    "admission/lists/<int:list_id>/items/<int:item_id>/edit/": ("civil-affairs", 404, 404),
    "admission/lists/<int:list_id>/items/<int:item_id>/bases/<int:basis_id>/": ("civil-affairs", 405, 302),
    "admission/lists/<int:list_id>/items/<int:item_id>/remove/": ("civil-affairs", 405, 404),
    # Confirmed with the birthday before the walk; closed last.
    "my-data/": ("resident", 200, 422),
    "my-data/correct/": ("resident", 200, 422),
    "my-data/looks/": ("resident", 200, 405),
    "my-data/ask/": ("resident", 200, 422),
    # Proposed by a grid worker, so not for the resident to take back; not handed out yet.
    "my-data/corrections/<int:correction_id>/withdraw/": ("resident", 405, 404),
    "my-data/requests/<int:request_id>/copy/": ("resident", 404, 405),
    "my-data/requests/<int:request_id>/withdraw/": ("resident", 405, 302),
    "my-data/close/": ("resident", 405, 302),
    "accounts/sign-out/": ("community-worker", 405, 302),
    "ui/": ("visitor", 200, 405),
    "ui/display": ("visitor", 405, 302),
    "ui/sample/<slug:name>": ("visitor", 200, 405),
    "i18n/": ("visitor", 302, 302),
    "healthz": ("visitor", 200, 405),
    # No worker runs beside a test.
    "readyz": ("visitor", 503, 405),
}
#: What the API asks of an address that needs more than its path.
QUERY = {
    "areas.geojson": "area=320105&level=community",
    "api/v1/areas/locate": "lon=118.72&lat=32.02",
    "api/v1/matters": "area=320105001001",
    "api/v1/matters/suggest": "area=320105001001&text=路灯",
    "api/v1/matters/<code>": "area=320105001001",
    "api/v1/files/<file_id>": "case={number}",
}
#: A demo account for each role that is turned away somewhere.
LACKS = {
    Permission.CASE_READ: ("admin",),
    Permission.CASE_WORK: ("auditor", "admin"),
    Permission.REPORT_CREATE: ("department-staff", "auditor", "civil-affairs"),
    Permission.PEOPLE_READ: ("department-staff", "admin", "civil-affairs"),
    Permission.PEOPLE_PROPOSE: ("department-staff", "auditor", "admin"),
    Permission.PEOPLE_EDIT: ("grid-worker", "department-staff", "auditor", "admin"),
    Permission.PEOPLE_REVEAL: ("department-staff", "auditor"),
    Permission.PEOPLE_IMPORT: ("grid-worker", "auditor", "admin"),
    Permission.PEOPLE_APPROVE: ("grid-worker", "community-worker", "auditor"),
    Permission.PEOPLE_RESTRICTED: ("community-worker", "community-secretary", "auditor", "admin"),
    Permission.VISIT_WORK: ("department-staff", "auditor", "admin"),
    Permission.CATALOGUE_MANAGE: ("community-secretary", "department-staff", "auditor", "legal-review"),
    Permission.EXPORT: ("grid-worker", "department-staff", "auditor"),
    Permission.DASHBOARD_READ: ("admin",),
    Permission.AUDIT_READ: ("community-worker", "civil-affairs", "admin"),
    Permission.TASK_READ: ("grid-worker", "admin", "restricted-care"),
    Permission.TASK_WORK: ("department-staff", "civil-affairs", "auditor", "grid-worker"),
    Permission.TASK_SUPERVISE: ("community-worker", "department-staff", "auditor", "legal-review"),
    Permission.CERTIFICATE_WORK: ("department-staff", "civil-affairs", "auditor", "grid-worker"),
    Permission.TASK_SEND: ("community-worker", "organisation", "auditor", "legal-review"),
}


VALUES_OF = {
    "ui/sample/<slug:name>": {"name": "queue"},
    **access_admission.VALUES_OF,
}


@dataclass
class Cast:
    """Who asks, and what the addresses are filled with: one case of the home community, with a photo."""

    clients: dict[str, Client]
    values: dict[str, str]
    tokens: dict[str, str] = field(repr=False)

    def ask(self, who: str, route: str, method: str, **more: str):
        url = "/" + self.fill(route)
        if route in QUERY:
            url += "?" + QUERY[route].format(**self.values)
        token = self.tokens.get(who)
        client = self.clients["visitor" if token else who]
        headers = {"Authorization": f"Bearer {token}", **more} if token else more
        if method == "post" and route.startswith("api/"):
            response = client.post(url, "{}", content_type="application/json", headers=headers)
        else:
            response = getattr(client, method)(url, headers=headers)
        if response.streaming:
            b"".join(response.streaming_content)  # to its end, so that the file is closed
        return response

    def fill(self, route: str) -> str:
        for name, value in (self.values | VALUES_OF.get(route, {})).items():
            for kind in ("", "str:", "slug:", "uuid:", "int:"):
                route = route.replace(f"<{kind}{name}>", value)
        assert "<" not in route, f"no value for {route}"
        return route


@pytest.fixture
def cast(district, client_for, resident_client) -> Cast:
    now = timezone.now()
    resident = resident_client(PHONE)
    (photo,) = store_photos(uploads=[jpeg()], by=SYSTEM, now=now)
    owner = actor_for(User.objects.get(pk=resident.session["_auth_user_id"]))
    case = report(now=now - timedelta(minutes=5), by=owner, photos=(photo,)).case
    follower = Client()
    follower.post("/follow/", {"code": code_of(case.number)})
    tokens = {}
    for name, username in (("token", "community-worker"), ("token elsewhere", ELSEWHERE)):
        post = Post.objects.select_related("user").get(user__username=username)
        scopes = permissions_of(post.role)
        _row, tokens[name] = issue_token(
            by=SYSTEM, user=post.user, post=post, name="walk", scopes=scopes, days=1, now=now
        )
    message = Message.objects.create(
        to_user=User.objects.get(username="community-worker"),
        channel="inbox",
        state="sent",
        text="news",
        created_at=now,
        sent_at=now,
    )
    staff = (
        *("community-worker", "community-secretary", "grid-worker", "department-staff"),
        *("auditor", "admin", "civil-affairs", "restricted-care", "legal-review", "organisation", ELSEWHERE),
    )
    cast = Cast(
        clients={
            "visitor": Client(),
            "resident": resident,
            "another resident": resident_client("19900005678"),
            "follower": follower,
            **{name: client_for(name) for name in staff},
        },
        values={
            "number": case.number,
            "photo_id": str(photo.pk),
            "file_id": str(photo.pk),
            "message_id": str(message.pk),
            "area_id": "320105001001",
            "code": case.matter.code,
            "move": "add",
            "name": "note",
            **list_values(),
            "mark": "forged",
            **access_register.register_values(now),
            **access_admission.admission_values(now),
        },
        tokens=tokens,
    )
    assert resident.post("/my-data/", {"answer": "19580302"}).status_code == 302
    return cast


def list_values() -> dict[str, str]:
    """A published list of the district, and an item of it."""
    duty = MatterList.objects.get(area_id="320105", kind="duty")
    item = duty.matters.order_by("position")[0]
    found = {"list_id": duty.pk, "other_id": duty.pk, "item_id": item.pk, "basis_id": item.bases.get().pk}
    return {name: str(value) for name, value in found.items()}


def asked(cast: Cast, who: str, routes) -> dict[str, tuple[int, int]]:
    return {route: tuple(cast.ask(who, route, method).status_code for method in ("get", "post")) for route in routes}


def marked(*marks: str) -> list[str]:
    return [route for route, access in ROUTES.items() if access in marks]


def behind_a_permission() -> list[str]:
    return [route for route, access in ROUTES.items() if access in list(Permission)]


def test_every_view_says_who_may_open_it_and_stands_in_the_table():
    assert [route for route, access in ROUTES.items() if access is None] == []
    assert set(ROUTES) == set(EXPECTED)
    assert len(ROUTES) >= 221


def test_those_whom_it_is_for_are_let_in(cast):
    expected = {route: codes for route, (_who, *codes) in EXPECTED.items()}
    found = {route: list(asked(cast, who, [route])[route]) for route, (who, *_codes) in EXPECTED.items()}
    assert found == expected


def test_whoever_has_signed_in_can_sign_out_on_every_page(cast):
    """A page about a person once hid who had signed in behind the name of that person."""
    walked = 0
    for route in behind_a_permission():
        who, get, _post = EXPECTED[route]
        if get == 200 and who in cast.clients:
            page = cast.ask(who, route, "get")
            if not page.streaming and b'class="topbar"' in page.content:
                walked += 1
                assert b"/accounts/sign-out/" in page.content, route
    assert walked >= 60


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_asked_to_sign_in_everywhere_else(cast, method):
    for route in [*marked(SIGNED_IN, RESIDENT_ONLY), *behind_a_permission()]:
        response = cast.ask("visitor", route, method)
        door = "/accounts/phone/" if ROUTES[route] == RESIDENT_ONLY else "/accounts/sign-in/"
        assert response.status_code == 302, route
        assert urlsplit(response["Location"]).path == door, route


def test_a_stranger_opens_nothing_by_the_number_of_a_case(cast):
    # Forgetting is for everybody: it takes the case out of one's own session and tells nothing.
    routes = [route for route in marked(PUBLIC) if "number>" in route and not route.endswith("forget/")]
    assert len(routes) >= 6
    for route, codes in asked(cast, "visitor", routes).items():
        assert set(codes) <= {404, 405}, route


def test_the_api_asks_a_stranger_for_a_token(cast):
    routes = [route for route in marked(API) if EXPECTED[route][0] == "token"]
    assert len(routes) >= 7
    for route, codes in asked(cast, "visitor", routes).items():
        assert set(codes) <= {401, 405}, route
        assert 401 in codes, route


def test_a_made_up_token_is_none(cast):
    cast.tokens["token"] = "linli_nothing"
    for route, codes in asked(cast, "token", marked(API)).items():
        assert set(codes) <= {401, 405}, route


def test_a_colleague_without_the_right_is_told_why(cast):
    walked = 0
    for route in behind_a_permission():
        permission = Permission(ROUTES[route])
        for who in LACKS[permission]:
            for method in ("get", "post"):
                response = cast.ask(who, route, method)
                assert response.status_code == 403, (route, who, method)
                assert escape(refusal(permission)) in response.content.decode(), (route, who, method)
                walked += 1
    assert walked >= 640


def test_the_cast_of_those_turned_away_follows_the_grants():
    for permission, names in LACKS.items():
        for name in names:
            assert permission not in GRANTS[name.replace("-", "_")], (permission, name)


def test_staff_do_not_open_the_pages_of_residents(cast):
    for route, codes in asked(cast, "community-worker", marked(RESIDENT_ONLY)).items():
        assert codes == (403, 403), route


def test_residents_do_not_open_the_desk(cast):
    for route, codes in asked(cast, "resident", behind_a_permission()).items():
        assert codes == (403, 403), route


def test_a_colleague_elsewhere_finds_nothing(cast):
    # What the colleague may not do anywhere is refused before anybody looks where it is.
    granted = permissions_of("community_worker")
    routes = [route for route in behind_a_permission() if "number>" in route or "_id>" in route]
    routes = [route for route in routes if ROUTES[route] in granted and route not in access_admission.FOR_ALL]
    assert len(routes) >= 78
    for route in routes:
        # The peek is a page of its own only for htmx; a plain request is sent on to the case.
        codes = [cast.ask(ELSEWHERE, route, method, **{"HX-Request": "true"}).status_code for method in ("get", "post")]
        assert set(codes) <= {404, 405}, route
        assert 404 in codes, route


def test_a_token_from_elsewhere_finds_nothing(cast):
    routes = [route for route in marked(API) if "<number>" in route or "<file_id>" in route]
    assert len(routes) >= 5
    for route, codes in asked(cast, "token elsewhere", routes).items():
        assert set(codes) <= {404, 405, 422}, route
        assert 404 in codes or codes[0] == 405, route


def test_another_resident_finds_nothing(cast):
    routes = [route for route in marked(RESIDENT_ONLY) if "number>" in route]
    assert len(routes) >= 3
    for route, codes in asked(cast, "another resident", routes).items():
        assert set(codes) <= {404, 405}, route


def test_who_has_not_confirmed_finds_nothing_of_their_own_data_either(cast):
    routes = [route for route in marked(RESIDENT_ONLY) if route.startswith("my-data/") and route != "my-data/close/"]
    assert len(routes) == 7
    for route, codes in asked(cast, "another resident", routes).items():
        assert set(codes) <= {200, 422} if route == "my-data/" else set(codes) <= {302, 404, 405}, route
    assert "张秀兰" not in cast.ask("another resident", "my-data/", "get").content.decode()
