"""The tables (design.md section 2), for SQLite and PostgreSQL alike. Times are whole seconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes numbers by itself for INTEGER only
metadata = MetaData()

# What the store knows of itself: its name, its signing secret, the first harvest, the lower limit of its datestamps.
facts = Table("facts", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

items = Table(
    "items",
    metadata,
    Column("id", Number, primary_key=True),
    Column("identifier", String, nullable=False, unique=True),
    Column("source", String, nullable=False),
    Column("content", Text, nullable=False),  # the item as a line of our JSON Lines interchange
    Column("digest", String, nullable=False),
    Column("state", String, nullable=False),  # what the source says: active, withdrawn, private
    Column("by_hand", String),  # what withdraw or restore said; rules over the source
    Column("sets", Text, nullable=False),  # its setSpecs, parted by blanks
    Column("refresh_on", String),  # the day on which it changes by itself
    Index("items_refresh_on", "refresh_on"),
)

records = Table(
    "records",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("item_id", Number, ForeignKey("items.id"), nullable=False),
    Column("prefix", String, nullable=False),
    Column("datestamp", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("digest", String, nullable=False),
    Column("opening", LargeBinary, nullable=False),  # the header up to the text of its datestamp
    Column("closing", LargeBinary, nullable=False),  # and from there on
    Column("body", LargeBinary, nullable=False),  # metadata and about; empty when deleted
    UniqueConstraint("item_id", "prefix"),
)

sets = Table(
    "sets",
    metadata,
    Column("spec", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("named", Boolean, nullable=False),  # false: the name is only the last part of the setSpec
)

# Formats that sources bring as XML and no crosswalk makes: announced as their first record said.
formats = Table(
    "formats",
    metadata,
    Column("prefix", String, primary_key=True),
    Column("namespace", Text, nullable=False),
    Column("schema", Text, nullable=False),
)

# A list is what a harvester pages through: profile x format x set. The empty profile is /oai, the empty set no set.
lists = Table(
    "lists",
    metadata,
    Column("id", Number, primary_key=True),
    Column("profile", String, nullable=False),
    Column("prefix", String, nullable=False),
    Column("set_spec", String, nullable=False),
    UniqueConstraint("profile", "prefix", "set_spec"),
)

# One record's place in one list. The key is the page order, and narrow: the XML stays in records.
entries = Table(
    "entries",
    metadata,
    Column("list_id", Number, ForeignKey("lists.id"), primary_key=True, autoincrement=False),
    Column("datestamp", BigInteger, primary_key=True),
    Column("item_id", Number, primary_key=True),
    Column("record_id", Number, nullable=False),
    Column("deleted", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# Stamps given to changes that were committed before anyone looked whether the stamp was still ahead (section 5).
unsettled = Table(
    "unsettled",
    metadata,
    Column("id", Number, primary_key=True),
    Column("datestamp", BigInteger, nullable=False),
)

faults = Table(
    "faults",
    metadata,
    Column("id", Number, primary_key=True),
    Column("source", String, nullable=False),
    Column("identifier", String),
    Column("file", Text, nullable=False),
    Column("line", Integer),
    Column("prefix", String),
    Column("degree", String, nullable=False),
    Column("rule", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("faults_identifier", "identifier"),
    Index("faults_source", "source"),
)
