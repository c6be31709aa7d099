"""A small world: one province down to two communities, and people with posts in it."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password

from linli.foundation import vault
from linli.foundation.accounts.models import Post, Unit, User
from linli.foundation.areas.models import Area, Level

SINCE = date(2020, 1, 1)
PASSWORD = "Right-Password-1"
NAMES = {
    "32": "江苏省",
    "3201": "南京市",
    "320105": "建邺区",
    "320105001": "莫愁湖街道",
    "320105001001": "凤栖苑社区",
    "320105001004": "北圩路社区",
    "320105001001001": "凤栖苑第一网格",
}


def make_areas() -> dict[str, Area]:
    """Areas from the province to a grid."""
    made: dict[str, Area] = {}
    for code, name in NAMES.items():
        level = next(level for level in Level if level.digits == len(code))
        parent = next((made[code[:n]] for n in (12, 9, 6, 4, 2) if n < len(code)), None)
        kind = "basic" if level == Level.GRID else ""
        made[code] = Area.objects.get_or_create(
            pk=code, defaults={"name": name, "level": level, "parent": parent, "valid_from": SINCE, "kind": kind}
        )[0]
    return made


def make_user(username: str = "wang", **fields: Any) -> User:
    """A staff user whose password is PASSWORD and fresh on 2026-11-01."""
    defaults = {
        "name": "王小明",
        "password": make_password(fields.pop("plain", PASSWORD)),
        "password_changed_at": datetime.fromisoformat("2026-11-01T08:00:00+08:00"),
    }
    return User.objects.create(username=username, **{**defaults, **fields})


def make_resident(phone: str = "13800000001", **fields: Any) -> User:
    """A resident with a phone."""
    index = vault.index(phone, vault.PHONE)
    sealed = vault.seal(phone, vault.PHONE)
    return User.objects.create(
        username=f"r-{index[:8]}", kind="resident", phone_index=index, phone_sealed=sealed, password="!", **fields
    )


def make_post(user: User, role: str = "community_worker", area: str = "320105001001", **fields: Any) -> Post:
    """A post since 2020 that does not end."""
    make_areas()
    return Post.objects.create(user=user, role=role, area_id=area, **{"starts_on": SINCE, **fields})


def make_unit(code: str = "community-320105001001", **fields: Any) -> Unit:
    """A community office."""
    make_areas()
    defaults = {"name": "凤栖苑社区居委会", "kind": Unit.Kind.COMMUNITY_OFFICE, "area_id": "320105001001"}
    return Unit.objects.create(code=code, **{**defaults, **fields})
