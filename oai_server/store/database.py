"""Opening a database: connections, their settings, migrations."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError, TimeoutError

from oai_server.store.tables import facts

HEAD = "0001"  # the newest file in migrations/versions; a test holds the two together

# WAL: readers and the writer do not wait for each other. FULL: what was committed outlives a power cut.
# page_size (new databases only) and the cache were measured: see docs/decisions.
PRAGMAS = (
    "PRAGMA page_size = 16384",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA cache_size = -16000",
)


class StoreError(Exception):
    """The database cannot be used; the message says why and what would help."""


NOW = {
    "sqlite": text("SELECT (julianday('now') - 2440587.5) * 86400.0"),
    "postgresql": text("SELECT extract(epoch FROM clock_timestamp())"),
}
Clock = Callable[[Connection], float]


def database_clock(connection: Connection) -> float:
    """Seconds since 1970 by the database's own clock: on SQLite that is this machine's."""
    return float(connection.scalar(NOW[connection.dialect.name]))


class StoreUnavailable(StoreError):
    """The database does not answer now: locked, full, or gone. Asking again later may help."""


# What is wrong with the database, not with what we asked of it.
FAILURES = (OperationalError, InterfaceError, InternalError, TimeoutError)


@contextmanager
def failing_as_told(engine: Engine) -> Iterator[None]:
    """Turn a database's failures into StoreUnavailable, and a file that is no database into StoreError."""
    try:
        yield
    except FAILURES as error:
        raise StoreUnavailable(f"{_shown(engine)}: {error}") from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # a mistake of ours in what we asked
            raise
        raise StoreError(f"{_shown(engine)}: {error.orig}") from error


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def connect(url: str) -> Engine:
    """An engine whose readers run without transactions and whose writers lock at their beginning."""
    parsed = _checked(url)
    engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(writing=True)
    return engine.execution_options(isolation_level="READ COMMITTED")


def migrate(engine: Engine, clock: Clock) -> None:
    """Bring the tables to HEAD; a new store gets its name, its secret and the lower limit of its datestamps.

    Safe when several processes start at once.
    """
    with failing_as_told(engine):
        if not _is_current(engine):
            _make_current(engine, clock)


def _is_current(engine: Engine) -> bool:
    with engine.connect() as connection:
        return _version(connection) == HEAD


def _make_current(engine: Engine, clock: Clock) -> None:
    with writing(engine).begin() as connection:
        lock_writers(connection)
        if _version(connection) != HEAD:
            _upgrade(connection)
        known = set(connection.scalars(select(facts.c.name)))
        born = {
            "store": secrets.token_hex(4),
            "secret": secrets.token_urlsafe(32),
            "earliest": str(int(clock(connection))),
        }
        for name, value in born.items():
            if name not in known:
                connection.execute(facts.insert().values(name=name, value=value))


def lock_writers(connection: Connection) -> None:
    """One writer at a time: SQLite's BEGIN IMMEDIATE has done it, PostgreSQL takes a lock until the commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(827265)"))


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise StoreError(f"DATABASE_URL: {url!r} is not a database URL (sqlite:///file.sqlite): {error}") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"DATABASE_URL: {parsed.get_backend_name()} is not supported; sqlite and postgresql are")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        folder = Path(parsed.database.removeprefix("file:")).absolute().parent
        if not folder.is_dir():
            raise StoreError(f"DATABASE_URL: the folder {folder} does not exist")
    return parsed


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # a tenth of a second that only a migration needs
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "oai_server.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
