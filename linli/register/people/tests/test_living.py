"""Groups that follow from facts, against the plainest way to say the same: who was behind the door that day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.lib.citizen_id import age
from linli.lib.spans import ALWAYS, FOREVER
from linli.register.people.living import Living, Stay

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(24)]
RULE = {"aged_from": 80, "alone_from": 60, "empty_nest_from": 60, "party_codes": ["01"], "absent_matches": ["3", "4"]}
LATER = {**RULE, "aged_from": 79, "alone_from": 65, "empty_nest_from": 58, "absent_matches": ["4"]}
CHANGE = DAYS[14]
RULES = [(ALWAYS, CHANGE, RULE), (CHANGE, FOREVER, LATER)]
KINDS = ("aged", "living_alone", "empty_nest", "party_member")

#: Birthdays close to the thresholds, in these days and around them; 29 February, too; and one that nobody knows.
BORN = st.one_of(
    st.none(),
    st.just(date(1968, 2, 29)),
    st.builds(
        lambda years, days: date(2026 - years, 1, 1) + timedelta(days=days),
        st.sampled_from([30, 57, 58, 60, 61, 65, 66, 79, 80, 81]),
        st.integers(0, 26),
    ),
)


@st.composite
def lives(draw):
    """Up to five people with up to three stays each, one after the other, behind three doors."""
    stays, born = [], {}
    for person in range(draw(st.integers(1, 5))):
        born[person] = draw(BORN)
        edges = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=4)))
        for first, last in pairwise(edges):
            if draw(st.booleans()):
                continue
            dwelling, household = draw(st.sampled_from([(1, 10), (1, 11), (2, 12), (None, 13), (None, None)]))
            match = draw(st.sampled_from(["", "1", "2", "3", "4"]))
            end = FOREVER if last == edges[-1] and draw(st.booleans()) else last
            stays.append(Stay(person, "320105001001", dwelling, household, match, first, end, born[person]))
    return stays


def groups_on(day, person, stays, politics):
    rule = RULE if day < CHANGE else LATER
    here = [one for one in stays if one.first <= day < one.last]
    mine = next((one for one in here if one.person == person), None)
    known = [one for one in stays if one.person == person and one.first < one.last]
    found = set()

    def is_old(one, name):
        return one.born is not None and one.born <= day and age(one.born, day) >= rule[name]

    before_all = bool(known) and day < min(one.first for one in known)
    if (mine and is_old(mine, "aged_from")) or (before_all and is_old(known[0], "aged_from")):
        found.add("aged")
    if mine is None:
        return found
    if any(since <= day < until and code in rule["party_codes"] for since, until, code in politics):
        found.add("party_member")
    if mine.door is None or mine.match in rule["absent_matches"]:
        return found
    behind = [one for one in here if one.door == mine.door and one.match not in rule["absent_matches"]]
    if len(behind) == 1 and is_old(mine, "alone_from"):
        found.add("living_alone")
    if len(behind) > 1 and all(is_old(one, "empty_nest_from") for one in behind):
        found.add("empty_nest")
    return found


@settings(max_examples=400, deadline=None)
@given(lives(), st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(["", "01", "03"])), max_size=2))
def test_every_day_is_as_the_door_was_that_day(stays, said):
    cuts = sorted(dict(said).items())
    edges = [ALWAYS, *(day for day, _code in cuts), FOREVER]
    codes = ["13", *(code for _day, code in cuts)]
    politics = [(edges[at], edges[at + 1], codes[at]) for at in range(len(codes))]
    living = Living(stays, lambda _area: RULES)
    for person in {one.person for one in stays}:
        told = living.groups(person, politics)
        for day in DAYS:
            found = {kind for kind, spans in told.items() if any(first <= day < last for first, last in spans)}
            assert found == groups_on(day, person, stays, politics), day
        for spans in told.values():
            edges_of = [day for span in spans for day in span]
            assert edges_of == sorted(set(edges_of))
