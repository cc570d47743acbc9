"""Time as it may be told: no responseDate is later than a second that writers know of (docs/decisions/0009)."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, bindparam, select, update

from oai_server.store.database import Bare, Clock, Question, StoreUnavailable, try_writing
from oai_server.store.tables import facts

AHEAD = 2  # seconds that a renewal reaches into the future
PAUSE = 0.2  # seconds between two tries to renew

LEASE = select(facts.c.value).where(facts.c.name == bindparam("name"))
EXTEND = update(facts).where(facts.c.name == "lease")


class Lease:
    """The last second that this process may tell as a responseDate.

    It stands in the store, grows under the lock of writers, and never goes back. A writer stamps later than it, and
    while a writer is at work nobody can move it: so what a reader cannot see yet bears a datestamp after the
    responseDate it told, whatever any clock says.
    """

    def __init__(self, bare: Bare, clock: Clock, here: Clock) -> None:
        """``clock`` is the store's, which decides how far the lease reaches; ``here`` is the one of this process."""
        self.engine = bare.engine
        self.clock = clock
        self.here = here
        self._until = 0
        self._tried = float("-inf")
        self._stored = Question(bare, LEASE)

    def second(self) -> int:
        """The second it is, or the last one that may be told while the lease cannot be renewed."""
        now = int(self.here())
        if now > self._until and abs(self.here() - self._tried) >= PAUSE:
            self._renew(now)
            self._tried = self.here()
        return min(now, self._until)

    def _renew(self, now: int) -> None:
        """Read the lease again, and prolong it where no writer is at work; never waits."""
        with suppress(StoreUnavailable):
            self._until = max(self._until, int(self._stored.rows({"name": "lease"})[0][0]))
            if now > self._until:
                reached = 0
                with try_writing(self.engine) as connection:
                    if connection is not None:
                        reached = extend(connection, int(self.clock()) + AHEAD)
                self._until = max(self._until, reached)  # only now that it is committed


def extend(connection: Connection, second: int) -> int:
    """Let the lease reach that second, or further where it already does; what it is then."""
    reached = max(leased(connection), second)
    connection.execute(EXTEND.values(value=str(reached)))
    return reached


def leased(connection: Connection) -> int:
    """The last second that any reader may have told."""
    return int(connection.scalar(select(facts.c.value).where(facts.c.name == "lease")) or 0)
