"""Tests of the values of fields: ``field = "dc.type"`` with equals, one_of, begins_with, matches, at_least, at_most."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from oai_server.formats.dates import embargo_end, issued
from oai_server.formats.languages import alpha3
from oai_server.model import Item, Value
from oai_server.rules.bounds import Bound, bound, number
from oai_server.rules.condition import Condition, earliest
from oai_server.rules.patterns import SEEN, pattern
from oai_server.rules.reading import scalar, table, texts, under, yes_or_no

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){1,2}(\.\*)?")
TEXT_TESTS = ("equals", "one_of", "begins_with", "matches")
BOUNDS = ("at_least", "at_most")
VALUE_TESTS = (*TEXT_TESTS, *BOUNDS, "language")
LISTED = 1000  # values of an item that a test looks at

Passes = Callable[[str], bool]
Held = Callable[[Item], tuple[Value, ...]]


def present(told: object) -> Condition:
    """Whether one of these fields has a value."""
    held = _held(told)
    return Condition(lambda item, day, source: any(value.text.strip() for value in held(item)))


def field_test(told: Mapping[str, Any]) -> Condition:
    """Whether one value of these fields passes all tests that stand beside ``field``."""
    with under("field"):
        held = _held(told["field"])
        if told.keys().isdisjoint(VALUE_TESTS):
            raise ValueError(f"needs a test beside it: {', '.join(VALUE_TESTS)}; or say present = ...")
    passes = _text_passes(told)
    bounds = _bounds(told)
    speaks = _language(told)

    def holds(item: Item, day: date, source: str) -> bool:
        for value in held(item)[:LISTED]:
            text = value.text
            if passes and not passes(text):
                continue
            if speaks and not speaks(value):
                continue
            if all(each.holds(text.strip(), day) for each in bounds):
                return True
        return False

    turns = [each.turn for each in bounds if each.turn]

    def turn(item: Item, day: date) -> date | None:
        values = held(item)[:LISTED]
        return earliest([each(value.text.strip()) for value in values for each in turns], day)

    return Condition(holds, turn if turns else None)


def issued_test(told: object) -> Condition:
    """Tests of the date of issue, as the formats tell it."""
    return _date_test(told, issued)


def embargo_test(told: object) -> Condition:
    """Tests of the day on which an embargo ends or ended."""

    def end(item: Item) -> str | None:
        known = embargo_end(item)
        return known.isoformat() if known else None

    return _date_test(told, end)


def text_test(told: object) -> Passes:
    """A test of one text: a list of texts, one of which it is, or a table of equals, one_of, begins_with, matches."""
    if isinstance(told, str | list | tuple):
        told = {"one_of": told}
    passes = _text_passes(table(told, (*TEXT_TESTS, "ignore_case")))
    if passes is None:
        raise ValueError(f"needs one of {', '.join(TEXT_TESTS)}")
    return passes


def _date_test(told: object, known: Callable[[Item], str | None]) -> Condition:
    if isinstance(told, bool):
        return Condition(lambda item, day, source: bool(known(item)) is told)
    bounds = _bounds(table(told, BOUNDS, ", true or false"))
    turns = [each.turn for each in bounds if each.turn]

    def holds(item: Item, day: date, source: str) -> bool:
        text = known(item)
        return text is not None and all(each.holds(text, day) for each in bounds)

    def turn(item: Item, day: date) -> date | None:
        text = known(item)
        return earliest([each(text) for each in turns], day) if text else None

    return Condition(holds, turn if turns else None)


def _held(told: object) -> Held:
    """The values of some fields; ``dc.subject.*`` is dc.subject with all its qualifiers."""
    names = texts(told)
    for name in names:
        if not NAME.fullmatch(name):
            raise ValueError(f"must name fields such as dc.subject, dc.subject.ddc or dc.subject.*, not {name!r}")
    plain = tuple(name for name in names if not name.endswith(".*"))
    if len(plain) == len(names):
        return lambda item: item.values(*plain)
    stems = tuple(name.removesuffix(".*") for name in names if name.endswith(".*"))
    below = tuple(f"{stem}." for stem in stems)

    def held(item: Item) -> tuple[Value, ...]:
        found = [name for name in item.metadata if name in plain or name in stems or name.startswith(below)]
        return item.values(*found)

    return held


def _text_passes(told: Mapping[str, Any]) -> Passes | None:
    """The tests of text among these keys, as one."""
    ignore_case = False
    if "ignore_case" in told:
        with under("ignore_case"):
            ignore_case = yes_or_no(told["ignore_case"])
    found: list[Passes] = []
    for key in TEXT_TESTS:
        if key in told:
            with under(key):
                found.append(READERS[key](told[key], ignore_case))
    if len(found) < 2:
        return found[0] if found else None
    return lambda text: all(passes(text) for passes in found)


def _bounds(told: Mapping[str, Any]) -> list[Bound]:
    found = []
    for key in BOUNDS:
        if key in told:
            with under(key):
                found.append(bound(told[key], upper=key == "at_most"))
    return found


def _equals(told: object, ignore_case: bool) -> Passes:
    if isinstance(told, list | tuple | Mapping):
        raise ValueError("must be one text or number; a list goes with one_of")
    return _among((scalar(told),), ignore_case)


def _one_of(told: object, ignore_case: bool) -> Passes:
    if isinstance(told, str):
        return _among((told,), ignore_case)
    if not isinstance(told, list | tuple) or not told:
        raise ValueError("must be a list of texts or numbers")
    return _among(tuple(scalar(each) for each in told), ignore_case)


def _among(wanted: tuple[str | float, ...], ignore_case: bool) -> Passes:
    words = frozenset(each.casefold() if ignore_case else each for each in wanted if isinstance(each, str))
    numbers = frozenset(each for each in wanted if isinstance(each, float))
    if not numbers:
        return (lambda text: text.casefold() in words) if ignore_case else words.__contains__
    return lambda text: (text.casefold() if ignore_case else text) in words or number(text.strip()) in numbers


def _begins_with(told: object, ignore_case: bool) -> Passes:
    beginnings = tuple(each.casefold() if ignore_case else each for each in texts(told))
    if ignore_case:
        return lambda text: text.casefold().startswith(beginnings)
    return lambda text: text.startswith(beginnings)


def _matches(told: object, ignore_case: bool) -> Passes:
    search = pattern(told, ignore_case).search
    return lambda text: search(text[:SEEN]) is not None


READERS: Mapping[str, Callable[[object, bool], Passes]] = {
    "equals": _equals,
    "one_of": _one_of,
    "begins_with": _begins_with,
    "matches": _matches,
}


def _language(told: Mapping[str, Any]) -> Callable[[Value], bool] | None:
    """Whether a value is in one of these languages, however its source wrote them: en, eng, en_GB are one."""
    if "language" not in told:
        return None
    with under("language"):
        wanted = languages_told(told["language"])
    return lambda value: alpha3(value.language) in wanted


def languages_told(told: object) -> frozenset[str]:
    """ISO 639-3 codes of languages that are told in any way."""
    codes = {name: alpha3(name) for name in texts(told)}
    unknown = [name for name, code in codes.items() if code is None]
    if unknown:
        raise ValueError(f"does not know {', '.join(unknown)}; a code such as en, eng or de would do")
    return frozenset(code for code in codes.values() if code)
