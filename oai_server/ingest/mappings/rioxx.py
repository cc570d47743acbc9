"""RIOXX 3, and RIOXX 2 as far as it says the same things by other names."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, first, language, text, texts
from oai_server.ingest.mappings.grants import Grant, add_grants
from oai_server.ingest.mappings.naming import ISBN, ISSN, authority, bare_doi, fold, local_name, name_item
from oai_server.ingest.mappings.offers import offered
from oai_server.ingest.mappings.told import Told

NAMESPACES = ("http://www.rioxx.net/schema/v3.0/rioxx/", "http://docs.rioxx.net/schema/v3.0/rioxx/")
ROOTS = frozenset({"rioxx", *(f"{{{namespace}}}rioxx" for namespace in NAMESPACES)})
PREFIX = "rioxx"

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
PLAIN = {
    "coverage": "dc.coverage",
    "description": "dc.description.abstract",
    "subject": "dc.subject",
    "title": "dc.title",
    "type": "dc.type",
    "rights": "dc.rights",
    "format": "dc.format.mimetype",
}
DATED = {
    "dateAccepted": "dc.date.accepted",
    "publication_date": "dc.date.issued",
    "record_public_release_date": "dc.date.accessioned",
}
PEOPLE = {
    "creator": "dc.contributor.author",
    "author": "dc.contributor.author",
    "contributor": "dc.contributor",
    "publisher": "dc.publisher",
}


def kept(root: Element) -> bool:
    """Whether a record can be served as it came: one in the namespace that is that of our format."""
    return root.tag == f"{{{NAMESPACES[0]}}}rioxx"


def told(root: Element) -> Told:
    """All elements of the profile, files among them."""
    said = Told()
    for name in first(root, "identifier"), *texts(root, "identifier"):
        name_item(said, name)
    for name, field in PLAIN.items():
        for each in elements(root, name):
            said.add(field, text(each), language(each))
    said.add_all("dc.language.iso", texts(root, "language"))
    for name, field in DATED.items():
        said.add_all(field, texts(root, name))
    for name, field in PEOPLE.items():
        for party in elements(root, name):
            _party(said, field, party)
    for source in texts(root, "source"):
        _source(said, source)
    add_grants(said, [_grant(each) for name in ("grant", "project") for each in elements(root, name)])
    said.add_all("dc.relation.project", (each for each in texts(root, "project") if ADDRESS.fullmatch(each)))
    for relation in elements(root, "relation"):
        _relation(said, relation)
    for elsewhere in elements(root, "ext_relation"):
        _elsewhere(said, elsewhere)
    _older(said, root)
    said.identifier = next((local_name(value.text) for value in said.metadata.get("dc.identifier.uri", ())), None)
    return said


def _party(said: Told, field: str, party: Element) -> None:
    """A name and the best of its identifiers; in RIOXX 2 the name is the text, and the identifier an attribute."""
    known = [each for name in texts(party, "id") if (each := authority("", name))]
    known += [each for each in [authority("", attribute(party, "id"))] if each]
    orcid = next((each for each in known if "orcid.org" in each), next(iter(known), None))
    said.add(field, first(party, "name") or text(party), language(party), orcid)


def _source(said: Told, source: str) -> None:
    """What it is a part of, by its number or by its name."""
    if ISSN.fullmatch(source):
        said.add("dc.identifier.issn", source)
    elif ISBN.fullmatch(source) or re.fullmatch("[0-9]{9}[0-9X]|97[89][0-9]{10}", source):
        said.add("dc.relation.isbn", source)
    else:
        said.add("dc.source" if ADDRESS.fullmatch(source) else "dc.relation.ispartof", source)


def _grant(grant: Element) -> Grant:
    number = text(grant)
    funder_id = attribute(grant, "funder_id")
    return Grant(
        funder=attribute(grant, "funder_name"),
        funder_id=authority("", funder_id) or funder_id,
        number="" if ADDRESS.fullmatch(number) else number,
    )


def _relation(said: Told, relation: Element) -> None:
    """A file of the item, or another address of it; what they say of version and licence is true of the item."""
    address = text(relation)
    access = attribute(relation, "access_rights") or attribute(relation, "access_rights_")
    exposed = attribute(relation, "resource_exposed_date")
    if attribute(relation, "rel") == "item" and address:
        said.files.append(offered(address, attribute(relation, "type"), access, exposed))
    else:
        name_item(said, address)
    said.add("dc.rights", access)
    said.add("dc.rights.uri", attribute(relation, "license_ref"))
    said.add("oaire.version", attribute(relation, "coar_version"))
    said.add("dc.date.accessioned", attribute(relation, "deposit_date"))


def _elsewhere(said: Told, relation: Element) -> None:
    """The same work at its publisher's if it says of what version that is, else something that belongs to it."""
    address = text(relation)
    if attribute(relation, "coar_version") and bare_doi(address):
        name_item(said, address)
    else:
        said.add("dc.relation", address)


def _older(said: Told, root: Element) -> None:
    """What RIOXX 2 tells in elements of its own."""
    for name in texts(root, "version_of_record"):
        name_item(said, name)
    said.add_all("oaire.version", texts(root, "version"))
    said.add_all("dc.rights.uri", texts(root, "license_ref"))
    for kind in texts(root, "type"):
        if fold(kind) not in {fold(value.text) for value in said.metadata.get("dc.type", ())}:
            said.add("dc.type", kind)
