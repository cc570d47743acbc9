"""The nouns of the field: item, file, header, record, set, selection, page. Frozen values, no input or output."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import _Element

UNRESERVED = r"[A-Za-z0-9\-_.!~*'()]+"  # URI characters that need no escape (section 3.1.1.3)
PREFIX = re.compile(UNRESERVED)  # a metadataPrefix (section 3.4)
SET_SPEC = re.compile(f"{UNRESERVED}(:{UNRESERVED})*")  # section 2.6
State = Literal["active", "withdrawn", "private"]
FileAccess = Literal["open", "restricted", "embargoed", "closed"]
Degree = Literal["refused", "lost", "healed", "noted"]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a metadata field; the language as its source wrote it (``en_US``)."""

    text: str
    language: str | None = None
    authority: str | None = None
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One content file: ``size`` in bytes, ``extent`` as text ("680.53 kB"), ``available`` the day an embargo ends."""

    name: str
    mimetype: str | None = None
    size: int | None = None
    extent: str | None = None
    checksum: str | None = None
    url: str | None = None
    description: str | None = None
    access: FileAccess = "restricted"
    available: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A thing we hold metadata about (section 2.2): one identifier, many records.

    ``metadata`` maps ``schema.element[.qualifier]`` to its values in order; ``xml`` holds records that exist already,
    by metadataPrefix; ``about`` holds whole XML packages for the record's about containers (section 2.5).
    """

    identifier: str
    metadata: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    xml: Mapping[str, str] = field(default_factory=dict)
    about: tuple[str, ...] = ()
    state: State = "active"
    datestamp: datetime | None = None

    def values(self, *names: str) -> tuple[Value, ...]:
        """The values of these fields, field after field."""
        held = [self.metadata[name] for name in names if name in self.metadata]
        return held[0] if len(held) == 1 else tuple(chain.from_iterable(held))

    def texts(self, *names: str) -> tuple[str, ...]:
        """The same without language and authority."""
        return tuple([value.text for value in self.values(*names)])

    def first(self, *names: str) -> str | None:
        """The first value of the first of these fields that has one."""
        return next(iter(self.texts(*names)), None)

    def as_of(self, day: date) -> Item:
        """The item as it is on that day: a file whose embargo has ended is open."""
        if all(file.access != "embargoed" for file in self.files):
            return self
        return replace(self, files=tuple(_on(file, day) for file in self.files))

    def changes_after(self, day: date) -> date | None:
        """The next day on which the item changes by itself: the end of an embargo."""
        ends = [file.available for file in self.files if file.access == "embargoed" and file.available]
        return min((end for end in ends if end > day), default=None)


def _on(file: File, day: date) -> File:
    ended = file.access == "embargoed" and file.available is not None and file.available <= day
    return replace(file, access="open") if ended else file


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong with one item or one record, where, and which rule says so.

    Degrees: ``refused`` the item did not go in; ``lost`` one record of it is not served; ``healed`` mended, and the
    item went in; ``noted`` kept as it is, worth a look.
    """

    degree: Degree
    rule: str
    message: str
    file: str = ""
    line: int | None = None
    identifier: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source gives for one item: the item, where it stood, and what was odd about it."""

    item: Item
    file: str
    line: int | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Set:
    """A set (section 2.6): colon-separated setSpec, name, plain-text description."""

    spec: str
    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What a crosswalk may know of the repository that speaks.

    ``schemas`` is the URL below which the schemas that we host ourselves are found, with its final slash.
    """

    base_url: str
    name: str
    repository_identifier: str
    schemas: str


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """A metadata format (section 3.4) and how an item is told in it.

    ``schema`` is the announced schema: a URL, or a bare file name for one that we host ourselves.
    ``xsd`` names the file in ``schemas/`` (or any file, by its whole path) that judges every record, None where there
    is none; ``crosswalk`` returns the root element of its metadata; ``offered`` says whether an item can be told in
    this format at all; ``contradicts`` knows the complaints of the official schema that contradict its own profile;
    ``variant`` names the profiles that tell this format in this way, while the others have it as usual.
    """

    prefix: str
    namespace: str
    schema: str
    xsd: str | None
    crosswalk: Callable[[Item, Site], _Element]
    offered: Callable[[Item], bool] = lambda item: True
    contradicts: Callable[[str], bool] = lambda message: False
    variant: str = ""

    def schema_url(self, site: Site) -> str:
        """The schema as ListMetadataFormats and xsi:schemaLocation tell it."""
        return self.schema if ":" in self.schema else site.schemas + self.schema


@dataclass(frozen=True, slots=True)
class StoredFormat:
    """A format that sources bring as XML and that we have no crosswalk for: announced as its first record says."""

    prefix: str
    namespace: str
    schema: str

    def schema_url(self, site: Site) -> str:
        """The schema as ListMetadataFormats tells it."""
        return self.schema


@dataclass(frozen=True, slots=True)
class Position:
    """Where a list goes on: after this record, in (datestamp, change) order. ``datestamp`` in seconds since 1970."""

    datestamp: int
    change: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list request selects (section 2.7): one format, perhaps one set, from and until inclusive, in seconds."""

    prefix: str
    set_spec: str | None = None
    from_: int | None = None
    until: int | None = None
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Rendition:
    """An item told in one format, as bytes: the body of its records (section 2.5), and the same as a gzip segment.

    ``checksum`` is the body's CRC-32; ``digest`` tells one body from another.
    """

    body: bytes
    packed: bytes
    checksum: int
    digest: str


class Row(NamedTuple):
    """A record as it is stored: its header around the text of the datestamp, and its body.

    A row of the database has this shape without being made into one: a page has a hundred. ``change`` is the number of
    the record's last change; ``rendition`` None says that it is deleted, and then there is no body. Headers alone end
    with ``closing``.
    """

    datestamp: int
    change: int
    rendition: int | None
    opening: bytes
    closing: bytes
    body: bytes | None = None


class PackedRow(NamedTuple):
    """The same with the body as a gzip segment, its CRC-32 and its size before packing."""

    datestamp: int
    change: int
    rendition: int | None
    opening: bytes
    closing: bytes
    packed: bytes | None
    checksum: int | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list in order, and the position after the last where more follow."""

    rows: list[Any]
    next: Position | None


def ancestors(spec: str) -> Iterable[str]:
    """The setSpecs above one: ``a:b:c`` is below ``a:b`` and ``a`` (section 2.6)."""
    parts = spec.split(":")
    return (":".join(parts[:depth]) for depth in range(1, len(parts)))
