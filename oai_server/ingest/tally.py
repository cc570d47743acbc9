"""What came of taking items in: counts, the first of the faults, a few examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from oai_server.model import Fault
from oai_server.store import Change

SHOWN = 200  # faults of a kind that a tally keeps for the report; the store has them all
EXAMPLES = 10  # items of a change that a dry run tells


@dataclass(slots=True)
class Tally:
    """Items by change, faults by degree, the first of the faults; how much was ``read``.

    ``stopped`` says why the source could not be read to its end, ``withheld`` why what it no longer gives was left
    as it is. ``examples`` are what a dry run would do to items: by change, what it would be by identifier.
    """

    read: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    degrees: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    became: dict[str, Change] = field(default_factory=dict)  # of items that were in the store: what each became
    examples: dict[str, dict[str, str]] = field(default_factory=dict)
    stopped: str | None = None
    withheld: str | None = None
    _shown: Counter[bool] = field(default_factory=Counter)

    @property
    def lost(self) -> bool:
        """Whether an item was refused, a record is not served, or not all was done that was asked."""
        return bool(self.degrees["refused"] or self.degrees["lost"] or self.withheld)

    def add(self, found: Iterable[Fault]) -> None:
        """Count faults, and keep the first of those that lose something and of those that do not."""
        for fault in found:
            self.degrees[fault.degree] += 1
            loses = fault.degree in ("refused", "lost")
            if self._shown[loses] < SHOWN:
                self._shown[loses] += 1
                self.faults.append(fault)

    def wants(self, change: str) -> bool:
        """Whether another example of that change is of use."""
        return len(self.examples.get(change, ())) < EXAMPLES

    def show(self, change: str, identifier: str, what: str) -> None:
        """Keep an example, while there are few."""
        if self.wants(change):
            self.examples.setdefault(change, {})[identifier] = what

    def counts(self) -> Mapping[str, int]:
        """Everything that is counted, by name."""
        return {"read": self.read, **self.changes, **self.degrees}
