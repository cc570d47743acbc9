"""What MARC 21 says in codes: leader and field 008 (type, dates, language), languages of field 041, coordinates."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache

from oai_server import shipped
from oai_server.ingest.mappings.marc_record import Field, Record
from oai_server.ingest.mappings.marc_text import supplied

FIXED = re.compile(r"[0-9 |u]{6}(?P<kind>[a-z|])(?P<first>[0-9u| ]{4})(?P<second>[0-9u| ]{4}).*", re.DOTALL)
LANGUAGE = re.compile(r"[a-z]{3}")
NO_LANGUAGE = ("und", "zxx")
YEAR = re.compile(r"(?<![0-9])(?:1[0-9]{3}|20[0-9]{2})(?![0-9])")
COPYRIGHT = re.compile(r"(?:\bc|\bcop\. ?|©|\bcopyright )((?:1[0-9]|20)[0-9]{2})(?![0-9])", re.IGNORECASE)

# dc.type by leader/06, then by leader/07 where the first alone does not tell (MARC 21 bibliographic, leader).
BY_SORT = {
    "c": "Musical notation",
    "d": "Musical notation",
    "e": "Cartographic material",
    "f": "Cartographic material",
    "g": "Moving image",
    "i": "Sound",
    "j": "Musical recording",
    "k": "Still image",
    "m": "Interactive resource",
    "o": "Collection",
    "p": "Collection",
    "r": "Physical object",
}
BY_LEVEL = {"a": "Text", "b": "Journal article", "c": "Collection", "d": "Collection", "i": "Text", "s": "Periodical"}
# ... and by one place of field 008: the sorts it holds for, the place, its codes.
NARROWER: tuple[tuple[str, int, Mapping[str, str]], ...] = (
    ("serial", 21, {"p": "Journal", "n": "Newspaper", "w": "Website"}),
    ("ef", 25, {"a": "Map"}),
    ("g", 33, {"v": "Video", "s": "Still image", "t": "Still image", "f": "Still image"}),
    ("m", 26, {"a": "Dataset", "e": "Dataset", "b": "Software", "f": "Software", "g": "Software", "h": "Sound"}),
)
NATURE = {"m": "Thesis", "j": "Patent", "t": "Technical report"}  # field 008/24-27 of a book

# The languages that are written in a script, of those for which catalogues use field 880.
SCRIPTS = {
    "ARABIC": "ara per urd ota pus kur uig snd",
    "ARMENIAN": "arm",
    "BENGALI": "ben asm",
    "CJK": "chi jpn kor",
    "CYRILLIC": "rus ukr bel bul mac srp kaz kir tgk mon tat chu",
    "DEVANAGARI": "hin san mar nep",
    "ETHIOPIC": "amh tir gez",
    "GEORGIAN": "geo",
    "GREEK": "gre grc",
    "GUJARATI": "guj",
    "HANGUL": "kor",
    "HEBREW": "heb yid lad arc",
    "HIRAGANA": "jpn",
    "KANNADA": "kan",
    "KATAKANA": "jpn",
    "MALAYALAM": "mal",
    "SYRIAC": "syr",
    "TAMIL": "tam",
    "TELUGU": "tel",
    "THAI": "tha",
    "TIBETAN": "tib dzo",
}


def types(record: Record) -> list[str]:
    """What it is: of a thesis that alone, else the one word of leader and field 008."""
    sort, level, fixed = record.leader[6], record.leader[7], record.controlled("008")
    if any(True for _ in record.each("502")):
        return ["Thesis"]
    kind = "serial" if sort in "at" and level in "si" else sort
    for sorts, place, words in NARROWER:
        if (kind in sorts if len(kind) == 1 else kind == sorts) and fixed[place : place + 1] in words:
            return [words[fixed[place]]]
    if sort in BY_SORT:
        return [BY_SORT[sort]]
    return [_text_type(record, level, fixed)] if sort in "at" else []


def _text_type(record: Record, level: str, fixed: str) -> str:
    """Language material: a part by its host, a book by what field 008 says of its content."""
    if level == "a":
        return _part_type(record)
    if level != "m":
        return BY_LEVEL.get(level, "Text")
    told = next((NATURE[code] for code in fixed[24:28] if code in NATURE), None)
    if told or record.leader[6] == "t":
        return told or "Manuscript"
    return "Conference proceedings" if fixed[29:30] == "1" else "Book"


def _part_type(record: Record) -> str:
    host = next(record.each("773"), None)
    level = host.text("7")[3:4] if host else ""
    if host and (level == "s" or (not level and host.text("x"))):
        return "Journal article"
    return "Book part" if host and (level == "m" or host.text("z")) else "Text"


# --- dates ---


def dates(record: Record) -> Iterator[tuple[str, str]]:
    """Fields and dates: of issue as field 008 has it, else as it is written; of copyright; of making."""
    fixed = FIXED.fullmatch(record.controlled("008"))
    kind, first, second = fixed.group("kind", "first", "second") if fixed else ("", "", "")
    issue = _coded(kind, first, second) or _written(record)
    if issue:
        yield "dc.date.issued", issue
    if kind == "t" and second.isdigit():
        yield "dc.date.copyright", second
    elif kind == "p" and second.isdigit() and second != "9999":
        yield "dc.date.created", second
    else:
        yield from (("dc.date.copyright", year) for year in _copyrights(record))
    for field in record.each("264"):
        if field.second == "0" and (made := YEAR.findall(field.text("c"))):
            yield "dc.date.created", made[0]


def _coded(kind: str, first: str, second: str) -> str | None:
    """The date of issue in field 008/06-14: of what goes on, its beginning; a questionable one is a range."""
    if not first.isdigit() or first in ("0000", "9999") or kind in ("", "b", "n", "|"):
        return None
    if kind == "e" and re.fullmatch("(?:0[1-9]|1[0-2])(?:[0-3][0-9]|  )", second):
        return "-".join(filter(None, (first, second[:2], second[2:].strip())))
    if kind == "q" and second.isdigit() and second > first:
        return f"{first}/{second}"
    return first


def _written(record: Record) -> str | None:
    """The date of the imprint: its year if it names one, else its words."""
    for field in record.each("264 260"):
        if field.tag == "264" and field.second not in "1 ":
            continue
        for text in field.texts("c"):
            years = set(YEAR.findall(COPYRIGHT.sub("", text))) or set(YEAR.findall(text))
            told = years.pop() if len(years) == 1 else supplied(text)
            if told:
                return told
    return None


def _copyrights(record: Record) -> Iterator[str]:
    for field in record.each("264 260"):
        text = field.text("c")
        found = YEAR.search(text) if field.tag == "264" and field.second == "4" else None
        copyright_ = COPYRIGHT.search(text)
        if found or copyright_:
            yield found[0] if found else copyright_[1] if copyright_ else ""
            return


# --- languages ---


def languages(record: Record) -> list[str]:
    """The codes of the languages of the content: field 008/35-37, then field 041; ``mul`` only if it is alone."""
    told = [record.controlled("008")[35:38]]
    for field in record.each("041"):
        for text in field.texts("ad"):
            code = text.strip()
            told += [code] if field.second == "7" or len(code) % 3 else re.findall(".{3}", code.lower())
    codes = [code for code in dict.fromkeys(told) if _is_language(code)]
    return [code for code in codes if code != "mul"] or codes


def _is_language(code: str) -> bool:
    bare = bool(LANGUAGE.fullmatch(code)) or bool(re.fullmatch(r"[a-z]{2,3}-[\w-]+|[a-z]{2}", code))
    return bare and code not in NO_LANGUAGE


def language_of(field: Field, known: list[str]) -> str | None:
    """The language of a field that is told in two scripts: the one of the record's that is written in the other one."""
    written = [code for code in known if code in SCRIPTS.get(field.script or "", "").split()]
    if len(written) != 1:
        return None
    return f"{tag(written[0])}-Latn" if field.romanised else tag(written[0])


def tag(code: str) -> str:
    """The BCP 47 tag of a language of MARC: ``ru`` for rus."""
    return _tags().get(code, code)


@cache
def _tags() -> Mapping[str, str]:
    with (shipped("data") / "languages.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        row[name]: row["alpha2"] or row["alpha3"] or row[name] for row in rows for name in ("alpha3", "bibliographic")
    }


# --- coordinates ---

DEGREES = re.compile(
    r"(?P<side>[NSEWnsew+-]?)(?:(?P<decimal>[0-9]{1,3}\.[0-9]+)|"
    r"(?P<degrees>[0-9]{3})(?P<minutes>[0-9]{2}(?:\.[0-9]+)?)?(?P<seconds>[0-9]{2}(?:\.[0-9]+)?)?)"
)


def box(field: Field) -> str | None:
    """The box or point of a field 034 as DCMI Box and DCMI Point have it; None where a corner is missing."""
    west, east, north, south = (_degrees(field.text(code)) for code in "defg")
    if west is None or east is None or north is None or south is None:
        return None
    if max(abs(west), abs(east)) > 180 or max(abs(north), abs(south)) > 90 or north < south:
        return None
    if (west, north) == (east, south):
        return f"east={west:g}; north={north:g}"
    return f"northlimit={north:g}; eastlimit={east:g}; southlimit={south:g}; westlimit={west:g}"


def _degrees(text: str) -> float | None:
    found = DEGREES.fullmatch(text.strip())
    if not found:
        return None
    whole = float(found["decimal"] or found["degrees"])
    value = whole + float(found["minutes"] or 0) / 60 + float(found["seconds"] or 0) / 3600
    return round(-value if found["side"] in ("S", "s", "W", "w", "-") else value, 6)
