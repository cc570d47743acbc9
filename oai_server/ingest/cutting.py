"""An OAI-PMH response cut into its parts as it comes in, so that what is broken costs one part and no more.

An XML parser stops at the first character that XML forbids, and the rest of the page with it. Here the tags of the
envelope are found in the bytes; what is between them, one record or header or set, is parsed on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

LARGEST = 50_000_000  # bytes of one part
LONGEST_TAG = 65_536

LISTS = "Identify ListMetadataFormats ListSets ListIdentifiers ListRecords GetRecord"
ENVELOPES = frozenset(f"OAI-PMH Response {LISTS}".split())  # Response is the root in metha's cache
# The parts, and which element they stand in; None: in any, as records are kept in other wrappers too.
WHERE: dict[str, set[str] | None] = {
    "responseDate": {"OAI-PMH", "Response"},
    "request": {"OAI-PMH", "Response"},
    "error": {"OAI-PMH", "Response"},
    "Identify": {"OAI-PMH", "Response"},
    "metadataFormat": {"ListMetadataFormats"},
    "set": {"ListSets"},
    "header": {"ListIdentifiers"},
    "resumptionToken": set(LISTS.split()),
    "record": None,
}

TOKEN = re.compile(rb"<(?:(?P<skip>!--|!\[CDATA\[|\?|!DOCTYPE)|(?P<end>/?)(?P<name>[A-Za-z_:][^\s/><]*))")
TAG = re.compile(rb"""[^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+)*+>""")  # the rest of a tag after its name
DECLARATION = re.compile(rb"""\s(xmlns(?::[^\s=]+)?)\s*=\s*("[^"<]*"|'[^'<]*')""")
ENDS = {
    mark: re.compile(end)
    for mark, end in {b"!--": b"-->", b"![CDATA[": rb"\]\]>", b"?": rb"\?>", b"!DOCTYPE": b">"}.items()
}
END_OF_SUBSET = re.compile(rb"\]\s*>")
HEADER = rb"[^>]*>\s*<(?:[^\s/><:]+:)?header[\s/>]"


@dataclass(frozen=True, slots=True)
class Opened:
    """The start of an element that only holds others."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of an element that only holds others."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it came: name, bytes, the line it starts in, the namespace declarations around it.

    ``complaint`` says why it is not the whole part.
    """

    name: str
    xml: bytes
    line: int
    declarations: bytes
    complaint: str | None = None


class Cutter:
    """The parts of one file or answer, in which there may be several responses."""

    def __init__(self, pieces: Iterable[bytes], line: int = 1, declarations: bytes = b"") -> None:
        """``line`` is the number of the first line, ``declarations`` what is declared around it."""
        self._pieces = iter(pieces)
        self._buffer = bytearray()
        self._at = 0  # how far the buffer is used up
        self._line = line
        self._open: list[tuple[bytes, str, dict[bytes, bytes]]] = []  # name as written, local name, declarations
        self._around = declarations

    def parts(self) -> Iterator[Opened | Closed | Part]:
        """What the bytes hold, in order; what is between the tags that we know is passed over."""
        while token := self._next():
            written, end = token["name"], self._end_of_tag(token.end())
            name = local(written)
            if token["end"]:
                yield from self._close(written)
            elif self._is_part(name):
                yield self._part(written, name, end)
                continue
            else:
                yield from self._enter(written, name, bytes(self._buffer[self._at : end]))
            self._use(end)

    @property
    def line(self) -> int:
        """The line in which the cutter is."""
        return self._line

    def _is_part(self, name: str) -> bool:
        places = WHERE.get(name, set())
        return places is None or (bool(self._open) and self._open[-1][1] in places)

    def _next(self) -> re.Match[bytes] | None:
        """The next tag, where the cutter now stands; comments and the like before it are passed over."""
        while True:
            del self._buffer[: self._at]
            self._at = 0
            token = self._find(TOKEN)
            if token is None:
                return None
            self._use(token.start())
            if not token["skip"]:
                return token
            self._use(self._end_of_aside(token["skip"], token.end()))

    def _enter(self, written: bytes, name: str, tag: bytes) -> Iterator[Opened | Closed]:
        if name in ENVELOPES:
            yield Opened(name, self._line)
        if not tag.endswith(b"/>"):
            self._open.append((written, name, declared(tag)))
        elif name in ENVELOPES:
            yield Closed(name, self._line)

    def _close(self, written: bytes) -> Iterator[Closed]:
        """The ends of what an end tag ends: also of what should have been ended before."""
        if any(each[0] == written for each in self._open):
            while self._open:
                name = self._open.pop()
                if name[1] in ENVELOPES:
                    yield Closed(name[1], self._line)
                if name[0] == written:
                    break

    def _part(self, written: bytes, name: str, end: int) -> Part:
        """The part that starts here, to its own end tag, or to where the list ends without it."""
        line, declarations = self._line, self._declarations()
        depth, complaint = 0 if self._buffer[end - 2 : end] == b"/>" else 1, None
        within = _inside(written, tuple(each[0] for each in self._open if each[1] in ENVELOPES))
        while depth:
            token = self._find(within, end)
            if token is None:
                complaint = "cut off" if len(self._buffer) - self._at < LARGEST else f"more than {LARGEST:,} bytes"
                end = len(self._buffer)
                break
            if token["envelope"]:
                complaint, end = f"the end tag of {name} is missing", token.start()
                break
            if token["skip"]:
                end = self._end_of_aside(token["skip"], token.end())
                continue
            end = self._end_of_tag(token.end())
            if token["end"]:
                depth -= 1
            elif self._buffer[end - 2 : end] != b"/>":
                depth += 1
        xml = bytes(self._buffer[self._at : end])
        self._use(end)
        return Part(name, xml, line, declarations, complaint)

    def _declarations(self) -> bytes:
        found: dict[bytes, bytes] = {}
        for _, _, each in self._open:
            found |= each
        return self._around + b"".join(b" %s=%s" % pair for pair in found.items())

    # --- the buffer ---

    def _find(self, pattern: re.Pattern[bytes], start: int | None = None) -> re.Match[bytes] | None:
        """The next match, reading on as needed; None at the end, or where a part would be larger than any may be.

        A match at the very end of the buffer may be half a name, so it counts only when nothing follows.
        """
        at = self._at if start is None else start
        while True:
            found = pattern.search(self._buffer, at)
            if found and found.end() < len(self._buffer):
                return found
            if not found:
                at = max(at, len(self._buffer) - LONGEST_TAG)
                if start is None:
                    at = self._forget(at)
            if len(self._buffer) - self._at > LARGEST or not self._more():
                return found

    def _forget(self, end: int) -> int:
        """Drop text between parts, in which there is no tag; the place that is now the first."""
        self._use(end)
        del self._buffer[:end]
        self._at = 0
        return 0

    def _end_of_tag(self, start: int) -> int:
        """Behind the tag's closing bracket; where a quote is never closed, behind the first bracket there is."""
        while True:
            found = TAG.match(self._buffer, start)
            if found:
                return found.end()
            if len(self._buffer) - start > LONGEST_TAG or not self._more():
                bracket = self._buffer.find(b">", start)
                return len(self._buffer) if bracket < 0 else bracket + 1

    def _end_of_aside(self, kind: bytes, start: int) -> int:
        """Behind a comment, a CDATA section or the like; at the end of what may be looked at, where it has no end."""
        end = self._end_of(ENDS[kind], start)
        if kind == b"!DOCTYPE" and b"[" in self._buffer[start:end]:
            end = self._end_of(END_OF_SUBSET, start)
        return end

    def _end_of(self, mark: re.Pattern[bytes], start: int) -> int:
        at = start
        while True:
            found = mark.search(self._buffer, at)
            if found:
                return found.end()
            at = max(start, len(self._buffer) - LONGEST_TAG)
            if len(self._buffer) - self._at > LARGEST or not self._more():
                return len(self._buffer)

    def _more(self) -> bool:
        piece = next(self._pieces, b"")
        self._buffer += piece
        return bool(piece)

    def _use(self, end: int) -> None:
        self._line += self._buffer.count(b"\n", self._at, end)
        self._at = end


def local(written: bytes) -> str:
    """The name without its prefix."""
    return written.rpartition(b":")[2].decode("ascii", "replace")


def declared(tag: bytes) -> dict[bytes, bytes]:
    """The namespace declarations of a start tag, quotes included."""
    return dict(DECLARATION.findall(tag))


def pieces_of(record: Part) -> list[Part]:
    """A record that cannot be parsed, parted where another record starts inside it: that one's end tag was lost."""
    written = re.match(rb"<([^\s/>]+)", record.xml)
    name = written[1] if written else b"record"
    starts = [found.start() for found in re.finditer(rb"<" + re.escape(name) + HEADER, record.xml)]
    cuts = [0, *(start for start in starts if start), len(record.xml)]
    if len(cuts) == 2:
        return [record]
    found = []
    for start, end in pairwise(cuts):
        line = record.line + record.xml.count(b"\n", 0, start)
        inner = Cutter([record.xml[start:end]], line, record.declarations)
        found += [each for each in inner.parts() if isinstance(each, Part)][:1]
    return found


@cache
def _inside(written: bytes, around: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """What matters inside of a part: its own name again, what hides tags, and the end of what is around it."""
    name, ends = re.escape(written), b"|".join(map(re.escape, around)) or b"(?!)"
    return re.compile(
        rb"<(?:(?P<skip>!--|!\[CDATA\[|\?)|(?P<end>/?)"
        + name
        + rb"(?=[\s/>])|(?P<envelope>/(?:"
        + ends
        + rb")(?=[\s>])))"
    )
