"""DataCite, kernels 2 to 4, alone or in the envelope oai_datacite; what one has, all of them call by the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.etree import _Element as Element

from oai_server.ingest.mappings import parties, places
from oai_server.ingest.mappings.elements import attribute, element, elements, first, language, local, text, texts
from oai_server.ingest.mappings.grants import Grant, add_grants
from oai_server.ingest.mappings.naming import bare_doi, fold, link, local_name, name_item
from oai_server.ingest.mappings.told import Told

NAMESPACE = "http://datacite.org/schema/kernel-"
ROOTS = frozenset({f"{{{NAMESPACE}4}}resource", "resource"})
PREFIX = "datacite"

# The standard's words for a value that cannot be had (its appendix on unknown values).
UNKNOWN = re.compile(r"\(?:(?:unac|unal|unap|unas|unav|unkn|none|null|tba|etal)\)?", re.IGNORECASE)
YEAR = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T.*)?)?)?")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][\w.+-]*", re.IGNORECASE)
ACCESS_RIGHT = re.compile(r"info:eu-repo/semantics/|https?://purl\.org/coar/access_right/", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
HOSTED_IN = re.compile(
    r"(?P<title>.+?),\s*(?P<volume>[0-9]+)(?:\s*\((?P<issue>[^()]+)\))?,\s*(?P<start>\w+)(?:\s*[-–]+\s*(?P<end>\w+))?"
)

TITLES = {
    "subtitle": "dc.title.subtitle",
    "translatedtitle": "dc.title.translated",
    "alternativetitle": "dc.title.alternative",
    "other": "dc.title.alternative",
}
SUBJECTS = {
    "ddc": "dc.subject.ddc",
    "dewey": "dc.subject.ddc",
    "deweydecimalclassification": "dc.subject.ddc",
    "lcc": "dc.subject.lcc",
    "lcsh": "dc.subject.lcsh",
    "libraryofcongresssubjectheadings": "dc.subject.lcsh",
    "mesh": "dc.subject.mesh",
    "medicalsubjectheadings": "dc.subject.mesh",
    "udc": "dc.subject.udc",
    "jel": "dc.subject.jel",
}
DATES = {
    "copyrighted": "dc.date.copyright",
    "coverage": "dc.coverage.temporal",
}
DESCRIPTIONS = {
    "abstract": "dc.description.abstract",
    "tableofcontents": "dc.description.tableofcontents",
}
RELATIONS = {  # relationType by the qualifier of dc.relation that says the same
    "cites": "references",
    "isderivedfrom": "isbasedon",
    "isnewversionof": "replaces",
    "isobsoletedby": "isreplacedby",
    "isoriginalformof": "hasformat",
    "ispreviousversionof": "isreplacedby",
    "ispublishedin": "ispartof",
    "isvariantformof": "isformatof",
    "obsoletes": "replaces",
}
WHOLES = ("ispartof", "ispublishedin")


def told(root: Element) -> Told:
    """All properties; of an envelope, those of the record in its payload."""
    resource = next(elements(root, "payload/resource"), root)
    said = Told()
    _identifier(said, resource)
    titles(said, resource)
    parties.add_parties(said, resource)
    said.add_all("dc.publisher", _known(texts(resource, "publisher")), _of_first(resource, "publisher"))
    dates(said, resource)
    _type(said, resource)
    subjects(said, resource)
    said.add_all("dc.language.iso", texts(resource, "language"))
    own_names(said, resource)
    related(said, resource)
    said.add_all("dc.format.extent", texts(resource, "sizes/size"))
    for form in texts(resource, "formats/format"):
        said.add("dc.format.mimetype" if MEDIA_TYPE.fullmatch(form) else "dc.format", form)
    said.add_all("dc.description.version", texts(resource, "version"))
    for rights in (*elements(resource, "rightsList/rights"), *elements(resource, "rights")):
        _rights(said, rights)
    hosts(said, resource)
    _descriptions(said, resource)
    places.add_places(said, resource)
    add_grants(said, grants(resource))
    return said


def _known(said: Iterable[str]) -> Iterator[str]:
    return (each for each in said if not UNKNOWN.fullmatch(each))


def _of_first(parent: Element, path: str) -> str | None:
    known = element(parent, path)
    return language(known) if known is not None else None


# What


def _identifier(said: Told, resource: Element) -> None:
    """The DOI that the repository gave stands among the addresses; another identifier where its scheme belongs."""
    named = element(resource, "identifier")
    bare = text(named)
    if named is None or not bare or UNKNOWN.fullmatch(bare):
        return
    if doi := bare_doi(bare):
        said.identifier = doi
        said.add("dc.identifier.uri", f"https://doi.org/{doi}")
    else:
        said.identifier = local_name(bare)
        name_item(said, bare, attribute(named, "identifierType"))


def titles(said: Told, resource: Element) -> None:
    """Titles by their types; if none is the main one, the first has to be."""
    found = [each for each in elements(resource, "titles/title") if text(each) and not UNKNOWN.fullmatch(text(each))]
    fields = [TITLES.get(fold(attribute(each, "titleType")), "dc.title") for each in found]
    if fields and "dc.title" not in fields:
        fields[0] = "dc.title"
    for field, title in zip(fields, found, strict=True):
        said.add(field, text(title), language(title))


def _type(said: Told, resource: Element) -> None:
    """The record's own word, then DataCite's general one unless it is the same."""
    for kind in elements(resource, "resourceType"):
        general = attribute(kind, "resourceTypeGeneral")
        said.add("dc.type", text(kind))
        if fold(general) != fold(text(kind)):
            said.add("dc.type", re.sub("(?<=[a-z])(?=[A-Z])", " ", general))


def subjects(said: Told, resource: Element) -> None:
    """Subjects in the field of their scheme, with the address of the term."""
    for subject in elements(resource, "subjects/subject"):
        field = SUBJECTS.get(fold(attribute(subject, "subjectScheme")), "dc.subject")
        said.add(field, text(subject), language(subject), attribute(subject, "valueURI"))


def _descriptions(said: Told, resource: Element) -> None:
    for description in (*elements(resource, "descriptions/description"), *elements(resource, "description")):
        kind = fold(attribute(description, "descriptionType"))
        if kind == "seriesinformation":
            _series(said, text(description))
        else:
            said.add(DESCRIPTIONS.get(kind, "dc.description"), text(description, " "), language(description))


def _series(said: Told, series: str) -> None:
    """A journal with volume and pages as ``Title, 12(3), 45-67`` is where the item appeared; all else is a series."""
    host = HOSTED_IN.fullmatch(series)
    if host is None or "oaire.citation.title" in said.metadata:
        said.add("dc.relation.ispartofseries", series.replace(";", ","))
        return
    names = {"title": "title", "volume": "volume", "issue": "issue", "start": "startPage", "end": "endPage"}
    for group, name in names.items():
        said.add(f"oaire.citation.{name}", host[group])


# When


def dates(said: Told, resource: Element) -> None:
    """Dates by their types. The year of publication counts where no date of issue begins with a year."""
    found = list(elements(resource, "dates/date"))
    issued = [text(each) for each in found if fold(attribute(each, "dateType")) == "issued"]
    year = next(_known(texts(resource, "publicationYear")), None)
    exact = sorted(filter(YEAR.fullmatch, issued), key=lambda day: not day.startswith(year or ""))
    said.add_all("dc.date.issued", exact or [year])
    if exact and year and not exact[0].startswith(year):
        said.notes.append(("DataCite publicationYear", f"publicationYear is {year!r:.40}, but issued on {exact[0]}"))
    for each in found:
        kind = fold(attribute(each, "dateType")) or "other"
        if kind != "issued" or not YEAR.fullmatch(text(each)):
            said.add(DATES.get(kind, f"dc.date.{_word(kind)}"), _date(each, kind))


def _date(of: Element, kind: str) -> str:
    """The date; what it is the date of, as a DCMI Period, where it tells what the content is about."""
    name, (start, _, end) = attribute(of, "dateInformation").replace(";", ","), text(of).partition("/")
    if kind != "coverage" or not name or not start:
        return text(of)
    return f"name={name}; start={start}; end={end or start}"


def _word(kind: str) -> str:
    """A type that the standard names, as the qualifier of a field; ``other`` for what no field may be called."""
    return kind if re.fullmatch("[a-z]{1,40}", kind) else "other"


# Where else


def own_names(said: Told, resource: Element) -> None:
    """Other names of the item itself."""
    for path in ("alternateIdentifiers/alternateIdentifier", "alternativeIdentifiers/alternativeIdentifier"):
        for each in elements(resource, path):
            scheme = attribute(each, "alternateIdentifierType") or attribute(each, "alternativeIdentifierType")
            name_item(said, text(each), scheme)


def related(said: Told, resource: Element) -> None:
    """Related things in the field of their relation, as links."""
    for each in elements(resource, "relatedIdentifiers/relatedIdentifier"):
        scheme, relation = attribute(each, "relatedIdentifierType"), attribute(each, "relationType")
        relate(said, fold(relation), scheme, text(each))


def relate(said: Told, relation: str, scheme: str, name: str) -> None:
    """Say what the item is related to. The number of a whole goes where citations look for it."""
    number = fold(scheme)
    if relation in WHOLES and number in ("issn", "eissn", "lissn", "pissn"):
        said.add("dc.relation.issn", name)
    elif relation in WHOLES and number == "isbn":
        said.add("dc.relation.isbn", name)
    elif relation == "isidenticalto" and bare_doi(name):
        said.add("dc.identifier.doi", bare_doi(name))
    elif known := link(scheme, name):
        said.add(_relation_field(relation), known)
    else:  # no field but this: where a whole is expected, an identifier would be taken for its title
        field = "dc.relation" if relation in WHOLES else _relation_field(relation)
        said.add(field, name if fold(name).startswith(fold(scheme)) else f"{scheme}:{name}")


def _relation_field(relation: str) -> str:
    if relation in ("", "other"):
        return "dc.relation"
    return f"dc.relation.{_word(RELATIONS.get(relation, relation))}"


def hosts(said: Told, resource: Element) -> None:
    """The journal or book that the item was published in, then other related things that have a title."""
    for each in elements(resource, "relatedItems/relatedItem"):
        relation, title = fold(attribute(each, "relationType")), first(each, "titles/title")
        if relation == "ispublishedin" and "oaire.citation.title" not in said.metadata and title:
            _host(said, each, title)
        named = [
            (attribute(name, "relatedItemIdentifierType"), name) for name in elements(each, "relatedItemIdentifier")
        ]
        for scheme, name in named:
            relate(said, relation, scheme, text(name))
        if not named and relation != "ispublishedin":
            said.add(_relation_field(relation), title)


def _host(said: Told, host: Element, title: str) -> None:
    said.add("oaire.citation.title", title)
    for name, field in (
        ("volume", "volume"),
        ("issue", "issue"),
        ("firstPage", "startPage"),
        ("lastPage", "endPage"),
        ("edition", "edition"),
    ):
        said.add(f"oaire.citation.{field}", first(host, name))


# On what terms


def _rights(said: Told, rights: Element) -> None:
    """An address that says who may see it is an access right, any other a licence; then the words for it."""
    words, address = text(rights), attribute(rights, "rightsURI")
    if ADDRESS.fullmatch(words) and not address:
        words, address = "", words
    if ACCESS_RIGHT.match(address):
        said.add("dc.rights", address)
        return
    said.add("dc.rights.uri", address)
    said.add("dc.rights", words or (None if address else attribute(rights, "rightsIdentifier")), language(rights))


def grants(resource: Element) -> list[Grant]:
    """Who paid for it."""
    return [_grant(each) for each in elements(resource, "fundingReferences/fundingReference")]


def _grant(reference: Element) -> Grant:
    """A funding reference in its parts."""
    said = {local(each): each for each in reference.iterchildren("{*}*")}
    funder, award = said.get("funderIdentifier"), said.get("awardNumber")
    scheme = attribute(funder, "funderIdentifierType") if funder is not None else ""
    return Grant(
        funder=next(_known([text(said.get("funderName"))]), ""),
        funder_id=parties.body_address(scheme, text(funder)),
        programme=text(said.get("fundingStream")),
        number=text(award),
        title=text(said.get("awardTitle")),
        uri=attribute(award, "awardURI") if award is not None else "",
    )
