"""Forms that come again: how often their sender needs them, a changed form, and the periods as they open and pass."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission.flow.task import CONTESTED, UNANSWERED, UPSTREAM
from linli.apps.admission.models import HandingFile
from linli.foundation.accounts.access import refusal
from linli.foundation.accounts.actors import SYSTEM, Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.foundation.files.actions import keep as keep_files
from linli.foundation.files.models import StoredFile
from linli.insight.forms import periods, purposes
from linli.insight.forms.actions import opening
from linli.insight.forms.messages import tell_community
from linli.insight.forms.models import AskedForm, CommunityForm, Every, Submission
from linli.insight.forms.reading import read
from linli.insight.forms.table import Template
from linli.lib.errors import Invalid, NotAllowed
from linli.lib.months import months_later

LONGEST_YEARS = 3


def _own(by: Actor, asked: AskedForm) -> None:
    if not by.can(Permission.TASK_SEND) or by.unit_id is None or by.unit_id != asked.handing.unit_id:
        raise NotAllowed(refusal(Permission.TASK_SEND))


@transaction.atomic
def repeat(*, by: Actor, asked: AskedForm, every: str, ends_on: date | None, now: datetime) -> None:
    """Its sender says that a form is needed again and again, as often as the item lets it be asked for.

    Raises NotAllowed, Invalid (`every`, `ends_on`).
    """
    _own(by, asked)
    locked = AskedForm.objects.select_for_update(of=("self",)).select_related("handing__matter").get(pk=asked.pk)
    handing, today = locked.handing, timezone.localdate(now)
    errors: dict[str, object] = {}
    if every not in Every.values:
        errors["every"] = _("Choose how often.")
    elif locked.every and every != locked.every:
        errors["every"] = _("How often stays as it was agreed. Hand the form down anew for another.")
    elif every and handing.matter is None:
        errors["every"] = _("No item allows this form, so it cannot come again by itself.")
    elif every:
        said = stated_every(handing.matter)
        if periods.is_oftener(every, said):
            errors["every"] = _("The item says: %(often)s. It cannot be asked for more often.") % {
                "often": Every(said).label
            }
    if every and (ends_on is None or not today <= ends_on <= months_later(today, 12 * LONGEST_YEARS)):
        errors["ends_on"] = _("Say until when, three years at most.")
    if errors:
        raise Invalid(fields=errors)
    locked.every, locked.ends_on = every, ends_on if every else None
    locked.save(update_fields=["every", "ends_on"])
    Submission.objects.filter(form__asked=locked, period="").update(period=periods.name_of(handing.due_on, every))
    audit.record(by=by, action="form.repeated", subject_kind="handing", subject_id=handing.pk, now=now,
                 data={"every": every, "ends_on": f"{ends_on or ''}"})  # fmt: skip


def stated_every(matter: object) -> str:
    """How often an item lets its forms be asked for, by its own words; "" where it does not say."""
    words = " ".join(str(getattr(matter, name, "")) for name in ("name", "does", "basis", "guarantees"))
    return periods.stated(words)


@transaction.atomic
def change(*, by: Actor, asked: AskedForm, file: StoredFile, now: datetime) -> Template:
    """Its sender has another form from now on: every community looks at it before anything leaves in it.

    Raises NotAllowed, Invalid (field "file").
    """
    _own(by, asked)
    locked = AskedForm.objects.select_for_update().select_related("handing").get(pk=asked.pk)
    form = read(file, locked.handing.roster)
    if form is None or form.has_rows:
        raise Invalid(fields={"file": _("Attach the empty form as an Excel file, with its headings and no rows.")})
    template = Template(file, form)
    if template.fingerprint == locked.fingerprint:
        raise Invalid(fields={"file": _("This form asks for the same as before.")})
    HandingFile.objects.get_or_create(handing=locked.handing, file=file)
    keep_files([file])
    locked.template, locked.fingerprint, locked.changed_at = file, template.fingerprint, now
    locked.save()
    audit.record(by=by, action="form.changed", subject_kind="handing", subject_id=locked.pk, now=now,
                 data={"headings": template.headings})  # fmt: skip
    forms = CommunityForm.objects.filter(asked=locked).select_related("area")
    for form_of_area in forms:
        text = _("The form “%(title)s” was changed by its sender. Look at it before anything is given.")
        tell_community(form_of_area, text, now, f"form-changed:{form_of_area.pk}:{template.fingerprint[:12]}")
    return template


def open_due(*, asked: AskedForm, now: datetime) -> int:
    """Open every period of a recurring form whose time has come; returns how many. Safe to repeat.

    A community where the ground is gone (item, agreement, task) gets no further period; it is told once.
    """
    made = 0
    forms = CommunityForm.objects.filter(asked=asked).select_related(
        "area", "task__case__matter", "asked__handing__unit", "asked__handing__post",
        "asked__handing__matter__matter_list",
    )  # fmt: skip
    today = timezone.localdate(now)
    for form in forms:
        form.asked = asked
        against = purposes.objections(form, today)
        if against:
            text = _("The form “%(title)s” does not come any more: %(why)s")
            tell_community(form, text, now, f"form-stopped:{form.pk}:{today:%Y%m}", why=" ".join(against))
            continue
        by_day = opening.opened_by(form.area_id, now)
        first = asked.handing.due_on
        for period in periods.periods(first, asked.every, opened_by=by_day, ends_on=asked.ends_on):
            for row in opening.open_period([form], period, asked, now):
                made += 1
                audit.record(by=SYSTEM, action="form.opened", subject_kind="submission", subject_id=row.pk, now=now,
                             data={"form": form.pk, "period": row.period})  # fmt: skip
                text = _("The form “%(title)s” is ready for %(period)s: look at what changed, then let it go.")
                tell_community(form, text, now, f"form-open:{row.pk}", period=periods.in_words(row.period))
    return made


@transaction.atomic
def miss(*, submission: Submission, now: datetime) -> bool:
    """Write down that the day of a form has passed and nothing was given; tells the community, once.

    What no item allows, or whose task was refused, is missed by nobody: it ends, and counts against no community.
    """
    if _stands_still(submission.form):
        return False
    if _has_no_ground(submission.form, timezone.localdate(now)):
        _end(submission, now)
        return False
    late = Submission.objects.filter(pk=submission.pk, state=Submission.State.WAITING, missed_at__isnull=True)
    if not late.update(missed_at=now):
        return False
    opening.keep(submission.form_id)
    audit.record(by=SYSTEM, action="form.missed", subject_kind="submission", subject_id=submission.pk, now=now)
    text = _("The form “%(title)s” was due on %(day)s and was not given.")
    tell_community(submission.form, text, now, f"form-missed:{submission.pk}", day=f"{submission.due_on:%Y-%m-%d}")
    return True


def _stands_still(form: CommunityForm) -> bool:
    """While its citation is contested, or the street has it, nobody is late, and nothing has ended."""
    return form.task is not None and form.task.case.state in {CONTESTED, *UPSTREAM}


def _has_no_ground(form: CommunityForm, today: date) -> bool:
    if purposes.matter_of(form) is None:
        return True
    # One that is not taken on yet may still be, and is late.
    is_new = form.task is not None and form.task.case.state in UNANSWERED
    return not is_new and bool(purposes.objections(form, today))


def _end(submission: Submission, now: datetime) -> None:
    waiting = Submission.objects.filter(pk=submission.pk, state=Submission.State.WAITING)
    if waiting.update(state=Submission.State.ENDED):
        opening.keep(submission.form_id)
        audit.record(by=SYSTEM, action="form.ended", subject_kind="submission", subject_id=submission.pk, now=now)
