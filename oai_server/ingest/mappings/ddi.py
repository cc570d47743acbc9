"""oai_ddi25, DDI Codebook 2.5, 1.2 and what lies between: what data archives say of a study."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, first, texts
from oai_server.ingest.mappings.elements import text as text_of
from oai_server.ingest.mappings.grants import Grant, add_grants
from oai_server.ingest.mappings.naming import ADDRESS, bare_doi, link, name_item
from oai_server.ingest.mappings.told import Told

NAMESPACES = ("ddi:codebook:2_5", "ddi:codebook:2_6", "http://www.icpsr.umich.edu/DDI", "ddi:codebook:1_2_2")
ROOTS = frozenset({*(f"{{{namespace}}}codeBook" for namespace in NAMESPACES), "codeBook"})
PREFIX = "oai_ddi25"

LANGUAGE = etree.XPath("string(ancestor-or-self::*[@xml:lang][1]/@xml:lang)")
BOX = {"northlimit": "northBL", "eastlimit": "eastBL", "southlimit": "southBL", "westlimit": "westBL"}
DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?")

SAID = {  # paths in the study's description whose texts are values as they are
    "citation/titlStmt/altTitl": "dc.title.alternative",
    "citation/titlStmt/parTitl": "dc.title.alternative",
    "citation/rspStmt/othId": "dc.contributor.other",
    "citation/prodStmt/producer": "dc.contributor.producer",
    "citation/prodStmt/copyright": "dc.rights",
    "citation/prodStmt/prodPlac": "dc.publisher.place",
    "citation/distStmt/distrbtr": "dc.publisher",
    "citation/serStmt/serName": "dc.relation.ispartofseries",
    "citation/verStmt/version": "dc.description.version",
    "citation/biblCit": "dc.identifier.citation",
    "stdyInfo/subject/keyword": "dc.subject",
    "stdyInfo/subject/topcClas": "dc.subject.classification",
    "stdyInfo/abstract": "dc.description.abstract",
    "stdyInfo/sumDscr/nation": "dc.coverage.spatial",
    "stdyInfo/sumDscr/geogCover": "dc.coverage.spatial",
    "stdyInfo/sumDscr/dataKind": "dc.type",
    "dataAccs/useStmt/restrctn": "dc.rights.accessrights",
    "dataAccs/useStmt/conditions": "dc.rights",
    "dataAccs/useStmt/citReq": "dc.rights",
    "othrStdyMat/relMat": "dc.relation",
    "othrStdyMat/relStdy": "dc.relation",
    "othrStdyMat/relPubl": "dc.relation.isreferencedby",
}
BASIC = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})$")
WORDS = ("dc.contributor", "dc.publisher.place")  # what is in no language
DATES = {
    "citation/prodStmt/prodDate": "dc.date.created",
    "citation/distStmt/depDate": "dc.date.submitted",
    "citation/distStmt/distDate": "dc.date.issued",
}
PERIODS = {"stdyInfo/sumDscr/timePrd": "dc.coverage.temporal", "stdyInfo/sumDscr/collDate": "dc.date.collected"}


def told(root: Element) -> Told:
    """What a codebook says of its study; what its document says of itself only where the study says nothing."""
    says = Told()
    studies = list(elements(root, "stdyDscr"))
    for study in studies:
        _titles(says, study)
        _authors(says, study)
        _identifiers(says, study)
        _dates(says, study)
        says.add("dc.type", "dataset")
        _said(says, study)
        _grants(says, study)
        for box in elements(study, "stdyInfo/sumDscr/geoBndBox"):
            sides = {side: first(box, name) for side, name in BOX.items()}
            if all(map(DEGREES.fullmatch, sides.values())):
                says.add("dc.coverage.spatial", "; ".join(f"{side}={degrees}" for side, degrees in sides.items()))
        _terms(says, study)
    for document in elements(root, "docDscr"):
        _instead(says, document)
    says.identifier = _own_name(root, studies)
    if "dc.title" not in says.metadata:
        says.notes.append(("DDI titl", "the codebook has no title"))
    return says


def _language(of: Element) -> str | None:
    return str(LANGUAGE(of)) or None


def _titles(says: Told, description: Element) -> None:
    for statement in elements(description, "citation/titlStmt"):
        after = first(statement, "subTitl")
        for title in elements(statement, "titl"):
            whole = ": ".join(filter(None, (text_of(title), after))) if text_of(title) else after
            says.add("dc.title", whole, _language(title))


def _authors(says: Told, description: Element) -> None:
    """Who answers for the study, with the ORCID that an ExtLink may hold."""
    for author in elements(description, "citation/rspStmt/AuthEnty"):
        links = [attribute(each, "URI") for each in elements(author, "ExtLink")]
        name = " ".join([author.text or "", *(each.tail or "" for each in author.iterchildren())])
        orcid = next((each for each in links if "orcid.org/" in each), None)
        says.add("dc.contributor.author", name if name.strip() else text_of(author), authority=orcid)


def _identifiers(says: Told, description: Element) -> None:
    """Numbers by their agency, and where the study is held."""
    for number in elements(description, "citation/titlStmt/IDNo"):
        if text_of(number):
            name_item(says, text_of(number), attribute(number, "agency") if link("", text_of(number)) else "other")
    for holding in elements(description, "citation/holdings"):
        if ADDRESS.fullmatch(attribute(holding, "URI")):
            name_item(says, attribute(holding, "URI"))


def _dates(says: Told, study: Element) -> None:
    """Dates by their attribute, periods from start to end."""
    for path, field in DATES.items():
        for date in elements(study, path):
            says.add(field, _day(date))
    for path, field in PERIODS.items():
        dates = [date for date in elements(study, path) if re.search("[0-9]", _day(date))]
        says.add_all(field, _periods(dates))


def _day(date: Element) -> str:
    """The date of its attribute, with hyphens, or as it is written."""
    return BASIC.sub(r"\1-\2-\3", attribute(date, "date") or text_of(date))


def _periods(dates: list[Element]) -> Iterator[str]:
    """``2002/2016`` for each cycle that has a start; single dates as they are."""
    start: str | None = None
    for date in dates:
        text, event = _day(date), attribute(date, "event")
        if event == "end" and text:
            yield f"{start}/{text}" if start and start != text else text
        elif start:
            yield start
        start = text if event == "start" else None
        if event not in ("start", "end") and text:
            yield text
    if start:
        yield start


def _said(says: Told, study: Element) -> None:
    for path, field in SAID.items():
        for each in elements(study, path):
            says.add(field, text_of(each, " "), None if field.startswith(WORDS) else _language(each))


def _grants(says: Told, study: Element) -> None:
    """Grants with the agency that each names; agencies without a grant by name."""
    numbers = [(text_of(each), attribute(each, "agency")) for each in elements(study, "citation/prodStmt/grantNo")]
    agencies = list(texts(study, "citation/prodStmt/fundAg"))
    alone = agencies[0] if len(agencies) == 1 else ""
    add_grants(says, [Grant(funder=agency or alone, number=number) for number, agency in numbers if number])
    named = {agency or alone for number, agency in numbers if number}
    says.add_all("dc.description.sponsorship", (agency for agency in agencies if agency not in named))


def _terms(says: Told, study: Element) -> None:
    """Terms of use that Dataverse writes as notes, and licences by their address."""
    for note in elements(study, "dataAccs/notes"):
        if attribute(note, "type") in ("DVN:TOU", "DVN:TOA"):
            says.add("dc.rights", text_of(note, " "), _language(note))
    links = [attribute(each, "URI") for each in study.iterfind("{*}dataAccs//{*}*[@URI]")]
    says.add_all("dc.rights.uri", (each for each in links if ADDRESS.fullmatch(each) and "licen" in each.lower()))


def _instead(says: Told, document: Element) -> None:
    """From the description of the document: title, publisher and date, where the study has none."""
    if "dc.title" not in says.metadata:
        _titles(says, document)
    if "dc.publisher" not in says.metadata:
        says.add_all("dc.publisher", texts(document, "citation/distStmt/distrbtr"))
    if "dc.identifier.citation" not in says.metadata:
        says.add_all("dc.identifier.citation", texts(document, "citation/biblCit"))
    if "dc.date.issued" not in says.metadata:
        dates = [attribute(each, "date") for each in elements(document, "citation/verStmt/version")]
        dates += [attribute(each, "date") or text_of(each) for each in elements(document, "citation/distStmt/distDate")]
        says.add_all("dc.date.issued", list(filter(None, dates))[:1])


def _own_name(root: Element, studies: list[Element]) -> str | None:
    """The number of the study, else of the document, else the codebook's own."""
    descriptions = [*studies, *elements(root, "docDscr")]
    numbers = (number for each in descriptions for number in texts(each, "citation/titlStmt/IDNo"))
    number = next(numbers, attribute(root, "ID"))
    return bare_doi(number) or number or None
