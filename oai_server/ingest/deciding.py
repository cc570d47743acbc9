"""What is to be done with what a source gives: compared with the store, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

from oai_server.ingest import jsonl
from oai_server.ingest.flow import Flow
from oai_server.ingest.keeping import Job, content_of, day_of, digest_of
from oai_server.ingest.merging import Sets, Shares, merged, united
from oai_server.ingest.numbers import Numbers
from oai_server.ingest.source import Mark
from oai_server.ingest.spool import Spool
from oai_server.ingest.tally import Tally
from oai_server.ingest.update import Update, updated
from oai_server.model import Fault, Item, Reading
from oai_server.model import Set as ItemSet
from oai_server.store import Begun, Known, Seen, Step, Store, Writer
from oai_server.store.faults import told
from oai_server.store.runs import shares_of

BATCH = 500  # items in one transaction

Given = Reading | Update | Fault | ItemSet | Mark


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run takes things in.

    ``sets`` are given to every item; with ``merge_sets`` an item that several files give is in the sets of all.
    ``complete``: what the sources no longer give is withdrawn; ``sure``: also where that is much of it.
    """

    sets: tuple[str, ...] = ()
    keep_datestamps: bool = False
    merge_sets: bool = False
    complete: bool = False
    sure: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a source gives, and what it is called in the store.

    ``fingerprint`` tells its content, where an interrupted run can go on in it. ``foreign``: the identifiers are those
    of another repository. ``live``: it is asked now, and may tell more while it is being read. ``partial``: it gives
    only what is new since its last mark.
    """

    source: str
    readings: Iterable[Given]
    fingerprint: str | None = None
    foreign: bool = False
    live: bool = False
    partial: bool = False


@dataclass(slots=True)
class Shared:
    """What the sources of a run share: what has been given so far, what waits, what goes on into the store."""

    store: Store
    writer: Writer
    flow: Flow
    spool: Spool
    manner: Manner
    repository_identifier: str
    seen: Numbers
    repeats: Numbers  # as they were when the run began
    fresh: set[int]  # hashes of the identifiers that a dry run would add


@dataclass(frozen=True, slots=True)
class Entry:
    """A reading, named and normalised; the update that it may be; its number in the source."""

    number: int
    reading: Reading
    update: Update | None = None

    @property
    def name(self) -> str:
        """The item's identifier."""
        return self.reading.item.identifier


class Phase(Enum):
    """What a batch is: as it was read, again because it was stale, or what has waited for the end."""

    READING = auto()
    AGAIN = auto()
    SETTLING = auto()


class Taken(Protocol):
    """The source that a batch is of, and how far it is."""

    shared: Shared
    delivery: Delivery
    begun: Begun
    tally: Tally
    here: Numbers

    def freeze(self, number: int) -> None:
        """A reading waits on the spool: an interrupted run has to come by it again."""


class Deciding:
    """What is to be done with a batch: jobs for what is not as it was, and what to keep beside them."""

    def __init__(
        self, taking: Taken, known: Mapping[str, Known], refused: list[Fault], phase: Phase = Phase.READING
    ) -> None:
        self.taking, self.known, self.refused, self.phase = taking, known, refused, phase
        self.shared, self.source = taking.shared, taking.delivery.source
        self.now = self.shared.store.now()
        self.jobs: list[Job] = []
        self.entries: dict[str, Entry] = {}  # the last of each item
        self.differing: set[str] = set()  # items that came several times in the batch, and not alike
        self._found: dict[str, Sequence[Fault]] = {}
        self._owned: list[int] = []
        self._repeated: list[int] = []
        self._doubtful: dict[str, int] = {}
        self._contents: dict[str, str] = {}
        self._shares: dict[tuple[int, str], tuple[str, ...]] = {}

    def step(self, done: int) -> Step:
        """What is kept beside the jobs, with so much of the source done."""
        return Step(
            self.source,
            self.taking.begun,
            done,
            refused=self.refused,
            found=self._found,
            owned=self._owned,
            repeated=self._repeated,
            shares=self._shares,
        )

    def decide(self, batch: Sequence[Entry]) -> None:
        """Decide on each item once, after its last entry in the batch."""
        shared, reading = self.shared, self.phase is Phase.READING
        stored = self._stored([entry.name for entry in batch if entry.update])
        for entry in batch:
            last = self._folded(entry, stored)
            if last is not None:
                self.entries[entry.name] = last
        numbers = [known.id for known in self.known.values()]
        shares = shares_of(shared.store, numbers) if shared.manner.merge_sets and numbers else {}
        found, of_records = shared.writer.faults_of(list(self.known), self.source) if self.known else ({}, {})
        for name, entry in self.entries.items():
            known = self.known.get(name)
            waits = reading and known is not None and known.id in shared.repeats and not self.taking.delivery.live
            if shared.manner.merge_sets and entry.update is None:
                said = shares.get(known.id, {}) if known else {}
                entry = self.entries[name] = self._merged(entry, known, said, waits)
            if known is not None and waits:
                shared.spool.put(known.id, self.source, entry.reading)
                self.taking.freeze(entry.number)
            elif self._changed(entry, known):
                self._job(entry, known)
            elif known is not None:
                self._leave(entry, known, found.get(name, set()))
                self.taking.tally.add(of_records.get(name, ()))
        self._note_repeats()

    def _stored(self, names: Sequence[str]) -> Mapping[str, Item]:
        """The items that are updated, as the store has them."""
        found = self.shared.writer.contents(names, BATCH) if names else ()
        return {each.identifier: jsonl.kept(each.content) for portion in found for each in portion}

    def _folded(self, entry: Entry, stored: Mapping[str, Item]) -> Entry | None:
        """The entry after those before it in the batch; None where it is refused."""
        before = self.entries.get(entry.name)
        if before is not None and before.reading.item != entry.reading.item:
            self.differing.add(entry.name)
        if entry.update is None:
            if before is None or not self.shared.manner.merge_sets:
                return entry
            return _in(entry, united(before.reading.item.sets, entry.reading.item.sets))
        known = self.known.get(entry.name)
        waits = self.shared.spool.last(known.id) if known else None
        base = before.reading.item if before else waits[1].item if waits else stored.get(entry.name)
        if base is not None:
            item = updated(base, entry.update)
            return _in(_with(entry, item), tuple(dict.fromkeys((*item.sets, *self.shared.manner.sets))))
        if entry.update.must_exist:
            self.refused.append(entry.update.missing)
            return None
        return replace(entry, update=None)

    def _merged(self, entry: Entry, known: Known | None, shares: Shares, waits: bool) -> Entry:
        """The item in the sets that every source gives it; one that waits in those that this source does."""
        sets = entry.reading.item.sets
        if known is None or self.phase is not Phase.READING:
            return _in(entry, united(sets, *shares.values()))
        waiting = self.shared.spool.last(known.id)
        so_far: Sets | None = None
        if waiting is not None and waiting[0] == self.source:
            so_far = waiting[1].item.sets
        elif not waits and known.id in self.taking.here:
            so_far = shares.get(self.source, known.sets if known.source == self.source else ())
        found = merged(sets, self.source, known, shares, so_far)
        if found.others and shares.get(self.source) != found.mine:
            self._shares[known.id, self.source] = found.mine
            first = known.source not in shares and known.source in found.others
            if first:
                other = waiting[1].item.sets if waiting is not None and waiting[0] == known.source else known.sets
                self._shares[known.id, known.source] = other
        return _in(entry, found.mine if waits else found.all)

    def _changed(self, entry: Entry, known: Known | None) -> bool:
        """Whether an item is not as it was."""
        content = self._contents[entry.name] = content_of(entry.reading.item)
        if known is None:
            return True
        same = known.digest == digest_of(content)
        if (self._given(known) and not same) or entry.name in self.differing:
            self._doubtful[entry.name] = known.id
        return not same or _due(known, self.now)

    def _given(self, known: Known) -> bool:
        """Whether this run has come by the item before."""
        return self.phase is Phase.READING and known.id in self.shared.seen

    def _leave(self, entry: Entry, known: Known, found: Set[tuple[object, ...]]) -> None:
        """An item stays as it is; what was found wrong with it may be something else now."""
        faults = entry.reading.faults
        self.taking.tally.changes["unchanged"] += 1
        self.taking.tally.add(faults)
        if told(faults) != found:
            self._found[entry.name] = faults
        first = not self._given(known) and entry.update is None and not self.shared.manner.merge_sets
        if known.source != self.source and first:
            self._owned.append(known.id)

    def _note_repeats(self) -> None:
        """The items that came again and not alike. With sets merged, other sets from another source are no matter."""
        if self.taking.delivery.live or not self._doubtful:
            return
        stored = self._stored(list(self._doubtful)) if self.shared.manner.merge_sets else {}
        for name, number in self._doubtful.items():
            before, now = stored.get(name), self.entries[name].reading.item
            again = number in self.taking.here or name in self.differing
            if before is None or again or replace(before, sets=now.sets) != now:
                self._repeated.append(number)

    def _job(self, entry: Entry, known: Known | None) -> None:
        manner = self.shared.manner
        keeps = known is not None and (entry.update is not None or (manner.merge_sets and known.state == "active"))
        source = known.source if known is not None and keeps else self.source
        seen = known.seen if known else Seen()
        by_hand = known.by_hand if known else None
        content = self._contents[entry.name]
        self.jobs.append(
            Job(entry.reading, source, self.now, by_hand, manner.keep_datestamps, seen=seen, content=content)
        )


def _in(entry: Entry, sets: Sets) -> Entry:
    return _with(entry, replace(entry.reading.item, sets=sets))


def _with(entry: Entry, item: Item) -> Entry:
    return replace(entry, reading=replace(entry.reading, item=item))


def _due(known: Known, now: int) -> bool:
    """Whether time alone has changed the item since it was rendered."""
    return known.refresh_on is not None and known.refresh_on <= day_of(now).isoformat()
