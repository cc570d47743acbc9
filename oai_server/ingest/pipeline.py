"""From readings to records: normalise, compare, render, keep, batch by batch."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from oai_server.ingest import jsonl
from oai_server.ingest.identifier import identifier_of
from oai_server.ingest.normalise import Refused, normalise
from oai_server.model import Fault, Item, Reading, Set, State
from oai_server.protocol.response import header_parts, record_body
from oai_server.store import Change, KeptItem, Known, Store, Writer

BATCH = 500  # items in one transaction
SHOWN = 200  # faults that a tally keeps for the report; the store has them all


class Rendered(Protocol):
    """An item told in every format that can tell it."""

    metadata: dict[str, bytes]
    about: tuple[bytes, ...]
    failed: frozenset[str]
    faults: tuple[Fault, ...]


class Renderer(Protocol):
    """Where the formats come in, as a value."""

    def offered(self, item: Item) -> list[str]:
        """The prefixes in which an item can be told."""

    def render(self, item: Item) -> Rendered:
        """The records of an item."""


@dataclass(slots=True)
class Tally:
    """What an ingest did: items by change, faults by degree, and the first of the faults."""

    changes: Counter[str] = field(default_factory=Counter)
    degrees: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    @property
    def lost(self) -> bool:
        """Whether an item was refused or a record is not served."""
        return bool(self.degrees["refused"] or self.degrees["lost"])

    def add(self, found: Iterable[Fault]) -> None:
        """Count faults; those that lose something are shown first."""
        for fault in found:
            self.degrees[fault.degree] += 1
            if len(self.faults) < SHOWN or fault.degree in ("refused", "lost"):
                self.faults.append(fault)


class Pipeline:
    """Takes items into a store. Made once for a command."""

    def __init__(self, store: Store, renderer: Renderer, repository_identifier: str) -> None:
        """``repository_identifier`` is the domain that makes a local identifier an oai one."""
        self.store = store
        self.writer = Writer(store)
        self.renderer = renderer
        self.repository_identifier = repository_identifier

    def may_keep_datestamps(self) -> bool:
        """Whether a source may bring its own datestamps: only until something has been harvested."""
        return self.store.fact("harvested") is None

    def ingest(
        self,
        readings: Iterable[Reading | Fault | Set],
        source: str,
        *,
        sets: Sequence[str] = (),
        keep_datestamps: bool = False,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda count: None,
    ) -> Tally:
        """Take in what a source gives; ``progress`` hears how many items have been read so far."""
        tally = Tally()
        refused: list[Fault] = []
        batch: list[Reading] = []
        seen: set[str] = set()
        count = 0
        for reading in readings:
            if isinstance(reading, Set):
                if not dry_run:
                    self.writer.save_sets([reading])
                continue
            count += 1
            try:
                prepared = self._prepared(reading, sets)
                if prepared.item.identifier in seen:
                    raise Refused(_twice(prepared))
                seen.add(prepared.item.identifier)
                batch.append(prepared)
            except Refused as error:
                refused.append(error.fault)
            if len(batch) >= BATCH:
                refused += self._keep(batch, source, tally, keep_datestamps, dry_run)
                batch = []
                progress(count)
        refused += self._keep(batch, source, tally, keep_datestamps, dry_run)
        tally.add(refused)
        progress(count)
        if not dry_run:
            self.writer.save_refusals(source, refused)
            self.writer.wait()
        return tally

    def render_again(
        self, identifiers: Iterable[str] | None = None, progress: Callable[[int], None] = lambda count: None
    ) -> Tally:
        """Render stored items again: after a change of crosswalks or settings, or when time has changed them."""
        tally = Tally()
        count = 0
        for chunk in _chunks(self.writer.contents(identifiers), BATCH):
            known = self.writer.known(name for name, _, _ in chunk)
            now = self.store.now()
            kept = [self._stored(source, content, known[name], now) for name, source, content in chunk]
            tally.changes.update(self.writer.save(kept).values())
            tally.add(fault for each in kept for fault in each.faults)
            count += len(chunk)
            progress(count)
        self.writer.wait()
        return tally

    def set_state(self, identifiers: Sequence[str], state: State) -> Mapping[str, Change | None]:
        """Withdraw or restore items by hand: this holds until it is taken back, whatever their source says.

        What became of each; None where there is no such item.
        """
        known = self.writer.known(identifiers)
        now = self.store.now()
        kept = []
        for name, source, content in self.writer.contents(list(known)):
            by_hand = None if known[name].state == state else state
            kept.append(self._stored(source, content, replace(known[name], by_hand=by_hand), now))
        changes = self.writer.save(kept) if kept else {}
        self.writer.wait()
        return {name: changes.get(name) for name in identifiers}

    def _stored(self, source: str, content: str, known: Known, now: int) -> KeptItem:
        item = jsonl.item_of(json.loads(content))
        return self._kept(Reading(item, source), source, known.by_hand, now)

    def _prepared(self, reading: Reading | Fault, sets: Sequence[str]) -> Reading:
        """The reading with its item normalised, named and in its sets; Refused where it cannot go in."""
        if isinstance(reading, Fault):
            raise Refused(replace(reading, identifier=self._named(reading.identifier)))
        try:
            identifier = identifier_of(reading.item.identifier, self.repository_identifier)
        except ValueError as error:
            name = reading.item.identifier
            raise Refused(Fault("refused", "oai-identifier", str(error), reading.file, reading.line, name)) from None
        item = replace(reading.item, identifier=identifier, sets=(*reading.item.sets, *sets))
        return normalise(replace(reading, item=item))

    def _named(self, local: str | None) -> str | None:
        """The oai identifier of a local one, where it can have one."""
        try:
            return identifier_of(local, self.repository_identifier) if local else None
        except ValueError:
            return local

    def _keep(
        self, batch: Sequence[Reading], source: str, tally: Tally, keep_datestamps: bool, dry_run: bool
    ) -> Sequence[Fault]:
        """One transaction for the items of a batch that are not as they were; the items that were refused after all."""
        now = self.store.now()
        known = self.writer.known(reading.item.identifier for reading in batch)
        kept, refused = [], []
        for reading in batch:
            before = known.get(reading.item.identifier)
            if before and before.digest == _digest(reading.item) and not _due(before, _day(now)):
                tally.changes["unchanged"] += 1
                tally.add(reading.faults)
                continue
            try:
                kept.append(self._kept(reading, source, before.by_hand if before else None, now, keep_datestamps))
            except Refused as error:
                refused.append(error.fault)
        if kept:
            tally.add(fault for each in kept for fault in each.faults)
            tally.changes.update(self.writer.save(kept, dry_run).values())
        return refused

    def _kept(
        self, reading: Reading, source: str, by_hand: str | None, now: int, keep_datestamp: bool = False
    ) -> KeptItem:
        """The item with its records as they are today."""
        item = reading.item
        today = _day(now)
        present = item.as_of(today)
        bodies: dict[str, bytes | None] = {}
        failed: frozenset[str] = frozenset()
        found: tuple[Fault, ...] = ()
        if (by_hand or item.state) == "active":
            rendered = self.renderer.render(present)
            bodies = {prefix: record_body(xml, rendered.about) for prefix, xml in rendered.metadata.items()}
            failed, found = rendered.failed, rendered.faults
        else:
            bodies = dict.fromkeys(self.renderer.offered(present))
        refresh = item.changes_after(today)
        content = _content(item)
        return KeptItem(
            identifier=item.identifier,
            source=source,
            content=content,
            digest=_digest_of(content),
            state=item.state,
            by_hand=by_hand,
            sets=item.sets,
            live=header_parts(item.identifier, item.sets, deleted=False),
            dead=header_parts(item.identifier, item.sets, deleted=True),
            bodies=bodies,
            failed=failed,
            refresh_on=refresh.isoformat() if refresh else None,
            datestamp=_own_stamp(reading, now) if keep_datestamp else None,
            faults=(*reading.faults, *(replace(fault, file=reading.file, line=reading.line) for fault in found)),
        )


def _twice(reading: Reading) -> Fault:
    reason = "this source has given an item with this identifier before; that one stays"
    return Fault("refused", "section 2.4", reason, reading.file, reading.line, reading.item.identifier)


def _own_stamp(reading: Reading, now: int) -> int | None:
    """The source's datestamp in seconds; Refused for one that is still to come."""
    if reading.item.datestamp is None:
        return None
    stamp = int(reading.item.datestamp.timestamp())
    if stamp > now:
        told = reading.item.datestamp.isoformat()
        raise Refused(
            Fault(
                "refused",
                "section 2.7.1",
                f"the datestamp {told} lies in the future, so it cannot be kept",
                reading.file,
                reading.line,
                reading.item.identifier,
            )
        )
    return stamp


def _due(known: Known, today: date) -> bool:
    """Whether time alone has changed the item since it was rendered."""
    return known.refresh_on is not None and known.refresh_on <= today.isoformat()


def _day(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()


def _content(item: Item) -> str:
    return json.dumps(jsonl.told(item), ensure_ascii=False, separators=(",", ":"))


def _digest(item: Item) -> str:
    return _digest_of(_content(item))


def _digest_of(content: str) -> str:
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _chunks(rows: Iterator[tuple[str, str, str]], size: int) -> Iterator[list[tuple[str, str, str]]]:
    chunk: list[tuple[str, str, str]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def source_name(kind: str, location: Path) -> str:
    """A source's name in the store: what to compare when it is read again."""
    return f"{kind}:{location.resolve()}"
