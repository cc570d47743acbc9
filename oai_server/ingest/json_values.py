"""JSON values out of a stream, one after the other: documents, lines, or the elements of one long array.

All items of a repository in one array do not fit in memory, and a comma too many in one of them is no reason to lose
the others: so values are found by their brackets, and each is parsed by itself.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any, BinaryIO, NoReturn, cast

LARGEST = 50_000_000  # bytes of one value
PIECE = 1 << 20
LONGEST_NUMBER = 100  # digits; Python itself refuses only thousands
HEAD = 200  # bytes that are kept of what is too large, and shown of what is broken

# The next bracket that is in no string, or a quote whose string does not end on its line. Possessive, because what does
# not match would be tried in ever so many ways.
TOKEN = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\\n]++|\\.)*+")*+(["{}\[\]])', re.DOTALL)
OPENING, CLOSING = (b"{", b"["), (b"}", b"]")
BETWEEN = b" \t\r\n,"
FOREIGN = {  # longest first: the mark of UTF-32 begins as that of UTF-16 does
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class NotJSON(ValueError):
    """A text that is no JSON (RFC 8259); the message says why and where."""


def parsed(text: bytes, hook: Callable[[list[tuple[str, Any]]], Any] | None = None, strict: bool = True) -> Any:
    """What a text says; NotJSON where it says nothing. Not strict: control characters in strings are let through."""
    try:
        return json.loads(
            text.decode(), object_pairs_hook=hook, parse_int=_whole, parse_constant=_no_number, strict=strict
        )
    except UnicodeDecodeError as error:
        near = text[max(0, error.start - 20) : error.start + 20]
        raise NotJSON(f"not UTF-8: {error.reason} at octet {error.start + 1}, near {near!r}") from None
    except json.JSONDecodeError as error:
        near_text = error.doc[max(0, error.pos - 20) : error.pos + 20]
        raise NotJSON(f"not JSON: {error.msg} at character {error.pos + 1}, near {near_text!a}") from None
    except RecursionError:
        raise NotJSON("not JSON that can be read: nested too deeply") from None


def _no_number(name: str) -> NoReturn:
    raise NotJSON(f"not JSON: {name} is no number")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise NotJSON(f"a number of {len(digits):,} digits")
    return int(digits)


def foreign_encoding(head: bytes) -> str | None:
    """The name of the encoding that a byte-order mark tells, None for UTF-8."""
    return next((name for mark, name in FOREIGN.items() if head.startswith(mark)), None)


@dataclass(frozen=True, slots=True)
class Found:
    """A value as it stands, and the line it begins in; of one that is not whole only the beginning."""

    text: bytes
    line: int
    whole: bool = True


def values(stream: BinaryIO) -> Iterator[Found]:
    """The objects of a stream, those in a top-level array too, and whatever else stands where one should."""
    scanner = _Scanner(stream)
    open_: list[bytes] = []  # the brackets around
    while token := scanner.next():
        mark = token[1]
        if mark == b"{" and open_ and scanner.starts_anew(token.start(1), open_[-1]):
            yield scanner.take(token.start(1))
            open_ = [mark]
        elif mark in OPENING and (open_ or mark == b"{"):
            if not open_:
                yield from _junk(scanner.take(token.start(1)))
            open_.append(mark)
        elif mark in CLOSING and open_:
            open_.pop()
            if not open_:
                yield scanner.take(token.end())
        elif mark in (b"[", b"]"):
            yield from _junk(scanner.take(token.start(1)))
            scanner.take(token.end())
    yield from _junk(scanner.take(None))


def _junk(found: Found) -> Iterator[Found]:
    text = found.text.removeprefix(codecs.BOM_UTF8) if found.line == 1 else found.text
    if rest := text.strip(BETWEEN):
        yield Found(rest, found.line + text[: text.index(rest[:1])].count(b"\n"), found.whole)


class _Scanner:
    """A buffer over a stream: what has been taken is forgotten, what grows too large is kept by its head only."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = cast(BufferedIOBase, stream)
        self._buffer = bytearray()
        self._at = 0  # where the current value begins
        self._next = 0  # where to look for the next token
        self._line = 1  # of the current value
        self._more_lines = 0  # of the part of it that is not kept
        self._head: bytes | None = None  # of a value that is too large
        self._ended = False
        self._bent = False  # a string in it does not end on its line

    def next(self) -> re.Match[bytes] | None:
        """The next bracket or lone quote, None at the end."""
        while True:
            found = TOKEN.match(self._buffer, self._next)
            if found and (found[1] != b'"' or self._ends_in(found.start(1))):
                self._next = found.end()
                self._bent = self._bent or found[1] == b'"'
                return found
            if self._ended or len(self._buffer) - self._next > LARGEST:
                self._next = len(self._buffer)
            if not self._read():
                if self._ended:
                    return None
                self._ended = True

    def starts_anew(self, place: int, around: bytes) -> bool:
        """Whether a brace inside of a value begins another one: at the start of a line, where none can be."""
        if self._buffer[place - 1 : place] != b"\n" or place <= self._at:
            return False
        before = bytes(self._buffer[max(self._at, place - HEAD) : place]).rstrip()[-1:]
        return self._bent or before not in ((b":",) if around == b"{" else (b"[", b","))

    def take(self, end: int | None) -> Found:
        """The current value up to there; the next one begins there."""
        end = len(self._buffer) if end is None else end
        text = bytes(self._buffer[self._at : end]) if self._head is None else self._head
        found = Found(text, self._line, self._head is None)
        self._line += self._more_lines + self._buffer.count(b"\n", self._at, end)
        self._at, self._next = end, max(self._next, end)
        self._more_lines, self._head, self._bent = 0, None, False
        return found

    def _ends_in(self, place: int) -> bool:
        """Whether it is sure that a quote opens no string that goes on in what is still to be read."""
        return self._ended or len(self._buffer) - place > LARGEST or self._buffer.find(b"\n", place) >= 0

    def _read(self) -> bool:
        if self._next - self._at > LARGEST:
            self._head = self._head or bytes(self._buffer[self._at : self._at + HEAD])
            self._more_lines += self._buffer.count(b"\n", self._at, self._next)
            self._at = self._next
        del self._buffer[: self._at]
        self._next -= self._at
        self._at = 0
        piece = self._stream.read1(PIECE)  # what there is: of a file that is cut off, everything before the cut
        self._buffer += piece
        return bool(piece)
