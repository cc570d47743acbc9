"""From one metadata record that came as XML to an item: its fields by the mapping, and the XML kept as it came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings import Mapped, mapping_of
from oai_server.ingest.normalise import Finding
from oai_server.model import Item

QNAME = re.compile(r"\s*([A-Za-z_][\w.-]*):[A-Za-z_]")  # a value that may need the declaration of its prefix

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)

# Names and addresses of submitters, and the licence they gave, wherever DSpace's formats stand.
DSPACE = {"dim": "http://www.dspace.org/xmlns/dspace/dim", "xoai": "http://www.lyncode.com/xoai"}
PRIVATE = {
    "dc.description.provenance": etree.XPath(
        "//dim:field[@mdschema='dc' and @element='description' and @qualifier='provenance']"
        " | //xoai:element[@name='dc']/xoai:element[@name='description']/xoai:element[@name='provenance']",
        namespaces=DSPACE,
    ),
    "person.email": etree.XPath("//dim:field[@mdschema='person' and @element='email']", namespaces=DSPACE),
    "the licence of the deposit": etree.XPath("/xoai:metadata/xoai:element[@name='license']", namespaces=DSPACE),
}

ADOPTED = {"dim", "marc", "mods"}  # often kept without their namespace, and whole without it


class Unmapped(ValueError):
    """A record that becomes no item; the message names its root element, ``rule`` what it breaks."""

    rule = "known metadata formats"


def item_of(root: Element, identifier: str | None = None, fallback: str | None = None) -> tuple[Item, list[Finding]]:
    """The item that a metadata record tells, and what is worth a note; Unmapped where it tells none.

    ``identifier`` is the one that the record's envelope names; without it the record's own counts, then ``fallback``,
    which is noted.
    """
    mapping = mapping_of(root)
    if mapping is None:
        raise Unmapped(f"no mapping knows the root element {name_of(root)}")
    if next(root.iter(etree.Entity), None) is not None:
        raise Unmapped(f"{name_of(root)}: entities are neither defined nor fetched here")
    told = mapping.told(root)
    notes: list[Finding] = [("noted", rule, message) for rule, message in told.notes]
    if not told.metadata and told.state == "active":
        raise Unmapped(f"{name_of(root)} says nothing that can be read")
    named = identifier or (told.identifier or "").strip()
    if not named and fallback:
        notes.append(("noted", "section 2.4", f"the record names no identifier, so it is called {fallback}"))
    if not (named or fallback):
        raise Unmapped(f"{name_of(root)} names no identifier")
    item = Item(
        named or fallback or "",
        {name: tuple(values) for name, values in told.metadata.items()},
        tuple(told.sets),
        tuple(told.files),
        xml=_kept(root, mapping, notes),
        state=told.state,
    )
    return item, notes


def name_of(element: Element) -> str:
    """An element's name in Clark notation, as messages tell it."""
    return f"{element.tag!s:.120}"


def standalone(root: Element) -> str:
    """The record's XML as a text of its own: with the declarations that it needs, without those it only inherited."""
    text = etree.tostring(root, encoding="unicode", with_tail=False)
    if root.getparent() is None:
        return text
    alone = etree.fromstring(text, PARSER)
    etree.cleanup_namespaces(alone, keep_ns_prefixes=sorted(set(_prefixes_in_content(alone))))
    return etree.tostring(alone, encoding="unicode")


def _kept(root: Element, mapping: Mapped, notes: list[Finding]) -> dict[str, str]:
    """The XML under its metadataPrefix; nothing for a record that no format can hold as it came (section 3.4).

    A mapping may say so with a function ``kept``.
    """
    namespace = _namespace_of(root, mapping)
    if namespace is None:  # a format that is in no namespace at all cannot be served
        return {}
    judge: Callable[[Element], bool] = getattr(mapping, "kept", _in_a_namespace)
    adopted = mapping.PREFIX in ADOPTED and not _in_a_namespace(root)
    record = _moved(root, namespace) if adopted else root
    if not judge(record):
        told = f"{name_of(root)} does not keep to the format {mapping.PREFIX}, which is made from its fields"
        notes.append(("noted", "section 3.4", told))
        return {}
    if adopted:
        notes.append(("healed", "section 3.4", f"{name_of(root)} put into the namespace {namespace}"))
    text = standalone(record)
    if any(each in text for each in DSPACE.values()):
        public = etree.fromstring(text, PARSER)
        if removed := _remove_private(public):
            notes.append(("healed", "personal data", f"took {', '.join(removed)} out of the XML"))
            text = etree.tostring(public, encoding="unicode")
    return {mapping.PREFIX: text}


def _namespace_of(root: Element, mapping: Mapped) -> str | None:
    """The namespace that a record is in, or should be in."""
    own = etree.QName(root)
    known = (etree.QName(each) for each in sorted(mapping.ROOTS))
    return own.namespace or next(
        (each.namespace for each in known if each.namespace and each.localname == own.localname), None
    )


def _moved(root: Element, namespace: str) -> Element:
    """A copy of the record whose elements of no namespace are in this one."""
    copy = etree.Element(f"{{{namespace}}}{etree.QName(root).localname}", dict(root.attrib), {None: namespace})
    copy.text, copy[:] = root.text, deepcopy(root)[:]
    for element in copy.iterdescendants(etree.Element):
        if not etree.QName(element).namespace:
            element.tag = f"{{{namespace}}}{element.tag!s}"
    etree.cleanup_namespaces(copy)
    return copy


def _in_a_namespace(root: Element) -> bool:
    return bool(etree.QName(root).namespace)


def _remove_private(root: Element) -> list[str]:
    """Take out what DSpace's own formats tell though nobody should know it; the names of what was there."""
    removed: dict[str, None] = {}
    for name, find in PRIVATE.items():
        for element in find(root):
            removed[name] = None
            _remove(element)
    return list(removed)


def _remove(element: Element) -> None:
    """Take an element out, and the elements around it that held nothing else."""
    around = element.getparent()
    if around is not None:
        around.remove(element)
        if not len(around):
            _remove(around)


def _prefixes_in_content(root: Element) -> Iterator[str]:
    """Prefixes that may be meant by attribute values and texts, such as ``xsi:type="dcterms:URI"``."""
    for element in root.iter(etree.Element):
        for text in (*element.attrib.values(), element.text):
            if found := QNAME.match(text or ""):
                yield found[1]
