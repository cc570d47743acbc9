"""What Dublin Core says, simple or qualified, in whatever container it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, language, text
from oai_server.ingest.mappings.naming import ADDRESS, SAID_HANDLE, bare_doi, fold, local_name, name_item
from oai_server.ingest.mappings.told import Told

DC, DCTERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

ELEMENTS = {
    "title": "dc.title",
    "creator": "dc.contributor.author",
    "contributor": "dc.contributor",
    "subject": "dc.subject",
    "description": "dc.description",
    "publisher": "dc.publisher",
    "date": "dc.date",
    "type": "dc.type",
    "format": "dc.format",
    "identifier": "dc.identifier",
    "source": "dc.source",
    "language": "dc.language",
    "relation": "dc.relation",
    "coverage": "dc.coverage",
    "rights": "dc.rights",
}
TERMS = {  # what DSpace's registry calls otherwise, or we would rather have in its fields
    "abstract": "dc.description.abstract",
    "alternative": "dc.title.alternative",
    "bibliographiccitation": "dc.identifier.citation",
    "dateaccepted": "dc.date.accepted",
    "datecopyrighted": "dc.date.copyright",
    "datesubmitted": "dc.date.submitted",
    "extent": "dc.format.extent",
    "license": "dc.rights.license",
    "medium": "dc.format.medium",
    "rightsholder": "dc.rights.holder",
    "accessrights": "dc.rights.accessrights",
    "spatial": "dc.coverage.spatial",
    "tableofcontents": "dc.description.tableofcontents",
    "temporal": "dc.coverage.temporal",
    **{name: f"dc.date.{name}" for name in ("available", "created", "issued", "modified", "valid")},
    **{
        name: f"dc.relation.{name}"
        for name in """conformsto hasformat haspart hasversion isformatof ispartof ispartofseries isreferencedby
        isreplacedby isrequiredby isversionof references replaces requires""".split()
    },
}
OTHER_TERMS = {
    name.lower(): f"dcterms.{name}"
    for name in """accrualMethod accrualPeriodicity accrualPolicy audience educationLevel instructionalMethod mediator
    provenance""".split()
}
SCHEMES = frozenset(("ddc", "lcc", "lcsh", "mesh", "udc"))
JOURNALS = ("issn", "eissn", "pissn", "isbn")  # name what the item is in, or one of its editions
ISSN_OR_ISBN = re.compile(r"(?:urn:)?(?:e-?|p-?)?(?:issn|isbn)\b", re.IGNORECASE)
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][\w.+-]*", re.IGNORECASE)
CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
WEB = re.compile(r"https?://\S+", re.IGNORECASE)


def told(root: Element) -> Told:
    """The elements and terms at whatever depth; what is neither is left out and noted."""
    says = Told()
    names: list[str] = []
    strange: dict[str, None] = {}
    for element in _statements(root):
        name = _name(root, element)
        if name is None:
            strange[str(element.tag)] = None
        elif fold(name) == "identifier":
            names += _identify(says, element)
        elif name.lower() == "recordid":
            says.identifier = text(element) or None
        else:
            _add(says, name, element)
    if strange:
        says.notes.append(("Dublin Core", f"left out, being no Dublin Core: {', '.join(strange):.200}"))
    _order_dates(says)
    says.identifier = says.identifier or _own_name(names)
    return says


def _statements(root: Element) -> Iterator[Element]:
    """The elements that hold text and no others; some put their own wrapper inside the container."""
    return (each for each in root.iterdescendants(etree.Element) if not len(each) and text(each))


def _name(root: Element, element: Element) -> str | None:
    """The element or term of Dublin Core that an element is, without what somebody hung onto it."""
    name = etree.QName(element)
    if name.namespace not in (None, DC, DCTERMS, etree.QName(root).namespace):
        return None
    base = name.localname if name.localname.lower() in ("recordid", "") else name.localname.partition(".")[0]
    known = base.lower() in ELEMENTS or base.lower() in TERMS or base.lower() in OTHER_TERMS
    return name.localname if known or base.lower() == "recordid" else None


def _add(says: Told, name: str, element: Element) -> None:
    """One statement in its field; a scheme, a qualifier or the look of the value may say a narrower one."""
    base, _, after = name.lower().partition(".")
    scheme, value = _scheme(element), text(element)
    field = TERMS.get(base) or OTHER_TERMS.get(base) or ELEMENTS.get(base, "")
    qualifier = TERMS.get(after) or TERMS.get(scheme)
    if base in ELEMENTS and qualifier and qualifier.startswith(f"dc.{base}."):
        field = qualifier
    elif base == "subject" and scheme in SCHEMES:
        field = f"dc.subject.{scheme}"
    elif field in ("dc.rights", "dc.rights.license") and WEB.fullmatch(value):
        field = "dc.rights.uri"
    elif base == "format" and MEDIA_TYPE.fullmatch(value):
        field = "dc.format.mimetype"
    elif base == "language" and CODE.fullmatch(value):
        field = "dc.language.iso"
    says.add(field, value, _language(element))


def _identify(says: Told, element: Element) -> list[str]:
    """Add an identifier; the text again if it may name the record."""
    scheme, name = _scheme(element), text(element)
    if scheme in ("citation", "bibliographiccitation"):
        says.add("dc.identifier.citation", name, _language(element))
        return []
    name_item(says, name, scheme)
    return [] if scheme in JOURNALS or ISSN_OR_ISBN.match(name) or " " in name else [name]


def _own_name(names: list[str]) -> str | None:
    """The handle among the identifiers, else the DOI, else the first address, else the first."""
    choices = (SAID_HANDLE.fullmatch, bare_doi, ADDRESS.fullmatch, lambda name: name)
    found = (name for choice in choices for name in names if choice(name))
    best = next(found, None)
    return local_name(best) if best else None


def _scheme(element: Element) -> str:
    """The scheme or qualifier that an attribute names: ``xsi:type="dcterms:DDC"``, ``type="doi"``."""
    told_by = attribute(element, TYPE).rpartition(":")[2] or attribute(element, "type") or attribute(element, "scheme")
    return fold(told_by.rpartition(":")[2])


def _language(element: Element) -> str | None:
    return language(element) or attribute(element, "lang") or None


def _order_dates(says: Told) -> None:
    """A time of day is when a repository took the item in, so plain dates come before it."""
    dates = says.metadata.get("dc.date", [])
    dates.sort(key=lambda value: "T" in value.text)
