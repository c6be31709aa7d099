"""What the moves of a task and of an application change beyond their state (the flow tables say when and who)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission.flow.task import RETURNED
from linli.apps.admission.models import Application, Form, GuaranteeKind, Handing, Task, year_after
from linli.apps.admission.queries import citing, guarantees, judging
from linli.apps.admission.queries.judging import CONTEST_UPHELD
from linli.foundation.accounts.models import Unit
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip
from linli.lib.errors import Invalid
from linli.lib.money import yuan
from linli.spine.cases import clock, kinds
from linli.spine.cases.kinds import Change, Effect
from linli.spine.cases.models import Case
from linli.spine.catalogue.actions import admitted
from linli.spine.catalogue.actions.items import ItemGiven
from linli.spine.catalogue.models import Matter

LONGEST_SPENT = 60 * 24 * 31
LEAST_BASIS = 4


def _responded(change: Change) -> None:
    if change.case.responded_at is None:
        change.case.responded_at = change.now


def _off_the_desk(change: Change) -> None:
    """The community has said its word: the term of the task no longer runs against it."""
    _responded(change)
    change.case.handled_at = change.now


def _on_the_desk(change: Change) -> None:
    """The task is the community's again, with as much time as it had left."""
    case = change.case
    if case.handled_at is not None:
        case.term_due += change.now - case.handled_at
        case.statutory_due = max(case.statutory_due, case.term_due)
        case.handled_at = None


def _refuse(change: Change) -> None:
    _off_the_desk(change)
    Task.objects.filter(pk=change.case.pk).update(refused_for=change.inputs.reason)


def _refuse_late(change: Change) -> None:
    late = guarantees.late_of_case(change.case, timezone.localdate(change.now))
    if change.inputs.reason not in {one.refusal for one in late}:
        raise Invalid(fields={"reason": _("This is not late. Choose what is late.")})
    change.data["late"] = [
        {"guarantee": one.guarantee.pk, "due_on": f"{one.guarantee.due_on:%Y-%m-%d}", "missing": one.missing}
        for one in late
        if one.refusal == change.inputs.reason
    ]
    _refuse(change)


def _accept_once(change: Change) -> None:
    _responded(change)
    Task.objects.filter(pk=change.case.pk).update(protested=True)


def _pass(change: Change) -> None:
    """The time that the street had it is not the community's: its term begins now, as long as it was."""
    case = change.case
    case.term_due += change.now - case.opened_at
    case.statutory_due = max(case.statutory_due, case.term_due)


def _merge(change: Change) -> None:
    """Into another task of the same community that is still open, named by its number."""
    number = change.data.get("into")
    others = Case.objects.filter(kind=change.case.kind, area_id=change.case.area_id, is_open=True)
    if not isinstance(number, str) or not others.exclude(pk=change.case.pk).filter(number=number).exists():
        raise Invalid(fields={"into": _("Write the number of another open task of the same community.")})


def _uphold(change: Change) -> None:
    """The item does not say this: the task is on no list, as if its community had refused it for that."""
    case = change.case
    task = Task.objects.select_related("handing__matter").get(pk=case.pk)
    item = case.matter or task.handing.matter
    name = f"{item.code} {item.name}" if item is not None else ""
    change.data["matter"] = {"from": name, "to": ""}
    case.matter = None
    words = {"rule": "contest_upheld", "text": CONTEST_UPHELD, "values": {"item": name, "why": change.inputs.note}}
    Task.objects.filter(pk=case.pk).update(off_list=True, refused_for="not_said", why_off=[*task.why_off, words])


def _dismiss(change: Change) -> None:
    """The community has it again, with a fresh term: as much time as it had left, and never less than its answer."""
    _on_the_desk(change)
    case, on = change.case, timezone.localdate(change.now)
    step = clock.term_of(rules.params("task.steps", case.area_id, on)[RETURNED])
    case.term_due = max(case.term_due, step.due(change.now, rules.calendar(case.area_id, on)))
    case.statutory_due = max(case.statutory_due, case.term_due)


def _give(change: Change) -> None:
    """Back to the community: a task that came without an item gets one now, or it does not come back."""
    matter = change.inputs.matter
    if matter is None and change.case.matter_id is None:
        raise Invalid(fields={"matter": _("No list item, no task: choose the item that allows it.")})
    if matter is not None:
        _check_item(change, matter)
        change.case.matter = matter
        change.data["matter"] = {"from": "", "to": f"{matter.code} {matter.name}"}
    _on_the_desk(change)


def _check_item(change: Change, matter: Matter) -> None:
    """The supervisors, too, name an item that carries it: a task is not on a list because somebody says so."""
    on = timezone.localdate(change.now)
    handing = Handing.objects.select_related("unit", "post").get(tasks=change.case.pk)
    cited = citing.of_handing(handing, citing.loaded().get(pk=matter.pk), on)
    found = citing.objections(cited, [change.case.area_id], on)[change.case.area_id]
    if found:
        raise Invalid(fields={"matter": "\n".join(judging.sentence(one.text, one.values) for one in found)})


def _correct(change: Change) -> None:
    Task.objects.filter(pk=change.case.pk).update(corrected_how=change.inputs.reason)


def _hand_in(change: Change) -> None:
    minutes = change.data.get("minutes")
    if not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_SPENT:
        raise Invalid(fields={"minutes": _("Say how many minutes it took the community.")})
    change.case.handled_at = change.now
    change.case.handler_id = change.by.user_id
    Task.objects.filter(pk=change.case.pk).update(spent_minutes=minutes, handed_in_by_id=change.by.user_id)


def _send_back(change: Change) -> None:
    _on_the_desk(change)


def _overdue(change: Change) -> None:
    change.case.reminded_at = change.now


TASK_EFFECTS: Mapping[str, Effect] = {
    "overdue": _overdue,
    "accept": _responded,
    "refuse": _refuse,
    "refuse_late": _refuse_late,
    "accept_once": _accept_once,
    "pass_on": _pass,
    "pass_off_list": _pass,
    "merge": _merge,
    "contest": _off_the_desk,
    "uphold": _uphold,
    "dismiss": _dismiss,
    "ask": _off_the_desk,
    "allow": _give,
    "give_back": _give,
    "correct": _correct,
    "hand_in": _hand_in,
    "send_back": _send_back,
}


def restart_decision(change: Change) -> None:
    """The term of the decision runs from the day on which the application was sent in (again)."""
    case, now = change.case, change.now
    case.term_due = case.statutory_due = decision_due(case.area_id, now)
    case.handled_at = None


def decision_due(area_id: str, now: datetime) -> datetime:
    """When an application that is sent in now must be decided."""
    on = timezone.localdate(now)
    term = clock.term_of(rules.params("admission.limits", area_id, on)["decision"])
    return term.due(now, rules.calendar(area_id, on))


def _reviewed(recommended: bool) -> Effect:
    def effect(change: Change) -> None:
        Application.objects.filter(case=change.case).update(reviewed_by_id=change.by.user_id, recommended=recommended)

    return effect


def _decided(change: Change) -> None:
    change.case.handled_at = change.now
    Application.objects.filter(case=change.case).update(decided_by_id=change.by.user_id)


def _admit(change: Change) -> None:
    """The item enters the list in force, and the application leads to it. Raises Invalid (no list), Stale (a twin)."""
    rows = Application.objects.select_related("unit", "case").prefetch_related("bases", "offered")
    application = rows.get(case=change.case)
    starts_on = max(application.starts_on, timezone.localdate(change.now))
    matter = admitted.admit_item(
        by=change.by,
        area_id=application.area_id,
        kind=application.list_kind,
        given=as_item(application, starts_on, *_set_aside(application)),
        now=change.now,
        note=change.case.number,
    )
    change.case.matter = matter
    change.data["item"] = f"{matter.code} {matter.name}"
    Application.objects.filter(pk=application.pk).update(matter=matter, review_due=year_after(starts_on))
    _decided(change)


def _set_aside(application: Application) -> tuple[list[str], str]:
    """The rules that the legality review set aside for an application, and on what conditions; nothing without one."""
    if not application.overridden or application.case is None:
        return [], ""
    override = application.case.events.filter(move="override").latest("seq")
    categories = [f"prohibited:{one}" for one in override.data.get("categories", [])]
    rules_kept = [one for one in override.data.get("rules", []) if one != "prohibited" or not categories]
    said = "；".join(one for one in (override.data.get("basis", ""), override.note) if one)
    return [*rules_kept, *categories], clip(said, 500)


def as_item(
    application: Application, starts_on: date, overridden: Sequence[str] = (), conditions: str = ""
) -> ItemGiven:
    """An application as the item that it is to become. Needs `bases` and `offered` loaded."""
    named = ("form", "issuer", "level", "issuer_name", "title", "number", "article", "link")
    kept = (*named, "file_id", "valid_from", "valid_to")
    department = application.unit.kind == Unit.Kind.DEPARTMENT
    return ItemGiven(
        code="",
        name=application.name,
        does=application.does,
        does_not=application.does_not,
        guarantees=clip("；".join(offers(application)), 500),
        lead=Matter.Lead.DEPARTMENT if department else Matter.Lead.STREET,
        lead_unit_id=application.unit_id if department else None,
        bases=[{name: getattr(row, name) for name in kept} for row in application.bases.all()],
        carries=[application.form, *([Form.FORM.value] if application.comes_with_form else [])],
        area_id=application.area_id,
        asked_by_id=application.unit_id,
        valid_from=starts_on,
        valid_to=application.ends_on,
        overridden=overridden,
        conditions=conditions,
    )


def offers(application: Application) -> list[str]:
    """What comes with it, in words of the domain: 经费, 人员, 指导, 工作条件. Needs `offered` loaded."""
    money = sum(row.amount for row in application.offered.all())
    found = [f"经费：每社区每年{yuan(money)}元"] if money else []
    names = {GuaranteeKind.STAFF: "人员", GuaranteeKind.GUIDANCE: "指导"}
    found += [f"{names[GuaranteeKind(row.kind)]}：{row.what}" for row in application.offered.all() if row.kind in names]
    if application.waived_because:
        found.append(f"不需经费的理由：{application.waived_because}")
    if application.conditions:
        found.append(f"工作条件：{application.conditions}")
    return found


def _item(change: Change) -> Matter:
    rows = Application.objects.select_related("matter__matter_list")
    matter = rows.get(case=change.case).matter
    assert matter is not None
    return matter


def _suspend(change: Change) -> None:
    on = timezone.localdate(change.now)
    admitted.suspend_item(by=change.by, matter=_item(change), now=change.now, on=on, note=change.inputs.note)


def _resume(change: Change) -> None:
    admitted.resume_item(by=change.by, matter=_item(change), now=change.now, note=change.inputs.note)


def _exit(change: Change) -> None:
    on = timezone.localdate(change.now)
    admitted.end_item(by=change.by, matter=_item(change), now=change.now, on=on, note=change.inputs.note)


def _follow_text(change: Change) -> None:
    """The case is where the application is to hold, and bears its name."""
    application = Application.objects.get(case=change.case)
    change.case.area_id, change.case.title = application.area_id, clip(application.name, 80)


def _resubmit(change: Change) -> None:
    # Before its term: another area may have other rules.
    _follow_text(change)
    restart_decision(change)
    Application.objects.filter(case=change.case).update(sent_at=change.now)


def _override(change: Change) -> None:
    """Against the rules only with a document that allows it; what it sets aside stands beside it (domain.md §16)."""
    document = change.data.get("basis")
    if not isinstance(document, str) or len(document) < LEAST_BASIS:
        raise Invalid(fields={"basis": _("Name the document that allows it, with its number.")})
    application = Application.objects.prefetch_related("bases", "offered").get(case=change.case)
    judged = judging.verdict(application, agreed=False, now=change.now)
    change.data["rules"] = judging.codes(judging.standing_objections(judged))
    categories = [one.values["category"] for one in judged.objections if one.rule == "prohibited"]
    if categories:
        change.data["categories"] = categories
    # A text that was changed and not sent in again is sent in by letting it pass.
    sent_at = Coalesce("sent_at", Value(change.now), output_field=DateTimeField())
    Application.objects.filter(case=change.case).update(overridden=True, sent_at=sent_at)


def _review_again(change: Change, due: datetime) -> None:
    change.case.step_due = due
    clock.set_due(change.case, kinds.of(change.case.kind))
    Application.objects.filter(case=change.case).update(review_due=timezone.localdate(due))


def _keep(change: Change) -> None:
    _review_again(change, change.now + (year_after(change.now.date()) - change.now.date()))


def _amend(change: Change) -> None:
    on = timezone.localdate(change.now)
    days = rules.params("admission.limits", change.case.area_id, on)["amend_days"]
    _review_again(change, change.now + timedelta(days=days))


def _returned(change: Change) -> None:
    # What was said before is about another text: it is reviewed and judged anew.
    Application.objects.filter(case=change.case).update(
        reviewed_by=None, recommended=None, overridden=False, sent_at=None
    )


APPLICATION_EFFECTS: Mapping[str, Effect] = {
    "edit": _follow_text,
    "resubmit": _resubmit,
    "override": _override,
    "recommend": _reviewed(True),
    "advise_against": _reviewed(False),
    "send_back": _returned,
    "not_agreed": _returned,
    "give_up_terms": _returned,
    "admit": _admit,
    "reject": _decided,
    "keep": _keep,
    "amend": _amend,
    "suspend": _suspend,
    "resume": _resume,
    "exit": _exit,
}
