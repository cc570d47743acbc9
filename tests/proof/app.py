"""A server that `oai-server serve` is not: with a fault in it, with a clock that is off, or there in no time."""

from __future__ import annotations

import logging
import time

from werkzeug.serving import make_server

from oai_server.config import Settings
from oai_server.store import Store
from oai_server.web import create_app
from tests.proof.broken import Broken, break_server


def serve(port: int, settings: Settings, skew: float, broken: Broken | None) -> None:
    """The product's app in this one process, until it is killed."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    break_server(broken)
    store = Store(settings.database_url, (lambda: time.time() + skew) if skew else None)
    make_server("127.0.0.1", port, create_app(settings, store)).serve_forever()
