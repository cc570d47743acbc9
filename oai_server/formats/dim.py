"""dim, DSpace's own fields as they are stored: for harvesting from one DSpace to another."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.fields import shown
from oai_server.formats.writing import XSI
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.dspace.org/xmlns/dspace/dim"
TAG = f"{{{NAMESPACE}}}field"
FIELD = re.compile(r"(?P<mdschema>[A-Za-z_][A-Za-z0-9_-]*)\.(?P<element>[\w-]+)(?:\.(?P<qualifier>[\w-]+))?", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}([_\-][A-Za-z0-9]{1,8})*")
CONFIDENCE = range(-1, 601)  # DSpace's scale, from unset to accepted


def offered(item: Item) -> bool:
    """Items that have a field to tell; one that is withdrawn may have lost those that it had."""
    return item.state != "active" or any(values and _names(field) for field, values in shown(item).items())


def crosswalk(item: Item, site: Site) -> Element:
    """One field element for each value, languages as stored, in stored order."""
    root = etree.Element(f"{{{NAMESPACE}}}dim", nsmap={"dim": NAMESPACE, "xsi": XSI})
    for field, values in shown(item).items():
        names = _names(field)
        for value in values if names else ():
            etree.SubElement(root, TAG, _attributes(names, value)).text = value.text
    return root


@lru_cache(maxsize=4096)
def _names(field: str) -> dict[str, str]:
    """A field's name in its parts; empty for one that DSpace cannot have, whose schema begins with a digit."""
    parts = FIELD.fullmatch(field)
    return {name: part for name, part in parts.groupdict().items() if part} if parts else {}


def _attributes(names: dict[str, str], value: Value) -> dict[str, str]:
    told = dict(names)
    if value.language and LANGUAGE.fullmatch(value.language):
        told["lang"] = value.language
    if value.authority:
        told["authority"] = value.authority
    if value.confidence is not None and value.confidence in CONFIDENCE:  # a range looks for None one by one
        told["confidence"] = str(value.confidence)
    return told


FORMAT = MetadataFormat(
    "dim", namespace=NAMESPACE, schema="dim.xsd", xsd="dim.xsd", crosswalk=crosswalk, offered=offered
)
