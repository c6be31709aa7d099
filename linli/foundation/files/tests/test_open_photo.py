import pytest
from django.http import Http404

from linli.foundation.files import actions, contents
from linli.foundation.files.tests.factories import body_of, make_actor, make_upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", ["full", "small"])
def test_a_photo_is_answered_privately_and_inertly(kept, now, size):
    stored = actions.store_photo(upload=make_upload(size=(900, 600)), by=make_actor(), now=now)
    response = actions.open_photo(stored, size)
    body = body_of(response)
    assert body.startswith(b"\xff\xd8\xff")
    assert (len(body) == stored.bytes) == (size == "full")
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Length"] == str(len(body))
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline;")
    assert "photo.jpg" not in response["Content-Disposition"]
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_photo_whose_content_is_gone_is_not_found_and_logged(kept, now, caplog):
    stored = actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    contents.remove(stored.sha256)
    with pytest.raises(Http404):
        actions.open_photo(stored)
    assert str(stored.pk) in caplog.text
