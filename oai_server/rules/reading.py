"""What a configuration may say under a key, read once; every ValueError says what would do."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

MOST = 10_000  # texts in one list


@contextmanager
def under(key: str) -> Iterator[None]:
    """Puts the key before the message of whatever is wrong below it: ``any[1].access must be ...``."""
    try:
        yield
    except ValueError as error:
        text = str(error)
        joint = "" if text.startswith("[") else "." if isinstance(error, Misplaced) else " "
        raise Misplaced(f"{key}{joint}{text}") from None


class Misplaced(ValueError):
    """An error that names its key already."""


def table(told: object, known: Collection[str], what: str = "") -> Mapping[str, Any]:
    """A table with at least one key, and none but these."""
    if not isinstance(told, Mapping):
        raise ValueError(f"must be a table{what}; known keys are {', '.join(sorted(known))}")
    unknown = [str(key) for key in told if key not in known]
    if unknown:
        raise ValueError(f"does not know {', '.join(sorted(unknown))}; known keys are {', '.join(sorted(known))}")
    if not told:
        raise ValueError(f"must not be empty; known keys are {', '.join(sorted(known))}")
    return told


def text(told: object) -> str:
    """A text that is not empty."""
    if not isinstance(told, str) or not told.strip():
        raise ValueError("must be a text that is not empty")
    return told


def texts(told: object) -> tuple[str, ...]:
    """A text, or a list of some."""
    found = [told] if isinstance(told, str) else told
    if not isinstance(found, list | tuple) or not found or not all(isinstance(each, str) and each for each in found):
        raise ValueError("must be a text or a list of texts, none of them empty")
    if len(found) > MOST:
        raise ValueError(f"must not list more than {MOST} texts")
    return tuple(found)


def one_of(told: object, known: Collection[str]) -> frozenset[str]:
    """One or several of a few words."""
    found = frozenset(texts(told))
    if not found <= set(known):
        raise ValueError(f"does not know {', '.join(sorted(found - set(known)))}; known are {', '.join(known)}")
    return found


def yes_or_no(told: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(told, bool):
        raise ValueError("must be true or false")
    return told


def scalar(told: object) -> str | float:
    """A text, a number, or a day as its text."""
    if isinstance(told, str) and told:
        return told
    if isinstance(told, date) and not isinstance(told, datetime):
        return told.isoformat()
    if isinstance(told, int | float) and not isinstance(told, bool):
        try:
            number = float(told)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise ValueError("must be a text, a number or a day such as 2015-11-17")
