"""From a record of another repository to a reading of ours: header, metadata, about (section 2.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.normalise import XML, Finding, code_points
from oai_server.ingest.parts import Broken, Told
from oai_server.ingest.payload import Unmapped, item_of, standalone
from oai_server.ingest.provenance import Origin, container, is_provenance
from oai_server.ingest.stamps import instant
from oai_server.model import Fault, Item, Reading, Set

ILLEGAL = re.compile(r"[^A-Za-z0-9\-_.!~*'():]")
DESCRIPTION = 1000  # characters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record was found: in which file or answer, of which repository, and when that spoke (responseDate)."""

    file: str
    base_url: str = ""
    spoken: str = ""


class Absent(ValueError):
    """A record without an identifier and without metadata: the empty form of one, as metha's cache has it."""


class WithoutMetadata(Unmapped):
    """A record that has nothing in its metadata, and no status that would say why."""

    rule = "section 2.5"


def reading_of(told: Told, place: Place) -> Reading | Fault:
    """The item of a record, or of a header of ListIdentifiers that says deleted; Absent where there is none."""
    record = told.element
    header = record if told.name == "header" else _child(record, "header")
    metadata, identifier = _child(record, "metadata"), _text(header, "identifier")
    if not identifier:
        if metadata is None or not len(metadata):
            raise Absent
        return Fault("refused", "section 2.5", "the header has no identifier", place.file, told.line)
    notes: list[Finding] = []
    try:
        item = _item(record, header, metadata, identifier, notes, place, altered=bool(told.removed))
    except Unmapped as error:
        return Fault("refused", error.rule, str(error), place.file, told.line, identifier)
    if told.removed:
        notes.insert(0, ("healed", XML, f"removed {code_points(told.removed)}"))
    faults = tuple(Fault(*note, file=place.file, line=told.line, identifier=identifier) for note in notes)
    return Reading(item, place.file, told.line, faults)


def refusal(broken: Broken, place: Place) -> Fault:
    """The fault of a part that could not be parsed."""
    return Fault("refused", "well-formed XML", broken.message, place.file, broken.line, broken.identifier)


def set_of(told: Told, place: Place) -> Iterator[Set | Fault]:
    """The set that ListSets names, under a setSpec that is legal; what had to be changed for that is noted."""
    given = _text(told.element, "setSpec")
    notes: list[Finding] = []
    for spec in _specs([given], notes):
        name = _text(told.element, "setName") or spec.rpartition(":")[2]
        described = " ".join(_words(_child(told.element, "setDescription")))
        yield Set(spec, " ".join(name.split()), described[:DESCRIPTION] or None)
    yield from (Fault(*note, file=place.file, line=told.line) for note in notes)


def _item(
    record: Element,
    header: Element | None,
    metadata: Element | None,
    identifier: str,
    notes: list[Finding],
    place: Place,
    altered: bool,
) -> Item:
    stamp = _text(header, "datestamp")
    known = instant(stamp)
    if known is None:
        notes.append(("noted", "section 3.3", f"{stamp!a:.60} is no datestamp"))
    sets = tuple(_specs(_texts(header, "setSpec"), notes))
    if header is not None and header.get("status", "").strip() == "deleted":
        return Item(identifier, sets=sets, state="withdrawn", datestamp=known)
    root = _root(metadata, notes)
    told, found = item_of(root, identifier)
    notes += found
    origin = Origin(
        base_url=place.base_url,
        identifier=identifier,
        datestamp=stamp,
        namespace=etree.QName(root).namespace or "",
        harvested=place.spoken,
        altered=altered,
    )
    return replace(
        told,
        sets=tuple(dict.fromkeys((*sets, *told.sets))),
        about=tuple(_about(record, origin, kept=bool(told.xml))),
        datestamp=known,
    )


def _root(metadata: Element | None, notes: list[Finding]) -> Element:
    """The root of the metadata."""
    roots = [] if metadata is None else list(metadata.iterchildren(etree.Element))
    if not roots:
        raise WithoutMetadata("a record that is not deleted has no metadata")
    if len(roots) > 1:
        notes.append(("noted", "section 2.5", f"{len(roots)} elements in metadata: only the first is read"))
    return roots[0]


def _about(record: Element, origin: Origin, kept: bool) -> Iterator[str]:
    """The packages that came, and where they came from: provenance stands for XML that is passed on as it came."""
    packages = [package for about in _children(record, "about") for package in about.iterchildren(etree.Element)]
    came = [package for package in packages if is_provenance(package)]
    ours = container(origin, came) if kept else None
    yield from (standalone(package) for package in packages if ours is None or package not in came)
    if ours is not None:
        yield ours


def _specs(given: list[str], notes: list[Finding]) -> Iterator[str]:
    """The setSpecs, legal (section 2.6): any other character becomes a low line, empty levels go."""
    for spec in given:
        legal = ":".join(filter(None, ILLEGAL.sub("_", spec).split(":")))
        if legal != spec:
            notes.append(
                ("noted", "section 2.6", f"{spec!a:.80} is not a setSpec, so it is {legal or 'left out'} here")
            )
        if legal:
            yield legal


# --- elements by their local names: some responses are in no namespace ---


def _children(parent: Element | None, name: str) -> Iterator[Element]:
    return iter(()) if parent is None else parent.iterchildren(f"{{*}}{name}")


def _child(parent: Element | None, name: str) -> Element | None:
    return next(_children(parent, name), None)


def _texts(parent: Element | None, name: str) -> list[str]:
    return ["".join(map(str, child.itertext())).strip() for child in _children(parent, name)]


def _text(parent: Element | None, name: str) -> str:
    return next(iter(_texts(parent, name)), "")


def _words(element: Element | None) -> list[str]:
    return [] if element is None else "".join(f"{text} " for text in element.itertext()).split()
