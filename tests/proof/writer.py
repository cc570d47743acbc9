"""A writer's process: takes items in as the commands do, and stands still at the moment that its step names."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from multiprocessing.connection import Connection as Pipe
from random import Random
from typing import Any

from sqlalchemy import Connection

from oai_server.formats.rendering import make_renderer
from oai_server.ingest import jsonl
from oai_server.ingest.keeping import Hands
from oai_server.ingest.pipeline import Pipeline
from oai_server.model import Item, Reading, Site, Value
from oai_server.store import Change, KeptItem, Store, StoreUnavailable, Writer
from tests.proof.broken import Broken, break_writer
from tests.proof.schedule import PREFIXES, SETS, Halt, Moment, Step, Writing

DOMAIN = "proof.example.org"
BASE_URL = f"http://{DOMAIN}/oai"  # of every server, as behind a balancer


@dataclass(frozen=True)
class Task:
    """What a writer's process is told: who it is, what to do, from which step on, and which fault it has."""

    name: int
    writing: Writing
    url: str
    items: int
    seed: int
    first: int = 0
    broken: Broken | None = None


class HaltingWriter(Writer):
    """Says which moment of keeping items it has reached."""

    def __init__(self, store: Store, reach: Callable[[Moment], None]) -> None:
        """``reach`` hears each moment, and may not come back."""
        super().__init__(store)
        self.reach = reach
        self._saving = False

    def save(self, batch: Sequence[KeptItem], *more: Any, **options: Any) -> Mapping[str, Change]:
        """As ever."""
        self._saving = bool(batch)
        self._reached("rendered")
        try:
            return super().save(batch, *more, **options)
        finally:
            self._saving = False

    def _reached(self, moment: Moment) -> None:
        if self._saving:
            self.reach(moment)

    @contextmanager
    def _transaction(self, dry_run: bool = False) -> Iterator[Connection]:
        with super()._transaction(dry_run) as connection:
            self._reached("locked")
            yield connection
            self._reached("stamped")
        self._reached("committed")


def pipeline_to(store: Store) -> Pipeline:
    """A pipeline that renders in the formats of the proof."""
    site = Site(BASE_URL, "Proof", DOMAIN, f"{BASE_URL}/schemas/")
    return Pipeline(store, Hands(partial(make_renderer, PREFIXES, site, None)), DOMAIN)


def item(number: int, random: Random) -> Item:
    """A new item with a text that no other has."""
    return Item(str(number), {"dc.title": (_title(random),)}, _sets(random))


def _title(random: Random) -> Value:
    return Value(f"Version {random.getrandbits(64):016x} " + "of a title that goes on " * random.randrange(4))


def _sets(random: Random) -> tuple[str, ...]:
    return tuple(random.sample(SETS, random.choice((0, 1, 1, 2))))


def readings(items: Sequence[Item]) -> list[Reading]:
    """Items as a source gives them."""
    return [Reading(each, "proof", line) for line, each in enumerate(items, 1)]


def work(task: Task, pipe: Pipe) -> None:
    """Do the steps over and over until the pipe says stop; tell it of every step and halt."""
    _Worker(task, pipe).work()


class _Worker:
    def __init__(self, task: Task, pipe: Pipe) -> None:
        self.task = task
        self.pipe = pipe
        self.skew = 0.0
        self.halt: Halt | None = None
        # The clock goes wrong with the steps. Nobody waits for a stamp to come: the next step comes sooner.
        store = Store(task.url, lambda: time.time() + self.skew, sleep=lambda seconds: None)
        self.pipeline = pipeline_to(store)
        self.pipeline.writer = HaltingWriter(store, self._reach)
        break_writer(task.broken, self.pipeline.writer)

    def work(self) -> None:
        self._tell("ready", self.task.first)
        if self.pipe.recv() != "go":
            return
        for number in count(self.task.first):
            step = self.task.writing.step(number)
            if self.pipe.poll(step.pause):
                return
            self._tell("step", number)
            self.skew, self.halt = step.skew, step.halt
            if step.halt and step.halt.moment == "any":
                self._tell("halting", step.halt)
                self.halt = None
            try:
                self._tell("done", self._do(step, number, Random(f"{self.task.seed} {self.task.name} {number}")))
            except StoreUnavailable as error:
                self._tell("unavailable", str(error))

    def _tell(self, *message: Any) -> None:
        self.pipe.send(message)

    def _reach(self, moment: Moment) -> None:
        if self.halt and self.halt.moment == moment:
            self._tell("halting", self.halt)
            self.halt = None
            os.kill(os.getpid(), signal.SIGSTOP)

    def _do(self, step: Step, number: int, random: Random) -> dict[str, int]:
        """How many items became what."""
        pipeline = self.pipeline
        if step.deed == "add":
            first = self.task.name * 10_000_000 + number * 1000
            new = [item(first + each, random) for each in range(step.size)]
            return dict(pipeline.ingest(readings(new), f"writer {self.task.name}").changes)
        names = self._names(step.size, random)
        if step.deed in ("withdraw", "restore"):
            became = pipeline.set_state(names, "withdrawn" if step.deed == "withdraw" else "active")
            return {"changed": sum(each == "changed" for each in became.values())}
        if step.deed == "render":
            return dict(pipeline.render_again(names).changes)
        stored = [kept for chunk in pipeline.writer.contents(names, step.size) for kept in chunk]
        changed = [self._changed(step, jsonl.item_of(json.loads(kept.content)), random) for kept in stored]
        return dict(pipeline.ingest(readings(changed), f"writer {self.task.name}").changes)

    def _names(self, size: int, random: Random) -> list[str]:
        """Some of the items that were there from the beginning: every writer changes the same ones."""
        numbers = random.sample(range(self.task.items), min(size, self.task.items))
        return [f"oai:{DOMAIN}:{number}" for number in numbers]

    def _changed(self, step: Step, before: Item, random: Random) -> Item:
        if step.deed == "change":
            return replace(before, metadata={"dc.title": (_title(random),)})
        if step.deed == "move":
            return replace(before, sets=_sets(random))
        return replace(before, state="private" if step.deed == "hide" else "active")
