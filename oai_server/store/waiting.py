"""How writers take turns: one at a time, the others wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction, text
from sqlalchemy.exc import OperationalError

from oai_server.store.database import PATIENCE, StoreUnavailable, failing_as_told, lock_writers, writing

LONG = 3  # seconds after which a wait is told
LONGEST = 30  # and after which it is given up


@contextmanager
def turn(engine: Engine, told: Callable[[], None]) -> Iterator[tuple[Connection, RootTransaction]]:
    """A transaction that alone writes, and its connection; ``told`` is called when it has to wait for long."""
    with failing_as_told(engine), writing(engine).connect() as connection:
        transaction = _begun(connection, LONG)
        if transaction is None:
            told()
            transaction = _begun(connection, LONGEST - LONG)
        if transaction is None:
            raise StoreUnavailable(f"another writer has been at work for {LONGEST} seconds; try again when it is done")
        with transaction:
            yield connection, transaction


def _begun(connection: Connection, seconds: int) -> RootTransaction | None:
    """The transaction, once it holds the lock; None where that takes longer."""
    if connection.dialect.name == "sqlite":
        return _begun_sqlite(connection, seconds)
    transaction = connection.begin()
    try:
        connection.execute(text(f"SET LOCAL lock_timeout = '{seconds}s'"))
        lock_writers(connection)
        connection.execute(text("SET LOCAL lock_timeout = 0"))
    except OperationalError as error:
        transaction.rollback()
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        return None
    return transaction


def _begun_sqlite(connection: Connection, seconds: int) -> RootTransaction | None:
    bare: Any = connection.connection.driver_connection
    bare.execute(f"PRAGMA busy_timeout = {seconds * 1000}")
    try:
        return connection.begin()
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorname", "") not in ("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT"):
            raise
        return None
    finally:
        bare.execute(PATIENCE)
