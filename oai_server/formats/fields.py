"""Which fields of an item say what: one place for the names that sources use."""

from __future__ import annotations

import re
from functools import lru_cache

from oai_server.model import Item, Value

# Never told to anyone: names and addresses of submitters, and what only the store needs.
HIDDEN = frozenset({"dc.description.provenance", "person.email"})

TITLES = ("dc.title", "dcterms.title")
CREATORS = ("dc.contributor.author", "dc.creator", "dcterms.creator")
THESIS_WORDS = re.compile(
    r"\b(thesis|theses|dissertation|etd|habilitation|hochschulschrift|tesis|tese)\b", re.IGNORECASE
)
THESIS_TERMS = re.compile(r"(doctoral|master|bachelor|student)_?thesis", re.IGNORECASE)
DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
# An address that every anyURI check passes: a host name, perhaps a port, and nothing unescaped.
WEB_ADDRESS = re.compile(
    r"https?://(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+(?::[0-9]{1,5})?"
    r"(?:[/?](?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)

# The fifteen elements, each with the DCMI terms that refine it; DCMI's order.
REFINEMENTS = {
    "title": "alternative",
    "creator": "",
    "subject": "",
    "description": "abstract tableOfContents",
    "publisher": "",
    "contributor": "",
    "date": "available created dateAccepted dateCopyrighted dateSubmitted issued modified valid",
    "type": "",
    "format": "extent medium",
    "identifier": "bibliographicCitation",
    "source": "",
    "language": "",
    "relation": """conformsTo hasFormat hasPart hasVersion isFormatOf isPartOf isReferencedBy isReplacedBy isRequiredBy
        isVersionOf references replaces requires""",
    "coverage": "spatial temporal",
    "rights": "accessRights license rightsHolder",
}
# What DSpace's registry calls otherwise than DCMI does.
QUALIFIERS = {
    "date.accepted": "dateAccepted",
    "date.copyright": "dateCopyrighted",
    "date.submitted": "dateSubmitted",
    "identifier.citation": "bibliographicCitation",
    "relation.ispartofseries": "isPartOf",
    "rights.holder": "rightsHolder",
    "rights.licence": "license",
    "rights.uri": "license",
}
ELEMENT_OF = {
    **{name.lower(): (name, name) for name in REFINEMENTS},
    **{term.lower(): (element, term) for element, terms in REFINEMENTS.items() for term in terms.split()},
    "ispartofseries": ("relation", "isPartOf"),
}


def shown(item: Item) -> dict[str, tuple[Value, ...]]:
    """The fields that may be disseminated."""
    return {name: values for name, values in item.metadata.items() if name.lower() not in HIDDEN}


@lru_cache(maxsize=4096)
def dublin_core(field: str) -> tuple[str, str] | None:
    """The Dublin Core element of a field and the term that says it more narrowly, or the element again.

    ``dc.title.alternative`` and ``dcterms.alternative`` are (title, alternative); None where Dublin Core has neither.
    """
    if field in CREATORS:
        return "creator", "creator"
    schema, element, qualifier = (*field.lower().split(".", 2), "", "")[:3]
    if schema == "dcterms":
        return ELEMENT_OF.get(element)
    if schema != "dc" or element not in REFINEMENTS:
        return None
    known = ELEMENT_OF.get(QUALIFIERS.get(f"{element}.{qualifier}", qualifier).lower(), (element, element))
    return known if known[0] == element else (element, element)


@lru_cache(maxsize=4096)
def doi(text: str) -> str | None:
    """The bare DOI in a text that is one, however it is written."""
    match = DOI.fullmatch(text.strip())
    return match[1] if match else None


def is_thesis(item: Item) -> bool:
    """Whether an item hints at a thesis, by its type or by a degree; what it is, vocabulary.resource_type weighs up."""
    if any(name.startswith("thesis.degree.") for name in item.metadata):
        return True
    types = item.texts("dc.type", "dcterms.type")
    return any(THESIS_WORDS.search(text) or THESIS_TERMS.search(text) for text in types)
