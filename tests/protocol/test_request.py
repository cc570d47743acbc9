"""From pairs to a request, or to every error that is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.protocol.datestamp import Granularity
from oai_server.protocol.errors import Refusal
from oai_server.protocol.request import MOST_ERRORS, parse
from oai_server.protocol.verbs import VERBS


def codes(*pairs, granularity=Granularity.SECONDS):
    with pytest.raises(Refusal) as refusal:
        parse(pairs, granularity)
    return [error.code for error in refusal.value.errors]


def test_a_request_keeps_what_was_asked_and_parses_it_once():
    pairs = [("set", "a:b"), ("verb", "ListRecords"), ("until", "2015-06-01"), ("metadataPrefix", "oai_dc")]
    request = parse(pairs, Granularity.SECONDS)
    assert (request.verb, request.metadata_prefix, request.set_spec) == ("ListRecords", "oai_dc", "a:b")
    assert request.until == 1433203199
    assert dict(request.arguments) == dict(pairs)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], ["badVerb"]),
        ([("verb", "")], ["badVerb"]),
        ([("verb", "identify")], ["badVerb"]),
        ([("verb", "Identify"), ("verb", "Identify")], ["badVerb"]),
        ([("verb", "Identify"), ("a", "1"), ("b", "")], ["badArgument"] * 2),
        ([("verb", "GetRecord")], ["badArgument"] * 2),
        ([("verb", "GetRecord"), ("identifier", "x"), ("metadataPrefix", "a b")], ["badArgument", "idDoesNotExist"]),
        ([("verb", "ListRecords"), ("resumptionToken", "x"), ("metadataPrefix", "oai_dc")], ["badArgument"]),
        ([("verb", "ListRecords"), ("resumptionToken", "x y")], ["badResumptionToken"]),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("set", ":"), ("from", "x")], ["badArgument"] * 2),
        ([("verb", "ListRecords"), ("metadataPrefix", "\udc80")], ["badArgument"]),
    ],
)
def test_every_error_is_told(pairs, expected):
    assert codes(*pairs) == expected


def test_a_thousand_wrong_arguments_are_counted_and_not_listed():
    assert len(codes(("verb", "Identify"), *((f"a{n}", "1") for n in range(1000)))) == MOST_ERRORS + 1


@given(st.lists(st.tuples(st.text(max_size=12) | st.sampled_from(["verb", "set", "from"]), st.text(max_size=12))))
def test_any_pairs_are_a_request_or_a_refusal(pairs):
    for verb in VERBS:
        try:
            parse([("verb", verb), *pairs], Granularity.DAY)
        except Refusal as refusal:
            assert refusal.errors
            assert all(str(error).isascii() and str(error).isprintable() for error in refusal.errors)


def test_nothing_is_repeated_after_bad_argument():
    with pytest.raises(Refusal) as refusal:
        parse([("verb", "Identify"), ("x", "1")], Granularity.SECONDS)
    assert refusal.value.echo == ()
