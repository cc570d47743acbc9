"""From readings to records: normalise, compare, render, keep, batch by batch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from oai_server.ingest import jsonl
from oai_server.ingest.identifier import identifier_of
from oai_server.ingest.keeping import Hands, Job, content_of, day_of, digest_of
from oai_server.ingest.normalise import Refused, normal_set, normalise
from oai_server.ingest.source import Errand, Mark
from oai_server.model import Fault, Reading, Set, State, StoredFormat
from oai_server.store import Change, KeptItem, Known, Store, Stored, Writer

BATCH = 500  # items in one transaction
SHOWN = 200  # faults that a tally keeps for the report; the store has them all


@dataclass(slots=True)
class Tally:
    """What an ingest did: items by change, faults by degree, and the first of the faults."""

    changes: Counter[str] = field(default_factory=Counter)
    degrees: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    became: dict[str, Change] = field(default_factory=dict)  # of items that were in the store: what each became

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

    def __init__(self, store: Store, hands: Hands, repository_identifier: str) -> None:
        """``repository_identifier`` is the domain that makes a local identifier an oai one."""
        self.store = store
        self.writer = Writer(store)
        self.hands = hands
        self.repository_identifier = repository_identifier

    @property
    def stale(self) -> bool:
        """Whether stored records were made by another release, or with other formats or settings, than ours."""
        return self.store.fact("made_by") not in (None, self.hands.renderer.fingerprint)

    def may_keep_datestamps(self) -> bool:
        """Whether a source may bring its own datestamps: only until something has been harvested."""
        return self.store.fact("harvested") is None

    def ingest(
        self,
        readings: Iterable[Reading | Fault | Set | Mark],
        source: str,
        *,
        sets: Sequence[str] = (),
        keep_datestamps: bool = False,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda count: None,
    ) -> Tally:
        """Take in what a source gives; ``progress`` hears how many items have been read so far."""
        tally = Tally()
        if self.store.fact("made_by") is None and not dry_run:
            self.writer.remember("made_by", self.hands.renderer.fingerprint)
        refused: list[Fault] = []
        batch: list[Reading] = []
        seen: set[str] = set()
        count = 0
        for reading in readings:
            if isinstance(reading, Mark):
                continue
            if isinstance(reading, Set):
                if not dry_run:
                    self.writer.save_sets([normal_set(reading)])
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
        self,
        identifiers: Iterable[str] | None = None,
        only: str | None = None,
        progress: Callable[[int], None] = lambda count: None,
    ) -> Tally:
        """Render stored items again, in one format or all: after a change of crosswalks or settings, or of time."""
        tally = Tally()
        count = 0
        for chunk in self.writer.contents(identifiers, BATCH):
            now = self.store.now()
            self._save([_stored(kept, now, only=only) for kept in chunk], tally)
            count += len(chunk)
            progress(count)
        if identifiers is None and only is None:
            self.writer.remember("made_by", self.hands.renderer.fingerprint)
        self.writer.wait()
        return tally

    def refresh(self, progress: Callable[[int], None] = lambda count: None) -> Tally:
        """Render the items again that time alone has changed; what is the same afterwards is not stamped."""
        due = self.writer.due(day_of(self.store.now()).isoformat())
        return self.render_again(due, progress=progress) if due else Tally()

    def set_state(self, identifiers: Sequence[str], state: State) -> Mapping[str, Change | None]:
        """Withdraw or restore items by hand: this holds until it is taken back, whatever their source says.

        A local identifier will do. What became of each; None where there is no such item.
        """
        tally = Tally()
        names = {name: self._named(name) or name for name in identifiers}
        for chunk in self.writer.contents(names.values(), BATCH):
            now = self.store.now()
            jobs = [_stored(kept, now) for kept in chunk]
            by_hand = [None if job.reading.item.state == state else state for job in jobs]
            self._save([replace(job, by_hand=each) for job, each in zip(jobs, by_hand, strict=True)], tally)
        self.writer.wait()
        return {name: tally.became.get(full) for name, full in names.items()}

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
        jobs = []
        for reading in batch:
            before = known.get(reading.item.identifier)
            if before and before.digest == digest_of(content_of(reading.item)) and not _due(before, day_of(now)):
                tally.changes["unchanged"] += 1
                tally.add(reading.faults)
            else:
                jobs.append(Job(reading, source, now, before.by_hand if before else None, keep_datestamps))
        return self._save(jobs, tally, dry_run)

    def _save(self, jobs: Sequence[Job], tally: Tally, dry_run: bool = False) -> Sequence[Fault]:
        """Do the jobs and keep what came of them, in one transaction; the items that were refused."""
        done = list(self.hands.keep(jobs))
        kept = self._agreeing([each for each in done if isinstance(each, KeptItem)])
        if kept:
            tally.add(fault for each in kept for fault in each.faults)
            became = self.writer.save(kept, dry_run)
            tally.changes.update(became.values())
            if jobs[0].again:
                tally.became |= became
        return [each for each in done if isinstance(each, Fault)]

    def _agreeing(self, kept: Sequence[KeptItem]) -> Sequence[KeptItem]:
        """The items without the records whose prefix means another format here (section 3.4)."""
        if not any(item.formats for item in kept):
            return kept
        known = dict(self.store.stored_formats())
        agreed = []
        for item in kept:
            odd = [each for each in item.formats if known.setdefault(each.prefix, each) != each]
            agreed.append(_without(item, odd, known) if odd else item)
        return agreed


def _without(item: KeptItem, odd: Sequence[StoredFormat], known: Mapping[str, StoredFormat]) -> KeptItem:
    """The item without these records, and a fault for each."""
    prefixes = {each.prefix for each in odd}
    named = {(prefix, "") for prefix in prefixes}
    faults = [
        Fault(
            "lost",
            "section 3.4",
            f"{each.prefix} is {known[each.prefix].namespace} with {known[each.prefix].schema} here, "
            f"not {each.namespace} with {each.schema}",
            identifier=item.identifier,
            prefix=each.prefix,
        )
        for each in odd
    ]
    return replace(
        item,
        bodies={each: body for each, body in item.bodies.items() if each not in named},
        failed=item.failed | named,
        formats=tuple(each for each in item.formats if each not in odd),
        faults=(*item.faults, *faults),
    )


def _stored(kept: Stored, now: int, only: str | None = None) -> Job:
    """The job of an item that the store has: it does not go through normalisation a second time."""
    item = jsonl.item_of(json.loads(kept.content))
    return Job(Reading(item, kept.source), kept.source, now, kept.by_hand, only=only, again=True)


def _twice(reading: Reading) -> Fault:
    reason = "this source has given an item with this identifier before; that one stays"
    return Fault("refused", "section 2.4", reason, reading.file, reading.line, reading.item.identifier)


def _due(known: Known, today: date) -> bool:
    """Whether time alone has changed the item since it was rendered."""
    return known.refresh_on is not None and known.refresh_on <= today.isoformat()


def source_name(kind: str, errand: Errand) -> str:
    """A source's name in the store: what to compare when it is read again."""
    return f"{kind}:{errand.url or errand.path.resolve()}"
