"""The first edition of uketd_dc, a format of its own: its namespace is another than that of the second."""

from oai_server.ingest.mappings.uketd_dc import told

ROOTS = frozenset({"{http://naca.central.cranfield.ac.uk/uketd/}uketddc"})
PREFIX = "uketd_dc1"

__all__ = ["PREFIX", "ROOTS", "told"]
