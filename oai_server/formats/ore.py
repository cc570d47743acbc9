"""ore, a resource map in Atom (ORE 1.0): which files make up an item, for harvesters that fetch them too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from urllib.parse import quote

from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.dates import day_or_none, issued, w3cdtf
from oai_server.formats.fields import TITLES, WEB_ADDRESS
from oai_server.formats.identifiers import landing_page, uri
from oai_server.formats.names import creators
from oai_server.formats.rights import licence
from oai_server.formats.vocabulary import access_terms, resource_type
from oai_server.formats.writing import XML_LANG, XSI, language_tag
from oai_server.model import File, Item, MetadataFormat, Site

NAMESPACE = "http://www.w3.org/2005/Atom"
ORE = "http://www.openarchives.org/ore/terms/"
OREATOM = "http://www.openarchives.org/ore/atom/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCTERMS = "http://purl.org/dc/terms/"
COAR_TYPES = "http://purl.org/coar/resource_type/"
DSPACE_FILE = "http://www.dspace.org/objectModel/DSpaceBitstream"
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*")

PREFIXES = {"atom": NAMESPACE, "oreatom": OREATOM, "rdf": RDF, "dcterms": DCTERMS, "xsi": XSI}
ENTRY = ElementMaker(namespace=NAMESPACE, nsmap=PREFIXES)
ATOM = ElementMaker(namespace=NAMESPACE)
TERMS = ElementMaker(namespace=DCTERMS)
MAP = ElementMaker(namespace=OREATOM)
R = ElementMaker(namespace=RDF)


def offered(item: Item) -> bool:
    """Items that tell what Atom makes mandatory (RFC 4287, section 4.1.2): a title, and when they last changed."""
    return bool(item.first(*TITLES) and changed(item))


def crosswalk(item: Item, site: Site) -> Element:
    """About the map, about the aggregation, the open files that it aggregates, what else is true of both."""
    files = {href: file for file in open_files(item) if (href := web_address(file.url))}
    return ENTRY.entry(
        *_map(item, site),
        *_aggregation(item),
        *(ATOM.link(_aggregated(href, file)) for href, file in files.items()),
        MAP.triples(_access(item, site), *map(_file, files)),
    )


def changed(item: Item) -> datetime | None:
    """When the item last changed, as far as it tells: it came in, or was issued on a day; then an embargo ended."""
    day = day_or_none(issued(item) or "")
    start = accessioned(item) or (datetime.combine(day, time(), UTC) if day else None)
    ended = (datetime.combine(file.available, time(), UTC) for file in open_files(item) if file.available)
    return max([start, *ended]) if start else None


def accessioned(item: Item) -> datetime | None:
    """When the item came in, in UTC; where only a day is told, at its midnight."""
    return next((known for text in item.texts("dc.date.accessioned") if (known := _instant(text))), None)


def instant_text(known: datetime) -> str:
    """The instant as RFC 3339 writes it: ``2018-03-02T09:14:11Z``."""
    return known.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def web_address(text: str | None) -> str | None:
    """The text as an address that every check of anyURI passes, if it is one."""
    known = uri(text or "")
    return known if known and WEB_ADDRESS.fullmatch(known) else None


def _instant(text: str) -> datetime | None:
    told = w3cdtf(text) or ""
    known = datetime.fromisoformat(told) if len(told) >= 10 else None
    try:
        return known and (known.astimezone(UTC) if known.tzinfo else known.replace(tzinfo=UTC))
    except OverflowError:  # an offset at the end of time
        return None


def _map(item: Item, site: Site) -> Iterator[Element]:
    """The map is this record; the aggregation is another thing, so its address is a place in it. Who made the map."""
    own, came, last = _record(item, site, "ore"), accessioned(item), changed(item)
    yield ATOM.id(item.identifier)
    yield ATOM.link(_alternate(item, site))
    yield ATOM.link(rel=f"{ORE}describes", href=f"{own}#aggregation")
    yield ATOM.link(rel="self", href=own, type="text/xml")
    if came:
        yield ATOM.published(instant_text(came))
    if last:
        yield ATOM.updated(instant_text(last))
    yield ATOM.source(_author(site.name, web_address(site.base_url)))


def _alternate(item: Item, site: Site) -> dict[str, str]:
    """The page for people; without one, the item in oai_dc, which it always has."""
    page = web_address(landing_page(item))
    if page:
        return {"rel": "alternate", "href": page}
    return {"rel": "alternate", "href": _record(item, site, "oai_dc"), "type": "text/xml"}


def _aggregation(item: Item) -> Iterator[Element]:
    """Its categories are its types: it is an aggregation, and it is an article."""
    title, kind = item.values(*TITLES)[0], resource_type(item).coar
    tag = language_tag(title.language)
    yield ATOM.title(title.text, {XML_LANG: tag} if tag else {})
    yield from (_author(name.full, web_address(name.uri)) for name in creators(item))
    yield ATOM.category(scheme=ORE, term=f"{ORE}Aggregation", label="Aggregation")
    yield ATOM.category(scheme=COAR_TYPES, term=kind.uri, label=kind.label)


def _author(name: str, address: str | None) -> Element:
    return ATOM.author(ATOM.name(name), *([ATOM.uri(address)] if address else []))


def _aggregated(href: str, file: File) -> dict[str, str]:
    known = {
        "rel": f"{ORE}aggregates",
        "href": href,
        "title": file.name,
        "type": file.mimetype if MEDIA_TYPE.fullmatch(file.mimetype or "") else None,
        "length": str(file.size) if file.size is not None and file.size >= 0 else None,
    }
    return {name: text for name, text in known.items() if text}


def _access(item: Item, site: Site) -> Element:
    """Who may see the item, and what they may do with it."""
    terms = [TERMS.accessRights({f"{{{RDF}}}resource": access_terms(access(item).status).uri})]
    known = licence(item)
    if known and web_address(known.uri):
        terms.append(TERMS.rights({f"{{{RDF}}}resource": known.uri}))
    return R.Description({f"{{{RDF}}}about": f"{_record(item, site, 'ore')}#aggregation"}, *terms)


def _file(href: str) -> Element:
    """A file in the words of DSpace, whose harvester reads from them in which bundle it belongs."""
    return R.Description(
        {f"{{{RDF}}}about": href},
        R.type({f"{{{RDF}}}resource": DSPACE_FILE}),
        TERMS.description("ORIGINAL"),
    )


def _record(item: Item, site: Site, prefix: str) -> str:
    """The address of a record of the item."""
    identifier = quote(item.identifier, safe=":/")
    return f"{site.base_url}?verb=GetRecord&metadataPrefix={prefix}&identifier={identifier}"


FORMAT = MetadataFormat(
    "ore",
    namespace=NAMESPACE,
    schema="http://www.openarchives.org/OAI/2.0/atom_entry.xsd",
    xsd="ore.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
