"""What fills a store; what is done again with items that are there: after a change of formats, of time, by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from oai_server.ingest import jsonl
from oai_server.ingest.deciding import BATCH, Delivery, Given, Manner
from oai_server.ingest.flow import Flow, Outcome
from oai_server.ingest.identifier import identifier_of
from oai_server.ingest.keeping import Hands, Job, day_of
from oai_server.ingest.run import Run
from oai_server.ingest.taking import Progress
from oai_server.ingest.tally import Tally
from oai_server.model import Reading, State
from oai_server.store import Change, Store, Stored, Writer


class Pipeline:
    """Takes items into a store. Made once for a command."""

    def __init__(
        self, store: Store, hands: Hands, repository_identifier: str, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """``repository_identifier`` is the domain that makes a local identifier an oai one.

        ``waiting`` is called when another writer has been at work for long.
        """
        self.store = store
        self.writer = Writer(store, waiting)
        self.hands = hands
        self.repository_identifier = repository_identifier

    @property
    def stale(self) -> bool:
        """Whether stored records were made by another release, or with other formats or settings, than ours."""
        return self.store.fact("made_by") not in (None, self.hands.fingerprint)

    def may_keep_datestamps(self) -> bool:
        """Whether a source may bring its own datestamps: only until something has been harvested."""
        return self.store.fact("harvested") is None

    def run(self, manner: Manner) -> Run:
        """A run of one or several sources."""
        if self.store.fact("made_by") is None and not manner.dry_run:
            self.writer.remember("made_by", self.hands.fingerprint)
        return Run(self.store, self.writer, self.hands, self.repository_identifier, manner)

    def ingest(
        self,
        readings: Iterable[Given],
        source: str,
        *,
        progress: Progress = lambda count, total: None,
        fingerprint: str | None = None,
        **manner: object,
    ) -> Tally:
        """A run of a single source; ``manner`` as in Manner."""
        with self.run(Manner(**manner)) as run:  # type: ignore[arg-type]
            tally = run.take(Delivery(source, readings, fingerprint), progress)
            gone = run.finish()
        tally.changes.update(gone.changes)
        tally.examples |= gone.examples
        tally.withheld = gone.withheld
        return tally

    def render_again(
        self,
        identifiers: Iterable[str] | None = None,
        only: str | None = None,
        progress: Progress = lambda count, total: None,
    ) -> Tally:
        """Render stored items again, in one format or all: after a change of crosswalks or settings, or of time."""
        tally = self._again(identifiers, lambda stored, now: _stored(stored, now, only), progress)
        if identifiers is None and only is None:
            self.writer.remember("made_by", self.hands.fingerprint)
        self.writer.wait()
        return tally

    def refresh(self, progress: Progress = lambda count, total: None) -> Tally:
        """Render the items again that time alone has changed; what is the same afterwards is not stamped."""
        due = self.writer.due(day_of(self.store.now()).isoformat())
        return self.render_again(due, progress=progress) if due else Tally()

    def set_state(self, identifiers: Sequence[str], state: State) -> Mapping[str, Change | None]:
        """Withdraw or restore items by hand: this holds until it is taken back, whatever their source says.

        A local identifier will do. What became of each; None where there is no such item.
        """

        def made(stored: Stored, now: int) -> Job:
            job = _stored(stored, now)
            return replace(job, by_hand=None if job.reading.item.state == state else state)

        names = {name: self._named(name) for name in identifiers}
        tally = self._again(list(names.values()), made)
        self.writer.wait()
        return {name: tally.became.get(full) for name, full in names.items()}

    def _named(self, name: str) -> str:
        """The identifier of an item by its local one, or by its own, whatever its form."""
        if self.writer.known([name]):
            return name
        try:
            return identifier_of(name, self.repository_identifier)
        except ValueError:
            return name

    def _again(
        self,
        identifiers: Iterable[str] | None,
        made: Callable[[Stored, int], Job],
        progress: Progress = lambda count, total: None,
    ) -> Tally:
        """Jobs for these stored items, or all; again for those that were changed by somebody else meanwhile."""
        tally = Tally()
        flow = Flow(self.store, self.writer, self.hands)
        stale: list[str] = []

        def hear(outcome: Outcome) -> None:
            tally.add(outcome.found)
            stale.extend(outcome.stale)
            became = {name: change for name, change in outcome.changes.items() if change != "stale"}
            tally.changes.update(became.values())
            if identifiers is not None:
                tally.became |= became

        for portion in self.writer.contents(identifiers, BATCH):
            now = self.store.now()
            flow.put([made(each, now) for each in portion], hear)
            tally.read += len(portion)
            progress(tally.read, None)
        flow.drain()
        while stale:
            names, stale[:] = list(stale), []
            for portion in self.writer.contents(names, BATCH):
                now = self.store.now()
                flow.put([made(each, now) for each in portion], hear)
            flow.drain()
        return tally


def _stored(kept: Stored, now: int, only: str | None = None) -> Job:
    """The job of an item that the store has: it does not go through normalisation a second time."""
    item = jsonl.kept(kept.content)
    return Job(Reading(item, kept.source), kept.source, now, kept.by_hand, only=only, again=True, seen=kept.seen)
