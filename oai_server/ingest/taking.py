"""One source taken in: its readings named and normalised, compared with the store batch by batch, and sent on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from oai_server.ingest import jsonl
from oai_server.ingest.deciding import BATCH, Deciding, Delivery, Entry, Given, Phase, Shared
from oai_server.ingest.flow import Outcome
from oai_server.ingest.identifier import identifier_of
from oai_server.ingest.normalise import Refused, normal_set, normalise
from oai_server.ingest.numbers import Numbers
from oai_server.ingest.source import Mark, SourceError
from oai_server.ingest.tally import Tally
from oai_server.ingest.update import Update
from oai_server.model import Fault, Item, Reading, Set
from oai_server.store import Begun, Known, Step
from oai_server.store.faults import UNREADABLE

Progress = Callable[[int, int | None], None]  # how many have been read, of how many where that is known


class Taking:
    """One source, from its beginning or from where an interrupted run stopped, to its end."""

    def __init__(self, shared: Shared, delivery: Delivery, begun: Begun, progress: Progress) -> None:
        self.shared, self.delivery, self.begun, self.progress = shared, delivery, begun, progress
        self.tally = Tally()
        self.here = Numbers()  # what this source has given so far
        self.nameless = False  # whether something was refused that may have been any item
        self._batch: list[Entry] = []
        self._skipped: list[str] = []
        self._sets: list[Set] = []
        self._refused: list[Fault] = []
        self._mark: str | None = None
        self._ahead: int | None = None
        self._frozen: int | None = None
        self._repeated: list[int] = []  # items that are new and came several times, and not alike

    # --- reading ---

    def take(self) -> None:
        """Everything that the source gives; where it breaks off, what came before."""
        try:
            for given in self.delivery.readings:
                self._hear(given)
        except SourceError as error:
            if not self.tally.read and not self._sets:
                raise
            self.tally.stopped = str(error)
            self._refused.append(Fault("refused", UNREADABLE, str(error)))
        self._flush()
        self.shared.flow.drain()
        if self._repeated:
            self._flush()
            self.shared.flow.drain()
        self._say()

    def settle(self, readings: Sequence[Reading]) -> None:
        """What waited for the end of the run, each item once."""
        known = self._known([each.item.identifier for each in readings])
        deciding = Deciding(self, known, [], Phase.SETTLING)
        deciding.decide([Entry(self.tally.read, each) for each in readings])
        self._send(deciding, deciding.step(self.tally.read))

    def _hear(self, given: Given) -> None:
        if isinstance(given, Mark):
            self._mark = given.text
            self._ahead = None if given.ahead is None else self.tally.read + given.ahead
        elif isinstance(given, Set):
            self._sets.append(normal_set(given))
        else:
            self.tally.read += 1
            if self.tally.read <= self.begun.done:
                self._skip(given)
            else:
                self._add(given)
            if len(self._batch) + len(self._refused) + len(self._skipped) >= BATCH:
                self._flush()
                self._say()

    def _say(self) -> None:
        self.progress(self.tally.read, self._ahead)

    def _skip(self, given: Reading | Update | Fault) -> None:
        """What an interrupted run has kept already: here only its name counts."""
        name = given.identifier if isinstance(given, Fault) else given.item.identifier
        if name:
            self._skipped.append(self._named(name))

    def _add(self, given: Reading | Update | Fault) -> None:
        try:
            self._batch.append(self._entry(given))
        except Refused as error:
            self._refuse(error.fault)

    def _entry(self, given: Reading | Update | Fault) -> Entry:
        """The reading with its item normalised, named and in its sets; Refused where it cannot go in."""
        if isinstance(given, Fault):
            raise Refused(replace(given, identifier=given.identifier and self._named(given.identifier)))
        shared, local = self.shared, given.item.identifier
        try:
            identifier = identifier_of(local, shared.repository_identifier, self.delivery.foreign)
        except ValueError as error:
            raise Refused(Fault("refused", "oai-identifier", str(error), given.file, given.line, local)) from None
        reading = given.reading if isinstance(given, Update) else given
        item = replace(reading.item, identifier=identifier, sets=(*reading.item.sets, *shared.manner.sets))
        known = normalise(replace(reading, item=item))
        return Entry(self.tally.read, known, replace(given, item=known.item) if isinstance(given, Update) else None)

    def _named(self, local: str) -> str:
        """The identifier that we serve, where there can be one."""
        try:
            return identifier_of(local, self.shared.repository_identifier, self.delivery.foreign)
        except ValueError:
            return local

    def _refuse(self, fault: Fault) -> None:
        """A fault of what is no item here; only one of degree refused says that something is lost by it."""
        self.nameless = self.nameless or (fault.degree == "refused" and not fault.identifier)
        self._refused.append(fault if fault.degree == "refused" else replace(fault, identifier=None))

    # --- comparing ---

    def _flush(self) -> None:
        """Decide on a batch, and send it on."""
        batch, refused, skipped = self._batch, self._refused, self._skipped
        self._batch, self._refused, self._skipped = [], [], []
        names = list(dict.fromkeys((*(entry.name for entry in batch), *skipped)))
        if self.shared.flow.holds(names):
            self.shared.flow.drain()
        known = self._known([*names, *(fault.identifier for fault in refused if fault.identifier)])
        deciding = Deciding(self, known, refused)
        deciding.decide(batch)
        self._note_given(known.values())
        self.tally.add(refused)
        done = self.tally.read if self._frozen is None else self._frozen
        step = deciding.step(max(done, self.begun.done))
        step = replace(step, sets=self._sets, mark=self._mark, repeated=(*step.repeated, *self._repeated))
        self._sets, self._mark, self._repeated = [], None, []
        self._send(deciding, step)

    def _send(self, deciding: Deciding, step: Step) -> None:
        self.shared.flow.put(deciding.jobs, lambda outcome: self._heard(outcome, deciding, step.done), step)

    def _known(self, names: Sequence[str]) -> Mapping[str, Known]:
        return self.shared.writer.known(names) if names else {}

    def _note_given(self, known: Iterable[Known]) -> None:
        for each in known:
            self.shared.seen.add(each.id)
            self.here.add(each.id)

    def freeze(self, number: int) -> None:
        """A reading waits on the spool: an interrupted run has to come by it again."""
        self._frozen = number - 1 if self._frozen is None else min(self._frozen, number - 1)

    # --- what became of it ---

    def _heard(self, outcome: Outcome, deciding: Deciding, done: int) -> None:
        self.tally.add(outcome.refused)
        self.tally.add(outcome.found)
        if self.shared.manner.dry_run:
            self._show(outcome, deciding.entries)
            return
        self.tally.changes.update(change for change in outcome.changes.values() if change != "stale")
        new = self._known([name for name, change in outcome.changes.items() if change == "added"])
        self._note_given(new.values())
        self._repeated += [known.id for name, known in new.items() if name in deciding.differing]
        if outcome.stale:
            again = Deciding(self, self._known(outcome.stale), [], Phase.AGAIN)
            again.decide([deciding.entries[name] for name in outcome.stale])
            self.shared.flow.at_once(again.jobs, lambda more: self._heard(more, again, done), again.step(done))

    def _show(self, outcome: Outcome, entries: Mapping[str, Entry]) -> None:
        """The counts of a dry run, and examples: titles of what is new, and which parts of items change."""
        shared, tally = self.shared, self.tally
        for name, change in outcome.changes.items():
            if change == "added":
                if hash(name) in shared.fresh:
                    continue
                shared.fresh.add(hash(name))
            tally.changes[change] += 1
            if tally.wants(change):
                item = entries[name].reading.item
                stored = next(iter(shared.writer.contents([name], 1)), ())
                before = json.loads(stored[0].content) if stored else None
                tally.show(change, name, difference(before, jsonl.told(item)) if before else title_of(item))


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """The parts in which an item's content differs: fields by their names, else keys of the interchange."""
    names: dict[str, None] = {}
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if key == "metadata" and isinstance(old, dict) and isinstance(new, dict):
            names.update(dict.fromkeys(name for name in {**old, **new} if old.get(name) != new.get(name)))
        else:
            names[key] = None
    return ", ".join(names) or "nothing of its content"


def title_of(item: Item) -> str:
    """A title to know an item by."""
    return item.first("dc.title", "dcterms.title") or ""
