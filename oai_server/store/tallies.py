"""How long a selection is, without counting it: sums over stretches of time of three sizes (completeListSize)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Select, bindparam, func, select, union_all

from oai_server.store.tables import tallies

# A stretch of level n is 2**SHIFTS[n] seconds long: a second, 17 minutes, 12 days. So no sum has more than some
# thousand parts, whatever from and until are, and forty years have no more.
SHIFTS = (0, 10, 20)
LONGEST = 2

Key = tuple[int, int, int]  # list, level, stretch


def _sum(level: int, first: str, end: str) -> Select[tuple[int | None]]:
    return select(func.sum(tallies.c.size).label("size")).where(
        tallies.c.list_id == bindparam("list_id"),
        tallies.c.level == level,
        tallies.c.stretch >= bindparam(first),
        tallies.c.stretch < bindparam(end),
    )


_PARTS = union_all(
    _sum(0, "first", "first_end"),
    _sum(1, "middle", "middle_end"),
    _sum(2, "long", "long_end"),
    _sum(1, "again", "again_end"),
    _sum(0, "last", "last_end"),
).subquery()
SIZE = select(func.sum(_PARTS.c.size))


def bounds(first: int, last: int) -> Mapping[str, int]:
    """The parameters of SIZE for the seconds from first to last, both included: seconds, stretches, long ones, back."""
    end = max(last + 1, first)
    middle, middle_end = _whole(first, end, SHIFTS[1])
    if middle >= middle_end:
        return _cuts((first, end))
    edges = (first, middle << SHIFTS[1]), (middle_end << SHIFTS[1], end)
    width = SHIFTS[2] - SHIFTS[1]
    long, long_end = _whole(middle, middle_end, width)
    if long >= long_end:
        return _cuts(edges[0], (middle, middle_end), last=edges[1])
    return _cuts(edges[0], (middle, long << width), (long, long_end), (long_end << width, middle_end), edges[1])


def _whole(first: int, end: int, shift: int) -> tuple[int, int]:
    """The first of the stretches that lie wholly within, and the one after the last."""
    return -(-first >> shift), end >> shift


Cut = tuple[int, int]


def _cuts(
    first: Cut, middle: Cut = (0, 0), long: Cut = (0, 0), again: Cut = (0, 0), last: Cut = (0, 0)
) -> dict[str, int]:
    named = {"first": first, "middle": middle, "long": long, "again": again, "last": last}
    return {key: at for name, cut in named.items() for key, at in zip((name, f"{name}_end"), cut, strict=True)}


def steps(moved: Mapping[tuple[int, int], int]) -> Mapping[Key, int]:
    """What to add to which stretch, for that many entries more or fewer by list and datestamp."""
    found: Counter[Key] = Counter()
    for (list_id, datestamp), more in moved.items():
        for level, shift in enumerate(SHIFTS):
            found[list_id, level, datestamp >> shift] += more
    return {key: more for key, more in found.items() if more}
