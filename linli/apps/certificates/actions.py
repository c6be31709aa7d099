"""Telling somebody that a certificate is not issued here, and writing it down."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.certificates.catalogue import not_issued
from linli.apps.certificates.models import CertificateRefusal
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed


def refuse(*, by: Actor, code: str, now: datetime, wanted_by: str = "") -> CertificateRefusal:
    """Write down that this item was asked for and not issued; `wanted_by` is the office that wanted it.

    Raises NotAllowed (nobody of a community), Invalid (an item that is not on the list in force there today).
    """
    if not by.can(Permission.TASK_WORK):
        raise NotAllowed(_("Only the community may do this."))
    known = not_issued(by.area_id, timezone.localdate(now))
    item = known.item(code)
    if item is None:
        raise Invalid(fields={"code": _("This item is not on the list of today. Search again.")})
    assert by.user_id is not None
    return CertificateRefusal.objects.create(
        area_id=by.area_id,
        code=item.code,
        name=item.name,
        instead=item.instead,
        document=known.document,
        wanted_by=clip(tidy(wanted_by), 60),
        at=now,
        by_id=by.user_id,
        post_id=by.post_id,
    )
