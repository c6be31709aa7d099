"""The moves of tasks and applications as buttons and forms, and their history as lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.queries import judging
from linli.foundation.areas.models import Area
from linli.lib.money import yuan
from linli.spine.cases import kinds
from linli.spine.cases.flow import Move, Need, Part
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case, Event
from linli.spine.cases.queries import Choice, choices
from linli.spine.cases.shown import who
from linli.spine.catalogue.models import Matter

#: Moves with a form of their own beside the usual fields.
MINUTES: Final = frozenset({"hand_in"})
INTO: Final = frozenset({"merge"})
BASIS: Final = frozenset({"override"})
FILES: Final = frozenset({"hand_in", "correct", "note"})
#: Moves that have pages of their own.
ELSEWHERE: Final = frozenset({"answer", "improve", "edit"})


@dataclass(frozen=True)
class Button:
    """A move on a page: made at once, or by the form behind `url`."""

    move: Move
    url: str
    direct: bool
    style: str
    why_not: str = ""


@dataclass(frozen=True)
class Buttons:
    """The moves of a case for one actor: the next step, the others, and those not possible now by their reason."""

    first: Button | None
    others: tuple[Button, ...]
    stopped: Mapping[str, Sequence[Button]]


def buttons(case: Case, actor_choices: Sequence[Choice], pattern: str) -> Buttons:
    """The moves as buttons; `pattern` is the address of a move with MOVE in the place of its name."""
    allowed = [one for one in actor_choices if one.allowed]
    first = next((one for one in allowed if one.move.primary), None)

    def made(one: Choice) -> Button:
        style = "primary" if one is first else "danger" if one.move.grave else ""
        direct = not (one.move.needs or one.move.wants or one.move.grave or one.move.name in MINUTES | ELSEWHERE)
        return Button(one.move, pattern.replace("MOVE", one.move.name), direct, style, one.why_not)

    stopped: dict[str, list[Button]] = {}
    for one in actor_choices:
        if not one.allowed and case.is_open:
            stopped.setdefault(one.why_not, []).append(made(one))
    return Buttons(made(first) if first else None, tuple(made(one) for one in allowed if one is not first), stopped)


def choice_of(case: Case, actor: Any, name: str, now: datetime) -> Choice | None:
    """The move of this name, if the actor's part could ever make it."""
    return next((one for one in choices(case, actor, now) if one.move.name == name), None)


class MoveForm(forms.Form):
    """The form of one move: what it needs and wants."""

    use_required_attribute = False

    seq = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        move: Move,
        case: Case,
        matters: Sequence[Matter] = (),
        reasons: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.move = move
        self.matters = {str(matter.pk): matter for matter in matters}
        wanted = (*move.needs, *move.wants)
        if Need.REASON in wanted:
            known = reasons if reasons is not None else kinds.of(case.kind).reasons.get(move.name, {})
            pairs = [("", "—"), *((code, gettext(text)) for code, text in known.items())]
            self.fields["reason"] = forms.ChoiceField(
                label=_("Reason"), choices=pairs, required=Need.REASON in move.needs
            )
        if Need.MATTER in wanted:
            pairs = [("", "—"), *((str(one.pk), f"{one.code} {one.name}") for one in matters)]
            self.fields["matter"] = forms.ChoiceField(
                label=_("Item of a list that allows it"), choices=pairs, required=Need.MATTER in move.needs
            )
        if move.name in MINUTES:
            self.fields["minutes"] = forms.IntegerField(
                label=_("How many minutes it took the community, all together"),
                help_text=_("An honest estimate: it stands beside the sender's, and shows what the task really cost."),
                min_value=1,
                max_value=60 * 24 * 31,
            )
        if move.name in INTO:
            self.fields["into"] = forms.CharField(
                label=_("Number of the task that it is merged into"),
                help_text=_("Another open task of the same community."),
                max_length=16,
            )
        if move.name in BASIS:
            self.fields["basis"] = forms.CharField(
                label=_("Document that allows it, with its number"),
                help_text=_("Without one, nothing passes against the rules. It stays in the history."),
                min_length=4,
                max_length=200,
            )
        if Need.NOTE in wanted:
            self.fields["note"] = forms.CharField(
                label=_("In words"),
                help_text=_("At most 2,000 characters."),
                widget=forms.Textarea(attrs={"rows": 4}),
                required=Need.NOTE in move.needs,
            )
        if move.grave:
            self.fields["sure"] = forms.BooleanField(
                label=_("I am sure. This cannot be taken back."),
                error_messages={"required": _("Tick this to say that you are sure.")},
            )

    @property
    def takes_files(self) -> bool:
        """Whether documents may come with this move."""
        return self.move.name in FILES

    @property
    def visible(self) -> list[forms.BoundField]:
        """The fields that a person fills in."""
        return [field for field in self if not field.is_hidden]

    def inputs(self) -> Inputs:
        """What was given, for the action. Call it after `is_valid`."""
        given = self.cleaned_data
        return Inputs(
            note=given.get("note", ""),
            reason=given.get("reason", ""),
            matter=self.matters.get(given.get("matter", "")),
        )


@dataclass(frozen=True)
class Line:
    """One line of a history."""

    at: datetime
    who: str
    what: str
    kind: str
    text: str
    details: Sequence[str]


def first_receiver(case: Case) -> str:
    """首接负责 (S3-08): whoever of the community took it first; read from the history, which nobody can change."""
    events = case.events.filter(part=Part.COMMUNITY).select_related("actor", "post", "post__unit", "post__area")
    first = events.order_by("seq").first()
    return who(first) if first is not None else ""


def history(case: Case, *, of_community: str = "") -> list[Line]:
    """The events of a case, newest first. Two statements.

    `of_community`: the code of a community that reads no other's answers.
    """
    rows = case.events.select_related("actor", "post", "post__unit", "post__area").order_by("seq")
    events = [event for event in rows if not (of_community and _others_answer(event, of_community))]
    places = {data["area"] for event in events if "area" in (data := _data(event))}
    names = dict(Area.objects.filter(pk__in=places).values_list("pk", "name")) if places else {}
    flow = kinds.of(case.kind).flow
    return [
        Line(
            at=event.at,
            who=who(event),
            what=gettext(flow.move[event.move].label),
            kind="system" if event.part == Part.SYSTEM else "public",
            text=event.note,
            details=details(event, case, names),
        )
        for event in reversed(events)
    ]


def _others_answer(event: Event, area_id: str) -> bool:
    return event.move == "answer" and _data(event).get("area") != area_id


def _joined(data: Mapping[str, Any]) -> list[str]:
    """The item that it was put under, and the task that it was merged into."""
    found = []
    if isinstance(data.get("matter"), dict):
        matter = data["matter"]
        # Taken away from the item that it cited, or put under another one.
        found.append(gettext("Item: %(item)s") % {"item": matter.get("to") or matter.get("from", "")})
    if data.get("item"):
        found.append(gettext("Item: %(item)s") % {"item": data["item"]})
    if data.get("into"):
        found.append(gettext("Merged into: %(number)s") % {"number": data["into"]})
    return found


def _against_rules(data: Mapping[str, Any]) -> list[str]:
    found = []
    if data.get("rules"):
        found.append(gettext("Rules that object: %(rules)s") % {"rules": judging.named(data["rules"])})
    if data.get("basis"):
        found.append(gettext("Allowed by: %(document)s") % {"document": data["basis"]})
    return found


def _data(event: Event) -> dict[str, Any]:
    return event.data if isinstance(event.data, dict) else {}


def details(event: Event, case: Case, names: Mapping[str, str]) -> list[str]:
    """What a move carried, beyond the words that went with it."""
    data, found = _data(event), []
    reasons = kinds.of(case.kind).reasons.get(event.move, {})
    if data.get("reason") in reasons:
        found.append(gettext("Reason: %(reason)s") % {"reason": gettext(reasons[data["reason"]])})
    if "area" in data:
        found.append(names.get(data["area"], str(data["area"])))
    if "terms_ok" in data:
        enough = gettext("Money and conditions suffice.")
        found.append(enough if data["terms_ok"] else gettext("Money and conditions do not suffice."))
    if data.get("stance"):
        supports, objects = gettext("Supports it."), gettext("Objects to it.")
        found.append(supports if data["stance"] == "support" else objects)
    if isinstance(data.get("amount"), dict):
        sums = {key: yuan(int(value)) for key, value in data["amount"].items()}
        found.append(gettext("Money: %(before)s → %(after)s yuan") % {"before": sums["from"], "after": sums["to"]})
    found += [*_joined(data), *_against_rules(data)]
    if data.get("minutes"):
        found.append(gettext("It took %(n)s minutes.") % {"n": data["minutes"]})
    for late in data.get("late", []):
        values = {"day": late["due_on"], "sum": yuan(late["missing"])}
        sum_missing = gettext("Due on %(day)s, missing: %(sum)s yuan") if late["missing"] else gettext("Due on %(day)s")
        found.append(sum_missing % values)
    return found
