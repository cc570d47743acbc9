"""The production server: granian, whose sockets are asynchronous, so that a slow client holds no worker."""

from __future__ import annotations

import socket

from granian import Granian
from granian.constants import Interfaces

THREADS = 4  # in each worker: a page is a few tenths of a millisecond, waiting is for the database only


def serve(host: str, port: int, workers: int) -> None:
    """Serve until told to stop; each worker builds its own app from the settings in the environment.

    OSError where the address cannot be had: granian itself would share it with whoever listens there already.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    Granian(
        "oai_server.web:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        websockets=False,
    ).serve()
