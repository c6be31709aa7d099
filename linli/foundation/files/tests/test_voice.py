"""Voice notes: kept as recorded, answered as sound only, swept like photos."""

import errno
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from linli.foundation.files import actions, contents, voice
from linli.foundation.files.models import Content, StoredFile
from linli.foundation.files.tests.factories import body_of, make_actor, make_upload
from linli.lib.errors import Invalid

pytestmark = pytest.mark.django_db
WEBM = b"\x1a\x45\xdf\xa3" + b"sound" * 20


def make_note(data: bytes = WEBM) -> SimpleUploadedFile:
    return SimpleUploadedFile("note.webm", data, content_type="text/html")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(WEBM, "audio/webm"), (b"OggS" + b"x" * 9, "audio/ogg"), (b"\0\0\0\x20ftypM4A x", "audio/mp4")],
)
def test_a_note_is_kept_under_the_type_that_it_proves(kept, now, data, media_type):
    stored = voice.store_voice(upload=make_note(data), by=make_actor(), now=now)
    stored.refresh_from_db()
    assert (stored.kind, stored.media_type, stored.bytes, stored.original_name) == ("voice", media_type, len(data), "")
    assert kept() == [f"{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}.voice"]
    response = voice.open_voice(stored)
    assert body_of(response) == data
    assert response["Content-Type"] == media_type
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("data", [b"", b"<html>", b"RIFF", b"\x1a\x45\xdf\xa3" + b"0" * voice.MAX_BYTES])
def test_what_is_no_recording_is_refused(kept, now, data):
    with pytest.raises(Invalid) as refused:
        voice.store_voice(upload=make_note(data), by=make_actor(), now=now)
    assert "voice" in refused.value.fields
    assert kept() == []
    assert not StoredFile.objects.exists()


def test_a_full_disk_keeps_nothing(kept, now, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(contents, "_write", full)
    with pytest.raises(contents.StorageFull):
        voice.store_voice(upload=make_note(), by=make_actor(), now=now)
    assert not StoredFile.objects.exists()


def test_a_note_that_is_gone_is_a_404(kept, now):
    stored = voice.store_voice(upload=make_note(), by=make_actor(), now=now)
    contents.remove(stored.sha256)
    with pytest.raises(Http404):
        voice.open_voice(stored)


def test_a_sweep_takes_what_nothing_links_and_spares_what_was_kept(kept, now):
    lost = voice.store_voice(upload=make_note(), by=make_actor(), now=now)
    linked = voice.store_voice(upload=make_note(WEBM + b"2"), by=make_actor(), now=now)
    photo = actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    actions.keep([linked, photo])
    swept = actions.sweep_orphans(now=now + timedelta(days=2), linked=lambda ids: set())
    assert (swept.files, swept.contents) == (1, 1)
    assert not StoredFile.objects.filter(pk=lost.pk).exists()
    assert not Content.objects.filter(pk=lost.sha256).exists()
    assert len(kept()) == 3


def test_what_was_swept_meanwhile_can_not_be_linked(kept, now):
    stored = voice.store_voice(upload=make_note(), by=make_actor(), now=now)
    StoredFile.objects.all().delete()
    with pytest.raises(contents.StorageTrouble):
        actions.keep([stored])
