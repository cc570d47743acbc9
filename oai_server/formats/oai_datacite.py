"""oai_datacite, DataCite's envelope for OAI-PMH: who registered the record, and the whole DataCite record in it."""

from __future__ import annotations

from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.formats import datacite
from oai_server.formats.writing import XSI
from oai_server.model import Item, MetadataFormat, Site

NAMESPACE = "http://schema.datacite.org/oai/oai-1.1/"
W = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE, "xsi": XSI})
VERSION = "4.7"  # of the DataCite schema that the payload is written in


def crosswalk(item: Item, site: Site) -> Element:
    """The envelope. We know no DataCite account, so the symbol is the name by which OAI-PMH knows the repository."""
    resource = datacite.crosswalk(item, site)
    resource.set(f"{{{XSI}}}schemaLocation", f"{datacite.NAMESPACE} {datacite.FORMAT.schema_url(site)}")
    return W.oai_datacite(
        W.schemaVersion(VERSION),
        W.datacentreSymbol(site.repository_identifier),
        W.payload(resource),
    )


FORMAT = MetadataFormat(
    "oai_datacite",
    namespace=NAMESPACE,
    schema="http://schema.datacite.org/oai/oai-1.1/oai.xsd",
    xsd="oai_datacite.xsd",
    crosswalk=crosswalk,
    offered=datacite.offered,
)
