"""What goes into the store and what it says of what it has: items with their views and renditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from oai_server.model import Fault, Rendition, StoredFormat

Named = tuple[str, str]  # a rendition: its metadataPrefix, and the profile whose own variant it is, or an empty text
Change = Literal["added", "changed", "unchanged", "stale"]  # stale: not kept, the item was another by then


@dataclass(frozen=True, slots=True)
class Seen:
    """What an item was when its records were worked out: nothing, where it was not there."""

    digest: str | None = None
    by_hand: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of an item that comes in again."""

    digest: str
    state: str
    by_hand: str | None
    refresh_on: str | None
    id: int
    source: str
    sets: tuple[str, ...]

    @property
    def seen(self) -> Seen:
        """The same as what a KeptItem was worked out from."""
        return Seen(self.digest, self.by_hand)


@dataclass(frozen=True, slots=True)
class View:
    """An item as one profile shows it: its setSpecs there, and the variant of each format that the profile offers.

    ``header`` is the inside of its header, before and after the text of the datestamp.
    ``hidden``: the profile has deleted records of it, where it had any.
    """

    profile: str
    sets: tuple[str, ...]
    header: tuple[bytes, bytes]
    variants: Mapping[str, str]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item ready to be kept.

    ``bodies`` maps (metadataPrefix, variant) to the rendition, None for a deleted record; a rendition that is not
    named makes deleted records, unless it is in ``failed``: then the last good one stays. With ``only`` every other
    format's renditions stay too. ``datestamp``, in seconds, is the source's own and given only when it is to be kept.
    ``seen`` is what the item was when this was worked out: if it is another by now, this is stale and not kept. With
    ``views_only`` the item and its renditions stay as they are.
    ``again``: of the faults that are known only those of records go. All items of a batch have the same ``only`` and
    ``again``. ``formats`` are those of records that came as XML.
    """

    identifier: str
    source: str
    content: str
    digest: str
    state: str
    by_hand: str | None
    sets: tuple[str, ...]
    views: tuple[View, ...]
    bodies: Mapping[Named, Rendition | None]
    failed: frozenset[Named] = frozenset()
    only: str | None = None
    refresh_on: str | None = None
    datestamp: int | None = None
    faults: tuple[Fault, ...] = ()
    formats: tuple[StoredFormat, ...] = ()
    again: bool = False
    seen: Seen | None = None
    views_only: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An item as the store holds it, and its number there."""

    id: int
    identifier: str
    source: str
    content: str
    digest: str
    by_hand: str | None

    @property
    def seen(self) -> Seen:
        """The same as what a KeptItem is worked out from."""
        return Seen(self.digest, self.by_hand)
