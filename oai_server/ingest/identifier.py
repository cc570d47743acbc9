"""From the identifier that a source knows to the one that we serve: ``oai:REPOSITORY:LOCAL`` (oai-identifier, 311)."""

from __future__ import annotations

import re
from urllib.parse import quote

from oai_server.ingest.normalise import clean

RAW = r"A-Za-z0-9\-_.!~*'();/?:@&=+$,"  # may stand as they are, and then must
DOMAIN = r"[A-Za-z][A-Za-z0-9\-]*(?:\.[A-Za-z][A-Za-z0-9\-]*)+"
FORM = re.compile(rf"oai:{DOMAIN}:(?:[{RAW}]|%[0-9A-F]{{2}})+")
URI_PART = r"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:{URI_PART}+(?:#{URI_PART}*)?")  # RFC 3986, but for [ and ]


def identifier_of(local: str, repository_identifier: str, foreign: bool = False) -> str:
    """The item's permanent name; ValueError for an ``oai:`` identifier that breaks rule 311, and for none at all.

    A ``foreign`` one, which another repository gave, stays as it is if it is a URI at all (section 2.4); else it is
    a local name here.
    """
    name = clean(local)
    if not name:
        raise ValueError("the identifier is empty (rule 613)")
    if foreign:
        return name if URI.fullmatch(name) else f"oai:{repository_identifier}:{_escaped(name)}"
    if name.startswith("oai:"):
        return _obeying(name)
    return f"oai:{repository_identifier}:{_escaped(name)}"


def _obeying(identifier: str) -> str:
    if FORM.fullmatch(identifier):
        return identifier
    reason = "is not oai:DOMAIN:LOCAL with a dotted domain, URI characters and upper-case escapes"
    raise ValueError(f"{identifier!r} {reason} (oai-identifier 2.1, rule 311)")


def _escaped(local: str) -> str:
    return quote(local, safe="-_.!~*'();/?:@&=+$,")
