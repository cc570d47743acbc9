"""Any table: CSV, TSV or a workbook, with a mapping file, or with headings that say by themselves what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from oai_server.ingest.cells import RULE as MAPPED
from oai_server.ingest.cells import Mapper, Record, columns_of
from oai_server.ingest.columns import Name, Rule, TableMapping, load
from oai_server.ingest.explain import SAMPLE, Explained, explained
from oai_server.ingest.headings import in_known_schema, is_batch_metadata, plain_word, qualified
from oai_server.ingest.opening import Member
from oai_server.ingest.sheets import table_at
from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.table_files import TEXTS, WORKBOOKS, from_each, is_file, only_file, stem
from oai_server.ingest.tables import RULE, Broken, Form, Row, Table
from oai_server.model import Fault, Reading, Set

KIND = "csv"
SUMMARY = (
    "a table (.csv, .tsv, also .gz and .xz; .xlsx) with a mapping file, or with headings such as dc.title or title"
)
KINDS = TEXTS | WORKBOOKS
NAMING = ("id", "handle", "identifier", "dc.identifier")  # columns that name an item, the best first


def recognises(errand: Errand) -> bool:
    """A table by its name, with a mapping file or a heading that maps by itself."""
    if not is_file(errand, KINDS):
        return False
    if errand.mapping is not None:
        return True
    try:
        heading = table_at(only_file(errand.path), Form()).heading
    except SourceError:
        return False
    return not is_batch_metadata(heading) and bool(by_itself(heading).fields)


def read(errand: Errand) -> Iterator[Reading | Fault | Set]:
    """Every row as an item, with the sets that it brings; SourceError for no table and for a mapping of another one."""
    told = _told(errand)
    return from_each(errand.path, KINDS, lambda member: _from_file(member, told))


def _from_file(member: Member, told: TableMapping | None) -> Iterator[Reading | Fault | Set]:
    mapping, table = _opened(member, told)
    if told is None and (left := _left_out(mapping, table.heading)):
        message = f"left out, as no heading says what they are: {', '.join(left)}; a mapping file can say it"
        yield Fault("noted", MAPPED, message, member.path, table.line)
    yield from Mapper(mapping, member.path, stem(member.name)).readings(_records(table))


def explain(errand: Errand) -> Iterator[Explained]:
    """What becomes of each column."""
    mapping, table = _opened(only_file(errand.path), _told(errand))
    rows = [record.cells for record in islice(_records(table), SAMPLE) if isinstance(record, Record)]
    if errand.mapping is None:
        places = explained(mapping, range(1, len(table.heading) + 1), rows)
        for each in places:
            yield Explained(table.heading[int(each.column) - 1], each.becomes, each.examples, each.left_out)
    else:
        headings = [name or place for place, name in enumerate(table.heading, 1)]
        yield from explained(mapping, list(dict.fromkeys(headings)), rows, _reads(table.heading))


def by_itself(heading: Sequence[str]) -> TableMapping:
    """The mapping that headings tell by themselves; several values in one cell are parted by ``||``."""
    fields: dict[str, list[Rule]] = {}
    for place, name in enumerate(heading, 1):
        field, language = (qualified(name) if in_known_schema(name) else None) or (plain_word(name), None)
        if field:
            fields.setdefault(field, []).append(Rule((place,), split=("||",), language=language))
    lower = [name.lower() for name in heading]
    naming = tuple(lower.index(name) + 1 for name in NAMING if name in lower)
    return TableMapping(
        fields={field: tuple(rules) for field, rules in fields.items()},
        identifier=Rule(naming, first=True, split=("||",)) if naming else None,
    )


def _told(errand: Errand) -> TableMapping | None:
    return load(errand.mapping) if errand.mapping else None


def _opened(member: Member, told: TableMapping | None) -> tuple[TableMapping, Table]:
    """The table with the mapping that was told for it, or that its heading tells."""
    if told is not None:
        table = table_at(member, told.form)
        _check(told, table.heading, member.path)
        return told, table
    table = table_at(member, Form())
    mapping = by_itself(table.heading)
    if not mapping.fields:
        raise SourceError(
            f"{member.path}: no heading says by itself which field it is; say it in a mapping file. The headings are: "
            f"{', '.join(table.heading)}"
        )
    return mapping, table


def _check(mapping: TableMapping, heading: Sequence[str], path: str) -> None:
    known = columns_of(heading)
    for target, rule in mapping.rules():
        for name in rule.inputs:
            if name not in known and not rule.optional:
                raise SourceError(
                    f"{path}: {target} is mapped from the column {name!r}, but the headings are {', '.join(heading)}; "
                    "if it need not be there, say optional = true"
                )


def _left_out(mapping: TableMapping, heading: Sequence[str]) -> list[str]:
    taken = {name for _, rule in mapping.rules() for name in rule.inputs}
    return [name or f"column {place}" for place, name in enumerate(heading, 1) if place not in taken]


def _reads(heading: Sequence[str]) -> Callable[[Rule, Name], bool]:
    """Whether a rule reads a column by its name or by its place."""
    known = columns_of(heading)

    def reads(rule: Rule, column: Name) -> bool:
        return any(set(known.get(name, ())) & set(known[column]) for name in rule.inputs)

    return reads


def _records(table: Table) -> Iterator[Record | Broken]:
    columns = columns_of(table.heading)
    for place, row in enumerate(table.rows, 1):
        yield row if isinstance(row, Broken) else _record(row, place, columns)


def _record(row: Row, place: int, columns: Mapping[Name, tuple[int, ...]]) -> Record:
    def cells(name: Name) -> list[str]:
        return [row.cells[index] for index in columns.get(name, ())]

    return Record(cells, row.line, place, ("healed", RULE, row.healed) if row.healed else None)
