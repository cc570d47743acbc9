"""How the made-up repository gets into a store: rendered by templates, saved by the store's own writer."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from corpus import LAST, Corpus, Draft, line, oai_dc

from oai_server.ingest.keeping import digest_of, rendition
from oai_server.model import Set
from oai_server.protocol.response import header_parts
from oai_server.store import KeptItem, Store, View, Writer

BATCH = 2_000


class Clock:
    """It stands still, after every datestamp: no stamp is ever late."""

    def __call__(self, *_: object) -> float:
        return LAST + 86_400.0

    def sleep(self, _: float) -> None:
        """Return at once."""


def kept(draft: Draft) -> KeptItem:
    """The item as ingest would hand it to the store. The one place that knows what the store's writer takes."""
    content = line(draft)
    return KeptItem(
        identifier=draft.identifier,
        source="bench",
        content=content,
        digest=digest_of(content),
        state="withdrawn" if draft.deleted else "active",
        by_hand=None,
        sets=draft.sets,
        views=(View("", draft.sets, header_parts(draft.identifier, draft.sets), {"oai_dc": ""}),),
        bodies={("oai_dc", ""): None if draft.deleted else rendition(oai_dc(draft).encode(), ())},
        datestamp=draft.datestamp,
    )


def fill(url: str, corpus: Corpus, more_sets: int = 0, told: Callable[[int], None] = lambda count: None) -> None:
    """Put the corpus into an empty database, and so many further sets without items."""
    clock = Clock()
    with Store(url, clock, clock.sleep) as store:
        writer = Writer(store)
        further = [(f"further-{number:05}", f"Further set {number}") for number in range(more_sets)]
        writer.save_sets([Set(spec, name) for spec, name in [*corpus.sets(), *further]])
        saved = 0
        for batch in _made(corpus):
            changes = writer.save(batch)
            if set(changes.values()) != {"added"}:
                raise SystemExit(f"{url} holds items already: give an empty database")
            saved += len(batch)
            told(saved)


def _made(corpus: Corpus) -> Iterator[Sequence[KeptItem]]:
    """The items in batches, made by other processes while one is saved, and only a few ahead."""
    pool = ProcessPoolExecutor(os.cpu_count(), initializer=_start, initargs=(corpus,))
    try:
        ahead: deque[Future[list[KeptItem]]] = deque()
        for start in range(0, corpus.items, BATCH):
            ahead.append(pool.submit(_batch, start, min(start + BATCH, corpus.items)))
            if len(ahead) > 3:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


_here: list[Corpus] = []


def _start(corpus: Corpus) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # one that dies in the midst of a batch would be waited for
    _here.append(corpus)


def _batch(start: int, stop: int) -> list[KeptItem]:
    return [kept(draft) for draft in _here[0].drafts(start, stop)]
