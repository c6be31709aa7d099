"""Pictures for the demo cases: simple drawn scenes, each marked as a demo photo. Nobody's home is shown."""

import io
from collections.abc import Callable, Mapping
from importlib import resources

from PIL import Image, ImageDraw

Draw = ImageDraw.ImageDraw
SIZE = (960, 720)
SKY, WALL, WINDOW, ROAD, GRASS = "#cfe3f1", "#d9cfc1", "#8fa9bd", "#8c8f94", "#9dbb84"


def _house(draw: Draw) -> None:
    draw.rectangle((0, 0, 960, 470), fill=SKY)
    draw.rectangle((120, 90, 840, 470), fill=WALL)
    for x in range(160, 800, 110):
        for y in (130, 230, 330):
            draw.rectangle((x, y, x + 62, y + 62), fill=WINDOW, outline="#6f8597", width=3)
    draw.rectangle((440, 390, 520, 470), fill="#6d5a4b")


def _yard(draw: Draw) -> None:
    _house(draw)
    draw.rectangle((0, 470, 960, 720), fill=GRASS)
    draw.polygon([(430, 470), (530, 470), (700, 720), (260, 720)], fill="#c4c0b8")


def _street(draw: Draw) -> None:
    _house(draw)
    draw.rectangle((0, 470, 960, 720), fill=ROAD)
    for x in range(40, 960, 180):
        draw.rectangle((x, 590, x + 90, 602), fill="#f2efe6")


def _rubbish(draw: Draw) -> None:
    _yard(draw)
    for x, y, shade in ((150, 560, "#3e4a3f"), (250, 600, "#2f3a46"), (340, 570, "#54443a"), (220, 520, "#6c5f4a")):
        draw.ellipse((x, y, x + 130, y + 100), fill=shade)
    draw.rectangle((480, 540, 610, 650), fill="#a9824f", outline="#7b5d37", width=5)


def _clean(draw: Draw) -> None:
    _yard(draw)
    for x in (180, 280, 380):
        draw.rectangle((x, 540, x + 76, 640), fill="#3f7d58", outline="#2c5b40", width=4)
        draw.rectangle((x - 6, 526, x + 82, 544), fill="#2c5b40")


def _pit(draw: Draw) -> None:
    _street(draw)
    draw.ellipse((330, 600, 640, 690), fill="#4b4d50", outline="#35373a", width=8)
    draw.ellipse((390, 625, 570, 675), fill="#7fa3bb")


def _mended(draw: Draw) -> None:
    _street(draw)
    draw.rounded_rectangle((320, 612, 650, 690), 18, fill="#6f7277", outline="#63666b", width=4)
    for x in (300, 660):
        draw.polygon([(x, 690), (x + 40, 690), (x + 20, 610)], fill="#d9662b")


def _dark_lamp(draw: Draw) -> None:
    draw.rectangle((0, 0, 960, 720), fill="#232b3a")
    draw.rectangle((120, 90, 840, 470), fill="#2f3848")
    draw.rectangle((0, 560, 960, 720), fill="#1b2029")
    draw.rectangle((600, 170, 616, 600), fill="#4a5568")
    draw.rectangle((520, 160, 616, 176), fill="#4a5568")


def _lit_lamp(draw: Draw) -> None:
    _dark_lamp(draw)
    draw.polygon([(490, 190), (560, 190), (700, 640), (330, 640)], fill="#6f6a4e")
    draw.ellipse((488, 166, 562, 206), fill="#ffe9a8")


def _full_corridor(draw: Draw) -> None:
    _empty_corridor(draw)
    draw.rectangle((190, 430, 380, 640), fill="#a9824f", outline="#7b5d37", width=5)
    draw.rectangle((250, 330, 370, 430), fill="#b9955f", outline="#7b5d37", width=5)
    for x in (620, 760):
        draw.ellipse((x - 55, 560, x + 55, 670), outline="#2b2f36", width=14)
    draw.line((620, 615, 690, 520, 760, 615), fill="#a33b32", width=14)


def _empty_corridor(draw: Draw) -> None:
    draw.rectangle((0, 0, 960, 720), fill="#e6e2d8")
    draw.polygon([(0, 720), (960, 720), (640, 430), (320, 430)], fill="#bfb8a8")
    draw.rectangle((320, 140, 640, 430), fill="#d3cdbf")
    draw.rectangle((420, 200, 540, 430), fill="#8c7258")
    draw.rectangle((120, 250, 200, 330), fill="#b6362c")


SCENES: Mapping[str, Callable[[Draw], None]] = {
    "rubbish": _rubbish,
    "clean": _clean,
    "pit": _pit,
    "mended": _mended,
    "dark_lamp": _dark_lamp,
    "lit_lamp": _lit_lamp,
    "full_corridor": _full_corridor,
    "empty_corridor": _empty_corridor,
}
# What a report shows, and what its result shows, by the class of the matter.
BEFORE_AFTER: Mapping[str, tuple[str, str]] = {
    "dispute": ("full_corridor", "empty_corridor"),
    "hazard": ("full_corridor", "empty_corridor"),
    "livelihood": ("dark_lamp", "lit_lamp"),
    "special_groups": ("pit", "mended"),
    "environment": ("rubbish", "clean"),
    "property": ("full_corridor", "empty_corridor"),
    "policy": ("rubbish", "clean"),
    "emergency": ("pit", "mended"),
    "opinion": ("pit", "mended"),
}


def picture(scene: str) -> bytes:
    """A scene as JPEG, with the words “演示照片” in a corner (drawn from a shipped mask: no font is needed)."""
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    SCENES[scene](draw)
    with (resources.files("linli.project.demo") / "label.png").open("rb") as file:
        mask = Image.open(file).convert("L")
    left, top = SIZE[0] - mask.width - 40, SIZE[1] - mask.height - 40
    draw.rectangle((left - 14, top - 12, left + mask.width + 14, top + mask.height + 12), fill="#1f2937")
    image.paste("white", (left, top), mask)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
