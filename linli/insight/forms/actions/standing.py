"""A standing release (长期提供): given once for a recurring form, used by a press each time, taken back at will."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.foundation.accounts.access import refusal
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.foundation.rules import queries as rules
from linli.insight.forms import purposes, table, ways
from linli.insight.forms.actions import releasing
from linli.insight.forms.actions.releasing import Given
from linli.insight.forms.models import CommunityForm, StandingRelease
from linli.insight.forms.table import Template
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.lib.months import months_later


def latest(form: CommunityForm, today: date) -> date:
    """The last day until which a standing release may be given."""
    months = int(rules.params(purposes.RULES, form.area_id, today)["standing_months"])
    return months_later(today, months)


def give(
    *, by: Actor, form: CommunityForm, template: Template, given: Given, until: date | None, now: datetime
) -> StandingRelease:
    """Say once what of a recurring form is given each time. Raises NotAllowed, Invalid, Stale."""
    today = timezone.localdate(now)
    if not form.asked.is_recurring:
        raise Invalid(_("This form comes once. Let this one go."))
    errors: dict[str, object] = {}
    last = latest(form, today)
    if until is None or not today <= until <= last:
        errors["until"] = _("Choose a day from today until %(last)s.") % {"last": f"{last:%Y-%m-%d}"}
    try:
        told = releasing.check(by, form, template, given, today)
    except Invalid as refused:
        errors |= dict(refused.fields)
    if errors or until is None:
        raise Invalid(fields=errors)
    assert by.user_id is not None
    assert by.post_id is not None
    with transaction.atomic():
        locked = CommunityForm.objects.select_for_update().get(pk=form.pk)
        over = StandingRelease.objects.filter(form=locked, ended_at__isnull=True, until__lt=today)
        over.update(ended_at=now, why_ended=_("Its time was over."))
        try:
            with transaction.atomic():
                made = StandingRelease.objects.create(
                    form=locked,
                    purpose=given.purpose,
                    as_counts=given.as_counts,
                    columns=[[one.id, one.name, one.way.value] for one in told],
                    fingerprint=locked.fingerprint,
                    until=until,
                    given_at=now,
                    given_by_id=by.user_id,
                    given_post_id=by.post_id,
                )
        except IntegrityError:
            raise Stale(_("There is a standing release already. Take it back first.")) from None
        _log(by, "form.standing_given", made, now, purpose=given.purpose, columns=made.columns, until=f"{until}")
    return made


@transaction.atomic
def withdraw(*, by: Actor, form: CommunityForm, now: datetime) -> None:
    """Take a standing release back: from now on nothing leaves under it. Raises NotAllowed, Stale."""
    template = table.template_of(form.asked)
    right = table.right_of(template.form) if template is not None else Permission.PEOPLE_READ
    if not releasing.may_release(by, form, right):
        raise NotAllowed(refusal(Permission.TASK_WORK))
    CommunityForm.objects.select_for_update().get(pk=form.pk)
    held = StandingRelease.objects.select_for_update().filter(form=form, ended_at__isnull=True).first()
    if held is None:
        raise Stale(_("There is no standing release any more."))
    _end(held, by, pgettext("what was given", "Taken back."), now)


def _end(held: StandingRelease, by: Actor, why: str, now: datetime) -> None:
    held.ended_at, held.ended_by_id, held.why_ended = now, by.user_id, why[:200]
    held.save(update_fields=["ended_at", "ended_by", "why_ended"])
    _log(by, "form.standing_ended", held, now, why=why)


@transaction.atomic
def accept_change(*, by: Actor, form: CommunityForm, fingerprint: str, now: datetime) -> None:
    """A person has looked at the form as its sender changed it, and goes on with it.

    A standing release goes on where the form asks for nothing new; else it ends, and is given anew by a person.
    Raises NotAllowed, Stale (changed once more, or accepted already).
    """
    template = table.template_of(form.asked)
    if template is None or not releasing.may_release(by, form, table.right_of(template.form)):
        raise NotAllowed(refusal(Permission.TASK_WORK))
    locked = CommunityForm.objects.select_for_update().select_related("asked").get(pk=form.pk)
    if not locked.is_changed or fingerprint != locked.asked.fingerprint:
        raise Stale(_("The form was changed once more, or accepted already. Reload the page."))
    held = StandingRelease.objects.select_for_update().filter(form=locked, ended_at__isnull=True).first()
    if held is not None:
        _carry_over(held, by, template, now)
    locked.fingerprint = fingerprint
    locked.save(update_fields=["fingerprint"])
    audit.record(by=by, action="form.change_accepted", subject_kind="form", subject_id=form.pk, now=now,
                 data={"fingerprint": fingerprint})  # fmt: skip


def _carry_over(held: StandingRelease, by: Actor, template: Template, now: datetime) -> None:
    ways_by_name = {name: way for _id, name, way in held.columns}
    columns = [column for column in template.form.columns if column.key != table.NUMBER]
    if any(column.name not in ways_by_name for column in columns):
        _end(held, by, _("The form asks for more than it was given for."), now)
        return
    held.columns = [[ways.id_of(column), column.name, ways_by_name[column.name]] for column in columns]
    held.fingerprint = template.fingerprint
    held.save(update_fields=["columns", "fingerprint"])


def _log(by: Actor, action: str, held: StandingRelease, now: datetime, **more: object) -> None:
    audit.record(
        by=by,
        action=action,
        subject_kind="form",
        subject_id=held.form_id,
        reason=held.purpose,
        data={"standing": held.pk, **more},
        now=now,
    )
