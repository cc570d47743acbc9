"""What a command says: tables, faults, progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from oai_server.ingest.tally import Tally

EVERY = 10  # seconds between two lines of progress
FAULT_PARTS = ("degree", "file", "line", "identifier", "prefix", "rule", "message")


def report(tally: Tally, what: str) -> None:
    """What a run did: its faults one by one, then the examples, then the counts."""
    for fault in tally.faults:
        click.echo(fault_line(**{key: getattr(fault, key) for key in FAULT_PARTS}), err=True)
    if sum(tally.degrees.values()) > len(tally.faults):
        click.echo("... and more: oai-server faults", err=True)
    for change, examples in tally.examples.items():
        for identifier, told in examples.items():
            click.echo(ascii_safe(f"  {change}: {identifier}{': ' + told if told else ''}"))
    for reason in filter(None, (tally.stopped, tally.withheld)):
        click.echo(ascii_safe(f"oai-server: {reason}"), err=True)
    changes = (
        {"added": 0, "changed": 0, "unchanged": 0, **tally.changes}
        if tally.read or not tally.changes
        else tally.changes
    )
    parts = [f"{count} {change}" for change, count in changes.items()]
    parts += [f"{count} {degree}" for degree, count in sorted(tally.degrees.items())]
    click.echo(f"{what}: {', '.join(parts)}")


def fault_line(
    degree: str, file: str, line: int | None, identifier: str | None, prefix: str | None, rule: str, message: str
) -> str:
    """A fault in one line that no terminal obeys."""
    place = f"{file}:{line}" if line else file
    about = " ".join(part for part in (identifier, prefix) if part)
    shown = " ".join(message.split())
    return ascii_safe(f"{degree}: {place}: {about + ': ' if about else ''}{shown} [{rule}]")


def ascii_safe(text: str) -> str:
    """Text without what a terminal might obey: control characters are told as escapes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def table(rows: Sequence[tuple[str, object]]) -> None:
    """Names and values, in two columns."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        click.echo(f"{name:<{width}}  {value}")


@contextmanager
def progress(what: str, expected: int | None = None) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on a terminal, a plain line now and then elsewhere; with the time left where the total can be told."""
    if not sys.stderr.isatty():
        yield Plain(what, expected)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate)
    with Progress(*columns, TimeRemainingColumn(), transient=True) as bar:
        task, began = bar.add_task(ascii_safe(what), total=expected, rate=""), time.monotonic()

        def count(done: int, total: int | None) -> None:
            rate = f"{done / (time.monotonic() - began):,.0f}/s"
            bar.update(task, completed=done, total=max(done, total or expected or 0) or None, rate=rate)

        yield count


class Plain:
    """A line every ten seconds."""

    def __init__(self, what: str, expected: int | None) -> None:
        self.what, self.expected = what, expected
        self.began = self.said = time.monotonic()

    def __call__(self, done: int, total: int | None) -> None:
        """Say how far it is, if it is time to."""
        now = time.monotonic()
        if now - self.said < EVERY:
            return
        self.said, rate, whole = now, done / (now - self.began), total or self.expected
        left = f" of {whole:,}, {(whole - done) / rate / 60:,.0f} min left" if whole and whole > done and rate else ""
        click.echo(ascii_safe(f"{self.what}: {done:,} items{left}, {rate:,.0f}/s"), err=True)
