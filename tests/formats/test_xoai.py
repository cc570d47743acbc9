"""xoai as DSpace nests it, without what it should have hidden (formats.md sections 3.2, 4 and 5.4)."""

from datetime import date

import pytest
from hypothesis import given, settings

from oai_server.formats.rendering import Renderer
from oai_server.formats.xoai import FORMAT, NAMESPACE
from oai_server.model import File, Site, Value
from tests.formats.any_item import items
from tests.formats.items import item
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
RENDERER = Renderer({"xoai": FORMAT}, SITE)
NAMES = {"x": NAMESPACE}
MD5 = "e" * 32
PDF = File("a.pdf", "application/pdf", 777, "7 kB", f"md5:{MD5}", "https://demo.example.org/bits/1", "Thesis", "open")


def record(fields, *files):
    return FORMAT.crosswalk(item(fields, *files), SITE)


def fields(path, told, *files):
    """Name and text of each field of the element at that path of names."""
    steps = "".join(f"/x:element[@name='{name}']" for name in path.split())
    return [(each.get("name"), each.text) for each in record(told, *files).xpath(f".{steps}/x:field", namespaces=NAMES)]


def paths(root):
    """The path of names to each element that has fields."""
    held = (each for each in root.iter(f"{{{NAMESPACE}}}element") if each.find(f"{{{NAMESPACE}}}field") is not None)
    return [
        " ".join([*reversed([up.get("name") for up in each.iterancestors() if up.get("name")]), each.get("name")])
        for each in held
    ]


def bitstreams(*files):
    return [
        {each.get("name"): each.text for each in bitstream}
        for bitstream in record({}, *files).xpath(".//x:element[@name='bitstream']", namespaces=NAMES)
    ]


# Metadata


@pytest.mark.parametrize(
    ("field", "language", "path"),
    [
        ("dc.title", "en_US", "dc title en_US"),
        ("dc.title", None, "dc title none"),
        ("dc.title", "*", "dc title none"),
        ("dc.title", "", "dc title none"),
        ("dc.title", "two words", "dc title none"),
        ("dc.title.alternative", "zh_Hans_CN", "dc title alternative zh_Hans_CN"),
        ("dc.identifier.uri", None, "dc identifier uri none"),
        ("thesis.degree.name", "en", "thesis degree name en"),
        ("local.note", "other", "local note other"),
    ],
)
def test_a_value_is_nested_by_schema_element_qualifier_and_language(field, language, path):
    assert fields(path, {field: [Value("x", language)]}) == [("value", "x")]


def test_each_level_is_told_once_and_stored_order_is_kept_within_it():
    told = {"dc.title": [Value("a", "en"), Value("b"), Value("c", "en")], "dc.type": "t", "dc.title.alternative": "d"}
    assert paths(record(told))[:4] == ["dc title en", "dc title none", "dc title alternative none", "dc type none"]
    assert fields("dc title en", told) == [("value", "a"), ("value", "c")]


def test_authority_and_confidence_follow_their_value():
    told = {"dc.contributor.author": [Value("a", None, "virtual::1", 600), Value("b"), Value("c", None, "k", 7000)]}
    assert fields("dc contributor author none", told) == [
        ("value", "a"),
        ("authority", "virtual::1"),
        ("confidence", "600"),
        ("value", "b"),
        ("value", "c"),
        ("authority", "k"),
    ]


def test_fields_come_before_elements_even_where_a_language_is_called_like_a_qualifier():
    told = {"dc.rights.uri": "https://a.org/", "dc.rights": [Value("x", "uri")]}
    assert fields("dc rights uri", told) == [("value", "x")]
    assert fields("dc rights uri none", told) == [("value", "https://a.org/")]


@pytest.mark.parametrize("field", ["dc.description.provenance", "person.email", "license.bin", "others.handle"])
def test_submitters_and_what_is_not_for_a_field_to_say_are_left_out(field):
    assert paths(record({field: "x"})) == paths(record({}))


# Files


def test_the_files_are_the_bitstreams_of_the_bundle_original():
    assert fields("bundles bundle", {}, PDF) == [("name", "ORIGINAL")]
    assert bitstreams(PDF, File("b.csv", access="open")) == [
        {
            "name": "a.pdf",
            "originalName": "a.pdf",
            "description": "Thesis",
            "format": "application/pdf",
            "size": "777",
            "url": "https://demo.example.org/bits/1",
            "checksum": MD5,
            "checksumAlgorithm": "MD5",
        },
        {"name": "b.csv", "originalName": "b.csv"},
    ]


@pytest.mark.parametrize("access", ["restricted", "embargoed", "closed"])
def test_of_a_file_that_is_not_open_address_size_and_checksum_are_not_told(access):
    file = File(PDF.name, PDF.mimetype, PDF.size, PDF.extent, PDF.checksum, PDF.url, PDF.description, access)
    told = {"name": "a.pdf", "originalName": "a.pdf", "description": "Thesis", "format": "application/pdf"}
    assert bitstreams(file) == [told]


def test_an_item_without_files_has_no_bundles():
    assert paths(record({})) == ["others", "others access-status", "repository"]


def test_an_empty_file_has_a_size():
    assert bitstreams(File("a", size=0, access="open"))[0]["size"] == "0"


@pytest.mark.parametrize(
    ("checksum", "told"),
    [
        (f"md5:{MD5}", (MD5, "MD5")),
        (f"SHA256:{MD5}", (MD5, "SHA-256")),
        (f"sha-512:{MD5}", (MD5, "SHA-512")),
        (MD5, (None, None)),
        ("md5:", (None, None)),
        (None, (None, None)),
    ],
)
def test_a_checksum_is_told_with_its_algorithm_or_not_at_all(checksum, told):
    [bitstream] = bitstreams(File("a", checksum=checksum, access="open"))
    assert (bitstream.get("checksum"), bitstream.get("checksumAlgorithm")) == told


def test_an_address_is_escaped():
    assert bitstreams(File("a", url="https://a.org/é b", access="open"))[0]["url"] == "https://a.org/%C3%A9%20b"


# What DSpace adds


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([File("a", access="open")], [("value", "open.access")]),
        ([File("a", access="restricted")], [("value", "restricted")]),
        ([File("a", access="closed")], [("value", "metadata.only")]),
        ([], [("value", "metadata.only")]),
        ([File("a", access="embargoed")], [("value", "embargo")]),
        (
            [File("a", access="embargoed", available=date(2032, 1, 1))],
            [("value", "embargo"), ("embargo", "2032-01-01")],
        ),
    ],
)
def test_the_access_status_is_in_dspaces_words(files, status):
    assert fields("others access-status", {}, *files) == status


@pytest.mark.parametrize(
    ("uri", "handle"),
    [
        ("https://hdl.handle.net/20.500.99999/1", [("handle", "20.500.99999/1")]),
        ("https://demo.example.org/handle/1/2", [("handle", "1/2")]),
        ("https://doi.org/10.5555/a", []),
    ],
)
def test_others_tell_the_handle_and_the_identifier_but_no_made_up_date(uri, handle):
    assert fields("others", {"dc.identifier.uri": uri}) == [*handle, ("identifier", "test:1")]


def test_the_repository_says_its_name():
    assert fields("repository", {}) == [("name", "Demo")]


def test_every_item_is_offered():
    assert FORMAT.offered(item({}))


@settings(max_examples=60, deadline=None)
@given(items())
def test_whatever_an_item_holds_its_record_is_valid(each):
    rendered = RENDERER.render(each)
    assert not rendered.faults
    assert not ours(rendered.metadata["xoai"])
    assert not official(rendered.metadata["xoai"])
    hidden = b"https://demo.example.org/secret" in rendered.metadata["xoai"]
    assert not hidden or any(file.access == "open" and file.url for file in each.files)
