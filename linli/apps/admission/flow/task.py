"""A task handed down (交办) as a table: 接收 → 办理 → 提交结果, or 拒绝 → 督促纠正 → 办结 (S1-11, S5-05).

引用不符: what cites an item that does not say this is contested; supervision decides, and until then it is on no list.
"""

from linli.spine.cases.flow import Flow, Guard, Move, Need, Part, State, Tone


def _(text: str) -> str:
    """Marks a sentence for the catalogues without importing Django; screens translate it."""
    return text


def _set(*values: str) -> frozenset[str]:
    return frozenset(values)


def _who(*parts: Part) -> frozenset[Part]:
    return frozenset(parts)


ARRIVED, OFF_LIST, CONTESTED, RETURNED, ASKED, REFUSED, CORRECTING, ANSWERED = (
    "arrived",
    "off_list",
    "contested",
    "returned",
    "asked",
    "refused",
    "correcting",
    "answered",
)
DOING, HANDED_IN, FINISHED, CORRECTED, RECALLED = "doing", "handed_in", "finished", "corrected", "recalled"
#: 经街道统一安排: before it reaches its community, or instead of it.
AT_STREET, ON_HOLD, MERGED, TURNED_DOWN = "at_street", "on_hold", "merged", "turned_down"

SENDER, COMMUNITY, STREET, DISTRICT, SUPERVISOR, SYSTEM = (
    Part.SENDER,
    Part.COMMUNITY,
    Part.STREET,
    Part.DISTRICT,
    Part.SUPERVISOR,
    Part.SYSTEM,
)

SOMETHING_LATE = Guard(
    name="something_late",
    reason=_("Everything that belongs to this task is there or not due yet, so it cannot be refused for that."),
    holds=lambda s: s.late,
)
NOTHING_LATE = Guard(
    name="nothing_late",
    reason=_("Money, people or guidance are still late; until they are there the community may refuse."),
    holds=lambda s: not s.late,
)
NOT_THE_SENDER = Guard(
    name="not_the_sender",
    reason=_("Whoever handed it down does not judge it. The other supervising office does."),
    holds=lambda s: not s.is_sender,
)

CAME_ON_A_LIST = Guard(
    name="came_on_a_list",
    reason=_("It came on no list, and is passed on as that."),
    holds=lambda s: not s.off_list,
)
CAME_OFF_LIST = Guard(
    name="came_off_list",
    reason=_("It came on a list, and is passed on as that."),
    holds=lambda s: s.off_list,
)

STATES = (
    State(
        code=AT_STREET,
        label=_("With the street"),
        told="",
        owner=_who(STREET),
        tone=Tone.NEW,
        icon="clock",
        step=True,
    ),
    State(
        code=ON_HOLD,
        label=_("Held by the street"),
        told="",
        owner=_who(STREET),
        tone=Tone.WARN,
        icon="player-pause",
        step=True,
    ),
    State(
        code=ARRIVED,
        label=_("Handed down, waiting for the community"),
        told="",
        owner=_who(COMMUNITY),
        tone=Tone.NEW,
        icon="clock",
        step=True,
    ),
    State(
        code=OFF_LIST,
        label=_("On no list: the community decides"),
        told="",
        owner=_who(COMMUNITY),
        tone=Tone.BACK,
        icon="alert-triangle",
        step=True,
    ),
    State(
        code=CONTESTED,
        label=_("Contested: the supervisors judge the citation"),
        told="",
        owner=_who(DISTRICT, SUPERVISOR),
        tone=Tone.JOINT,
        icon="scale",
        step=True,
    ),
    State(
        code=RETURNED,
        label=_("The citation holds: the community takes it on"),
        told="",
        owner=_who(COMMUNITY),
        tone=Tone.BACK,
        icon="corner-up-left",
        step=True,
    ),
    State(
        code=ASKED,
        label=_("The supervisors are asked"),
        told="",
        owner=_who(DISTRICT, SUPERVISOR),
        tone=Tone.JOINT,
        icon="scale",
        step=True,
    ),
    State(
        code=REFUSED,
        label=_("Refused by the community"),
        told="",
        owner=_who(DISTRICT, SUPERVISOR),
        tone=Tone.BACK,
        icon="hand-stop",
        step=True,
    ),
    State(
        code=CORRECTING,
        label=_("The sender must correct it"),
        told="",
        owner=_who(SENDER),
        tone=Tone.WARN,
        icon="pencil",
        step=True,
    ),
    State(
        code=ANSWERED,
        label=_("The sender says it is corrected"),
        told="",
        owner=_who(DISTRICT, SUPERVISOR),
        tone=Tone.JOINT,
        icon="eye",
        step=True,
    ),
    State(code=DOING, label=_("Being done"), told="", owner=_who(COMMUNITY), icon="progress"),
    State(
        code=HANDED_IN,
        label=_("Handed in, waiting for the sender"),
        told="",
        owner=_who(SENDER),
        tone=Tone.DONE,
        icon="check",
        step=True,
    ),
    State(code=FINISHED, label=_("Finished"), told="", tone=Tone.DONE, icon="circle-check", final=True),
    State(code=CORRECTED, label=_("Refused and corrected"), told="", tone=Tone.DONE, icon="circle-check", final=True),
    State(code=MERGED, label=_("Merged into another task"), told="", tone=Tone.DONE, icon="check", final=True),
    State(code=TURNED_DOWN, label=_("Turned down by the street"), told="", tone=Tone.BACK, icon="circle-x", final=True),
    State(code=RECALLED, label=_("Recalled by the sender"), told="", tone=Tone.NEW, icon="arrow-back-up", final=True),
)

OPEN = frozenset(state.code for state in STATES if not state.final)

#: The states in which somebody owes an answer, by a day.
WAITING = _set(AT_STREET, ON_HOLD, ARRIVED, OFF_LIST, CONTESTED, RETURNED, ASKED, REFUSED, CORRECTING, ANSWERED)

#: The street has it: its community has not seen it.
UPSTREAM = _set(AT_STREET, ON_HOLD)
#: The street let it not through: its community never sees it.
CUT = _set(MERGED, TURNED_DOWN)
#: It was refused, or found to be on no list, and never came back to the community.
STOPPED = _set(REFUSED, CORRECTING, ANSWERED, CORRECTED)
#: The community has not said whether it takes it on: neither accepted nor given up.
UNANSWERED = _set(ARRIVED, RETURNED)

OPENINGS = (
    Move(
        name="hand_down",
        label=_("Handed down"),
        source=frozenset(),
        target=ARRIVED,
        who=_who(SENDER),
        icon="send",
    ),
    Move(
        name="push",
        label=_("Handed down without a list"),
        source=frozenset(),
        target=OFF_LIST,
        who=_who(SENDER),
        icon="alert-triangle",
    ),
    Move(
        name="route",
        label=_("Handed down through the street"),
        source=frozenset(),
        target=AT_STREET,
        who=_who(SENDER),
        icon="send",
    ),
)

MOVES = (
    Move(
        name="pass_on",
        label=_("Pass it on to the community"),
        source=UPSTREAM,
        target=ARRIVED,
        who=_who(STREET, SYSTEM),
        wants=(Need.NOTE,),
        guards=(CAME_ON_A_LIST,),
        icon="send",
        primary=True,
    ),
    Move(
        name="pass_off_list",
        label=_("Pass it on: on no list"),
        source=UPSTREAM,
        target=OFF_LIST,
        who=_who(STREET, SYSTEM),
        wants=(Need.NOTE,),
        guards=(CAME_OFF_LIST,),
        icon="send",
        primary=True,
    ),
    Move(
        name="hold",
        label=_("Hold it back"),
        source=_set(AT_STREET),
        target=ON_HOLD,
        who=_who(STREET),
        needs=(Need.REASON, Need.NOTE),
        icon="player-pause",
    ),
    Move(
        name="merge",
        label=_("Merge it into another task"),
        source=UPSTREAM,
        target=MERGED,
        who=_who(STREET),
        needs=(Need.NOTE,),
        icon="check",
    ),
    Move(
        name="turn_down",
        label=_("Turn it down"),
        source=UPSTREAM,
        target=TURNED_DOWN,
        who=_who(STREET),
        needs=(Need.REASON, Need.NOTE),
        icon="hand-stop",
    ),
    Move(
        name="accept",
        label=_("Take it on"),
        source=_set(ARRIVED, RETURNED),
        target=DOING,
        who=_who(COMMUNITY),
        wants=(Need.NOTE,),
        icon="check",
        primary=True,
    ),
    Move(
        name="refuse",
        label=_("Refuse it"),
        source=_set(OFF_LIST),
        target=REFUSED,
        who=_who(COMMUNITY),
        needs=(Need.REASON, Need.NOTE),
        icon="hand-stop",
        primary=True,
    ),
    Move(
        name="contest",
        label=_("Contest it: this is not what the item says"),
        source=_set(ARRIVED),
        target=CONTESTED,
        who=_who(COMMUNITY),
        needs=(Need.REASON, Need.NOTE),
        icon="scale",
    ),
    Move(
        name="uphold",
        label=_("The community is right: it is on no list"),
        source=_set(CONTESTED),
        target=CORRECTING,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_SENDER,),
        icon="hand-stop",
        primary=True,
    ),
    Move(
        name="dismiss",
        label=_("The citation holds: back to the community"),
        source=_set(CONTESTED),
        target=RETURNED,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_SENDER,),
        icon="corner-up-left",
    ),
    Move(
        name="accept_once",
        label=_("Accept once, under protest"),
        source=_set(OFF_LIST, RETURNED),
        target=DOING,
        who=_who(COMMUNITY),
        needs=(Need.NOTE,),
        icon="check",
    ),
    Move(
        name="ask",
        label=_("Ask the supervisors"),
        source=_set(ARRIVED, OFF_LIST),
        target=ASKED,
        who=_who(COMMUNITY),
        needs=(Need.NOTE,),
        icon="message-circle",
    ),
    Move(
        name="refuse_late",
        label=_("Refuse: what belongs to it is late"),
        source=_set(ARRIVED, RETURNED, DOING),
        target=REFUSED,
        who=_who(COMMUNITY),
        needs=(Need.REASON, Need.NOTE),
        guards=(SOMETHING_LATE,),
        icon="hand-stop",
    ),
    Move(
        name="allow",
        label=_("It may be asked of the community"),
        source=_set(ASKED),
        target=DOING,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        wants=(Need.MATTER,),
        guards=(NOT_THE_SENDER,),
        icon="check",
    ),
    Move(
        name="disallow",
        label=_("It may not be asked: the sender corrects it"),
        source=_set(ASKED),
        target=CORRECTING,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_SENDER,),
        icon="hand-stop",
        primary=True,
    ),
    Move(
        name="order",
        label=_("Order the sender to correct it"),
        source=_set(REFUSED),
        target=CORRECTING,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_SENDER,),
        icon="send",
        primary=True,
    ),
    Move(
        name="give_back",
        label=_("Give it back to the community"),
        source=_set(REFUSED, ANSWERED),
        target=DOING,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        wants=(Need.MATTER,),
        guards=(NOT_THE_SENDER, NOTHING_LATE),
        icon="corner-up-left",
    ),
    Move(
        name="correct",
        label=_("Say how it was corrected"),
        source=_set(CORRECTING),
        target=ANSWERED,
        who=_who(SENDER),
        needs=(Need.REASON, Need.NOTE),
        icon="pencil",
        primary=True,
    ),
    Move(
        name="insist",
        label=_("Not corrected: order it again"),
        source=_set(ANSWERED),
        target=CORRECTING,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_SENDER,),
        icon="refresh",
    ),
    Move(
        name="close",
        label=_("Corrected: close it"),
        source=_set(ANSWERED),
        target=CORRECTED,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_SENDER,),
        icon="circle-check",
        primary=True,
    ),
    Move(
        name="hand_in",
        label=_("Hand in the result"),
        source=_set(DOING),
        target=HANDED_IN,
        who=_who(COMMUNITY),
        needs=(Need.NOTE,),
        icon="check",
        primary=True,
    ),
    Move(
        name="confirm",
        label=_("Confirm the result"),
        source=_set(HANDED_IN),
        target=FINISHED,
        who=_who(SENDER),
        wants=(Need.NOTE,),
        icon="circle-check",
        primary=True,
        bulk=True,
    ),
    Move(
        name="send_back",
        label=_("Send back: not done"),
        source=_set(HANDED_IN),
        target=DOING,
        who=_who(SENDER),
        needs=(Need.NOTE,),
        icon="corner-up-left",
    ),
    Move(
        # A sender who does not look at what was asked for has no claim to keep the community waiting.
        name="confirm_silent",
        label=_("Finished: the sender did not answer in time"),
        source=_set(HANDED_IN),
        target=FINISHED,
        who=_who(SYSTEM),
        icon="clock",
    ),
    Move(
        # Nothing is dropped silently, on either side: the next desk up learns of it, once for each state.
        name="overdue",
        label=_("Not answered in time: reported to the next desk"),
        source=WAITING,
        target=None,
        who=_who(SYSTEM),
        icon="clock",
    ),
    Move(
        name="recall",
        label=_("Recall it"),
        source=_set(AT_STREET, ON_HOLD, ARRIVED, OFF_LIST, RETURNED, ASKED, DOING, HANDED_IN),
        target=RECALLED,
        who=_who(SENDER),
        needs=(Need.NOTE,),
        icon="arrow-back-up",
        grave=True,
    ),
    Move(
        name="note",
        label=_("Add a note"),
        source=OPEN,
        target=None,
        who=_who(SENDER, COMMUNITY, STREET, DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        icon="message-circle",
    ),
)

REFUSALS_OFF_LIST = {
    "not_in_list": _("It is on no list"),
    "no_basis": _("It has no sufficient legal basis"),
    "prohibited": _("It is one of the tasks that are prohibited"),
    "no_agreement": _("No agreement about money and conditions is signed"),
    "not_said": _("It is not what the item says that it cites"),
    "wrong_sender": _("It does not come from the one office that may ask for it"),
    "already_held": _("It asks again for what is held already"),
}
CONTESTS = {
    "other_thing": _("The item is about something else"),
    "more": _("It asks for more than the item says"),
    "other_kind": _("It is another kind of thing than the item carries"),
    "other_unit": _("The item names another unit"),
    "basis_over": _("What the item rests on no longer holds"),
}
HOLDS = {
    "too_many": _("The communities have too much at once"),
    "unclear": _("It is not clear what is to be done"),
    "same_time": _("It is to come together with another task"),
}
TURNED_DOWN_FOR = {
    "own_work": _("It is the work of the department itself"),
    "street_does": _("The street does it"),
    "done_already": _("It was done already"),
    "on_no_list": _("It is on no list"),
}
REFUSALS_LATE = {
    "funds_late": _("The money is late"),
    "staff_late": _("The people are late"),
    "guidance_late": _("The guidance is late"),
}
CORRECTIONS = {
    "withdrawn": _("Withdrawn from the community"),
    "applied": _("An application for admission was sent in"),
    "fulfilled": _("What was late has been provided"),
    "other": _("In another way"),
}
TASK_REASONS = {
    "refuse": REFUSALS_OFF_LIST,
    "contest": CONTESTS,
    "hold": HOLDS,
    "turn_down": TURNED_DOWN_FOR,
    "refuse_late": REFUSALS_LATE,
    "correct": CORRECTIONS,
}

TASK = Flow(kind="task", start=ARRIVED, states=STATES, moves=MOVES, openings=OPENINGS)
