"""Office files are zip packages of parts: opened safely, patched part by part, everything else left byte for byte."""

import posixpath
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lxml import etree

from linli.lib.filling.refusing import REASONS, NotAForm
from linli.lib.sheets import ole, xlsx
from linli.lib.sheets.archives import open_archive
from linli.lib.sheets.extents import plain_xml
from linli.lib.sheets.limits import MIB, Limits
from linli.lib.sheets.refusing import SheetRefused

#: An element of a part; lxml has no types of its own.
Element = Any

TYPES: Final = "[Content_Types].xml"
#: Bytes of a part that is read as a tree: about eight times that in memory.
MOST_BYTES: Final = 32 * MIB
_WORD: Final = "WordDocument".encode("utf-16-le")


class Package:
    """The parts of an office file by name; those that were read as trees are written as trees."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "form"
            path.write_bytes(content)
            self.main = _check(path, content, limits)
            with zipfile.ZipFile(path) as archive:
                self._packed = {
                    info.filename.replace("\\", "/").lstrip("/"): archive.read(info)
                    for info in archive.infolist()
                    if not info.is_dir()
                }
        self._trees: dict[str, Element] = {}
        self._marks: dict[str, int] = {}
        self._read(TYPES)

    def __contains__(self, name: str) -> bool:
        return name in self._packed

    def names(self) -> list[str]:
        """The names of all parts."""
        return list(self._packed)

    def content(self, name: str) -> bytes:
        """A part as it came."""
        return self._packed[name]

    def tree(self, name: str) -> Element:
        """The root of a part, to be changed; raises NotAForm."""
        if name not in self._trees:
            self._trees[name] = self._read(name)
            self._marks[name] = hash(etree.tostring(self._trees[name]))
        return self._trees[name]

    def _read(self, name: str) -> Element:
        content = self._packed.get(name)
        if content is None:
            raise NotAForm("damaged")
        if len(content) > MOST_BYTES:
            raise NotAForm("form_too_large")
        return parsed(content)

    def add(self, name: str, content: bytes, media_type: str) -> None:
        """A new part of this type."""
        self._packed[name] = content
        types = self.tree(TYPES)
        etree.SubElement(types, _like(types, "Override"), PartName=f"/{name}", ContentType=media_type)

    def remove(self, name: str) -> None:
        """Take a part away: from the types as well; what relates to it goes by `unrelate`."""
        self._packed.pop(name, None)
        self._trees.pop(name, None)
        for one in self.tree(TYPES).findall("{*}Override"):
            if one.get("PartName", "").lower() == f"/{name}".lower():
                one.getparent().remove(one)

    def type_of(self, name: str) -> str:
        """The type of a part, "" without one of its own."""
        return next(
            (one.get("ContentType", "") for one in self.tree(TYPES).findall("{*}Override")
             if one.get("PartName") == f"/{name}"), "",
        )  # fmt: skip

    def relations(self, name: str) -> list[tuple[str, str, str]]:
        """(id, last word of the type, part) of what a part relates to inside the package."""
        place = _relations_of(name)
        if place not in self._packed:
            return []
        folder = posixpath.dirname(name)
        return [
            (one.get("Id", ""), one.get("Type", "").rpartition("/")[2], _place(folder, one.get("Target", "")))
            for one in self.tree(place).findall("{*}Relationship")
            if one.get("TargetMode") != "External"
        ]

    def related(self, name: str, kind: str) -> list[str]:
        """The parts of one kind that a part relates to."""
        return [part for _id, one, part in self.relations(name) if one == kind and part in self._packed]

    def relate(self, name: str, part: str, like: str) -> str:
        """Let a part relate to a new one as it does to others of the kind `like`; returns the id."""
        tree = self.tree(_relations_of(name))
        taken = {one.get("Id") for one in tree}
        same = next(one for one in tree if one.get("Type", "").endswith(f"/{like}"))
        fresh = next(one for number in range(1, 100_000) if (one := f"rId{number}") not in taken)
        etree.SubElement(tree, same.tag, Id=fresh, Type=same.get("Type"), Target=f"/{part}")
        return fresh

    def unrelate(self, name: str, kind: str) -> list[str]:
        """Cut what a part relates to of one kind; returns the parts."""
        cut = [(key, part) for key, one, part in self.relations(name) if one == kind]
        for one in list(self.tree(_relations_of(name))) if cut else ():
            if one.get("Id") in {key for key, _part in cut}:
                one.getparent().remove(one)
        return [part for _key, part in cut]

    def drop_signature(self) -> bool:
        """Take a digital signature away: it holds for the empty form only. Tells whether there was one."""
        found = self.unrelate("", "origin")
        for part in [name for name in self._packed if name.startswith("_xmlsignatures/")] if found else ():
            self.remove(part)
        return bool(found)

    def write(self, out: Path, streams: Mapping[str, Iterable[bytes]]) -> None:
        """Write the package; the parts in `streams` piece by piece as they come."""
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            # The types stand first, as programs that read a package from its beginning expect.
            for name in sorted(self._packed, key=lambda one: one != TYPES):
                if name in streams:
                    info = zipfile.ZipInfo(name)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    with made.open(info, "w", force_zip64=True) as file:
                        for piece in streams[name]:
                            file.write(piece)
                else:
                    made.writestr(name, self._now(name))

    def _now(self, name: str) -> bytes:
        """A part as it is to be written: as it came, where nothing of it was changed."""
        tree = self._trees.get(name)
        if tree is None or hash(etree.tostring(tree)) == self._marks[name]:
            return self._packed[name]
        return written(tree)


def _check(path: Path, content: bytes, limits: Limits) -> str:
    """The main part of a harmless package; raises NotAForm."""
    if content.startswith(ole.MAGIC):
        raise NotAForm(_old(path, content, limits))
    if not content.startswith(b"PK"):
        raise NotAForm("wrong_type" if content else "empty")
    try:
        archive = open_archive(path, limits)
        main = next(iter(_mains(archive.members, path)), "")
        if main.startswith("word/"):
            _check_word(archive)
        elif xlsx.check(archive).kind != "xlsx":
            raise NotAForm("open_document")
    except SheetRefused as why:
        raise NotAForm(_as_form(why.code)) from None
    return main


def _as_form(code: str) -> str:
    return code if code in REASONS else "old_excel" if code == "old_format" else "form_too_large"


def _old(path: Path, content: bytes, limits: Limits) -> str:
    try:
        ole.check(path, limits)
    except SheetRefused as why:
        if why.code in ("encrypted", "macros"):
            return why.code
    return "old_word" if _WORD in content else "old_excel"


def _mains(members: Iterable[str], path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        if "mimetype" in members and "content.xml" in members:
            raise NotAForm("open_document")
        if "_rels/.rels" not in members or TYPES not in members:
            raise NotAForm("wrong_type")
        for one in parsed(archive.read("_rels/.rels")).findall("{*}Relationship"):
            if one.get("Type", "").endswith("/officeDocument"):
                yield _place("", one.get("Target", ""))


def _check_word(archive: Any) -> None:
    """The same for Word that `xlsx.check` does for Excel: no macros, no declarations in any part."""
    if any(name.lower().endswith("vbaproject.bin") for name in archive.members):
        raise NotAForm("macros")
    if b"macroEnabled" in archive.whole(TYPES):
        raise NotAForm("macros")
    for name in archive.xml():
        for _piece in plain_xml(archive.read(name)):
            pass


def parsed(content: bytes) -> Element:
    """The root of an XML part of strangers; raises NotAForm."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotAForm("damaged") from None
    if root.getroottree().docinfo.doctype:
        raise NotAForm("entities")
    return root


def written(root: Element) -> bytes:
    """The bytes of a part."""
    made: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return made


def number(text: str | None) -> int:
    """The number that an attribute is to have; 0 for none. Raises NotAForm for anything else."""
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 10:
        raise NotAForm("damaged")
    return int(text)


def _like(parent: Element, tag: str) -> str:
    namespace = etree.QName(parent).namespace
    return f"{{{namespace}}}{tag}" if namespace else tag


def child(parent: Element, tag: str, **attributes: str) -> Element:
    """A new last element under `parent`, in its namespace."""
    return etree.SubElement(parent, _like(parent, tag), **attributes)


def local(element: Element) -> str:
    """The name of an element without its namespace; "" for comments and the like."""
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _relations_of(name: str) -> str:
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _place(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
