"""iso19139, ISO 19115 metadata of geographic data in ISO/TS 19139's XML, with the imagery extensions (gmi) too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, first, local, texts
from oai_server.ingest.mappings.elements import text as text_of
from oai_server.ingest.mappings.naming import ADDRESS, authority, bare_doi, link, name_item
from oai_server.ingest.mappings.told import Told
from oai_server.model import File

ROOTS = frozenset({"{http://www.isotc211.org/2005/gmd}MD_Metadata", "{http://www.isotc211.org/2005/gmi}MI_Metadata"})
PREFIX = "iso19139"

HREF = "{http://www.w3.org/1999/xlink}href"
DATES = {
    "creation": "dc.date.created",
    "publication": "dc.date.issued",
    "released": "dc.date.issued",
    "revision": "dc.date.modified",
}
AUTHORS = ("author", "principalInvestigator", "originator")
ROLES = {
    **dict.fromkeys(AUTHORS, "dc.contributor.author"),
    "editor": "dc.contributor.editor",
    "funder": "dc.contributor.funder",
    "owner": "dc.rights.holder",
    "publisher": "dc.publisher",
    "rightsHolder": "dc.rights.holder",
    "sponsor": "dc.contributor.sponsor",
}
KEYWORDS = {"place": "dc.coverage.spatial", "temporal": "dc.coverage.temporal"}
DATASETS = ("", "dataset", "nonGeographicDataset", "series", "tile")
BOX = {  # in the order of DCMI Box
    "northlimit": "northBoundLatitude",
    "eastlimit": "eastBoundLongitude",
    "southlimit": "southBoundLatitude",
    "westlimit": "westBoundLongitude",
}
DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?")
PARTY = "CI_ResponsibleParty"


def told(root: Element) -> Told:
    """What is said of the data; of the metadata itself only its identifier is told."""
    says = Told()
    own = first(root, "fileIdentifier")
    says.identifier = bare_doi(own) or own or None
    speaks = Speaker(root)
    for data in root.iterfind("{*}identificationInfo/*"):
        for citation in elements(data, "citation/CI_Citation"):
            _citation(says, citation, speaks)
        _texts(says, data, speaks)
        _parties(says, data)
        _keywords(says, data, speaks)
        _extents(says, data)
        _terms(says, data, speaks)
        says.add_all("dc.language.iso", _languages(data))
        _related(says, data)
    _distribution(says, root)
    says.add_all("dc.relation.ispartof", texts(root, "parentIdentifier"))
    for lineage in elements(root, "dataQualityInfo/DQ_DataQuality/lineage/LI_Lineage/statement"):
        speaks.add(says, "dc.description", lineage)
    if link("", own):
        name_item(says, own)
    if address := first(root, "dataSetURI"):
        name_item(says, address)
    for scope in [_code(each) for each in elements(root, "hierarchyLevel")] or [""]:
        says.add("dc.type", "dataset" if scope in DATASETS else scope)
    if "dc.title" not in says.metadata:
        says.notes.append(("ISO 19115 CI_Citation", "the record has no title"))
    return says


class Speaker:
    """Reads texts in the record's own language and in the others that it lists."""

    def __init__(self, root: Element) -> None:
        self.own = next(_languages(root), None)
        self.locales = {
            f"#{attribute(each, 'id')}": next(_languages(each, "languageCode"), None)
            for each in root.iterfind("{*}locale/{*}PT_Locale")
        }

    def add(self, says: Told, field: str, of: Element) -> None:
        """One text in every language that it is told in."""
        for each in of.iterchildren("{*}CharacterString", "{*}Anchor"):
            says.add(field, text_of(each), self.own, _anchored(each))
        for each in of.iterfind("{*}PT_FreeText/{*}textGroup/{*}LocalisedCharacterString"):
            says.add(field, text_of(each), self.locales.get(attribute(each, "locale")))


def _anchored(of: Element) -> str | None:
    """The address behind a text."""
    href = attribute(of, HREF)
    return href if ADDRESS.fullmatch(href) else None


def _code(of: Element) -> str:
    """The code that a property holds, by its value or its text."""
    codes = [attribute(each, "codeListValue") or text_of(each) for each in of.iterchildren("{*}*")]
    return next(filter(None, codes), "").rpartition("_")[2]


def _languages(of: Element, name: str = "language") -> Iterator[str]:
    """Codes in lower case; what follows a code (``eng; USA``) is left out."""
    for each in elements(of, name):
        if known := re.split(r"[;,\s]", (_code(each) or text_of(each)).strip())[0]:
            yield known.lower()


def _citation(says: Told, citation: Element, speaks: Speaker) -> None:
    for name, field in {"title": "dc.title", "alternateTitle": "dc.title.alternative"}.items():
        for each in elements(citation, name):
            speaks.add(says, field, each)
    for date in elements(citation, "date/CI_Date"):
        kind = next(map(_code, elements(date, "dateType")), "")
        says.add(DATES.get(kind, "dc.date.other"), first(date, "date"))
    says.add_all("dc.description.version", texts(citation, "edition"))
    for identifier in citation.iterfind("{*}identifier/*"):
        code, space = first(identifier, "code"), first(identifier, "codeSpace")
        hrefs = (_anchored(each) for each in identifier.iterfind("{*}code/{*}Anchor"))
        if known := next(filter(None, hrefs), code):
            name_item(says, known, space)
    says.add_all("dc.relation.ispartofseries", texts(citation, "series/CI_Series/name"))
    says.add_all("dc.identifier.isbn", texts(citation, "ISBN"))


def _texts(says: Told, data: Element, speaks: Speaker) -> None:
    fields = {
        "abstract": "dc.description.abstract",
        "purpose": "dc.description",
        "credit": "dc.description",
        "supplementalInformation": "dc.description",
    }
    for name, field in fields.items():
        for each in elements(data, name):
            speaks.add(says, field, each)


def _parties(says: Told, data: Element) -> None:
    """Everybody by role. Where nobody is said to have made the data, those who answer for them stand for the makers."""
    cited = [*elements(data, f"citation/CI_Citation/citedResponsibleParty/{PARTY}")]
    contacts = [*elements(data, f"pointOfContact/{PARTY}")]
    made = any(_role(party) in AUTHORS for party in (*cited, *contacts))
    for party in (*cited, *contacts):
        role = _role(party)
        answers = not made and role in ("", "pointOfContact", "resourceProvider", "custodian", "owner")
        field = "dc.contributor.author" if answers else ROLES.get(role, "dc.contributor.other")
        person, body = first(party, "individualName"), first(party, "organisationName")
        if field == "dc.contributor.author" and not person:
            field = "dc.creator.corporate"
        name = body if field == "dc.publisher" and body else person or body
        says.add(field, name, authority=_orcid(party) if name == person else None)


def _role(party: Element) -> str:
    return next(map(_code, elements(party, "role")), "")


def _orcid(party: Element) -> str | None:
    """An ORCID behind the name or among the addresses; never an e-mail address."""
    places = [attribute(each, HREF) for each in party.iterfind("{*}individualName/{*}Anchor")]
    places += texts(party, "contactInfo/CI_Contact/onlineResource/CI_OnlineResource/linkage/URL")
    return next((authority("orcid", place) for place in places if "orcid.org/" in place), None)


def _keywords(says: Told, data: Element, speaks: Speaker) -> None:
    for keywords in elements(data, "descriptiveKeywords/MD_Keywords"):
        kind = next(map(_code, elements(keywords, "type")), "")
        for keyword in elements(keywords, "keyword"):
            speaks.add(says, KEYWORDS.get(kind, "dc.subject"), keyword)
    says.add_all("dc.subject", texts(data, "topicCategory"))


def _extents(says: Told, data: Element) -> None:
    """Places by name and as DCMI Boxes, times as ranges. The order of a polygon's axes is not told."""
    for extent in data.iterfind("{*}extent/{*}EX_Extent"):
        says.add_all("dc.coverage.spatial", texts(extent, "description"))
        named = "geographicElement/EX_GeographicDescription/geographicIdentifier/MD_Identifier/code"
        says.add_all("dc.coverage.spatial", texts(extent, named))
        for box in elements(extent, "geographicElement/EX_GeographicBoundingBox"):
            sides = {side: first(box, name) for side, name in BOX.items()}
            if all(map(DEGREES.fullmatch, sides.values())):
                says.add("dc.coverage.spatial", "; ".join(f"{side}={degrees}" for side, degrees in sides.items()))
        for time in extent.iterfind("{*}temporalElement/*/{*}extent/*"):
            says.add("dc.coverage.temporal", _period(time))
        if next(elements(extent, "geographicElement/EX_BoundingPolygon"), None) is not None:
            says.notes.append(("ISO 19115 EX_BoundingPolygon", "left out: the order of its axes is not certain"))


def _period(time: Element) -> str:
    """``1936/2018`` of a gml:TimePeriod, or the one time of a gml:TimeInstant."""
    ends = {"begin": "", "end": ""}
    for each in time.iter("{*}*"):
        for side in ends:
            if local(each) == f"{side}Position" or (local(each) == "timePosition" and local(_around(each)) == side):
                ends[side] = text_of(each)
    if any(ends.values()):
        return f"{ends['begin']}/{ends['end']}"
    return text_of(time)


def _around(of: Element) -> Element:
    """The property around an instant within a period, or the nearest that there is."""
    instant = of.getparent()
    around = instant.getparent() if instant is not None else None
    return around if around is not None else of


def _terms(says: Told, data: Element, speaks: Speaker) -> None:
    """What may be done with the data: by address, or in words."""
    for constraints in data.iterfind("{*}resourceConstraints/*"):
        for name in ("useLimitation", "useConstraints", "otherConstraints"):
            for each in elements(constraints, name):
                for anchor in elements(each, "Anchor"):
                    says.add("dc.rights.uri", _anchored(anchor))
                if ADDRESS.fullmatch(text_of(each)):
                    says.add("dc.rights.uri", text_of(each))
                elif text_of(each):
                    speaks.add(says, "dc.rights", each)


def _related(says: Told, data: Element) -> None:
    for other in elements(data, "aggregationInfo/MD_AggregateInformation"):
        number = first(other, "aggregateDataSetIdentifier/MD_Identifier/code")
        says.add("dc.relation", number or first(other, "aggregateDataSetName/CI_Citation/title"))


def _distribution(says: Told, root: Element) -> None:
    """Formats, addresses of downloads as files, other addresses as the landing page."""
    says.add_all("dc.format", texts(root, "distributionInfo/MD_Distribution/distributionFormat/MD_Format/name"))
    party = f"distributionInfo/MD_Distribution/distributor/MD_Distributor/distributorContact/{PARTY}/organisationName"
    if "dc.publisher" not in says.metadata:
        says.add_all("dc.publisher", texts(root, party))
    transfer = "distributionInfo/MD_Distribution/transferOptions/MD_DigitalTransferOptions"
    for online in elements(root, f"{transfer}/onLine/CI_OnlineResource"):
        address = first(online, "linkage/URL")
        if not ADDRESS.fullmatch(address):
            continue
        if next(map(_code, elements(online, "function")), "") in ("download", "offlineAccess"):
            name = first(online, "name") or address.rstrip("/").rpartition("/")[2]
            says.files.append(File(name, url=address, description=first(online, "description") or None, access="open"))
        else:
            name_item(says, address)
