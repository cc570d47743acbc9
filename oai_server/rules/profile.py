"""Profiles: endpoints of their own at /oai/NAME, each with its formats, its filter, its sets (design.md section 7)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from oai_server import shipped
from oai_server.model import PREFIX, SET_SPEC, Item, ancestors
from oai_server.rules.membership import EACH, Membership, SetRule, merged, shipped_set_rules
from oai_server.rules.reading import table, text, under
from oai_server.rules.rule import Rule, rule_of

NAME = re.compile(r"[a-z][a-z0-9_\-]{0,39}")
TAKEN = ("schemas",)  # names that stand below /oai already
URL = re.compile(r"https?://[^\s?#]+")
KEYS = (
    "name",
    "repository_name",
    "repository_name_suffix",
    "base_url",
    "description",
    "formats",
    "filter",
    "sets",
    "hide_embargoed",
    "variant",
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one endpoint shows: ``formats`` beside oai_dc (none named: all), items that pass the filter, these sets.

    ``sets`` are setSpecs of rules as they are written, or of collections, which stand for those below them too; None
    shows all. ``variant`` names the crosswalks of its own that it uses. ``suffix`` is added to the repositoryName.
    """

    name: str
    repository_name: str | None = None
    suffix: str | None = None
    base_url: str | None = None
    description: str | None = None
    formats: tuple[str, ...] = ()
    filter: Rule | None = None
    sets: tuple[str, ...] | None = None
    hide_embargoed: bool = False
    variant: str = ""

    def offers(self, prefix: str) -> bool:
        """Whether this is one of its formats; oai_dc always is (section 3.4)."""
        return not self.formats or prefix == "oai_dc" or prefix in self.formats

    def shows(self, item: Item, day: date, source: str = "") -> bool:
        """Whether the item is in this profile on that day."""
        if self.hide_embargoed and any(file.access == "embargoed" for file in item.as_of(day).files):
            return False
        return self.filter is None or self.filter.holds(item, day, source)

    def changes_after(self, item: Item, day: date) -> date | None:
        """The next day on which time alone may change that: the end of an embargo is the item's own affair."""
        return self.filter.changes_after(item, day) if self.filter else None

    def membership(self, rules: Membership) -> Membership:
        """The rules whose sets this profile tells: the repository's, or the shipped ones of that name."""
        if self.sets is None:
            return rules
        known: dict[str, SetRule] = {**shipped_set_rules(), **{rule.spec: rule for rule in rules.rules}}
        return Membership(tuple(known[spec] for spec in self.sets if spec in known))

    def sets_of(self, given: Sequence[str], by_rule: Sequence[str]) -> tuple[str, ...]:
        """The setSpecs of an item's header here, of those its source gave and those that the rules gave."""
        if self.sets is None:
            return merged(given, by_rule)
        wanted = {spec for spec in self.sets if not spec.endswith(EACH)}
        return merged([spec for spec in given if wanted & {spec, *ancestors(spec)}], by_rule)


def profiles_of(told: Any) -> tuple[Profile, ...]:
    """The profiles of the table ``profiles``, by name, or of a list of names of shipped ones; ValueError names the key.

    A table for a shipped name says what is different from the shipped profile.
    """
    if isinstance(told, str):
        told = [each for each in re.split(r"[,\s]+", told) if each]
    if isinstance(told, list):
        told = dict.fromkeys(told, True)
    if not isinstance(told, Mapping):
        raise ValueError("must be names of shipped profiles, or a table such as [profiles.openaire] filter = {...}")
    return tuple(_profile(name, each) for name, each in told.items() if each is not False)


@cache
def shipped_profiles() -> Mapping[str, Mapping[str, Any]]:
    """The ready profiles of ``data/profiles.toml``, as they are written."""
    return tomllib.loads((shipped("data") / "profiles.toml").read_text("utf-8"))


def _profile(name: object, told: object) -> Profile:
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in TAKEN:
        raise ValueError(f"{name!r} is no name of a profile: small letters, digits, _ and -, but not {TAKEN[0]}")
    ready = shipped_profiles().get(name)
    with under(name):
        if told is True and ready is None:
            raise ValueError(f"is not shipped; shipped are {', '.join(shipped_profiles())}")
        known = {**(ready or {}), **({} if told is True else table(told, KEYS, ", or true for a shipped profile"))}
        return Profile(
            name,
            repository_name=_text(known, "repository_name"),
            suffix=_text(known, "repository_name_suffix"),
            base_url=_url(known),
            description=_text(known, "description"),
            formats=_texts(known, "formats", PREFIX) or (),
            filter=_filter(known),
            sets=_texts(known, "sets", SET_SPEC),
            hide_embargoed=_yes(known, "hide_embargoed"),
            variant=_text(known, "variant") or name,
        )


def _text(known: Mapping[str, Any], key: str) -> str | None:
    with under(key):
        return text(known[key]) if key in known else None


def _url(known: Mapping[str, Any]) -> str | None:
    found = _text(known, "base_url")
    if found is not None and not URL.fullmatch(found):
        raise ValueError("base_url must be an http or https URL without ? and #")
    return found


def _texts(known: Mapping[str, Any], key: str, form: re.Pattern[str]) -> tuple[str, ...] | None:
    if key not in known:
        return None
    with under(key):
        if not isinstance(known[key], list) or not all(isinstance(each, str) for each in known[key]):
            raise ValueError("must be a list of texts")
        odd = [each for each in known[key] if not form.fullmatch(each)]
        if odd:
            raise ValueError(f"{odd[0]!r} cannot stand here: letters, digits and -_.!~*'()")
        return tuple(known[key])


def _filter(known: Mapping[str, Any]) -> Rule | None:
    with under("filter"):
        return rule_of(known["filter"]) if "filter" in known else None


def _yes(known: Mapping[str, Any], key: str) -> bool:
    with under(key):
        value = known.get(key, False)
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value
