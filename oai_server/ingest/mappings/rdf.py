"""RDF as DSpace writes it: one node with Dublin Core, in a namespace of OAI's own."""

from __future__ import annotations

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, element, elements
from oai_server.ingest.mappings.properties import ABOUT, add_properties, nodes
from oai_server.ingest.mappings.told import Told

NAMESPACE = "http://www.openarchives.org/OAI/2.0/rdf/"
ROOTS = frozenset({f"{{{NAMESPACE}}}RDF"})
PREFIX = "dspace_rdf"


def told(root: Element) -> Told:
    """The first node that has a title. Of several dates the earliest is that of issue: the others are DSpace's own."""
    said = Told()
    node = next((each for each in elements(root, "*") if element(each, "title") is not None), None)
    if node is not None:
        add_properties(said, node, nodes(root))
        said.identifier = attribute(node, ABOUT) or attribute(node, f"{{{NAMESPACE}}}about") or None
    dates = sorted(said.metadata.pop("dc.date", ()), key=lambda value: value.text)
    said.metadata |= {name: part for name, part in (("dc.date.issued", dates[:1]), ("dc.date", dates[1:])) if part}
    return said
