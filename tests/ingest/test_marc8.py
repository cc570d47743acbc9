"""The characters of MARC 21: MARC-8 by its tables, and which of the two codings a record is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymarc.marc8 import marc8_to_unicode

from oai_server.ingest.marc8 import Undecodable, coding_of, decoded


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"\xe2el\xe8eve", "élëve"),
        (b"Nguy\xe3\xe2en", "Nguyến"),  # two accents on one letter
        (b"\xebi\xeca", "i\ufe20a\ufe21"),  # a ligature over two letters
        (b"\xc3 2014 \xa1\xb1", "© 2014 Łł"),
        (b"\x1b(NrUSSKIJ\x1b(B!", "Русский!"),
        (b"\x1b)N\xec\xe9\xf2", "ЛИР"),  # in the right half
        (b"\x1b(3GJ\x1b(B", "ات"),
        (b"\x1b(2`a\x1b(B", "אב"),
        (b"\x1b$1!0!!0'\x1b(B", "一丈"),  # three octets a character
        (b"H\x1bb2\x1bsO, x\x1bp2\x1bs, \x1bga\x1bs", "H₂O, x², α"),
        (b"\x1b)!E\xe2e", "é"),
        (b"\x88The \x89end", "\x98The \x9cend"),
    ],
)
def test_marc_8_is_read(octets, text):
    assert decoded(octets) == text


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"a\xfdb", "octet FD at 2 of b'a\\xfdb' is not MARC-8"),
        (b"caf\xe2", "octet E2 at 4 of b'caf\\xe2': an accent without a letter"),
        (b"\x1b(Z!", "octet 1B at 1 of b'\\x1b(Z!' calls for an unknown character set"),
        (b"\x1b$1!0", "octet 21 at 4"),
    ],
)
def test_what_is_no_marc_8_is_told_with_its_place(octets, message):
    with pytest.raises(Undecodable) as told:
        decoded(octets)
    assert message in str(told.value)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12).map(str.encode))
def test_ascii_is_as_pymarc_reads_it(octets):
    assert decoded(octets) == marc8_to_unicode(octets)


@given(st.binary(max_size=12))
def test_any_octets_are_read_or_refused(octets):
    try:
        assert isinstance(decoded(octets), str)
    except Undecodable as error:
        assert "octet" in str(error)


ACCENTS = b"\xe2el\xe8eve, \xe1a la carte, \xe8uber"


@pytest.mark.parametrize(
    ("octets", "declared", "text", "noted"),
    [
        (b"plain", "a", "plain", None),
        (b"plain", " ", "plain", None),
        ("é".encode(), "a", "é", None),
        (b"\xe2e", " ", "é", None),
        ("élève".encode(), " ", "élève", "leader/09 is ' ', not 'a', but the octets are UTF-8"),
        ("élève".encode(), "#", "élève", "leader/09 is '#', not 'a', but the octets are UTF-8"),
        (b"\xfd\x1b(NRUS\x1b(Be", "a", None, None),
        (b"\x1b(NrUS\x1b(B \xe2e", "a", "Рус é", "leader/09 says Unicode, but the octets are MARC-8"),
        (ACCENTS, "a", "élëve, à la carte, über", "leader/09 says Unicode, but the octets are MARC-8"),
        ("日本".encode() + b"\x1b", " ", None, None),
    ],
)
def test_what_the_octets_are_counts_and_what_the_leader_says_is_noted(octets, declared, text, noted):
    if text is None:
        with pytest.raises(Undecodable):
            decode, _ = coding_of(octets, declared)
            decode(octets)
        return
    decode, lie = coding_of(octets, declared)
    assert decode(octets) == text
    assert (lie or "").startswith(noted or "")
    assert (lie is None) == (noted is None)


@pytest.mark.parametrize("text", ["Café", "Müller, Jörg", "Ein schönes Märchen über Öfen", "¿Qué pasó?"])
def test_latin_1_that_calls_itself_unicode_is_refused_by_name(text):
    with pytest.raises(Undecodable, match=r"leader/09 says Unicode, but octet [0-9A-F]{2} at [0-9]+ is not UTF-8"):
        coding_of(text.encode("latin-1"), "a")
