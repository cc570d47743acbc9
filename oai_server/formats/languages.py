"""Languages by their codes (formats.md section 7): ISO 639-3, ISO 639-2/B, BCP 47, from ``data/languages.csv``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from oai_server.formats.vocabulary import table
from oai_server.model import Item

FIELDS = ("dc.language.iso", "dcterms.language", "dc.language")
SUBTAGS = re.compile(
    r"(?:-(?P<script>[A-Za-z]{4}))?(?:-(?P<region>[A-Za-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*)"
)


@dataclass(frozen=True, slots=True)
class Language:
    """A language: ISO 639-3, ISO 639-2/B, the shortest code (BCP 47), English name. Families have no ISO 639-3 code."""

    alpha3: str | None
    bibliographic: str | None
    code: str
    name: str


def languages(item: Item) -> list[Language]:
    """The languages of the item's content, each once; those that are not known are left out."""
    found = (language(text) for text in item.texts(*FIELDS))
    return list(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=4096)
def language(text: str | None) -> Language | None:
    """The language that a text names: ``en``, ``en_US``, ``eng``, ``ger``, ``deu``, ``English (United States)``."""
    told = (text or "").partition("(")[0].strip().casefold()
    exact = (text or "").strip().casefold()
    return _index().get(exact) or _index().get(told) or _index().get(_primary(told))


@lru_cache(maxsize=4096)
def alpha3(text: str | None) -> str | None:
    """ISO 639-3: ``deu``, ``fra``."""
    known = language(text)
    return known.alpha3 if known else None


@lru_cache(maxsize=4096)
def bibliographic(text: str | None) -> str | None:
    """ISO 639-2/B, as MARC and MODS want it: ``ger``, ``fre``."""
    known = language(text)
    return known.bibliographic if known else None


@lru_cache(maxsize=4096)
def alpha2_or_3(text: str | None) -> str | None:
    """ISO 639-1 where the language has such a code, ISO 639-3 or 639-2 otherwise: ``en``, ``grc``."""
    known = language(text)
    return known.code if known else None


@lru_cache(maxsize=4096)
def tag(text: str | None) -> str | None:
    """BCP 47 with script and region as told: ``en`` for eng, ``en-GB`` for en_GB, ``zh-Hans-CN`` for zh_hans_cn."""
    told = (text or "").strip().replace("_", "-")
    known, primary = language(text), _primary(told)
    rest = SUBTAGS.fullmatch(told, len(primary)) if known == language(primary) else None
    if not known or not rest:
        return known.code if known else None
    parts = [known.code, (rest["script"] or "").title(), (rest["region"] or "").upper()]
    return "-".join(filter(None, parts)) + rest["variants"].lower()


@cache
def _index() -> Mapping[str, Language]:
    """Every language by code and by name; where two share a word, codes go first and ISO 639-1 before the rest."""
    found: dict[str, Language] = {}
    for column in ("alpha2", "alpha3", "bibliographic", "names"):
        for row in sorted(table("languages.csv"), key=lambda row: not row["alpha2"]):
            names = row["names"].split("|")
            codes = row["alpha3"], row["bibliographic"], row["alpha2"] or row["alpha3"] or row["bibliographic"]
            known = Language(codes[0] or None, codes[1] or None, codes[2], names[0])
            for word in row[column].split("|"):
                found.setdefault(word.casefold(), known)
    found.pop("", None)
    return found


def _primary(text: str) -> str:
    return re.split("[_-]", text.strip(), maxsplit=1)[0]
