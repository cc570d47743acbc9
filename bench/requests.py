"""What answers cost, side by side in one run: ``python bench/requests.py [--items N] [--database URL]``.

Fills a database with a made-up repository (or takes the one that it filled before), serves it, and measures CPU from
the operating system, answers a second and memory beside the same octets as constants through Flask, beside nginx with
static files, and beside public Python providers. Writes the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cases
import goals
import peers
import report
from asking import harvest
from corpus import Corpus
from databases import Databases, Filled
from measuring import measure, wrk_rates
from serving import HERE, constant_server, nginx_missing, nginx_server, our_server

SMALL = 10_000  # items of the store that the large one is compared with; it has as many sets
SEED = 1
TOLD = ("items", "workers", "connections", "rounds", "seconds")


def main() -> None:
    """Measure, print, write."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends this ends its servers too
    given = _arguments()
    given.folder.mkdir(parents=True, exist_ok=True)
    corpus, small = Corpus(given.items, SEED), Corpus(SMALL, SEED)
    further = SMALL - len(small.sets())
    found: dict[str, Any] = {
        "about": {name: getattr(given, name) for name in TOLD} | {"machine": report.machine()},
        "databases": {},
    }
    with Databases(given.folder) as databases:
        for kind in given.database or ["sqlite", "postgresql"]:
            of_its_own = kind if kind in ("sqlite", "postgresql") else "sqlite"
            big = databases.filled(kind, f"items{corpus.items}", corpus, keep=given.keep)
            little = databases.filled(of_its_own, "small", small, further, keep=given.keep)
            name = kind.partition(":")[0]
            found["databases"][name] = _measured(given, big, little, corpus, small)
    (given.folder / "requests.json").write_text(json.dumps(found, indent=1))
    text = goals.tables(found)
    print(text)
    if given.output:
        report.put(given.output, "requests", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, default=100_000, help="items in the store (100,000)")
    parser.add_argument(
        "--database",
        action="append",
        metavar="URL",
        help="sqlite, postgresql (each started here) or the URL of an empty database; may be repeated (both)",
    )
    parser.add_argument("--rounds", type=int, default=12, help="turns that each case gets (12)")
    parser.add_argument("--seconds", type=float, default=0.3, help="length of a turn (0.3)")
    parser.add_argument("--connections", type=int, default=4, help="connections of the client (4)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of every server (2)")
    parser.add_argument("--no-peers", action="store_true", help="leave the other providers out")
    parser.add_argument("--keep", action="store_true", help="take databases that older code of the store has filled")
    folder = Path(tempfile.gettempdir()) / "oai-server-bench"
    parser.add_argument("--folder", type=Path, default=folder, help=f"where everything is put ({folder})")
    page = HERE.parent / "docs" / "performance.md"
    parser.add_argument(
        "--output", type=report.page, default=page, help=f"the page to write into, '-' for none ({page})"
    )
    given = parser.parse_args()
    given.folder = given.folder.absolute()
    if given.items < 2_000:
        parser.error("--items must be at least 2,000, or there are no pages to compare")
    return given


def _measured(
    given: argparse.Namespace, big: Filled, little: Filled, corpus: Corpus, small: Corpus
) -> dict[str, object]:
    """Everything about one database."""
    folder, pages = given.folder, given.folder / "pages"
    with ExitStack() as stack:
        large = stack.enter_context(our_server("large", big.url, folder, given.workers, big.process))
        store = stack.enter_context(our_server("small", little.url, folder, given.workers, little.process))
        wanted = list(cases.our_cases(large, store, corpus))
        cases.constant_pages(large, wanted[0], pages)
        wanted += cases.constant_cases(
            stack.enter_context(constant_server(pages, big.url, folder, given.workers)), pages
        )
        skipped: dict[str, str] = {}
        if big.process is None and not big.url.startswith("sqlite"):
            skipped["CPU of the database"] = "its processes are not ours to see"
        missing = nginx_missing()
        if missing:
            skipped["nginx"] = missing
        else:
            wanted += cases.nginx_cases(stack.enter_context(nginx_server(pages, folder, given.workers)))
        if given.no_peers:
            skipped["other providers"] = "left out (--no-peers)"
        else:
            path = peers.database(folder, small)
            for label, app in peers.PEERS.items():
                server = stack.enter_context(peers.peer_server(app, path, folder, given.workers))
                wanted.append(cases.peer_case(server, label))
        print(f"{len(wanted)} cases, {given.rounds} rounds", file=sys.stderr)
        series = measure(wanted, given.rounds, given.seconds, given.connections)
        shared = [case for case in wanted if case.key in ("plain", "constant plain", "nginx plain")]
        rates = wrk_rates(shared, 3, max(round(3 * given.seconds), 1), folder)
        return {
            "harvests": {coding: asdict(harvest(large, coding, 1_000)) for coding in ("", "gzip")},
            "series": {key: {**asdict(each), "whole": each.whole} for key, each in series.items()},
            "wrk": rates,
            "memory": {server.name: server.workers() for server in (large, store)},
            "fill": {"seconds": big.seconds, "octets": big.octets, "tables": dict(big.tables)},
            "skipped": skipped,
        }


if __name__ == "__main__":
    main()
