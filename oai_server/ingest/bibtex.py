"""BibTeX and BibLaTeX bibliographies: one item an entry, called by its key; a broken entry costs only itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from bibtexparser.model import (
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    ParsingFailedBlock,
    String,
)

from oai_server.ingest.bibtex_blocks import LARGEST, Block, Strings, blocks, inherited, no_strings, parsed
from oai_server.ingest.bibtex_fields import TYPES, told, unknown
from oai_server.ingest.expanding import Unreadable
from oai_server.ingest.opening import ENDINGS, Member, members
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Degree, Fault, Item, Reading

KIND = "bibtex"
SUMMARY = "BibTeX and BibLaTeX bibliographies (.bib, also compressed, in folders, zips and tars)"

RULE = "BibTeX"
NAMES = (".bib", ".bibtex")
BEGINNING = re.compile(
    rb"^[ \t]*@[ \t]*(?:article|book|comment|inbook|incollection|inproceedings|misc|online|phdthesis|preamble"
    rb"|proceedings|string|techreport|unpublished)[ \t]*[{(]",
    re.IGNORECASE | re.MULTILINE,
)
LOOK = 4096  # bytes
CROSSREF = re.compile(rb"\bcrossref\s*=\s*[\"{]?\s*([^\"{},\s]+)", re.IGNORECASE)
KEY = re.compile(rb"[ \t]*@\w+[ \t]*[{(]\s*([^,\s{}\"=]+)\s*,")
FIELD = re.compile(r"([A-Za-z][\w-]*)\s*=\s*")
CODING = re.compile(rb"(?:Encoding|coding)\s*[:=]\s*([\w.-]+)", re.IGNORECASE)
WIDE = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16", codecs.BOM_UTF32_BE: "UTF-32"}

Fields = dict[str, str]


def recognises(errand: Errand) -> bool:
    """By the name of a file or of one in a folder, or by an entry at the beginning of a file."""
    if errand.url is not None:
        return False
    if errand.path.is_dir():
        return any(map(_is_named, (each.name for each in errand.path.iterdir())))
    return errand.path.is_file() and (_is_named(errand.path.name) or _begins(errand))


def _is_named(name: str) -> bool:
    bare = name.lower()
    for ending in ENDINGS:
        bare = bare.removesuffix(ending)
    return bare.endswith(NAMES)


def _begins(errand: Errand) -> bool:
    try:
        with errand.path.open("rb") as stream:
            return BEGINNING.search(stream.read(LOOK)) is not None
    except OSError:
        return False


def read(errand: Errand) -> Iterator[Reading | Fault]:
    """Every entry of every file, or the fault that it is refused for."""
    library = _Library()
    for member in members(errand.path):
        if isinstance(member, Fault):
            yield member
            continue
        try:
            yield from library.entries(member)
        except Unreadable as trouble:
            yield Fault("refused", RULE, f"reading stopped: {trouble}", member.path)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a block is, for messages."""

    file: str
    line: int
    key: str | None = None

    def fault(self, degree: Degree, rule: str, message: str) -> Fault:
        return Fault(degree, rule, message, self.file, self.line, self.key)


@dataclass(slots=True)
class _Library:
    """What has to be remembered while a location is read: keys, and what was noted once for all."""

    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)

    def entries(self, member: Member) -> Iterator[Reading | Fault]:
        """The entries of a file in their order."""
        decode, found = _decoder(member), False
        parents, strings = _parents(member, decode), no_strings()
        with member.open() as stream:
            for block in blocks(stream):
                for each in self._read(member.path, block, decode, strings, parents):
                    found = True
                    yield each
        if not found:
            yield Fault("refused", RULE, "there is no entry in it", member.path)

    def _read(
        self, file: str, block: Block, decode: Callable[[bytes], str], strings: Strings, parents: Mapping[str, Fields]
    ) -> Iterator[Reading | Fault]:
        """What is in a block: an entry in most cases, several where they share a line."""
        key = KEY.match(block.data or b"")
        place = _Place(file, block.line, key[1].decode(errors="replace") if key else None)
        if block.data is None:
            yield place.fault("refused", RULE, f"more than {LARGEST:,} bytes without a new entry")
            return
        try:
            text = decode(block.data)
        except UnicodeDecodeError as error:
            raw = f"{error.object[max(0, error.start - 20) : error.start + 20]!r}"
            yield place.fault("refused", "UTF-8", f"octet {error.start + 1} of the entry is no UTF-8: {raw:.100}")
            return
        before: Reading | None = None
        for part in parsed(text):
            if isinstance(part, ImplicitComment) and before is not None and "=" in part.comment:
                note = place.fault("noted", RULE, f"not read, for the entry was closed before it: {part.comment!r:.80}")
                before = replace(before, faults=(*before.faults, replace(note, identifier=before.item.identifier)))
                continue
            if before is not None:
                yield before
                before = None
            here = replace(place, line=block.line + (part.start_line or 0))
            if isinstance(part, String):
                strings.define(part.key, part.value)
            elif isinstance(part, (Entry, DuplicateFieldKeyBlock)):
                before = self._reading(part, here, strings, parents)
            elif isinstance(part, ParsingFailedBlock):
                yield _refused(part, here)
        if before is not None:
            yield before

    def _reading(
        self,
        part: Entry | DuplicateFieldKeyBlock,
        place: _Place,
        strings: Strings,
        parents: Mapping[str, Fields],
    ) -> Reading:
        """The item of an entry and everything worth a note."""
        entry = part if isinstance(part, Entry) else part.ignore_error_block
        assert isinstance(entry, Entry)
        place = replace(place, key=entry.key)
        notes: list[tuple[str, str]] = []
        fields = _fields(entry, strings, notes)
        parent = fields.get("crossref", "").strip("{} ")
        if parent.lower() in parents:
            fields = inherited(fields, parents[parent.lower()])
        elif parent:
            notes.append((RULE, f"crossref names {parent!r:.80}, which is not in the file"))
        kind = entry.entry_type.lower()
        said = told(kind, fields)
        notes += [*said.notes, *self._repeated(place), *self._new(kind, fields)]
        faults = tuple(place.fault("noted", rule, message) for rule, message in notes)
        metadata = {name: tuple(values) for name, values in said.metadata.items()}
        return Reading(Item(entry.key, metadata), place.file, place.line, faults)

    def _repeated(self, place: _Place) -> Iterator[tuple[str, str]]:
        """A key that stands twice: the later entry counts."""
        if place.key in self.lines:
            file, line = self.lines[place.key]
            yield RULE, f"the key stands in {file}, line {line} too; the later entry counts"
        self.lines[place.key or ""] = place.file, place.line

    def _new(self, kind: str, fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Types and fields that we do not know, each told once."""
        if kind not in TYPES and f"@{kind}" not in self.noted:
            self.noted.add(f"@{kind}")
            yield RULE, f"@{kind}: unknown type of entry, told as other (said once)"
        for name in unknown(fields):
            if name not in self.noted:
                self.noted.add(name)
                yield RULE, f"{name}: unknown field, kept as bibtex.{name} (said once)"


def _fields(entry: Entry, strings: Strings, notes: list[tuple[str, str]]) -> Fields:
    """The values by the names of their fields; the first where a field stands twice."""
    found: Fields = {}
    waiting = [(each.key.lower(), str(each.value)) for each in reversed(entry.fields)]
    while waiting:
        name, raw = waiting.pop()
        value = strings.value(raw.strip())
        if name in found:
            notes.append((RULE, f"the field {name} stands twice; the first one counts"))
        found.setdefault(name, value.text)
        if value.unknown:
            names = ", ".join(value.unknown)
            notes.append((RULE, f"{name}: no @string defines {names!r:.80}, so it is read as text"))
        if more := FIELD.match(value.rest):
            notes.append((RULE, f"a comma is missing between {name} and {more[1]}"))
            waiting.append((more[1].lower(), value.rest[more.end() :]))
        elif value.rest:
            notes.append((RULE, f"{name}: not read, for the value ended before it: {value.rest!r:.80}"))
    return found


def _refused(part: ParsingFailedBlock, place: _Place) -> Fault:
    raw = " ".join((part.raw or "").split())
    return place.fault("refused", RULE, f"braces, quotes or commas do not match: {raw!r:.100}")


def _decoder(member: Member) -> Callable[[bytes], str]:
    """How to read the file's bytes: UTF-8, or what its first lines name; SourceError for what we do not know."""
    with member.open() as stream:
        head = stream.read(LOOK)
    for mark, name in WIDE.items():
        if head.startswith(mark):
            raise SourceError(f"{member.path} is in {name}; BibTeX is read in UTF-8 or in what its first lines name")
    named = CODING.search(b"".join(line for line in head.splitlines(True)[:3] if not line.lstrip().startswith(b"@")))
    name = named[1].decode("ascii") if named else "utf-8"
    try:
        codec = codecs.lookup(name)
    except LookupError:
        raise SourceError(f"{member.path} says that it is in {name!a}, which we do not know") from None
    bare = "utf-8-sig" if codec.name == "utf-8" else codec.name
    return lambda data: data.decode(bare)


def _parents(member: Member, decode: Callable[[bytes], str]) -> dict[str, Fields]:
    """The entries that others of the file name by crossref, by their keys in lower case."""
    with member.open() as stream:
        wanted = {name.lower() for block in blocks(stream) for name in CROSSREF.findall(block.data or b"")}
    if not wanted:
        return {}
    with member.open() as stream:
        return dict(_chosen(stream, decode, wanted))


def _chosen(stream: BinaryIO, decode: Callable[[bytes], str], wanted: set[bytes]) -> Iterator[tuple[str, Fields]]:
    strings = no_strings()
    for block in blocks(stream):
        key = KEY.match(block.data or b"")
        if block.data is None or (key and key[1].lower() not in wanted):
            continue
        try:
            parts = parsed(decode(block.data))
        except UnicodeDecodeError:
            continue
        for part in parts:
            if isinstance(part, String):
                strings.define(part.key, part.value)
            elif isinstance(part, Entry):
                yield part.key.lower(), _fields(part, strings, [])
