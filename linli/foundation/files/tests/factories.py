"""Photos and people for the tests of files."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from PIL import Image

from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import User


def make_actor(username: str = "uploader") -> Actor:
    user, _made = User.objects.get_or_create(username=username, defaults={"name": "测试用户"})
    return actor_for(user)


def make_upload(
    colour: str = "red",
    *,
    name: str = "photo.jpg",
    size: tuple[int, int] = (60, 40),
    taken_at: str = "",
    lat: float = 0,
) -> SimpleUploadedFile:
    """A JPEG in one colour; photos of different colours have different contents."""
    exif = Image.Exif()
    if taken_at:
        exif[0x0132] = taken_at
    if lat:
        exif.get_ifd(0x8825).update({1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (118.75, 0.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def body_of(response: FileResponse) -> bytes:
    """All of a file's response. Closing the response itself would end the test's database connection."""
    body = b"".join(response.streaming_content)
    response.file_to_stream.close()
    return body
