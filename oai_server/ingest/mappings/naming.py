"""Identifiers as our fields hold them: of things by their scheme or by their look, of people and bodies as links."""

from __future__ import annotations

import re

from oai_server.ingest.mappings.told import Told

DOI = re.compile(
    r"(?:https?://(?:dx\.|www\.)?doi\.org/|(?:info:)?doi[:/]\s*)?(10\.[0-9]{4,9}/[^\s\"<>]+)", re.IGNORECASE
)
HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:\s*|info:hdl/)?([0-9][0-9.]*/\S+)", re.IGNORECASE)
SAID_HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:\s*|info:hdl/)\S+", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE)
AROUND = ' \t\r\n"<>'  # what stands around an identifier that was copied out of its context
URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:\S+", re.IGNORECASE)
LABELLED = re.compile(r"(?:urn:)?(?P<label>e?-?p?issn|isbn|arxiv|pmid|pubmed)\s*[:=]?\s*(?P<bare>\S.*)", re.IGNORECASE)
ISSN = re.compile(r"[0-9]{4}-[0-9]{3}[0-9Xx]")
ISBN = re.compile(r"97[89][- ]?(?:[0-9][- ]?){9}[0-9]|(?:[0-9][- ]){2,3}[0-9 -]{4,9}[0-9Xx]")
ORCID = re.compile(r"(?:[0-9]{4}-){3}[0-9]{3}[0-9X]", re.IGNORECASE)

# Schemes of identifiers, folded, by the address that makes a link of one.
LINKS = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "handle": "https://hdl.handle.net/",
    "hdl": "https://hdl.handle.net/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "ark": "https://n2t.net/",
    "isbn": "urn:isbn:",
    "issn": "urn:issn:",
    "eissn": "urn:issn:",
    "lissn": "urn:issn:",
    "bibcode": "info:bibcode/",
}
AUTHORITIES = {
    "isni": "https://isni.org/isni/",
    "ror": "https://ror.org/",
    "gnd": "https://d-nb.info/gnd/",
    "viaf": "https://viaf.org/viaf/",
    "wikidata": "https://www.wikidata.org/entity/",
    "crossrefid": "https://doi.org/10.13039/",
    "crossreffunderid": "https://doi.org/10.13039/",
}
FIELDS = {
    "isbn": "dc.identifier.isbn",
    "issn": "dc.identifier.issn",
    "eissn": "dc.identifier.issn",
    "lissn": "dc.identifier.issn",
    "pissn": "dc.identifier.issn",
    "arxiv": "dc.identifier.arxiv",
    "pmid": "dc.identifier.pmid",
    "pubmed": "dc.identifier.pmid",
    "urn": "dc.identifier.urn",
}
LABEL = re.compile(r"^(?:arxiv|bibcode|doi|hdl|handle|pmid|e?issn|isbn)\s*:\s*", re.IGNORECASE)


def fold(scheme: str) -> str:
    """The name of a scheme as it is compared: letters and digits in lower case."""
    return "".join(filter(str.isalnum, scheme.casefold()))


def bare_doi(text: str) -> str | None:
    """The DOI in a text that is one, however it is written."""
    found = DOI.fullmatch(text.strip(AROUND))
    return found[1] if found else None


def local_name(text: str) -> str:
    """What a record calls itself, without the resolver: the bare DOI or handle, else the text."""
    bare = text.strip(AROUND)
    handle = HANDLE.fullmatch(bare) if SAID_HANDLE.fullmatch(bare) else None
    return bare_doi(bare) or (handle[1] if handle else bare)


def link(scheme: str, text: str) -> str | None:
    """An identifier as a URI, told from its scheme or from itself; None where there is no such form."""
    bare = text.strip(AROUND)
    if doi := bare_doi(bare):
        return f"https://doi.org/{doi}"
    if ADDRESS.fullmatch(bare) or URN.fullmatch(bare) or bare.lower().startswith("info:"):
        return bare
    start = LINKS.get(fold(scheme))
    return start + LABEL.sub("", bare) if start and bare and fold(scheme) != "doi" else None


def authority(scheme: str, text: str) -> str | None:
    """Who somebody is, as the address of an ORCID, an ISNI or another authority; None for what is no identifier."""
    bare = "".join(text.split()).strip(AROUND)
    if orcid := ORCID.search(bare):
        isni = fold(scheme) == "isni" or "isni" in bare.lower()
        return f"https://isni.org/isni/{orcid[0].replace('-', '')}" if isni else f"https://orcid.org/{orcid[0].upper()}"
    if ADDRESS.fullmatch(bare):
        return bare
    if doi := bare_doi(bare):
        return f"https://doi.org/{doi}"
    start = AUTHORITIES.get(fold(scheme))
    return start + bare if start and bare else None


def name_item(told: Told, text: str, scheme: str = "") -> None:
    """Add an identifier of the item itself to the field that its scheme, or else its look, is read from."""
    bare = text.strip(AROUND)
    known = fold(scheme)
    if doi := bare_doi(bare):
        told.add("dc.identifier.doi", doi)
    elif SAID_HANDLE.fullmatch(bare) or known in ("handle", "hdl"):
        handle = HANDLE.fullmatch(bare)
        told.add("dc.identifier.uri", f"https://hdl.handle.net/{handle[1]}" if handle else bare)
    elif ADDRESS.fullmatch(bare):
        told.add("dc.identifier.uri", bare)
    elif known in FIELDS:
        told.add(FIELDS[known], LABEL.sub("", bare))
    elif labelled := LABELLED.fullmatch(bare):
        told.add(FIELDS[fold(labelled["label"])], labelled["bare"])
    elif URN.fullmatch(bare):
        told.add("dc.identifier.urn", bare)
    elif ISSN.fullmatch(bare):
        told.add("dc.identifier.issn", bare)
    elif ISBN.fullmatch(bare):
        told.add("dc.identifier.isbn", bare)
    else:
        told.add("dc.identifier.other", bare)
