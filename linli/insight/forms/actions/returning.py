"""A form comes back from people: compared with what was filled, looked at, and then kept with its corrections."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.access import refusal
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.actions import keep as keep_files
from linli.foundation.files.models import StoredFile
from linli.insight.forms import returned
from linli.insight.forms.actions import fillings, releasing
from linli.insight.forms.models import Difference, Filling, ReturnedForm, Submission
from linli.insight.forms.returned import Found
from linli.insight.forms.sheet import Sheet
from linli.insight.forms.table import Template
from linli.insight.ledgers.columns import masked
from linli.lib import citizen_id
from linli.lib.chinese import clip, mask_phone
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.register.people.actions import corrections, fields
from linli.register.people.models import Person

#: Differences of one form that are kept one by one; a form with more was filled from something else.
MOST = 2000
_LONG_NUMBER = re.compile("[0-9]{7,}[0-9Xx]")


def take(*, by: Actor, submission: Submission, template: Template, file: StoredFile, now: datetime) -> ReturnedForm:
    """Read a returned form and write down where it differs; nothing changes in the register yet.

    Raises NotAllowed, Invalid (field "file"): not this form any more, or changed beyond comparing.
    """
    _may_take(by, submission)
    sheet = Sheet.of(file, template)
    if not sheet.rows:
        raise Invalid(fields={"file": _("There is no row in this form.")})
    filling = _filling_of(submission, sheet, template)
    found = _differences(sheet, template, filling)
    if len(found) > MOST:
        text = _("Almost nothing in this form is what was filled in. Is it another form, or from another community?")
        raise Invalid(fields={"file": text})
    with transaction.atomic():
        assert by.user_id is not None
        assert by.post_id is not None
        made = ReturnedForm.objects.create(
            submission=submission, filling=filling, file=file, at=now, by_id=by.user_id, post_id=by.post_id,
            rows=len(sheet.rows),
        )  # fmt: skip
        keep_files([file])
        known = _people(by, found)
        Difference.objects.bulk_create([_row(made, one, known) for one in found], batch_size=500)
        releasing.log(by, "form.returned", submission, now, rows=made.rows, differences=len(found))
    return made


def _differences(sheet: Sheet, template: Template, filling: Filling | None) -> list[Found]:
    """Where each list differs; of a form that was never filled, only what cannot be read and totals that are wrong."""
    kept = list(fillings.rows_of(filling)) if filling is not None else []
    first = template.form.pages[0]
    found: list[Found] = []
    for part in sheet.parts:
        page = part.page
        begin = "" if page == first else f"{page.sheet}/"
        own = [row for row in kept if row[0].startswith(begin) and ("/" not in row[0] or begin)]
        found += returned.differences(page.columns, own, part.came)
    return found if filling is not None else [one for one in found if one.kind != "added"]


def _filling_of(submission: Submission, sheet: Sheet, template: Template) -> Filling | None:
    # The cells of a form that its sender has changed since stand elsewhere: nothing can be compared with them.
    rows = Filling.objects.filter(submission=submission, fingerprint=template.fingerprint)
    named = rows.filter(number=sheet.number).first() if sheet.number else None
    return named or rows.order_by("-pk").first()


def _people(by: Actor, found: Sequence[Found]) -> Mapping[str, Person]:
    """The people that rows are about, as far as the actor sees them."""
    # Rows of further sheets carry the name of their sheet: “附件2/person:12”.
    ids = {one.key: one.key.rpartition("person:")[2] for one in found if "person:" in one.key}
    people = Person.objects.visible_to(by).in_bulk([int(pk) for pk in ids.values() if pk.isdigit()])
    return {key: people[int(pk)] for key, pk in ids.items() if pk.isdigit() and int(pk) in people}


def _row(made: ReturnedForm, one: Found, known: Mapping[str, Person]) -> Difference:
    column = one.column
    return Difference(
        returned=made,
        kind=one.kind,
        row=one.row,
        column=clip(column.name, 120) if column is not None else "",
        key=column.key[:30] if column is not None else "",
        person=known.get(one.key),
        old_sealed=_sealed(one.old),
        new_sealed=_sealed(one.new),
    )


def _sealed(text: str) -> str:
    return vault.seal(json.dumps(text, ensure_ascii=False), vault.FORM) if text else ""


def unsealed(text: str) -> str:
    """The value of a difference."""
    return str(json.loads(vault.unseal(text, vault.FORM))) if text else ""


def can_be_corrected(one: Difference) -> bool:
    """Whether a correction of the register can say what was changed."""
    changed = one.kind == Difference.Kind.CHANGED and one.person_id is not None
    # An empty cell may mean that nobody wanted to write it; it takes nothing out of the register.
    return changed and one.key in fields.EDITABLE and bool(one.new_sealed)


def shown(one: Difference) -> tuple[str, str]:
    """What stood and stands there, with numbers masked."""
    old, new = unsealed(one.old_sealed), unsealed(one.new_sealed)
    if one.key in fields.SEALED:
        return masked(one.key, old), masked(one.key, new)
    if one.kind in (Difference.Kind.REMOVED, Difference.Kind.ADDED):
        return _hidden(old), _hidden(new)
    return old, new


def _hidden(text: str) -> str:
    """A whole row with the middle of every long number hidden."""
    return _LONG_NUMBER.sub(lambda found: mask_phone(found[0]), citizen_id.mask_within(text))


@transaction.atomic
def keep(*, by: Actor, returned_id: int, now: datetime) -> ReturnedForm:
    """Keep a returned form that somebody has looked at: what was changed is asked for as corrections, never applied.

    Raises NotAllowed, Stale (kept already, or the form was given meanwhile).
    """
    found = ReturnedForm.objects.select_for_update().get(pk=returned_id)
    submission = Submission.objects.select_related("form__area", "form__asked__handing").get(pk=found.submission_id)
    _may_take(by, submission)
    if found.kept_at is not None:
        raise Stale(_("This form was kept already."))
    if ReturnedForm.objects.filter(submission=submission, kept_at__isnull=False, pk__gt=found.pk).exists():
        raise Stale(_("A newer one was handed in meanwhile. Look at that one, or upload this one again."))
    found.kept_at = now
    found.save(update_fields=["kept_at"])
    asked = _correct(by, found, submission, now)
    releasing.log(by, "form.kept", submission, now, corrections=asked)
    return found


def _correct(by: Actor, found: ReturnedForm, submission: Submission, now: datetime) -> int:
    """Ask for a correction for everybody of whom something was changed; returns how many."""
    changed = found.differences.filter(kind=Difference.Kind.CHANGED, person__isnull=False).select_related("person")
    by_person: dict[int, list[Difference]] = {}
    for one in changed:
        if can_be_corrected(one):
            by_person.setdefault(one.person_id or 0, []).append(one)
    title = submission.form.asked.handing.title
    reason = clip(_("Changed by hand in the form “%(title)s”.") % {"title": title}, 300)
    asked = 0
    for some in by_person.values():
        person = some[0].person
        assert person is not None
        given = {one.key: unsealed(one.new_sealed) for one in some}
        try:
            with transaction.atomic():
                ticket = corrections.propose(
                    by=by, person=person, given=given, reason=reason, now=now,
                    submission_key=f"form:{found.pk}:{person.pk}",
                )  # fmt: skip
            Difference.objects.filter(pk__in=[one.pk for one in some]).update(correction=ticket)
            asked += 1
        except Refusal as trouble:
            why = " ".join(str(text) for text in trouble.fields.values()) or str(trouble)
            Difference.objects.filter(pk__in=[one.pk for one in some]).update(why_not=clip(why, 200))
    return asked


def settle(*, by: Actor, difference: Difference, now: datetime) -> None:
    """Somebody has dealt with a difference that no correction can say. Raises NotAllowed."""
    submission = difference.returned.submission
    _may_work(by, submission)
    if Difference.objects.filter(pk=difference.pk, settled_at__isnull=True).update(settled_at=now):
        releasing.log(by, "form.settled", submission, now, difference=difference.pk)


def _may_work(by: Actor, submission: Submission) -> None:
    inside = by.is_staff and by.covers(submission.form.area_id)
    if not (inside and by.can(Permission.TASK_WORK) and by.can(Permission.PEOPLE_READ)):
        raise NotAllowed(refusal(Permission.TASK_WORK))


def _may_take(by: Actor, submission: Submission) -> None:
    _may_work(by, submission)
    if submission.state not in releasing.OPEN:
        raise Stale(_("This form was given already. Take it back before you hand in another."))
