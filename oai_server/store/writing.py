"""What ingest does to the store: batches of items, each one transaction, stamped so that no update is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, insert, select, true, update

from oai_server.model import Fault, Set, ancestors
from oai_server.store.database import failing_as_told, lock_writers, writing
from oai_server.store.kept import Change, KeptItem, Known, Stored
from oai_server.store.lease import extend
from oai_server.store.plan import ListName, Plan, next_stamp, unnamed
from oai_server.store.reading import Store
from oai_server.store.tables import facts, faults, formats, items, sets


class Writer:
    """Writes to a store. Several may be at work, in any process: each transaction waits for the one before."""

    def __init__(self, store: Store) -> None:
        """A writer to that store."""
        self.store = store
        self._last_stamp = 0
        self._lists: dict[ListName, int] = {}

    def known(self, identifiers: Iterable[str]) -> Mapping[str, Known]:
        """What the store holds of these items."""
        columns = (items.c.identifier, items.c.digest, items.c.state, items.c.by_hand, items.c.refresh_on)
        with self.store.engine.connect() as connection:
            found = connection.execute(select(*columns).where(items.c.identifier.in_(list(identifiers))))
            return {row[0]: Known(*row[1:]) for row in found}

    def due(self, day: str) -> Sequence[str]:
        """The items that time has changed by that ISO day: an embargo of theirs has ended."""
        with self.store.engine.connect() as connection:
            return connection.scalars(select(items.c.identifier).where(items.c.refresh_on <= day)).all()

    def contents(self, identifiers: Iterable[str] | None, size: int) -> Iterator[Sequence[Stored]]:
        """These items, or all, in portions of that size: no statement names more items than a database takes."""
        query = select(items.c.id, items.c.identifier, items.c.source, items.c.content, items.c.by_hand)
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

    def save(self, batch: Sequence[KeptItem], dry_run: bool = False) -> Mapping[str, Change]:
        """Keep these items (each identifier once); what became of each. Only records whose bytes change are stamped.

        A dry run does everything and takes it back.
        """
        with self._transaction(dry_run) as connection:
            now = self.store.now()
            plan = Plan(connection, next_stamp(connection, now), self._lists)
            _know_formats(connection, batch)
            changes = plan.add(batch)
            plan.write()
            _keep_faults(connection, batch, now)
        if dry_run:
            return changes
        self._lists |= plan.place.made
        if plan.stamped:
            self._last_stamp = max(self._last_stamp, plan.stamp)
        return changes

    def save_sets(self, given: Iterable[Set], named: bool = True) -> None:
        """Name these sets; their ancestors come by themselves (section 2.6)."""
        with self._transaction() as connection:
            known = set(connection.scalars(select(sets.c.spec)))
            for one in given:
                for above in ancestors(one.spec):
                    if above not in known:
                        known.add(above)
                        connection.execute(insert(sets).values(unnamed(above)))
                values = {"name": one.name, "description": one.description, "named": named}
                if one.spec in known:
                    connection.execute(update(sets).where(sets.c.spec == one.spec).values(values))
                else:
                    known.add(one.spec)
                    connection.execute(insert(sets).values(spec=one.spec, **values))

    def save_refusals(self, source: str, found: Sequence[Fault]) -> None:
        """What a source gave that did not go in, in place of what was refused of it before."""
        with self._transaction() as connection:
            where = (faults.c.source == source) & (faults.c.degree == "refused")
            known = _since(connection, where)
            connection.execute(delete(faults).where(where))
            _insert_faults(connection, source, found, known, self.store.now())

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
                self.store.sleep(ahead)
            with self._transaction() as connection:
                extend(connection, self.store.now())  # for a copy that nobody can write to

    @contextmanager
    def _transaction(self, dry_run: bool = False) -> Iterator[Connection]:
        engine = self.store.engine
        with failing_as_told(engine), writing(engine).connect() as connection, connection.begin() as transaction:
            lock_writers(connection)
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


def _since(connection: Connection, where: object) -> dict[tuple[object, ...], int]:
    columns = (faults.c.identifier, faults.c.prefix, faults.c.degree, faults.c.rule, faults.c.message)
    found = connection.execute(select(*columns, faults.c.since).where(where))  # type: ignore[arg-type]
    return {tuple(row[:-1]): row[-1] for row in found}


def _insert_faults(
    connection: Connection, source: str, found: Iterable[Fault], known: Mapping[tuple[object, ...], int], now: int
) -> None:
    rows = [
        {
            "source": source,
            "identifier": None if fault.identifier is None else _plain(fault.identifier),
            "file": _plain(fault.file),
            "line": fault.line,
            "prefix": fault.prefix,
            "degree": fault.degree,
            "rule": fault.rule,
            "message": _plain(fault.message),
            "since": known.get((fault.identifier, fault.prefix, fault.degree, fault.rule, _plain(fault.message)), now),
        }
        for fault in found
    ]
    if rows:
        connection.execute(insert(faults), rows)


def _keep_faults(connection: Connection, batch: Sequence[KeptItem], now: int) -> None:
    """The faults of these items in place of those known, since when they were first seen."""
    first = batch[0]
    where = and_(
        faults.c.identifier.in_([item.identifier for item in batch]),
        faults.c.degree.in_(["lost"] if first.again else ["noted", "healed", "lost"]),
        true() if first.only is None else faults.c.prefix == first.only,
    )
    known = _since(connection, where)
    if known:
        connection.execute(delete(faults).where(where))
    for item in batch:
        _insert_faults(connection, item.source, item.faults, known, now)


def _plain(text: str) -> str:
    """Text that every database takes: no NUL, no lone surrogate, each told as an escape instead."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
