"""qdc, qualified Dublin Core in DSpace's container: elements, refinements, and schemes where a value keeps to one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.dates import embargo_end, w3cdtf
from oai_server.formats.fields import REFINEMENTS, WEB_ADDRESS, doi, dublin_core, shown
from oai_server.formats.identifiers import doi_url, uri
from oai_server.formats.languages import language, languages
from oai_server.formats.names import NOT_NAMES
from oai_server.formats.permissions import said
from oai_server.formats.vocabulary import access_terms, resource_type
from oai_server.formats.writing import XSI, add, language_tag
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://dspace.org/qualifieddc/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
NAMESPACES = {"qdc": NAMESPACE, "dc": DC, "dcterms": DCTERMS, "xsi": XSI}
TYPE = f"{{{XSI}}}type"

# Fields that are not told by the element of their name, and terms that refine none of the fifteen.
SPECIAL: dict[str, str | None] = {
    "dc.description.sponsorship": "dc:contributor",
    "dc.description.status": None,
    "dc.description.version": None,
    "dc.identifier.grantnumber": None,
    "dc.publisher.country": None,
    "dc.publisher.place": None,
    "dc.type.qualificationlevel": None,
    "dc.type.qualificationname": None,
    "dcterms.audience": "dcterms:audience",
    "dcterms.educationlevel": "dcterms:educationLevel",
    "dcterms.instructionalmethod": "dcterms:instructionalMethod",
    "dcterms.mediator": "dcterms:mediator",
}
FIRST = ("dc.title", "dc.contributor.author", "dc.contributor.advisor", "dc.identifier.uri", "dc.identifier.doi")
AVAILABLE = ("dc.date.available", "dcterms.available")
SUBJECT_SCHEMES = {"ddc": "DDC", "lcc": "LCC", "lcsh": "LCSH", "mesh": "MESH", "udc": "UDC"}
PLACE = {
    name: place
    for place, name in enumerate(
        name
        for element, terms in {**REFINEMENTS, "": "audience educationLevel instructionalMethod mediator"}.items()
        for name in (f"dc:{element}", *(f"dcterms:{term}" for term in terms.split()))
    )
}

MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&.+\-^_]+/[A-Za-z0-9!#$&.+\-^_]+(?:\s?;.+)?")
OFFSET = re.compile(r"[^T]*(?:T.*(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]))?")  # xs:dateTime ends at 14 hours
OTHER_URI = re.compile(r"(?:ark|doi|hdl|info|mailto|urn):(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")

Statement = tuple[str, str | None, Value]  # element, scheme, value


def crosswalk(item: Item, site: Site) -> Element:
    """Each statement once, elements in DCMI's order, each followed by its refinements."""
    root = etree.Element(_name("qdc:qualifieddc"), nsmap=NAMESPACES)
    for element, scheme, value in sorted(dict.fromkeys(_statements(item)), key=lambda told: PLACE[told[0]]):
        add(root, _name(element), [value], **({TYPE: f"dcterms:{scheme}"} if scheme else {}))
    return root


def _statements(item: Item) -> Iterator[Statement]:
    """What the fields say, then what is worked out: type, languages, dates, files, access."""
    rights = {value.text for value in said(item)}
    fields = shown(item)
    for field in sorted(fields, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)):
        element = _element(field)
        for value in fields[field] if element else ():
            if element not in ("dc:rights", "dcterms:license", "dcterms:accessRights") or value.text in rights:
                yield _told(element or "", field, value)
    yield from _type(item)
    yield from _languages(item)
    yield from _available(item)
    yield from _files(item)
    yield "dcterms:accessRights", "URI", Value(access_terms(access(item).status).uri)


@lru_cache(maxsize=4096)
def _element(field: str) -> str | None:
    """The element or refinement in which a field's values are told; None for what is worked out, or kept back."""
    if field.lower() in SPECIAL:
        return SPECIAL[field.lower()]
    element, term = dublin_core(field) or ("", "")
    if element in ("", "language") or field in AVAILABLE or _is_technical(field, element):
        return None
    if term != element:
        return f"dcterms:{term}"
    if element == "date" and field.count(".") > 1:
        return None  # a day that is no term of DCMI's
    return f"dc:{element}"


def _is_technical(field: str, element: str) -> bool:
    """Whether a field holds ORCIDs, addresses or affiliations beside people's names."""
    return element in ("creator", "contributor") and field.lower().rpartition(".")[2] in NOT_NAMES


def _told(element: str, field: str, value: Value) -> Statement:
    """A value in the scheme that it keeps to, or in its language."""
    plain = Value(value.text, language_tag(value.language))
    kind = (dublin_core(field) or ("",))[0]
    if kind == "date":
        return _date(element, plain)
    if kind == "subject" and (scheme := SUBJECT_SCHEMES.get(field.lower().rpartition(".")[2])):
        return element, scheme, Value(value.text)
    if element == "dc:format" and MEDIA_TYPE.fullmatch(value.text):
        return element, "IMT", Value(value.text)
    return _identified(element, field, plain)


def _date(element: str, value: Value) -> Statement:
    known = w3cdtf(value.text)
    if known and not OFFSET.fullmatch(known):
        known = known.partition("T")[0]
    return (element, "W3CDTF", Value(known)) if known else (element, None, value)


def _identified(element: str, field: str, value: Value) -> Statement:
    """A value that is a URI as one: a DOI by its address; an ISSN or ISBN with its name."""
    bare = doi(value.text) if field == "dc.identifier.doi" else None
    known = checked(doi_url(bare) if bare else value.text)
    if known:
        return element, "URI", Value(known)
    label = field[-4:].upper()
    if field in ("dc.identifier.issn", "dc.identifier.eissn", "dc.identifier.isbn") and label not in value.text.upper():
        return element, None, Value(f"{label}: {value.text}")
    return element, None, value


def checked(text: str) -> str | None:
    """The text as a URI that every parser takes, None if it is none."""
    known = uri(text)
    return known if known and (WEB_ADDRESS.fullmatch(known) or OTHER_URI.fullmatch(known)) else None


def _type(item: Item) -> Iterator[Statement]:
    """The type in DCMI's word, and in words where no field that is told here has it."""
    kind = resource_type(item)
    if not item.values("dc.type", "dcterms.type", "dc.type.coar"):
        yield "dc:type", None, Value(kind.told or kind.label.capitalize())
    if kind.dcmi:
        yield "dc:type", "DCMIType", Value(kind.dcmi)


def _languages(item: Item) -> Iterator[Statement]:
    """ISO 639-2 in its terminological form, which is ISO 639-3; a language that only ISO 639-3 has by that."""
    for known in languages(item):
        whole = language(known.bibliographic)
        if known.alpha3 and (whole is None or whole.alpha3 != known.alpha3):
            yield "dc:language", "ISO639-3", Value(known.alpha3)
        else:
            yield "dc:language", "ISO639-2", Value(known.alpha3 or known.bibliographic or "")


def _available(item: Item) -> Iterator[Statement]:
    """The day on which an embargo ends; without one, the day on which the repository made the item available."""
    end = embargo_end(item)
    if end:
        yield "dcterms:available", "W3CDTF", Value(end.isoformat())
    elif access(item).status != "embargoed":
        yield from (_date("dcterms:available", Value(text)) for text in item.texts(*AVAILABLE))


def _files(item: Item) -> Iterator[Statement]:
    for file in item.files:
        if file.mimetype:
            yield "dc:format", "IMT" if MEDIA_TYPE.fullmatch(file.mimetype) else None, Value(file.mimetype)
        if file.extent:
            yield "dcterms:extent", None, Value(file.extent)
    for file in open_files(item):
        if file.size is not None:
            yield "dcterms:extent", None, Value(f"{file.size} bytes")
        if file.url and (address := checked(file.url)):
            yield "dcterms:hasPart", "URI", Value(address)


@lru_cache(maxsize=256)
def _name(prefixed: str) -> str:
    prefix, _, local = prefixed.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


FORMAT = MetadataFormat("qdc", namespace=NAMESPACE, schema="qdc.xsd", xsd="qdc.xsd", crosswalk=crosswalk)
