"""Readings that wait on disk for the end of a run: only the last of each item counts."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator

from oai_server.model import Reading


class Spool:
    """The last reading of each item that waits, and the source that gave it. Used in a with statement."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="oai-server-")  # noqa: SIM115  # closed by __exit__
        self._places: dict[int, int] = {}  # in the order of the last readings
        self._again: set[int] = set()

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def put(self, number: int, source: str, reading: Reading) -> None:
        """This reading of the item in place of the one that waits."""
        if number in self._places:
            self._again.add(number)
        self._places.pop(number, None)
        self._places[number] = self._file.seek(0, 2)
        pickle.dump((source, reading), self._file)

    def last(self, number: int) -> tuple[str, Reading] | None:
        """What waits of an item."""
        if number not in self._places:
            return None
        self._file.seek(self._places[number])
        found: tuple[str, Reading] = pickle.load(self._file)
        return found

    def readings(self) -> Iterator[tuple[str, Reading]]:
        """Everything that waits, with its source."""
        for number in list(self._places):
            found = self.last(number)
            if found is not None:
                yield found

    def once(self) -> Iterator[int]:
        """The items that came once only."""
        return (number for number in self._places if number not in self._again)
