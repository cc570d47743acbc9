"""eac, Encoded Archival Context: a person, family or body described for its own sake, the name as its title."""

from __future__ import annotations

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, first, texts
from oai_server.ingest.mappings.elements import text as text_of
from oai_server.ingest.mappings.naming import ADDRESS
from oai_server.ingest.mappings.told import Told

ROOTS = frozenset({"{urn:isbn:1-931666-33-4}eac-cpf", "eac-cpf"})
PREFIX = "eac"


def told(root: Element) -> Told:
    """Who it is, under which names, with dates, places, occupations and history."""
    says = Told()
    says.identifier = first(root, "control/recordId") or None
    says.add_all("dc.publisher", texts(root, "control/maintenanceAgency/agencyName"))
    for identity in elements(root, "cpfDescription/identity"):
        says.add_all("dc.type", texts(identity, "entityType"))
        says.add_all("dc.identifier.other", texts(identity, "entityId"))
        for path in ("nameEntry", "nameEntryParallel/nameEntry"):
            for name in elements(identity, path):
                field = "dc.title.alternative" if "dc.title" in says.metadata else "dc.title"
                says.add(field, _name(name), _language(name))
    for description in elements(root, "cpfDescription/description"):
        _description(says, description)
    if "dc.title" not in says.metadata:
        says.notes.append(("EAC-CPF nameEntry", "nobody is named"))
    return says


def _language(of: Element) -> str | None:
    return attribute(of, "lang") or attribute(of, "{http://www.w3.org/XML/1998/namespace}lang") or None


def _name(entry: Element) -> str:
    """The part that is the whole name, which has a comma where others repeat its pieces; else all parts."""
    parts = list(texts(entry, "part"))
    return next((part for part in parts if "," in part), ", ".join(parts))


def _description(says: Told, description: Element) -> None:
    for dates in description.iterfind("{*}existDates"):
        found = [attribute(each, "standardDate") or text_of(each) for each in dates.iter("{*}date")]
        ends = [attribute(each, "standardDate") or text_of(each) for each in dates.iter("{*}fromDate", "{*}toDate")]
        says.add("dc.coverage.temporal", "/".join(filter(None, ends or found)))
    for path, field in {"place//{*}placeEntry": "dc.coverage.spatial", "occupation//{*}term": "dc.subject"}.items():
        for each in description.iterfind(f".//{{*}}{path}"):
            source = attribute(each, "vocabularySource")
            says.add(field, text_of(each), _language(each), source if ADDRESS.fullmatch(source) else None)
    for path in ("biogHist/abstract", "biogHist/p"):
        for each in elements(description, path):
            says.add("dc.description", text_of(each), _language(each))
