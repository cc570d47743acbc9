"""The production server: granian, whose sockets are asynchronous, so that a slow client holds no worker."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces

THREADS = 4  # in each worker: a page is a few tenths of a millisecond, waiting is for the database only


def serve(host: str, port: int, workers: int) -> None:
    """Serve until told to stop; each worker builds its own app from the settings in the environment."""
    Granian(
        "oai_server.web:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
    ).serve()
