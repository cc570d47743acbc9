"""What time alone changes, done by the serving processes: the first that sees it starts `oai-server refresh`, once."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import UTC, datetime

from oai_server.store import Store, StoreError

EVERY = 30  # seconds between two looks
LONGEST = 6 * 3600  # seconds that a refresh may take
COMMAND = (sys.executable, "-m", "oai_server.cli", "refresh")
log = logging.getLogger(__name__)


def watch(store: Store) -> None:
    """Look for ever, in a thread of its own; rendering is left to another process, whose memory goes with it."""
    while True:
        try:
            refresh_if_due(store)
        except (StoreError, OSError, subprocess.SubprocessError) as error:
            log.error("refresh: %s", error)
        time.sleep(EVERY)


def refresh_if_due(store: Store) -> bool:
    """Start a refresh if an item is due and no other process has begun one today; whether it was this one."""
    day = datetime.fromtimestamp(store.now(), UTC).date().isoformat()
    if not store.due(day) or not store.claim("refreshed", day):
        return False
    done = subprocess.run(COMMAND, check=False, timeout=LONGEST, capture_output=True, text=True)
    log.log(logging.INFO if done.returncode == 0 else logging.ERROR, "refresh: %s%s", done.stdout, done.stderr)
    if done.returncode > 1:
        store.release("refreshed")
    return True
