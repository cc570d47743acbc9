"""oai_dc as OpenAIRE's Guidelines for Literature Repositories 3 want it: type, access, projects as info:eu-repo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats import oai_dc
from oai_server.formats.access import access
from oai_server.formats.dates import embargo_end
from oai_server.formats.funding import fundings
from oai_server.formats.identifiers import dois
from oai_server.formats.oai_dc import DC
from oai_server.formats.permissions import access_in_words, said
from oai_server.formats.vocabulary import COAR_ACCESS, access_terms, resource_type, term, version_terms
from oai_server.model import Item, Site

GRANT = "info:eu-repo/grantAgreement/"
EU_REPO = "info:eu-repo/semantics/"


def crosswalk(item: Item, site: Site) -> Element:
    """Dublin Core with the guidelines' words before what the item itself says."""
    root = oai_dc.crosswalk(item, site)
    in_words = access_in_words(item)
    for element in root.findall(f"{{{DC}}}rights"):
        if element.text == in_words or term("eu-repo access", element.text or "") is not None:
            root.remove(element)
    for element in root.findall(f"{{{DC}}}relation"):
        if (element.text or "").startswith(GRANT):
            root.remove(element)
    for element in root.findall(f"{{{DC}}}type"):
        if (element.text or "").startswith(EU_REPO):
            root.remove(element)
    for name, texts in _words(item):
        _put_first(root, name, list(dict.fromkeys(texts)))
    return root


def _words(item: Item) -> Iterator[tuple[str, list[str]]]:
    """Elements with what the guidelines want in them."""
    version = version_terms(item)
    yield "type", [resource_type(item).eu_repo, *([version.eu_repo] if version and version.eu_repo else [])]
    yield "rights", [access_word(item)]
    end = embargo_end(item) if access(item).status == "embargoed" else None
    if end:
        yield "date", [f"info:eu-repo/date/embargoEnd/{end.isoformat()}"]
    yield "relation", [*_grants(item), *(f"{EU_REPO}altIdentifier/doi/{doi}" for doi in dois(item))]


def access_word(item: Item) -> str:
    """The access as one of four words; of an item whose files are elsewhere, as it tells it itself."""
    if not item.files:
        for value in said(replace(item, files=())):
            known = term("eu-repo access", value.text)
            coar = term(COAR_ACCESS, value.text)
            if known is not None:
                return known.uri
            if coar is not None and (same := term("eu-repo access", coar.same_as)):
                return same.uri
    return access_terms(access(item).status).eu_repo


def _grants(item: Item) -> Iterator[str]:
    """Project identifiers: as they were told, or put together where funder, programme and number are known."""
    for grant in fundings(item):
        if grant.agreement:
            yield grant.agreement
        elif grant.funder and grant.programme and grant.number:
            yield GRANT + "/".join(part.replace("/", "%2F") for part in (grant.funder, grant.programme, grant.number))


def _put_first(root: Element, name: str, texts: list[str]) -> None:
    """Before the other elements of this name, or where they would stand."""
    if not texts:
        return
    tag = f"{{{DC}}}{name}"
    place = next((at for at, each in enumerate(root) if each.tag == tag), len(root))
    for text in reversed(texts):
        element = etree.Element(tag)
        element.text = text
        root.insert(place, element)


FORMAT = replace(oai_dc.FORMAT, crosswalk=crosswalk, variant="openaire")
