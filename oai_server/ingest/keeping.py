"""From an item to what the store keeps of it: content, header, and its record in every format. CPU work, no store."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Protocol

from oai_server.ingest import jsonl
from oai_server.ingest.normalise import Refused
from oai_server.model import Fault, Item, MetadataFormat, Reading, Rendition, StoredFormat
from oai_server.protocol.compression import pack
from oai_server.protocol.response import header_parts, record_body
from oai_server.store import KeptItem, Named, View

SHARE = 25  # jobs that a process gets at a time
WORTH = 100  # fewer jobs than this are done here: starting a process costs half a second


class Rendered(Protocol):
    """An item told in every format that can tell it."""

    metadata: dict[str, bytes]
    about: tuple[bytes, ...]
    failed: frozenset[str]
    faults: tuple[Fault, ...]
    stored: tuple[StoredFormat, ...]


class Renderer(Protocol):
    """Where the formats come in, as a value."""

    @property
    def formats(self) -> Mapping[str, MetadataFormat]:
        """The formats by their prefix."""

    @property
    def fingerprint(self) -> str:
        """What the records depend on besides their items."""

    def offered(self, item: Item) -> list[str]:
        """The prefixes in which an item can be told."""

    def render(self, item: Item, only: str | None = None) -> Rendered:
        """The records of an item, or only the one of a format."""


@dataclass(frozen=True, slots=True)
class Job:
    """An item to be kept as it is at ``now`` (seconds). ``only`` leaves every other format's record as it is.

    ``again`` is an item that the store has already: what its source found wrong with it still stands.
    """

    reading: Reading
    source: str
    now: int
    by_hand: str | None = None
    keep_datestamp: bool = False
    only: str | None = None
    again: bool = False


def keep(job: Job, renderer: Renderer) -> KeptItem:
    """The item with its records; Refused for a datestamp that cannot be kept."""
    reading, item = job.reading, job.reading.item
    today = day_of(job.now)
    present = item.as_of(today)
    bodies: dict[Named, Rendition | None] = {}
    failed: frozenset[str] = frozenset()
    found: tuple[Fault, ...] = ()
    stored: tuple[StoredFormat, ...] = ()
    if (job.by_hand or item.state) == "active":
        rendered = renderer.render(present, job.only)
        bodies = {(prefix, ""): rendition(xml, rendered.about) for prefix, xml in rendered.metadata.items()}
        failed, found, stored = rendered.failed, rendered.faults, rendered.stored
    else:
        bodies = {(prefix, ""): None for prefix in renderer.offered(present)}
    told = {**renderer.formats, **dict.fromkeys((*(prefix for prefix, _ in bodies), *failed))}
    refresh = item.changes_after(today)
    content = content_of(item)
    return KeptItem(
        identifier=item.identifier,
        source=job.source,
        content=content,
        digest=digest_of(content),
        state=item.state,
        by_hand=job.by_hand,
        sets=item.sets,
        views=(View("", item.sets, header_parts(item.identifier, item.sets), dict.fromkeys(told, "")),),
        bodies=bodies,
        failed=frozenset((prefix, "") for prefix in failed),
        only=job.only,
        refresh_on=refresh.isoformat() if refresh else None,
        datestamp=_own_stamp(reading, job.now) if job.keep_datestamp else None,
        faults=(*reading.faults, *(replace(fault, file=reading.file, line=reading.line) for fault in found)),
        formats=stored,
        again=job.again,
    )


def rendition(metadata: bytes, about: Sequence[bytes]) -> Rendition:
    """The body of a record, as it is and packed."""
    body = record_body(metadata, about)
    packed, checksum = pack(body)
    return Rendition(body, packed, checksum, hashlib.blake2b(body, digest_size=16).hexdigest())


def day_of(now: int) -> date:
    """The UTC day of a second."""
    return datetime.fromtimestamp(now, UTC).date()


def content_of(item: Item) -> str:
    """The item as a line of our interchange: what the store holds, and what decides whether it is as it was."""
    return json.dumps(jsonl.told(item), ensure_ascii=False, separators=(",", ":"))


def digest_of(content: str) -> str:
    """What tells one content from another."""
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _own_stamp(reading: Reading, now: int) -> int | None:
    """The source's datestamp in seconds; Refused for one that is still to come."""
    told = reading.item.datestamp
    if told is None:
        return None
    if int(told.timestamp()) > now:
        reason = f"the datestamp {told.isoformat()} lies in the future, so it cannot be kept"
        name = reading.item.identifier
        raise Refused(Fault("refused", "section 2.7.1", reason, reading.file, reading.line, name))
    return int(told.timestamp())


class Hands:
    """Does the jobs: here, or in several processes where there are many. Used in a with statement."""

    def __init__(self, make: Callable[[], Renderer], processes: int = 1) -> None:
        """``make`` makes the renderer; for several processes it must be something that can be sent to them."""
        self.make = make
        self.processes = processes
        self.renderer = make()
        self._pool: ProcessPoolExecutor | None = None

    def keep(self, jobs: Sequence[Job]) -> Iterator[KeptItem | Fault]:
        """What becomes of each job, in order: the item, or why it is refused."""
        if self.processes < 2 or len(jobs) < WORTH:
            return (_done(job, self.renderer) for job in jobs)
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.processes, context, initializer=_start, initargs=(self.make,))
        return self._pool.map(_done_there, jobs, chunksize=SHARE)

    def __enter__(self) -> Hands:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)


_there: list[Renderer] = []  # the renderer of a process that was started to help


def _start(make: Callable[[], Renderer]) -> None:
    _there.append(make())


def _done_there(job: Job) -> KeptItem | Fault:
    return _done(job, _there[0])


def _done(job: Job, renderer: Renderer) -> KeptItem | Fault:
    try:
        return keep(job, renderer)
    except Refused as error:
        return error.fault
