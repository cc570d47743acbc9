"""How an item is shown in each profile: in which sets, in which formats, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from oai_server.model import Item
from oai_server.protocol.response import header_parts
from oai_server.rules import Membership, Profile, merged
from oai_server.store import View


@dataclass(frozen=True)
class Showing:
    """The rules and the profiles of a repository; ``variants`` are the prefixes that have one, by its name."""

    membership: Membership = field(default_factory=Membership)
    profiles: tuple[Profile, ...] = ()
    variants: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def _memberships(self) -> tuple[Membership, ...]:
        return tuple(profile.membership(self.membership) for profile in self.profiles)

    def views(
        self, item: Item, day: date, source: str, prefixes: Iterable[str], active: bool = True
    ) -> tuple[View, ...]:
        """The item on that day in /oai and in each profile; ``prefixes`` are those it has or might have records in.

        ``active`` is whether it is neither withdrawn nor private: else no profile but /oai gets to know of it.
        """
        by_rule = self.membership.sets_of(item, day, source)
        known = tuple(prefixes)
        views = [_view(item, "", merged(item.sets, by_rule), dict.fromkeys(known, ""))]
        for profile, membership in zip(self.profiles, self._memberships, strict=True):
            its_own = by_rule if membership is self.membership else membership.sets_of(item, day, source)
            special = self.variants.get(profile.variant, frozenset())
            variants = {
                prefix: profile.variant if prefix in special else "" for prefix in known if profile.offers(prefix)
            }
            hidden = not (active and profile.shows(item, day, source))
            views.append(_view(item, profile.name, profile.sets_of(item.sets, its_own), variants, hidden))
        return tuple(views)

    @property
    def fingerprint(self) -> str:
        """What decides where items are shown: where it differs, `apply` has something to do."""
        told = (self.membership.fingerprint, *(each.fingerprint for each in self._memberships))
        profiles = ((each.name, each.formats, each.sets, each.hide_embargoed, each.variant) for each in self.profiles)
        filters = (each.filter.told if each.filter else "" for each in self.profiles)
        return hashlib.blake2b(repr((told, *profiles, *filters)).encode(), digest_size=16).hexdigest()

    def used_variants(self) -> Mapping[str, frozenset[str]]:
        """The variants that the profiles use, with their prefixes."""
        return {
            profile.variant: self.variants[profile.variant]
            for profile in self.profiles
            if profile.variant in self.variants
        }

    def changes_after(self, item: Item, day: date) -> date | None:
        """The next day on which time alone may change the item, its sets or its profiles."""
        days = [item.changes_after(day), self.membership.changes_after(item, day)]
        days += [each.changes_after(item, day) for each in self._memberships]
        days += [each.changes_after(item, day) for each in self.profiles]
        return min((each for each in days if each is not None and each > day), default=None)


def _view(item: Item, profile: str, sets: tuple[str, ...], variants: Mapping[str, str], hidden: bool = False) -> View:
    return View(profile, sets, header_parts(item.identifier, sets), variants, hidden)
