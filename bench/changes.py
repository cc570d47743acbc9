"""What a change costs: one item in a small store and a large one, and a rule over all of them.

``python bench/changes.py [--items N] [--rules N] [--database sqlite|postgresql]... [--folder FOLDER]``

Saves one changed item at a time in stores of 1,000 and of N items and takes it back, side by side; then carries out a
new rule over a repository of arXiv's size while another process reads pages: the seconds, and the slowest page.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import statistics
import tempfile
import time
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

from corpus import Corpus
from databases import KINDS, Databases
from filling import kept

from oai_server.ingest.applying import apply
from oai_server.ingest.showing import Showing
from oai_server.model import Selection
from oai_server.rules import Membership, set_rules_of
from oai_server.store import Store, Writer

TURNS = 60
RULE = {"rule-of-the-bench": {"name": "About half", "when": {"field": "dc.title", "matches": "^[A-M]"}}}


def main() -> None:
    """Both measurements on each database."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--items", type=int, default=1_000_000)
    words.add_argument("--rules", type=int, default=125_277)
    words.add_argument("--database", action="append", choices=KINDS)
    words.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "oai-server-bench")
    told = words.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    with Databases(told.folder) as databases:
        for kind in told.database or KINDS:
            small, large = Corpus(1_000), Corpus(told.items)
            urls = [databases.filled(kind, f"items{each.items}", each, keep=True).url for each in (small, large)]
            times = one_item(urls, (small, large))
            print(
                f"{kind}: one changed item among 1,000: {times[0] * 1e3:.2f} ms; among {told.items:,}: "
                f"{times[1] * 1e3:.2f} ms; ratio {times[1] / times[0]:.2f}"
            )
            url = databases.filled(kind, f"rules{told.rules}", Corpus(told.rules), keep=True).url
            a_rule(kind, url)


def one_item(urls: list[str], corpora: tuple[Corpus, ...]) -> list[float]:
    """The median seconds of a change, in each store; each turn asks all of them."""
    rng = random.Random(1)
    found: list[list[float]] = [[] for _ in urls]
    stores = [Store(url) for url in urls]
    writers = [Writer(store) for store in stores]
    for _ in range(TURNS):
        for place, (writer, corpus) in enumerate(zip(writers, corpora, strict=True)):
            draft = corpus.draft(rng.randrange(corpus.items))
            changed = replace(kept(replace(draft, deleted=not draft.deleted)), datestamp=None)
            start = time.perf_counter()
            writer.save([changed], dry_run=True)
            found[place].append(time.perf_counter() - start)
    for store in stores:
        store.close()
    return [statistics.median(each) for each in found]


def a_rule(kind: str, url: str) -> None:
    """Carry out a rule and take it back, while pages are read."""
    context = multiprocessing.get_context("spawn")
    with Store(url) as store:
        writer = Writer(store)
        for told, what in ((RULE, "a new rule"), ({}, "no rule again")):
            usual = _reading(context, url, None)
            stop = context.Event()
            pages = context.Queue()
            reader = context.Process(target=read, args=(url, stop, pages))
            reader.start()
            start = time.perf_counter()
            moves = apply(store, writer, Showing(Membership(set_rules_of(told))), ["oai_dc"])
            took = time.perf_counter() - start
            stop.set()
            during = pages.get()
            reader.join()
            print(f"{kind}: {what}: {moves.items:,} items moved in {took:.1f} s")
            print(f"  pages before: {_told(usual)}; meanwhile: {_told(during)}")


def _told(times: list[float]) -> str:
    low, high = statistics.median(times) * 1e3, max(times) * 1e3
    return f"median {low:.2f} ms, 99 of 100 below {_percentile(times):.2f}, slowest {high:.2f} ({len(times):,} pages)"


def _percentile(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] * 1e3


def _reading(context: multiprocessing.context.SpawnContext, url: str, _: None) -> list[float]:
    """The times of pages while nobody writes."""
    stop, pages = context.Event(), context.Queue()
    reader = context.Process(target=read, args=(url, stop, pages))
    reader.start()
    time.sleep(4)
    stop.set()
    found: list[float] = pages.get()
    reader.join()
    return found


def read(url: str, stop: Event, pages: multiprocessing.Queue[list[float]]) -> None:
    """Walk the list from page to page, fifty a second, and put the seconds that each took."""
    found: list[float] = []
    with Store(url) as store:
        after = None
        while not stop.is_set():
            start = time.perf_counter()
            page = store.page(Selection("oai_dc"), after, 100)
            found.append(time.perf_counter() - start)
            after = page.next
            time.sleep(0.02)
    pages.put(found)


if __name__ == "__main__":
    main()
