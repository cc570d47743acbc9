"""oai_qdc, qualified Dublin Core in CONTENTdm's container: a format of its own, for its namespace is another."""

from oai_server.ingest.mappings.dublin_core import told

ROOTS = frozenset({"{http://worldcat.org/xmlschemas/qdc-1.0/}qualifieddc"})
PREFIX = "oai_qdc"

__all__ = ["PREFIX", "ROOTS", "told"]
