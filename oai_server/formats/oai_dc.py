"""oai_dc, unqualified Dublin Core: the format every repository must offer (section 3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.citation import Citation, citation
from oai_server.formats.dates import ISSUED, iso
from oai_server.formats.fields import HIDDEN, REFINEMENTS, doi, dublin_core
from oai_server.formats.identifiers import BETWEEN_DOIS, doi_url, dois, landing_page, uri
from oai_server.formats.languages import languages
from oai_server.formats.names import NOT_NAMES
from oai_server.formats.permissions import access_in_words, said
from oai_server.formats.remembering import made_once
from oai_server.formats.vocabulary import resource_type
from oai_server.formats.writing import XSI, add
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"

# Where a field comes before others of its element; the rest stand as they are stored.
FIRST = ("dc.title", "dcterms.title", "dc.contributor.author", "dc.description.abstract", "dcterms.abstract")
CREATED = ("dc.date.created", "dcterms.created", "dc.date.copyright")
JOURNALS = ("dc.identifier.issn", "dc.identifier.eissn", "dc.relation.issn")
KEPT_BACK = {
    *HIDDEN,
    *JOURNALS,
    "dc.description.sponsorship",
    "dc.description.version",
    "dc.description.status",
    "dc.identifier.doi",
    "dc.identifier.grantnumber",
    "dc.identifier.isbn",
    "dc.publisher.country",
    "dc.publisher.place",
    "dc.type.qualificationlevel",
    "dc.type.qualificationname",
}
CODES = ("http:", "https:", "info:", "urn:")  # values that begin so are in no language


@made_once
def crosswalk(item: Item, site: Site) -> Element:
    """The fifteen elements, each value once; of an item that tells nothing, its OAI identifier."""
    root = etree.Element(f"{{{NAMESPACE}}}dc", nsmap={"oai_dc": NAMESPACE, "dc": DC, "xsi": XSI})
    told: dict[str, dict[Value, None]] = {name: {} for name in REFINEMENTS}
    for name, value in _pairs(item):
        told[name][value] = None
    if not any(told.values()):
        told["identifier"][Value(item.identifier)] = None
    for name, values in told.items():
        add(root, f"{{{DC}}}{name}", values)
    return root


def _pairs(item: Item) -> Iterator[tuple[str, Value]]:
    """Element names with their values."""
    yield from _as_told(item)
    yield from (("date", Value(text)) for text in _date(item))
    yield from (("format", Value(text)) for text in _formats(item))
    yield from (("identifier", Value(text)) for text in _identifiers(item))
    yield from (("source", Value(text)) for text in _sources(item))
    yield from (("language", Value(each.alpha3)) for each in languages(item) if each.alpha3)
    if access(item).status != "metadata only":
        yield "rights", Value(access_in_words(item), "en")
    yield from (("rights", value) for value in said(item))


def _as_told(item: Item) -> Iterator[tuple[str, Value]]:
    """What needs no more than its element."""
    for field in sorted(item.metadata, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)):
        element = _element(field)
        if element:
            yield from ((element, _plain(element, value)) for value in item.metadata[field])


@lru_cache(maxsize=4096)
def _element(field: str) -> str | None:
    """The element in which a field is told as it is (formats.md section 3.1), None where it is not."""
    element, term = dublin_core(field) or ("", "")
    if field.lower() in KEPT_BACK or _is_technical(field, element):
        return None
    if term == "bibliographicCitation":
        return "source"
    if field in ("dc.type.coar", "oaire.resourceType"):
        return "type"
    return None if element in ("", "date", "identifier", "language", "rights") else element


def _is_technical(field: str, element: str) -> bool:
    """Whether a field holds ORCIDs, addresses or affiliations beside people's names."""
    return element in ("creator", "contributor") and field.lower().rpartition(".")[2] in NOT_NAMES


def _plain(element: str, value: Value) -> Value:
    """A value without authority, and without the language of what is in none."""
    coded = element == "format" or value.text.startswith(CODES)
    return Value(value.text, None if coded else value.language)


def _date(item: Item) -> list[str]:
    """One date, of issue or else of making: in ISO 8601, or as it is told where it cannot be read."""
    for fields in (ISSUED, CREATED):
        texts = [text for text in item.texts(*fields) if not text.startswith("info:")]
        if texts:
            return [next(filter(None, map(iso, texts)), texts[0])]
    return []


def _formats(item: Item) -> Iterator[str]:
    """Types and extents of the files."""
    for file in item.files:
        yield from filter(None, (file.mimetype, file.extent))


def _identifiers(item: Item) -> Iterator[str]:
    """The landing page, the DOIs, what else names the item, the addresses of files for those who want the text."""
    page = landing_page(item)
    if page and not doi(page):
        yield page
    yield from map(doi_url, dois(item))
    for field in item.metadata:
        if dublin_core(field) == ("identifier", "identifier") and field.lower() not in KEPT_BACK:
            yield from (uri(text) or text for text in item.texts(field) if not _is_doi(text))
    yield from _isbns(item, of_host=False)
    yield from (uri(file.url) or file.url for file in open_files(item) if file.url)


def _is_doi(text: str) -> bool:
    return all(map(doi, BETWEEN_DOIS.split(text.strip())))


def _isbns(item: Item, of_host: bool) -> list[str]:
    """The ISBNs of the item, or of the book that it is a part of."""
    texts = item.texts("dc.identifier.isbn")
    if not texts or ("book part" in resource_type(item).kinds) != of_host:
        return []
    return [_labelled("ISBN", text) for text in texts]


def _sources(item: Item) -> Iterator[str]:
    """The host by its name and numbers, where nobody wrote a citation, and by its ISSN or ISBN."""
    if item.first("oaire.citation.title") and not item.first("dc.identifier.citation", "dcterms.bibliographicCitation"):
        yield _cited(citation(item))
    yield from (_labelled("ISSN", text) for text in item.texts(*JOURNALS))
    yield from _isbns(item, of_host=True)


def _cited(known: Citation) -> str:
    """``Annals of Lazy Analysis, 3 (2), 101-118``."""
    numbers = " ".join(filter(None, (known.volume, known.issue and f"({known.issue})")))
    return ", ".join(filter(None, (known.title, numbers, known.pages)))


def _labelled(label: str, text: str) -> str:
    return text if label in text.upper() else f"{label}: {text}"


FORMAT = MetadataFormat(
    "oai_dc",
    namespace=NAMESPACE,
    schema="http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    xsd="oai_dc.xsd",
    crosswalk=crosswalk,
)
