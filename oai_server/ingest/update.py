"""A row that changes columns of an item and leaves the rest of it alone (DSpace's batch metadata editing)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from oai_server.ingest.normalise import NO_LANGUAGE, clean
from oai_server.model import Fault, Item, Reading, Value

Column = tuple[str, str | None]  # a field in a language; None and the empty one are no language
RULE = "DSpace batch metadata editing"


@dataclass(frozen=True, slots=True)
class Update:
    """What a source gives for an item that may be here already: ``item`` is all that its row says.

    ``columns`` are replaced by what the item has in them, which may be nothing; ``sets_given`` and ``state_given`` say
    the same of sets and state. ``must_exist``: the row says too little to make an item of it.
    """

    item: Item
    columns: tuple[Column, ...]
    file: str
    line: int | None = None
    faults: tuple[Fault, ...] = ()
    must_exist: bool = False
    sets_given: bool = False
    state_given: bool = False

    @property
    def reading(self) -> Reading:
        """The row as an item of its own: what it is where the item is not here yet."""
        return Reading(self.item, self.file, self.line, self.faults)

    @property
    def missing(self) -> Fault:
        """Why the row is refused where the item is not here and it must be."""
        reason = "there is no such item here, and a row without a title makes no new one"
        return Fault("refused", RULE, reason, self.file, self.line, self.item.identifier)


def updated(stored: Item, update: Update) -> Item:
    """The stored item with the columns of the update in place of its own; sets and state where they are given."""
    metadata = dict(stored.metadata)
    languages: dict[str, set[str | None]] = {}
    for name, language in update.columns:
        languages.setdefault(name, set()).add(_tag(language))
    for name, replaced in languages.items():
        values = _replaced(metadata.get(name, ()), update.item.metadata.get(name, ()), replaced)
        if values:
            metadata[name] = values
        else:
            metadata.pop(name, None)
    return replace(
        stored,
        metadata=metadata,
        sets=update.item.sets if update.sets_given else stored.sets,
        state=update.item.state if update.state_given else stored.state,
    )


def _replaced(old: tuple[Value, ...], new: tuple[Value, ...], languages: Collection[str | None]) -> tuple[Value, ...]:
    """The new values where the first of the replaced ones stood; those in other languages stay."""
    kept = [value for value in old if _tag(value.language) not in languages]
    place = next((place for place, value in enumerate(old) if _tag(value.language) in languages), len(kept))
    return (*kept[:place], *new, *kept[place:])


def _tag(language: str | None) -> str | None:
    """The language as items are kept with it."""
    tag = clean(language or "")
    return None if not tag or tag.casefold() in NO_LANGUAGE else tag
