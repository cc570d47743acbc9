"""oai_dc, unqualified Dublin Core in its container (section 3.4), also without its namespace or in SRU's."""

from __future__ import annotations

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.dublin_core import DC, ELEMENTS, told
from oai_server.ingest.mappings.elements import XML_LANG

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
ROOTS = frozenset(
    {f"{{{NAMESPACE}}}dc", f"{{{DC}}}dc", "{info:srw/schema/1/dc-schema}dc", "{http://purl.org/dc/}dc", "dc"}
)
PREFIX = "oai_dc"


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: the fifteen elements, with text and language and nothing else."""
    return root.tag == f"{{{NAMESPACE}}}dc" and all(map(_plain, root.iterchildren(etree.Element)))


def _plain(element: Element) -> bool:
    name = etree.QName(element)
    return (
        name.namespace == DC and name.localname in ELEMENTS and not len(element) and set(element.attrib) <= {XML_LANG}
    )


__all__ = ["PREFIX", "ROOTS", "kept", "told"]
