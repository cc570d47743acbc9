"""ead, Encoded Archival Description 2002 and EAD3: the finding aid as one item, told by its top level."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import TEXTS, attribute, elements, first, language, local, texts
from oai_server.ingest.mappings.elements import text as text_of
from oai_server.ingest.mappings.naming import ADDRESS, authority, name_item
from oai_server.ingest.mappings.told import Told

ROOTS = frozenset({"{urn:isbn:1-931666-22-9}ead", "{http://ead3.archivists.org/schema/}ead", "ead"})
PREFIX = "ead"

HREF = "{http://www.w3.org/1999/xlink}href"
# Levels of description that are many things; a file or an item is one.
GATHERED = frozenset("class collection fonds recordgrp series subfonds subgrp subseries".split())
NAMES = frozenset("corpname famname name persname".split())
LIFE = re.compile(r"[,\s]*\(?\b[0-9]{4}\s*[-–]\s*(?:[0-9]{4})?\)?\.?$")
SUBJECTS = {
    "geogname": "dc.coverage.spatial",
    "genreform": "dc.type",
    **dict.fromkeys(["subject", "function", "occupation", "title", *NAMES], "dc.subject"),
}
VOCABULARIES = frozenset("agrovoc fast gnd lcsh mesh".split())
NOTES = {
    "scopecontent": "dc.description",
    "bioghist": "dc.description",
    "arrangement": "dc.description",
    "odd": "dc.description",
    "accessrestrict": "dc.rights.accessrights",
    "userestrict": "dc.rights",
    "prefercite": "dc.identifier.citation",
    "relatedmaterial": "dc.relation",
    "separatedmaterial": "dc.relation",
}


def told(root: Element) -> Told:
    """What a finding aid says of the whole; its components are not told."""
    says = Told()
    for description in elements(root, "archdesc"):
        for identification in elements(description, "did"):
            _identification(says, identification)
        for part in (description, *elements(description, "descgrp")):
            _notes(says, part)
        _subjects(says, description)
        if attribute(description, "level") in GATHERED:
            says.add("dc.type", "collection")
    _header(says, root)
    if "dc.title" not in says.metadata:
        says.notes.append(("EAD unittitle", "the finding aid has no title"))
    return says


def _header(says: Told, root: Element) -> None:
    """The finding aid's own name; its title and publisher where the description has none."""
    for header in (*elements(root, "eadheader"), *elements(root, "control")):
        for number in (*elements(header, "eadid"), *elements(header, "recordid")):
            says.identifier = says.identifier or text_of(number) or None
            for address in (
                attribute(number, "url"),
                attribute(number, "instanceurl"),
                attribute(number, "identifier"),
            ):
                if ADDRESS.fullmatch(address):
                    name_item(says, address)
        if "dc.title" not in says.metadata:
            for title in elements(header, "filedesc/titlestmt/titleproper"):
                says.add("dc.title", _without(title, "num", "date"), language(title))
        if "dc.publisher" not in says.metadata:
            says.add_all("dc.publisher", texts(header, "filedesc/publicationstmt/publisher"))


def _identification(says: Told, did: Element) -> None:
    """Titles, makers, dates, extent: what the element of the same name says."""
    for place, title in enumerate(title for title in elements(did, "unittitle") if text_of(title)):
        says.add("dc.title.alternative" if place else "dc.title", _without(title, "unitdate"), language(title))
    for origin in elements(did, "origination"):
        _makers(says, origin)
    for date in _dates(did):
        says.add("dc.date.created", date)
    says.add_all("dc.identifier.other", texts(did, "unitid"))
    for abstract in elements(did, "abstract"):
        says.add("dc.description.abstract", text_of(abstract), language(abstract))
    for material in elements(did, "langmaterial"):
        _languages(says, material)
    for description in elements(did, "physdesc"):
        extents = list(texts(description, "extent"))
        says.add_all("dc.format.extent", extents or [_without(description, "genreform", "dimensions", "physfacet")])
        says.add_all("dc.type", texts(description, "genreform"))
    for described in did.iterfind(".//{*}physdescstructured"):
        says.add("dc.format.extent", " ".join((first(described, "quantity"), first(described, "unittype"))))
    says.add_all("dc.publisher", texts(did, "repository/corpname"))
    says.add_all("dc.publisher", (text_of(each) for each in elements(did, "repository") if not len(each)))
    for link in did.iterfind(".//{*}dao"):
        address = attribute(link, HREF) or attribute(link, "href")
        says.add("dc.relation.hasformat", address if ADDRESS.fullmatch(address) else None)


def _without(of: Element, *left_out: str) -> str:
    """What an element says outside of these children; all where it says nothing else."""
    parts = [of.text or ""]
    for child in of.iterchildren():
        if isinstance(child.tag, str) and local(child) not in left_out:
            parts += TEXTS(child)
        parts.append(child.tail or "")
    return " ".join("".join(parts).split()).rstrip(" ,;") or text_of(of)


def _makers(says: Told, origin: Element) -> None:
    """Those whose papers they are; whoever else is called a source gave them."""
    names = [each for each in origin.iterchildren("{*}*") if local(each) in NAMES]
    gave = "source" in attribute(origin, "label").lower()
    for name in names:
        body = "dc.creator.corporate" if local(name) == "corpname" else "dc.creator"
        says.add("dc.contributor.other" if gave else body, _name(name), authority=_authority(name))
    if not names:
        says.add("dc.creator", _name(origin))


def _name(name: Element) -> str:
    """A name without years of life."""
    whole = " ".join(text_of(name, " ").split())
    return LIFE.sub("", whole) or whole


def _authority(name: Element) -> str | None:
    """The address of an authority record, by the list that its number is of."""
    source, number = attribute(name, "source"), attribute(name, "authfilenumber") or attribute(name, "identifier")
    if source in ("naf", "lcnaf") and re.fullmatch("[a-z]{1,3}[0-9]+", number):
        return f"http://id.loc.gov/authorities/names/{number}"
    return authority(source, number) if number else None


def _dates(did: Element) -> Iterator[str]:
    """Dates in their normal form, of all and not of the bulk, else as they are written."""
    told = [*elements(did, "unitdate"), *elements(did, "unittitle/unitdate")]
    for date in [each for each in told if attribute(each, "type") != "bulk" and each.get("unitdatetype") != "bulk"]:
        yield _span(*attribute(date, "normal").partition("/")[::2]) or text_of(date)
    for date in did.iterfind(".//{*}unitdatestructured"):
        for kind in date.iter("{*}daterange", "{*}datesingle"):
            ends = [next((_standard(each) for each in elements(kind, name)), "") for name in ("fromdate", "todate")]
            yield _span(*ends) or _standard(kind)


def _span(start: str, end: str) -> str:
    """``1905/2012``; one date where both ends are the same; 9999 is for ever."""
    later = "" if end == "9999" else end
    return start if start == end or not end else f"{start}/{later}"


def _standard(date: Element) -> str:
    return attribute(date, "standarddate") or text_of(date)


def _languages(says: Told, material: Element) -> None:
    """Codes, or names where there are none."""
    found = [each for each in material.iter("{*}language") if text_of(each) or each.get("langcode")]
    for each in found:
        says.add("dc.language.iso", attribute(each, "langcode") or text_of(each).rstrip(" ."))
    if not found:
        says.add("dc.language.iso", text_of(material).rstrip(" ."))


def _notes(says: Told, description: Element) -> None:
    """Notes by paragraph under their element's field, without their headings; licences by their address."""
    for name, field in NOTES.items():
        for note in elements(description, name):
            paragraphs = [each for each in note.iter("{*}p", "{*}defitem", "{*}item") if not _inside(each, note)]
            for each in paragraphs:
                between = " " if local(each) == "defitem" else ""
                says.add(field, text_of(each, between), language(each) or language(note))
            if name == "userestrict":
                links = (attribute(each, HREF) or attribute(each, "href") for each in note.iter("{*}*"))
                says.add_all("dc.rights.uri", (each for each in links if ADDRESS.fullmatch(each)))


def _inside(part: Element, note: Element) -> bool:
    """Whether another paragraph or entry of the note holds this one."""
    around = part.getparent()
    while around is not None and around is not note:
        if local(around) in ("p", "defitem", "item"):
            return True
        around = around.getparent()
    return False


def _subjects(says: Told, description: Element) -> None:
    """Access points, however deep their lists lie, but not those of components."""
    for access in elements(description, "controlaccess"):
        for point in access.iter("{*}*"):
            if field := SUBJECTS.get(local(point)):
                listed = attribute(point, "source").lower()
                if field == "dc.subject" and listed in VOCABULARIES:
                    field = f"dc.subject.{listed}"
                parts = list(texts(point, "part"))
                text = "--".join(parts) if local(point) == "subject" and parts else text_of(point, " ")
                says.add(field, text, language(point), _authority(point))
