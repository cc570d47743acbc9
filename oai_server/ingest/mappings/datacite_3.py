"""DataCite kernel 3, a format of its own: its namespace is another than that of kernel 4."""

from __future__ import annotations

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.datacite import NAMESPACE, told

ROOTS = frozenset(f"{{{NAMESPACE}{version}}}resource" for version in ("3", "3.0", "3.1"))
PREFIX = "datacite3"


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: 3.0 and 3.1 never had namespaces of their own, but some write them."""
    return root.tag == f"{{{NAMESPACE}3}}resource"


__all__ = ["PREFIX", "ROOTS", "kept", "told"]
