"""From the identifier that a source knows to the one that we serve: ``oai:REPOSITORY:LOCAL`` (oai-identifier, 311)."""

from __future__ import annotations

import re
from urllib.parse import quote

from oai_server.ingest.normalise import clean

RAW = r"A-Za-z0-9\-_.!~*'();/?:@&=+$,"  # may stand as they are, and then must
DOMAIN = r"[A-Za-z][A-Za-z0-9\-]*(?:\.[A-Za-z][A-Za-z0-9\-]*)+"
FORM = re.compile(rf"oai:{DOMAIN}:(?:[{RAW}]|%[0-9A-F]{{2}})+")


def identifier_of(local: str, repository_identifier: str) -> str:
    """The item's permanent name; ValueError for an ``oai:`` identifier that breaks rule 311, and for none at all."""
    name = clean(local)
    if not name:
        raise ValueError("the identifier is empty (rule 613)")
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
