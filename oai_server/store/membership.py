"""Which sets each item is told to be in, and in which profiles it has records: what `apply` compares with the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from oai_server.store.database import failing_as_told
from oai_server.store.kept import Named, Stored
from oai_server.store.reading import Store
from oai_server.store.tables import headers, items, records, renditions


@dataclass(frozen=True, slots=True)
class Shown:
    """An item in one profile: the setSpecs of its header, and whether any of its records there is not deleted."""

    sets: tuple[str, ...]
    live: bool


def memberships(store: Store, size: int) -> Iterator[Sequence[tuple[Stored, Mapping[str, Shown]]]]:
    """Every item with what each profile shows of it, in portions of that size."""
    columns = (items.c.id, items.c.identifier, items.c.source, items.c.content, items.c.digest, items.c.by_hand)
    query = select(*columns).order_by(items.c.id).limit(size)
    last = 0
    while True:
        with failing_as_told(store.engine), store.engine.connect() as connection:
            portion = [Stored(*row) for row in connection.execute(query.where(items.c.id > last))]
            if not portion:
                return
            within = (headers.c.item_id > last) & (headers.c.item_id <= portion[-1].id)
            living = (
                select(headers.c.item_id, headers.c.profile, headers.c.sets, func.count(records.c.rendition_id))
                .join_from(headers, records, records.c.header_id == headers.c.id)
                .where(within)
                .group_by(headers.c.item_id, headers.c.profile, headers.c.sets)
            )
            shown: dict[int, dict[str, Shown]] = {}
            for item_id, profile, sets, live in connection.execute(living):
                shown.setdefault(item_id, {})[profile] = Shown(tuple(sets.split()), live > 0)
        last = portion[-1].id
        yield [(each, shown.get(each.id, {})) for each in portion]


def renditions_of(store: Store, numbers: Collection[int]) -> Mapping[int, Collection[Named]]:
    """In what the items with these numbers are rendered."""
    found: dict[int, set[Named]] = {}
    if numbers:
        query = select(renditions.c.item_id, renditions.c.prefix, renditions.c.variant)
        with failing_as_told(store.engine), store.engine.connect() as connection:
            for number, *named in connection.execute(query.where(renditions.c.item_id.in_(list(numbers)))):
                found.setdefault(number, set()).add((named[0], named[1]))
    return found
