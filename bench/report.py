"""Tables in Markdown, and how they get into docs/performance.md: each part between its own two markers."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PACKAGES = ("flask", "granian", "sqlalchemy", "psycopg", "isal", "lxml")


def machine() -> str:
    """Where, when and with what."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    day = datetime.now(UTC).date().isoformat()
    return f"Measured on {day}: {os.cpu_count()} cores, Python {platform.python_version()}, {packages}."


def page(text: str) -> Path | None:
    """The file of an argument, None for a hyphen."""
    return None if text == "-" else Path(text)


def plus(server: float, database: float, digits: int = 2) -> str:
    """A figure of ours, with the database's own after a plus where there is one."""
    return f"{server:,.{digits}f} + {database:,.{digits}f}" if database else f"{server:,.{digits}f}"


def put(page: Path, name: str, text: str) -> None:
    """Write the text between the markers of that name; a page that has none gets them at its end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    whole = page.read_text("utf-8") if page.exists() else "# Performance\n"
    if begin not in whole:
        whole = f"{whole.rstrip()}\n\n{begin}\n{end}\n"
    before, _, rest = whole.partition(begin)
    after = rest.partition(end)[2]
    page.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", "utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column to the left, the others to the right."""
    marks = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, marks, *rows])
