"""What each move changes on the case beyond its state (the flow table says when and who)."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.models import Unit
from linli.foundation.rules import queries as rules
from linli.lib.errors import Invalid
from linli.spine.cases import clock
from linli.spine.cases.kinds import Change, Effect
from linli.spine.cases.models import Assignment, Case


def _respond(change: Change) -> None:
    if change.case.responded_at is None:
        change.case.responded_at = change.now


def _handled(change: Change) -> None:
    change.case.handled_at = change.now


def _on_spot(change: Change) -> None:
    _respond(change)
    change.case.handler_id = change.by.user_id
    change.case.on_spot = True
    _handled(change)


def _reclassify(change: Change) -> None:
    case, matter = change.case, change.inputs.matter
    assert matter is not None
    if matter.pk == case.matter_id:
        raise Invalid(fields={"matter": _("It is this matter already. Choose another.")})
    change.data["matter"] = {"from": case.cited.code, "to": matter.code}
    case.matter, case.event_class = matter, matter.event_class
    # The promise is made for the matter, from the day it was reported (or taken up again), not from the day of the
    # correction; the time that it stood still does not count.
    since, pauses = _runs_since(case)
    clock.restart_term(case, since)
    for paused_at, resumed_at in pauses:
        clock.shift(case, paused_at, resumed_at)


def _runs_since(case: Case) -> tuple[datetime, list[tuple[datetime, datetime]]]:
    """When the promise began to run (the opening or the last reopening), and the pauses since then."""
    since = paused_at = case.opened_at
    pauses: list[tuple[datetime, datetime]] = []
    turns = case.events.filter(move__in=("reopen", "order_again", "pause", "resume")).order_by("seq")
    for move, at in turns.values_list("move", "at"):
        match move:
            case "pause":
                paused_at = at
            case "resume":
                pauses.append((paused_at, at))
            case _:
                since, pauses = at, []
    return since, pauses


def _give_to(change: Change, unit: Unit) -> None:
    case = change.case
    Assignment.objects.filter(case_id=case.pk, ended_at__isnull=True).update(ended_at=change.now)
    signed = change.now if change.move.name == "handle_here" else None
    Assignment.objects.create(case_id=case.pk, unit=unit, at=change.now, signed_at=signed)
    case.unit, case.handler = unit, None
    change.data["unit"] = unit.code


def _dispatch(change: Change) -> None:
    unit = change.inputs.unit
    assert unit is not None
    if not (change.case.area_id.startswith(unit.area_id) or unit.area_id.startswith(change.case.area_id[:6])):
        raise Invalid(fields={"unit": _("This unit does not work in this area. Choose another.")})
    _give_to(change, unit)


def _handle_here(change: Change) -> None:
    area = change.case.area_id[:12]
    unit = Unit.objects.filter(kind=Unit.Kind.COMMUNITY_OFFICE, area_id=area).order_by("pk").first()
    if unit is None:
        raise Invalid(_("This community has no office in the system yet. Dispatch the case instead."))
    _give_to(change, unit)


def _sign(change: Change) -> None:
    Assignment.objects.filter(case_id=change.case.pk, ended_at__isnull=True).update(signed_at=change.now)


def _return(change: Change) -> None:
    _end_assignment(change.case, change, Assignment.Outcome.RETURNED)
    change.case.unit = change.case.handler = None


def _end_assignment(case: Case, change: Change, outcome: str) -> None:
    Assignment.objects.filter(case_id=case.pk, ended_at__isnull=True).update(ended_at=change.now, outcome=outcome)


def _ask_extension(change: Change) -> None:
    case, days = change.case, change.inputs.days
    most = rules.params("incident.limits", case.area_id, timezone.localdate(change.now))["extension_days_max"]
    if days > most:
        text = _("At most %(most)s working days can be asked for at once.")
        raise Invalid(fields={"days": text % {"most": most}})
    if clock.extended(case, days, change.now) > case.statutory_due:
        raise Invalid(fields={"days": _("That would pass the statutory deadline. Ask for fewer days.")})
    case.asked_days = days
    change.data["days"] = days


def _grant_extension(change: Change) -> None:
    case = change.case
    change.data |= {"days": case.asked_days, "due_before": case.term_due.isoformat()}
    # It was checked when asked; a pause since then may have moved the promise close to the statute.
    case.term_due = min(clock.extended(case, case.asked_days, change.now), case.statutory_due)
    case.extension_days += case.asked_days
    case.asked_days = 0


def _deny_extension(change: Change) -> None:
    change.data["days"] = change.case.asked_days
    change.case.asked_days = 0


def _finish(change: Change) -> None:
    change.case.handler_id = change.by.user_id
    change.case.asked_days = 0


def _verify(change: Change) -> None:
    _handled(change)
    _end_assignment(change.case, change, Assignment.Outcome.FINISHED)


def _answer(change: Change, *, solved: bool) -> None:
    case = change.case
    case.solved, case.satisfaction, case.answered_at = solved, change.inputs.satisfaction, change.now
    change.data |= {"solved": solved, "satisfaction": change.inputs.satisfaction}


def _confirm(change: Change) -> None:
    _answer(change, solved=True)


def _begin_again(change: Change) -> None:
    """Done is not solved: the unit's word no longer stands, and the promise runs anew."""
    case = change.case
    case.handled_at = None
    case.unit = case.handler = None
    case.reopens += 1
    clock.restart_term(case, change.now)


def _reopen(change: Change) -> None:
    _answer(change, solved=False)
    _begin_again(change)


def _dispute(change: Change) -> None:
    _answer(change, solved=False)


def _order_again(change: Change) -> None:
    _begin_again(change)


def _remind(change: Change) -> None:
    change.case.reminded_at = change.now


def _escalate(change: Change) -> None:
    change.case.level = min(change.case.level + 1, 2)
    change.data["level"] = change.case.level


EFFECTS: Mapping[str, Effect] = {
    "report_solved": _on_spot,
    "accept": _respond,
    "refuse": _respond,
    "reclassify": _reclassify,
    "solve_on_spot": _on_spot,
    "handle_here": _handle_here,
    "dispatch": _dispatch,
    "sign": _sign,
    "return": _return,
    "recall": _return,
    "ask_extension": _ask_extension,
    "grant_extension": _grant_extension,
    "deny_extension": _deny_extension,
    "finish": _finish,
    "verify": _verify,
    "confirm": _confirm,
    "reopen": _reopen,
    "dispute": _dispute,
    "order_again": _order_again,
    "remind": _remind,
    "reply": _respond,
    "escalate": _escalate,
}
