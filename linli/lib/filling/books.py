"""The workbook around the sheets: their names and parts, the names that are defined, and that all is reckoned anew."""

from typing import Final

from linli.lib.filling.formulas import Mover, Unreadable
from linli.lib.filling.packages import Element, Package, child, local
from linli.lib.filling.refusing import NotAForm

#: Areas that are to show every row that is written.
_SHOWN: Final = frozenset({"_xlnm.print_area", "_xlnm._filterdatabase"})
#: What stands in front of the settings of reckoning.
_BEFORE_CALC: Final = (
    "fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "absPath", "workbookProtection",
    "bookViews", "sheets", "functionGroups", "externalReferences", "definedNames",
)  # fmt: skip


class Book:
    """The workbook of a package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = package.main
        self.tree = package.tree(self.part)
        parts = {key: part for key, _kind, part in package.relations(self.part)}
        self.parts: dict[str, str] = {}
        for sheet in self.tree.iterfind("{*}sheets/{*}sheet"):
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            part = parts.get(key, "")
            if part not in package:
                raise NotAForm("damaged")
            self.parts[sheet.get("name", "")] = part

    @property
    def since_1904(self) -> bool:
        """Whether days are counted from 1904 on, as once on a Mac."""
        settings = self.tree.find("{*}workbookPr")
        return settings is not None and settings.get("date1904") in ("1", "true")

    def related(self, kind: str) -> Element | None:
        """The tree of a part that the workbook has once: its styles, its texts."""
        found = self.package.related(self.part, kind)
        return self.package.tree(found[0]) if found else None

    def texts(self) -> list[str]:
        """The texts that cells share."""
        tree = self.related("sharedStrings")
        items = tree.iterfind("{*}si") if tree is not None else ()
        return [text_of(item) for item in items]

    def move_names(self, mover: Mover) -> None:
        """Let names, print areas and filters follow."""
        sheets = list(self.parts)
        for name in self.tree.iterfind("{*}definedNames/{*}definedName"):
            at = name.get("localSheetId", "")
            home = sheets[int(at)] if at.isdecimal() and int(at) < len(sheets) else ""
            try:
                name.text = mover.moved(name.text or "", home, whole=name.get("name", "").lower() in _SHOWN)
            except Unreadable:
                mover.doubt("formula_unread")

    def reckon_anew(self) -> None:
        """Let every program reckon all formulas when it opens the book."""
        settings = self.tree.find("{*}calcPr")
        if settings is None:
            settings = child(self.tree, "calcPr")
            after = [one for one in self.tree if local(one) in _BEFORE_CALC]
            self.tree.insert(self.tree.index(after[-1]) + 1, settings)
        settings.set("fullCalcOnLoad", "1")
        # The order in which cells were last reckoned names cells that have moved.
        for part in self.package.unrelate(self.part, "calcChain"):
            self.package.remove(part)


def text_of(item: Element) -> str:
    """A text of several formats, without the hints how to pronounce it."""
    return "".join(one.text or "" for one in item.iter("{*}t") if local(one.getparent()) != "rPh")
