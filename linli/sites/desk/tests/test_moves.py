import re

import pytest
from django.urls import reverse

from linli.apps.incidents.flow import INCIDENT
from linli.apps.incidents.tests.factories import jpeg
from linli.foundation.accounts.models import Unit
from linli.foundation.files import contents
from linli.foundation.files.models import StoredFile
from linli.sites.desk.tests.factories import ELSEWHERE, GRID, make_case
from linli.spine.catalogue import queries as catalogue


def url(walk, name):
    return reverse("desk:move", args=[walk.case.number, name])


@pytest.fixture
def walk(district):
    return make_case(area_id=GRID)


@pytest.fixture
def worker(client_for):
    return client_for("community-worker")


def handled(walk, actor_of):
    """Bring the case to where the department is at work."""
    walk.step("accept", actor_of("community-worker"))
    walk.step("dispatch", actor_of("community-worker"))
    walk.step("sign", actor_of("department-staff"))


def test_accepting_is_an_act_with_a_name_and_leads_back_to_the_case(walk, worker):
    response = worker.post(url(walk, "accept"), {"seq": 1, "public_note": "已受理"})
    assert response.status_code == 302
    assert response["Location"] == reverse("desk:case", args=[walk.case.number]) + "?done=accept"
    assert f'data-draft-clear="{walk.case.number}-accept"' in worker.get(response["Location"]).content.decode()
    walk.case.refresh_from_db()
    assert walk.case.state == "accepted"
    event = walk.case.events.last()
    assert event.actor.username == "community-worker"
    assert event.public_note == "已受理"


def test_after_a_move_from_the_queue_one_is_back_in_the_queue(walk, worker):
    back = "/desk/cases/?view=todo"
    assert worker.post(url(walk, "accept"), {"seq": 1, "next": back})["Location"] == back


@pytest.mark.parametrize("elsewhere", ["https://example.org/desk/", "//example.org", "/accounts/sign-out/", "\\desk"])
def test_no_form_leads_out_of_the_desk(walk, worker, elsewhere):
    response = worker.post(url(walk, "accept"), {"seq": 1, "next": elsewhere})
    assert response["Location"].startswith(reverse("desk:case", args=[walk.case.number]))


def test_a_forged_draft_is_not_echoed(walk, worker):
    body = worker.get(reverse("desk:case", args=[walk.case.number]), {"done": '"><script>'}).content.decode()
    assert "data-draft-clear" not in body


def test_a_case_elsewhere_cannot_be_moved_nor_found(worker):
    other = make_case(area_id=ELSEWHERE)
    assert worker.post(url(other, "accept"), {"seq": 1}).status_code == 404
    assert worker.get(url(other, "accept")).status_code == 404


@pytest.mark.parametrize("username", ["grid-worker", "street-staff", "civil-affairs"])
def test_inside_the_area_without_the_part_the_reason_is_said(walk, client_for, username):
    response = client_for(username).post(url(walk, "accept"), {"seq": 1})
    assert response.status_code == 403
    assert walk.case.events.count() == 1


def test_an_auditor_changes_nothing(walk, client_for):
    assert client_for("auditor").post(url(walk, "accept"), {"seq": 1}).status_code == 403
    assert client_for("auditor").get(url(walk, "accept")).status_code == 403


def test_a_move_that_nobody_knows_does_not_exist(walk, worker):
    assert worker.post(url(walk, "teleport"), {"seq": 1}).status_code == 404
    assert worker.post(url(walk, "report"), {"seq": 1}).status_code == 404


def test_the_system_s_moves_are_not_for_people(walk, worker):
    assert worker.post(url(walk, "escalate"), {"seq": 1}).status_code == 403


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_is_kept(walk, worker):
    response = worker.post(url(walk, "refuse"), {"seq": 1, "public_note": "给居民的话"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"reason", "sure"}
    assert "给居民的话" in response.content.decode()
    assert walk.case.events.count() == 1


def test_a_grave_move_needs_a_yes(walk, worker):
    given = {"seq": 1, "reason": "test", "public_note": "这是测试"}
    assert worker.post(url(walk, "refuse"), given).status_code == 422
    assert worker.post(url(walk, "refuse"), {**given, "sure": "on"}).status_code == 302
    walk.case.refresh_from_db()
    assert walk.case.state == "refused"


def test_two_people_press_at_once_and_one_wins(walk, worker, client_for):
    assert worker.post(url(walk, "accept"), {"seq": 1}).status_code == 302
    response = client_for("community-secretary").post(url(walk, "accept"), {"seq": 1, "public_note": "我也写了一段"})
    assert response.status_code == 409
    body = response.content.decode()
    assert "我也写了一段" in body
    assert walk.case.events.count() == 2
    # The page is fresh: it carries the present count and says why the move is over.
    assert response.context["form"]["seq"].value() == "2"
    assert not response.context["choice"].allowed
    assert response.context["choice"].why_not in body


def test_after_reading_what_is_new_the_same_words_can_be_sent(walk, worker, actor_of):
    walk.step("note", actor_of("community-secretary"))
    first = worker.post(url(walk, "reply"), {"seq": 1, "public_note": "回复"})
    assert first.status_code == 409
    assert "已电话联系" in first.content.decode()
    seq = first.context["form"]["seq"].value()
    assert worker.post(url(walk, "reply"), {"seq": seq, "public_note": "回复"}).status_code == 302


@pytest.mark.parametrize("seq", ["", "x", "-1", "1.5", "9" * 40])
def test_a_broken_count_is_refused_softly(walk, worker, seq):
    assert worker.post(url(walk, "accept"), {"seq": seq}).status_code == 422
    assert walk.case.events.count() == 1


@pytest.mark.parametrize("text", ["长" * 50_000, "😀" * 3000])
def test_text_that_is_too_long_comes_back_whole(walk, worker, text):
    response = worker.post(url(walk, "note"), {"seq": 1, "note": text})
    assert response.status_code == 422
    assert text in response.content.decode()


@pytest.mark.parametrize("text", ["😀𠮷䶮", "<script>alert(1)</script>", "a\u202eb", "'; DROP TABLE x"])
def test_strange_text_is_kept_and_never_runs(walk, worker, text):
    assert worker.post(url(walk, "note"), {"seq": 1, "note": text}).status_code == 302
    body = worker.get(reverse("desk:case", args=[walk.case.number])).content.decode()
    assert "<script>alert" not in body


def test_a_nul_is_refused_at_its_field(walk, worker):
    response = worker.post(url(walk, "note"), {"seq": 1, "note": "a\x00b"})
    assert response.status_code == 422
    assert "note" in response.context["form"].errors


def test_the_unit_that_leads_is_offered_first_with_the_reason(actor_of, worker):
    walk = make_case(text="围墙违章", matter="environment.stalls")
    walk.step("accept", actor_of("community-worker"))
    field = worker.get(url(walk, "dispatch")).context["form"]["unit"]
    lead = catalogue.lead_unit(walk.case.matter, walk.case.area_id)
    assert lead is not None
    assert field.field.choices[1][0] == str(lead.pk)
    assert field.value() == str(lead.pk)
    assert lead.name in field.help_text


def test_dispatching_to_a_unit_that_is_not_offered_is_refused(walk, worker, actor_of):
    walk.step("accept", actor_of("community-worker"))
    foreign = Unit.objects.get(code="street-320105002")
    response = worker.post(url(walk, "dispatch"), {"seq": 2, "unit": foreign.pk})
    assert response.status_code == 422
    assert "unit" in response.context["form"].errors
    unit = Unit.objects.get(code="dept-urban")
    assert worker.post(url(walk, "dispatch"), {"seq": 2, "unit": unit.pk}).status_code == 302


def test_another_matter_can_be_chosen_but_not_the_same(walk, worker):
    choices = dict(worker.get(url(walk, "reclassify")).context["form"].fields["matter"].choices)
    codes = [code for rows in choices.values() if isinstance(rows, list) for code, _name in rows]
    assert "hazard.fire" not in codes
    assert worker.post(url(walk, "reclassify"), {"seq": 1, "matter": "hazard.gas"}).status_code == 302
    walk.case.refresh_from_db()
    assert walk.case.matter.code == "hazard.gas"


def test_a_result_needs_a_photo_and_one_is_enough(walk, client_for, actor_of):
    handled(walk, actor_of)
    client = client_for("department-staff")
    response = client.post(url(walk, "finish"), {"seq": 4, "note": "已清理"})
    assert response.status_code == 422
    assert response.context["form"].photo_error
    assert client.post(url(walk, "finish"), {"seq": 4, "note": "已清理", "photos": jpeg()}).status_code == 302
    walk.case.refresh_from_db()
    assert walk.case.state == "checking"
    assert walk.case.attachments.count() == 1


def test_photos_survive_a_form_that_must_be_corrected(walk, client_for, actor_of):
    handled(walk, actor_of)
    client = client_for("department-staff")
    response = client.post(url(walk, "finish"), {"seq": 4, "note": "", "photos": [jpeg("red"), jpeg("blue")]})
    assert response.status_code == 422
    assert response.context["kept"] == 2
    kept = re.search(r'name="kept_photos" value="([^"]+)"', response.content.decode())[1]
    again = client.post(url(walk, "finish"), {"seq": 4, "note": "已清理", "kept_photos": kept})
    assert again.status_code == 302
    assert walk.case.attachments.count() == 2


def test_kept_photos_can_be_left_out_and_belong_to_one_person(walk, client_for, actor_of):
    handled(walk, actor_of)
    client = client_for("department-staff")
    first = client.post(url(walk, "finish"), {"seq": 4, "note": "", "photos": jpeg("red")})
    kept = first.context["kept_photos"]
    dropped = client.post(url(walk, "finish"), {"seq": 4, "note": "x", "kept_photos": kept, "drop_photos": "1"})
    assert dropped.status_code == 422
    assert dropped.context["kept"] == 0
    stranger = client_for("community-worker").post(url(walk, "note"), {"seq": 4, "note": "", "kept_photos": kept})
    assert stranger.context["kept"] == 0
    assert client.post(url(walk, "finish"), {"seq": 4, "note": "x", "kept_photos": "forged"}).status_code == 422


def test_what_is_no_photo_is_said_beside_the_photos(walk, worker):
    from django.core.files.uploadedfile import SimpleUploadedFile

    fake = SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    response = worker.post(url(walk, "note"), {"seq": 1, "note": "有照片", "photos": fake})
    assert response.status_code == 422
    assert response.context["form"].photo_error
    assert "有照片" in response.content.decode()
    assert not StoredFile.objects.exists()


def test_a_full_disk_loses_no_words(walk, worker, monkeypatch):
    def full(*args, **kwargs):
        raise contents.StorageFull(fields={"photos": "full"})

    monkeypatch.setattr(contents, "put", full)
    response = worker.post(url(walk, "note"), {"seq": 1, "note": "写了很久的话", "photos": jpeg()})
    assert response.status_code == 507
    assert "写了很久的话" in response.content.decode()


def test_a_locked_database_loses_no_words(walk, worker, monkeypatch):
    from django.db import OperationalError

    from linli.apps.incidents import actions

    def locked(**given):
        raise OperationalError("database is locked")

    monkeypatch.setattr(actions, "act", locked)
    response = worker.post(url(walk, "note"), {"seq": 1, "note": "写了很久的话"})
    assert response.status_code == 503
    assert "写了很久的话" in response.content.decode()


def test_the_last_extension_day_is_a_number(walk, client_for, actor_of):
    handled(walk, actor_of)
    client = client_for("department-staff")
    for days in ("0", "-3", "x", "99999999999", "400"):
        response = client.post(url(walk, "ask_extension"), {"seq": 4, "note": "等材料", "days": days})
        assert response.status_code == 422
        assert "days" in response.context["form"].errors
    assert client.post(url(walk, "ask_extension"), {"seq": 4, "note": "等材料", "days": "2"}).status_code == 302


@pytest.mark.parametrize("move", list(INCIDENT.moves), ids=lambda move: move.name)
def test_every_move_s_page_opens_or_says_why_not(move, walk, client_for):
    for username in ("community-worker", "grid-worker", "street-staff"):
        assert client_for(username).get(url(walk, move.name)).status_code in (200, 403)


def test_standard_texts_are_offered_for_what_the_resident_reads(walk, worker):
    body = worker.get(url(walk, "reply")).content.decode()
    assert "data-insert" in body
    assert "data-preview" in body
