"""Binary MARC 21 (ISO 2709), in UTF-8 or MARC-8: one item a record, and the record as MARCXML besides."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from oai_server.ingest.iso2709 import FIELD_END, SUBFIELD, Damaged, Parts, Stretch, begins, stretches, taken_apart
from oai_server.ingest.mappings.marc import PREFIX
from oai_server.ingest.mappings.marc_fields import told_by
from oai_server.ingest.mappings.marc_record import Field, Record, record_of, xml_of
from oai_server.ingest.marc8 import Undecodable, coding_of
from oai_server.ingest.normalise import REMOVED, XML, code_points
from oai_server.ingest.opening import Member, Unreadable, members, stem
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Degree, Fault, Item, Reading

KIND = "marc"
SUMMARY = "binary MARC 21 (.mrc, .marc), in UTF-8 or MARC-8: files, folders, zips and tars, compressed or not"
NAME = re.compile(r".*\.(?:mrc|marc|iso2709)(?:\.(?:gz|xz|zst|bz2))?", re.IGNORECASE | re.DOTALL)
LOOKED_AT = 10  # members of a folder or an archive
ISO, CODING = "ISO 2709", "MARC 21 leader/09"
CONTROL = re.compile(r"00[0-9A-Za-z]")
CHANGED = re.compile(r"[0-9]{14}")


def recognises(errand: Errand) -> bool:
    """By the beginning of one of the first files, or by the names of all of them."""
    if errand.url is not None:
        return False
    names = []
    try:
        for each in islice(members(errand.path), LOOKED_AT):
            if isinstance(each, Member):
                if _begins(each):
                    return True
                names.append(each.name)
    except SourceError:
        return False
    return bool(names) and all(map(NAME.fullmatch, names))


def _begins(member: Member) -> bool:
    try:
        with member.open() as stream:
            return begins(stream.read(128))
    except Unreadable:
        return False


def read(errand: Errand) -> Iterator[Reading | Fault]:
    """An item or a fault for each record of each file."""
    for member in members(errand.path):
        if isinstance(member, Fault):
            yield member
            continue
        number = 0
        try:
            with member.open() as stream:
                for stretch in stretches(stream):
                    number = stretch.number
                    yield _reading(stretch, member)
        except Unreadable as trouble:
            yield Fault("refused", ISO, f"after record {number}: {trouble}", member.path)
            continue
        if number == 0:
            yield Fault("refused", ISO, "the file is empty", member.path)


class _Notes:
    """What is noticed of one record, told with its number and place."""

    def __init__(self, stretch: Stretch, member: Member) -> None:
        self.where = f"record {stretch.number} at octet {stretch.place}"
        self.file = member.path
        self.faults: list[tuple[Degree, str, str]] = []

    def add(self, degree: Degree, rule: str, message: str) -> None:
        self.faults.append((degree, rule, message))

    def fault(self, degree: Degree, rule: str, message: str, identifier: str | None) -> Fault:
        return Fault(degree, rule, f"{self.where}: {message}", self.file, identifier=identifier)

    def told(self, identifier: str) -> tuple[Fault, ...]:
        return tuple(self.fault(*each, identifier) for each in self.faults)


def _reading(stretch: Stretch, member: Member) -> Reading | Fault:
    notes = _Notes(stretch, member)
    try:
        parts = taken_apart(stretch.octets)
        for message in parts.mended:
            notes.add("healed", ISO, message)
        record = _record(parts, notes)
    except Damaged as error:
        return notes.fault("refused", ISO, str(error), _control_number(stretch.octets))
    except Undecodable as error:
        return notes.fault("refused", CODING, str(error), _control_number(stretch.octets))
    return _item(record, stretch, member, notes)


def _item(record: Record, stretch: Stretch, member: Member, notes: _Notes) -> Reading | Fault:
    told = told_by(record)
    for rule, message in told.notes:
        notes.add("noted", rule, message)
    identifier = told.identifier
    if not told.metadata and told.state == "active":
        rule, message = told.notes[0] if told.notes else ("MARC 21", "nothing that can be read")
        return notes.fault("refused", rule, message, identifier)
    if identifier is None:
        identifier = f"{stem(member.name)}/{hashlib.sha256(stretch.octets).hexdigest()[:12]}"
        notes.add("noted", "section 2.4", f"no control number (field 001), so it is called {identifier}")
    item = Item(
        identifier,
        {name: tuple(values) for name, values in told.metadata.items()},
        files=tuple(told.files),
        xml={PREFIX: xml_of(record)} if told.state == "active" else {},
        state=told.state,
        datestamp=_changed(record),
    )
    return Reading(item, member.path, faults=notes.told(identifier))


def _control_number(octets: bytes) -> str | None:
    """What stands where the first field should, of a record that cannot be read, if it can be a control number."""
    field = octets.partition(FIELD_END)[2].partition(FIELD_END)[0].strip()
    return field.decode("ascii") if 0 < len(field) <= 40 and field.isascii() and field.decode().isprintable() else None


def _changed(record: Record) -> datetime | None:
    """The time of the last change (field 005), which is told without its zone and taken as UTC."""
    found = CHANGED.match(record.controlled("005"))
    try:
        return datetime.strptime(found[0], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


# --- from octets to text ---


def _record(parts: Parts, notes: _Notes) -> Record:
    """The record in Unicode; Undecodable where an octet is in no coding that it can be in."""
    declared = chr(parts.leader[9])
    decode, lie = coding_of(b"\x1e".join(octets for _, octets in parts.fields), declared)
    removed: list[str] = []

    def text(octets: bytes) -> str:
        found = decode(octets)
        if not found.isprintable():
            removed.extend(REMOVED.findall(found))
            found = REMOVED.sub("", found)
        return found

    control, fields = [], []
    for tag, octets in parts.fields:
        if CONTROL.fullmatch(tag):
            control.append((tag, text(octets)))
            continue
        head, *subfields = octets.split(SUBFIELD)
        if len(head) != 2 or not subfields:
            shown = f"{octets[:40]!r}"
            notes.add("healed", "MARC 21", f"field {tag} does not begin with two indicators and a subfield: {shown}")
        indicators = f"{head.decode('ascii', 'replace'):2.2}"
        told = tuple((chr(each[0]), text(each[1:])) for each in subfields if each)
        fields.append(Field(tag, indicators[0], indicators[1], told))
    if lie:
        sample = next((found for field in fields for _, found in field.subfields if not found.isascii()), "")
        notes.add("healed", CODING, f"{lie}: {sample[:60]!r}")
    if removed:
        notes.add("healed", XML, f"removed {code_points(removed)}")
    return record_of(parts.leader.decode("ascii", "replace"), control, fields)
