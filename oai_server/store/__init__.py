"""Keeps items and their records, answers selections; the only room that knows SQLAlchemy."""

from oai_server.store.database import StoreError, StoreUnavailable
from oai_server.store.kept import Change, KeptItem, Known, Named, Stored, View
from oai_server.store.reading import Parts, Store
from oai_server.store.writing import Writer

__all__ = [
    "Change",
    "KeptItem",
    "Known",
    "Named",
    "Parts",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "Stored",
    "View",
    "Writer",
]
