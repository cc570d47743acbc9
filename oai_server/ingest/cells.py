"""From the cells of a row to an item, by the rules of a mapping."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import cast, get_args

from oai_server.ingest.columns import PLACE, Name, Rule, TableMapping
from oai_server.ingest.dspace import mimetype_of
from oai_server.ingest.normalise import BLANKS, Finding
from oai_server.ingest.tables import Broken
from oai_server.model import SET_SPEC, Fault, File, Item, Reading, Set, State, Value, ancestors

Cells = Callable[[Name], Sequence[str]]  # the texts in a column of one row
IDENTIFIER, RULE = "identifier of a row", "mapping of a table"
ILLEGAL = re.compile(r"[^A-Za-z0-9\-_.!~*'()]+")
PLAIN_NUMBER = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,40})?")
STATES = get_args(State)


@dataclass(frozen=True, slots=True)
class Record:
    """A row: how to look into its cells, its line, its place among the rows, and how it was mended, if it was."""

    cells: Cells
    line: int
    place: int
    healed: Finding | None = None


@dataclass(slots=True)
class Mapper:
    """Turns the rows of one table into readings; remembers which sets it has told already."""

    mapping: TableMapping
    path: str  # of the table, for messages
    name: str  # what rows without an identifier are named after
    _sets: dict[str, str] = field(default_factory=dict)  # by setSpec, what it was called first
    _clashes: set[tuple[str, str]] = field(default_factory=set)

    def readings(self, records: Iterable[Record | Broken]) -> Iterator[Reading | Fault | Set]:
        """For each row the sets that are new with it, then its item, or the fault it is refused for."""
        for record in records:
            if isinstance(record, Broken):
                yield Fault("refused", record.rule, record.message, self.path, record.line)
            else:
                yield from self._reading(record)

    def _reading(self, record: Record) -> Iterator[Reading | Set]:
        findings = [record.healed] if record.healed else []
        specs = list(self._memberships(record.cells, findings))
        for spec, name in specs:
            if spec not in self._sets:
                yield from self._new_sets(spec, name)
        item = Item(
            identifier=self._identifier(record, findings),
            metadata=dict(self._metadata(record.cells)),
            sets=tuple(spec for spec, _ in specs),
            files=tuple(self._files(record.cells)),
            state=self._state(record.cells, findings),
            datestamp=self._datestamp(record.cells, findings),
        )
        faults = tuple(Fault(*finding, self.path, record.line, item.identifier) for finding in findings)
        yield Reading(item, self.path, record.line, faults)

    def _identifier(self, record: Record, findings: list[Finding]) -> str:
        rule = self.mapping.identifier
        found = next(iter(self._texts(rule, record.cells)), None) if rule else None
        if found:
            return found
        name = f"{self.name}/{record.place}"
        findings.append(("noted", IDENTIFIER, f"it has none, so it is named {name!r} after its place in the table"))
        return name

    def _metadata(self, cells: Cells) -> Iterator[tuple[str, tuple[Value, ...]]]:
        for name, rules in self.mapping.fields.items():
            values: list[Value] = []
            for rule in rules:
                if found := pairs(rule, cells, self.mapping.empty):
                    language = language_of(rule, cells)
                    values += [Value(text, language) for _, text in found]
            if values:
                yield name, tuple(dict.fromkeys(values) if any(rule.once for rule in rules) else values)

    def _texts(self, rule: Rule, cells: Cells) -> list[str]:
        return [text for _, text in pairs(rule, cells, self.mapping.empty)]

    def _memberships(self, cells: Cells, findings: list[Finding]) -> Iterator[tuple[str, str]]:
        """The sets of a row: setSpec and what the table calls it."""
        for rule in self.mapping.sets:
            for called, text in pairs(rule, cells, self.mapping.empty):
                spec = spec_of(rule, text)
                name = self.mapping.set_names.get(spec, text if text in rule.translate.values() else called)
                if self._sets.get(spec, name) != name and (spec, name) not in self._clashes:
                    self._clashes.add((spec, name))
                    message = f"{name!a} and {self._sets[spec]!a} are one set, {spec}"
                    findings.append(("noted", "section 2.6", message))
                yield spec, name

    def _new_sets(self, spec: str, name: str) -> Iterator[Set]:
        """The set and those above it that have a name."""
        for above in (each for each in ancestors(spec) if each not in self._sets):
            if above in self.mapping.set_names:
                self._sets[above] = self.mapping.set_names[above]
                yield Set(above, self._sets[above])
        self._sets[spec] = name
        yield Set(spec, name)

    def _files(self, cells: Cells) -> Iterator[File]:
        for rule in self.mapping.files:
            for name in self._texts(rule, cells):
                url = filled(rule.url, name, cells) if rule.url else None
                yield File(name, mimetype_of(name), url=url, access=rule.access)

    def _state(self, cells: Cells, findings: list[Finding]) -> State:
        told = next(iter(self._texts(self.mapping.state, cells)), "active") if self.mapping.state else "active"
        if told in STATES:
            return cast(State, told)
        message = f"state {told!a:.80} is none of {', '.join(STATES)}; it is taken as active"
        findings.append(("noted", RULE, message))
        return "active"

    def _datestamp(self, cells: Cells, findings: list[Finding]) -> datetime | None:
        told = next(iter(self._texts(self.mapping.datestamp, cells)), None) if self.mapping.datestamp else None
        if told is None:
            return None
        try:
            moment = datetime.fromisoformat(told)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError):
            findings.append(("noted", RULE, f"datestamp {told!a:.80} is no ISO 8601 date; it is left out"))
            return None


def language_of(rule: Rule, cells: Cells) -> str | None:
    """The language of a rule's values in this row."""
    if rule.language_of is None:
        return rule.language
    return next((text.strip() for text in cells(rule.language_of) if text.strip()), rule.language)


def pairs(rule: Rule, cells: Cells, empty: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """The values of a rule in this row: each as the table has it, and as what it becomes."""
    told = _told(rule, cells, empty)
    if rule.plain or not told:
        return [(text, text) for text in told]
    found = []
    for part in _parts(told, rule.split):
        text = _changed(rule, part)
        if text and rule.template is not None:
            text = filled(rule.template, text, cells) or ""
        if text:
            found.append((part, text))
    return found


def _told(rule: Rule, cells: Cells, empty: frozenset[str]) -> list[str]:
    if rule.constant is not None:
        return [rule.constant]
    told: list[str] = []
    for name in rule.columns:
        told += [text for text in map(_trimmed, cells(name)) if text and text not in empty]
        if told and rule.first:
            break
    return [rule.together.join(told)] if told and rule.together is not None else told


def _trimmed(text: str) -> str:
    return text.strip(BLANKS)


def _parts(texts: list[str], separators: tuple[str, ...]) -> list[str]:
    if not separators:
        return texts
    between = _between(separators)
    return [part for text in texts for part in map(_trimmed, between.split(text)) if part]


@lru_cache(maxsize=256)
def _between(separators: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the separators, the longest that fits."""
    return re.compile("|".join(re.escape(each) for each in sorted(separators, key=len, reverse=True)))


def _changed(rule: Rule, text: str) -> str:
    """What a value becomes; empty if it is left out."""
    if rule.number and PLAIN_NUMBER.fullmatch(text):
        text = _digits(text, *rule.number)
    for pattern, replacement in rule.replace:
        text = pattern.sub(replacement, text)
    text = _trimmed(rule.translate.get(text, text))
    if text in rule.drop or (rule.keep and not rule.keep.search(text)):
        return ""
    return _dated(text, rule.dates, rule.century) if rule.dates else text


def _digits(text: str, before: int, after: int) -> str:
    rounded = f"{Decimal(text):.{after}f}"
    return rounded.zfill(before + bool(after) + after)


def _dated(text: str, forms: tuple[str, ...], century: int | None) -> str:
    """The date in ISO 8601, as precise as the form that it is in; the text as it is if it is in none."""
    for form in forms:
        try:
            moment = datetime.strptime(text, form)
            if "%y" in form:
                moment = _in_century(moment, century)
        except ValueError:
            continue
        told = [code for code in ("%d", "%m", "%b", "%B") if code in form]
        return moment.date().isoformat()[: 10 if "%d" in told else 7 if told else 4]
    return text


def _in_century(moment: datetime, begin: int | None) -> datetime:
    if begin is None:
        raise ValueError("a year of two digits may lie in any century")
    return moment.replace(year=begin + (moment.year - begin) % 100)


def filled(template: str, text: str, cells: Cells) -> str | None:
    """The template with the value and with other columns of the row; None if one of them is empty."""
    parts = []
    for place, piece in enumerate(PLACE.split(template)):
        found = piece if place % 2 == 0 else text if not piece else _first(cells, piece)
        if place % 2 and not found:
            return None
        parts.append(found)
    return "".join(parts)


def _first(cells: Cells, name: str) -> str:
    return next(filter(None, map(_trimmed, cells(name))), "")


def spec_of(rule: Rule, text: str) -> str:
    """The setSpec that a rule for sets makes of a value."""
    return ":".join(filter(None, (rule.under, set_spec(text))))


@lru_cache(maxsize=4096)
def set_spec(text: str) -> str:
    """The text as a setSpec: ``Pop Art`` is ``Pop_Art``, and letters that are lost leave a digest."""
    if SET_SPEC.fullmatch(text):
        return text
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    spec = ILLEGAL.sub("_", bare).strip("_")
    if any(each.isalnum() and not each.isascii() for each in bare) or not spec:
        digest = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
        return f"{spec}_{digest}".lstrip("_")
    return spec


def columns_of(heading: Sequence[str]) -> Mapping[Name, tuple[int, ...]]:
    """Where the columns of a heading stand, by their names and by their places from 1."""
    places: dict[Name, tuple[int, ...]] = {place: (place - 1,) for place in range(1, len(heading) + 1)}
    for index, name in enumerate(heading):
        places[name] = (*places.get(name, ()), index)
    return places
