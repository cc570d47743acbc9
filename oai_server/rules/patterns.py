"""Regular expressions that cannot run away: a subset of Python's whose work on a text is bounded before it starts.

What an expression may cost is the product of the choices in its parts, the sum over its alternatives. Python's engine
tries them all in the worst case, so an expression is accepted only if that product is small.
"""

from __future__ import annotations

import re

LONGEST = 200  # characters of an expression
SEEN = 1000  # characters of a text that an expression looks at
WORK = 10_000_000  # choices at most: a tenth of a second for a text made to hurt
DEEPEST = 20  # groups in groups
CLASSES = "dDwWsSbBAZtn"
COUNT = re.compile(r"\{(?!\})([0-9]*)(,?)([0-9]*)\}")


def pattern(text: object, ignore_case: bool = False) -> re.Pattern[str]:
    """The expression, compiled; ValueError for one that is wrong, or that could take too long."""
    if not isinstance(text, str) or not text:
        raise ValueError(r"must be a regular expression such as '^10\.[0-9]{4,9}/'")
    if len(text) > LONGEST:
        raise ValueError(f"must not be longer than {LONGEST} characters")
    reader = _Reader(text)
    work = reader.read()
    anchored = text.startswith(("^", r"\A")) and not reader.parted
    work *= 1 if anchored else SEEN
    if work > WORK:
        hint = (
            "" if anchored else "; begin with ^, and leave out .* at the ends: it is searched for anywhere in a value"
        )
        raise ValueError(f"could take too long: it has too many repeats{hint}")
    try:
        return re.compile(text, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from None


class _Reader:
    """Reads an expression once, from left to right, and counts its choices."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.depth = 0
        self.parted = False  # alternatives on the top level: a ^ stands in one of them only

    def read(self) -> int:
        """The choices of the whole expression."""
        work, _ = self._alternatives()
        if self.place < len(self.text):
            raise ValueError("has a ) too many; write \\) for the character")
        return work

    def _alternatives(self) -> tuple[int, bool]:
        """The choices, and whether there is any: such a part must not be repeated."""
        work, choice = self._sequence()
        while self._next("|"):
            more, _ = self._sequence()
            work, choice = work + more, True
            self.parted = self.parted or not self.depth
        return work, choice

    def _sequence(self) -> tuple[int, bool]:
        work, choice = 1, False
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            inner, chosen = self._atom()
            times, most = self._repeat()
            if most > 1 and chosen:
                raise ValueError("repeats a group that has a repeat or alternatives in it; that could take for ever")
            work = min(work * inner * max(times, most), WORK * SEEN)
            choice = choice or chosen or times > 1
        return work, choice

    def _atom(self) -> tuple[int, bool]:
        character = self.text[self.place]
        self.place += 1
        if character == "(":
            return self._group()
        if character == "[":
            self._class()
        elif character == "\\":
            self._escape(CLASSES)
        elif character in "*+?":
            raise ValueError(f"has a {character} with nothing to repeat; write \\{character} for the character")
        return 1, False

    def _group(self) -> tuple[int, bool]:
        if self._next("?") and not self._next(":"):
            raise ValueError("has a group with (?; only (...) and (?:...) are known here")
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"has more than {DEEPEST} groups in one another")
        found = self._alternatives()
        if not self._next(")"):
            raise ValueError("has a ( that is not closed; write \\( for the character")
        self.depth -= 1
        return found

    def _class(self) -> None:
        self._next("^")
        self._next("]")  # the first one is a character
        while not self._next("]"):
            if self.place >= len(self.text):
                raise ValueError("has a [ that is not closed; write \\[ for the character")
            if self._next("["):
                raise ValueError("has a [ inside [...]; write \\[ for the character")
            if self._next("\\"):
                self._escape("dDwWsStn")
            else:
                self.place += 1

    def _escape(self, known: str) -> None:
        if self.place >= len(self.text):
            raise ValueError("ends with a \\; write \\\\ for the character")
        character = self.text[self.place]
        if character.isalnum() and character not in known:
            raise ValueError(f"has \\{character}; after a \\ only one of {known} or a sign can stand")
        self.place += 1

    def _repeat(self) -> tuple[int, int]:
        """In how many ways the last part can be repeated, and how often at most."""
        found = self._times()
        if found[1] != 1 or found[0] != 1:
            self._next("?")  # as few as possible: the same choices in another order
            if self.place < len(self.text) and (self.text[self.place] in "*+?" or COUNT.match(self.text, self.place)):
                raise ValueError("repeats a repeat")
        return found

    def _times(self) -> tuple[int, int]:
        if self._next("*") or self._next("+"):
            return SEEN, SEEN
        if self._next("?"):
            return 2, 1
        count = COUNT.match(self.text, self.place)
        if not count:
            return 1, 1
        self.place = count.end()
        least = int(count[1] or 0)
        most = least if not count[2] else int(count[3]) if count[3] else max(SEEN, least)
        if not least <= most <= SEEN:
            raise ValueError(
                f"has {count[0]}; the first number must not be greater than the second, nor that than {SEEN}"
            )
        return most - least + 1, most

    def _next(self, character: str) -> bool:
        found = self.text.startswith(character, self.place)
        self.place += found
        return found
