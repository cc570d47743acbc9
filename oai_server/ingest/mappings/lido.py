"""lido, Lightweight Information Describing Objects 1.0 and 1.1: what museums say of their objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, first, texts
from oai_server.ingest.mappings.elements import text as text_of
from oai_server.ingest.mappings.naming import ADDRESS, authority, name_item
from oai_server.ingest.mappings.told import Told
from oai_server.model import File

NAMESPACE = "http://www.lido-schema.org"
ROOTS = frozenset({f"{{{NAMESPACE}}}lido", "lido"})
PREFIX = "lido"

LANGUAGE = etree.XPath("string((ancestor-or-self::*/@xml:lang | ancestor-or-self::*/@lang)[last()])")
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

# Events by the concepts of LIDO's terminology and by words in the languages of those who use it.
MAKING = re.compile(
    r"lido00007|lido00012|lido00032|creat|produc|design|making|manufactur|photograph|herstell|entwurf|produktion|"
    r"fotograf|valmist|suunnittel|kuvaus|tuotan|tillverk|formgivning|création|fabrication",
    re.IGNORECASE,
)
PUBLISHING = re.compile(r"lido00228|publi[ck]|veröffentlich|julkais|publicering", re.IGNORECASE)
FINDING = re.compile(
    r"lido00002|lido00010|find|found|fund|excavat|collect(?:ing|ion)|löytö|keruu|insamling", re.IGNORECASE
)
THUMBNAIL = re.compile(r"thumb|lido00451|preview", re.IGNORECASE)
DESCRIPTION = "descriptiveMetadata"
OBJECT = f"{DESCRIPTION}/objectIdentificationWrap"


def told(root: Element) -> Told:
    """What a LIDO record says, in every language that it is told in."""
    says = Told()
    _types(says, root)
    _titles(says, root)
    _identifiers(says, root)
    for event in elements(root, f"{DESCRIPTION}/eventWrap/eventSet/event"):
        _event(says, event)
    _object(says, root)
    for subject in elements(root, f"{DESCRIPTION}/objectRelationWrap/subjectWrap/subjectSet/subject"):
        _subject(says, subject)
    _related(says, root)
    for administration in elements(root, "administrativeMetadata"):
        _administration(says, administration)
    if "dc.title" not in says.metadata and (kind := says.metadata.get("dc.type")):
        says.add("dc.title", kind[0].text, kind[0].language)
        says.notes.append(("LIDO titleSet", "the record has no title, so its kind of work stands for one"))
    elif "dc.title" not in says.metadata:
        says.notes.append(("LIDO titleSet", "the record has no title"))
    return says


def _language(of: Element) -> str | None:
    return str(LANGUAGE(of)) or None


def _attribute(of: Element, name: str) -> str:
    """An attribute of LIDO's, which people write with and without the namespace."""
    return attribute(of, f"{{{NAMESPACE}}}{name}") or attribute(of, name)


def _concept(of: Element) -> str | None:
    """The address of the concept that a term stands for."""
    known = [text_of(each) for each in elements(of, "conceptID")] + [
        attribute(each, ABOUT) for each in elements(of, "*")
    ]
    return next(filter(ADDRESS.fullmatch, known), None)


def _terms(of: Element) -> Iterator[Element]:
    """The terms of a concept: LIDO's own, or SKOS labels in LIDO 1.1."""
    yield from elements(of, "term")
    yield from elements(of, "Concept/prefLabel")


def _types(says: Told, root: Element) -> None:
    """Kinds of work; classifications are subjects, but for Europeana's own of media."""
    base = f"{DESCRIPTION}/objectClassificationWrap"
    for kind in elements(root, f"{base}/objectWorkTypeWrap/objectWorkType"):
        for term in _terms(kind):
            says.add("dc.type", text_of(term), _language(term), _concept(kind))
    for kind in elements(root, f"{base}/classificationWrap/classification"):
        field = "dc.type" if "europeana" in _attribute(kind, "type") else "dc.subject.classification"
        for term in _terms(kind):
            says.add(field, text_of(term), _language(term), _concept(kind))


def _titles(says: Told, root: Element) -> None:
    """In each language the first preferred title is the title, all others are alternatives."""
    for description in elements(root, DESCRIPTION):
        values = list(elements(description, "objectIdentificationWrap/titleWrap/titleSet/appellationValue"))
        values.sort(key=lambda each: _attribute(each, "pref") == "alternate")
        languages: set[str | None] = set()
        for value in filter(text_of, values):
            language = _language(value)
            says.add("dc.title.alternative" if language in languages else "dc.title", text_of(value), language)
            languages.add(language)


def _identifiers(says: Told, root: Element) -> None:
    """The record's own name; the object's addresses and numbers."""
    record = "administrativeMetadata/recordWrap"
    says.identifier = first(root, "lidoRecID") or first(root, f"{record}/recordID") or None
    for link in texts(root, f"{record}/recordInfoSet/recordInfoLink"):
        name_item(says, link)
    for published in filter(ADDRESS.fullmatch, texts(root, "objectPublishedID")):
        name_item(says, published)
    for number in elements(root, f"{OBJECT}/repositoryWrap/repositorySet/workID"):
        kind = _attribute(number, "type").lower()
        if kind in ("isbn", "issn", "doi", "uri", "url"):
            name_item(says, text_of(number), kind)
        else:
            says.add("dc.identifier.other", text_of(number))


def _event(says: Told, event: Element) -> None:
    """Who made or published it when and where, and where it was found."""
    kinds = list(elements(event, "eventType"))
    kind = " ".join([*map(text_of, kinds), *filter(None, map(_concept, kinds))])
    made, published = MAKING.search(kind), PUBLISHING.search(kind)
    field = "dc.creator" if made else "dc.publisher" if published else "dc.contributor.other"
    for actor in elements(event, "eventActor"):
        known = list(elements(actor, "actorInRole/actor"))
        for each in known:
            says.add(field, _name(each), authority=_actor_authority(each))
        says.add_all(field, [] if known else texts(actor, "displayActorInRole"))
    if made or published:
        says.add_all("dc.date.created" if made else "dc.date.issued", [_date(event, "eventDate")])
    if made or FINDING.search(kind):
        for place in elements(event, "eventPlace"):
            _place(says, place)
    _materials(says, event)


def _name(actor: Element) -> str:
    """The preferred name."""
    names = sorted(
        elements(actor, "nameActorSet/appellationValue"), key=lambda each: _attribute(each, "pref") == "alternate"
    )
    return next(filter(None, map(text_of, names)), "")


def _actor_authority(actor: Element) -> str | None:
    found = (authority(_attribute(each, "source"), text_of(each)) for each in elements(actor, "actorID"))
    return next(filter(None, found), None)


def _date(of: Element, path: str) -> str:
    """``1905/1912`` or one date; in words where there is nothing else."""
    start, end = first(of, f"{path}/date/earliestDate"), first(of, f"{path}/date/latestDate")
    whole = start or end if start == end or not (start and end) else f"{start}/{end}"
    return whole or first(of, f"{path}/displayDate")


def _place(says: Told, place: Element) -> None:
    names = list(elements(place, "place/namePlaceSet/appellationValue")) or list(elements(place, "displayPlace"))
    known = (authority(_attribute(each, "source"), text_of(each)) for each in elements(place, "place/placeID"))
    where = next(filter(None, known), None)
    for name in names:
        says.add("dc.coverage.spatial", text_of(name), _language(name), where)


def _materials(says: Told, of: Element) -> None:
    shown = list(elements(of, "eventMaterialsTech/displayMaterialsTech"))
    for each in shown or list(elements(of, "eventMaterialsTech/materialsTech/termMaterialsTech/term")):
        says.add("dc.format.medium", text_of(each), _language(each))


def _object(says: Told, root: Element) -> None:
    """Inscriptions, descriptions, measurements."""
    for path in (
        "objectDescriptionWrap/objectDescriptionSet/descriptiveNoteValue",
        "inscriptionsWrap/inscriptions/inscriptionDescription/descriptiveNoteValue",
        "inscriptionsWrap/inscriptions/inscriptionTranscription",
    ):
        for each in elements(root, f"{OBJECT}/{path}"):
            says.add("dc.description", text_of(each), _language(each))
    measured = f"{OBJECT}/objectMeasurementsWrap/objectMeasurementsSet/displayObjectMeasurements"
    for each in elements(root, measured):
        says.add("dc.format.extent", text_of(each), _language(each))
    for each in elements(root, f"{OBJECT}/displayStateEditionWrap/displayEdition"):
        says.add("dc.description.edition", text_of(each), _language(each))


def _subject(says: Told, subject: Element) -> None:
    for concept in elements(subject, "subjectConcept"):
        for term in _terms(concept):
            says.add("dc.subject", text_of(term), _language(term), _concept(concept))
    for actor in elements(subject, "subjectActor"):
        known = list(elements(actor, "actor"))
        for each in known:
            says.add("dc.subject", _name(each), authority=_actor_authority(each))
        says.add_all("dc.subject", [] if known else texts(actor, "displayActor"))
    for place in elements(subject, "subjectPlace"):
        _place(says, place)
    says.add("dc.coverage.temporal", _date(subject, "subjectDate"))
    for event in elements(subject, "subjectEvent"):
        says.add("dc.subject", first(event, "displayEvent") or first(event, "event/eventName/appellationValue"))
    says.add_all("dc.subject", texts(subject, "subjectObject/displayObject"))


def _related(says: Told, root: Element) -> None:
    """Other works, those that it is a part of by a field of their own."""
    for work in elements(root, f"{DESCRIPTION}/objectRelationWrap/relatedWorksWrap/relatedWorkSet"):
        kind = " ".join(texts(work, "relatedWorkRelType/term")).lower()
        field = "dc.relation.ispartof" if "part of" in kind or "teil von" in kind else "dc.relation"
        for path in ("displayObject", "object/objectWebResource"):
            says.add_all(field, texts(work, f"relatedWork/{path}"))


def _administration(says: Told, of: Element) -> None:
    """Rights, who keeps the record, pictures."""
    for rights in (
        *elements(of, "rightsWorkWrap/rightsWorkSet"),
        *elements(of, "resourceWrap/resourceSet/rightsResource"),
    ):
        _rights(says, rights)
    name = "legalBodyName/appellationValue"
    says.add_all("dc.publisher", texts(of, f"recordWrap/recordSource/{name}"))
    if "dc.publisher" not in says.metadata and (root := of.getparent()) is not None:
        says.add_all("dc.publisher", texts(root, f"{OBJECT}/repositoryWrap/repositorySet/repositoryName/{name}"))
    for resource in elements(of, "resourceWrap/resourceSet"):
        _pictures(says, resource)


def _rights(says: Told, rights: Element) -> None:
    for kind in elements(rights, "rightsType"):
        says.add("dc.rights.uri", _concept(kind))
        for term in _terms(kind):
            field = "dc.rights.uri" if ADDRESS.fullmatch(text_of(term)) else "dc.rights"
            says.add(field, text_of(term), None if field == "dc.rights.uri" else _language(term))
    says.add_all("dc.rights.holder", texts(rights, "rightsHolder/legalBodyName/appellationValue"))
    for line in elements(rights, "creditLine"):
        says.add("dc.rights", text_of(line), _language(line))


def _pictures(says: Told, resource: Element) -> None:
    """The largest picture of each resource: thumbnails only where there is nothing else."""
    shown = [(each, first(each, "linkResource")) for each in elements(resource, "resourceRepresentation")]
    shown = [(each, link) for each, link in shown if ADDRESS.fullmatch(link)]
    shown.sort(key=lambda pair: bool(THUMBNAIL.search(_attribute(pair[0], "type"))))
    for representation, link in shown[:1]:
        kind = next((_attribute(each, "formatResource") for each in elements(representation, "linkResource")), "")
        name = unquote(link.partition("?")[0].rstrip("/").rpartition("/")[2])
        says.files.append(File(name or link, mimetype=kind if "/" in kind else None, url=link, access="open"))
