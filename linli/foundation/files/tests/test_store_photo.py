import errno
import os
from datetime import UTC, datetime

import pytest
from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.foundation.accounts.actors import ANONYMOUS
from linli.foundation.files import actions, messages
from linli.foundation.files.models import Content, StoredFile
from linli.foundation.files.tests.factories import body_of, make_actor, make_upload
from linli.lib import photos

pytestmark = pytest.mark.django_db


def test_a_photo_is_kept_with_its_thumbnail_time_and_place(kept, now):
    upload = make_upload(taken_at="2026:11:22 08:15:00", lat=32.0)
    stored = actions.store_photo(upload=upload, by=make_actor(), now=now)
    stored.refresh_from_db()
    shelf = f"{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}"
    assert kept() == [f"{shelf}-s.jpg", f"{shelf}.jpg"]
    assert (stored.kind, stored.media_type, stored.width, stored.height) == ("photo", "image/jpeg", 60, 40)
    assert stored.taken_at == datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
    assert (stored.lon, stored.lat) == (118.75, 32.0)
    assert stored.original_name == "photo.jpg"
    assert stored.uploaded_by.username == "uploader"
    assert stored.uploaded_at == now


def test_an_anonymous_upload_has_no_uploader(kept, now):
    assert actions.store_photo(upload=make_upload(), by=ANONYMOUS, now=now).uploaded_by is None


@pytest.mark.parametrize("written", ["0001:01:01 00:00:00", "1970:01:01 00:00:00", "9999:12:31 23:59:59"])
def test_a_camera_whose_clock_was_never_set_gives_no_time(kept, now, written):
    stored = actions.store_photo(upload=make_upload(taken_at=written), by=make_actor(), now=now)
    stored.refresh_from_db()
    assert stored.taken_at is None


def test_equal_contents_lie_on_the_disk_once(kept, now):
    first = actions.store_photo(upload=make_upload(), by=make_actor("one"), now=now)
    second = actions.store_photo(upload=make_upload(), by=make_actor("two"), now=now)
    assert first.pk != second.pk
    assert first.sha256 == second.sha256
    assert len(kept()) == 2
    assert StoredFile.objects.count() == 2
    assert Content.objects.count() == 1


def test_the_same_photo_chosen_twice_is_kept_once(kept, now):
    stored = actions.store_photos(uploads=[make_upload(), make_upload("blue"), make_upload()], by=make_actor(), now=now)
    assert len(stored) == 2
    assert StoredFile.objects.count() == 2


def test_no_photos_are_no_rows(kept, now):
    assert actions.store_photos(uploads=[], by=make_actor(), now=now) == []


def test_files_are_readable_by_their_owner_only(storage, now):
    actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    modes = {path.stat().st_mode & 0o077 for path in storage.rglob("*")}
    assert modes == {0}


def test_a_refused_photo_leaves_nothing_even_of_the_good_ones(kept, now):
    bad = SimpleUploadedFile("a.jpg", b"not a photo")
    with pytest.raises(actions.PhotoRefused) as refused:
        actions.store_photos(uploads=[make_upload(), bad], by=make_actor(), now=now)
    assert refused.value.code == "not_an_image"
    assert refused.value.status == 422
    with translation.override("en"):
        assert str(refused.value) == ("Photo 2: This file is not a photo. Please choose a JPEG, PNG or WebP picture.")
        assert str(refused.value.fields["photos"]) == str(refused.value)
    assert kept() == []
    assert not StoredFile.objects.exists()
    assert not Content.objects.exists()


def test_a_single_refused_photo_is_not_numbered(kept, now):
    with pytest.raises(actions.PhotoRefused) as refused, translation.override("en"):
        actions.store_photo(upload=SimpleUploadedFile("a.jpg", b""), by=make_actor(), now=now)
    assert refused.value.code == "empty"
    assert not str(refused.value).startswith("Photo")


def test_a_file_too_large_is_refused_without_reading_all_of_it(kept, now):
    class Endless(SimpleUploadedFile):
        asked = 0

        def read(self, size=-1):
            Endless.asked = size
            return b"\xff\xd8\xff" + bytes(size)

    with pytest.raises(actions.PhotoRefused) as refused:
        actions.store_photo(upload=Endless("a.jpg", b""), by=make_actor(), now=now)
    assert refused.value.code == "too_big_bytes"
    assert Endless.asked == photos.MAX_BYTES + 1


def test_ten_photos_are_refused(kept, now):
    with pytest.raises(actions.TooManyPhotos) as refused:
        actions.store_photos(uploads=[make_upload()] * 10, by=make_actor(), now=now)
    assert "photos" in refused.value.fields
    assert kept() == []


def test_every_refusal_of_a_photo_has_a_sentence_to_translate():
    with translation.override(None):
        assert {code: str(text) for code, text in messages.PHOTO.items()} == dict(photos.MESSAGES)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_leaves_no_half_file(kept, now, monkeypatch, number):
    real, calls = os.fsync, []

    def full_at_the_third_file(handle):
        calls.append(handle)
        if len(calls) > 2:
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", full_at_the_third_file)
    with pytest.raises(actions.StorageFull) as refused:
        actions.store_photos(uploads=[make_upload(), make_upload("blue")], by=make_actor(), now=now)
    assert refused.value.status == 507
    with translation.override("en"):
        assert str(refused.value) == (
            "The photo could not be kept because the disk is full. "
            "Your text is not lost; send it without photos or try later."
        )
    assert kept() == []
    assert not StoredFile.objects.exists()
    assert not Content.objects.exists()


def test_a_disk_that_fills_up_spares_the_photo_somebody_else_has_kept(kept, now, monkeypatch):
    actions.store_photo(upload=make_upload(), by=make_actor("other"), now=now)

    def full(handle):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(actions.StorageFull):
        actions.store_photos(uploads=[make_upload(), make_upload("blue")], by=make_actor(), now=now)
    assert len(kept()) == 2
    assert actions.store_photo(upload=make_upload(), by=make_actor(), now=now)


def test_a_storage_that_cannot_be_written_is_said_as_trouble(kept, now, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise OSError(errno.EROFS, "read-only file system")

    monkeypatch.setattr(os, "open", broken)
    with pytest.raises(actions.StorageTrouble) as refused:
        actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    monkeypatch.undo()
    assert refused.value.status == 503
    assert "could not be written" in caplog.text
    assert not StoredFile.objects.exists()


def test_an_object_store_is_used_through_its_own_save(settings, now, monkeypatch):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    stored = actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    assert len(body_of(actions.open_photo(stored))) == stored.bytes

    def refused(*args, **kwargs):
        raise RuntimeError("no route to the bucket")

    monkeypatch.setattr(InMemoryStorage, "save", refused)
    with pytest.raises(actions.StorageTrouble):
        actions.store_photo(upload=make_upload("blue"), by=make_actor(), now=now)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=300))
def test_any_name_of_a_file_survives(kept, now, name):
    upload = make_upload()
    upload._name = name
    stored = actions.store_photo(upload=upload, by=make_actor(), now=now)
    stored.refresh_from_db()
    assert len(stored.original_name) <= 100
    assert "\0" not in stored.original_name


def test_a_long_name_with_rare_characters_is_clipped(kept, now):
    upload = make_upload(name="a.jpg")
    upload._name = "𠮷䶮" * 25_000
    stored = actions.store_photo(upload=upload, by=make_actor(), now=now)
    assert stored.original_name == "𠮷䶮" * 50
