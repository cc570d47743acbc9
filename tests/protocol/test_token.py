"""Tokens: they survive a round trip, and nothing else is one."""

import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from oai_server.model import Position, Selection
from oai_server.protocol.errors import BadResumptionToken
from oai_server.protocol.token import Token, TokenKeys

WEEK = 7 * 24 * 3600
KEYS = TokenKeys(["a secret of some length"], WEEK)
TOKEN = Token("ListRecords", "", Selection("oai_dc", "a:b", 5, None), Position(7, 11), 100, 250, 1000, "cafe0123")

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
number = st.integers(-(2**62), 2**62)
tokens = st.builds(
    Token,
    verb=st.sampled_from(["ListRecords", "ListIdentifiers", "ListSets"]),
    profile=text,
    selection=st.builds(Selection, text, st.none() | text, st.none() | number, st.none() | number),
    position=st.builds(Position, number, number),
    cursor=st.integers(0, 2**62),
    size=st.integers(0, 2**62),
    issued=st.integers(0, 2**40),
    store=text,
    last_set=text,
)


@given(tokens.map(lambda token: replace(token, selection=replace(token.selection, profile=token.profile))))
def test_a_token_survives_the_round_trip_in_unreserved_characters(token):
    encoded = KEYS.encode(token)
    assert re.fullmatch(r"[A-Za-z0-9\-_.~]+", encoded)
    assert KEYS.decode(encoded, token.verb, token.profile, token.issued) == token


@given(text)
def test_other_text_is_no_token(other):
    with pytest.raises(BadResumptionToken):
        KEYS.decode(other, "ListRecords", "", 1000)


ENCODED = KEYS.encode(TOKEN)


@pytest.mark.parametrize("place", range(len(ENCODED)))
def test_a_token_changed_in_one_character_is_refused(place):
    """Even where base64 would give the same octets: the last character of a part carries bits that mean nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    for other in alphabet.replace(ENCODED[place], ""):
        with pytest.raises(BadResumptionToken):
            KEYS.decode(ENCODED[:place] + other + ENCODED[place + 1 :], "ListRecords", "", 1000)


@pytest.mark.parametrize("length", range(len(ENCODED)))
def test_a_cut_token_is_refused(length):
    with pytest.raises(BadResumptionToken):
        KEYS.decode(ENCODED[:length], "ListRecords", "", 1000)


@pytest.mark.parametrize("more", ["=", "==", "A", ".", " ", "\n", "%20", "."])
def test_a_token_with_something_after_it_or_before_it_is_refused(more):
    for changed in (ENCODED + more, more + ENCODED):
        with pytest.raises(BadResumptionToken):
            KEYS.decode(changed, "ListRecords", "", 1000)


def test_a_token_works_for_its_whole_life_and_no_second_longer():
    KEYS.decode(ENCODED, "ListRecords", "", TOKEN.issued + WEEK - 1)
    with pytest.raises(BadResumptionToken, match="expired"):
        KEYS.decode(ENCODED, "ListRecords", "", TOKEN.issued + WEEK)


@pytest.mark.parametrize(("verb", "profile"), [("ListIdentifiers", ""), ("ListSets", ""), ("ListRecords", "openaire")])
def test_a_token_works_only_with_its_own_verb_at_its_own_base_url(verb, profile):
    with pytest.raises(BadResumptionToken):
        KEYS.decode(ENCODED, verb, profile, 1000)


def test_a_token_of_a_foreign_key_is_refused():
    with pytest.raises(BadResumptionToken):
        TokenKeys(["another secret, not ours"], WEEK).decode(ENCODED, "ListRecords", "", 1000)


def test_keys_rotate_the_first_signs_and_all_are_accepted():
    rotated = TokenKeys(["the new secret, longer", "a secret of some length"], WEEK)
    assert rotated.decode(ENCODED, "ListRecords", "", 1000) == TOKEN
    assert rotated.encode(TOKEN) == TokenKeys(["the new secret, longer"], WEEK).encode(TOKEN)


def test_a_token_of_another_layout_signed_by_us_is_refused_and_no_fault_of_ours():
    for values in ([], [2], [1], [1, "ListRecords"], {"a": 1}, "text", 5, None):
        signed = URLSafeSerializer("a secret of some length", **FIRST_RELEASE).dumps(values)
        with pytest.raises(BadResumptionToken):
            KEYS.decode(signed, "ListRecords", "", 1000)


FIRST_RELEASE = {
    "salt": "oai-server resumptionToken",
    "signer_kwargs": {"key_derivation": "hmac", "digest_method": hashlib.sha256},
}


def test_a_token_of_the_first_release_is_good():
    values = [1, "ListRecords", "", "oai_dc", "a:b", 5, None, 7, 11, 100, 250, 1000, "cafe0123", ""]
    signed = URLSafeSerializer("a secret of some length", **FIRST_RELEASE).dumps(values)
    assert KEYS.decode(signed, "ListRecords", "", 1000) == TOKEN


def test_a_long_selection_makes_a_token_that_still_fits_a_url():
    long = replace(TOKEN, selection=Selection("oai_dc", "a" * 2000))
    encoded = KEYS.encode(long)
    assert KEYS.decode(encoded, "ListRecords", "", 1000) == long
