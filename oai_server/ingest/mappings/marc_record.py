"""A MARC 21 record as neither ISO 2709 nor MARCXML has it: leader, control fields, data fields; its XML form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from lxml import etree
from lxml.etree import _Element as Element

NAMESPACE = "http://www.loc.gov/MARC21/slim"
SCHEMA = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
RECORD, LEADER, CONTROLFIELD, DATAFIELD, SUBFIELD = (
    f"{{{NAMESPACE}}}{name}" for name in "record leader controlfield datafield subfield".split()
)
STRING = etree.XPath("string()")  # comments left out
CONTROL = re.compile(r"00[1-9A-Za-z]")
TAG = re.compile(r"0[1-9A-Z][0-9A-Z]|0[1-9a-z][0-9a-z]|[1-9A-Z][0-9A-Z]{2}|[1-9a-z][0-9a-z]{2}")
INDICATOR = re.compile(r"[0-9a-z ]")
CODE = re.compile(r"[0-9A-Za-z!\"#$%&'()*+,\-./:;<=>?{}_^`~\[\]\\]")
LINK = re.compile(r"(?P<tag>[0-9A-Za-z]{3})-(?P<number>[0-9]{2})")
NONSORTING = {0x88: None, 0x89: None, 0x98: None, 0x9C: None}  # around words that are skipped in sorting


@dataclass(frozen=True, slots=True)
class Field:
    """A data field. One with a script is a field 880 under the tag of the field it repeats in that script, or, if it is
    ``romanised``, that field."""

    tag: str
    first: str
    second: str
    subfields: tuple[tuple[str, str], ...]
    script: str | None = None
    romanised: bool = False

    def texts(self, codes: str) -> list[str]:
        """The texts of these subfields in the order of the field."""
        return [text for code, text in self.subfields if code in codes]

    def text(self, codes: str) -> str:
        """The first of them, empty if there is none."""
        return next(iter(self.texts(codes)), "")


@dataclass(frozen=True, slots=True)
class Record:
    """``fields`` are the data fields as they came; ``by_tag`` has each field 880 under the tag that it repeats.

    The numbers in it are places: a field 880 stands after the field that it repeats.
    """

    leader: str
    control: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]
    by_tag: Mapping[str, Sequence[tuple[int, Field]]]

    def controlled(self, tag: str) -> str:
        """The text of a control field, empty if there is none."""
        return next((text for each, text in self.control if each == tag), "")

    def each(self, tags: str) -> Iterator[Field]:
        """The fields with these tags, parted by blanks, in the order of the record."""
        found = [placed for tag in tags.split() for placed in self.by_tag.get(tag, ())]
        return (field for _, field in sorted(found, key=itemgetter(0)))

    def texts(self, tags: str, codes: str) -> list[str]:
        """The texts of these subfields of these fields."""
        return [text for field in self.each(tags) for text in field.texts(codes)]


def record_of(leader: str, control: Iterable[tuple[str, str]], fields: Iterable[Field]) -> Record:
    """The record; texts are composed (NFC), fill characters that some write for blanks are blanks."""
    kept = tuple(Field(each.tag, each.first, each.second, tuple(_composed(each.subfields))) for each in fields)
    blank = "#" if "#" in leader else "-" if "-" in leader else " "
    fixed = [(tag, text.replace("#", " ") if tag in ("006", "007", "008") else text.strip()) for tag, text in control]
    by_tag: dict[str, list[tuple[int, Field]]] = {}
    for place, field in enumerate(_arranged(kept)):
        by_tag.setdefault(field.tag, []).append((place, field))
    return Record(f"{leader.replace(blank, ' '):24.24}", tuple(fixed), kept, by_tag)


def _composed(subfields: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for code, text in subfields:
        if text.strip():
            yield code, text if text.isascii() else unicodedata.normalize("NFC", text.translate(NONSORTING))


def _arranged(fields: Sequence[Field]) -> Iterator[Field]:
    """Each field, then what repeats it in another script; at the end what repeats none (MARC 21 appendix D)."""
    repeated: dict[tuple[str, str], list[Field]] = {}
    for field in fields:
        link = LINK.match(field.text("6")) if field.tag == "880" else None
        if link:
            told = replace(field, tag=link["tag"], script=_script(field))
            repeated.setdefault((link["tag"], link["number"]), []).append(told)
    for field in fields:
        if field.tag == "880":
            continue
        link = LINK.match(field.text("6"))
        same = repeated.pop((field.tag, link["number"]), []) if link else []
        yield replace(field, script=same[0].script, romanised=True) if same else field
        yield from same
    for same in repeated.values():
        yield from same


def _script(field: Field) -> str | None:
    """The script of a field, by the name of its first letter that is not Latin: ``CYRILLIC``, ``CJK``."""
    for letter in "".join(text for code, text in field.subfields if code.isalpha()):
        name = unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else "LATIN"
        if name not in ("LATIN", "MODIFIER", "FEMININE", "MASCULINE"):
            return name
    return None


# --- MARCXML ---


def record_in(root: Element) -> Record | None:
    """The record that a record element holds, in whatever namespace; None where it holds nothing of MARC."""
    leader, control, fields = "", [], []
    for child in root.iterchildren(etree.Element):
        name = etree.QName(child).localname
        if name == "leader":
            leader = _content(child)
        elif name == "controlfield":
            control.append((child.get("tag", ""), _content(child)))
        elif name == "datafield":
            fields.append(_field_in(child))
    return record_of(leader, control, fields) if control or fields else None


def _field_in(element: Element) -> Field:
    subfields = tuple((each.get("code", ""), _content(each)) for each in element.iterchildren("{*}subfield"))
    return Field(element.get("tag", ""), element.get("ind1") or " ", element.get("ind2") or " ", subfields)


def _content(element: Element) -> str:
    return str(STRING(element))


def xml_of(record: Record) -> str:
    """The record as MARCXML; what the schema of MARCXML has no place for, a tag of two letters say, is left out."""
    root = etree.Element(RECORD, nsmap={None: NAMESPACE, "xsi": XSI}, type="Bibliographic")
    root.set(f"{{{XSI}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
    etree.SubElement(root, LEADER).text = _leader(record.leader)
    for tag, text in record.control:
        if CONTROL.fullmatch(tag):
            etree.SubElement(root, CONTROLFIELD, tag=tag).text = text
    for field in record.fields:
        subfields = [(code, text) for code, text in field.subfields if CODE.fullmatch(code)]
        if TAG.fullmatch(field.tag) and subfields:
            element = etree.SubElement(
                root, DATAFIELD, tag=field.tag, ind1=_indicator(field.first), ind2=_indicator(field.second)
            )
            for code, text in subfields:
                etree.SubElement(element, SUBFIELD, code=code).text = text
    return etree.tostring(root, encoding="unicode")


def _leader(leader: str) -> str:
    """The leader as MARCXML has it: lengths and addresses mean nothing there, and the record is in Unicode."""
    told = re.sub("[^0-9A-Za-z ]", " ", leader)
    sort = told[6] if told[6] != " " else "a"
    return f"     {told[5]}{sort}{told[7:9]}a22     {told[17:20]}4500"


def _indicator(text: str) -> str:
    return text if INDICATOR.fullmatch(text) else " "
