"""Headings that say by themselves which field a column is: ``dc.title``, ``dc.title[en_US]``, ``Title``."""

from __future__ import annotations

import re
from collections.abc import Sequence

FIELD = r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*){1,2}"
QUALIFIED = re.compile(
    rf"(?:\[authority\])?(?P<field>{FIELD})(?:\[(?P<language>[^\]]*)\]|\s+(?P<bare>[a-z]{{2,3}}(?:[_-][A-Za-z]{{2,4}})?))?"
)
SCHEMAS = frozenset("dc dcterms thesis etd local oaire datacite rioxxterms".split())

RESERVED = frozenset(("id", "collection", "action", "rowname"))  # what DSpace puts beside fields

ELEMENTS = """title creator subject description publisher contributor date type format identifier source language
relation coverage rights"""
WORDS = {
    **{element: f"dc.{element}" for element in ELEMENTS.split()},
    "abstract": "dc.description.abstract",
    "alternative": "dc.title.alternative",
    "author": "dc.contributor.author",
    "available": "dc.date.available",
    "created": "dc.date.created",
    "dateissued": "dc.date.issued",
    "doi": "dc.identifier.doi",
    "extent": "dc.format.extent",
    "isbn": "dc.identifier.isbn",
    "ispartof": "dc.relation.ispartof",
    "issn": "dc.identifier.issn",
    "issued": "dc.date.issued",
    "license": "dc.rights.uri",
    "medium": "dc.format.medium",
    "spatial": "dc.coverage.spatial",
    "temporal": "dc.coverage.temporal",
}


def qualified(heading: str) -> tuple[str, str | None] | None:
    """Field and language of ``schema.element[.qualifier]``, ``[LANG]`` or a blank and LANG after it; None for others.

    No language is None, the empty one in brackets is the empty text: DSpace tells them apart.
    """
    found = QUALIFIED.fullmatch(heading.strip())
    if not found:
        return None
    language = found["language"]
    return found["field"], language.strip() if language is not None else found["bare"]


def in_known_schema(heading: str) -> bool:
    """Whether a heading is a field of a schema that repositories use: ``dc.title`` is, ``dspace.files`` is not."""
    known = qualified(heading)
    return known is not None and known[0].partition(".")[0].lower() in SCHEMAS


def plain_word(heading: str) -> str | None:
    """The field of a word of Dublin Core, however it is written: ``Title``, ``Is Part Of``, ``subjects``."""
    word = re.sub(r"[\s_-]", "", heading).lower()
    return WORDS.get(word) or WORDS.get(word.removesuffix("s"))


def is_batch_metadata(heading: Sequence[str]) -> bool:
    """Whether these are DSpace's own headings: fields with ``id`` among them, or with nothing that is not DSpace's."""
    names = [name.strip().lower() for name in heading]
    if not any(map(in_known_schema, heading)):
        return False
    return "id" in names or all(name in RESERVED or qualified(name) for name in names)
