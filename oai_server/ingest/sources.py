"""The kinds of source: the files of this folder that say KIND."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, cast

import oai_server.ingest
from oai_server.ingest.explain import Explained
from oai_server.ingest.source import Errand, Mark, SourceError
from oai_server.ingest.update import Update
from oai_server.model import Fault, Reading, Set

# In which order a location is shown to the kinds: from those that know it by its name or by a sure sign to those that
# take whatever nobody else does.
ORDER = "dspace-csv csv json saf jsonl dspace-rest marc bibtex oai xml".split()


class Source(Protocol):
    """What a source's file offers. ``FOREIGN = True`` says that its identifiers are another repository's."""

    KIND: str
    SUMMARY: str

    def recognises(self, errand: Errand) -> bool:
        """A cheap look whether the location is of this kind."""

    def read(self, errand: Errand) -> Iterator[Reading | Update | Fault | Set | Mark]:
        """What the location holds, item by item; SourceError when it cannot be read at all."""


def sources() -> Mapping[str, Source]:
    """Every source by its kind, in the order in which they are asked whether they know a location."""
    modules = (importlib.import_module(f"oai_server.ingest.{each.name}") for each in _files())
    found = {module.KIND: cast(Source, module) for module in modules if hasattr(module, "KIND")}
    return dict(sorted(found.items(), key=lambda pair: ORDER.index(pair[0]) if pair[0] in ORDER else -1))


def _files() -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(oai_server.ingest.__path__)


def source_of(errand: Errand, kind: str | None = None) -> Source:
    """The source that reads a location: the named kind, or the one that recognises it; SourceError if none does."""
    known = sources()
    if kind is not None and kind not in known:
        raise SourceError(f"{kind} is no kind of source; known are {', '.join(sorted(known))}")
    if errand.url is None and not errand.path.exists():
        raise SourceError(f"{errand.location}: there is no such file or folder")
    if kind is not None:
        return known[kind]
    for source in known.values():
        if source.recognises(errand):
            return source
    names = ", ".join(sorted(known))
    raise SourceError(f"{errand.location}: no source recognises it; name its kind with --from ({names})")


def source_name(kind: str, errand: Errand) -> str:
    """A source's name in the store: what to compare when it is read again."""
    return f"{kind}:{errand.url or errand.path.resolve()}"


def explained(source: Source, errand: Errand) -> Iterable[Explained]:
    """What becomes of each column; SourceError for a kind that has none."""
    explain = getattr(source, "explain", None)
    if explain is None:
        raise SourceError(f"{errand.location}: {source.KIND} has no columns to explain")
    found: Iterable[Explained] = explain(errand)
    return found
