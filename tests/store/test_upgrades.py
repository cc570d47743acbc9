"""Stores as earlier releases kept them: what was in them is served as before, and tokens that are out go on."""

import gzip
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, insert, text

from oai_server.config import Settings
from oai_server.formats import chosen_formats
from oai_server.model import Selection
from oai_server.provider import Provider
from oai_server.store import Store
from oai_server.store.database import connect, writing

KEPT = Path(__file__).parent / "kept"
MADE = 1795363537  # when the store of release 0001 was made, and what it gave out then: page 2 of two headers each
TOKEN = (
    ".eJyLNtRR8sksLvFMSc0ryUzLTC0qVtJRAqL8xMz4lGQlnbzSnBwkwtDc0tTYzNjU2ETHWMdIxwwhYKmjlJpqaG6eZJACMiEWAOZGGTc."
    "VYO7f0dl6ySqUGxi3XqEMD6UZOy-cOJNTuk3_IsFy-U"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_store(request, tmp_path) -> str:
    """The URL of a database with the tables of release 0001."""
    path = tmp_path / "kept.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript((KEPT / "0001.sql").read_text("utf-8"))
    if request.param == "sqlite":
        return f"sqlite:///{path}"
    url = request.getfixturevalue("postgresql")()
    copy(f"sqlite:///{path}", url)
    return url


def copy(source: str, target: str) -> None:
    """The rows of one database into the tables of release 0001 in another."""
    from alembic import command
    from alembic.config import Config

    engine, kept = connect(target), create_engine(source)
    with writing(engine).begin() as connection:
        config = Config()
        config.set_main_option("script_location", "oai_server.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        theirs, ours = MetaData(), MetaData()
        theirs.reflect(kept)
        ours.reflect(connection)
        connection.execute(text("DELETE FROM alembic_version"))
        with kept.connect() as rows:
            for table in ours.sorted_tables:
                found = rows.execute(theirs.tables[table.name].select()).mappings().all()
                if found:
                    flags = {"deleted", "named"} & set(table.columns.keys())
                    connection.execute(
                        insert(table), [{**row, **{name: bool(row[name]) for name in flags}} for row in found]
                    )
    engine.dispose()
    kept.dispose()


def test_a_store_of_release_0001_is_served_as_before(kept_store, clock):
    settings = Settings(
        base_url="https://demo.example.org/oai",
        repository_identifier="demo.example.org",
        formats=("oai_dc", "dim"),
        page_size=2,
    )
    before = sqlite3.connect(":memory:")
    before.executescript((KEPT / "0001.sql").read_text("utf-8"))
    old = before.execute(
        "SELECT identifier, prefix, datestamp, deleted, body FROM items JOIN records ON item_id = items.id"
    ).fetchall()
    clock.seconds = MADE + 100
    with Store(kept_store, clock, clock.sleep) as store:
        for identifier, prefix, datestamp, deleted, body in old:
            row = store.record(identifier, prefix)
            assert (row.datestamp, row.rendition is None, row.body or b"") == (datestamp, bool(deleted), body)
        assert store.count(Selection("dim")) == 6
        provider = Provider(settings, store, chosen_formats(settings.formats))
        answer = provider.respond([("verb", "ListIdentifiers"), ("resumptionToken", TOKEN)]).body
        assert re.findall(b"<identifier>.*/(.)</identifier>", answer) == [b"4", b"5"]
        packed = replace(settings, page_size=100)
        pairs = [("verb", "ListRecords"), ("metadataPrefix", "oai_dc")]
        plain, coded = (
            Provider(packed, store, provider.formats).respond(pairs, coding=coding) for coding in (None, "gzip")
        )
        assert gzip.decompress(coded.body) == plain.body
        assert plain.body.count(b"<record>") == 6
        assert store.response_date() > MADE


def test_what_a_writer_of_release_0001_left_unsettled_is_stamped_once_more(kept_store, clock):
    engine = connect(kept_store)
    with writing(engine).begin() as connection:
        connection.execute(text("INSERT INTO unsettled (id, datestamp) SELECT 1, max(datestamp) FROM records"))
        stamp = connection.scalar(text("SELECT max(datestamp) FROM records"))
    engine.dispose()
    with Store(kept_store, clock) as store:
        page = store.page(Selection("oai_dc"), None, 100)
        assert len(page.rows) == 6
        assert sum(row[0] > stamp for row in page.rows) == 1
        assert not any(row[0] == stamp for row in page.rows)
