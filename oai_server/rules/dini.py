"""The sets that the DINI certificate names (appendix A.2): document types, groups of the DDC, versions.

``data/dini_sets.csv`` has each element with its name and what it covers: our types, or further beginnings of a DDC
notation (the groups are those of the German national bibliography, which join some sections).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from oai_server.formats.remembering import once_an_item
from oai_server.formats.vocabulary import resource_type, table, version_terms
from oai_server.model import Item

NOTATION = re.compile(r"\s*(?:\S*ddc[:/\s]\s*)?([0-9]{3}(?:\.[0-9]+)?)(?![0-9])", re.IGNORECASE)
DDC = ("dc.subject.ddc", "dcterms.subject.ddc", "dc.subject.classification.ddc")
MARKED = re.compile(r"\s*(?:info:eu-repo/classification/)?ddc[:/]", re.IGNORECASE)


@cache
def names(family: str) -> Mapping[str, str]:
    """The names of the sets of a family (``doc-type``, ``ddc``, ``status-type``) by the last element of the setSpec."""
    return {row["element"]: row["name"] for row in table("dini_sets.csv") if row["family"] == family}


@once_an_item
def doc_type(item: Item) -> str:
    """The document type, the narrowest that covers the item's; a thesis of unknown level is Text."""
    covers = _covers()
    return next((covers[kind] for kind in resource_type(item).kinds if kind in covers), "Other")


def ddc_groups(item: Item) -> tuple[str, ...]:
    """The groups of the item's DDC notations, from the fields that hold them and from subjects marked as ``ddc:``."""
    told = [*item.texts(*DDC), *(text for text in item.texts("dc.subject") if MARKED.match(text))]
    return tuple(dict.fromkeys(group for text in told if (group := _group(text))))


def ddc_classes(item: Item) -> tuple[str, ...]:
    """The main classes of the same: 500 for 519.5."""
    return tuple(dict.fromkeys(f"{group[0]}00" for group in ddc_groups(item)))


def status_type(item: Item) -> str | None:
    """The version in DRIVER's words, where the item tells it: ``acceptedVersion``."""
    known = version_terms(item)
    return known.eu_repo.rpartition("/")[2] if known and known.eu_repo else None


@lru_cache(maxsize=4096)
def _group(text: str) -> str | None:
    """The group whose beginning is the longest that a notation has; None for a text without notation."""
    found = NOTATION.match(text)
    if not found:
        return None
    notation = found[1]
    beginnings = _beginnings()
    return next(beginnings[known] for end in range(len(notation), 0, -1) if (known := notation[:end]) in beginnings)


@cache
def _beginnings() -> Mapping[str, str]:
    """The beginnings of DDC notations by group: ``51`` is 510, ``004``, ``005`` and ``006`` are 004."""
    found: dict[str, str] = {}
    for row in table("dini_sets.csv"):
        if row["family"] == "ddc":
            group = row["element"]
            own = group if "." in group else group.rstrip("0") or "0"
            found |= dict.fromkeys([own, *filter(None, row["covers"].split("|"))], group)
    return found


@cache
def _covers() -> Mapping[str, str]:
    rows = [row for row in table("dini_sets.csv") if row["family"] == "doc-type"]
    return {kind: row["element"] for row in rows for kind in row["covers"].split("|") if kind}


DOC_TYPES = names("doc-type")
