"""Handing tasks down to communities (交办), and every step of a task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission import held, news, tally
from linli.apps.admission.actions.texts import note, words
from linli.apps.admission.flow import TASK
from linli.apps.admission.held import Asked
from linli.apps.admission.models import Form, Handing, HandingFile, Task, TaskFile
from linli.apps.admission.queries import citing, judging, street
from linli.apps.admission.queries.citing import Cited
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.files.actions import keep
from linli.foundation.files.documents import DOCX, XLSX
from linli.foundation.files.models import StoredFile
from linli.lib.errors import Invalid, NotAllowed, Refusal
from linli.register.people.actions import party_of_unit
from linli.register.people.models import Party
from linli.spine.cases import actions as cases
from linli.spine.cases.flow import Part
from linli.spine.cases.kinds import Change, Inputs
from linli.spine.cases.models import Case, Event
from linli.spine.catalogue.basis import Finding
from linli.spine.catalogue.models import Matter

LONGEST: Final = {"title": 80, "text": 5000, "claimed": 300, "fit_reason": 300}
LEAST_REASON: Final = 6
LONGEST_ASKED: Final = 60 * 24 * 31
#: Added to other objections: a form that is on a list and all held never gets this far.
ALL_HELD: Final = Finding("already_held", False, judging.ALL_HELD)
LONGEST_TERM: Final = timedelta(days=366)


class AlreadySent(Refusal):
    """The same form was sent before: nothing is handed down twice."""

    code = "already_sent"

    def __init__(self, handing: Handing) -> None:
        super().__init__(_("This was handed down already."))
        self.handing = handing


@dataclass(frozen=True, kw_only=True)
class HandingGiven:
    """A task as its sender writes it. `knowingly`: the sender has read that no list allows it, and sends it anyway.

    `fit_reason`: why it belongs to the item although its words hardly say so.
    """

    title: str
    text: str
    form: str
    area_ids: Sequence[str]
    due_on: date
    asked_minutes: int
    key: str
    matter: Matter | None = None
    claimed: str = ""
    fit_reason: str = ""
    files: Sequence[StoredFile] = ()
    knowingly: bool = False
    roster: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Handed:
    """How many communities have it, in how many of others no list allows it, and how many need not be asked."""

    handing: Handing
    on_list: int
    off_list: int
    answered: int = 0


@transaction.atomic
def hand_down(*, by: Actor, given: HandingGiven, now: datetime) -> Handed:
    """Hand a task to communities: a case with a clock of its own in each, and one notice.

    Where an item of a list allows it, the community gets it to do; elsewhere it arrives as off-list, with the reasons,
    and the community may refuse (S5-05). The sender is told before: without `knowingly` nothing off-list leaves.
    Raises NotAllowed, Invalid (by field), AlreadySent.
    """
    unit = _sending_unit(by)
    typed = {field: getattr(given, field) for field in LONGEST}
    texts = words(typed, LONGEST, ("title", "text"))
    today = timezone.localdate(now)
    areas = _checked(by, given, today)
    cited = Cited(
        matter=_locked_item(given.matter),
        unit=unit,
        role=by.role,
        form=given.form,
        title=texts["title"],
        text=texts["text"],
        claimed=texts["claimed"],
        with_form=citing.comes_with_form(given.form, given.files, today),
    )
    objections = citing.objections(cited, [area.pk for area in areas], today)
    given = _whom(given, today)
    asked = _asked(given)
    if asked.all_held:
        objections = {area_id: (*found, ALL_HELD) if found else found for area_id, found in objections.items()}
    fits = citing.fit_of(cited, unit.area_id, today)
    errors: dict[str, object] = {}
    if any(objections.values()) and not given.knowingly:
        errors["knowingly"] = _("No list allows this in every community. Read why, then decide.")
    badly = citing.fits_badly(fits, unit.area_id, today) and not all(objections.values())
    if badly and len(texts["fit_reason"]) < LEAST_REASON:
        errors["fit_reason"] = _("Little of this is what the item says. Say why it belongs to it all the same.")
    if errors:
        raise Invalid(fields=errors)
    assert by.user_id is not None
    assert by.post_id is not None
    try:
        with transaction.atomic():
            handing = Handing.objects.create(
                unit=unit,
                matter=given.matter,
                form=given.form,
                title=texts["title"],
                text=texts["text"],
                claimed=texts["claimed"],
                fit=fits.score if fits is not None else None,
                fit_words=fits.kept() if fits is not None else {},
                fit_reason=texts["fit_reason"],
                due_on=given.due_on,
                asked_minutes=given.asked_minutes,
                roster=dict(given.roster),
                by_id=by.user_id,
                post_id=by.post_id,
                at=now,
                key=given.key,
            )
    except IntegrityError:
        raise AlreadySent(Handing.objects.get(key=given.key)) from None
    HandingFile.objects.bulk_create(HandingFile(handing=handing, file=file) for file in given.files)
    keep(given.files)
    # What is held is not asked for: such a form needs nobody's work, only that its community lets it go.
    answered = [area.pk for area in areas if asked.all_held and not objections[area.pk]]
    if answered:
        handing.answered = answered
        handing.save(update_fields=["answered"])
        tally.count_answered(handing)
    wanted = [area for area in areas if area.pk not in set(answered)]
    made = _open(by, handing, wanted, objections, party_of_unit(unit=unit, now=now), now, asked)
    if asked.columns:
        held.handed_down(handing, [area.pk for area in areas], now)
    off = sum(1 for task in made if task.off_list)
    return Handed(handing, len(made) - off, off, len(answered))


def _locked_item(matter: Matter | None) -> Matter | None:
    """The item as it stands now: nobody suspends it or takes it off while something is handed down under it."""
    if matter is None:
        return None
    rows = citing.loaded().select_for_update(of=("self",), no_key=True)
    return rows.get(pk=matter.pk)


def _whom(given: HandingGiven, today: date) -> HandingGiven:
    """With whom the form is about, where its sender left that open and the form says it beyond doubt."""
    if given.form != Form.FORM or given.roster:
        return given
    look = held.look(given.files, today)
    if look is None or look.sure is None:
        return given
    roster = {**look.sure.roster, held.SAID_BY: "form", held.WORDS: "、".join(look.sure.words)}
    return replace(given, roster=roster)


def _asked(given: HandingGiven) -> Asked:
    """What the form among the files asks for. Raises Invalid when there are several: each is a task of its own."""
    if given.form != Form.FORM:
        return Asked()
    forms = [found for file in given.files if (found := held.read(file, given.roster)).columns]
    if len(forms) > 1:
        text = _("One empty form goes with a task. Hand the others down as tasks of their own.")
        raise Invalid(fields={"file": text})
    if not given.files:
        raise Invalid(fields={"file": _("Attach the empty form.")})
    if any(found.has_rows for found in forms):
        raise Invalid(fields={"file": _("There are rows in this form already. Attach it empty, without an example.")})
    return forms[0] if forms else Asked()


def _sending_unit(by: Actor) -> Unit:
    unit = Unit.objects.filter(pk=by.unit_id).first() if by.unit_id is not None else None
    if not by.can(Permission.TASK_SEND) or unit is None:
        raise NotAllowed(_("Your post does not include handing tasks to communities."))
    return unit


def _checked(by: Actor, given: HandingGiven, today: date) -> list[Area]:
    errors: dict[str, object] = {}
    if given.form not in Form.values:
        errors["form"] = _("Choose what it is.")
    if given.due_on < today:
        errors["due_on"] = _("The day is over. Choose a later one.")
    elif given.due_on > today + LONGEST_TERM:
        errors["due_on"] = _("At most a year ahead.")
    if not 1 <= given.asked_minutes <= LONGEST_ASKED:
        errors["asked_minutes"] = _("Estimate how long one community needs, in minutes.")
    wanted = dict.fromkeys(given.area_ids)
    rows = Area.objects.current(today).filter(by.within("id"), level=Level.COMMUNITY, pk__in=wanted)
    areas = list(rows.order_by("pk"))
    if not wanted:
        errors["areas"] = _("Choose at least one community.")
    elif len(areas) != len(wanted):
        errors["areas"] = _("Some of these are no communities of your area any more. Choose again.")
    if errors:
        raise Invalid(fields=errors)
    return areas


def _open(
    by: Actor,
    handing: Handing,
    areas: Sequence[Area],
    objections: dict[str, tuple[Finding, ...]],
    party: Party,
    now: datetime,
    asked: Asked,
) -> list[Task]:
    end = datetime.combine(handing.due_on, time(17, 0), timezone.get_current_timezone())
    offices = {
        unit.area_id: unit
        for unit in Unit.objects.filter(
            kind=Unit.Kind.COMMUNITY_OFFICE, area_id__in=[area.pk for area in areas]
        ).order_by("-pk")
    }
    made: list[Case] = []
    for area in areas:
        case = Case(
            kind=TASK.kind,
            matter=None if objections[area.pk] else handing.matter,
            area=area,
            party=party,
            source=Case.Source.GOVERNMENT,
            title=handing.title,
            unit=offices.get(area.pk),
            term_due=max(end, now),
            statutory_due=max(end, now),
        )
        made.append(case)
    on = [case for case in made if not objections[case.area_id]]
    off = [case for case in made if objections[case.area_id]]

    def facts(case: Case) -> dict[str, object]:
        return {"handing": handing.pk, "rules": [finding.rule for finding in objections[case.area_id]]}

    today = timezone.localdate(now)
    ways = {area.pk: street.way(handing.unit, area.pk, today) for area in areas}
    through = [case for case in made if ways[case.area_id] == street.THROUGH]
    on, off = ([case for case in group if case not in through] for group in (on, off))
    for opening, group in (("route", through), ("hand_down", on), ("push", off)):
        cases.open_many(cases=group, opening=opening, by=by, part=Part.SENDER, now=now, facts=facts)
    tasks = [
        Task(
            case=case,
            handing=handing,
            cited=not objections[case.area_id],
            off_list=bool(objections[case.area_id]),
            columns=asked.columns,
            columns_held=asked.held,
            why_off=[
                {"rule": one.rule, "text": one.text, "values": {key: str(value) for key, value in one.values.items()}}
                for one in objections[case.area_id]
            ],
        )
        for case in made
    ]
    Task.objects.bulk_create(tasks, batch_size=500)
    tally.count_new(tasks)
    _tell_streets(handing, ways, now)
    arrived = [(case, task) for case, task in zip(made, tasks, strict=True) if ways[case.area_id] != street.THROUGH]
    _tell_of_arrival(arrived, now)
    return tasks


def _tell_streets(handing: Handing, ways: Mapping[str, str], now: datetime) -> None:
    with news.in_house():
        words = {
            street.COPIED: _("A department hands “%(title)s” to communities of your street."),
            street.THROUGH: _(
                "“%(title)s” is to go to communities of your street: pass it on, hold, merge or turn it down."
            ),
        }
        for way, text in words.items():
            areas = [area_id for area_id, its_way in ways.items() if its_way == way]
            news.send(news.street_news(handing, areas, text, now), now)


def _tell_of_arrival(arrived: Sequence[tuple[Case, Task]], now: datetime) -> None:
    readers = news.community([case.area_id for case, _task in arrived], now) if arrived else {}
    with news.in_house():
        on = _("New task: “%(title)s” (%(number)s).")
        off = _("“%(title)s” (%(number)s) was handed down without a list. You may refuse it.")
        found = [
            one
            for case, task in arrived
            for one in news.task_news(
                readers.get(case.area_id, [])[:1], case.number, case.title, off if task.off_list else on
            )
        ]
    news.send(found, now)


def act(
    *,
    case_id: int,
    name: str,
    by: Actor,
    inputs: Inputs,
    now: datetime,
    expected_seq: int | None = None,
    minutes: int | None = None,
    files: Sequence[StoredFile] = (),
    into: str = "",
) -> Case:
    """Make a move of a task, keep the files that come with it, and tell whom it concerns.

    `minutes`: what it took the community, when it hands in; `into`: the number of the task that it is
    merged into. Raises NotAllowed, Stale, Invalid.
    """

    def afterwards(change: Change, event: Event) -> None:
        if files:
            TaskFile.objects.bulk_create(
                (TaskFile(task_id=change.case.pk, event_seq=event.seq, file=file) for file in files),
                ignore_conflicts=True,
            )
            keep(files)
        _tell(change, now)

    facts: dict[str, object] = {}
    if minutes is not None:
        facts["minutes"] = minutes
    if into:
        facts["into"] = into
    if files:
        facts["files"] = [file.sha256 for file in files]
    with transaction.atomic():
        task = _locked(case_id)
        if name == "hand_in" and task.columns and any(file.media_type in (XLSX, DOCX) for file in files):
            # There it is chosen column by column what leaves, and written down who let it go (docs/adr/0025).
            raise Invalid(
                _("A form goes to its sender from its own page. Open “Form” and hand the filled one in there.")
            )
        before = tally.facets_of(task)
        case = cases.move(
            case_id=case_id,
            name=name,
            by=by,
            inputs=replace(inputs, note=note(inputs.note)),
            now=now,
            expected_seq=expected_seq,
            afterwards=afterwards,
            facts=facts,
        )
        tally.count_change(before, _of_case(case.pk))
    return case


def _locked(case_id: int) -> Task:
    """The task with its case, which stays locked until the transaction ends."""
    rows = Case.objects.select_for_update() if connection.features.has_select_for_update else Case.objects.all()
    rows.get(pk=case_id)
    return _of_case(case_id)


def _of_case(case_id: int) -> Task:
    return Task.objects.select_related("case", "handing").get(pk=case_id)


def _owners(change: Change) -> set[str]:
    """Whose work it is now and was not before: who owns the next state, unless they moved it there themselves."""
    if change.move.target is None:
        return set()
    return {news.DESKS[part] for part in TASK.state[change.move.target].owner - change.move.who}


def _next_desk(state: str) -> str:
    """Who learns that whoever owns a state has not answered in time: the next desk up."""
    owner = TASK.state[state].owner
    if Part.COMMUNITY in owner:
        return "street"
    return "supervisors" if owner & {Part.SENDER, Part.STREET} else "above"


def _tell(change: Change, now: datetime) -> None:
    case = change.case
    with news.in_house():
        others, text = news.told(change.move.name)
        whom = {*others, *_owners(change)}
        if change.move.name == "overdue":
            whom = {_next_desk(case.state)}
        sender = case.party.unit_id if case.party is not None else None
        readers: list[int] = []
        if "community" in whom:
            readers += news.community([case.area_id], now).get(case.area_id, [])
        if "sender" in whom and sender is not None:
            readers += news.unit(sender, now)
        if "street" in whom:
            readers += news.street(case.area_id, now)
        if "supervisors" in whom:
            readers += news.supervisors(case.area_id, now, besides=sender)
        if "above" in whom:
            readers += news.above_supervisors(case.area_id, now, besides=sender)
        told = [one for one in readers if text and one != change.by.user_id]
        news.send(news.task_news(told, case.number, case.title, text), now)
