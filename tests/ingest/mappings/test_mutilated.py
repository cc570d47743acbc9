"""No mapping raises, whatever was done to a real record: parts taken away, emptied, repeated, moved, renamed."""

import copy
import random

import pytest
from lxml import etree

from oai_server.ingest.mappings import mapping_of, mappings
from oai_server.ingest.mappings.told import Told
from tests.ingest.mappings.real import all_of, item, real

OURS = (
    "bibxml datacite datacite2 datacite3 didl dspace_rdf edm etdms oai_datacite oai_datacite1 oai_openaire rioxx "
    "rioxx2 uketd_dc uketd_dc1"
).split()
PLACES = {
    "datacite": "data/xml-records/datacite-*/*.xml",
    "oai_datacite": "samples/oai_datacite/*.xml",
    "rioxx": "samples/rioxx/*.xml",
    "etdms": "samples/etdms/*.xml",
    "uketd_dc": "samples/uketd_dc/*.xml",
    "oai_openaire": "samples/oai_openaire/*.xml",
    "edm": "samples/edm/*.xml",
    "didl": "samples/d*/*didl.xml",
    "rdf": "samples/dspace-main/rdf.xml",
}
ODD = (
    "",
    " ",
    "\u00a0",
    "10.",
    "10.1/",
    "doi:",
    "http://",
    "https://[x",
    "-",
    "/",
    "0" * 40,
    "١٩٩٩",
    "a;b=c",
    "²",
    "urn:x:",
)
ROOTS = frozenset(root for root, known in mappings().items() if known.PREFIX in OURS)


def mutilated(record: etree._Element, chance: random.Random) -> etree._Element:
    """A copy with three things done to it."""
    root = copy.deepcopy(record)
    for _ in range(3):
        below = list(root.iterdescendants(etree.Element))
        if not below:
            break
        victim = chance.choice(below)
        match chance.randrange(6):
            case 0:
                victim.getparent().remove(victim)
            case 1:
                victim.text = chance.choice(ODD)
            case 2:
                victim.addnext(copy.deepcopy(victim))
            case 3:
                chance.choice(below).append(copy.deepcopy(victim))
            case 4:
                for name in victim.attrib:
                    victim.set(name, chance.choice(ODD))
            case 5:
                victim.insert(0, etree.Comment("a comment"))
                victim.tail = chance.choice(ODD)
    return root


@real
@pytest.mark.parametrize("place", PLACES)
def test_a_mutilated_record_is_told_as_far_as_it_can_be_read(place):
    chance = random.Random(place)
    found = all_of(PLACES[place], ROOTS)
    assert found
    for _ in range(150):
        root = mutilated(chance.choice(found), chance)
        said = mapping_of(root).told(root)
        assert isinstance(said, Told)
        assert all(value.text.strip() for values in said.metadata.values() for value in values)
        item(said)


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_an_empty_record_says_nothing(root):
    assert mapping_of(etree.Element(root)).told(etree.Element(root)).metadata == {}


def test_no_two_mappings_claim_a_root_element():
    """Else the order of file names would decide."""
    claimed = [(root, known.PREFIX) for known in set(mappings().values()) for root in known.ROOTS]
    assert len(claimed) == len({root for root, _ in claimed})
