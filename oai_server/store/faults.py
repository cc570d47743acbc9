"""What is wrong, and where: kept with the items, gone when they come in clean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, true

from oai_server.model import Degree, Fault
from oai_server.store.database import failing_as_told
from oai_server.store.kept import KeptItem
from oai_server.store.reading import Store
from oai_server.store.tables import faults

PORTION = 1000
UNREADABLE = "readable source"  # the rule of a fault that says that a source broke off
NOT_IN: Mapping[str, Sequence[Degree]] = {"lost": ("lost", "refused")}  # what is refused is lost too
Told = tuple[str, str, str, str, int | None]  # degree, rule, message, file, line
Key = tuple[str | None, str | None, str, str, str]  # identifier, prefix, degree, rule, message


def found(
    store: Store,
    source: str | None = None,
    degree: str | None = None,
    rule: str | None = None,
    identifier: str | None = None,
) -> Iterator[Mapping[str, Any]]:
    """The faults that stand, oldest first; the keys are the columns of the table. ``rule`` is a part of its name."""
    where: list[ColumnElement[bool]] = []
    if source is not None:
        where.append(or_(faults.c.source == source, faults.c.source.endswith(f":{source}", autoescape=True)))
    if degree is not None:
        where.append(faults.c.degree.in_(NOT_IN.get(degree, (degree,))))
    if rule is not None:
        where.append(func.lower(faults.c.rule).contains(rule.lower(), autoescape=True))
    if identifier is not None:
        where.append(faults.c.identifier == identifier)
    last = 0
    while True:
        query = select(faults).where(*where, faults.c.id > last).order_by(faults.c.id).limit(PORTION)
        with failing_as_told(store.engine), store.engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        yield from (dict(row) for row in rows)
        if len(rows) < PORTION:
            return
        last = rows[-1]["id"]


def keep_faults(connection: Connection, batch: Sequence[KeptItem], now: int) -> None:
    """The faults of these items in place of those known, since when they were first seen.

    Of items that are rendered again only the faults of their records are replaced.
    """
    first = batch[0]
    of_records = faults.c.prefix.is_not(None) if first.again else _of_items({item.source for item in batch})
    where = and_(
        faults.c.identifier.in_([item.identifier for item in batch]),
        of_records,
        true() if first.only is None else faults.c.prefix == first.only,
    )
    known = _since(connection, where)
    if known:
        connection.execute(delete(faults).where(where))
    rows = [_row(item.source, fault, known, now) for item in batch for fault in item.faults]
    if rows:
        connection.execute(insert(faults), rows)


def _of_items(sources: Iterable[str]) -> ColumnElement[bool]:
    """All but what another source gave of the item and was refused: that goes when the other gives it clean."""
    return or_(faults.c.degree != "refused", faults.c.source.in_(list(sources)))


def faults_of(
    connection: Connection, identifiers: Sequence[str], source: str
) -> tuple[Mapping[str, set[Told]], Mapping[str, list[Fault]]]:
    """What is known to be wrong with these items: as they were read or refused, and with their records."""
    columns = (faults.c.degree, faults.c.rule, faults.c.message, faults.c.file, faults.c.line)
    query = select(faults.c.identifier, faults.c.prefix, *columns).where(
        faults.c.identifier.in_(identifiers), _of_items([source])
    )
    read: dict[str, set[Told]] = {}
    of_records: dict[str, list[Fault]] = {}
    for name, prefix, degree, rule, message, file, line in connection.execute(query):
        if prefix is None:
            read.setdefault(name, set()).add((degree, rule, message, file, line))
        else:
            of_records.setdefault(name, []).append(Fault(degree, rule, message, file, line, name, prefix))
    return read, of_records


def told(found: Iterable[Fault]) -> set[Told]:
    """Faults as they are compared with those that are kept."""
    return {(each.degree, each.rule, _plain(each.message), _plain(each.file), each.line) for each in found}


def renew(connection: Connection, source: str, found: Mapping[str, Sequence[Fault]], now: int) -> None:
    """What is wrong with these items as they were read this time; their records' faults stay."""
    where = and_(faults.c.identifier.in_(list(found)), faults.c.prefix.is_(None), _of_items([source]))
    known = _since(connection, where)
    connection.execute(delete(faults).where(where))
    rows = [_row(source, fault, known, now) for each in found.values() for fault in each]
    if rows:
        connection.execute(insert(faults), rows)


def refuse(connection: Connection, source: str, given: Sequence[Fault], run: int, first_run: int, now: int) -> None:
    """What a source gave in this run that is no item here, in place of the same from earlier runs.

    Runs since the first one have read the same content: of theirs only what stood in the same place is the same.
    """
    where = and_(_beside_items(source, run), faults.c.message.in_(list({_plain(each.message) for each in given})))
    known = _since(connection, where)
    if known:
        places = {(_plain(each.message), _plain(each.file), each.line) for each in given}
        columns = (faults.c.id, faults.c.run, faults.c.message, faults.c.file, faults.c.line)
        found = connection.execute(select(*columns).where(where)).all()
        old = [number for number, its_run, *place in found if (its_run or 0) < first_run or tuple(place) in places]
        connection.execute(delete(faults).where(faults.c.id.in_(old)))
    connection.execute(insert(faults), [{**_row(source, fault, known, now), "run": run} for fault in given])


def forget(connection: Connection, source: str, first_run: int, named: bool) -> None:
    """No longer what a source gave before that run and was no item; what names an item only if ``named``."""
    where = _beside_items(source, first_run)
    connection.execute(delete(faults).where(where if named else and_(where, faults.c.identifier.is_(None))))


def _beside_items(source: str, first_run: int) -> ColumnElement[bool]:
    """What was met before that run and is of no item that is here."""
    of_none = or_(faults.c.degree == "refused", faults.c.identifier.is_(None))
    return and_(faults.c.source == source, of_none, func.coalesce(faults.c.run, 0) < first_run)


def _since(connection: Connection, where: ColumnElement[bool]) -> Mapping[Key, int]:
    columns = (faults.c.identifier, faults.c.prefix, faults.c.degree, faults.c.rule, faults.c.message)
    return {tuple(row[:-1]): row[-1] for row in connection.execute(select(*columns, faults.c.since).where(where))}


def _row(source: str, fault: Fault, known: Mapping[Key, int], now: int) -> dict[str, object]:
    identifier = None if fault.identifier is None else _plain(fault.identifier)
    message = _plain(fault.message)
    return {
        "source": source,
        "identifier": identifier,
        "file": _plain(fault.file),
        "line": fault.line,
        "prefix": fault.prefix,
        "degree": fault.degree,
        "rule": fault.rule,
        "message": message,
        "since": known.get((identifier, fault.prefix, fault.degree, fault.rule, message), now),
    }


def _plain(text: str) -> str:
    """Text that every database takes: no NUL, no lone surrogate, each told as an escape instead."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
