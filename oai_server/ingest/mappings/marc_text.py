"""Texts of MARC 21 fields without the punctuation that joins them (ISBD), and joined where it is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from oai_server.ingest.mappings.marc_record import Field

# Words of three letters or more that end in a period of their own; shorter ones keep theirs in any case.
ABBREVIATIONS = frozenset(
    """abbr anon app approx assn assoc aufl bros cie comp comps corp dept diss distr div eds enl est etc facsim
    facsims fasc fig figs govt illus impr inc inst introd jahrg lib ltd ltda mfg mss natl nouv nos off orig pref prof
    pseud pts publ pubs repr rept rev sect ser sess soc sqq supp suppl supt tab trans transl univ utg uppl vol vols vyd
    zugl jan feb mar apr jun jul aug sep sept oct nov dec mass conn calif tenn wash penn colo minn
    wis ont que""".split()
)
FINAL_PERIOD = re.compile(r"(?:\w{3,}|[0-9]+|\w*[\u0590-\u06ff\u2e80-\ud7ff]|[\])\"”’»%])\.|(?<= )[cm]m\.")
LAST = re.compile(r"(\w+|[^\w\s])\.$")
JOINING = " /:;,=+،؛，；："
LOOKED_AT = 60  # characters at the end of a text: whatever its length, asking for its last word costs the same
ENDS_JOINING = re.compile(r"[:;,=/.+?!\-]$")
MARKS = {"b": " : ", "n": ". ", "p": ", ", "c": " / "}  # what ISBD puts before these subfields of a title


def bare(text: str) -> str:
    """The text without ISBD's marks at its end, and without a final period that is no abbreviation's or initial's."""
    stripped = _without_marks(" ".join(text.split()))
    if stripped.endswith(".") and not stripped.endswith(".."):
        tail = stripped[-LOOKED_AT:]
        last = LAST.search(tail)
        if last and FINAL_PERIOD.match(tail, last.start()) and last[1].casefold() not in ABBREVIATIONS:
            stripped = _without_marks(stripped[:-1])
    return _unpaired(stripped)


def _without_marks(text: str) -> str:
    told = text.rstrip(JOINING)
    return told[:-2].rstrip(JOINING) if told.endswith((" .", " -")) else told


def _unpaired(text: str) -> str:
    """The text without a square bracket whose other half stands in another subfield."""
    for here, there in ("[]", "]["):
        if text.count(here) == 1 and there not in text:
            text = text.replace(here, "").strip()
    return text


def supplied(text: str) -> str:
    """The bare text without brackets around what the cataloguer supplied; empty for ``[s.n.]`` and ``[S.l.]``."""
    told = bare(text)
    while told.startswith("[") and told.endswith("]") and told.count("[") == 1:
        told = bare(told[1:-1])
    told = told.removesuffix("?")
    if re.fullmatch(r"s\.?\s?[ln]\.?|.*\bnot identified", told, re.IGNORECASE):
        return ""
    return told


def title(field: Field, codes: str = "abfgknps") -> str:
    """The title that these subfields tell, with the marks between them that the record leaves out."""
    told = ""
    for code, text in field.subfields:
        if code not in codes:
            continue
        part = " ".join(text.split())
        if not told or ENDS_JOINING.search(told) or part.startswith(("(", "[", "<", ":", "=", ";")):
            told = f"{told} {part}"
        else:
            told += MARKS.get(code, " ") + part
    return bare(told)


def joined(texts: Iterable[str], mark: str = " ") -> str:
    """The texts as one, bare."""
    return bare(mark.join(" ".join(text.split()) for text in texts if text.strip()))


def sentences(*parts: str) -> str:
    """The parts that are there, each ended by one period but the last."""
    told = [part for part in parts if part]
    return " ".join([*(part if part.endswith(".") else f"{part}." for part in told[:-1]), *told[-1:]])
