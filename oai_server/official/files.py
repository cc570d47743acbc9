"""Fetching the official schemas into a folder, and looking after what is there."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from time import monotonic
from typing import IO, Literal
from urllib import request
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit

from lxml import etree

from oai_server import __version__
from oai_server.official.judge import Official
from oai_server.official.library import XS
from oai_server.official.manifest import Entry, chosen, lookup, manifest

LIMIT = 10_000_000  # octets; the largest published file has a twelfth of that
PIECE = 1 << 16
SECONDS = 30.0
AGENT = f"oai-server/{__version__} (schemas fetch)"

State = Literal["fetched", "already there", "checksum differs", "failed", "missing", "as published", "changed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, and why; ``compiles`` is told by ``verify`` for root schemas that are there."""

    entry: Entry
    state: State
    reason: str = ""
    compiles: bool | None = None

    @property
    def good(self) -> bool:
        """Whether the file is there as it was published, and compiles if that was tried."""
        return self.state in ("fetched", "already there", "as published") and self.compiles is not False


class NotFetched(Exception):
    """A download that came to nothing; ``silent`` when the host did not answer at all."""

    def __init__(self, reason: object, silent: bool = False) -> None:
        super().__init__(" ".join(str(reason).split()))
        self.silent = silent


class Redirects(request.HTTPRedirectHandler):
    """Redirects are followed, their bodies are not read."""

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> request.Request | None:
        """The next request; urllib would read the body of this answer to its end, however long it is."""
        fp.close()
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    folder: Path,
    wanted: Iterable[str] | None = None,
    mirror: str | None = None,
    report: Callable[[Outcome], None] = lambda outcome: None,
    seconds: float = SECONDS,
) -> Sequence[Outcome]:
    """Download what is not there, or not as published, to folder/HOST/PATH; an outcome for each file.

    ``wanted`` are formats, namespaces or URLs of schemas, each with what it includes (LookupError for an unknown one);
    without it everything. From ``mirror``/HOST/PATH, or from where each was published. ``seconds`` is what one file
    may take. A file is replaced only by one with the published checksum.
    """
    opener = _opener()
    silent: dict[str, NotFetched] = {}
    outcomes: dict[Entry, Outcome] = {}
    waiting = deque(manifest() if wanted is None else chosen(wanted))
    while waiting:
        entry = waiting.popleft()
        if entry in outcomes:
            continue
        url = f"{mirror.rstrip('/')}/{entry.place}" if mirror else entry.url
        outcomes[entry] = _fetched(folder / entry.place, entry, url, opener, silent, seconds)
        report(outcomes[entry])
        waiting.extend(_included(folder / entry.place, entry))
    return tuple(outcomes.values())


def verify(folder: Path) -> Sequence[Outcome]:
    """For each file of the manifest whether it is there as published, and for root schemas whether they compile."""
    official = Official(folder)
    return tuple(_verified(folder / entry.place, entry, official) for entry in manifest())


def _fetched(
    path: Path,
    entry: Entry,
    url: str,
    opener: request.OpenerDirector,
    silent: dict[str, NotFetched],
    seconds: float,
) -> Outcome:
    host = urlsplit(url).netloc
    try:
        if path.is_file() and entry.matches(path.read_bytes()):
            return Outcome(entry, "already there")
        if host in silent:
            return Outcome(entry, "failed", f"{host} did not answer before: {silent[host]}")
        content = _download(url, opener, seconds)
        if not entry.matches(content):
            return Outcome(entry, "checksum differs", f"{url} is not what the manifest knows; nothing was written")
        _write(path, content)
    except NotFetched as error:
        if error.silent:
            silent[host] = error
        return Outcome(entry, "failed", f"{url}: {error}")
    except OSError as error:
        return Outcome(entry, "failed", f"{path}: {error.strerror or error}")
    return Outcome(entry, "fetched")


def _opener() -> request.OpenerDirector:
    """An opener for http and https alone: neither a mirror nor a redirect can name a file or another protocol."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        Redirects(),
        request.HTTPErrorProcessor(),
        request.HTTPDefaultErrorHandler(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _download(url: str, opener: request.OpenerDirector, seconds: float) -> bytes:
    """The bytes at a URL; NotFetched when they do not come whole, or are too many or too slow."""
    ends = monotonic() + seconds
    content = bytearray()
    answered = False
    try:
        asked = request.Request(url, headers={"User-Agent": AGENT, "Accept": "application/xml, text/xml, */*;q=0.5"})
        with opener.open(asked, timeout=seconds) as answer:
            answered = True
            while piece := answer.read1(PIECE):
                content += piece
                if len(content) > LIMIT:
                    raise NotFetched(f"more than {LIMIT} octets")
                if monotonic() > ends:
                    raise NotFetched(f"took more than {seconds:g} seconds")
            if answer.length:
                raise NotFetched(f"ended {answer.length} octets before its end")
    except HTTPError as error:
        error.close()
        raise NotFetched(f"HTTP {error.code}: {error.reason}") from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise NotFetched(reason, silent=not answered and isinstance(reason, OSError)) from None
    return bytes(content)


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: readers see the old file until the new one is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _included(path: Path, entry: Entry) -> Iterator[Entry]:
    """The files of the manifest that a schema includes, imports or redefines."""
    if not path.is_file():
        return
    try:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(no_network=True, resolve_entities=False))
    except etree.XMLSyntaxError:
        return
    for part in root.iter(*(f"{{{XS}}}{name}" for name in ("include", "import", "redefine"))):
        known = lookup(urljoin(entry.url, part.get("schemaLocation") or ""))
        if known:
            yield known


def _verified(path: Path, entry: Entry, official: Official) -> Outcome:
    if not path.is_file():
        return Outcome(entry, "missing")
    problem = official.problem(entry.url) if entry.root else None
    return Outcome(
        entry,
        "as published" if entry.matches(path.read_bytes()) else "changed",
        problem or "",
        None if not entry.root else problem is None,
    )
