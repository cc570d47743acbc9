"""From a MARC 21 bibliographic record to our fields: the Library of Congress's crosswalk to Dublin Core, qualified.

One mapping for binary records and for MARCXML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from oai_server.ingest.mappings.marc_coded import FIXED, YEAR, dates, language_of, languages, tag, types
from oai_server.ingest.mappings.marc_links import DOI, addresses, host, relations, series
from oai_server.ingest.mappings.marc_names import MAKERS, authority, contributions, name
from oai_server.ingest.mappings.marc_record import Field, Record
from oai_server.ingest.mappings.marc_subjects import subjects
from oai_server.ingest.mappings.marc_text import bare, joined, supplied, title
from oai_server.ingest.mappings.told import Told

ALTERNATIVES = "130 240 210 222 242 246 247"
NUMBERS = (  # tags, subfield, our field
    ("010", "a", "dc.identifier.lccn"),
    ("022", "a", "dc.identifier.issn"),
    ("027 088", "a", "dc.identifier.other"),
    ("086", "a", "dc.identifier.govdoc"),
)
STANDARD_NUMBERS = {"0": "isrc", "1": "upc", "2": "ismn", "3": "ean", "4": "sici"}  # field 024 by its first indicator
NOTES = (  # tags, subfields, our field
    ("520", "abcu", "dc.description.abstract"),
    ("505", "agrtu", "dc.description.tableofcontents"),
    ("245", "c", "dc.description.statementofresponsibility"),
    ("250", "ab", "dc.description.edition"),
    ("255", "a", "dc.description"),
    ("310 362", "ab", "dc.description"),
    ("500 504", "ab", "dc.description"),
    ("501 507 508 511 513 514 515 516 518 521", "3abcdopi", "dc.description"),
    ("525 526 533 538 545 546 547 550 552 555 556", "3abcdefimnu", "dc.description"),
    ("565 567 580 581 585 586", "3abcdz", "dc.description"),
    ("522", "a", "dc.coverage.spatial"),
    ("513", "b", "dc.coverage.temporal"),
    ("524", "a", "dc.identifier.citation"),
    ("536", "abcdef", "dc.description.sponsorship"),
    ("300", "abcefg3", "dc.format.extent"),
    ("338 340", "a", "dc.format.medium"),
)
REVIEWS = "14"  # field 520 by its first indicator: a review, advice on content; all others are summaries
RIGHTS = (("506", "abcdef"), ("540", "abcd"), ("542", "flno"))
NO_SENTENCES = frozenset(
    """dc.description.statementofresponsibility dc.description.edition dc.coverage.spatial dc.coverage.temporal
    dc.identifier.citation dc.description.sponsorship dc.format.extent dc.format.medium""".split()
)

ISBN = re.compile(r"[0-9][0-9 -]{8,16}[0-9Xx]")
HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:)?([0-9.]+/\S+)", re.IGNORECASE)
OCLC = re.compile(r"\(OCoLC\)(?:ocm|ocn|on)?0*([0-9]+)")  # the prefixes are only of different lengths
NOT_BIBLIOGRAPHIC = {
    "z": "authority",
    "w": "classification",
    "q": "community information",
    **dict.fromkeys("uvxy", "holdings"),
}
NOTE = 500  # characters of a dissertation note that are read
THESIS = re.compile(
    r"[^()]*?(?:\((?P<degree>[^()]+(?:\([^()]*\)[^()]*)*)\))?\s*(?:--|[-–—]|\.\s)\s*(?P<grantor>.*?)"
    r"(?:,?\s*\[?c?(?P<year>[12][0-9]{3})\]?)?\.?"
)


def told_by(record: Record) -> Told:
    """What a record says; of one that describes no work at all, an authority record say, only that."""
    told = Told(identifier=_identifier(record), state="withdrawn" if record.leader[5] == "d" else "active")
    kind = NOT_BIBLIOGRAPHIC.get(record.leader[6])
    if kind:
        told.notes.append(("MARC 21 leader/06", f"a record for {kind} data, not of a work"))
        return told
    if not record.texts("245", "a") and record.texts("200", "a"):
        told.notes.append(
            ("MARC 21", "a title in field 200 and none in field 245, as UNIMARC has it, which is not read")
        )
        return told
    known = languages(record)
    _titles(record, told, known)
    _names(record, told)
    _thesis(record, told)
    _imprint(record, told, known)
    told.add_all("dc.language.iso", known)
    told.add_all("dc.type", types(record))
    if record.controlled("008") and not FIXED.fullmatch(record.controlled("008")):
        told.notes.append(("MARC 21 field 008", f"cannot be read: {record.controlled('008')[:60]!r}"))
    _numbers(record, told)
    addresses(record, told)
    _notes(record, told, known)
    _rights(record, told)
    subjects(record, told)
    series(record, told)
    host(record, told)
    relations(record, told)
    return told


def _identifier(record: Record) -> str | None:
    """The control number, after the code of whom it belongs to, as MARC itself tells it: ``(DLC)12345``."""
    number, whose = record.controlled("001"), record.controlled("003")
    if number:
        return f"({whose}){number}" if whose else number
    return next((text.strip() for text in record.texts("035", "a") if text.strip()), None)


def _titles(record: Record, told: Told, known: list[str]) -> None:
    """The title, which keeps what sorting skips; parallel titles (after =) and all others are alternatives."""
    for field in record.each("245"):
        proper, parallel = _parted(field)
        told.add("dc.title", title(proper), language_of(field, known))
        if parallel:
            told.add("dc.title.alternative", title(parallel))
    for field in record.each(ALTERNATIVES):
        text = title(field, "abfgkmnoprs" if field.tag in ("130", "240") else "abnp")
        language = tag(field.text("y").strip()) if field.tag == "242" else language_of(field, known)
        if text not in (value.text for value in told.metadata.get("dc.title", ())):
            told.add("dc.title.alternative" if "dc.title" in told.metadata else "dc.title", text, language)
    if "dc.title" not in told.metadata and told.state == "active":
        meeting = next((name(field) for field in record.each("111")), "")
        told.add("dc.title", meeting)
        told.notes.append(
            ("MARC 21 field 245", "no title" + (": the meeting of field 111 stands for it" if meeting else ""))
        )


def _parted(field: Field) -> tuple[Field, Field | None]:
    """The field up to the mark of a parallel title, and from there on."""
    for place, (_, text) in enumerate(field.subfields):
        after = [each for each in field.subfields[place + 1 :] if each[0] in "bnp"]
        if text.rstrip().endswith("=") and after and field.subfields[place][0] != "c":
            return _only(field, field.subfields[: place + 1]), _only(field, tuple(after))
    return field, None


def _only(field: Field, subfields: tuple[tuple[str, str], ...]) -> Field:
    return Field(field.tag, field.first, field.second, subfields)


def _names(record: Record, told: Told) -> None:
    """Everybody in their role; who is a creator does not contribute besides."""
    for role, field in contributions(record):
        text = name(field)
        makers = [value.text for maker in MAKERS for value in told.metadata.get(maker, ())]
        if role != "dc.contributor" or text not in makers:
            told.add(role, text, None, authority(field))


def _thesis(record: Record, told: Told) -> None:
    """Degree, grantor and year of a dissertation note, from its subfields or its one sentence (field 502)."""
    for field in record.each("502"):
        told.add_all("thesis.degree.name", map(bare, field.texts("b")))
        told.add_all("thesis.degree.grantor", map(bare, field.texts("c")))
        told.add_all("thesis.degree.discipline", map(bare, field.texts("g")))
        told.add_all("thesis.degree.date", YEAR.findall(field.text("d"))[:1])
        found = THESIS.fullmatch(" ".join(field.text("a").split())[:NOTE])
        if found and not field.texts("bc"):
            told.add("thesis.degree.name", found["degree"])
            told.add("thesis.degree.grantor", bare(found["grantor"]))
            told.add("thesis.degree.date", found["year"])
        elif field.texts("a"):
            told.add("dc.description", field.text("a"))


def _imprint(record: Record, told: Told, known: list[str]) -> None:
    """Who published it where (not who printed or sold it), and when."""
    for field in record.each("260 264"):
        if field.tag == "260" or field.second in "1 ":
            language = language_of(field, known)
            for code, ours in (("b", "dc.publisher"), ("a", "dc.publisher.place")):
                for text in field.texts(code):
                    told.add(ours, supplied(text), language)
    for ours, text in dates(record):
        told.add(ours, text)


def _numbers(record: Record, told: Told) -> None:
    """The item's own numbers; those that the record calls invalid or cancelled are left out."""
    for text in record.texts("020", "a"):
        found = ISBN.match(text.strip())
        told.add("dc.identifier.isbn", found and found[0])
    for tags, code, ours in NUMBERS:
        told.add_all(ours, map(bare, record.texts(tags, code)))
    for field in record.each("024"):
        for ours, text in _standard(field):
            told.add(ours, text)
    for field in record.each("028"):
        told.add("dc.identifier.other", joined([field.text("b"), field.text("a")]))
    for text in record.texts("035", "a"):
        found = OCLC.fullmatch(text.strip())
        told.add("dc.identifier.other", found and f"(OCoLC){found[1]}")


def _standard(field: Field) -> Iterator[tuple[str, str]]:
    """The number of a field 024 under the scheme that its indicator or its source names."""
    source, text = field.text("2").strip().lower(), field.text("a").strip()
    doi, handle = DOI.fullmatch(text), HANDLE.fullmatch(text)
    if source == "doi" and (doi or text.startswith("10.")):
        yield "dc.identifier.doi", doi[1] if doi else text
    elif source == "hdl" and handle:
        yield "dc.identifier.uri", f"https://hdl.handle.net/{handle[1]}"
    elif source in ("uri", "urn") or text.startswith(("http://", "https://", "urn:")):
        yield "dc.identifier.urn" if text.lower().startswith("urn:") else "dc.identifier.uri", text
    elif text:
        scheme = "other" if source else STANDARD_NUMBERS.get(field.first, "other")
        yield f"dc.identifier.{scheme}", text


def _notes(record: Record, told: Told, known: list[str]) -> None:
    """What is said in words; a sentence keeps its period."""
    for tags, codes, ours in NOTES:
        for field in record.each(tags):
            review = field.tag == "520" and field.first in REVIEWS
            ordered = [text for code, text in field.subfields if code in codes]
            text = joined(ordered) if ours in NO_SENTENCES else " ".join(ordered)
            told.add("dc.description" if review else ours, text, language_of(field, known))
    for field in record.each("502"):
        told.add("dc.description", field.text("o"))


def _rights(record: Record, told: Told) -> None:
    """Access, use, who holds the rights; addresses of licences by themselves."""
    for tag_, codes in RIGHTS:
        for field in record.each(tag_):
            if field.tag == "542" and field.first == "0":  # private
                continue
            told.add("dc.rights", joined(field.texts(codes)))
            told.add_all("dc.rights.uri", field.texts("u"))
            if field.tag == "542":
                told.add_all("dc.rights.holder", map(bare, field.texts("d")))
                told.add_all("dc.date.copyright", YEAR.findall(field.text("g"))[:1])
