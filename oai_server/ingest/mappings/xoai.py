"""xoai, DSpace's inner document: its fields nested by name, its files, and what it knows of access."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml.etree import _Element as Element

from oai_server.ingest.dspace import bare_handle, handle_among
from oai_server.ingest.mappings.dim import FIELD, add
from oai_server.ingest.mappings.elements import attribute, elements, text
from oai_server.ingest.mappings.told import Told
from oai_server.model import File, FileAccess

NAMESPACE = "http://www.lyncode.com/xoai"
ROOTS = frozenset({f"{{{NAMESPACE}}}metadata"})
PREFIX = "xoai"

OWN = frozenset({"bundles", "license", "others", "repository"})  # what DSpace adds to the fields
ACCESS: dict[str, FileAccess] = {
    "open.access": "open",
    "embargo": "embargoed",
    "restricted": "restricted",
    "metadata.only": "closed",
}
ALGORITHMS = {"md5": "md5", "sha-1": "sha1", "sha-256": "sha256", "sha-512": "sha512"}


def told(root: Element) -> Told:
    """The fields of every schema, the content files, the handle."""
    says = Told()
    for schema in _children(root):
        if attribute(schema, "name") not in OWN:
            _fields(says, [attribute(schema, "name")], schema)
    others = _named(root, "others")
    handle, full = (_field(others, name) if others is not None else "" for name in ("handle", "identifier"))
    among = handle_among({name: tuple(values) for name, values in says.metadata.items()})
    says.identifier = bare_handle(handle) or among or full or None
    says.files.extend(_files(root, others))
    return says


def _fields(says: Told, steps: list[str], element: Element) -> None:
    """The values below an element: names of schema, element and qualifier lead to one named after the language."""
    values: list[list[str]] = []
    for field in elements(element, "field"):
        kind, value = attribute(field, "name"), "".join(field.itertext()).strip()
        if kind == "value":
            values.append([value, "", ""])
        elif kind in ("authority", "confidence") and values:
            values[-1][1 if kind == "authority" else 2] = value
    *names, language = steps if len(steps) > 2 else [*steps, ""]
    name = ".".join(names)
    for value, authority, confidence in values:
        if not FIELD.fullmatch(name):
            says.notes.append(("XOAI field", f"{name!a:.80} is not a field name, left out"))
        elif value:
            add(says, name, value, language, authority, confidence)
    for child in _children(element):
        _fields(says, [*steps, attribute(child, "name")], child)


def _files(root: Element, others: Element | None) -> Iterator[File]:
    """The files of the bundle ORIGINAL. What has an address and no word on access is open: it was told in public."""
    bundles = _named(root, "bundles")
    status = _named(others, "access-status") if others is not None else None
    known = ACCESS.get(_field(status, "value"), "restricted") if status is not None else None
    end = _day(_field(status, "embargo")) if status is not None else None
    if known == "embargoed" and end is None:
        known = "restricted"
    for bundle in _children(bundles) if bundles is not None else ():
        if _field(bundle, "name") == "ORIGINAL":
            for bitstream in elements(bundle, "element/element"):
                yield _file(bitstream, known, end if known == "embargoed" else None)


def _file(bitstream: Element, known: FileAccess | None, end: date | None) -> File:
    url, size, digest = (_field(bitstream, name) or None for name in ("url", "size", "checksum"))
    algorithm = ALGORITHMS.get(_field(bitstream, "checksumAlgorithm").lower())
    return File(
        _field(bitstream, "originalName") or _field(bitstream, "name") or url or "file",
        mimetype=_field(bitstream, "format") or None,
        size=int(size) if size and size.isdecimal() and len(size) < 19 else None,
        checksum=f"{algorithm}:{digest}" if algorithm and digest else None,
        url=url,
        description=_field(bitstream, "description") or None,
        access=known or ("open" if url else "restricted"),
        available=end,
    )


def _children(element: Element) -> Iterator[Element]:
    return elements(element, "element")


def _named(element: Element, name: str) -> Element | None:
    return next((child for child in _children(element) if attribute(child, "name") == name), None)


def _field(element: Element, name: str) -> str:
    return next((text(field) for field in elements(element, "field") if attribute(field, "name") == name), "")


def _day(told_day: str) -> date | None:
    try:
        return date.fromisoformat(told_day[:10])
    except ValueError:
        return None
