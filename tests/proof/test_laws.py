"""The proof's own judge: each law, broken by a list made up for it."""

import pytest

from tests.proof.laws import Listing, Sent, Sheet, differences, updates_lost
from tests.proof.truth import Copy, Footprint, told

ONE, TWO, THREE = (Sent(f"oai:x:{number}", told(number)) for number in (1, 2, 3))
STORED = {
    each.identifier: Footprint(second, second, ("a:b",), None) for second, each in enumerate((ONE, TWO, THREE), 1)
}
MOVED = {**STORED, ONE.identifier: Footprint(9, 9, (), None)}
GOOD = [Sheet([ONE, TWO], 3, 0, "token"), Sheet([THREE], 3, 2, None)]
LIVE = Copy(told(1), ("a:b",), b"<metadata>1</metadata>")
HELD = {"oai:x:1": LIVE, "oai:x:2": Copy(told(2), (), None)}


def listing(sheets, after=STORED, **more):
    return Listing(
        **{"prefix": "oai_dc", "set_spec": None, "from_": None, "before": STORED, **more, "after": after}, sheets=sheets
    )


@pytest.mark.parametrize(
    ("sheets", "after", "complaint"),
    [
        (GOOD, STORED, None),
        ([Sheet([ONE, TWO, THREE])], STORED, None),
        ([*GOOD[:1], Sheet([THREE, Sent(ONE.identifier, told(9))], 3, 2)], MOVED, None),
        ([Sheet([TWO, THREE])], MOVED, None),
        ([GOOD[0], Sheet([TWO], 3, 2)], {**STORED, THREE.identifier: Footprint(9, 9, (), None)}, None),  # decision 0003
        ([Sheet([ONE, THREE])], STORED, "is skipped"),
        ([Sheet([ONE, THREE])], MOVED, "is skipped"),
        ([Sheet([ONE, TWO, TWO, THREE])], MOVED, "comes 2 times"),
        ([Sheet([TWO, ONE, THREE])], STORED, "comes after"),
        ([GOOD[0], Sheet([THREE], 4, 2)], MOVED, "completeListSize is 4"),
        ([GOOD[0], Sheet([THREE], 3, 3)], STORED, "cursor is 3 after 2"),
        ([Sheet([ONE, TWO], 4, 0, "token"), Sheet([THREE], 4, 2)], STORED, "it said 4"),
    ],
)
def test_a_list_that_breaks_a_law_is_told(sheets, after, complaint):
    found = listing(sheets, after).broken_laws()
    assert bool(found) == bool(complaint)
    assert not complaint or any(complaint in each for each in found)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [({"set_spec": "a"}, True), ({"set_spec": "b"}, False), ({"from_": told(3)}, True), ({"from_": told(4)}, False)],
)
def test_a_list_needs_only_what_its_arguments_select(arguments, needed):
    assert bool(listing([], **arguments).broken_laws()) == needed


@pytest.mark.parametrize(
    ("held", "lost"),
    [
        (Copy(told(1), ("a:b",), None), False),
        (Copy(told(0), ("a:b",), None), True),
        (Copy(told(2), ("a:b",), None), True),
        (Copy(told(1), ("a",), None), True),
        (LIVE, True),
        (None, True),
    ],
)
def test_an_update_that_no_later_list_will_bring_is_lost(held, lost):
    mirror = {} if held is None else {"oai:x:1": held}
    assert bool(updates_lost({"oai:x:1": STORED["oai:x:1"]}, mirror)) == lost


@pytest.mark.parametrize(
    ("mirror", "set_spec", "complaint"),
    [
        (HELD, None, None),
        ({"oai:x:1": LIVE}, None, "oai:x:2 is missing"),
        ({**HELD, "oai:x:3": LIVE}, None, "oai:x:3 is in no store"),
        ({**HELD, "oai:x:2": LIVE}, None, "in the store it is deleted"),
        ({**HELD, "oai:x:1": Copy(LIVE.datestamp, LIVE.sets, b"<metadata>0</metadata>")}, None, "oai:x:1 is live"),
        ({**HELD, "oai:x:1": Copy(LIVE.datestamp, ("a",), LIVE.body)}, None, "oai:x:1 is live"),
        ({"oai:x:1": LIVE}, "a", None),
        ({**HELD, "oai:x:2": LIVE}, "a:b", None),  # it has left the set, and the set's list does not say so
        ({}, "a", "oai:x:1 is missing"),
    ],
)
def test_a_mirror_that_is_not_as_the_store_is_told(mirror, set_spec, complaint):
    found = differences(mirror, HELD, set_spec)
    assert [complaint in each for each in found] == ([True] if complaint else [])
