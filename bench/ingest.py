"""What taking items in costs: ``python bench/ingest.py [--items N] [--database sqlite|postgresql]``.

Runs `oai-server ingest` on real papers (arXiv's metadata, where it is at hand; else the made-up repository), in oai_dc
only and in every format, on each database; then once more on what has not changed. Writes items a second, CPU, peak
memory of all processes and the weight on disk into docs/performance.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import report
from corpus import Corpus, line
from databases import KINDS, Databases, settle, weigh
from serving import COMMAND, HERE, our_environment
from watching import Cost, run

FORMATS = ("oai_dc", "all")
ARXIV = HERE.parent.parent / "shared" / "data" / "corpora" / "arxiv-2019"


@dataclass(frozen=True)
class Taken:
    """What became of a source: on which database, in which formats, at what cost, at what weight."""

    database: str
    formats: str
    items: int
    records: int
    first: Cost
    again: Cost
    octets: int
    tables: dict[str, int]


def main() -> None:
    """Measure, print, write."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends this ends its servers too
    given = _arguments()
    given.folder.mkdir(parents=True, exist_ok=True)
    source, what = _source(given.arxiv, given.items, given.folder)
    with Databases(given.folder) as databases:
        found = [
            _taken(databases, kind, formats, source, given.folder)
            for kind in given.database or KINDS
            for formats in given.formats or FORMATS
        ]
    text = "\n\n".join([f"{report.machine()} {what}.", *_tables(found)])
    print(text)
    if given.output:
        report.put(given.output, "ingest", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, default=10_000, help="items to take in (10,000)")
    parser.add_argument("--database", action="append", choices=KINDS, help="may be repeated (both)")
    parser.add_argument("--formats", action="append", choices=FORMATS, help="may be repeated (both)")
    parser.add_argument("--arxiv", type=Path, default=ARXIV, help=f"folder with arXiv's *.tsv.xz ({ARXIV})")
    folder = Path(tempfile.gettempdir()) / "oai-server-bench"
    parser.add_argument("--folder", type=Path, default=folder, help=f"where everything is put ({folder})")
    page = HERE.parent / "docs" / "performance.md"
    parser.add_argument("--output", type=report.page, default=page, help=f"the page to write, '-' for none ({page})")
    given = parser.parse_args()
    given.folder = given.folder.absolute()
    return given


def _source(arxiv: Path, count: int, folder: Path) -> tuple[Path, str]:
    """A JSON Lines file with so many items, and what they are."""
    real = arxiv.is_dir()
    path = folder / f"{'arxiv' if real else 'made-up'}-{count}.jsonl"
    if not path.exists():
        lines = _papers(arxiv, count) if real else (line(draft) for draft in Corpus(count).drafts())
        path.write_text("".join(f"{each}\n" for each in lines), "utf-8")
    found = sum(1 for _ in path.open("rb"))
    return (
        path,
        f"{found:,} {'papers of arXiv' if real else 'made-up items'}, {path.stat().st_size / found:,.0f} octets each",
    )


def _papers(folder: Path, count: int) -> Iterator[str]:
    """Papers in our interchange; one that stands in several categories is told once, with the first."""
    csv.field_size_limit(10**8)
    seen: set[str] = set()
    for file in sorted(folder.glob("*.tsv.xz")):
        with lzma.open(file, "rt", encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows, delimiter="\t"):
                if len(seen) == count:
                    return
                if row["arxiv_id"] not in seen:
                    seen.add(row["arxiv_id"])
                    yield json.dumps(_paper(row, file.name.removesuffix(".tsv.xz")), ensure_ascii=False)


def _paper(row: dict[str, str], category: str) -> dict[str, object]:
    metadata = {
        "dc.title": [row["title"]],
        "dc.contributor.author": [name.strip() for name in row["author_text"].split(",") if name.strip()],
        "dc.description.abstract": [row["abstract"]],
        "dc.subject": row["categories"].split(),
        "dc.date.issued": [row["created"]],
        "dc.identifier.uri": [f"https://arxiv.org/abs/{row['arxiv_id']}"],
        "dc.identifier.doi": [row["doi"]] if row["doi"] else [],
    }
    told = {name: values for name, values in metadata.items() if values}
    return {"identifier": row["arxiv_id"], "metadata": told, "sets": [f"arxiv:{category}"]}


def _taken(databases: Databases, kind: str, formats: str, source: Path, folder: Path) -> Taken:
    """The source taken into an empty database, then once more. Exit code 1 says that something was lost, and told."""
    print(f"{kind}, {formats}", file=sys.stderr)
    url, log = databases.empty(kind, "ingest"), folder / "ingest.log"
    settings = {"OAI_SERVER_DATABASE_URL": url, "OAI_SERVER_BASE_URL": "https://bench.example.org/oai"}
    if formats != "all":
        settings["OAI_SERVER_FORMATS"] = formats
    environment = {**os.environ, **our_environment(), **settings}
    first, again = (
        run([*COMMAND, "ingest", str(source)], environment, folder, log, databases.process(kind), good=(0, 1))
        for _ in range(2)
    )
    settle(url)
    octets, tables = weigh(url)
    told = subprocess.run([*COMMAND, "status"], env=environment, cwd=folder, capture_output=True, text=True, check=True)
    items, records = (
        sum(int(each) for each in re.findall(rf"^{what} \S+\s+(\d+)", told.stdout, re.M))
        for what in ("items", "records")
    )
    return Taken(kind, formats, items, records, first, again, octets, tables)


def _tables(found: Sequence[Taken]) -> Iterator[str]:
    yield "CPU with the database's after the plus; memory is the peak of all processes together, PSS."
    head = "database, formats|records an item|items a second|unchanged, a second|CPU ms an item|unchanged|memory MB"
    rows = []
    for each in found:
        first, again = each.first, each.again
        rows.append(
            [
                f"{report.NAMES[each.database]}, {each.formats}",
                f"{each.records / each.items:.1f}",
                f"{each.items / first.seconds:,.0f}",
                f"{each.items / again.seconds:,.0f}",
                *(
                    report.plus(cost.cpu / each.items * 1e3, cost.database / each.items * 1e3)
                    for cost in (first, again)
                ),
                report.plus(max(first.peak, again.peak) / 1e6, max(first.database_peak, again.database_peak) / 1e6, 0),
            ]
        )
    yield report.table(head.split("|"), rows)
    yield "Octets an item on disk, whole and by table (indexes with them):"
    names = list(dict.fromkeys(name for each in found for name in list(each.tables)[:4]))
    rows = [
        [
            f"{report.NAMES[each.database]}, {each.formats}",
            f"{each.octets / each.items:,.0f}",
            *(f"{each.tables.get(name, 0) / each.items:,.0f}" for name in names),
        ]
        for each in found
    ]
    yield report.table(["database, formats", "whole", *names], rows)


if __name__ == "__main__":
    main()
