"""What a request asks of the store: pages, records, formats, sets. Statements are built once, rows are bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, Select, String, and_, bindparam, exists, func, select, tuple_

from oai_server.model import Page, Position, Row, Selection, Set, StoredFormat
from oai_server.store.database import (
    Bare,
    Clock,
    Question,
    StoreError,
    StoreUnavailable,
    connect,
    database_clock,
    failing_as_told,
    lock_writers,
    migrate,
    try_writing,
    writing,
)
from oai_server.store.lease import Lease
from oai_server.store.tables import (
    entries,
    facts,
    faults,
    formats,
    headers,
    items,
    lists,
    records,
    renditions,
    segments,
    sets,
    tallies,
)
from oai_server.store.tallies import LONGEST, SIZE, bounds

BEFORE_ALL = -(2**62)
AFTER_ALL = 2**62
PATIENCE, PAUSE = 20, 0.1  # tries to note the first harvest, and the seconds between them
SAMPLED = 10_000  # items among which an example is looked for
Parts = Literal["headers", "bodies", "packed"]

_RANGE = and_(
    entries.c.list_id == bindparam("list_id"),
    tuple_(entries.c.datestamp, entries.c.change)
    > tuple_(bindparam("after", type_=BigInteger), bindparam("after_change", type_=BigInteger)),
    entries.c.datestamp <= bindparam("until", type_=BigInteger),
)
_HEADER = (entries.c.datestamp, entries.c.change, entries.c.rendition_id, headers.c.opening, headers.c.closing)
_BODY = (renditions.c.body,)
_PACKED = (segments.c.packed, segments.c.checksum, segments.c.size)


def _page(columns: tuple[Any, ...] = ()) -> Select[Any]:
    found = select(*_HEADER, *columns).join_from(entries, headers, headers.c.id == entries.c.header_id)
    if columns is _BODY:
        found = found.outerjoin(renditions, renditions.c.id == entries.c.rendition_id)
    if columns is _PACKED:
        found = found.outerjoin(segments, segments.c.rendition_id == entries.c.rendition_id)
    return (
        found.where(_RANGE).order_by(entries.c.datestamp, entries.c.change).limit(bindparam("size", type_=BigInteger))
    )


PAGES: Mapping[Parts, Select[Any]] = {"headers": _page(), "bodies": _page(_BODY), "packed": _page(_PACKED)}
LAST = (
    select(*_HEADER, *_BODY)
    .join_from(entries, headers, headers.c.id == entries.c.header_id)
    .outerjoin(renditions, renditions.c.id == entries.c.rendition_id)
    .where(_RANGE)
    .order_by(entries.c.datestamp.desc(), entries.c.change.desc())
    .limit(1)
)
LIST = select(lists.c.id).where(
    lists.c.profile == bindparam("profile"),
    lists.c.prefix == bindparam("prefix"),
    lists.c.set_spec == bindparam("set_spec"),
)
RECORD = (
    select(
        records.c.datestamp,
        records.c.change,
        records.c.rendition_id,
        headers.c.opening,
        headers.c.closing,
        renditions.c.body,
    )
    .join_from(items, headers, (headers.c.item_id == items.c.id) & (headers.c.profile == bindparam("profile")))
    .join(records, (records.c.header_id == headers.c.id) & (records.c.prefix == bindparam("prefix")))
    .outerjoin(renditions, renditions.c.id == records.c.rendition_id)
    .where(items.c.identifier == bindparam("identifier"))
)
FORMATS = (
    select(records.c.prefix, records.c.rendition_id)
    .select_from(
        items.join(headers, (headers.c.item_id == items.c.id) & (headers.c.profile == bindparam("profile"))).outerjoin(
            records, records.c.header_id == headers.c.id
        )
    )
    .where(items.c.identifier == bindparam("identifier"))
)
STORED_FORMATS = select(formats.c.prefix, formats.c.namespace, formats.c.schema).order_by(formats.c.prefix)
SETS = (
    select(sets.c.spec, sets.c.name, sets.c.description)
    .where(sets.c.spec > bindparam("after"))
    .order_by(sets.c.spec)
    .limit(bindparam("size", type_=BigInteger))
)
# A set is listed where records are in it; in the profile /oai those that somebody named too.
IN_PROFILE = ((bindparam("profile", type_=String) == "") & sets.c.named) | exists().where(
    lists.c.profile == bindparam("profile", type_=String), lists.c.set_spec == sets.c.spec
)
SETS = SETS.where(IN_PROFILE)
SET_COUNT = select(func.count()).select_from(sets).where(IN_PROFILE)
FACT = select(facts.c.value).where(facts.c.name == bindparam("name"))


class Store:
    """A repository's items and records. Lives as long as its process; closed by ``close`` or a with statement."""

    def __init__(self, url: str, clock: Clock | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        """Opens the database, and makes or migrates its tables; StoreError when it cannot be used.

        ``clock`` gives seconds since 1970; without it the database's own is used.
        """
        self.engine = connect(url)
        self.clock = clock or database_clock(self.engine)
        self.sleep = sleep
        self._lists: dict[tuple[str, str, str], int] = {}
        self._harvested = False
        migrate(self.engine, self.clock)
        self._bare = Bare(self.engine)
        self._lease = Lease(self._bare, self.clock, time.time if clock is None else clock)
        ask = partial(Question, self._bare)
        self._pages = {parts: ask(statement) for parts, statement in PAGES.items()}
        self._last, self._size, self._list_number = ask(LAST), ask(SIZE), ask(LIST)
        self._record, self._formats_of, self._stored_formats = ask(RECORD), ask(FORMATS), ask(STORED_FORMATS)
        self._sets, self._set_count, self._fact = ask(SETS), ask(SET_COUNT), ask(FACT)

    def close(self) -> None:
        """Give back the connections."""
        self._bare.close()
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
        """The whole second that it is by the store's clock."""
        return int(self.clock())

    def response_date(self) -> int:
        """The second to tell as responseDate: whatever is changed from now on bears a later datestamp."""
        return self._lease.second()

    def fact(self, name: str) -> str | None:
        """What the store knows of itself: ``store`` (its name), ``secret``, ``earliest``, ``harvested``..."""
        found = self._fact.row({"name": name})
        return None if found is None else str(found[0])

    def earliest(self) -> int:
        """A lower limit of every datestamp, past and to come (section 4.2)."""
        value = self.fact("earliest")
        if value is None:
            raise StoreError("the store has no lower limit of its datestamps")
        return int(value)

    def page(self, wanted: Selection, after: Position | None, size: int, parts: Parts = "bodies") -> Page:
        """The next ``size`` records of a selection in (datestamp, change) order, and where the one after starts."""
        list_id = self._list(wanted)
        if list_id is None:
            return Page([], None)
        rows = self._pages[parts].rows({**_bounds(wanted, after), "list_id": list_id, "size": size + 1})
        if len(rows) <= size:
            return Page(rows, None)
        rows.pop()
        return Page(rows, Position(rows[-1][0], rows[-1][1]))

    def last(self, wanted: Selection) -> Row | None:
        """The record at the end of a selection."""
        list_id = self._list(wanted)
        found = None if list_id is None else self._last.row({**_bounds(wanted, None), "list_id": list_id})
        return found and Row(*found)

    def count(self, wanted: Selection) -> int:
        """How many records a selection has: completeListSize, from the tallies."""
        list_id = self._list(wanted)
        if list_id is None:
            return 0
        first = BEFORE_ALL if wanted.from_ is None else wanted.from_
        last = AFTER_ALL if wanted.until is None else wanted.until
        return int(self._size.rows({**bounds(first, last), "list_id": list_id})[0][0] or 0)

    def record(self, identifier: str, prefix: str, profile: str = "") -> Row | None:
        """One record, deleted or not."""
        found = self._record.row({"identifier": identifier, "prefix": prefix, "profile": profile})
        return found and Row(*found)

    def formats_of(self, identifier: str, profile: str = "") -> Mapping[str, bool] | None:
        """The metadataPrefixes in which an item has a record, and whether that is deleted; None: no such item."""
        found = self._formats_of.rows({"identifier": identifier, "profile": profile})
        return {prefix: rendition is None for prefix, rendition in found if prefix is not None} if found else None

    def stored_formats(self) -> Mapping[str, StoredFormat]:
        """The formats that came as XML, by prefix."""
        return {row[0]: StoredFormat(*row) for row in self._stored_formats.rows({})}

    def sample_identifier(self, beginning: str, profile: str = "") -> str | None:
        """The first identifier that begins so, of the items that a profile shows."""
        query = (
            select(items.c.identifier)
            .join(headers, headers.c.item_id == items.c.id)
            .where(headers.c.profile == profile, func.substr(items.c.identifier, 1, len(beginning)) == beginning)
            .where(items.c.id <= SAMPLED)
        )
        with self._reading() as connection:
            return connection.scalar(query.order_by(items.c.id).limit(1))

    def sets(self, after: str = "", size: int = AFTER_ALL, profile: str = "") -> Sequence[Set]:
        """The sets of a profile in order of their setSpec, from after that one on."""
        return [Set(*row) for row in self._sets.rows({"after": after, "size": size, "profile": profile})]

    def count_sets(self, profile: str = "") -> int:
        """How many sets a profile has."""
        return int(self._set_count.rows({"profile": profile})[0][0])

    def note_harvest(self) -> None:
        """Remember, once, that a harvester is about to see datestamps: from now on no source may bring its own.

        StoreUnavailable while another writer keeps this from being remembered. A database that cannot be written to at
        all (a standby, a read-only file) is asked again with the next harvest.
        """
        if self._harvested:
            return
        for turn in range(PATIENCE):
            if turn:
                self.sleep(PAUSE)
            if self.fact("harvested") is not None or self.read_only or self._remember_harvest():
                self._harvested = True
                return
        raise StoreUnavailable("a writer is at work, and the first harvest has to be noted before it begins")

    @property
    def read_only(self) -> bool:
        """Whether this process cannot write to the database at all."""
        sqlite = self.engine.dialect.name == "sqlite"
        question = "PRAGMA query_only" if sqlite else "SHOW transaction_read_only"
        with self._reading() as connection:
            if sqlite and "mode=ro" in str(self.engine.url):
                return True
            return str(connection.exec_driver_sql(question).scalar()) in ("1", "on")

    def _remember_harvest(self) -> bool:
        with try_writing(self.engine) as connection:
            if connection is None:
                return False
            if connection.scalar(select(facts.c.value).where(facts.c.name == "harvested")) is None:
                connection.execute(facts.insert().values(name="harvested", value=str(self.now())))
        return True

    def due(self, day: str) -> bool:
        """Whether time has changed an item by that ISO day."""
        with self._reading() as connection:
            query = select(items.c.id).where(items.c.refresh_on <= day).limit(1)
            return connection.scalar(query) is not None

    def claim(self, name: str, value: str) -> bool:
        """Set a fact to a value that it does not have: of several processes that try, one does."""
        with try_writing(self.engine) as connection:
            if connection is None or connection.scalar(select(facts.c.value).where(facts.c.name == name)) == value:
                return False
            connection.execute(facts.delete().where(facts.c.name == name))
            connection.execute(facts.insert().values(name=name, value=value))
        return True

    def release(self, name: str) -> None:
        """Take a claim back."""
        with self._reading(), writing(self.engine).begin() as connection:
            lock_writers(connection)
            connection.execute(facts.delete().where(facts.c.name == name))

    def sizes(self) -> Mapping[str, object]:
        """Counts for `status`: items by state, records and deleted ones by format, sets, faults by degree."""
        with self._reading() as connection:
            by_state = connection.execute(
                select(func.coalesce(items.c.by_hand, items.c.state), func.count()).group_by(
                    func.coalesce(items.c.by_hand, items.c.state)
                )
            )
            dead = records.c.rendition_id.is_(None)
            by_prefix = connection.execute(
                select(records.c.prefix, dead, func.count())
                .join_from(records, headers, headers.c.id == records.c.header_id)
                .where(headers.c.profile == "")
                .group_by(records.c.prefix, dead)
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
        """How many records each set has in oai_dc, deleted ones included."""
        with self._reading() as connection:
            counted = connection.execute(
                select(lists.c.set_spec, func.sum(tallies.c.size))
                .join_from(lists, tallies, tallies.c.list_id == lists.c.id)
                .where(lists.c.profile == "", lists.c.prefix == "oai_dc", tallies.c.level == LONGEST)
                .group_by(lists.c.set_spec)
            )
            return {row[0]: int(row[1]) for row in counted}

    def faults(self) -> Sequence[Mapping[str, object]]:
        """Every fault that stands, oldest first; keys are the columns of the table."""
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(select(faults).order_by(faults.c.id)).mappings()]

    def _list(self, wanted: Selection) -> int | None:
        """The list's number: it never changes, so it is looked up once."""
        key = (wanted.profile, wanted.prefix, wanted.set_spec or "")
        if key not in self._lists:
            found = self._list_number.row(dict(zip(("profile", "prefix", "set_spec"), key, strict=True)))
            if found is None:
                return None
            self._lists[key] = found[0]
        return self._lists[key]


def _bounds(wanted: Selection, after: Position | None) -> dict[str, int]:
    start = after or Position(BEFORE_ALL if wanted.from_ is None else wanted.from_, 0)
    until = AFTER_ALL if wanted.until is None else wanted.until
    return {"after": start.datestamp, "after_change": start.change, "until": until}
