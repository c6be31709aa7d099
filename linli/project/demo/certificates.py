"""Certificates of the demo: sealed, one of them void, and one that waits for the seal. Offices are examples."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from linli.apps.certificates import actions
from linli.apps.certificates.actions import Given
from linli.apps.certificates.catalogue import kept
from linli.apps.certificates.models import Certificate
from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import COMMUNITY_SECRETARY, COMMUNITY_WORKER
from linli.register.people.models import Person

#: Item, what is certified, what for, which office (examples, all of them), days ago; 0 waits for the seal.
ISSUED: Final = (
    ("1.1", "参加楼道清洁和高龄老人陪护，共18小时", "求职", "某公司（示例）", 38),
    ("2.1", "邻居赵某（示例）", "物业服务合同纠纷一案", "某区人民法院（示例）", 27),
    ("1.1", "参加暑期少儿托管，共24小时", "入学", "某中学（示例）", 16),
    ("1.1", "参加垃圾分类宣传，共6小时", "评优", "某大学（示例）", 7),
    ("1.1", "参加社区食堂配餐，共12小时", "求职", "某医院（示例）", 0),
)
VOID: Final = 16


def fill_certificates(*, home: str, now: datetime) -> None:
    """Five certificates for people of the home community, through the real actions. Safe to repeat."""
    if Certificate.objects.exists():
        return
    writer, keeper = (_somebody(home, role.code, now) for role in (COMMUNITY_WORKER, COMMUNITY_SECRETARY))
    items = {item.code: item for item in kept(home, timezone.localdate(now))}
    people = Person.objects.visible_to(writer).living_here().exclude(identity_sealed="").select_related("dwelling")
    for person, (code, facts, purpose, office, days) in zip(people.order_by("pk"), ISSUED, strict=False):
        at = now - timedelta(days=days)
        given = Given(
            person_id=person.pk,
            address=person.dwelling.address if person.dwelling is not None else "本社区",
            facts=facts,
            purpose=purpose,
            addressee=office,
            proof="本人居民身份证",
        )
        made = actions.ask(by=writer, item=items[code], given=given, key=f"demo-certificate-{days}", now=at)
        if days:
            actions.act(case_id=made.pk, name="seal", by=keeper, now=at)
        if days == VOID:
            actions.act(case_id=made.pk, name="void", by=keeper, now=at, note="用途写错，另行出具")


def _somebody(home: str, role: str, now: datetime) -> Actor:
    posts = Post.objects.active(timezone.localdate(now)).filter(area_id=home, role=role).select_related("user")
    post = posts.order_by("pk")[0]
    return actor_for(post.user, post)
