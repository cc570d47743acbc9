"""A set of the numbers that the store gives to items: they are dense, so a bit each is enough for millions."""

from __future__ import annotations

from collections.abc import Iterable


class Numbers:
    """Whole numbers from 0 on."""

    def __init__(self, known: Iterable[int] = ()) -> None:
        self._bits = bytearray()
        for each in known:
            self.add(each)

    def add(self, number: int) -> None:
        """Put a number in."""
        place = number >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1 - len(self._bits), len(self._bits))))
        self._bits[place] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)
