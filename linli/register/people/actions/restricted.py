"""Restricted groups (受限标签): for one role, off until a district switches them on, and nothing is read unlogged.

No list, export, search or page of anybody else touches them. A line of the log names the entry, not the person: who
reads the log must not learn from it who is in such a group (ADR 0013); `readers` finds the lines of a person all the
same.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.lib.months import months_later
from linli.lib.suppression import suppressed
from linli.register.people import groups
from linli.register.people.models import Person, RestrictedTag

SUBJECT = "restricted"
READ = "people.restricted_read"
LEAST_REASON = 4
MOST_MONTHS = 60


@dataclass(frozen=True)
class Opened:
    """One entry, opened for the officer: what it says, and the row it stands in."""

    tag: RestrictedTag
    kind: str
    label: str
    level: str
    basis: str


def enabled(area_id: str, now: datetime) -> bool:
    """Whether the district has switched restricted groups on."""
    return groups.restricted_enabled(area_id, timezone.localdate(now))


def kind_index(kind: str) -> str:
    """By which entries of a kind are found without opening them."""
    return vault.index(kind, vault.RESTRICTED)


def reason_given(reason: str) -> str:
    """The reason of an officer for looking; raises Invalid when it says nothing."""
    reason = clip(tidy(reason), 500)
    if len(reason) < LEAST_REASON:
        raise Invalid(fields={"reason": _("Say why you look: the task, the visit or the meeting it is for.")})
    return reason


def read(*, by: Actor, tags: Sequence[RestrictedTag], reason: str, now: datetime, ip: str = "") -> list[Opened]:
    """Open entries for the officer. A line for each is in the log before the first is opened.

    The caller has fetched them inside the actor's area, with their people. Raises NotAllowed, Invalid (no reason).
    """
    may_work(by, *(tag.person.area_id for tag in tags), now=now)
    reason = reason_given(reason)
    audit.record_many(
        by=by,
        action=READ,
        subject_kind=SUBJECT,
        subject_ids=[tag.pk for tag in tags],
        reason=reason,
        ip=ip,
        now=now,
    )
    return [_opened(tag) for tag in tags]


def _opened(tag: RestrictedTag) -> Opened:
    kind = vault.unseal(tag.kind_sealed, vault.RESTRICTED)
    content: Mapping[str, Any] = json.loads(vault.unseal(tag.content_sealed, vault.RESTRICTED) or "{}")
    group = groups.groups(area_id=tag.person.area_id, restricted=True).get(kind)
    return Opened(
        tag=tag,
        kind=kind,
        label=group.label if group else kind,
        level=str(content.get("level", "")),
        basis=str(content.get("basis", "")),
    )


@transaction.atomic
def give(
    *,
    by: Actor,
    person: Person,
    kind: str,
    since: date,
    now: datetime,
    level: str = "",
    basis: str = "",
    review_on: date | None = None,
    ip: str = "",
) -> RestrictedTag:
    """Put somebody in a restricted group, on the basis of a document. Raises NotAllowed, Invalid, Stale."""
    may_work(by, person.area_id, now=now)
    today = timezone.localdate(now)
    group = groups.groups(area_id=person.area_id, on=today, restricted=True).get(kind)
    if group is None:
        raise Invalid(fields={"kind": _("Choose a group of the list.")})
    basis = clip(tidy(basis), 200)
    errors: dict[str, object] = {}
    if group.levels and level not in group.levels:
        errors["level"] = _("Choose one of: %(levels)s.") % {"levels": "、".join(group.levels)}
    if not date(1900, 1, 1) <= since <= today:
        errors["since"] = _("This day lies in the future or too far back.")
    if review_on is not None and not today < review_on <= months_later(today, MOST_MONTHS):
        errors["review_on"] = _("The next review lies in the future, at most five years away.")
    if not basis:
        errors["basis"] = _("Say on what basis: the number of the notice, and who sent it.")
    if errors:
        raise Invalid(fields=errors)
    if person.status != Person.Status.HERE:
        raise Stale(_("This person does not live here any more."))
    content = {"level": level if group.levels else "", "basis": basis}
    try:
        with transaction.atomic():
            tag = RestrictedTag.objects.create(
                person=person,
                kind_sealed=vault.seal(kind, vault.RESTRICTED),
                kind_index=kind_index(kind),
                content_sealed=vault.seal(json.dumps(content, ensure_ascii=False), vault.RESTRICTED),
                since=since,
                review_on=review_on or months_later(today, group.review_months or 12),
                recorded_at=now,
                recorded_by_id=by.user_id,
            )
    except IntegrityError:
        raise Stale(_("This person is in the group already. End that first, or change it.")) from None
    _log(by, "people.restricted_give", tag, now, ip)
    return tag


@transaction.atomic
def finish(*, by: Actor, tag: RestrictedTag, until: date, because: str, now: datetime, ip: str = "") -> RestrictedTag:
    """Take somebody out of a restricted group, for a reason. Raises NotAllowed, Invalid, Stale."""
    row = _open(by, tag, now)
    because = clip(tidy(because), 200)
    errors: dict[str, object] = {}
    if not row.since <= until <= timezone.localdate(now):
        errors["until"] = _("The end lies between the beginning and today.")
    if len(because) < 2:
        errors["because"] = _("Say why it ends.")
    if errors:
        raise Invalid(fields=errors)
    content = json.loads(vault.unseal(row.content_sealed, vault.RESTRICTED) or "{}")
    row.content_sealed = vault.seal(json.dumps({**content, "ended": because}, ensure_ascii=False), vault.RESTRICTED)
    row.until = until
    row.save(update_fields=["until", "content_sealed"])
    _log(by, "people.restricted_end", row, now, ip)
    return row


@transaction.atomic
def review(*, by: Actor, tag: RestrictedTag, next_on: date, now: datetime, ip: str = "") -> RestrictedTag:
    """Looked at again, and still so: the next review is on `next_on`. Raises NotAllowed, Invalid, Stale."""
    row = _open(by, tag, now)
    today = timezone.localdate(now)
    if not today < next_on <= months_later(today, MOST_MONTHS):
        raise Invalid(fields={"review_on": _("The next review lies in the future, at most five years away.")})
    row.review_on = next_on
    row.save(update_fields=["review_on"])
    _log(by, "people.restricted_review", row, now, ip)
    return row


def figures(*, by: Actor, now: datetime) -> tuple[dict[str, int | None], int | None]:
    """How many people of the actor's area are in each restricted group (by its code), and in how many places in all.

    None where it must not be told: below the least count of the rule set, and where the total would tell it.
    """
    may_work(by, now=now)
    counted = dict(
        RestrictedTag.objects.filter(by.within("person__area_id"), until__isnull=True)
        .order_by()
        .values_list("kind_index")
        .annotate(n=Count("pk"))
    )
    on = timezone.localdate(now)
    kinds = groups.groups(area_id=by.area_id, on=on, restricted=True)
    least = int(rules.params("tags.restricted", by.area_id, on)["least_counted"])
    return suppressed({code: counted.get(kind_index(code), 0) for code in kinds}, least=least)


def may_work(by: Actor, *area_ids: str, now: datetime) -> None:
    """Raise NotAllowed unless the actor is the officer of these areas, and their district has restricted groups on."""
    if not by.can(Permission.PEOPLE_RESTRICTED) or by.is_system:
        raise NotAllowed(_("Restricted groups are open only to the officer who works with them."))
    for area_id in {by.area_id, *area_ids}:
        if not by.covers(area_id):
            raise NotAllowed(_("Restricted groups are open only to the officer who works with them."))
        if not enabled(area_id, now):
            raise NotAllowed(_("Restricted groups are switched off in this district."), code="restricted_off")


def _open(by: Actor, tag: RestrictedTag, now: datetime) -> RestrictedTag:
    row = RestrictedTag.objects.select_for_update(of=("self",)).select_related("person").get(pk=tag.pk)
    may_work(by, row.person.area_id, now=now)
    if row.until is not None:
        raise Stale(_("This was ended already."))
    return row


def _log(by: Actor, action: str, tag: RestrictedTag, now: datetime, ip: str) -> None:
    audit.record(by=by, action=action, subject_kind=SUBJECT, subject_id=tag.pk, ip=ip, now=now)


def ids_of(people: Iterable[int]) -> list[int]:
    """The numbers of the entries of these people: under them the log keeps who read them."""
    return list(RestrictedTag.objects.filter(person_id__in=list(people)).values_list("pk", flat=True))
