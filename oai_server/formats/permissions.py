"""Rights as plain formats say them: the access in words, then what the item itself says as far as it is still true."""

from __future__ import annotations

from dataclasses import replace

from oai_server.formats.access import access
from oai_server.formats.dates import embargo_end
from oai_server.formats.fields import dublin_core
from oai_server.formats.vocabulary import COAR_ACCESS, access_terms
from oai_server.formats.vocabulary import term as term_of
from oai_server.model import Item, Value

ACCESS_WORD = 64  # characters; a longer text is more than an access right
OAIRE = ("oaire.licenseCondition", "oaire.licenseCondition.uri")


def access_in_words(item: Item) -> str:
    """``Open access``, ``Embargoed until 2032-01-01``; the end of an embargo may stand in a field of the item."""
    return replace(access(item), until=embargo_end(item)).in_words()


def said(item: Item) -> list[Value]:
    """The item's own rights, holders left out, and access rights that our word for its files replaces."""
    fields = [field for field in item.metadata if field in OAIRE or _tells_rights(field)]
    return [Value(value.text, value.language) for value in item.values(*fields) if _holds(value.text, item)]


def _tells_rights(field: str) -> bool:
    """Whether a field holds rights; fields about an embargo are dates and reasons."""
    element, term = dublin_core(field) or ("", "")
    return element == "rights" and term != "rightsHolder" and "embargo" not in field.lower()


def _holds(text: str, item: Item) -> bool:
    """False for an access right of an item whose files we know, unless it is the URI of what they are open to.

    An embargo that has ended stands in the metadata for ever (DSpace 10529).
    """
    if not item.files or len(text) > ACCESS_WORD or "access" not in text.lower():
        return True
    told = term_of(COAR_ACCESS, text) or term_of("eu-repo access", text)
    known = access_terms(access(item).status)
    return told is None or (":" in text and told.uri in (known.uri, known.eu_repo))
