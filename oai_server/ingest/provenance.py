"""The about/provenance container: where a harvested record came from (implementation guidelines, provenance)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.ingest.stamps import utc_text

NAMESPACE = "http://www.openarchives.org/OAI/2.0/provenance"
LOCATION = f"{NAMESPACE} http://www.openarchives.org/OAI/2.0/provenance.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
P = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE, "xsi": XSI})
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
WEB = re.compile(r"https?://[^\s/?#]\S*")


@dataclass(frozen=True, slots=True)
class Origin:
    """What one harvest knows of a record's origin; ``harvested`` is the responseDate."""

    base_url: str
    identifier: str
    datestamp: str
    namespace: str
    harvested: str
    altered: bool


def container(origin: Origin, about: list[Element]) -> str | None:
    """The package, with the one that the record brought nested in it; None where the origin is not known well enough.

    It takes the place of the one that came: a record has one provenance, and the newest harvest is outermost.
    """
    stamp, harvested = utc_text(origin.datestamp), utc_text(origin.harvested)
    named = WEB.fullmatch(origin.base_url) and URI.fullmatch(origin.identifier) and URI.fullmatch(origin.namespace)
    if not (named and stamp and harvested and "T" in harvested):
        return None
    description = P.originDescription(
        P.baseURL(origin.base_url),
        P.identifier(origin.identifier),
        P.datestamp(stamp),
        P.metadataNamespace(origin.namespace),
        harvestDate=harvested,
        altered="true" if origin.altered else "false",
    )
    description.extend(each for package in about for each in package.iterchildren(f"{{{NAMESPACE}}}originDescription"))
    root = P.provenance(description)
    root.set(f"{{{XSI}}}schemaLocation", LOCATION)
    return etree.tostring(root, encoding="unicode")


def is_provenance(package: Element) -> bool:
    """Whether an about package is one."""
    return bool(package.tag == f"{{{NAMESPACE}}}provenance")
