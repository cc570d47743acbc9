"""Public Python providers from the package index, on the same data: an environment of their own, a database, a server.

Each is made as its users make one (bench/apps/peer_*.py), with every shortcut that its library offers, on an indexed
SQLite file, under the server that ours runs under.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from corpus import Corpus, Draft, oai_dc
from serving import HERE, HOST, Server, free_port, running

PACKAGES = ("oaipmh==4.0.0", "oai_repo==0.5.2")
PEERS = {
    "oaipmh 4.0.0 (the line of pyoai)": "peer_oaipmh:create_app",
    "oai_repo 0.5.2, as documented": "peer_oai_repo:create_app",
    "oai_repo 0.5.2, all in bulk": "peer_oai_repo:create_bulk_app",
}
TABLES = """
CREATE TABLE records (number INTEGER PRIMARY KEY, identifier TEXT UNIQUE, datestamp TEXT, deleted BOOLEAN, sets TEXT,
                      fields TEXT, xml TEXT);
CREATE INDEX records_datestamp ON records (datestamp, number);
CREATE TABLE sets (spec TEXT PRIMARY KEY, name TEXT);
CREATE TABLE members (spec TEXT, identifier TEXT, PRIMARY KEY (spec, identifier));
"""


def environment(folder: Path) -> Path:
    """The interpreter of the peers' environment, which is made when it is not there yet."""
    place = folder / "peers"
    python = place / "bin" / "python"
    ready = place / "installed"
    wanted = "\n".join([*PACKAGES, *_server()])
    if not ready.exists() or ready.read_text() != wanted:
        print(f"{place}: installing {', '.join(PACKAGES)}", file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES, *_server()]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{place}: pip failed\n{done.stderr}")
        ready.write_text(wanted)
    return python


def _server() -> list[str]:
    """Flask and the server, in the versions that ours has."""
    from importlib.metadata import version

    return [f"{name}=={version(name)}" for name in ("flask", "werkzeug", "granian", "lxml")]


def database(folder: Path, corpus: Corpus) -> Path:
    """The corpus as the peers' users would hold it."""
    path = folder / f"peers-{corpus.items}-{corpus.seed}.sqlite"
    if not path.exists():
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        with sqlite3.connect(half) as connection:
            connection.executescript(TABLES)
            connection.executemany("INSERT INTO sets VALUES (?, ?)", corpus.sets())
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", map(_row, corpus.drafts()))
            members = ((spec, draft.identifier) for draft in corpus.drafts() for spec in draft.sets)
            connection.executemany("INSERT INTO members VALUES (?, ?)", members)
            connection.execute("ANALYZE")
        connection.close()
        half.rename(path)
    return path


def _row(draft: Draft) -> tuple[object, ...]:
    stamp = datetime.fromtimestamp(draft.datestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = json.dumps(draft.elements)
    return draft.number, draft.identifier, stamp, draft.deleted, " ".join(draft.sets), told, oai_dc(draft)


@contextmanager
def peer_server(app: str, path: Path, folder: Path, workers: int) -> Iterator[Server]:
    """One of them, under granian, with one thread a worker: more would only wait for each other."""
    port = free_port()
    command = [str(environment(folder)), "-m", "granian", "--interface", "wsgi", "--factory", app]
    command += ["--host", HOST, "--port", str(port), "--workers", str(workers), "--blocking-threads", "1"]
    command += ["--no-ws", "--working-dir", str(HERE / "apps")]
    with running(app.replace(":", "-"), command, port, folder, {"PEERS_DATABASE": str(path)}) as server:
        yield server
