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

# What the store knows of itself: its name, its secret, the first harvest, the limits of its datestamps and of time.
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
    Index("items_source", "source"),
)

# One item's header in one profile: everything but its datestamp and its status, which its records have.
headers = Table(
    "headers",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("item_id", Number, ForeignKey("items.id"), nullable=False),
    Column("profile", String, nullable=False),
    Column("sets", Text, nullable=False),  # the setSpecs it tells, parted by blanks
    Column("opening", LargeBinary, nullable=False),  # from the identifier up to the text of the datestamp
    Column("closing", LargeBinary, nullable=False),  # and from there on
    UniqueConstraint("item_id", "profile"),
)

# One item told in one format: the metadata and about of its records in every profile, or in that of its variant.
renditions = Table(
    "renditions",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("item_id", Number, ForeignKey("items.id"), nullable=False),
    Column("prefix", String, nullable=False),
    Column("variant", String, nullable=False),  # the profile that has its own crosswalk; else empty
    Column("digest", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("item_id", "prefix", "variant"),
)

# The same bodies as segments of gzip answers: apart, because a page reads these or those.
segments = Table(
    "segments",
    metadata,
    Column("rendition_id", Number, primary_key=True, autoincrement=False),
    Column("checksum", BigInteger, nullable=False),  # CRC-32 of the body
    Column("size", BigInteger, nullable=False),  # octets of the body
    Column("packed", LargeBinary, nullable=False),
)

# Here and below no foreign keys: millions of narrow rows, and `oai-server verify` to hold them together.
# A record (section 2.5): one item in one format in one profile.
records = Table(
    "records",
    metadata,
    Column("header_id", Number, primary_key=True, autoincrement=False),
    Column("prefix", String, primary_key=True),
    Column("datestamp", BigInteger, nullable=False),
    Column("change", BigInteger, nullable=False),  # the number of its last change, never given twice
    Column("rendition_id", Number),  # none: a deleted record
    sqlite_with_rowid=False,
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
    Index("lists_profile_set_spec", "profile", "set_spec"),
)

# One record's place in one list. The key is the page order, and narrow: header and XML are elsewhere.
entries = Table(
    "entries",
    metadata,
    Column("list_id", Number, primary_key=True, autoincrement=False),
    Column("datestamp", BigInteger, primary_key=True),
    Column("change", BigInteger, primary_key=True),
    Column("header_id", Number, nullable=False),
    Column("rendition_id", Number),
    sqlite_with_rowid=False,
)

# How many entries of a list have their datestamp in a stretch of time: completeListSize without counting.
tallies = Table(
    "tallies",
    metadata,
    Column("list_id", Number, primary_key=True, autoincrement=False),
    Column("level", Integer, primary_key=True),  # of store/tallies.py
    Column("stretch", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),
    sqlite_with_rowid=False,
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
    Column("run", BigInteger),  # the last that met it, where it is of no item that is here
    Index("faults_identifier", "identifier"),
    Index("faults_source", "source"),
)

# Where items come from, and how far each has been read.
sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("mark", Text),  # the last Mark that it gave
    Column("fingerprint", String),  # of the content that is being read; none when the last run came to its end
    Column("done", BigInteger, nullable=False),  # what it gave of that content and is kept
    Column("first_run", BigInteger, nullable=False),  # the run that began that content
)

# Every time a source was read; one that was killed has no end.
runs = Table(
    "runs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("source", String, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("tally", Text),  # counts by name, as JSON
    Index("runs_source", "source", "id"),
)

# Items that a run gave several times, and not alike: the next one waits for the last of them.
repeats = Table("repeats", metadata, Column("item_id", Number, primary_key=True, autoincrement=False))

# What each source says of an item that several give (--merge-sets): its sets are those of all.
shares = Table(
    "shares",
    metadata,
    Column("item_id", Number, primary_key=True, autoincrement=False),
    Column("source", String, primary_key=True),
    Column("sets", Text, nullable=False),
    Index("shares_source", "source"),
)
