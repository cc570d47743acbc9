"""The production server: granian, whose sockets are asynchronous, so that a slow client holds no worker."""

from __future__ import annotations

import socket
from threading import Thread

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from oai_server.web.app import create_app
from oai_server.web.refreshing import watch

# In each worker. SQLite is never waited for, and gives the interpreter's lock away at every row: with several threads a
# page costs half as much again, and each keeps a cache of its own. PostgreSQL is waited for while others go on.
THREADS = {"sqlite": 1, "postgresql": 2}


def worker() -> Flask:
    """The app of one worker, which looks now and then whether time has changed an item."""
    app = create_app()
    Thread(target=watch, args=(app.extensions["oai_server"],), name="refresh", daemon=True).start()
    return app


def serve(host: str, port: int, workers: int, database: str = "sqlite") -> None:
    """Serve until told to stop; each worker builds its own app from the settings in the environment.

    ``database`` is the kind that is read. OSError where the address cannot be had: granian itself would share it with
    whoever listens there already.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    Granian(
        "oai_server.web.serving:worker",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS[database],
        respawn_failed_workers=True,
        websockets=False,
    ).serve()
