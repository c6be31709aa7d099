"""Uploaded photos: checked, turned upright, shrunk and encoded anew.

Nothing that was uploaded is ever served: what is kept is a fresh JPEG without any metadata. The time and the place
that the camera wrote are read first and handed over apart, so that the caller decides who may see them.
"""

import hashlib
import io
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from linli.lib.errors import Refusal

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 40_000_000
THUMBNAIL_EDGE = 480
THUMBNAIL_QUALITY = 75

#: What each refusal says, in English; a higher floor may translate it by its code.
MESSAGES = MappingProxyType(
    {
        "empty": "The file is empty. Please choose the photo again.",
        "too_big_bytes": "The photo is larger than 15 MB. Please choose a smaller one.",
        "too_many_pixels": "The photo has more than 40 million pixels. Please choose a smaller one.",
        "not_an_image": "This file is not a photo. Please choose a JPEG, PNG or WebP picture.",
        "unsupported": "This kind of picture cannot be read here. Please send it as JPEG, PNG or WebP.",
        "truncated": "The photo is incomplete or damaged. Please send it again.",
    }
)


class PhotoRefused(Refusal):
    """A file that is not taken as a photo. `code` is a key of MESSAGES."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code], code=code)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo ready to be kept: upright, in RGB, without metadata."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    sha256: str  # of `jpeg`, in hex
    thumbnail: bytes = field(repr=False)  # JPEG, its longer edge at most 480 px
    taken_at: datetime | None  # the camera's own clock, without a zone
    lon: float | None  # WGS-84 degrees
    lat: float | None


# The reading class is chosen by content, not by Pillow's list of forty formats, and not by the file's name.
Reader = Callable[[io.BytesIO], Image.Image]
# Starts of pictures (and of PDF and films) that people do send, so that the refusal can say more than "not a photo".
OTHER_STARTS = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"%PDF", b"8BPS", b"\0\0\0\x0cjP", b"\0\0\1\0", b"\xff\x0a")
# What Pillow raises on broken data, depending on where it breaks.
BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, struct.error)
# … and on broken metadata, which never spoils a photo.
BROKEN_EXIF = (*BROKEN, ZeroDivisionError, AttributeError)

ORIENTATION, DATE_TIME, DATE_TIME_ORIGINAL = 0x0112, 0x0132, 0x9003
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
GPS_LAT_REF, GPS_LAT, GPS_LON_REF, GPS_LON = 1, 2, 3, 4
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _reader(data: bytes) -> Reader:
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImageFile
    film_or_heic = data[4:8] == b"ftyp"
    if film_or_heic or data.startswith(OTHER_STARTS) or b"<svg" in data[:1024].lower():
        raise PhotoRefused("unsupported")
    raise PhotoRefused("not_an_image")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read a WebP's size from its header, because Pillow's decoder takes memory for all of it when it opens one."""
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _open(data: bytes) -> Image.Image:
    """Open a picture without decoding it, or refuse it."""
    reader = _reader(data)
    try:
        if reader is WebPImageFile:
            _check_pixels(*_webp_size(data))
        image = reader(io.BytesIO(data))
    except BROKEN as error:
        raise PhotoRefused("truncated") from error
    _check_pixels(*image.size)
    return image


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PhotoRefused("too_many_pixels")


def _shrunk(image: Image.Image, max_edge: int) -> Image.Image:
    """Decode into RGB of at most this size, transparent parts white."""
    if isinstance(image, JpegImageFile):
        # Before loading, so that the decoder can leave out what would be shrunk away.
        image.thumbnail((max_edge, max_edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return image.convert("RGB")
    image.load()
    flat: Image.Image
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        flat = Image.new("RGB", layer.size, "white")
        flat.paste(layer, mask=layer)
    elif image.mode.startswith("I"):
        # 16 bits of grey: plain conversion would clip everything brighter than 255 to white.
        flat = image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    else:
        flat = image.convert("RGB")
    flat.thumbnail((max_edge, max_edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return flat


def _encoded(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _taken_at(exif: Image.Exif) -> datetime | None:
    try:
        written = exif.get_ifd(EXIF_IFD).get(DATE_TIME_ORIGINAL) or exif.get(DATE_TIME)
        # EXIF has no zone: it is the camera's wall clock, and is handed over as that.
        return datetime.strptime(str(written)[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except BROKEN_EXIF:
        return None


def _degrees(parts: tuple[float, float, float], ref: object, positive: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    if ref not in (positive, negative):
        raise ValueError("no hemisphere")
    return (degrees + minutes / 60 + seconds / 3600) * (1 if ref == positive else -1)


def _place(exif: Image.Exif) -> tuple[float, float] | None:
    """Return (lon, lat) in WGS-84 degrees as the camera measured them."""
    try:
        gps = exif.get_ifd(GPS_IFD)
        lon = _degrees(gps[GPS_LON], gps[GPS_LON_REF], "E", "W")
        lat = _degrees(gps[GPS_LAT], gps[GPS_LAT_REF], "N", "S")
    except BROKEN_EXIF:
        return None
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return None
    # Cameras without a fix write zeros; nobody reports from the sea off Africa.
    return None if lon == lat == 0 else (round(lon, 7), round(lat, 7))


def _exif(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except BROKEN_EXIF:
        return Image.Exif()


def _upright(image: Image.Image, exif: Image.Exif) -> Image.Image:
    turn = UPRIGHT.get(exif.get(ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def prepare(data: bytes, *, max_edge: int = 2048, quality: int = 82) -> Photo:
    """Turn an uploaded JPEG, PNG or WebP into a photo to keep, with its longer edge at most `max_edge` pixels.

    Of an animation the first frame counts. Raises PhotoRefused; bytes and pixels are counted before decoding.
    """
    if not data:
        raise PhotoRefused("empty")
    if len(data) > MAX_BYTES:
        raise PhotoRefused("too_big_bytes")
    image = _open(data)
    try:
        picture = _shrunk(image, max_edge)
    except BROKEN as error:
        raise PhotoRefused("truncated") from error
    exif = _exif(image)
    picture = _upright(picture, exif)
    # Saving would copy a comment or XMP found here.
    picture.info.clear()
    jpeg = _encoded(picture, quality)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    place = _place(exif)
    return Photo(
        jpeg=jpeg,
        width=picture.width,
        height=picture.height,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        thumbnail=_encoded(small, THUMBNAIL_QUALITY),
        taken_at=_taken_at(exif),
        lon=place[0] if place else None,
        lat=place[1] if place else None,
    )
