"""What is held of cases (办件): the headings of forms that mean it, and the rows of a form about cases.

A form about cases is a ledger of requests (诉求登记表, 事件台账): what was asked, where, who did it, and what became of
it. Who had asked is not in it: nobody who only counts needs to know.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from linli.apps.admission.held import CASES_FROM, CASES_TO
from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.queries import names_of
from linli.insight.forms.column import AskedColumn, Level
from linli.insight.forms.rosters import CASES_CLASS
from linli.lib.filling import Value
from linli.lib.prefix import within
from linli.lib.sheets.headers import plain_name
from linli.spine.cases import kinds
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import EventClass

CHUNK: Final = 1000
COMMUNITY_DIGITS: Final = 12
#: Key → what it is called here, and the other headings that mean it. Domain data: in Chinese, as forms are.
HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    key: words.split()
    for key, words in {
        "number": "序号 编次",
        "case_number": "办件编号 编号 工单编号 工单号 事件编号 诉求编号 登记编号",
        "opened_on": "受理时间 受理日期 登记时间 登记日期 上报时间 上报日期 反映时间 反映日期 "
        "接报时间 接报日期 来访时间 诉求时间",
        "event_class": "类别 类型 事件类型 事件类别 诉求类别 诉求类型 问题类别 问题类型 矛盾类型 隐患类型",
        "matter": "事项 事项名称 对应事项",
        "title": "诉求内容 反映问题 反映内容 问题描述 事件名称 事件描述 事件简述 纠纷简要情况 "
        "纠纷内容 纠纷情况 简要案情 简要情况 主要内容 标题 问题 诉求",
        "place": "地点 发生地点 位置 详细位置 事发地点 地址",
        "community": "社区 所属社区 所在社区 社区名称",
        "grid": "网格 所属网格 所在网格 网格名称",
        "source": "来源 诉求来源 受理渠道 来源渠道 受理方式 渠道",
        "unit": "承办单位 责任单位 办理单位 处置单位 主办单位 牵头单位",
        "state": "状态 办理状态 处置状态 办理进度 目前进度 进展",
        "due_on": "办理期限 办结期限 限办时间 截止时间 承诺期限",
        "handled_on": "处置时间 处理时间 办理时间 处理日期 办理日期",
        "closed_on": "办结时间 办结日期 完成时间 结案时间 结案日期",
        "is_closed": "是否办结 是否完成 是否结案",
        "is_late": "是否超期 是否逾期 是否超时",
        "solved": "是否解决 解决情况 居民是否认可解决",
        "satisfaction": "满意度 满意度评价 群众满意度 居民评价 评价",
    }.items()
}
#: Who stands beside a case: what belongs to them is theirs, and no form about cases is filled with people.
_SOMEBODY: Final = re.compile(
    r"当事|甲方|乙方|反映人|诉求人|投诉人|来访人|申请人|联系人|调解员|调解人|姓名|居民信息|人员信息|被申请"
)


@cache
def _words() -> Mapping[str, str]:
    return {plain_name(word): key for key, words in HEADINGS.items() for word in words}


def key_of(name: str) -> str:
    """Under which key a heading is held of cases; "" for what they do not hold."""
    *groups, last = name.split("/")
    return "" if any(_SOMEBODY.search(group) for group in groups) else _words().get(plain_name(last), "")


def columns_of(names: Sequence[str]) -> tuple[AskedColumn, ...]:
    """What each heading asks for of a case."""
    somebody = any(_SOMEBODY.search(name) for name in names)
    found = []
    for at, name in enumerate(names):
        key = key_of(name)
        # Beside somebody's name an address is theirs.
        theirs = somebody and plain_name(name.rpartition("/")[2]) == "地址"
        if name:
            found.append(AskedColumn(at, name, "" if theirs else key, attribute=key, level=_level(key)))
    return tuple(found)


def _level(key: str) -> Level:
    return "personal" if key in ("title", "place") else "open"


SATISFACTION: Final = {1: "不满意", 2: "基本满意", 3: "满意"}


def is_about_cases(roster: Mapping[str, object]) -> bool:
    """Whether a form asks about cases of a period, and not about people."""
    return CASES_FROM in roster and CASES_TO in roster


def class_words(of: str) -> str:
    """A class of cases in words; "" for all."""
    with translation.override("zh-hans"):
        return str(dict(EventClass.choices).get(of, ""))


@dataclass
class CaseSource:
    """The cases of a period in an area, as the actor may see them; nobody's own tasks and certificates."""

    actor: Actor
    area_id: str
    chosen: Mapping[str, str]
    today: date

    @property
    def day(self) -> date:
        """As of when they are told: they are told as they stand."""
        return self.today

    @cached_property
    def period(self) -> tuple[date, date]:
        """The first and the last day on which they came in. Raises ValueError for days that are none."""
        return date.fromisoformat(self.chosen[CASES_FROM]), date.fromisoformat(self.chosen[CASES_TO])

    def reader(self, column: AskedColumn, *, whole: bool = False) -> Callable[["CaseRow"], Value]:
        """What reads a column out of rows."""
        return reader(column.key)

    def found(self) -> QuerySet[Case]:
        """The cases, in the order of their ids. Not yet read."""
        first, last = (datetime.combine(day, time.min, timezone.get_current_timezone()) for day in self.period)
        reported = [kind.flow.kind for kind in kinds.answering()]
        some = {"event_class": self.chosen[CASES_CLASS]} if CASES_CLASS in self.chosen else {}
        rows = Case.objects.visible_to(self.actor).filter(
            **within("area_id", self.area_id),
            **some,
            kind__in=reported,
            opened_at__gte=first,
            opened_at__lt=last + timedelta(days=1),
        )
        return rows.select_related("matter", "unit").order_by("pk")

    def count(self, most: int) -> int:
        """How many cases, counted up to `most`."""
        return int(self.found()[:most].count())

    def chunks(self) -> Iterator[Sequence["CaseRow"]]:
        """Every case, a thousand at a time, by keyset."""
        last, number = 0, 0
        while some := list(self.found().filter(pk__gt=last)[:CHUNK]):
            names = names_of({case.area_id for case in some})
            yield [CaseRow(number + at, case, names) for at, case in enumerate(some, start=1)]
            last, number = some[-1].pk, number + len(some)


@dataclass(frozen=True)
class CaseRow:
    """One line: its number, the case, and the names of places."""

    number: int
    case: Case
    names: Mapping[str, str]

    @property
    def key(self) -> str:
        """The key of the row."""
        return f"case:{self.case.pk}"


@dataclass(frozen=True)
class _Words:
    """Codes in the words of the domain, whatever the language of whoever asks: the file goes on to others."""

    classes: Mapping[str, str]
    sources: Mapping[str, str]
    states: Mapping[tuple[str, str], str]
    now: datetime


def _domain_words() -> _Words:
    with translation.override("zh-hans"):
        return _Words(
            classes={code: str(label) for code, label in EventClass.choices},
            sources={code: str(label) for code, label in Case.Source.choices},
            states={
                (kind.flow.kind, state.code): gettext(state.label)
                for kind in kinds.answering()
                for state in kind.flow.states
            },
            now=timezone.now(),
        )


def reader(key: str) -> Callable[[CaseRow], Value]:
    """What reads a column out of rows."""
    tell, words = _READERS[key], _domain_words()
    return lambda row: tell(row, words)


def _day(at: datetime | None) -> date | None:
    return timezone.localdate(at) if at is not None else None


def _yes(holds: bool | None) -> str | None:
    return None if holds is None else "是" if holds else "否"


def _late(case: Case, now: datetime) -> bool:
    return (case.handled_at or case.closed_at or now) > case.term_due


_READERS: Final[Mapping[str, Callable[[CaseRow, _Words], Value]]] = {
    "number": lambda row, words: row.number,
    "case_number": lambda row, words: row.case.number,
    "opened_on": lambda row, words: _day(row.case.opened_at),
    "event_class": lambda row, words: words.classes.get(row.case.event_class),
    "matter": lambda row, words: row.case.matter.name if row.case.matter is not None else None,
    "title": lambda row, words: row.case.title,
    "place": lambda row, words: row.case.place or None,
    "community": lambda row, words: row.names.get(row.case.area_id[:COMMUNITY_DIGITS]),
    "grid": lambda row, words: row.names.get(row.case.area_id) if len(row.case.area_id) > COMMUNITY_DIGITS else None,
    "source": lambda row, words: words.sources.get(row.case.source),
    "unit": lambda row, words: row.case.unit.name if row.case.unit is not None else None,
    "state": lambda row, words: words.states.get((row.case.kind, row.case.state)),
    "due_on": lambda row, words: _day(row.case.term_due),
    "handled_on": lambda row, words: _day(row.case.handled_at),
    "closed_on": lambda row, words: _day(row.case.closed_at),
    "is_closed": lambda row, words: _yes(not row.case.is_open),
    "is_late": lambda row, words: _yes(_late(row.case, words.now)),
    "solved": lambda row, words: _yes(row.case.solved),
    "satisfaction": lambda row, words: SATISFACTION.get(row.case.satisfaction or 0),
}
