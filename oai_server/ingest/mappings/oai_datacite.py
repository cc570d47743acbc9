"""oai_datacite 1.1, DataCite's envelope for OAI-PMH; what it says is what the record in it says."""

from oai_server.ingest.mappings.datacite import told

ROOTS = frozenset({"{http://schema.datacite.org/oai/oai-1.1/}oai_datacite"})
PREFIX = "oai_datacite"

__all__ = ["PREFIX", "ROOTS", "told"]
