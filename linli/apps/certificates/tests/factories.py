"""Certificates for tests."""

import uuid
from datetime import datetime

from linli.apps.certificates import actions
from linli.apps.certificates.actions import Given
from linli.apps.certificates.models import Certificate
from linli.foundation.accounts.actors import Actor
from linli.spine.catalogue.models import Matter, MatterList

#: Belongs to nobody: office 000 does not exist.
NUMBER = "320000199003070019"


def item(code: str = "1.1") -> Matter:
    """An item of the example list of certificates."""
    return Matter.objects.get(matter_list__kind=MatterList.Kind.CERTIFICATE, code=code)


def given(**changes: object) -> Given:
    """What a resident asks to be certified."""
    usual: dict[str, object] = {
        "name": "韩梅示例",
        "identity": NUMBER,
        "facts": "2026年1月至6月共12小时",
        "purpose": "入学",
        "addressee": "某学校",
        "proof": "居民身份证",
    }
    return Given(**{**usual, **changes})  # type: ignore[arg-type]


def asked(by: Actor, now: datetime, code: str = "1.1", **changes: object) -> Certificate:
    """A certificate that waits for the seal."""
    return actions.ask(by=by, item=item(code), given=given(**changes), key=str(uuid.uuid4()), now=now)


def sealed(by: Actor, keeper: Actor, now: datetime) -> Certificate:
    """A certificate that was sealed by another than who wrote it."""
    return actions.act(case_id=asked(by, now).pk, name="seal", by=keeper, now=now)
