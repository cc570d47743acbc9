"""Theses: which items are, and the degree that each was written for."""

from __future__ import annotations

from oai_server.formats.dates import iso, issued
from oai_server.formats.vocabulary import resource_type
from oai_server.model import Item

# As DSpace's thesis schema names them, then as the registries of British repositories do.
NAMES = ("thesis.degree.name", "dc.type.qualificationname")
LEVELS = ("thesis.degree.level", "dc.type.qualificationlevel")
DISCIPLINES = ("thesis.degree.discipline",)
DEPARTMENTS = ("thesis.degree.department", "dc.publisher.department")
GRANTORS = ("thesis.degree.grantor", "dc.publisher.institution")
AWARDED = ("dc.date.awarded", "thesis.degree.date")


def is_thesis(item: Item) -> bool:
    """Whether a thesis is what the item says it is; a degree makes one of what says nothing else, not of an article."""
    return "thesis" in resource_type(item).kinds


def awarded(item: Item) -> str | None:
    """The date of the award, else of issue, which on a thesis is the same year: ``2019``, ``2019-10`` or a day."""
    return next((known for text in item.texts(*AWARDED) if (known := iso(text))), issued(item))
