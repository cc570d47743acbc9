"""edm, the Europeana Data Model as providers write it: the object, views of it, and the aggregation of both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats import languages
from oai_server.formats.access import access, open_files
from oai_server.formats.citation import HOSTED
from oai_server.formats.dates import EMBARGO_END
from oai_server.formats.fields import CREATORS, TITLES, WEB_ADDRESS, doi
from oai_server.formats.identifiers import doi_url, dois, isbns, landing_page, uri, urls, urns
from oai_server.formats.names import CORPORATE_CREATORS, contributors
from oai_server.formats.rights import holders, licences, statements
from oai_server.formats.vocabulary import resource_type
from oai_server.formats.writing import XSI, add
from oai_server.model import File, Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
EDM = "http://www.europeana.eu/schemas/edm/"
ORE = "http://www.openarchives.org/ore/terms/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
NSMAP = {"rdf": NAMESPACE, "edm": EDM, "ore": ORE, "dc": DC, "dcterms": DCTERMS, "xsi": XSI}
ABOUT, RESOURCE = f"{{{NAMESPACE}}}about", f"{{{NAMESPACE}}}resource"

# The versions and countries of Creative Commons licences that Europeana knows (rules of its schema for edm:rights).
PORTS = {
    "1.0": "fi il nl",
    "2.0": "au at be br ca cl hr uk fr de it jp nl pl kr es tw",
    "2.5": "ar au br bg ca cn co hr dk hu in il it mk my mt mx nl pe pl pt scotland si za es se ch tw",
    "3.0": "au at br cl cn cr hr cz ec eg ee fr de gr gt hk igo ie it lu nl nz no ph pl pt pr ro rs sg za es ch tw th "
    "ug us ve vn",
}
PORTED = "|".join(f"{version}/(?:(?:{'|'.join(ports.split())})/)?" for version, ports in PORTS.items())
KNOWN_RIGHTS = re.compile(
    rf"http://creativecommons\.org/licenses/[a-z-]+/(?:{PORTED}|2\.1/(?:au|es|jp)/|4\.0/)"
    r"|http://creativecommons\.org/publicdomain/[a-z]+/1\.0/|http://rightsstatements\.org/.+"
)
DESCRIPTIONS = ("dc.description.abstract", "dcterms.abstract", "dc.description", "dcterms.description")
MEDIA = {"IMAGE": "image/", "SOUND": "audio/", "VIDEO": "video/", "3D": "model/"}
RELATIONS = {
    "conformsto": "conformsTo",
    "hasformat": "hasFormat",
    "haspart": "hasPart",
    "hasversion": "hasVersion",
    "isformatof": "isFormatOf",
    "isreferencedby": "isReferencedBy",
    "isreplacedby": "isReplacedBy",
    "isrequiredby": "isRequiredBy",
    "isversionof": "isVersionOf",
    "references": "references",
    "replaces": "replaces",
    "requires": "requires",
}


def offered(item: Item) -> bool:
    """Items with all that Europeana makes mandatory; of its four properties of which one is, dc:type is always told."""
    kind = resource_type(item).edm
    told = item.first(*TITLES, *DESCRIPTIONS)
    return bool(kind and told and (kind != "TEXT" or _languages(item)) and _rights(item) and _shown(item))


def crosswalk(item: Item, site: Site) -> Element:
    """The three classes; elements in the order of the official schema."""
    root = etree.Element(f"{{{NAMESPACE}}}RDF", nsmap=NSMAP)
    kind, views, rights = resource_type(item).edm or "", _views(item), _rights(item)
    _object(root, item, kind)
    for address, file in views.items():
        _view(root, address, file, rights)
    _aggregation(root, item, views, rights, site)
    return root


def _object(root: Element, item: Item, kind: str) -> None:
    """What the item is: texts first, then addresses of what it is related to."""
    cho = etree.SubElement(root, f"{{{EDM}}}ProvidedCHO", {ABOUT: item.identifier})
    for name, told in PROPERTIES.items():
        add(cho, name, dict.fromkeys(told(item)))
    related = [(name, address) for name, text in _relations(item) if (address := _address(text))]
    for name, address in sorted(dict.fromkeys(related), key=lambda pair: pair[0]):
        etree.SubElement(cho, f"{{{DCTERMS}}}{name}", {RESOURCE: address})
    add(cho, f"{{{EDM}}}type", [kind])


def _view(root: Element, address: str, file: File, rights: str) -> None:
    view = etree.SubElement(root, f"{{{EDM}}}WebResource", {ABOUT: address})
    add(view, f"{{{DC}}}description", filter(None, [file.description]))
    add(view, f"{{{DC}}}format", filter(None, [file.mimetype]))
    add(view, f"{{{DCTERMS}}}extent", filter(None, [file.extent]))
    etree.SubElement(view, f"{{{EDM}}}rights", {RESOURCE: rights})


def _aggregation(root: Element, item: Item, views: dict[str, File], rights: str, site: Site) -> None:
    """The object, who gives it and where it is seen; a picture stands for itself as its preview."""
    best, others = next(iter(views), None), [*views][1:]
    picture = best if best and (views[best].mimetype or "").startswith("image/") else None
    parts = etree.SubElement(root, f"{{{ORE}}}Aggregation", {ABOUT: f"{item.identifier}#aggregation"})
    etree.SubElement(parts, f"{{{EDM}}}aggregatedCHO", {RESOURCE: item.identifier})
    add(parts, f"{{{EDM}}}dataProvider", [site.name])
    places = [("isShownAt", _page(item)), ("isShownBy", best), ("object", picture)]
    for name, address in (*(("hasView", each) for each in others), *places):
        if address:
            etree.SubElement(parts, f"{{{EDM}}}{name}", {RESOURCE: address})
    add(parts, f"{{{EDM}}}provider", [site.name])
    etree.SubElement(parts, f"{{{EDM}}}rights", {RESOURCE: rights})


def _rights(item: Item) -> str:
    """The first licence or rights statement of the item that is on Europeana's list; empty if there is none."""
    known = (each.europeana for each in licences(item) if each.europeana)
    return next(filter(KNOWN_RIGHTS.fullmatch, known), "")


def _shown(item: Item) -> bool:
    return bool(_page(item) or _views(item))


def _page(item: Item) -> str | None:
    known = landing_page(item)
    return known if known and WEB_ADDRESS.fullmatch(known) else None


def _views(item: Item) -> dict[str, File]:
    """Where the files of an open item are, the best first: the first of the object's own kind, else the first."""
    if access(item).status != "open":
        return {}
    media = MEDIA.get(resource_type(item).edm or "", "")
    found: dict[str, File] = {}
    for file in sorted(open_files(item), key=lambda file: not (file.mimetype or "").startswith(media)):
        address = uri(file.url or "")
        if address and WEB_ADDRESS.fullmatch(address):
            found.setdefault(address, file)
    return found


# What is told of the object


def _of(*fields: str) -> Callable[[Item], Iterable[Value | str]]:
    """The values of these fields, with nothing but their languages."""
    return lambda item: [Value(value.text, value.language) for value in item.values(*fields)]


def _contributors(item: Item) -> Iterator[str]:
    return (name.full for name, role in contributors(item) if role != "sponsor")


def _dates(item: Item) -> Iterator[str]:
    return (text for text in item.texts("dc.date", "dcterms.date") if not text.startswith(EMBARGO_END))


def _identifiers(item: Item) -> Iterator[str]:
    """Addresses, DOIs as addresses, URNs and ISBNs, then what has no form that we know."""
    yield from (text for text in urls(item) if not doi(text))
    yield from map(doi_url, dois(item))
    yield from urns(item)
    if not HOSTED.intersection(resource_type(item).kinds):  # else it is the book's around the item
        yield from (f"ISBN: {text}" for text in isbns(item))
    others = item.texts("dc.identifier.other", "dc.identifier")
    yield from (text for text in others if not doi(text) and not uri(text))


def _languages(item: Item) -> list[str]:
    return [tag for text in item.texts(*languages.FIELDS) if (tag := languages.tag(text))]


def _plain_relations(item: Item) -> Iterator[str]:
    """Relations without a kind or without an address; grants are none of the object's."""
    others = item.texts("dc.relation", "dc.relation.uri", "dcterms.relation")
    yield from (text for text in others if not text.lower().startswith("info:eu-repo/"))
    yield from (text for _, text in _relations(item) if not _address(text))


def _relations(item: Item) -> Iterator[tuple[str, str]]:
    """What the item is related to, by the element that says how."""
    for field in item.metadata:
        schema, _, rest = field.lower().partition(".")
        word = rest.removeprefix("relation.")
        if schema in ("dc", "dcterms") and word in RELATIONS:
            yield from ((RELATIONS[word], text) for text in item.texts(field))


def _address(text: str) -> str | None:
    bare = doi(text)
    address = doi_url(bare) if bare else uri(text)
    return address if address and (WEB_ADDRESS.fullmatch(address) or address.lower().startswith("urn:")) else None


def _rights_in_words(item: Item) -> Iterator[Value | str]:
    yield from (Value(value.text, value.language) for value in statements(item))
    yield from holders(item)


def _subjects(item: Item) -> Iterable[Value | str]:
    fields = (field for field in item.metadata if re.match(r"(dc|dcterms)\.subject(\.|$)", field))
    return _of(*fields)(item)


def _types(item: Item) -> list[str]:
    """Types as they were told, but for those that are addresses."""
    told = [text for text in item.texts("dc.type", "dcterms.type") if not uri(text)]
    return told or [resource_type(item).label]


PROPERTIES: dict[str, Callable[[Item], Iterable[Value | str]]] = {
    f"{{{DC}}}contributor": _contributors,
    f"{{{DC}}}coverage": _of("dc.coverage", "dcterms.coverage"),
    f"{{{DC}}}creator": _of(*CREATORS, *CORPORATE_CREATORS),
    f"{{{DC}}}date": _dates,
    f"{{{DC}}}description": _of(*DESCRIPTIONS),
    f"{{{DC}}}format": _of("dc.format", "dcterms.format"),
    f"{{{DC}}}identifier": _identifiers,
    f"{{{DC}}}language": _languages,
    f"{{{DC}}}publisher": _of("dc.publisher", "dcterms.publisher"),
    f"{{{DC}}}relation": _plain_relations,
    f"{{{DC}}}rights": _rights_in_words,
    f"{{{DC}}}source": _of("dc.source", "dcterms.source"),
    f"{{{DC}}}subject": _subjects,
    f"{{{DC}}}title": _of(*TITLES),
    f"{{{DC}}}type": _types,
    f"{{{DCTERMS}}}alternative": _of("dc.title.alternative", "dcterms.alternative"),
    f"{{{DCTERMS}}}created": _of("dc.date.created", "dcterms.created"),
    f"{{{DCTERMS}}}extent": _of("dc.format.extent", "dcterms.extent"),
    f"{{{DCTERMS}}}isPartOf": _of("dc.relation.ispartof", "dcterms.isPartOf", "dc.relation.ispartofseries"),
    f"{{{DCTERMS}}}issued": _of("dc.date.issued", "dcterms.issued"),
    f"{{{DCTERMS}}}medium": _of("dc.format.medium", "dcterms.medium"),
    f"{{{DCTERMS}}}spatial": _of("dc.coverage.spatial", "dcterms.spatial"),
    f"{{{DCTERMS}}}tableOfContents": _of("dc.description.tableofcontents", "dcterms.tableOfContents"),
    f"{{{DCTERMS}}}temporal": _of("dc.coverage.temporal", "dcterms.temporal"),
}


FORMAT = MetadataFormat(
    "edm",
    namespace=NAMESPACE,
    schema="http://www.europeana.eu/schemas/edm/EDM.xsd",
    xsd="edm.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
