"""What leaves of a form, by a person of the community or of who supervises it; never by itself (docs/adr/0025)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission import news
from linli.foundation.accounts.access import refusal
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.foundation.files.documents import ENDINGS
from linli.foundation.files.models import StoredFile
from linli.foundation.notifications import actions as notifications
from linli.foundation.notifications.actions import News
from linli.foundation.rules import queries as rules
from linli.insight.forms import counting, leaving, measuring, periods, purposes, table, ways
from linli.insight.forms.actions import fillings, opening
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.models import CommunityForm, StandingRelease, Submission
from linli.insight.forms.store import store
from linli.insight.forms.table import Template
from linli.insight.forms.ways import Told, Way
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people import readers

State = Submission.State
LONGEST_REASON = 300
#: What may still be released, by a person who thinks better of it, or whose task was given back.
OPEN = (State.WAITING, State.REFUSED, State.WITHDRAWN, State.ENDED)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What is to leave: for which purpose of the item, as counts or as rows, each column in which way.

    `digest` is of the rows as they were looked at (`Drawn.digest`); "" where a standing release says what leaves.
    """

    purpose: str
    columns: Mapping[str, Way]
    as_counts: bool = False
    digest: str = ""
    minutes: int | None = None


def may_release(by: Actor, form: CommunityForm, right: Permission) -> bool:
    """Whether the post may let a form leave: the community's office, or the street above it; never who asks for it."""
    if not (by.is_staff and by.covers(form.area_id) and by.can(right)):
        return False
    if by.unit_id is not None and by.unit_id == form.asked.handing.unit_id:
        return False
    return by.can(Permission.TASK_WORK) or (by.can(Permission.PEOPLE_APPROVE) and by.can(Permission.TASK_READ))


def check(by: Actor, form: CommunityForm, template: Template, given: Given, today: date) -> list[Told]:
    """What leaves, column by column, in the order of the form.

    Raises NotAllowed, Stale (the form has changed) and Invalid: every objection at once.
    """
    right = table.right_of(template.form)
    if not may_release(by, form, right):
        raise NotAllowed(_("Only the community, or the street above it, lets a form go to its sender."))
    if form.is_changed or (form.fingerprint and template.fingerprint != form.fingerprint):
        raise Stale(_("The sender has changed this form. Look at what it asks for now, and accept it first."))
    standing = purposes.objections(form, today)
    if standing:
        raise NotAllowed(" ".join(standing))
    matter = purposes.matter_of(form)
    errors: dict[str, object] = {}
    if given.purpose not in purposes.purposes(matter):
        errors["purpose"] = _("Choose what it is given for: only what the item says can be chosen.")
    never = purposes.withheld(matter, form.area_id, today)
    if purposes.EVERYTHING in never and not given.as_counts:
        errors["as_counts"] = _("This item does not let single people be told of. Give counts.")
    told = _told(by, template, given, never, errors)
    if not any(one.way != Way.BLANK for one in told):
        errors["columns"] = _("Choose at least one column that is given.")
    if errors:
        raise Invalid(fields=errors)
    return told


def _told(by: Actor, template: Template, given: Given, never: frozenset[str], errors: dict[str, object]) -> list[Told]:
    told: list[Told] = []
    for column in template.form.columns:
        if column.key == table.NUMBER:
            continue
        way = given.columns.get(ways.id_of(column), Way.BLANK)
        name = f"way_{ways.id_of(column)}"
        if way not in ways.ways_of(column):
            errors[name] = _("%(column)s cannot be given in this way.") % {"column": column.name}
        elif way != Way.BLANK and not given.as_counts and ways.is_withheld(column, never):
            errors[name] = _("The item says that the community does not give this: %(column)s.") % {
                "column": column.name
            }
        elif way == Way.AS_IS and not given.as_counts and _needs_approval(by, column):
            errors[name] = _("%(column)s in full is for those who approve exports: the secretary, or the street.") % {
                "column": column.name
            }
        told.append(Told(ways.id_of(column), column.name, way))
    return told


def _needs_approval(by: Actor, column: AskedColumn) -> bool:
    return ways.is_sensitive(column) and not by.can(Permission.PEOPLE_APPROVE)


def release(*, by: Actor, submission_id: int, given: Given, now: datetime) -> Submission:
    """Let one form go to its sender. The file is written first, and what was looked at is what leaves.

    Raises NotAllowed, Invalid and Stale (somebody decided meanwhile, the rows or the form changed since).
    """
    return _release(by, submission_id, given, None, now)


def release_under(*, by: Actor, submission_id: int, standing_id: int, now: datetime) -> Submission:
    """Let a recurring form go as the standing release says. Raises as `release` does; Stale when it has ended."""
    standing = StandingRelease.objects.filter(pk=standing_id).first()
    if standing is None:
        raise Stale(_("The standing release was taken back. Nothing leaves under it."))
    given = Given(
        purpose=standing.purpose,
        columns={key: told.way for key, told in ways.read(standing.columns).items()},
        as_counts=standing.as_counts,
    )
    return _release(by, submission_id, given, standing, now)


def _release(
    by: Actor, submission_id: int, given: Given, standing: StandingRelease | None, now: datetime
) -> Submission:
    today = timezone.localdate(now)
    found = Submission.objects.select_related(
        "form__area", "form__task__case__matter", "form__asked__handing__unit", "form__asked__handing__post",
        "form__asked__handing__matter__matter_list", "form__asked__template",
    ).get(pk=submission_id)  # fmt: skip
    template = table.template_of(found.form.asked)
    if template is None:
        raise Stale(_("The form can no longer be read."))
    told = check(by, found.form, template, given, today)
    drawn = leaving.draw(table.of(found, template, actor=by, today=today), found, {one.id: one for one in told})
    if standing is None and given.digest != drawn.digest:
        raise Stale(_("The register has changed since you looked. Look at what leaves now, and press again."))
    measuring.of_submission(found.pk, now)
    name = store.new_name()
    try:
        _write(store.path_of(name), by, found, drawn, told, given, now)
        with transaction.atomic():
            done = _settle(by, found, given, standing, told, drawn, name, now)
    except BaseException:
        store.remove(name)
        raise
    return done


def _write(
    path: Path, by: Actor, found: Submission, drawn: leaving.Drawn, told: Sequence[Told], given: Given, now: datetime
) -> None:
    about = stamp(by, found, told, given, drawn, now)
    if given.as_counts:
        least = int(rules.params(purposes.RULES, found.form.area_id, timezone.localdate(now))["least"])
        counting.write(
            path,
            drawn.columns,
            drawn.whole,
            drawn.chosen,
            title=found.form.asked.handing.title,
            about=about,
            least=least,
        )
    else:
        drawn.write(path, about)
    path.chmod(0o600)


def stamp(
    by: Actor, found: Submission, told: Sequence[Told], given: Given, drawn: leaving.Drawn, now: datetime
) -> dict[str, str]:
    """What every file that leaves says of itself: who let it go, in which post, what for, on what ground, how much."""
    post = Post.objects.select_related("unit", "area").get(pk=by.post_id or 0)
    handing, matter = found.form.asked.handing, purposes.matter_of(found.form)
    role = str(post.get_role_display())
    given_names = [f"{one.name}（{_WORDS[one.way]}）" for one in told if one.way != Way.BLANK]
    return {
        "任务": handing.title,
        "要求单位": handing.unit.name,
        "范围辖区": found.form.area.name,
        "期次": periods.in_words(found.period) or "一次性",
        "提供人": f"{by.name}（{post.unit.name if post.unit else post.area.name}，{role}）",
        "提供日期": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
        "用途": given.purpose,
        "依据事项": f"{matter.code} {matter.name}" if matter is not None else "",
        "提供方式": "汇总数（小数保护）" if given.as_counts else "明细",
        "提供栏目": "、".join(given_names),
        "未提供栏目": "、".join(one.name for one in told if one.way == Way.BLANK) or "无",
        "行数": "" if given.as_counts else str(len(drawn.told)),
        "注意": "仅限上述用途，用毕删除；转交、外传须另行征得社区同意",
    }


#: In Chinese whatever the reader's language: the file goes on to others.
_WORDS: Mapping[Way, str] = {Way.AS_IS: "原样", Way.MASKED: "脱敏", Way.BANDED: "分段", Way.BLANK: "未提供"}


def _settle(
    by: Actor,
    found: Submission,
    given: Given,
    standing: StandingRelease | None,
    told: Sequence[Told],
    drawn: leaving.Drawn,
    name: str,
    now: datetime,
) -> Submission:
    """Write the release down, in one transaction: whoever came second finds it decided."""
    form = CommunityForm.objects.select_for_update().select_related("asked").get(pk=found.form_id)
    row = Submission.objects.select_for_update().get(pk=found.pk)
    if row.state not in OPEN:
        raise Stale(_("This form was given already, by a colleague. Reload the page."))
    if form.fingerprint != found.form.fingerprint or form.is_changed:
        raise Stale(_("The sender has changed this form. Look at what it asks for now, and accept it first."))
    if standing is not None:
        _use(standing, form, timezone.localdate(now))
    today = timezone.localdate(now)
    days = int(rules.params(purposes.RULES, form.area_id, today)["file_days"])
    row.state, row.purpose, row.as_counts = State.RELEASED, given.purpose, given.as_counts
    row.columns = [[one.id, one.name, one.way.value] for one in told]
    row.rows, row.alone, row.standing = len(drawn.told), drawn.likeness.alone, standing
    row.decided_at, row.decided_by_id, row.decided_post_id = now, by.user_id, by.post_id
    row.decider_name, row.reason, row.minutes = by.name[:150], "", given.minutes
    row.path, row.file_name = name, _file_name(found, given.as_counts, drawn.template.file)
    row.expires_at = now + timedelta(days=days)
    row.save()
    fillings.keep(submission=row, rows=drawn.keyed, fingerprint=form.fingerprint, by=by, now=now)
    opening.keep(form.pk)
    log(by, "form.released", row, now, reason=given.purpose, rows=row.rows, alone=row.alone, columns=row.columns,
        as_counts=given.as_counts, standing=standing.pk if standing else None)  # fmt: skip
    handing = found.form.asked.handing
    if not given.as_counts and not drawn.form.about_cases:
        words = f"{handing.title}（提供给{handing.unit.name}）"
        readers.note_export(by=by, area_id=form.area_id, words=words, rows=row.rows or 0, reason=given.purpose, now=now)
    tell_sender(found, _("%(area)s has given the form “%(title)s”."), now, f"form-released:{row.pk}:{now.timestamp()}")
    return row


def _use(standing: StandingRelease, form: CommunityForm, today: date) -> None:
    held = StandingRelease.objects.select_for_update().get(pk=standing.pk)
    if held.form_id != form.pk or held.ended_at is not None:
        raise Stale(_("The standing release was taken back. Nothing leaves under it."))
    if held.until < today:
        raise Stale(_("The standing release is over. Give it anew, or let this one form go."))
    if held.fingerprint != form.fingerprint:
        raise Stale(_("The standing release was given for another form. Give it anew."))
    held.used += 1
    held.save(update_fields=["used"])


def _file_name(found: Submission, as_counts: bool, form: StoredFile) -> str:
    title = clip(tidy(found.form.asked.handing.title), 80)
    parts = [title, found.form.area.name, found.period, "汇总" if as_counts else ""]
    return "-".join(part for part in parts if part) + (
        "." + ENDINGS.get(form.media_type, "xlsx") if not as_counts else ".xlsx"
    )


@transaction.atomic
def refuse(*, by: Actor, submission_id: int, reason: str, now: datetime) -> Submission:
    """Say that a form is not given, and why. Raises NotAllowed, Invalid (no reason), Stale."""
    form, row = locked(by, submission_id)
    if row.state not in (State.WAITING, State.WITHDRAWN):
        raise Stale(_("This form was decided already. Reload the page."))
    why = clip(tidy(reason), LONGEST_REASON)
    if len(why) < 2:
        raise Invalid(fields={"reason": _("Say why it is not given; the sender reads it.")})
    row.state, row.reason = State.REFUSED, why
    _decided(by, row, now)
    log(by, "form.refused", row, now, reason=why)
    tell_sender(row, _("%(area)s does not give the form “%(title)s”."), now, f"form-refused:{row.pk}:{now.timestamp()}")
    opening.keep(form.pk)
    return row


@transaction.atomic
def withdraw(*, by: Actor, submission_id: int, reason: str, now: datetime) -> Submission:
    """Take back what was given: from now on its sender fetches nothing. Raises NotAllowed, Invalid, Stale."""
    form, row = locked(by, submission_id)
    if row.state != State.RELEASED:
        raise Stale(_("There is nothing to take back any more. Reload the page."))
    why = clip(tidy(reason), LONGEST_REASON)
    if len(why) < 2:
        raise Invalid(fields={"reason": _("Say why it is taken back; the sender reads it.")})
    path, row.path, row.expires_at = row.path, "", None
    row.state, row.reason = State.WITHDRAWN, why
    _decided(by, row, now)
    log(by, "form.withdrawn", row, now, reason=why)
    tell_sender(row, _("%(area)s has taken back the form “%(title)s”."), now, f"form-back:{row.pk}:{now.timestamp()}")
    opening.keep(form.pk)
    transaction.on_commit(lambda: store.remove(path))
    return row


def _decided(by: Actor, row: Submission, now: datetime) -> None:
    row.decided_at, row.decided_by_id, row.decided_post_id = now, by.user_id, by.post_id
    row.decider_name = by.name[:150]
    row.save()


def locked(by: Actor, submission_id: int) -> tuple[CommunityForm, Submission]:
    """The form and its submission, locked in this order, for somebody who may decide about it. Raises NotAllowed."""
    rows = Submission.objects.select_related(
        "form__area", "form__asked__handing__unit", "form__task__case__matter", "form__asked__template"
    )
    found = rows.get(pk=submission_id)
    template = table.template_of(found.form.asked)
    right = table.right_of(template.form) if template is not None else Permission.PEOPLE_READ
    if not may_release(by, found.form, right):
        raise NotAllowed(refusal(Permission.TASK_WORK))
    CommunityForm.objects.select_for_update().get(pk=found.form_id)
    Submission.objects.select_for_update().get(pk=found.pk)
    return found.form, rows.get(pk=submission_id)


@transaction.atomic
def fetch(*, by: Actor, submission: Submission, ip: str, now: datetime) -> Path:
    """The file that left, for its sender; each time is written into the access log first.

    Raises NotAllowed (another unit, or the ground is gone) and Stale (taken back, or its time is over).
    """
    form = submission.form
    own = by.can(Permission.TASK_SEND) and by.unit_id is not None and by.unit_id == form.asked.handing.unit_id
    if not own:
        raise NotAllowed(_("Only the unit that asked for this form may fetch it."))
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    path = store.path_of(row.path) if row.path else None
    over = row.expires_at is None or row.expires_at <= now
    if row.state != State.RELEASED or over or path is None or not path.exists():
        raise Stale(_("This form can no longer be fetched: it was taken back, or its time is over."))
    standing = purposes.objections(form, timezone.localdate(now))
    if standing:
        raise NotAllowed(" ".join(standing))
    row.downloads += 1
    row.save(update_fields=["downloads"])
    log(by, "form.downloaded", row, now, ip=ip, reason=row.purpose)
    return path


def expire(*, now: datetime) -> int:
    """Delete released files whose time is over; returns how many."""
    gone = 0
    for pk, path in list(
        Submission.objects.filter(expires_at__lte=now).exclude(path="").values_list("pk", "path")[:500]
    ):
        store.remove(path)
        gone += Submission.objects.filter(pk=pk, path=path).update(path="")
    return gone


def log(
    by: Actor, action: str, row: Submission, now: datetime, *, reason: str = "", ip: str = "", **more: object
) -> None:
    """A line in the access log about a submission."""
    audit.record(
        by=by,
        action=action,
        subject_kind="submission",
        subject_id=row.pk,
        reason=reason,
        ip=ip,
        data={"form": row.form_id, "period": row.period, **more},
        now=now,
    )


def tell_sender(row: Submission, words: str, now: datetime, key: str) -> None:
    """A message to the unit that asked for a form."""
    handing = row.form.asked.handing
    values = {"area": row.form.area.name, "title": handing.title}
    link = f"/forms/together/{handing.pk}/"
    notifications.notify_many(
        news=[
            News(to_user_id=one, text=words % values, subject_kind="submission", subject_id=str(row.pk),
                 link_path=link, collision_key=key)
            for one in news.unit(handing.unit_id, now)
        ],
        now=now,
    )  # fmt: skip
