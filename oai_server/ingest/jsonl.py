"""Our own interchange: items as JSON Lines, one object a line; ``sets.jsonl`` beside the file names its sets."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from oai_server.ingest.expanding import Unreadable
from oai_server.ingest.json_values import LARGEST, NotJSON, foreign_encoding, parsed
from oai_server.ingest.opening import Member, members
from oai_server.ingest.source import Errand
from oai_server.model import SET_SPEC, Fault, File, FileAccess, Item, Reading, Set, State, Value

KIND = "jsonl"
SUMMARY = "items as JSON Lines, one object a line (.jsonl, also .gz, .xz, .zst); sets.jsonl beside it names the sets"
NAME = re.compile(r".+\.(?:jsonl|ndjson)(?:\.(?:gz|xz|zst|bz2))?", re.IGNORECASE)
SETS = "sets.jsonl"
RULE = "JSON Lines interchange"
LARGEST_FILE = 1 << 63  # octets; what XML Schema and every database can tell
HEAD = 10_000  # octets that are kept of a line that is too long, to name its item

ITEM_KEYS = frozenset({"identifier", "metadata", "sets", "files", "xml", "about", "state", "datestamp"})
VALUE_KEYS = frozenset({"value", "language", "authority", "confidence"})
FILE_KEYS = frozenset({"name", "mimetype", "size", "extent", "checksum", "url", "description", "access", "available"})
SET_KEYS = frozenset({"setSpec", "setName", "setDescription"})
STATES = ("active", "withdrawn", "private")
ACCESS = ("open", "restricted", "embargoed", "closed")


class Wrong(ValueError):
    """A line that is not an item; the message says what and where in it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank; of one that is not whole only the beginning."""

    number: int
    text: bytes
    whole: bool = True


def recognises(errand: Errand) -> bool:
    """By its name alone."""
    name = errand.path.name
    return errand.url is None and NAME.fullmatch(name) is not None and name != SETS


def read(errand: Errand) -> Iterator[Reading | Fault | Set]:
    """The sets beside the file, then an item or a fault for each line that is not blank."""
    location = errand.path
    beside = location.parent / SETS
    if location.is_file() and location.name != SETS and beside.is_file():
        yield from _read(beside)
    yield from _read(location)


def _read(location: Path) -> Iterator[Reading | Fault | Set]:
    for member in members(location):
        yield from [member] if isinstance(member, Fault) else _from_member(member)


def _from_member(member: Member) -> Iterator[Reading | Fault | Set]:
    tells_sets = member.name.rpartition("/")[2] == SETS
    number = 0
    try:
        with member.open() as stream:
            for line in _lines(stream):
                number = line.number
                try:
                    told = _object(line)
                    yield _set(told) if tells_sets else Reading(item_of(told), member.path, number)
                except (Wrong, RecursionError) as error:  # the latter from telling what is nested nearly too deeply
                    yield Fault("refused", RULE, str(error), member.path, number, _identifier(line.text))
    except Unreadable as trouble:
        yield Fault("refused", RULE, f"{trouble}: what follows is lost", member.path, number + 1)


def _lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines that are not blank, numbered; of one that is too long the rest is passed over, not kept."""
    number = 0
    while text := stream.readline(LARGEST + 1):
        number += 1
        whole = len(text) <= LARGEST
        if not whole:
            text = text[:HEAD]
            while (rest := stream.readline(HEAD)) and not rest.endswith(b"\n"):
                pass
        if number == 1:
            text = _utf8(text)
        if text.strip():
            yield Line(number, text, whole)


def _utf8(text: bytes) -> bytes:
    """The first line without its byte-order mark; Unreadable where that tells another encoding."""
    if encoding := foreign_encoding(text):
        raise Unreadable(f"it is {encoding}, but JSON Lines are UTF-8")
    return text.removeprefix(b"\xef\xbb\xbf")


def _set(told: Mapping[str, Any]) -> Set:
    _known(told, SET_KEYS, "the set")
    spec = _text(told, "setSpec", needed=True)
    if not SET_SPEC.fullmatch(spec):
        raise Wrong(f"{spec!r:.80} is not a setSpec: letters, digits and -_.!~*'(), levels parted by colons")
    return Set(spec, _text(told, "setName") or spec.rpartition(":")[2], _text(told, "setDescription") or None)


def _object(line: Line) -> Mapping[str, Any]:
    if not line.whole:
        raise Wrong(f"the line has more than {LARGEST:,} octets")
    try:
        found = parsed(line.text, _once)
    except NotJSON as error:
        raise Wrong(str(error)) from None
    if not isinstance(found, dict):
        raise Wrong("the line is not a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = Counter(name for name, _ in pairs)
        raise Wrong(f"the key {names.most_common(1)[0][0]!r:.80} is given twice")
    return found


def _identifier(line: bytes) -> str | None:
    """The identifier of a line that is wrong, for the message."""
    match = re.search(rb'"identifier"\s*:\s*"([^"\\]{1,500})"', line)
    return match[1].decode(errors="replace") if match else None


def item_of(told: Mapping[str, Any]) -> Item:
    """The item that one object tells; Wrong, with the key, where it tells none."""
    _known(told, ITEM_KEYS, "the item")
    state = told.get("state", "active")
    if state not in STATES:
        raise Wrong(f"state is {state!r:.80}; it is one of {', '.join(STATES)}")
    metadata = told.get("metadata", {})
    if not isinstance(metadata, dict):
        raise Wrong("metadata must be an object of fields")
    if state == "active" and not metadata:
        raise Wrong("metadata is missing: an item that is not withdrawn or private must have some")
    return Item(
        identifier=_text(told, "identifier", needed=True),
        metadata={name: tuple(_values(name, values)) for name, values in metadata.items()},
        sets=tuple(_texts(told, "sets")),
        files=tuple(_file(place, each) for place, each in enumerate(_list(told, "files"))),
        xml=_xml(told.get("xml", {})),
        about=tuple(_texts(told, "about")),
        state=cast(State, state),
        datestamp=_moment(told.get("datestamp")),
    )


def kept(content: str) -> Item:
    """The item that a line of ours tells: what ``told`` made, so nothing in it is doubted."""
    found = json.loads(content)
    return Item(
        found["identifier"],
        {name: tuple([_kept_value(value) for value in values]) for name, values in found.get("metadata", {}).items()},
        tuple(found.get("sets", ())),
        tuple([_kept_file(file) for file in found.get("files", ())]),
        found.get("xml", {}),
        tuple(found.get("about", ())),
        found.get("state", "active"),
    )


def _kept_value(value: Any) -> Value:
    if isinstance(value, str):
        return Value(value)
    return Value(value["value"], value.get("language"), value.get("authority"), value.get("confidence"))


def _kept_file(file: Mapping[str, Any]) -> File:
    available = file.get("available")
    return File(**{**file, "available": date.fromisoformat(available) if available else None})


def _known(told: object, keys: frozenset[str], where: str) -> None:
    if not isinstance(told, dict):
        raise Wrong(f"{where} must be an object")
    unknown = sorted(set(told) - keys)
    if unknown:
        raise Wrong(f"{where} has the unknown key {unknown[0]!r:.80}; known are {', '.join(sorted(keys))}")


def _text(told: Mapping[str, Any], key: str, needed: bool = False) -> str:
    value = told.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Wrong(f"{key} must be text" + (" that is not empty" if needed else ""))
    return value


def _list(told: Mapping[str, Any], key: str) -> list[Any]:
    value = told.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(f"{key} must be a list")
    return value


def _texts(told: Mapping[str, Any], key: str) -> Iterator[str]:
    for value in _list(told, key):
        if not isinstance(value, str):
            raise Wrong(f"{key} must be a list of texts")
        yield value


def _values(field: str, values: Any) -> Iterator[Value]:
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, str):
            yield Value(value)
            continue
        _known(value, VALUE_KEYS, f"a value of {field!a:.80}")
        confidence = value.get("confidence")
        if confidence is not None and (not isinstance(confidence, int) or isinstance(confidence, bool)):
            raise Wrong(f"confidence of {field!a:.80} must be a whole number")
        yield Value(
            _text(value, "value", needed=True) if value.get("value") != "" else "",
            _text(value, "language") or None,
            _text(value, "authority") or None,
            confidence,
        )


def _file(place: int, told: object) -> File:
    where = f"files[{place}]"
    _known(told, FILE_KEYS, where)
    told = cast(Mapping[str, Any], told)
    access = told.get("access", "restricted")
    if access not in ACCESS:
        raise Wrong(f"{where}: access is {access!r:.80}; it is one of {', '.join(ACCESS)}")
    size = told.get("size")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < LARGEST_FILE):
        raise Wrong(f"{where}: size must be a number of octets")
    available = _day(told.get("available"), where)
    if access == "embargoed" and available is None:
        raise Wrong(f"{where}: an embargoed file needs available, the day on which it opens")
    try:
        return File(
            name=_text(told, "name", needed=True),
            size=size,
            access=cast(FileAccess, access),
            available=available,
            **{key: _text(told, key) or None for key in ("mimetype", "extent", "checksum", "url", "description")},
        )
    except Wrong as error:
        raise Wrong(f"{where}: {error}") from None


def _day(text: object, where: str) -> date | None:
    if text is None:
        return None
    try:
        if isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Wrong(f"{where}: available is {text!r:.80}; it must be a day such as 2027-01-01")


def _xml(told: object) -> Mapping[str, str]:
    if not isinstance(told, dict) or not all(isinstance(text, str) for text in told.values()):
        raise Wrong("xml must be an object of metadataPrefix and XML text")
    return told


def _moment(text: object) -> datetime | None:
    """A source's own datestamp: UTC unless it says otherwise, cut to seconds."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Wrong(f"datestamp is {text!r:.80}; it must be a time such as 2016-05-14T02:00:00Z")
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise Wrong(f"datestamp is {text!r:.80}; in UTC it lies outside the calendar") from None


def told(item: Item) -> dict[str, Any]:
    """The object that tells an item, with no key that has nothing to say; the datestamp is left out: it is ours."""
    parts = {
        "identifier": item.identifier,
        "metadata": {name: [_told_value(value) for value in values] for name, values in item.metadata.items()},
        "sets": list(item.sets),
        "files": [_told_file(file) for file in item.files],
        "xml": dict(item.xml),
        "about": list(item.about),
        "state": item.state if item.state != "active" else None,
    }
    return {key: value for key, value in parts.items() if value}


def _told_value(value: Value) -> str | dict[str, object]:
    if value == Value(value.text):
        return value.text
    parts = {"language": value.language, "authority": value.authority, "confidence": value.confidence}
    return {"value": value.text, **{key: part for key, part in parts.items() if part is not None}}


def _told_file(file: File) -> dict[str, object]:
    parts = {key: getattr(file, key) for key in sorted(FILE_KEYS)}
    parts["available"] = file.available.isoformat() if file.available else None
    return {key: part for key, part in parts.items() if part is not None}
