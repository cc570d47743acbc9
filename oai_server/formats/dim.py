"""dim, DSpace's own fields as they are stored: for harvesting from one DSpace to another."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.fields import shown
from oai_server.formats.writing import XSI
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.dspace.org/xmlns/dspace/dim"
LANGUAGE = re.compile(r"[A-Za-z]{2,8}([_\-][A-Za-z0-9]{1,8})*")
CONFIDENCE = range(-1, 601)  # DSpace's scale, from unset to accepted


def crosswalk(item: Item, site: Site) -> Element:
    """One field element for each value, languages as stored, in stored order."""
    root = etree.Element(f"{{{NAMESPACE}}}dim", nsmap={"dim": NAMESPACE, "xsi": XSI})
    for field, values in shown(item).items():
        for value in values:
            etree.SubElement(root, f"{{{NAMESPACE}}}field", _attributes(field, value)).text = value.text
    return root


def _attributes(field: str, value: Value) -> dict[str, str]:
    schema, name, *qualifier = field.split(".", 2)
    told = {
        "mdschema": schema,
        "element": name,
        "qualifier": qualifier[0] if qualifier else None,
        "lang": value.language if LANGUAGE.fullmatch(value.language or "") else None,
        "authority": value.authority,
        "confidence": str(value.confidence) if value.confidence in CONFIDENCE else None,
    }
    return {name: text for name, text in told.items() if text}


FORMAT = MetadataFormat("dim", namespace=NAMESPACE, schema="dim.xsd", xsd="dim.xsd", crosswalk=crosswalk)
