"""A BibTeX file cut into its blocks, one in memory at a time, and the values in them put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block as Parsed

# A block begins where an @ with a word and a bracket begins a line: the same that bibtexparser recovers at.
START = re.compile(rb"[ \t]*@\w*[ \t]*[{(]")
LARGEST = 4_000_000  # bytes of one block
LINE = 65_536  # bytes that are read at once
BARE = re.compile(r'[^\s#{}",]+')
MARKS = re.compile(r'\\.|[{}"]', re.DOTALL)
JOINT = re.compile(r"\s*(?:#\s*|$)")

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


@dataclass(frozen=True, slots=True)
class Block:
    """From the beginning of one block to that of the next; ``line`` counts from 1. None for one that is too large."""

    data: bytes | None
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """A value: its text, the names in it that nothing defines, and what follows it that should not."""

    text: str
    unknown: list[str]
    rest: str = ""


@dataclass(slots=True)
class Strings:
    """What @string defines, by name in lower case, on top of the months that every style knows."""

    known: dict[str, str]

    def define(self, name: str, raw: str) -> None:
        """Later ones win."""
        self.known[name.lower()] = self.value(raw).text

    def value(self, raw: str) -> Text:
        """The text of a value as it is written: ``{a} # "b" # jan``."""
        parts, unknown, place = [], [], 0
        while place < len(raw):
            piece, bare, end = _piece(raw, place)
            if bare and not piece.isdecimal() and piece.lower() not in self.known:
                unknown.append(piece)
            parts.append(self.known.get(piece.lower(), piece) if bare else piece)
            if not (joint := JOINT.match(raw, end)):
                return Text("".join(parts), unknown, raw[end:].strip())
            place = joint.end()
        return Text("".join(parts), unknown)


def no_strings() -> Strings:
    """The months alone."""
    return Strings({name: name for name in MONTHS})


def blocks(stream: BinaryIO) -> Iterator[Block]:
    """The blocks of a file, with whatever stands before the first as one of its own."""
    parts: list[bytes] = []
    size, line, start = 0, 1, 1
    fresh = True  # at the beginning of a line
    while piece := stream.readline(LINE):
        if fresh and START.match(piece) and size:
            yield _block(parts, size, start)
            parts, size, start = [], 0, line
        size += len(piece)
        if size <= LARGEST:
            parts.append(piece)
        fresh = piece.endswith(b"\n")
        line += fresh
    if size:
        yield _block(parts, size, start)


def _block(parts: list[bytes], size: int, line: int) -> Block:
    return Block(b"".join(parts) if size <= LARGEST else None, line)


def parsed(text: str) -> list[Parsed]:
    """What bibtexparser finds in the text of a block, values as they are written."""
    return list(parse_string(text, parse_stack=[]).blocks)


def _piece(raw: str, place: int) -> tuple[str, bool, int]:
    """One of the parts that # joins, whether it is bare, a number or the name of a string, and where it ends."""
    if raw[place] in '{"':
        end = _end(raw, place)
        return raw[place + 1 : end], False, min(end + 1, len(raw))
    word = BARE.match(raw, place)
    return (word[0], True, word.end()) if word else ("", False, place + 1)


def _end(raw: str, start: int) -> int:
    """Where the brace or quote at ``start`` is closed; the end of the text where it is not."""
    closing, level = "}" if raw[start] == "{" else '"', 0
    for mark in MARKS.finditer(raw, start + 1):
        if mark[0] == closing and level == 0:
            return mark.start()
        level += (mark[0] == "{") - (mark[0] == "}")
    return len(raw)


def inherited(child: Mapping[str, str], parent: Mapping[str, str]) -> dict[str, str]:
    """An entry with what it does not say itself taken from the one that it names by crossref."""
    taken = {name: value for name, value in parent.items() if name in HANDED_DOWN}
    title = parent.get("booktitle") or parent.get("title")
    if title:
        taken["booktitle"] = title
    return {**taken, **child}


HANDED_DOWN = frozenset(
    """address date day edition editor eventdate eventtitle isbn issn journal journaltitle location month number
    organization publisher series venue volume year""".split()
)
