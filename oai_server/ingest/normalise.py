"""From the item as it was read to the item as it is kept, and what was mended on the way: text, dates, names, sets."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache, partial

from oai_server.ingest.text import plain
from oai_server.model import SET_SPEC, Degree, Fault, File, Item, Reading, Set, Value, ancestors

Finding = tuple[Degree, str, str]  # degree, rule, message: a Fault before it knows its item

XML, UNICODE = "XML 1.0 section 2.2", "Unicode non-character"
_SUPPLEMENTARY = "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 17))
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REMOVED = re.compile(rf"{FORBIDDEN.pattern[:-1]}\ufdd0-\ufdef{_SUPPLEMENTARY}]")

# Zero-width joiners are not blanks: at the end of a word they shape Persian letters.
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"
NO_LANGUAGE = ("*", "none")

FIELD = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){1,2}")
DC = """title creator subject description publisher contributor date type format identifier source language
relation coverage rights"""
DC_ELEMENTS = frozenset(DC.split())
DCTERMS = "available created date dateAccepted dateCopyrighted dateSubmitted issued modified valid"
DCTERMS_DATES = frozenset(DCTERMS.split())


class Refused(ValueError):
    """The item cannot go in; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def normalise(reading: Reading) -> Reading:
    """The reading with its item as we keep it and all that was found; Refused for illegal field names and setSpecs."""
    item = _kept(reading.item)
    fault = partial(Fault, file=reading.file, line=reading.line, identifier=item.identifier)
    for finding in _illegal(item):
        raise Refused(fault(*finding))
    was = _changed(reading.item, item)
    findings = (*_removals(was), *_escapes(was), *_worth_a_look(item))
    faults = [fault(*finding) for finding in findings]
    return replace(reading, item=item, faults=tuple(dict.fromkeys((*reading.faults, *faults))))


def _changed(item: Item, kept: Item) -> Item:
    """The item as it was read, with no more of its metadata than what is kept otherwise."""
    changed = {name: values for name, values in item.metadata.items() if kept.metadata.get(name) != values}
    return replace(item, metadata=changed)


def normal_set(given: Set) -> Set:
    """The set with a name and a description that XML can hold; its name is never empty."""
    name = clean(given.name) or given.spec.rpartition(":")[2]
    return Set(given.spec, name, clean(given.description or "") or None)


def clean(text: str) -> str:
    """The text without characters that XML or Unicode forbid and without blanks at its ends; lines end in LF."""
    if not text.isprintable():  # nearly all text is, and asking costs a fiftieth of searching
        text = REMOVED.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip(BLANKS)


def code_points(characters: Iterable[str]) -> str:
    """Characters told by number and how often: ``U+000B ×2, U+FFFE``."""
    counted = sorted(Counter(characters).items())
    return ", ".join(f"U+{ord(character):04X}{f' ×{count}' if count > 1 else ''}" for character, count in counted)


def _kept(item: Item) -> Item:
    return replace(
        item,
        identifier=clean(item.identifier),
        metadata=_metadata(item.metadata),
        sets=_sets(item.sets),
        files=tuple(_file(file) for file in item.files),
        xml={prefix: REMOVED.sub("", xml) for prefix, xml in item.xml.items()},
        about=tuple(REMOVED.sub("", xml) for xml in item.about),
    )


def _metadata(metadata: Mapping[str, tuple[Value, ...]]) -> dict[str, tuple[Value, ...]]:
    kept = {name: tuple(_values(name, values)) for name, values in metadata.items()}
    return {name: values for name, values in kept.items() if values}


def _values(name: str, values: Iterable[Value]) -> Iterator[Value]:
    dated = _holds_dates(name)
    for value in values:
        text = clean(value.text)
        if "&" in text or "<" in text:
            text = clean(plain(text))
        if not text:
            continue
        if dated:
            text = _dated(text)
        language = _language(value.language) if value.language else None
        authority = _optional(value.authority) if value.authority else None
        if text == value.text and language == value.language and authority == value.authority:
            yield value
        else:
            yield Value(text, language, authority, value.confidence)


def _language(language: str | None) -> str | None:
    tag = _optional(language)
    return None if tag is None or tag.casefold() in NO_LANGUAGE else tag


def _sets(specs: Iterable[str]) -> tuple[str, ...]:
    """Each set once, and none above another of them: to be in a set is to be in its ancestors (rule 730)."""
    listed = dict.fromkeys(clean(spec) for spec in specs)
    above = {ancestor for spec in listed for ancestor in ancestors(spec)}
    return tuple(spec for spec in listed if spec not in above)


def _file(file: File) -> File:
    return replace(
        file,
        name=clean(file.name),
        mimetype=_optional(file.mimetype),
        size=file.size if file.size is not None and file.size >= 0 else None,
        extent=_optional(file.extent),
        checksum=_optional(file.checksum),
        url=_optional(file.url),
        description=_optional(file.description),
    )


def _optional(text: str | None) -> str | None:
    return clean(text) or None if text else None


def _removals(item: Item) -> Iterator[Finding]:
    removed: dict[str, list[str]] = {}
    for name, text in _texts(item):
        if not text.isprintable() and (found := REMOVED.findall(text)):
            removed.setdefault(name, []).extend(found)
    for name, found in removed.items():
        rule = XML if any(map(FORBIDDEN.match, found)) else UNICODE
        yield "healed", rule, f"{name}: removed {code_points(found)}"


def _escapes(item: Item) -> Iterator[Finding]:
    for name, values in item.metadata.items():
        count = sum(1 for text in (clean(value.text) for value in values) if plain(text) != text)
        if count:
            yield (
                "healed",
                "text without markup",
                f"{name}: took escapes or HTML out of {count} of {len(values)} values",
            )


def _texts(item: Item) -> Iterator[tuple[str, str]]:
    """Every text of an item with the name of its field, as messages tell it."""
    yield "identifier", item.identifier
    for name, values in item.metadata.items():
        for value in values:
            yield from ((name, text) for text in (value.text, value.language, value.authority) if text)
    yield from (("sets", spec) for spec in item.sets)
    for file in item.files:
        told = (file.name, file.mimetype, file.extent, file.checksum, file.url, file.description)
        yield from (("files", text) for text in told if text)
    yield from ((f"xml, {prefix}", xml) for prefix, xml in item.xml.items())
    yield from (("about", xml) for xml in item.about)


def _illegal(item: Item) -> Iterator[Finding]:
    for name in item.metadata:
        if not _is_field(name):
            yield "refused", "schema.element[.qualifier]", f"{name!a} is not a field name"
    for spec in item.sets:
        if not SET_SPEC.fullmatch(spec):
            yield "refused", "section 2.6", f"{spec!a} is not a setSpec"


@lru_cache(maxsize=1000)
def _is_field(name: str) -> bool:
    return FIELD.fullmatch(name) is not None


def _worth_a_look(item: Item) -> Iterator[Finding]:
    for name, values in item.metadata.items():
        schema, element = name.split(".")[:2]
        if schema == "dc" and element not in DC_ELEMENTS:
            yield "noted", "Dublin Core Metadata Element Set", f"{name}: unknown field, kept"
        if _holds_dates(name):
            yield from (finding for value in values for finding in _undated(name, value.text))


def _undated(name: str, text: str) -> Iterator[Finding]:
    _, reason = _read_as_date(text)
    if reason:
        yield "noted", "ISO 8601", f'{name}: "{text:.80}" is kept as text: {reason}'


@lru_cache(maxsize=1000)
def _holds_dates(name: str) -> bool:
    schema, _, rest = name.partition(".")
    element = rest.partition(".")[0]
    return element == "date" or (schema == "dcterms" and element in DCTERMS_DATES)


def _dated(text: str) -> str:
    return _read_as_date(text)[0]


@lru_cache(maxsize=10_000)
def _read_as_date(text: str) -> tuple[str, str | None]:
    """The date in ISO 8601; or the text as it is, and why it is none."""
    try:
        return iso_date(text), None
    except ValueError as reason:
        return text, str(reason)


DATES = [  # a month of one or two digits after a year alone (2005/6, 2005-6) would rather be a range
    re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?"),
    re.compile(r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    re.compile(r"(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})"),
]
DAY_OR_MONTH_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
TIMED = re.compile(
    r"([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:[.,](?:0+|([0-9]+)))?\s*(?:(Z|UTC|GMT)|([+-][0-9]{2}):?([0-9]{2}))?",
    re.IGNORECASE,
)
MONTHS = {  # English, French, German, Norwegian, Spanish; accents removed
    name: number
    for number, names in enumerate(
        [
            "january jan janvier janv januar janner enero ene",
            "february feb fevrier fevr fev februar febrero",
            "march mar mars marz maerz mrz marzo",
            "april apr avril avr abril abr",
            "may mai mayo",
            "june jun juin juni junio",
            "july jul juillet juil juli julio",
            "august aug aout agosto ago",
            "september sep sept septembre septiembre setiembre",
            "october oct octobre oktober okt octubre",
            "november nov novembre noviembre",
            "december dec decembre dezember dez desember des diciembre dic",
        ],
        start=1,
    )
    for name in names.split()
}
WRITTEN = {"day month year", "month day year", "month year", "year month day", "year month"}


def iso_date(text: str) -> str:
    """A date in ISO 8601, as precise as it was given; ValueError says why a text is none."""
    if timed := TIMED.fullmatch(text):
        return _time(*timed.groups())
    if either := DAY_OR_MONTH_FIRST.fullmatch(text):
        return _either(either[1], either[3], either[4])
    for form in DATES:
        if found := form.fullmatch(text):
            return _date(**{name: number for name, number in found.groupdict().items() if name != "mark"})
    return _written(text)


def _date(year: str, month: str | None = None, day: str | None = None) -> str:
    try:
        known = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        raise ValueError("no such date in the calendar") from None
    return known if day else known[:7] if month else known[:4]


def _time(day: str, clock: str, fraction: str | None, utc: str | None, hours: str | None, minutes: str | None) -> str:
    zone = "Z" if utc else f"{hours}:{minutes}" if hours else ""
    known = f"{iso_date(day)}T{clock}{f'.{fraction}' if fraction else ''}{zone}"
    try:
        datetime.fromisoformat(known)
    except ValueError:
        raise ValueError("no such time of day") from None
    return known


def _either(first: str, second: str, year: str) -> str:
    dates = set()
    for day, month in ((first, second), (second, first)):
        try:
            dates.add(_date(year, month, day))
        except ValueError:
            continue
    if len(dates) > 1:
        raise ValueError(f"it may mean {' or '.join(sorted(dates))}")
    if not dates:
        raise ValueError("no such date in the calendar")
    return dates.pop()


def _written(text: str) -> str:
    unaccented = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text.casefold()))
    words = [word for word in re.split(r"[\s,./-]+", unaccented) if word not in ("", "de", "of")]
    if " ".join(map(_part, words)) not in WRITTEN:
        raise ValueError("not a date that can be read")
    told = {_part(word): word for word in words}
    day = told.get("day")
    return _date(told["year"], str(MONTHS[told["month"]]), day and day.rstrip("stndrheo"))


def _part(word: str) -> str:
    if word in MONTHS:
        return "month"
    if re.fullmatch(r"[0-9]{4}", word):
        return "year"
    return "day" if re.fullmatch(r"[0-9]{1,2}(?:st|nd|rd|th|er?|o)?", word) else "?"
