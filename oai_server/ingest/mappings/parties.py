"""DataCite's creators and contributors: names, what they did, who they are, where they work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, element, elements, first, text, texts
from oai_server.ingest.mappings.naming import authority, fold
from oai_server.ingest.mappings.told import Told
from oai_server.model import Value

AFFILIATION = "oairecerif.author.affiliation"
NO_AFFILIATION = "#PLACEHOLDER_PARENT_METADATA_VALUE#"  # DSpace-CRIS's word, which keeps the columns side by side
AUTHOR, BODY = "dc.contributor.author", "dc.creator.corporate"
BODIES = frozenset(("ror", "grid", "crossreffunderid"))
UNKNOWN = re.compile(r"\(?:(?:unac|unal|unap|unas|unav|unkn|none|null|tba|etal)\)?", re.IGNORECASE)
AGREEMENT = re.compile(r"info:eu-repo/grantAgreement/.+", re.IGNORECASE)
GRID = re.compile(r"(?:https?://(?:www\.)?grid\.ac/institutes/)?(grid\.[0-9a-f.]+)", re.IGNORECASE)

CONTRIBUTORS = {
    "funder": "dc.contributor.funder",
    "hostinginstitution": "dc.contributor.institution",
    "other": "dc.contributor.other",
    "rightsholder": "dc.rights.holder",
    "sponsor": "dc.contributor.sponsor",
    "supervisor": "dc.contributor.advisor",
}


def add_parties(told: Told, resource: Element) -> None:
    """Creators in order with their affiliations, bodies after people; then contributors in the field of their role."""
    people: dict[Value, str] = {}
    bodies: dict[Value, str] = {}
    for creator in elements(resource, "creators/creator"):
        if value := _value(creator, "creatorName"):
            where = "; ".join(dict.fromkeys(texts(creator, "affiliation")))
            (bodies if _is_body(creator, "creatorName") else people).setdefault(value, where)
    for field, found in ((AUTHOR, people), (BODY, bodies)):
        if found:
            told.metadata.setdefault(field, []).extend(found)
    affiliations = [*people.values(), *bodies.values()]
    if any(affiliations):
        told.metadata[AFFILIATION] = [Value(where or NO_AFFILIATION) for where in affiliations]
    for contributor in elements(resource, "contributors/contributor"):
        _contribute(told, contributor)


def _contribute(told: Told, contributor: Element) -> None:
    """A contributor by role; grants that old records tell as contributors' identifiers are grants."""
    value = _value(contributor, "contributorName")
    for agreement in filter(AGREEMENT.fullmatch, texts(contributor, "nameIdentifier")):
        told.add("dc.relation", agreement)
    if value is None:
        return
    kind = fold(attribute(contributor, "contributorType"))
    known = re.fullmatch("[a-z]{1,40}", kind)
    field = CONTRIBUTORS.get(kind, f"dc.contributor.{kind}" if known else "dc.contributor.other")
    if _is_body(contributor, "contributorName") and "," in value.text and kind not in CONTRIBUTORS:
        field = "dc.contributor.corporate"  # where a comma does not part the name
    told.add(field, value.text, authority=value.authority)


def _value(party: Element, name: str) -> Value | None:
    """The name, family name first where its two parts are told, with the best of its identifiers."""
    full, family, given = first(party, name), first(party, "familyName"), first(party, "givenName")
    if family and given and "," not in full and not _is_body(party, name):
        full = f"{family}, {given}"
    full = full or ", ".join(filter(None, (family, given)))
    if not full or UNKNOWN.fullmatch(full):
        return None
    known = [*_identifiers(party)]
    return Value(full, authority=next((each for each in known if "orcid.org" in each), next(iter(known), None)))


def _identifiers(party: Element) -> Iterator[str]:
    for each in elements(party, "nameIdentifier"):
        known = authority(attribute(each, "nameIdentifierScheme"), text(each))
        if known:
            yield known


def _is_body(party: Element, name: str) -> bool:
    """Whether it says that it is an organisation, by the type of its name or by an identifier that only those have."""
    named = element(party, name)
    kind = attribute(named, "nameType") if named is not None else ""
    schemes = {fold(attribute(each, "nameIdentifierScheme")) for each in elements(party, "nameIdentifier")}
    return kind == "Organizational" or (not kind and not first(party, "familyName") and bool(BODIES & schemes))


def body_address(scheme: str, identifier: str) -> str:
    """The identifier of a funder as an address where there is one; else as it is."""
    grid = GRID.fullmatch(identifier)
    return grid[1] if grid else authority(scheme, identifier) or identifier
