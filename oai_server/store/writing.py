"""What ingest does to the store: batches of items, each one transaction, stamped so that no update is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AnySet
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from oai_server.model import Fault, Set, ancestors
from oai_server.store import runs
from oai_server.store.faults import faults_of, keep_faults
from oai_server.store.kept import Change, KeptItem, Known, Stored
from oai_server.store.lease import extend
from oai_server.store.plan import ListName, Plan, next_stamp, unnamed
from oai_server.store.reading import Store
from oai_server.store.runs import Begun, Step
from oai_server.store.tables import facts, formats, items, sets
from oai_server.store.waiting import turn

LONGEST_WAIT = 5  # seconds: more than that only after a clock was set back, and then nobody has to wait for it


class Writer:
    """Writes to a store. Several may be at work, in any process: each transaction waits for the one before."""

    def __init__(self, store: Store, waiting: Callable[[], None] = lambda: None) -> None:
        """A writer to that store; ``waiting`` is called when another one has been at work for long."""
        self.store = store
        self._waiting = waiting
        self._last_stamp = 0
        self._lists: dict[ListName, int] = {}

    def known(self, identifiers: Iterable[str]) -> Mapping[str, Known]:
        """What the store holds of these items."""
        columns = (items.c.digest, items.c.state, items.c.by_hand, items.c.refresh_on, items.c.id, items.c.source)
        with self.store.engine.connect() as connection:
            query = select(items.c.identifier, *columns, items.c.sets).where(items.c.identifier.in_(list(identifiers)))
            return {row[0]: Known(*row[1:-1], tuple(row[-1].split())) for row in connection.execute(query)}

    def faults_of(
        self, identifiers: Sequence[str], source: str
    ) -> tuple[Mapping[str, AnySet[tuple[object, ...]]], Mapping[str, Sequence[Fault]]]:
        """What is known to be wrong with these items: as they were read, and with their records."""
        with self.store.engine.connect() as connection:
            return faults_of(connection, identifiers, source)

    def due(self, day: str) -> Sequence[str]:
        """The items that time has changed by that ISO day: an embargo of theirs has ended."""
        with self.store.engine.connect() as connection:
            return connection.scalars(select(items.c.identifier).where(items.c.refresh_on <= day)).all()

    def contents(self, identifiers: Iterable[str] | None, size: int) -> Iterator[Sequence[Stored]]:
        """These items, or all, in portions of that size: no statement names more items than a database takes."""
        columns = (items.c.id, items.c.identifier, items.c.source, items.c.content, items.c.digest, items.c.by_hand)
        query = select(*columns)
        if identifiers is not None:
            names = list(dict.fromkeys(identifiers))
            portions = (names[start : start + size] for start in range(0, len(names), size))
            yield from (self._stored(query.where(items.c.identifier.in_(each))) for each in portions)
            return
        last = 0
        while rows := self._stored(query.where(items.c.id > last).limit(size)):
            last = rows[-1].id
            yield rows

    def _stored(self, query: Select[Any]) -> Sequence[Stored]:
        with self.store.engine.connect() as connection:
            return [Stored(*row) for row in connection.execute(query.order_by(items.c.id))]

    def save(self, batch: Sequence[KeptItem], dry_run: bool = False, step: Step | None = None) -> Mapping[str, Change]:
        """Keep these items (each identifier once); what became of each. Only records whose bytes change are stamped.

        One that was worked out from what the item no longer is (``seen``) is stale: to be worked out and saved again,
        and until then a step does not count as done. A dry run does everything and takes it back.
        """
        with self._transaction(dry_run) as connection:
            now = self.store.now()
            if step:
                runs.keep_step(connection, step, now)
                _name_sets(connection, step.sets)
            changes, plan = self._changes(connection, batch, now) if batch else ({}, None)
            if step and "stale" not in changes.values():
                runs.advance(connection, step)
        if plan is not None and not dry_run:
            self._lists |= plan.place.made
            if plan.stamped:
                self._last_stamp = max(self._last_stamp, plan.stamp)
        return changes

    def _changes(
        self, connection: Connection, batch: Sequence[KeptItem], now: int
    ) -> tuple[Mapping[str, Change], Plan]:
        plan = Plan(connection, next_stamp(connection, now), self._lists)
        _know_formats(connection, batch)
        changes = plan.add(batch)
        plan.write()
        kept = [item for item in batch if changes[item.identifier] != "stale" and not item.views_only]
        if kept:
            keep_faults(connection, kept, now)
        return changes, plan

    def begin(self, source: str, fingerprint: str | None, anew: bool) -> Begun:
        """A run of a source; it goes on where the last one was stopped in the same content, unless it begins anew."""
        with self._transaction() as connection:
            return runs.begin(connection, source, fingerprint, anew, self.store.now())

    def end(self, source: str, begun: Begun, tally: Mapping[str, int], whole: bool) -> None:
        """A run that came to its end, having read the ``whole`` source or what was new of it."""
        with self._transaction() as connection:
            runs.end(connection, source, begun, tally, whole, self.store.now())

    def no_longer_repeated(self, numbers: Iterable[int]) -> None:
        """These items came once only."""
        with self._transaction() as connection:
            runs.no_longer_repeated(connection, numbers)

    def drop_shares(self, source: str, numbers: Sequence[int]) -> None:
        """A source no longer gives these items."""
        with self._transaction() as connection:
            runs.drop_shares(connection, source, numbers)

    def save_sets(self, given: Iterable[Set], named: bool = True) -> None:
        """Name these sets; their ancestors come by themselves (section 2.6)."""
        with self._transaction() as connection:
            _name_sets(connection, given, named)

    def suggest_sets(self, given: Iterable[Set]) -> None:
        """The names of sets that nobody has named: they are listed when records are in them."""
        with self._transaction() as connection:
            known = {row.spec: row.named for row in connection.execute(select(sets.c.spec, sets.c.named))}
            for one in {each.spec: each for each in given if not known.get(each.spec)}.values():
                values = {"name": one.name, "description": one.description, "named": False}
                if one.spec in known:
                    connection.execute(update(sets).where(sets.c.spec == one.spec).values(values))
                else:
                    connection.execute(insert(sets).values(spec=one.spec, **values))

    def remember(self, name: str, value: str) -> None:
        """Keep a fact about the store."""
        with self._transaction() as connection:
            connection.execute(delete(facts).where(facts.c.name == name))
            connection.execute(insert(facts), {"name": name, "value": value})

    def wait(self) -> None:
        """Return when everything this writer wrote can be harvested: when its last stamp has come."""
        if self._last_stamp:
            ahead = self._last_stamp - self.store.clock()
            if ahead > 0:
                self.store.sleep(min(ahead, LONGEST_WAIT))
            with self._transaction() as connection:
                extend(connection, self.store.now())  # for a copy that nobody can write to

    @contextmanager
    def _transaction(self, dry_run: bool = False) -> Iterator[Connection]:
        with turn(self.store.engine, self._waiting) as (connection, transaction):
            yield connection
            if dry_run:
                transaction.rollback()


def _know_formats(connection: Connection, batch: Sequence[KeptItem]) -> None:
    """Remember the formats that came as XML, as the first record of each announces them."""
    wanted = {each.prefix: each for item in reversed(batch) for each in item.formats}
    if wanted:
        known = set(connection.scalars(select(formats.c.prefix)))
        new = [asdict(each) for prefix, each in wanted.items() if prefix not in known]
        if new:
            connection.execute(insert(formats), new)


def _name_sets(connection: Connection, given: Iterable[Set], named: bool = True) -> None:
    """Name these sets, and put those above them into the list (section 2.6)."""
    wanted = {each.spec: each for each in given}
    if not wanted:
        return
    known = set(connection.scalars(select(sets.c.spec)))
    for one in wanted.values():
        for above in ancestors(one.spec):
            if above not in known:
                known.add(above)
                connection.execute(insert(sets).values({**unnamed(above), "named": named}))
        values = {"name": one.name, "description": one.description, "named": named}
        if one.spec in known:
            connection.execute(update(sets).where(sets.c.spec == one.spec).values(values))
        else:
            known.add(one.spec)
            connection.execute(insert(sets).values(spec=one.spec, **values))
