"""What a batch of items changes: compared with what is stored, then written by a handful of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from oai_server.model import Rendition, ancestors
from oai_server.store.bulk import add_to_rows, delete_rows, insert_rows
from oai_server.store.database import StoreError
from oai_server.store.kept import Change, KeptItem, Named, Seen, View
from oai_server.store.lease import leased
from oai_server.store.tables import entries, facts, headers, items, lists, records, renditions, segments, sets, tallies
from oai_server.store.tallies import steps

ListName = tuple[str, str, str]  # profile, metadataPrefix, setSpec (empty: no set)
ListKey = tuple[str, str, tuple[str, ...]]  # the same with all sets of a record
NUMBER = select(lists.c.id).where(
    lists.c.profile == bindparam("profile"),
    lists.c.prefix == bindparam("prefix"),
    lists.c.set_spec == bindparam("set_spec"),
)


def next_stamp(connection: Connection, now: int) -> int:
    """A datestamp later than any responseDate that has been told, and no earlier than any datestamp given before."""
    return max(now, leased(connection) + 1, int(_fact(connection, "stamp")))


def _fact(connection: Connection, name: str) -> str:
    return str(connection.scalar(select(facts.c.value).where(facts.c.name == name)) or "0")


def _remember(connection: Connection, name: str, value: int) -> None:
    connection.execute(update(facts).where(facts.c.name == name).values(value=str(value)))


class _Record(NamedTuple):
    """What a record was before."""

    datestamp: int
    change: int
    rendition: int | None


@dataclass(slots=True)
class _Header:
    id: int
    sets: tuple[str, ...]
    records: dict[str, _Record] = field(default_factory=dict)


@dataclass(slots=True)
class _Held:
    """What the store holds of an item."""

    id: int
    seen: Seen = field(default_factory=Seen)
    headers: dict[str, _Header] = field(default_factory=dict)
    renditions: dict[Named, tuple[int, str]] = field(default_factory=dict)


class Told(NamedTuple):
    """A rendition as it will be: its number, and whether its bytes are new."""

    id: int
    changed: bool


@dataclass(slots=True)
class _Rows:
    """The rows to write, as tuples in the order of their tables."""

    items: list[tuple[object, ...]] = field(default_factory=list)
    items_again: list[dict[str, object]] = field(default_factory=list)
    refresh: list[dict[str, object]] = field(default_factory=list)
    headers: list[tuple[object, ...]] = field(default_factory=list)
    headers_again: list[dict[str, object]] = field(default_factory=list)
    renditions: list[tuple[object, ...]] = field(default_factory=list)
    renditions_again: list[dict[str, object]] = field(default_factory=list)
    renditions_gone: list[tuple[object, ...]] = field(default_factory=list)
    segments: list[tuple[object, ...]] = field(default_factory=list)
    segments_again: list[dict[str, object]] = field(default_factory=list)
    records: list[tuple[object, ...]] = field(default_factory=list)
    records_again: list[dict[str, object]] = field(default_factory=list)
    entries: list[tuple[object, ...]] = field(default_factory=list)
    entries_gone: list[tuple[object, ...]] = field(default_factory=list)
    moved: Counter[tuple[int, int]] = field(default_factory=Counter)  # entries more, by list and datestamp


class Plan:
    """The changes of one transaction."""

    def __init__(self, connection: Connection, stamp: int, known_lists: dict[ListName, int]) -> None:
        """``stamp`` is the datestamp of what changes; ``known_lists`` are the numbers of lists found so far."""
        self.connection = connection
        self.stamp = stamp
        self.stamped = False
        self.place = Lists(connection, known_lists)
        self._rows = _Rows()
        self._change = int(_fact(connection, "change"))
        self._items = count(self._greatest(items.c.id) + 1)
        self._headers = count(self._greatest(headers.c.id) + 1)
        self._renditions = count(self._greatest(renditions.c.id) + 1)
        self._earliest: int | None = None

    def _greatest(self, column: object) -> int:
        return int(self.connection.scalar(select(func.max(column))) or 0)

    def add(self, batch: Sequence[KeptItem]) -> Mapping[str, Change]:
        """What becomes of each item, by identifier."""
        held = held_items(self.connection, [item.identifier for item in batch])
        if any(item.datestamp is not None for item in batch) and _fact(self.connection, "harvested") != "0":
            batch = [replace(item, datestamp=None) for item in batch]  # a harvester has come
        changes: dict[str, Change] = {}
        for item in batch:
            old = held.get(item.identifier)
            if item.seen is not None and item.seen != (old.seen if old else Seen()):
                changes[item.identifier] = "stale"
                continue
            touched = self._item(item, old or _Held(next(self._items)), is_new=old is None)
            changes[item.identifier] = "added" if old is None else "changed" if touched else "unchanged"
        self.place.know_sets({spec for item in batch for view in item.views for spec in view.sets})
        return changes

    def _item(self, item: KeptItem, old: _Held, is_new: bool) -> bool:
        if is_new:
            self._rows.items.append((old.id, *_item_values(item).values()))
        elif item.views_only:
            self._rows.refresh.append({"key": old.id, "refresh_on": item.refresh_on})
        else:
            self._rows.items_again.append({"key": old.id, **_item_values(item)})
        told = self._tell(item, old)
        stamp = self.stamp if item.datestamp is None else item.datestamp
        touched = [self._show(item, view, old, told, stamp) for view in item.views]
        if any(touched) and item.datestamp is not None:
            self._earliest = min(stamp, stamp if self._earliest is None else self._earliest)
        return any(touched)

    def _tell(self, item: KeptItem, old: _Held) -> Mapping[Named, Told]:
        """The item's renditions as they will be; those that end are taken away after the records that had them."""
        if item.views_only:
            return {named: Told(number, changed=False) for named, (number, _) in old.renditions.items()}
        told: dict[Named, Told] = {}
        for named in {**item.bodies, **old.renditions}:
            number, digest = old.renditions.get(named, (0, ""))
            body = item.bodies.get(named)
            if number and (item.only not in (None, named[0]) or (body is None and named in item.failed)):
                told[named] = Told(number, changed=False)  # the last good one stays
            elif body is None:
                self._rows.renditions_gone += [(number,)] if number else []
            elif digest == body.digest:
                told[named] = Told(number, changed=False)
            else:
                told[named] = Told(number or next(self._renditions), changed=True)
                self._keep_rendition(item_id=old.id, named=named, number=told[named].id, is_new=not number, body=body)
        return told

    def _keep_rendition(self, item_id: int, named: Named, number: int, is_new: bool, body: Rendition) -> None:
        if is_new:
            self._rows.renditions.append((number, item_id, *named, body.digest, body.body))
            self._rows.segments.append((number, body.checksum, len(body.body), body.packed))
        else:
            self._rows.renditions_again.append({"key": number, "digest": body.digest, "body": body.body})
            segment = {"checksum": body.checksum, "size": len(body.body), "packed": body.packed}
            self._rows.segments_again.append({"key": number, **segment})

    def _show(self, item: KeptItem, view: View, held: _Held, told: Mapping[Named, Told], stamp: int) -> bool:
        """The item's records in one profile; whether any of them changed."""
        header = held.headers.get(view.profile)
        is_new, old_sets = header is None, header.sets if header else ()
        if header is None:
            if view.hidden:
                return False  # it was never there
            header = _Header(next(self._headers), view.sets)
            self._rows.headers.append((header.id, held.id, view.profile, " ".join(view.sets), *view.header))
        elif old_sets != view.sets:
            opening, closing = view.header
            row = {"key": header.id, "sets": " ".join(view.sets), "opening": opening, "closing": closing}
            self._rows.headers_again.append(row)
        touched = False
        for prefix in {**view.variants, **header.records}:
            named = (prefix, view.variants.get(prefix, ""))
            now = told.get(named) if prefix in view.variants and not view.hidden else None
            old = header.records.get(prefix)
            if item.only not in (None, prefix):
                continue
            if old is None and now is None and named not in item.bodies:
                continue  # it is not told in this format
            if old and old.rendition == (now and now.id) and old_sets == view.sets and not (now and now.changed):
                continue
            touched = True
            self._move(view, header.id, prefix, old, () if is_new else old_sets, now, stamp)
        return touched

    def _move(
        self,
        view: View,
        header_id: int,
        prefix: str,
        old: _Record | None,
        old_sets: tuple[str, ...],
        now: Told | None,
        stamp: int,
    ) -> None:
        """A record out of its old lists and to the end of its new ones."""
        rows, rendition = self._rows, now.id if now else None
        self._change += 1
        self.stamped = True
        if old is None:
            rows.records.append((header_id, prefix, stamp, self._change, rendition))
        else:
            row = {"datestamp": stamp, "change": self._change, "rendition_id": rendition}
            rows.records_again.append({"key": header_id, "its_prefix": prefix, **row})
            for each in self.place.of(view.profile, prefix, old_sets):
                rows.entries_gone.append((each, old.datestamp, old.change))
                rows.moved[each, old.datestamp] -= 1
        for each in self.place.of(view.profile, prefix, view.sets):
            rows.entries.append((each, stamp, self._change, header_id, rendition))
            rows.moved[each, stamp] += 1

    def write(self) -> None:
        """A handful of statements, however many items."""
        connection, rows = self.connection, self._rows
        insert_rows(connection, items, rows.items)
        insert_rows(connection, headers, rows.headers)
        insert_rows(connection, renditions, rows.renditions)
        insert_rows(connection, segments, rows.segments)
        insert_rows(connection, records, rows.records)
        for table, again in (
            (items, rows.items_again),
            (items, rows.refresh),
            (headers, rows.headers_again),
            (renditions, rows.renditions_again),
        ):
            if again:
                connection.execute(update(table).where(table.c.id == bindparam("key")), again)
        if rows.records_again:
            key = (records.c.header_id == bindparam("key")) & (records.c.prefix == bindparam("its_prefix"))
            connection.execute(update(records).where(key), rows.records_again)
        if rows.segments_again:
            of_segment = segments.c.rendition_id == bindparam("key")
            connection.execute(update(segments).where(of_segment), rows.segments_again)
        delete_rows(connection, renditions, rows.renditions_gone)
        delete_rows(connection, segments, rows.renditions_gone)
        delete_rows(connection, entries, rows.entries_gone)
        insert_rows(connection, entries, rows.entries)
        tally(connection, rows.moved)
        if self.stamped:
            _remember(connection, "change", self._change)
            _remember(connection, "stamp", max(self.stamp, int(_fact(connection, "stamp"))))
        if self._earliest is not None:
            _remember(connection, "earliest", min(self._earliest, int(_fact(connection, "earliest"))))


def tally(connection: Connection, moved: Mapping[tuple[int, int], int]) -> None:
    """Keep the sizes true, for that many entries more or fewer by list and datestamp."""
    more = steps(moved)
    add_to_rows(connection, tallies, [(*key, each) for key, each in more.items()])
    delete_rows(connection, tallies, [key for key, each in more.items() if each < 0], only_if="size = 0")


def _item_values(item: KeptItem) -> dict[str, object]:
    return {
        "identifier": item.identifier,
        "source": item.source,
        "content": item.content,
        "digest": item.digest,
        "state": item.state,
        "by_hand": item.by_hand,
        "sets": " ".join(item.sets),
        "refresh_on": item.refresh_on,
    }


def held_items(connection: Connection, identifiers: Sequence[str]) -> Mapping[str, _Held]:
    """What the store holds of these items, by identifier."""
    if len(set(identifiers)) < len(identifiers):
        raise StoreError("a batch holds the same identifier twice")
    columns = (items.c.identifier, items.c.id, items.c.digest, items.c.by_hand)
    found = connection.execute(select(*columns).where(items.c.identifier.in_(identifiers)))
    held = {row[0]: _Held(row[1], Seen(*row[2:])) for row in found}
    by_id = {each.id: each for each in held.values()}
    if not by_id:
        return held
    by_header: dict[int, _Header] = {}
    query = select(headers.c.id, headers.c.item_id, headers.c.profile, headers.c.sets)
    for number, item_id, profile, specs in connection.execute(query.where(headers.c.item_id.in_(list(by_id)))):
        by_id[item_id].headers[profile] = by_header[number] = _Header(number, tuple(specs.split()))
    of_items = headers.c.item_id.in_(list(by_id))
    parts = (records.c.datestamp, records.c.change, records.c.rendition_id)
    joined = select(records.c.header_id, records.c.prefix, *parts).join(headers, headers.c.id == records.c.header_id)
    for number, prefix, *rest in connection.execute(joined.where(of_items)):
        by_header[number].records[prefix] = _Record(*rest)
    kept = select(
        renditions.c.item_id, renditions.c.prefix, renditions.c.variant, renditions.c.id, renditions.c.digest
    ).where(renditions.c.item_id.in_(list(by_id)))
    for item_id, prefix, variant, number, digest in connection.execute(kept):
        by_id[item_id].renditions[prefix, variant] = (number, digest)
    return held


class Lists:
    """The numbers of the lists, made when they are first needed."""

    def __init__(self, connection: Connection, known: dict[ListName, int]) -> None:
        """``known`` are numbers that stand in the store; ``made`` will be those of the lists that are new."""
        self.connection = connection
        self.known = known
        self.made: dict[ListName, int] = {}
        self._places: dict[ListKey, tuple[int, ...]] = {}

    def of(self, profile: str, prefix: str, specs: tuple[str, ...]) -> tuple[int, ...]:
        """Every list that a record in these sets is in: without set, each set, and the sets above (section 2.6)."""
        key = (profile, prefix, specs)
        if key not in self._places:
            names = {"", *specs, *(above for spec in specs for above in ancestors(spec))}
            self._places[key] = tuple(self._number((profile, prefix, name)) for name in sorted(names))
        return self._places[key]

    def _number(self, name: ListName) -> int:
        found = self.known.get(name) or self.made.get(name)
        if found is None:
            found = self.connection.scalar(NUMBER, dict(zip(("profile", "prefix", "set_spec"), name, strict=True)))
            if found is None:
                found = self.made[name] = self._made(name)
            else:
                self.known[name] = found
        return int(found)

    def _made(self, name: ListName) -> int:
        profile, prefix, spec = name
        new = int(self.connection.scalar(select(func.max(lists.c.id))) or 0) + 1
        self.connection.execute(insert(lists).values(id=new, profile=profile, prefix=prefix, set_spec=spec))
        return new

    def know_sets(self, specs: Iterable[str]) -> None:
        """Every setSpec of a header is listed by ListSets, with its ancestors (section 2.6)."""
        wanted = {name for spec in specs for name in (spec, *ancestors(spec))}
        if wanted:
            known = set(self.connection.scalars(select(sets.c.spec).where(sets.c.spec.in_(list(wanted)))))
            missing = [unnamed(spec) for spec in sorted(wanted - known)]
            if missing:
                self.connection.execute(insert(sets), missing)


def unnamed(spec: str) -> dict[str, object]:
    """The row of a set that nobody has named yet."""
    return {"spec": spec, "name": spec.rpartition(":")[2], "description": None, "named": False}
