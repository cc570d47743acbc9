"""From what bench/requests.py measured to its tables, the project's goals beside them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from measuring import ratio
from report import NAMES, plus, table

FULL = 95  # records: pages with fewer say so
Database = Mapping[str, Any]


def tables(found: Mapping[str, Any]) -> str:
    """The tables of bench/requests.py."""
    databases: dict[str, Database] = found["databases"]
    told = found["about"]
    names = [NAMES.get(name, name) for name in databases]
    parts = [
        f"{told['machine']} {told['items']:,} items, {told['workers']} workers, {told['connections']} connections, "
        f"{told['rounds']} turns of {told['seconds']} s for each case; the client runs on the same cores.",
        "### Goals",
        table(["what", "goal", *names], list(_goals(databases, told["items"]))),
        "### Each answer",
        "CPU in milliseconds of all the server's processes, the database's after the plus; answers a second.",
        table(
            ["answer", "octets", *(f"{name}: {what}" for name in names for what in ("CPU", "a second"))],
            list(_answers(databases)),
        ),
        "### Whole harvests, memory, disk",
        table(["what", *names], list(_others(databases, told["items"]))),
    ]
    skipped = {f"{name}: {reason}" for each in databases.values() for name, reason in each["skipped"].items()}
    parts += [f"Not measured: {'; '.join(sorted(skipped))}."] if skipped else []
    return "\n\n".join(parts)


def _goals(databases: Mapping[str, Database], items: int) -> Iterator[Sequence[str]]:
    """The goals that the project has set itself, and what came out."""

    def row(what: str, goal: str, value: Callable[[Database], float], met: Callable[[float], bool]) -> list[str]:
        cells = []
        for each in databases.values():
            try:
                number = value(each)
            except KeyError:
                cells.append("not measured")
                continue
            cells.append(f"{number:.2f}" if met(number) else f"**{number:.2f}** missed")
        return [what, goal, *cells]

    def times(this: str, that: str) -> Callable[[Database], float]:
        return lambda each: ratio(each["series"][this]["whole"], each["series"][that]["whole"])

    def most(limit: float) -> tuple[str, Callable[[float], bool]]:
        return f"<= {limit:g}", lambda number: number <= limit

    def least(limit: float) -> tuple[str, Callable[[float], bool]]:
        return f">= {limit:g}", lambda number: number >= limit

    for name, limit in (("plain", 2.0), ("gzip", 3.0), ("zstd", 3.0)):
        goal, met = most(limit)
        what = f"CPU of a list page / a Flask view with the same octets, {name}"
        yield row(what, goal if name != "zstd" else "", times(name, f"constant {name}"), met)
    goal, met = least(0.35)
    yield row("answers a second / nginx with static files, by wrk", goal, lambda each: _rate(each["wrk"]), met)
    yield row("the same by our client, which takes less of the machine", "", _own_rate, lambda number: True)
    goal, met = least(20)
    for what, bulk in (("made as documented", False), ("with every shortcut of its library", True)):
        yield row(f"CPU of the best other Python provider, {what} / ours", goal, partial(_peers, bulk=bulk), met)
    pages = {
        f"the last pages / the first pages, at {items:,} items": ("late", "early", 1.1),
        "pages of sets with 0.01 % / pages of everything": ("myriadth", "plain", 1.2),
        "pages of sets with 1 % / pages of everything": ("hundredth", "plain", 1.2),
        "pages of a set with 90 % / pages of everything": ("most", "plain", 1.2),
        f"a page at {items:,} items / at 10,000": ("plain", "small", 1.2),
        "pages inside a burst of equal datestamps / elsewhere": ("burst", "elsewhere", 1.2),
    }
    for what, (this, that, limit) in pages.items():
        goal, met = most(limit)
        yield row(what + _short(databases, this), goal, times(this, that), met)
    goal, met = most(3)
    yield row("a first page with completeListSize / a page, the worst of all arguments", goal, _firsts, met)
    goal, met = least(40_000)
    yield row("records a second and core, one client's whole harvest", goal, lambda each: _capacity(each, ""), met)
    goal, met = most(90)
    yield row("memory of a worker, MB", goal, lambda each: max(each["memory"]["large"]) / 1e6, met)


def _short(databases: Mapping[str, Database], key: str) -> str:
    records = min(each["series"][key]["records"] for each in databases.values())
    return "" if records >= FULL else f" (of {records:.0f} records only)"


def _rate(rates: Mapping[str, Sequence[float]] | None) -> float:
    """Ours against nginx's; KeyError where one of them was not measured."""
    if not rates:
        raise KeyError("wrk")
    return ratio(rates["plain"], rates["nginx plain"])


def _own_rate(each: Database) -> float:
    return _rate({key: series["rate"] for key, series in each["series"].items()})


def _peers(each: Database, bulk: bool) -> float:
    theirs = [key for key in each["series"] if key.startswith("peer ") and (bulk or "bulk" not in key)]
    best = min(theirs, key=lambda key: statistics.median(each["series"][key]["whole"]), default="none")
    return ratio(each["series"][best]["whole"], each["series"]["small"]["whole"])


def _firsts(each: Database) -> float:
    firsts = [series["whole"] for key, series in each["series"].items() if key.startswith("first")]
    return max(ratio(first, each["series"]["plain"]["whole"]) for first in firsts)


def _capacity(each: Database, coding: str) -> float:
    one = each["harvests"][coding]
    return float(one["records"] / (one["cpu"] + one["database"]))


def _answers(databases: Mapping[str, Database]) -> Iterator[Sequence[str]]:
    keys = dict.fromkeys(key for each in databases.values() for key in each["series"])
    for key in keys:
        known = next(each["series"][key] for each in databases.values() if key in each["series"])
        cells = [known["label"] + ("" if not 0 < known["records"] < FULL else f" ({known['records']:.0f})")]
        cells.append(f"{known['octets']:,.0f}")
        for each in databases.values():
            series = each["series"].get(key)
            cells += _cells(series) if series else ["", ""]
        yield cells


def _cells(series: Mapping[str, Any]) -> list[str]:
    server, database = statistics.median(series["server"]), statistics.median(series["database"])
    return [plus(server, database), f"{statistics.median(series['rate']):,.0f}"]


def _others(databases: Mapping[str, Database], items: int) -> Iterator[Sequence[str]]:
    every = list(databases.values())
    for coding, name in (("", "plain"), ("gzip", "gzip")):
        one = every[0]["harvests"][coding]
        what = f"one client's harvest of {one['records']:,} records, {name}: records a second and core"
        yield [what, *(f"{_capacity(each, coding):,.0f}" for each in every)]
        seconds = [each["harvests"][coding]["seconds"] for each in every]
        yield [f"the same: seconds for it, {name}", *(f"{each:.1f}" for each in seconds)]
    for server in ("large", "small"):
        store = f"{items:,} items" if server == "large" else "10,000 items"
        held = (", ".join(f"{size / 1e6:.0f}" for size in each["memory"][server]) for each in every)
        yield [f"memory of each worker after all that, MB (PSS), {store}", *held]
    yield [f"disk, octets an item, {items:,} items", *(f"{each['fill']['octets'] / items:,.0f}" for each in every)]
    for name in dict.fromkeys(name for each in every for name in list(each["fill"]["tables"])[:4]):
        shares = (each["fill"]["tables"].get(name, 0) / items for each in every)
        yield [f"of that table {name}", *(f"{share:,.0f}" for share in shares)]
    yield ["filling it, items a second", *(f"{items / each['fill']['seconds']:,.0f}" for each in every)]
