"""Pages: joined up they are the list, and each is one range of the index."""

import pytest
from sqlalchemy import Connection, Select, text

from oai_server.model import Selection
from oai_server.store.database import HEAD
from oai_server.store.reading import HEADERS_PAGE, RECORDS_PAGE
from oai_server.store.tables import metadata
from tests.conftest import item, readings
from tests.judges import ROOT


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_list_read_page_by_page_is_the_whole_list(demo_store, size):
    """However long the pages are, every record comes once, in datestamp order."""
    rows, page = [], demo_store.page(Selection("oai_dc"), None, size)
    rows += page.rows
    while page.next:
        page = demo_store.page(Selection("oai_dc"), page.next, size)
        rows += page.rows
    assert tuple(rows) == demo_store.page(Selection("oai_dc"), None, 1000).rows
    assert [row.datestamp for row in rows] == sorted(row.datestamp for row in rows)


@pytest.mark.parametrize("statement", [HEADERS_PAGE, RECORDS_PAGE], ids=["headers", "records"])
def test_a_page_is_one_range_with_both_key_columns_and_the_record_by_its_number(pipeline, store, statement):
    pipeline.ingest(readings(*(item(str(n)) for n in range(20))), "test")
    values = {"list_id": 1, "after": 5, "after_item": 7, "until": 2**40, "size": 100}
    with store.engine.connect() as connection:
        steps = plan(connection, statement, values)
    if store.engine.dialect.name == "sqlite":
        assert "(list_id=? AND (datestamp,item_id)>(?,?) AND datestamp<?)" in steps[0], steps
        assert steps[1:] == ["SEARCH records USING INTEGER PRIMARY KEY (rowid=?)"]
    else:
        (range_,) = [step for step in steps if "Index Cond" in step and "list_id" in step]
        assert "(ROW(entries.datestamp, entries.item_id) > ROW(" in range_ or "ROW(datestamp, item_id) > ROW(" in range_
        assert not any("Seq Scan" in step or "Sort" in step for step in steps), steps


def plan(connection: Connection, statement: Select, values: dict[str, int]) -> list[str]:
    """The steps of a statement as its database tells them."""
    bound = statement.params(values).compile(connection, compile_kwargs={"literal_binds": True})
    if connection.dialect.name == "sqlite":
        return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {bound}")]
    connection.exec_driver_sql("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {bound}")]


def test_a_page_in_the_midst_of_equal_datestamps_starts_where_the_one_before_ended(pipeline, store):
    pipeline.ingest(readings(*(item(str(n)) for n in range(50))), "test")
    seen, after = [], None
    while True:
        page = store.page(Selection("oai_dc"), after, 7)
        seen += [row.opening for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert len(seen) == len(set(seen)) == 50


def test_the_migrations_make_the_tables_that_the_code_knows(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_head_is_the_newest_migration():
    files = sorted((ROOT / "oai_server" / "store" / "migrations" / "versions").glob("r*.py"))
    assert files[-1].name.startswith(f"r{HEAD}_")


def test_sqlite_keeps_what_was_committed_and_lets_readers_read(demo_store):
    with demo_store.engine.connect() as connection:
        values = {
            name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_store_that_cannot_be_written_to_is_served_all_the_same(demo_store, make_client):
    from oai_server.store import Store

    path = demo_store.engine.url.database
    with Store(f"sqlite:///file:{path}?mode=ro&uri=true", demo_store.clock) as read_only:
        assert make_client(read_only)(verb="ListRecords", metadataPrefix="oai_dc").code is None
        assert read_only.fact("harvested") is None
    make_client(demo_store)(verb="ListRecords", metadataPrefix="oai_dc")
    assert demo_store.fact("harvested") is not None
