"""A harvester that looks at what it gets: walks lists, collects their tokens, measures a whole harvest."""

from __future__ import annotations

import http.client
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from serving import HOST, Server

TOKEN = re.compile(rb"<resumptionToken([^>]*)>([^<]*)<")
STAMP = re.compile(rb"<datestamp>([^<]*)<")
SIZE = re.compile(rb'completeListSize="([0-9]+)"')


@dataclass(frozen=True)
class Leaf:
    """A page of a list: how to ask for it, and what came."""

    path: str
    records: int
    first: str
    last: str
    size: int | None


class Harvester:
    """Keeps one connection to a server."""

    def __init__(self, server: Server) -> None:
        self.line = http.client.HTTPConnection(HOST, server.port, timeout=60)

    def get(self, path: str, coding: str = "") -> tuple[bytes, str]:
        """The body as it went over the wire, and its coding."""
        self.line.request("GET", path, headers={"Accept-Encoding": coding or "identity"})
        answer = self.line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:500]!r}")
        return body, answer.headers.get("Content-Encoding", "")

    def walk(self, path: str, most: int | None = None, coding: str = "") -> Iterator[Leaf]:
        """The pages of a list, or so many of them."""
        rest: str | None = path
        while rest is not None and most != 0:
            leaf, rest = self.leaf(rest, coding)
            yield leaf
            most = most and most - 1

    def leaf(self, path: str, coding: str = "") -> tuple[Leaf, str | None]:
        """One page, and the path of the next."""
        body, told = self.get(path, coding)
        return _leaf(path, zlib.decompress(body, 31) if told == "gzip" else body)


def query(verb: str, **arguments: str) -> str:
    """The path of a request; ``from_`` is from."""
    told = {name.rstrip("_"): value for name, value in arguments.items()}
    return "/oai?" + urlencode({"verb": verb, **told}, quote_via=quote)


def _leaf(path: str, body: bytes) -> tuple[Leaf, str | None]:
    """The page, and the path of the next."""
    if b"<error" in body:
        raise SystemExit(f"{path}: {body.decode()}")
    stamps = STAMP.findall(body)
    records = body.count(b"<header") or body.count(b"<set>")
    token = TOKEN.search(body[-3000:])
    size = SIZE.search(token[1]) if token else None
    first, last = (stamps[0].decode(), stamps[-1].decode()) if stamps else ("", "")
    leaf = Leaf(path, records, first, last, int(size[1]) if size else None)
    verb = path.partition("verb=")[2].partition("&")[0]
    return leaf, query(verb, resumptionToken=token[2].decode()) if token and token[2] else None


@dataclass(frozen=True)
class Harvest:
    """What one client's walk through a list cost the server."""

    records: int
    seconds: float
    cpu: float
    database: float


def harvest(server: Server, coding: str, pages: int) -> Harvest:
    """Walk the whole list, or so many pages of it, one request after the other."""
    client = Harvester(server)
    before, start = server.cpu(), time.perf_counter()
    records = sum(leaf.records for leaf in client.walk(query("ListRecords", metadataPrefix="oai_dc"), pages, coding))
    took, after = time.perf_counter() - start, server.cpu()
    return Harvest(records, took, after[0] - before[0], after[1] - before[1])
