"""What a command uses while it runs: CPU and memory of all its processes, and of the database that works for it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from serving import family, memory, process_cpu


@dataclass
class Watch:
    """What processes use while a command runs: looked at again and again, since what has ended tells nothing."""

    roots: list[int]
    cpu: dict[int, float] = field(default_factory=dict)
    peak: int = 0

    def look(self) -> None:
        """Take note of everything that runs now."""
        held = 0
        for root in self.roots:
            for process in family(root):
                used = process_cpu(process)
                if used is not None:
                    self.cpu[process] = used
            held += sum(memory(root).values())
        self.peak = max(self.peak, held)


@dataclass(frozen=True)
class Cost:
    """One run of a command: seconds, CPU of its processes, of the database's; peak memory of each in octets."""

    seconds: float
    cpu: float
    database: float
    peak: int
    database_peak: int


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    database: int | None,
    good: Collection[int] = (0,),
) -> Cost:
    """Run a command to its end and watch it; what it says goes into the log."""
    ours, theirs = Watch([]), Watch([database] if database else [])
    theirs.look()
    before = dict(theirs.cpu)
    start = time.monotonic()
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=said, stderr=said)
    ours.roots.append(process.pid)
    while process.poll() is None:
        ours.look()
        theirs.look()
        time.sleep(0.1)
    seconds = time.monotonic() - start
    if process.returncode not in good:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')[-3000:]}")
    used = sum(after - before.get(number, 0.0) for number, after in theirs.cpu.items())
    return Cost(seconds, sum(ours.cpu.values()), used, ours.peak, theirs.peak)
