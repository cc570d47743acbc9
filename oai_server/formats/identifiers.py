"""Identifiers of an item: DOI, handle, addresses, ISBN, ISSN, URN; each in its bare form, or as a valid URI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, unquote

from oai_server.formats.fields import doi
from oai_server.formats.remembering import once_an_item
from oai_server.model import Item

ADDRESSES = ("dc.identifier.uri", "dcterms.identifier", "dc.identifier")
DOIS = ("dc.identifier.doi", *ADDRESSES, "dc.identifier.other")
URNS = ("dc.identifier.urn", *ADDRESSES, "dc.identifier.other")

BETWEEN_DOIS = re.compile(
    r"(?<!doi:)(?<![\s;,|])[\s;,|]+(?=(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.[0-9]{4,9}/)", re.IGNORECASE
)
HANDLE = re.compile(
    r"(?:https?://hdl\.handle\.net/|hdl:|info:hdl/|https?://[^/\s]+/(?:[^?#\s]*/)?handle/)([0-9.]+/[^\s?#]+)",
    re.IGNORECASE,
)
SCHEME = re.compile(r"(?:https?|ftp)://[^\s/]|(?:urn|info|hdl|doi|ark|mailto):\S", re.IGNORECASE)
URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:\S+", re.IGNORECASE)
HOST = re.compile(r"(https?|ftp)://([^/?#]*)", re.IGNORECASE)
_NAME = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
AUTHORITY = re.compile(rf"(?:(?:{_NAME}|:)*@)?(?:{_NAME}+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?")
ISSN = re.compile(r"(?<![0-9])([0-9]{4})[-‐–]?([0-9]{3}[0-9Xx])(?![0-9A-Za-z])")
ISBN = re.compile(r"(?<![0-9-])(?:97[89][- ‐–]?)?[0-9](?:[- ‐–]?[0-9]){8}[- ‐–]?[0-9Xx](?![0-9A-Za-z])")


@once_an_item
def dois(item: Item) -> list[str]:
    """The bare DOIs of the item, each once; one field may hold several."""
    fields = (BETWEEN_DOIS.split(text.strip()) for text in item.texts(*DOIS))
    return _once(bare for parts in fields if all(map(doi, parts)) for part in parts if (bare := _bare(part)))


def own_doi(item: Item) -> str | None:
    """The DOI that the repository itself gave: one that stands among the item's addresses, as ``https://doi.org/…``."""
    return next(filter(None, map(_bare, item.texts("dc.identifier.uri"))), None)


def doi_url(bare: str) -> str:
    """A DOI as an address, escaped (DOI Handbook section 2.5.2.4)."""
    return "https://doi.org/" + quote(bare, safe="/:;()!$&'*+,=@-._~")


@once_an_item
def handles(item: Item) -> list[str]:
    """The handles among the item's addresses, bare: ``20.500.99999/1``."""
    found = (HANDLE.fullmatch(text.strip().partition("?")[0].rstrip("/")) for text in item.texts(*ADDRESSES))
    return _once(match[1] for match in found if match)


@once_an_item
def urls(item: Item) -> list[str]:
    """The web addresses of the item, escaped, in stored order."""
    found = (uri(text) for text in item.texts("dc.identifier.uri", "dc.identifier.url", *ADDRESSES[1:]))
    return _once(each for each in found if each and each.lower().startswith("http"))


@once_an_item
def landing_page(item: Item) -> str | None:
    """Where people find the item: its first web address, else its DOI's."""
    known = dois(item)
    return next(iter(urls(item)), doi_url(known[0]) if known else None)


@once_an_item
def urns(item: Item) -> list[str]:
    """The URNs of the item."""
    found = (URN.fullmatch(text.strip()) for text in item.texts(*URNS))
    return _once(quoted for match in found if match and (quoted := uri(match[0])))


@once_an_item
def issns(item: Item) -> list[str]:
    """The valid ISSNs of the item, ``1471-244X``."""
    texts = item.texts("dc.identifier.issn", "dc.relation.issn", "dc.identifier.eissn")
    return _once(filter(None, map(issn, (*texts, *_named(item, "ISSN")))))


@once_an_item
def isbns(item: Item) -> list[str]:
    """The valid ISBNs of the item, without hyphens, ten or thirteen digits as given."""
    texts = item.texts("dc.identifier.isbn", "dc.relation.isbn")
    return _once(filter(None, map(isbn, (*texts, *_named(item, "ISBN")))))


@lru_cache(maxsize=4096)
def issn(text: str) -> str | None:
    """The ISSN in a text, with its hyphen, if its check digit is right (ISO 3297)."""
    for match in ISSN.finditer(text):
        digits = (match[1] + match[2]).upper()
        if sum(weight * _digit(each) for weight, each in zip(range(8, 0, -1), digits, strict=True)) % 11 == 0:
            return f"{digits[:4]}-{digits[4:]}"
    return None


@lru_cache(maxsize=4096)
def isbn(text: str) -> str | None:
    """The ISBN in a text, bare, if its check digit is right (ISO 2108)."""
    for match in ISBN.finditer(text):
        digits = re.sub("[^0-9X]", "", match[0].upper())
        weights, modulus = (range(10, 0, -1), 11) if len(digits) == 10 else ([1, 3] * 6 + [1], 10)
        if sum(weight * _digit(each) for weight, each in zip(weights, digits, strict=True)) % modulus == 0:
            return digits
    return None


@lru_cache(maxsize=4096)
def uri(text: str) -> str | None:
    """The text as a URI with everything escaped that a URI may not hold (RFC 3987 section 3.1); None if it is none."""
    text = text.strip()
    if not SCHEME.match(text):
        return None
    start, rest = "", text
    if host := HOST.match(text):
        authority = _ascii_host(host[2])
        if not AUTHORITY.fullmatch(authority):
            return None
        start, rest = f"{host[1].lower()}://{authority}", text[host.end() :]
    rest, mark, fragment = rest.partition("#")
    return start + _escaped(rest) + mark + _escaped(fragment.replace("#", "%23"))


def _escaped(text: str) -> str:
    escaped = quote(text, safe="%/:?@!$&'()*+,;=-._~")
    return re.sub("%(?![0-9A-Fa-f]{2})", "%25", escaped)


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return quote(host, safe=":@[]")


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    """A DOI without what stands around it; in an address it may be escaped. Empty where that is no DOI after all."""
    bare = (doi(text) or "").rstrip(".,;")
    plain = unquote(bare) if text.strip().lower().startswith("http") else bare
    return plain if doi(plain) == plain and plain.isprintable() and not plain.endswith("/") else ""


def _named(item: Item, name: str) -> Iterator[str]:
    """Values of plain identifier fields that say what they are: ``ISSN: 1471-244X``, ``urn:isbn:…``."""
    texts = item.texts("dc.identifier", "dc.identifier.other", "dcterms.identifier", "dc.source")
    return (text for text in texts if re.match(rf"(urn:)?{name}\b", text.strip(), re.IGNORECASE))


def _digit(character: str) -> int:
    return 10 if character == "X" else int(character)


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
