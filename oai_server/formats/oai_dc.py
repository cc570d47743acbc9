"""oai_dc, unqualified Dublin Core: the format every repository must offer (section 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.fields import doi, shown
from oai_server.formats.writing import XSI, add
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"

# Field to element, in the order of the answer. A field that is not named goes to the element of its own name, if
# Dublin Core has one; a dash keeps it back (formats.md section 3.1).
ELEMENTS = {
    "dc.title": "title",
    "dc.title.alternative": "title",
    "dc.contributor.author": "creator",
    "dc.creator": "creator",
    "dc.subject": "subject",
    "dc.description.abstract": "description",
    "dc.description": "description",
    "dc.publisher": "publisher",
    "dc.contributor": "contributor",
    "dc.date.issued": "date",
    "dc.type": "type",
    "dc.format.mimetype": "format",
    "dc.identifier.uri": "identifier",
    "dc.identifier.citation": "source",
    "dc.source": "source",
    "dc.language.iso": "language",
    "dc.relation": "relation",
    "dc.coverage": "coverage",
    "dc.rights": "rights",
    "dc.rights.uri": "rights",
    "dc.rights.holder": "-",
    "dc.description.sponsorship": "-",
    "dc.description.version": "-",
    "dc.description.status": "-",
    "dc.contributor.orcid": "-",
    "dc.date": "date",
}
NAMES = (
    "title creator subject description publisher contributor date type format identifier source language relation "
    "coverage rights"
).split()


def crosswalk(item: Item, site: Site) -> Element:
    """The fifteen elements, each value once, in the order of the Dublin Core text."""
    root = etree.Element(f"{{{NAMESPACE}}}dc", nsmap={"oai_dc": NAMESPACE, "dc": DC, "xsi": XSI})
    told: dict[str, list[Value]] = {name: [] for name in NAMES}
    for name, value in _pairs(item):
        if value not in told[name]:
            told[name].append(value)
    for name, values in told.items():
        add(root, f"{{{DC}}}{name}", values)
    return root


def _pairs(item: Item) -> Iterator[tuple[str, Value]]:
    """Element names with their values."""
    fields = shown(item)
    ranked = {name: rank for rank, name in enumerate(ELEMENTS)}
    for field in sorted(fields, key=lambda name: ranked.get(name, len(ranked))):
        element = _element(field, item)
        if element:
            yield from ((element, _told(field, value)) for value in fields[field])
    for file in item.files:
        if file.mimetype:
            yield "format", Value(file.mimetype)
        if file.extent:
            yield "format", Value(file.extent)
    yield from (("identifier", Value(file.url)) for file in open_files(item) if file.url)
    status = access(item)
    if status.status != "metadata only":
        yield "rights", Value(status.in_words(), "en")


def _element(field: str, item: Item) -> str | None:
    """The Dublin Core element of a field; of several dates only the date of issue is told."""
    schema, name, *_ = field.split(".")
    mapped = ELEMENTS.get(field)
    if mapped:
        return None if mapped == "-" else mapped
    if schema == "dcterms":
        return TERMS.get(name, name if name in NAMES else None)
    if schema != "dc" or name not in NAMES or name == "date":
        return None
    return name


# Terms of the dcterms namespace by the element that each refines.
TERMS = {
    "alternative": "title",
    "abstract": "description",
    "tableOfContents": "description",
    "issued": "date",
    "extent": "format",
    "medium": "format",
    "bibliographicCitation": "source",
    "spatial": "coverage",
    "temporal": "coverage",
    "license": "rights",
    "accessRights": "rights",
    "isPartOf": "relation",
    "hasPart": "relation",
    "references": "relation",
    "isReferencedBy": "relation",
    "isVersionOf": "relation",
    "hasVersion": "relation",
    "isFormatOf": "relation",
    "replaces": "relation",
    "isReplacedBy": "relation",
    "requires": "relation",
    "conformsTo": "relation",
}


def _told(field: str, value: Value) -> Value:
    """A value as Dublin Core tells it: a DOI as an address, an ISSN or ISBN with its name."""
    if field == "dc.identifier.doi":
        bare = doi(value.text)
        return Value(f"https://doi.org/{bare}" if bare else value.text)
    if field in ("dc.identifier.issn", "dc.identifier.isbn") and not value.text.upper().startswith(("IS", "URN")):
        return Value(f"{field[-4:].upper()}: {value.text}")
    return Value(value.text, value.language)


FORMAT = MetadataFormat(
    "oai_dc",
    namespace=NAMESPACE,
    schema="http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    xsd="oai_dc.xsd",
    crosswalk=crosswalk,
)
