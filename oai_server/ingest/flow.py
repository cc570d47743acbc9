"""Jobs on their way into the store: worked out by the hands, saved in order, a few batches ahead of the reading."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from oai_server.ingest.agreeing import agreeing
from oai_server.ingest.keeping import Hands, Job
from oai_server.model import Fault
from oai_server.store import Change, KeptItem, Step, Store, Writer

AHEAD = 2  # batches that are worked out while another is read or saved


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: of each item, what was found wrong with those that are kept, what was refused."""

    changes: Mapping[str, Change]
    found: Sequence[Fault]
    refused: Sequence[Fault]

    @property
    def stale(self) -> Sequence[str]:
        """The items that were changed by somebody else meanwhile, and are to be worked out again."""
        return [name for name, change in self.changes.items() if change == "stale"]


Hear = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class _Load:
    jobs: Sequence[Job]
    done: Iterator[KeptItem | Fault]
    step: Step | None
    hear: Hear


class Flow:
    """A queue of batches; each is saved in one transaction, with the step that it is part of."""

    def __init__(self, store: Store, writer: Writer, hands: Hands, dry_run: bool = False) -> None:
        self.store, self.writer, self.hands, self.dry_run = store, writer, hands, dry_run
        self._loads: deque[_Load] = deque()
        self._names: Counter[str] = Counter()

    def put(self, jobs: Sequence[Job], hear: Hear, step: Step | None = None) -> None:
        """Begin the work on a batch; ``hear`` is told later what became of it."""
        self._names.update(job.reading.item.identifier for job in jobs)
        self._loads.append(_Load(jobs, iter(self.hands.keep(jobs)), step, hear))
        while len(self._loads) > AHEAD:
            self._save()

    def at_once(self, jobs: Sequence[Job], hear: Hear, step: Step | None = None) -> None:
        """A batch before those that are on their way."""
        self._names.update(job.reading.item.identifier for job in jobs)
        self._loads.appendleft(_Load(jobs, iter(self.hands.keep(jobs)), step, hear))
        self._save()

    def holds(self, identifiers: Sequence[str]) -> bool:
        """Whether one of these items is on its way."""
        return any(name in self._names for name in identifiers)

    def drain(self) -> None:
        """Save everything that is on its way."""
        while self._loads:
            self._save()

    def _save(self) -> None:
        load = self._loads.popleft()
        done = list(load.done)
        kept = [each for each in done if isinstance(each, KeptItem)]
        refused = [each for each in done if isinstance(each, Fault)]
        if any(item.formats for item in kept):
            readings = {job.reading.item.identifier: job.reading for job in load.jobs}
            kept = agreeing(kept, readings, self.store.stored_formats())
        step = load.step and replace(load.step, refused=(*load.step.refused, *refused))
        changes: Mapping[str, Change] = {}
        if kept or (step and step.matters and not self.dry_run):
            changes = self.writer.save(kept, self.dry_run, None if self.dry_run else step)
        self._names -= Counter(job.reading.item.identifier for job in load.jobs)
        found = [fault for each in kept if changes[each.identifier] != "stale" for fault in each.faults]
        load.hear(Outcome(changes, found, refused))
