"""Sets that rules make: one by name, or one for each value of a fact; and which of them an item is in."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from oai_server import shipped
from oai_server.formats.dates import year
from oai_server.formats.vocabulary import resource_type
from oai_server.model import SET_SPEC, Item, Set, ancestors
from oai_server.rules import dini
from oai_server.rules.condition import earliest
from oai_server.rules.fact_tests import languages_of
from oai_server.rules.reading import table, text, under
from oai_server.rules.rule import Rule, rule_of

EACH = ":*"  # how the setSpec of a rule ends that makes a set for each value
KEYS = ("name", "description", "when", "value", "names")
FIELD = re.compile(r"field:([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){1,2})")
RESERVED = re.compile(r"[^A-Za-z0-9\-_.!~*'()]+")
LONGEST = 80  # characters of an element made from a value
MOST = 50  # sets that one rule puts an item into

Values = Callable[[Item], Sequence[str]]


def _optional(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


VALUES: Mapping[str, Values] = {
    "doc-type": lambda item: (dini.doc_type(item),),
    "ddc": dini.ddc_groups,
    "ddc-class": dini.ddc_classes,
    "status-type": lambda item: _optional(dini.status_type(item)),
    "type": lambda item: (resource_type(item).label,),
    "language": lambda item: [each.code for each in languages_of(item)],
    "year": lambda item: _optional(year(item)),
}
NAMED = {"doc-type": "doc-type", "ddc": "ddc", "ddc-class": "ddc", "status-type": "status-type"}


@dataclass(frozen=True, slots=True)
class SetRule:
    """A set (section 2.6) whose members a rule finds: all items without one.

    A ``spec`` that ends with ``:*`` stands for a set below its beginning for each of the values of an item.
    """

    spec: str
    name: str
    description: str | None = None
    when: Rule | None = None
    value: str | None = None
    names: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def stem(self) -> str:
        """The setSpec, or what all of its sets have in common."""
        return self.spec.removesuffix(EACH) if self.value else self.spec

    @property
    def told(self) -> str:
        """What membership depends on, as text: not names and descriptions."""
        return json.dumps([self.spec, self.value, self.when and self.when.told])

    def sets_of(self, item: Item, day: date, source: str = "") -> tuple[str, ...]:
        """The setSpecs that this rule gives the item on that day."""
        if self.when and not self.when.holds(item, day, source):
            return ()
        if not self.value:
            return (self.spec,)
        found = dict.fromkeys(element(value) for value in values_of(self.value)(item))
        return tuple([f"{self.stem}:{each}" for each in found if each][:MOST])

    def sets(self) -> tuple[Set, ...]:
        """The set, or the one above those of its values, and below it those whose names are known."""
        first = Set(self.stem, self.name, self.description)
        return (first, *(Set(f"{self.stem}:{each}", name) for each, name in self.names.items()))

    def described(self, spec: str) -> Set | None:
        """The set with this setSpec, if this rule can make it; one without a name is called as its last element."""
        if spec == self.stem:
            return Set(spec, self.name, self.description)
        last = spec.removeprefix(f"{self.stem}:")
        if not self.value or last == spec or ":" in last:
            return None
        return Set(spec, self.names.get(last, last))


@dataclass(frozen=True, slots=True)
class Membership:
    """Several rules, asked together. A value: it can be compared, and sent to another process."""

    rules: tuple[SetRule, ...] = ()

    def sets_of(self, item: Item, day: date, source: str = "") -> tuple[str, ...]:
        """The setSpecs that the rules give the item on that day, each once, in the order of the rules."""
        found: list[str] = []
        for rule in self.rules:
            found += rule.sets_of(item, day, source)
        return merged(found) if found else ()

    def changes_after(self, item: Item, day: date) -> date | None:
        """The next day on which time alone may move the item into a set or out of one."""
        return earliest([rule.when.changes_after(item, day) for rule in self.rules if rule.when], day)

    def sets(self) -> tuple[Set, ...]:
        """The sets that the rules name, for ListSets; items may be in others below them."""
        return tuple({each.spec: each for rule in self.rules for each in rule.sets()}.values())

    def described(self, spec: str) -> Set | None:
        """The set with this setSpec, if one of the rules can make it."""
        return next((known for rule in self.rules if (known := rule.described(spec))), None)

    def chosen(self, specs: Iterable[str]) -> Membership:
        """Only the rules with these setSpecs (``doc-type:*`` as it is written): the sets of a profile."""
        wanted = frozenset(specs)
        return Membership(tuple(rule for rule in self.rules if rule.spec in wanted))

    @property
    def fingerprint(self) -> str:
        """What tells one membership from another: where it differs, items have to be asked again."""
        told = "\n".join(rule.told for rule in self.rules)
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def merged(*groups: Iterable[str]) -> tuple[str, ...]:
    """Each setSpec once, and none above another: to be in a set is to be in its ancestors (section 2.6, rule 730)."""
    listed = dict.fromkeys(spec for group in groups for spec in group)
    above = {ancestor for spec in listed for ancestor in ancestors(spec)}
    return tuple(spec for spec in listed if spec not in above) if above else tuple(listed)


def set_rules_of(told: Mapping[str, Any]) -> tuple[SetRule, ...]:
    """The rules of the table ``set_rules``, by setSpec, ``true`` for a shipped one; ValueError names the key."""
    if not isinstance(told, Mapping):
        raise ValueError('must be a table of setSpecs, such as openaire = true or open = {name = "...", when = {...}}')
    found = []
    for spec, each in told.items():
        with under(f'"{spec}"' if not str(spec).isidentifier() else spec):
            if each is not False:
                found.append(_shipped(spec) if each is True else _set_rule(spec, each))
    return tuple(found)


@cache
def shipped_set_rules() -> Mapping[str, SetRule]:
    """The ready rules of ``data/set_rules.toml`` by setSpec."""
    told = tomllib.loads((shipped("data") / "set_rules.toml").read_text("utf-8"))
    return {rule.spec: rule for rule in set_rules_of(told)}


def element(value: str) -> str:
    """A value as one element of a setSpec: what cannot stand there becomes a hyphen."""
    return RESERVED.sub("-", value[: 4 * LONGEST]).strip("-")[:LONGEST]


@cache
def values_of(value: str) -> Values:
    """The values of an item for which a rule makes sets."""
    if by_field := FIELD.fullmatch(value):
        name = by_field[1]
        return lambda item: item.texts(name)
    return VALUES[value]


def _shipped(spec: str) -> SetRule:
    known = shipped_set_rules()
    if spec not in known:
        raise ValueError(f"is true, but no such rule is shipped; shipped are {', '.join(known)}")
    return known[spec]


def _set_rule(spec: object, told: object) -> SetRule:
    if not isinstance(spec, str) or not SET_SPEC.fullmatch(spec):
        raise ValueError("is no setSpec: letters, digits and -_.!~*'(), with : between its elements")
    known = table(told, KEYS, ", or true for a shipped rule")
    if "name" not in known:
        raise ValueError("needs a name")
    with under("name"):
        name = text(known["name"])
    description, when = None, None
    if "description" in known:
        with under("description"):
            description = text(known["description"])
    if "when" in known:
        with under("when"):
            when = rule_of(known["when"])
    value = _value(spec, known)
    return SetRule(spec, name, description, when, value, _names(known, value))


def _value(spec: str, known: Mapping[str, Any]) -> str | None:
    """The fact that fills the place of the star; both or none."""
    each = spec.endswith(EACH)
    if each and "value" not in known:
        raise ValueError(f"ends with {EACH} and needs a value: {', '.join(VALUES)} or field:dc.subject")
    if "value" not in known:
        return None
    with under("value"):
        value = text(known["value"])
        if value not in VALUES and not FIELD.fullmatch(value):
            raise ValueError(f"must be one of {', '.join(VALUES)}, or a field such as field:dc.subject")
        if not each:
            raise ValueError(f"makes several sets: the setSpec must end with {EACH}")
    return value


def _names(known: Mapping[str, Any], value: str | None) -> Mapping[str, str]:
    """The names of the sets by their last element: the certificate's, and over them what the configuration says."""
    found: dict[str, str] = {}
    if value in NAMED:
        found = dict(dini.names(NAMED[value]))
    if value == "ddc-class":
        found = {each: name for each, name in found.items() if each.endswith("00")}
    if "names" in known:
        with under("names"):
            if value is None or not isinstance(known["names"], Mapping):
                raise ValueError('must be a table beside value, such as {article = "Articles"}')
            for each, name in known["names"].items():
                with under(str(each)):
                    if element(str(each)) != each:
                        raise ValueError("is no element of a setSpec: letters, digits and -_.!~*'()")
                    found[each] = text(name)
    return found
