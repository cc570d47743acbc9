"""bibxml, references as RFCs cite them (RFC 7991, section 2.40), such as the RFC series about itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, element, elements, first, text, texts
from oai_server.ingest.mappings.naming import bare_doi, name_item
from oai_server.ingest.mappings.told import Told

ROOTS = frozenset({"reference"})
PREFIX = "bibxml"

MONTHS = "january february march april may june july august september october november december".split()
SERIES = {  # series of documents that a document has a number in
    "RFC": "Request for Comments",
    "BCP": "Best Current Practice",
    "STD": "Internet Standard",
    "FYI": "For Your Information",
    "Internet-Draft": "Internet-Draft",
    "W3C": "W3C",
    "ISO": "ISO",
    "IEEE": "IEEE",
}
STREAMS = {  # who brought an RFC forth; the first ones were nobody's
    "IETF": "Internet Engineering Task Force",
    "IAB": "Internet Architecture Board",
    "IRTF": "Internet Research Task Force",
    "INDEPENDENT": None,
    "Legacy": None,
    "Editorial": None,
}
TEXT = ("RFC", "BCP", "STD", "FYI", "Internet-Draft")


def told(root: Element) -> Told:
    """The front of a reference, its place in series, where it is found."""
    said = Told()
    for title in elements(root, "front/title"):
        said.add("dc.title", text(title))
    for author in elements(root, "front/author"):
        _author(said, author)
    said.add("dc.date.issued", _date(element(root, "front/date")))
    paragraphs = chain(elements(root, "front/abstract/t"), elements(root, "front/abstract/li"))
    said.add("dc.description.abstract", " ".join(text(each) for each in paragraphs))
    said.add_all("dc.subject", texts(root, "front/keyword"))
    said.add_all("dc.contributor.corporate", (f"{group} Working Group" for group in texts(root, "front/workgroup")))
    for series in _series(root):
        _number(said, attribute(series, "name"), attribute(series, "value"))
    target = attribute(root, "target")
    if target and not bare_doi(target):
        said.add("dc.identifier.uri", target)
    for form in elements(root, "format"):
        said.add("dc.relation.hasformat", attribute(form, "target"))
    said.identifier = attribute(root, "anchor") or None
    return said


def _author(said: Told, author: Element) -> None:
    """A person, family name first; else the body. The publisher and the series of RFCs stand among their authors."""
    surname, initials = attribute(author, "surname"), attribute(author, "initials")
    full, body = attribute(author, "fullname"), first(author, "organization")
    given = full.removesuffix(surname).strip() if surname and full.endswith(surname) else initials
    editor = attribute(author, "role") == "editor"
    if surname or full:
        name = f"{surname}, {given}" if surname and given else surname or full
        said.add("dc.contributor.editor" if editor else "dc.contributor.author", name)
    elif body == "RFC Publisher":
        said.add("dc.publisher", body)
    elif body != "RFC Series":
        said.add("dc.contributor.editor" if editor else "dc.creator.corporate", body)


def _date(date: Element | None) -> str | None:
    """As exact as it is told; a month may be a name, its beginning or a number."""
    if date is None or not attribute(date, "year").isdecimal():
        return None
    year, month, day = (attribute(date, name).casefold() for name in ("year", "month", "day"))
    number = next((place for place, name in enumerate(MONTHS, 1) if len(month) >= 3 and name.startswith(month)), None)
    number = number or (int(month) if month.isdecimal() and len(month) <= 2 and 1 <= int(month) <= 12 else None)
    if number is None:
        return year
    exact = f"-{int(day):02}" if day.isdecimal() and len(day) <= 2 and int(day) else ""
    return f"{year}-{number:02}{exact}"


def _series(root: Element) -> Iterator[Element]:
    """Both of the places that series have had."""
    return chain(elements(root, "seriesInfo"), elements(root, "front/seriesInfo"))


def _number(said: Told, name: str, number: str) -> None:
    """A DOI, a number in a series, or who brought it forth."""
    if name == "DOI":
        name_item(said, number, "DOI")
    elif name in STREAMS and not number:
        said.add("dc.contributor.institution", STREAMS[name])
    elif number:
        said.add("dc.relation.ispartofseries", f"{SERIES.get(name, name)};{number}")
        if name in TEXT:
            said.add("dc.type", "report")
            said.add("dc.language.iso", "en")
    else:
        said.add("dc.relation.ispartofseries", name)
