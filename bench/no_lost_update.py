"""Minutes of the proof that no update is lost: ``python bench/no_lost_update.py [--minutes 10] [--postgresql]``.

Runs of half a minute with schedules made up anew (``--seed`` makes up the same again), each on an empty database:
writers that are frozen and killed, servers that are stopped and started, clocks that are off, harvesters that ask on
all the while; see tests/proof. ``--database URL`` takes a database of yours, which must be empty, for all runs.
``--broken NAME`` puts a fault into the product, which must be found. Exit code 1: an update was lost, or a law of lists
was broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import getrandbits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.proof.broken import BROKEN  # noqa: E402
from tests.proof.rehearsal import Outcome, rehearse  # noqa: E402
from tests.proof.schedule import LONG, made_up  # noqa: E402

SHOWN = 10  # of the faults of a run
FOUND = ("updates_lost", "differences", "broken_laws", "failures")


@contextmanager
def databases(arguments: argparse.Namespace, folder: Path) -> Iterator[Iterator[str]]:
    """The URL of a database for each run."""
    numbers = range(1_000_000)
    if arguments.database:
        yield (arguments.database for _ in numbers)
    elif arguments.postgresql:
        from databases import Databases

        with Databases(folder) as kept:
            yield (kept.empty("postgresql", f"proof{number}") for number in numbers)
    else:
        yield (f"sqlite:///{folder}/proof-{number}.sqlite" for number in numbers)


def told(outcome: Outcome) -> str:
    """The counts of a run in a line."""
    found = outcome.totals
    return (
        f"{found['items added'] + found['items changed']:,} updates, {found['writers frozen']} times frozen, "
        f"{found['writers killed']} killed, {found['servers started again']} restarts, {found['pages']:,} pages, "
        f"{found['records compared'] + found['records compared on the way']:,} records compared, "
        f"{len(outcome.updates_lost)} updates lost, {len(outcome.differences)} differences, "
        f"{len(outcome.broken_laws)} laws broken, {len(outcome.failures)} failures"
    )


def run(arguments: argparse.Namespace, folder: Path) -> Outcome:
    """All runs, added up."""
    whole = Outcome(totals=Counter(runs=0))
    end = time.monotonic() + arguments.minutes * 60
    with databases(arguments, folder) as urls:
        while time.monotonic() < end:
            schedule, url = made_up(f"{arguments.seed} {whole.totals['runs']}", LONG), next(urls)
            outcome = rehearse(schedule, url, folder, arguments.broken)
            whole.totals += outcome.totals + Counter(runs=1)
            print(f"run {whole.totals['runs']}: {told(outcome)}", flush=True)
            for name in FOUND:
                getattr(whole, name).extend(getattr(outcome, name))
            if outcome.faults:
                print(*(f"  {each}" for each in outcome.faults[:SHOWN]), f"  in {schedule}", sep="\n", flush=True)
    return whole


def main(words: Sequence[str]) -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database", metavar="URL")
    where.add_argument("--postgresql", action="store_true")
    parser.add_argument("--broken", choices=BROKEN)
    parser.add_argument("--seed", type=int, default=getrandbits(32))
    arguments = parser.parse_args(words)
    print(f"seed {arguments.seed}, {arguments.broken or 'nothing'} broken", flush=True)
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        began = time.monotonic()
        whole = run(arguments, Path(folder))
    print(f"\n{(time.monotonic() - began) / 60:.1f} minutes")
    for name, count in sorted(whole.totals.items()):
        print(f"{name:<34}{count:>12,}")
    for name in FOUND:
        print(f"{name.replace('_', ' '):<34}{len(getattr(whole, name)):>12,}")
    return 1 if whole.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
