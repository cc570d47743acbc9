"""etdms, the Electronic Theses and Dissertations Metadata Set 1.0: for theses only."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import open_files
from oai_server.formats.dates import issued
from oai_server.formats.fields import TITLES, WEB_ADDRESS, dublin_core
from oai_server.formats.identifiers import doi_url, dois, handles, isbns, landing_page, uri, urls, urns
from oai_server.formats.languages import FIELDS as LANGUAGES
from oai_server.formats.languages import tag
from oai_server.formats.names import Name, contributors, creators
from oai_server.formats.permissions import access_in_words, said
from oai_server.formats.rights import holders
from oai_server.formats.theses import DISCIPLINES, GRANTORS, LEVELS, NAMES, is_thesis
from oai_server.formats.writing import XSI, add
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.ndltd.org/standards/metadata/etdms/1.0/"
TAGS = {
    name: f"{{{NAMESPACE}}}{name}"
    for name in """thesis title alternativeTitle creator subject description publisher contributor date type format
    identifier language coverage rights degree name level discipline grantor""".split()
}
SCHEMES = {"ddc": "DDC", "lcc": "LCC", "lcsh": "LCSH", "mesh": "MeSH", "udc": "UDC"}
DEGREE = {"name": NAMES, "level": LEVELS, "discipline": DISCIPLINES, "grantor": GRANTORS}


def offered(item: Item) -> bool:
    """Theses that have what the set makes mandatory: title, creator, subject, date and an identifier."""
    if not item.first(*TITLES) or not is_thesis(item):
        return False
    return all((creators(item), _subjects(item), issued(item), _identifiers(item)))


def crosswalk(item: Item, site: Site) -> Element:
    """A strict sequence (formats.md sections 3.1 and 5.11)."""
    root = etree.Element(TAGS["thesis"], nsmap={None: NAMESPACE, "xsi": XSI})
    add(root, TAGS["title"], item.values(*TITLES))
    add(root, TAGS["alternativeTitle"], item.values("dc.title.alternative", "dcterms.alternative"))
    for name in creators(item):
        add(root, TAGS["creator"], [name.full], **_resource(name))
    for value, scheme in _subjects(item):
        add(root, TAGS["subject"], [value], **scheme)
    _describe(root, item)
    add(root, TAGS["publisher"], item.texts("dc.publisher", "dcterms.publisher"))
    for name, role in contributors(item):
        if role != "sponsor":
            add(root, TAGS["contributor"], [name.full], role=role, **_resource(name))
    add(root, TAGS["date"], filter(None, [issued(item)]))
    add(root, TAGS["type"], _types(item))
    add(root, TAGS["format"], _formats(item))
    add(root, TAGS["identifier"], _identifiers(item))
    add(root, TAGS["language"], dict.fromkeys(filter(None, map(tag, item.texts(*LANGUAGES)))))
    add(root, TAGS["coverage"], _values(item, "coverage"))
    add(root, TAGS["rights"], [Value(access_in_words(item), "en"), *said(item), *holders(item)])
    _confer(root, item)
    return root


def _describe(root: Element, item: Item) -> None:
    """What the thesis is about; a table of contents is a note."""
    plain = ("dc.description.abstract", "dcterms.abstract", "dc.description", "dcterms.description")
    add(root, TAGS["description"], item.values(*plain))
    add(
        root, TAGS["description"], item.values("dc.description.tableofcontents", "dcterms.tableOfContents"), role="note"
    )


def _confer(root: Element, item: Item) -> None:
    """The degree, if anything is told of it."""
    told = {part: item.values(*fields) for part, fields in DEGREE.items()}
    if any(told.values()):
        degree = etree.SubElement(root, TAGS["degree"])
        for part, values in told.items():
            add(degree, TAGS[part], values if part in ("name", "discipline") else [value.text for value in values])


def _resource(name: Name) -> dict[str, str]:
    """The authority of a name, by its address."""
    return {"resource": name.uri} if name.uri and WEB_ADDRESS.fullmatch(name.uri) else {}


def _subjects(item: Item) -> list[tuple[Value, dict[str, str]]]:
    """Subjects with the scheme that their field names."""
    found = []
    for field in item.metadata:
        if dublin_core(field) == ("subject", "subject"):
            scheme = SCHEMES.get(field.lower().rpartition(".")[2])
            found += [(value, {"scheme": scheme} if scheme else {}) for value in item.metadata[field]]
    return found


def _types(item: Item) -> dict[str, None]:
    """What the set recommends and DCMI's word for the content, then the item's own words."""
    return dict.fromkeys(["Electronic Thesis or Dissertation", "Text", *item.texts("dc.type", "dcterms.type")])


def _formats(item: Item) -> dict[str, None]:
    told = item.texts("dc.format.mimetype", "dc.format", "dcterms.format")
    return dict.fromkeys([*told, *(file.mimetype for file in item.files if file.mimetype)])


def _identifiers(item: Item) -> dict[str, None]:
    """Addresses first: the landing page, the DOIs, the files that are open."""
    return dict.fromkeys(_addresses(item))


def _addresses(item: Item) -> Iterator[str]:
    page = landing_page(item)
    if page:
        yield page
    yield from map(doi_url, dois(item))
    yield from urls(item)
    yield from (uri(file.url) or file.url for file in open_files(item) if file.url)
    yield from urns(item)
    yield from (f"hdl:{handle}" for handle in handles(item) if not page)
    yield from (f"ISBN: {isbn}" for isbn in isbns(item))


def _values(item: Item, element: str) -> list[Value]:
    """The values of all fields of a Dublin Core element."""
    fields = [field for field in item.metadata if (dublin_core(field) or ("",))[0] == element]
    return list(item.values(*fields))


FORMAT = MetadataFormat(
    "etdms",
    namespace=NAMESPACE,
    schema="http://www.ndltd.org/standards/metadata/etdms/1.0/etdms.xsd",
    xsd="etdms.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
