"""Recorded OAI-PMH responses: files, folders and archives of them, pages in numbered files, harvesters' caches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from oai_server.ingest.cutting import Opened
from oai_server.ingest.expanding import Unreadable
from oai_server.ingest.opening import Member, members
from oai_server.ingest.parts import UnknownEncoding, as_utf8, told
from oai_server.ingest.records import Place
from oai_server.ingest.responses import ROOTS, Response
from oai_server.ingest.source import SourceError
from oai_server.model import Degree, Fault, Reading, Set

CHUNK = 1 << 18
BEGINNING = 1 << 15
LOOKED_AT = 40  # files of a folder

# The root, alone or with what metha writes behind it.
RESPONSE = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?OAI-PMH[\s>]|<Response>\s*<responseDate>")
HTML = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
RECORD = re.compile(
    rb"""\A[^<]*(?:<[?!][^>]*>\s*)*<(?:\w+:)?record\s[^>]*=["']http://www\.openarchives\.org/OAI/2\.0/["']"""
)
MARKUP = re.compile(rb"\s*<")
SAYS_NOTHING = ("noRecordsMatch", "noSetHierarchy", "noMetadataFormats")  # nothing is lost with these (section 3.6)


def holds_responses(location: Path) -> bool:
    """Whether more than half of the XML that comes first is responses, or records out of them."""
    responses = others = 0
    try:
        for each in islice(members(location), LOOKED_AT):
            is_response = _is_response(each) if isinstance(each, Member) else None
            responses += is_response is True
            others += is_response is False
    except SourceError:
        return False
    return responses > others


def recorded(location: Path) -> Iterator[Reading | Fault | Set]:
    """What the recordings say, file after file."""
    found = False
    for member in members(location):
        found = True
        if isinstance(member, Fault):
            yield member
        else:
            yield from _file(member)
    if not found:
        raise SourceError(f"{location} holds no files")


def _file(member: Member) -> Iterator[Reading | Fault | Set]:
    try:
        if not MARKUP.match(_beginning(member)) and ".xml" not in member.name.lower():
            yield Fault("noted", "section 3.2", "not read: it is no XML", member.path)
            return
        yield from _responses(member)
    except (Unreadable, UnknownEncoding) as error:
        yield Fault("refused", "section 3.2", f"cannot be read: {error}", member.path)


def _responses(member: Member) -> Iterator[Reading | Fault | Set]:
    """The responses of a file, one or several."""
    response = Response(Place(member.path))
    for part in told(_pieces(member)):
        if isinstance(part, Opened) and part.name in ROOTS and response.root:
            yield from _ended(response)
            response = Response(Place(member.path))
        yield from response.hear(part)
    yield from _ended(response)


def _ended(response: Response) -> Iterator[Fault]:
    """What is to be said of a response as a whole."""
    for code, text, line in response.errors:
        degree: Degree = "noted" if code in SAYS_NOTHING else "refused"
        message = f"the recorded answer is an error: {code or 'without a code'}: {text!a:.120}"
        yield response.fault(degree, "section 3.6", message, line)
    if response.bare:
        counted = f"{response.bare:,} {'header' if response.bare == 1 else 'headers'}"
        yield response.fault("noted", "section 4.3", f"{counted} without metadata: existing, but nothing to take in")
    if not response.root and not response.parts:
        yield response.fault("refused", "section 3.2", "this is no OAI-PMH response")
    elif response.root and not response.whole:
        yield response.fault("refused", "section 3.2", "the response is cut off: what followed is not here")


def _is_response(member: Member) -> bool | None:
    """Whether a file begins like a response, or like a record out of one; None for what is no XML at all."""
    try:
        beginning = _beginning(member)
    except (Unreadable, UnknownEncoding):
        return None
    if RESPONSE.search(beginning):
        return True
    if HTML.match(beginning):
        return None
    return bool(RECORD.search(beginning)) if MARKUP.match(beginning) else None


def _beginning(member: Member) -> bytes:
    """The first bytes, in UTF-8."""
    with member.open() as stream:
        return b"".join(as_utf8([stream.read(BEGINNING)]))


def _pieces(member: Member) -> Iterator[bytes]:
    with member.open() as stream:
        while piece := stream.read(CHUNK):
            yield piece
