"""Servers that are stopped and started again while harvesters ask: `oai-server serve`, or a process of our own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from oai_server.config import Settings
from tests.judges import ROOT
from tests.proof.app import serve
from tests.proof.broken import Broken
from tests.proof.processes import PROCESSES
from tests.proof.schedule import PREFIXES, Serving
from tests.proof.writer import BASE_URL

PATIENCE = 60.0  # seconds


class Running(Protocol):
    """A server's processes."""

    def alive(self) -> bool:
        """Whether they have not ended by themselves."""

    def end(self, abrupt: bool) -> None:
        """End them: as a service manager does, or all at once by SIGKILL."""


class Command:
    """`oai-server serve` with its workers; what it says goes to the end of a file."""

    def __init__(self, settings: Settings, port: int, workers: int, log: Path) -> None:
        """Started, not waited for."""
        told = {
            "DATABASE_URL": settings.database_url,
            "BASE_URL": settings.base_url or "",
            "FORMATS": " ".join(settings.formats),
            "PAGE_SIZE": str(settings.page_size),
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OAI_SERVER_")}
        environment |= {f"OAI_SERVER_{name}": value for name, value in told.items()} | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "oai_server.cli", "serve"]
        command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=log.parent,
                stdout=said,
                stderr=said,
                start_new_session=True,  # so that its workers can be killed with it
            )

    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self, abrupt: bool) -> None:
        if not abrupt:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
                return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Fork:
    """One process of our own."""

    def __init__(self, settings: Settings, port: int, skew: float, broken: Broken | None) -> None:
        """Started, not waited for."""
        self._process = PROCESSES.Process(target=serve, args=(port, settings, skew, broken), daemon=True)
        self._process.start()

    def alive(self) -> bool:
        return self._process.is_alive()

    def end(self, abrupt: bool) -> None:
        self._process.kill() if abrupt else self._process.terminate()
        self._process.join()


class Server:
    """One server at one port; tokens of the one are good at the others, because they share a store."""

    def __init__(self, serving: Serving, url: str, folder: Path, broken: Broken | None = None) -> None:
        """``url`` is the store's; what the server says goes to a file in the folder."""
        self.serving = serving
        self.settings = Settings(database_url=url, base_url=BASE_URL, formats=PREFIXES, page_size=serving.page_size)
        self.broken = broken
        self.port = _free_port()
        self.log = folder / f"server-{self.port}.log"
        self._starts = 0
        self._running: Running | None = None

    def start(self) -> None:
        """Start it, without waiting until it answers; its clock is off by the next of its skews."""
        skew = self.serving.skews[self._starts % len(self.serving.skews)]
        self._starts += 1
        if self.serving.plain or self.broken or skew:
            self._running = Fork(self.settings, self.port, skew, self.broken)
        else:
            self._running = Command(self.settings, self.port, self.serving.workers, self.log)

    def wait(self) -> None:
        """Return when it answers."""
        end = time.monotonic() + PATIENCE
        while self._running is not None and self._running.alive() and time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/oai?verb=ListMetadataFormats")
                answered = connection.getresponse().status
                connection.close()
                if answered == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text(errors="replace")[-3000:] if self.log.exists() else "it has ended")

    def stop(self, abrupt: bool = False) -> None:
        """End it."""
        if self._running is not None:
            self._running.end(abrupt)
            self._running = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
