"""Tasks, applications and agreements of the demo: handed down, refused, corrected, promised and late, in two months.

Made through the real actions, so that every rule has spoken. No document number and no sum is taken from anywhere:
the papers say that they are examples.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.apps.admission.actions import (
    agreements,
    applications,
    arrivals,
    drafts,
    evaluations,
    objections,
    standing,
    tasks,
)
from linli.apps.admission.actions.agreements import ClauseGiven
from linli.apps.admission.actions.applications import Answer
from linli.apps.admission.actions.drafts import ApplicationGiven
from linli.apps.admission.actions.tasks import HandingGiven
from linli.apps.admission.models import Agreement, Application, Guarantee, Handing, Standing, Task
from linli.apps.certificates import actions as certificates
from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import CIVIL_AFFAIRS, COMMUNITY_SECRETARY, ORGANISATION
from linli.foundation.files.documents import store_document
from linli.foundation.files.models import StoredFile
from linli.spine.cases.kinds import Inputs
from linli.spine.catalogue.models import Matter

NOTICE: Final = {
    "title": "示例文件：关于请社区协助宣传的通知",
    "form": "document",
    "issuer": "department",
    "level": "city",
    "issuer_name": "市有关部门（示例）",
    "number": "〔示例〕1号",
    "article": "第二条",
    "link": "https://example.org/demo.html",
}
AGREED: Final = (
    ("dept-health", "协助做好公共卫生工作", "发放宣传页，通知居民参加健康讲座", 600_000),
    ("dept-fire", "协助消防安全宣传", "张贴消防提示，组织居民参加演练", 400_000),
)
ON_LIST: Final = (
    (
        "dept-health",
        "协助做好公共卫生工作",
        "秋冬季健康讲座通知",
        "请通知六十岁以上居民参加健康讲座，张贴海报。",
        90,
        45,
    ),
    ("dept-fire", "协助消防安全宣传", "楼道消防提示张贴", "请在每个单元门口张贴消防提示。", 120, 30),
    ("dept-health", "协助做好公共卫生工作", "流感疫苗接种告知", "请告知辖区老年人接种时间和地点。", 60, 12),
)
#: Certificate, who had asked the resident for it, how many days ago.
WANTED: Final = (
    ("kinship", "某银行网点（示例）", 41),
    ("death", "某保险公司（示例）", 33),
    ("no_crime", "某用人单位（示例）", 26),
    ("death", "某银行网点（示例）", 19),
    ("marriage", "", 12),
    ("alive", "某单位退休办（示例）", 5),
    ("death", "某公证机构（示例）", 2),
)
FORM_COLUMNS: Final = ("序号", "姓名", "联系电话", "现住址", "店招名称", "从业人数", "是否亮证经营")
#: Kind, word, how many are gone, how many are not.
CLEANED: Final = (
    ("task", "工作任务", 25, 1),
    ("appraisal", "评比项目", 48, 2),
    ("signboard", "机构牌子", 42, 3),
    ("form", "台账", 72, 4),
    ("app", "网络平台", 20, 2),
)
PUSHED: Final = (
    ("dept-urban", "inspection", "门前三包迎检资料报送", "请整理门前三包检查资料，按要求报送台账。", 50, "closed"),
    ("dept-market", "form", "商户信息统计表", "请逐户填报商户信息统计表。", 33, "correcting"),
    ("dept-water", "app", "安装节水平台并每日打卡", "请组织居民安装平台，每日打卡不少于三十人。", 20, "protested"),
    ("dept-urban", "inspection", "楼道杂物专项检查", "请逐栋检查楼道杂物并报送结果。", 4, "refused"),
    ("dept-env", "appraisal", "绿色楼栋评比", "请组织绿色楼栋评比并报送名单。", 1, "new"),
)


def fill_admission(*, home: str, now: datetime) -> None:
    """Two months of tasks between departments and the communities of the street of `home`. Safe to repeat."""
    if Handing.objects.exists() or Application.objects.exists():
        return
    _Story(home, now).tell()


class _Story:
    """One telling: who plays which part, and what happens in which order."""

    def __init__(self, home: str, now: datetime) -> None:
        self.home, self.now = home, now
        posts = list(Post.objects.active(timezone.localdate(now)).select_related("user", "unit").order_by("pk"))
        # By their numbers: whoever may sign in comes first.
        self.by_unit = {post.unit.code: actor_for(post.user, post) for post in reversed(posts) if post.unit is not None}
        secretaries = [post for post in posts if post.role == COMMUNITY_SECRETARY.code]
        self.secretaries = {
            post.area_id: actor_for(post.user, post) for post in secretaries if post.area_id.startswith(home[:9])
        }
        self.civil, self.organisation = (
            next(actor_for(post.user, post) for post in posts if post.role == role.code)
            for role in (CIVIL_AFFAIRS, ORGANISATION)
        )

    def at(self, days: float) -> datetime:
        """So many days ago, in the morning or afternoon of that day."""
        return self.now - timedelta(days=days)

    def sender(self, code: str) -> Actor:
        """Somebody of a department who hands tasks down."""
        return self.by_unit[code]

    def tell(self) -> None:
        """Everything, oldest first."""
        self.agree()
        for code, name, title, text, asked, days in ON_LIST:
            self.hand_down_on_list(code, name, title, text, asked, days)
        for code, form, title, text, days, end in PUSHED:
            self.push(code, form, title, text, days, end)
        self.apply()
        self.clean_up()
        self.evaluate()
        self.turn_away()
        secretary = self.secretaries[self.home]
        item = self.item("协助做好公共卫生工作")
        objections.object_to(by=secretary, matter=item, text="同一活动不宜同时报纸质和电子两套台账", now=self.at(9))

    def item(self, name: str) -> Matter:
        return Matter.objects.select_related("matter_list").get(
            name=name, matter_list__area_id=self.home[:6], matter_list__is_example=True
        )

    def turn_away(self) -> None:
        """Certificates that residents were sent for, and that no community issues."""
        for code, wanted_by, days in WANTED:
            certificates.refuse(by=self.secretaries[self.home], code=code, wanted_by=wanted_by, now=self.at(days))

    def agree(self) -> None:
        """Agreements of two departments with every community; one promised sum is late.

        Early in a year the tasks of the last two months belong to two years, and each has its own agreements.
        """
        for year in range(self._day(58).year, self._day(0).year + 1):
            for code, name, what, amount in AGREED:
                by, item = self.sender(code), self.item(name)
                made = agreements.draft(
                    by=by, area_ids=sorted(self.secretaries), matters=[item], year=year, now=self.at(58)
                )
                for row in made:
                    self._sign(row, by, item, what, amount)

    def _sign(self, row: Agreement, by: Actor, item: Matter, what: str, amount: int) -> None:
        first = max(self._day(30), date(row.year, 1, 1))
        second = max(self._day(-20), first + timedelta(days=30))
        lines: Sequence[dict[str, Any]] = [
            {"kind": "money", "what": "第一笔", "amount": amount, "due_on": first},
            {"kind": "money", "what": "第二笔", "amount": amount, "due_on": second},
            {"kind": "guidance", "what": "上门培训一次", "due_on": first},
        ]
        clause = row.clauses.get()
        given = ClauseGiven(matter=item, what=what, conditions="提供宣传品和培训材料", guarantees=lines)
        agreements.save_clause(by=by, agreement_id=row.pk, given=given, clause_id=clause.pk)
        row = agreements.offer(by=by, agreement_id=row.pk, now=self.at(57))
        secretary = self.secretaries[row.area_id]
        agreements.sign(by=secretary, agreement_id=row.pk, now=self.at(55), seen=row.digest)
        guidance, money = (
            Guarantee.objects.filter(clause__agreement=row, kind=kind).order_by("due_on")[0]
            for kind in ("guidance", "money")
        )
        arrivals.record(by=secretary, guarantee_id=guidance.pk, on=timezone.localdate(self.at(40)), now=self.at(40))
        late = row.area_id == self.home and row.unit.code == "dept-fire"
        if not late:
            day = timezone.localdate(self.at(33))
            arrivals.record(by=secretary, guarantee_id=money.pk, on=day, amount=money.amount, now=self.at(33))

    def _hand(self, by: Actor, at: datetime, **given: Any) -> Handing:
        fields = HandingGiven(
            area_ids=sorted(self.secretaries),
            due_on=timezone.localdate(at) + timedelta(days=14),
            key=f"demo-{given['title']}",
            **given,
        )
        return tasks.hand_down(by=by, given=fields, now=at).handing

    def _in(self, handing: Handing, area_id: str) -> Task:
        return Task.objects.select_related("case").get(handing=handing, case__area_id=area_id)

    def _act(self, task: Task, name: str, by: Actor, at: datetime, note: str, **given: Any) -> None:
        minutes = given.pop("minutes", None)
        inputs = Inputs(note=note, **given)
        tasks.act(case_id=task.pk, name=name, by=by, inputs=inputs, now=at, minutes=minutes)

    def hand_down_on_list(self, code: str, name: str, title: str, text: str, asked: int, days: int) -> None:
        """A task that an item allows: older ones are finished nearly everywhere, the newest is being done."""
        by = self.sender(code)
        handing = self._hand(
            by, self.at(days), title=title, text=text, form="task", matter=self.item(name), asked_minutes=asked
        )
        for at, (area_id, secretary) in enumerate(sorted(self.secretaries.items())):
            task = self._in(handing, area_id)
            self._act(task, "accept", secretary, self.at(days - 1), "")
            if days < 20 and at % 3:
                continue
            spent = asked + (at % 4) * 25
            self._act(task, "hand_in", secretary, self.at(days - 6), "已按要求办理", minutes=spent)
            if days > 20:
                self._act(task, "confirm", by, self.at(days - 8), "")

    def push(self, code: str, form: str, title: str, text: str, days: int, end: str) -> None:
        """A task that no list allows, and how far its refusal has come in the home community."""
        by, at = self.sender(code), self.at(days)
        files = [_empty_form(title, by, at)] if form == "form" else []
        given = {"title": title, "text": text, "form": form, "files": files}
        handing = self._hand(by, at, **given, asked_minutes=240, knowingly=True, claimed="")
        for area_id, secretary in sorted(self.secretaries.items()):
            task = self._in(handing, area_id)
            if end == "new" or (end == "refused" and area_id != self.home):
                continue
            if end == "protested":
                self._act(task, "accept_once", secretary, self.at(days - 1), "仅此一次，请按准入程序申请")
                continue
            self._act(
                task, "refuse", secretary, self.at(days - 1), "不在清单内，请按准入程序办理", reason="not_in_list"
            )
            if end in ("correcting", "closed"):
                self._act(task, "order", self.organisation, self.at(days - 3), "请核实并督促纠正，限期答复")
            if end == "closed":
                note = "已撤回，今后按清单交办"
                self._act(task, "correct", by, self.at(days - 6), note, reason="withdrawn")
                self._act(task, "close", self.civil, self.at(days - 8), "核实已撤回，予以办结")

    def _application(self, code: str, at: datetime, **given: Any) -> Application:
        by = self.sender(code)
        fields: dict[str, Any] = {
            "area_id": self.home[:9],
            "list_kind": "assist",
            "form": "task",
            "why": "社区熟悉居民，通知更容易到户",
            "conditions": "提供宣传品，每年培训一次",
            "bases": [NOTICE],
        }
        row = drafts.save(by=by, given=ApplicationGiven(**(fields | given)), now=at)
        return applications.submit(by=by, application_id=row.pk, now=at)

    def _answers(self, row: Application, at: datetime, most: int) -> None:
        for secretary in list(dict(sorted(self.secretaries.items())).values())[:most]:
            said = Answer(stance="support", terms_ok=True)
            applications.answer(by=secretary, application_id=row.pk, given=said, now=at)

    def apply(self) -> None:
        """One admitted for a time, one with the communities, one that the rules have stopped, one draft."""
        money = [{"kind": "money", "what": "", "amount": 200_000, "due_on": self._day(-25)}]
        first = self._application(
            "dept-fire",
            self.at(26),
            name="协助开展电动自行车充电安全提示",
            does="张贴充电安全提示，提醒居民不在楼道充电",
            starts_on=self._day(10),
            ends_on=self._day(-170),
            offered=money,
        )
        asked = first.opinions.count()
        self._answers(first, self.at(23), asked)
        row = Application.objects.select_related("case").get(pk=first.pk)
        if row.case is not None and row.case.state == "consulting":
            applications.advance(application_id=row.pk, now=self.at(14.5))
        note = "联席会议认为依据充分，经费落实"
        applications.act(
            application_id=first.pk, name="recommend", by=self.civil, inputs=Inputs(note=note), now=self.at(13)
        )
        note = "同意临时准入"
        applications.act(
            application_id=first.pk, name="admit", by=self.organisation, inputs=Inputs(note=note), now=self.at(12)
        )
        second = self._application(
            "dept-health",
            self.at(2),
            name="协助组织免费肺功能筛查",
            does="通知符合条件的居民报名",
            starts_on=self._day(-70),
            offered=[{"kind": "money", "what": "", "amount": 150_000, "due_on": self._day(-90)}],
        )
        self._answers(second, self.at(1), 1)
        self._application(
            "dept-urban",
            self.at(3),
            name="社区负责占道经营整治",
            does="由社区牵头负责占道经营整治，完成率不低于九成",
            starts_on=self._day(-70),
            offered=[],
        )

    def clean_up(self) -> None:
        """A clean-up that took away as much as the Jianye report tells of (S5-03), under made-up names."""
        name = "示例：减负清理行动（数量参照建邺区公开报道）"
        for form, what, taken, kept in CLEANED:
            names = [f"示例{what}{n:02d}" for n in range(1, taken + kept + 1)]
            standing.find(by=self.civil, form=form, names=names, campaign=name, now=self.at(50))
            rows = list(Standing.objects.filter(form=form).order_by("pk").values_list("pk", flat=True))
            gone, left = rows[:taken], rows[taken:]
            standing.act(by=self.civil, ids=gone, step="go", now=self.at(45))
            standing.act(by=self.civil, ids=gone, step="gone", now=self.at(40))
            standing.act(by=self.organisation, ids=gone[: len(gone) * 9 // 10], step="checked", now=self.at(35))
            standing.act(by=self.civil, ids=left[:1], step="keep", now=self.at(45), reason="有法律法规依据，予以保留")

    def evaluate(self) -> None:
        """Both sides of some agreements have scored, one side of the home community's own has not."""
        rows = Agreement.objects.filter(unit__code="dept-health").order_by("area_id")
        for at, row in enumerate(rows):
            if timezone.localdate(self.now) < evaluations.opens_on(row):
                continue
            keys = list(row.clauses.values_list("pk", flat=True))
            topics = {code: 95 - 5 * place - at % 7 for place, code in enumerate(evaluations.topics(row))}
            sides = [self.sender("dept-health"), self.secretaries[row.area_id]]
            for by in sides[:1] if row.area_id == self.home else sides:
                evaluations.evaluate(
                    by=by,
                    agreement_id=row.pk,
                    clauses=dict.fromkeys(keys, 98 - at % 9),
                    given_topics=topics,
                    now=self.at(2),
                    comment="配合积极，通知到位" if by is sides[0] else "培训实用，经费到账较晚",
                )

    def _day(self, days_ago: int) -> date:
        return timezone.localdate(self.at(days_ago))


def _empty_form(title: str, by: Actor, at: datetime) -> StoredFile:
    """A form as departments send them: a title over all columns, a header, nothing below it."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.cell(1, 1, title)
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(FORM_COLUMNS))
    for column, name in enumerate(FORM_COLUMNS, start=1):
        page.cell(2, column, name)
    out = io.BytesIO()
    book.save(out)
    return store_document(upload=SimpleUploadedFile(f"{title}.xlsx", out.getvalue()), by=by, now=at)
