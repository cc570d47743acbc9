"""Metadata records as XML: one a file or many in wrappers of any shape, in files, folders, zips and tars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.envelope import OAI, Envelope, envelope_of
from oai_server.ingest.mappings import mappings
from oai_server.ingest.normalise import Finding, code_points
from oai_server.ingest.opening import Member, members, stem
from oai_server.ingest.payload import Unmapped, item_of
from oai_server.ingest.salvage import Cut, Salvage, decoded_head, with_ampersands, without_forbidden
from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.xml_stream import SAFE, Records, Troubled
from oai_server.model import Degree, Fault, Item, Reading

KIND = "xml"
SUMMARY = "metadata records as XML, one a file or in wrappers of any shape: files, folders, zips, tars"

WELL_FORMED = "well-formed XML"
LOOKED_AT = 30  # files of a folder or an archive, to see what it is
ROOT = re.compile(r"\s*(?:<(?:\?.*?\?|!--.*?--|!DOCTYPE[^\[>]*(?:\[.*?\])?\s*)>\s*)*<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL)
HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
OTHERS = {"OAI-PMH", "Response", "dublin_core", "html", "HTML"}  # roots that other sources read, or none
DUBLIN_CORE = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
IDENTIFIER = re.compile(
    rb"""<(?:[\w.-]+:)?(?:identifier\b[^>]*|controlfield\s[^>]*tag=["']001["'][^>]*)>\s*([^<\s][^<]{0,200})<"""
)
EXCERPT = 100


def recognises(errand: Errand) -> bool:
    """Whether there is XML among the first files that is not for another source."""
    if errand.url is not None:
        return False
    try:
        found = (_root_of(each) for each in islice(members(errand.path), LOOKED_AT) if isinstance(each, Member))
        return any(root is not None and root not in OTHERS for root in found)
    except SourceError:
        return False


def read(errand: Errand) -> Iterator[Reading | Fault]:
    """Every record, file after file, or the fault it is refused for."""
    for member in members(errand.path):
        if isinstance(member, Fault):
            yield member
        else:
            yield from _File(member, _base(errand.path, member)).readings()


def _root_of(member: Member) -> str | None:
    """The local name of the root element, None for what does not begin as XML."""
    try:
        with member.open() as stream:
            root = ROOT.match(decoded_head(stream.read(8192)))
    except OSError:
        return None
    return root[1] if root else None


def _base(location: Path, member: Member) -> str:
    """What a record is called by where it stands, if it has no name of its own."""
    if location.is_dir():
        return f"{location.resolve().name}/{stem(member.name)}"
    own, name = stem(location.name), stem(member.name)
    return own if own == name else f"{own}/{name}"


@cache
def _names() -> frozenset[str]:
    """The elements that are records; one of no namespace may be MARC's, OAI-PMH's, or only a wrapper."""
    return frozenset({*mappings(), f"{{{OAI}}}record", "record"})


class _File:
    """One file and the records in it."""

    def __init__(self, member: Member, base: str) -> None:
        self.member = member
        self.base = base
        self.position = 0  # of the record that is being read

    def readings(self) -> Iterator[Reading | Fault]:
        """What the file holds; what is no XML is one fault."""
        try:
            with self.member.open() as stream:
                head = decoded_head(stream.read(8192))
            if not head.strip():
                yield self._fault("refused", WELL_FORMED, "the file is empty")
            elif HTML.match(head):
                yield self._fault("refused", WELL_FORMED, "an HTML page, not metadata records")
            else:
                yield from self._parsed()
        except OSError as trouble:
            yield self._fault("refused", "readable file", str(trouble))

    def _parsed(self) -> Iterator[Reading | Fault]:
        with self.member.open() as stream:
            records = Records(stream, _names())
            try:
                for element in records:
                    self.position += 1
                    yield from self._record(element, element.sourceline or 1, element.getparent() is None)
            except Troubled as trouble:
                yield from self._salvaged(trouble)
                return
        if not self.position:
            told = f"no record of a kind that we know; the root element is {records.root}"
            yield self._fault("refused", Unmapped.rule, told)
        for name, count in records.beside.items():
            told = f"{count} {name} beside the records, of no kind that we know, left out"
            yield self._fault("noted", Unmapped.rule, told)

    def _record(
        self, element: Element, line: int, root: bool, found: list[Finding] | None = None
    ) -> list[Reading | Fault]:
        """What comes of one record element; where it only wraps others, of each."""
        fallback = self.base if root else f"{self.base}/{self.position}"
        envelope = envelope_of(element)
        if envelope is not None:
            return [self._enveloped(envelope, fallback, line, found or [])]
        inner = [] if etree.QName(element).namespace else _known_below(element)
        if element.tag == "record" and inner:
            return [self._item(each, f"{fallback}.{place}", line, found or []) for place, each in enumerate(inner, 1)]
        return [self._item(element, fallback, line, found or [])]

    def _item(
        self, payload: Element, fallback: str, line: int, found: list[Finding], given: str | None = None
    ) -> Reading | Fault:
        try:
            item, notes = item_of(payload, given, fallback)
        except Unmapped as error:
            return self._fault("refused", error.rule, str(error), line, given)
        return self._reading(item, line, [*found, *notes])

    def _enveloped(self, envelope: Envelope, fallback: str, line: int, found: list[Finding]) -> Reading | Fault:
        name = envelope.identifier
        notes = [*found, *envelope.notes]
        if envelope.deleted:
            if name is None:
                return self._fault("refused", "section 2.5", "the deleted record has no identifier", line)
            item = Item(name, sets=envelope.sets, state="withdrawn", datestamp=envelope.datestamp)
            return self._reading(item, line, notes)
        payload = None if envelope.metadata is None else _payload(envelope.metadata, notes)
        if payload is None:
            return self._fault("refused", "section 2.5", "the record has no metadata", line, name)
        reading = self._item(payload, fallback, line, notes, name)
        if isinstance(reading, Fault):
            return reading
        item = reading.item
        sets = (*envelope.sets, *item.sets)
        return replace(reading, item=replace(item, sets=sets, about=envelope.about, datestamp=envelope.datestamp))

    # --- a file that is not well-formed ---

    def _salvaged(self, trouble: Troubled) -> Iterator[Reading | Fault]:
        """The records after those that were read before the trouble, each parsed alone."""
        done, faults, before = self.position, 0, self.position
        self.position = 0
        with self.member.open() as stream:
            salvage = Salvage(stream, _names().__contains__)
            try:
                for cut in salvage.cuts():
                    self.position += 1
                    if self.position > done:
                        for each in self._cut(cut, salvage):
                            faults += isinstance(each, Fault) or bool(each.faults)
                            yield each
            except LookupError as error:
                yield self._fault("refused", "encoding", f"the declared encoding is not known: {error}", 1)
                return
        if self.position == 0:
            yield self._fault("refused", WELL_FORMED, str(trouble), trouble.line)
        elif not faults:
            told = f"{trouble}; read record by record, {self.position - before} after it"
            yield self._fault("healed", WELL_FORMED, told, trouble.line)

    def _cut(self, cut: Cut, salvage: Salvage) -> list[Reading | Fault]:
        element, found, fault = self._mended(cut) if not (cut.complaint and cut.shorter) else (None, [], None)
        if element is None and cut.shorter:
            element, found, fault = self._mended(salvage.shortened(cut))
        if element is None:
            return [fault] if fault else []
        return self._record(element, cut.line, cut.root, found)

    def _mended(self, cut: Cut) -> tuple[Element | None, list[Finding], Fault | None]:
        """The record's element and what had to be mended; the fault of one that is beyond it."""
        try:
            cut.data.decode()
        except UnicodeDecodeError as error:
            around = cut.data[max(0, error.start - 40) : error.end + 40]
            line = cut.line + cut.data.count(b"\n", 0, error.start)
            told = f"not UTF-8, and no other encoding is declared: {around!r:.{EXCERPT}}"
            return None, [], self._fault("refused", "encoding", told, line, _identifier(cut.data))
        try:
            return _alone(cut.wrapped), [], None
        except etree.XMLSyntaxError as broken:
            mended, findings = _mended(cut.data)
            try:
                return _alone(replace(cut, data=mended).wrapped), findings, None
            except etree.XMLSyntaxError:
                return None, [], self._broken(cut, broken)

    def _broken(self, cut: Cut, error: etree.XMLSyntaxError) -> Fault:
        lines = cut.wrapped.split(b"\n")
        number, column = error.position
        text = lines[min(number, len(lines)) - 1] if number else b""
        around = text[max(0, column - 60) : column + 40].decode(errors="replace")
        told = f"{cut.complaint or error.msg}: {around!r:.{EXCERPT}}"
        line = cut.line if cut.complaint else cut.line + max(0, number - 1)
        return self._fault("refused", WELL_FORMED, told, line, _identifier(cut.data))

    # --- what is said ---

    def _fault(
        self, degree: Degree, rule: str, message: str, line: int | None = None, identifier: str | None = None
    ) -> Fault:
        return Fault(degree, rule, message, self.member.path, line, identifier)

    def _reading(self, item: Item, line: int, found: list[Finding]) -> Reading:
        faults = tuple(self._fault(*finding, line, item.identifier) for finding in found)
        return Reading(item, self.member.path, line, faults)


def _payload(metadata: Element, notes: list[Finding]) -> Element | None:
    """The metadata record in an envelope: the outermost that we know, or else whatever there is."""
    if known := _known_below(metadata):
        return known[0]
    children = list(metadata.iterchildren(etree.Element))
    if children and all(etree.QName(child).namespace in DUBLIN_CORE for child in children):
        notes.append(("healed", "section 3.4", "Dublin Core elements without a root element, read as oai_dc"))
        bare = etree.Element(f"{{{OAI_DC}}}dc")
        bare.extend(children)
        return bare
    return children[0] if children else None


def _known_below(element: Element) -> list[Element]:
    """The outermost elements below that a mapping knows; a record of no namespace may be only a wrapper."""
    found: list[Element] = []
    for each in element.iterchildren(etree.Element):
        below = _known_below(each) if each.tag == "record" or each.tag not in mappings() else []
        found += below or ([each] if each.tag in mappings() else [])
    return found


def _alone(data: bytes) -> Element:
    """The record in a wrapper of its own."""
    root = etree.fromstring(data, etree.XMLParser(**SAFE))
    return root[0]


def _mended(data: bytes) -> tuple[bytes, list[Finding]]:
    """The bytes without what is forbidden and with ampersands as they should be, and what was done."""
    allowed, removed = without_forbidden(data)
    mended, count = with_ampersands(allowed)
    findings: list[Finding] = []
    if removed:
        findings.append(("healed", "XML 1.0 section 2.2", f"removed {code_points(removed)}"))
    if count:
        findings.append(("healed", "XML 1.0 section 2.4", f"wrote {count} bare ampersand(s) as &amp;"))
    return mended, findings


def _identifier(data: bytes) -> str | None:
    """The identifier of a record that cannot be parsed, for the message."""
    found = IDENTIFIER.search(data)
    return found[1].decode(errors="replace").strip() if found else None
