"""The files at a location that are tables by their names: one file, or all in a folder or an archive."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TypeVar

from oai_server.ingest.opening import RULE, Member, members, printable
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault

TEXTS = frozenset(("csv", "tsv", "tab", "txt"))
WORKBOOKS = frozenset(("xlsx", "xlsm"))
NAME = re.compile(
    r"(?P<stem>.+?)\.(?P<kind>csv|tsv|tab|txt|xlsx|xlsm|jsonl|ndjson|json)(?:\.(?:gz|xz|zst|bz2))?", re.IGNORECASE
)

Given = TypeVar("Given")


def stem(name: str) -> str:
    """The name of a table without its ending, ``records`` of ``records.csv.gz``."""
    found = NAME.fullmatch(name)
    return found["stem"] if found else name


def kind_of(name: str) -> str:
    """The ending of a table without what compresses it: ``csv`` of ``records.csv.gz``; empty for others."""
    found = NAME.fullmatch(name)
    return found["kind"].lower() if found else ""


def only_file(location: Path) -> Member:
    """The file at a location, or the first in it that opens; SourceError where there is none."""
    for member in members(location):
        if isinstance(member, Member):
            return member
    raise SourceError(f"{location}: there is no file in it that can be read")


def is_file(errand: Errand, kinds: Collection[str]) -> bool:
    """Whether a file of these kinds is asked for, or with a mapping file a folder that holds one."""
    if errand.url is not None:
        return False
    if errand.mapping is not None and errand.path.is_dir():
        return any(kind_of(file.name) in kinds for file in errand.path.iterdir())
    return kind_of(errand.path.name) in kinds and errand.path.is_file()


def from_each(
    location: Path, kinds: Collection[str], read: Callable[[Member], Iterator[Given]]
) -> Iterator[Given | Fault]:
    """What is read from each file; one that is no table is a fault among others, and a SourceError if it is alone."""
    path = printable(str(location))
    for member in members(location):
        if isinstance(member, Fault):
            yield member
        elif member.path == path:
            yield from read(member)
        elif kind_of(member.name) not in kinds:
            yield Fault("noted", RULE, "no table by its name, so it is not read", member.path)
        else:
            yield from _guarded(member, read)


def _guarded(member: Member, read: Callable[[Member], Iterator[Given]]) -> Iterator[Given | Fault]:
    try:
        yield from read(member)
    except SourceError as error:
        yield Fault("refused", RULE, str(error), member.path)
