"""DSpace's batch metadata CSV: items, and changes to single columns of items that are here already.

A row with an id changes what its columns say and nothing else; a row with ``+`` is a new item.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from oai_server.ingest.columns import load
from oai_server.ingest.dspace import UUID, handle_among, set_spec
from oai_server.ingest.explain import SAMPLE, Explained, shown
from oai_server.ingest.headings import RESERVED, is_batch_metadata, qualified
from oai_server.ingest.normalise import Finding
from oai_server.ingest.opening import Member
from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.table_files import TEXTS, from_each, is_file, only_file, stem
from oai_server.ingest.tables import RULE as TABLE_RULE
from oai_server.ingest.tables import Broken, Form, Row, Table, table_of
from oai_server.ingest.update import RULE, Column, Update
from oai_server.model import Fault, Item, Reading, State, Value

KIND = "dspace-csv"
SUMMARY = "DSpace batch metadata CSV: headings id, collection, action and dc.title[en_US]; rows update single columns"
NO_ID = (
    "there is no column id, so no row says which item it is: add one as the first column, with DSpace's UUID or number "
    "of the item, or + for a new one; or read the file as an ordinary table with --from csv"
)
EXPUNGED = (
    "expunge is not done: harvesters would never hear of it; withdraw, which makes a deleted record, is what remains"
)
BETWEEN = "||"
ACTIONS: dict[str, State] = {"withdraw": "withdrawn", "reinstate": "active"}
AUTHORITY = re.compile(
    r"(?P<text>(?:(?!::).)+)"
    r"::(?P<authority>(?:will be (?:generated|referenced)::[^:\s]+::)?[^\s:](?:(?!::)\S)*)"
    r"(?:::(?P<confidence>-?[0-9]{1,4}))?",
    re.DOTALL,
)
VIRTUAL = re.compile(r".*::virtual::[0-9]+(?:::-?[0-9]+)?", re.DOTALL)
TITLES = ("dc.title", "dcterms.title")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns are: places of the special ones, columns of fields by their place, and what is odd with them."""

    special: Mapping[str, int]
    fields: Mapping[int, Column]
    notes: Sequence[str]


@dataclass(slots=True)
class Sheet:
    """A file that is being read; ``virtual`` counts the values of relations by their column, which are left out."""

    path: str
    name: str
    layout: Layout
    virtual: Counter[str] = field(default_factory=Counter)

    def fault(self, finding: Finding, line: int, identifier: str | None = None) -> Fault:
        """What was found in a row."""
        return Fault(*finding, self.path, line, identifier)


class Wrong(ValueError):
    """A row that cannot go in; the message says why."""


def recognises(errand: Errand) -> bool:
    """By a heading with fields and ``id``, or with nothing but what DSpace writes."""
    if errand.mapping is not None or not is_file(errand, TEXTS):
        return False
    try:
        return is_batch_metadata(table_of(only_file(errand.path), Form()).heading)
    except SourceError:
        return False


def read(errand: Errand) -> Iterator[Reading | Update | Fault]:
    """A new item for ``+``, else an update, or the fault the row is refused for; one fault for a file without id."""
    return from_each(errand.path, TEXTS, lambda member: _from_file(errand, member))


def _from_file(errand: Errand, member: Member) -> Iterator[Reading | Update | Fault]:
    table = _table(errand, member)
    sheet = Sheet(member.path, stem(member.name), layout_of(table.heading))
    if "id" not in sheet.layout.special:
        yield sheet.fault(("refused", RULE, NO_ID), table.line)
        return
    for note in sheet.layout.notes:
        yield sheet.fault(("noted", RULE, note), table.line)
    for place, row in enumerate(table.rows, 1):
        if isinstance(row, Broken):
            yield sheet.fault(("refused", row.rule, row.message), row.line)
        else:
            yield _given(sheet, row, place)
    if sheet.virtual:
        counted = ", ".join(f"{name} ({count})" for name, count in sheet.virtual.items())
        message = f"values that DSpace computes from relations are left out: {counted}"
        yield sheet.fault(("noted", RULE, message), table.line)


def explain(errand: Errand) -> Iterator[Explained]:
    """What becomes of each column."""
    table = _table(errand, only_file(errand.path))
    layout = layout_of(table.heading)
    rows = [row.cells for row in islice(table.rows, SAMPLE) if isinstance(row, Row)]
    becomes = {place: name for name, place in layout.special.items()}
    becomes |= {
        place: f"{name} [{language}]" if language else name for place, (name, language) in layout.fields.items()
    }
    for place, heading in enumerate(table.heading):
        texts = shown(part for cells in rows for part in parts(cells[place]))
        target = {"id": "identifier", "collection": "set", "action": "state"}.get(becomes.get(place, ""))
        reason = "" if place in becomes else next((note for note in layout.notes if heading in note), "")
        yield Explained(heading, target or becomes.get(place, ""), texts, reason)


def layout_of(heading: Sequence[str]) -> Layout:
    """What the headings say."""
    special: dict[str, int] = {}
    fields: dict[int, Column] = {}
    left_out: list[str] = []
    notes: list[str] = []
    for place, name in enumerate(heading):
        known = qualified(name)
        if name.lower() in RESERVED and name.lower() not in special:
            special[name.lower()] = place
        elif known and not name.startswith("relation."):
            if known in fields.values():
                notes.append(f"the column {name} stands more than once: the values of all are taken")
            if known[1] == "*":
                notes.append(f"{name}: a column has one language or none, so [*] is taken as none")
            fields[place] = known
        else:
            left_out.append(name or f"column {place + 1}")
    if special.get("id"):
        notes.append("id is not the first column; DSpace itself would not read this file")
    if left_out:
        notes.append(f"left out, as they are no schema.element[.qualifier][lang]: {', '.join(left_out)}")
    return Layout(special, fields, notes)


def parts(cell: str) -> list[str]:
    """The values of a cell; blanks around them and empty ones are dropped."""
    return [text for part in cell.split(BETWEEN) if (text := part.strip())]


def _table(errand: Errand, member: Member) -> Table:
    return table_of(member, load(errand.mapping).form if errand.mapping else Form())


def _given(sheet: Sheet, row: Row, place: int) -> Reading | Update | Fault:
    cells = {name: row.cells[index].strip() for name, index in sheet.layout.special.items()}
    try:
        return _row(sheet, row, place, cells)
    except Wrong as error:
        name = None if cells["id"] in ("", "+") else cells["id"]
        return sheet.fault(("refused", RULE, str(error)), row.line, name)


def _row(sheet: Sheet, row: Row, place: int, cells: Mapping[str, str]) -> Reading | Update:
    findings: list[Finding] = [("healed", TABLE_RULE, row.healed)] if row.healed else []
    name, state = cells["id"], _state(cells)
    if name not in ("", "+") and not (name.isdecimal() or UUID.fullmatch(name.lower())):
        raise Wrong(f"{name!a:.80} is no id: a UUID, a number, or + for a new item")
    if not name:
        raise Wrong("the id is empty: a UUID, a number, or + for a new item")
    metadata = _metadata(sheet, row)
    specs = _sets(cells.get("collection", ""), findings)
    if name == "+":
        name = _new_name(sheet, cells, metadata, place, findings)
        item = Item(name, metadata, specs)
        return Reading(item, sheet.path, row.line, tuple(sheet.fault(each, row.line, name) for each in findings))
    # A cell that is not there at all is no empty cell: what it would empty may only have been cut off.
    columns = tuple(column for index, column in sheet.layout.fields.items() if index < row.given)
    if row.given < len(row.cells):
        missing = f"{row.given} fields for {len(row.cells)} headings: the columns that are missing are left as they are"
        findings.append(("noted", TABLE_RULE, missing))
    if not specs and sheet.layout.special.get("collection", row.given) < row.given:
        findings.append(("noted", RULE, "collection is empty: the item stays in its sets"))
    titled = any(column[0] in TITLES for column in columns)
    return Update(
        Item(name, metadata, specs, state=state or "active"),
        columns,
        sheet.path,
        row.line,
        tuple(sheet.fault(each, row.line, name) for each in findings),
        must_exist=not (titled and metadata),
        sets_given=bool(specs),
        state_given=state is not None,
    )


def _state(cells: Mapping[str, str]) -> State | None:
    """The state that the action asks for, None if it asks for none."""
    action = cells.get("action", "")
    if not action:
        return None
    if cells["id"] == "+":
        raise Wrong(f"the action {action!a:.40} is for an item that is there already, not for a new one (+)")
    if action == "expunge":
        raise Wrong(EXPUNGED)
    if action not in ACTIONS:
        raise Wrong(f"{action!a:.40} is no action: {', '.join(ACTIONS)}, or nothing")
    return ACTIONS[action]


def _metadata(sheet: Sheet, row: Row) -> dict[str, tuple[Value, ...]]:
    found: dict[str, list[Value]] = {}
    for index, (name, language) in sheet.layout.fields.items():
        for text in parts(row.cells[index]):
            if VIRTUAL.fullmatch(text):
                sheet.virtual[name] += 1
            else:
                found.setdefault(name, []).append(_value(text, language))
    return {name: tuple(values) for name, values in found.items()}


def _value(text: str, language: str | None) -> Value:
    """``Name::AUTHORITY::600``; two colons that are followed by a blank are text."""
    controlled = AUTHORITY.fullmatch(text) if "::" in text else None
    if controlled is None:
        return Value(text, language or None)
    confidence = controlled["confidence"]
    return Value(controlled["text"], language or None, controlled["authority"], int(confidence) if confidence else None)


def _sets(cell: str, findings: list[Finding]) -> tuple[str, ...]:
    specs = []
    for name in parts(cell):
        if spec := set_spec("col", name):
            specs.append(spec)
        else:
            findings.append(("noted", RULE, f"collection {name!a:.80} is neither a handle nor a UUID, so no set"))
    return tuple(specs)


def _new_name(
    sheet: Sheet,
    cells: Mapping[str, str],
    metadata: Mapping[str, tuple[Value, ...]],
    place: int,
    findings: list[Finding],
) -> str:
    """The name of a new item: its handle, else its row's name, else its place in the file."""
    if handle := handle_among(metadata):
        return handle
    name = f"{sheet.name}/{cells.get('rowname') or place}"
    findings.append(
        ("noted", "identifier of a row", f"a new item without a handle; it is named {name!r} after its row")
    )
    return name
