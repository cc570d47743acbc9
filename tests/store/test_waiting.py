"""Writers take turns: one waits for the other, says so when it takes long, and gives up in the end."""

import os
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import text

from oai_server.store import Store, StoreUnavailable, Writer, waiting
from oai_server.store.database import lock_writers, writing


class Busy(threading.Thread):
    """Another writer, at work until it is told to end."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store, self.begun, self.ended = store, threading.Event(), threading.Event()

    def run(self) -> None:
        with writing(self.store.engine).begin() as connection:
            lock_writers(connection)
            connection.execute(text("UPDATE facts SET value = value"))
            self.begun.set()
            self.ended.wait(30)

    def __enter__(self) -> "Busy":
        self.start()
        self.begun.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join()


def test_a_writer_waits_for_the_one_before_and_says_so_when_it_takes_long(store, monkeypatch):
    monkeypatch.setattr(waiting, "LONG", 1)
    told = []
    with Busy(store) as other:
        threading.Timer(1.5, other.ended.set).start()
        Writer(store, lambda: told.append("waiting")).remember("name", "value")
    assert told == ["waiting"]
    assert store.fact("name") == "value"


def test_a_short_wait_is_not_told(store):
    told = []
    with Busy(store) as other:
        threading.Timer(0.3, other.ended.set).start()
        Writer(store, lambda: told.append("waiting")).remember("name", "value")
    assert (told, store.fact("name")) == ([], "value")


def test_a_wait_that_is_too_long_is_given_up_with_a_word(store, monkeypatch):
    monkeypatch.setattr(waiting, "LONG", 1)
    monkeypatch.setattr(waiting, "LONGEST", 2)
    with Busy(store), pytest.raises(StoreUnavailable, match="another writer has been at work for 2 seconds"):
        Writer(store).remember("name", "value")
    Writer(store).remember("name", "value")


# --- real processes ---


def environment(url: str) -> dict[str, str]:
    told = {"DATABASE_URL": url, "BASE_URL": "https://repo.example.org/oai", "FORMATS": "oai_dc"}
    return {**os.environ, **{f"OAI_SERVER_{name}": value for name, value in told.items()}}


def start(url: str, folder: Path, *words: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "oai_server.cli", *words]
    return subprocess.Popen(
        command, cwd=folder, env=environment(url), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request, tmp_path) -> str:
    """A database that nobody has opened yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.sqlite'}"
    return request.getfixturevalue("postgresql")()


def lines(first: int, count: int) -> str:
    return "".join(
        f'{{"identifier": "{n}", "metadata": {{"dc.title": ["{n}"]}}}}\n' for n in range(first, first + count)
    )


def test_several_that_take_in_at_once_a_database_that_is_not_there_yet(new_url, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.jsonl").write_text(lines(400 * number, 600))  # the last third is in the next file too
    processes = [start(new_url, tmp_path, "ingest", "--jobs", "1", f"{number}.jsonl") for number in range(3)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    with Store(new_url) as store:
        assert store.sizes()["items"] == {"active": 1400}


def test_ingest_and_serve_start_at_once_on_a_database_that_is_not_there_yet(new_url, tmp_path):
    (tmp_path / "items.jsonl").write_text(lines(0, 50))
    port = 20_000 + os.getpid() % 10_000
    server = start(new_url, tmp_path, "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    source = start(new_url, tmp_path, "ingest", "items.jsonl")
    try:
        output, _ = source.communicate(timeout=60)
        assert source.returncode == 0, output
        url = f"http://127.0.0.1:{port}/oai?verb=ListIdentifiers&metadataPrefix=oai_dc"
        assert answer(url).count(b"<header>") == 50
    finally:
        server.terminate()
        server.communicate(timeout=30)


def answer(url: str) -> bytes:
    """What a server that is just starting answers, once it does."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return response.read()
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")
