"""The pages: who may open them, what they show, what a form sent twice does, and how many statements they take."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from linli.apps.visits.models import Assignment, Visit
from linli.apps.visits.tests import factories as visits
from linli.foundation.audit.models import AccessRecord
from linli.foundation.files.models import StoredFile
from linli.foundation.files.tests.factories import make_upload
from linli.register.people.tests import factories as make
from linli.spine.cases.models import Case

pytestmark = pytest.mark.django_db
PHONE = "13900001111"
WEBM = b"\x1a\x45\xdf\xa3" + b"sound" * 20


@pytest.fixture
def now():
    """Pages ask the real clock."""
    return timezone.localtime()


@pytest.fixture
def office(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def person(office, now):
    one = visits.elder(by=office, now=now, phone=PHONE)
    visits.assign_building(by=office, to=office, person=one, now=now)
    return one


@pytest.fixture
def client(client_for):
    return client_for("community-worker", headers={"accept-language": "en"})


def form(**more):
    return {"submission_key": str(uuid.uuid4()), "way": "home", "outcome": "met", "text": "精神好", **more}


def test_today_shows_what_one_needs_at_the_door_and_no_numbers(client, person):
    page = client.get(reverse("visits:today"))
    html = page.content.decode()
    assert page.status_code == 200
    assert person.name in html
    assert person.dwelling.address in html
    assert "独居老人" in html
    assert reverse("visits:record", args=[person.pk]) in html
    assert PHONE not in html
    assert make.citizen_number(person.born) not in html
    assert not re.search(r"\d{17}[\dX]", html)
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_today_takes_no_more_statements_with_more_people(client, person, office, now, django_assert_max_num_queries):
    client.get(reverse("visits:today"))
    with django_assert_max_num_queries(9):  # three for who is asking, one for the unread messages, five of its own
        client.get(reverse("visits:today"))
    for room in range(401, 420):
        visits.elder(by=office, now=now, room=str(room))
    with django_assert_max_num_queries(9):
        assert "王桂英" in client.get(reverse("visits:today")).content.decode()


@pytest.mark.parametrize("whose", ["mine", "week", "nobody", "nonsense"])
def test_every_list_opens_empty_too(client, client_for, whose):
    for someone in (client, client_for("street-staff"), client_for("grid-worker")):
        assert someone.get(reverse("visits:today"), {"whose": whose}).status_code == 200


def test_nobodys_list(client, office, now):
    visits.elder(by=office, now=now, name="孙大爷")
    assert "孙大爷" not in client.get(reverse("visits:today")).content.decode()
    assert "孙大爷" in client.get(reverse("visits:today"), {"whose": "nobody"}).content.decode()


def test_a_colleague_elsewhere_gets_a_404_everywhere(client_for, person, office, now):
    visit = visits.visit(person, by=office, at=now)
    away = client_for("cw-320105001004")
    for name, pk in (("record", person.pk), ("person", person.pk), ("recorded", visit.pk)):
        assert away.get(reverse(f"visits:{name}", args=[pk])).status_code == 404
    assert away.post(reverse("visits:record", args=[person.pk]), form()).status_code == 404
    assert away.post(reverse("visits:call", args=[person.pk])).status_code == 404
    assert away.post(reverse("visits:pocket"), form(person=person.pk)).status_code == 404
    assert away.get(reverse("visits:rate"), {"area": make.COMMUNITY}).status_code == 404
    assert person.name not in away.get(reverse("visits:plan"), {"area": make.COMMUNITY}).content.decode()
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("username", ["admin", "department-staff", "civil-affairs"])
def test_who_does_not_visit_is_turned_away(client_for, person, username):
    someone = client_for(username)
    for name in ("today", "plan", "workers", "pocket", "print_plan"):
        assert someone.get(reverse(f"visits:{name}")).status_code == 403
    assert someone.get(reverse("visits:record", args=[person.pk])).status_code == 403


def test_a_call_is_written_down_and_shows_the_number_once(client, person):
    url = reverse("visits:call", args=[person.pk])
    assert client.get(url).status_code == 405
    assert client.post(url, headers={"accept": "application/json"}).json() == {"tel": PHONE}
    html = client.post(url).content.decode()
    assert f"tel:{PHONE}" in html
    assert "139****1111" in html
    lines = AccessRecord.objects.filter(action="people.reveal", subject_id=str(person.pk))
    assert [line.reason for line in lines] == ["visit call", "visit call"]
    assert not any(PHONE in str(vars(line)) for line in lines)


def test_opening_the_visits_of_somebody_is_written_down_once_a_day(client, person):
    for name in ("person", "record", "person"):
        assert client.get(reverse(f"visits:{name}", args=[person.pk])).status_code == 200
    assert AccessRecord.objects.filter(action="people.read", subject_id=str(person.pk)).count() == 1


def test_no_number_no_call(client, office, now):
    silent = visits.elder(by=office, now=now, room="501")
    assert client.post(reverse("visits:call", args=[silent.pk])).status_code == 404
    assert not AccessRecord.objects.filter(action="people.reveal").exists()


def test_the_same_form_sent_twice_makes_one_visit_and_one_case(client, person):
    url, data = reverse("visits:record", args=[person.pk]), form(need="家里水管漏水")
    first, second = client.post(url, data), client.post(url, data)
    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"]
    page = client.get(first["Location"]).content.decode()
    assert f'data-outbox-done="{data["submission_key"]}"' in page
    assert Case.objects.get().number in page
    assert Visit.objects.count() == 1


def test_nobody_home_is_one_tap_and_leads_back(client, person):
    html = client.get(reverse("visits:today")).content.decode()
    key = re.search(r'name="submission_key" value="([0-9a-f-]+)"', html).group(1)
    data = {"submission_key": key, "written_at": "", "way": "home", "outcome": "nobody_home", "next": "today"}
    reply = client.post(reverse("visits:record", args=[person.pk]), data)
    assert reply["Location"] == f"/visits/?done={key}"
    html = client.get(reply["Location"]).content.decode()
    assert f'data-outbox-done="{key}"' in html
    assert person.name in html, "nobody was met: they stay on the list"
    assert "tried on" in html


def test_what_is_wrong_keeps_what_was_typed_and_what_arrived(client, person, office, kept_files):
    url = reverse("visits:record", args=[person.pk])
    data = form(outcome="", text="写了很多", photos=[make_upload()], voice=SimpleUploadedFile("note.webm", WEBM))
    reply = client.post(url, data)
    html = reply.content.decode()
    assert reply.status_code == 422
    assert "写了很多" in html
    sealed = re.search(r'name="kept_files" value="([^"]+)"', html).group(1)
    again = form(submission_key=data["submission_key"], kept_files=sealed)
    assert client.post(url, again).status_code == 303
    visit = Visit.objects.get()
    assert visit.photos.count() == 1
    assert visit.voice is not None
    assert StoredFile.objects.count() == 2


def test_files_open_inside_the_scope_only(client, client_for, person, kept_files):
    data = form(photos=[make_upload()], voice=SimpleUploadedFile("note.webm", WEBM))
    client.post(reverse("visits:record", args=[person.pk]), data)
    visit = Visit.objects.get()
    for file_id in (visit.voice_id, visit.photos.get().pk):
        url = reverse("visits:file", args=[visit.pk, file_id])
        reply = client.get(url)
        assert reply.status_code == 200
        assert b"".join(reply.streaming_content)
        assert client_for("cw-320105001004").get(url).status_code == 404
    assert client.get(reverse("visits:file", args=[visit.pk, uuid.uuid4()])).status_code == 404
    html = client.get(reverse("visits:person", args=[person.pk])).content.decode()
    assert "<audio" in html
    assert "size=small" in html


@pytest.mark.parametrize(
    "more",
    [
        {"submission_key": "nonsense"},
        {"way": "x"},
        {"visited_at": "yesterday"},
        {"visited_at": "9999-12-31T23:59"},
        {"next_on": "2026-13-01"},
        {"matter": "x", "need": "水管"},
        {"text": "\x00"},
        {"written_at": "never"},
        {"voice": SimpleUploadedFile("a.webm", b"MZ")},
        {"photos": SimpleUploadedFile("a.jpg", b"MZ")},
        {"differences": ["x"]},
    ],
)
def test_no_input_breaks_the_form(client, person, more):
    reply = client.post(reverse("visits:record", args=[person.pk]), form(**more))
    assert reply.status_code in (303, 422)


def test_the_pocket_form_serves_everybody_of_the_list(client, person):
    html = client.get(reverse("visits:pocket")).content.decode()
    assert f'<option value="{person.pk}">{person.name}' in html
    assert PHONE not in html
    data = form(person=person.pk)
    assert client.post(reverse("visits:pocket"), data).status_code == 303
    assert client.post(reverse("visits:pocket"), data).status_code == 303
    assert Visit.objects.count() == 1
    for nobody in ("", "x", "9" * 30):
        assert client.post(reverse("visits:pocket"), form(person=nobody)).status_code == 422


def test_the_worker_script_and_the_token(client, client_for):
    reply = client.get(reverse("visits:worker"))
    assert reply["Content-Type"].startswith("text/javascript")
    assert "linli-visits-" in reply.content.decode()
    assert client.get(reverse("visits:csrf")).json()["csrf"]


def test_the_plan_shows_who_is_late_and_whose_they_are(client, person, office, now):
    other = visits.elder(by=office, now=now, name="孙大爷", room="101", building="9幢")
    html = client.get(reverse("visits:plan")).content.decode()
    assert person.name in html
    assert other.name in html
    html = client.get(reverse("visits:plan"), {"show": "unassigned"}).content.decode()
    assert person.name not in html
    assert other.name in html
    html = client.get(reverse("visits:plan"), {"worker": office.user_id}).content.decode()
    assert other.name not in html
    assert person.name in client.get(reverse("visits:print_plan"), {"risk": "high"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?after=x", "?after=1.2", "?after=0.-5.3", "?area=abc", "?area=320105", "?worker=x", "?risk=x", "?show=x",
        "?worker=" + "9" * 30, "?after=" + "1" * 70, "?area=320105001001999999",
    ],
)  # fmt: skip
def test_no_address_breaks_the_plan(client, person, query):
    assert client.get(reverse("visits:plan") + query).status_code == 200
    assert client.get(reverse("visits:workers") + query).status_code == 200
    assert client.get(reverse("visits:print_plan") + query).status_code == 200


def test_the_plan_has_pages(client, office, now, monkeypatch):
    monkeypatch.setattr("linli.apps.visits.views.plan.PAGE", 2)
    names = [visits.elder(by=office, now=now, name=f"老人{n}", room=str(400 + n)).name for n in range(5)]
    seen, url = [], reverse("visits:plan")
    while url:
        html = client.get(url).content.decode()
        found = re.findall(r"老人\d", re.sub(r"<option.*?</option>", "", html))
        seen += list(dict.fromkeys(found))
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', html)
        url = reverse("visits:plan") + more.group(1).replace("&amp;", "&") if more else ""
    assert sorted(seen) == sorted(names)


def test_the_plan_takes_no_more_statements(client, person, office, now, django_assert_max_num_queries):
    client.get(reverse("visits:plan"))
    for room in range(401, 410):
        visits.elder(by=office, now=now, room=str(room))
    with django_assert_max_num_queries(12):
        client.get(reverse("visits:plan"))


def test_a_street_chooses_a_community_first(client_for, person):
    street = client_for("street-staff", headers={"accept-language": "en"})
    assert "Choose a community first" in street.get(reverse("visits:plan")).content.decode()
    html = street.get(reverse("visits:plan"), {"area": make.COMMUNITY}).content.decode()
    assert person.name in html


def test_homes_are_assigned_and_the_toast_undoes_it(client, person, office, actor_of):
    secretary = actor_of("community-secretary")
    html = client.get(reverse("visits:workers")).content.decode()
    value = f"b{person.dwelling.building_id}"
    assert f'value="{value}"' in html
    data = {"area": make.COMMUNITY, "target": [value, f"a{person.area_id}"], "post": secretary.post_id}
    reply = client.post(reverse("visits:assign"), data)
    assert reply.status_code == 303
    held = Assignment.objects.filter(until__isnull=True)
    assert {row.post_id for row in held} == {secretary.post_id}
    html = client.get(reply["Location"]).content.decode()
    undo = re.search(r'action="(/visits/plan/undo/[^"]+)"', html).group(1)
    assert client.post(undo).status_code == 303
    assert {row.post_id for row in held.all()} == {office.post_id}
    assert client.post(undo).status_code in (303, 409)


@pytest.mark.parametrize(
    "data", [{}, {"post": "1"}, {"post": "x", "target": "b1"}, {"post": "nobody", "target": ["bx", "a1", "z9"]}]
)
def test_a_wrong_assignment_says_what_is_wrong(client, person, data):
    reply = client.post(reverse("visits:assign"), {"area": make.COMMUNITY, **data})
    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()


def test_the_worker_at_the_door_plans_nothing(client_for, person):
    worker = client_for("grid-worker")
    data = {"target": [f"b{person.dwelling.building_id}"], "post": "nobody"}
    assert worker.post(reverse("visits:assign"), data).status_code == 403
    assert worker.post(reverse("visits:undo", args=[uuid.uuid4()])).status_code == 403


def test_the_rate_leads_down_to_who_was_missed(client, client_for, office, now):
    visited = visits.elder(by=office, now=now, age=70)
    missed = visits.elder(by=office, now=now, age=70, name="孙大爷", room="302")
    visits.visit(visited, by=office, at=now)
    html = client.get(reverse("visits:rate")).content.decode()
    assert "50.0%" in html
    assert missed.name in html
    assert visited.name not in html
    bureau = client_for("civil-affairs").get(reverse("visits:rate"), {"area": make.COMMUNITY}).content.decode()
    assert "50.0%" in bureau
    assert missed.name not in bureau, "figures, not names"
    for query in ({"month": "x"}, {"month": "2099-01"}, {"month": "2026-10"}, {"after": "x"}):
        assert client.get(reverse("visits:rate"), query).status_code == 200
    assert client.get(reverse("visits:rate"), {"area": "abc"}).status_code == 404


@pytest.fixture
def kept_files(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }
    return tmp_path


def test_late_records_are_marked_on_the_page(client, person, now):
    at = timezone.localtime(now - timedelta(days=2))
    data = form(visited_at=f"{at:%Y-%m-%dT%H:%M}")
    url = reverse("visits:record", args=[person.pk])
    assert client.post(url, data).status_code == 422
    assert client.post(url, data | {"late_reason": "手机坏了"}).status_code == 303
    html = client.get(reverse("visits:person", args=[person.pk])).content.decode()
    assert "Recorded late: 手机坏了" in html
