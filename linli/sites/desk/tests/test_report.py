import json
import re
import uuid

import pytest

from linli.apps.incidents.tests.factories import jpeg
from linli.foundation.areas.queries import grid_shapes
from linli.sites.desk.queries import middle_of
from linli.sites.desk.tests.factories import ELSEWHERE, GRID, make_case
from linli.spine.cases.models import Case

REPORT = "/desk/report/"
HERE = GRID


def given(**more):
    return {"submission_key": str(uuid.uuid4()), "text": "楼道堆放杂物", "matter": "hazard.fire", "area": HERE, **more}


@pytest.fixture
def walker(client_for):
    return client_for("grid-worker")


def test_the_form_starts_in_the_worker_s_own_grid_with_a_key_of_its_own(walker):
    first, second = walker.get(REPORT), walker.get(REPORT)
    assert first.status_code == 200
    assert first.context["form"]["area"].value().startswith(HERE)
    keys = [response.context["form"]["submission_key"].value() for response in (first, second)]
    assert keys[0] != keys[1]
    body = first.content.decode()
    assert "data-outbox" in body
    assert "data-draft" in body


def test_a_report_leads_to_a_receipt_that_empties_the_outbox(walker):
    data = given()
    response = walker.post(REPORT, data)
    assert response.status_code == 303
    receipt = walker.get(response["Location"])
    case = Case.objects.get()
    assert case.source == "grid"
    assert case.number in receipt.content.decode()
    assert f'data-outbox-done="{data["submission_key"]}"' in receipt.content.decode()


def test_the_same_key_five_times_is_one_report_and_one_receipt(walker):
    data = given()
    places = {walker.post(REPORT, data)["Location"] for _ in range(5)}
    assert len(places) == 1
    assert Case.objects.count() == 1


def test_a_program_gets_the_number_as_json(walker):
    data = given()
    first = walker.post(REPORT, data, headers={"accept": "application/json"})
    again = walker.post(REPORT, data, headers={"accept": "application/json"})
    assert json.loads(first.content)["number"] == json.loads(again.content)["number"]
    assert [json.loads(one.content)["repeated"] for one in (first, again)] == [False, True]


def test_handled_on_the_spot_needs_a_photo(walker):
    response = walker.post(REPORT, given(on_spot="1"))
    assert response.status_code == 422
    assert response.context["form"].photo_error
    response = walker.post(REPORT, given(on_spot="1", photos=jpeg()))
    assert response.status_code == 303
    case = Case.objects.get()
    assert case.on_spot
    assert case.state == "closed"


def test_photos_survive_a_form_that_must_be_corrected(walker):
    data = given(text="", photos=jpeg())
    response = walker.post(REPORT, data)
    assert response.status_code == 422
    kept = re.search(r'name="kept_photos" value="([^"]+)"', response.content.decode())[1]
    data = given(kept_photos=kept, on_spot="1", submission_key=data["submission_key"])
    assert walker.post(REPORT, data).status_code == 303
    assert Case.objects.get().attachments.count() == 1


def test_the_words_name_the_matter_when_none_is_chosen(walker):
    assert walker.post(REPORT, given(matter="", text="楼道里堆放杂物堵塞消防通道")).status_code == 303
    assert Case.objects.get().matter.code == "hazard.fire"
    response = walker.post(REPORT, given(matter="", text="呃"))
    assert response.status_code == 422
    assert "matter" in response.context["form"].errors


def test_a_point_finds_its_grid(walker, now):
    lon, lat = middle_of(HERE, now.date())
    response = walker.post(REPORT, given(area="", lon=lon, lat=lat, crs="wgs84"))
    assert response.status_code == 303
    case = Case.objects.get()
    assert case.area_id.startswith(HERE)
    assert (case.lon, case.lat) == (lon, lat)


def test_a_point_in_another_community_is_refused_and_nothing_typed_is_lost(walker, now):
    lon, lat = middle_of(ELSEWHERE, now.date())
    response = walker.post(REPORT, given(lon=lon, lat=lat, text="写了很久的话"))
    assert response.status_code == 422
    assert "area" in response.context["form"].errors
    assert "写了很久的话" in response.content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "point",
    [
        {"lon": "122.9", "lat": "30.1"},
        {"lon": "nan", "lat": "nan"},
        {"lon": "inf", "lat": "1"},
        {"lon": "500", "lat": "500"},
        {"lon": "118.7"},
        {"lon": "x", "lat": "y"},
    ],
)
def test_a_point_that_is_none_is_refused_softly(walker, point):
    response = walker.post(REPORT, given(**point))
    assert response.status_code == 422
    assert "楼道堆放杂物" in response.content.decode()
    assert not Case.objects.exists()


def test_the_window_takes_a_resident_s_report_with_name_and_phone(client_for):
    client = client_for("community-worker")
    response = client.post(REPORT, given(phone="199 0000 4321", name="李四"))
    assert response.status_code == 303
    case = Case.objects.select_related("party").get()
    assert case.source == "resident"
    assert case.party.name == "李四"
    receipt = client.get(response["Location"]).content.decode()
    assert "19900004321" not in receipt


def test_a_name_without_a_phone_is_not_dropped_silently(walker):
    response = walker.post(REPORT, given(name="李四"))
    assert response.status_code == 422
    assert "phone" in response.context["form"].errors
    assert "李四" in response.content.decode()


@pytest.mark.parametrize("phone", ["123", "abc", "1" * 50_000])
def test_a_number_that_is_none_is_said_at_its_field(walker, phone):
    response = walker.post(REPORT, given(phone=phone))
    assert response.status_code == 422
    assert "phone" in response.context["form"].errors


@pytest.mark.parametrize("text", ["长" * 50_000, "𠮷䶮😀" * 2000])
def test_text_that_is_too_long_comes_back_whole(walker, text):
    response = walker.post(REPORT, given(text=text))
    assert response.status_code == 422
    assert text in response.content.decode()


@pytest.mark.parametrize("field", ["submission_key", "matter", "area", "crs"])
def test_forged_fields_are_refused_softly(walker, field):
    assert walker.post(REPORT, given(**{field: "<script>"})).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize("username", ["department-staff", "civil-affairs", "auditor", "admin"])
def test_who_may_not_report_is_told_so(client_for, username):
    assert client_for(username).get(REPORT).status_code == 403
    assert client_for(username).post(REPORT, given()).status_code == 403


def test_a_street_has_to_choose_the_community(client_for):
    client = client_for("street-staff")
    form = client.get(REPORT).context["form"]
    assert form["area"].value() == ""
    assert client.post(REPORT, given(area="")).status_code == 422
    assert client.post(REPORT, given(area=ELSEWHERE)).status_code == 303


def test_words_suggest_matters_and_what_is_open_nearby(walker):
    make_case(text="楼道堵了")
    response = walker.post(
        "/desk/report/suggest/", given(text="楼道堆放杂物堵塞消防通道"), headers={"HX-Request": "true"}
    )
    assert response.context["matters"][0].code == "hazard.fire"
    assert response.status_code == 200


def test_no_words_suggest_nothing(walker):
    response = walker.post("/desk/report/suggest/", {"text": " "})
    assert response.content.decode().strip() == ""
    assert walker.post("/desk/report/suggest/", {"text": "楼" * 50_000, "lon": "nan", "lat": "x"}).status_code == 200


def test_the_receipt_of_another_community_does_not_exist(walker):
    other = make_case(area_id=ELSEWHERE)
    assert walker.get(f"/desk/report/sent/{other.case.number}/").status_code == 404


def test_a_forged_key_is_not_echoed(walker):
    walker.post(REPORT, given())
    number = Case.objects.get().number
    body = walker.get(f'/desk/report/sent/{number}/?key="><script>').content.decode()
    assert "data-outbox-done" not in body


def test_the_outbox_gets_a_fresh_token(walker):
    response = walker.get("/desk/csrf/")
    assert json.loads(response.content)["csrf"]
    assert "no-store" in response["Cache-Control"]


def test_a_report_needs_its_token(district, client_for):
    client = client_for("grid-worker", enforce_csrf_checks=True)
    assert client.post(REPORT, given()).status_code == 403
    token = json.loads(client.get("/desk/csrf/").content)["csrf"]
    assert client.post(REPORT, {**given(), "csrfmiddlewaretoken": token}).status_code == 303


def test_middle_of_an_area_lies_inside_it(district, now):
    import shapely
    from shapely.geometry import shape

    lon, lat = middle_of(HERE, now.date())
    drawn = next(one for one in grid_shapes(HERE, "grid", now.date()) if one.id == HERE)
    assert shape(drawn.geometry).contains(shapely.Point(lon, lat))
