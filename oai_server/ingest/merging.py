"""An item that several files or sources give is in the sets of all of them (--merge-sets)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oai_server.model import ancestors
from oai_server.store import Known

Sets = tuple[str, ...]
Shares = Mapping[str, Sets]  # what each source says, where several do


@dataclass(frozen=True, slots=True)
class Merged:
    """The sets that this source has given the item so far, and those that others give it."""

    mine: Sets
    others: Shares

    @property
    def all(self) -> Sets:
        """The sets of the item."""
        return united(self.mine, *self.others.values())


def merged(sets: Sets, source: str, known: Known, shares: Shares, so_far: Sets | None) -> Merged:
    """What a source gives now on top of what it gave ``so_far`` in this run, with what others gave at any time."""
    others = {name: told for name, told in shares.items() if name != source}
    if not shares and known.source != source and known.state == "active":
        others = {known.source: known.sets}
    return Merged(united(sets, so_far or ()), others)


def united(*sets: Iterable[str]) -> Sets:
    """These sets without those above others of them, in an order that does not depend on who gave them first."""
    named = {spec for each in sets for spec in each}
    above = {ancestor for spec in named for ancestor in ancestors(spec)}
    return tuple(sorted(named - above))
