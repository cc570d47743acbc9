"""Identifiers in their bare forms, and addresses that may stand where a URI is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree

from oai_server.formats.identifiers import (
    doi_url,
    dois,
    handles,
    isbn,
    isbns,
    issn,
    issns,
    landing_page,
    own_doi,
    uri,
    urls,
    urns,
)
from tests.formats.items import item

SICI = "10.5555/(SICI)1097<1::AID>3.0.CO;2-#"
ANY_URI = etree.XMLSchema(
    etree.XML("<schema xmlns='http://www.w3.org/2001/XMLSchema'><element name='a' type='anyURI'/></schema>")
)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("10.1186/s12888-015-0679-1", ["10.1186/s12888-015-0679-1"]),
        ("https://doi.org/10.1/a", []),
        ("https://doi.org/10.5555/a", ["10.5555/a"]),
        ("http://dx.doi.org/10.5555/a", ["10.5555/a"]),
        ("doi:10.5555/a", ["10.5555/a"]),
        ("DOI: 10.5555/a.", ["10.5555/a"]),
        ("10.5555/a; 10.5555/b", ["10.5555/a", "10.5555/b"]),
        ("10.5555/a 10.5555/b", ["10.5555/a", "10.5555/b"]),
        ("https://doi.org/10.5555/a,https://doi.org/10.5555/b", ["10.5555/a", "10.5555/b"]),
        (SICI, [SICI]),
        (doi_url(SICI), [SICI]),
        ("see 10.5555/a", []),
        ("forthcoming", []),
    ],
)
def test_dois_are_found_however_they_are_written(text, bare):
    assert dois(item({"dc.identifier.doi": text})) == bare


def test_the_repository_owns_the_doi_that_is_among_its_addresses():
    both = item({"dc.identifier.doi": "10.5555/publisher", "dc.identifier.uri": "https://doi.org/10.5555/own"})
    assert own_doi(both) == "10.5555/own"
    assert dois(both) == ["10.5555/publisher", "10.5555/own"]
    assert own_doi(item({"dc.identifier.doi": "10.5555/publisher"})) is None


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("http://hdl.handle.net/123456789/1", ["123456789/1"]),
        ("https://hdl.handle.net/20.500.99999/1", ["20.500.99999/1"]),
        ("https://demo.example.org/handle/20.500.99999/2", ["20.500.99999/2"]),
        ("https://demo.example.org/jspui/handle/20.500.99999/2?mode=full", ["20.500.99999/2"]),
        ("hdl:20.500.99999/2", ["20.500.99999/2"]),
        ("https://demo.example.org/items/0f8f", []),
        ("https://demo.example.org/handle/", []),
    ],
)
def test_handles_are_found_in_addresses(text, handle):
    assert handles(item({"dc.identifier.uri": text})) == handle


@pytest.mark.parametrize(
    ("fields", "page"),
    [
        ({"dc.identifier.uri": ["hdl:1/2", "https://example.org/a b"]}, "https://example.org/a%20b"),
        ({"dc.identifier.doi": "10.5555/a<b>"}, "https://doi.org/10.5555/a%3Cb%3E"),
        ({"dc.identifier": "http://example.org/1", "dc.identifier.doi": "10.5555/a"}, "http://example.org/1"),
        ({"dc.title": "https://example.org/"}, None),
    ],
)
def test_the_landing_page_is_the_first_web_address_or_that_of_the_doi(fields, page):
    assert landing_page(item(fields)) == page


def test_web_addresses_come_once_in_order():
    told = {"dc.identifier.uri": ["https://b.example/", "urn:x-1:2"], "dc.identifier": ["http://a.example/", "B 17"]}
    assert urls(item({**told, "dc.identifier.url": "https://b.example/"})) == [
        "https://b.example/",
        "http://a.example/",
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("https://example.org/ü?q=ä b#c#d", "https://example.org/%C3%BC?q=%C3%A4%20b#c%23d"),
        ("https://bücher.example/[1]", "https://xn--bcher-kva.example/%5B1%5D"),
        ("HTTP://Example.org/50%25/100%", "http://Example.org/50%25/100%25"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ('https://example.org/<x>"{|}\\^`', "https://example.org/%3Cx%3E%22%7B%7C%7D%5C%5E%60"),
        ("urn:nbn:de:example-00005", "urn:nbn:de:example-00005"),
        ("info:eu-repo/semantics/article", "info:eu-repo/semantics/article"),
        ("Note: not a URI", None),
        ("https://", None),
        ("example.org/a", None),
    ],
)
def test_an_address_is_escaped_where_it_must_be(text, known):
    assert uri(text) == known


@given(some.text())
def test_what_is_told_as_a_uri_is_one_and_stays_as_it_is(text):
    told = uri("http://example.org/" + text)
    element = etree.Element("a")
    element.text = told
    assert ANY_URI.validate(element)
    assert told.isascii()
    assert uri(told) == told


def test_urns_are_found_among_the_identifiers():
    assert urns(item({"dc.identifier.urn": "urn:nbn:de:example-00005", "dc.identifier": "urn:?"})) == [
        "urn:nbn:de:example-00005"
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("1471-244X", "1471-244X"),
        ("1471-244x (online)", "1471-244X"),
        ("ISSN: 1234-5679", "1234-5679"),
        ("urn:issn:1234-5679", "1234-5679"),
        ("12345679", "1234-5679"),
        ("1234-5678", None),
        ("1471-2440", None),
        ("123-45679", None),
    ],
)
def test_an_issn_has_the_right_check_digit(text, known):
    assert issn(text) == known


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("978-99999-0-001-0", "9789999900010"),
        ("ISBN 978 0 306 40615 7 (pbk.)", "9780306406157"),
        ("0-306-40615-2", "0306406152"),
        ("0-8044-2957-x", "080442957X"),
        ("9780306406158", None),
        ("0-306-40615-3", None),
        ("97803064061571", None),
        ("12", None),
    ],
)
def test_an_isbn_has_the_right_check_digit(text, known):
    assert isbn(text) == known


def test_a_plain_identifier_may_say_what_it_is():
    told = item({"dc.identifier": ["ISSN: 1471-244X", "urn:isbn:9780306406157", "1234-5679"]})
    assert (issns(told), isbns(told)) == (["1471-244X"], ["9780306406157"])
