"""Side by side: every case gets a short turn in every round, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import random
import re
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from load import Client, Load
from serving import HOST, Server


@dataclass(frozen=True)
class Case:
    """Requests to one server that are measured together. ``records`` is what an answer holds on average."""

    key: str
    label: str
    server: Server
    requests: tuple[str, ...]
    records: float = 0


@dataclass
class Series:
    """What a case cost, round by round: CPU milliseconds an answer (server, database), answers a second."""

    label: str
    records: float
    octets: float = 0
    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)

    def add(self, told: Load, server: float, database: float) -> None:
        """One turn, with the CPU seconds that it took."""
        self.octets = told.octets / told.answers
        self.server.append(server / told.answers * 1000)
        self.database.append(database / told.answers * 1000)
        self.rate.append(told.answers / told.seconds)

    @property
    def whole(self) -> list[float]:
        """CPU of server and database."""
        return [server + database for server, database in zip(self.server, self.database, strict=True)]


def measure(cases: Sequence[Case], rounds: int, seconds: float, connections: int) -> dict[str, Series]:
    """Every case in every round, in another order each time; the first round only warms up."""
    found = {case.key: Series(case.label, case.records) for case in cases}
    turns = ((number, case) for number in range(rounds + 1) for case in _shuffled(cases, number))
    with Client() as client:
        for number, case in turns:
            before = case.server.cpu()
            told = client.run(case.server.port, case.requests, connections, seconds)
            after = case.server.cpu()
            if told.bad:
                raise SystemExit(f"{case.label}: {told.bad} of {told.answers} answers were not 200")
            if number:
                found[case.key].add(told, after[0] - before[0], after[1] - before[1])
    return found


def _shuffled(cases: Sequence[Case], number: int) -> Sequence[Case]:
    return random.Random(number).sample(cases, len(cases))


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """How many times as much: the median of what each round says."""
    return statistics.median(this / that for this, that in zip(these, those, strict=True))


SCRIPT = """
local paths, at = {{ {paths} }}, 0
request = function()
    at = at % #paths + 1
    return wrk.format("GET", paths[at])
end
"""


def wrk_rates(cases: Sequence[Case], rounds: int, seconds: int, folder: Path) -> dict[str, list[float]] | None:
    """Answers a second by wrk, the usual client, which reads what it gets: two threads, eight connections."""
    if shutil.which("wrk") is None:
        return None
    found: dict[str, list[float]] = {case.key: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            script = folder / "wrk.lua"
            paths = (each.split(" ")[1] for each in case.requests)
            script.write_text(SCRIPT.format(paths=", ".join(f"[[{path}]]" for path in paths)))
            command = ["wrk", "-t2", "-c8", f"-d{seconds}", "-s", str(script), f"http://{HOST}:{case.server.port}/"]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            rate = re.search(r"Requests/sec:\s*([0-9.]+)", told)
            if rate is None or "Non-2xx" in told:
                raise SystemExit(f"{case.label}: wrk said\n{told}")
            found[case.key].append(float(rate[1]))
    return found
