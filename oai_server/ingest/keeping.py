"""From an item to what the store keeps of it: content, header, and its record in every format. CPU work, no store."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Protocol

from oai_server.ingest import jsonl
from oai_server.ingest.normalise import Refused
from oai_server.ingest.showing import Showing
from oai_server.model import Fault, Item, MetadataFormat, Reading, Rendition, StoredFormat
from oai_server.protocol.compression import pack
from oai_server.protocol.response import record_body
from oai_server.store import KeptItem, Named, Seen

SHARE = 25  # jobs that a process gets at a time
HARVESTED = 'harvestDate=\\"'  # of about/provenance, as JSON writes it
HARVEST_DATE = re.compile(re.escape(HARVESTED) + r'[^"\\]*')
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

    ``again`` is an item that the store has already: what its source found wrong with it still stands. ``seen`` is what
    the store had of it when this was decided. ``content`` is what content_of says of the item, where that is known.
    """

    reading: Reading
    source: str
    now: int
    by_hand: str | None = None
    keep_datestamp: bool = False
    only: str | None = None
    again: bool = False
    seen: Seen | None = None
    content: str | None = None

    def __reduce__(self) -> tuple[Callable[..., Job], tuple[object, ...]]:
        """To another process the item goes as its content: one text, not hundreds of values."""
        reading = self.reading
        rest = (self.source, self.now, self.by_hand, self.keep_datestamp, self.only, self.again)
        seen = self.seen and (self.seen.digest, self.seen.by_hand)
        content = self.content or content_of(reading.item)
        return _job, (content, reading.item.datestamp, reading.file, reading.line, reading.faults, seen, *rest)


def _job(
    content: str,
    datestamp: datetime | None,
    file: str,
    line: int | None,
    faults: tuple[Fault, ...],
    seen: tuple[str | None, str | None] | None,
    *rest: Any,
) -> Job:
    item = jsonl.kept(content)
    if datestamp is not None:
        item = replace(item, datestamp=datestamp)
    known = Seen(*seen) if seen else None
    return Job(Reading(item, file, line, faults), *rest, known, content)  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class Tellers:
    """What an item is told with: in every format, in the variants that profiles have of some, and where it is shown."""

    renderer: Renderer
    variants: Mapping[str, Renderer]
    showing: Showing


def keep(job: Job, tellers: Tellers) -> KeptItem:
    """The item with its records; Refused for a datestamp that cannot be kept."""
    reading, item, renderer = job.reading, job.reading.item, tellers.renderer
    today = day_of(job.now)
    present = item.as_of(today)
    active = (job.by_hand or item.state) == "active"
    views = tellers.showing.views(present, today, job.source, {**renderer.formats, **item.xml}, active)
    bodies: dict[Named, Rendition | None] = {}
    failed: set[Named] = set()
    found: list[Fault] = []
    stored: tuple[StoredFormat, ...] = ()
    if active:
        rendered = renderer.render(present, job.only)
        _add(rendered, "", bodies, failed, found)
        stored = rendered.stored
        bare = replace(present, xml={})
        for variant in sorted({each for view in views if not view.hidden for each in view.variants.values()} - {""}):
            _add(tellers.variants[variant].render(bare, job.only), variant, bodies, failed, found)
    else:
        bodies = {(prefix, ""): None for prefix in renderer.offered(present)}
    refresh = tellers.showing.changes_after(item, today)
    content = job.content or content_of(item)
    return KeptItem(
        identifier=item.identifier,
        source=job.source,
        content=content,
        digest=digest_of(content),
        state=item.state,
        by_hand=job.by_hand,
        sets=item.sets,
        views=views,
        bodies=bodies,
        failed=frozenset(failed),
        only=job.only,
        refresh_on=refresh.isoformat() if refresh else None,
        datestamp=_own_stamp(reading, job.now) if job.keep_datestamp else None,
        faults=(*reading.faults, *(replace(fault, file=reading.file, line=reading.line) for fault in found)),
        formats=stored,
        again=job.again,
        seen=job.seen,
    )


def _add(
    rendered: Rendered,
    variant: str,
    bodies: dict[Named, Rendition | None],
    failed: set[Named],
    found: list[Fault],
) -> None:
    """What was rendered, under the name of its variant."""
    for prefix, xml in rendered.metadata.items():
        bodies[prefix, variant] = rendition(xml, rendered.about)
    failed |= {(prefix, variant) for prefix in rendered.failed}
    if variant:  # what is wrong with the item itself has been told
        told = (each for each in rendered.faults if each.degree == "lost" and each.prefix)
        found += (replace(each, message=f"as {variant} has it: {each.message}") for each in told)
    else:
        found += rendered.faults


def rendition(metadata: bytes, about: Sequence[bytes]) -> Rendition:
    """The body of a record, as it is and packed."""
    return rendition_of(record_body(metadata, about))


def rendition_of(body: bytes) -> Rendition:
    """A body with what is kept beside it."""
    packed, checksum = pack(body)
    return Rendition(body, packed, checksum, hashlib.blake2b(body, digest_size=16).hexdigest())


def day_of(now: int) -> date:
    """The UTC day of a second."""
    return datetime.fromtimestamp(now, UTC).date()


def content_of(item: Item) -> str:
    """The item as a line of our interchange: what the store holds, and what decides whether it is as it was."""
    return json.dumps(jsonl.told(item), ensure_ascii=False, separators=(",", ":"))


def digest_of(content: str) -> str:
    """What tells one content from another: not when it was harvested, or every harvest would be a change."""
    if HARVESTED in content:
        content = HARVEST_DATE.sub(HARVESTED, content)
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

    def __init__(
        self,
        make: Callable[[], Renderer],
        processes: int = 1,
        showing: Showing | None = None,
        make_variants: Callable[[], Mapping[str, Renderer]] = dict,
    ) -> None:
        """``make`` makes the renderer, ``make_variants`` those of variants by name.

        For several processes all must be something that can be sent to them.
        """
        self.parts = (make, make_variants, showing or Showing())
        self.processes = processes
        self.tellers = _tellers(*self.parts)
        self._pool: ProcessPoolExecutor | None = None

    @property
    def renderer(self) -> Renderer:
        """What makes the records."""
        return self.tellers.renderer

    @property
    def showing(self) -> Showing:
        """Where items are shown."""
        return self.tellers.showing

    @property
    def fingerprint(self) -> str:
        """What the records depend on besides their items."""
        used = ",".join(f"{name}:{'+'.join(sorted(each))}" for name, each in self.showing.used_variants().items())
        return f"{self.renderer.fingerprint} {used}".strip()

    def keep(self, jobs: Sequence[Job]) -> Iterator[KeptItem | Fault]:
        """What becomes of each job, in order: the item, or why it is refused."""
        if self.processes < 2 or len(jobs) < WORTH:
            return (_done(job, self.tellers) for job in jobs)
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.processes, context, initializer=_start, initargs=self.parts)
        return self._pool.map(_done_there, jobs, chunksize=SHARE)

    def __enter__(self) -> Hands:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)


_there: list[Tellers] = []  # those of a process that was started to help


def _tellers(
    make: Callable[[], Renderer], make_variants: Callable[[], Mapping[str, Renderer]], showing: Showing
) -> Tellers:
    return Tellers(make(), make_variants(), showing)


def _start(make: Callable[[], Renderer], make_variants: Callable[[], Mapping[str, Renderer]], showing: Showing) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that is asked to stop tells the others
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    _there.append(_tellers(make, make_variants, showing))


def _end_with_the_other() -> None:
    """A process that was started to help is of no use when the one that started it is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _done_there(job: Job) -> KeptItem | Fault:
    return _done(job, _there[0])


def _done(job: Job, tellers: Tellers) -> KeptItem | Fault:
    try:
        return keep(job, tellers)
    except Refused as error:
        return error.fault
