"""Killed at any instant and run again, an ingest ends as one that nobody disturbed (real processes, SIGKILL)."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = 20  # by all manners together
ITEMS = 600
WORK = """
import sys
from oai_server.ingest import deciding, taking, run, pipeline
for each in (deciding, taking, run, pipeline):
    each.BATCH = 20
from oai_server.cli import main
main(sys.argv[1:])
"""


def line(number: int, title: str, sets: list[str]) -> str:
    return json.dumps({"identifier": str(number), "metadata": {"dc.title": [title]}, "sets": sets}) + "\n"


def corpus(folder: Path) -> list[str]:
    """Two files; every tenth item comes twice, once in each, and some twice in one; some lines are broken."""
    one = [line(n, f"Title {n}", [f"a:{n % 7}"]) for n in range(ITEMS)]
    two = [line(n, f"Another title {n}" if n % 20 else f"Title {n}", [f"b:{n % 3}"]) for n in range(0, ITEMS, 10)]
    one[100:100] = ["{broken\n"]
    one += [line(n, f"Later title {n}", ["c"]) for n in range(0, ITEMS, 50)]
    (folder / "one.jsonl").write_text("".join(one))
    (folder / "two.jsonl").write_text("".join(two))
    return ["one.jsonl", "two.jsonl"]


def ingest(folder: Path, *words: str) -> subprocess.Popen:
    settings = {
        "OAI_SERVER_DATABASE_URL": "sqlite:///store.sqlite",
        "OAI_SERVER_BASE_URL": "https://repo.example.org/oai",
        "OAI_SERVER_FORMATS": "oai_dc,dim",
    }
    command = [sys.executable, "-c", WORK, "ingest", "--jobs", "1", *words]
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def whole(folder: Path) -> dict[str, list[tuple]]:
    """Everything in the store but stamps and numbers."""
    with sqlite3.connect(folder / "store.sqlite") as connection:
        return {
            what: sorted(connection.execute(query).fetchall(), key=repr)
            for what, query in {
                "items": "SELECT identifier, content, digest, state, sets FROM items",
                "records": "SELECT identifier, prefix, body FROM items JOIN renditions ON item_id = items.id",
                "headers": "SELECT identifier, headers.sets, opening, closing FROM items "
                "JOIN headers ON item_id = items.id",
                "lists": "SELECT profile, prefix, set_spec, count(*) FROM lists JOIN entries ON list_id = lists.id "
                "GROUP BY 1, 2, 3",
                "tallies": "SELECT profile, prefix, set_spec, sum(size) FROM lists JOIN tallies ON list_id = lists.id "
                "WHERE level = 2 GROUP BY 1, 2, 3",
                "sets": "SELECT spec, name FROM sets",
                "faults": "SELECT identifier, line, degree, rule, message FROM faults",
                "shares": "SELECT identifier, shares.sets FROM shares JOIN items ON item_id = items.id",
            }.items()
        }


@pytest.mark.parametrize("manner", [[], ["--merge-sets"], ["--complete", "--yes"]], ids=" ".join)
def test_killed_again_and_again_it_ends_as_one_that_nobody_disturbed(tmp_path, manner):
    calm, wild = tmp_path / "calm", tmp_path / "wild"
    for folder in (calm, wild):
        folder.mkdir()
        files = corpus(folder)
    began = time.monotonic()
    assert ingest(calm, *manner, *files).wait() == 1  # a line is broken
    took = time.monotonic() - began
    chance = random.Random(repr(manner))
    kills = 0
    for _ in range(KILLS // (4 if manner else 2)):
        process = ingest(wild, *manner, *files)
        try:
            process.wait(chance.uniform(0.2, 1) * took)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills
    assert ingest(wild, *manner, *files).wait() == 1
    assert whole(wild) == whole(calm)
    stamps = "SELECT header_id, prefix, datestamp, change FROM records ORDER BY 1, 2"
    with sqlite3.connect(wild / "store.sqlite") as connection:
        before = connection.execute(stamps).fetchall()
        assert ingest(wild, *manner, *files).wait() == 1
        assert connection.execute(stamps).fetchall() == before
