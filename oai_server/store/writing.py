"""What ingest does to the store: batches of items, each one transaction, stamped so that no update is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, select, true, update

from oai_server.model import Fault, Set, StoredFormat, ancestors
from oai_server.store.database import StoreError, failing_as_told, lock_writers, writing
from oai_server.store.reading import Store
from oai_server.store.tables import entries, facts, faults, formats, items, lists, records, sets, unsettled

Change = Literal["added", "changed", "unchanged"]
LEAD = 2  # seconds: a stamp is the whole second at least one second ahead


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of an item that comes in again."""

    digest: str
    state: str
    by_hand: str | None
    refresh_on: str | None


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item ready to be kept.

    ``bodies`` maps each metadataPrefix to the record's body, None for a deleted record; a record in any other format
    becomes deleted, unless its prefix is in ``failed``: then the last good one stays. With ``only`` every other
    format's record stays too. ``live`` and ``dead`` are the two parts of its header. ``datestamp``, in seconds, is the
    source's own and given only when it is to be kept. ``again``: of the faults that are known only those of records go.
    All items of a batch have the same ``only`` and ``again``. ``formats`` are those of records that came as XML.
    """

    identifier: str
    source: str
    content: str
    digest: str
    state: str
    by_hand: str | None
    sets: tuple[str, ...]
    live: tuple[bytes, bytes]
    dead: tuple[bytes, bytes]
    bodies: Mapping[str, bytes | None]
    failed: frozenset[str] = frozenset()
    only: str | None = None
    refresh_on: str | None = None
    datestamp: int | None = None
    faults: tuple[Fault, ...] = ()
    formats: tuple[StoredFormat, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An item as the store holds it, and its number there."""

    id: int
    identifier: str
    source: str
    content: str
    by_hand: str | None


@dataclass(slots=True)
class _Batch:
    """The rows that one transaction writes."""

    stamp: int
    items: list[dict[str, object]] = field(default_factory=list)
    items_again: list[dict[str, object]] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)
    records_again: list[dict[str, object]] = field(default_factory=list)
    entries: list[dict[str, object]] = field(default_factory=list)
    gone: list[dict[str, object]] = field(default_factory=list)
    earliest: int | None = None


class Writer:
    """Writes to a store. Several may be at work, in any process: each transaction waits for the one before."""

    def __init__(self, store: Store) -> None:
        """Also stamps again what a writer that was killed left unsettled."""
        self.store = store
        self._last_stamp = 0
        self.settle()

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
            stamp = int(self.store.clock(connection)) + LEAD
            rows = _Batch(stamp)
            _know_formats(connection, batch)
            changes = _plan(connection, batch, rows)
            _write(connection, rows)
            _keep_faults(connection, batch, int(self.store.clock(connection)))
            if rows.entries:
                connection.execute(insert(unsettled), {"datestamp": stamp})
        if rows.entries and not dry_run:
            self._last_stamp = max(self._last_stamp, stamp)
            self.settle()
        return changes

    def save_sets(self, given: Iterable[Set], named: bool = True) -> None:
        """Name these sets; their ancestors come by themselves (section 2.6)."""
        with self._transaction() as connection:
            known = set(connection.scalars(select(sets.c.spec)))
            for one in given:
                for above in ancestors(one.spec):
                    if above not in known:
                        known.add(above)
                        connection.execute(insert(sets).values(_unnamed(above)))
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
            _insert_faults(connection, source, found, known, int(self.store.clock(connection)))

    def remember(self, name: str, value: str) -> None:
        """Keep a fact about the store."""
        with self._transaction() as connection:
            connection.execute(delete(facts).where(facts.c.name == name))
            connection.execute(insert(facts), {"name": name, "value": value})

    def settle(self) -> None:
        """Stamp again what was committed after its stamp had passed (design.md section 5).

        A mark seen before its second has come was committed in time. Any process may do this for any other: a record
        stamped once too often is harvested once too often, and nothing more.
        """
        lead = LEAD
        while True:
            with self.store.engine.connect() as connection:
                marks = connection.execute(select(unsettled.c.id, unsettled.c.datestamp)).all()
                now = self.store.clock(connection)
            if not marks:
                return
            with self._transaction() as connection:
                late = sorted({mark.datestamp for mark in marks if mark.datestamp <= now})
                if late:
                    stamp = int(self.store.clock(connection)) + lead
                    _stamp_again(connection, late, stamp)
                    connection.execute(insert(unsettled), {"datestamp": stamp})
                    self._last_stamp = max(self._last_stamp, stamp)
                connection.execute(delete(unsettled).where(unsettled.c.id.in_([mark.id for mark in marks])))
            if not late:
                return
            lead *= 2  # it took longer than the lead: give it more

    def wait(self) -> None:
        """Return when everything this writer wrote can be harvested: when its last stamp has come."""
        if self._last_stamp:
            with self.store.engine.connect() as connection:
                ahead = self._last_stamp - self.store.clock(connection)
            if ahead > 0:
                self.store.sleep(ahead)

    @contextmanager
    def _transaction(self, dry_run: bool = False) -> Iterator[Connection]:
        engine = self.store.engine
        with failing_as_told(engine), writing(engine).connect() as connection, connection.begin() as transaction:
            lock_writers(connection)
            yield connection
            if dry_run:
                transaction.rollback()


def _plan(connection: Connection, batch: Sequence[KeptItem], rows: _Batch) -> Mapping[str, Change]:
    """Compare the batch with what is stored, and list the rows to write."""
    known, stored = _held(connection, [item.identifier for item in batch])
    next_item = count((connection.scalar(select(func.max(items.c.id))) or 0) + 1)
    next_record = count((connection.scalar(select(func.max(records.c.id))) or 0) + 1)
    place = _Lists(connection)
    changes: dict[str, Change] = {}
    for item in batch:
        is_new = item.identifier not in known
        item_id, old_sets = (next(next_item), item.sets) if is_new else known[item.identifier]
        (rows.items if is_new else rows.items_again).append(_item_row(item_id, item))
        old = stored.get(item_id, {})
        if item.failed and item.sets != old_sets:
            item = _following(connection, item, old)
        touched = False
        for prefix in {**item.bodies, **old}:
            row = _record_row(item, prefix, old.get(prefix), rows.stamp)
            if row is None:
                continue
            touched = True
            if prefix in old:
                record_id = old[prefix].id
                rows.records_again.append({**row, "key": record_id})
                rows.gone += _leaving(place.of(prefix, old_sets), old[prefix].datestamp, item_id)
            else:
                record_id = next(next_record)
                rows.records.append({**row, "id": record_id, "item_id": item_id, "prefix": prefix})
            place_row = {"datestamp": row["datestamp"], "item_id": item_id, "record_id": record_id}
            place_row["deleted"] = row["deleted"]
            rows.entries += ({**place_row, "list_id": each} for each in place.of(prefix, item.sets))
        if touched and item.datestamp is not None:
            rows.earliest = min(item.datestamp, rows.earliest or item.datestamp)
        changes[item.identifier] = "added" if is_new else "changed" if touched else "unchanged"
    place.know_sets({spec for item in batch for spec in item.sets})
    return changes


class _Old(NamedTuple):
    """What a record was before."""

    id: int
    datestamp: int
    deleted: bool
    digest: str


Held = tuple[dict[str, tuple[int, tuple[str, ...]]], dict[int, dict[str, _Old]]]


def _held(connection: Connection, identifiers: Sequence[str]) -> Held:
    """Number and sets of the items that are stored, by identifier; and their records, by number and prefix."""
    if len(set(identifiers)) < len(identifiers):
        raise StoreError("a batch holds the same identifier twice")
    columns = (items.c.identifier, items.c.id, items.c.sets)
    found = connection.execute(select(*columns).where(items.c.identifier.in_(identifiers)))
    known = {row[0]: (row[1], tuple(row[2].split())) for row in found}
    stored: dict[int, dict[str, _Old]] = {}
    if known:
        parts = (records.c.id, records.c.datestamp, records.c.deleted, records.c.digest)
        query = select(records.c.item_id, records.c.prefix, *parts)
        numbers = [number for number, _ in known.values()]
        for item_id, prefix, *rest in connection.execute(query.where(records.c.item_id.in_(numbers))):
            stored.setdefault(item_id, {})[prefix] = _Old(*rest)
    return known, stored


def _leaving(lists_of_it: Iterable[int], stamp: int, item_id: int) -> Iterator[dict[str, object]]:
    return ({"gone_list": each, "gone_stamp": stamp, "gone_item": item_id} for each in lists_of_it)


def _following(connection: Connection, item: KeptItem, old: Mapping[str, _Old]) -> KeptItem:
    """The item whose last good records go with it into its new sets: header and lists always agree."""
    stay = {old[prefix].id: prefix for prefix in item.failed if prefix in old and not old[prefix].deleted}
    found = connection.execute(select(records.c.id, records.c.body).where(records.c.id.in_(list(stay))))
    return replace(item, bodies={**item.bodies, **{stay[row.id]: row.body for row in found}})


def _know_formats(connection: Connection, batch: Sequence[KeptItem]) -> None:
    """Remember the formats that came as XML, as the first record of each announces them."""
    wanted = {each.prefix: each for item in reversed(batch) for each in item.formats}
    if wanted:
        known = set(connection.scalars(select(formats.c.prefix)))
        new = [asdict(each) for prefix, each in wanted.items() if prefix not in known]
        if new:
            connection.execute(insert(formats), new)


def _item_row(item_id: int, item: KeptItem) -> dict[str, object]:
    return {
        "key": item_id,
        "identifier": item.identifier,
        "source": item.source,
        "content": item.content,
        "digest": item.digest,
        "state": item.state,
        "by_hand": item.by_hand,
        "sets": " ".join(item.sets),
        "refresh_on": item.refresh_on,
    }


def _record_row(item: KeptItem, prefix: str, old: _Old | None, stamp: int) -> dict[str, object] | None:
    """The record as it is now, or None when nothing about it changed."""
    if item.only not in (None, prefix):
        return None
    body = item.bodies.get(prefix)
    if body is None and prefix in item.failed and old and not old.deleted:
        return None  # the last good record stays as it is
    deleted = body is None
    opening, closing = item.dead if deleted else item.live
    digest = hashlib.blake2b(b"\0".join((opening, closing, body or b"")), digest_size=16).hexdigest()
    if old and old.digest == digest:
        return None
    return {
        "datestamp": stamp if item.datestamp is None else item.datestamp,
        "deleted": deleted,
        "digest": digest,
        "opening": opening,
        "closing": closing,
        "body": body or b"",
    }


class _Lists:
    """The numbers of the lists, made when they are first needed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.numbers: dict[tuple[str, str], int] = {}

    def of(self, prefix: str, specs: Sequence[str]) -> Iterator[int]:
        """Every list that a record in these sets is in: without set, each set, and the sets above (section 2.6)."""
        names = {"", *specs, *(above for spec in specs for above in ancestors(spec))}
        return (self.number(prefix, name) for name in sorted(names))

    def number(self, prefix: str, spec: str) -> int:
        if not self.numbers:
            query = select(lists.c.prefix, lists.c.set_spec, lists.c.id).where(lists.c.profile == "")
            self.numbers = {(row[0], row[1]): row[2] for row in self.connection.execute(query)}
        if (prefix, spec) not in self.numbers:
            new = (self.connection.scalar(select(func.max(lists.c.id))) or 0) + 1
            self.connection.execute(insert(lists).values(id=new, profile="", prefix=prefix, set_spec=spec))
            self.numbers[prefix, spec] = new
        return self.numbers[prefix, spec]

    def know_sets(self, specs: Iterable[str]) -> None:
        """Every setSpec of a header is listed by ListSets, with its ancestors (section 2.6)."""
        wanted = {name for spec in specs for name in (spec, *ancestors(spec))}
        if wanted:
            known = set(self.connection.scalars(select(sets.c.spec).where(sets.c.spec.in_(list(wanted)))))
            missing = [_unnamed(spec) for spec in sorted(wanted - known)]
            if missing:
                self.connection.execute(insert(sets), missing)


def _unnamed(spec: str) -> dict[str, object]:
    return {"spec": spec, "name": spec.rpartition(":")[2], "description": None, "named": False}


def _write(connection: Connection, rows: _Batch) -> None:
    """A handful of statements, however many items."""
    if rows.items:
        connection.execute(insert(items), [{"id": row.pop("key"), **row} for row in rows.items])
    if rows.items_again:
        connection.execute(update(items).where(items.c.id == bindparam("key")), rows.items_again)
    if rows.gone:
        connection.execute(
            delete(entries).where(
                entries.c.list_id == bindparam("gone_list"),
                entries.c.datestamp == bindparam("gone_stamp"),
                entries.c.item_id == bindparam("gone_item"),
            ),
            rows.gone,
        )
    if rows.records:
        connection.execute(insert(records), rows.records)
    if rows.records_again:
        connection.execute(update(records).where(records.c.id == bindparam("key")), rows.records_again)
    if rows.entries:
        connection.execute(insert(entries), rows.entries)
    if rows.earliest is not None:
        known = int(connection.scalar(select(facts.c.value).where(facts.c.name == "earliest")) or rows.earliest)
        limit = min(known, rows.earliest)
        connection.execute(update(facts).where(facts.c.name == "earliest").values(value=str(limit)))


def _stamp_again(connection: Connection, late: Sequence[int], stamp: int) -> None:
    """Move everything stamped with a passed second to a coming one."""
    affected = (
        select(entries.c.record_id)
        .join_from(lists, entries, entries.c.list_id == lists.c.id)
        .where(lists.c.set_spec == "", entries.c.datestamp.in_(late))
    )
    connection.execute(update(records).where(records.c.id.in_(affected)).values(datestamp=stamp))
    every = select(lists.c.id)
    connection.execute(
        update(entries).where(entries.c.list_id.in_(every), entries.c.datestamp.in_(late)).values(datestamp=stamp)
    )


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
