"""mods, the Library of Congress's Metadata Object Description Schema 3, in our fields (formats.md section 5.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import unquote

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, first, local, texts
from oai_server.ingest.mappings.elements import text as text_of
from oai_server.ingest.mappings.naming import authority, bare_doi, fold, link, name_item
from oai_server.ingest.mappings.told import Told
from oai_server.model import File, FileAccess

ROOTS = frozenset({"{http://www.loc.gov/mods/v3}mods", "mods"})
PREFIX = "mods"

HREF = "{http://www.w3.org/1999/xlink}href"
LANGUAGE = etree.XPath("string((ancestor-or-self::*/@xml:lang | ancestor-or-self::*/@lang)[last()])")

ROLES = {  # codes and terms of the MARC list of relators, and what DSpace writes for its qualifiers
    role: field
    for field, roles in {
        "dc.contributor.author": "aut|author|joint author|dis|dissertant",
        "dc.creator": """cre|creator|arc|architect|art|artist|cmp|composer|com|compiler|crp|correspondent|ctg|
            cartographer|drt|director|fmd|film director|inv|inventor|pht|photographer|prg|programmer|scl|sculptor""",
        "dc.contributor.advisor": "ths|thesis advisor|dgs|degree supervisor|advisor|supervisor",
        "dc.contributor.committeemember": "dgc|degree committee member|committeemember|committee member",
        "dc.contributor.department": "department",
        "dc.contributor.editor": "edt|editor|edc|editor of compilation|pbd|publishing director|publication director",
        "dc.contributor.funder": "fnd|funder",
        "dc.contributor.illustrator": "ill|illustrator",
        "dc.contributor.referee": "rev|reviewer|opn|opponent|referee",
        "dc.contributor.sponsor": "spn|sponsor",
        "dc.contributor.translator": "trl|translator",
        "dc.publisher": "pbl|publisher",
        "dc.rights.holder": "cph|copyright holder",
        "thesis.degree.grantor": "dgg|degree granting institution|degree grantor|grantor",
    }.items()
    for role in re.split(r"\s*\|\s*", roles)
}
CREATORS = ("dc.contributor.author", "dc.creator", "dc.creator.corporate")
GENERATION = re.compile(r"(?:[JS]r\.?|[IVX]+\.?)", re.IGNORECASE)
TYPES = {  # LoC's words that nobody else uses
    "cartographic": "cartographic material",
    "notated music": "musical notation",
    "sound recording-musical": "musical recording",
    "sound recording-nonmusical": "sound recording",
    "three dimensional object": "physical object",
}
DATES = {
    "dateIssued": "dc.date.issued",
    "dateCreated": "dc.date.created",
    "copyrightDate": "dc.date.copyright",
    "dateCaptured": "dc.date.captured",
    "dateValid": "dc.date.valid",
    "dateModified": "dc.date.modified",
    "dateAccessioned": "dc.date.accessioned",  # the last two in extension, by DSpace
    "dateAvailable": "dc.date.available",
}
OTHER_DATES = {
    "accepted": "dc.date.accepted",
    "available": "dc.date.available",
    "awarded": "dc.date.awarded",
    "defence": "dc.date.awarded",
    "defense": "dc.date.awarded",
    "published": "dc.date.issued",
    "submitted": "dc.date.submitted",
}
ABOUT_A_YEAR = re.compile(r"[\[(]?(?:c|©|cop\.?|ca?\.)?\s*([0-9]{4})\??[\])]?\.?", re.IGNORECASE)
NOTES = {  # LoC's note types, and those that repositories made up
    "citation": "dc.identifier.citation",
    "funding": "dc.description.sponsorship",
    "preferredcitation": "dc.identifier.citation",
    "publicationstatus": "dc.description.status",
    "sponsor": "dc.description.sponsorship",
    "statementofresponsibility": "dc.description.statementofresponsibility",
    "versionidentification": "dc.description.version",
}
OF_THE_RECORD = frozenset("creatorcount metadatavisibility publicationcategory publicationworkflowstate".split())
VOCABULARIES = frozenset("agrovoc fast gnd lcsh mesh".split())
CLASSIFICATIONS = frozenset("ddc lcc udc".split())
PLACES = ("hierarchicalGeographic", "cartographics", "geographicCode")
RELATIONS = {
    "constituent": "dc.relation.haspart",
    "isReferencedBy": "dc.relation.isreferencedby",
    "original": "dc.source",
    "otherFormat": "dc.relation.hasformat",
    "otherVersion": "dc.relation.hasversion",
    "preceding": "dc.relation.replaces",
    "references": "dc.relation.references",
    "succeeding": "dc.relation.isreplacedby",
}
NUMBERS = {"issn": "dc.relation.issn", "eissn": "dc.relation.issn", "isbn": "dc.relation.isbn"}
KNOWN = frozenset(("", *"arxiv doi eissn handle hdl isbn issn issnl pmid uri url urn".split()))
HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:)([0-9][0-9.]*/\S+)", re.IGNORECASE)
CODE = re.compile(r"[a-z]{2,3}(?:[-_]\w+)?")
PAGES = re.compile(r"(?:pp?\.?\s*)?(\w+)(?:\s*[-–—]\s*(\w+))?")
CLOSED: dict[str, FileAccess] = {  # words of the COAR and info:eu-repo access rights
    "c_f1cf": "embargoed",
    "embargoed": "embargoed",
    "c_16ec": "restricted",
    "restricted": "restricted",
    "c_14cb": "closed",
    "closedaccess": "closed",
}


def told(root: Element) -> Told:
    """What a MODS record says; its host lends it what it lacks of date and publisher."""
    says = Told()
    _titles(says, root)
    _names(says, root)
    _types(says, root)
    _origin(says, root)
    _languages(says, root)
    _physical(says, root)
    _texts(says, root)
    for subject in elements(root, "subject"):
        _subject(says, subject)
    for number in elements(root, "classification"):
        list_ = fold(attribute(number, "authority"))
        says.add(f"dc.subject.{list_ if list_ in CLASSIFICATIONS else 'classification'}", text_of(number))
    _locations(says, root)
    _identifiers(says, root)
    _related(says, root)
    _conditions(says, root)
    _degree(says, root)
    says.identifier = _own_name(says, root)
    return says


def _language(element: Element) -> str | None:
    return str(LANGUAGE(element)) or None


def _titles(says: Told, root: Element) -> None:
    """Titles without a type, the primary one first; where there is none the first of another type."""
    infos = [(info, text) for info in elements(root, "titleInfo") if (text := _title(info))]
    infos.sort(key=lambda each: each[0].get("usage") != "primary")
    sorts = [
        attribute(info, "type") or next(filter(None, (attribute(each, "type") for each in elements(info, "title"))), "")
        for info, _ in infos
    ]
    main = {place for place, sort in enumerate(sorts) if not sort} or {0}
    for place, (info, text) in enumerate(infos):
        says.add("dc.title" if place in main else "dc.title.alternative", text, _language(info))
    if not infos:
        says.add("dc.title", root.get("displayLabel"))
    if "dc.title" not in says.metadata:
        says.notes.append(("MODS titleInfo", "the record has no title"))


def _title(info: Element, numbered: bool = True) -> str:
    """``The title: subtitle. Part 1, its name``, the article joined as it is written."""
    start, title = first(info, "nonSort"), first(info, "title")
    if not title:
        return text_of(info) if not len(info) else ""
    whole = f"{start}{'' if start.endswith(('’', chr(39), '-')) else ' '}{title}" if start else title
    for mark, name in ((": ", "subTitle"), (". ", "partNumber"), (". ", "partName")):
        if (numbered or name != "partNumber") and (part := first(info, name)):
            whole = whole.rstrip(" :/." if mark == ". " else " :/") + mark + part
    return whole


def _names(says: Told, root: Element) -> None:
    """Everybody by role. Without any role in the record all are creators, else the primary one is."""
    names = [(name, list(_roles(name))) for name in elements(root, "name")]
    with_roles = any(roles for _, roles in names)
    for name, roles in names:
        corporate = name.get("type") in ("corporate", "conference")
        other = "dc.contributor.corporate" if corporate else "dc.contributor.other"
        fields = [ROLES[role] for role in roles if role in ROLES] or [other]
        for field in dict.fromkeys(fields):
            if field == other and (not with_roles or name.get("usage") == "primary"):
                field = "dc.creator"
            if corporate and field in CREATORS:
                field = "dc.creator.corporate"
            says.add(field, _name(name), authority=_authority(name))


def _roles(name: Element) -> Iterator[str]:
    """The roles in the words of the table, as far as it knows them: each by its code, its text or its URI."""
    for role in elements(name, "role"):
        words = [word for term in elements(role, "roleTerm") for word in (text_of(term), term.get("valueURI") or "")]
        told = [word.rpartition("/")[2].removesuffix(".html").strip(" .,:").casefold() for word in words]
        told = [word for word in told if word]
        yield from [word for word in told if word in ROLES][:1] or told[:1]


def _name(name: Element) -> str:
    """``Family, Given``, or the name as it is written; years of life and titles are left out."""
    parts: dict[str, list[str]] = {}
    for part in elements(name, "namePart"):
        if text := text_of(part):
            parts.setdefault(part.get("type") or "", []).append(text)
    family, given, whole = (" ".join(parts.get(key, ())) for key in ("family", "given", ""))
    if name.get("type") in ("corporate", "conference"):
        whole = ". ".join(text.rstrip(".") for text in parts.get("", ()))
    known = ", ".join(filter(None, (family, given))) or whole or first(name, "displayForm")
    later = next((text for text in parts.get("termsOfAddress", ()) if GENERATION.fullmatch(text)), "")
    return f"{known}{', ' if given else ' '}{later}" if known and later else known


def _authority(name: Element) -> str | None:
    """The ORCID, else the address of another authority."""
    known = [authority(each.get("type") or "", text_of(each)) for each in elements(name, "nameIdentifier")]
    orcid = next((each for each in known if each and "orcid.org" in each), None)
    return orcid or name.get("valueURI") or next(filter(None, known), None)


def _types(says: Told, root: Element) -> None:
    for genre in elements(root, "genre"):
        says.add("dc.type", text_of(genre), _language(genre), genre.get("valueURI"))
    for form in elements(root, "physicalDescription/form"):
        if form.get("authority") == "coar":  # a resource type, put here by cataloguers who have no better place
            says.add("dc.type", text_of(form), _language(form), form.get("valueURI"))
    for kind in elements(root, "typeOfResource"):
        says.add("dc.type", TYPES.get(text_of(kind), text_of(kind)))
        says.add_all("dc.type", (word for word in ("manuscript", "collection") if kind.get(word) == "yes"))


def _origin(says: Told, root: Element) -> None:
    for name, field in {"publisher": "dc.publisher", "edition": "dc.description.edition"}.items():
        for each in elements(root, f"originInfo/{name}"):
            says.add(field, text_of(each), _language(each))
    for place in elements(root, "originInfo/place/placeTerm"):
        if place.get("type") != "code":
            says.add("dc.publisher.place", text_of(place))
    for field, text in _dates(root):
        says.add(field, text)


def _dates(root: Element) -> Iterator[tuple[str, str]]:
    """Each date with its field: the key date first, an encoded one instead of the same in words."""
    holders = [*elements(root, "originInfo"), *elements(root, "extension")]
    holders.sort(key=lambda holder: not any(date.get("keyDate") for date in holder.iterchildren("{*}*")))
    others = elements(root, "originInfo/dateOther")
    keys = [_day(date) for date in others if date.get("keyDate") and not date.get("type")]
    yield from (("dc.date.issued", day) for day in keys[:1])
    for holder in holders:
        fields: dict[str, list[Element]] = {}
        for date in holder.iterchildren("{*}*"):
            if field := _date_field(date):
                fields.setdefault(field, []).append(date)
        for field, dates in fields.items():
            yield from ((field, text) for text in _spans(dates))


def _date_field(date: Element) -> str | None:
    name = local(date)
    if name == "dateOther":
        return OTHER_DATES.get(fold(attribute(date, "type")), "dc.date.other")
    return DATES.get(name)


def _spans(dates: list[Element]) -> list[str]:
    """``1905/1912`` for two points; of several encodings of one date the first."""
    known = [date for date in dates if date.get("encoding")] or dates
    known.sort(key=lambda date: not date.get("keyDate"))
    points = {date.get("point"): _day(date) for date in reversed(known)}
    if start := points.get("start"):
        end = points.get("end", "")
        return [start if start == end else f"{start}/{'' if end in ('9999', 'uuuu') else end}"]
    days = [_day(date) for date in known]
    return days[:1] if known[0].get("encoding") else days


def _day(date: Element) -> str:
    """The date without the marks of doubt that stand around a year."""
    text = text_of(date)
    if date.get("encoding") == "edtf":
        return text.rstrip("~?%")
    about = ABOUT_A_YEAR.fullmatch(text)
    return about[1] if about else text


def _languages(says: Told, root: Element) -> None:
    """Codes where there are some, else names; not the languages that only a summary is in."""
    for language in elements(root, "language"):
        terms = list(elements(language, "languageTerm"))
        codes = [text_of(each) for each in terms if each.get("type") == "code" or CODE.fullmatch(text_of(each))]
        codes = codes or [(term.get("valueURI") or "").rpartition("/")[2] for term in terms]
        if fold(attribute(language, "objectPart")) not in ("abstract", "summary", "tableofcontents"):
            says.add_all("dc.language.iso", filter(None, codes))
            says.add_all("dc.language.iso", [] if any(codes) else map(text_of, terms[:1] or [language]))


def _physical(says: Told, root: Element) -> None:
    for extent in elements(root, "physicalDescription/extent"):
        says.add("dc.format.extent", f"{text_of(extent)} {extent.get('unit', '')}" if text_of(extent) else None)
    for form in elements(root, "physicalDescription/form"):
        if form.get("authority") != "coar":
            says.add("dc.format.medium", text_of(form))
    says.add_all("dc.format.mimetype", texts(root, "physicalDescription/internetMediaType"))
    for note in elements(root, "physicalDescription/note"):
        if not note.get("type"):
            says.add("dc.description", text_of(note), _language(note))


def _texts(says: Told, root: Element) -> None:
    fields = {
        "abstract": "dc.description.abstract",
        "tableOfContents": "dc.description.tableofcontents",
        "targetAudience": "dcterms.audience",
    }
    for name, field in fields.items():
        for each in elements(root, name):
            if each.get("shareable") != "no":
                says.add(field, text_of(each), _language(each))
    for note in elements(root, "note"):
        _note(says, note)


def _note(says: Told, note: Element) -> None:
    """A note in the field of its type, else among the descriptions under its label."""
    kind, label, text = fold(attribute(note, "type")), note.get("displayLabel"), text_of(note)
    field = NOTES.get(kind) or NOTES.get(fold(label or ""))
    if kind == "versionidentification":
        says.add("oaire.version", note.get(HREF))
    if field:
        says.add(field, text, _language(note))
    elif text and kind not in OF_THE_RECORD:
        says.add("dc.description", f"{label.rstrip(' :')}: {text}" if label else text, _language(note))


def _subject(says: Told, subject: Element) -> None:
    """A heading of a list of headings stays whole; else each part goes to its own field. Places and times are told."""
    parts = [(local(part), part, _heading(part)) for part in subject.iterchildren("{*}*")]
    list_ = fold(
        next(filter(None, (attribute(each, "authority") for each in (subject, *(part for _, part, _ in parts)))), "")
    )
    field = f"dc.subject.{list_}" if list_ in VOCABULARIES else "dc.subject"
    topics = [(part, text) for name, part, text in parts if text and name not in ("geographic", "temporal", *PLACES)]
    if list_ and topics and len(parts) > 1:
        whole = "--".join(text for name, _, text in parts if text and name not in PLACES)
        says.add(field, whole, _language(subject), subject.get("valueURI"))
    else:
        for part, text in topics:
            says.add(field, text, _language(part), part.get("valueURI") or subject.get("valueURI"))
    for name, part, text in parts:
        if name in ("geographic", *PLACES):
            says.add("dc.coverage.spatial", text, _language(part), part.get("valueURI"))
    times = [part for name, part, _ in parts if name == "temporal"]
    for text in _spans(times) if any(time.get("point") for time in times) else map(text_of, times):
        says.add("dc.coverage.temporal", text)
    if not parts:
        says.add(field, text_of(subject), _language(subject), subject.get("valueURI"))


def _heading(part: Element) -> str:
    """The words of one part of a subject."""
    name = local(part)
    if name == "name":
        return _name(part)
    if name == "titleInfo":
        return _title(part)
    if name == "hierarchicalGeographic":
        return "--".join(filter(None, map(text_of, part.iterchildren("{*}*"))))
    if name == "cartographics":
        return first(part, "coordinates")
    return "" if name == "geographicCode" else text_of(part)


def _locations(says: Told, root: Element) -> None:
    """The landing page, files that the record gives away, other addresses; thumbnails are left out."""
    urls = [(url, text_of(url)) for url in elements(root, "location/url") if link("", text_of(url))]
    urls.sort(key=lambda each: not (each[0].get("usage") or "").startswith("primary"))
    access = _access(root)
    for url, address in urls:
        kind = url.get("access")
        if kind == "raw object":
            name = url.get("displayLabel") or unquote(address.rstrip("/").rpartition("/")[2])
            says.files.append(File(name, url=address, description=url.get("note"), access=access))
        elif kind != "preview":
            says.add("dc.identifier.uri", address)
    says.add_all("dc.identifier.other", texts(root, "location/shelfLocator"))


def _access(root: Element) -> FileAccess:
    """Who gets at the files: everybody, where the record gives their address and no condition says otherwise."""
    conditions = [(text_of(each), each.get(HREF), each.get("type")) for each in elements(root, "accessCondition")]
    told = " ".join(word for condition in conditions for word in condition if word).lower()
    words = re.findall(r"\w+", told.replace("closed access", "closedaccess"))
    return next((access for word, access in CLOSED.items() if word in words or f"{word}access" in words), "open")


def _identifiers(says: Told, root: Element) -> None:
    """Every valid identifier, in the field of its type; where that says nothing, of what it looks like."""
    for identifier in elements(root, "identifier"):
        text, kind = text_of(identifier), fold(attribute(identifier, "type"))
        if identifier.get("invalid") == "yes" or not text:
            continue
        if kind in KNOWN or (kind == "local" and link("", text)):
            name_item(says, text, kind)
        else:
            own = kind != "local" and re.fullmatch("[A-Za-z0-9 -]+", attribute(identifier, "type"))
            says.add(f"dc.identifier.{kind if own else 'other'}", text)


def _related(says: Told, root: Element) -> None:
    for item in elements(root, "relatedItem"):
        sort = item.get("type") or ""
        if sort == "host":
            _host(says, item)
        elif sort == "series":
            _series(says, item)
        else:
            field = RELATIONS.get(sort, "dc.relation")
            for info, title in _names_of(item):
                says.add(field, title, _language(info))
            says.add_all(field, _addresses(item))
    for part in elements(root, "part"):
        _part(says, part)


def _names_of(item: Element) -> list[tuple[Element, str]]:
    """The titles of a related item; its text where it has nothing but that."""
    infos = [(info, title) for info in elements(item, "titleInfo") if (title := _title(info))]
    return infos or ([(item, text_of(item))] if not len(item) and text_of(item) else [])


def _addresses(item: Element) -> Iterable[str]:
    """Where a related item is; the numbers of a journal or book have fields of their own."""
    if href := item.get(HREF):
        yield href
    for identifier in elements(item, "identifier"):
        kind = attribute(identifier, "type")
        if fold(kind) not in NUMBERS and (address := link(kind, text_of(identifier))):
            yield address
    urls = (text_of(url) for url in elements(item, "location/url") if url.get("access") != "preview")
    yield from filter(partial(link, ""), urls)


def _host(says: Told, host: Element) -> None:
    """A journal or book with the place in it, or a collection."""
    for identifier in elements(host, "identifier"):
        if field := NUMBERS.get(fold(attribute(identifier, "type"))):
            says.add(field, text_of(identifier))
    parts = list(elements(host, "part"))
    cites = (parts or "dc.relation.issn" in says.metadata) and "oaire.citation.title" not in says.metadata
    for info, title in _names_of(host)[:1]:
        says.add("oaire.citation.title" if cites else "dc.relation.ispartof", title, _language(info))
    says.add_all("dc.relation.ispartof", _addresses(host))
    for part in parts:
        _part(says, part)
    if "dc.publisher" not in says.metadata:
        says.add_all("dc.publisher", texts(host, "originInfo/publisher"))
    if "dc.date.issued" not in says.metadata:
        dates = [text for field, text in _dates(host) if field == "dc.date.issued"]
        says.add_all("dc.date.issued", (dates or [first(host, "part/date")])[:1])


def _part(says: Told, part: Element) -> None:
    """Volume, issue and pages, each once."""
    found: dict[str, str] = {}
    for detail in elements(part, "detail"):
        kind = fold(attribute(detail, "type") or attribute(part, "type"))
        found.setdefault("issue" if kind == "number" else kind, first(detail, "number"))
    for extent in elements(part, "extent"):
        if fold(attribute(extent, "unit")) in ("", "page", "pages", "pp"):
            pages = PAGES.fullmatch(first(extent, "list"))
            start, end = first(extent, "start"), first(extent, "end")
            found |= {"startPage": start or (pages and pages[1]) or "", "endPage": end or (pages and pages[2]) or ""}
    for name in ("volume", "issue", "startPage", "endPage"):
        if f"oaire.citation.{name}" not in says.metadata:
            says.add(f"oaire.citation.{name}", found.get(name))
    says.add_all("dc.identifier.citation", texts(part, "text"))


def _series(says: Told, series: Element) -> None:
    """``Title; number``, as DSpace joins them."""
    for info, title in _names_of(series):
        number = first(info, "partNumber") or first(series, "part/detail/number")
        name = _title(info, numbered=False) if number else title
        says.add("dc.relation.ispartofseries", f"{name or title}; {number}" if number else title, _language(info))


def _conditions(says: Told, root: Element) -> None:
    """Licences by address, other terms in words, who gets at it."""
    for condition in elements(root, "accessCondition"):
        text, kind = text_of(condition, " "), attribute(condition, "type")
        restricts = fold(kind) == "restrictiononaccess"
        field = "dc.rights.accessrights" if restricts else "dc.rights"
        for address in (attribute(condition, HREF), text, kind):
            if link("", address):
                says.add("dc.rights.uri" if address.startswith("http") and not restricts else field, address)
        if not link("", text):
            says.add(field, text, _language(condition))


def _degree(says: Told, root: Element) -> None:
    """What ETD-MS says of a degree, in an extension."""
    for degree in root.iterfind("{*}extension//{*}degree"):
        for name in ("name", "level", "discipline", "grantor"):
            says.add_all(f"thesis.degree.{name}", texts(degree, name))


def _own_name(says: Told, root: Element) -> str | None:
    """The record's identifier, else the item's handle, DOI, landing page, or whatever comes first.

    Local identifiers come late: in real collections two records share one.
    """
    if known := first(root, "recordInfo/recordIdentifier"):
        return known
    pages = [url for url in elements(root, "location/url") if attribute(url, "usage").startswith("primary")]
    own = [each for each in elements(root, "identifier") if each.get("type") not in ("citation", "isbn", "issn")]
    addresses = [value.text for value in says.metadata.get("dc.identifier.uri", ())]
    named = [*filter(None, map(text_of, [*pages, *own])), *addresses]
    handle = next(filter(None, map(HANDLE.fullmatch, named)), None)
    return handle[1] if handle else next(filter(None, map(bare_doi, named)), next(iter(named), None))
