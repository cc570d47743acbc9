"""Keeps items and their records, answers selections; the only room that knows SQLAlchemy."""

from oai_server.store.database import StoreError, StoreUnavailable
from oai_server.store.reading import Store
from oai_server.store.writing import Change, KeptItem, Known, Stored, Writer

__all__ = ["Change", "KeptItem", "Known", "Store", "StoreError", "StoreUnavailable", "Stored", "Writer"]
