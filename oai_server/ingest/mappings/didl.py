"""didl, a digital item of MPEG-21: the description inside in its own format, identifiers and files around it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings import mapping_of
from oai_server.ingest.mappings.elements import attribute, elements, first, text
from oai_server.ingest.mappings.naming import ADDRESS, URN, name_item
from oai_server.ingest.mappings.offers import offered
from oai_server.ingest.mappings.told import Told

NAMESPACE = "urn:mpeg:mpeg21:2002:02-DIDL-NS"
ROOTS = frozenset({f"{{{NAMESPACE}}}DIDL"})
PREFIX = "didl"

RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
PAGES = ("text/html", "application/xml", "application/xhtml+xml")


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: the Dutch profile of DIDL is another format than ours."""
    return not attribute(root, "DIDLDocumentId")


def told(root: Element) -> Told:
    """What the first description inside says, and what the item around it adds."""
    said = _description(root)
    item = next(root.iter(f"{{{NAMESPACE}}}Item"), None)
    if item is None:
        return said
    for name in elements(item, "Descriptor/Statement/Identifier"):
        if URN.fullmatch(text(name)):
            said.add("dc.identifier.urn", text(name))
        said.identifier = said.identifier or text(name)
    for resource in elements(item, "Component/Resource"):
        _place(said, resource, "")
    for part in elements(item, "Item"):
        _part(said, part)
    return said


def _description(root: Element) -> Told:
    """The first description in a format that we know."""
    for inside in _inside(root):
        mapping = mapping_of(inside)
        if mapping is not None and not ROOTS.intersection((str(inside.tag),)):
            return mapping.told(inside)
    return Told()


def _inside(root: Element) -> Iterator[Element]:
    """Elements that stand directly in a statement or a resource."""
    for holder in root.iter(f"{{{NAMESPACE}}}Statement", f"{{{NAMESPACE}}}Resource"):
        yield from holder.iterchildren(etree.Element)


def _part(said: Told, part: Element) -> None:
    """A part of the item by its type: a page for people, or a file with its access."""
    kinds = [attribute(each, RESOURCE) or text(each) for each in elements(part, "Descriptor/Statement/type")]
    access = first(part, "Descriptor/Statement/accessRights")
    for resource in elements(part, "Component/Resource"):
        if any(kind.endswith("humanStartPage") for kind in kinds):
            name_item(said, attribute(resource, "ref") or text(resource))
        elif any(kind.endswith("objectFile") for kind in kinds):
            _place(said, resource, access or "restricted")


def _place(said: Told, resource: Element, access: str) -> None:
    """The address of a resource: of a page, unless it is a file by its type or by what is said of its access."""
    address, kind = attribute(resource, "ref"), attribute(resource, "mimeType")
    address = address or ("" if len(resource) else text(resource))
    if not ADDRESS.fullmatch(address):
        return
    if access or kind.partition(";")[0] not in PAGES:
        said.files.append(offered(address, kind, access))
    else:
        name_item(said, address)
