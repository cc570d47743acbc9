"""Licences and rights statements: which, at which address, and what is only text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from oai_server.formats.identifiers import uri
from oai_server.formats.remembering import once_an_item
from oai_server.formats.vocabulary import term, terms
from oai_server.model import Item, Value

LICENCES = ("dc.rights.uri", "dc.rights.license", "dc.rights.licence", "dcterms.license", "oaire.licenseCondition.uri")
RIGHTS = ("dc.rights", "dcterms.rights", "oaire.licenseCondition")
HOLDERS = ("dc.rights.holder", "dcterms.rightsHolder")
NOT_LICENCES = re.compile(r"info:eu-repo/|https?://purl\.org/coar/", re.IGNORECASE)

CC_WORDS = {"by": "Attribution", "nc": "NonCommercial", "nd": "NoDerivatives", "sa": "ShareAlike"}
CC_SCOPES = {"4.0": "International", "3.0": "Unported"}
CC_PUBLIC = {"zero": "CC0", "mark": "PDM"}
CC_URI = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)"
    r"/(?P<kind>zero|mark|(?:by|nc|nd|sa)(?:-(?:by|nc|nd|sa))*)/(?P<version>[0-9]\.[0-9])"
    r"(?:/(?P<port>(?!deed|legalcode)[a-z][a-z-]*))?(?:/(?:deed|legalcode)[^/]*)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
CC_NAME = re.compile(r"CC[ -](?P<kind>BY(?:-NC)?(?:-ND|-SA)?)[ -](?P<version>[0-9]\.[0-9])", re.IGNORECASE)
CC0_NAME = re.compile(r"CC0[ -](?P<version>1\.0)(?: Universal)?", re.IGNORECASE)
RS_URI = re.compile(
    r"https?://(?:www\.)?rightsstatements\.org/(?:vocab|page)/([a-z-]+)/1\.0/?(?:[?#].*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence or rights statement. ``uri`` is its canonical address; ``europeana`` the one edm:rights takes, if any.

    ``label`` is short (``CC BY 4.0``, ``InC``), ``name`` is in words, ``spdx`` its SPDX identifier where it has one.
    """

    uri: str
    label: str
    name: str
    spdx: str | None = None
    version: str | None = None
    is_cc: bool = False
    europeana: str | None = None


def licence(item: Item) -> Licence | None:
    """The first licence of the item."""
    return next(iter(licences(item)), None)


@once_an_item
def licences(item: Item) -> list[Licence]:
    """All licences and rights statements that the item tells by address or by unmistakable label, each once."""
    found = (licence_of(text) for text in item.texts(*LICENCES, *RIGHTS))
    return list(dict.fromkeys(filter(None, found)))


@once_an_item
def statements(item: Item) -> list[Value]:
    """What is said about rights in words."""
    return [value for value in item.values(*LICENCES[1:], *RIGHTS) if not uri(value.text)]


def holders(item: Item) -> list[str]:
    """Those who hold the rights."""
    return list(dict.fromkeys(item.texts(*HOLDERS)))


@lru_cache(maxsize=4096)
def licence_of(text: str) -> Licence | None:
    """The licence that a text names; an unknown address is a licence too, an access right is none."""
    text = text.strip()
    if known := CC_URI.fullmatch(text) or CC_NAME.fullmatch(text):
        return _creative_commons(**{name: part or "" for name, part in known.groupdict().items()})
    if known := CC0_NAME.fullmatch(text):
        return _creative_commons("zero", known["version"])
    if known := RS_URI.fullmatch(text):
        return _statement(known[1])
    address = uri(text)
    if not address or NOT_LICENCES.match(address):
        return None
    return _licences().get(_place(address).lower()) or Licence(address, address, address)


def _creative_commons(kind: str, version: str, port: str = "") -> Licence:
    """A Creative Commons licence or public domain tool, of whatever version and country."""
    kind, port = kind.lower(), port.lower()
    folder = "publicdomain" if kind in CC_PUBLIC else "licenses"
    path = "/".join(filter(None, ("creativecommons.org", folder, kind, version, port))) + "/"
    label = CC_PUBLIC.get(kind, f"CC {kind.upper()}")
    known = term("creative commons", label)
    return Licence(
        uri=f"https://{path}",
        label=" ".join(filter(None, (label, version, port.upper()))),
        name=known.names[0].format(version) if known and known.names else _cc_name(kind, version, port),
        spdx=known.same_as.format(version) if known and not port else None,
        version=version,
        is_cc=True,
        europeana=_europeana(path),
    )


def _cc_name(kind: str, version: str, port: str) -> str:
    """``Attribution-NonCommercial 4.0 International``; a port is told by its code."""
    words = "-".join(CC_WORDS[word] for word in kind.split("-"))
    scope = f"({port.upper()})" if port else CC_SCOPES.get(version, "Generic")
    return f"{words if version == '4.0' else words.replace('Derivatives', 'Derivs')} {version} {scope}"


def _statement(code: str) -> Licence | None:
    """One of the twelve statements of rightsstatements.org, whose addresses begin with http."""
    known = term("rights statement", code)
    if known is None:
        return None
    return Licence(known.uri, known.label, known.names[0], version="1.0", europeana=_europeana(_place(known.uri)))


def _europeana(path: str) -> str | None:
    """The address as Europeana writes it, if it is on Europeana's list."""
    address = f"http://{path.rstrip('/')}/"
    return address if address.startswith(tuple(known.uri for known in terms("europeana rights"))) else None


@cache
def _licences() -> Mapping[str, Licence]:
    """The other licences of ``data/vocabularies.csv`` by every address without its scheme."""
    found = {}
    for known in terms("licence"):
        same = Licence(known.uri, known.label, known.names[0], known.same_as or None, _version(known.names[0]))
        found.update({_place(place).lower(): same for place in (known.uri, *known.names[1:])})
    return found


def _version(name: str) -> str | None:
    version = re.search(r"[0-9](\.[0-9])?$", name)
    return version and version[0]


def _place(address: str) -> str:
    """An address without what may differ: scheme, ``www.``, the ending of a page, a final slash."""
    bare = re.sub(r"^https?://|(?:-standalone)?(?:\.[a-z]{2})?\.(?:html|txt)$|/$", "", address, flags=re.IGNORECASE)
    return bare.removeprefix("www.")
