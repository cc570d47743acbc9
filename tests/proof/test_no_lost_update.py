"""No update is lost: real writers, servers and harvesters, halted and killed at the worst moments.

Minutes of it, with random schedules: ``python bench/no_lost_update.py``.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import getrandbits

import pytest

from oai_server.store import Store
from tests.proof import schedule
from tests.proof.broken import BROKEN, Broken
from tests.proof.rehearsal import rehearse
from tests.proof.schedule import made_up

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="whether a process stands still is told by /proc"
)

# In which short run each fault shows for certain, or nearly so: a race is tried again before it is said to be lost.
SHOWN_BY = {
    "stamp-not-ahead": schedule.STAMPED,
    "no-lease": schedule.FROZEN,
    "edit-time-stamps": schedule.RENDERED,
    "offset-paging": schedule.PAGED,
}
TRIES = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.sqlite"
    return request.getfixturevalue("postgresql")()


def test_every_mirror_equals_the_store_whatever_befalls_writers_and_servers(url, tmp_path):
    """Identifiers, deletions, sets and bytes, for every harvester; and each list on its way keeps its laws."""
    given = made_up(str(getrandbits(64)))
    outcome = rehearse(given, url, tmp_path)
    assert not outcome.faults, given
    for what in ("writers frozen", "servers started again", "items changed", "lists, incremental", "records compared"):
        assert outcome.totals[what], (what, given)


@pytest.mark.parametrize("broken", BROKEN)
def test_the_proof_finds(broken, tmp_path):
    """A fault put into the product is found by the very run that finds none without it."""
    for number in range(TRIES):
        sound, with_fault = _both(broken, tmp_path / str(number))
        assert not sound.faults
        assert not with_fault.failures
        if with_fault.updates_lost or with_fault.differences:
            return
    raise AssertionError(f"{TRIES} runs with {broken} lose nothing")


def _both(broken: Broken, folder: Path):
    """The same run beside itself: without the fault, and with it."""
    found = []
    with ThreadPoolExecutor(2) as pool:
        for name in (None, broken):
            here = folder / str(name)
            here.mkdir(parents=True)
            url = f"sqlite:///{here}/store.sqlite"
            Store(url).close()  # Alembic makes no two stores at once in one process
            found.append(pool.submit(rehearse, SHOWN_BY[broken], url, here, name))
        return [each.result() for each in found]
