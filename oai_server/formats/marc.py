"""marc, MARC 21 in XML: a bibliographic record at the abbreviated level, for the catalogues of libraries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import Access, access, open_files
from oai_server.formats.citation import HOSTED, Citation, citation
from oai_server.formats.dates import ISSUED, embargo_end, issued, year
from oai_server.formats.fields import TITLES, is_thesis
from oai_server.formats.funding import acknowledgements, fundings
from oai_server.formats.identifiers import dois, handles, isbns, issns, landing_page, uri, urns
from oai_server.formats.languages import languages
from oai_server.formats.names import RELATORS, Name, Role, contributors, creators
from oai_server.formats.ore import accessioned
from oai_server.formats.rights import holders, licences, statements
from oai_server.formats.vocabulary import TYPES, VERSIONS, ResourceType, resource_type, version_terms
from oai_server.formats.writing import XSI
from oai_server.model import Item, MetadataFormat, Site

NAMESPACE = "http://www.loc.gov/MARC21/slim"
RECORD, LEADER, CONTROLFIELD, DATAFIELD, SUBFIELD = (
    f"{{{NAMESPACE}}}{name}" for name in "record leader controlfield datafield subfield".split()
)
Field = tuple[str, str, list[tuple[str, str]]]  # tag, both indicators, subfields

# Positions 18 to 34 of field 008 by the type of record, with the place of "online" left as "{}": what we do not know is
# not coded ("|"), what MARC leaves undefined is blank.
BOOK, SERIAL, COMPUTER = "|||||{}|||||||| ||", "|| ||{}||||||   ||", "    |{}  | |      "
MAP, MUSIC, VISUAL, MIXED = "|||||| |  |{} | ||", "|||||{}|||||||| | ", "||| |     |{}   ||", "     {}" + 11 * " "
MATERIAL = {"a": BOOK, "t": BOOK, "m": COMPUTER, "e": MAP, "c": MUSIC, "i": MUSIC, "j": MUSIC, "p": MIXED}
THESIS = "|||||{}m   |||| ||"

# RDA content types (field 336) by kind, then by the type of record.
CONTENT_BY_KIND = {
    "dataset": ("computer dataset", "cod"),
    "software": ("computer program", "cop"),
    "oral recording": ("spoken word", "spw"),
}
CONTENT = {
    "a": ("text", "txt"),
    "t": ("text", "txt"),
    "c": ("notated music", "ntm"),
    "e": ("cartographic image", "cri"),
    "g": ("two-dimensional moving image", "tdi"),
    "i": ("sounds", "snd"),
    "j": ("performed music", "prm"),
    "k": ("still image", "sti"),
    "r": ("three-dimensional form", "tdf"),
}
# RDA media and carrier types (fields 337, 338), of files and where there are none.
ONLINE = {"337": ("computer", "c", "rdamedia"), "338": ("online resource", "cr", "rdacarrier")}
UNKNOWN = {"337": ("unspecified", "z", "rdamedia"), "338": ("unspecified", "zu", "rdacarrier")}

THESAURI = {"dc.subject.lcsh": "0", "dc.subject.mesh": "2"}  # to the second indicator of field 650
CLASSES = ("dc.subject.ddc", "dc.subject.lcc")
SUBJECT = re.compile(r"(dc|dcterms)\.subject(\.|$)")
DEWEY = re.compile(r"[0-9]{3}(\.[0-9]+)?")


def offered(item: Item) -> bool:
    """Items with a title: the one field besides the control fields that every record has."""
    return bool(item.first(*TITLES))


def crosswalk(item: Item, site: Site) -> Element:
    """Leader, control fields, data fields in the order of their tags."""
    kind = resource_type(item)
    root = etree.Element(RECORD, type="Bibliographic", nsmap={None: NAMESPACE, "xsi": XSI})
    etree.SubElement(root, LEADER).text = f"     n{kind.marc} a22     3u 4500"
    control = {"001": item.identifier, "003": site.repository_identifier, "008": _fixed(item, kind)}
    for tag, text in control.items():
        etree.SubElement(root, CONTROLFIELD, tag=tag).text = text
    for tag, indicators, subfields in _fields(item, site, kind):
        field = etree.SubElement(root, DATAFIELD, tag=tag, ind1=indicators[0], ind2=indicators[1])
        for code, text in subfields:
            etree.SubElement(field, SUBFIELD, code=code).text = " ".join(text.split()) or text
    return root


def _fixed(item: Item, kind: ResourceType) -> str:
    """Field 008: entered on file, date of issue, place unknown, what it is, language, catalogued by no library."""
    came, issue, known = accessioned(item), year(item), languages(item)
    entered = f"{came:%y%m%d}" if came else "000000"
    dates = f"s{issue}    " if issue else "nuuuuuuuu"
    if kind.marc[1] in "is":
        dates = f"u{issue or 'uuuu'}uuuu"
    sort = _sort(item, kind).format("o" if _online(item) else "|")
    return f"{entered}{dates}xx {sort}{(known and known[0].bibliographic) or 'und'} d"


def _sort(item: Item, kind: ResourceType) -> str:
    """The right one of the seven configurations of field 008."""
    if kind.marc in ("ab", "ai", "as"):
        return SERIAL
    usual = MATERIAL.get(kind.marc[0], VISUAL)
    return THESIS if usual == BOOK and is_thesis(item) else usual


def _online(item: Item) -> bool:
    """Whether there is a file to be seen, by whomever."""
    return any(file.access != "closed" for file in item.files)


def _fields(item: Item, site: Site, kind: ResourceType) -> Iterator[Field]:
    """The fields that say something."""
    main, added = _names(item)
    cited = citation(item)
    yield from _numbers(item, site, kind)
    yield from main
    yield from _titles(item, "1" if main else "0")
    yield from _version(item)
    yield from _published(item)
    yield from _carried(item, kind)
    yield from _series(item, kind, cited)
    yield from _notes(item)
    yield from _access(item)
    yield from _summary(item, kind, cited)
    yield from _rights(item)
    yield from _subjects(item)
    yield from _each("655", " 4", _genres(item, kind))
    yield from added
    yield from _host(item, kind, cited)
    yield from _addresses(item)


def _each(tag: str, indicators: str, texts: Iterable[str]) -> Iterator[Field]:
    """A field for each text, which is its subfield a."""
    return ((tag, indicators, [("a", text)]) for text in dict.fromkeys(texts))


def _numbers(item: Item, site: Site, kind: ResourceType) -> Iterator[Field]:
    """The item's own numbers, who made the record, languages, classes. A chapter's ISBN is its book's."""
    if "book part" not in kind.kinds:
        yield from _each("020", "  ", isbns(item))
    if _serial(kind):
        yield from _each("022", "  ", issns(item))
    for source, found in (("doi", dois(item)), ("hdl", handles(item)), ("urn", urns(item))):
        yield from (("024", "7 ", [("a", text), ("2", source)]) for text in found)
    yield from _each("040", "  ", [site.repository_identifier])
    codes = dict.fromkeys(known.bibliographic for known in languages(item) if known.bibliographic)
    if codes:
        yield "041", "0 ", [("a", code) for code in codes]
    yield from _each("050", " 4", item.texts("dc.subject.lcc"))
    yield from _each("082", "04", filter(DEWEY.fullmatch, item.texts("dc.subject.ddc")))


def _serial(kind: ResourceType) -> bool:
    return kind.marc[1] == "s"


def _names(item: Item) -> tuple[list[Field], list[Field]]:
    """The main entry, if the first creator is surely a person or a body, and the added entries by their tags."""
    everybody: list[tuple[Name, Role]] = [(name, "author") for name in creators(item)]
    main = [_named("1", *each) for each in everybody[:1] if _entry(each[0]) != "20"]
    everybody += [each for each in contributors(item) if each[1] != "sponsor"]  # they paid: field 536
    added = sorted((_named("7", *each) for each in everybody[len(main) :]), key=lambda field: field[0])
    return main, added


def _entry(name: Name) -> str:
    """What follows 1 or 7 in the tag: 00 a person, 10 a body; 20 (only 720) where nobody knows which."""
    if name.organisation:
        return "10"
    return "00" if name.family or name.orcid else "20"


def _named(group: str, name: Name, role: Role) -> Field:
    """A name and what its bearer did. Field 720 has no place for the bearer's address."""
    entry, relator = _entry(name), RELATORS[role]
    indicators = {"10": "2 ", "20": "  "}.get(entry, "1 " if name.family else "0 ")
    subfields = [("a", name.full), ("e", relator.term), ("4", relator.code)]
    if name.uri and entry != "20":
        subfields.append(("1" if name.orcid else "0", name.uri))
    return group + entry, indicators, subfields


def _titles(item: Item, added_entry: str) -> Iterator[Field]:
    title, *others = item.texts(*TITLES)
    said = item.texts("dc.description.statementofresponsibility")[:1]
    yield "245", f"{added_entry}0", [("a", title), *(("c", text) for text in said)]
    yield from _each("246", "3 ", [*others, *item.texts("dc.title.alternative", "dcterms.alternative")])


def _version(item: Item) -> Iterator[Field]:
    """Versions in the item's own words, and in the one that we know it by."""
    known = version_terms(item)
    yield from _each("251", "  ", (text for text in item.texts(*VERSIONS) if not uri(text)))
    if known:
        yield "251", "  ", [("a", known.name), ("1", known.uri)]


def _published(item: Item) -> Iterator[Field]:
    told = [
        *(("a", text) for text in item.texts("dc.publisher.place")),
        *(("b", text) for text in item.texts("dc.publisher", "dcterms.publisher")),
        *(("c", text) for text in [issued(item) or item.first(*ISSUED)] if text),
    ]
    if told:
        yield "264", " 1", told


def _carried(item: Item, kind: ResourceType) -> Iterator[Field]:
    """How much there is, and RDA's three types; of an item without a file nobody knows what carries it."""
    yield from _each("300", "  ", item.texts("dc.format.extent", "dcterms.extent"))
    types = {"336": (*_content(kind), "rdacontent"), **(ONLINE if _online(item) else UNKNOWN)}
    yield from ((tag, "  ", [*zip("ab2", told, strict=True)]) for tag, told in types.items())


def _content(kind: ResourceType) -> tuple[str, str]:
    """RDA's content type and its code; of an item without a type nobody knows it."""
    if kind.label == "other":
        return "unspecified", "zzz"
    usual = CONTENT.get(kind.marc[0], ("other", "xxx"))
    return next((CONTENT_BY_KIND[each] for each in kind.kinds if each in CONTENT_BY_KIND), usual)


def _series(item: Item, kind: ResourceType, cited: Citation) -> Iterator[Field]:
    """Series as they are written. An ISSN belongs to the only series of an item that nothing hosts."""
    alone = len(cited.series) == 1 and not _serial(kind) and not _hosted(kind, cited)
    numbers = [("x", number) for number in issns(item)[:1] if alone]
    for series in filter(lambda each: each.title, cited.series):
        yield "490", "0 ", [("a", series.title), *(("v", text) for text in [series.number] if text), *numbers]


def _notes(item: Item) -> Iterator[Field]:
    yield from _each("500", "  ", item.texts("dc.description", "dcterms.description"))
    degree = {
        "b": item.texts("thesis.degree.name", "thesis.degree.level")[:1],
        "c": item.texts("thesis.degree.grantor")[:1],
        "g": item.texts("thesis.degree.discipline"),
    }
    if any(degree.values()):
        yield "502", "  ", [(code, text) for code, texts in degree.items() for text in texts]
    yield from _each("505", "0 ", item.texts("dc.description.tableofcontents", "dcterms.tableOfContents"))


def _access(item: Item) -> Iterator[Field]:
    """Who may see the item (formats.md section 4); nothing where there is nothing to see."""
    status, until = access(item).status, embargo_end(item)
    if status == "open":
        yield "506", "0 ", [("a", "Open access"), ("f", "Unrestricted online access"), ("2", "star")]
    elif status != "metadata only":
        day = [("g", f"{until:%Y%m%d}")] if until else []
        yield "506", "1 ", [("a", Access(status, until).in_words()), *day]


def _summary(item: Item, kind: ResourceType, cited: Citation) -> Iterator[Field]:
    """Abstracts; how the item is cited, if that does not stand in field 773 already; who paid."""
    yield from _each("520", "3 ", item.texts("dc.description.abstract", "dcterms.abstract"))
    if cited.text and cited.text != _part(kind, cited):
        yield "524", "  ", [("a", cited.text)]
    for funding in fundings(item):
        name = ", ".join(filter(None, (funding.funder, funding.programme, funding.title)))
        told = [("a", name), ("c", funding.number or "")]
        if any(text for _, text in told):
            yield "536", "  ", [(code, text) for code, text in told if text]
    yield from _each("536", "  ", acknowledgements(item))


def _rights(item: Item) -> Iterator[Field]:
    """Licences by name and address, what else is said of rights, who holds them."""
    known = licences(item)
    names = {licence.name for licence in known}
    for licence in known:
        yield "540", "  ", [*([("a", licence.name)] if licence.name != licence.uri else []), ("u", licence.uri)]
    yield from _each("540", "  ", (value.text for value in statements(item) if value.text not in names))
    holding = [("d", text) for text in holders(item)]
    if holding:
        yield "542", "  ", holding


def _subjects(item: Item) -> Iterator[Field]:
    """Headings of known lists, then free words; places and times say that they are."""
    for field, thesaurus in THESAURI.items():
        yield from _each("650", f" {thesaurus}", item.texts(field))
    free = [field for field in item.metadata if SUBJECT.match(field) and field not in (*THESAURI, *CLASSES)]
    unread = (text for text in item.texts("dc.subject.ddc") if not DEWEY.fullmatch(text))
    yield from _each("653", "  ", [*item.texts(*free), *unread, *item.texts("dc.coverage", "dcterms.coverage")])
    yield from _each("653", " 4", item.texts("dc.coverage.temporal", "dcterms.temporal"))
    yield from _each("653", " 5", item.texts("dc.coverage.spatial", "dcterms.spatial"))


def _genres(item: Item, kind: ResourceType) -> list[str]:
    """The types in the item's own words, and in the one that we know them by; without a type, none."""
    told = item.texts(*TYPES)
    words = {text.casefold(): text for text in told if not uri(text) and "::" not in text}
    if told and (kind.label != "other" or not words):
        words.setdefault(kind.label, kind.label)
    return list(words.values())


def _hosted(kind: ResourceType, cited: Citation) -> bool:
    return bool(cited.title or HOSTED.intersection(kind.kinds))


def _host(item: Item, kind: ResourceType, cited: Citation) -> Iterator[Field]:
    """The journal or book that the item is in; a lone ISSN is a journal's too."""
    part = _part(kind, cited)
    journal = not _serial(kind) and (_hosted(kind, cited) or not cited.series)
    told = [
        ("t", cited.title),
        ("b", cited.edition),
        ("g", part),
        *(("x", text) for text in issns(item)[:1] if journal),
        *(("z", text) for text in isbns(item) if "book part" in kind.kinds),
    ]
    if any(text for _, text in told):
        yield "773", "0 ", [(code, text) for code, text in told if text]


def _part(kind: ResourceType, cited: Citation) -> str | None:
    """Which part of its host: volume, issue and pages, else the text that nobody could read."""
    told = (("Vol.", cited.volume), ("no.", cited.issue), ("p.", cited.pages))
    read = ", ".join(f"{word} {text}" for word, text in told if text)
    return read or cited.detail or (cited.text if _hosted(kind, cited) else None)


def _addresses(item: Item) -> Iterator[Field]:
    """The page for people, then the files that are open."""
    page = landing_page(item)
    if page:
        yield "856", "40", [("u", page)]
    for file in open_files(item):
        address = uri(file.url or "")
        size = f"{file.size} bytes" if file.size is not None else file.extent
        told = [("u", address), ("y", file.name), ("q", file.mimetype), ("s", size), ("7", "0")]
        if address and address != page:
            yield "856", f"{_method(address)}0", [(code, text) for code, text in told if text]


def _method(address: str) -> str:
    """How it is fetched: by HTTP, by FTP, by other means."""
    return {"http": "4", "https": "4", "ftp": "1"}.get(address.partition(":")[0].lower(), " ")


FORMAT = MetadataFormat(
    "marc",
    namespace=NAMESPACE,
    schema="http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd",
    xsd="marc.xsd",
    crosswalk=crosswalk,
    offered=offered,
)
