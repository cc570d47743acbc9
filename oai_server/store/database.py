"""Opening a database: connections, their settings, migrations."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, create_engine, event, inspect, select, text
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError, TimeoutError
from sqlalchemy.pool import PoolProxiedConnection

from oai_server.store.tables import facts

HEAD = "0003"  # the newest file in migrations/versions; a test holds the two together

# WAL: readers and the writer do not wait for each other. FULL: what was committed outlives a power cut.
# page_size (new databases only) and the cache were measured: see docs/decisions.
PATIENCE = "PRAGMA busy_timeout = 30000"
PRAGMAS = (
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    PATIENCE,
    "PRAGMA cache_size = -8000",
)


class StoreError(Exception):
    """The database cannot be used; the message says why and what would help."""


Clock = Callable[[], float]


def database_clock(engine: Engine) -> Clock:
    """Seconds since 1970 by the database's own clock: on SQLite that is this machine's."""
    return time.time if engine.dialect.name == "sqlite" else partial(_server_clock, engine)


def _server_clock(engine: Engine) -> float:
    with failing_as_told(engine), engine.connect() as connection:
        return float(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0)


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


class Bare(threading.local):
    """Each thread's own connection for questions, without SQLAlchemy around it: that would cost as much as a page."""

    def __init__(self, engine: Engine) -> None:
        """Opened when it is first needed; a thread that ends gives its connection back."""
        self.engine = engine
        self.errors: type[Exception] = engine.dialect.loaded_dbapi.Error
        self.pooled: PoolProxiedConnection | None = None

    def ask(self, question: str, values: Mapping[str, object], options: Mapping[str, object]) -> list[Any]:
        """The rows of an answer. A connection that was lost meanwhile is opened again, once."""
        fresh = self.pooled is None
        try:
            return self._ask(question, values, options)
        except self.errors as error:
            lost = self._lost(error)
            if not lost or fresh:
                self._tell(error)
        try:
            return self._ask(question, values, options)
        except self.errors as error:
            self._lost(error)
            self._tell(error)
            raise

    def _ask(self, question: str, values: Mapping[str, object], options: Mapping[str, object]) -> list[Any]:
        if self.pooled is None:
            with failing_as_told(self.engine):
                self.pooled = self.engine.raw_connection()
        connection: Any = self.pooled.driver_connection
        found: list[Any] = connection.execute(question, values, **options).fetchall()
        return found

    def _lost(self, error: Exception) -> bool:
        """Whether the connection is of no more use; then it is let go."""
        lost = self.engine.dialect.is_disconnect(error, None, None)  # type: ignore[arg-type]
        if lost and self.pooled is not None:
            self.pooled.invalidate()
            self.pooled = None
        return lost

    def _tell(self, error: Exception) -> None:
        """Raise what a failure of the database is called here."""
        dbapi = self.engine.dialect.loaded_dbapi
        if isinstance(error, (dbapi.OperationalError, dbapi.InterfaceError, dbapi.InternalError)):
            raise StoreUnavailable(f"{_shown(self.engine)}: {error}") from error
        raise error

    def close(self) -> None:
        """Give back this thread's connection."""
        if self.pooled is not None:
            self.pooled.close()
            self.pooled = None


class Question:
    """A SELECT that is built once, as text, and asked over a bare connection; its rows are plain tuples."""

    def __init__(self, bare: Bare, statement: Select[Any]) -> None:
        """Parameters are the statement's named ones."""
        is_sqlite = bare.engine.dialect.name == "sqlite"
        dialect = sqlite(paramstyle="named") if is_sqlite else psycopg()  # type: ignore[no-untyped-call]
        compiled = statement.compile(dialect=dialect)
        self.bare = bare
        self.text = str(compiled)
        self.fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self.options = {} if is_sqlite else {"binary": True}  # bytea as octets, not as text

    def rows(self, values: Mapping[str, object]) -> list[Any]:
        """Every row."""
        return self.bare.ask(self.text, {**self.fixed, **values} if self.fixed else values, self.options)

    def row(self, values: Mapping[str, object]) -> Any | None:
        """The first row, None where there is none."""
        return next(iter(self.rows(values)), None)


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
            "lease": str(int(clock())),
            "stamp": "0",
            "change": "0",
            "earliest": str(int(clock())),
        }
        for name, value in born.items():
            if name not in known:
                connection.execute(facts.insert().values(name=name, value=value))


def lock_writers(connection: Connection) -> None:
    """One writer at a time: SQLite's BEGIN IMMEDIATE has done it, PostgreSQL takes a lock until the commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(827265)"))


@contextmanager
def try_writing(engine: Engine) -> Iterator[Connection | None]:
    """A transaction that writes, or None where another writer is at work: this one never waits."""
    with failing_as_told(engine), writing(engine).connect() as connection:
        if connection.dialect.name == "postgresql":
            with connection.begin():
                yield connection if connection.scalar(text("SELECT pg_try_advisory_xact_lock(827265)")) else None
            return
        bare: Any = connection.connection.driver_connection
        bare.execute("PRAGMA busy_timeout = 0")
        try:
            try:
                transaction = connection.begin()
            except OperationalError:
                yield None
                return
            with transaction:
                yield connection
        finally:
            bare.execute(PATIENCE)


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
