"""A certificate (证明) as a table: 受理 → 用印出具, or 不予出具. What is sealed can be void, never unsealed."""

from linli.spine.cases.flow import Flow, Guard, Move, Need, Part, State, Tone


def _(text: str) -> str:
    """Marks a sentence for the catalogues without importing Django; screens translate it."""
    return text


ASKED, SEALED, DECLINED = "asked", "sealed", "declined"
COMMUNITY = frozenset({Part.COMMUNITY})

KEEPS_THE_SEAL = Guard(
    name="keeps_the_seal",
    reason=_("Only who keeps the seal of the community may do this: the secretary."),
    holds=lambda s: s.keeps_seal,
)
NOT_THE_WRITER = Guard(
    name="not_the_writer",
    reason=_("Whoever wrote it down does not seal it. A colleague does."),
    holds=lambda s: not s.wrote_it or not s.second_person,
)
NOT_VOID = Guard(
    name="not_void",
    reason=_("It is void already."),
    holds=lambda s: not s.is_void,
)

STATES = (
    State(code=ASKED, label=_("Waiting for the seal"), told="", owner=COMMUNITY, tone=Tone.NEW, icon="clock"),
    State(code=SEALED, label=_("Sealed and handed out"), told="", tone=Tone.DONE, icon="circle-check", final=True),
    State(code=DECLINED, label=_("Not issued"), told="", tone=Tone.BACK, icon="hand-stop", final=True),
)

OPENINGS = (
    Move(name="ask", label=_("Written down"), source=frozenset(), target=ASKED, who=COMMUNITY, icon="file-text"),
)

MOVES = (
    Move(
        name="seal",
        label=_("Seal it"),
        source=frozenset({ASKED}),
        target=SEALED,
        who=COMMUNITY,
        guards=(KEEPS_THE_SEAL, NOT_THE_WRITER),
        icon="shield-check",
        primary=True,
    ),
    Move(
        name="correct",
        label=_("Correct what is written"),
        source=frozenset({ASKED}),
        target=None,
        who=COMMUNITY,
        icon="pencil",
    ),
    Move(
        name="decline",
        label=_("Do not issue it"),
        source=frozenset({ASKED}),
        target=DECLINED,
        who=COMMUNITY,
        needs=(Need.NOTE,),
        icon="hand-stop",
    ),
    Move(
        # The number stays taken: a log without gaps shows what became of every sheet.
        name="void",
        label=_("Declare it void"),
        source=frozenset({SEALED}),
        target=None,
        who=COMMUNITY,
        needs=(Need.NOTE,),
        guards=(KEEPS_THE_SEAL, NOT_VOID),
        icon="x",
        grave=True,
    ),
)

CERTIFICATE = Flow(kind="certificate", start=ASKED, states=STATES, moves=MOVES, openings=OPENINGS)
