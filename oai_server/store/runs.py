"""How far each source has been read, what its runs did, and which items several sources give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from oai_server.model import Fault, Set
from oai_server.store.database import failing_as_told
from oai_server.store.faults import UNREADABLE, forget, refuse, renew
from oai_server.store.reading import Store
from oai_server.store.tables import faults, items, repeats, runs, shares, sources

PORTION = 500


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that begins: ``done`` is what it need not do again, because a run since ``first`` did it."""

    run: int
    mark: str | None
    done: int
    first: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction of a run keeps beside its items.

    ``done``: so many of what the source gave is kept with this. ``refused`` are faults of what is no item here,
    ``found`` those of items that stay as they are, ``owned`` items that are this source's now, ``repeated`` ones that
    it gave again and not alike, ``shares`` what several sources say of an item's sets, by item and source.
    """

    source: str
    begun: Begun
    done: int = 0
    mark: str | None = None
    sets: Sequence[Set] = ()
    refused: Sequence[Fault] = ()
    found: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    owned: Sequence[int] = ()
    repeated: Sequence[int] = ()
    shares: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def matters(self) -> bool:
        """Whether there is more to keep than how far we are."""
        parts = (self.sets, self.refused, self.found, self.owned, self.repeated, self.shares)
        return self.mark is not None or any(parts)


def mark_of(store: Store, source: str) -> str | None:
    """The last mark that a source gave."""
    with failing_as_told(store.engine), store.engine.connect() as connection:
        return connection.scalar(select(sources.c.mark).where(sources.c.name == source))


def last_count(store: Store, source: str) -> int | None:
    """How much a source gave in the last run that came to its end."""
    query = select(runs.c.tally).where(runs.c.source == source, runs.c.ended.is_not(None)).order_by(runs.c.id.desc())
    with failing_as_told(store.engine), store.engine.connect() as connection:
        tally = connection.scalar(query.limit(1))
    return json.loads(tally).get("read") if tally else None


def begin(connection: Connection, source: str, fingerprint: str | None, anew: bool, now: int) -> Begun:
    """A run of a source; it goes on where the last one was stopped in the same content, unless it begins ``anew``."""
    known = connection.execute(select(sources).where(sources.c.name == source)).one_or_none()
    connection.execute(delete(faults).where(faults.c.source == source, faults.c.rule == UNREADABLE))
    run = int(connection.scalar(select(func.max(runs.c.id))) or 0) + 1
    connection.execute(insert(runs).values(id=run, source=source, started=now))
    if known and fingerprint and known.fingerprint == fingerprint and not anew:
        return Begun(run, known.mark, known.done, known.first_run)
    values = {"fingerprint": fingerprint, "done": 0, "first_run": run}
    if known:
        connection.execute(update(sources).where(sources.c.name == source).values(values))
    else:
        connection.execute(insert(sources).values(name=source, **values))
    return Begun(run, known.mark if known else None, 0, run)


def keep_step(connection: Connection, step: Step, now: int) -> None:
    """Keep what a transaction has beside its items; its sets are the writer's affair."""
    if step.refused:
        refuse(connection, step.source, step.refused, step.begun.run, step.begun.first, now)
    if step.found:
        renew(connection, step.source, step.found, now)
    if step.owned:
        connection.execute(update(items).where(items.c.id.in_(step.owned)).values(source=step.source))
    if step.repeated:
        known = set(connection.scalars(select(repeats.c.item_id).where(repeats.c.item_id.in_(step.repeated))))
        new = [{"item_id": each} for each in step.repeated if each not in known]
        if new:
            connection.execute(insert(repeats), new)
    if step.shares:
        _keep_shares(connection, step.shares)


def advance(connection: Connection, step: Step) -> None:
    """All that a source gave up to this step is kept."""
    values = {"done": step.done, **({} if step.mark is None else {"mark": step.mark})}
    connection.execute(update(sources).where(sources.c.name == step.source).values(values))


def _keep_shares(connection: Connection, given: Mapping[tuple[int, str], tuple[str, ...]]) -> None:
    key = and_(shares.c.item_id == bindparam("its_item"), shares.c.source == bindparam("its_source"))
    names = [{"its_item": item, "its_source": source} for item, source in given]
    connection.execute(delete(shares).where(key), names)
    rows = [{"item_id": item, "source": source, "sets": " ".join(sets)} for (item, source), sets in given.items()]
    connection.execute(insert(shares), rows)


def end(connection: Connection, source: str, begun: Begun, tally: Mapping[str, int], whole: bool, now: int) -> None:
    """A run that came to its end; what earlier runs refused is forgotten, where not ``whole`` only what had no name."""
    forget(connection, source, begun.first, named=whole)
    values = {"fingerprint": None, "done": 0}
    connection.execute(update(sources).where(sources.c.name == source).values(values))
    connection.execute(update(runs).where(runs.c.id == begun.run).values(ended=now, tally=json.dumps(dict(tally))))


def repeated(store: Store) -> Iterator[int]:
    """The items that a run gave several times, and not alike."""
    with failing_as_told(store.engine), store.engine.connect() as connection:
        yield from connection.scalars(select(repeats.c.item_id))


def no_longer_repeated(connection: Connection, gone: Iterable[int]) -> None:
    """These items came once only."""
    names = iter(gone)
    while portion := list(islice(names, PORTION)):
        connection.execute(delete(repeats).where(repeats.c.item_id.in_(portion)))


def shares_of(store: Store, numbers: Sequence[int]) -> Mapping[int, Mapping[str, tuple[str, ...]]]:
    """What each source says of the sets of these items, by item and source; only of items that several give."""
    known: dict[int, dict[str, tuple[str, ...]]] = {}
    query = select(shares.c.item_id, shares.c.source, shares.c.sets).where(shares.c.item_id.in_(numbers))
    with failing_as_told(store.engine), store.engine.connect() as connection:
        for item, source, sets in connection.execute(query):
            known.setdefault(item, {})[source] = tuple(sets.split())
    return known


def shared_by(store: Store, source: str) -> Iterator[int]:
    """The items of which a source is one of several givers."""
    query = select(shares.c.item_id).where(shares.c.source == source).order_by(shares.c.item_id).limit(PORTION)
    yield from _numbers(store, query, shares.c.item_id)


def drop_shares(connection: Connection, source: str, numbers: Sequence[int]) -> None:
    """A source no longer gives these items."""
    connection.execute(delete(shares).where(shares.c.source == source, shares.c.item_id.in_(numbers)))


def active_items(store: Store, source: str) -> Iterator[int]:
    """The items of a source that it has not withdrawn, in their order."""
    active = (items.c.source == source) & (items.c.state == "active")
    yield from _numbers(store, select(items.c.id).where(active).order_by(items.c.id).limit(PORTION), items.c.id)


def _numbers(store: Store, query, column) -> Iterator[int]:  # type: ignore[no-untyped-def]
    last = 0
    while True:
        with failing_as_told(store.engine), store.engine.connect() as connection:
            found = connection.scalars(query.where(column > last)).all()
        yield from found
        if len(found) < PORTION:
            return
        last = found[-1]


def identifiers_of(store: Store, numbers: Sequence[int]) -> Sequence[str]:
    """The identifiers of these items."""
    with failing_as_told(store.engine), store.engine.connect() as connection:
        return connection.scalars(select(items.c.identifier).where(items.c.id.in_(numbers))).all()
