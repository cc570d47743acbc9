"""didl in its plain form (formats.md sections 3.2, 4 and 5.8): an identifier, a description, the open files."""

from datetime import date

import pytest
from hypothesis import given, settings
from lxml import etree

from oai_server.formats import oai_dc
from oai_server.formats.didl import FORMAT, PREFIXES
from oai_server.formats.rendering import Renderer
from oai_server.model import File, Item
from tests.formats import odd
from tests.formats.items import item
from tests.formats.test_golden import ITEMS, SITE
from tests.judges import official, ours

RENDERER = Renderer({"didl": FORMAT, "oai_dc": oai_dc.FORMAT}, SITE)
OPEN = File("ice.pdf", "application/pdf", 4096, None, "md5:79b376dd", "https://e.org/ice.pdf", None, "open")


def record(told: Item) -> etree._Element:
    """The item's record as it is served, valid by both judges."""
    rendered = RENDERER.render(told)
    assert not rendered.failed, rendered.faults
    assert not ours(rendered.metadata["didl"])
    assert not official(rendered.metadata["didl"])
    return etree.fromstring(rendered.metadata["didl"])


def didl(metadata: dict, *files: File) -> etree._Element:
    return record(item({"dc.title": "Warm ice", **metadata}, *files))


def texts(root: etree._Element, path: str) -> list[str]:
    return root.xpath(path, namespaces=PREFIXES)


# What the format wants


def test_the_specimen_has_no_file_to_promise():
    root = record(ITEMS["20.500.99999/1"])
    assert texts(root, "//dii:Identifier/text()") == ["oai:demo.example.org:20.500.99999/1"]
    assert texts(root, "//dc:creator/text()")[1] == "Howard, Louise M."
    assert texts(root, "//dc:date/text()") == ["2015-11-17"]
    assert not texts(root, "//didl:DIDLInfo")
    assert not texts(root, "//didl:Component")


@pytest.mark.parametrize("local", ITEMS)
def test_a_record_is_one_item_with_two_descriptors_and_then_its_open_files(local):
    told = ITEMS[local]
    root = record(told)
    (inside,) = texts(root, "/didl:DIDL/didl:Item")
    names = [etree.QName(each).localname for each in inside]
    addresses = [file.url for file in told.files if file.access == "open"]
    assert names == ["Descriptor"] * 2 + ["Component"] * len(addresses)
    assert texts(root, "//didl:Resource/@ref") == addresses
    assert set(texts(root, "//didl:Statement/@mimeType")) == {"application/xml; charset=utf-8"}


@pytest.mark.parametrize("local", [local for local, told in ITEMS.items() if not told.xml])
def test_the_description_is_the_items_own_record_in_oai_dc(local):
    bodies = RENDERER.render(ITEMS[local]).metadata
    (inside,) = texts(etree.fromstring(bodies["didl"]), "//oai_dc:dc")
    alone = etree.fromstring(bodies["oai_dc"])
    assert [(each.tag, each.text, dict(each.attrib)) for each in inside] == [
        (each.tag, each.text, dict(each.attrib)) for each in alone
    ]


def test_the_root_says_both_schemas():
    words = record(ITEMS["20.500.99999/2"]).get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation").split()
    assert dict(zip(words[::2], words[1::2], strict=True)) == {
        FORMAT.namespace: FORMAT.schema,
        oai_dc.NAMESPACE: oai_dc.FORMAT.schema,
    }


# Identifiers


@pytest.mark.parametrize(
    ("metadata", "identifier"),
    [
        ({}, "test:1"),
        ({"dc.identifier.uri": "https://e.org/handle/1/2"}, "https://e.org/handle/1/2"),
        ({"dc.identifier.doi": "10.5555/ice"}, "https://doi.org/10.5555/ice"),
        ({"dc.identifier.uri": "https://e.org/1", "dc.identifier.urn": "urn:nbn:de:x-1"}, "urn:nbn:de:x-1"),
        ({"dc.identifier.uri": "http://["}, "test:1"),
        ({"dc.identifier": "1234"}, "test:1"),
    ],
)
def test_the_identifier_is_the_one_that_lasts_longest(metadata, identifier):
    assert texts(didl(metadata), "//dii:Identifier/text()") == [identifier]


def test_ids_are_names_in_xml_and_no_two_in_a_list_are_the_same():
    """The records of a list stand in one document, where an xs:ID may occur once (XML 1.0, section 3.3.1)."""
    told = [Item(f"oai:e.org:{local}", item({"dc.title": "A"}).metadata, files=(OPEN, OPEN)) for local in ODD_LOCALS]
    ids = [name for each in told for name in texts(record(each), "//@id")]
    assert len(ids) == len(set(ids)) == 3 * len(ODD_LOCALS)


ODD_LOCALS = ["1/2", "1_2", "1:2", "1_2f_2", "1_3a_2", "20.500.99999/1-1", "file-1-1", "a%20b", "(a)'b'!*~$,;@+=?&"]


# When it came in


@pytest.mark.parametrize(
    ("text", "created"),
    [
        ("2018-03-02T09:14:11Z", ["2018-03-02T09:14:11Z"]),
        ("2018-03-02T09:14:11.999+01:00", ["2018-03-02T08:14:11Z"]),
        ("2018-03-02", ["2018-03-02T00:00:00Z"]),
        ("0001-01-01T00:00:00+14:00", []),
        ("0015-01-01T00:00:00Z", ["0015-01-01T00:00:00Z"]),
        ("2018-03", []),
        ("yesterday", []),
    ],
)
def test_the_document_was_created_when_the_item_came_in(text, created):
    assert texts(didl({"dc.date.accessioned": text}), "/didl:DIDL/didl:DIDLInfo/dcterms:created/text()") == created


# Files


@pytest.mark.parametrize(
    ("mimetype", "told"),
    [("text/csv", "text/csv"), (None, "application/octet-stream"), ("PDF", "application/octet-stream")],
)
def test_a_file_of_no_known_media_type_is_a_stream_of_octets(mimetype, told):
    root = didl({}, File("a", mimetype, url="https://e.org/a", access="open"))
    assert texts(root, "//didl:Resource/@mimeType") == [told]


def test_an_open_file_without_an_address_is_no_component():
    assert not texts(didl({}, File("a", access="open"), File("b", url="b.pdf", access="open")), "//didl:Component")


@pytest.mark.parametrize("access", ["embargoed", "restricted", "closed"])
def test_a_file_that_is_not_open_is_left_out(access):
    shut = File("ice.pdf", "application/pdf", 4096, None, "md5:79b376dd", "https://e.org/ice.pdf", None, access)
    body = etree.tostring(didl({}, shut, OPEN))
    assert body.count(b"<didl:Component ") == 1
    alone = etree.tostring(didl({}, shut))
    assert not [secret for secret in (b"https://e.org", b"4096", b"79b376dd", b"Component") if secret in alone]


def test_an_embargo_that_has_ended_is_open():
    shut = File("a.pdf", "application/pdf", url="https://e.org/a", access="embargoed", available=date(2020, 1, 1))
    told = item({"dc.title": "A"}, shut)
    assert not texts(record(told.as_of(date(2019, 12, 31))), "//didl:Resource")
    assert texts(record(told.as_of(date(2020, 1, 1))), "//didl:Resource/@ref") == ["https://e.org/a"]


# Who is offered, and anything


def test_whoever_has_a_title_is_offered():
    assert FORMAT.offered(item({"dc.title": "Warm ice"}))
    assert FORMAT.offered(item({"dcterms.title": "Warm ice"}))
    assert not FORMAT.offered(item({"dc.creator": "A, B"}))


def test_what_nobody_may_see_is_not_told():
    root = didl({"dc.description.provenance": "Submitted by Jane Doe (jane@example.org)"})
    assert b"jane@" not in etree.tostring(root)


@settings(max_examples=50, deadline=None)
@given(odd.items)
def test_any_item_has_a_valid_record(told):
    assert len(texts(record(told), "//dii:Identifier")) == 1
