"""Many rows in one statement, in each database's own quick way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table

Rows = Sequence[tuple[object, ...]]


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """New rows, values in the order of the table's columns: COPY on PostgreSQL."""
    if not rows:
        return
    names = ", ".join(table.columns.keys())
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def delete_rows(connection: Connection, table: Table, keys: Rows, only_if: str = "true") -> None:
    """No longer the rows with these primary keys, all of whose parts are numbers, where that is so."""
    if not keys:
        return
    names = table.primary_key.columns.keys()
    if connection.dialect.name == "sqlite":
        where = " AND ".join(f"{name} = ?" for name in names)
        connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {where} AND {only_if}", list(keys))
        return
    where = " AND ".join((*(f"{table.name}.{name} = gone.{name}" for name in names), only_if))
    connection.exec_driver_sql(
        f"DELETE FROM {table.name} USING {_unnested(len(names))} AS gone({', '.join(names)}) WHERE {where}",
        tuple(map(list, zip(*keys, strict=True))),
    )


def add_to_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Add the last value of each row to that of the row with its primary key; all are numbers."""
    if not rows:
        return
    names = table.columns.keys()
    key, last = ", ".join(names[:-1]), names[-1]
    sqlite = connection.dialect.name == "sqlite"
    given = f"VALUES ({', '.join('?' * len(names))})" if sqlite else f"SELECT * FROM {_unnested(len(names))} AS given"
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(names)}) {given} "
        f"ON CONFLICT ({key}) DO UPDATE SET {last} = {table.name}.{last} + excluded.{last}",
        list(rows) if sqlite else tuple(map(list, zip(*rows, strict=True))),
    )


def _unnested(count: int) -> str:
    return f"unnest({', '.join(['%s::bigint[]'] * count)})"
