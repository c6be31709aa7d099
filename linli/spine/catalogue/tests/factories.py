"""Lists as tests need them: drafted and put in force through the real actions."""

from datetime import timedelta

from linli.spine.catalogue.actions import admitted, items, lists
from linli.spine.catalogue.actions.items import ItemGiven
from linli.spine.catalogue.models import Matter, MatterList

DISTRICT = "320105"
LAW = {"form": "law", "issuer": "legislature", "level": "nation", "title": "某某法", "article": "第三条"}


def item(code: str = "1.1", name: str = "调解民间纠纷", **more: object) -> ItemGiven:
    return ItemGiven(code=code, name=name, **{"category": "人民调解", "bases": [LAW], **more})  # type: ignore[arg-type]


def drafted(
    drafter, now, *given: ItemGiven, code: str = "local-duty", after: int = 1, kind: str = "duty"
) -> MatterList:
    made = lists.draft(
        by=drafter,
        area_id=DISTRICT,
        kind=kind,
        code=code,
        name="社区履职清单",
        source="测试",
        aliases=["依法履职清单", " "],
        valid_from=now.date() + timedelta(days=after),
        now=now,
    )
    items.set_items(by=drafter, matter_list=made, items=given or [item()], now=now)
    return made


def published(drafter, checker, approver, now, *given: ItemGiven, **more) -> MatterList:
    made = drafted(drafter, now, *given, **more)
    return through(made, drafter, checker, approver, now)


def through(made, drafter, checker, approver, now) -> MatterList:
    lists.submit(by=drafter, matter_list=made, now=now)
    lists.pass_check(by=checker, matter_list=made, now=now)
    lists.approve(by=approver, matter_list=made, now=now)
    made.refresh_from_db()
    return made


def admitted_to(first: MatterList, by, now, name: str = "消防安全宣传") -> Matter:
    on = first.valid_from
    given = item("", name, valid_from=on)
    return admitted.admit_item(by=by, area_id=DISTRICT, kind="duty", given=given, now=now, note="同意")
