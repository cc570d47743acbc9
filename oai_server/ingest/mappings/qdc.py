"""qdc, qualified Dublin Core in DSpace's container, also without any namespace."""

from __future__ import annotations

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.dublin_core import told

NAMESPACE = "http://dspace.org/qualifieddc/"
CCLRC = "http://epubs.cclrc.ac.uk/xmlns/qdc/"
ROOTS = frozenset({f"{{{NAMESPACE}}}qualifieddc", f"{{{CCLRC}}}qualifieddc", "qualifieddc"})
PREFIX = "qdc"


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: one in DSpace's namespace, which is that of our format."""
    return root.tag == f"{{{NAMESPACE}}}qualifieddc"


__all__ = ["PREFIX", "ROOTS", "kept", "told"]
