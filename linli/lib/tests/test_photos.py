import contextlib
import hashlib
import io
import struct
import zlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from linli.lib.photos import MAX_BYTES, MESSAGES, PhotoRefused, prepare

RED, BLUE, WHITE = (220, 20, 20), (20, 20, 220), (255, 255, 255)

# Pillow reads EXIF while it opens a file, and warns about what it skips.
pillow_may_warn = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")


def halves(width=400, height=200, mode="RGB"):
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image.convert(mode)


def encoded(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def near(pixel, wanted):
    return all(abs(a - b) < 25 for a, b in zip(pixel, wanted, strict=True))


def refused(data):
    with pytest.raises(PhotoRefused) as caught:
        prepare(data)
    assert str(caught.value) == MESSAGES[caught.value.code]
    return caught.value.code


def exif_with(orientation=None, gps=None, taken=None):
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if gps:
        exif.get_ifd(0x8825).update(gps)
    return exif


XIAN_GPS = {
    1: "N",
    2: (IFDRational(34), IFDRational(15), IFDRational(3960, 100)),
    3: "E",
    4: (IFDRational(108), IFDRational(56), IFDRational(2472, 100)),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_allowed_format_becomes_a_small_jpeg(kind):
    photo = prepare(encoded(halves(4000, 1000), kind))
    image = opened(photo.jpeg)
    assert image.format == "JPEG"
    assert image.size == (photo.width, photo.height) == (2048, 512)
    assert near(image.getpixel((100, 100)), RED)
    assert near(image.getpixel((1900, 100)), BLUE)
    assert opened(photo.thumbnail).size == (480, 120)
    assert photo.sha256 == hashlib.sha256(photo.jpeg).hexdigest()
    assert (photo.taken_at, photo.lon, photo.lat) == (None, None, None)


def test_a_small_photo_is_not_enlarged():
    photo = prepare(encoded(halves(40, 20)))
    assert (photo.width, photo.height) == (40, 20)
    assert opened(photo.thumbnail).size == (40, 20)


def test_edge_and_quality_can_be_chosen():
    data = encoded(Image.effect_noise((800, 800), 80).convert("RGB"))
    assert prepare(data, max_edge=100).width == 100
    assert len(prepare(data, quality=40).jpeg) < len(prepare(data, quality=95).jpeg)


@pytest.mark.parametrize(
    ("orientation", "size", "top_left", "bottom_right"),
    [
        (1, (400, 200), RED, BLUE),
        (2, (400, 200), BLUE, RED),
        (3, (400, 200), BLUE, RED),
        (4, (400, 200), RED, BLUE),
        (5, (200, 400), RED, BLUE),
        (6, (200, 400), RED, BLUE),
        (7, (200, 400), BLUE, RED),
        (8, (200, 400), BLUE, RED),
        (99, (400, 200), RED, BLUE),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_stands_upright(kind, orientation, size, top_left, bottom_right):
    photo = prepare(encoded(halves(), kind, exif=exif_with(orientation)))
    image = opened(photo.jpeg)
    assert image.size == size
    assert near(image.getpixel((20, 20)), top_left)
    assert near(image.getpixel((size[0] - 20, size[1] - 20)), bottom_right)


def test_time_and_place_of_the_camera_are_read_and_removed():
    exif = exif_with(orientation=6, gps=XIAN_GPS, taken="2026:03:02 09:15:30")
    photo = prepare(encoded(halves(), exif=exif, comment=b"secret words", xmp=b"<x:xmpmeta>secret</x:xmpmeta>"))
    assert photo.taken_at == datetime(2026, 3, 2, 9, 15, 30)
    assert (photo.lon, photo.lat) == (108.9402, 34.261)
    for data in (photo.jpeg, photo.thumbnail):
        assert not opened(data).getexif()
        assert not {"exif", "comment", "xmp", "icc_profile"} & set(opened(data).info)
        assert b"secret" not in data
        assert b"Exif" not in data


@pytest.mark.parametrize(
    "change",
    [
        {1: "X"},
        {2: (IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0))},
        {2: (IFDRational(95), IFDRational(0), IFDRational(0))},
        {4: (IFDRational(200), IFDRational(0), IFDRational(0))},
        {4: (IFDRational(1), IFDRational(1))},
        {2: (IFDRational(0),) * 3, 4: (IFDRational(0),) * 3},
    ],
)
def test_an_impossible_place_is_no_place(change):
    photo = prepare(encoded(halves(), exif=exif_with(gps={**XIAN_GPS, **change})))
    assert (photo.lon, photo.lat) == (None, None)


def test_south_and_west_are_negative():
    photo = prepare(encoded(halves(), exif=exif_with(gps={**XIAN_GPS, 1: "S", 3: "W"})))
    assert (photo.lon, photo.lat) == (-108.9402, -34.261)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "yesterday", "2026-03-02", " "])
def test_an_impossible_time_is_no_time(taken):
    assert prepare(encoded(halves(), exif=exif_with(taken=taken))).taken_at is None


@pillow_may_warn
@given(st.binary(max_size=200))
def test_broken_metadata_never_refuses_a_good_photo(noise):
    data = encoded(halves(20, 10), exif=b"Exif\0\0MM\0*\0\0\0\x08" + noise)
    assert prepare(data).width in (10, 20)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_parts_become_white(kind):
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 20, 40))
    flat = opened(prepare(encoded(image, kind, **({"lossless": True} if kind == "WEBP" else {}))).jpeg)
    assert near(flat.getpixel((5, 20)), RED)
    assert near(flat.getpixel((35, 20)), WHITE)


def test_a_palette_with_a_transparent_colour_becomes_white_there():
    image = halves(40, 40).quantize(2)
    clear = image.getpixel((35, 20))
    flat = opened(prepare(encoded(image, "PNG", transparency=clear)).jpeg)
    assert near(flat.getpixel((35, 20)), WHITE)
    assert near(flat.getpixel((5, 20)), RED)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "1"), ("PNG", "P"), ("PNG", "LA")])
def test_every_colour_mode_becomes_rgb(kind, mode):
    assert opened(prepare(encoded(halves(mode=mode), kind)).jpeg).mode == "RGB"


def test_sixteen_bit_grey_keeps_its_shades():
    image = Image.new("I;16", (20, 20), 128 * 256)
    assert near(opened(prepare(encoded(image, "PNG")).jpeg).getpixel((10, 10)), (128, 128, 128))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_counts(kind):
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, BLUE)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert near(opened(prepare(data).jpeg).getpixel((20, 20)), RED)


def test_a_picture_of_several_pictures_counts_as_its_first():
    data = encoded(halves(), "MPO", save_all=True, append_images=[Image.new("RGB", (400, 200), WHITE)])
    assert near(opened(prepare(data).jpeg).getpixel((20, 20)), RED)


def test_an_empty_file_is_refused():
    assert refused(b"") == "empty"


def test_a_file_over_fifteen_megabytes_is_refused_before_it_is_looked_at():
    assert refused(b"\0" * (MAX_BYTES + 1)) == "too_big_bytes"


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        "文字".encode(),
        b"\xff\xd8",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"MZ\x90\0",
        b"PK\x03\x04",
        b"<html><script>alert(1)</script></html>",
        bytes(100),
    ],
)
def test_what_is_no_picture_is_refused(data):
    assert refused(data) == "not_an_image"


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"\0\0\0\x1cftypavif\0\0\0\0",
        encoded(Image.new("P", (2, 2)), "GIF"),
        encoded(Image.new("RGB", (2, 2)), "BMP"),
        encoded(Image.new("RGB", (2, 2)), "TIFF"),
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        b"%PDF-1.7",
    ],
)
def test_other_kinds_of_picture_are_refused_as_such(data):
    assert refused(data) == "unsupported"


def png_chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + body + png_chunk(b"IEND", b"")


def webp_of(kind, body):
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def jpeg_of(width, height):
    data = bytearray(encoded(halves(16, 16)))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        png_of(100_000, 100_000),
        png_of(40_000_001, 1),
        jpeg_of(65_500, 65_500),
        jpeg_of(8_000, 5_001),
        webp_of(b"VP8X", b"\0\0\0\0" + (16_382).to_bytes(3, "little") * 2),
        webp_of(b"VP8L", b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14)),
        webp_of(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 0x3FFF, 0x3FFF)),
    ],
)
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(data, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    assert refused(data) == "too_many_pixels"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.05, 0.3, 0.6, 0.9])
def test_a_cut_off_photo_is_refused(kind, kept):
    data = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
    assert refused(data[: int(len(data) * kept)]) == "truncated"


def test_a_text_bomb_inside_a_png_is_refused():
    bomb = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 50_000_000))
    data = encoded(halves(), "PNG")
    assert refused(data[:33] + bomb + data[33:]) == "truncated"


SAMPLES = [encoded(halves(64, 48), kind) for kind in ("JPEG", "PNG", "WEBP")]
SAMPLES.append(encoded(halves(64, 48), exif=exif_with(6, XIAN_GPS, "2026:03:02 09:15:30")))


@pillow_may_warn
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=8))
def test_damage_is_refused_or_survived_but_never_an_accident(sample, damage):
    data = bytearray(sample)
    for spot, value in damage:
        data[spot % len(data)] = value
    with contextlib.suppress(PhotoRefused):
        photo = prepare(bytes(data))
        assert opened(photo.jpeg).size == (photo.width, photo.height)
