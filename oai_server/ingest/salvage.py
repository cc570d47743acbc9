"""Records cut out of bytes that are not well-formed XML, so that what is broken costs one record and no more."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BufferedReader

from oai_server.ingest.normalise import FORBIDDEN

CHUNK = 1 << 16
LONGEST_TAG = 1 << 16
LONGEST_COMMENT = 1 << 20
LARGEST = 1 << 25  # octets of one record
DEEPEST_WRAPPERS = 256
DEEPEST = 8  # elements of the same name in each other
UNENDED = "a comment or CDATA section has no end"
MISSING = "its end tag is missing"

BOMS = {  # the longer before those that they begin with
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
ENCODING = re.compile(rb"""^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.:-]*)["']""")
TOKEN = re.compile(rb"<(?:(?P<skip>!--|!\[CDATA\[|\?|!DOCTYPE)|(?P<end>/?)(?P<name>[A-Za-z_\x80-\xff][^\s/><]*))")
REST = re.compile(rb"""[^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*)*>""")  # of a tag, after its name
DECLARATION = re.compile(rb"""\sxmlns(?::([^\s=]+))?\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
ENDS = {b"!--": b"-->", b"![CDATA[": b"]]>", b"?": b"?>", b"!DOCTYPE": b">"}
CHARACTER = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));|[\x00-\x08\x0b\x0c\x0e-\x1f]")
AMPERSAND = re.compile(rb"&(?!#[0-9]+;|#x[0-9A-Fa-f]+;|[A-Za-z_:][\w.:-]*;)")


@dataclass(frozen=True, slots=True)
class Cut:
    """A record's bytes, in UTF-8: the line it starts in, the declarations around it, whether it is the whole document.

    ``shorter`` is where the same element starts again inside of it: there the record ends if its end tag was lost.
    """

    data: bytes
    line: int
    declarations: bytes
    root: bool
    shorter: int | None = None
    complaint: str | None = None

    @property
    def wrapped(self) -> bytes:
        """The record with its declarations around it, in one line with its start."""
        return b"<wrapper%s>%s</wrapper>" % (self.declarations, self.data)


def encoding_of(head: bytes) -> str:
    """The encoding that a file's beginning declares, UTF-8 where it declares none (XML 1.0, appendix F)."""
    for mark, name in BOMS.items():
        if head.startswith(mark):
            return name
    declared = ENCODING.match(head)
    return declared[1].decode("ascii") if declared else "utf-8"


def decoded_head(head: bytes) -> str:
    """A file's beginning as text, as well as it can be read."""
    try:
        return head.decode(encoding_of(head), "replace").lstrip("\ufeff")
    except LookupError:
        return head.decode("latin-1")


def without_forbidden(data: bytes) -> tuple[bytes, str]:
    """The bytes without the characters and references that XML forbids, and those that were removed."""
    removed: list[str] = []

    def judge(found: re.Match[bytes]) -> bytes:
        number = int(found[1], 16) if found[1] else int(found[2] or found[0][0])
        if number <= 0x10FFFF and not FORBIDDEN.match(chr(number)):
            return found[0]
        removed.append(chr(min(number, 0xFFFF)))
        return b""

    return CHARACTER.sub(judge, data), "".join(removed)


def with_ampersands(data: bytes) -> tuple[bytes, int]:
    """The bytes with every bare ampersand written as XML wants it, and how many there were; CDATA stays as it is."""
    return (data, 0) if b"<![CDATA[" in data else AMPERSAND.subn(b"&amp;", data)


@dataclass
class Salvage:
    """Cuts the records out of a stream; ``is_record`` tells a record's element by its Clark name."""

    stream: BufferedReader
    is_record: Callable[[str], bool]
    line: int = 1
    _buffer: bytearray = field(default_factory=bytearray)
    _at: int = 0  # how far the buffer is used up
    _gone: int = 0  # octets before the buffer
    _absent: dict[bytes, int] = field(default_factory=dict)  # up to which octet such a mark is known not to come
    _around: list[tuple[bytes, dict[bytes, bytes]]] = field(default_factory=list)  # name, all declared so far
    _decode: Callable[[bytes, bool], str] | None = None

    def cuts(self) -> Iterator[Cut]:
        """Every record in order; LookupError for a declared encoding that nobody knows."""
        self._more()
        encoding = codecs.lookup(encoding_of(bytes(self._buffer[:1000])))
        if encoding.name not in ("utf-8", "utf-8-sig", "ascii"):
            raw, self._buffer = bytes(self._buffer), bytearray()
            self._decode = codecs.getincrementaldecoder(encoding.name)(UNDECODABLE).decode
            self._buffer += self._decode(raw, False).encode()
        while token := self._find(TOKEN, self._at):
            skip, ends, name, length = token["skip"], token["end"], token["name"], len(token[0])
            self._use(token.start())  # after this the token's own places may be others
            if skip:
                self._skip(skip, self._at + length)
                continue
            end = self._end_of_tag(self._at + length)
            tag = bytes(self._buffer[self._at : end])
            if ends:
                self._close(name)
            elif self.is_record(self._clark(name, tag)):
                yield self._cut(name, end)
                continue
            elif not tag.endswith(b"/>") and len(self._around) < DEEPEST_WRAPPERS:
                self._around.append((name, self._known() | _declared(tag)))
            self._use(end)

    def shortened(self, cut: Cut) -> Cut:
        """The cut up to where its element starts again, from where reading goes on."""
        unread = cut.data[cut.shorter :]
        self._gone += self._at - len(unread)
        self._buffer[: self._at] = unread
        self._at = 0
        self.line -= unread.count(b"\n")
        return Cut(cut.data[: cut.shorter], cut.line, cut.declarations, cut.root, None, MISSING)

    def _cut(self, name: bytes, start: int) -> Cut:
        """From a record's start tag, which ends at ``start``, to its own end tag."""
        line, root = self.line, not self._around
        depth, end, again, complaint = 1, start, None, None
        if self._buffer[start - 2 : start] == b"/>":
            depth = 0
        while depth:
            token = self._find(_named(name), end)
            if token is None:
                complaint, end = self._cut_off(), len(self._buffer)
                break
            if token["skip"]:
                behind = self._end_of(ENDS[token["skip"]], token.end())
                if behind is None:
                    complaint, end = UNENDED, token.end()
                    break
                end = behind
                continue
            end = self._end_of_tag(token.end())
            if token["end"]:
                depth -= 1
            elif self._buffer[end - 2 : end] != b"/>":
                again = again or token.start()
                depth += 1
                if depth > DEEPEST:
                    complaint = MISSING
                    break
        data = bytes(self._buffer[self._at : end])
        shorter = again - self._at if again else self._next_start(name, data)
        self._use(end)
        return Cut(data, line, self._declarations(), root, shorter, complaint)

    def _cut_off(self) -> str:
        return "cut off" if len(self._buffer) - self._at < LARGEST else f"more than {LARGEST:,} octets"

    @staticmethod
    def _next_start(name: bytes, data: bytes) -> int | None:
        """Where the same element starts again, even in what seems to be a comment."""
        found = re.compile(rb"<" + re.escape(name) + rb"[\s/>]").search(data, 1)
        return found.start() if found else None

    def _known(self) -> dict[bytes, bytes]:
        """The namespaces that are declared here, by prefix."""
        return self._around[-1][1] if self._around else {}

    def _clark(self, name: bytes, tag: bytes) -> str:
        prefix, _, local = name.rpartition(b":")
        namespace = _declared(tag).get(prefix, self._known().get(prefix, b""))
        text = local.decode("utf-8", "replace")
        return f"{{{namespace.decode('utf-8', 'replace')}}}{text}" if namespace else text

    def _declarations(self) -> bytes:
        told = ((b":" + prefix if prefix else b"", value) for prefix, value in self._known().items())
        return b"".join(b' xmlns%s="%s"' % (name, value.replace(b'"', b"&quot;")) for name, value in told)

    def _close(self, name: bytes) -> None:
        """Close an element around, and with it what should have been closed before."""
        place = next((n for n in range(len(self._around) - 1, -1, -1) if self._around[n][0] == name), None)
        if place is not None:
            del self._around[place:]

    # --- the buffer ---

    def _find(self, pattern: re.Pattern[bytes], at: int) -> re.Match[bytes] | None:
        """The next match that cannot go on behind the buffer's end; None where there is none."""
        outside = at == self._at
        while True:
            found = pattern.search(self._buffer, at)
            if found and found.end() < len(self._buffer):
                return found
            at = found.start() if found else max(at, len(self._buffer) - LONGEST_TAG)
            if outside:
                self._use(at)
                at = self._at
            if len(self._buffer) - self._at > LARGEST or not self._more():
                return found

    def _end_of_tag(self, start: int) -> int:
        """Behind the tag's bracket; where the next tag starts before that, behind the first bracket there is."""
        while True:
            if found := REST.match(self._buffer, start):
                return found.end()
            following = self._buffer.find(b"<", start)
            if following >= 0 or len(self._buffer) - start > LONGEST_TAG or not self._more():
                limit = following if following >= 0 else len(self._buffer)
                bracket = self._buffer.find(b">", start, limit)
                return limit if bracket < 0 else bracket + 1

    def _end_of(self, mark: bytes, start: int) -> int | None:
        """Behind a comment's end or the like; None where it has none as far as one looks."""
        at = max(start, self._absent.get(mark, 0) - self._gone)
        while (found := self._buffer.find(mark, at)) < 0:
            at = max(start, len(self._buffer) - len(mark))
            self._absent[mark] = self._gone + at  # or a thousand comments without an end would take a thousand looks
            if len(self._buffer) - start > LONGEST_COMMENT or not self._more():
                return None
        return found + len(mark)

    def _skip(self, kind: bytes, start: int) -> None:
        """Pass over a comment or the like; over its mark alone where it has no end."""
        end = self._end_of(ENDS[kind], start)
        if end and kind == b"!DOCTYPE" and b"[" in self._buffer[start:end]:
            end = self._end_of(b"]>", start)
        self._use(end or start)

    def _more(self) -> bool:
        piece = self.stream.read1(CHUNK)
        self._buffer += self._decode(piece, not piece).encode() if self._decode else piece
        return bool(piece)

    def _use(self, end: int) -> None:
        self.line += self._buffer.count(b"\n", self._at, end)
        self._at = end
        if self._at > LONGEST_TAG:
            del self._buffer[: self._at]
            self._gone += self._at
            self._at = 0


def _declared(tag: bytes) -> dict[bytes, bytes]:
    """The namespaces that a start tag declares, by prefix."""
    return {prefix: double or single for prefix, double, single in DECLARATION.findall(tag)}


@cache
def _named(name: bytes) -> re.Pattern[bytes]:
    """What matters inside of an element: its own name, and what hides tags."""
    return re.compile(rb"<(?:(?P<skip>!--|!\[CDATA\[|\?)|(?P<end>/?)" + re.escape(name) + rb"(?=[\s/>]))")


# What an encoding has no character for becomes one that XML forbids: it costs the record that it stands in.
UNDECODABLE = "oai_server.undecodable"
codecs.register_error(UNDECODABLE, lambda error: ("\uffff", getattr(error, "end", 0)))
