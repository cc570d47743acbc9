"""What every way out of DSpace writes alike: handles, the setSpecs of its own OAI provider, MIME types of files."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from typing import Literal

from oai_server.model import Value

HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:)([^/\s]+/[^\s?#]+)", re.IGNORECASE)
HANDLE_PAGE = re.compile(r"https?://[^\s?#]+/handle/([0-9][0-9.]*/[^\s?#]+)", re.IGNORECASE)
CONTAINER = re.compile(r"([0-9][0-9.]*)/([A-Za-z0-9\-_.!~*'()]+)")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}


def bare_handle(text: str) -> str:
    """A handle without the address of its resolver before it."""
    found = HANDLE.fullmatch(text)
    return found[1] if found else text


def handle_among(metadata: Mapping[str, tuple[Value, ...]]) -> str | None:
    """The handle that an item tells in dc.identifier.uri, as hdl, resolver's address or its page in DSpace."""
    for value in metadata.get("dc.identifier.uri", ()):
        if found := HANDLE.fullmatch(value.text) or HANDLE_PAGE.fullmatch(value.text):
            return found[1]
    return None


def set_spec(kind: Literal["col", "com"], name: str) -> str | None:
    """The setSpec of a collection or community by its handle or UUID; None for a name that is neither."""
    if handle := CONTAINER.fullmatch(name):
        return f"{kind}_{handle[1]}_{handle[2]}"
    return f"{kind}_{name.lower()}" if UUID.fullmatch(name.lower()) else None


def mimetype_of(name: str) -> str | None:
    """The MIME type that a file's name hints at."""
    # As a path, because a colon in a bare name would be taken for a URL's scheme.
    mimetype, encoding = mimetypes.guess_type(f"./{name}")
    return COMPRESSED.get(encoding) if encoding else mimetype
