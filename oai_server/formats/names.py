"""People and bodies: names parted as they were written, ORCIDs that can be right, and who did what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from oai_server.formats.fields import CREATORS, HIDDEN
from oai_server.formats.identifiers import uri
from oai_server.formats.remembering import once_an_item
from oai_server.model import Item, Value

Role = Literal[
    "author", "advisor", "editor", "translator", "illustrator", "committee member", "referee", "sponsor", "other"
]
COMMA = re.compile("[,،，]")
ORCID = re.compile(r"(?<![0-9A-Za-z-])(?:[0-9]{4}-){3}[0-9]{3}[0-9Xx](?![0-9A-Za-z-])")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")

CORPORATE_CREATORS = ("dc.creator.corporate", "dc.creator.corporatename", "dc.creator.institution")
ROLES: dict[str, Role] = {
    "advisor": "advisor",
    "supervisor": "advisor",
    "editor": "editor",
    "translator": "translator",
    "illustrator": "illustrator",
    "committeemember": "committee member",
    "referee": "referee",
    "reviewer": "referee",
    "sponsor": "sponsor",
    "funder": "sponsor",
}
CORPORATE = frozenset("corporate corporatename institution department organization organisation funder".split())
NOT_NAMES = frozenset("orcid email affiliation authority role id identifier authorid".split())


@dataclass(frozen=True, slots=True)
class Relator:
    """A role in MARC's code and word, and in DataCite's contributorType."""

    code: str
    term: str
    datacite: str


RELATORS: dict[Role, Relator] = {
    "author": Relator("aut", "author", "Other"),
    "advisor": Relator("ths", "thesis advisor", "Supervisor"),
    "editor": Relator("edt", "editor", "Editor"),
    "translator": Relator("trl", "translator", "Translator"),
    "illustrator": Relator("ill", "illustrator", "Other"),
    "committee member": Relator("dgc", "degree committee member", "Other"),
    "referee": Relator("rev", "reviewer", "Other"),
    "sponsor": Relator("spn", "sponsor", "Sponsor"),
    "other": Relator("ctb", "contributor", "Other"),
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, and its two parts where a comma tells them; ORCID bare, another authority as its URI."""

    full: str
    family: str | None = None
    given: str | None = None
    orcid: str | None = None
    other_uri: str | None = None
    organisation: bool = False

    @property
    def uri(self) -> str | None:
        """The ORCID as an address, else the other authority."""
        return f"https://orcid.org/{self.orcid}" if self.orcid else self.other_uri

    @property
    def direct(self) -> str:
        """The name in the order in which it is spoken: ``Louise M. Howard``, ``架空花子``."""
        if not self.family or not self.given:
            return self.full
        if UNSPACED.fullmatch(self.family) and UNSPACED.fullmatch(self.given):
            return self.family + self.given
        return f"{self.given} {self.family}"


@once_an_item
def creators(item: Item) -> list[Name]:
    """Authors in order, then bodies that their field calls creators."""
    people = [name_of(value) for value in item.values(*CREATORS)]
    bodies = [name_of(value, organisation=True) for value in item.values(*CORPORATE_CREATORS)]
    return list(dict.fromkeys([*people, *bodies]))


def advisors(item: Item) -> list[Name]:
    """Those who supervised a thesis."""
    return [name for name, role in contributors(item) if role == "advisor"]


def editors(item: Item) -> list[Name]:
    """The editors."""
    return [name for name, role in contributors(item) if role == "editor"]


@once_an_item
def contributors(item: Item) -> list[tuple[Name, Role]]:
    """Everybody but the creators, each with what their field says they did."""
    return list(dict.fromkeys(_contributors(item)))


def name_of(value: Value, organisation: bool = False) -> Name:
    """The name in a value: parted at its first comma; without one, or of a body, not parted."""
    full = value.text.strip()
    orcid, other = orcid_of(value.authority), _other(value.authority)
    family, given = (part.strip() for part in [*COMMA.split(full, maxsplit=1), "", ""][:2])
    if organisation or not family or not given:
        return Name(full, orcid=orcid, other_uri=other, organisation=organisation)
    return Name(full, family, given, orcid, other)


@lru_cache(maxsize=4096)
def orcid_of(authority: str | None) -> str | None:
    """The bare ORCID in an authority key, if its check character is right (ISO 7064 MOD 11-2)."""
    if not authority or authority.startswith("virtual::") or "isni" in authority.lower():
        return None
    found = ORCID.search(authority)
    digits = found[0].replace("-", "").upper() if found else ""
    return found[0].upper() if found and _check(digits[:-1]) == digits[-1] else None


def _check(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def _other(authority: str | None) -> str | None:
    """Another authority that is a web address: VIAF, ISNI, GND."""
    known = uri(authority) if authority else None
    return known if known and known.startswith("http") and "orcid.org" not in known else None


def _contributors(item: Item) -> Iterator[tuple[Name, Role]]:
    for field in item.metadata:
        schema, element, qualifier = (*field.lower().split(".", 2), "", "")[:3]
        if element != "contributor" or schema not in ("dc", "dcterms") or field in (*CREATORS, *HIDDEN):
            continue
        if qualifier not in NOT_NAMES:
            role = ROLES.get(qualifier, "other")
            yield from ((name_of(value, qualifier in CORPORATE), role) for value in item.values(field))
