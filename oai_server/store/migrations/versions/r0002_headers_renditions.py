"""Headers and renditions apart from records; entries by change number; tallies; the lease in place of marks."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from isal import isal_zlib

revision = "0002"
down_revision = "0001"

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
PORTION = 200
OLD_KEYS = ("records_pkey", "records_item_id_prefix_key", "entries_pkey")


def upgrade() -> None:
    """Move everything: tokens that are out stay good, since a record's first change number is its item's."""
    connection = op.get_bind()
    _stamp_unsettled(connection)
    for name in ("records", "entries"):
        op.rename_table(name, f"{name}_0001")
    if connection.dialect.name == "postgresql":
        for name in OLD_KEYS:
            op.execute(f"ALTER INDEX {name} RENAME TO {name}_0001")
    _create()
    for portion in _portions(connection):
        _move(connection, portion)
    op.execute(
        "INSERT INTO entries (list_id, datestamp, change, header_id, rendition_id) SELECT list_id, datestamp, item_id, "
        "item_id, CASE WHEN deleted THEN NULL ELSE record_id END FROM entries_0001"
    )
    for level, shift in enumerate((0, 10, 20)):
        stretches = f"SELECT list_id, {level}, datestamp >> {shift}, count(*) FROM entries GROUP BY 1, 2, 3"
        op.execute(f"INSERT INTO tallies (list_id, level, stretch, size) {stretches}")
    op.execute("INSERT INTO facts SELECT 'stamp', CAST(coalesce(max(datestamp), 0) AS TEXT) FROM records")
    op.execute("INSERT INTO facts SELECT 'change', CAST(coalesce(max(id), 0) AS TEXT) FROM items")
    for name in ("records_0001", "entries_0001", "unsettled"):
        op.drop_table(name)


def _stamp_unsettled(connection: sa.Connection) -> None:
    """What a writer left that was killed before it looked whether its stamp was still ahead: stamped once more."""
    newest = connection.scalar(sa.text("SELECT max(datestamp) FROM records")) or 0
    values = {"new": max(newest, int(time.time())) + 1}
    for table in ("records", "entries"):
        again = f"UPDATE {table} SET datestamp = :new WHERE datestamp IN (SELECT datestamp FROM unsettled)"
        connection.execute(sa.text(again), values)


def _create() -> None:
    op.create_table(
        "headers",
        sa.Column("id", Number, primary_key=True, autoincrement=False),
        sa.Column("item_id", Number, sa.ForeignKey("items.id"), nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("sets", sa.Text, nullable=False),
        sa.Column("opening", sa.LargeBinary, nullable=False),
        sa.Column("closing", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("item_id", "profile"),
    )
    op.create_table(
        "renditions",
        sa.Column("id", Number, primary_key=True, autoincrement=False),
        sa.Column("item_id", Number, sa.ForeignKey("items.id"), nullable=False),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("variant", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("item_id", "prefix", "variant"),
    )
    op.create_table(
        "segments",
        sa.Column("rendition_id", Number, primary_key=True, autoincrement=False),
        sa.Column("checksum", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("header_id", Number, primary_key=True, autoincrement=False),
        sa.Column("prefix", sa.String, primary_key=True),
        sa.Column("datestamp", sa.BigInteger, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("rendition_id", Number),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entries",
        sa.Column("list_id", Number, primary_key=True, autoincrement=False),
        sa.Column("datestamp", sa.BigInteger, primary_key=True),
        sa.Column("change", sa.BigInteger, primary_key=True),
        sa.Column("header_id", Number, nullable=False),
        sa.Column("rendition_id", Number),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tallies",
        sa.Column("list_id", Number, primary_key=True, autoincrement=False),
        sa.Column("level", sa.Integer, primary_key=True),
        sa.Column("stretch", sa.BigInteger, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":  # packed is packed, and body is asked for as it is
        op.execute("ALTER TABLE renditions ALTER body SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE segments ALTER packed SET STORAGE EXTERNAL")


def _portions(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    """The old records of a few items at a time, with the items' sets."""
    query = sa.text(
        "SELECT r.id, r.item_id, r.prefix, r.datestamp, r.deleted, r.opening, r.closing, r.body, i.sets "
        "FROM records_0001 r JOIN items i ON i.id = r.item_id WHERE i.id > :first AND i.id <= :last"
    )
    newest = connection.scalar(sa.text("SELECT max(id) FROM items")) or 0
    for first in range(0, newest, PORTION):
        yield connection.execute(query, {"first": first, "last": first + PORTION}).all()


def _move(connection: sa.Connection, portion: Sequence[Any]) -> None:
    headers, renditions, records = {}, [], []
    for old in portion:
        inside = bytes(old.opening).partition(b">")[2]
        headers[old.item_id] = {
            "id": old.item_id,
            "sets": old.sets,
            "opening": inside,
            "closing": bytes(old.closing),
        }
        if not old.deleted:
            renditions.append(_rendition(old.id, old.item_id, old.prefix, bytes(old.body)))
        records.append(
            {
                "header": old.item_id,
                "prefix": old.prefix,
                "datestamp": old.datestamp,
                "rendition": None if old.deleted else old.id,
            }
        )
    _insert(
        connection,
        "headers (id, item_id, profile, sets, opening, closing)",
        ":id, :id, '', :sets, :opening, :closing",
        list(headers.values()),
    )
    _insert(
        connection,
        "renditions (id, item_id, prefix, variant, digest, body)",
        ":id, :item, :prefix, '', :digest, :body",
        renditions,
    )
    _insert(connection, "segments (rendition_id, checksum, size, packed)", ":id, :checksum, :size, :packed", renditions)
    _insert(
        connection,
        "records (header_id, prefix, datestamp, change, rendition_id)",
        ":header, :prefix, :datestamp, :header, :rendition",
        records,
    )


def _rendition(number: int, item: int, prefix: str, body: bytes) -> dict[str, object]:
    press = isal_zlib.compressobj(isal_zlib.ISAL_DEFAULT_COMPRESSION, isal_zlib.DEFLATED, -15)
    return {
        "id": number,
        "item": item,
        "prefix": prefix,
        "digest": hashlib.blake2b(body, digest_size=16).hexdigest(),
        "checksum": isal_zlib.crc32(body),
        "size": len(body),
        "body": body,
        "packed": press.compress(body) + press.flush(isal_zlib.Z_FULL_FLUSH),
    }


def _insert(connection: sa.Connection, into: str, values: str, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        connection.execute(sa.text(f"INSERT INTO {into} VALUES ({values})"), rows)
