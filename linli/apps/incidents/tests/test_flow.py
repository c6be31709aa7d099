"""Every pair of state and move, allowed and forbidden, for every part: the table is the whole law of the loop."""

from itertools import product

import pytest

from linli.apps.incidents.flow import INCIDENT, OPEN, REASONS, WORKING
from linli.spine.cases.flow import Need, Part
from linli.spine.cases.tests.test_flow import Facts

# Written down a second time on purpose: a change of the table must be meant.
LEADS = {
    ("reported", "accept"): "accepted",
    ("reported", "refuse"): "refused",
    ("reported", "reclassify"): "reported",
    ("reported", "solve_on_spot"): "handled",
    ("reported", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
    ("accepted", "reclassify"): "accepted",
    ("accepted", "handle_here"): "handling",
    ("accepted", "dispatch"): "dispatched",
    ("dispatched", "sign"): "handling",
    ("dispatched", "return"): "accepted",
    ("handling", "return"): "accepted",
    ("dispatched", "recall"): "accepted",
    ("handling", "recall"): "accepted",
    ("handling", "ask_extension"): "extension_asked",
    ("extension_asked", "grant_extension"): "handling",
    ("extension_asked", "deny_extension"): "handling",
    ("handling", "pause"): "paused",
    ("paused", "resume"): "handling",
    ("handling", "finish"): "checking",
    ("extension_asked", "finish"): "checking",
    ("checking", "verify"): "handled",
    ("checking", "send_back"): "handling",
    ("handled", "confirm"): "solved",
    ("handled", "reopen"): "accepted",
    ("handled", "dispute"): "disputed",
    ("handled", "file"): "closed",
    ("handled", "close_unanswered"): "unanswered",
    ("disputed", "order_again"): "accepted",
    ("disputed", "close_unsolved"): "unsolved",
}
for one in OPEN:
    LEADS |= {(one, "add"): one, (one, "reply"): one, (one, "note"): one}
for one in WORKING | {"reported"}:
    LEADS |= {(one, "join"): one, (one, "remind"): one}
LEADS[("disputed", "remind")] = "disputed"
for one in (WORKING | {"reported", "disputed"}) - {"paused"}:
    LEADS[(one, "escalate")] = one

WHO = {
    "accept": {"community"},
    "refuse": {"community"},
    "reclassify": {"community"},
    "solve_on_spot": {"grid"},
    "handle_here": {"community"},
    "dispatch": {"community"},
    "sign": {"unit"},
    "return": {"unit"},
    "recall": {"community"},
    "ask_extension": {"unit"},
    "grant_extension": {"community"},
    "deny_extension": {"community"},
    "pause": {"community"},
    "resume": {"community", "unit"},
    "finish": {"unit"},
    "verify": {"community"},
    "send_back": {"community"},
    "confirm": {"reporter"},
    "reopen": {"reporter"},
    "dispute": {"reporter"},
    "file": {"system"},
    "close_unanswered": {"system"},
    "order_again": {"street"},
    "close_unsolved": {"street"},
    "withdraw": {"reporter"},
    "add": {"reporter"},
    "remind": {"reporter"},
    "join": {"reporter"},
    "reply": {"community", "unit", "street"},
    "note": {"grid", "community", "unit", "street", "district"},
    "escalate": {"system"},
}

# Facts under which the guards of a move hold, so that only state and part decide.
WILLING = {
    "dispute": Facts(reopens=2),
    "file": Facts(has_reporter=False),
    "close_unsolved": Facts(reopens=2),
}
STATES = [state.code for state in INCIDENT.states]
MOVES = [move.name for move in INCIDENT.moves]


def test_the_table_names_what_is_written_here_and_nothing_else():
    assert set(WHO) == set(MOVES)
    for move in INCIDENT.moves:
        assert {part.value for part in move.who} == WHO[move.name], move.name


@pytest.mark.parametrize(("state", "move"), list(product(STATES, MOVES)))
def test_every_pair_of_state_and_move_is_allowed_or_forbidden_as_written(state, move):
    facts = WILLING.get(move, Facts())
    objection = INCIDENT.objection(move, state=state, parts=frozenset(Part), snapshot=facts)
    expected = LEADS.get((state, move))
    if expected is None:
        assert objection is not None
        assert objection.code == "state"
    else:
        assert objection is None
        assert (INCIDENT.move[move].target or state) == expected


@pytest.mark.parametrize(("part", "move"), list(product(Part, MOVES)))
def test_every_part_may_make_its_own_moves_and_no_others(part, move):
    state = min(INCIDENT.move[move].source)
    objection = INCIDENT.objection(move, state=state, parts={part}, snapshot=WILLING.get(move, Facts()))
    if part.value in WHO[move]:
        assert objection is None
    else:
        assert objection is not None
        assert objection.code == "part"


@pytest.mark.parametrize("move", ["verify", "send_back"])
def test_whoever_handled_it_may_not_check_it(move):
    own = INCIDENT.objection(move, state="checking", parts={Part.COMMUNITY}, snapshot=Facts(handler_id=1, actor_id=1))
    other = INCIDENT.objection(move, state="checking", parts={Part.COMMUNITY}, snapshot=Facts(handler_id=2, actor_id=1))
    assert own.code == "not_the_handler"
    assert other is None


def test_not_solved_reopens_until_the_limit_and_then_goes_to_the_street():
    for reopens, way in [(0, "reopen"), (1, "reopen"), (2, "dispute")]:
        facts = Facts(reopens=reopens)
        open_ways = {
            name
            for name in ("reopen", "dispute")
            if INCIDENT.objection(name, state="handled", parts={Part.REPORTER}, snapshot=facts) is None
        }
        assert open_ways == {way}


def test_silence_never_becomes_satisfaction():
    closing = INCIDENT.move["close_unanswered"]
    assert closing.target == "unanswered"
    assert closing.who == {Part.SYSTEM}
    assert not any(Part.SYSTEM in move.who for move in INCIDENT.moves if move.target == "solved")


def test_only_the_reporter_can_call_it_solved():
    assert {m.name: m.who for m in INCIDENT.moves if m.target == "solved"} == {"confirm": frozenset({Part.REPORTER})}


def test_moves_that_turn_a_resident_away_carry_words_for_the_resident():
    for name in ("refuse", "close_unsolved", "pause", "verify"):
        assert Need.PUBLIC_NOTE in INCIDENT.move[name].needs


def test_coded_reasons_belong_to_moves_that_ask_for_one():
    asking = {move.name for move in INCIDENT.moves if Need.REASON in (*move.needs, *move.wants)}
    assert set(REASONS) == asking
