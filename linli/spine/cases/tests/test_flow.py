"""The engine refuses tables that cannot work, and answers every question about a move in one place."""

from dataclasses import dataclass

import pytest

from linli.spine.cases.flow import BadFlow, Flow, Guard, Move, Part, State

DESK, REPORTER = frozenset({Part.COMMUNITY}), frozenset({Part.REPORTER})


@dataclass
class Facts:
    reopens: int = 0
    reopens_limit: int = 2
    has_reporter: bool = True
    handler_id: int | None = None
    actor_id: int | None = 1
    reminded_recently: bool = False
    unit_is_community: bool = False


def state(code, **kw):
    return State(code=code, label=code, told=code, **({"owner": DESK} | kw))


def move(name, source, target, who=DESK, **kw):
    return Move(name=name, label=name, source=frozenset(source), target=target, who=who, **kw)


def table(**changes):
    parts = {
        "kind": "test",
        "start": "new",
        "states": (state("new"), state("done", final=True, owner=frozenset())),
        "moves": (move("finish", ["new"], "done"),),
        "openings": (move("open", [], "new", who=REPORTER),),
    }
    return Flow(**(parts | changes))


def test_a_sound_table_is_accepted():
    flow = table()
    assert flow.open_states == {"new"}
    assert flow.owned_by(Part.COMMUNITY) == {"new"}
    assert flow.owned_by(Part.STREET) == frozenset()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"moves": (move("finish", ["new"], "gone"),)}, "unknown states: gone"),
        ({"moves": (move("finish", ["old"], "done"),)}, "unknown states: old"),
        ({"moves": (move("finish", ["new"], "done"), move("finish", ["new"], "done"))}, "move named twice: finish"),
        ({"states": (state("new"), state("new"), state("done", final=True))}, "state named twice: new"),
        ({"moves": (move("finish", ["new"], "done", who=frozenset()),)}, "nobody may make move finish"),
        ({"states": (state("new"), state("lost"), state("done", final=True))}, "state lost is a dead end"),
        (
            {"moves": (move("finish", ["new"], "done"), move("back", ["done"], "new"))},
            "final state done is left by back",
        ),
        ({"states": (state("new", owner=frozenset()), state("done", final=True))}, "state new is on nobody's desk"),
        ({"moves": (move("finish", ["new"], "done", who=REPORTER),)}, "the owner of new has no move out of it"),
        (
            {"states": (state("new"), state("done", final=True), state("never", final=True))},
            "states never reached: never",
        ),
    ],
)
def test_a_table_that_cannot_work_is_refused_when_it_is_made(changes, complaint):
    with pytest.raises(BadFlow, match=complaint):
        table(**changes)


def test_state_is_asked_before_part_and_part_before_guard():
    never = Guard(name="never", reason="Never.", holds=lambda facts: False)
    flow = table(
        states=(state("new"), state("mid"), state("done", final=True, owner=frozenset())),
        moves=(move("go", ["new"], "mid"), move("finish", ["mid"], "done", guards=(never,))),
    )
    in_wrong_state = flow.objection("finish", state="new", parts={Part.REPORTER}, snapshot=Facts())
    by_wrong_part = flow.objection("finish", state="mid", parts={Part.REPORTER}, snapshot=Facts())
    guarded = flow.objection("finish", state="mid", parts={Part.COMMUNITY}, snapshot=Facts())
    assert (in_wrong_state.code, by_wrong_part.code, guarded.code) == ("state", "part", "never")
    assert by_wrong_part.final_for_actor
    assert not guarded.final_for_actor
    assert flow.objection("go", state="new", parts={Part.COMMUNITY}, snapshot=Facts()) is None
