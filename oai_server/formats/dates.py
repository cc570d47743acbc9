"""Dates of an item as ISO 8601 tells them, as precise as they were given and never more."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from oai_server.formats.access import access
from oai_server.formats.remembering import once_an_item
from oai_server.model import Item

ISSUED = ("dc.date.issued", "dcterms.issued", "dc.date")
ACCEPTED = ("dc.date.accepted", "dcterms.dateAccepted")
SUBMITTED = ("dc.date.submitted", "dcterms.dateSubmitted")
EMBARGO = ("dc.date.embargo", "dc.date.embargoEnd", "dc.rights.embargodate")
EMBARGO_END = "info:eu-repo/date/embargoEnd/"
ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
TIME = re.compile(r"T([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})")


@once_an_item
def issued(item: Item) -> str | None:
    """The date of issue: ``2015``, ``2015-11`` or ``2015-11-17``."""
    return _first(item, ISSUED)


def accepted(item: Item) -> str | None:
    """The date of acceptance, in the same forms."""
    return _first(item, ACCEPTED)


def submitted(item: Item) -> str | None:
    """The date of submission, in the same forms."""
    return _first(item, SUBMITTED)


def year(item: Item) -> str | None:
    """The year of issue, four digits."""
    known = issued(item)
    return known and known[:4]


def embargo_end(item: Item) -> date | None:
    """The day on which an embargoed item opens, from its first file or from its fields; None without an embargo."""
    status = access(item)
    if status.status != "embargoed" or status.until:
        return status.until
    marked = (text for text in item.texts("dc.date", "dc.relation", "dc.rights") if text.startswith(EMBARGO_END))
    told = (text.removeprefix(EMBARGO_END) for text in (*item.texts(*EMBARGO), *marked))
    return next((day for text in told if (day := day_or_none(text))), None)


@lru_cache(maxsize=4096)
def iso(text: str) -> str | None:
    """The date in a text that is one; a time is cut off."""
    day = text.strip().partition("T")[0]
    parts = ISO.fullmatch(day)
    if not parts:
        return None
    try:
        date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
    except ValueError:
        return None
    return day


@lru_cache(maxsize=4096)
def day_or_none(text: str) -> date | None:
    """The day in a text that tells one exactly."""
    known = iso(text)
    return date.fromisoformat(known) if known and len(known) == 10 else None


@lru_cache(maxsize=4096)
def w3cdtf(text: str) -> str | None:
    """The text as W3CDTF that xsd:dateTime takes too: a time needs a zone and seconds, else the day stands alone."""
    day = iso(text)
    time = TIME.fullmatch(text.strip().removeprefix(day or ""))
    if not day or len(day) < 10 or not time:
        return day
    known = f"{day}T{time[1]}{time[2] or ':00'}{time[3]}"
    try:
        datetime.fromisoformat(known)
    except ValueError:
        return day
    return known


def _first(item: Item, fields: tuple[str, ...]) -> str | None:
    return next((known for text in item.texts(*fields) if (known := iso(text))), None)
