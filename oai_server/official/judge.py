"""The second judge: the official schemas of a folder, compiled once, used offline."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.official.library import SLOT, CannotCompile, Compiled, Library
from oai_server.official.manifest import defaults, lookup

XSI = "http://www.w3.org/2001/XMLSchema-instance"
OAI = "http://www.openarchives.org/OAI/2.0/"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
EDM = "http://www.europeana.eu/schemas/edm/"
OBJECT = f"{{{EDM}}}ProvidedCHO"  # its presence makes an rdf:RDF a record of Europeana
PROXY = "{http://www.openarchives.org/ore/terms/}Proxy"  # and this one of Europeana's own


class Official:
    """The official schemas that an installation has fetched. Nothing is read before it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._library = Library(self.folder)
        self._compiled: dict[str, Compiled | CannotCompile] = {}

    def __reduce__(self) -> tuple[type[Official], tuple[Path]]:
        """In another process it is compiled anew: a compiled schema cannot travel."""
        return Official, (self.folder,)

    def holds(self, schema_url: str) -> bool:
        """Whether that schema is there."""
        return self._library.path(schema_url) is not None

    def problem(self, schema_url: str) -> str | None:
        """Why that schema cannot judge; None when it can."""
        schema = self._schema(schema_url)
        return str(schema) if isinstance(schema, CannotCompile) else None

    def schema_of(self, root: Element) -> str | None:
        """The URL of the schema that judges an element: the one it names if that is there, else its namespace's."""
        if root.tag == RDF and root.find(OBJECT) is not None:
            internal = "-INTERNAL" if root.find(PROXY) is not None else ""
            return self._held(f"{EDM}EDM{internal}.xsd")
        name = etree.QName(root)
        default = defaults().get(name.text) or defaults().get(f"{{{name.namespace}}}*")
        words = (root.get(f"{{{XSI}}}schemaLocation") or "").split()
        named = dict(zip(words[::2], words[1::2], strict=False)).get(name.namespace or "")
        # Everyone names something else for rdf:RDF, and OAI-PMH is one schema.
        if named and name.namespace != OAI and root.tag != RDF and self.holds(named):
            entry = lookup(named)
            if default or not entry or entry.root:
                return named
        return self._held(default.url) if default else None

    def objections(self, root: Element, schema_url: str) -> list[tuple[int, str]] | None:
        """(line, message) for each breach of that schema, and of their own schemas by the parts of other formats.

        None when the schema is not there or cannot be compiled; ``problem`` tells why. A part whose schema is not
        there is passed over.
        """
        schema = self._schema(schema_url)
        if isinstance(schema, CannotCompile):
            return None
        parts = _parts(root)
        found = list(schema.objections(_without(root, parts) if parts else root))
        for part in parts:
            own = self.schema_of(part)
            # Copied, because an xs:ID is unique in a record, not in a list of records.
            found += (own and self.objections(deepcopy(part), own)) or []
        return found

    def _held(self, url: str) -> str | None:
        return url if self.holds(url) else None

    def _schema(self, url: str) -> Compiled | CannotCompile:
        if url not in self._compiled:
            try:
                self._compiled[url] = self._library.compiled(url)
            except CannotCompile as error:
                self._compiled[url] = error
        return self._compiled[url]


def _parts(root: Element) -> list[Element]:
    """The outermost elements below this one that begin a part in another format: MODS in METS, a record in a list.

    Where such a part may stand, schemas either ask for one that they cannot know (strict) or let everything pass (lax).
    """
    found: dict[Element, None] = {}  # in document order
    for element in root.iter(*defaults()):
        parent = element.getparent()
        if element is root or parent is None:
            continue
        foreign = etree.QName(element).namespace != etree.QName(parent).namespace
        if foreign and not any(above in found for above in element.iterancestors()):
            found[element] = None
    return list(found)


def _without(root: Element, parts: list[Element]) -> Element:
    """A copy in which a slot stands for each part."""
    places = {id(part) for part in parts}
    copy = deepcopy(root)
    twins = [twin for element, twin in zip(root.iter(), copy.iter(), strict=True) if id(element) in places]
    for twin in twins:
        twin.clear(keep_tail=True)
        twin.tag = f"{{{SLOT}}}slot"
    return copy
