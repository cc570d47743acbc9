"""The fixtures that every folder shares. All of them are the real thing: SQLite files, the Flask app, both judges."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import etree

from oai_server.cli.opening import hands_of
from oai_server.config import Settings
from oai_server.ingest import jsonl
from oai_server.ingest.keeping import Hands
from oai_server.ingest.pipeline import Pipeline
from oai_server.ingest.source import Errand
from oai_server.model import Item, Reading, Value
from oai_server.store import Store
from oai_server.web import create_app
from tests.judges import OAI, ROOT, official, ours

BASE_URL = "https://demo.example.org/oai"
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what comes out into the golden files")


class Clock:
    """A clock that goes only when it is told to, or when somebody sleeps."""

    def __init__(self, start: float) -> None:
        self.seconds = start

    def __call__(self, connection: object = None) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def set(self, text: str) -> None:
        self.seconds = datetime.fromisoformat(text).timestamp()


class Answer:
    """An answer that both judges have passed, with the parts that tests ask for."""

    def __init__(self, response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.data
        self.xml = etree.fromstring(self.body) if self.status == 200 and self.body else None

    def all(self, path: str) -> list[etree._Element]:
        """Elements by a path of names in the OAI-PMH namespace."""
        return self.xml.findall("/".join(f"{{{OAI}}}{name}" for name in path.split("/")))

    def texts(self, path: str) -> list[str]:
        return [element.text for element in self.all(path)]

    @property
    def codes(self) -> list[str]:
        return [error.get("code") for error in self.all("error")]

    @property
    def code(self) -> str | None:
        """The one error code, None where the request was answered."""
        assert len(set(self.codes)) <= 1, self.codes
        return self.codes[0] if self.codes else None

    @property
    def request(self) -> etree._Element:
        return self.xml.find(f"{{{OAI}}}request")

    @property
    def headers_listed(self) -> list[etree._Element]:
        return list(self.xml.iter(f"{{{OAI}}}header"))

    @property
    def identifiers(self) -> list[str]:
        return [header.findtext(f"{{{OAI}}}identifier") for header in self.headers_listed]

    @property
    def datestamps(self) -> list[str]:
        return [header.findtext(f"{{{OAI}}}datestamp") for header in self.headers_listed]

    @property
    def token(self) -> etree._Element | None:
        return next(self.xml.iter(f"{{{OAI}}}resumptionToken"), None)


def judge(body: bytes) -> None:
    """Fail on any document that our schemas or the official ones refuse."""
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    assert b"<!DOCTYPE" not in body
    assert not ours(body), body.decode()
    assert not official(body), body.decode()


class Client:
    """Asks the app and has every answer judged, so that no test has to remember to."""

    def __init__(self, app, path: str = "/oai") -> None:
        self.app = app
        self.path = path
        self.flask = app.test_client()

    def at(self, profile: str) -> "Client":
        """The same at the endpoint of a profile."""
        return Client(self.app, f"/oai/{profile}") if profile else self

    def __call__(self, *pairs: tuple[str, str], method: str = "GET", **arguments: str) -> Answer:
        """A request by pairs or by names; ``from_`` is from."""
        given = [*pairs, *((name.rstrip("_"), value) for name, value in arguments.items())]
        return self.raw(urlencode(given), method)

    def raw(self, query: str | bytes, method: str = "GET", **options) -> Answer:
        """A request by its query or form as it goes over the wire."""
        if method == "POST":
            options.setdefault("content_type", "application/x-www-form-urlencoded")
            response = self.flask.post(self.path, data=query, **options)
        else:
            text = query.decode("latin-1") if isinstance(query, bytes) else query
            response = self.flask.open(self.path, method=method, query_string=text, **options)
        answer = Answer(response)
        if answer.xml is not None:
            assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
            judge(answer.body)
        return answer

    def pages(self, verb: str, **arguments: str) -> Iterator[Answer]:
        """The whole list, page by page."""
        answer = self(verb=verb, **arguments)
        yield answer
        for _ in range(10_000):
            if answer.token is None or not answer.token.text:
                return
            answer = self(verb=verb, resumptionToken=answer.token.text)
            yield answer
        raise AssertionError("this list does not end")

    def identifiers(self, **arguments: str) -> list[str]:
        """Every identifier of a list, in order."""
        return [each for page in self.pages("ListIdentifiers", **arguments) for each in page.identifiers]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW.timestamp())


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    Store(f"sqlite:///{path}", Clock(NOW.timestamp())).close()
    return path


@pytest.fixture
def store(tmp_path, clock, empty_database) -> Iterator[Store]:
    """An empty store of its own."""
    path = shutil.copy(empty_database, tmp_path / "store.sqlite")
    with Store(f"sqlite:///{path}", clock, clock.sleep) as opened:
        yield opened


@pytest.fixture
def settings() -> Settings:
    return Settings(
        base_url=BASE_URL,
        repository_name="A repository",
        repository_identifier="demo.example.org",
        admin_email=("admin@demo.example.org",),
    )


def pipeline_for(store: Store, settings: Settings) -> Pipeline:
    return Pipeline(store, hands_of(replace(settings, schema_folder="/nowhere"), 1), settings.identifier_domain)


@pytest.fixture
def pipeline(store, settings) -> Pipeline:
    return pipeline_for(store, settings)


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory, empty_database) -> Path:
    """The sample collection, ingested as `oai-server demo` does."""
    path = shutil.copy(empty_database, tmp_path_factory.mktemp("demo") / "store.sqlite")
    clock = Clock(NOW.timestamp())
    settings = Settings(base_url=BASE_URL, repository_identifier="demo.example.org")
    with Store(f"sqlite:///{path}", clock, clock.sleep) as store:
        readings = jsonl.read(Errand(ROOT / "data" / "items.jsonl"))
        pipeline_for(store, settings).ingest(readings, "demo", keep_datestamps=True)
    return Path(path)


@pytest.fixture
def demo_store(tmp_path, clock, demo_database) -> Iterator[Store]:
    """The sample collection, to change at will."""
    path = shutil.copy(demo_database, tmp_path / "demo.sqlite")
    with Store(f"sqlite:///{path}", clock, clock.sleep) as opened:
        yield opened


@pytest.fixture
def make_client(settings) -> Callable[..., Client]:
    """A client of an app on that store, with these settings changed."""

    def make(store: Store, **changed: object) -> Client:
        return Client(create_app(replace(settings, **changed), store))

    return make


@pytest.fixture
def client(make_client, demo_store) -> Client:
    """A client of the sample collection."""
    return make_client(demo_store)


def item(identifier: str, title: str = "A title", sets: Sequence[str] = (), **more) -> Item:
    """A small item; keyword ``fields`` adds metadata by field."""
    fields = {"dc.title": (Value(title),), **more.pop("fields", {})}
    return Item(identifier, fields, sets=tuple(sets), **more)


def readings(*items: Item) -> list[Reading]:
    """Items as a source gives them."""
    return [Reading(each, "test.jsonl", line) for line, each in enumerate(items, 1)]


@pytest.fixture
def golden(request) -> Callable[[Path, bytes], None]:
    """Compare with a golden file, or write it anew with --update-golden."""

    def check(path: Path, actual: bytes) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual)
        assert actual == path.read_bytes(), path

    return check


def pipeline_with(store: Store, renderer) -> Pipeline:
    """A pipeline with a renderer of the test's own."""
    return Pipeline(store, Hands(lambda: renderer), "demo.example.org")
