"""The record element of OAI-PMH around a metadata record (section 2.5), wherever it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.normalise import Finding
from oai_server.ingest.payload import standalone
from oai_server.model import SET_SPEC

OAI = "http://www.openarchives.org/OAI/2.0/"
ABOUT = (f"{OAI}provenance", f"{OAI}rights/")  # the packages that we can serve


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the metadata: header, about packages; ``metadata`` is the element that holds the payload."""

    identifier: str | None
    datestamp: datetime | None
    sets: tuple[str, ...]
    deleted: bool
    about: tuple[str, ...]
    metadata: Element | None
    notes: tuple[Finding, ...]


def envelope_of(record: Element) -> Envelope | None:
    """The envelope of a record element, in OAI-PMH's namespace or in none; None for a record of another kind."""
    name = etree.QName(record)
    header = record.find("{*}header")
    if name.localname != "record" or name.namespace not in (None, OAI) or header is None:
        return None
    notes: list[Finding] = []
    return Envelope(
        identifier=(header.findtext("{*}identifier") or "").strip() or None,
        datestamp=_datestamp(header.findtext("{*}datestamp"), notes),
        sets=_sets(header, notes),
        deleted=header.get("status") == "deleted",
        about=_about(record, notes),
        metadata=record.find("{*}metadata"),
        notes=tuple(notes),
    )


def _datestamp(text: str | None, notes: list[Finding]) -> datetime | None:
    """The source's datestamp in UTC, cut to seconds; days only, milliseconds and offsets occur."""
    if not (text or "").strip():
        return None
    try:
        found = datetime.fromisoformat((text or "").strip())
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        notes.append(("noted", "section 3.3", f"the datestamp {text!a:.60} is none"))
        return None


def _sets(header: Element, notes: list[Finding]) -> tuple[str, ...]:
    found = [(each.text or "").strip() for each in header.iterfind("{*}setSpec")]
    for spec in found:
        if not SET_SPEC.fullmatch(spec):
            notes.append(("noted", "section 2.6", f"{spec!a:.80} is not a setSpec, left out"))
    return tuple(spec for spec in found if SET_SPEC.fullmatch(spec))


def _about(record: Element, notes: list[Finding]) -> tuple[str, ...]:
    found = []
    for package in (child for about in record.iterfind("{*}about") for child in about.iterchildren(etree.Element)):
        if etree.QName(package).namespace in ABOUT:
            found.append(standalone(package))
        else:
            notes.append(("noted", "section 2.5", f"about: {package.tag!s:.80} is not taken over"))
    return tuple(found)
