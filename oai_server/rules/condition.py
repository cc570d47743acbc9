"""What a rule is made of: a question about an item on a day, and when time alone may change its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from oai_server.model import Item

Question = Callable[[Item, date, str], bool]  # the item, today, the name of its source
Turn = Callable[[Item, date], date | None]


@dataclass(frozen=True, slots=True)
class Condition:
    """``turn`` is the next day after today on which ``holds`` may answer differently; None where time does nothing."""

    holds: Question
    turn: Turn | None = None


def all_of(parts: Sequence[Condition]) -> Condition:
    """Holds where every part does."""
    questions = [part.holds for part in parts]
    if len(questions) == 1:
        return parts[0]
    if len(questions) == 2:
        first, second = questions
        return Condition(
            lambda item, day, source: first(item, day, source) and second(item, day, source), _first_turn(parts)
        )

    def holds(item: Item, day: date, source: str) -> bool:
        return all(question(item, day, source) for question in questions)

    return Condition(holds, _first_turn(parts))


def any_of(parts: Sequence[Condition]) -> Condition:
    """Holds where at least one part does."""
    questions = [part.holds for part in parts]

    def holds(item: Item, day: date, source: str) -> bool:
        # A generator in any() takes twice as long, and this runs for every item.
        for question in questions:  # noqa: SIM110
            if question(item, day, source):
                return True
        return False

    return Condition(holds, _first_turn(parts))


def negated(part: Condition) -> Condition:
    """Holds where the part does not; time changes both on the same day."""
    question = part.holds
    return Condition(lambda item, day, source: not question(item, day, source), part.turn)


def _first_turn(parts: Sequence[Condition]) -> Turn | None:
    turns = [part.turn for part in parts if part.turn]
    if not turns:
        return None
    return lambda item, day: earliest([turn(item, day) for turn in turns], day)


def earliest(days: Sequence[date | None], today: date) -> date | None:
    """The first of these days that is still to come."""
    return min((each for each in days if each is not None and each > today), default=None)


def shifted(day: date, days: int) -> date | None:
    """That many days later; None beyond the calendar."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return None
