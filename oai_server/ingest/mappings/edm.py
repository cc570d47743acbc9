"""edm, the Europeana Data Model as providers and Europeana write it; other RDF as far as Dublin Core goes.

The object is told by its own node or, in Europeana's, by the proxy of its provider.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, element, elements, first, text
from oai_server.ingest.mappings.naming import name_item
from oai_server.ingest.mappings.offers import offered
from oai_server.ingest.mappings.properties import ABOUT, RDF, RESOURCE, add_properties, name_by, nodes
from oai_server.ingest.mappings.told import Told
from oai_server.model import File

ROOTS = frozenset({f"{{{RDF}}}RDF"})
PREFIX = "edm"

EDM = "http://www.europeana.eu/schemas/edm/"
TYPES = {"IMAGE": "image", "SOUND": "sound", "TEXT": "text", "VIDEO": "video", "3D": "three-dimensional image"}


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: as providers write it, without the proxies that Europeana adds.

    RDF of another kind shares the root element and nothing else.
    """
    return element(root, "ProvidedCHO") is not None and element(root, "Proxy") is None


def told(root: Element) -> Told:
    """The object, where it is shown, and who provides it."""
    said = Told()
    others = nodes(root)
    for node in _objects(root):
        add_properties(said, node, others)
        for kind in node.iterchildren(f"{{{EDM}}}type"):
            said.add("dc.type", TYPES.get(text(kind), text(kind)))
        if said.identifier is None:
            name_by(said, attribute(node, ABOUT))
    _aggregation(said, root)
    return said


def _objects(root: Element) -> Iterator[Element]:
    """The nodes that tell of the object: its own and its provider's proxy; outside of EDM the first with a title."""
    found = list(elements(root, "ProvidedCHO"))
    for proxy in elements(root, "Proxy"):
        if first(proxy, "europeanaProxy").casefold() != "true":
            found.append(proxy)
    if not found:
        found = [node for node in elements(root, "*") if element(node, "title") is not None][:1]
    return iter(found)


def _aggregation(said: Told, root: Element) -> None:
    """Landing page, rights and files; who gives the data is its publisher only where none is named."""
    for parts in elements(root, "Aggregation"):
        for page in elements(parts, "isShownAt"):
            name_item(said, attribute(page, RESOURCE))
        for rights in elements(parts, "rights"):
            said.add("dc.rights.uri", attribute(rights, RESOURCE) or text(rights))
        if "dc.publisher" not in said.metadata:
            said.add("dc.publisher", first(parts, "dataProvider"))
        views = {attribute(each, RESOURCE): each for name in ("isShownBy", "hasView") for each in elements(parts, name)}
        said.files.extend(_view(root, address) for address in views if address)


def _view(root: Element, address: str) -> File:
    node = next((each for each in elements(root, "WebResource") if attribute(each, ABOUT) == address), None)
    return offered(address, first(node, "format") if node is not None else "", "openAccess")
