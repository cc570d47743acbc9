"""ISO 2709, the exchange format of MARC: records in a stream, fields in a record, however damaged their neighbours.

The lengths in a record are believed only where the marks at the ends of records and fields bear them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 1 << 16
LARGEST = 1 << 22  # octets of one record: ISO 2709 can tell 99,999, some systems write more
RECORD_END, FIELD_END, SUBFIELD = b"\x1d", b"\x1e", b"\x1f"
FILLER = b"\r\n\t \0\x1a\xef\xbb\xbf\x1d"  # found between records: line ends, padding, marks of files, stray marks
BEGINNING = re.compile(rb"[0-9]{5}[a-z ][a-z][a-z #|-].{2}22[0-9 ]{5}.{3}4500", re.DOTALL)
READABLE = re.compile(rb"[0-9 ]{5}[ -~]{7}[0-9 ]{5}[ -~]{7}")  # a leader that is odd, but can be one
LEADER, ENTRY = 24, 12  # octets


class Damaged(ValueError):
    """A record that cannot be taken apart; the message says where."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The octets of one record with its mark, if it has one; its number, and its place, both counted from 1."""

    number: int
    place: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """A record in its parts: the leader, the fields' octets with their tags in order, and what was wrong but mended."""

    leader: bytes
    fields: Sequence[tuple[str, bytes]]
    mended: Sequence[str]


# --- records in a stream ---


def begins(octets: bytes) -> bool:
    """Whether octets look like the beginning of a record."""
    return BEGINNING.match(octets.lstrip(FILLER)) is not None


def stretches(stream: BinaryIO) -> Iterator[Stretch]:
    """The records of a stream: each ends at its mark, or, where that is damaged, before the next one begins."""
    window = _Window(stream)
    number = 0
    while window.to_next():
        place, octets = window.place, window.record()
        if octets.strip(FILLER):
            number += 1
            yield Stretch(number, place, octets)


class _Window:
    """The part of a stream that is looked at: from the beginning of a record on."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.octets = b""
        self.place = 1
        self.ended = False

    def to_next(self) -> bool:
        """Go on to what is no filler; False at the end of the stream."""
        while True:
            bare = self.octets.lstrip(FILLER)
            self._drop(len(self.octets) - len(bare))
            if bare or self.ended:
                return bool(bare)
            self._read()

    def record(self) -> bytes:
        """Take the record at the beginning; of one that is too large, its first part."""
        searched = 0
        while (mark := self.octets.find(RECORD_END, searched)) < 0 and not self.ended and len(self.octets) <= LARGEST:
            searched = len(self.octets)
            self._read()
        while not self.ended and len(self.octets) < _length(self.octets) + 2 * LEADER:
            self._read()
        taken = self.octets[: _end(self.octets, mark)]
        self._drop(len(taken))
        if len(taken) > LARGEST and not taken.endswith(RECORD_END):
            self._skip()
        return taken

    def _skip(self) -> None:
        """Go on behind the next mark."""
        while (mark := self.octets.find(RECORD_END)) < 0 and not self.ended:
            self._drop(len(self.octets))
            self._read()
        self._drop(mark + 1 if mark >= 0 else len(self.octets))

    def _read(self) -> None:
        chunk = self.stream.read(CHUNK)
        self.octets += chunk
        self.ended = not chunk

    def _drop(self, count: int) -> None:
        self.octets = self.octets[count:]
        self.place += count


def _length(octets: bytes) -> int:
    """What a record says is its length."""
    return int(octets[:5]) if octets[:5].isdigit() else 0


def _end(octets: bytes, mark: int) -> int:
    """Where the first record ends, whose first mark is given, -1 if there is none."""
    length = _length(octets)
    if mark + 1 == length > 0:
        return length
    end = mark + 1 if mark >= 0 else len(octets)
    for found in BEGINNING.finditer(octets, 1, end):  # its own mark is missing, and another record begins
        if mark < 0 or _length(found[0]) == end - found.start():
            return found.start()
    if length > LEADER and octets[length - 1 : length] == RECORD_END and not begins(octets[mark + 1 : length]):
        return length  # a mark among the octets of a field
    return end


# --- fields in a record ---


def taken_apart(octets: bytes) -> Parts:
    """The record's parts; Damaged where its fields cannot be told apart for certain."""
    leader = octets[:LEADER]
    if not READABLE.match(octets):
        raise Damaged(f"no leader of a MARC 21 record, but {octets[:40]!r}")
    if not octets.endswith(RECORD_END):
        raise Damaged(f"the record breaks off after {len(octets):,} octets, without its mark")
    mended = []
    if _length(octets) != len(octets):
        mended.append(f"leader/00-04 says {_length(octets):,} octets, but there are {len(octets):,}")
    base = octets.find(FIELD_END) + 1
    if base == 0:
        raise Damaged("no field ends anywhere")
    if leader[12:17] != b"%05d" % base:
        mended.append(f"leader/12-16 says that data begin at {leader[12:17]!r}, but they do at {base}")
    entries = _directory(octets[LEADER : base - 1])
    body = octets[base:-1]
    fields = _as_directed(entries, body)
    if fields is None:
        fields = _as_marked(entries, body)
        mended.append("the directory says other places of fields than their marks")
    return Parts(leader, fields, mended)


def _directory(octets: bytes) -> list[tuple[str, int, int]]:
    """Tag, length and place of each field; a number that is none is -1."""
    if len(octets) % ENTRY or not octets:
        raise Damaged(f"a directory of {len(octets)} octets, which is no number of entries of {ENTRY}")
    entries = [octets[place : place + ENTRY] for place in range(0, len(octets), ENTRY)]
    return [(_tag(each[:3]), _number(each[3:7]), _number(each[7:])) for each in entries]


def _tag(octets: bytes) -> str:
    if not octets.isalnum():
        raise Damaged(f"the directory has the tag {octets!r}")
    return octets.decode("ascii")


def _number(octets: bytes) -> int:
    return int(octets) if octets.isdigit() else -1


def _as_directed(entries: Sequence[tuple[str, int, int]], body: bytes) -> list[tuple[str, bytes]] | None:
    """The fields where the directory says; None if one of them is not from mark to mark, or octets are left over."""
    fields = []
    for tag, length, place in entries:
        octets = body[place : place + length]
        whole = place >= 0 and length > 0 and octets.find(FIELD_END) == length - 1
        if not whole or (place > 0 and body[place - 1 : place] != FIELD_END):
            return None
        fields.append((tag, octets[:-1]))
    return fields if sum(length for _, length, _ in entries) == len(body) else None


def _as_marked(entries: Sequence[tuple[str, int, int]], body: bytes) -> list[tuple[str, bytes]]:
    """The fields from mark to mark, each with the tag of its turn; Damaged if there are more or fewer of them."""
    if not body.endswith(FIELD_END):
        raise Damaged("the last field has no mark, so it may be cut off")
    octets = body.removesuffix(FIELD_END).split(FIELD_END)
    if len(octets) != len(entries):
        raise Damaged(f"the directory has {len(entries)} fields, but marks part {len(octets)}")
    places = [place for _, _, place in entries]
    in_turn = entries if places == sorted(places) else sorted(entries, key=lambda entry: entry[2])
    return [(tag, field) for (tag, _, _), field in zip(in_turn, octets, strict=True)]
