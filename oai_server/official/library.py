"""A folder of official schemas, and how libxml2 reads them: under their public URLs, offline, mended where it must."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.official.manifest import lookup, place

XS = "http://www.w3.org/2001/XMLSchema"
VERSIONING = "http://www.w3.org/2007/XMLSchema-versioning"
SLOT = "urn:oai-server:slot"  # the element that stands where a part was taken out to be judged on its own
UNBOUNDED = 2**31

Counts = dict[str, dict[str, tuple[int, int]]]


class CannotCompile(Exception):
    """A schema that cannot judge; the message says why."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema, and how often each member of its repeating xs:all groups may come: element, member, least and most."""

    schema: etree.XMLSchema
    counts: Counts

    def objections(self, root: Element) -> Iterator[tuple[int, str]]:
        """(line, message) for each breach."""
        if not self.schema.validate(root):
            yield from ((error.line, error.message) for error in self.schema.error_log)
        for element in root.iter(*self.counts) if self.counts else ():
            name = etree.QName(element).text
            for member, (least, most) in self.counts[name].items():
                seen = sum(1 for _ in element.iterchildren(member))
                if not least <= seen <= most:
                    most_told = "any number" if most == UNBOUNDED else most
                    message = f"Element '{name}': {seen} × '{member}', allowed are {least} to {most_told}."
                    yield element.sourceline or 0, message


class Library:
    """The folder, by URL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, url: str) -> Path | None:
        """Where the schema of that URL is; None when it is not there. The manifest's aliases are known."""
        known = lookup(url)
        local = known.place if known else place(url)
        # What is not in the manifest may have been laid there by hand, but nowhere else.
        if not known and (":" in local or "\\" in local or {"", ".", ".."} & set(local.split("/"))):
            return None
        path = self.folder / local
        return path if path.is_file() else None

    def compiled(self, url: str) -> Compiled:
        """The schema of that URL with the slot beside it; CannotCompile says what is wrong or missing."""
        path = self.path(url)
        if path is None:
            raise CannotCompile(f"{place(url)} is not there")
        shelf = Shelf(self)
        problem = ""
        try:
            schema = etree.XMLSchema(_driver(_public(url), _parsed(path).get("targetNamespace"), shelf))
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError, OSError) as error:
            problem = f"{place(url)}: {error}"
        if shelf.missing:
            problem = f"{place(url)} needs {', '.join(sorted(shelf.missing))}"
        if problem:
            raise CannotCompile(problem)
        return Compiled(schema, shelf.counts)


class Shelf(etree.Resolver):
    """What one schema is compiled from. libxml2 goes on without an import that it cannot have, so we note those."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.missing: set[str] = set()
        self.counts: Counts = {}

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        """The bytes of a schema under its public URL, so that what it includes is looked up by public URLs too."""
        if not system_url:
            return None
        if system_url.endswith((".dtd", ".ent", ".mod")):
            return self.resolve_empty(context)
        path = self.library.path(system_url)
        if path is None:
            self.missing.add(place(system_url))
            return self.resolve_string(f'<schema xmlns="{XS}"/>', context)
        public = _public(system_url)
        mend = next((mend for start, mend in ERRATA.items() if place(public).startswith(start)), None)
        if mend is None:
            return self.resolve_string(path.read_bytes(), context, base_url=public)
        schema = _parsed(path)
        mend(schema, self.counts)
        return self.resolve_string(etree.tostring(schema), context, base_url=public)


def _driver(url: str, namespace: str | None, shelf: Shelf) -> Element:
    """A schema of the slot, which imports the one that is meant."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    parser.resolvers.add(shelf)
    driver = etree.Element(f"{{{XS}}}schema", targetNamespace=SLOT)
    whole = etree.SubElement(driver, f"{{{XS}}}import", schemaLocation=url)
    if namespace:
        whole.set("namespace", namespace)
    etree.SubElement(driver, f"{{{XS}}}element", name="slot")
    # Read anew, because only what a parser has made knows the parser's resolvers.
    return etree.fromstring(etree.tostring(driver), parser)


def _public(url: str) -> str:
    known = lookup(url)
    return f"http://{known.place if known else place(url)}"


def _parsed(path: Path) -> Element:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    return etree.fromstring(path.read_bytes(), parser)


def one_idref(schema: Element, counts: Counts) -> None:
    """MODS 3.8 gives accessCondition the same attributes twice (editor's note of 2023-08-11)."""
    given = f"{{{XS}}}attributeGroup[@ref='IDAttributeGroup']"
    for definition in schema.iterfind(f".//{{{XS}}}complexType[@name='accessConditionDefinition']//{given}/.."):
        for group in definition.findall(given):
            definition.remove(group)


def loosened(schema: Element, counts: Counts) -> None:
    """RIOXX is XSD 1.1, libxml2 knows 1.0: asserts go, an xs:all with repeats becomes a choice that we count."""
    schema.attrib.pop(f"{{{VERSIONING}}}minVersion", None)
    etree.strip_elements(schema, f"{{{XS}}}assert", with_tail=False)
    for group in list(schema.iter(f"{{{XS}}}all")):
        owner = next(
            each for each in group.iterancestors(f"{{{XS}}}element", f"{{{XS}}}complexType") if each.get("name")
        )
        members = {_name(member): _times(member) for member in group.iterchildren(f"{{{XS}}}element")}
        if owner.tag == f"{{{XS}}}element":
            counts[_name(owner)] = members
        group.tag = f"{{{XS}}}choice"
        group.attrib.update({"minOccurs": "0", "maxOccurs": "unbounded"})


def _times(member: Element) -> tuple[int, int]:
    """How often a member may come; the member itself no longer says so."""
    least, most = member.attrib.pop("minOccurs", "1"), member.attrib.pop("maxOccurs", "1")
    return int(least), UNBOUNDED if most == "unbounded" else int(most)


def _name(declaration: Element) -> str:
    """The name of the element that is declared or referred to, as lxml writes it."""
    target = declaration.getroottree().getroot().get("targetNamespace")
    prefix, _, local = (declaration.get("ref") or declaration.get("name") or "").rpartition(":")
    namespace = declaration.nsmap.get(prefix or None, target) if declaration.get("ref") else target
    return f"{{{namespace}}}{local}"


# What libxml2 refuses as it was published, by place, and how it is mended in memory.
ERRATA: Mapping[str, Callable[[Element, Counts], None]] = {
    "loc.gov/standards/mods/v3/mods-3-8.xsd": one_idref,
    "rioxx.net/": loosened,
}
