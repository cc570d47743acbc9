"""From an item to the bodies of its records: crosswalk, schemaLocation, verdict, bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats import chosen_formats
from oai_server.formats.judge import objections
from oai_server.formats.writing import XSI
from oai_server.model import Fault, Item, MetadataFormat, Site

SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"
SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=False)

OAI = "http://www.openarchives.org/OAI/2.0/"

# The packages that an about container may hold (section 2.5), by namespace.
ABOUT = {
    f"{OAI}provenance": "provenance.xsd",
    f"{OAI}rights/": "rights.xsd",
}
RIGHTS = f"{OAI}rights/"
RIGHTS_XSD = "http://www.openarchives.org/OAI/2.0/rights.xsd"


@dataclass(slots=True)
class Rendered:
    """What became of an item: the metadata's bytes by prefix, the about packages, the formats that failed and why."""

    metadata: dict[str, bytes] = field(default_factory=dict)
    about: tuple[bytes, ...] = ()
    failed: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()


class Renderer:
    """Tells items in every chosen format. Made once; knows the formats and the site."""

    def __init__(self, formats: Mapping[str, MetadataFormat], site: Site, metadata_rights: str | None = None) -> None:
        """``metadata_rights`` is the URI of the terms under which the metadata itself may be used (about/rights)."""
        self.formats = formats
        self.site = site
        self.metadata_rights = metadata_rights

    def offered(self, item: Item) -> list[str]:
        """The prefixes in which this item can be told."""
        return [prefix for prefix, known in self.formats.items() if prefix in item.xml or known.offered(item)]

    def render(self, item: Item, only: str | None = None) -> Rendered:
        """Every record of an item, or only that of one format; what is not valid is a fault and not a record."""
        rendered = Rendered()
        faults: list[Fault] = []
        for prefix in self.offered(item):
            if only not in (None, prefix):
                continue
            try:
                rendered.metadata[prefix] = self._metadata(item, self.formats[prefix])
            except Invalid as error:
                faults.append(Fault("lost", error.rule, str(error), identifier=item.identifier, prefix=prefix))
        for prefix in sorted(set(item.xml) - set(self.formats)):
            reason = f"no format {prefix} is set up here, so its XML cannot be judged and is not served"
            faults.append(Fault("lost", "formats", reason, identifier=item.identifier, prefix=prefix))
        rendered.failed = frozenset(fault.prefix for fault in faults if fault.prefix)
        rendered.about, wrong = self._about(item)
        rendered.faults = (*faults, *wrong)
        return rendered

    def _metadata(self, item: Item, known: MetadataFormat) -> bytes:
        given = item.xml.get(known.prefix)
        if given is None:
            root = known.crosswalk(item, self.site)
        else:
            root = _parsed(given, f"xml.{known.prefix}")
            if etree.QName(root).namespace != known.namespace:
                raise Invalid("section 3.4", f"the root element {root.tag!r} is not in the namespace {known.namespace}")
        _locate(root, known.namespace, known.schema_url(self.site))
        return _judged(root, known.xsd)

    def _about(self, item: Item) -> tuple[tuple[bytes, ...], tuple[Fault, ...]]:
        """The about packages, each valid, at most one about rights (section 2.5, guideline on rights)."""
        good: list[bytes] = []
        faults: list[Fault] = []
        rights = 0
        for place, text in enumerate(item.about):
            try:
                root = _parsed(text, f"about[{place}]")
                namespace = etree.QName(root).namespace
                if namespace not in ABOUT:
                    raise Invalid(
                        "section 2.5", f"about[{place}]: no schema for {root.tag!r}; {', '.join(ABOUT)} are known"
                    )
                rights += namespace == RIGHTS
                if namespace == RIGHTS and rights > 1:
                    raise Invalid("guideline on rights, section 3", "a record has at most one rights package")
                good.append(_judged(root, ABOUT[namespace]))
            except Invalid as error:
                faults.append(Fault("lost", error.rule, str(error), identifier=item.identifier))
        if self.metadata_rights and not rights:
            good.append(etree.tostring(_rights(self.metadata_rights)))
        return tuple(good), tuple(faults)


def make_renderer(prefixes: tuple[str, ...], site: Site, metadata_rights: str | None) -> Renderer:
    """The renderer of these formats: a function with plain arguments, so that another process can do the same."""
    return Renderer(chosen_formats(prefixes), site, metadata_rights)


class Invalid(ValueError):
    """A record or package that must not be served; ``rule`` names what it breaks."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


def _parsed(text: str, where: str) -> Element:
    try:
        root = etree.fromstring(text.encode(), SAFE)
    except etree.XMLSyntaxError as error:
        raise Invalid("well-formed XML", f"{where}: {error.msg}") from None
    if root.getroottree().docinfo.doctype:
        raise Invalid("section 3.2", f"{where}: a document type declaration cannot stand inside a record")
    return root


def _locate(root: Element, namespace: str, schema: str) -> None:
    """Pair the format's namespace with the announced schema on the root itself (section 3.4)."""
    words = (root.get(SCHEMA_LOCATION) or "").split()
    pairs = dict(zip(words[::2], words[1::2], strict=False))
    pairs[namespace] = schema
    root.set(SCHEMA_LOCATION, " ".join(f"{name} {place}" for name, place in pairs.items()))


def _judged(root: Element, xsd: str) -> bytes:
    """The bytes of a valid package."""
    found = objections(root, xsd)
    if found:
        line, message = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Invalid(xsd, f"line {line}: {message}{more}")
    return _bytes(root)


def _bytes(root: Element) -> bytes:
    """The package as it can stand anywhere: elements without a namespace say so, or they would take the envelope's."""
    if any(not etree.QName(each).namespace for each in root.iter(etree.Element)):
        etree.Element(f"{{{OAI}}}metadata", nsmap={None: OAI}).append(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=False)


def _rights(uri: str) -> Element:
    root = etree.Element(f"{{{RIGHTS}}}rights", nsmap={None: RIGHTS, "xsi": XSI})
    root.set(SCHEMA_LOCATION, f"{RIGHTS} {RIGHTS_XSD}")
    etree.SubElement(root, f"{{{RIGHTS}}}rightsReference", ref=uri)
    return root
