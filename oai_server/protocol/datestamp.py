"""Datestamps: text at the edge, whole seconds since 1970 inside (sections 2.7.1 and 3.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EARLIEST = int((datetime(1, 1, 1, tzinfo=UTC) - EPOCH) / SECOND)
LATEST = int((datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - EPOCH) / SECOND)


class Granularity(StrEnum):
    """How fine datestamps are told; the value is Identify's (section 4.2)."""

    DAY = "YYYY-MM-DD"
    SECONDS = "YYYY-MM-DDThh:mm:ssZ"


FORM = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})Z)?")


def parse(text: str) -> tuple[int, Granularity]:
    """The first second that a legal UTC date or time covers; ValueError for any other text (section 3.3)."""
    match = FORM.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is neither YYYY-MM-DD nor YYYY-MM-DDThh:mm:ssZ")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"{text!r} does not exist: {error}") from None
    return int((moment - EPOCH) / SECOND), Granularity.SECONDS if match[4] else Granularity.DAY


def last_second(first: int, granularity: Granularity) -> int:
    """The end of what an until argument covers: until is inclusive, and a day lasts to 23:59:59 (section 2.7.1)."""
    return first + 86_399 if granularity is Granularity.DAY else first


def moment(seconds: int) -> datetime:
    """The same as an aware datetime."""
    return EPOCH + timedelta(seconds=seconds)


@lru_cache(maxsize=4096)
def utc_text(seconds: int, granularity: Granularity = Granularity.SECONDS) -> str:
    """A datestamp as it is told (section 3.3)."""
    text = moment(seconds).isoformat()
    return text[:10] if granularity is Granularity.DAY else text[:19] + "Z"


@lru_cache(maxsize=4096)
def utc_bytes(seconds: int, granularity: Granularity = Granularity.SECONDS) -> bytes:
    """The same as it stands in a stored record."""
    return utc_text(seconds, granularity).encode()
