"""Files that a record offers by their addresses: name, access in COAR's or eprints' words, end of an embargo."""

from __future__ import annotations

from datetime import date
from urllib.parse import unquote, urlsplit

from oai_server.model import File, FileAccess

ACCESS: dict[str, FileAccess] = {
    "c_abf2": "open",
    "openaccess": "open",
    "c_f1cf": "embargoed",
    "embargoedaccess": "embargoed",
    "c_16ec": "restricted",
    "restrictedaccess": "restricted",
    "c_14cb": "closed",
    "closedaccess": "closed",
}


def offered(url: str, mimetype: str = "", access: str = "", available: str = "") -> File:
    """The file at an address. Whatever is not said to be open is restricted, an embargo without an end too."""
    word = access.rstrip("/").rpartition("/")[2].casefold()
    known: FileAccess = ACCESS.get(word, "restricted")
    end = _day(available)
    if known == "embargoed" and end is None:
        known = "restricted"
    return File(_name(url), mimetype=mimetype or None, url=url, access=known, available=end)


def _name(url: str) -> str:
    """The last part of the path, else the whole address."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    return unquote(path.rstrip("/").rpartition("/")[2]) or url


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
