"""A list as a workbook: one row for each item, rows below it for further laws and documents of the same item."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area, Level
from linli.lib.chinese import fold, tidy
from linli.lib.errors import Invalid
from linli.lib.prefix import within
from linli.lib.sheets import SENTENCES, Limits, SheetRefused, find_header, open_sheet
from linli.lib.workbooks import Column, Stamp, write
from linli.spine.catalogue.actions.items import MOST_ITEMS, ItemGiven
from linli.spine.catalogue.models import Basis, Form, Matter, MatterList

#: Field → the heading of its column, and other headings that mean it. Domain data: in Chinese, whatever the language.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "category": ("类别", "类", "大类", "事项类别", "一级事项"),
    "code": ("编号", "序号", "事项编号", "编码"),
    "name": ("事项名称", "事项", "名称", "工作事项", "二级事项", "具体事项"),
    "told": ("居民须知", "说明", "事项说明"),
    "does": ("社区做什么", "社区职责", "工作内容", "具体内容"),
    "does_not": ("社区不做什么", "不承担"),
    "guarantees": ("保障", "保障措施", "工作保障", "经费和工作条件", "所需材料", "申请材料"),
    "specimen": ("证明样式", "样式", "格式文本"),
    "term": ("办理时限", "承诺时限", "时限"),
    "lead": ("牵头", "牵头单位", "责任单位", "责任部门", "主管部门", "牵头部门", "首接责任部门"),
    "carries": ("交办形式", "可交办的形式"),
    "area": ("适用范围", "适用区域"),
    "asked_by": ("提出单位", "指导单位"),
    "title": ("依据名称", "法律依据", "依据", "政策依据", "文件依据", "设定依据"),
    "number": ("文号", "文件号", "发文字号"),
    "article": ("条款", "条文", "具体条款"),
    "form": ("依据形式", "依据类型"),
    "issuer": ("制发主体", "制发主体类别", "发文主体"),
    "level": ("层级", "级别"),
    "issuer_name": ("制发机关", "发文机关", "制定机关"),
    "link": ("链接", "网址"),
    "valid_from": ("生效日期", "施行日期"),
    "valid_to": ("失效日期", "有效期至"),
    "identity": ("事项标识",),
}
FORMS: Final = {"法律法规规章": Basis.Form.LAW, "文件": Basis.Form.DOCUMENT}
ISSUERS: Final = {
    "人大": Basis.Issuer.LEGISLATURE,
    "党委政府": Basis.Issuer.GOVERNMENT,
    "党委政府办公厅（室）": Basis.Issuer.OFFICES,
    "部门": Basis.Issuer.DEPARTMENT,
    "其他": Basis.Issuer.OTHER,
}
LEVELS: Final = {
    "国家": Basis.Level.NATION,
    "省级": Basis.Level.PROVINCE,
    "市级": Basis.Level.CITY,
    "区级": Basis.Level.DISTRICT,
    "街道": Basis.Level.STREET,
}
#: The kinds of thing that an item carries, as a sheet writes them.
CARRIED: Final[Mapping[str, str]] = {
    "工作任务": Form.TASK,
    "检查": Form.INSPECTION,
    "评比排名": Form.APPRAISAL,
    "挂牌设点": Form.SIGNBOARD,
    "报表台账": Form.FORM,
    "工作群": Form.GROUP,
    "应用平台": Form.APP,
    "盖章证明": Form.SEAL,
    "指导": Form.ADVICE,
    "培训": Form.TRAINING,
    "告知": Form.NOTICE,
}
LEADS: Final = {"社区": Matter.Lead.COMMUNITY, "街道": Matter.Lead.STREET}
LIMITS: Final = Limits(workbook_bytes=8 * 2**20, text_bytes=8 * 2**20, rows=20_000, columns=60, cells=600_000)
_OF_BASIS: Final = ("form", "issuer", "level", "issuer_name", "title", "number", "article", "link")
_TEXTS: Final = ("code", "name", "told", "does", "does_not", "guarantees", "specimen")
MOST_TOLD: Final = 50
Key = TypeVar("Key", int, str)
#: Units of a term and the words for them; the first is written.
UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    Matter.TermUnit.WORKING_DAYS: ("个工作日", "工作日"),
    Matter.TermUnit.CALENDAR_DAYS: ("日", "天", "个自然日", "自然日"),
    Matter.TermUnit.WORKING_HOURS: ("个工作小时", "工作小时"),
    Matter.TermUnit.HOURS: ("小时", "个小时"),
}
AT_ONCE: Final = frozenset({"", "当场", "当场办结", "即时", "即时办结", "即办", "即办件", "0"})
_TERM: Final = re.compile(r"([0-9]{1,3})(\D*)")


def write_list(path: Path, matter_list: MatterList, *, stamp: Stamp) -> None:
    """Write a list to a workbook that `read_items` takes back. Two statements."""
    choices = {"form": tuple(FORMS), "issuer": tuple(ISSUERS), "level": tuple(LEVELS)}
    wide = {"name": 36, "told": 36, "does": 36, "does_not": 30, "guarantees": 30, "specimen": 40, "title": 40}
    columns = [
        Column(heads[0], "code" if field in choices else "text", width=wide.get(field), choices=choices.get(field, ()))
        for field, heads in HEADINGS.items()
    ]
    items = matter_list.matters.select_related("category", "lead_unit", "asked_by", "area__parent")
    items = items.prefetch_related("bases")
    rows = (row for item in items.order_by("position", "pk") for row in _rows(item))
    write(path, columns=columns, rows=rows, stamp=stamp)


def _rows(item: Matter) -> list[list[str]]:
    words = {value: word for word, value in (*FORMS.items(), *ISSUERS.items(), *LEVELS.items())}
    kinds = {value: word for word, value in CARRIED.items()}
    lead = {value: word for word, value in LEADS.items()}.get(Matter.Lead(item.lead))
    own = {
        "category": item.category.name if item.category else "",
        "lead": lead or (item.lead_unit.name if item.lead_unit else ""),
        "term": term_words(item.promised_amount, item.promised_unit),
        "carries": "、".join(kinds[kind] for kind in item.carries if kind in kinds),
        "area": _path(item.area) if item.area else "",
        "asked_by": item.asked_by.name if item.asked_by else "",
        "identity": str(item.identity),
        **{name: getattr(item, name) for name in _TEXTS},
    }
    found = []
    for basis in item.bases.all() or [None]:
        of_basis: dict[str, str] = {}
        if basis is not None:
            of_basis = {name: words.get(getattr(basis, name), getattr(basis, name)) for name in _OF_BASIS}
            of_basis["valid_from"] = basis.valid_from.isoformat() if basis.valid_from else ""
            of_basis["valid_to"] = basis.valid_to.isoformat() if basis.valid_to else ""
        row = {**own, **of_basis}
        found.append([row.get(field, "") for field in HEADINGS])
        own = {}
    return found


def read_items(path: Path, *, original_name: str, area_id: str) -> tuple[list[ItemGiven], list[int]]:
    """The items of a sheet, and the row of each. Raises Invalid, with a sentence for every cell that cannot be read.

    Headings are recognised by their usual words, in any order; leading units by their names in the district.
    """
    try:
        book = open_sheet(path, original_name=original_name, limits=LIMITS)
        sheet = next((one.name for one in book.sheets if not one.hidden), "")
        top = list(islice(book.rows(sheet), 40))
        at = {heading: field for field, heads in HEADINGS.items() for heading in heads}
        header = find_header(top, lambda name: name in at)
        columns = {at[name]: place for place, name in enumerate(header.names) if name in at}
        missing = [HEADINGS[field][0] for field in ("code", "name") if field not in columns]
        if missing:
            text = _("The sheet has no column %(names)s. Take the workbook of a list as a pattern.")
            raise Invalid(fields={"file": text % {"names": "、".join(missing)}})
        rows = [(number, cells) for number, cells in book.rows(sheet, start=header.data_from) if any(cells)]
    except SheetRefused as refused:
        raise Invalid(fields={"file": _(SENTENCES[refused.code]) % refused.values}) from refused
    return _items(rows, columns, area_id)


def _items(
    rows: Sequence[tuple[int, list[str]]], columns: Mapping[str, int], area_id: str
) -> tuple[list[ItemGiven], list[int]]:
    units = {fold(name): pk for pk, name in Unit.objects.filter(**within("area_id", area_id)).values_list("pk", "name")}
    places = _places(area_id)
    problems: list[str] = []
    given: list[dict[str, Any]] = []
    numbers: list[int] = []
    category = ""
    for number, cells in rows:
        row = {field: tidy(cells[place]) if place < len(cells) else "" for field, place in columns.items()}
        if row["code"] or row["name"]:
            # A merged category stands only in its first row.
            category = row.get("category") or category
            given.append(
                {
                    **{name: row.get(name, "") for name in _TEXTS},
                    **_term(number, row.get("term", ""), problems),
                    "category": category,
                    "bases": [],
                    **_lead(number, row.get("lead", ""), units, problems),
                    **_scope(number, row, units, places, problems),
                }
            )
            numbers.append(number)
        if row.get("title"):
            if not given:
                problems.append(_("Row %(row)s: a basis without an item above it.") % {"row": number})
            else:
                given[-1]["bases"].append(_basis(number, row, problems))
    if len(given) > MOST_ITEMS:
        problems.insert(0, _("A list holds at most %(n)s items.") % {"n": MOST_ITEMS})
    if not given:
        problems.append(_("The sheet holds no items."))
    if problems:
        raise Invalid(fields={"file": "\n".join(problems[:MOST_TOLD])})
    return [ItemGiven(**one) for one in given], numbers


def term_words(amount: int, unit: str) -> str:
    """A term in words of the domain: 3个工作日; nothing for none."""
    return f"{amount}{UNITS[unit][0]}" if amount else ""


def _term(number: int, text: str, problems: list[str]) -> dict[str, Any]:
    word = fold(text).replace(" ", "").removesuffix("内").removesuffix("以内")
    if word in AT_ONCE:
        return {}
    found = _TERM.fullmatch(word)
    unit = next((unit for unit, words in UNITS.items() if found and found[2] in words), None)
    if found is None or unit is None:
        values = {"row": number, "column": HEADINGS["term"][0]}
        problems.append(_("Row %(row)s, %(column)s: write it like 3个工作日, 5日 or 当场.") % values)
        return {}
    return {"promised_amount": int(found[1]), "promised_unit": unit}


def _lead(number: int, text: str, units: Mapping[str, int], problems: list[str]) -> dict[str, Any]:
    name = fold(text)
    if not name or name in LEADS:
        return {"lead": LEADS.get(name, Matter.Lead.COMMUNITY)}
    if name not in units:
        values = {"row": number, "name": text[:40]}
        problems.append(_("Row %(row)s: no unit of the district is called “%(name)s”.") % values)
    return {"lead": Matter.Lead.DEPARTMENT, "lead_unit_id": units.get(name)}


def _path(area: Area) -> str:
    """Where an area lies: two streets may have communities of the same name."""
    return f"{area.parent.name}/{area.name}" if area.parent and area.level == Level.COMMUNITY else area.name


def _places(area_id: str) -> dict[str, str]:
    """The streets and communities of an area by their names, and by names with the street before them."""
    rows = Area.objects.within(area_id).filter(level__in=(Level.STREET, Level.COMMUNITY)).select_related("parent")
    found: dict[str, str] = {}
    twice: set[str] = set()
    for area in rows:
        for name in {fold(area.name), fold(_path(area))}:
            twice |= {name} & found.keys()
            found[name] = area.pk
    return {name: pk for name, pk in found.items() if name not in twice}


def _scope(
    number: int, row: Mapping[str, str], units: Mapping[str, int], places: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:
    """What may be handed down under an item, where and by whom; a sheet without these columns says nothing of it."""
    found: dict[str, Any] = {}
    if "carries" in row:
        words = [word for word in re.split(r"[、,，;；\s]+", row["carries"]) if word]
        if any(word not in CARRIED for word in words):
            values = {"row": number, "column": HEADINGS["carries"][0], "words": "、".join(CARRIED)}
            problems.append(_("Row %(row)s, %(column)s: write one of %(words)s.") % values)
        found["carries"] = [CARRIED[word] for word in words if word in CARRIED]
    if "area" in row:
        found["area_id"] = _known(number, "area", row, places, problems) or ""
    if "asked_by" in row:
        found["asked_by_id"] = _known(number, "asked_by", row, units, problems) or 0
    if row.get("identity"):
        try:
            found["identity"] = UUID(row["identity"])
        except ValueError:
            values = {"row": number, "column": HEADINGS["identity"][0]}
            problems.append(_("Row %(row)s, %(column)s: leave it as Linli wrote it, or empty.") % values)
    return found


def _known(
    number: int, field: str, row: Mapping[str, str], known: Mapping[str, Key], problems: list[str]
) -> Key | None:
    """The unit or area that a cell names; None for an empty one."""
    name = fold(row[field])
    if name and name not in known:
        values = {"row": number, "column": HEADINGS[field][0], "name": name[:40]}
        problems.append(_("Row %(row)s, %(column)s: “%(name)s” is not known in the area of the list.") % values)
    return known.get(name)


def _basis(number: int, row: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: row.get(name, "") for name in _OF_BASIS}
    for name, words in (("form", FORMS), ("issuer", ISSUERS), ("level", LEVELS)):
        value = words.get(fold(row.get(name, ""))) or words.get(row.get(name, ""))
        if value is None:
            values = {"row": number, "column": HEADINGS[name][0], "words": "、".join(words)}
            problems.append(_("Row %(row)s, %(column)s: write one of %(words)s.") % values)
        found[name] = value or ""
    for name in ("valid_from", "valid_to"):
        found[name] = _day(number, HEADINGS[name][0], row.get(name, ""), problems)
    return found


def _day(number: int, column: str, text: str, problems: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(fold(text)[:10].replace("/", "-").replace(".", "-"))
    except ValueError:
        values = {"row": number, "column": column}
        problems.append(_("Row %(row)s, %(column)s: write the day as year-month-day.") % values)
        return None


def in_rows(refusal: Invalid, numbers: Sequence[int]) -> Invalid:
    """A refusal of `set_items`, which counts items, told by the rows of the sheet."""
    lines = []
    for field, text in list(refusal.fields.items())[:MOST_TOLD]:
        place = field.partition(".")[0]
        row = numbers[int(place) - 1] if place.isdigit() and 0 < int(place) <= len(numbers) else 0
        lines.append(_("Row %(row)s: %(text)s") % {"row": row, "text": text} if row else str(text))
    return Invalid(fields={"file": "\n".join(lines)})


def name_of(matter_list: MatterList) -> str:
    """The name of the file of a list."""
    return f"{matter_list.name}_v{matter_list.version}.xlsx"
