"""A place that publishes the official schemas as they are, or does one of the things that publishers do to them."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from oai_server.official.judge import Official
from tests.judges import SHARED

PUBLISHED = SHARED / "schemas" / "official"


class Publisher(SimpleHTTPRequestHandler):
    """Answers /BEHAVIOUR/HOST/PATH, or as a proxy the whole URL, from the published files."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        if self.path.startswith("http:"):  # we are the proxy
            parts = urlsplit(self.path)
            self.path = f"/good/{parts.netloc.removeprefix('www.')}{parts.path}"
        _, behaviour, self.path = self.path.split("/", 2)
        self.path = f"/{self.path}"
        try:
            getattr(self, behaviour)()
        except ConnectionError:
            self.close_connection = True

    def good(self) -> None:
        super().do_GET()

    def windows(self) -> None:
        """The file as a server passes it on that changes line endings."""
        self._whole(Path(self.translate_path(self.path)).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def wrong(self) -> None:
        self._whole(b"<html><body>This page has moved.</body></html>")

    def missing(self) -> None:
        self.send_error(404)

    def short(self) -> None:
        content = Path(self.translate_path(self.path)).read_bytes()
        self._begin(200, **{"Content-Length": str(len(content))})
        self.wfile.write(content[:100])

    def slow(self) -> None:
        self._begin(200)
        while not self.server.ended.wait(0.05):
            self.wfile.write(b" ")

    def silent(self) -> None:
        self.server.ended.wait(20)

    def endless(self) -> None:
        self._begin(200)
        self._endlessly()

    def loop(self) -> None:
        self._begin(302, Location=f"/loop{self.path}")

    def long_loop(self) -> None:
        self._begin(302, Location=f"/long_loop{self.path}")
        self._endlessly()

    def moved(self) -> None:
        self._begin(301, Location=f"/good{self.path}")

    def to_file(self) -> None:
        self._begin(302, Location=f"file://{self.translate_path(self.path)}")

    def to_ftp(self) -> None:
        self._begin(302, Location=f"ftp://127.0.0.1{self.path}")

    def _endlessly(self) -> None:
        while not self.server.ended.is_set():
            self.wfile.write(b" " * 65536)

    def _whole(self, content: bytes) -> None:
        self._begin(200, **{"Content-Length": str(len(content))})
        self.wfile.write(content)

    def _begin(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Tests say enough."""


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder with every official schema."""
    if not PUBLISHED.is_dir():
        pytest.skip(f"the official schemas are not at hand: {PUBLISHED}")
    return PUBLISHED


@pytest.fixture(scope="session")
def official(published) -> Official:
    """The judge that holds every official schema."""
    return Official(published)


@pytest.fixture
def publisher(published, monkeypatch) -> Iterator[ThreadingHTTPServer]:
    """The server on 127.0.0.1; ``asked`` lists (path, User-Agent) of each request."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Publisher, directory=published))
    server.daemon_threads = False
    server.asked, server.ended = [], threading.Event()
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    yield server
    server.ended.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def address(publisher) -> str:
    """http://HOST:PORT of the server."""
    return f"http://127.0.0.1:{publisher.server_address[1]}"
