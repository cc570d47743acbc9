"""oai_datacite: the DataCite record of an item, whole and valid, in DataCite's envelope for OAI-PMH."""

import pytest
from hypothesis import given
from lxml import etree

from oai_server.formats import datacite
from oai_server.formats.oai_datacite import FORMAT
from oai_server.formats.rendering import SCHEMA_LOCATION
from oai_server.model import Item
from tests.formats.test_datacite import ANY_ITEM, LIKELY, SITE
from tests.formats.test_golden import ITEMS
from tests.judges import official, ours

E = {"e": FORMAT.namespace, "d": datacite.FORMAT.namespace}
OFFERED = [name for name, known in ITEMS.items() if FORMAT.offered(known)]


def judged(known: Item) -> etree._Element:
    """The record of an item, passed by both judges."""
    record = etree.tostring(FORMAT.crosswalk(known, SITE), encoding="UTF-8")
    assert not ours(record)
    assert not official(record)
    return etree.fromstring(record)


def test_the_items_of_datacite_are_those_of_oai_datacite():
    assert OFFERED
    assert [name for name, known in ITEMS.items() if datacite.FORMAT.offered(known)] == OFFERED


@pytest.mark.parametrize("name", OFFERED)
def test_the_envelope_tells_version_data_centre_and_payload_and_no_more(name):
    root = judged(ITEMS[name])
    assert [etree.QName(child).localname for child in root] == ["schemaVersion", "datacentreSymbol", "payload"]
    assert root.findtext("e:schemaVersion", None, E) == "4.7"
    assert root.findtext("e:datacentreSymbol", None, E) == SITE.repository_identifier


@pytest.mark.parametrize("name", OFFERED)
def test_the_payload_is_the_whole_datacite_record_and_says_its_own_schema(name):
    (resource,) = judged(ITEMS[name]).findall("e:payload/d:resource", E)
    pair = f"{datacite.FORMAT.namespace} {datacite.FORMAT.schema_url(SITE)}"
    assert resource.attrib.pop(SCHEMA_LOCATION) == pair
    alone = datacite.FORMAT.crosswalk(ITEMS[name], SITE)
    assert etree.tostring(resource, method="c14n", exclusive=True) == etree.tostring(
        alone, method="c14n", exclusive=True
    )


@LIKELY
@given(ANY_ITEM)
def test_any_item_is_valid_or_not_offered(known):
    if FORMAT.offered(known):
        judged(known)
