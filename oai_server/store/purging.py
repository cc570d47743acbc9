"""The one way in which a record leaves without a trace, and breaks what deletedRecord promises (section 2.5.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import delete, select

from oai_server.store.bulk import delete_rows
from oai_server.store.plan import Lists, held_items, tally
from oai_server.store.reading import Store
from oai_server.store.tables import (
    entries,
    faults,
    headers,
    items,
    records,
    renditions,
    repeats,
    segments,
    shares,
)
from oai_server.store.waiting import turn


def purge(store: Store, identifiers: Iterable[str]) -> list[str]:
    """Take these items out with all that is known of them; those that were there.

    Harvesters that have them are never told.
    """
    names = list(dict.fromkeys(identifiers))
    with turn(store.engine, lambda: None) as (connection, _):
        held = held_items(connection, names)
        place = Lists(connection, {})
        gone = [
            (list_id, record.datestamp, record.change)
            for item in held.values()
            for profile, header in item.headers.items()
            for prefix, record in header.records.items()
            for list_id in place.of(profile, prefix, header.sets)
        ]
        delete_rows(connection, entries, gone)
        left = Counter((list_id, datestamp) for list_id, datestamp, _ in gone)
        tally(connection, {place: -count for place, count in left.items()})
        numbers = [item.id for item in held.values()]
        of_items = select(headers.c.id).where(headers.c.item_id.in_(numbers))
        connection.execute(delete(records).where(records.c.header_id.in_(of_items)))
        rendered = select(renditions.c.id).where(renditions.c.item_id.in_(numbers))
        connection.execute(delete(segments).where(segments.c.rendition_id.in_(rendered)))
        connection.execute(delete(renditions).where(renditions.c.item_id.in_(numbers)))
        connection.execute(delete(headers).where(headers.c.item_id.in_(numbers)))
        for kept in (shares, repeats):
            connection.execute(delete(kept).where(kept.c.item_id.in_(numbers)))
        connection.execute(delete(faults).where(faults.c.identifier.in_(names)))
        connection.execute(delete(items).where(items.c.id.in_(numbers)))
    return list(held)
