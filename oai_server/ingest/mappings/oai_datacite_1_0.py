"""oai_datacite 1.0, the older envelope, a format of its own: its namespace is another than that of 1.1."""

from oai_server.ingest.mappings.datacite import told

ROOTS = frozenset({"{http://schema.datacite.org/oai/oai-1.0/}oai_datacite"})
PREFIX = "oai_datacite1"

__all__ = ["PREFIX", "ROOTS", "told"]
