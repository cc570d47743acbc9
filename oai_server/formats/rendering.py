"""From an item to the bodies of its records: crosswalk, schemaLocation, verdict, bytes."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from lxml import etree
from lxml.etree import _Element as Element

from oai_server import __version__
from oai_server.formats import chosen_formats, known_formats, known_variants
from oai_server.formats.access import discreet
from oai_server.formats.judge import objections
from oai_server.formats.writing import XSI
from oai_server.model import PREFIX, Fault, Item, MetadataFormat, Site, StoredFormat

SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"
SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=False)

WITHOUT_NAMESPACE = etree.XPath("boolean(descendant-or-self::*[namespace-uri() = ''])")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")
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
    """What became of an item: the metadata's bytes by prefix, the about packages, the formats that failed and why.

    ``stored`` are the formats of records that came as XML and that no crosswalk makes.
    """

    metadata: dict[str, bytes] = field(default_factory=dict)
    about: tuple[bytes, ...] = ()
    failed: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    stored: tuple[StoredFormat, ...] = ()


class SecondJudge(Protocol):
    """The official schemas, where they have been fetched."""

    def objections(self, root: Element, schema_url: str) -> list[tuple[int, str]] | None:
        """(line, message) for each breach; None where that schema is not at hand."""


class Renderer:
    """Tells items in every chosen format. Made once; knows the formats, the site and the judges."""

    def __init__(
        self,
        formats: Mapping[str, MetadataFormat],
        site: Site,
        metadata_rights: str | None = None,
        second_judge: SecondJudge | None = None,
        paths: tuple[str, ...] = (),
    ) -> None:
        """``metadata_rights`` is the URI of the terms under which the metadata itself may be used (about/rights).

        ``paths`` are the folders of the site's own formats: what came in one that is known and not chosen is served.
        """
        self.formats = formats
        self.site = site
        self.metadata_rights = metadata_rights
        self.second_judge = second_judge
        self.paths = paths

    @property
    def fingerprint(self) -> str:
        """What the records depend on besides their items: release, formats, settings."""
        return " ".join((__version__, ",".join(self.formats), self.site.schemas, self.metadata_rights or ""))

    def offered(self, item: Item) -> list[str]:
        """The prefixes in which this item can be told."""
        made = [prefix for prefix, known in self.formats.items() if prefix in item.xml or _offers(known, item)]
        return [*made, *sorted(set(item.xml) - set(self.formats))]

    def render(self, item: Item, only: str | None = None) -> Rendered:
        """Every record of an item, or only that of one format; what is not valid is a fault and not a record."""
        item = discreet(item)
        rendered = Rendered()
        faults: list[Fault] = []
        stored, failed = [], []
        for prefix in self.offered(item):
            if only not in (None, prefix):
                continue
            try:
                root, known, notes = self._record(item, prefix)
                rendered.metadata[prefix] = _bytes(root)
                faults += notes
            except Invalid as error:
                faults.append(self._failure(item, prefix, error))
                failed.append(prefix)
                continue
            if isinstance(known, StoredFormat):
                stored.append(known)
        rendered.failed = frozenset(failed)
        rendered.stored = tuple(stored)
        rendered.about, wrong = self._about(item)
        faults += (replace(fault, prefix=prefix) for fault in wrong for prefix in rendered.metadata)
        rendered.faults = tuple(faults)
        return rendered

    def _failure(self, item: Item, prefix: str, error: Invalid) -> Fault:
        """That a record is not served: no loss where it came in a format that was not chosen here."""
        if prefix in self.formats or prefix not in known_formats(self.paths):
            return Fault("lost", error.rule, str(error), identifier=item.identifier, prefix=prefix)
        told = f"not served, as {prefix} is none of the chosen formats and what came is not valid: {error}"
        return Fault("noted", error.rule, told, identifier=item.identifier, prefix=prefix)

    def _record(self, item: Item, prefix: str) -> tuple[Element, MetadataFormat | StoredFormat, list[Fault]]:
        """The metadata's root element, its format, and what is worth a note; Invalid where there is none to serve."""
        known = self.formats.get(prefix)
        if prefix not in item.xml:
            made = self._made(item, self.formats[prefix])
            return made, self.formats[prefix], self._unjudged(item, made, self.formats[prefix])
        try:
            return self._brought(item, prefix)
        except Invalid as error:
            if known is None or not _offers(known, replace(item, xml={})):
                raise
            made = self._made(item, known)
            notes = self._unjudged(item, made, known)
            told = f"made here, because what came is not valid: {error}"
            return made, known, [Fault("noted", error.rule, told, identifier=item.identifier, prefix=prefix), *notes]

    def _brought(self, item: Item, prefix: str) -> tuple[Element, MetadataFormat | StoredFormat, list[Fault]]:
        """A record as it came; where the official schema is at hand, that alone judges: ours is for what we write."""
        root = _parsed(item.xml[prefix], f"xml.{prefix}")
        known = self.formats.get(prefix) or known_formats(self.paths).get(prefix)
        namespace = etree.QName(root).namespace
        if known is None or (prefix not in self.formats and namespace != known.namespace):
            stored = _stored_format(prefix, root)
            return root, stored, self._unjudged(item, root, stored)
        if namespace != known.namespace:
            raise Invalid("section 3.4", f"the root element {root.tag!r} is not in the namespace {known.namespace}")
        _locate(root, known.namespace, known.schema_url(self.site))
        found = self._officially(root, known)
        if found is None:
            notes = self._unjudged(item, root, known)
        else:
            _raise(found, known.schema_url(self.site))
            notes = []
        if prefix in self.formats:
            return root, known, notes
        return root, StoredFormat(prefix, known.namespace, known.schema_url(self.site)), notes

    def _made(self, item: Item, known: MetadataFormat) -> Element:
        """The root element that the format's crosswalk makes."""
        root = _crossed(known, item, self.site)
        _locate(root, known.namespace, known.schema_url(self.site))
        return root

    def _officially(self, root: Element, known: MetadataFormat | StoredFormat) -> list[tuple[int, str]] | None:
        """What the official schema objects to; None where it is not at hand."""
        schema = known.schema_url(self.site)
        found = self.second_judge.objections(root, schema) if self.second_judge else None
        if found is None or not isinstance(known, MetadataFormat):
            return found
        return [each for each in found if not known.contradicts(each[1])]

    def _unjudged(self, item: Item, root: Element, known: MetadataFormat | StoredFormat) -> list[Fault]:
        """Judge a record: Invalid where a schema refuses it, a note where there is no schema to judge by."""
        ours = known.xsd if isinstance(known, MetadataFormat) else None
        if ours is not None:
            _raise(objections(root, ours), ours)
        found, schema = self._officially(root, known), known.schema_url(self.site)
        if found is not None:
            _raise(found, schema)
        elif ours is None:
            told = f"not validated: no schema {schema} is at hand (oai-server schemas fetch)"
            return [Fault("noted", "section 3.2", told, identifier=item.identifier, prefix=known.prefix)]
        return []

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
                    told = f"about[{place}]: left out, no schema for {root.tag!r}; {', '.join(ABOUT)} are known"
                    faults.append(Fault("noted", "section 2.5", told, identifier=item.identifier))
                    continue
                rights += namespace == RIGHTS
                if namespace == RIGHTS and rights > 1:
                    raise Invalid("guideline on rights, section 3", "a record has at most one rights package")
                good.append(_judged(root, ABOUT[namespace]))
            except Invalid as error:
                faults.append(Fault("lost", error.rule, str(error), identifier=item.identifier))
        if self.metadata_rights and not rights:
            good.append(etree.tostring(_rights(self.metadata_rights)))
        return tuple(good), tuple(faults)


def make_renderer(
    prefixes: tuple[str, ...],
    site: Site,
    metadata_rights: str | None = None,
    paths: tuple[str, ...] = (),
    second_judge: Callable[[], SecondJudge] | None = None,
) -> Renderer:
    """The renderer of these formats: a function with plain arguments, so that another process can do the same."""
    return Renderer(chosen_formats(prefixes, paths), site, metadata_rights, second_judge and second_judge(), paths)


def make_variants(
    wanted: Mapping[str, frozenset[str]],
    site: Site,
    metadata_rights: str | None = None,
    paths: tuple[str, ...] = (),
    second_judge: Callable[[], SecondJudge] | None = None,
) -> Mapping[str, Renderer]:
    """The renderers of these variants, by name, each for its prefixes."""
    known = known_variants(paths)
    judge = second_judge and second_judge()
    return {
        name: Renderer({prefix: known[name][prefix] for prefix in sorted(prefixes)}, site, metadata_rights, judge)
        for name, prefixes in wanted.items()
    }


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


def _offers(known: MetadataFormat, item: Item) -> bool:
    """Whether a format says that it can tell an item; one that breaks down over the question is asked to try."""
    try:
        return known.offered(item)
    except Exception:
        return True


def _crossed(known: MetadataFormat, item: Item, site: Site) -> Element:
    """The crosswalk's element. One that breaks down, ours or a site's own, costs this record and no other."""
    try:
        return known.crosswalk(item, site)
    except Exception as error:
        logging.getLogger(__name__).exception("the crosswalk %s broke down", known.prefix)
        raise Invalid("crosswalk", f"the crosswalk broke down: {type(error).__name__}: {error}") from error


def _stored_format(prefix: str, root: Element) -> StoredFormat:
    """The format that a record of somebody else's announces by itself (section 3.4)."""
    namespace = etree.QName(root).namespace
    words = (root.get(SCHEMA_LOCATION) or "").split()
    schema = dict(zip(words[::2], words[1::2], strict=False)).get(namespace or "")
    if not PREFIX.fullmatch(prefix) or prefix == "all":
        raise Invalid("section 3.4", f"{prefix!r} is no metadataPrefix: letters, digits and -_.!~*'(), not all")
    if not namespace or namespace == OAI:
        raise Invalid("section 3.4", f"the root element {root.tag!r} needs a namespace of its own")
    if not schema or not ABSOLUTE.fullmatch(schema):
        raise Invalid("section 3.4", f"the root element needs an xsi:schemaLocation that pairs {namespace} with a URL")
    _locate(root, namespace, schema)
    return StoredFormat(prefix, namespace, schema)


def _raise(found: Sequence[tuple[int, str]], rule: str) -> None:
    if found:
        line, message = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Invalid(rule, f"line {line}: {message}{more}")


def _judged(root: Element, xsd: str) -> bytes:
    """The bytes of a valid package."""
    _raise(objections(root, xsd), xsd)
    return _bytes(root)


def _bytes(root: Element) -> bytes:
    """The package as it can stand anywhere: elements without a namespace say so, or they would take the envelope's."""
    if WITHOUT_NAMESPACE(root):
        etree.Element(f"{{{OAI}}}metadata", nsmap={None: OAI}).append(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=False)


def _rights(uri: str) -> Element:
    root = etree.Element(f"{{{RIGHTS}}}rights", nsmap={None: RIGHTS, "xsi": XSI})
    root.set(SCHEMA_LOCATION, f"{RIGHTS} {RIGHTS_XSD}")
    etree.SubElement(root, f"{{{RIGHTS}}}rightsReference", ref=uri)
    return root
