"""Pages: joined up they are the list, and each is one range of the index."""

import random
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, Select, text

from oai_server.model import Selection
from oai_server.store.database import HEAD
from oai_server.store.reading import AFTER_ALL, BEFORE_ALL, PAGES
from oai_server.store.tables import metadata
from oai_server.store.tallies import SIZE, bounds, steps
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
    assert rows == demo_store.page(Selection("oai_dc"), None, 1000).rows
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


@pytest.mark.parametrize("parts", PAGES)
def test_a_page_is_one_range_with_both_key_columns_and_the_rest_by_its_number(pipeline, store, parts):
    pipeline.ingest(readings(*(item(str(n)) for n in range(20))), "test")
    values = {"list_id": 1, "after": 5, "after_change": 7, "until": 2**40, "size": 100}
    with store.engine.connect() as connection:
        told = plan(connection, PAGES[parts], values)
    if store.engine.dialect.name == "sqlite":
        assert "(list_id=? AND (datestamp,change)>(?,?) AND datestamp<?)" in told[0], told
        assert all(" USING INTEGER PRIMARY KEY (rowid=?)" in step for step in told[1:]), told
        assert len(told) == (2 if parts == "headers" else 3)
    else:
        (range_,) = [step for step in told if "Index Cond" in step and "list_id" in step]
        assert "(ROW(entries.datestamp, entries.change) > ROW(" in range_ or "ROW(datestamp, change) > ROW(" in range_
        assert not any("Seq Scan" in step or "Sort" in step for step in told), told


def plan(connection: Connection, statement: Select, values: dict[str, int]) -> list[str]:
    """The steps of a statement as its database tells them."""
    bound = statement.params(values).compile(connection, compile_kwargs={"literal_binds": True})
    if connection.dialect.name == "sqlite":
        return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {bound}")]
    connection.exec_driver_sql("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {bound}")]


@pytest.mark.parametrize("values", [(None, None), (1_700_000_000, None), (None, 1_700_000_000), (5, 1_800_000_000)])
def test_a_size_is_five_ranges_of_the_tallies_key(store, values):
    with store.engine.connect() as connection:
        first, last = values
        told = plan(connection, SIZE, {**bounds(first or BEFORE_ALL, last or AFTER_ALL), "list_id": 1})
    if store.engine.dialect.name == "sqlite":
        ranges = [step for step in told if "SEARCH tallies" in step]
        assert all("(list_id=? AND level=? AND stretch>? AND stretch<?)" in step for step in ranges)
    else:
        ranges = [step for step in told if "Index Cond" in step]
        assert all("list_id" in step and "level" in step and "stretch" in step for step in ranges)
        assert not any("Seq Scan" in step for step in told)
    assert len(ranges) == 5


@given(
    st.lists(st.integers(-(2**31), 2**33), max_size=30),
    st.integers(-(2**33), 2**34),
    st.integers(-(2**33), 2**34),
)
@example([0, 1023, 1024, 2**20 - 1, 2**20, 2**21], 0, 2**20)
@example([5, 6, 7], 7, 5)
def test_the_stretches_of_a_size_hold_each_second_once(stamps, first, last):
    kept = steps(Counter((1, stamp) for stamp in stamps))
    cuts = bounds(first, last)
    levels = {"first": 0, "middle": 1, "long": 2, "again": 1, "last": 0}
    counted = sum(
        more
        for name, level in levels.items()
        for (_, its_level, stretch), more in kept.items()
        if its_level == level and cuts[name] <= stretch < cuts[f"{name}_end"]
    )
    assert counted == sum(first <= stamp <= last for stamp in stamps)
    assert sum(cuts[f"{name}_end"] - cuts[name] for name in ("first", "last")) <= 2 * 2048
    assert sum(cuts[f"{name}_end"] - cuts[name] for name in ("middle", "again")) <= 2 * 2048


def test_completelistsize_is_the_count_of_what_a_range_selects(pipeline, store, clock):
    rng = random.Random(4)
    for round_ in range(12):
        names = rng.sample(range(30), 6)
        pipeline.ingest(readings(*(item(str(n), f"{round_}", sets=[f"s{round_ % 3}"]) for n in names)), "test")
        clock.sleep(rng.choice([1, 50, 2000, 3_000_000]))
    start, end = 1_790_000_000, int(clock.seconds)
    for _ in range(40):
        first, last = sorted(rng.choice([start, end, rng.randint(start, end)]) for _ in range(2))
        wanted = Selection("oai_dc", rng.choice([None, "s1"]), rng.choice([None, first]), rng.choice([None, last]))
        assert store.count(wanted) == len(store.page(wanted, None, 1000).rows)
    with store.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tallies WHERE size <= 0")) == 0


def test_a_page_in_the_midst_of_equal_datestamps_starts_where_the_one_before_ended(pipeline, store):
    pipeline.ingest(readings(*(item(str(n)) for n in range(50))), "test")
    seen, after = [], None
    while True:
        page = store.page(Selection("oai_dc"), after, 7)
        seen += [row[3] for row in page.rows]
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
