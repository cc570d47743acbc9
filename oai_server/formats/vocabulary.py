"""The words of other people's lists: resource types, access rights, versions (formats.md section 6, data/*.csv)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from oai_server import shipped
from oai_server.formats.access import Status
from oai_server.formats.fields import is_thesis
from oai_server.formats.remembering import once_an_item
from oai_server.model import Item, Value

COAR_TYPE, COAR_ACCESS, COAR_VERSION = "coar resource type", "coar access right", "coar version"
TYPES = ("dc.type", "dcterms.type", "dc.type.coar", "oaire.resourceType")
VERSIONS = ("oaire.version", "dc.description.version")
DEGREES = ("thesis.degree.level", "thesis.degree.name", *TYPES)

# The levels of a degree by the words that tell it; "0", "1" and "2" are etdms 1.1.
LEVELS = {
    "doctoral thesis": re.compile(r"2|.*\b(doctor\w*|doktor\w*|dr|ph\.?\s?d|d\.?\s?phil|ed\.?\s?d)\b.*"),
    "master thesis": re.compile(r"1|.*\b(master\w*|magister\w*|m\.?\s?sc|m\.?\s?phil|m\.?\s?a)\b.*"),
    "bachelor thesis": re.compile(r"0|.*\b(bachelor\w*|undergraduate|b\.?\s?sc|b\.?\s?a)\b.*"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a list. ``since`` names the version of the schema that brought it, ``broader`` the word before that.

    ``same_as`` is the word of another list for the same thing; what does not exist is the empty text.
    """

    label: str
    uri: str = ""
    names: tuple[str, ...] = ()
    same_as: str = ""
    since: str = ""
    broader: str = ""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """What an item is, in every list. ``kinds`` are its label and all broader ones; ``told`` is its own word.

    ``coar_4_0`` is the concept for the OpenAIRE schema 4.0 and ``datacite_4_6`` the word for DataCite before 4.7;
    ``eu_repo`` is a URI; ``marc`` holds positions 06 and 07 of the leader.
    """

    label: str
    coar: Term
    coar_4_0: Term
    eu_repo: str
    datacite: str
    datacite_4_6: str
    rioxx2: str
    dcmi: str | None
    openaire_general: str
    edm: str | None
    mods: str | None
    marc: str
    kinds: tuple[str, ...]
    told: str | None = None


@dataclass(frozen=True, slots=True)
class AccessTerms:
    """An access status in words (COAR's label), as COAR's URI and as the info:eu-repo URI."""

    label: str
    uri: str
    eu_repo: str


@dataclass(frozen=True, slots=True)
class VersionTerms:
    """A version: COAR's short label (``VoR``), its meaning, its URI, and the info:eu-repo URI if there is one."""

    label: str
    name: str
    uri: str
    eu_repo: str | None


@once_an_item
def resource_type(item: Item) -> ResourceType:
    """What the item says it is, the narrowest where it says several things; ``other`` for none or an unknown one."""
    told = item.first(*TYPES)
    found = [kind for value in item.values(*TYPES) if (kind := _recognised(value))]
    if is_thesis(item):
        found.append(_types()[fold("thesis")])
    above = {label for kind in found for label in kind.kinds[1:]}
    narrow = (kind for kind in found if kind.label not in above | {"other"})
    kind = next(narrow, _types()[fold("other")])
    if kind.label == "thesis":
        kind = _types()[fold(_level(item))]
    return replace(kind, told=told)


def access_terms(status: Status) -> AccessTerms:
    """An access status in COAR's and DRIVER's words (formats.md section 6.1)."""
    known = _index(COAR_ACCESS)[fold(status)]
    return AccessTerms(known.label, known.uri, _index("eu-repo access")[fold(known.same_as)].uri)


def version_terms(item: Item) -> VersionTerms | None:
    """The version that the item says it is, from its version fields or from a URI among its types; None if not told."""
    uris = (text for text in item.texts(*TYPES) if _is_uri(text))
    known = next((known for text in (*item.texts(*VERSIONS), *uris) if (known := _version(text))), None)
    if known is None:
        return None
    eu_repo = term("eu-repo version", known.same_as)
    return VersionTerms(known.label, known.names[0], known.uri, eu_repo.uri if eu_repo else None)


def term(vocabulary: str, text: str) -> Term | None:
    """The word of that list with this label, URI or other name, whatever its case, spaces and hyphens."""
    return _index(vocabulary).get(fold(text)) or _index(vocabulary).get(fold(_last(text)))


@cache
def terms(vocabulary: str) -> Sequence[Term]:
    """All words of a list in ``data/vocabularies.csv``."""
    return [
        Term(row["label"], row["uri"], _split(row["also"]), row["same_as"], row["since"], row["broader"])
        for row in table("vocabularies.csv")
        if row["vocabulary"] == vocabulary
    ]


@cache
def table(file: str) -> Sequence[Mapping[str, str]]:
    """The rows of a CSV file in ``data/``."""
    with (shipped("data") / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A word as it is compared: letters and digits only, in one case, without a note in brackets that ends it."""
    return "".join(filter(str.isalnum, re.sub(r"\([^()]*\)$", "", text).casefold())) or text


@cache
def _index(vocabulary: str) -> Mapping[str, Term]:
    found: dict[str, Term] = {}
    for known in terms(vocabulary):
        for name in (known.label, known.uri, _last(known.uri), *known.names):
            if name:
                found.setdefault(fold(name), known)
    return found


def _recognised(value: Value) -> ResourceType | None:
    """The type that a value names, by the concept that it is linked to or by its text."""
    names = filter(None, (value.authority and value.authority.rpartition(":")[2], value.text))
    return next((kind for name in names if (kind := _types().get(fold(_last(name))))), None)


def _version(text: str) -> Term | None:
    return term(COAR_VERSION, text) or term(COAR_VERSION, re.split("[,;(]", text)[0])


def _level(item: Item) -> str:
    """The kind of thesis, where exactly one is told."""
    for text in item.texts(*DEGREES):
        told = [kind for kind, words in LEVELS.items() if words.fullmatch(text.casefold())]
        if len(told) == 1:
            return told[0]
    return "thesis"


@cache
def _types() -> Mapping[str, ResourceType]:
    """Every type by every folded name: COAR's concepts, and our own narrower ones of ``data/resource_types.csv``."""
    rows = {row["type"]: row for row in table("resource_types.csv")}
    labels = dict.fromkeys([*rows, *(concept.label for concept in terms(COAR_TYPE))])
    types = {label: _type(label, rows) for label in labels}
    found = {fold(label): kind for label, kind in types.items()}
    for label, kind in types.items():
        names = (_last(kind.coar.uri) if label == kind.coar.label else "", *_split(rows.get(label, {}).get("also", "")))
        for name in filter(None, names):
            found.setdefault(fold(name), kind)
    return found


def _type(label: str, rows: Mapping[str, Mapping[str, str]]) -> ResourceType:
    """A type told by its own row, or by the row of the next broader concept that has one."""
    concept = _index(COAR_TYPE)[fold((label in rows and rows[label]["coar"]) or label)]
    chain = list(_broader(concept))
    kinds = tuple(dict.fromkeys([label, *(each.label for each in chain)]))
    row = rows[next((kind for kind in kinds if kind in rows), "other")]
    datacite = _index("datacite resourceTypeGeneral")[fold(row["datacite"])]
    return ResourceType(
        label=re.sub(r" \(deprecated\)$", "", label),
        coar=concept,
        coar_4_0=next((each for each in chain if not each.since), _index(COAR_TYPE)["other"]),
        eu_repo=_index("eu-repo type")[fold(row["eu_repo"])].uri,
        datacite=datacite.label,
        datacite_4_6=datacite.broader or datacite.label,
        rioxx2=row["rioxx2"],
        dcmi=row["dcmi"] or None,
        openaire_general=row["openaire_general"],
        edm=row["edm"] or None,
        mods=row["mods"] or None,
        marc=row["marc"],
        kinds=tuple(re.sub(r" \(deprecated\)$", "", kind) for kind in kinds),
    )


def _broader(concept: Term) -> Iterator[Term]:
    """The concept, then the broader ones up to the top."""
    yield concept
    while concept.broader:
        concept = _index(COAR_TYPE)[fold(concept.broader)]
        yield concept


def _is_uri(text: str) -> bool:
    return text.startswith(("http:", "https:", "info:"))


def _last(text: str) -> str:
    """The word in a URI, or at the end of a path of words (``text::journal::journal article``)."""
    return text.rstrip("/").rpartition("/")[2] if _is_uri(text) else text.rpartition("::")[2]


def _split(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))
