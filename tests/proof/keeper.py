"""Looks after a writer: lets it stand still, kills it, sets the next one to work where it left off."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from tests.proof.processes import PROCESSES
from tests.proof.schedule import Halt
from tests.proof.writer import Task, work

PATIENCE = 60.0  # seconds


class Keeper(threading.Thread):
    """One writer, whatever becomes of its processes. ``totals`` counts, ``failures`` tell what should not have been."""

    def __init__(self, task: Task) -> None:
        """Set to work by ``start``."""
        super().__init__(name=f"writer {task.name}", daemon=True)
        self.task = task
        self.totals: Counter[str] = Counter()
        self.failures: list[str] = []
        self._random = Random(f"{task.seed} keeper {task.name}")
        self.ended_well = False
        self.ready = threading.Event()
        self._going = threading.Event()
        self._stopping = threading.Event()
        self._pipe: Pipe | None = None
        self._killed = False

    def go(self) -> None:
        """Let it begin; until then it is only ``ready``."""
        self._going.set()

    def stop(self) -> None:
        """Let it finish its step."""
        self._stopping.set()
        self._going.set()
        if self._pipe is not None:
            with suppress(OSError):
                self._pipe.send("stop")

    def run(self) -> None:
        """Until told to stop: one process after the other. Then it has ``ended_well``."""
        number = self.task.first
        while not self._stopping.is_set() and not self.failures:
            ours, theirs = PROCESSES.Pipe()
            process = PROCESSES.Process(target=work, args=(replace(self.task, first=number), theirs), daemon=True)
            process.start()
            theirs.close()
            self.totals["writer processes"] += 1
            self._killed, self._pipe = False, ours
            if self._stopping.is_set():  # it was told to before there was a pipe to say so
                self.stop()
            number = self._attend(process, ours, number) + 1
            process.join(PATIENCE)
            if process.exitcode is None:
                self.failures.append(f"{self.name} did not end")
                process.kill()
            elif process.exitcode and not self._killed:
                self.failures.append(f"{self.name} ended with exit code {process.exitcode}")
            ours.close()
        self.ended_well = True

    def _attend(self, process: BaseProcess, pipe: Pipe, number: int) -> int:
        """Listen until the process ends; the last step that it began."""
        while True:
            try:
                what, told = pipe.recv()
            except (EOFError, OSError):
                return number
            if what == "ready":
                self.ready.set()
                self._going.wait()
                with suppress(OSError):
                    pipe.send("go")
            elif what == "step":
                number = told
            elif what == "halting":
                self._halt(process, told)
            elif what == "done":
                self.totals.update({f"items {change}": count for change, count in told.items() if count})
                self.totals["steps done"] += 1
            else:
                self.totals["steps that the database refused"] += 1
                self.failures.append(f"{self.name}: {told}")

    def _halt(self, process: BaseProcess, halt: Halt) -> None:
        """Let it stand still for the time that was planned, or until the run is over; then kill or continue it."""
        pid = process.pid or 0
        with suppress(ProcessLookupError):
            if halt.moment == "any":
                time.sleep(self._random.uniform(0.0, 0.03))
                os.kill(pid, signal.SIGSTOP)
            _await_standstill(pid)
            self._stopping.wait(halt.seconds)
            self._killed = halt.killed
            self.totals["writers killed" if halt.killed else "writers frozen"] += 1
            self.totals[f"{'killed' if halt.killed else 'frozen'} {halt.moment}"] += 1
            os.kill(pid, signal.SIGKILL if halt.killed else signal.SIGCONT)


def _await_standstill(pid: int) -> None:
    """Return when a process is stopped: a SIGCONT that comes before it would be lost."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            raise ProcessLookupError(pid) from None
        if state in "TtZX":
            return
        time.sleep(0.005)
