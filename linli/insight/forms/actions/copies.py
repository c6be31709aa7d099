"""The community's own copy of a form: with whole numbers, for those who fill in the rest, written down each time."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.access import refusal
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.insight.forms import filling, measuring, periods, purposes, table, ways
from linli.insight.forms.actions import fillings, releasing
from linli.insight.forms.models import Submission
from linli.insight.forms.sheet import NUMBER_LABEL
from linli.insight.forms.table import Template
from linli.lib.errors import NotAllowed, Stale
from linli.lib.filling import Value
from linli.register.people import readers


def may_take(by: Actor, submission: Submission, template: Template) -> bool:
    """Whether the post fills in forms of this community: its office, with the right to read what it is about."""
    return (
        by.is_staff
        and by.covers(submission.form.area_id)
        and by.can(Permission.TASK_WORK)
        and by.can(table.right_of(template.form))
    )


def take(
    *,
    by: Actor,
    submission: Submission,
    template: Template,
    path: Path,
    ip: str,
    now: datetime,
    noted: filling.Noted | None = None,
) -> int:
    """Write the community's own copy to `path`; returns how many rows it has.

    Numbers stand in it whole where an item covers the form and the post may see them, masked otherwise.
    Raises NotAllowed, Stale (too long for one file) and NotAForm.
    """
    if not may_take(by, submission, template):
        raise NotAllowed(refusal(table.right_of(template.form)))
    found = table.of(submission, template, actor=by, today=timezone.localdate(now))
    if found.is_too_long:
        raise Stale(_("More rows than one file takes. Ask for a form about a group, an age or a shorter time."))
    in_full = purposes.matter_of(submission.form) is not None and by.can(Permission.PEOPLE_REVEAL)
    number = fillings.new_number()
    handing = submission.form.asked.handing
    about = {
        "任务": handing.title,
        "要求单位": handing.unit.name,
        "范围辖区": submission.form.area.name,
        "期次": periods.in_words(submission.period) or "一次性",
        "生成人": by.name,
        "生成时间": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
        NUMBER_LABEL: number,
        "注意": "社区内部底稿，含个人信息；报送请在系统内“提供”，勿直接转发",
    }
    rows: list[tuple[str, list[Value]]] = []
    measuring.of_submission(submission.pk, now)
    count = filling.write(
        path,
        file=template.file,
        form=template.form,
        source=found.source,
        about=about,
        whole_values=in_full,
        seen=lambda key, values: rows.append((key, list(values))),
        noted=noted,
    )
    sensitive = [one.key for one in template.form.held if in_full and ways.is_sensitive(one)]
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(pk=submission.pk)
        fillings.keep(submission=row, rows=rows, fingerprint=template.fingerprint, by=by, now=now, number=number)
        keys = [column.key for column in template.form.held]
        releasing.log(by, "form.filled", row, now, ip=ip, rows=count, columns=keys, unmasked=sensitive,
                      reason=handing.title)  # fmt: skip
        if not template.form.about_cases:
            words = f"{handing.title}（社区填报底稿）"
            readers.note_export(
                by=by, area_id=submission.form.area_id, words=words, rows=count, reason=handing.title, now=now, ip=ip
            )
    return count
