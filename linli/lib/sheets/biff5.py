"""Excel files of 1995 (BIFF5): their texts are bytes in a code page, which the reading library takes for others.

The library reads the code page of Western Europe byte for byte, so it is given a copy of the file that claims that one;
what it delivers is turned back into bytes here, and those into text by the code page that the file really has.
"""

import codecs
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from linli.lib.sheets.refusing import SheetRefused

VERSION: Final = 0x0500
#: The code page of Western Europe, which programs write, too, that never thought of another; as a record has it.
_LATIN_PAGE: Final = 1252
LATIN: Final = _LATIN_PAGE.to_bytes(2, "little")
_CODE_PAGE, _SHEET, _LABEL, _RICH_LABEL, _RESULT = 0x42, 0x85, 0x204, 0xD6, 0x207
#: Code pages that say nothing.
_UNSURE: Final = (0, 1200, 0x8001)
_CHINESE: Final = (936, 54936)
_MAC: Final = {10000: "mac_roman", 10001: "shift_jis", 10002: "big5", 10008: "gb2312", 0x8000: "mac_roman"}
_ASCII: Final = 128


@dataclass(frozen=True, slots=True)
class Texts:
    """Where the stream names its code page, the names of its sheets, and what turns a text of the library into text."""

    places: tuple[int, ...]
    names: tuple[str, ...]
    decode: Callable[[str], str]


def read(stream: bytes, records: Iterable[tuple[int, int, int]]) -> Texts:
    """Find out what the texts are written in; raises `SheetRefused` (`old_format`) where they cannot be read."""
    places: list[int] = []
    names: list[bytes] = []
    said: set[bytes] = set()
    for kind, at, length in records:
        if kind == _CODE_PAGE and length > 1:
            places.append(at)
        elif kind == _SHEET:
            names.append(stream[at + 7 : at + 7 + stream[at + 6]])
        elif kind in (_LABEL, _RICH_LABEL):
            size = struct.unpack_from("<H", stream, at + 6)[0]
            said.add(stream[at + 8 : at + 8 + size])
        elif kind == _RESULT:
            said.add(stream[at + 2 : at + 2 + struct.unpack_from("<H", stream, at)[0]])
    page = struct.unpack_from("<H", stream, places[0])[0] if places else 0
    far = [text for text in (*names, *said) if not text.isascii()]
    encoding = next((name for name in _candidates(page) if all(_fits(text, name) for text in far)), "")
    if far and (not encoding or not places):
        raise SheetRefused("old_format")
    encoding = encoding or "ascii"
    return Texts(tuple(places), tuple(name.decode(encoding) for name in names), _decoder(encoding))


def _candidates(page: int) -> Iterator[str]:
    """The encodings that a code page may mean, the likeliest first."""
    if page == _LATIN_PAGE:
        # The commonest Chinese characters are no words of Europe; the rare ones may be.
        yield from ("gb2312", "cp1252", "gb18030")
    elif page in _UNSURE:
        yield from ("gb18030", "cp1252")
    elif page in _CHINESE:
        yield "gb18030"
    else:
        try:
            yield codecs.lookup(_MAC.get(page, f"cp{page}")).name
        except LookupError:
            return


def _fits(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decoder(encoding: str) -> Callable[[str], str]:
    def decode(text: str) -> str:
        return text if text.isascii() else b"".join(map(_byte, text)).decode(encoding)

    return decode


def _byte(character: str) -> bytes:
    """The byte of Western Europe that a character stands for; the five that have none stand for themselves."""
    if ord(character) < _ASCII:
        return character.encode()
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
