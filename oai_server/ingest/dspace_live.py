"""A running DSpace asked page by page for what everybody may see (input-formats.md section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from oai_server.ingest.dspace_items import RULE, embedded, link, name_of, objects
from oai_server.ingest.json_values import NotJSON, parsed
from oai_server.ingest.source import Mark, SourceError
from oai_server.ingest.transport import Answer, Transport
from oai_server.model import Degree, Fault

SIZE = 100  # items in a page; a page that breaks the server is asked for in tenths, then one by one
IN_A_ROW = 10  # items that may fail one after the other before it is the server that fails
FURTHER = 10_000  # how far an empty page of the older REST is looked beyond: it may hold only what nobody may see
BEGINNING = Mark("")  # the next run reads everything: no date tells what was withdrawn or made private

API = re.compile(r"(?P<root>.*?/api)(?P<below>/(?:core|discover)/.+)?")
SERVER = re.compile(r".*/server")
OLDER = re.compile(r"(?P<root>.*?/rest)(?P<below>/(?:items|collections)(?:/.+)?)?")
ITEM = re.compile(r".*/items/[^/]+")
PAGING = frozenset({"page", "size", "limit", "offset", "expand", "embed", "embed.size"})

ORDER = ("sort", "dc.date.accessioned,ASC")  # what comes in while we read comes at the end
ABOVE = "/parentCommunity" * 4
EMBEDS = (
    f"owningCollection{ABOVE}",
    f"mappedCollections{ABOVE}",
    "bundles/bitstreams/format",
    "bundles/bitstreams/accessStatus",
    "bundles/primaryBitstream",
    "accessStatus",
)
HAL = (*(("embed", each) for each in EMBEDS), ("embed.size", "bundles/bitstreams=100"))
EXPAND = (("expand", "metadata,parentCollection,parentCollectionList,parentCommunityList,bitstreams"),)


@dataclass(frozen=True, slots=True)
class Listing:
    """What to ask: a list in pages, or one item; ``root`` is the interface's own address."""

    root: str
    url: str
    pairs: tuple[tuple[str, str], ...]
    older: bool = False
    single: bool = False

    def page(self, offset: int, size: int) -> Sequence[tuple[str, str]]:
        """The pairs that ask for these places of the list."""
        if self.single:
            return ()
        if self.older:
            return ("limit", str(size)), ("offset", str(offset))
        return ("page", str(offset // size)), ("size", str(size))


@dataclass(frozen=True, slots=True)
class Told:
    """An object that the server told, and the page it stood in."""

    object: Any
    place: str


class Unusable(Exception):
    """An answer that is no page, and its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    @property
    def degree(self) -> Degree:
        """What not everybody may see is left out and no more."""
        return "noted" if self.status in (401, 403) else "refused"


def listing_of(url: str) -> Listing | None:
    """What a URL asks of a DSpace; None for one that does not look like its REST interface."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    path = f"{path}/api" if SERVER.fullmatch(path) else path
    own = tuple((name, value) for name, value in parse_qsl(parts.query) if name not in PAGING)

    def address(path: str) -> str:
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    if found := OLDER.fullmatch(path):
        below = found["below"] or "/items"
        if re.fullmatch(r"/collections/[^/]+", below):
            below += "/items"
        root = address(found["root"])
        return Listing(root, root + below, (*own, *EXPAND), older=True, single=bool(ITEM.fullmatch(below)))
    if found := API.fullmatch(path):
        below = found["below"] or "/discover/search/objects"
        if below.startswith("/discover/search/objects"):
            given = {name for name, _ in own}
            own += tuple(pair for pair in (("dsoType", "item"), ORDER) if pair[0] not in given)
        root = address(found["root"])
        return Listing(root, root + below, (*own, *HAL), single=bool(ITEM.fullmatch(below)))
    return None


def told(listing: Listing, mark: str | None, transport: Transport) -> Iterator[Told | Fault | Mark]:
    """What the list holds, with a mark after each page; SourceError where the server cannot be read on."""
    reader = _Reader(listing, transport)
    # When something is withdrawn meanwhile, what follows moves up: into the page that was read before.
    offset = max(0, int(mark) // SIZE - 1) * SIZE if mark and mark.isdecimal() else 0
    while True:
        total = reader.total
        found = list(reader.page(offset, SIZE))
        yield from found
        if total is not None and reader.total is not None and reader.total < total:
            yield from reader.page(offset - SIZE, SIZE)
        offset += SIZE
        if listing.single or not reader.goes_on(found, offset):
            break
        yield Mark(str(offset))
    yield BEGINNING


class _Reader:
    """Asks for pages, and remembers what the last ones said about the list."""

    def __init__(self, listing: Listing, transport: Transport) -> None:
        self.listing = listing
        self.transport = transport
        self.total: int | None = None  # items in the list, as its pages tell
        self.next = False  # whether the last page named a next one
        self.failed = 0  # items in a row that could not be read
        self.before: Sequence[str | None] = ()  # names of the objects in the page before

    def page(self, offset: int, size: int) -> Iterator[Told | Fault]:
        """The objects at these places; where the page as a whole cannot be read, its parts."""
        place = f"{self.listing.url}?{urlencode(self.listing.page(offset, size))}".rstrip("?")
        try:
            document = self._document(self.listing.url, (*self.listing.page(offset, size), *self.listing.pairs))
        except Unusable as trouble:
            if self._drops_order(trouble):
                yield Fault("noted", RULE, f"no {ORDER[1]}, so asked for without order: {trouble}", place)
                yield from self.page(offset, size)
            elif size > 1 and not self.listing.single:
                for start in range(offset, offset + size, size // 10):
                    yield from self.page(start, size // 10)
            else:
                yield self._failure(trouble, place)
        else:
            self.failed = 0
            self._note(document)
            yield from (self._whole(each, place) for each in objects(document))

    def goes_on(self, found: Sequence[Told | Fault], offset: int) -> bool:
        """Whether the list goes on from there, after a page of these."""
        if self.listing.older:
            return bool(found) or self._further(offset)
        names = [name_of(each.object) for each in found if isinstance(each, Told) and isinstance(each.object, dict)]
        if names and names == self.before:
            raise SourceError(f"{self.listing.url}: the server gives the same page again and again")
        self.before = names
        return bool(found) and (self.next or (self.total is not None and offset < self.total))

    def _further(self, offset: int) -> bool:
        """Whether anything comes after an empty page of the older REST, which tells no total."""
        pairs = (("limit", str(FURTHER)), ("offset", str(offset)))
        try:
            return any(True for _ in objects(self._document(self.listing.url, pairs)))
        except Unusable as trouble:
            raise SourceError(f"{self.listing.url}: {trouble}") from None

    def _drops_order(self, trouble: Unusable) -> bool:
        """Whether the list was asked for in an order that this server does not know; from now on it is not."""
        refused = trouble.status in (400, 422) and ORDER in self.listing.pairs
        if refused:
            pairs = tuple(pair for pair in self.listing.pairs if pair != ORDER)
            self.listing = replace(self.listing, pairs=pairs)
        return refused

    def _failure(self, trouble: Unusable, place: str) -> Fault:
        self.failed += 1
        if self.failed >= IN_A_ROW or self.listing.single:
            raise SourceError(f"{place}: {trouble}")
        return Fault(trouble.degree, RULE, str(trouble), place)

    def _note(self, document: Any) -> None:
        """Remember what a page says about its list."""
        if not isinstance(document, dict):
            return
        page = embedded(document).get("searchResult", document)
        page = page if isinstance(page, dict) else document
        told = page.get("page", document.get("page"))
        total = told.get("totalElements") if isinstance(told, dict) else None
        self.total = total if isinstance(total, int) else None
        self.next = link(page, "next") is not None or link(document, "next") is not None

    def _whole(self, told: Any, place: str) -> Told | Fault:
        """An object; one that the page only links to is fetched."""
        address = told.get("href") if isinstance(told, dict) and told.get("type") == "link" else None
        if address is None:
            return Told(told, place)
        if urlsplit(address)[:2] != urlsplit(self.listing.root)[:2]:
            return Fault("refused", RULE, f"{address!a:.100} is on another server, not asked", place)
        try:
            return Told(self._document(address, HAL), address)
        except Unusable as trouble:
            return Fault(trouble.degree, RULE, str(trouble), address, identifier=address.rpartition("/")[2])

    def _document(self, url: str, pairs: Sequence[tuple[str, str]]) -> Any:
        """The document that the server answers with; SourceError where asking for less would not help."""
        answer = self.transport.get(url, pairs)
        status = answer.status
        if status == 200:
            return _parsed(answer)
        if status in (401, 403):
            raise Unusable(f"HTTP {status}: not everybody may see it", status)
        if status >= 500 or status in (400, 422) or ITEM.fullmatch(url):
            raise Unusable(f"HTTP {status}", status)
        raise SourceError(f"{url}: HTTP {status}")


def _parsed(answer: Answer) -> Any:
    try:
        return parsed(answer.body, strict=False)
    except NotJSON as error:
        kind = answer.headers.get("Content-Type", "no type told")
        raise Unusable(f"{error} ({kind!a:.60})", answer.status) from None
