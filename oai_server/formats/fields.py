"""Which fields of an item say what: one place for the names that sources use."""

from __future__ import annotations

import re

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


def shown(item: Item) -> dict[str, tuple[Value, ...]]:
    """The fields that may be disseminated."""
    return {name: values for name, values in item.metadata.items() if name not in HIDDEN}


def doi(text: str) -> str | None:
    """The bare DOI in a text that is one, however it is written."""
    match = DOI.fullmatch(text.strip())
    return match[1] if match else None


def is_thesis(item: Item) -> bool:
    """Whether the item says that it is a thesis: by its type, or by the degree it was written for."""
    if any(name.startswith("thesis.degree.") for name in item.metadata):
        return True
    types = item.texts("dc.type", "dcterms.type")
    return any(THESIS_WORDS.search(text) or THESIS_TERMS.search(text) for text in types)
