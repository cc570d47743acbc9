"""What came as XML is announced as its first record was: one prefix, one namespace, one schema (section 3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from oai_server.ingest.keeping import rendition_of
from oai_server.model import Fault, Reading, Rendition, StoredFormat
from oai_server.store import KeptItem

RULE = "section 3.4"


def agreeing(
    kept: Sequence[KeptItem], readings: Mapping[str, Reading], announced: Mapping[str, StoredFormat]
) -> list[KeptItem]:
    """The items, each record announced as its format is: another schema is exchanged, another namespace is lost."""
    known = dict(announced)
    agreed = []
    for item in kept:
        for format_ in item.formats:
            first = known.setdefault(format_.prefix, format_)
            if first != format_:
                item = _agreed(item, format_, first, readings[item.identifier])
        agreed.append(item)
    return agreed


def _agreed(item: KeptItem, its: StoredFormat, first: StoredFormat, reading: Reading) -> KeptItem:
    named = (its.prefix, "")
    body = item.bodies.get(named)
    same = its.namespace == first.namespace
    said = f"{first.prefix} is {first.namespace} with {first.schema} here, not {its.namespace} with {its.schema}"
    message = f"announced otherwise than it came: {said}" if same else said
    degree = "noted" if same else "lost"
    fault = Fault(degree, RULE, message, reading.file, reading.line, item.identifier, its.prefix)  # type: ignore[arg-type]
    bodies = {name: each for name, each in item.bodies.items() if name != named}
    if same and body is not None:
        bodies[named] = _located(body, its, first)
    return replace(
        item,
        bodies=bodies,
        failed=item.failed if same else item.failed | {named},
        formats=tuple(each for each in item.formats if each != its),
        faults=(*item.faults, fault),
    )


def _located(body: Rendition, its: StoredFormat, first: StoredFormat) -> Rendition:
    """The record with the schema of its format where its own is named, which stands in its root element."""
    old, new = (f"{each.namespace} {each.schema}" for each in (its, first))
    quoted = {'"': "&quot;"}
    return rendition_of(body.body.replace(escape(old, quoted).encode(), escape(new, quoted).encode(), 1))
