"""datacite, the DataCite Metadata Schema 4.7: for items that have a DOI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats import languages
from oai_server.formats.access import access, open_files
from oai_server.formats.citation import HOSTED, Citation, citation
from oai_server.formats.dates import accepted, embargo_end, issued, submitted, w3cdtf, year
from oai_server.formats.fields import TITLES, WEB_ADDRESS, doi
from oai_server.formats.funding import Funding, fundings
from oai_server.formats.identifiers import dois, isbns, issns, own_doi, uri, urls, urns
from oai_server.formats.names import RELATORS, Name, contributors, creators
from oai_server.formats.remembering import made_once
from oai_server.formats.rights import holders, licence_of, licences, statements
from oai_server.formats.vocabulary import ResourceType, access_terms, resource_type, version_terms
from oai_server.formats.writing import XML_LANG, XSI, language_tag
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://datacite.org/schema/kernel-4"

UNKNOWN = ":unav"  # the standard's own word for a mandatory value that cannot be had (its appendix on unknown values)
ALTERNATIVES = {
    "dc.title.subtitle": "Subtitle",
    "dc.title.translated": "TranslatedTitle",
    "dc.title.alternative": "AlternativeTitle",
    "dcterms.alternative": "AlternativeTitle",
}
SUBJECT = re.compile(r"dc\.subject(?:\..+)?|dcterms\.subject")
SCHEMES = {"dc.subject.ddc": "DDC", "dc.subject.lcc": "LCC", "dc.subject.lcsh": "LCSH", "dc.subject.mesh": "MeSH"}
AFFILIATIONS = ("oairecerif.author.affiliation", "dc.contributor.affiliation")
UNTOLD = "#PLACEHOLDER"  # DSpace-CRIS's word for an affiliation that an author has not
AUTHORITIES = {"viaf.org": "VIAF", "isni.org": "ISNI", "d-nb.info": "GND", "ror.org": "ROR", "wikidata.org": "Wikidata"}
DATES = {
    "Created": ("dc.date.created", "dcterms.created"),
    "Collected": ("dc.date.collected",),
    "Copyrighted": ("dc.date.copyright", "dcterms.dateCopyrighted"),
    "Updated": ("dc.date.updated", "dc.date.modified", "dcterms.modified"),
    "Valid": ("dc.date.valid", "dcterms.valid"),
}
AVAILABLE = ("dc.date.available", "dcterms.available")
TEMPORAL = ("dc.coverage.temporal", "dcterms.temporal")
SPATIAL = ("dc.coverage.spatial", "dcterms.spatial")
SERIALS = frozenset(("journal", "periodical", "magazine", "newspaper", "other periodical"))
LOCAL = {"dc.identifier.arxiv": "arXiv", "dc.identifier.pmid": "PMID", "dc.identifier.other": "Other"}
RELATIONS = {
    "haspart": "HasPart",
    "hasversion": "HasVersion",
    "hasformat": "IsOriginalFormOf",
    "isbasedon": "IsDerivedFrom",
    "iscitedby": "IsCitedBy",
    "isformatof": "IsVariantFormOf",
    "ispartof": "IsPartOf",
    "isreferencedby": "IsReferencedBy",
    "isreplacedby": "IsObsoletedBy",
    "isrequiredby": "IsRequiredBy",
    "issupplementedby": "IsSupplementedBy",
    "issupplementto": "IsSupplementTo",
    "isversionof": "IsVersionOf",
    "references": "References",
    "replaces": "Obsoletes",
    "requires": "Requires",
}
# What OpenAIRE puts into dc.relation: info:eu-repo/semantics/<word>/<scheme>/<identifier>.
EU_REPO = re.compile(r"info:eu-repo/semantics/(altIdentifier|reference|dataset)/([a-z0-9]+)/(\S+)", re.IGNORECASE)
EU_REPO_SCHEMES = {
    "ark": "ARK",
    "arxiv": "arXiv",
    "doi": "DOI",
    "ean13": "EAN13",
    "eissn": "EISSN",
    "hdl": "Handle",
    "isbn": "ISBN",
    "issn": "ISSN",
    "pissn": "ISSN",
    "pmid": "PMID",
    "purl": "PURL",
    "urn": "URN",
}
DESCRIPTIONS = {
    "dc.description.abstract": "Abstract",
    "dcterms.abstract": "Abstract",
    "dc.description.tableofcontents": "TableOfContents",
    "dcterms.tableOfContents": "TableOfContents",
    "dc.description": "Other",
    "dcterms.description": "Other",
}
FUNDER_IDS = {"10.13039/": "Crossref Funder ID", "ror.org/": "ROR", "isni.org/": "ISNI", "grid.": "GRID"}

HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:)([0-9.]+/\S+)", re.IGNORECASE)
NUMBERED = re.compile(r"(?:v|ver\.|version)?\s*[0-9][0-9A-Za-z.+-]*", re.IGNORECASE)
YEARS = re.compile(r"([0-9]{4})\s*[-–]\s*([0-9]{4})")
LIMITS = {
    "westBoundLongitude": ("westlimit", 180),
    "eastBoundLongitude": ("eastlimit", 180),
    "southBoundLatitude": ("southlimit", 90),
    "northBoundLatitude": ("northlimit", 90),
}
POINT = {"pointLongitude": ("east", 180), "pointLatitude": ("north", 90)}
# The parts of DCMI Box and Point that say something about a place.
DCMI = frozenset("name east north northlimit southlimit westlimit eastlimit".split())
COMPASS = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*°?\s*([NS])[\s,;]+([0-9]+(?:\.[0-9]+)?)\s*°?\s*([EW])")
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]+)?")
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # an unescaped address may hold what XML may not


def offered(item: Item) -> bool:
    """Items with a DOI and what else is mandatory; only a publisher may be unknown."""
    return bool(_dois(item) and creators(item) and item.first(*TITLES) and year(item))


@made_once
def crosswalk(item: Item, site: Site) -> Element:
    """All properties in the order of the standard; of a group that would be empty there is no element."""
    root = etree.Element(f"{{{NAMESPACE}}}resource", nsmap={None: NAMESPACE, "xsi": XSI})
    for property in _properties(item, resource_type(item), citation(item)):
        _write(root, property)
    return root


class Node(NamedTuple):
    """An element to be: lxml makes elements from the root down twice as fast as from the leaves up."""

    name: str
    text: str | None
    attributes: dict[str, str]
    children: list[Node]


def E(name: str, *content: str | dict[str, str] | Node, **attributes: str) -> Node:  # noqa: N802
    """An element as ElementMaker's are written: name, text or children, attributes."""
    text, children = None, []
    for each in content:
        if isinstance(each, str):
            text = each
        elif isinstance(each, dict):
            attributes.update(each)
        else:
            children.append(each)
    return Node(name, text, attributes, children)


def _write(parent: Element, node: Node) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{node.name}", node.attributes)
    element.text = node.text
    for child in node.children:
        _write(element, child)


def _properties(item: Item, kind: ResourceType, host: Citation) -> Iterator[Node]:
    told = kind.told if kind.told and not uri(kind.told) else kind.label
    yield E("identifier", _dois(item)[0], identifierType="DOI")
    yield E("creators", *_creators(item))
    yield E("titles", *_titles(item))
    yield _publisher(item)
    yield E("publicationYear", year(item) or "")
    yield E("resourceType", told, resourceTypeGeneral=kind.datacite)
    yield from _group("subjects", _subjects(item))
    yield from _group("contributors", _contributors(item))
    yield from _group("dates", _dates(item))
    yield from (E("language", tag) for tag in _languages(item)[:1])
    yield from _group("alternateIdentifiers", _alternate_identifiers(item, kind))
    yield from _group("relatedIdentifiers", _related_identifiers(item, kind))
    yield from _group("sizes", (E("size", text) for text in _sizes(item)))
    yield from _group("formats", (E("format", text) for text in _formats(item)))
    yield from (E("version", text) for text in _versions(item)[:1])
    yield E("rightsList", *_rights(item))
    yield from _group("descriptions", _descriptions(item, host))
    yield from _group("geoLocations", _places(item))
    yield from _group("fundingReferences", _fundings(item))
    yield from _group("relatedItems", _hosts(item, kind, host))


def _group(name: str, members: Iterable[Node]) -> list[Node]:
    """The element around its members, if there are any."""
    found = list(members)
    return [E(name, *found)] if found else []


def _language(value: Value) -> dict[str, str]:
    tag = language_tag(value.language)
    return {XML_LANG: tag} if tag else {}


# Who


def _dois(item: Item) -> list[str]:
    """The DOI that the repository gave, then the others."""
    own = own_doi(item)
    found = dict.fromkeys([*([own] if own else []), *dois(item)])
    return [text for text in found if doi(text) == text and not FORBIDDEN.search(text)]


def _creators(item: Item) -> Iterator[Node]:
    """Authors in order, each with its affiliation where affiliations are told side by side with authors."""
    names = creators(item)
    told = next((texts for field in AFFILIATIONS if len(texts := item.texts(field)) == len(names)), ())
    for place, name in enumerate(names):
        where = (text for text in told[place : place + 1] if not text.startswith(UNTOLD))
        yield E("creator", *_name("creatorName", name), *(E("affiliation", text) for text in where))


def _name(element: str, name: Name) -> Iterator[Node]:
    """A name, its two parts, its identifier; whether it is a person's only where that is known."""
    person = bool(name.family or name.orcid)
    kind = "Organizational" if name.organisation else "Personal" if person else None
    yield E(element, name.full, {"nameType": kind} if kind else {})
    if name.family and name.given:
        yield E("givenName", name.given)
        yield E("familyName", name.family)
    if name.orcid:
        yield E(
            "nameIdentifier",
            f"https://orcid.org/{name.orcid}",
            nameIdentifierScheme="ORCID",
            schemeURI="https://orcid.org",
        )
    elif name.other_uri:
        known = (scheme for host, scheme in AUTHORITIES.items() if host in name.other_uri)
        yield from (E("nameIdentifier", name.other_uri, nameIdentifierScheme=scheme) for scheme in known)


def _contributors(item: Item) -> Iterator[Node]:
    """Everybody else; sponsors are told as funding."""
    for name, role in contributors(item):
        if role != "sponsor":
            kind = "Translator" if role == "translator" else RELATORS[role].datacite
            yield E("contributor", *_name("contributorName", name), contributorType=kind)
    for holder in holders(item):
        yield E("contributor", E("contributorName", holder), contributorType="RightsHolder")


def _publisher(item: Item) -> Node:
    value = next(iter(item.values("dc.publisher", "dcterms.publisher")), Value(UNKNOWN))
    return E("publisher", value.text, _language(value))


def _fundings(item: Item) -> Iterator[Node]:
    """Grants whose funder is known, for the funder's name is mandatory."""
    for grant in fundings(item):
        told = (grant.funder or "", grant.number or "", grant.title or grant.acronym or "")
        if grant.funder and not any(map(FORBIDDEN.search, told)):
            yield E("fundingReference", E("funderName", grant.funder), *_award(grant))


def _award(grant: Funding) -> Iterator[Node]:
    if grant.funder_id:
        kind = next((kind for mark, kind in FUNDER_IDS.items() if mark in grant.funder_id), "Other")
        yield E("funderIdentifier", grant.funder_id, funderIdentifierType=kind)
    if grant.number:
        yield E(
            "awardNumber",
            grant.number,
            {"awardURI": grant.uri} if grant.uri and WEB_ADDRESS.fullmatch(grant.uri) else {},
        )
    if title := grant.title or grant.acronym:
        yield E("awardTitle", title)


# What


def _titles(item: Item) -> Iterator[Node]:
    """The main title first; another in a language that the item is not in is a translation."""
    written = languages.languages(item)
    for place, value in enumerate(dict.fromkeys(item.values(*TITLES))):
        known = languages.language(value.language)
        translated = place > 0 and known and written and known not in written
        yield E("title", value.text, {"titleType": "TranslatedTitle"} if translated else {}, _language(value))
    for field, kind in ALTERNATIVES.items():
        yield from (E("title", value.text, _language(value), titleType=kind) for value in item.values(field))


def _subjects(item: Item) -> Iterator[Node]:
    for field, values in item.metadata.items():
        if SUBJECT.fullmatch(field):
            scheme = {"subjectScheme": SCHEMES[field]} if field in SCHEMES else {}
            yield from (E("subject", value.text, scheme, _term(value), _language(value)) for value in values)


def _term(value: Value) -> dict[str, str]:
    """The address of a subject's term, where its authority is one."""
    address = uri(value.authority or "") or ""
    return {"valueURI": address} if WEB_ADDRESS.fullmatch(address) else {}


def _languages(item: Item) -> list[str]:
    return [tag for text in item.texts(*languages.FIELDS) if (tag := languages.tag(text))]


def _sizes(item: Item) -> Iterable[str]:
    """Extents as they were written; bytes of open files only."""
    extents = (file.extent for file in item.files if file.extent)
    counted = (f"{file.size} bytes" for file in open_files(item) if file.size is not None)
    return dict.fromkeys((*item.texts("dc.format.extent", "dcterms.extent"), *extents, *counted))


def _formats(item: Item) -> Iterable[str]:
    types = (file.mimetype for file in item.files if file.mimetype)
    return dict.fromkeys((*types, *item.texts("dc.format.mimetype", "dc.format", "dcterms.format")))


def _versions(item: Item) -> list[str]:
    """The number of a version, else which stage of publication it is."""
    numbers = [text for text in item.texts("dc.description.version", "dc.version") if NUMBERED.fullmatch(text)]
    stage = version_terms(item)
    return [*numbers, *([stage.name] if stage and stage.label != "NA" else [])]


def _rights(item: Item) -> Iterator[Node]:
    """The access status, then licences by address, then what is only said in words."""
    status = access_terms(access(item).status)
    yield E("rights", status.label, {XML_LANG: "en"}, rightsURI=status.eu_repo)
    known = [each for each in licences(item) if WEB_ADDRESS.fullmatch(each.uri)]
    for each in known:
        spdx = {"rightsIdentifier": each.spdx, "rightsIdentifierScheme": "SPDX"} if each.spdx else {}
        place = {"schemeURI": "https://spdx.org/licenses/"} if each.spdx else {}
        yield E("rights", each.name, spdx, place, rightsURI=each.uri)
    names = {each.name for each in known}
    for value in dict.fromkeys(statements(item)):
        if value.text not in names and not licence_of(value.text):
            yield E("rights", value.text, _language(value))


def _descriptions(item: Item, host: Citation) -> Iterator[Node]:
    for field, kind in DESCRIPTIONS.items():
        yield from (
            E("description", value.text, _language(value), descriptionType=kind) for value in item.values(field)
        )
    yield from (E("description", text, descriptionType="SeriesInformation") for text in _series(host))


def _series(host: Citation) -> Iterator[str]:
    """Series with their numbers, and a citation where no host could be read from the fields."""
    yield from filter(None, (", ".join(filter(None, (each.title, each.number))) for each in host.series))
    if host.title and host.detail:
        yield f"{host.title}, {host.detail}"
    if host.text and not host.title:
        yield host.text


# When


def _dates(item: Item) -> Iterator[Node]:
    """Dates that ISO 8601 can tell. What is not open is not available, but for the day on which an embargo ends."""
    for kind, known in (("Issued", issued(item)), ("Accepted", accepted(item)), ("Submitted", submitted(item))):
        if known:
            yield E("date", known, dateType=kind)
    end = embargo_end(item)
    opened = item.texts(*AVAILABLE) if access(item).status == "open" else ()
    for text in _spans((end.isoformat(),) if end else opened):
        yield E("date", text, dateType="Available")
    for kind, fields in DATES.items():
        yield from (E("date", text, dateType=kind) for text in _spans(item.texts(*fields)))
    for text in dict.fromkeys(item.texts(*TEMPORAL)):
        if known := _span(text):
            name = _components(text).get("name")
            yield E("date", known, {"dateInformation": name} if name else {}, dateType="Coverage")


def _components(text: str) -> dict[str, str]:
    """The parts of a DCMI Box, Point or Period: ``start=1839; end=1851``."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip().lower(): told.strip() for name, _, told in pairs if told.strip()}


def _spans(texts: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(known for text in texts if (known := _span(text)))


def _span(text: str) -> str | None:
    """A date or a range of dates (RKMS-ISO8601): ``1790/1911``, ``2009-01-01/``; a DCMI Period is one too."""
    parts = _components(text)
    if "start" in parts or "end" in parts:
        text = f"{parts.get('start', '')}/{parts.get('end', '')}"
    ends = YEARS.sub(r"\1/\2", text).split("/")
    told = [w3cdtf(end) for end in ends]
    if len(ends) == 1:
        return told[0]
    whole = len(ends) == 2 and any(told) and all(known or not end for known, end in zip(told, ends, strict=True))
    return "/".join(known or "" for known in told) if whole else None


# Where else


def _alternate_identifiers(item: Item, kind: ResourceType) -> Iterator[Node]:
    """Other names of the item itself."""
    for scheme, text in dict.fromkeys(_own_names(item, kind)):
        yield E("alternateIdentifier", text, alternateIdentifierType=scheme)


def _own_names(item: Item, kind: ResourceType) -> Iterator[tuple[str, str]]:
    yield from (known for text in urls(item) if (known := _typed(text)) and known[0] != "DOI")
    yield from (("URN", text) for text in urns(item))
    yield from (("ISBN", text) for text in isbns(item) if not _is_part(kind))
    yield from (("ISSN", text) for text in issns(item) if kind.label in SERIALS)
    told = ((scheme, text) for field, scheme in LOCAL.items() for text in item.texts(field))
    yield from ((scheme, text) for scheme, text in told if not doi(text) and not uri(text))
    for word, scheme, text in _eu_repo(item):
        if word == "altidentifier" and text not in dois(item):
            yield EU_REPO_SCHEMES.get(scheme, scheme), text


def _related_identifiers(item: Item, kind: ResourceType) -> Iterator[Node]:
    """What the item is a version of, appeared in, cites, replaces and so on, where that has an identifier."""
    related = (*_versions_elsewhere(item), *_published_in(item, kind), *_relations(item))
    for relation, scheme, text in dict.fromkeys(related):
        yield E("relatedIdentifier", text, relatedIdentifierType=scheme, relationType=relation)
    for word, scheme, text in _eu_repo(item):
        if word != "altidentifier" and scheme in EU_REPO_SCHEMES:
            general = {"resourceTypeGeneral": "Dataset"} if word == "dataset" else {}
            known = EU_REPO_SCHEMES[scheme]
            yield E("relatedIdentifier", text, general, relatedIdentifierType=known, relationType="References")


def _versions_elsewhere(item: Item) -> Iterator[tuple[str, str, str]]:
    """The item's other DOIs: the same thing elsewhere, or what a manuscript is a version of."""
    stage = version_terms(item)
    relation = "IsVersionOf" if stage and stage.label in ("AO", "SMUR", "AM", "P") else "IsIdenticalTo"
    return ((relation, "DOI", text) for text in _dois(item)[1:])


def _published_in(item: Item, kind: ResourceType) -> Iterator[tuple[str, str, str]]:
    if kind.label not in SERIALS:
        yield from (("IsPublishedIn", "ISSN", text) for text in issns(item))
    if _is_part(kind):
        yield from (("IsPublishedIn", "ISBN", text) for text in isbns(item))


def _is_part(kind: ResourceType) -> bool:
    """Whether an ISBN is that of a book around the item."""
    return kind.label != "conference proceedings" and bool(HOSTED.intersection(kind.kinds))


def _relations(item: Item) -> Iterator[tuple[str, str, str]]:
    for field, values in item.metadata.items():
        schema, _, rest = field.lower().partition(".")
        word = rest.removeprefix("relation.") if schema == "dc" else rest
        if schema in ("dc", "dcterms") and word in RELATIONS:
            known = (_typed(value.text) for value in values)
            yield from ((RELATIONS[word], *pair) for pair in known if pair)


def _eu_repo(item: Item) -> Iterator[tuple[str, str, str]]:
    """Word and scheme in lower case, and the identifier."""
    for text in item.texts("dc.relation", "dcterms.relation"):
        if known := EU_REPO.fullmatch(text):
            yield known[1].lower(), known[2].lower(), known[3]


def _typed(text: str) -> tuple[str, str] | None:
    """The type of an identifier that can be told from itself, and the identifier as DataCite writes it."""
    if bare := doi(text):
        return "DOI", bare
    if handle := HANDLE.fullmatch(text.strip()):
        return "Handle", handle[1]
    address = uri(text) or ""
    if WEB_ADDRESS.fullmatch(address):
        return "URL", address
    return ("URN", address) if address.lower().startswith("urn:") else None


def _hosts(item: Item, kind: ResourceType, host: Citation) -> Iterator[Node]:
    """The journal or book that the item appeared in."""
    if not host.title:
        return
    general = _host_type(kind, host)
    yield E(
        "relatedItem",
        *_host_identifier(item, general, host),
        E("titles", E("title", host.title)),
        *(E("volume", text) for text in filter(None, [host.volume])),
        *(E("issue", text) for text in filter(None, [host.issue])),
        *(E("firstPage", text) for text in filter(None, [host.start])),
        *(E("lastPage", text) for text in filter(None, [host.end])),
        *(E("edition", text) for text in filter(None, [host.edition])),
        relatedItemType=general,
        relationType="IsPublishedIn",
    )


def _host_type(kind: ResourceType, host: Citation) -> str:
    if "book part" in kind.kinds:
        return "Book"
    if "conference output" in kind.kinds:
        return "ConferenceProceeding"
    return "Journal" if host.issn or host.volume or host.issue or "contribution to journal" in kind.kinds else "Other"


def _host_identifier(item: Item, general: str, host: Citation) -> list[Node]:
    isbn = next(iter(isbns(item)), None) if general in ("Book", "ConferenceProceeding") else None
    found = ("ISBN", isbn) if isbn else ("ISSN", host.issn)
    return [E("relatedItemIdentifier", found[1], relatedItemIdentifierType=found[0])] if found[1] else []


def _places(item: Item) -> Iterator[Node]:
    """Places by name, and by coordinates that are well formed; nothing else that is written in coordinates."""
    for text in dict.fromkeys(item.texts(*SPATIAL)):
        parts = _components(text)
        coded = bool(DCMI.intersection(parts))
        name = parts.get("name") if coded else None if COMPASS.fullmatch(text) else text
        place = [E("geoLocationPlace", name)] if name else []
        yield from _group("geoLocation", [*place, *_coordinates(text, parts)])


def _coordinates(text: str, parts: dict[str, str]) -> Iterator[Node]:
    """A point (``57.00 N 0.00 W``, DCMI Point) or a box (DCMI Box)."""
    if compass := COMPASS.fullmatch(text):
        north, east = _signed(compass[1], compass[2] == "S"), _signed(compass[3], compass[4] == "W")
        parts = {"north": north, "east": east}
    if parts.get("units", "signed decimal degrees") != "signed decimal degrees":
        return
    if point := _degrees(POINT, parts):
        yield E("geoLocationPoint", *(E(name, told) for name, told in point.items()))
    box = _degrees(LIMITS, parts)
    if box and float(box["southBoundLatitude"]) <= float(box["northBoundLatitude"]):
        yield E("geoLocationBox", *(E(name, told) for name, told in box.items()))


def _signed(degrees: str, negative: bool) -> str:
    return f"-{degrees}" if negative and float(degrees) else degrees


def _degrees(names: dict[str, tuple[str, int]], parts: dict[str, str]) -> dict[str, str] | None:
    """The coordinates by the names of their elements, if all are there and on the globe."""
    found = {name: parts.get(component, "") for name, (component, _) in names.items()}
    right = (DEGREES.fullmatch(found[name]) and abs(float(found[name])) <= most for name, (_, most) in names.items())
    return found if all(right) else None


FORMAT = MetadataFormat(
    "datacite",
    namespace=NAMESPACE,
    schema="http://schema.datacite.org/meta/kernel-4/metadata.xsd",
    xsd="datacite.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
