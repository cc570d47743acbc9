"""What the store holds, read from its tables: what every mirror must come to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text

from oai_server.model import ancestors
from oai_server.store.database import connect

FOOTPRINT = text("""
    SELECT items.identifier, records.datestamp, records.change, headers.sets, renditions.digest
    FROM items
    JOIN headers ON headers.item_id = items.id AND headers.profile = ''
    JOIN records ON records.header_id = headers.id AND records.prefix = :prefix
    LEFT JOIN renditions ON renditions.id = records.rendition_id
""")
WHOLE = text("""
    SELECT items.identifier, items.content, coalesce(items.by_hand, items.state) AS state, items.sets AS item_sets,
           headers.sets, records.datestamp, renditions.body
    FROM items
    JOIN headers ON headers.item_id = items.id AND headers.profile = ''
    JOIN records ON records.header_id = headers.id AND records.prefix = :prefix
    LEFT JOIN renditions ON renditions.id = records.rendition_id
""")
COUNT = text("SELECT count(*) FROM items")


@dataclass(frozen=True, slots=True)
class Footprint:
    """A record in short: two that are equal are of the same change. ``digest`` is None where it is deleted."""

    datestamp: int
    change: int
    sets: tuple[str, ...]
    digest: str | None

    def fits(self, copy: Copy) -> bool:
        """Whether that is this record."""
        digest = None if copy.body is None else hashlib.blake2b(copy.body, digest_size=16).hexdigest()
        return (told(self.datestamp), self.sets, self.digest) == (copy.datestamp, copy.sets, digest)


@dataclass(frozen=True, slots=True)
class Copy:
    """A record as a harvester holds it: datestamp as it was told, setSpecs, the bytes after the header.

    ``body`` is None where it is deleted.
    """

    datestamp: str
    sets: tuple[str, ...]
    body: bytes | None


class Truth:
    """Reads a store without going through the code that is tried."""

    def __init__(self, url: str) -> None:
        """``url`` is the store's."""
        self.engine = connect(url)

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()

    def footprints(self, prefix: str) -> Mapping[str, Footprint]:
        """Every record in a format as it stands in this moment, by identifier."""
        with self.engine.connect() as connection:
            rows = connection.execute(FOOTPRINT, {"prefix": prefix})
            return {row[0]: Footprint(row[1], row[2], tuple(row[3].split()), row[4]) for row in rows}

    def copies(self, prefix: str) -> Mapping[str, Copy]:
        """Every record in a format as a perfect mirror has it."""
        with self.engine.connect() as connection:
            rows = connection.execute(WHOLE, {"prefix": prefix}).mappings()
            return {
                row["identifier"]: Copy(
                    told(row["datestamp"]),
                    tuple(row["sets"].split()),
                    None if row["body"] is None else bytes(row["body"]),
                )
                for row in rows
            }

    def contradictions(self, prefix: str) -> list[str]:
        """Where the store does not agree with itself: records that do not tell what their items say."""
        with self.engine.connect() as connection:
            rows = connection.execute(WHOLE, {"prefix": prefix}).mappings().all()
            count = connection.scalar(COUNT)
        found = [] if count == len(rows) else [f"{count} items have {len(rows)} records in {prefix}"]
        for row in rows:
            name, body = row["identifier"], row["body"]
            if row["sets"] != row["item_sets"]:
                found.append(f"{name}: its header names the sets {row['sets']!r}, its item {row['item_sets']!r}")
            if (row["state"] == "active") != (body is not None):
                found.append(
                    f"{name}: the item is {row['state']}, its record is {'deleted' if body is None else 'live'}"
                )
            title = row["content"].partition("Version ")[2][:16]
            if body is not None and title.encode() not in bytes(body):
                found.append(f"{name}: its record in {prefix} does not tell version {title}")
        return found


def told(seconds: int) -> str:
    """A datestamp as it goes over the wire."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(datestamp: str) -> int:
    """The second that a datestamp tells."""
    return int(datetime.fromisoformat(datestamp).timestamp())


def belongs(sets: tuple[str, ...], set_spec: str | None) -> bool:
    """Whether a record in these sets is in a set, or in the whole repository (section 2.6)."""
    return set_spec is None or any(set_spec in (each, *ancestors(each)) for each in sets)
