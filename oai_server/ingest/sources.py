"""The kinds of source: the files of this folder that say KIND."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

import oai_server.ingest
from oai_server.ingest.source import Errand, Mark, SourceError
from oai_server.model import Fault, Reading, Set


class Source(Protocol):
    """What a source's file offers."""

    KIND: str
    SUMMARY: str

    def recognises(self, errand: Errand) -> bool:
        """A cheap look whether the location is of this kind."""

    def read(self, errand: Errand) -> Iterator[Reading | Fault | Set | Mark]:
        """What the location holds, item by item; SourceError when it cannot be read at all."""


def sources() -> Mapping[str, Source]:
    """Every source by its kind."""
    modules = (importlib.import_module(f"oai_server.ingest.{each.name}") for each in _files())
    return {module.KIND: cast(Source, module) for module in modules if hasattr(module, "KIND")}


def _files() -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(oai_server.ingest.__path__)


def source_of(errand: Errand, kind: str | None = None) -> Source:
    """The source that reads a location: the named kind, or the one that recognises it; SourceError if none does."""
    known = sources()
    if kind is not None and kind not in known:
        raise SourceError(f"{kind} is no kind of source; known are {', '.join(known)}")
    if errand.url is None and not errand.path.exists():
        raise SourceError(f"{errand.location}: there is no such file or folder")
    if kind is not None:
        return known[kind]
    for source in known.values():
        if source.recognises(errand):
            return source
    raise SourceError(f"{errand.location}: no source recognises it; name its kind with --from ({', '.join(known)})")
