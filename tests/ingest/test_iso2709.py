"""ISO 2709: records in a stream and fields in a record, whole and damaged."""

import io
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymarc import Field, Indicators, Record, Subfield

from oai_server.ingest import iso2709
from oai_server.ingest.iso2709 import Damaged, stretches, taken_apart


def record(number: int, title: str = "A title") -> bytes:
    """A record as another library writes it."""
    made = Record(leader="     nam a22     3u 4500", force_utf8=True)
    made.add_field(Field("001", data=f"n{number}"))
    made.add_field(Field("245", Indicators("0", "0"), [Subfield("a", title)]))
    return made.as_marc()


def numbers(octets: bytes) -> list[str]:
    """The control number of each stretch that can be taken apart, ``-`` for one that cannot."""
    found = []
    for stretch in stretches(io.BytesIO(octets)):
        try:
            fields = dict(taken_apart(stretch.octets).fields)
            found.append(fields["001"].decode())
        except Damaged:
            found.append("-")
    return found


ONE, TWO, THREE = record(1), record(2, "Ein längerer Titel"), record(3)


@pytest.mark.parametrize("between", ["", "\n", "\r\n", "\0\0\0", " \n\x1a", "\ufeff"])
def test_filler_between_records_is_no_record(between):
    filler = between.encode()
    assert numbers(filler + filler.join([ONE, TWO, THREE]) + filler) == ["n1", "n2", "n3"]


@pytest.mark.parametrize("chunk", [1, 7, 24, 100])
def test_records_are_the_same_however_they_are_read(monkeypatch, chunk):
    monkeypatch.setattr(iso2709, "CHUNK", chunk)
    assert [each.octets for each in stretches(io.BytesIO(ONE + b"\n" + TWO + THREE))] == [ONE, TWO, THREE]


def test_records_tell_their_number_and_place():
    found = list(stretches(io.BytesIO(b"\n" + ONE + b"\r\n" + TWO)))
    assert [(each.number, each.place) for each in found] == [(1, 2), (2, len(ONE) + 4)]


@pytest.mark.parametrize(
    ("damage", "left"),
    [
        (lambda one: b"99999" + one[5:], ["n1", "n2", "n3"]),  # lengths in the leader do not matter
        (lambda one: b"00000" + one[5:], ["n1", "n2", "n3"]),
        (lambda one: b"00050" + one[5:], ["n1", "n2", "n3"]),
        (lambda one: b"?!x  " + one[5:], ["-", "n2", "n3"]),
        (lambda one: one[:12] + b"00000" + one[17:], ["n1", "n2", "n3"]),
        (lambda one: one[:40], ["-", "n2", "n3"]),  # broken off in the directory
        (lambda one: one[:-4], ["-", "n2", "n3"]),  # broken off in the data
        (lambda one: one[:10], ["-", "n2", "n3"]),  # broken off in the leader
        (lambda one: one[:-1], ["-", "n2", "n3"]),
        (lambda one: one.replace(b"A title", b"A \x1d title"), ["-", "-", "n2", "n3"]),
        (lambda one: b"<html>no record</html>" + b"\x1d", ["-", "n2", "n3"]),
        (lambda one: b"<html>no record</html>", ["-", "n2", "n3"]),
        (lambda one: one.replace(b"0010003", b"001000\x1e"), ["-", "n2", "n3"]),
        (lambda one: one[:24] + b"24500" + one[24:], ["-", "n2", "n3"]),  # a directory of odd length
        (lambda one: one[:24] + b"\x01\x02" + one[26:], ["-", "n2", "n3"]),
        (lambda one: one.replace(b"\x1e", b" "), ["-", "n2", "n3"]),
        (lambda one: b"\x1d\x1d", ["n2", "n3"]),
    ],
)
def test_damage_costs_one_record_only(damage, left):
    assert numbers(damage(ONE) + TWO + THREE) == left


def test_a_mark_inside_a_field_is_no_end_if_length_and_what_follows_say_so():
    whole = record(1, "A title with a mark").replace(b"with a mark", b"with\x1da mark")
    assert next(stretches(io.BytesIO(whole + TWO))).octets == whole
    assert numbers(whole + TWO) == ["n1", "n2"]


def test_a_record_whose_lengths_were_counted_in_characters_is_mended():
    data = record(1, "Übergröße, Äquator")
    found = re.search(rb"245([0-9]{4})", data)
    assert found
    wrong = data.replace(found[0], b"245%04d" % (int(found[1]) - 4))
    parts = taken_apart(wrong)
    assert dict(parts.fields)["245"].decode() == "00\x1faÜbergröße, Äquator"
    assert parts.mended == ["the directory says other places of fields than their marks"]


def test_a_directory_out_of_order_is_followed():
    made = Record(leader="     nam a22     3u 4500", force_utf8=True)
    made.add_field(Field("500", Indicators(" ", " "), [Subfield("a", "A note")]), Field("001", data="n1"))
    assert [tag for tag, _ in taken_apart(made.as_marc()).fields] == ["500", "001"]


def test_what_is_mended_is_told():
    wrong = b"00050" + ONE[5:12] + b"00000" + ONE[17:]
    first, second = taken_apart(wrong).mended
    assert first == f"leader/00-04 says 50 octets, but there are {len(ONE)}"
    assert second == "leader/12-16 says that data begin at b'00000', but they do at 49"
    assert not taken_apart(ONE).mended


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"<html>" + b"x" * 50, "no leader of a MARC 21 record, but b'<html>"),
        (ONE[:-3], "breaks off after"),
        (ONE[:30] + b"\x1d", "no field ends anywhere"),
        (ONE[:24] + b"1" + ONE[24:], "a directory of 25 octets"),
        (ONE[:24] + b"\xe9\xe9\xe9" + ONE[27:], "the directory has the tag"),
        (ONE.replace(b"title\x1e", b"ti"), "the last field has no mark"),
        (ONE.replace(b"A title", b"A\x1etitle"), "the directory has 2 fields, but marks part 3"),
    ],
)
def test_why_a_record_cannot_be_taken_apart(octets, message):
    with pytest.raises(Damaged, match=re.escape(message)):
        taken_apart(octets)


def test_a_stretch_without_end_is_skipped_in_flat_memory(monkeypatch):
    monkeypatch.setattr(iso2709, "LARGEST", 1 << 18)

    class Endless(io.RawIOBase):
        """20 MB without a mark, then two records."""

        left = 320

        def read(self, size=-1):
            self.left -= 1
            return b"x" * (1 << 16) if self.left > 0 else b"\x1d" + ONE + TWO if self.left == 0 else b""

    tracemalloc.start()
    found = [len(each.octets) for each in stretches(Endless())]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[1:] == [len(ONE), len(TWO)]
    assert peak < 3_000_000


@given(st.binary(max_size=60), st.sampled_from([b"", ONE[:50], b"\x1d", b"\x1e", ONE]))
def test_whatever_comes_before_a_record_that_ended_the_record_is_read(octets, more):
    assert numbers(octets + more + b"\x1d" + TWO)[-1] == "n2"
