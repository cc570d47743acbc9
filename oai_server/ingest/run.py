"""A run: one or several sources taken in together, then what had to wait for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby, islice

from oai_server.ingest import jsonl
from oai_server.ingest.deciding import BATCH, Delivery, Manner, Shared
from oai_server.ingest.flow import Flow, Outcome
from oai_server.ingest.keeping import Hands, Job
from oai_server.ingest.merging import united
from oai_server.ingest.numbers import Numbers
from oai_server.ingest.spool import Spool
from oai_server.ingest.taking import Progress, Taking
from oai_server.ingest.tally import Tally
from oai_server.model import Reading, State
from oai_server.store import Begun, Store, Stored, Writer
from oai_server.store.runs import active_items, identifiers_of, mark_of, repeated, shared_by, shares_of

MOST_GONE = 0.1  # of the items of a source may go without anybody having said that it is true


class Run:
    """Takes sources in, one after the other; ``finish`` does what needs all of them. Used in a with statement."""

    def __init__(self, store: Store, writer: Writer, hands: Hands, repository_identifier: str, manner: Manner) -> None:
        self.store, self.writer, self.manner = store, writer, manner
        self.spool = Spool()
        flow = Flow(store, writer, hands, manner.dry_run)
        repeats = Numbers(repeated(store))
        self.shared = Shared(
            store, writer, flow, self.spool, manner, repository_identifier, Numbers(), repeats, fresh=set()
        )
        self.takings: dict[str, Taking] = {}
        self._incomplete: str | None = None

    def incomplete(self, reason: str) -> None:
        """A source could not be read at all: nothing can be said of what is no longer given."""
        self._incomplete = reason

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.spool.__exit__()

    def take(self, delivery: Delivery, progress: Progress = lambda count, total: None) -> Tally:
        """Take in one source, once; SourceError where nothing of it can be read."""
        if delivery.source in self.takings:
            return Tally()
        if self.manner.dry_run:
            begun = Begun(0, mark_of(self.store, delivery.source), 0, 0)
        else:
            begun = self.writer.begin(delivery.source, delivery.fingerprint, anew=self.manner.complete)
        taking = Taking(self.shared, delivery, begun, progress)
        taking.take()
        self.takings[delivery.source] = taking
        return taking.tally

    def finish(self) -> Tally:
        """What had to wait for the last of the sources; the tally of what they no longer give."""
        for source, waiting in groupby(self.spool.readings(), lambda pair: pair[0]):
            readings = (reading for _, reading in waiting)
            while portion := list(islice(readings, BATCH)):
                self.takings[source].settle(portion)
        self.shared.flow.drain()
        gone = Tally()
        if self.manner.complete:
            gone.withheld = self._why_not()
            if gone.withheld is None:
                self._withdraw(gone)
        if not self.manner.dry_run:
            self._end()
            self.writer.wait()
        return gone

    def _end(self) -> None:
        whole = [taking for taking in self.takings.values() if taking.tally.stopped is None]
        if len(whole) == len(self.takings) and not any(taking.begun.done for taking in whole):
            self.writer.no_longer_repeated(self.spool.once())
        for taking in whole:
            self.writer.end(taking.delivery.source, taking.begun, taking.tally.counts(), not taking.delivery.partial)

    # --- what a source no longer gives ---

    def _why_not(self) -> str | None:
        """Why nothing can be said of what the sources no longer give."""
        if self._incomplete:
            return f"nothing was withdrawn: {self._incomplete}"
        for taking in self.takings.values():
            if taking.tally.stopped is not None:
                return f"nothing was withdrawn: {taking.delivery.source} was not read to its end"
            if taking.nameless:
                return (
                    f"nothing was withdrawn: {taking.delivery.source} holds what could not be read and may be any item"
                )
        return None

    def _withdraw(self, tally: Tally) -> None:
        """Deleted records of what no source of the run gives any more."""
        gone, all_of_them = self._gone()
        if len(gone) > MOST_GONE * all_of_them and not self.manner.sure and not self.manner.dry_run:
            tally.withheld = (
                f"nothing was withdrawn: {len(gone):,} of {all_of_them:,} items are no longer given, more than 10 %; "
                "if that is true, say --yes"
            )
            return
        for taking in self.takings.values():
            self._leave(taking, tally)
        numbers = iter(gone)
        while portion := list(islice(numbers, BATCH)):
            kept = shares_of(self.store, portion) if self.manner.merge_sets else {}
            names = identifiers_of(self.store, [each for each in portion if each not in kept])
            self._change(names, tally, "withdrawn", _withdrawn)

    def _gone(self) -> tuple[Sequence[int], int]:
        """The items that are no longer given, and how many there were."""
        found: list[int] = []
        count = 0
        for source in self.takings:
            for number in active_items(self.store, source):
                count += 1
                if number not in self.shared.seen:
                    found.append(number)
        return found, count

    def _leave(self, taking: Taking, tally: Tally) -> None:
        """Items that this source no longer gives and others do: in the sets of the others."""
        source = taking.delivery.source
        numbers = (each for each in shared_by(self.store, source) if each not in taking.here)
        while portion := list(islice(numbers, BATCH)):
            told = shares_of(self.store, portion)
            others = {number: {name: told[number][name] for name in told[number] if name != source} for number in told}
            if not self.manner.dry_run:
                self.writer.drop_shares(source, portion)
            left = [number for number in portion if others.get(number)]
            self._change(identifiers_of(self.store, left), tally, "changed", partial(_left, others, source))

    def _change(self, names: Sequence[str], tally: Tally, change: str, made: Callable[[Stored], Job | None]) -> None:
        """Items as something made of them; until nobody comes in between."""
        while names:
            stale: list[str] = []

            def hear(outcome: Outcome, stale: list[str] = stale) -> None:
                tally.add(outcome.found)
                tally.changes[change] += len(outcome.changes) - len(outcome.stale)
                stale += outcome.stale

            for portion in self.writer.contents(names, BATCH):
                now = self.store.now()
                jobs = [replace(job, now=now) for stored in portion if (job := made(stored)) is not None]
                if self.manner.dry_run:
                    for stored in portion:
                        tally.show(change, stored.identifier, "no longer given")
                if jobs:
                    self.shared.flow.put(jobs, hear)
            self.shared.flow.drain()
            names = stale


def _withdrawn(stored: Stored) -> Job | None:
    item = jsonl.kept(stored.content)
    if item.state != "active":
        return None
    state: State = "withdrawn"
    reading = Reading(replace(item, state=state), stored.source)
    return Job(reading, stored.source, 0, stored.by_hand, seen=stored.seen)


def _left(others: Mapping[int, Mapping[str, tuple[str, ...]]], source: str, stored: Stored) -> Job:
    """The item in the sets that the other sources give it, and one of theirs if it was this source's."""
    told = others[stored.id]
    owner = next(iter(told)) if stored.source == source else stored.source
    item = jsonl.kept(stored.content)
    reading = Reading(replace(item, sets=united(*told.values())), owner)
    return Job(reading, owner, 0, stored.by_hand, again=True, seen=stored.seen)
