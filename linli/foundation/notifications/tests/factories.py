"""People and messages for the tests of notifications."""

from datetime import date, datetime

from django.utils import timezone

from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post, User
from linli.foundation.areas.models import Area
from linli.foundation.notifications import actions
from linli.foundation.notifications.actions import News

PHONE = "13800138000"


def make_user(username: str = "reader", kind: str = User.Kind.STAFF) -> User:
    # Pages ask the real clock how old a password is.
    return User.objects.create(username=username, name="测试用户", kind=kind, password_changed_at=timezone.now())


def make_staff(username: str = "reader") -> User:
    """A user with one post, who can open pages of the desk."""
    area, _made = Area.objects.get_or_create(
        id="32", defaults={"name": "江苏省", "level": "province", "valid_from": date(2020, 1, 1)}
    )
    user = make_user(username)
    Post.objects.create(user=user, role="auditor", area=area, starts_on=date(2020, 1, 1))
    return user


def make_actor(username: str = "reader") -> Actor:
    return actor_for(make_user(username))


def tell(user_id: int | None, text: str = "Case JY-1 needs you.", *, now: datetime, **given: object) -> None:
    actions.notify(news=News(to_user_id=user_id, text=text, **given), now=now)


def text_to(phone: str = PHONE, text: str = "Your case is solved.", *, now: datetime, **given: object) -> None:
    actions.notify(news=News(phone=phone, text=text, **given), now=now)
