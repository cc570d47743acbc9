"""What a record that came as XML says, in our fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from oai_server.model import File, State, Value


@dataclass(slots=True)
class Told:
    """Fields in their order, the local identifier if the record names itself, files, and whether it was withdrawn.

    ``notes`` are sentences on what was odd: (rule, message) each, told to the admin as noted faults.
    """

    metadata: dict[str, list[Value]] = field(default_factory=dict)
    identifier: str | None = None
    files: list[File] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    state: State = "active"
    notes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, text: str | None, language: str | None = None, authority: str | None = None) -> None:
        """One more value of a field; blanks are folded, an empty one is left out, the same one is not said twice."""
        folded = " ".join((text or "").split())
        value = Value(folded, language or None, authority or None)
        if folded and value not in self.metadata.get(name, ()):
            self.metadata.setdefault(name, []).append(value)

    def add_all(self, name: str, texts: Iterable[str | None], language: str | None = None) -> None:
        """Several values of a field."""
        for text in texts:
            self.add(name, text, language)
