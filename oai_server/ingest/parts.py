"""OAI-PMH responses as input: their parts parsed one by one, mended where that is safe, given up one by one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.cutting import Closed, Cutter, Opened, Part, pieces_of
from oai_server.ingest.normalise import FORBIDDEN

PARSER = etree.XMLParser(
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    encoding="utf-8",
)
DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is its beginning
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
AS_IT_IS = ("utf-8", "ascii")
NO_CHARACTER = "oai_server.no_character"  # what cannot be decoded becomes something that XML cannot hold
codecs.register_error(NO_CHARACTER, lambda error: ("\ud800", _end(error)))
CHARACTER = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));|[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
IDENTIFIER = re.compile(rb"<(?:[^\s/><:]+:)?identifier[^>]*>\s*([^<]{1,500}?)\s*<")
BARE = re.compile(rb"&(?!#[0-9]+;|#x[0-9A-Fa-f]+;|(?:amp|lt|gt|quot|apos);)")
RECORDS = ("record", "header")
EXCERPT = 40  # octets on each side


class UnknownEncoding(ValueError):
    """Bytes in an encoding that nobody can name."""


@dataclass(frozen=True, slots=True)
class Told:
    """A part that could be parsed; ``removed`` are the characters that had to go for it."""

    name: str
    element: Element
    line: int
    removed: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that could not, and why."""

    name: str
    line: int
    message: str
    identifier: str | None


def told(pieces: Iterable[bytes]) -> Iterator[Opened | Closed | Told | Broken]:
    """What a file or an answer says, part by part; UnknownEncoding for an encoding that is unknown."""
    for part in Cutter(as_utf8(pieces)).parts():
        if not isinstance(part, Part):
            yield part
            continue
        parsed = _parsed(part)
        inner = pieces_of(part) if isinstance(parsed, Broken) and part.name == "record" else [part]
        if len(inner) == 1:
            yield parsed
        else:
            yield from map(_parsed, inner)


def as_utf8(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes in UTF-8, whatever encoding a byte-order mark or the XML declaration names.

    What is no character there stays no character here, so that it costs its record and not the page.
    """
    stream = iter(pieces)
    first = b""
    while len(first) < 200 and (piece := next(stream, b"")):
        first += piece
    mark = next((mark for mark in BOMS if first.startswith(mark)), b"")
    declared = DECLARED.match(first)
    name = BOMS.get(mark) or (declared[1].decode() if declared else "utf-8")
    try:
        b" ".decode(name, "replace")  # unlike lookup, this knows which codecs are for text
        codec = codecs.lookup(name)
    except (LookupError, UnicodeError):
        raise UnknownEncoding(f"the encoding {name!a:.40} is unknown") from None
    if codec.name in AS_IT_IS:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from stream
        return
    decoder = codec.incrementaldecoder(NO_CHARACTER)
    for piece in chain([first], stream):
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", True).encode("utf-8", "surrogatepass")


def _end(error: UnicodeError) -> int:
    assert isinstance(error, UnicodeDecodeError)
    return error.end


def _parsed(part: Part) -> Told | Broken:
    if part.complaint and part.name in RECORDS:
        return _broken(part, part.complaint)
    try:
        return Told(part.name, _element(part, part.xml), part.line)
    except etree.XMLSyntaxError as error:
        mended, removed = without_forbidden(part.xml)
        if part.name not in RECORDS:
            mended = BARE.sub(b"&amp;", mended)  # in a token it can mean nothing else, and without it there is no list
        try:
            return Told(part.name, _element(part, mended), part.line, removed)
        except etree.XMLSyntaxError as again:
            return _broken(part, _message(again if removed else error), *(again if removed else error).position)


def _element(part: Part, xml: bytes) -> Element:
    return etree.fromstring(_opening(part) + xml + b"</_>", PARSER)[0]


def _opening(part: Part) -> bytes:
    return b"<_%s>" % part.declarations


def _broken(part: Part, message: str, line: int = 1, column: int = 1) -> Broken:
    """What is wrong with a part, with the text around the place."""
    named = IDENTIFIER.search(part.xml)
    identifier = named[1].decode("utf-8", "replace") if named else None
    lines = part.xml.split(b"\n", line)
    line = min(line, len(lines))
    start = max(column - (len(_opening(part)) if line == 1 else 0) - EXCERPT, 0)
    excerpt = lines[line - 1][start : start + 2 * EXCERPT].strip().decode("utf-8", "backslashreplace")
    return Broken(part.name, part.line + line - 1, f"{message}: {excerpt!a:.120}", identifier)


def _message(error: etree.XMLSyntaxError) -> str:
    return str(error.msg).partition(", line ")[0]


def without_forbidden(data: bytes) -> tuple[bytes, str]:
    """The bytes without the characters that XML forbids, also where they are written as references; which they were."""
    removed: list[str] = []

    def judge(found: re.Match[bytes]) -> bytes:
        number = int(found[1], 16) if found[1] else int(found[2]) if found[2] else ord(found[0].decode())
        if number > 0x10FFFF or not FORBIDDEN.match(chr(number)):
            return found[0]
        removed.append(chr(number))
        return b""

    return CHARACTER.sub(judge, data), "".join(removed)
