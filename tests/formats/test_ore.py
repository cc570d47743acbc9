"""ore: what Atom (RFC 4287, section 4.1.2) and ORE 1.0 demand of a resource map (formats.md sections 4 and 5.9)."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from lxml import etree

from oai_server.formats.ore import FORMAT, ORE, PREFIXES
from oai_server.formats.rendering import Renderer
from oai_server.model import File, Item, Value
from tests.formats import odd
from tests.formats.items import item
from tests.formats.test_golden import ITEMS, SITE
from tests.judges import official, ours

RENDERER = Renderer({"ore": FORMAT}, SITE)
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
OFFERED = {local: told for local, told in ITEMS.items() if FORMAT.offered(told)}
OPEN = File("ice.pdf", "application/pdf", 4096, None, "md5:79b376dd", "https://e.org/ice.pdf", None, "open")
CAME = "2018-03-02T09:14:11Z"


def record(told: Item) -> etree._Element:
    """The item's record as it is served, valid by both judges."""
    rendered = RENDERER.render(told)
    assert not rendered.failed, rendered.faults
    assert not ours(rendered.metadata["ore"])
    assert not official(rendered.metadata["ore"])
    return etree.fromstring(rendered.metadata["ore"])


def ore(metadata: dict, *files: File) -> etree._Element:
    return record(item({"dc.title": "Warm ice", "dc.date.accessioned": CAME, **metadata}, *files))


def texts(root: etree._Element, path: str) -> list[str]:
    return root.xpath(path, namespaces=PREFIXES)


def links(root: etree._Element, relation: str) -> list[dict[str, str]]:
    found = [dict(each.attrib) for each in texts(root, "/atom:entry/atom:link") if each.get("rel") == relation]
    return [{name: text for name, text in each.items() if name != "rel"} for each in found]


# The specimen and the sample items


def test_the_specimen_is_a_map_without_a_file():
    root = record(ITEMS["20.500.99999/1"])
    record_of = f"{SITE.base_url}?verb=GetRecord&metadataPrefix={{}}&identifier=oai:demo.example.org:20.500.99999/1"
    assert texts(root, "atom:id/text()") == ["oai:demo.example.org:20.500.99999/1"]
    assert texts(root, "atom:title/text()")[0].startswith("Mental health service responses to human trafficking: ")
    assert texts(root, "atom:updated/text()") == ["2015-11-17T00:00:00Z"]
    assert texts(root, "atom:author/atom:name/text()") == [
        "Domoney, Jill",
        "Howard, Louise M.",
        "Abas, Melanie",
        "Broadbent, Matthew",
        "Oram, Sian",
    ]
    assert links(root, "self") == [{"href": record_of.format("ore"), "type": "text/xml"}]
    assert links(root, "alternate") == [{"href": record_of.format("oai_dc"), "type": "text/xml"}]
    assert links(root, f"{ORE}describes") == [{"href": record_of.format("ore") + "#aggregation"}]
    assert not links(root, f"{ORE}aggregates")
    assert not texts(root, "atom:published")
    assert texts(root, "//dcterms:accessRights/@rdf:resource") == ["http://purl.org/coar/access_right/c_16ec"]


def test_an_article_aggregates_its_open_file():
    root = record(ITEMS["20.500.99999/2"])
    address = "https://demo.example.org/bitstreams/20.500.99999/2/cracks.pdf"
    assert links(root, f"{ORE}aggregates") == [
        {"href": address, "title": "cracks.pdf", "type": "application/pdf", "length": "1482213"}
    ]
    assert links(root, "alternate") == [{"href": "https://demo.example.org/handle/20.500.99999/2"}]
    assert texts(root, "atom:author/atom:uri/text()")[0] == "https://orcid.org/0000-0002-1825-0097"
    assert texts(root, "atom:category/@term") == [
        f"{ORE}Aggregation",
        "http://purl.org/coar/resource_type/c_6501",
    ]
    assert texts(root, "//rdf:Description[1]/*/@rdf:resource") == [
        "http://purl.org/coar/access_right/c_abf2",
        "https://creativecommons.org/licenses/by/4.0/",
    ]
    assert texts(root, "//rdf:Description[2]/@rdf:about") == [address]


@pytest.mark.parametrize("local", OFFERED)
def test_a_record_has_what_atom_and_ore_make_mandatory(local):
    """One id, title, updated, self, describes, alternate; an author; the category that says what it is."""
    root = record(OFFERED[local])
    for path in ("atom:id", "atom:title", "atom:updated", "atom:source/atom:author/atom:name", "oreatom:triples"):
        assert len(texts(root, path)) == 1, path
    for relation in ("self", "alternate", f"{ORE}describes"):
        assert len(links(root, relation)) == 1, relation
    assert texts(root, "atom:category/@term")[0] == f"{ORE}Aggregation"
    assert all(INSTANT.fullmatch(text) for text in texts(root, "atom:updated/text() | atom:published/text()"))


@pytest.mark.parametrize("local", OFFERED)
def test_the_aggregation_the_map_and_the_files_have_addresses_of_their_own(local):
    """The map describes an aggregation that is not the map (ORE); every other description is of an aggregated file."""
    root = record(OFFERED[local])
    (own,), (aggregation,) = links(root, "self"), links(root, f"{ORE}describes")
    aggregated = [each["href"] for each in links(root, f"{ORE}aggregates")]
    assert aggregation["href"] == own["href"] + "#aggregation"
    assert texts(root, "//rdf:Description/@rdf:about") == [aggregation["href"], *aggregated]
    assert aggregated == [file.url for file in OFFERED[local].files if file.access == "open"]


@pytest.mark.parametrize("local", OFFERED)
def test_the_address_of_the_map_asks_for_this_very_record(local):
    (own,) = links(record(OFFERED[local]), "self")
    assert own["href"].startswith(f"{SITE.base_url}?")
    assert parse_qs(urlsplit(own["href"]).query) == {
        "verb": ["GetRecord"],
        "metadataPrefix": ["ore"],
        "identifier": [OFFERED[local].identifier],
    }


# When


@pytest.mark.parametrize(
    ("metadata", "published", "updated"),
    [
        ({"dc.date.accessioned": CAME}, [CAME], CAME),
        ({"dc.date.accessioned": CAME, "dc.date.issued": "2019-01-01"}, [CAME], CAME),
        ({"dc.date.accessioned": "2018-03-02T23:30:00.5-02:00"}, ["2018-03-03T01:30:00Z"], "2018-03-03T01:30:00Z"),
        ({"dc.date.accessioned": "2018-03-02"}, ["2018-03-02T00:00:00Z"], "2018-03-02T00:00:00Z"),
        ({"dc.date.accessioned": ["spring", CAME]}, [CAME], CAME),
        ({"dc.date.issued": "2015-11-17"}, [], "2015-11-17T00:00:00Z"),
        ({"dc.date.accessioned": "spring", "dc.date.issued": "0015-11-17"}, [], "0015-11-17T00:00:00Z"),
    ],
)
def test_the_dates_are_instants_that_the_item_tells(metadata, published, updated):
    root = record(item({"dc.title": "A", **metadata}))
    assert texts(root, "atom:published/text()") == published
    assert texts(root, "atom:updated/text()") == [updated]


def test_the_end_of_an_embargo_is_a_change():
    told = item(
        {"dc.title": "A", "dc.date.accessioned": CAME}, File("a", access="embargoed", available=date(2020, 1, 1))
    )
    assert texts(record(told.as_of(date(2019, 12, 31))), "atom:updated/text()") == [CAME]
    assert texts(record(told.as_of(date(2020, 1, 1))), "atom:updated/text()") == ["2020-01-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("metadata", "offered"),
    [
        ({"dc.title": "A", "dc.date.accessioned": CAME}, True),
        ({"dcterms.title": "A", "dc.date.issued": "2015-11-17"}, True),
        ({"dc.title": "A", "dc.date.issued": "2015-11"}, False),
        ({"dc.title": "A", "dc.date.issued": "2015"}, False),
        ({"dc.title": "A", "dc.date.available": CAME}, False),
        ({"dc.title": "A"}, False),
        ({"dc.date.accessioned": CAME}, False),
    ],
)
def test_who_tells_no_title_or_no_day_is_not_offered(metadata, offered):
    """A month has no instant, and what is available may be so only one day to come."""
    assert FORMAT.offered(item(metadata)) == offered


# Titles, authors, files


def test_a_title_has_its_language():
    root = ore({"dc.title": [Value("Warm ice", "en_US"), Value("Warmes Eis", "de")]})
    (title,) = texts(root, "atom:title")
    assert (title.text, dict(title.attrib)) == (
        "Warm ice",
        {"{http://www.w3.org/XML/1998/namespace}lang": "en-US"},
    )
    assert not texts(ore({"dc.title": [Value("Warm ice", "*")]}), "atom:title/@xml:lang")


def test_without_an_author_the_repository_speaks():
    root = ore({})
    assert not texts(root, "atom:author")
    assert texts(root, "atom:source/atom:author/*/text()") == ["Demo", "https://demo.example.org/oai"]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (OPEN, {"title": "ice.pdf", "type": "application/pdf", "length": "4096"}),
        (File("a", access="open", url="https://e.org/ice.pdf"), {"title": "a"}),
        (File("a", "PDF", 0, access="open", url="https://e.org/ice.pdf"), {"title": "a", "length": "0"}),
    ],
)
def test_a_link_to_a_file_says_what_is_known_of_it(file, told):
    assert links(ore({}, file), f"{ORE}aggregates") == [{"href": "https://e.org/ice.pdf", **told}]


def test_a_file_is_aggregated_once_and_only_with_an_address():
    root = ore({}, OPEN, OPEN, File("b", access="open"), File("c", url="http://[", access="open"))
    assert [each["href"] for each in links(root, f"{ORE}aggregates")] == ["https://e.org/ice.pdf"]


def test_an_address_in_another_script_is_escaped():
    root = ore({}, File("é", access="open", url="https://e.org/é b"))
    assert [each["href"] for each in links(root, f"{ORE}aggregates")] == ["https://e.org/%C3%A9%20b"]


def test_dspaces_harvester_finds_the_bundle_of_every_file():
    """It asks for the description of each aggregated address, for its type and its text."""
    root = ore({}, OPEN)
    (found,) = texts(root, "/atom:entry/oreatom:triples/rdf:Description[@rdf:about='https://e.org/ice.pdf']")
    assert texts(found, "rdf:type/@rdf:resource") == ["http://www.dspace.org/objectModel/DSpaceBitstream"]
    assert texts(found, "dcterms:description/text()") == ["ORIGINAL"]


# Access


@pytest.mark.parametrize(
    ("access", "uri"),
    [
        ("open", "http://purl.org/coar/access_right/c_abf2"),
        ("embargoed", "http://purl.org/coar/access_right/c_f1cf"),
        ("restricted", "http://purl.org/coar/access_right/c_16ec"),
        ("closed", "http://purl.org/coar/access_right/c_14cb"),
    ],
)
def test_access_is_told_of_the_aggregation_and_only_open_files_are_aggregated(access, uri):
    root = ore({}, File("ice.pdf", "application/pdf", 4096, None, "md5:79b376dd", "https://e.org/i", None, access))
    assert texts(root, "//dcterms:accessRights/@rdf:resource") == [uri]
    assert len(links(root, f"{ORE}aggregates")) == (access == "open")
    body = etree.tostring(root)
    assert b"79b376dd" not in body
    assert access == "open" or not [secret for secret in (b"https://e.org", b"4096") if secret in body]


def test_an_item_without_files_is_metadata_only():
    assert texts(ore({}), "//dcterms:accessRights/@rdf:resource") == ["http://purl.org/coar/access_right/c_14cb"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CC BY 4.0", ["https://creativecommons.org/licenses/by/4.0/"]),
        ("https://e.org/licence", ["https://e.org/licence"]),
        ("http://[", []),
        ("All rights reserved", []),
    ],
)
def test_rights_are_told_where_they_have_an_address(text, told):
    assert texts(ore({"dc.rights": text}), "//dcterms:rights/@rdf:resource") == told


# Anything


def test_what_nobody_may_see_is_not_told():
    root = ore({"dc.description.provenance": "Submitted by Jane Doe (jane@example.org)"})
    assert b"jane@" not in etree.tostring(root)


@settings(max_examples=50, deadline=None)
@given(odd.items)
def test_any_item_has_a_valid_record_or_is_not_offered(told):
    if FORMAT.offered(told):
        assert INSTANT.fullmatch(texts(record(told), "atom:updated/text()")[0])
