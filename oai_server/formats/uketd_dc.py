"""uketd_dc, the British Library's core set for theses (EThOS): only for theses that have all it makes mandatory."""

from __future__ import annotations

from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.dates import accepted, embargo_end
from oai_server.formats.fields import TITLES, WEB_ADDRESS, dublin_core
from oai_server.formats.funding import fundings
from oai_server.formats.identifiers import doi_url, dois, handles, isbns, issns, landing_page, uri, urls, urns
from oai_server.formats.languages import language, languages
from oai_server.formats.names import contributors, creators
from oai_server.formats.permissions import said
from oai_server.formats.rights import holders, licences
from oai_server.formats.theses import DEPARTMENTS, DISCIPLINES, GRANTORS, LEVELS, NAMES, awarded, is_thesis
from oai_server.formats.writing import XSI, add
from oai_server.model import File, Item, MetadataFormat, Site

NAMESPACE = "http://naca.central.cranfield.ac.uk/ethos-oai/2.0/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
UKETDTERMS = "http://naca.central.cranfield.ac.uk/ethos-oai/terms/"
PREFIXES = {"uketd_dc": NAMESPACE, "dc": DC, "dcterms": DCTERMS, "uketdterms": UKETDTERMS, "xsi": XSI}
TYPE = f"{{{XSI}}}type"

SCHEMES = {scheme.lower(): f"dcterms:{scheme}" for scheme in ("DDC", "LCC", "LCSH", "MESH", "UDC")}
ALGORITHMS = {"md5": ("uketdterms:MD5", 32), "sha1": ("uketdterms:SHA1", 40)}
HEXADECIMAL = frozenset("0123456789abcdef")


def offered(item: Item) -> bool:
    """Theses that have all that EThOS makes mandatory (formats.md section 5.12)."""
    if not (item.first(*GRANTORS) and item.first(*LEVELS) and item.first(*NAMES) and item.first(*TITLES)):
        return False
    return bool(creators(item)) and bool(awarded(item)) and is_thesis(item)


def crosswalk(item: Item, site: Site) -> Element:
    """EThOS takes the elements in any order; this is the order of its own page."""
    root = etree.Element(_tag("uketd_dc:uketddc"), nsmap=PREFIXES)
    add(root, _tag("dc:title"), item.values(*TITLES))
    add(root, _tag("dcterms:alternative"), item.values("dc.title.alternative", "dcterms.alternative"))
    _name_people(root, item)
    _name_sponsors(root, item)
    _describe(root, item)
    _award(root, item)
    for code, scheme in _languages(item).items():
        add(root, _tag("dc:language"), [code], **scheme)
    _relate(root, item)
    _permit(root, item)
    add(root, _tag("dc:format"), _formats(item))
    add(root, _tag("dc:identifier"), _identifiers(item))
    for file in open_files(item):
        _offer(root, file)
    return root


@lru_cache
def _tag(name: str) -> str:
    """The full name of ``prefix:name``."""
    prefix, _, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def _name_people(root: Element, item: Item) -> None:
    """Authors, each followed by the ORCID; advisors; others."""
    for name in creators(item):
        add(root, _tag("dc:creator"), [name.full])
        if name.orcid and name.uri:
            add(root, _tag("uketdterms:authoridentifier"), [name.uri])
    others = contributors(item)
    add(root, _tag("uketdterms:advisor"), (name.full for name, role in others if role == "advisor"))
    add(root, _tag("dc:contributor"), (name.full for name, role in others if role not in ("advisor", "sponsor")))


def _name_sponsors(root: Element, item: Item) -> None:
    """Each grant: who gave it, and its number."""
    for grant in fundings(item):
        add(root, _tag("uketdterms:sponsor"), filter(None, [grant.funder]))
        add(root, _tag("uketdterms:grantnumber"), filter(None, [grant.number]))
    add(root, _tag("uketdterms:grantnumber"), item.texts("dc.identifier.grantnumber"))


def _describe(root: Element, item: Item) -> None:
    """What the thesis is about."""
    for field in _fields(item, "subject"):
        scheme = SCHEMES.get(field.lower().rpartition(".")[2])
        values = item.texts(field) if scheme else item.values(field)
        add(root, _tag("dc:subject"), values, **({TYPE: scheme} if scheme else {}))
    add(root, _tag("dcterms:abstract"), item.values("dc.description.abstract", "dcterms.abstract"))
    contents = item.values("dc.description.tableofcontents", "dcterms.tableOfContents")
    add(root, _tag("dcterms:tableOfContents"), contents)
    add(root, _tag("dc:description"), item.values("dc.description", "dcterms.description"))


def _award(root: Element, item: Item) -> None:
    """Who awarded which degree and when, and who published the thesis."""
    institutions = item.values(*GRANTORS)
    known = {value.text for value in institutions}
    publishers = (value for value in item.values("dc.publisher", "dcterms.publisher") if value.text not in known)
    add(root, _tag("uketdterms:institution"), institutions)
    add(root, _tag("uketdterms:department"), item.values(*DEPARTMENTS, *DISCIPLINES))
    add(root, _tag("uketdterms:commercial"), item.values("dc.publisher.commercial"))
    add(root, _tag("dc:publisher"), publishers)
    add(root, _tag("dcterms:issued"), filter(None, [awarded(item)]))
    add(root, _tag("dcterms:dateAccepted"), filter(None, [accepted(item)]))
    add(root, _tag("dc:type"), ["Thesis or dissertation"])
    add(root, _tag("uketdterms:qualificationlevel"), item.values(*LEVELS))
    add(root, _tag("uketdterms:qualificationname"), item.values(*NAMES))


def _languages(item: Item) -> dict[str, dict[str, str]]:
    """ISO 639-2, the terminological code of two, zho for Mandarin; a language that has none there stays untyped."""
    told: dict[str, dict[str, str]] = {}
    for known in languages(item):
        listed = language(known.bibliographic)
        code = (listed.alpha3 or listed.bibliographic) if listed else known.alpha3
        if code:
            told[code] = {TYPE: "dcterms:ISO639-2"} if listed else {}
    return told


def _relate(root: Element, item: Item) -> None:
    """The landing page, works that this one has to do with, and its place and time."""
    page = landing_page(item)
    if page and WEB_ADDRESS.fullmatch(page):
        add(root, _tag("dcterms:isReferencedBy"), [page], **{TYPE: "dcterms:URI"})
    for element in ("source", "relation", "coverage"):
        for field in _fields(item, element):
            _, term = dublin_core(field) or ("", element)
            add(root, _tag(f"dc:{term}" if term == element else f"dcterms:{term}"), item.values(field))


def _permit(root: Element, item: Item) -> None:
    """Rights, licences, and what is shut until when."""
    add(root, _tag("dc:rights"), (value for value in said(item) if not uri(value.text)))
    add(root, _tag("dc:rights"), holders(item))
    addresses = (known.uri for known in licences(item) if WEB_ADDRESS.fullmatch(known.uri))
    add(root, _tag("dcterms:license"), addresses, **{TYPE: "dcterms:URI"})
    shut, end = _embargo(item), embargo_end(item)
    add(root, _tag("uketdterms:embargotype"), filter(None, [shut]))
    if end:
        add(root, _tag("uketdterms:embargodate"), [end.isoformat()])
    if shut:
        add(root, _tag("uketdterms:embargoreason"), item.values("dc.rights.embargoreason"))


def _embargo(item: Item) -> str | None:
    """``Total``, or ``Partial`` where some file is open; what is shut for good is restricted."""
    status = access(item).status
    if status == "embargoed":
        return "Partial" if open_files(item) else "Total"
    return status if status == "restricted" else None


def _formats(item: Item) -> dict[str, None]:
    told = item.texts("dc.format.mimetype", "dc.format", "dcterms.format")
    return dict.fromkeys([*told, *(file.mimetype for file in item.files if file.mimetype)])


def _identifiers(item: Item) -> dict[str, None]:
    """DOIs and other names of the thesis, none typed: a typed one is the address of a file."""
    page = landing_page(item)
    others = [each for each in urls(item) if each != page]
    names = [] if page else [f"hdl:{handle}" for handle in handles(item)]
    numbers = [*(f"ISBN: {isbn}" for isbn in isbns(item)), *(f"ISSN: {issn}" for issn in issns(item))]
    return dict.fromkeys([*map(doi_url, dois(item)), *others, *names, *urns(item), *numbers])


def _offer(root: Element, file: File) -> None:
    """The address of an open file, and its checksum."""
    address = file.url and uri(file.url)
    if not address or not WEB_ADDRESS.fullmatch(address):
        return
    add(root, _tag("dc:identifier"), [address], **{TYPE: "dcterms:URI"})
    algorithm, _, digest = (file.checksum or "").lower().partition(":")
    kind, length = ALGORITHMS.get(algorithm.replace("-", ""), ("", 0))
    if kind and len(digest) == length and HEXADECIMAL.issuperset(digest):
        add(root, _tag("uketdterms:checksum"), [digest], **{TYPE: kind})


def _fields(item: Item, element: str) -> list[str]:
    """The fields of a Dublin Core element, in stored order."""
    return [field for field in item.metadata if (dublin_core(field) or ("", ""))[0] == element]


FORMAT = MetadataFormat(
    "uketd_dc",
    namespace=NAMESPACE,
    schema="http://naca.central.cranfield.ac.uk/ethos-oai/2.0/uketd_dc.xsd",
    xsd="uketd_dc.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
