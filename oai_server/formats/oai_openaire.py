"""oai_openaire, the application profile of the OpenAIRE Guidelines for Literature Repository Managers 4.0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.citation import HOSTED, Citation, citation
from oai_server.formats.dates import embargo_end, issued
from oai_server.formats.fields import TITLES, doi
from oai_server.formats.funding import Funding, fundings
from oai_server.formats.identifiers import doi_url, dois, isbns, issns, own_doi, uri, urls, urns
from oai_server.formats.languages import languages
from oai_server.formats.names import RELATORS, Name, contributors, creators
from oai_server.formats.rights import holders, licence, statements
from oai_server.formats.vocabulary import VERSIONS, ResourceType, access_terms, resource_type, version_terms
from oai_server.formats.writing import XML_LANG, XSI, language_tag
from oai_server.model import File, Item, MetadataFormat, Site, Value

NAMESPACE = "http://namespace.openaire.eu/schema/oaire/"
DATACITE = "http://datacite.org/schema/kernel-4"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
NSMAP = {"oaire": NAMESPACE, "datacite": DATACITE, "dc": DUBLIN_CORE, "xsi": XSI}

O = ElementMaker(namespace=NAMESPACE, nsmap=NSMAP)  # noqa: E741
D = ElementMaker(namespace=DATACITE, nsmap=NSMAP)
DC = ElementMaker(namespace=DUBLIN_CORE, nsmap=NSMAP)

TITLE_TYPES = {
    "dc.title.subtitle": "Subtitle",
    "dc.title.alternative": "AlternativeTitle",
    "dcterms.alternative": "AlternativeTitle",
    "dc.title.translated": "TranslatedTitle",
}
DESCRIPTIONS = ("dc.description.abstract", "dcterms.abstract", "dc.description", "dc.description.tableofcontents")
PERIODS = ("dc.coverage.temporal", "dc.coverage", "dcterms.temporal", "dcterms.coverage")
PLACES = ("dc.coverage.spatial", "dcterms.spatial")
NAME_SCHEMES = {
    "orcid.org": ("ORCID", "https://orcid.org"),
    "isni.org": ("ISNI", "https://isni.org"),
    "viaf.org": ("VIAF", "https://viaf.org"),
    "d-nb.info": ("GND", "https://d-nb.info/gnd"),
    "ror.org": ("ROR", "https://ror.org"),
}
FUNDER_TYPES = (
    (re.compile(r"https?://(dx\.)?doi\.org/10\.13039/", re.IGNORECASE), "Crossref Funder ID"),
    (re.compile(r"https?://ror\.org/", re.IGNORECASE), "ROR"),
    (re.compile(r"https?://(www\.)?isni\.org/", re.IGNORECASE), "ISNI"),
    (re.compile(r"https?://(www\.)?grid\.ac/", re.IGNORECASE), "GRID"),
)
HOST = re.compile(r"https?://(?:www\.)?([^/:?#]+)", re.IGNORECASE)

SOUND = re.compile(
    r"[a-z][\w+.-]*:(?!//)\S+"
    r"|[a-z][\w+.-]*://(?:[\w.~!$&'()*+,;=:-]*@)?(?:[\w.~-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?#]\S*)?",
    re.ASCII | re.IGNORECASE,
)

# What a link is, the most lasting first; what matches none is told as a URL.
LINKS = (
    (re.compile(r"https?://(hdl|www)\.handle\.net/.+|https?://handle\.net/.+", re.IGNORECASE), "HANDLE"),
    (re.compile(r"(https?://.+/)?ark:/?\d.+", re.IGNORECASE), "ARK"),
    (re.compile(r"https?://(www\.)?purl\.[^/]+/.+", re.IGNORECASE), "PURL"),
)
LASTING = ("HANDLE", "ARK", "PURL", "URL")
KEYS = {"dc.identifier.pmid": "PMID", "dc.identifier.arxiv": "arXiv", "dc.identifier.wos": "WOS"}
PERIODICALS = {"journal", "magazine", "newspaper", "periodical", "other periodical"}

# Qualifiers of dc.relation and terms of dcterms by what they say of the item (DataCite's relationType).
RELATION_TYPES = {
    "ispartof": "IsPartOf",
    "haspart": "HasPart",
    "isversionof": "IsVersionOf",
    "hasversion": "HasVersion",
    "isreplacedby": "IsPreviousVersionOf",
    "replaces": "IsNewVersionOf",
    "isreferencedby": "IsReferencedBy",
    "references": "References",
    "isrequiredby": "IsRequiredBy",
    "requires": "Requires",
    "isformatof": "IsVariantFormOf",
    "isbasedon": "IsDerivedFrom",
    "issupplementto": "IsSupplementTo",
    "issupplementedby": "IsSupplementedBy",
}
SCHEMES = {"ddc": "DDC", "lcc": "LCC", "lcsh": "LCSH", "mesh": "MeSH", "udc": "UDC", "jel": "JEL"}
OBJECTS = {"literature": "fulltext", "dataset": "dataset", "software": "software"}
DOCUMENTS = re.compile(
    r"text/(?!csv|vtt|tab-).*|application/(pdf|postscript|rtf|epub\+zip|x-tex|x-dvi|xhtml\+xml|msword"
    r"|vnd\.ms-(word|powerpoint).*|vnd\.openxmlformats-officedocument\.(wordprocessing|presentation)ml\..*"
    r"|vnd\.oasis\.opendocument\.(text|presentation))",
    re.IGNORECASE,
)


def offered(item: Item) -> bool:
    """Items with all that the guidelines make mandatory: title, creator, date of issue, identifier, the embargo's end.

    Resource type and access rights are always there.
    """
    embargoed = access(item).status == "embargoed"
    mandatory = (item.first(*TITLES), creators(item), issued(item), not embargoed or embargo_end(item))
    return all(mandatory) and any(identifiers_of(item))


def crosswalk(item: Item, site: Site) -> Element:
    """The elements in the order of the application profile (formats.md sections 3.3 and 5.14)."""
    kind, host, end = resource_type(item), citation(item), embargo_end(item)
    identifier, *others = identifiers_of(item)
    return O.resource(
        *_group("titles", _titles(item)),
        *_group("creators", (_party("creator", name) for name in creators(item))),
        *_group("contributors", _contributors(item)),
        *_fundings(item),
        *_group("alternateIdentifiers", _alternates(item, kind, others)),
        *_group("relatedIdentifiers", _related(item, kind)),
        *_group("dates", _dates(item, end)),
        *(DC.language(each.alpha3) for each in languages(item) if each.alpha3),
        *_told("publisher", item.values("dc.publisher", "dcterms.publisher")),
        _resource_type(kind),
        *_told("description", item.values(*DESCRIPTIONS)),
        *_told("format", map(Value, _formats(item))),
        D.identifier(identifier[1], identifierType=identifier[0]),
        _rights(item),
        *_told("source", _sources(item, host)),
        *_group("subjects", _subjects(item)),
        *_licence(item, end),
        *_told("coverage", _coverages(item)),
        *_group("sizes", (D.size(text) for text in _sizes(item))),
        *_group("geoLocations", _places(item)),
        *_version(item, kind),
        *(_file(file, url, kind) for file in open_files(item) if (url := link_of(file.url))),
        *_citation(host),
    )


def _group(name: str, members: Iterable[Element]) -> Iterator[Element]:
    """The members within their group; without members there is none."""
    found = [*members]
    if found:
        yield D(name, *found)


def _told(name: str, values: Iterable[Value]) -> Iterator[Element]:
    """Dublin Core elements, each value once, with its language."""
    return (DC(name, value.text, _language(value)) for value in dict.fromkeys(map(_bare, values)))


def _bare(value: Value) -> Value:
    return Value(value.text, value.language)


def _language(value: Value) -> dict[str, str]:
    return _attributes({XML_LANG: language_tag(value.language)})


def _attributes(told: dict[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in told.items() if text}


# Who


def _titles(item: Item) -> Iterator[Element]:
    yield from (D.title(value.text, _language(value)) for value in item.values(*TITLES))
    for field, kind in TITLE_TYPES.items():
        yield from (D.title(value.text, _language(value), titleType=kind) for value in item.values(field))


def _contributors(item: Item) -> Iterator[Element]:
    """The others; who paid is told with the grants."""
    for name, role in contributors(item):
        if role != "sponsor":
            yield _party("contributor", name, contributorType=RELATORS[role].datacite)
    for holder in holders(item):
        yield D.contributor(D.contributorName(holder), contributorType="RightsHolder")


def _party(element: str, name: Name, **attributes: str) -> Element:
    return D(
        element,
        D(f"{element}Name", name.full, _attributes({"nameType": _name_type(name)})),
        *(D.givenName(text) for text in (name.given,) if text),
        *(D.familyName(text) for text in (name.family,) if text),
        *_name_identifiers(name),
        **attributes,
    )


def _name_type(name: Name) -> str | None:
    """A name that is not parted may be anybody's."""
    if name.organisation:
        return "Organizational"
    return "Personal" if name.family else None


def _name_identifiers(name: Name) -> Iterator[Element]:
    link = link_of(name.uri)
    host = HOST.match(link or "")
    known = NAME_SCHEMES.get(host[1].lower()) if host else None
    if link and known:
        yield D.nameIdentifier(link, nameIdentifierScheme=known[0], schemeURI=known[1])


def _fundings(item: Item) -> Iterator[Element]:
    """Grants of a funder who is named; the profile has no place for others."""
    found = [_funding(each, each.funder) for each in fundings(item) if each.funder]
    if found:
        yield O.fundingReferences(*found)


def _funding(grant: Funding, funder: str) -> Element:
    return O.fundingReference(
        O.funderName(funder),
        *(O.funderIdentifier(text, funderIdentifierType=_funder_type(text)) for text in _one(grant.funder_id)),
        *(O.fundingStream(text) for text in _one(grant.programme)),
        *(O.awardNumber(text, _attributes({"awardURI": link_of(grant.uri)})) for text in _one(grant.number)),
        *(O.awardTitle(text) for text in _one(grant.title or grant.acronym)),
    )


def _one(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _funder_type(identifier: str) -> str:
    return next((name for pattern, name in FUNDER_TYPES if pattern.match(identifier)), "Other")


# Which


def identifiers_of(item: Item) -> list[tuple[str, str]]:
    """All identifiers of the item itself by their type, as links; the first is the identifier.

    A DOI of the repository comes first, one that somebody else may have given last.
    """
    own = own_doi(item)
    links = [(_link_type(text), text) for text in filter(link_of, urls(item)) if not doi(text)]
    arks = [("ARK", text) for text in item.texts("dc.identifier.ark", "dc.identifier") if text.startswith("ark:")]
    found = [("DOI", doi_url(own))] if own else []
    found += sorted((*links, *arks), key=lambda pair: LASTING.index(pair[0]))
    found += [("URN", text) for text in urns(item)]
    return list(dict.fromkeys([*found, *(("DOI", doi_url(each)) for each in dois(item))]))


def link_of(text: str | None) -> str | None:
    """The text as a URI whose host can be one: ``uri`` lets any host pass, a schema does not."""
    known = uri(text or "")
    return known if known and SOUND.fullmatch(known) else None


def _link_type(link: str) -> str:
    return next((name for pattern, name in LINKS if pattern.fullmatch(link)), "URL")


def _alternates(item: Item, kind: ResourceType, others: list[tuple[str, str]]) -> Iterator[Element]:
    """The identifiers of the same thing that were not chosen; DOIs bare."""
    named = [(_other_name(name), doi(text) or text) for name, text in others]
    named += [("ISBN", text) for text in isbns(item) if not is_part(kind)]
    named += [("ISSN", text) for text in issns(item) if kind.label in PERIODICALS]
    named += [(name, text) for field, name in KEYS.items() for text in item.texts(field)]
    return (D.alternateIdentifier(text, alternateIdentifierType=name) for name, text in named)


def _other_name(name: str) -> str:
    """The one type that the two lists spell differently."""
    return "Handle" if name == "HANDLE" else name


def is_part(kind: ResourceType) -> bool:
    """Whether the item is a part of the book or journal whose number it carries."""
    return bool(HOSTED.intersection(kind.kinds)) and kind.label != "conference proceedings"


def _related(item: Item, kind: ResourceType) -> Iterator[Element]:
    """The host by its number, then what relation fields name by an identifier."""
    parts = [("ISSN", text) for text in issns(item) if kind.label not in PERIODICALS]
    parts += [("ISBN", text) for text in isbns(item) if is_part(kind)]
    found = [(name, text, "IsPartOf") for name, text in parts]
    for field in item.metadata:
        relation = _relation_type(field)
        if relation:
            found += [(*known, relation) for text in item.texts(field) if (known := _identified(text))]
    for name, text, relation in dict.fromkeys(found):
        yield D.relatedIdentifier(text, relatedIdentifierType=name, relationType=relation)


def _relation_type(field: str) -> str | None:
    schema, element, qualifier = (*field.lower().split(".", 2), "", "")[:3]
    word = {"dc": qualifier if element == "relation" else "", "dcterms": element}.get(schema, "")
    return RELATION_TYPES.get(word)


def _identified(text: str) -> tuple[str, str] | None:
    """What an identifier is, and its form here; None for a text that is none."""
    if bare := doi(text):
        return "DOI", bare
    link = link_of(text)
    if not link or link.startswith(("info:", "mailto:", "hdl:", "doi:", "ftp:")):
        return None
    return ("URN" if link.lower().startswith("urn:") else _other_name(_link_type(link))), link


# When and what


def _dates(item: Item, end: date | None) -> list[Element]:
    """The date of issue; an embargo runs from it (accepted) to the day on which the item opens (available)."""
    day = issued(item) or ""
    dates = [D.date(day, dateType="Issued")]
    if end:
        dates += [D.date(day, dateType="Accepted"), D.date(end.isoformat(), dateType="Available")]
    return dates


def _resource_type(kind: ResourceType) -> Element:
    concept = kind.coar_4_0
    label = concept.label.removesuffix(" (deprecated)")
    return O.resourceType(label, resourceTypeGeneral=kind.openaire_general, uri=concept.uri)


def _formats(item: Item) -> list[str]:
    files = (file.mimetype for file in item.files if file.mimetype)
    fields = item.texts("dc.format.mimetype", "dc.format", "dc.format.medium")
    return list(dict.fromkeys([*files, *fields]))


def _rights(item: Item) -> Element:
    terms = access_terms(access(item).status)
    return D.rights(terms.label, rightsURI=terms.uri)


def _sources(item: Item, host: Citation) -> list[Value]:
    """What it was made from, series, and a citation in words where no part of it is told otherwise."""
    texts = [" ; ".join(filter(None, (each.title, each.number))) for each in host.series]
    if host.detail:
        texts.append(f"{host.title} ; {host.detail}")
    if host.text and not (host.volume or host.issue or host.start):
        texts.append(host.text)
    return [*item.values("dc.source", "dcterms.source"), *map(Value, texts)]


def _subjects(item: Item) -> Iterator[Element]:
    for field in item.metadata:
        schema, element, qualifier = (*field.split(".", 2), "", "")[:3]
        if schema in ("dc", "dcterms") and element == "subject":
            yield from (_subject(value, SCHEMES.get(qualifier.lower())) for value in item.values(field))


def _subject(value: Value, scheme: str | None) -> Element:
    known = link_of(value.authority)
    told = {"subjectScheme": scheme, "valueURI": known if known and known.startswith("http") else None}
    return D.subject(value.text, _attributes(told), _language(value))


def _licence(item: Item, end: date | None) -> Iterator[Element]:
    """The first licence, in force from the end of an embargo; else what is said about rights in words."""
    known = licence(item)
    if known:
        start = end.isoformat() if end and known.is_cc else None
        yield O.licenseCondition(known.name, _attributes({"startDate": start, "uri": link_of(known.uri)}))
        return
    yield from (O.licenseCondition(value.text) for value in statements(item)[:1])


def _sizes(item: Item) -> list[str]:
    """Extents as they are told; how many bytes only of files that are open."""
    files = (file.extent for file in item.files if file.extent)
    counted = (f"{file.size} bytes" for file in open_files(item) if file.size is not None)
    return list(dict.fromkeys([*item.texts("dc.format.extent", "dcterms.extent"), *files, *counted]))


def _coverages(item: Item) -> list[Value]:
    """Periods, and places that are told in code (``northlimit=57.20; southlimit=56.90``)."""
    return [*item.values(*PERIODS), *(value for value in item.values(*PLACES) if "=" in value.text)]


def _places(item: Item) -> Iterator[Element]:
    names = dict.fromkeys(text for text in item.texts(*PLACES) if "=" not in text)
    return (D.geoLocation(D.geoLocationPlace(text)) for text in names)


def _version(item: Item, kind: ResourceType) -> Iterator[Element]:
    """Its stage on the way to publication, or the version of data or software in its own words."""
    known = version_terms(item)
    if known:
        yield O.version(known.label, uri=known.uri)
    elif kind.openaire_general in ("dataset", "software"):
        yield from (O.version(text) for text in item.texts(*VERSIONS)[:1])


def _file(file: File, url: str, kind: ResourceType) -> Element:
    told = {
        "accessRightsURI": access_terms("open").uri,
        "mimeType": file.mimetype,
        "objectType": _object_type(file, kind),
    }
    return O.file(url, _attributes(told))


def _object_type(file: File, kind: ResourceType) -> str:
    """Of literature only documents are the full text; tables and pictures that come with it are something else."""
    if kind.openaire_general == "literature" and file.mimetype and not DOCUMENTS.fullmatch(file.mimetype):
        return "other"
    return OBJECTS.get(kind.openaire_general, "other")


def _citation(host: Citation) -> Iterator[Element]:
    told = {
        "citationTitle": host.title,
        "citationVolume": host.volume,
        "citationIssue": host.issue,
        "citationStartPage": host.start,
        "citationEndPage": host.end,
        "citationEdition": host.edition,
        "citationConferencePlace": host.conference_place,
        "citationConferenceDate": host.conference_date,
    }
    return (O(name, text) for name, text in told.items() if text)


FORMAT = MetadataFormat(
    "oai_openaire",
    namespace=NAMESPACE,
    schema="https://www.openaire.eu/schema/repo-lit/4.0/openaire.xsd",
    xsd="oai_openaire.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
