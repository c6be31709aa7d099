"""Words for a form: whom it is about, and where each of its columns comes from. Domain texts, so in Chinese."""

from collections.abc import Mapping
from typing import Final

from linli.apps.admission.held import CASES_FROM, CASES_TO
from linli.insight.forms import cases
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.reading import Form
from linli.insight.forms.rosters import CASES_CLASS, HOUSEHOLD, TENANCY, VISITS_FROM, VISITS_TO
from linli.insight.ledgers import definitions
from linli.insight.ledgers.models import Subject
from linli.register.people import codes, groups, headings
from linli.register.people.headings import SELF

MASKED: Final = "已脱敏，完整数据须另行审批导出"
NOT_HELD: Final = "未掌握，需社区填写"
_PLACES: Final[Mapping[str, str]] = {
    "address": "房屋登记·标准地址",
    "estate": "房屋登记·小区",
    "building": "房屋登记·楼栋",
    "entrance": "房屋登记·单元",
    "floor": "房屋登记·楼层",
    "room": "房屋登记·房号",
    "door.building": "房屋登记·楼栋房号",
    "door.entrance": "房屋登记·单元房号",
    "door.room": "房屋登记·房号",
    "school": "人口登记·工作单位（学生及未满16周岁者）",
    "floor_area": "房屋登记·面积",
    "community": "辖区·社区",
    "street": "辖区·街道",
    "grid": "辖区·网格",
    "born_month": "人口登记·出生年月",
    "other_phone": "人口登记·紧急联系电话",
    "is:head": "人口登记·与户主关系",
    "is:registered": "人口登记·人口类别",
    "is:floating": "人口登记·人口类别",
    "is:apart": "人口登记·人户一致",
    "is:together": "人口登记·人户一致",
    "own.covered": "人口登记·本户属于该类别的人数",
    "own.size": "户登记·家庭人口",
    "own.since": "房屋登记·承租起始",
    "own.rental_use": "房屋登记·出租用途",
    "own.visited_on": "走访记录·日期",
    "own.worker": "走访记录·走访人",
    "own.way": "走访记录·方式",
    "own.outcome": "走访记录·结果",
    "own.text": "走访记录·情况",
    "own.need": "走访记录·需求",
    "own.next_on": "走访记录·下次走访",
}
_SIDES: Final[Mapping[str, str]] = {
    "kind": "类别", "level": "等级", "certificate": "证号", "since": "认定日期", "review": "复核日期",
    "monthly": "月保障金", "account": "银行账号", "account_name": "户名", "approved_on": "审批日期",
    "classified": "分类施保", "covered": "保障人口", "begins": "起发月或认定日期",
    "living": "困难生活补贴", "care": "重度护理补贴",
}  # fmt: skip


def origin(column: AskedColumn, form: Form) -> tuple[str, str]:
    """Where a column of a form comes from, and what is to be known of it."""
    if not column.is_held:
        return NOT_HELD, ""
    note = MASKED if column.level == "sensitive" else ""
    if column.attribute in ("count", "share"):
        return "人口、户与办件统计", ""
    if form.about_cases and column.key in cases.HEADINGS:
        return f"办件·{cases.HEADINGS[column.key][0]}", note
    if column.subject != SELF:
        whose, what = headings.BY_SUBJECT[column.subject].label, headings.BY_NAME[column.attribute].label
        return f"人口登记·{whose}·{what}", note
    return _of_self(column.key), note


def _of_self(key: str) -> str:
    if key in _PLACES:
        return _PLACES[key]
    if key.startswith("home:"):
        return f"{_of_self('tag:' + key.removeprefix('home:'))}（本户）"
    kind, _dot, side = key.removeprefix("tag:").partition(".")
    known = groups.groups().get(kind)
    if key.startswith("tag:") or side:
        ending = f"·{_SIDES.get(side, side)}" if side else ""
        return f"人口登记·特殊类别·{known.label if known else kind}{ending}"
    return f"人口登记·{definitions.fields(Subject.PEOPLE)[key].label}"


def roster_words(chosen: Mapping[str, str]) -> str:
    """Whom or what the form is about, in words."""
    if "none" in chosen:
        who = "其他人员" if chosen["none"] == "1" else chosen["none"]
        return f"{who}（系统没有名册，表中不填）"
    if cases.is_about_cases(chosen):
        of = cases.class_words(chosen.get(CASES_CLASS, ""))
        return f"{chosen[CASES_FROM]}至{chosen[CASES_TO]}受理的{of}办件"
    if VISITS_FROM in chosen:
        return f"{chosen[VISITS_FROM]}至{chosen[VISITS_TO]}的走访记录"
    if chosen.get("unit") == TENANCY:
        return "在租房屋及承租人"
    people = _people(chosen)
    return f"{people}所在的家庭（一户一行）" if chosen.get("unit") == HOUSEHOLD else people


def _people(chosen: Mapping[str, str]) -> str:
    words = ""
    low, high = chosen.get("age_from"), chosen.get("age_to")
    if low and high:
        words += f"{low}至{high}岁"
    elif low or high:
        words += f"{low}岁及以上" if low else f"{high}岁及以下"
    if "sex" in chosen:
        words += "女性" if chosen["sex"] == "2" else "男性"
    if "kind" in chosen:
        words += codes.labels("population_kind").get(chosen["kind"], chosen["kind"])
    if "tag" in chosen:
        known = groups.groups().get(chosen["tag"])
        label = known.label if known else chosen["tag"]
        return f"{words}在册居民中的{label}"
    return f"{words}在册居民" if words else "全部在册居民"
