"""uketd_dc, theses as the British Library's EThOS takes them, in the namespaces of all its editions."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, first, language, local, text, texts
from oai_server.ingest.mappings.grants import Grant, add_grants
from oai_server.ingest.mappings.naming import ORCID, local_name, name_item
from oai_server.ingest.mappings.offers import offered
from oai_server.ingest.mappings.told import Told

ROOTS = frozenset({"{http://naca.central.cranfield.ac.uk/ethos-oai/2.0/}uketddc", "uketddc"})
PREFIX = "uketd_dc"

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
SCHEMES = frozenset(("ddc", "lcc", "lcsh", "mesh", "udc"))
PLAIN = {
    "title": "dc.title",
    "alternative": "dc.title.alternative",
    "advisor": "dc.contributor.advisor",
    "contributor": "dc.contributor",
    "abstract": "dc.description.abstract",
    "description": "dc.description",
    "tableOfContents": "dc.description.tableofcontents",
    "publisher": "dc.publisher",
    "commercial": "dc.publisher.commercial",
    "institution": "thesis.degree.grantor",
    "department": "thesis.degree.department",
    "qualificationlevel": "thesis.degree.level",
    "qualificationname": "thesis.degree.name",
    "issued": "dc.date.issued",
    "dateAccepted": "dc.date.accepted",
    "created": "dc.date.created",
    "type": "dc.type",
    "coverage": "dc.coverage",
    "spatial": "dc.coverage.spatial",
    "temporal": "dc.coverage.temporal",
    "source": "dc.source",
    "relation": "dc.relation",
    "hasVersion": "dc.relation.hasversion",
    "isVersionOf": "dc.relation.isversionof",
    "references": "dc.relation.references",
    "isPartOf": "dc.relation.ispartof",
    "embargodate": "dc.rights.embargodate",
    "embargoreason": "dc.rights.embargoreason",
    "license": "dc.rights.uri",
    "rightsHolder": "dc.rights.holder",
    "accessRights": "dc.rights",
    "format": "dc.format",
    "extent": "dc.format.extent",
}


def told(root: Element) -> Told:
    """All elements of the set; grants, authors' identifiers and files by what stands before or after them."""
    said = Told()
    for each in root.iterchildren(etree.Element):
        name = local(each)
        if name in PLAIN:
            said.add(PLAIN[name], text(each), language(each))
        elif name == "subject":
            scheme = _type(each).casefold()
            said.add(f"dc.subject.{scheme}" if scheme in SCHEMES else "dc.subject", text(each), language(each))
        elif name == "rights":
            said.add("dc.rights.uri" if ADDRESS.fullmatch(text(each)) else "dc.rights", text(each), language(each))
    said.add_all("dc.language.iso", texts(root, "language"))
    _authors(said, root)
    _grants(said, root)
    _identifiers(said, root)
    return said


def _type(of: Element) -> str:
    """``DDC`` of ``dcterms:DDC``."""
    return attribute(of, XSI_TYPE).rpartition(":")[2]


def _authors(said: Told, root: Element) -> None:
    """Authors, with an ORCID that follows the name."""
    for creator in elements(root, "creator"):
        after = creator.getnext()
        told_after = text(after) if after is not None and str(after.tag).endswith("}authoridentifier") else ""
        orcid = ORCID.search(told_after)
        known = f"https://orcid.org/{orcid[0].upper()}" if orcid else None
        said.add("dc.contributor.author", text(creator), language(creator), known)


def _grants(said: Told, root: Element) -> None:
    """A grant number belongs to the sponsor before it."""
    found: list[Grant] = []
    for each in root.iterchildren("{*}sponsor", "{*}grantnumber"):
        if local(each) == "sponsor":
            found.append(Grant(funder=text(each)))
        elif found and not found[-1].number:
            found[-1] = Grant(funder=found[-1].funder, number=text(each))
        else:
            said.add("dc.identifier.grantnumber", text(each))
    add_grants(said, found)


def _identifiers(said: Told, root: Element) -> None:
    """The landing page is what it is referenced by; a typed identifier is the address of a file."""
    access = "openAccess" if not first(root, "embargotype") else "restrictedAccess"
    for page in texts(root, "isReferencedBy"):
        name_item(said, page)
        said.identifier = said.identifier or local_name(page)
    for each in elements(root, "identifier"):
        if _type(each) == "URI" and ADDRESS.fullmatch(text(each)):
            said.files.append(offered(text(each), access=access))
        else:
            name_item(said, text(each))
