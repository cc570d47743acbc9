"""mets, the Library of Congress's Metadata Encoding and Transmission Standard: what is wrapped in it, and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from urllib.parse import unquote

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.dspace import bare_handle, set_spec
from oai_server.ingest.mappings import mapping_of
from oai_server.ingest.mappings.elements import attribute, local
from oai_server.ingest.mappings.elements import text as text_of
from oai_server.ingest.mappings.told import Told
from oai_server.model import File, FileAccess

ROOTS = frozenset({"{http://www.loc.gov/METS/}mets", "mets"})
PREFIX = "mets"

HREF = "{http://www.w3.org/1999/xlink}href"
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
WEB = re.compile(r"https?://\S+", re.IGNORECASE)

# Where one item is described several times: DSpace's own fields are exact, Dublin Core is the poorest.
RANKS = {"dim": 0, "mods": 1, "oai_dc": 3}
DC, DCTERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
OAI_DC = "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
QUALIFIED = "{http://dspace.org/qualifieddc/}qualifieddc"
COLLECTIONS = ("modsCollection", "collection")

EPDCX = "{http://purl.org/eprint/epdcx/2006-11-16/}"
PROPERTIES = {  # the properties of the Scholarly Works Application Profile, as DSpace reads them in deposits (SWORD)
    f"{DC}title": "dc.title",
    f"{DCTERMS}alternative": "dc.title.alternative",
    f"{DC}creator": "dc.contributor.author",
    f"{DCTERMS}abstract": "dc.description.abstract",
    f"{DC}subject": "dc.subject",
    f"{DC}publisher": "dc.publisher",
    f"{DC}language": "dc.language.iso",
    f"{DC}type": "dc.type",
    f"{DC}identifier": "dc.identifier",
    f"{DCTERMS}available": "dc.date.issued",
    f"{DCTERMS}bibliographicCitation": "dc.identifier.citation",
    "http://purl.org/eprint/terms/copyrightHolder": "dc.rights.holder",
    "http://purl.org/eprint/terms/status": "dc.description.status",
    "http://www.loc.gov/loc.terms/relators/EDT": "dc.contributor.editor",
    "http://www.loc.gov/loc.terms/relators/THS": "dc.contributor.advisor",
}

# What groups of files are for: the first of these that is there, else whatever is not an aid.
CONTENT = (("ORIGINAL", "CONTENT"), ("DOWNLOAD",), ("ACCESS",), ("REFERENCE IMAGE",), ("DEFAULT",))
AIDS = frozenset(
    """TEXT FULLTEXT OCR ALTO THUMBNAIL THUMBNAILS THUMBS LICENSE CC-LICENSE METADATA ORE SWORD
BRANDED_PREVIEW PREVIEW""".split()
)


def told(root: Element) -> Told:
    """What the best description in a METS document says, with the files, rights and place that METS itself tells."""
    says = _description(root)
    says.identifier = _object(root) or says.identifier
    if "dc.title" not in says.metadata:
        says.add("dc.title", root.get("LABEL"))
    if "dc.title" not in says.metadata:
        says.notes.append(("METS dmdSec", "no description that can be read has a title"))
    kind = attribute(root, "TYPE")
    if kind.startswith("DSpace ") and kind != "DSpace ITEM":
        says.notes.append(("METS TYPE", f"this describes a {kind.removeprefix('DSpace ').lower()}, not an item"))
    sections = {each.get("ID", ""): each for each in root.iterfind("{*}amdSec//*[@ID]")}
    sections |= {each.get("ID", ""): each for each in root.iterfind("{*}amdSec[@ID]")}
    says.files.extend(_file(each, sections) for each in _content(root))
    _rights(says, root)
    _archived(says, root)
    return says


def _object(root: Element) -> str | None:
    """The object's own name, a handle in its bare form."""
    name = " ".join(attribute(root, "OBJID").split())
    return bare_handle(name) or None


def _description(root: Element) -> Told:
    """The best description with a title; one without where there is no better."""
    found = sorted(_descriptions(root), key=lambda each: each[0])
    titled = [says for _, says in found if "dc.title" in says.metadata]
    return next(iter(titled or [says for _, says in found]), Told())


def _descriptions(root: Element) -> Iterator[tuple[int, Told]]:
    """What each description says, and how well its format tells it: the smaller the better."""
    for section in _sections(root):
        for record in _records(section):
            if record.tag == f"{EPDCX}descriptionSet":
                yield 2, _scholarly_work(record)
            elif mapping := mapping_of(record):
                yield RANKS.get(mapping.PREFIX, 2), mapping.told(record)


def _sections(root: Element) -> list[Element]:
    """The descriptions of the whole: those that the first division names, else all."""
    every = list(root.iterfind("{*}dmdSec"))
    maps = sorted(root.iterfind("{*}structMap"), key=lambda each: attribute(each, "TYPE").upper() != "LOGICAL")
    named = next((each.get("DMDID") for whole in maps for each in whole.iterfind(".//{*}div[@DMDID]")), None)
    whole = [section for section in every if section.get("ID") in (named or "").split()]
    return whole or every


def _records(section: Element) -> Iterator[Element]:
    """The records in a section. Elements of Dublin Core without one around them get one."""
    for data in section.iterfind("{*}mdWrap/{*}xmlData"):
        children = list(data.iterchildren("{*}*"))
        namespaces = {etree.QName(child).namespace for child in children}
        if namespaces and namespaces <= {DC, DCTERMS}:
            record = etree.Element(OAI_DC if namespaces == {DC} else QUALIFIED)
            record.extend(deepcopy(children))
            yield record
        for child in children:
            if local(child) in COLLECTIONS:
                yield from child.iterchildren("{*}*")
            else:
                yield child


def _scholarly_work(record: Element) -> Told:
    """What a deposit says in Eprints DC XML."""
    says = Told()
    for statement in record.iter(f"{EPDCX}statement"):
        field = PROPERTIES.get(statement.get(f"{EPDCX}propertyURI", ""))
        value = attribute(statement, f"{EPDCX}valueURI")
        for text in [*map(text_of, statement.iterfind(f"{EPDCX}valueString")), value.rpartition("/")[2]]:
            if field == "dc.identifier":
                says.add("dc.identifier.uri" if WEB.fullmatch(text) else "dc.identifier.other", text)
            elif field and "/entityType/" not in value:
                says.add(field, text)
    return says


def _content(root: Element) -> list[Element]:
    """The files that are the content, not those made to show or to find it."""
    files = [(_use(file), file) for file in root.iterfind("{*}fileSec//{*}file")]
    for uses in CONTENT:
        if found := [file for use, file in files if use in uses]:
            return found
    return [file for use, file in files if use not in AIDS]


def _use(file: Element) -> str:
    """What the file is for, as it or the nearest group around it says."""
    around = (each.get("USE") for each in (file, *file.iterancestors("{*}fileGrp")))
    return next(filter(None, around), "").strip().upper()


def _file(file: Element, sections: dict[str, Element]) -> File:
    """A file with what its administrative sections (PREMIS, METSRights) add."""
    own = [sections[name] for name in attribute(file, "ADMID").split() if name in sections]
    place = next((attribute(each, HREF) for each in file.iterfind("{*}FLocat")), "")
    premis = {name: _premis(own, name) for name in ("originalName", "objectIdentifierValue", "size")}
    url = next((each for each in (place, premis["objectIdentifierValue"]) if WEB.fullmatch(each)), None)
    size = file.get("SIZE") or premis["size"]
    digest, kind = file.get("CHECKSUM"), (file.get("CHECKSUMTYPE") or "md5").lower()
    access, available = _access(own, url)
    return File(
        premis["originalName"] or unquote(place.rstrip("/").rpartition("/")[2]) or file.get("ID") or "file",
        mimetype=file.get("MIMETYPE"),
        size=int(size) if re.fullmatch("[0-9]{1,18}", size) else None,
        checksum=f"{kind}:{digest}" if digest else None,
        url=url,
        access=access,
        available=available,
    )


def _premis(sections: list[Element], name: str) -> str:
    found = (text_of(each) for section in sections for each in section.iterfind(f".//{{*}}{name}"))
    return next(filter(None, found), "")


def _access(sections: list[Element], url: str | None) -> tuple[FileAccess, date | None]:
    """What METSRights allow the public, from a day on perhaps; without any, an address that is told is open."""
    rights = [each for section in sections for each in section.iterfind(".//{*}Context")]
    public = [each for each in rights if attribute(each, "CONTEXTCLASS").upper() == "GENERAL PUBLIC"]
    allowed = [each for each in public if any(_displays(terms) for terms in each.iterfind("{*}Permissions"))]
    if not rights:
        return ("open" if url else "restricted"), None
    if not allowed:
        return "restricted", None
    start = next(filter(None, (_day(each.get("start-date")) for each in allowed)), None)
    return ("embargoed" if start else "open"), start


def _displays(terms: Element) -> bool:
    return "true" in (terms.get("DISPLAY"), terms.get("DISCOVER"))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _rights(says: Told, root: Element) -> None:
    """Licences by address. The licence that a depositor gave to the repository is nobody else's business."""
    for rights in root.iterfind("{*}amdSec/{*}rightsMD"):
        places = [each.get(HREF) for each in rights.iterfind("{*}mdRef")]
        places += [each.get(ABOUT) for each in rights.iterfind(".//{*}License")]
        places += [text_of(each) for each in rights.iterfind(".//{*}license")]
        for place in filter(None, places):
            says.add("dc.rights.uri" if WEB.fullmatch(place.strip()) else "dc.rights", place)


def _archived(says: Told, root: Element) -> None:
    """What an archival package of DSpace's (AIP) tells beside: collections, and whether the item was withdrawn."""
    for field in root.iterfind("{*}amdSec/{*}sourceMD/{*}mdWrap[@OTHERMDTYPE='AIP-TECHMD']//{*}field"):
        name, text = f"{field.get('element')}.{field.get('qualifier')}".lower(), text_of(field)
        if name in ("relation.ispartof", "relation.isreferencedby") and (spec := set_spec("col", bare_handle(text))):
            says.sets.append(spec)
        if name == "rights.accessrights" and text.upper() == "WITHDRAWN":
            says.state = "withdrawn"
