"""RIOXX 2, a format of its own: its namespace is another than that of RIOXX 3."""

from oai_server.ingest.mappings.rioxx import told

NAMESPACES = ("http://www.rioxx.net/schema/v2.0/rioxx/", "http://docs.rioxx.net/schema/v2.0/rioxx/")
ROOTS = frozenset(f"{{{namespace}}}rioxx" for namespace in NAMESPACES)
PREFIX = "rioxx2"

__all__ = ["PREFIX", "ROOTS", "told"]
