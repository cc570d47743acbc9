"""A change of rules or profiles, carried out: who enters and leaves which set and profile; nothing is rendered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oai_server.ingest import jsonl
from oai_server.ingest.keeping import day_of
from oai_server.ingest.showing import Showing
from oai_server.model import ancestors
from oai_server.store import KeptItem, Named, Shown, Store, Stored, View, Writer, memberships, renditions_of

PORTION = 500  # items in one transaction: short enough that nobody who writes waits long
EXAMPLES = 3
WITHOUT_SET = ""


@dataclass(slots=True)
class Moves:
    """How many items enter and leave each set of each profile, the first of them, and how many changed at all.

    The empty set stands for the profile itself.
    """

    enter: Counter[tuple[str, str]] = field(default_factory=Counter)
    leave: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    items: int = 0

    def add(self, identifier: str, view: View, shown: Shown | None) -> None:
        """Count one item in one profile."""
        was = _within(shown.sets) if shown and shown.live else set()
        now = set() if view.hidden else _within(view.sets)
        for spec in now - was:
            self.enter[view.profile, spec] += 1
            self._example(identifier, view.profile, spec)
        for spec in was - now:
            self.leave[view.profile, spec] += 1
            self._example(identifier, view.profile, spec)

    def _example(self, identifier: str, profile: str, spec: str) -> None:
        known = self.examples.setdefault((profile, spec), [])
        if len(known) < EXAMPLES:
            known.append(identifier)


def apply(
    store: Store,
    writer: Writer,
    showing: Showing,
    prefixes: Iterable[str],
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda count: None,
) -> Moves:
    """Ask the rules about every item, and move those whose sets or profiles are others than they are shown in.

    ``prefixes`` are the formats of the repository. Records of renditions that are not there yet come by `render`.
    """
    moves, done = Moves(), 0
    known = tuple(prefixes)
    for portion in memberships(store, PORTION):
        changed = dict(_changed(store, showing, known, portion, moves))
        if changed and not dry_run:
            _save(store, writer, showing, known, changed)
        moves.items += len(changed)
        done += len(portion)
        progress(done)
    if not dry_run:
        writer.remember("ruled_by", showing.fingerprint)
        writer.wait()
    return moves


def _changed(
    store: Store,
    showing: Showing,
    prefixes: Sequence[str],
    portion: Sequence[tuple[Stored, Mapping[str, Shown]]],
    moves: Moves,
) -> Iterator[tuple[str, KeptItem]]:
    items = [(_shown_now(stored, showing, prefixes, store.now()), shown, stored.id) for stored, shown in portion]
    absent = [number for item, shown, number in items if any(_missing(item, view, shown) for view in item.views)]
    made = renditions_of(store, absent)
    for item, shown, number in items:
        different = [view for view in item.views if _differs(item, view, shown.get(view.profile), made.get(number, ()))]
        for view in different:
            moves.add(item.identifier, view, shown.get(view.profile))
        if different:
            yield item.identifier, item


def _active(item: KeptItem) -> bool:
    return (item.by_hand or item.state) == "active"


def _missing(item: KeptItem, view: View, shown: Mapping[str, Shown]) -> bool:
    """Whether a profile would show the item, and has no record of it that is not deleted."""
    known = shown.get(view.profile)
    return _active(item) and not view.hidden and not (known and known.live)


def _differs(item: KeptItem, view: View, shown: Shown | None, made: Collection[Named]) -> bool:
    """Whether a profile shows the item in another way than it should; what is not rendered cannot be shown."""
    possible = any(named in made for named in view.variants.items())
    if shown is None:
        return possible and not view.hidden
    if shown.sets != view.sets:
        return True
    return view.hidden if shown.live else possible and _active(item) and not view.hidden


def _shown_now(stored: Stored, showing: Showing, prefixes: Sequence[str], now: int) -> KeptItem:
    """The item with nothing but its views to be kept."""
    item, day = jsonl.kept(stored.content), day_of(now)
    active = (stored.by_hand or item.state) == "active"
    refresh = showing.changes_after(item, day)
    return KeptItem(
        identifier=stored.identifier,
        source=stored.source,
        content=stored.content,
        digest=stored.digest,
        state=item.state,
        by_hand=stored.by_hand,
        sets=item.sets,
        views=showing.views(item.as_of(day), day, stored.source, (*prefixes, *item.xml), active),
        bodies={},
        refresh_on=refresh.isoformat() if refresh else None,
        seen=stored.seen,
        views_only=True,
    )


def _save(
    store: Store, writer: Writer, showing: Showing, prefixes: Sequence[str], items: Mapping[str, KeptItem]
) -> None:
    """Keep them; what somebody else changed meanwhile is asked about once more."""
    waiting = dict(items)
    while waiting:
        became = writer.save(list(waiting.values()))
        stale = [identifier for identifier, change in became.items() if change == "stale"]
        again = (stored for each in writer.contents(stale, PORTION) for stored in each)
        waiting = {each.identifier: _shown_now(each, showing, prefixes, store.now()) for each in again}


def _within(sets: Iterable[str]) -> set[str]:
    """The sets an item is in, with those above them, and the one that stands for all."""
    return {WITHOUT_SET, *(name for spec in sets for name in (spec, *ancestors(spec)))}
