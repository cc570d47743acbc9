"""The manifest: where each official schema is published, and the checksum of what was found there."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from oai_server import shipped

FILE = "official_schemas.csv"


@dataclass(frozen=True, slots=True)
class Entry:
    """One published file.

    ``root`` says that records name it, not only other schemas; ``elements`` are those of its namespace that it judges
    where a record names no schema that is there ("*": all); ``format`` is the metadataPrefix that it came with.
    ``sha256_text`` is the checksum with the line endings and the blanks at the ends of lines left out of account.
    """

    format: str
    namespace: str
    url: str
    aliases: tuple[str, ...]
    version: str
    root: bool
    elements: tuple[str, ...]
    sha256: str
    sha256_text: str

    @property
    def place(self) -> str:
        """HOST/PATH: where the file is, in a folder and on a mirror."""
        return place(self.url)

    def matches(self, content: bytes) -> bool:
        """Whether these are the published bytes, or the same text with other line endings."""
        lines = (line.rstrip() for line in content.removeprefix(b"\xef\xbb\xbf").splitlines())
        sums = {self.sha256: content, self.sha256_text: b"\n".join(lines).strip()}
        return any(hashlib.sha256(each).hexdigest() == expected for expected, each in sums.items())


def place(url: str) -> str:
    """One spelling for a URL: no scheme, no leading www."""
    return re.sub(r"^https?://(www\.)?", "", url.strip())


@cache
def manifest() -> Sequence[Entry]:
    """Every file, in the order of formats."""
    with (shipped("data") / FILE).open(newline="", encoding="utf-8") as rows:
        return tuple(_entry(row) for row in csv.DictReader(rows))


def lookup(url: str) -> Entry | None:
    """The file that is published there, or was; http and https, with www and without, are the same."""
    return _by_place().get(place(url))


def chosen(words: Iterable[str]) -> Sequence[Entry]:
    """The root schemas that these words name: formats, namespaces or URLs. LookupError for a word that names none."""
    found: dict[Entry, None] = {}
    for word in words:
        named = [each for each in manifest() if each.root and word in (each.format, each.namespace)]
        entry = lookup(word)
        if not named and not entry:
            formats = ", ".join(sorted({each.format for each in manifest()}))
            raise LookupError(f"{word} is no official schema, namespace or format; known formats are {formats}")
        found |= dict.fromkeys([*named, *([entry] if entry else [])])
    return tuple(found)


@cache
def defaults() -> Mapping[str, Entry]:
    """The schema that judges an element by default, by its name as lxml writes it (``{namespace}name``)."""
    return {f"{{{each.namespace}}}{name}": each for each in manifest() for name in each.elements}


@cache
def _by_place() -> Mapping[str, Entry]:
    # A file's own address comes before what others call it.
    aliases = {place(alias): each for each in manifest() for alias in each.aliases}
    return aliases | {each.place: each for each in manifest()}


def _entry(row: Mapping[str, str]) -> Entry:
    return Entry(
        format=row["format"],
        namespace=row["namespace"],
        url=row["url"],
        aliases=tuple(row["aliases"].split()),
        version=row["version"],
        root=row["root"] == "yes",
        elements=tuple(row["elements"].split()),
        sha256=row["sha256"],
        sha256_text=row["sha256_text"],
    )
