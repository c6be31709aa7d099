"""The incident loop (事件闭环) as a table: 发现 → 上报 → 受理 → 分流 → 处置 → 核查 → 结案 → 评价 (domain.md §3.3)."""

from linli.spine.cases.flow import Flow, Guard, Move, Need, Part, State, Tone


def _(text: str) -> str:
    """Marks a sentence for the catalogues without importing Django; screens translate it."""
    return text


REPORTED, ACCEPTED, DISPATCHED, HANDLING = "reported", "accepted", "dispatched", "handling"
EXTENSION_ASKED, PAUSED, CHECKING, HANDLED = "extension_asked", "paused", "checking", "handled"
DISPUTED = "disputed"
SOLVED, UNANSWERED, UNSOLVED, CLOSED, REFUSED, WITHDRAWN = (
    "solved",
    "unanswered",
    "unsolved",
    "closed",
    "refused",
    "withdrawn",
)


def _set(*values: str) -> frozenset[str]:
    return frozenset(values)


def _who(*parts: Part) -> frozenset[Part]:
    return frozenset(parts)


REPORTER, GRID, COMMUNITY, UNIT, STREET, SYSTEM = (
    Part.REPORTER,
    Part.GRID,
    Part.COMMUNITY,
    Part.UNIT,
    Part.STREET,
    Part.SYSTEM,
)

NOT_THE_HANDLER = Guard(
    name="not_the_handler",
    reason=_("Whoever handled it may not verify it. Ask a colleague."),
    holds=lambda s: s.actor_id is None or s.handler_id != s.actor_id,
)
REOPENS_LEFT = Guard(
    name="reopens_left",
    reason=_("It has been reopened as often as the rules allow; the street now decides."),
    holds=lambda s: s.reopens < s.reopens_limit,
)
NO_REOPENS_LEFT = Guard(
    name="no_reopens_left",
    reason=_("It can still be reopened directly."),
    holds=lambda s: s.reopens >= s.reopens_limit,
)
HAS_REPORTER = Guard(
    name="has_reporter",
    reason=_("No resident reported this, so there is nobody to answer."),
    holds=lambda s: s.has_reporter,
)
NO_REPORTER = Guard(
    name="no_reporter",
    reason=_("A resident reported this; the resident has the last word."),
    holds=lambda s: not s.has_reporter,
)
NOT_JUST_REMINDED = Guard(
    name="not_just_reminded",
    reason=_("You have reminded already today. Please give them a day."),
    holds=lambda s: not s.reminded_recently,
)
OUTSIDE_UNIT = Guard(
    name="outside_unit",
    reason=_("The community has this case itself; there is no one to return it to."),
    holds=lambda s: not s.unit_is_community,
)

STATES = (
    State(
        code=REPORTED,
        label=_("Waiting to be accepted"),
        told=_("Received. The community will look at it."),
        owner=_who(COMMUNITY),
        tone=Tone.NEW,
        icon="clock",
        step=True,
    ),
    State(
        code=ACCEPTED,
        label=_("Accepted"),
        told=_("Accepted. The community is deciding who handles it."),
        owner=_who(COMMUNITY),
        icon="circle-check",
        step=True,
    ),
    State(
        code=DISPATCHED,
        label=_("Dispatched"),
        told=_("Handed to the unit in charge, which has to sign for it."),
        owner=_who(UNIT),
        tone=Tone.JOINT,
        icon="send",
        step=True,
    ),
    State(
        code=HANDLING,
        label=_("Being handled"),
        told=_("Being handled."),
        owner=_who(UNIT),
        icon="progress",
    ),
    State(
        code=EXTENSION_ASKED,
        label=_("More time asked"),
        told=_("Being handled. The unit has asked for more time."),
        owner=_who(COMMUNITY, UNIT),
        tone=Tone.WARN,
        icon="hourglass",
        step=True,
    ),
    State(
        code=PAUSED,
        label=_("Paused"),
        told=_("Paused for the reason given."),
        owner=_who(COMMUNITY, UNIT),
        tone=Tone.WARN,
        icon="player-pause",
        stopped=True,
    ),
    State(
        code=CHECKING,
        label=_("Waiting for a check"),
        told=_("The unit says it is handled; the community is checking."),
        owner=_who(COMMUNITY),
        tone=Tone.JOINT,
        icon="eye",
        step=True,
    ),
    State(
        code=HANDLED,
        label=_("Handled, waiting for the resident"),
        told=_("Handled. Is it solved? Please tell us."),
        owner=_who(REPORTER),
        tone=Tone.DONE,
        icon="check",
        step=True,
    ),
    State(
        code=DISPUTED,
        label=_("In dispute"),
        told=_("You say it is not solved. The street will decide what happens next."),
        owner=_who(STREET),
        tone=Tone.BACK,
        icon="scale",
        step=True,
    ),
    State(
        code=SOLVED, label=_("Solved"), told=_("Solved. Thank you."), tone=Tone.DONE, icon="circle-check", final=True
    ),
    State(
        code=UNANSWERED,
        label=_("Closed without answer"),
        told=_("Closed, because no answer came. You can report again at any time."),
        tone=Tone.NEW,
        icon="message-circle",
        final=True,
    ),
    State(
        code=UNSOLVED,
        label=_("Closed, not solved"),
        told=_("Closed by the street, with its reason."),
        tone=Tone.BACK,
        icon="circle-x",
        final=True,
    ),
    State(code=CLOSED, label=_("Closed"), told=_("Handled and closed."), tone=Tone.DONE, icon="check", final=True),
    State(
        code=REFUSED,
        label=_("Not accepted"),
        told=_("Not accepted, for the reason given."),
        tone=Tone.BACK,
        icon="hand-stop",
        final=True,
    ),
    State(
        code=WITHDRAWN,
        label=_("Withdrawn"),
        told=_("You withdrew it."),
        tone=Tone.NEW,
        icon="arrow-back-up",
        final=True,
    ),
)

WORKING = _set(ACCEPTED, DISPATCHED, HANDLING, EXTENSION_ASKED, PAUSED, CHECKING)
OPEN = WORKING | _set(REPORTED, HANDLED, DISPUTED)

OPENINGS = (
    Move(
        name="report",
        label=_("Report"),
        source=frozenset(),
        target=REPORTED,
        who=_who(REPORTER, GRID, COMMUNITY),
        told=_("We have received your report."),
        icon="send",
    ),
    Move(
        name="report_solved",
        label=_("Handled on the spot"),
        source=frozenset(),
        target=HANDLED,
        who=_who(GRID, COMMUNITY),
        needs=(Need.PHOTO,),
        told=_("The grid worker has handled it on the spot."),
        icon="check",
    ),
)

MOVES = (
    Move(
        name="accept",
        label=_("Accept"),
        source=_set(REPORTED),
        target=ACCEPTED,
        who=_who(COMMUNITY),
        wants=(Need.PUBLIC_NOTE,),
        told=_("Your report has been accepted."),
        icon="check",
        primary=True,
        bulk=True,
    ),
    Move(
        name="refuse",
        label=_("Do not accept"),
        source=_set(REPORTED),
        target=REFUSED,
        who=_who(COMMUNITY),
        needs=(Need.REASON, Need.PUBLIC_NOTE),
        told=_("Your report was not accepted. The reason is on its page."),
        icon="hand-stop",
        grave=True,
    ),
    Move(
        name="reclassify",
        label=_("Change the matter"),
        source=_set(REPORTED, ACCEPTED),
        target=None,
        who=_who(COMMUNITY),
        needs=(Need.MATTER,),
        wants=(Need.NOTE,),
        icon="refresh",
    ),
    Move(
        # The grid worker who stands in front of it need not wait for the office.
        name="solve_on_spot",
        label=_("Handled on the spot"),
        source=_set(REPORTED),
        target=HANDLED,
        who=_who(GRID),
        needs=(Need.PHOTO,),
        wants=(Need.PUBLIC_NOTE,),
        told=_("The grid worker has handled it on the spot."),
        icon="check",
        primary=True,
    ),
    Move(
        name="handle_here",
        label=_("Handle it ourselves"),
        source=_set(ACCEPTED),
        target=HANDLING,
        who=_who(COMMUNITY),
        wants=(Need.NOTE,),
        told=_("The community is handling it."),
        icon="player-play",
        bulk=True,
    ),
    Move(
        name="dispatch",
        label=_("Dispatch"),
        source=_set(ACCEPTED),
        target=DISPATCHED,
        who=_who(COMMUNITY),
        needs=(Need.UNIT,),
        wants=(Need.NOTE,),
        told=_("Your report has been handed to the unit in charge."),
        icon="send",
        primary=True,
        bulk=True,
    ),
    Move(
        name="sign",
        label=_("Sign for it"),
        source=_set(DISPATCHED),
        target=HANDLING,
        who=_who(UNIT),
        told=_("The unit in charge has taken it up."),
        icon="pencil",
        primary=True,
        bulk=True,
    ),
    Move(
        name="return",
        label=_("Return: wrongly sent"),
        source=_set(DISPATCHED, HANDLING),
        target=ACCEPTED,
        who=_who(UNIT),
        needs=(Need.REASON, Need.NOTE),
        guards=(OUTSIDE_UNIT,),
        icon="arrow-back-up",
    ),
    Move(
        # A unit without people, or a case that the community began itself and cannot finish, must not be a dead end.
        name="recall",
        label=_("Take it back"),
        source=_set(DISPATCHED, HANDLING),
        target=ACCEPTED,
        who=_who(COMMUNITY),
        needs=(Need.NOTE,),
        icon="arrow-back-up",
    ),
    Move(
        name="ask_extension",
        label=_("Ask for more time"),
        source=_set(HANDLING),
        target=EXTENSION_ASKED,
        who=_who(UNIT),
        needs=(Need.DAYS, Need.NOTE),
        icon="hourglass",
    ),
    Move(
        name="grant_extension",
        label=_("Grant the time"),
        source=_set(EXTENSION_ASKED),
        target=HANDLING,
        who=_who(COMMUNITY),
        wants=(Need.NOTE,),
        told=_("The unit in charge was given more time."),
        icon="check",
        primary=True,
    ),
    Move(
        name="deny_extension",
        label=_("Deny the time"),
        source=_set(EXTENSION_ASKED),
        target=HANDLING,
        who=_who(COMMUNITY),
        needs=(Need.NOTE,),
        icon="x",
    ),
    Move(
        name="pause",
        label=_("Pause"),
        source=_set(HANDLING),
        target=PAUSED,
        who=_who(COMMUNITY),
        needs=(Need.REASON, Need.PUBLIC_NOTE),
        told=_("Work on your report is paused. The reason is on its page."),
        icon="player-pause",
    ),
    Move(
        name="resume",
        label=_("Resume"),
        source=_set(PAUSED),
        target=HANDLING,
        who=_who(COMMUNITY, UNIT),
        wants=(Need.NOTE,),
        told=_("Work on your report goes on."),
        icon="player-play",
        primary=True,
    ),
    Move(
        name="finish",
        label=_("Hand in the result"),
        source=_set(HANDLING, EXTENSION_ASKED),
        target=CHECKING,
        who=_who(UNIT),
        needs=(Need.NOTE, Need.PHOTO),
        told=_("The unit says it is handled; the community is checking."),
        icon="check",
        primary=True,
    ),
    Move(
        name="verify",
        label=_("Verify: it is done"),
        source=_set(CHECKING),
        target=HANDLED,
        who=_who(COMMUNITY),
        needs=(Need.PUBLIC_NOTE,),
        wants=(Need.PHOTO,),
        guards=(NOT_THE_HANDLER,),
        told=_("Your report has been handled. Is it solved? Please tell us."),
        icon="circle-check",
        primary=True,
    ),
    Move(
        name="send_back",
        label=_("Send back: not done"),
        source=_set(CHECKING),
        target=HANDLING,
        who=_who(COMMUNITY),
        needs=(Need.NOTE,),
        wants=(Need.PHOTO,),
        guards=(NOT_THE_HANDLER,),
        icon="corner-up-left",
    ),
    Move(
        name="confirm",
        label=_("It is solved"),
        source=_set(HANDLED),
        target=SOLVED,
        who=_who(REPORTER),
        needs=(Need.SATISFACTION,),
        wants=(Need.PUBLIC_NOTE,),
        guards=(HAS_REPORTER,),
        icon="thumb-up",
        primary=True,
    ),
    Move(
        name="reopen",
        label=_("It is not solved"),
        source=_set(HANDLED),
        target=ACCEPTED,
        who=_who(REPORTER),
        needs=(Need.SATISFACTION, Need.PUBLIC_NOTE),
        guards=(HAS_REPORTER, REOPENS_LEFT),
        told=_("You said it is not solved. The community takes it up again."),
        icon="refresh",
    ),
    Move(
        name="dispute",
        label=_("It is still not solved"),
        source=_set(HANDLED),
        target=DISPUTED,
        who=_who(REPORTER),
        needs=(Need.SATISFACTION, Need.PUBLIC_NOTE),
        guards=(HAS_REPORTER, NO_REOPENS_LEFT),
        told=_("You said it is still not solved. The street will decide."),
        icon="scale",
    ),
    Move(
        # Nobody has to answer a case that nobody reported; the system files it in the same breath.
        name="file",
        label=_("File"),
        source=_set(HANDLED),
        target=CLOSED,
        who=_who(SYSTEM),
        guards=(NO_REPORTER,),
        icon="check",
    ),
    Move(
        name="close_unanswered",
        label=_("Close without answer"),
        source=_set(HANDLED),
        target=UNANSWERED,
        who=_who(SYSTEM),
        guards=(HAS_REPORTER,),
        told=_("We closed your report because no answer came. You can report again at any time."),
        icon="clock",
    ),
    Move(
        name="order_again",
        label=_("Order it to be done again"),
        source=_set(DISPUTED),
        target=ACCEPTED,
        who=_who(STREET),
        needs=(Need.PUBLIC_NOTE,),
        told=_("The street has ordered that your report be handled again."),
        icon="refresh",
        primary=True,
    ),
    Move(
        name="close_unsolved",
        label=_("Close, with reasons"),
        source=_set(DISPUTED),
        target=UNSOLVED,
        who=_who(STREET),
        needs=(Need.PUBLIC_NOTE,),
        told=_("The street has closed your report. The reason is on its page."),
        icon="x",
        grave=True,
    ),
    Move(
        name="withdraw",
        label=_("Withdraw"),
        source=_set(REPORTED, ACCEPTED),
        target=WITHDRAWN,
        who=_who(REPORTER),
        wants=(Need.PUBLIC_NOTE,),
        guards=(HAS_REPORTER,),
        icon="arrow-back-up",
        grave=True,
    ),
    Move(
        name="add",
        label=_("Add something"),
        source=OPEN,
        target=None,
        who=_who(REPORTER),
        needs=(Need.PUBLIC_NOTE,),
        wants=(Need.PHOTO,),
        icon="message-circle",
    ),
    Move(
        name="remind",
        label=_("Remind them"),
        source=_set(REPORTED) | WORKING | _set(DISPUTED),
        target=None,
        who=_who(REPORTER),
        guards=(NOT_JUST_REMINDED,),
        icon="bell",
    ),
    Move(
        name="join",
        label=_("It bothers me too"),
        source=_set(REPORTED) | WORKING,
        target=None,
        who=_who(REPORTER),
        wants=(Need.PUBLIC_NOTE, Need.PHOTO),
        told=_("You are now told of every step, too."),
        icon="users",
    ),
    Move(
        name="reply",
        label=_("Reply to the resident"),
        source=OPEN,
        target=None,
        who=_who(COMMUNITY, UNIT, STREET),
        needs=(Need.PUBLIC_NOTE,),
        guards=(HAS_REPORTER,),
        told=_("There is a reply to your report."),
        icon="message",
    ),
    Move(
        name="note",
        label=_("Internal note"),
        source=OPEN,
        target=None,
        who=_who(GRID, COMMUNITY, UNIT, STREET, Part.DISTRICT),
        needs=(Need.NOTE,),
        wants=(Need.PHOTO,),
        icon="lock",
    ),
    Move(
        # Escalation is a real move made by the system, never just a colour (design.md §3).
        name="escalate",
        label=_("Escalate"),
        source=_set(REPORTED, DISPUTED) | WORKING - _set(PAUSED),
        target=None,
        who=_who(SYSTEM),
        icon="alert-triangle",
    ),
)

INCIDENT = Flow(kind="incident", start=REPORTED, states=STATES, moves=MOVES, openings=OPENINGS)

# The six lawful reasons not to dispatch (接诉即办条例 §11), and the plain ones.
REFUSAL_REASONS: dict[str, str] = {
    "hotline": _("Urgent: call 110, 119, 120 or 122"),
    "legal_route": _("A legal procedure or petition is open for this"),
    "repeated": _("Repeats an earlier report without anything new"),
    "confidential": _("Concerns secrets or somebody's privacy"),
    "out_of_duty": _("Outside the duties of the community and the district"),
    "unlawful": _("Against the law or public decency"),
    "unclear": _("Too unclear to act on, and nobody to ask"),
    "test": _("Not a report (a test or a mistake)"),
}
RETURN_REASONS: dict[str, str] = {
    "not_our_duty": _("Not within our duties"),
    "not_our_area": _("Not in our area"),
    "other_unit": _("Another unit already has it"),
    "not_true": _("Not as described on site"),
}
PAUSE_REASONS: dict[str, str] = {
    "weather": _("Weather"),
    "material": _("Waiting for material or parts"),
    "resident": _("Waiting for the resident"),
    "third_party": _("Waiting for a third party or an approval"),
    "law": _("A legal procedure must end first"),
}
REASONS: dict[str, dict[str, str]] = {
    "refuse": REFUSAL_REASONS,
    "return": RETURN_REASONS,
    "pause": PAUSE_REASONS,
}
