"""What a source is asked for, after what the store knows of it: all, what is new, or the rest."""

from __future__ import annotations

from dataclasses import replace

from oai_server.ingest.deciding import Delivery, Manner
from oai_server.ingest.fingerprint import digest, fingerprint
from oai_server.ingest.source import Errand
from oai_server.ingest.sources import Source, source_name
from oai_server.store import Store
from oai_server.store.runs import last_count, mark_of

PIECE = 1 << 20


def delivery(store: Store, source: Source, errand: Errand, manner: Manner) -> Delivery:
    """What a source gives now; a mark of an earlier run counts, unless the whole truth is asked for."""
    name, live = source_name(source.KIND, errand), errand.url is not None
    mark = mark_of(store, name) if live and not manner.complete else None
    whole = replace(manner, complete=False, sure=False, dry_run=False)
    content = None if live else fingerprint(errand.path, source.KIND, digest(errand.mapping), whole)
    foreign = getattr(source, "FOREIGN", False)
    readings = source.read(replace(errand, mark=mark))
    return Delivery(name, readings, content, foreign, live, partial=bool(mark))


def expected(store: Store, source: Source, errand: Errand) -> int | None:
    """How much a source will give, as far as can be told: the lines of a file, or what came last time."""
    if errand.url is not None:
        return None
    if source.KIND == "jsonl" and errand.path.is_file() and errand.path.suffix in (".jsonl", ".ndjson"):
        with errand.path.open("rb") as stream:
            return sum(piece.count(b"\n") for piece in iter(lambda: stream.read(PIECE), b""))
    return last_count(store, source_name(source.KIND, errand))
