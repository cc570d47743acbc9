"""What is asked of the servers: each case with a comment on what it would show."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from asking import Harvester, Leaf, query
from corpus import BURST, FIRST, LAST, SHARES, Corpus
from load import request
from measuring import Case
from serving import Server

MANY = 256  # different requests in a case
FEW = 32  # where one of them may be dear
WALK = 2_000  # pages of a set that are walked to find tokens
CODINGS = {"plain": ("", ".xml"), "gzip": ("gzip", ".xml.gz"), "zstd": ("zstd", ".xml.zst")}
DC = {"metadataPrefix": "oai_dc"}


def our_cases(big: Server, small: Server, corpus: Corpus) -> Iterator[Case]:
    """The cases of our server, on the store that is measured and on a small one; checks what it finds on the way."""
    client = Harvester(big)
    leaves = list(client.walk(query("ListRecords", **DC)))
    held = sum(leaf.records for leaf in leaves)
    if held != corpus.items or leaves[0].size not in (held, None):
        raise SystemExit(f"the list holds {held} records and tells {leaves[0].size}: {corpus.items} went in")
    inner = leaves[1:-1] or leaves
    burst = [leaf for leaf in inner if leaf.first == leaf.last == _text(BURST)]
    elsewhere = [leaf for leaf in inner if _text(BURST) not in (leaf.first, leaf.last)]
    for name, (coding, _) in CODINGS.items():  # what nearly every request of a harvest is
        if client.get(inner[0].path, coding)[1] == coding:
            yield _lists(name, f"a page of ListRecords, {name}", big, _some(inner), coding)
    yield _lists("early", "pages 2 to 9", big, inner[:8])
    yield _lists("late", "the last eight full pages", big, inner[-8:])
    yield _lists("burst", "pages inside the burst of equal datestamps", big, _some(burst))
    yield _lists("elsewhere", "pages outside the burst", big, _some(elsewhere))
    yield from _set_cases(big, client)
    yield from _first_cases(big, client)
    yield from _single_cases(big, client, corpus)
    yield from _small_cases(small)


def _set_cases(server: Server, client: Harvester) -> Iterator[Case]:
    """Pages of sets by their share of the repository: whether a set costs what everything costs."""
    for kind, (count, share) in SHARES.items():
        if kind == "thousandth":
            continue
        leaves: list[Leaf] = []
        for number in range(0, count, max(count // MANY, 1)):
            walked = list(client.walk(query("ListRecords", set=f"{kind}-{number}", **DC), WALK))
            leaves += walked[1:-1] or walked[:1]  # a first page may cost a count
            if len(leaves) >= WALK:
                break
        yield _lists(kind, f"pages of sets with {share * 100:g} % of it", server, _some(leaves))


def _first_cases(server: Server, client: Harvester) -> Iterator[Case]:
    """First pages, which tell completeListSize: with every argument that changes what is to be counted."""
    rng = random.Random(2)
    stamps = [_text(rng.randrange(FIRST, LAST)) for _ in range(FEW)]
    early = [_text(rng.randrange(FIRST, FIRST + (LAST - FIRST) // 10)) for _ in range(FEW)]
    late = [_text(rng.randrange(LAST - (LAST - FIRST) // 10, LAST)) for _ in range(FEW)]
    asked = {
        "first": ("everything", [query("ListRecords", **DC)]),
        "first from": ("from", [query("ListRecords", from_=stamp, **DC) for stamp in stamps]),
        "first until": ("until", [query("ListRecords", until=stamp, **DC) for stamp in stamps]),
        "first between": (
            "from and until",
            [query("ListRecords", from_=one, until=other, **DC) for one, other in zip(early, late, strict=True)],
        ),
        "first set": ("a set of 90 %", [query("ListRecords", set="most-0", **DC)]),
        "first set from": (
            "that set, from",
            [query("ListRecords", set="most-0", from_=stamp, **DC) for stamp in stamps],
        ),
    }
    for key, (label, paths) in asked.items():
        leaves = [client.leaf(path)[0] for path in paths]
        counted = [leaf.path for leaf in leaves if leaf.size is not None]  # a list of one page counts nothing
        records = statistics.mean(leaf.records for leaf in leaves)
        yield Case(key, f"a first page: {label}", server, tuple(map(request, counted or paths)), records)


def _single_cases(server: Server, client: Harvester, corpus: Corpus) -> Iterator[Case]:
    """The other verbs."""
    numbers = random.Random(3).sample(range(corpus.items), min(corpus.items, 4 * MANY))
    names = [corpus.draft(number).identifier for number in numbers]
    paths = tuple(request(query("GetRecord", identifier=name, **DC)) for name in names)
    yield Case("GetRecord", "GetRecord", server, paths, 1)
    middle = _text(FIRST + (LAST - FIRST) // 4)
    leaves = list(client.walk(query("ListIdentifiers", from_=middle, **DC), MANY))
    yield _lists("ListIdentifiers", "a page of ListIdentifiers", server, leaves[1:-1] or leaves)
    yield Case("Identify", "Identify", server, (request(query("Identify")),))
    yield Case("ListMetadataFormats", "ListMetadataFormats", server, (request(query("ListMetadataFormats")),))


def _small_cases(server: Server) -> Iterator[Case]:
    """The store of 10,000 items and 10,000 sets."""
    client = Harvester(server)
    leaves = list(client.walk(query("ListRecords", **DC)))
    yield _lists("small", "a page of ListRecords, 10,000 items", server, _some(leaves[1:-1]))
    leaves = list(client.walk(query("ListSets")))
    sets = sum(leaf.records for leaf in leaves)
    per = leaves[0].records
    yield _lists("ListSets", f"the first page of ListSets, {per:,} of {sets:,} sets", server, leaves[:1])
    yield _lists("ListSets late", "a late page of it", server, leaves[-2:-1])


def constant_pages(server: Server, case: Case, folder: Path) -> None:
    """Keep one answer of that case, of about the mean size, in every coding that the server has."""
    client = Harvester(server)
    paths = [each.split(" ")[1] for each in case.requests]
    sizes = {path: len(client.get(path)[0]) for path in paths}
    chosen = min(paths, key=lambda path: abs(sizes[path] - statistics.mean(sizes.values())))
    folder.mkdir(exist_ok=True)
    for coding, suffix in CODINGS.values():
        body, told = client.get(chosen, coding)
        (folder / f"page{suffix}").unlink(missing_ok=True)
        if told == coding:
            (folder / f"page{suffix}").write_bytes(body)


def constant_cases(server: Server, folder: Path) -> Iterator[Case]:
    """The same octets as constants, through Flask and the same server."""
    for name, (_, suffix) in CODINGS.items():
        if (folder / f"page{suffix}").exists():
            label = f"the same octets as a Flask constant, {name}"
            yield Case(f"constant {name}", label, server, (request(f"/page{suffix}"),))


def nginx_cases(server: Server) -> Iterator[Case]:
    """The same octets as files."""
    for name in ("plain", "gzip"):
        coding = CODINGS[name][0]
        yield Case(f"nginx {name}", f"nginx, the same octets, {name}", server, (request("/page.xml", coding),))


def peer_case(server: Server, label: str) -> Case:
    """Pages 2 to 9 of another provider, on the small data."""
    leaves = list(Harvester(server).walk(query("ListRecords", **DC), 9))[1:]
    return _lists(f"peer {label}", label, server, leaves)


def _lists(key: str, label: str, server: Server, leaves: Sequence[Leaf], coding: str = "") -> Case:
    paths = tuple(request(leaf.path, coding) for leaf in leaves)
    return Case(key, label, server, paths, statistics.mean(leaf.records for leaf in leaves))


def _some(leaves: Sequence[Leaf]) -> Sequence[Leaf]:
    return random.Random(4).sample(leaves, min(MANY, len(leaves)))


def _text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
