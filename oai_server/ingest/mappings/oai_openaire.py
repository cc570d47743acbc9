"""oai_openaire, the OpenAIRE Guidelines for Literature Repositories 4: DataCite's groups beside Dublin Core."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from oai_server.ingest.mappings import datacite, parties, places
from oai_server.ingest.mappings.elements import attribute, element, elements, first, language, text, texts
from oai_server.ingest.mappings.grants import add_grants
from oai_server.ingest.mappings.naming import bare_doi, fold, local_name, name_item
from oai_server.ingest.mappings.offers import offered
from oai_server.ingest.mappings.told import Told

ROOTS = frozenset({"{http://namespace.openaire.eu/schema/oaire/}resource"})
PREFIX = "oai_openaire"

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
CITATION = {
    "citationTitle": "title",
    "citationVolume": "volume",
    "citationIssue": "issue",
    "citationStartPage": "startPage",
    "citationEndPage": "endPage",
    "citationEdition": "edition",
    "citationConferencePlace": "conferencePlace",
    "citationConferenceDate": "conferenceDate",
}
PLAIN = {"publisher": "dc.publisher", "coverage": "dc.coverage", "source": "dc.source", "audience": "dc.audience"}


def told(root: Element) -> Told:
    """All elements of the profile."""
    said = Told()
    _identifier(said, root)
    datacite.titles(said, root)
    parties.add_parties(said, root)
    _dates(said, root)
    _type(said, root)
    datacite.subjects(said, root)
    for name, field in PLAIN.items():
        for each in elements(root, name):
            said.add(field, text(each), language(each))
    said.add_all("dc.language.iso", texts(root, "language"))
    _descriptions(said, root)
    for form in texts(root, "format"):
        said.add("dc.format.mimetype" if datacite.MEDIA_TYPE.fullmatch(form) else "dc.format", form)
    said.add_all("dc.format.extent", texts(root, "sizes/size"))
    datacite.own_names(said, root)
    datacite.related(said, root)
    places.add_places(said, root)
    add_grants(said, datacite.grants(root))
    _terms(said, root)
    for name, field in CITATION.items():
        said.add(f"oaire.citation.{field}", first(root, name))
    for file in elements(root, "file"):
        access = attribute(file, "accessRightsURI")
        said.files.append(offered(text(file), attribute(file, "mimeType"), access, _opens(root)))
    return said


def _identifier(said: Told, root: Element) -> None:
    """Where the item is; a DOI here is the repository's own."""
    named = element(root, "identifier")
    name = text(named)
    if named is None or not name:
        return
    said.identifier = local_name(name)
    if doi := bare_doi(name):
        said.add("dc.identifier.uri", f"https://doi.org/{doi}")
    else:
        name_item(said, name, attribute(named, "identifierType"))


def _dates(said: Told, root: Element) -> None:
    """Dates by type; an embargo is told as accepted and available, which then say nothing else."""
    datacite.dates(said, root)
    if _opens(root):
        said.metadata.pop("dc.date.available", None)
        said.metadata.pop("dc.date.accepted", None)
        said.add("dc.rights.embargodate", _opens(root))


def _opens(root: Element) -> str:
    """The day on which an embargoed item opens."""
    access = element(root, "rights")
    shut = access is not None and attribute(access, "rightsURI").rstrip("/").endswith("c_f1cf")
    days = (text(each) for each in elements(root, "dates/date") if attribute(each, "dateType") == "Available")
    return next(days, "") if shut else ""


def _type(said: Told, root: Element) -> None:
    """COAR's label, with the concept as its authority; the general word only where there is no other."""
    for kind in elements(root, "resourceType"):
        concept = attribute(kind, "uri")
        said.add("dc.type", text(kind) or concept or attribute(kind, "resourceTypeGeneral"), language(kind), concept)


def _descriptions(said: Told, root: Element) -> None:
    """The first description in each language is the abstract."""
    spoken: set[str | None] = set()
    for description in elements(root, "description"):
        field = "dc.description" if language(description) in spoken else "dc.description.abstract"
        spoken.add(language(description))
        said.add(field, text(description, " "), language(description))


def _terms(said: Told, root: Element) -> None:
    """Who may see it, on what terms, and which version it is."""
    for rights in elements(root, "rights"):
        said.add("dc.rights", attribute(rights, "rightsURI") or text(rights))
    for licence in elements(root, "licenseCondition"):
        address = attribute(licence, "uri") or text(licence)
        said.add("dc.rights.uri", address if ADDRESS.fullmatch(address) else None)
        if fold(text(licence)) != fold(address):
            said.add("dc.rights", text(licence), language(licence))
    for version in elements(root, "version"):
        said.add("oaire.version", attribute(version, "uri") or text(version))
