"""dim, DSpace's own fields as they are stored."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from oai_server.ingest.dspace import handle_among
from oai_server.ingest.mappings.elements import attribute, elements
from oai_server.ingest.mappings.told import Told
from oai_server.model import Value

NAMESPACE = "http://www.dspace.org/xmlns/dspace/dim"
ROOTS = frozenset({f"{{{NAMESPACE}}}dim", "dim"})
PREFIX = "dim"

FIELD = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){1,2}")
NUMBER = re.compile(r"-?[0-9]{1,4}")


def told(root: Element) -> Told:
    """Every field in its order, with language, authority and confidence; the handle names the item."""
    says = Told()
    for field in elements(root, "field"):
        name, value = _name(field), "".join(field.itertext()).strip()
        if not FIELD.fullmatch(name):
            says.notes.append(("DIM field", f"{name!a:.80} is not a field name, left out"))
        elif value:
            add(says, name, value, attribute(field, "lang"), field.get("authority"), field.get("confidence"))
    says.identifier = handle_among({name: tuple(values) for name, values in says.metadata.items()})
    return says


def add(
    says: Told, name: str, text: str, language: str, authority: str | None = None, confidence: str | None = None
) -> None:
    """One more value as DSpace has it, with its line ends."""
    number = int(confidence) if confidence and NUMBER.fullmatch(confidence) else None
    spoken = None if language in ("", "*", "none") else language
    says.metadata.setdefault(name, []).append(Value(text, spoken, authority or None, number))


def _name(field: Element) -> str:
    qualifier = attribute(field, "qualifier")
    parts = (attribute(field, "mdschema"), attribute(field, "element"), "" if qualifier == "none" else qualifier)
    return ".".join(filter(None, parts))
