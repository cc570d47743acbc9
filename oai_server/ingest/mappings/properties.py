"""What a node of RDF says of a thing in the words of Dublin Core and of the Bibliographic Ontology."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, first, language, local, text
from oai_server.ingest.mappings.naming import authority, local_name, name_item
from oai_server.ingest.mappings.told import Told

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ABOUT, RESOURCE = f"{{{RDF}}}about", f"{{{RDF}}}resource"
VOCABULARIES = (
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
    "http://purl.org/ontology/bibo/",
)
FIELDS = {
    "title": "dc.title",
    "alternative": "dc.title.alternative",
    "creator": "dc.contributor.author",
    "contributor": "dc.contributor",
    "editor": "dc.contributor.editor",
    "translator": "dc.contributor.translator",
    "subject": "dc.subject",
    "description": "dc.description",
    "abstract": "dc.description.abstract",
    "tableOfContents": "dc.description.tableofcontents",
    "publisher": "dc.publisher",
    "issued": "dc.date.issued",
    "created": "dc.date.created",
    "dateAccepted": "dc.date.accepted",
    "dateSubmitted": "dc.date.submitted",
    "available": "dc.date.available",
    "date": "dc.date",
    "type": "dc.type",
    "format": "dc.format",
    "extent": "dc.format.extent",
    "medium": "dc.format.medium",
    "language": "dc.language.iso",
    "source": "dc.source",
    "relation": "dc.relation",
    "isPartOf": "dc.relation.ispartof",
    "hasPart": "dc.relation.haspart",
    "hasVersion": "dc.relation.hasversion",
    "isVersionOf": "dc.relation.isversionof",
    "hasFormat": "dc.relation.hasformat",
    "isFormatOf": "dc.relation.isformatof",
    "references": "dc.relation.references",
    "isReferencedBy": "dc.relation.isreferencedby",
    "replaces": "dc.relation.replaces",
    "isReplacedBy": "dc.relation.isreplacedby",
    "requires": "dc.relation.requires",
    "isRequiredBy": "dc.relation.isrequiredby",
    "conformsTo": "dc.relation.conformsto",
    "coverage": "dc.coverage",
    "spatial": "dc.coverage.spatial",
    "temporal": "dc.coverage.temporal",
    "rights": "dc.rights",
    "license": "dc.rights.uri",
    "accessRights": "dc.rights",
    "rightsHolder": "dc.rights.holder",
    "bibliographicCitation": "dc.identifier.citation",
    "volume": "oaire.citation.volume",
    "issue": "oaire.citation.issue",
    "pageStart": "oaire.citation.startPage",
    "pageEnd": "oaire.citation.endPage",
}
NAMES = frozenset(("identifier", "doi", "handle", "isbn", "isbn10", "isbn13", "issn", "eissn"))
LABELS = ("name", "prefLabel", "label", "title")
PEOPLE = frozenset(("creator", "contributor", "editor", "translator", "publisher"))


def add_properties(said: Told, node: Element, others: dict[str, Element]) -> None:
    """The properties of a node; of one that points to another node of the document, what that one is called."""
    for each in node.iterchildren(etree.Element):
        if etree.QName(each).namespace not in VOCABULARIES:
            continue
        name, (word, address) = local(each), _object(each, others)
        if name in NAMES:
            name_item(said, word or address, "" if name == "identifier" else name)
        elif name in FIELDS:
            field = FIELDS[name]
            field = "dc.rights.uri" if field == "dc.rights" and not word and address else field
            known = authority("", address) if name in PEOPLE else address or None
            said.add(field, word or address, language(each), known if word else None)


def name_by(said: Told, about: str) -> None:
    """Let the record be called what its node is called."""
    if about and not about.startswith("#"):
        said.identifier = local_name(about)
        if about.lower().startswith(("http:", "https:")):
            name_item(said, about)


def _object(of: Element, others: dict[str, Element]) -> tuple[str, str]:
    """The words and the address of a property's value: a literal, a node inside, or one elsewhere in the document."""
    address = attribute(of, RESOURCE)
    inside = next(of.iterchildren(etree.Element), None)
    node = inside if inside is not None else others.get(address)
    if node is None:
        return text(of), address
    return next(filter(None, _labels(node)), ""), address or attribute(node, ABOUT)


def _labels(node: Element) -> Iterator[str]:
    """A person's name with the family name first where it is told in parts; else any label."""
    yield ", ".join(filter(None, (first(node, "familyName"), first(node, "givenName"))))
    yield from (first(node, name) for name in LABELS)


def nodes(root: Element) -> dict[str, Element]:
    """The nodes of a document that have an address, by it."""
    return {about: each for each in root.iterchildren(etree.Element) if (about := attribute(each, ABOUT))}
