"""mods, the Library of Congress's Metadata Object Description Schema 3.7: what libraries and DPLA read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats import dates
from oai_server.formats.access import access, open_files
from oai_server.formats.citation import HOSTS, Citation, citation
from oai_server.formats.dates import embargo_end, iso
from oai_server.formats.fields import TITLES, doi
from oai_server.formats.funding import Funding, acknowledgements, fundings
from oai_server.formats.identifiers import dois, handles, isbns, issns, landing_page, uri, urls, urns
from oai_server.formats.languages import languages
from oai_server.formats.names import RELATORS, Name, contributors, creators, name_of
from oai_server.formats.remembering import made_once
from oai_server.formats.rights import holders, licence_of, licences, statements
from oai_server.formats.vocabulary import (
    COAR_ACCESS,
    TYPES,
    ResourceType,
    access_terms,
    resource_type,
    term,
    version_terms,
)
from oai_server.formats.writing import XSI, language_tag
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.loc.gov/mods/v3"
XLINK = "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NSMAP = {None: NAMESPACE, "xlink": XLINK, "xsi": XSI}

# Codes and terms of the MARC list of relators beside those that names.py knows.
CREATOR, GRANTOR, HOLDER = ("cre", "creator"), ("dgg", "degree granting institution"), ("cph", "copyright holder")

DATES = (  # element, its type, the fields
    ("dateIssued", "", dates.ISSUED),
    ("dateCreated", "", ("dc.date.created", "dcterms.created")),
    ("copyrightDate", "", ("dc.date.copyright", "dcterms.dateCopyrighted")),
    ("dateOther", "submitted", dates.SUBMITTED),
    ("dateOther", "accepted", dates.ACCEPTED),
)
POINTS = ("start", "end")
DAY = "([0-9]{4}(?:-[0-9]{2}){0,2})"
RANGE = re.compile(rf"{DAY}\s*[/–]\s*{DAY}|([0-9]{{4}})-([0-9]{{4}})")
PERIOD = re.compile(r"\b(name|start|end)=\s*([^;]*[^;\s])")
COORDINATES = re.compile(r"(?=.*[0-9])[-+0-9.,;:/°'\"′″\sNSEW]+|(?:.*;)?\s*(?:north|northlimit)=.*", re.DOTALL)
WORDS = re.compile(r"[^0-9\s-]")
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*")

# Qualifiers of dc.subject that are source codes of the Library of Congress.
VOCABULARIES, CLASSIFICATIONS = {"agrovoc", "fast", "gnd", "lcsh", "mesh"}, {"ddc", "lcc", "udc"}

RELATIONS = {  # by the qualifier of dc.relation, or the name in dcterms
    "ispartof": "host",
    "haspart": "constituent",
    "references": "references",
    "isreferencedby": "isReferencedBy",
    "isversionof": "otherVersion",
    "hasversion": "otherVersion",
    "isformatof": "otherFormat",
    "hasformat": "otherFormat",
    "isbasedon": "original",
    "replaces": "preceding",
    "isreplacedby": "succeeding",
    "requires": "",
    "isrequiredby": "",
    "conformsto": "",
    "uri": "",
}
RELATED = {f"{prefix}.{name}": sort for name, sort in RELATIONS.items() for prefix in ("dc.relation", "dcterms")} | {
    "dc.relation": "",
    "dcterms.relation": "",
    "dc.source": "original",
    "dcterms.source": "original",
}
IDENTIFIED = frozenset("uri url doi issn eissn isbn urn citation".split())  # told as what they are
NAMED = re.compile(r"(urn:)?IS[SB]N\b", re.IGNORECASE)


def offered(item: Item) -> bool:
    """Whatever has a title."""
    return bool(item.values(*TITLES))


@made_once
def crosswalk(item: Item, site: Site) -> Element:
    """The elements in the order of the MODS outline (formats.md sections 3.2 and 5.5)."""
    root = etree.Element(_name("mods"), version="3.7", nsmap=NSMAP)
    kind = resource_type(item)
    cited = citation(item)
    _titles(root, item)
    _names(root, item)
    _types(root, item, kind)
    _origin(root, item)
    _languages(root, item)
    _physical(root, item)
    _put_all(root, "abstract", item.values("dc.description.abstract", "dcterms.abstract"))
    _put_all(root, "tableOfContents", item.values("dc.description.tableofcontents", "dcterms.tableOfContents"))
    _notes(root, item, cited)
    _subjects(root, item)
    _related(root, item, kind, cited)
    _identifiers(root, item, kind, cited)
    _location(root, item)
    _conditions(root, item)
    _record(root, item, site)
    return root


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _put(parent: Element, name: str, value: Value | str | None = None, **attributes: str | None) -> Element:
    """Append an element; attributes that are None or empty are left out."""
    element = etree.SubElement(parent, _name(name), {key: told for key, told in attributes.items() if told})
    element.text = value.text if isinstance(value, Value) else value
    tag = language_tag(value.language) if isinstance(value, Value) else None
    if tag:
        element.set(LANG, tag)
    return element


def _put_all(parent: Element, name: str, values: Iterable[Value | str], **attributes: str) -> None:
    for value in dict.fromkeys(values):
        _put(parent, name, value, **attributes)


def _titles(root: Element, item: Item) -> None:
    """The first title is the one to show."""
    for place, value in enumerate(item.values(*TITLES)):
        _put(_put(root, "titleInfo", usage=None if place else "primary"), "title", value)
    for value in item.values("dc.title.alternative", "dcterms.alternative"):
        _put(_put(root, "titleInfo", type="alternative"), "title", value)


def _names(root: Element, item: Item) -> None:
    """Everybody with a role: creators first, those from author fields as authors."""
    authors = {name_of(value) for value in item.values("dc.contributor.author")}
    for place, name in enumerate(creators(item)):
        role = (RELATORS["author"].code, RELATORS["author"].term) if name in authors else CREATOR
        _person(root, name, role, usage=None if place else "primary")
    for name, does in contributors(item):
        _person(root, name, (RELATORS[does].code, RELATORS[does].term))
    for text in item.texts("thesis.degree.grantor"):
        _person(root, Name(text, organisation=True), GRANTOR)
    for text in holders(item):
        _person(root, Name(text), HOLDER)


def _person(root: Element, name: Name, role: tuple[str, str], usage: str | None = None) -> None:
    """A name in its parts; without a comma nobody knows whether it is a person's."""
    sort = "corporate" if name.organisation else "personal" if name.family else None
    element = _put(root, "name", type=sort, usage=usage, valueURI=name.other_uri)
    if name.family and name.given:
        _put(element, "namePart", name.family, type="family")
        _put(element, "namePart", name.given, type="given")
    else:
        _put(element, "namePart", name.full)
    does = _put(element, "role")
    for sort, word in zip(("code", "text"), role, strict=True):
        _put(does, "roleTerm", word, type=sort, authority="marcrelator")
    if name.orcid:
        _put(element, "nameIdentifier", name.uri, type="orcid")


def _types(root: Element, item: Item, kind: ResourceType) -> None:
    """The type in LoC's words, in COAR's and in the item's own."""
    if kind.mods:
        _put(root, "typeOfResource", kind.mods)
    _put(root, "genre", kind.coar.label, authority="coar", valueURI=kind.coar.uri)
    own = (value for value in item.values(*TYPES) if not uri(value.text))
    _put_all(root, "genre", (value for value in own if value.text.casefold() != kind.coar.label))


def _origin(root: Element, item: Item) -> None:
    publishers, told = item.values("dc.publisher", "dcterms.publisher"), list(_dates(item))
    if not publishers and not told:
        return
    origin = _put(root, "originInfo")
    _put_all(origin, "publisher", publishers)
    key = next((date for date in told if "encoding" in date[2]), None)
    for date in told:
        _put(origin, date[0], date[1], **date[2], keyDate="yes" if date is key else None)


def _dates(item: Item) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Element, text and attributes of each date; of several in one element the first that can be encoded."""
    for element, sort, fields in DATES:
        texts = (text for text in item.texts(*fields) if not text.startswith("info:"))
        told = sorted(filter(None, map(_dated, texts)), key=lambda ends: not ends[0][1])
        for text, attributes in told[0] if told else ():
            yield element, text, {**attributes, "type": sort}


def _dated(text: str) -> list[tuple[str, dict[str, str]]]:
    """A date in W3CDTF, or both ends of a range, or a date in words without encoding; nothing for mere digits."""
    if day := iso(text):
        return [(day, {"encoding": "w3cdtf"})]
    found = RANGE.fullmatch(text)
    ends = [iso(end) for end in found.groups() if end] if found else []
    if ends and all(ends):
        return [(end or "", {"encoding": "w3cdtf", "point": point}) for end, point in zip(ends, POINTS, strict=True)]
    return [(text, {})] if WORDS.search(text) else []


def _languages(root: Element, item: Item) -> None:
    """ISO 639-2 in its bibliographic form, ISO 639-3 where that has no code."""
    for known in languages(item):
        code, list_ = known.bibliographic or known.alpha3, "iso639-2b" if known.bibliographic else "iso639-3"
        _put(_put(root, "language"), "languageTerm", code, type="code", authority=list_)


def _physical(root: Element, item: Item) -> None:
    """What it is made of; closed files are nobody's business."""
    files = [file for file in item.files if file.access != "closed"]
    formats = item.texts("dc.format.mimetype", "dc.format.medium", "dc.format", "dcterms.format", "dcterms.medium")
    told = {
        "form": [text for text in formats if not MEDIA_TYPE.fullmatch(text)],
        "internetMediaType": filter(MEDIA_TYPE.fullmatch, (*formats, *(file.mimetype or "" for file in files))),
        "extent": filter(None, (*item.texts("dc.format.extent", "dcterms.extent"), *(file.extent for file in files))),
    }
    texts = {name: list(dict.fromkeys(each)) for name, each in told.items()}
    if any(texts.values()):
        holder = _put(root, "physicalDescription")
        for name, each in texts.items():
            _put_all(holder, name, each)


def _notes(root: Element, item: Item, cited: Citation) -> None:
    """What is said besides; note types are LoC's. A citation stands here where there is no host to hold it."""
    _put_all(root, "note", item.values("dc.description", "dcterms.description"))
    if degree := ", ".join(item.texts("thesis.degree.name", "thesis.degree.level", "thesis.degree.discipline")):
        _put(root, "note", degree, type="thesis")
    if version := version_terms(item):
        _put(root, "note", version.name, **{"type": "version identification", HREF: version.uri})
    _put_all(root, "note", item.texts("dc.description.version"), type="version identification")
    if cited.text and not cited.title:
        _put(root, "note", cited.text, type="preferred citation")
    sponsors = {name.full for name, role in contributors(item) if role == "sponsor"}
    for grant in fundings(item):
        if grant != Funding(funder=grant.funder) or grant.funder not in sponsors:
            _funding(root, grant)
    _put_all(root, "note", acknowledgements(item), type="funding")


def _funding(root: Element, grant: Funding) -> None:
    address = uri(grant.uri or grant.agreement or "")
    words = (grant.funder, grant.programme, grant.number, grant.title, grant.acronym)
    text = ", ".join(filter(None, words)) or address
    if text:
        _put(root, "note", text, **{"type": "funding", HREF: address})


def _subjects(root: Element, item: Item) -> None:
    """Topics, places and times, then class numbers."""
    lists = [(list_, value) for list_, field in _qualified(item, "subject") for value in item.values(field)]
    for list_, value in lists:
        if list_ not in CLASSIFICATIONS:
            _topic(root, "topic", value, list_ if list_ in VOCABULARIES else None)
    for value in item.values("dc.coverage.spatial", "dcterms.spatial", "dc.coverage"):
        _place(root, value)
    for value in item.values("dc.coverage.temporal", "dcterms.temporal"):
        _period(root, value)
    for list_, value in lists:
        if list_ in CLASSIFICATIONS:
            _put(root, "classification", value, authority=list_)


def _topic(root: Element, name: str, value: Value, list_: str | None = None) -> None:
    _put(_put(root, "subject", authority=list_), name, value, valueURI=uri(value.authority or ""))


def _qualified(item: Item, element: str) -> Iterator[tuple[str, str]]:
    """The fields of a Dublin Core element, each after its qualifier in lower case, which may be empty."""
    for field in item.metadata:
        schema, name, qualifier = (*field.lower().split(".", 2), "", "")[:3]
        if schema in ("dc", "dcterms") and name == element:
            yield qualifier, field


def _place(root: Element, value: Value) -> None:
    """A name, or the coordinates of a point or a box; a date among the coverage is a time."""
    if iso(value.text):
        _period(root, value)
    elif COORDINATES.fullmatch(value.text):
        _put(_put(_put(root, "subject"), "cartographics"), "coordinates", value.text)
    else:
        _topic(root, "geographic", value)


def _period(root: Element, value: Value) -> None:
    """A time that can be encoded, perhaps with two ends, also as DCMI Period tells it; any other as it is."""
    parts = dict(PERIOD.findall(value.text))
    told = [(day, {"encoding": "w3cdtf", "point": point}) for point in POINTS if (day := iso(parts.get(point, "")))]
    ends = told or [end for end in _dated(value.text) if end[1]]
    if not ends or "name" in parts:
        _topic(root, "temporal", replace(value, text=parts.get("name", value.text)))
    if ends:
        subject = _put(root, "subject")
        for text, attributes in ends:
            _put(subject, "temporal", text, **attributes)


def _related(root: Element, item: Item, kind: ResourceType, cited: Citation) -> None:
    """The journal or book that holds the item, its series, then all other relations."""
    numbers = _host_numbers(item, kind, cited)
    if cited.title or numbers:
        _host(root, cited, numbers)
    for each in cited.series:
        if each.title:
            info = _put(_put(root, "relatedItem", type="series"), "titleInfo")
            _put(info, "title", each.title)
            _put_all(info, "partNumber", filter(None, [each.number]))
    for sort, value in _relations(item, cited):
        related = _put(root, "relatedItem", type=sort)
        if address := uri(value.text):
            _put(related, "identifier", address, type="uri")
        else:
            _put(_put(related, "titleInfo"), "title", value)


def _host_numbers(item: Item, kind: ResourceType, cited: Citation) -> list[tuple[str, str]]:
    """An ISSN is the host's unless the item is a serial itself; an ISBN is if the item is a part of a known book."""
    serials = [] if _is_serial(kind) else issns(item)
    books = isbns(item) if _is_part(kind, cited) else []
    return [*(("issn", number) for number in serials), *(("isbn", number) for number in books)]


def _is_serial(kind: ResourceType) -> bool:
    return kind.marc.endswith("s")


def _is_part(kind: ResourceType, cited: Citation) -> bool:
    return bool(cited.title) and kind.marc[1:] in ("a", "b")


def _host(root: Element, cited: Citation, numbers: Iterable[tuple[str, str]]) -> None:
    host = _put(root, "relatedItem", type="host")
    if cited.title:
        _put(_put(host, "titleInfo"), "title", cited.title)
        _part(host, cited)
    for sort, number in numbers:
        _put(host, "identifier", number, type=sort)


def _part(host: Element, cited: Citation) -> None:
    """Where in the host: volume, issue, pages, and what could not be told apart."""
    texts = [text for text in (cited.detail, cited.text) if text]
    if not (texts or cited.volume or cited.issue or cited.start or cited.end):
        return
    part = _put(host, "part")
    for sort, number in (("volume", cited.volume), ("issue", cited.issue)):
        if number:
            _put(_put(part, "detail", type=sort), "number", number)
    if cited.start or cited.end:
        extent = _put(part, "extent", unit="pages")
        _put_all(extent, "start", filter(None, [cited.start]))
        _put_all(extent, "end", filter(None, [cited.end]))
    _put_all(part, "text", texts)


def _relations(item: Item, cited: Citation) -> Iterator[tuple[str, Value]]:
    """Types and values of relations that the host, the series and the notes do not tell."""
    for field in item.metadata:
        sort = RELATED.get(field.lower())
        for value in item.values(field) if sort is not None else ():
            hosted = field in HOSTS and value.text == cited.title
            if not (hosted or value.text.startswith("info:eu-repo/") or NAMED.match(value.text)):
                yield sort or "", value


def _identifiers(root: Element, item: Item, kind: ResourceType, cited: Citation) -> None:
    """Every identifier of the item itself, with the LoC code of its scheme."""
    told = {
        "doi": dois(item),
        "hdl": handles(item),
        "uri": [url for url in urls(item) if not doi(url)],
        "isbn": [] if _is_part(kind, cited) else isbns(item),
        "issn": issns(item) if _is_serial(kind) else [],
        "urn": urns(item),
    }
    for sort, texts in told.items():
        for text in texts:
            _put(root, "identifier", text, type=sort)
    for sort, text in dict.fromkeys(_others(item)):
        _put(root, "identifier", text, type=sort)


def _others(item: Item) -> Iterator[tuple[str, str]]:
    """Identifiers of schemes that we do not know, typed by the qualifier of their field."""
    for qualifier, field in _qualified(item, "identifier"):
        for text in item.texts(field) if qualifier not in IDENTIFIED else ():
            if not (uri(text) or doi(text) or NAMED.match(text)):
                yield qualifier if qualifier not in ("", "other") else "local", text


def _location(root: Element, item: Item) -> None:
    """The landing page, and each file that is open."""
    page = landing_page(item)
    files = [(file, address) for file in open_files(item) if (address := uri(file.url or ""))]
    if not page and not files:
        return
    location = _put(root, "location")
    if page:
        _put(location, "url", page, usage="primary", access="object in context")
    for file, address in files:
        _put(location, "url", address, access="raw object", displayLabel=file.name, note=file.description)


def _conditions(root: Element, item: Item) -> None:
    """Who gets at it, then what may be done with it: licences by address, then statements in words that add to these.

    An access right among the statements is left out: the files know better, for one that it is an embargo's and over.
    """
    terms, end = access_terms(access(item).status), embargo_end(item)
    words = f"{terms.label} until {end.isoformat()}" if end else terms.label
    _put(root, "accessCondition", words, **{"type": "restriction on access", HREF: terms.uri})
    known = licences(item)
    for each in known:
        _put(root, "accessCondition", each.name, **{"type": "use and reproduction", HREF: each.uri})
    names = {text.casefold() for each in known for text in (each.name, each.label)}
    for value in statements(item):
        if value.text.casefold() not in names and not (licence_of(value.text) or _is_access_right(value.text)):
            _put(root, "accessCondition", value, type="use and reproduction")


def _is_access_right(text: str) -> bool:
    return bool(term(COAR_ACCESS, text) or term("eu-repo access", text))


def _record(root: Element, item: Item, site: Site) -> None:
    """Who describes it, since when, under which identifier."""
    info = _put(root, "recordInfo")
    _put(info, "recordContentSource", site.name)
    taken_in = iso(item.first("dc.date.accessioned") or "")
    if taken_in:
        _put(info, "recordCreationDate", taken_in, encoding="w3cdtf")
    _put(info, "recordIdentifier", item.identifier, source=site.repository_identifier)


FORMAT = MetadataFormat(
    "mods",
    namespace=NAMESPACE,
    schema="http://www.loc.gov/standards/mods/v3/mods-3-7.xsd",
    xsd="mods.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
