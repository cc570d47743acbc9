"""DataCite kernel 2, a format of its own: each of its versions has its own namespace."""

from __future__ import annotations

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.datacite import NAMESPACE, told

ROOTS = frozenset(f"{{{NAMESPACE}{version}}}resource" for version in ("2", "2.0", "2.1", "2.2"))
PREFIX = "datacite2"


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: a prefix stands for one namespace, here that of the last version."""
    return root.tag == f"{{{NAMESPACE}2.2}}resource"


__all__ = ["PREFIX", "ROOTS", "kept", "told"]
