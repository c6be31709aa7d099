"""Applications, agreements and tasks as tests need them: through the real actions, with as little said as possible."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from linli.apps.admission.actions import agreements, applications, arrivals, drafts, tasks
from linli.apps.admission.actions.agreements import ClauseGiven
from linli.apps.admission.actions.applications import Answer
from linli.apps.admission.actions.drafts import ApplicationGiven
from linli.apps.admission.actions.tasks import Handed, HandingGiven
from linli.apps.admission.models import Agreement, Application, Guarantee, Task
from linli.apps.admission.queries import judging
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.spine.cases.kinds import Inputs
from linli.spine.catalogue.models import Matter

HOME = "320105001001"
ELSEWHERE = "320105001004"
CITY_FILE = {
    "title": "关于开展社区消防安全宣传的通知",
    "form": "document",
    "issuer": "department",
    "level": "city",
    "number": "〔示例〕1号",
    "article": "第二条",
    "link": "https://example.org/1.html",
}
GOVERNMENT_FILE = {**CITY_FILE, "issuer": "government"}


def of_unit(actor: Actor, code: str) -> Actor:
    """The same person in another unit."""
    return replace(actor, unit_id=Unit.objects.get(code=code).pk)


def item(name: str = "协助做好公共卫生工作") -> Matter:
    """An item of the demo lists."""
    return Matter.objects.select_related("matter_list", "lead_unit").get(
        name=name, matter_list__status="published", matter_list__is_example=True
    )


def given(**changes: object) -> ApplicationGiven:
    """An application that the rules let pass: assistance, a city department's file, money, conditions, in time."""
    fields: dict[str, object] = {
        "area_id": HOME,
        "list_kind": "assist",
        "form": "task",
        "name": "协助开展楼道消防安全宣传",
        "does": "张贴宣传页，提醒居民不在楼道堆放物品",
        "why": "居民听社区的话",
        "starts_on": date(2027, 3, 1),
        "conditions": "提供宣传页和讲解培训",
        "bases": [CITY_FILE],
        "offered": [{"kind": "money", "what": "", "amount": 3_000_000, "due_on": date(2027, 3, 31)}],
    }
    return ApplicationGiven(**(fields | changes))  # type: ignore[arg-type]


def submitted(by: Actor, now: datetime, **changes: object) -> Application:
    """An application that was sent in."""
    row = drafts.save(by=by, given=given(**changes), now=now)
    applications.submit(by=by, application_id=row.pk, now=now)
    return fresh(row)


def fresh(row: Application) -> Application:
    """The application as it is now."""
    return Application.objects.select_related("case", "matter__matter_list").get(pk=row.pk)


def act(
    row: Application, name: str, by: Actor, now: datetime, note: str = "理由充分，同意", basis: str = ""
) -> Application:
    """Make a move of an application."""
    basis = basis or ("某条例第五条〔示例〕5号" if name == "override" else "")
    applications.act(application_id=row.pk, name=name, by=by, inputs=Inputs(note=note), now=now, basis=basis)
    return fresh(row)


def answer(row: Application, by: Actor, now: datetime, **said: object) -> Application:
    """A community that supports it and finds the money sufficient, unless it says otherwise."""
    fields: dict[str, object] = {"stance": "support", "terms_ok": True}
    applications.answer(by=by, application_id=row.pk, given=Answer(**(fields | said)), now=now)  # type: ignore[arg-type]
    return fresh(row)


def admitted(actor_of, now: datetime, **changes: object) -> Application:
    """An application that went the whole way."""
    row = submitted(actor_of("department-staff"), now, **changes)
    row = answer(row, actor_of("community-secretary"), now)
    row = act(row, "recommend", actor_of("civil-affairs"), now)
    return act(row, "admit", actor_of("organisation"), now)


def objecting(row: Application, now: datetime, *, is_agreed: bool = False) -> set[str]:
    """The rules that object to an application."""
    loaded = Application.objects.prefetch_related("bases", "offered").get(pk=row.pk)
    return {finding.rule for finding in judging.verdict(loaded, agreed=is_agreed, now=now).objections}


def agreed(
    department: Actor,
    community: Actor,
    matter: Matter,
    now: datetime,
    *,
    amount: int = 3_000_000,
    due: date | None = None,
) -> Agreement:
    """An agreement over one item with the community, signed by both."""
    due = due or timezone.localdate(now) + timedelta(days=30)
    (row,) = agreements.draft(
        by=department, area_ids=[community.area_id], matters=[matter], year=timezone.localdate(now).year, now=now
    )
    clause = row.clauses.get()
    lines = [{"kind": "money", "amount": amount, "due_on": due}] if amount else []
    agreements.save_clause(
        by=department,
        agreement_id=row.pk,
        given=ClauseGiven(
            matter=matter,
            what="宣传通知",
            conditions="提供培训",
            waived_because="" if amount else "不产生费用",
            guarantees=lines,
        ),
        clause_id=clause.pk,
    )
    row = agreements.offer(by=department, agreement_id=row.pk, now=now)
    return agreements.sign(by=community, agreement_id=row.pk, now=now, seen=row.digest)


def guarantee_of(agreement: Agreement) -> Guarantee:
    """The only guarantee of an agreement."""
    return Guarantee.objects.get(clause__agreement=agreement)


def paid(community: Actor, guarantee: Guarantee, on: date, now: datetime, amount: int | None = None) -> None:
    """The community got an instalment, or all of it."""
    sum_paid = guarantee.amount if amount is None else amount
    arrivals.record(by=community, guarantee_id=guarantee.pk, on=on, now=now, amount=sum_paid)


#: What is asked: without a list, under the item of public health, and as a form under it.
PUSHED = {"title": "楼道杂物检查", "text": "对辖区楼道逐栋检查并报送结果", "form": "inspection"}
ASKED = {"title": "流感疫苗接种告知", "text": "请告知辖区老年人接种时间和地点", "form": "task"}
FORM = {"title": "老年人健康管理名册", "text": "请核对后填报", "form": "form"}


def handing(now: datetime, **changes: object) -> HandingGiven:
    """A task without a list, or one that fits the item of public health, to the home community."""
    said = FORM if changes.get("form") == "form" else ASKED if changes.get("matter") else PUSHED
    fields: dict[str, object] = {
        **said,
        "area_ids": [HOME],
        "due_on": timezone.localdate(now) + timedelta(days=14),
        "asked_minutes": 120,
        "key": uuid4().hex,
        "knowingly": True,
    }
    return HandingGiven(**(fields | changes))  # type: ignore[arg-type]


def handed(by: Actor, now: datetime, **changes: object) -> Handed:
    """Something handed down."""
    return tasks.hand_down(by=by, given=handing(now, **changes), now=now)


def task_in(done: Handed, area_id: str = HOME) -> Task:
    """The task in one community."""
    return Task.objects.select_related("case", "handing").get(handing=done.handing, case__area_id=area_id)


def move(task: Task, name: str, by: Actor, now: datetime, **more: object) -> Task:
    """Make a move of a task."""
    own = {key: more.pop(key) for key in ("minutes", "files", "into") if key in more}
    fields: dict[str, object] = {"note": "依据清单和协议办理"}
    inputs = Inputs(**(fields | more))  # type: ignore[arg-type]
    tasks.act(case_id=task.pk, name=name, by=by, inputs=inputs, now=now, **own)  # type: ignore[arg-type]
    return Task.objects.select_related("case", "handing").get(pk=task.pk)
