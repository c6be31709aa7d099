"""Documents: kept as they came, under the type that they prove, and never with a program inside."""

import errno
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from linli.foundation.files import contents, documents
from linli.foundation.files.models import StoredFile
from linli.foundation.files.tests.factories import body_of, make_actor
from linli.lib.errors import Invalid

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"text" * 20


def office(*parts: str) -> bytes:
    """An Office file with these parts, empty."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return buffer.getvalue()


def upload(data: bytes, name: str = "通知.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PDF, documents.PDF),
        (office("word/document.xml"), documents.DOCX),
        (office("xl/workbook.xml"), documents.XLSX),
        (b"\xff\xd8\xff" + b"x" * 9, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 9, "image/png"),
    ],
)
def test_a_document_is_kept_under_the_type_that_it_proves(kept, now, data, media_type):
    stored = documents.store_document(upload=upload(data), by=make_actor(), now=now)
    stored.refresh_from_db()
    assert (stored.kind, stored.media_type, stored.original_name) == ("document", media_type, "通知.pdf")
    assert kept() == [f"{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}.document"]
    assert documents.whole(stored) == data
    response = documents.open_document(stored)
    assert body_of(response) == data
    assert response["Content-Type"] == media_type
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>",
        b"MZ\x90",
        b"PK\x03\x04 broken",
        office("readme.txt"),
        office("word/document.xml", "word/vbaProject.bin"),
        office("xl/workbook.xml", "xl/macrosheets/sheet1.xml"),
        b"%PDF-" + b"0" * documents.MAX_BYTES,
    ],
)
def test_what_is_no_document_or_carries_a_program_is_refused(kept, now, data):
    with pytest.raises(Invalid) as refused:
        documents.store_document(upload=upload(data), by=make_actor(), now=now)
    assert "file" in refused.value.fields
    assert kept() == []
    assert not StoredFile.objects.exists()


def test_a_full_disk_keeps_nothing(kept, now, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(contents, "_write", full)
    with pytest.raises(contents.StorageFull):
        documents.store_document(upload=upload(PDF), by=make_actor(), now=now)
    assert not StoredFile.objects.exists()


def test_a_document_that_is_gone_is_a_404(kept, now):
    stored = documents.store_document(upload=upload(PDF), by=make_actor(), now=now)
    contents.remove(stored.sha256)
    assert kept() == []
    with pytest.raises(Http404):
        documents.open_document(stored)
