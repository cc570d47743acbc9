"""What a MARC 21 record says of other works and of addresses: series, host, relations (76X-78X), links (856)."""

from __future__ import annotations

import mimetypes
import re
from urllib.parse import unquote, urlsplit

from oai_server.ingest.mappings.marc_names import name
from oai_server.ingest.mappings.marc_record import Field, Record
from oai_server.ingest.mappings.marc_text import bare, joined, sentences, title
from oai_server.ingest.mappings.told import Told
from oai_server.model import File

SERIES, ISSN_OF_HOST = "dc.relation.ispartofseries", "dc.relation.issn"
RELATIONS = {
    "762": "dc.relation.haspart",
    "765": "dc.relation.isversionof",
    "767": "dc.relation.hasversion",
    "770": "dc.relation",
    "772": "dc.relation",
    "774": "dc.relation.haspart",
    "775": "dc.relation.hasversion",
    "776": "dc.relation.hasformat",
    "777": "dc.relation",
    "780": "dc.relation.replaces",
    "785": "dc.relation.isreplacedby",
    "786": "dc.source",
    "787": "dc.relation",
}
VOLUME_CAPTION = re.compile(r"vol(?:ume|s)?\.?\s*(?=[0-9IVX])", re.IGNORECASE)
VOLUME = re.compile(
    r"\b(?:vol(?:ume)?|v|bd|band|jahrg|jg|årg|vsk|vuosik|t|tome)\b\.?\s*:?\s*([0-9IVXLC]+)", re.IGNORECASE
)
ISSUE = re.compile(
    r"\b(?:no|nr|n:o|number|issue|iss|heft|h|fasc|fascicle)\b\.?\s*:?\s*([0-9]+(?:[/–-][0-9]+)?)", re.IGNORECASE
)
PAGES = re.compile(
    r"(?:\b(?:pp?|pages?|s|seiten?|sivut?|sid)\b\.?|[<,])\s*([0-9]+)(?:\s*[-–]\s*([0-9]+))?", re.IGNORECASE
)
NUMBERED = re.compile(r"([0-9]+)(?::([0-9]+))?(?:<([0-9]+)(?:-([0-9]+))?)?")  # 773 $q, for volume:issue<page

DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
ABOUT_IT = re.compile(
    r"table of contents|contents|inhaltsverzeichnis|inhaltstext|publisher description|biographical|\bcover\b|umschlag|"
    r"review|rezension|sample text|excerpt|finding aid",
    re.IGNORECASE,
)
OPEN_FORMS = re.compile(r"unrestricted online access|open access", re.IGNORECASE)


def series(record: Record, told: Told) -> None:
    """Series as they stand on the item; their headings where no statement has the same title."""
    fields = [*record.each("490 440"), *record.each("800 810 811 830 760")]
    seen = set()
    for field in fields:
        text = _series_title(field)
        folded = re.sub(r"\W+|\([^()]*\)$", "", text.casefold())
        if not text or (folded in seen and field.tag not in ("490", "440")):
            continue
        seen.add(folded)
        number = VOLUME_CAPTION.sub("", bare(field.text("vg")))
        told.add(SERIES, f"{text}; {number}" if number else text)
        told.add_all(ISSN_OF_HOST, map(bare, field.texts("x")))


def _series_title(field: Field) -> str:
    if field.tag == "490":
        return bare(field.text("a"))
    return title(field, "tnp" if field.texts("t") else "anp")


def host(record: Record, told: Told) -> None:
    """The journal or book that a part is in, and where in it (field 773)."""
    for field in record.each("773"):
        text = title(field, "t") or title(field, "s") or bare(field.text("a"))
        if not text:
            continue
        told.add("dc.relation.ispartof", text)
        told.add_all(ISSN_OF_HOST, map(bare, field.texts("x")))
        told.add_all("dc.relation.isbn", map(bare, field.texts("z")))
        if "oaire.citation.title" not in told.metadata and record.leader[7] in "ab":
            _place(field, text, told)


def _place(field: Field, text: str, told: Told) -> None:
    """Volume, issue and pages by themselves where they can be told; what cannot stays in words."""
    words = " ".join(" ".join(field.texts("g")).split())
    places = {
        "volume": _found(VOLUME, words, 1),
        "issue": _found(ISSUE, words, 1),
        "startPage": _found(PAGES, words, 1),
        "endPage": _found(PAGES, words, 2),
    }
    numbered = NUMBERED.fullmatch(field.text("q").strip())
    if numbered:
        coded = dict(zip(places, numbered.groups(), strict=True))
        places = {part: found or coded[part] for part, found in places.items()}
    told.add("oaire.citation.title", text)
    for part, found in places.items():
        told.add(f"oaire.citation.{part}", found)
    if words and not places["startPage"]:
        told.add("dc.identifier.citation", f"{text}, {bare(words)}")


def _found(pattern: re.Pattern[str], text: str, group: int) -> str | None:
    match = pattern.search(text)
    return match[group] if match else None


def relations(record: Record, told: Told) -> None:
    """Other works: by linking entries, as parts or subjects of added entries, in words."""
    for field in record.each(" ".join(RELATIONS)):
        told.add(RELATIONS[field.tag], _entry(field))
    for field in record.each("700 710 711"):
        if field.texts("t"):
            told.add(_of_added(field), sentences(name(field), title(field, "tnpkmorsf")))
    for field in record.each("730 740"):
        told.add(_of_added(field), title(field, "anpkmorsf"))
    for field in record.each("530"):
        told.add("dc.relation.hasformat", joined(field.texts("abcd")))
    for field in record.each("534"):
        told.add("dc.source", joined(field.texts("pabcetfklnmxz")))
    for field in record.each("510"):
        told.add("dc.relation.isreferencedby", joined(field.texts("abc")))


def _of_added(field: Field) -> str:
    """An analytical entry (second indicator 2) names a part of the item."""
    return "dc.relation.haspart" if field.second == "2" else "dc.relation"


def _entry(field: Field) -> str:
    """``Name. Title``; what stands for a title in records that have none."""
    work = title(field, "t") or title(field, "s")
    return sentences(bare(field.text("a")), work)


# --- field 856 ---


def addresses(record: Record, told: Told) -> None:
    """Links to the item, each once, with DOIs as such; links to what is about it are relations; files that are open."""
    everybody = any(OPEN_FORMS.search(text) for text in record.texts("506", "af"))
    for field in record.each("856"):
        for text in field.texts("u"):
            address = text.strip()
            if field.second == "2" or any(ABOUT_IT.search(each) for each in field.texts("3")):
                told.add("dc.relation.uri", address)
            elif (file := _file(field, address, everybody)) is not None:
                told.files.append(file)
            else:
                told.add("dc.identifier.uri", address)
                found = DOI.fullmatch(address)
                told.add("dc.identifier.doi", found and found[1])
        told.add_all("dc.format.mimetype", (each for text in field.texts("q") if "/" in (each := bare(text))))


def _file(field: Field, address: str, everybody: bool) -> File | None:
    """The file that a link leads to, if the record says that it is one and that everybody may have it."""
    try:
        filename = unquote(urlsplit(address).path).rpartition("/")[2]
    except ValueError:  # an address of no host that can be
        return None
    mimetype = (
        next((text for text in field.texts("q") if "/" in text), None) or mimetypes.guess_type(f"./{filename}")[0]
    )
    if not (everybody or field.text("7") == "0") or not mimetype or "." not in filename or mimetype == "text/html":
        return None
    size = re.fullmatch(r"([0-9]+) (?:bytes|octets)", field.text("s"))
    extent = None if size else field.text("s") or None
    return File(filename, mimetype, int(size[1]) if size else None, extent, url=address, access="open")
