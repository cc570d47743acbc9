"""From the fields of a BibTeX or BibLaTeX entry to ours; those that we do not know are kept under ``bibtex.``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from oai_server.ingest.mappings.naming import bare_doi, name_item
from oai_server.ingest.mappings.told import Told
from oai_server.ingest.tex import people, plain

TYPES = {  # by the labels of COAR's resource types
    "article": "journal article",
    "audio": "sound",
    "artwork": "image",
    "bachelorthesis": "bachelor thesis",
    "book": "book",
    "bookinbook": "book part",
    "booklet": "book",
    "collection": "edited book",
    "conference": "conference paper",
    "dataset": "dataset",
    "electronic": "website",
    "image": "image",
    "inbook": "book part",
    "incollection": "book part",
    "inproceedings": "conference paper",
    "inreference": "book part",
    "letter": "letter",
    "manual": "technical documentation",
    "mastersthesis": "master thesis",
    "misc": "other",
    "movie": "moving image",
    "music": "musical recording",
    "mvbook": "book",
    "mvcollection": "edited book",
    "mvproceedings": "conference proceedings",
    "mvreference": "book",
    "online": "website",
    "patent": "patent",
    "periodical": "journal",
    "phdthesis": "doctoral thesis",
    "proceedings": "conference proceedings",
    "reference": "book",
    "report": "report",
    "review": "review",
    "software": "software",
    "standard": "technical standard",
    "suppbook": "book part",
    "suppcollection": "book part",
    "suppperiodical": "contribution to journal",
    "techreport": "technical report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "video": "moving image",
    "www": "website",
}
THESES = {"phdthesis": "doctoral thesis", "mathesis": "master thesis", "bathesis": "bachelor thesis"}
PARTS = frozenset("article bookinbook conference inbook incollection inproceedings inreference suppbook".split())
WORKS = frozenset("book booklet collection manual mastersthesis phdthesis proceedings report techreport thesis".split())

PLAIN = {
    "title": "dc.title",
    "subtitle": "dc.title.subtitle",
    "shorttitle": "dc.title.alternative",
    "titleaddon": "dc.title.alternative",
    "publisher": "dc.publisher",
    "address": "dc.publisher.place",
    "location": "dc.publisher.place",
    "edition": "oaire.citation.edition",
    "abstract": "dc.description.abstract",
    "note": "dc.description",
    "annote": "dc.description",
    "annotation": "dc.description",
    "addendum": "dc.description",
    "language": "dc.language.iso",
    "langid": "dc.language.iso",
    "version": "dc.description.version",
    "pubstate": "dc.description.status",
    "copyright": "dc.rights",
    "rights": "dc.rights",
    "license": "dc.rights",
    "school": "thesis.degree.grantor",
    "eventtitle": "dc.description",
    "venue": "oaire.citation.conferencePlace",
    "eventdate": "oaire.citation.conferenceDate",
    "pagetotal": "dc.format.extent",
    "lccn": "dc.identifier.other",
    "institution": "dc.publisher",
}
PEOPLE = {
    "author": "dc.contributor.author",
    "editor": "dc.contributor.editor",
    "editora": "dc.contributor.editor",
    "editorb": "dc.contributor.editor",
    "translator": "dc.contributor.translator",
    "advisor": "dc.contributor.advisor",
    "illustrator": "dc.contributor.illustrator",
    "bookauthor": "dc.contributor.other",
    "organization": "dc.contributor.corporate",
    "holder": "dc.rights.holder",
}
IDENTIFIERS = {"isbn": "isbn", "issn": "issn", "pmid": "pmid", "pubmed": "pmid", "hdl": "handle", "handle": "handle"}
ARCHIVES = {
    "arxiv": ("arxiv", "https://arxiv.org/abs/"),
    "pubmed": ("pmid", ""),
    "hdl": ("handle", ""),
    "jstor": ("", "https://www.jstor.org/stable/"),
    "hal": ("", "https://hal.science/"),
}
# What programs write for themselves, and what was used up before.
LEFT_OUT = re.compile(
    "__markedentry|bdsk-.*|citation_?key|crossref|date-(added|modified)|entrysubtype|execute|file|groups|ids|key"
    "|keywords?|label|mendeley-.*|options|owner|presort|readstatus|related.*|sort.*|timestamp|urldate|username"
    "|xdata|xref"
)

YEAR = re.compile(r"[0-9]{4}")
MONTH = re.compile(
    r"(?:([0-9]{1,2})(?:st|nd|rd|th)?\W*)?(?:([a-z]{3})[a-z]*|([0-9]{1,2}))\W*([0-9]{1,2})?", re.IGNORECASE
)
MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
DASH = "[-=\u2010-\u2015]{1,3}"
RANGE = re.compile(rf"(?P<start>[^\s,;+=\u2010-\u2015-]+)\s*{DASH}\s*(?P<end>[^\s,;+=\u2010-\u2015-]+)")
HYPHENED = re.compile(rf"(?P<start>\S+)\s+{DASH}\s+(?P<end>\S+)")
FIRST_AND_LAST = re.compile(rf"(?P<start>\w+)\s*(?:{DASH}|[,;+]).*?(?P<end>\w+)\W*", re.DOTALL)
LONGEST = 200  # characters in which pages are looked for
ADDRESS = re.compile(r"(?:\\url\s*\{\s*)?((?:https?|ftp)://[^\s{}]+|www\.[^\s{}/]+/?[^\s{}]*)\}?", re.IGNORECASE)
FIELD = re.compile(r"[^A-Za-z0-9_-]+")


def told(kind: str, fields: Mapping[str, str]) -> Told:
    """What an entry says; ``fields`` by their names in lower case, values still in TeX."""
    said = Told()
    _type(said, kind, fields)
    for name, value in fields.items():
        if name in PEOPLE:
            _people(said, name, value)
        elif name in PLAIN:
            _plain(said, name, value)
        elif name in READ:
            READ[name](said, value)
    _date(said, fields)
    _where(said, kind, fields)
    _eprint(said, fields)
    for word in _keywords(fields.get("keywords") or fields.get("keyword") or ""):
        said.add("dc.subject", word)
    if "dc.title" not in said.metadata:
        said.add("dc.title", plain(fields.get("booktitle", "") or fields.get("maintitle", "")))
    for name in unknown(fields):
        said.add(f"bibtex.{FIELD.sub('_', name)}", plain(fields[name]))
    return said


def unknown(fields: Mapping[str, str]) -> list[str]:
    """The fields that we have no field for."""
    return [name for name in fields if name not in KNOWN and not LEFT_OUT.fullmatch(name)]


def _type(said: Told, kind: str, fields: Mapping[str, str]) -> None:
    """COAR's word for the type of entry, then what the entry calls itself; the latter alone says which thesis."""
    own = plain(fields.get("type", ""))
    if known := THESES.get(own.lower()):
        said.add("dc.type", known)
        return
    said.add("dc.type", TYPES.get(kind, "other"))
    said.add("dc.type", own)


def _plain(said: Told, name: str, value: str) -> None:
    text = plain(value)
    if PLAIN[name] == "dc.rights" and ADDRESS.fullmatch(text):
        said.add("dc.rights.uri", text)
    elif name == "institution" and "dc.publisher" in said.metadata:
        said.add("dc.contributor.institution", text)
    else:
        said.add(PLAIN[name], text)


def _people(said: Told, name: str, value: str) -> None:
    """The names of a list; of authors those in braces are bodies."""
    names, more = people(value)
    for each in names:
        body = each.whole and PEOPLE[name] == "dc.contributor.author"
        said.add("dc.creator.corporate" if body else PEOPLE[name], each.text)
    if more:
        said.notes.append(("BibTeX names", f"{name} ends in 'and others', who are not told"))


def _doi(said: Told, value: str) -> None:
    """Every DOI in the field; it is the publisher's, not ours."""
    text = value.replace("\\", "").strip("{} ")
    found = [bare_doi(text)] if bare_doi(text) else re.findall(r"10\.[0-9]{4,9}/[^\s,;{}\"<>]+", text)
    said.add_all("dc.identifier.doi", found)
    if not found:
        said.add("bibtex.doi", text)
        said.notes.append(("DOI", f"doi holds no DOI, so it is kept as bibtex.doi: {text!r:.100}"))


def _url(said: Told, value: str) -> None:
    """The addresses of a field, without TeX's escapes."""
    text = re.sub(r"\\([_%&#~])", r"\1", value.replace("\\url", ""))
    found = [match[1] for match in ADDRESS.finditer(text)]
    for address in found:
        name_item(said, address if "://" in address else f"http://{address}")
    if not found:
        said.add("bibtex.url", text)
        said.notes.append(("web addresses", f"url is no address, so it is kept as bibtex.url: {text!r:.100}"))


def _howpublished(said: Told, value: str) -> None:
    """An address, or how it was published in words."""
    if ADDRESS.fullmatch(value.strip()):
        _url(said, value)
    else:
        said.add("dc.description", plain(value))


def _numbers(name: str, said: Told, value: str) -> None:
    for number in re.split(r"[,;]|\s/\s|\s+and\s+|\s+(?=97[89]-)", plain(value)):
        bare = re.sub(r"\(.*?\)", "", number).strip()
        if bare:
            name_item(said, bare, IDENTIFIERS[name])


def _date(said: Told, fields: Mapping[str, str]) -> None:
    """BibLaTeX's date, else the year as it is written, with month and day where they can be read."""
    date = plain(fields.get("date", ""))
    year = plain(fields.get("year", ""))
    if date:
        said.add("dc.date.issued", date)
        return
    month, day = _month(plain(fields.get("month", ""))) if YEAR.fullmatch(year) else (0, 0)
    day = day or (int(number) if (number := fields.get("day", "").strip("{} ")).isdecimal() and len(number) < 3 else 0)
    exact = f"-{month:02}" + (f"-{day:02}" if 1 <= day <= 31 else "") if 1 <= month <= 12 else ""
    said.add("dc.date.issued", year + exact)


def _month(text: str) -> tuple[int, int]:
    """Month and day in ``jan``, ``1~jan``, ``January 5``, ``07``; 0 for what is not told."""
    found = MONTH.match(text)
    if not found:
        return 0, 0
    before, name, number, after = found.groups()
    month = MONTHS.get((name or "").lower(), 0) or int(number or before or 0)
    return month, int((before if name else None) or after or 0)


def _where(said: Told, kind: str, fields: Mapping[str, str]) -> None:
    """The journal or book around it; series with their number; pages."""
    whole = fields.get("journal") or fields.get("journaltitle")
    whole = whole or (fields.get("booktitle") if "title" in fields else None) or fields.get("maintitle")
    said.add("oaire.citation.title", plain(whole or ""))
    said.add("oaire.citation.volume", plain(fields.get("volume", "")))
    number, series = plain(fields.get("number", "") or fields.get("issue", "")), plain(fields.get("series", ""))
    if kind == "article":
        said.add("oaire.citation.issue", number)
        said.add("dc.relation.ispartofseries", series)
    elif series:
        number = number or ("" if kind in PARTS else plain(fields.get("volume", "")))
        said.add("dc.relation.ispartofseries", ";".join(filter(None, (series.replace(";", ","), number))))
    elif kind in ("techreport", "report", "standard", "patent", "manual"):
        said.add("dc.identifier.other", number)
    elif kind in PARTS or "volume" in fields:
        said.add("oaire.citation.issue", number)
    else:
        said.add("dc.identifier.other", number)
    said.add("oaire.citation.startPage", plain(fields.get("eid", "")))
    _pages(said, kind, plain(fields.get("pages", "")))


def _pages(said: Told, kind: str, pages: str) -> None:
    """First and last page; how many there are, where one number stands for a whole work."""
    bare = re.sub(r"^(?:pages?\b|pp?\.|pp\b)\s*", "", pages, flags=re.IGNORECASE).strip(
        " ,;+-\u2010\u2011\u2012\u2013\u2014"
    )
    found = HYPHENED.fullmatch(bare) or RANGE.fullmatch(bare)
    if found is None and kind in WORKS:
        said.add("dc.format.extent", f"{bare} pages" if bare.isdecimal() else bare)
        return
    found = found or FIRST_AND_LAST.fullmatch(bare[:LONGEST])
    said.add("oaire.citation.startPage", found["start"] if found else bare)
    said.add("oaire.citation.endPage", found["end"] if found else None)


def _eprint(said: Told, fields: Mapping[str, str]) -> None:
    """The number in an archive of preprints; without a name of the archive it is arXiv's if it looks so."""
    number = fields.get("eprint", "").replace("\\", "").strip("{} ")
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "").strip("{} ").lower()
    if not number:
        return
    if not archive and re.fullmatch(
        r"(?:arxiv:)?(?:[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?", number
    ):
        archive = "arxiv"
    scheme, place = ARCHIVES.get(archive, ("", ""))
    bare = re.sub("^arxiv:", "", number, flags=re.IGNORECASE)
    if scheme or not place:
        name_item(said, bare, scheme)
    if place:
        said.add("dc.identifier.uri", place + bare)


def _keywords(value: str) -> list[str]:
    """Keywords parted by semicolons, else by commas."""
    text = plain(value)
    return [word.strip() for word in text.split(";" if ";" in text else ",")]


def _issue_title(said: Told, value: str) -> None:
    said.add("dc.title.alternative", plain(value))


def _chapter(said: Told, value: str) -> None:
    said.add("dc.description", f"Chapter {plain(value)}")


READ: dict[str, Callable[[Told, str], None]] = {
    "doi": _doi,
    "url": _url,
    "howpublished": _howpublished,
    "issuetitle": _issue_title,
    "chapter": _chapter,
    **{name: partial(_numbers, name) for name in IDENTIFIERS},
}
USED = """archiveprefix booktitle date day eid eprint eprintclass eprinttype issue journal journaltitle maintitle month
    number pages primaryclass series type volume year"""
KNOWN = frozenset((*PLAIN, *PEOPLE, *READ, *USED.split()))
