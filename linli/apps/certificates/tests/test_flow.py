"""Every pair of state and move, allowed and forbidden, for every part."""

from dataclasses import dataclass, replace
from itertools import product

import pytest

from linli.apps.certificates.flow import CERTIFICATE
from linli.spine.cases.flow import Part


@dataclass(frozen=True)
class Facts:
    """Everything is in order: who asks keeps the seal, another wrote it, and it is not void."""

    keeps_seal: bool = True
    wrote_it: bool = False
    second_person: bool = True
    is_void: bool = False


# Written down a second time on purpose: a change of the table must be meant.
LEADS = {
    ("asked", "seal"): "sealed",
    ("asked", "decline"): "declined",
    ("asked", "correct"): None,
    ("sealed", "void"): None,
}


@pytest.mark.parametrize(("state", "name"), list(product(CERTIFICATE.state, CERTIFICATE.move)))
def test_only_these_moves_of_the_community_lead_on(state, name):
    for part in Part:
        objection = CERTIFICATE.objection(name, state=state, parts={part}, snapshot=Facts())
        assert (objection is None) == ((state, name) in LEADS and part == Part.COMMUNITY), (state, name, part)
    if (state, name) in LEADS:
        assert CERTIFICATE.move[name].target == LEADS[(state, name)]


@pytest.mark.parametrize(
    ("state", "name", "changes", "guard"),
    [
        ("asked", "seal", {"keeps_seal": False}, "keeps_the_seal"),
        ("asked", "seal", {"wrote_it": True}, "not_the_writer"),
        ("asked", "seal", {"wrote_it": True, "second_person": False}, None),
        ("sealed", "void", {"keeps_seal": False}, "keeps_the_seal"),
        ("sealed", "void", {"is_void": True}, "not_void"),
        ("asked", "decline", {"keeps_seal": False, "wrote_it": True}, None),
    ],
)
def test_what_stands_in_the_way(state, name, changes, guard):
    facts = replace(Facts(), **changes)
    objection = CERTIFICATE.objection(name, state=state, parts={Part.COMMUNITY}, snapshot=facts)
    assert (objection.code if objection else None) == guard
