"""What each column of a table would become, told before anything is taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from oai_server.ingest.cells import Cells, language_of, pairs, spec_of
from oai_server.ingest.columns import Name, Rule, TableMapping

SAMPLE = 200  # rows that are looked at
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Explained:
    """A column and one thing that it becomes: a field, ``identifier``, ``set``...; nothing where it is left out.

    ``examples`` are what values become, or are where the column is left out; ``left_out`` says what is lost and why. A
    constant has no column.
    """

    column: str
    becomes: str
    examples: tuple[str, ...] = ()
    left_out: str = ""


def explained(
    mapping: TableMapping,
    columns: Sequence[Name],
    rows: Sequence[Cells],
    reads: Callable[[Rule, Name], bool] = lambda rule, column: column in rule.inputs,
) -> Iterator[Explained]:
    """Each column with what becomes of it in these rows, then the constants; ``reads`` says who reads a column."""
    rules = list(mapping.rules())
    for column in columns:
        targets = [(target, rule) for target, rule in rules if reads(rule, column)]
        for target, rule in targets:
            yield _used(str(column), target, rule, rows, mapping.empty)
        if not targets:
            yield Explained(str(column), "", shown(_raw(column, rows)), "no rule names it")
    for target, rule in rules:
        if rule.constant is not None:
            yield Explained("", target, (rule.constant,))


def _used(column: str, target: str, rule: Rule, rows: Sequence[Cells], empty: frozenset[str]) -> Explained:
    made: list[str] = []
    lost: list[str] = []
    for cells in rows:
        values = [spec_of(rule, text) if target == "set" else text for _, text in pairs(rule, cells, empty)]
        made += values
        lost += [] if values else [text for name in rule.columns for text in cells(name) if text.strip()]
    languages = {language_of(rule, cells) for cells in rows[:1]} - {None, ""}
    label = f"{target} [{languages.pop()}]" if languages else target
    return Explained(
        column, label, shown(made), f"nothing becomes of {', '.join(map(repr, shown(lost)))}" if lost else ""
    )


def _raw(column: Name, rows: Sequence[Cells]) -> Iterator[str]:
    return (text for cells in rows for text in cells(column))


def shown(texts: Iterable[str]) -> tuple[str, ...]:
    """The first few different texts, in one line each."""
    different = dict.fromkeys(" ".join(text.split()) for text in texts if text.strip())
    return tuple(text if len(text) <= 60 else f"{text[:60]}…" for text in islice(different, EXAMPLES))
