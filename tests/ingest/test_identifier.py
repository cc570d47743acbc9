"""Identifiers obey the oai-identifier guideline (rules 311 and 613)."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.ingest.identifier import identifier_of
from oai_server.ingest.normalise import clean

REPOSITORY = "repository.example.org"
# oai-identifier.xsd, with the guideline's upper-case escapes.
GUIDELINE = re.compile(
    r"oai:[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+:([a-zA-Z0-9\-_.!~*'();/?:@&=+$,]|%[0-9A-F]{2})+"
)

texts = st.text(st.sampled_from(" %/#<oai:\x0b\ud800") | st.integers(0, 0x10FFFF).map(chr), max_size=20)
local_names = texts.filter(lambda local: clean(local) and not clean(local).startswith("oai:"))


@pytest.mark.parametrize(
    ("local", "served"),
    [
        ("123456789/17", "123456789/17"),
        ("  123456789/17\n", "123456789/17"),
        ("10.1000/182(95)2:1;x", "10.1000/182(95)2:1;x"),
        ("-_.!~*'();/?:@&=+$,", "-_.!~*'();/?:@&=+$,"),
        ("a b#c", "a%20b%23c"),
        ('<a>"[b]', "%3Ca%3E%22%5Bb%5D"),
        ("100%", "100%25"),
        ("a%2Fb", "a%252Fb"),
        ("Ærø", "%C3%86r%C3%B8"),
        ("a\x0bb\ufeff", "ab"),
        ("OAI:1", "OAI:1"),
    ],
)
def test_a_local_identifier_is_escaped_where_it_must_be_and_nowhere_else(local, served):
    assert identifier_of(local, REPOSITORY) == f"oai:{REPOSITORY}:{served}"


@pytest.mark.parametrize(
    "identifier", ["oai:other.org:1", "oai:a-b.example:x/1%20%C3%A6", "oai:arXiv.org:cmp-lg/9408001"]
)
def test_an_oai_identifier_that_obeys_the_guideline_stays_as_it_is(identifier):
    assert identifier_of(f" {identifier} ", REPOSITORY) == identifier


@pytest.mark.parametrize(
    "identifier",
    [
        "oai:",
        "oai:example.org:",
        "oai:localhost:1",
        "oai:10.0.0.1:1",
        "oai:example.org",
        "oai:example.org:a b",
        "oai:example.org:a#b",
        "oai:example.org:a%2",
        "oai:example.org:%c3%a6",
        "oai:example.org:æ",
    ],
)
def test_a_malformed_oai_identifier_is_refused_by_rule(identifier):
    with pytest.raises(ValueError, match="rule 311"):
        identifier_of(identifier, REPOSITORY)


@pytest.mark.parametrize("local", ["", "  ", "\x00\ufeff"])
def test_no_identifier_is_refused(local):
    with pytest.raises(ValueError, match="empty"):
        identifier_of(local, REPOSITORY)


@given(local_names)
def test_every_identifier_has_the_form_of_the_guideline_and_unescapes_to_what_came_in(local):
    identifier = identifier_of(local, REPOSITORY)
    assert GUIDELINE.fullmatch(identifier)
    assert unquote(identifier) == f"oai:{REPOSITORY}:{clean(local)}"


@given(local_names)
def test_an_identifier_that_was_made_is_kept_when_it_comes_in_again(local):
    identifier = identifier_of(local, REPOSITORY)
    assert identifier_of(identifier, "elsewhere.example.org") == identifier


def test_an_oai_identifier_that_escapes_more_than_it_must_is_kept_so_that_a_repository_can_move_here():
    assert identifier_of("oai:example.org:a%2Fb", "demo.example.org") == "oai:example.org:a%2Fb"


@pytest.mark.parametrize(
    "identifier",
    [
        "item:28200",
        "oai:localhost:1",
        "oai:10.0.0.1:1",
        "oai:example.org:%c3%a6",
        "hdl:1765/1",
        "urn:nbn:nl:ui:15-1",
        "https://example.org/a?b=c#d",
    ],
)
def test_a_foreign_identifier_that_is_a_uri_stays_as_it_is(identifier):
    assert identifier_of(f" {identifier} ", REPOSITORY, foreign=True) == identifier


@pytest.mark.parametrize("identifier", ["28200", "oai:example.org:a b", "a b:c", "item:a%2", "item:", "x:æ", "x:a#b#c"])
def test_a_foreign_identifier_that_is_none_becomes_a_local_one_and_can_be_read_back(identifier):
    served = identifier_of(identifier, REPOSITORY, foreign=True)
    beginning = f"oai:{REPOSITORY}:"
    assert GUIDELINE.fullmatch(served)
    assert unquote(served.removeprefix(beginning)) == identifier
