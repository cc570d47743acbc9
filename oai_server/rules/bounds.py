"""At least, at most: numbers, years, days, and days counted from today."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from oai_server.formats.dates import iso
from oai_server.rules.condition import shifted
from oai_server.rules.reading import scalar

NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
TODAY = re.compile(r"today(?:([+-])([0-9]{1,5}))?")
FARTHEST = 36600  # days from today
WOULD_DO = 'must be a number, a year, a day such as "2015-11-17", or "today", "today+30", "today-365"'


@dataclass(frozen=True, slots=True)
class Bound:
    """A test of a value's text on a day; ``turn`` says when the answer changes, for a bound that moves with today."""

    holds: Callable[[str, date], bool]
    turn: Callable[[str], date | None] | None = None


def bound(told: object, upper: bool) -> Bound:
    """At most (``upper``) or at least what is told.

    Dates are compared as precisely as the less precise of both: 2015 is at least 2015-11 and at most 2015-03.
    """
    try:
        limit = scalar(told)
    except ValueError:
        raise ValueError(WOULD_DO) from None
    if isinstance(limit, float):
        return _number(limit, upper)
    if moving := TODAY.fullmatch(limit):
        days = int(f"{moving[1] or '+'}{moving[2] or 0}")
        if abs(days) > FARTHEST:
            raise ValueError(f"must not be farther from today than {FARTHEST} days")
        return _from_today(days, upper)
    if iso(limit) != limit:
        raise ValueError(WOULD_DO)
    return _fixed(limit, upper)


def number(text: str) -> float | None:
    """The number that a text is; of a date its year."""
    if NUMBER.fullmatch(text):
        return float(text)
    known = iso(text)
    return float(known[:4]) if known else None


def _number(limit: float, upper: bool) -> Bound:
    def holds(text: str, day: date) -> bool:
        known = number(text)
        return known is not None and (known <= limit if upper else known >= limit)

    return Bound(holds)


def _fixed(limit: str, upper: bool) -> Bound:
    return Bound(lambda text, day: _compared(text, limit, upper))


def _from_today(days: int, upper: bool) -> Bound:
    def holds(text: str, day: date) -> bool:
        moved = shifted(day, days) or (date.max if days > 0 else date.min)
        return _compared(text, moved.isoformat(), upper)

    def turn(text: str) -> date | None:
        """The day on which today, moved, reaches the first day that a date covers, or leaves the last one behind."""
        known = iso(text)
        if not known:
            return None
        reached = _first_day(known) if upper else _day_after(known)
        return reached and shifted(reached, -days)

    return Bound(holds, turn)


def _compared(text: str, limit: str, upper: bool) -> bool:
    """Two dates of perhaps different precision; as text, because ISO 8601 sorts as it reads."""
    known = iso(text)
    if not known:
        return False
    length = min(len(known), len(limit))
    return known[:length] <= limit[:length] if upper else known[:length] >= limit[:length]


def _first_day(known: str) -> date:
    return date.fromisoformat(f"{known}-01-01"[:10])


def _day_after(known: str) -> date | None:
    """The day after the last one that a year, month or day covers; None after the end of the calendar."""
    first = _first_day(known)
    try:
        if len(known) == 4:
            return first.replace(year=first.year + 1)
        if len(known) == 7:
            return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    except ValueError:
        return None
    return shifted(first, 1)
