"""Keeps items and their records, answers selections; the only room that knows SQLAlchemy."""

from oai_server.store.database import StoreError, StoreUnavailable
from oai_server.store.kept import Change, KeptItem, Known, Named, Seen, Stored, View
from oai_server.store.membership import Shown, memberships, renditions_of
from oai_server.store.reading import Parts, Store
from oai_server.store.runs import Begun, Step
from oai_server.store.writing import Writer

__all__ = [
    "Begun",
    "Change",
    "KeptItem",
    "Known",
    "Named",
    "Parts",
    "Seen",
    "Shown",
    "Step",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "Stored",
    "View",
    "Writer",
    "memberships",
    "renditions_of",
]
