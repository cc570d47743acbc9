"""A rule: a tree of conditions as the configuration writes it, compiled once, asked for every item."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from oai_server.model import Item
from oai_server.rules.condition import Condition, all_of, any_of, negated
from oai_server.rules.fact_tests import FACTS
from oai_server.rules.field_tests import VALUE_TESTS, embargo_test, field_test, issued_test, present
from oai_server.rules.reading import table, under

DEEPEST = 20  # conditions inside conditions
MOST = 1000  # conditions of a rule


@dataclass(frozen=True, slots=True)
class Rule:
    """A question about an item on a day. ``told`` is the rule as it was written, in JSON: what is told alike is equal.

    It can be sent to another process, which compiles it again.
    """

    told: str
    condition: Condition = field(compare=False, repr=False)

    def holds(self, item: Item, day: date, source: str = "") -> bool:
        """Whether the item is as the rule says, on that day; ``source`` is the name of where it came from."""
        return self.condition.holds(item, day, source)

    def changes_after(self, item: Item, day: date) -> date | None:
        """The next day on which the answer may change by time alone; until then it is what it is on that day."""
        return self.condition.turn(item, day) if self.condition.turn else None

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Rule], tuple[Any]]:
        return rule_of, (json.loads(self.told),)


def rule_of(told: Mapping[str, Any]) -> Rule:
    """The rule that a table of the configuration tells; ValueError with the key that is wrong and what would do."""
    condition = _Reader().condition(told)
    return Rule(json.dumps(told, sort_keys=True, default=date.isoformat), condition)


class _Reader:
    """Reads a tree of tables into one condition, and counts its way."""

    def __init__(self) -> None:
        self.depth = 0
        self.count = 0

    def condition(self, told: object) -> Condition:
        """A table holds where all of its keys do."""
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST:
            raise ValueError(f"has more than {DEEPEST} conditions inside one another")
        if self.count > MOST:
            raise ValueError(f"has more than {MOST} conditions")
        parts = list(self._parts(table(told, KNOWN, " of conditions")))
        self.depth -= 1
        return all_of(parts)

    def _parts(self, told: Mapping[str, Any]) -> list[Condition]:
        beside = FIELD_KEYS if "field" in told else frozenset()
        stray = [key for key in told if key in FIELD_KEYS - FACTS.keys() and not beside]
        if stray:
            raise ValueError(f'{stray[0]} needs a field beside it, such as field = "dc.type"')
        parts = [self._part(key, told[key]) for key in told if key not in beside]
        if beside:
            parts.append(field_test({key: value for key, value in told.items() if key in beside}))
        return parts

    def _part(self, key: str, told: object) -> Condition:
        with under(key):
            if key == "not":
                return negated(self.condition(told))
            if key in JOINED:
                return JOINED[key](self._several(told))
            return TESTS[key](told)

    def _several(self, told: object) -> list[Condition]:
        if not isinstance(told, list | tuple) or not told:
            raise ValueError("must be a list of at least one table of conditions")
        found = []
        for place, each in enumerate(told):
            with under(f"[{place}]"):
                found.append(self.condition(each))
        return found


def _absent(told: object) -> Condition:
    return negated(present(told))


JOINED = {"all": all_of, "any": any_of}
TESTS: Mapping[str, Callable[[object], Condition]] = {
    **FACTS,
    "present": present,
    "absent": _absent,
    "issued": issued_test,
    "embargo_end": embargo_test,
}
FIELD_KEYS = frozenset({"field", "ignore_case", *VALUE_TESTS})
KNOWN = frozenset({"all", "any", "not", *TESTS, *FIELD_KEYS})
