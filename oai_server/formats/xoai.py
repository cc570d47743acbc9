"""xoai, DSpace's inner document: its fields nested, then bundles of files, and what else DSpace knows of an item."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import Status, access
from oai_server.formats.dates import embargo_end
from oai_server.formats.dim import CONFIDENCE, LANGUAGE
from oai_server.formats.fields import shown
from oai_server.formats.identifiers import handles, uri
from oai_server.formats.writing import XSI
from oai_server.model import File, Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.lyncode.com/xoai"
METADATA, ELEMENT, FIELD = (f"{{{NAMESPACE}}}{name}" for name in ("metadata", "element", "field"))
ALGORITHMS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
STATUS: dict[Status, str] = {
    "open": "open.access",
    "embargoed": "embargo",
    "restricted": "restricted",
    "metadata only": "metadata.only",
}
OWN = frozenset({"bundles", "license", "others", "repository"})  # what DSpace adds; no field of an item may say it

Field = tuple[str, str | None]


@dataclass(slots=True)
class Node:
    """An element before it is written: its fields come before its elements, whatever their order was."""

    fields: list[Field] = field(default_factory=list)
    children: dict[str, Node] = field(default_factory=dict)


def crosswalk(item: Item, site: Site) -> Element:
    """As DSpace makes it, without what it should have hidden: the licence of the deposit, files that are not open."""
    root = etree.Element(METADATA, nsmap={None: NAMESPACE, "xsi": XSI})
    for name, node in _fields(item).children.items():
        _write(root, name, node)
    _bundles(root, item)
    handle = next(iter(handles(item)), None)
    others = _element(root, "others", ("handle", handle), ("identifier", item.identifier))
    _element(others, "access-status", *_status(item))
    _element(root, "repository", ("name", site.name))
    return root


def _fields(item: Item) -> Node:
    """The fields by schema, element, qualifier and language, each level once, in stored order."""
    root = Node()
    for name, values in shown(item).items():
        steps = name.split(".", 2)
        for value in values if steps[0] not in OWN else ():
            node = root
            for step in (*steps, _language(value)):
                node = node.children.setdefault(step, Node())
            node.fields += _value(value)
    return root


def _language(value: Value) -> str:
    """The language as it is stored; DSpace says none where there is none."""
    return value.language if value.language and LANGUAGE.fullmatch(value.language) else "none"


def _value(value: Value) -> list[Field]:
    confidence = str(value.confidence) if value.authority and value.confidence in CONFIDENCE else None
    return [("value", value.text), ("authority", value.authority), ("confidence", confidence)]


def _bundles(root: Element, item: Item) -> None:
    """All our files are content, which is DSpace's bundle ORIGINAL."""
    files = [told for file in item.files if (told := [pair for pair in _told(file) if pair[1]])]
    if files:
        bundle = _element(_element(root, "bundles"), "bundle", ("name", "ORIGINAL"))
        bitstreams = _element(bundle, "bitstreams")
        for told in files:
            _element(bitstreams, "bitstream", *told)


def _told(file: File) -> list[Field]:
    """What anybody may know of a file; address, size and checksum only of one that is open."""
    known = [("name", file.name), ("originalName", file.name), ("description", file.description)]
    if file.access != "open":
        return [*known, ("format", file.mimetype)]
    size = str(file.size) if file.size is not None else None
    return [*known, ("format", file.mimetype), ("size", size), ("url", _address(file)), *_checksum(file)]


def _address(file: File) -> str | None:
    return file.url and (uri(file.url) or file.url)


def _checksum(file: File) -> list[Field]:
    """The checksum and by which algorithm; without that nobody can use it."""
    algorithm, _, digits = (file.checksum or "").rpartition(":")
    if not algorithm or not digits:
        return []
    return [
        ("checksum", digits),
        ("checksumAlgorithm", ALGORITHMS.get(algorithm.lower().replace("-", ""), algorithm.upper())),
    ]


def _status(item: Item) -> list[Field]:
    end = embargo_end(item)
    return [("value", STATUS[access(item).status]), ("embargo", end.isoformat() if end else None)]


def _write(parent: Element, name: str, node: Node) -> None:
    element = _element(parent, name, *node.fields)
    for step, child in node.children.items():
        _write(element, step, child)


def _element(parent: Element, name: str, *fields: Field) -> Element:
    """An element with those of its fields that say something."""
    element = etree.SubElement(parent, ELEMENT, name=name)
    for called, text in fields:
        if text:
            etree.SubElement(element, FIELD, name=called).text = text
    return element


FORMAT = MetadataFormat("xoai", namespace=NAMESPACE, schema="xoai.xsd", xsd="xoai.xsd", crosswalk=crosswalk)
