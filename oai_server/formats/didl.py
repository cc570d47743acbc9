"""didl, a digital item of MPEG-21 (ISO/IEC 21000-2): identifier, description and open files in one package."""

from __future__ import annotations

import re

from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.formats import oai_dc
from oai_server.formats.access import open_files
from oai_server.formats.fields import TITLES
from oai_server.formats.identifiers import landing_page, urns
from oai_server.formats.ore import MEDIA_TYPE, accessioned, instant_text, web_address
from oai_server.formats.writing import XSI
from oai_server.model import Item, MetadataFormat, Site

NAMESPACE = "urn:mpeg:mpeg21:2002:02-DIDL-NS"
DII = "urn:mpeg:mpeg21:2002:01-DII-NS"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"
XML = "application/xml; charset=utf-8"
NO_ID = re.compile(r"[^A-Za-z0-9.-]")
UNKNOWN = "application/octet-stream"  # what is known of a file without a media type (RFC 2046, section 4.5.1)

PREFIXES = {
    "didl": NAMESPACE,
    "dii": DII,
    "dcterms": DCTERMS,
    "oai_dc": oai_dc.NAMESPACE,
    "dc": oai_dc.DC,
    "xsi": XSI,
}
ROOT = ElementMaker(namespace=NAMESPACE, nsmap=PREFIXES)
D = ElementMaker(namespace=NAMESPACE)
IDENTIFIED = ElementMaker(namespace=DII)
TERMS = ElementMaker(namespace=DCTERMS)


def offered(item: Item) -> bool:
    """Items with a title, without which the description inside would say nothing."""
    return bool(item.first(*TITLES))


def crosswalk(item: Item, site: Site) -> Element:
    """One item: two descriptors, then a component for each open file (formats.md, section 5.8)."""
    came = accessioned(item)
    return ROOT.DIDL(
        {SCHEMA_LOCATION: f"{oai_dc.NAMESPACE} {oai_dc.FORMAT.schema}"},
        *([D.DIDLInfo(TERMS.created(instant_text(came)))] if came else []),
        D.Item(
            _descriptor(IDENTIFIED.Identifier(_identifier(item))),
            _descriptor(oai_dc.crosswalk(item, site)),
            *_components(item),
            id=f"item-{_id(item)}",
        ),
    )


def _descriptor(statement: Element) -> Element:
    return D.Descriptor(D.Statement(statement, mimeType=XML))


def _components(item: Item) -> list[Element]:
    files = [(href, file.mimetype or "") for file in open_files(item) if (href := web_address(file.url))]
    return [
        D.Component(
            D.Resource(ref=href, mimeType=kind if MEDIA_TYPE.fullmatch(kind) else UNKNOWN),
            id=f"file-{place}-{_id(item)}",
        )
        for place, (href, kind) in enumerate(files, start=1)
    ]


def _identifier(item: Item) -> str:
    """The name that lasts longest: a URN, else the landing page, else the identifier in this protocol."""
    return next(iter(urns(item)), None) or web_address(landing_page(item)) or item.identifier


def _id(item: Item) -> str:
    """The item's identifier as an xs:ID may be written, so that no two in a list are the same."""
    return NO_ID.sub(lambda each: f"_{ord(each[0]):x}_", item.identifier)


FORMAT = MetadataFormat(
    "didl",
    namespace=NAMESPACE,
    schema="http://standards.iso.org/ittf/PubliclyAvailableStandards/MPEG-21_schema_files/did/didl.xsd",
    xsd="didl.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
