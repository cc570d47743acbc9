"""JSON objects of any shape, one a line or in an array, with a mapping file from paths in them to fields."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO

from oai_server.ingest.cells import Mapper, Record
from oai_server.ingest.columns import Name, Rule, TableMapping, load
from oai_server.ingest.expanding import Unreadable
from oai_server.ingest.explain import SAMPLE, Explained, explained
from oai_server.ingest.json_values import LARGEST, Found, NotJSON, foreign_encoding, parsed, values
from oai_server.ingest.opening import RULE as OPENING
from oai_server.ingest.opening import Member
from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.table_files import from_each, is_file, kind_of, only_file, stem
from oai_server.ingest.tables import Broken
from oai_server.model import Fault, Reading, Set

KIND = "json"
SUMMARY = "JSON objects of any shape (.jsonl, .json, also .gz and .xz) with a mapping file from paths to fields"
RULE = "JSON"
KINDS = frozenset(("jsonl", "ndjson", "json"))
STEP = re.compile(r'(?:(?P<deep>\.\.)|\.|^)(?:"(?P<quoted>[^"]+)"|(?P<bare>[^."\[\]]+))(?P<filters>(?:\[[^\[\]]*\])*)')
FILTER = re.compile(r"\[(?:(?P<key>[^=!\[\]]+)(?P<not>!?)=(?P<value>[^\[\]]*))?\]")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: the key, whether at any depth, and what the objects there must say: key, value, whether."""

    key: str
    deep: bool
    filters: tuple[tuple[str, str, bool], ...]


def recognises(errand: Errand) -> bool:
    """JSON by its name, where there is a mapping file for it."""
    return errand.mapping is not None and is_file(errand, KINDS)


def read(errand: Errand) -> Iterator[Reading | Fault | Set]:
    """Every object as an item, with the sets that it brings."""
    mapping = _mapping(errand)
    return from_each(
        errand.path, KINDS, lambda member: Mapper(mapping, member.path, stem(member.name)).readings(_records(member))
    )


def explain(errand: Errand) -> Iterator[Explained]:
    """What becomes of each path that the first objects have."""
    mapping = _mapping(errand)
    told = [record for record in islice(_objects(only_file(errand.path)), SAMPLE) if not isinstance(record, Broken)]
    columns: dict[Name, None] = {}
    for _, _, each in told:
        columns.update(dict.fromkeys(leaves(each)))
    rows = [_record(line, place, each).cells for line, place, each in told]
    yield from explained(mapping, list(columns), rows, _reads)


def _mapping(errand: Errand) -> TableMapping:
    if errand.mapping is None:
        raise SourceError(f"{errand.location}: JSON of a shape of its own needs a mapping file from paths to fields")
    mapping = load(errand.mapping)
    try:
        for _, rule in mapping.rules():
            for name in rule.inputs:
                steps(str(name))
    except ValueError as error:
        raise SourceError(f"mapping {errand.mapping}: {error}") from None
    return mapping


def _records(member: Member) -> Iterator[Record | Broken]:
    return (each if isinstance(each, Broken) else _record(*each) for each in _objects(member))


def _record(line: int, place: int, told: Any) -> Record:
    return Record(lambda name: at(steps(str(name)), told), line, place)


def _objects(member: Member) -> Iterator[tuple[int, int, Any] | Broken]:
    """Line, place and object, for each value."""
    line = 0
    try:
        with member.open() as stream:
            told = values(stream) if kind_of(member.name) == "json" else _lines(stream)
            for place, found in enumerate(told, 1):
                line = found.line
                yield _object(found, place)
    except Unreadable as error:
        yield Broken(line + 1, OPENING, f"{error}: what follows is lost")


def _lines(stream: BinaryIO) -> Iterator[Found]:
    """The lines that are not blank, which takes half the time of looking for brackets."""
    for number, text in enumerate(iter(lambda: stream.readline(LARGEST), b""), 1):
        if number == 1 and (encoding := foreign_encoding(text)):
            raise Unreadable(f"it is {encoding}, but JSON is UTF-8")
        whole = len(text) < LARGEST
        rest = text
        while len(rest) == LARGEST and not rest.endswith(b"\n"):
            rest = stream.readline(LARGEST)
        bare = text.removeprefix(codecs.BOM_UTF8) if number == 1 else text
        if bare.strip():
            yield Found(bare if whole else b"", number, whole)


def _object(found: Found, place: int) -> tuple[int, int, Any] | Broken:
    if not found.whole:
        return Broken(found.line, RULE, f"more than {LARGEST:,} bytes")
    try:
        told = parsed(found.text)
    except NotJSON as error:
        return Broken(found.line, RULE, str(error))
    return (found.line, place, told) if isinstance(told, dict) else Broken(found.line, RULE, "not a JSON object")


# --- paths ---


@lru_cache(maxsize=1024)
def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path; ValueError for a text that is none."""
    found, end = [], 0
    while end < len(path):
        step = STEP.match(path, end)
        filters = [FILTER.fullmatch(each) for each in re.findall(r"\[[^\[\]]*\]", step["filters"])] if step else []
        if step is None or (end and step.start() == step.start("bare")) or not all(filters):
            raise ValueError(f"{path!r} is no path: keys with dots between, [] or [key=value] after a list")
        wanted = tuple((each["key"], each["value"], not each["not"]) for each in filters if each and each["key"])
        found.append(Step(step["quoted"] or step["bare"], bool(step["deep"]), wanted))
        end = step.end()
    return tuple(found)


def at(path: Sequence[Step], told: Any) -> list[str]:
    """The texts at a path, in order; lists are gone through whether the path says so or not."""
    nodes = [told]
    for step in path:
        inside = _everything(nodes) if step.deep else nodes
        nodes = _flat([each[step.key] for each in inside if isinstance(each, dict) and step.key in each])
        if step.filters:
            nodes = [each for each in nodes if _passes(each, step.filters)]
    return [text for node in nodes if (text := _text(node)) is not None]


def _passes(node: Any, filters: Sequence[tuple[str, str, bool]]) -> bool:
    return isinstance(node, dict) and all((_text(node.get(key)) == value) is wanted for key, value, wanted in filters)


def _flat(nodes: list[Any]) -> list[Any]:
    """The nodes with the members of lists in their place, however deep these are lists of lists."""
    while any(isinstance(node, list) for node in nodes):
        nodes = [each for node in nodes for each in (node if isinstance(node, list) else (node,))]
    return nodes


def _everything(nodes: Sequence[Any]) -> list[Any]:
    """The nodes and all objects in them, each before what it holds."""
    found = []
    waiting = list(reversed(nodes))
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found.append(each)
            waiting.extend([value for value in each.values() if isinstance(value, (dict, list))][::-1])
        elif isinstance(each, list):
            waiting.extend(each[::-1])
    return found


def _text(node: Any) -> str | None:
    if isinstance(node, str):
        return node
    if isinstance(node, bool):
        return str(node).lower()
    if isinstance(node, float) and node.is_integer():
        return str(int(node))
    return str(node) if isinstance(node, (int, float)) else None


def leaves(told: Any, path: str = "", depth: int = 20) -> Iterator[str]:
    """The paths of everything in an object that is neither object nor list: ``artists[].name``."""
    if isinstance(told, dict) and depth:
        for key, each in told.items():
            name = f'"{key}"' if re.search(r'[."\[\]]', key) else key
            yield from leaves(each, f"{path}.{name}" if path else name, depth - 1)
    elif isinstance(told, list) and depth:
        for each in told:
            yield from leaves(each, path if path.endswith("[]") else f"{path}[]", depth - 1)
    elif told is not None:
        yield path


def _reads(rule: Rule, column: Name) -> bool:
    """Whether a rule reads what stands at a path."""
    keys = [step.key for step in steps(str(column))]
    return any(_leads(steps(str(name)), keys) for name in rule.inputs)


def _leads(path: Sequence[Step], keys: Sequence[str]) -> bool:
    if not path:
        return not keys
    step, rest = path[0], path[1:]
    places = range(len(keys)) if step.deep else range(min(1, len(keys)))
    return any(keys[place] == step.key and _leads(rest, keys[place + 1 :]) for place in places)
