"""One run of the proof: everybody at work for the time of a schedule, then every mirror compared with the store."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from oai_server.store import Store
from tests.proof.broken import Broken
from tests.proof.harvester import Harvester
from tests.proof.keeper import Keeper
from tests.proof.laws import differences
from tests.proof.schedule import PREFIXES, SETS, Harvesting, Restart, Schedule
from tests.proof.serving import Server
from tests.proof.truth import Truth
from tests.proof.writer import Task, item, pipeline_to, readings

PATIENCE = 120.0  # seconds for everybody to come to an end


@dataclass
class Outcome:
    """What a run did and found.

    Counts; updates lost on the way; where mirrors differ from the store in the end; laws of lists that were broken; and
    what went wrong with the run itself.
    """

    totals: Counter[str] = field(default_factory=Counter)
    updates_lost: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    broken_laws: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that must not be."""
        return [*self.failures, *self.updates_lost, *self.differences, *self.broken_laws]


def rehearse(schedule: Schedule, url: str, folder: Path, broken: Broken | None = None) -> Outcome:
    """Run a schedule on an empty database; ``folder`` takes what the servers say."""
    outcome = Outcome()
    _fill(url, schedule)
    truth = Truth(url)
    servers = [Server(serving, url, folder, broken) for serving in schedule.servers]
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.wait()
        harvesters = _run(schedule, url, servers, truth, outcome, broken)
        for harvester in harvesters:
            harvester.harvest()
        _compare([*harvesters, *_fresh(servers, truth)], truth, outcome)
    finally:
        for server in servers:
            server.stop()
        truth.close()
    return outcome


def _fill(url: str, schedule: Schedule) -> None:
    random = Random(schedule.seed)
    with Store(url, sleep=lambda seconds: None) as store:
        pipeline_to(store).ingest(readings([item(number, random) for number in range(schedule.items)]), "beginning")


def _run(
    schedule: Schedule, url: str, servers: Sequence[Server], truth: Truth, outcome: Outcome, broken: Broken | None
) -> list[Harvester]:
    """Everybody at work, then at rest again; the harvesters with what they have."""
    harvesters = [
        Harvester(f"harvester {number}", each, servers, truth, schedule.seed)
        for number, each in enumerate(schedule.harvesters)
    ]
    keepers = [
        Keeper(Task(number, each, url, schedule.items, schedule.seed, broken=broken))
        for number, each in enumerate(schedule.writers, 1)
    ]
    for keeper in keepers:
        keeper.start()
    for keeper in keepers:
        keeper.ready.wait(PATIENCE)
    began = time.monotonic()
    for harvester in harvesters:
        harvester.start()
    for keeper in keepers:
        keeper.go()
    outcome.totals["servers started again"] = _restart(schedule.restarts, servers, began)
    time.sleep(max(0.0, began + schedule.seconds - time.monotonic()))
    _stop(keepers, outcome)  # writers first: harvesters go on for a while, as ever
    _stop(harvesters, outcome)
    for each in (*harvesters, *keepers):
        outcome.totals += each.totals
    outcome.failures += [failure for keeper in keepers for failure in keeper.failures]
    outcome.totals.update({"writers": len(keepers), "harvesters": len(harvesters), "servers": len(servers)})
    return harvesters


def _restart(restarts: Sequence[Restart], servers: Sequence[Server], began: float) -> int:
    for restart in sorted(restarts, key=lambda each: each.second):
        time.sleep(max(0.0, began + restart.second - time.monotonic()))
        server = servers[restart.server]
        server.stop(restart.abrupt)
        server.start()
        server.wait()
    return len(restarts)


def _stop(threads: Sequence[Keeper] | Sequence[Harvester], outcome: Outcome) -> None:
    for thread in threads:
        thread.stop()
    end = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
        if not thread.ended_well:
            outcome.failures.append(f"{thread.name} {'does not end' if thread.is_alive() else 'has failed'}")


def _fresh(servers: Sequence[Server], truth: Truth) -> list[Harvester]:
    """Harvesters that come when all is done: what they get shows whether the lists themselves are right."""
    found = []
    for prefix in PREFIXES:
        for set_spec in (None, *SETS):
            name = f"new harvester of {set_spec or 'everything'} in {prefix}"
            harvester = Harvester(name, Harvesting(prefix, set_spec, pause=0.0, hold=0.0), servers, truth, 0)
            harvester.harvest()
            found.append(harvester)
    return found


def _compare(harvesters: Sequence[Harvester], truth: Truth, outcome: Outcome) -> None:
    copies = {prefix: truth.copies(prefix) for prefix in PREFIXES}
    for harvester in harvesters:
        wanted = harvester.wanted
        outcome.totals["records compared"] += len(harvester.mirror)
        found = differences(harvester.mirror, copies[wanted.prefix], wanted.set_spec)
        who = f"{harvester.name} ({wanted.prefix}, {wanted.set_spec or 'everything'})"
        outcome.differences += [f"{who}: {each}" for each in found]
        outcome.updates_lost += [f"{who}: {each}" for each in sorted(harvester.updates_lost)]
        outcome.broken_laws += harvester.broken_laws
    for prefix in PREFIXES:
        outcome.failures += [f"the store contradicts itself: {each}" for each in truth.contradictions(prefix)]
