"""What must hold of every list that is read to its end while others write, and of every mirror in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from zlib import crc32

from tests.proof.truth import Copy, Footprint, belongs, seconds_of, told

Footprints = Mapping[str, Footprint]


@dataclass(frozen=True)
class Sent:
    """A record's header as a page of a list tells it."""

    identifier: str
    datestamp: str


@dataclass(frozen=True)
class Sheet:
    """A page: its headers in order, and its resumptionToken element: completeListSize, cursor, text."""

    sent: Sequence[Sent]
    size: int | None = None
    cursor: int | None = None
    token: str | None = None


@dataclass
class Listing:
    """A list as it was read, with what the store held just before and just after."""

    prefix: str
    set_spec: str | None
    from_: str | None
    before: Footprints
    after: Footprints = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)

    @property
    def repeats_its_end(self) -> bool:
        """Whether nothing was left for the last page, so that it is the list's last record again (decision 0003)."""
        if len(self.sheets) < 2 or len(self.sheets[-1].sent) != 1 or self.sheets[-1].token:
            return False
        return any(self.sheets[-1].sent[0] in sheet.sent for sheet in self.sheets[:-1])

    def recent(self, footprint: Footprint) -> bool:
        """Whether ``from`` selects this record."""
        return self.from_ is None or footprint.datestamp >= seconds_of(self.from_)

    def wants(self, footprint: Footprint) -> bool:
        """Whether the list's arguments select this record."""
        return self.recent(footprint) and belongs(footprint.sets, self.set_spec)

    @property
    def steady(self) -> Footprints:
        """The records that were there before the list was begun, and are as they were when it has ended.

        Those of the list's set, whatever their datestamps.
        """
        return {
            identifier: footprint
            for identifier, footprint in self.before.items()
            if belongs(footprint.sets, self.set_spec) and self.after.get(identifier) == footprint
        }

    def broken_laws(self) -> list[str]:
        """Every law that this list breaks."""
        what = f"{self.prefix} list of {self.set_spec or 'everything'} from {self.from_ or 'the beginning'}: "
        return [what + each for law in LAWS for each in law(self)]


def nothing_is_skipped(listing: Listing) -> list[str]:
    """A record that was there before the list was begun and is as it was when it has ended is in it."""
    sent = {each for sheet in listing.sheets for each in sheet.sent}
    due = {Sent(name, told(each.datestamp)) for name, each in listing.steady.items() if listing.recent(each)}
    return [f"{each.identifier} of {each.datestamp} is skipped" for each in due - sent]


def nothing_comes_twice(listing: Listing) -> list[str]:
    """A record that did not change while the list was read comes once."""
    sheets = listing.sheets[:-1] if listing.repeats_its_end else listing.sheets
    times = Counter(each.identifier for sheet in sheets for each in sheet.sent)
    steady = {
        name for name, count in times.items() if count > 1 and listing.before.get(name) == listing.after.get(name)
    }
    return [f"{name} comes {times[name]} times and has not changed" for name in sorted(steady)]


def the_order_is_of_datestamps(listing: Listing) -> list[str]:
    """No record comes after one of a later datestamp."""
    stamps = [each.datestamp for sheet in listing.sheets for each in sheet.sent]
    return [f"{late} comes after {early}" for early, late in pairwise(stamps) if late < early]


def the_size_stays(listing: Listing) -> list[str]:
    """completeListSize is what the first page said, and cursor counts what was sent before."""
    first, cursor, found = listing.sheets[0].size if listing.sheets else None, 0, []
    for sheet in listing.sheets:
        if sheet.size != first:
            found.append(f"completeListSize is {sheet.size} where the first page said {first}")
        if sheet.cursor is not None and sheet.cursor != cursor:
            found.append(f"cursor is {sheet.cursor} after {cursor} records")
        cursor += len(sheet.sent)
    return found


def the_size_is_true(listing: Listing) -> list[str]:
    """Where nothing changes while a list is read, it has the records that are selected, as many as it says."""
    if listing.before != listing.after:
        return []
    wanted = sum(map(listing.wants, listing.before.values()))
    sent = sum(len(sheet.sent) for sheet in listing.sheets)
    told_size = (listing.sheets[0].size if listing.sheets else None) or sent
    return [] if wanted == sent == told_size else [f"{wanted} records are selected, {sent} came, it said {told_size}"]


LAWS = (nothing_is_skipped, nothing_comes_twice, the_order_is_of_datestamps, the_size_stays, the_size_is_true)


def updates_lost(steady: Footprints, mirror: Mapping[str, Copy]) -> list[str]:
    """Records that a mirror does not have as they are, though they were so before its last list was begun.

    No later list will bring them, unless they change again.
    """
    found = []
    for name, each in steady.items():
        held = mirror.get(name)
        if held is None or not each.fits(held):
            found.append(f"{name} of {told(each.datestamp)} is {'missing' if held is None else _shown(held)}")
    return found


def differences(mirror: Mapping[str, Copy], truth: Mapping[str, Copy], set_spec: str | None) -> list[str]:
    """Where a mirror is not what the store holds.

    The mirror of a set has every record that is in the set now, as it is. What it holds besides must have left the set:
    that is not told in the set's own list (section 2.6), only in the header that the record has now.
    """
    wanted = {name: copy for name, copy in truth.items() if belongs(copy.sets, set_spec)}
    found = [f"{name} is missing" for name in wanted.keys() - mirror.keys()]
    found += [f"{name} is in no store" for name in mirror.keys() - truth.keys()]
    for name in wanted.keys() & mirror.keys():
        if mirror[name] != wanted[name]:
            found.append(f"{name} is {_shown(mirror[name])}, in the store it is {_shown(wanted[name])}")
    return sorted(found)


def _shown(copy: Copy) -> str:
    body = "deleted" if copy.body is None else f"live ({len(copy.body)} octets, {crc32(copy.body):08x})"
    return f"{body} of {copy.datestamp} in {' '.join(copy.sets) or 'no set'}"
