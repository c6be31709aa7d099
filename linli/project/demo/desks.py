"""What waits on the desks of the demo: moves to answer, corrections to decide, made through the real actions."""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post, User
from linli.lib.errors import Refusal
from linli.project.demo.population import numbers
from linli.register.people.actions import corrections, transfers
from linli.register.people.models import Person

NEIGHBOUR: Final = "320105001004"
OUT: Final = 3
IN: Final = 4
WHY_OUT: Final = ("购房后搬走", "租约到期搬走", "与子女同住")
WHY_IN: Final = ("在贵社区购房", "租住贵社区房屋", "投靠父母", "工作调动")
CORRECTIONS: Final = (
    ("workplace", "退休前单位已改制", "居民上门说明，单位名称有变"),
    ("other_contact", "女儿", "走访时补充紧急联系人"),
    ("phone", "", "居民换了手机号码"),
    ("note", "行动不便，敲门后请多等一会儿", "走访时了解"),
    ("phone", "", "原号码已停用"),
)


def fill_desks(*, home: str, now: datetime) -> None:
    """Put moves and corrections before the community `home`, asked for in the last days."""
    mine, other, grid = (_actor(name) for name in ("community-worker", f"cw-{NEIGHBOUR}", "grid-worker"))
    if mine is not None and other is not None:
        _moves(mine, other, home, now)
    if grid is not None:
        _corrections(grid, now)


def _actor(username: str) -> Actor | None:
    post = Post.objects.filter(user__username=username).select_related("user", "area", "unit").order_by("pk").first()
    return actor_for(User.objects.get(pk=post.user_id), post) if post else None


def _settled(area_id: str, now: datetime, count: int) -> list[Person]:
    """People of whom nothing newer is known, spread over the area, heads of their homes."""
    before = now - timedelta(days=60)
    rows = Person.objects.within(area_id).living_here().filter(relation="02", updated_at__lt=before).order_by("pk")
    found = list(rows[: count * 9])
    return found[:: max(1, len(found) // count)][:count] if found else []


def _moves(mine: Actor, other: Actor, home: str, now: datetime) -> None:
    day = timezone.localdate(now) - timedelta(days=6)
    for person, reason in zip(_settled(NEIGHBOUR, now, IN), WHY_IN, strict=False):
        _out(other, person, home, day, reason, now - timedelta(days=3))
    for person, reason in zip(_settled(home, now, OUT), WHY_OUT, strict=False):
        _out(mine, person, NEIGHBOUR, day, reason, now - timedelta(days=2))


def _out(by: Actor, person: Person, to: str, day: date, reason: str, at: datetime) -> None:
    try:
        transfers.ask_out(by=by, people=[person.pk], to_area_id=to, happened_on=day, reason=reason, now=at)
    except Refusal:
        # A desk with one move less is a desk, too.
        return


def _corrections(grid: Actor, now: datetime) -> None:
    people = _settled(grid.area_id, now, len(CORRECTIONS))
    for number, (person, (field, value, reason)) in enumerate(zip(people, CORRECTIONS, strict=False)):
        given = {field: value or numbers.phone(90_000_000 + number)}
        corrections.propose(
            by=grid,
            person=person,
            given=given,
            reason=reason,
            now=now - timedelta(hours=5 + number * 7),
            submission_key=f"demo-{number}",
        )
