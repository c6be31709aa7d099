"""A form arrives: its sender's form, one row for each community, and the period that is open now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission.held import CASES_FROM, CASES_TO
from linli.apps.admission.models import Form, Handing, Task
from linli.foundation.rules import queries as rules
from linli.insight.forms import cases, periods, table
from linli.insight.forms.messages import tell_community
from linli.insight.forms.models import AskedForm, CommunityForm, Submission
from linli.insight.forms.periods import Period


def _measure_later(submissions: Sequence[Submission]) -> None:
    """Let the worker measure how much of these forms is held."""
    from linli.insight.forms import tasks as jobs  # the jobs call actions, this one too

    jobs.measure_later(sorted(one.pk for one in submissions))


@transaction.atomic
def handed_down(handing: Handing, area_ids: Iterable[str], now: datetime) -> None:
    """Open a form for every community that it was handed to. Safe to repeat; nothing for what is no form."""
    if handing.form != Form.FORM:
        return
    asked, _made = AskedForm.objects.get_or_create(handing=handing)
    template = table.template_of(asked)
    if template is None:
        asked.delete()
        return
    if not asked.fingerprint:
        asked.template, asked.fingerprint, asked.admitted = template.file, template.fingerprint, template.headings
        asked.save()
    tasks = dict(Task.objects.filter(handing=handing).values_list("case__area_id", "pk"))
    CommunityForm.objects.bulk_create(
        (
            CommunityForm(
                asked=asked,
                area_id=area_id,
                task_id=tasks.get(area_id),
                fingerprint=asked.fingerprint,
                due_on=handing.due_on,
                state=Submission.State.WAITING,
            )
            for area_id in sorted(set(area_ids))
        ),
        ignore_conflicts=True,
    )
    first = Period(0, periods.name_of(handing.due_on, asked.every), handing.due_on)
    forms = list(CommunityForm.objects.filter(asked=asked))
    new = {one.form_id for one in open_period(forms, first, asked, now)}
    # Who has a task is told of it; what is all held reaches nobody's desk but by this.
    text = _("The form “%(title)s” is filled already: look at it, then let it go.")
    for form in forms:
        if form.task_id is None and form.pk in new:
            tell_community(form, text, now, f"form-ready:{form.pk}")


def open_period(forms: Sequence[CommunityForm], period: Period, asked: AskedForm, now: datetime) -> list[Submission]:
    """Open a period for communities that do not have it yet; returns what is new."""
    known = set(Submission.objects.filter(form__in=forms, period=period.name).values_list("form_id", flat=True))
    Submission.objects.bulk_create(
        [
            Submission(
                form=form,
                period=period.name,
                due_on=due_day(period, form.area_id) if period.number else period.day,
                roster=roster_of(asked.handing, asked.every, period),
                opened_at=now,
            )
            for form in forms
            if form.pk not in known
        ],
        ignore_conflicts=True,
    )
    # Read again: what another worker opened at the same moment is not opened twice, and has no number here.
    made = list(Submission.objects.filter(form__in=forms, period=period.name, opened_at=now).exclude(form__in=known))
    for one in made:
        keep(one.form_id)
    _measure_later(made)
    return made


def due_day(period: Period, area_id: str) -> date:
    """The day on which a period is due: the sender's day of the month, or the next on which offices work."""
    return rules.calendar(area_id, period.day).workday_from(period.day)


def roster_of(handing: Handing, every: str, period: Period) -> Mapping[str, str]:
    """Whom or what a form is about in a period: cases of later months for later months."""
    roster = {key: str(value) for key, value in handing.roster.items()}
    if not period.number or not cases.is_about_cases(roster):
        return roster
    months = period.number * periods.STEPS[every]
    first, last = date.fromisoformat(roster[CASES_FROM]), date.fromisoformat(roster[CASES_TO])
    first, last = periods.shifted(first, last, months)
    return {**roster, CASES_FROM: first.isoformat(), CASES_TO: last.isoformat()}


def opened_by(area_id: str, now: datetime) -> date:
    """The last day whose forms are opened by now: some days ahead."""
    today = timezone.localdate(now)
    return today + timedelta(days=int(rules.params("forms.release", area_id, today)["lead_days"]))


def keep(form_id: int) -> None:
    """Keep on the form what its submissions say: the newest, how many were given, how many in time."""
    rows = list(Submission.objects.filter(form_id=form_id).order_by("due_on", "pk"))
    given = [one for one in rows if one.state == Submission.State.RELEASED]
    newest = rows[-1]
    CommunityForm.objects.filter(pk=form_id).update(
        due_on=newest.due_on,
        state=newest.state,
        given=len(given),
        given_in_time=sum(1 for one in given if one.decided_at and timezone.localdate(one.decided_at) <= one.due_on),
        missed=sum(1 for one in rows if one.missed_at is not None),
    )
