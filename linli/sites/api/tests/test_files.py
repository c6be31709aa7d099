"""Photos: in by anybody who may report or work, out only through a case one may see."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.apps.incidents.tests.factories import jpeg


def test_a_photo_is_read_by_whoever_may_read_its_case(worker, caller, visitor, report):
    photo = visitor.upload(jpeg())
    assert photo.status == 201
    assert (photo["width"], photo["height"]) == (320, 240)
    receipt = report(photos=[photo["id"]])
    path, case = f"/files/{photo['id']}", receipt["number"]
    opened = worker.get(path, case=case, size="small")
    assert opened.status == 200
    assert opened.headers["Content-Type"] == "image/jpeg"
    assert opened.content[:2] == b"\xff\xd8"
    assert visitor.get(path, case=case).status == 401
    assert caller("admin").get(path, case=case).status == 403
    assert caller("department-staff").get(path, case=case).status == 404
    code = receipt["tracking_code"]
    assert visitor.get(path, headers={"Tracking-Code": code}, case=case).status == 200
    assert visitor.get(path, headers={"Tracking-Code": "0000-0000-0000"}, case=case).status == 404


def test_a_photo_is_not_found_through_another_case(worker, visitor, report):
    photo = visitor.upload(jpeg())["id"]
    report(photos=[photo])
    other = report()
    assert worker.get(f"/files/{photo}", case=other["number"]).status == 404
    assert worker.get(f"/files/{uuid4()}", case=other["number"]).status == 404
    code = {"Tracking-Code": other["tracking_code"]}
    assert visitor.get(f"/files/{photo}", headers=code, case=other["number"]).status == 404


def test_a_photo_of_an_internal_note_is_not_the_reporters(worker, visitor, report):
    receipt = report()
    photo = worker.upload(jpeg())["id"]
    worker.post(f"/cases/{receipt['number']}/moves/note", note="x", photos=[photo])
    code = {"Tracking-Code": receipt["tracking_code"]}
    assert visitor.get(f"/files/{photo}", headers=code, case=receipt["number"]).status == 404


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>", b"\xff\xd8\xff", b"%PDF-1.7"])
def test_what_is_no_photo_is_refused_in_words(visitor, content):
    answer = visitor.upload(SimpleUploadedFile("x.jpg", content, "image/jpeg"))
    assert answer.status == 422
    assert answer["errors"]["photos"] == answer["detail"]


def test_a_form_without_a_photo_is_refused(visitor):
    assert set(visitor.upload("just text")["errors"]) == {"photo"}


def test_a_reading_token_may_not_send_photos(caller):
    assert caller("auditor").upload(jpeg()).status == 403
