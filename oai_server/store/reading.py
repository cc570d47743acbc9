"""What a request asks of the store: pages, records, formats, sets. Statements are built once, rows are bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, false, func, select, tuple_

from oai_server.model import Page, Position, Row, Selection, Set, StoredFormat
from oai_server.store.database import (
    Clock,
    StoreError,
    StoreUnavailable,
    connect,
    database_clock,
    failing_as_told,
    lock_writers,
    migrate,
    writing,
)
from oai_server.store.tables import entries, facts, faults, formats, items, lists, records, sets

BEFORE_ALL = -(2**62)
AFTER_ALL = 2**62

_RANGE = and_(
    entries.c.list_id == bindparam("list_id"),
    tuple_(entries.c.datestamp, entries.c.item_id)
    > tuple_(bindparam("after", type_=BigInteger), bindparam("after_item", type_=BigInteger)),
    entries.c.datestamp <= bindparam("until"),
)


def _page(*columns: Any) -> Select[Any]:
    return (
        select(entries.c.datestamp, records.c.opening, records.c.closing, *columns, entries.c.item_id)
        .join_from(entries, records, records.c.id == entries.c.record_id)
        .where(_RANGE)
        .order_by(entries.c.datestamp, entries.c.item_id)
        .limit(bindparam("size", type_=BigInteger))
    )


HEADERS_PAGE = _page()
RECORDS_PAGE = _page(records.c.body)
LAST = (
    select(entries.c.datestamp, records.c.opening, records.c.closing, records.c.body)
    .join_from(entries, records, records.c.id == entries.c.record_id)
    .where(_RANGE)
    .order_by(entries.c.datestamp.desc(), entries.c.item_id.desc())
    .limit(1)
)
COUNT = select(func.count()).select_from(entries).where(_RANGE)
LIST = select(lists.c.id).where(
    lists.c.profile == bindparam("profile"),
    lists.c.prefix == bindparam("prefix"),
    lists.c.set_spec == bindparam("set_spec"),
)
RECORD = (
    select(records.c.datestamp, records.c.opening, records.c.closing, records.c.body)
    .join_from(items, records, records.c.item_id == items.c.id)
    .where(items.c.identifier == bindparam("identifier"), records.c.prefix == bindparam("prefix"))
)
FORMATS = (
    select(records.c.prefix, records.c.deleted)
    .select_from(items.outerjoin(records, records.c.item_id == items.c.id))
    .where(items.c.identifier == bindparam("identifier"))
)
STORED_FORMATS = select(formats.c.prefix, formats.c.namespace, formats.c.schema).order_by(formats.c.prefix)
SETS = (
    select(sets.c.spec, sets.c.name, sets.c.description)
    .where(sets.c.spec > bindparam("after"))
    .order_by(sets.c.spec)
    .limit(bindparam("size", type_=BigInteger))
)


class Store:
    """A repository's items and records. Lives as long as its process; closed by ``close`` or a with statement."""

    def __init__(self, url: str, clock: Clock = database_clock, sleep: Callable[[float], None] = time.sleep) -> None:
        """Opens the database, and makes or migrates its tables; StoreError when it cannot be used."""
        self.engine = connect(url)
        self.clock = clock
        self.sleep = sleep
        self._lists: dict[tuple[str, str, str], int] = {}
        self._harvested = False
        migrate(self.engine, clock)

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with failing_as_told(self.engine), self.engine.connect() as connection:
            yield connection

    def now(self) -> int:
        """The whole second that it is by the database's clock."""
        with self._reading() as connection:
            return int(self.clock(connection))

    def fact(self, name: str) -> str | None:
        """What the store knows of itself: ``store`` (its name), ``secret``, ``earliest``, ``harvested``."""
        with self._reading() as connection:
            return connection.scalar(select(facts.c.value).where(facts.c.name == name))

    def earliest(self) -> int:
        """A lower limit of every datestamp, past and to come (section 4.2)."""
        value = self.fact("earliest")
        if value is None:
            raise StoreError("the store has no lower limit of its datestamps")
        return int(value)

    def page(self, wanted: Selection, after: Position | None, size: int, with_bodies: bool = True) -> Page:
        """The next ``size`` records of a selection in (datestamp, item) order, and where the one after starts."""
        with self._reading() as connection:
            list_id = self._list(connection, wanted)
            if list_id is None:
                return Page((), None)
            bounds = {**_bounds(wanted, after), "list_id": list_id, "size": size + 1}
            found = connection.execute(RECORDS_PAGE if with_bodies else HEADERS_PAGE, bounds).all()
        rows = tuple(Row(*row[:-1]) for row in found[:size])
        more = len(found) > size
        return Page(rows, Position(found[size - 1].datestamp, found[size - 1].item_id) if more else None)

    def last(self, wanted: Selection) -> Row | None:
        """The record at the end of a selection."""
        with self._reading() as connection:
            list_id = self._list(connection, wanted)
            found = connection.execute(LAST, {**_bounds(wanted, None), "list_id": list_id}).first()
            return Row(*found) if found else None

    def count(self, wanted: Selection) -> int:
        """How many records a selection has: completeListSize."""
        with self._reading() as connection:
            list_id = self._list(connection, wanted)
            return connection.scalar(COUNT, {**_bounds(wanted, None), "list_id": list_id}) or 0

    def record(self, identifier: str, prefix: str) -> Row | None:
        """One record, deleted or not."""
        with self._reading() as connection:
            found = connection.execute(RECORD, {"identifier": identifier, "prefix": prefix}).first()
            return Row(*found) if found else None

    def formats_of(self, identifier: str) -> Mapping[str, bool] | None:
        """The metadataPrefixes in which an item has a record, and whether that is deleted; None: no such item."""
        with self._reading() as connection:
            found = connection.execute(FORMATS, {"identifier": identifier}).all()
        return {prefix: deleted for prefix, deleted in found if prefix is not None} if found else None

    def stored_formats(self) -> Mapping[str, StoredFormat]:
        """The formats that came as XML, by prefix."""
        with self._reading() as connection:
            return {row[0]: StoredFormat(*row) for row in connection.execute(STORED_FORMATS)}

    def sample_identifier(self, beginning: str) -> str | None:
        """The first identifier that begins so."""
        query = select(items.c.identifier).where(func.substr(items.c.identifier, 1, len(beginning)) == beginning)
        with self._reading() as connection:
            return connection.scalar(query.order_by(items.c.id).limit(1))

    def sets(self, after: str = "", size: int = AFTER_ALL) -> Sequence[Set]:
        """The sets in order of their setSpec, from after that one on."""
        with self._reading() as connection:
            return [Set(*row) for row in connection.execute(SETS, {"after": after, "size": size})]

    def count_sets(self) -> int:
        """How many sets there are."""
        with self._reading() as connection:
            return connection.scalar(select(func.count()).select_from(sets)) or 0

    def note_harvest(self) -> None:
        """Remember, once, that a harvester has seen datestamps: from now on no source may bring its own.

        A database that cannot be written to now (a standby, a full disk) is asked again with the next harvest.
        """
        if not self._harvested:
            with suppress(StoreUnavailable):
                self._remember_harvest()
                self._harvested = True

    def _remember_harvest(self) -> None:
        if self.fact("harvested") is None:
            with self._reading(), writing(self.engine).begin() as connection:
                lock_writers(connection)
                if connection.scalar(select(facts.c.value).where(facts.c.name == "harvested")) is None:
                    connection.execute(facts.insert().values(name="harvested", value=str(int(self.clock(connection)))))

    def sizes(self) -> Mapping[str, object]:
        """Counts for `status`: items by state, records and deleted ones by format, sets, faults by degree."""
        with self._reading() as connection:
            by_state = connection.execute(
                select(func.coalesce(items.c.by_hand, items.c.state), func.count()).group_by(
                    func.coalesce(items.c.by_hand, items.c.state)
                )
            )
            by_prefix = connection.execute(
                select(records.c.prefix, records.c.deleted, func.count()).group_by(records.c.prefix, records.c.deleted)
            )
            by_format: dict[str, dict[str, int]] = {}
            for prefix, deleted, count in by_prefix:
                by_format.setdefault(prefix, {"records": 0, "deleted": 0})["deleted" if deleted else "records"] = count
            degrees = connection.execute(select(faults.c.degree, func.count()).group_by(faults.c.degree))
            newest = connection.scalar(select(func.max(records.c.datestamp)))
            return {
                "items": {row[0]: row[1] for row in by_state},
                "formats": dict(sorted(by_format.items())),
                "sets": connection.scalar(select(func.count()).select_from(sets)) or 0,
                "faults": {row[0]: row[1] for row in degrees},
                "newest": newest,
            }

    def set_sizes(self) -> Mapping[str, int]:
        """How many records that are not deleted each set has in oai_dc."""
        with self._reading() as connection:
            counted = connection.execute(
                select(lists.c.set_spec, func.count())
                .join_from(lists, entries, entries.c.list_id == lists.c.id)
                .where(lists.c.profile == "", lists.c.prefix == "oai_dc", entries.c.deleted == false())
                .group_by(lists.c.set_spec)
            )
            return {row[0]: row[1] for row in counted}

    def faults(self) -> Sequence[Mapping[str, object]]:
        """Every fault that stands, oldest first; keys are the columns of the table."""
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(select(faults).order_by(faults.c.id)).mappings()]

    def _list(self, connection: Connection, wanted: Selection) -> int | None:
        """The list's number: it never changes, so it is looked up once."""
        key = ("", wanted.prefix, wanted.set_spec or "")
        if key not in self._lists:
            found = connection.scalar(LIST, dict(zip(("profile", "prefix", "set_spec"), key, strict=True)))
            if found is None:
                return None
            self._lists[key] = found
        return self._lists[key]


def _bounds(wanted: Selection, after: Position | None) -> dict[str, int]:
    start = after or Position(BEFORE_ALL if wanted.from_ is None else wanted.from_, 0)
    until = AFTER_ALL if wanted.until is None else wanted.until
    return {"after": start.datestamp, "after_item": start.item, "until": until}
