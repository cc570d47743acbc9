"""Datestamps as other repositories write them: also without Z, with fractions, with an offset (section 3.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

FORM = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]+)?\s?(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def instant(text: str | None) -> datetime | None:
    """The instant in UTC, whole seconds; a day is its first second. None for what is no datestamp at all."""
    found = FORM.fullmatch((text or "").strip())
    if not found:
        return None
    zone = {"Z": "+00:00", "UTC": "+00:00"}.get(found["zone"] or "Z", found["zone"])
    try:
        return datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00:00'}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_day(text: str | None) -> bool:
    """Whether a datestamp tells no more than the day."""
    found = FORM.fullmatch((text or "").strip())
    return found is not None and not found["time"]


def utc_text(text: str | None) -> str | None:
    """The datestamp as the standard has it, as fine as it was told; None for what is none."""
    known = instant(text)
    if known is None:
        return None
    return known.date().isoformat() if is_day(text) else f"{known:%Y-%m-%dT%H:%M:%S}Z".zfill(20)
