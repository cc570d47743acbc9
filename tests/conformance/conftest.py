"""Repositories that are read and not changed, each opened once in a process.

A test that changes something takes ``store``, ``demo_store`` and ``make_client`` of the folder above.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from oai_server.config import Settings
from oai_server.formats.rendering import Renderer
from oai_server.ingest.keeping import Hands
from oai_server.ingest.pipeline import Pipeline
from oai_server.provider import site_of
from oai_server.store import Store
from oai_server.web import create_app
from tests.conftest import BASE_URL, NOW, Client, Clock, item, pipeline_for, readings

SETTINGS = Settings(
    base_url=BASE_URL,
    repository_name="A repository",
    repository_identifier="demo.example.org",
    admin_email=("admin@demo.example.org",),
    formats=("dim", "etdms"),  # and oai_dc: enough for every rule, however many formats there come to be
)

# Local name, datestamp, sets: names that are beginnings of others, times around midnight, one second shared.
SHELF = {
    "1": ("2019-12-31T23:59:59Z", ["inst"]),
    "2": ("2020-01-01T00:00:00Z", ["institute"]),
    "3": ("2020-01-01T12:00:00Z", ["inst:a"]),
    "4": ("2020-01-01T23:59:59Z", ["inst:a:b"]),
    "5": ("2020-01-02T00:00:00Z", ["INST"]),
    "6": ("2020-02-29T10:00:00Z", ["in_t"]),
    "7": ("2020-02-29T10:00:00Z", ["in*"]),
    "8": ("2021-05-05T05:05:05Z", ["inst:ab", "institute:x"]),
    "9": ("2022-06-06T06:06:06Z", ["inst:a"]),
    "10": ("2023-07-07T07:07:07Z", []),
}
DELETED = {"9"}
SHELF_SETS = ["INST", "in*", "in_t", "inst", "inst:a", "inst:a:b", "inst:ab", "institute", "institute:x"]


@pytest.fixture
def settings() -> Settings:
    """What ``pipeline`` and ``make_client`` of the folder above are made with."""
    return SETTINGS


@pytest.fixture
def pipeline_in(store) -> Callable[..., Pipeline]:
    """A pipeline into the store that tells items in these formats."""
    return lambda formats: Pipeline(store, Hands(lambda: Renderer(formats, site_of(SETTINGS))), "demo.example.org")


@pytest.fixture(scope="session")
def opened(tmp_path_factory, empty_database, demo_database) -> Iterator[Callable[..., Store]]:
    """A store of its own with these items, or a copy of the sample collection."""
    with ExitStack() as stack:

        def make(*items, sample: bool = False) -> Store:
            database = demo_database if sample else empty_database
            path = shutil.copy(database, tmp_path_factory.mktemp("store") / "store.sqlite")
            clock = Clock(NOW.timestamp())
            store = stack.enter_context(Store(f"sqlite:///{path}", clock, clock.sleep))
            pipeline_for(store, SETTINGS).ingest(readings(*items), "test", keep_datestamps=True)
            return store

        yield make


@pytest.fixture(scope="session")
def sample(opened) -> Store:
    """The sample collection."""
    return opened(sample=True)


@pytest.fixture(scope="session")
def sample_client(sample, client_of) -> Callable[..., Client]:
    """A client of the sample collection with these settings changed."""
    return partial(client_of, sample)


@pytest.fixture(scope="session")
def client_of() -> Callable[..., Client]:
    """A client of any store with these settings changed."""
    return lambda store, **changed: Client(create_app(replace(SETTINGS, **changed), store))


@pytest.fixture(scope="session")
def client(sample_client) -> Client:
    """A client of the sample collection, whose lists come in one page."""
    return sample_client()


@pytest.fixture(scope="session")
def paged(sample_client) -> Client:
    """A client of the sample collection, whose lists come ten by ten; its sets too."""
    return sample_client(page_size=10, set_page_size=10)


@pytest.fixture(scope="session")
def rich(sample_client) -> Client:
    """A client of the sample collection in every format that we have."""
    return sample_client(formats=())


@pytest.fixture(scope="session")
def days(sample_client) -> Client:
    """A client of the sample collection told in days."""
    return sample_client(granularity="YYYY-MM-DD")


@pytest.fixture(scope="session")
def shelf_store(opened) -> Store:
    """Ten items whose names are all there is to know of them."""
    items = [
        item(
            local,
            sets=sets,
            datestamp=datetime.fromisoformat(stamp),
            state="withdrawn" if local in DELETED else "active",
        )
        for local, (stamp, sets) in SHELF.items()
    ]
    return opened(*items)


@pytest.fixture(scope="session")
def shelf(client_of, shelf_store) -> Client:
    """A client of the ten items."""
    return client_of(shelf_store)


@pytest.fixture(scope="session")
def setless(client_of, opened) -> Client:
    """A client of a repository without sets."""
    return client_of(opened(item("1"), item("2")))


@pytest.fixture(scope="session")
def barren(client_of, opened) -> Client:
    """A client of a repository without items."""
    return client_of(opened())
