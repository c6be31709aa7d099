"""Every pair of state and move, allowed and forbidden, for every part: the two tables are the whole law."""

from dataclasses import dataclass
from itertools import product

import pytest

from linli.apps.admission.flow import APPLICATION, TASK, TASK_REASONS
from linli.apps.admission.flow.application import PENDING
from linli.apps.admission.flow.task import OPEN
from linli.spine.cases.flow import Need, Part


@dataclass
class Facts:
    """Everything is in order: nothing late, somebody else asks, enough communities have spoken."""

    late: bool = False
    off_list: bool = False
    is_sender: bool = False
    actor_id: int | None = 9
    applicants: tuple[int, ...] = (1,)
    reviewer_id: int | None = 2
    passes: bool = True
    opinions_done: bool = True
    terms_agreed: bool = True


# Written down a second time on purpose: a change of the table must be meant.
TASK_LEADS = {
    ("arrived", "accept"): "doing",
    ("arrived", "ask"): "asked",
    ("arrived", "refuse_late"): "refused",
    ("off_list", "refuse"): "refused",
    ("off_list", "accept_once"): "doing",
    ("off_list", "ask"): "asked",
    ("doing", "refuse_late"): "refused",
    ("at_street", "pass_on"): "arrived",
    ("on_hold", "pass_on"): "arrived",
    ("at_street", "pass_off_list"): "off_list",
    ("on_hold", "pass_off_list"): "off_list",
    ("at_street", "hold"): "on_hold",
    ("at_street", "merge"): "merged",
    ("on_hold", "merge"): "merged",
    ("at_street", "turn_down"): "turned_down",
    ("on_hold", "turn_down"): "turned_down",
    ("arrived", "contest"): "contested",
    ("contested", "uphold"): "correcting",
    ("contested", "dismiss"): "returned",
    ("returned", "accept"): "doing",
    ("returned", "accept_once"): "doing",
    ("returned", "refuse_late"): "refused",
    ("asked", "allow"): "doing",
    ("asked", "disallow"): "correcting",
    ("refused", "order"): "correcting",
    ("refused", "give_back"): "doing",
    ("answered", "give_back"): "doing",
    ("correcting", "correct"): "answered",
    ("answered", "insist"): "correcting",
    ("answered", "close"): "corrected",
    ("doing", "hand_in"): "handed_in",
    ("handed_in", "confirm"): "finished",
    ("handed_in", "send_back"): "doing",
    ("handed_in", "confirm_silent"): "finished",
}
for one in ("at_street", "on_hold", "arrived", "off_list", "returned", "asked", "doing", "handed_in"):
    TASK_LEADS[(one, "recall")] = "recalled"
for one in OPEN:
    TASK_LEADS[(one, "note")] = one
for one in (
    *("at_street", "on_hold", "arrived", "off_list", "contested", "returned", "asked", "refused"),
    *("correcting", "answered"),
):
    TASK_LEADS[(one, "overdue")] = one
SUPERVISORS = {"district", "supervisor"}
TASK_WHO = {
    "accept": {"community"},
    "ask": {"community"},
    "refuse": {"community"},
    "refuse_late": {"community"},
    "accept_once": {"community"},
    "hand_in": {"community"},
    "pass_on": {"street", "system"},
    "pass_off_list": {"street", "system"},
    "hold": {"street"},
    "merge": {"street"},
    "turn_down": {"street"},
    "contest": {"community"},
    "uphold": SUPERVISORS,
    "dismiss": SUPERVISORS,
    "allow": SUPERVISORS,
    "disallow": SUPERVISORS,
    "order": SUPERVISORS,
    "give_back": SUPERVISORS,
    "insist": SUPERVISORS,
    "close": SUPERVISORS,
    "correct": {"sender"},
    "confirm": {"sender"},
    "send_back": {"sender"},
    "recall": {"sender"},
    "confirm_silent": {"system"},
    "overdue": {"system"},
    "note": {"sender", "community", "street"} | SUPERVISORS,
}
APPLICATION_LEADS = {
    ("submitted", "block"): "blocked",
    ("submitted", "ask_terms"): "agreeing",
    ("submitted", "ask_opinions"): "consulting",
    ("agreeing", "ask_opinions"): "consulting",
    ("blocked", "override"): "submitted",
    ("blocked", "resubmit"): "submitted",
    ("revising", "resubmit"): "submitted",
    ("blocked", "edit"): "blocked",
    ("revising", "edit"): "revising",
    ("agreeing", "answer"): "agreeing",
    ("consulting", "answer"): "consulting",
    ("agreeing", "improve"): "agreeing",
    ("agreeing", "not_agreed"): "revising",
    ("agreeing", "give_up_terms"): "revising",
    ("consulting", "to_review"): "reviewing",
    ("reviewing", "send_back"): "revising",
    ("deciding", "send_back"): "revising",
    ("reviewing", "recommend"): "deciding",
    ("reviewing", "advise_against"): "deciding",
    ("deciding", "admit"): "admitted",
    ("deciding", "reject"): "rejected",
    ("admitted", "suspend"): "suspended",
    ("suspended", "resume"): "admitted",
    ("admitted", "keep"): "admitted",
    ("admitted", "amend"): "admitted",
    ("suspended", "amend"): "suspended",
    ("admitted", "exit"): "exited",
    ("suspended", "exit"): "exited",
    ("admitted", "expire"): "exited",
    ("suspended", "expire"): "exited",
}
for one in PENDING:
    APPLICATION_LEADS[(one, "withdraw")] = "withdrawn"
APPLICATION_WHO = {
    "block": {"system"},
    "ask_terms": {"system"},
    "ask_opinions": {"system"},
    "not_agreed": {"system"},
    "expire": {"system"},
    "override": {"legal"},
    "resubmit": {"sender"},
    "edit": {"sender"},
    "improve": {"sender"},
    "give_up_terms": {"sender"},
    "withdraw": {"sender"},
    "answer": {"community"},
    "to_review": {"system", "district"},
    "send_back": SUPERVISORS,
    "recommend": {"district"},
    "advise_against": {"district"},
    "admit": {"supervisor"},
    "reject": {"supervisor"},
    "suspend": {"district", "system"},
    "resume": {"district", "system"},
    "keep": {"district"},
    "amend": {"district"},
    "exit": {"district"},
}


@pytest.mark.parametrize(
    ("flow", "leads", "who"), [(TASK, TASK_LEADS, TASK_WHO), (APPLICATION, APPLICATION_LEADS, APPLICATION_WHO)]
)
def test_every_pair_of_state_and_move_for_every_part(flow, leads, who):
    pairs = list(product(flow.states, flow.moves))
    assert {move.name: {str(part) for part in move.who} for move in flow.moves} == who
    facts = {
        move.name: Facts(late=move.name == "refuse_late", off_list=move.name == "pass_off_list") for move in flow.moves
    }
    for state, move in pairs:
        leads_to = leads.get((state.code, move.name))
        for part in Part:
            objection = flow.objection(move.name, state=state.code, parts={part}, snapshot=facts[move.name])
            allowed = leads_to is not None and part.value in who[move.name]
            assert (objection is None) == allowed, (state.code, move.name, part)
        if leads_to is not None:
            assert (move.target or state.code) == leads_to
    assert len(pairs) == len(flow.states) * len(flow.moves)


@pytest.mark.parametrize(
    ("name", "state", "facts", "code"),
    [
        ("refuse_late", "arrived", Facts(late=False), "something_late"),
        ("give_back", "refused", Facts(late=True), "nothing_late"),
        ("order", "refused", Facts(is_sender=True), "not_the_sender"),
        ("pass_on", "at_street", Facts(off_list=True), "came_on_a_list"),
        ("pass_off_list", "at_street", Facts(off_list=False), "came_off_list"),
        ("allow", "asked", Facts(is_sender=True), "not_the_sender"),
        ("uphold", "contested", Facts(is_sender=True), "not_the_sender"),
        ("dismiss", "contested", Facts(is_sender=True), "not_the_sender"),
    ],
)
def test_guards_of_a_task(name, state, facts, code):
    objection = TASK.objection(name, state=state, parts=TASK.move[name].who, snapshot=facts)
    assert objection is not None
    assert objection.code == code


@pytest.mark.parametrize(
    ("name", "state", "facts", "code"),
    [
        ("recommend", "reviewing", Facts(actor_id=1), "not_the_applicant"),
        ("admit", "deciding", Facts(actor_id=1), "not_the_reviewer"),
        ("admit", "deciding", Facts(actor_id=2), "not_the_reviewer"),
        ("reject", "deciding", Facts(actor_id=2), "not_the_reviewer"),
        ("admit", "deciding", Facts(passes=False), "not_overridden"),
        ("to_review", "consulting", Facts(opinions_done=False), "has_opinions"),
        ("override", "blocked", Facts(actor_id=1), "not_the_applicant"),
        ("keep", "admitted", Facts(actor_id=1), "not_the_applicant"),
    ],
)
def test_guards_of_an_application(name, state, facts, code):
    objection = APPLICATION.objection(name, state=state, parts=APPLICATION.move[name].who, snapshot=facts)
    assert objection is not None
    assert objection.code == code


@pytest.mark.parametrize("flow", [TASK, APPLICATION])
def test_names_fit_the_columns_and_grave_moves_say_why_or_ask(flow):
    assert all(len(state.code) <= 20 for state in flow.states)
    assert all(len(move.name) <= 20 for move in flow.moves)
    for move in flow.moves:
        if Need.REASON in move.needs:
            assert TASK_REASONS[move.name]
