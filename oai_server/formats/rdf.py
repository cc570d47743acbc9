"""rdf, an item as linked data: one node of the Bibliographic Ontology with DCMI's terms and FOAF's people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.citation import Citation, citation
from oai_server.formats.dates import accepted, embargo_end, iso, issued, submitted
from oai_server.formats.fields import TITLES, doi, dublin_core
from oai_server.formats.identifiers import dois, handles, isbn, isbns, issn, issns, landing_page, uri, urls, urns
from oai_server.formats.languages import FIELDS as LANGUAGES
from oai_server.formats.languages import tag
from oai_server.formats.names import Name, contributors, creators
from oai_server.formats.permissions import said
from oai_server.formats.qdc import AVAILABLE, checked
from oai_server.formats.rights import holders, licences
from oai_server.formats.theses import GRANTORS, NAMES
from oai_server.formats.vocabulary import ResourceType, access_terms, resource_type
from oai_server.formats.writing import XML_LANG, XSI, language_tag
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCTERMS = "http://purl.org/dc/terms/"
BIBO = "http://purl.org/ontology/bibo/"
FOAF = "http://xmlns.com/foaf/0.1/"
NAMESPACES: dict[str | None, str] = {"rdf": NAMESPACE, "dcterms": DCTERMS, "bibo": BIBO, "foaf": FOAF, "xsi": XSI}
ABOUT, RESOURCE, NODE_ID, DATATYPE, PARSE_TYPE = (
    f"{{{NAMESPACE}}}{name}" for name in ("about", "resource", "nodeID", "datatype", "parseType")
)
R, D, B, F = (ElementMaker(namespace=each) for each in (NAMESPACE, DCTERMS, BIBO, FOAF))
ROOT = ElementMaker(namespace=NAMESPACE, nsmap=NAMESPACES)
XSD = "http://www.w3.org/2001/XMLSchema#"
DATATYPES = {4: f"{XSD}gYear", 7: f"{XSD}gYearMonth", 10: f"{XSD}date"}
DCMI_TYPE = "http://purl.org/dc/dcmitype/"

# The class of an item by the first of its kinds that is here (vocabulary.ResourceType.kinds); Document for the rest.
CLASSES = {
    "journal article": "AcademicArticle",
    "contribution to journal": "Article",
    "newspaper article": "Article",
    "review": "Article",
    "preprint": "Article",
    "conference paper": "Article",
    "conference paper not in proceedings": "Article",
    "conference poster": "Document",
    "conference proceedings": "Proceedings",
    "edited book": "EditedBook",
    "book part": "Chapter",
    "book": "Book",
    "journal": "Journal",
    "periodical": "Periodical",
    "other periodical": "Periodical",
    "magazine": "Periodical",
    "newspaper": "Periodical",
    "thesis": "Thesis",
    "report": "Report",
    "technical standard": "Standard",
    "technical documentation": "Manual",
    "patent": "Patent",
    "letter": "Letter",
    "manuscript": "Manuscript",
    "cartographic material": "Map",
    "sound": "AudioDocument",
    "moving image": "AudioVisualDocument",
    "image": "Image",
}
OTHERS = ("dc.identifier", "dc.identifier.other", "dcterms.identifier")
SERIAL = {"Journal", "Periodical"}
WHOLES = {"contribution to journal": "Journal", "book part": "Book", "conference output": "Proceedings"}
HOSTED = {"AcademicArticle", "Article", "Chapter"}  # what appears in something, whose numbers are not its own
CITED = {  # relations that citations tell
    "dc.relation.ispartofbook",
    "dc.relation.ispartofseries",
    "dc.relation.isbn",
    "dc.relation.issn",
    "dc.relation.journal",
    "dcterms.ispartofseries",
}


def crosswalk(item: Item, site: Site) -> Element:
    """One node, whose properties stand in DCMI's order; in RDF the order means nothing."""
    kind, known = resource_type(item), citation(item)
    name = _class(kind)
    node = B(
        name,
        *_titles(item),
        *_people(item),
        *_contents(item),
        *_dates(item),
        *_types(item, kind, name),
        *_formats(item),
        *_identifiers(item, name),
        *map(D.language, dict.fromkeys(filter(None, map(tag, item.texts(*LANGUAGES))))),
        *_appeared(known),
        *_wholes(item, kind, name, known),
        *_relations(item, known),
        *_parts(item),
        *_words(D.spatial, item.values("dc.coverage.spatial", "dcterms.spatial")),
        *_words(D.temporal, item.values("dc.coverage.temporal", "dcterms.temporal")),
        *_words(D.source, item.values("dc.source", "dcterms.source")),
        *_rights(item),
    )
    node.set(ABOUT, _address(item))
    return ROOT.RDF(node)


def _class(kind: ResourceType) -> str:
    return next((CLASSES[label] for label in kind.kinds if label in CLASSES), "Document")


def _address(item: Item) -> str:
    """The landing page or the DOI; the OAI identifier of an item that has neither."""
    page = landing_page(item)
    return (page and checked(page)) or quote(item.identifier, safe="%/:;?@&=+$,-_.!~*'()")


def _titles(item: Item) -> Iterator[Element]:
    yield from _words(D.title, item.values(*TITLES))
    yield from _words(D.alternative, item.values("dc.title.alternative", "dcterms.alternative"))


def _people(item: Item) -> Iterator[Element]:
    """Creators and, since RDF knows no order, the list that keeps theirs; then everybody else by role."""
    authors = [(name, _node(name, f"creator{place}")) for place, name in enumerate(creators(item), 1)]
    yield from (D.creator(_agent(name, node)) for name, node in authors)
    if len(authors) > 1:
        yield B.authorList(*(R.Description(node) for _, node in authors), {PARSE_TYPE: "Collection"})
    others = contributors(item)
    yield from (B.editor(_agent(name, _node(name))) for name, role in others if role == "editor")
    yield from (B.translator(_agent(name, _node(name))) for name, role in others if role == "translator")
    yield from (
        D.contributor(_agent(name, _node(name))) for name, role in others if role not in ("editor", "translator")
    )


def _node(name: Name, known_as: str | None = None) -> dict[str, str]:
    """What a node is called: its authority's address, else a name within this document where one is wanted."""
    address = checked(name.uri) if name.uri else None
    if address:
        return {ABOUT: address}
    return {NODE_ID: known_as} if known_as else {}


def _agent(name: Name, node: dict[str, str]) -> Element:
    """A person is one whose name has its two parts or who has an ORCID; of others we do not know."""
    if name.family and name.given:
        return F.Person(F.name(name.direct), F.familyName(name.family), F.givenName(name.given), node)
    kind = "Organization" if name.organisation else "Person" if name.orcid else "Agent"
    return F(kind, F.name(name.full), node)


def _contents(item: Item) -> Iterator[Element]:
    yield from _words(D.subject, item.values(*(field for field in item.metadata if _is_subject(field))))
    yield from _words(D.abstract, item.values("dc.description.abstract", "dcterms.abstract"))
    yield from _words(D.tableOfContents, item.values("dc.description.tableofcontents", "dcterms.tableOfContents"))
    yield from _words(D.description, item.values("dc.description", "dcterms.description"))
    publishers = item.values("dc.publisher", "dcterms.publisher")
    yield from (D.publisher(F.Agent(name)) for name in _words(F.name, publishers))


def _is_subject(field: str) -> bool:
    return dublin_core(field) == ("subject", "subject")


def _dates(item: Item) -> Iterator[Element]:
    yield from _day(D.created, next(filter(None, map(iso, item.texts("dc.date.created", "dcterms.created"))), None))
    yield from _day(D.issued, issued(item))
    yield from _day(D.dateAccepted, accepted(item))
    yield from _day(D.dateSubmitted, submitted(item))
    yield from _day(D.available, _available(item))


def _available(item: Item) -> str | None:
    """The day on which an embargo ends; without one, the day on which the repository made the item available."""
    if access(item).status == "embargoed":
        end = embargo_end(item)
        return end.isoformat() if end else None
    return next(filter(None, map(iso, item.texts(*AVAILABLE))), None)


def _types(item: Item, kind: ResourceType, name: str) -> Iterator[Element]:
    """COAR's concept and DCMI's word by their URIs; the degree of a thesis and who conferred it."""
    yield D.type({RESOURCE: kind.coar.uri})
    if kind.dcmi:
        yield D.type({RESOURCE: DCMI_TYPE + kind.dcmi})
    if name == "Thesis":
        yield from (B.degree(B.ThesisDegree(degree)) for degree in _words(F.name, item.values(*NAMES)))
        yield from (B.issuer(F.Organization(grantor)) for grantor in _words(F.name, item.values(*GRANTORS)))


def _formats(item: Item) -> Iterator[Element]:
    types = [*item.texts("dc.format.mimetype"), *(file.mimetype for file in item.files if file.mimetype)]
    extents = [*item.texts("dc.format.extent", "dcterms.extent"), *(file.extent for file in item.files if file.extent)]
    yield from (D.format(text) for text in dict.fromkeys(types))
    yield from (D.extent(text) for text in dict.fromkeys(extents))
    yield from _words(D.medium, item.values("dc.format.medium", "dcterms.medium"))


def _identifiers(item: Item, name: str) -> Iterator[Element]:
    """Addresses, URNs and shelf marks; what BIBO has a property for, bare. A journal's ISSN is not its article's."""
    addresses = filter(None, map(checked, [*urls(item), *urns(item)]))
    yield from (D.identifier(text, {DATATYPE: f"{XSD}anyURI"}) for text in dict.fromkeys(addresses))
    yield from map(D.identifier, dict.fromkeys(text for text in item.texts(*OTHERS) if _is_mark(text)))
    yield from (B.doi(text) for text in dois(item) if text.isprintable() and " " not in text)
    yield from map(B.handle, handles(item))
    if name not in HOSTED:
        yield from map(_isbn, sorted(isbns(item), key=len))
    if name in SERIAL:
        yield from map(B.issn, issns(item))


def _is_mark(text: str) -> bool:
    return not (uri(text) or doi(text) or isbn(text) or issn(text))


def _isbn(text: str) -> Element:
    return B.isbn10(text) if len(text) == 10 else B.isbn13(text)


def _appeared(known: Citation) -> Iterator[Element]:
    """Where in its journal, book or series the item stands."""
    numbers = [each.number for each in known.series if each.number]
    yield from _text(B.volume, known.volume)
    yield from _text(B.issue, known.issue)
    yield from _text(B.pageStart, known.start)
    yield from _text(B.pageEnd, known.end)
    yield from _text(B.edition, known.edition)
    yield from _text(B.locator, known.detail)
    yield from _text(B.number, numbers[0] if len(numbers) == 1 else None)
    yield from _text(D.bibliographicCitation, known.text)


def _wholes(item: Item, kind: ResourceType, name: str, known: Citation) -> Iterator[Element]:
    """The journal or book around an item, by its title or at least its number; then the series."""
    if known.title or (name in HOSTED and (issns(item) or isbns(item))):
        found = next((WHOLES[label] for label in kind.kinds if label in WHOLES), None)
        serial = bool(known.volume or known.issue or issns(item))
        yield D.isPartOf(_whole(item, found or ("Journal" if serial else "Collection"), known))
    yield from (D.isPartOf(B.Series(D.title(each.title))) for each in known.series)


def _whole(item: Item, name: str, known: Citation) -> Element:
    urn, number = _number(item, name)
    whole = B(name, *_text(D.title, known.title), *number)
    if urn:
        whole.set(ABOUT, urn)
    return whole


def _number(item: Item, name: str) -> tuple[str, list[Element]]:
    """The ISSN of a journal or the ISBN of a book as a URN, and as BIBO tells it."""
    if name == "Journal":
        return next(((f"urn:issn:{text}", [B.issn(text)]) for text in issns(item)), ("", []))
    return next(((f"urn:isbn:{text}", [_isbn(text)]) for text in isbns(item)), ("", []))


def _relations(item: Item, known: Citation) -> Iterator[Element]:
    """Related things by their address, or in words; a host of the item that is told already is not told again."""
    for field in item.metadata:
        element, term = dublin_core(field) or ("", "")
        if element == "relation" and field.lower() not in CITED:
            yield from (_related(term, value) for value in item.values(field) if value.text != known.title)


def _related(term: str, value: Value) -> Element:
    address, language = checked(value.text), language_tag(value.language)
    if address:
        return D(term, {RESOURCE: address})
    return D(term, value.text, {XML_LANG: language} if language else {})


def _parts(item: Item) -> Iterator[Element]:
    """The files that are open."""
    for file in open_files(item):
        address = checked(file.url) if file.url else None
        if address:
            size = f"{file.size} bytes" if file.size is not None else None
            told = (*_text(D.title, file.name), *_text(D.format, file.mimetype), *_text(D.extent, size))
            yield D.hasPart(F.Document({ABOUT: address}, *told))


def _rights(item: Item) -> Iterator[Element]:
    yield from _words(D.rights, (value for value in said(item) if not uri(value.text)))
    yield from (D.license({RESOURCE: known.uri}) for known in licences(item) if checked(known.uri))
    yield from (D.rightsHolder(F.Agent(F.name(text))) for text in holders(item))
    yield D.accessRights({RESOURCE: access_terms(access(item).status).uri})


def _words(make: Callable[..., Element], values: Iterable[Value]) -> Iterator[Element]:
    """One element for each different text, in its language."""
    for text, language in dict.fromkeys((value.text, language_tag(value.language)) for value in values):
        yield make(text, {XML_LANG: language} if language else {})


def _text(make: Callable[..., Element], text: str | None) -> Iterator[Element]:
    if text:
        yield make(text)


def _day(make: Callable[..., Element], text: str | None) -> Iterator[Element]:
    """A date with the datatype that says how precise it is."""
    if text:
        yield make(text, {DATATYPE: DATATYPES[len(text)]})


FORMAT = MetadataFormat(
    "rdf",
    namespace=NAMESPACE,
    schema="http://www.openarchives.org/OAI/2.0/rdf.xsd",
    xsd="rdf.xsd",
    crosswalk=crosswalk,
)
