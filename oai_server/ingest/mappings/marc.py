"""MARCXML, MARC 21 records as XML, in the namespace of the Library of Congress or in none."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.marc_fields import told_by
from oai_server.ingest.mappings.marc_record import (
    CODE,
    CONTROL,
    CONTROLFIELD,
    DATAFIELD,
    INDICATOR,
    NAMESPACE,
    SUBFIELD,
    TAG,
    record_in,
)
from oai_server.ingest.mappings.marc_record import LEADER as LEADER_NAME
from oai_server.ingest.mappings.told import Told

PREFIX = "marc"
ROOTS = frozenset({f"{{{NAMESPACE}}}record", "record"})

LEADER = re.compile(r"[0-9 ]{5}[0-9A-Za-z ][0-9A-Za-z][0-9A-Za-z ]{3}[2 ]{2}[0-9 ]{5}[0-9A-Za-z ]{3}(?:4500| {4})")
SORTS = {LEADER_NAME: "l", CONTROLFIELD: "c", DATAFIELD: "d"}
SEQUENCE = re.compile("lc*d*")


def told(root: Element) -> Told:
    """What a record says in our fields; nothing of a record element without a namespace that is of another kind."""
    record = record_in(root)
    if record is None:
        return Told(notes=[("MARCXML", "neither control fields nor data fields")])
    return told_by(record)


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: whether it keeps to what the schema of MARCXML asks of it."""
    parts = list(root.iterchildren("*"))
    return bool(SEQUENCE.fullmatch("".join(map(_sort, parts)))) and all(map(_regular, parts))


def _sort(element: Element) -> str:
    return SORTS.get(str(element.tag), "?")


def _regular(part: Element) -> bool:
    """Whether a leader, control field or data field has the form that it must have."""
    tag = part.get("tag", "")
    if _sort(part) == "l":
        return bool(LEADER.fullmatch(part.text or "")) and not len(part)
    if _sort(part) == "c":
        return bool(CONTROL.fullmatch(tag)) and not len(part)
    indicators = (part.get(name, "") for name in ("ind1", "ind2"))
    subfields = list(part.iterchildren("*"))
    whole = bool(TAG.fullmatch(tag)) and all(map(INDICATOR.fullmatch, indicators)) and bool(subfields)
    return whole and not (part.text or "").strip() and all(map(_regular_subfield, subfields))


def _regular_subfield(subfield: Element) -> bool:
    return subfield.tag == SUBFIELD and bool(CODE.fullmatch(subfield.get("code", ""))) and not len(subfield)
