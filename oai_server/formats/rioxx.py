"""rioxx, the RIOXX application profile 3.0 of the United Kingdom's repositories.

The published schema contradicts the profile's text; what is told here follows the text, in the schema's namespaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.citation import citation
from oai_server.formats.dates import accepted, embargo_end, iso, issued
from oai_server.formats.fields import TITLES
from oai_server.formats.funding import Funding, fundings
from oai_server.formats.identifiers import doi_url, dois, isbns, issns, own_doi
from oai_server.formats.languages import languages
from oai_server.formats.names import Name, contributors, creators, name_of
from oai_server.formats.oai_openaire import DOCUMENTS, identifiers_of, is_part, link_of
from oai_server.formats.rights import licence
from oai_server.formats.vocabulary import COAR_VERSION, ResourceType, access_terms, resource_type, term, version_terms
from oai_server.formats.writing import XML_LANG, XSI, language_tag
from oai_server.model import File, Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.rioxx.net/schema/v3.0/rioxx/"
TERMS = "http://www.rioxx.net/schema/v3.0/rioxxterms/"
DUBLIN_CORE, DC_TERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
NSMAP = {"rioxx": NAMESPACE, "rioxxterms": TERMS, "dc": DUBLIN_CORE, "dcterms": DC_TERMS, "xsi": XSI}

R = ElementMaker(namespace=NAMESPACE, nsmap=NSMAP)
T = ElementMaker(namespace=TERMS, nsmap=NSMAP)
DC = ElementMaker(namespace=DUBLIN_CORE, nsmap=NSMAP)
DCT = ElementMaker(namespace=DC_TERMS, nsmap=NSMAP)

WEB = re.compile(r"https?://", re.IGNORECASE)
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*", re.ASCII)
COVERAGES = ("dc.coverage.spatial", "dc.coverage.temporal", "dc.coverage", "dcterms.spatial", "dcterms.temporal")
DESCRIPTIONS = ("dc.description.abstract", "dcterms.abstract", "dc.description", "dcterms.description")
DEPOSITED, EXPOSED = "dc.date.accessioned", "dc.date.available"
REVIEWED = {"AM", "P", "VoR", "CVoR", "EVoR"}  # stages from which there is a version of record, which a DOI names


def offered(item: Item) -> bool:
    """Items with all that the profile makes mandatory: title, creator, language and landing page; a type is always."""
    return all((item.first(*TITLES), creators(item), _languages(item), _addresses(item)[0]))


def crosswalk(item: Item, site: Site) -> Element:
    """The elements in the order of the published schema (formats.md sections 3.3 and 5.13)."""
    kind, grants = resource_type(item), fundings(item)
    page, names = _addresses(item)
    return R.rioxx(
        *_told("coverage", item.values(*COVERAGES)),
        *_told("description", item.values(*DESCRIPTIONS)),
        DC.identifier(page or ""),
        *map(DC.language, _languages(item)),
        *_files(item, kind),
        *_cited(item, kind, page or "", names),
        *_source(item, kind),
        *_told("subject", _subjects(item)),
        *_told("title", item.values(*TITLES)[:1]),
        DC.type(kind.coar.uri),
        *map(DCT.dateAccepted, _one(accepted(item))),
        *(_party("contributor", name) for name, role in contributors(item) if role != "sponsor"),
        *_creators(item),
        *_published(item, kind),
        *_grants(grants),
        *(T.project(text) for text in dict.fromkeys(_web(grant.uri) for grant in grants) if text),
        *map(T.publication_date, _one(issued(item))),
        *(_party("publisher", name_of(value, organisation=True)) for value in item.values("dc.publisher")),
        *map(T.record_public_release_date, _one(_day(item, DEPOSITED))),
    )


def _told(name: str, values: Iterable[Value]) -> Iterator[Element]:
    """Dublin Core elements, each value once, with its language."""
    for value in dict.fromkeys(Value(each.text, each.language) for each in values):
        yield DC(name, value.text, _attributes({XML_LANG: language_tag(value.language)}))


def _attributes(told: dict[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in told.items() if text}


def _one(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _web(text: str | None) -> str | None:
    """The text as a web address; every identifier of the profile is one."""
    known = link_of(text)
    return known if known and WEB.match(known) else None


def _day(item: Item, field: str) -> str | None:
    return next(filter(None, map(iso, item.texts(field))), None)


def _languages(item: Item) -> list[str]:
    return [each.alpha3 for each in languages(item) if each.alpha3]


# What it is


def _addresses(item: Item) -> tuple[str | None, list[str]]:
    """The landing page, straight or by way of a resolver, and the other names that resolvers know the item by.

    A DOI counts only if the repository gave it.
    """
    own, known = own_doi(item), identifiers_of(item)
    names = [link for name, link in known if name != "URL" and (name != "DOI" or (own and link == doi_url(own)))]
    straight = [link for name, link in known if name == "URL"]
    page = next((link for link in (*straight, *names) if WEB.match(link)), None)
    return page, [link for link in names if link != page]


def _subjects(item: Item) -> Iterator[Value]:
    for field, values in item.metadata.items():
        if field.lower().startswith(("dc.subject", "dcterms.subject")):
            yield from values


def _source(item: Item, kind: ResourceType) -> Iterator[Element]:
    """What it is a part of, by number, else by name; at most one."""
    books = sorted(isbns(item), key=len, reverse=True) if is_part(kind) else []
    host = citation(item)
    titles = [host.title, *(each.title for each in host.series), *item.texts("dc.source")]
    known = next(filter(None, (*books, *issns(item), *titles)), None)
    return map(DC.source, _one(known))


def _creators(item: Item) -> Iterator[Element]:
    first, *others = creators(item)
    yield _party("creator", first, {"first-named-author": "true"})
    yield from (_party("creator", name) for name in others)


def _party(element: str, name: Name, attributes: dict[str, str] | None = None) -> Element:
    return T(element, T.name(name.full), *map(T.id, _one(_web(name.uri))), attributes or {})


def _grants(grants: list[Funding]) -> Iterator[Element]:
    """Grants that have a number and a funder who is named; the profile has no place for others."""
    for grant in grants:
        if grant.number and grant.funder:
            told = {"funder_name": grant.funder, "funder_id": _web(grant.funder_id)}
            yield T.grant(grant.number, _attributes(told))


# Where it is


def _files(item: Item, kind: ResourceType) -> Iterator[Element]:
    """The files that are open; others have no address that may be told."""
    for file in open_files(item):
        url = _web(file.url)
        if url:
            told = {"rel": "item", "type": _media_type(file), **_of_file(item, file, kind)}
            yield DC.relation(url, _attributes(told))


def _of_file(item: Item, file: File, kind: ResourceType) -> dict[str, str | None]:
    exposed = file.available.isoformat() if file.available else _day(item, EXPOSED)
    told = _custody(item, kind) | {"resource_exposed_date": exposed, "access_rights": access_terms("open").uri}
    if kind.openaire_general == "literature" and not DOCUMENTS.fullmatch(file.mimetype or "application/pdf"):
        told |= {"coar_type": None, "coar_version": None}  # a table or picture that comes with the text
    return told


def _custody(item: Item, kind: ResourceType) -> dict[str, str | None]:
    """What is told of whatever the repository keeps; the empty ones have their place in the order of the profile."""
    version, rights = version_terms(item), licence(item)
    return {
        "coar_type": kind.coar.uri,
        "coar_version": version.uri if version else None,
        "deposit_date": _day(item, DEPOSITED),
        "resource_exposed_date": None,
        "access_rights": None,
        "license_ref": _web(rights.uri) if rights else None,
    }


def _media_type(file: File) -> str | None:
    return file.mimetype if MEDIA_TYPE.fullmatch(file.mimetype or "") else None


def _cited(item: Item, kind: ResourceType, page: str, names: list[str]) -> Iterator[Element]:
    """By what to cite it. Where its file is not open, this says so, and until when, in place of the file's address."""
    if access(item).status != "open":
        first, *names = names or [page]
        yield DC.relation(first, _attributes({"rel": "cite-as", **_shut(item, kind)}))
    yield from (DC.relation(link, rel="cite-as") for link in names)


def _shut(item: Item, kind: ResourceType) -> dict[str, str | None]:
    status, end = access(item).status, embargo_end(item)
    told = _custody(item, kind) | {"access_rights": access_terms(status).uri}
    if status == "metadata only":
        return told | {"coar_version": None, "deposit_date": None, "license_ref": None}  # nothing is kept here
    return told | {"resource_exposed_date": end.isoformat() if end else None}


def _published(item: Item, kind: ResourceType) -> Iterator[Element]:
    """DOIs that the repository did not give: the same work at its publisher's."""
    version, own = version_terms(item), own_doi(item)
    record = term(COAR_VERSION, "VoR") if version and version.label in REVIEWED else None
    told = {"rel": "cite-as", "coar_type": kind.coar.uri, "coar_version": record.uri if record else None}
    return (T.ext_relation(doi_url(each), _attributes(told)) for each in dois(item) if each != own)


# Where the schema contradicts the profile


def _of(namespace: str, names: str) -> str:
    """A pattern of how a judge names elements: by namespace, or short by the end of it."""
    return rf"'(?:\{{{re.escape(namespace)}\}}|{re.escape(namespace.split('/')[-2])}:)(?:{names})'"


def _counts(holder: str, seen: str, member: str) -> re.Pattern[str]:
    return re.compile(rf"Element {holder}: {seen} × {member}, allowed (?:are )?[01] to 1\.")


ROOT = _of(NAMESPACE, "rioxx")
RELATION = "rel|type|coar_type|coar_version|deposit_date|resource_exposed_date|access_rights|license_ref"

# What the published schema objects to in records that follow the profile; anything else that it says is a fault.
CONTRADICTIONS = {
    "dc:relation has the attributes of the profile": re.compile(
        rf"Element {_of(DUBLIN_CORE, 'relation')}, attribute '({RELATION})': The attribute '\1' is not allowed\."
    ),
    "an ext_relation is what to cite as": re.compile(
        rf"Element {_of(TERMS, 'ext_relation')}, attribute 'rel': \[facet 'enumeration'\] The value 'cite-as' is not .*"
    ),
    "the version of an ext_relation is a URI of COAR": re.compile(
        rf"Element {_of(TERMS, 'ext_relation')}, attribute 'coar_version': \[facet 'enumeration'\] "
        r"The value 'http://purl\.org/coar/version/c_[0-9a-f]{16}' is not .*"
    ),
    "an ext_relation has its address and a grant its number in it": re.compile(
        rf"Element {_of(TERMS, 'ext_relation|grant')}: Character content is not allowed, .*"
    ),
    "a funder may have a name alone": re.compile(
        rf"Element {_of(TERMS, 'grant')}: The attribute 'funder_id' is required but missing\."
    ),
    "a publication date may be a year or a month": re.compile(
        rf"Element {_of(TERMS, 'publication_date')}: '[0-9]{{4}}(-(0[1-9]|1[0-2]))?' is not a valid value .*"
    ),
    "Dublin Core elements are repeated": _counts(
        ROOT, "(?:[2-9]|[1-9][0-9]+)", _of(DUBLIN_CORE, "coverage|description|language|relation|subject")
    ),
    "terms of RIOXX are repeated": _counts(
        ROOT, "(?:[2-9]|[1-9][0-9]+)", _of(TERMS, "contributor|creator|ext_relation|grant|project|publisher")
    ),
    "a project is optional": _counts(ROOT, "0", _of(TERMS, "project")),
    "a date of acceptance is recommended": _counts(ROOT, "0", _of(DC_TERMS, "dateAccepted")),
    "a party may have a name alone": _counts(_of(TERMS, "contributor|creator|publisher"), "0", _of(TERMS, "id")),
}


def known_contradictions(message: str) -> bool:
    """Whether a complaint of the published schema is one of those that every record that follows the profile raises."""
    return any(pattern.fullmatch(message) for pattern in CONTRADICTIONS.values())


FORMAT = MetadataFormat(
    "rioxx",
    namespace=NAMESPACE,
    schema="http://www.rioxx.net/schema/v3.0/rioxx/rioxx.xsd",
    xsd="rioxx.xsd",
    crosswalk=crosswalk,
    offered=offered,
    contradicts=known_contradictions,
)
