"""Subjects, places, times, genres and class numbers of MARC 21 records (fields 05X-08X, 6XX, 034, 752)."""

from __future__ import annotations

import re

from oai_server.ingest.mappings.marc_coded import box, tag
from oai_server.ingest.mappings.marc_names import authority
from oai_server.ingest.mappings.marc_record import Field, Record
from oai_server.ingest.mappings.marc_text import bare, joined
from oai_server.ingest.mappings.told import Told

HEADINGS = "600 610 611 630 647 648 650 651 654 656 657 690 691 695"
LISTS = {"0": "lcsh", "1": "lcshac", "2": "mesh", "3": "nal", "5": "csh", "6": "rvm"}  # by the second indicator
SAME_LISTS = {"lcsh": "lcsh", "mesh": "mesh", "fast": "fast", "gnd": "gnd", "swd": "gnd", "agrovoc": "agrovoc"}
LIST = re.compile(r"[a-z][a-z0-9-]{1,20}")
SUBDIVISIONS = "vxyz"
MAIN = {  # subfields of the heading itself
    "600": "abcqdtknp",
    "610": "abndctkp",
    "611": "acndeqtkp",
    "630": "adnpfklmor",
    "647": "acdg",
    "651": "ag",
    "654": "abc",
}
CLASSES = (  # tags, our field
    ("050 090", "dc.subject.lcc"),
    ("060 096", "dc.subject.nlm"),
    ("080", "dc.subject.udc"),
    ("082 083", "dc.subject.ddc"),
    ("084", "dc.subject.classification"),
)
LCC = re.compile(r"[A-Z]{1,3} ?[0-9].*")  # field 090 has local numbers of all kinds
SPATIAL, TEMPORAL = "dc.coverage.spatial", "dc.coverage.temporal"
UNCONTROLLED = {"4": TEMPORAL, "5": SPATIAL, "6": "dc.type"}  # field 653 by its second indicator


def subjects(record: Record, told: Told) -> None:
    """Headings under their lists, places and times, then class numbers; genres are types."""
    for field in record.each(HEADINGS):
        _heading(field, told)
    for field in record.each("653"):
        for text in field.texts("a"):
            told.add(UNCONTROLLED.get(field.second, "dc.subject"), bare(text), _language(field))
    for field in record.each("655"):
        told.add("dc.type", _subdivided(field, "ab"), _language(field), authority(field))
    for field in record.each("662 752"):
        _once(told, SPATIAL, "--".join(bare(text) for text in field.texts("abcdefgh")), None)
    for field in record.each(HEADINGS):
        _once(told, TEMPORAL, "--".join(bare(text) for text in field.texts("y")), None)
        if field.tag != "651":
            _once(told, SPATIAL, "--".join(bare(text) for text in field.texts("z")), None)
    _coordinates(record, told)
    for tags, name in CLASSES:
        for field in record.each(tags):
            _class(field, name, told)


def _heading(field: Field, told: Told) -> None:
    """A place or time alone is coverage; with subdivisions it is a subject too."""
    known = {"651": SPATIAL, "648": TEMPORAL}.get(field.tag)
    subdivided = field.texts("vxy" if known else SUBDIVISIONS)
    if known:
        within = (bare(text) for text in field.texts("z"))
        _once(told, known, "--".join((_main(field), *within)), authority(field))
    if known is None or subdivided:
        list_ = _list(field)
        name = f"dc.subject.{list_}" if list_ else "dc.subject"
        # The authority record of a name or a place is not that of what is said about it.
        address = authority(field) if not known and (not subdivided or field.tag.startswith("65")) else None
        told.add(name, _subdivided(field), _language(field), address)


def _once(told: Told, name: str, text: str, address: str | None) -> None:
    """The value, unless the field has the same text already."""
    if text not in (value.text for value in told.metadata.get(name, ())):
        told.add(name, text, None, address)


def _main(field: Field, codes: str | None = None) -> str:
    return joined(field.texts(codes or MAIN.get(field.tag, "abcdeg")))


def _subdivided(field: Field, codes: str | None = None) -> str:
    """``Women--History--20th century``."""
    return "--".join(filter(None, (_main(field, codes), *(bare(text) for text in field.texts(SUBDIVISIONS)))))


def _list(field: Field) -> str | None:
    """The qualifier for the list that a heading is from; None for a heading from none, or from one without a name."""
    if field.tag.startswith("69"):
        return None
    if field.second != "7":
        return LISTS.get(field.second)
    code = field.text("2").partition("/")[0].strip().lower()
    return SAME_LISTS.get(code) or (code if LIST.fullmatch(code) else None)


def _language(field: Field) -> str | None:
    """The language that a list with parts in several has in its code: ``yso/fin``."""
    code = field.text("2").partition("/")[2].strip().lower()
    return tag(code) if re.fullmatch("[a-z]{3}", code) else None


def _coordinates(record: Record, told: Told) -> None:
    """Boxes; the words of field 255 where there is none."""
    boxes = [found for field in record.each("034") if (found := box(field))]
    told.add_all(SPATIAL, boxes or [bare(text).strip("()") for text in record.texts("255", "c")])


def _class(field: Field, name: str, told: Told) -> None:
    """Class numbers; Dewey's without the marks where they may be cut, no local shelf marks."""
    if field.tag == "084" and not field.text("2"):
        return
    for text in field.texts("a"):
        if name == "dc.subject.ddc":
            told.add(name, re.sub(r"[/'′]", "", text).removesuffix("."))
        elif name != "dc.subject.lcc" or LCC.fullmatch(text.strip()):
            told.add(name, text)
