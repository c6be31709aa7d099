"""Admission (准入) as a table: 申请 → 依据审核 → 经费和条件 → 社区意见 → 联合审核 → 决定 → 进入 (domain.md §2.2)."""

from linli.spine.cases.flow import Flow, Guard, Move, Need, Part, State, Tone


def _(text: str) -> str:
    """Marks a sentence for the catalogues without importing Django; screens translate it."""
    return text


def _set(*values: str) -> frozenset[str]:
    return frozenset(values)


def _who(*parts: Part) -> frozenset[Part]:
    return frozenset(parts)


SUBMITTED, BLOCKED, REVISING, AGREEING, CONSULTING = "submitted", "blocked", "revising", "agreeing", "consulting"
REVIEWING, DECIDING, ADMITTED, SUSPENDED = "reviewing", "deciding", "admitted", "suspended"
REJECTED, WITHDRAWN, EXITED = "rejected", "withdrawn", "exited"

SENDER, COMMUNITY, LEGAL, DISTRICT, SUPERVISOR, SYSTEM = (
    Part.SENDER,
    Part.COMMUNITY,
    Part.LEGAL,
    Part.DISTRICT,
    Part.SUPERVISOR,
    Part.SYSTEM,
)

NOT_THE_APPLICANT = Guard(
    name="not_the_applicant",
    reason=_("Whoever applied does not judge the application. A colleague of another office does."),
    holds=lambda s: s.actor_id is None or s.actor_id not in s.applicants,
)
NOT_THE_REVIEWER = Guard(
    name="not_the_reviewer",
    reason=_("Whoever reviewed or applied does not decide. A colleague does."),
    holds=lambda s: s.actor_id is None or s.actor_id not in (*s.applicants, s.reviewer_id),
)
BLOCKED_FOR_GOOD = Guard(
    name="not_overridden",
    reason=_("The rules object; only the legality reviewer may let it pass, with reasons."),
    holds=lambda s: s.passes,
)
HAS_OPINIONS = Guard(
    name="has_opinions",
    reason=_("Communities have not all answered, and their time is not over."),
    holds=lambda s: s.opinions_done,
)
TERMS_AGREED = Guard(
    name="terms_agreed",
    reason=_("Too few communities have agreed to money and conditions."),
    holds=lambda s: s.terms_agreed,
)

STATES = (
    State(
        code=SUBMITTED,
        label=_("In the check of its basis"),
        told="",
        owner=_who(SYSTEM),
        tone=Tone.NEW,
        icon="clock",
        step=True,
    ),
    State(
        code=BLOCKED,
        label=_("Stopped by the rules"),
        told="",
        owner=_who(SENDER, LEGAL),
        tone=Tone.BACK,
        icon="hand-stop",
        step=True,
    ),
    State(
        code=REVISING,
        label=_("To be changed by the applicant"),
        told="",
        owner=_who(SENDER),
        tone=Tone.WARN,
        icon="pencil",
        step=True,
    ),
    State(
        code=AGREEING,
        label=_("Money and terms with communities"),
        told="",
        owner=_who(COMMUNITY, SENDER),
        tone=Tone.JOINT,
        icon="scale",
        step=True,
    ),
    State(
        code=CONSULTING,
        label=_("Waiting for the communities' opinions"),
        told="",
        owner=_who(COMMUNITY, DISTRICT),
        tone=Tone.JOINT,
        icon="message-circle",
        step=True,
    ),
    State(
        code=REVIEWING,
        label=_("In the joint review"),
        told="",
        owner=_who(DISTRICT),
        tone=Tone.DOING,
        icon="users",
        step=True,
    ),
    State(
        code=DECIDING,
        label=_("Waiting for the decision"),
        told="",
        owner=_who(SUPERVISOR),
        tone=Tone.DOING,
        icon="scale",
        step=True,
    ),
    State(
        code=ADMITTED,
        label=_("Admitted"),
        told="",
        owner=_who(DISTRICT),
        tone=Tone.DONE,
        icon="circle-check",
        step=True,
    ),
    State(
        code=SUSPENDED,
        label=_("Suspended"),
        told="",
        owner=_who(DISTRICT, SENDER),
        tone=Tone.WARN,
        icon="player-pause",
        step=True,
    ),
    State(code=REJECTED, label=_("Rejected"), told="", tone=Tone.BACK, icon="circle-x", final=True),
    State(code=WITHDRAWN, label=_("Withdrawn"), told="", tone=Tone.NEW, icon="arrow-back-up", final=True),
    State(code=EXITED, label=_("Taken off the list"), told="", tone=Tone.NEW, icon="check", final=True),
)

#: Before the decision: what the applicant may still take back.
PENDING = _set(BLOCKED, REVISING, AGREEING, CONSULTING, REVIEWING, DECIDING)

OPENINGS = (
    Move(
        name="submit",
        label=_("Send in the application"),
        source=frozenset(),
        target=SUBMITTED,
        who=_who(SENDER),
        icon="send",
    ),
)

MOVES = (
    Move(
        name="block",
        label=_("The rules object"),
        source=_set(SUBMITTED),
        target=BLOCKED,
        who=_who(SYSTEM),
        icon="hand-stop",
    ),
    Move(
        name="ask_terms",
        label=_("Put to the communities: money and conditions"),
        source=_set(SUBMITTED),
        target=AGREEING,
        who=_who(SYSTEM),
        icon="scale",
    ),
    Move(
        name="ask_opinions",
        label=_("Put to the communities: opinions"),
        source=_set(SUBMITTED, AGREEING),
        target=CONSULTING,
        who=_who(SYSTEM),
        icon="message-circle",
    ),
    Move(
        name="override",
        label=_("Let it pass against the rules"),
        source=_set(BLOCKED),
        target=SUBMITTED,
        who=_who(LEGAL),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="scale",
        grave=True,
    ),
    Move(
        name="resubmit",
        label=_("Send in again"),
        source=_set(BLOCKED, REVISING),
        target=SUBMITTED,
        who=_who(SENDER),
        wants=(Need.NOTE,),
        icon="send",
        primary=True,
    ),
    Move(
        name="edit",
        label=_("Change the text"),
        source=_set(BLOCKED, REVISING),
        target=None,
        who=_who(SENDER),
        icon="pencil",
    ),
    Move(
        name="answer",
        label=_("Answer for the community"),
        source=_set(AGREEING, CONSULTING),
        target=None,
        who=_who(COMMUNITY),
        icon="message-circle",
        primary=True,
    ),
    Move(
        name="improve",
        label=_("Change what is offered"),
        source=_set(AGREEING),
        target=None,
        who=_who(SENDER),
        icon="pencil",
        primary=True,
    ),
    Move(
        name="not_agreed",
        label=_("Too few communities agree"),
        source=_set(AGREEING),
        target=REVISING,
        who=_who(SYSTEM),
        icon="corner-up-left",
    ),
    Move(
        name="give_up_terms",
        label=_("Change the whole application"),
        source=_set(AGREEING),
        target=REVISING,
        who=_who(SENDER),
        icon="corner-up-left",
    ),
    Move(
        name="to_review",
        label=_("To the joint review"),
        source=_set(CONSULTING),
        target=REVIEWING,
        who=_who(SYSTEM, DISTRICT),
        guards=(HAS_OPINIONS,),
        icon="users",
    ),
    Move(
        name="send_back",
        label=_("Return to the applicant"),
        source=_set(REVIEWING, DECIDING),
        target=REVISING,
        who=_who(DISTRICT, SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="corner-up-left",
    ),
    Move(
        name="recommend",
        label=_("The review recommends it"),
        source=_set(REVIEWING),
        target=DECIDING,
        who=_who(DISTRICT),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="check",
        primary=True,
    ),
    Move(
        name="advise_against",
        label=_("The review advises against it"),
        source=_set(REVIEWING),
        target=DECIDING,
        who=_who(DISTRICT),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="x",
    ),
    Move(
        name="admit",
        label=_("Admit it to the list"),
        source=_set(DECIDING),
        target=ADMITTED,
        who=_who(SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_REVIEWER, BLOCKED_FOR_GOOD),
        icon="circle-check",
        primary=True,
    ),
    Move(
        name="reject",
        label=_("Reject it"),
        source=_set(DECIDING),
        target=REJECTED,
        who=_who(SUPERVISOR),
        needs=(Need.NOTE,),
        guards=(NOT_THE_REVIEWER,),
        icon="circle-x",
        grave=True,
    ),
    Move(
        name="withdraw",
        label=_("Withdraw the application"),
        source=PENDING,
        target=WITHDRAWN,
        who=_who(SENDER),
        wants=(Need.NOTE,),
        icon="arrow-back-up",
        grave=True,
    ),
    Move(
        name="suspend",
        label=_("Suspend it"),
        source=_set(ADMITTED),
        target=SUSPENDED,
        who=_who(DISTRICT, SYSTEM),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="player-pause",
    ),
    Move(
        name="resume",
        label=_("End the suspension"),
        source=_set(SUSPENDED),
        target=ADMITTED,
        who=_who(DISTRICT, SYSTEM),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="player-play",
        primary=True,
    ),
    Move(
        name="keep",
        label=_("Yearly review: keep it"),
        source=_set(ADMITTED),
        target=None,
        who=_who(DISTRICT),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="check",
        primary=True,
    ),
    Move(
        name="amend",
        label=_("Yearly review: must be changed"),
        source=_set(ADMITTED, SUSPENDED),
        target=None,
        who=_who(DISTRICT),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="pencil",
    ),
    Move(
        name="exit",
        label=_("Take it off the list"),
        source=_set(ADMITTED, SUSPENDED),
        target=EXITED,
        who=_who(DISTRICT),
        needs=(Need.NOTE,),
        guards=(NOT_THE_APPLICANT,),
        icon="x",
        grave=True,
    ),
    Move(
        name="expire",
        label=_("The temporary admission is over"),
        source=_set(ADMITTED, SUSPENDED),
        target=EXITED,
        who=_who(SYSTEM),
        icon="clock",
    ),
)

APPLICATION = Flow(kind="application", start=SUBMITTED, states=STATES, moves=MOVES, openings=OPENINGS)
APPLICATION_REASONS: dict[str, dict[str, str]] = {}
