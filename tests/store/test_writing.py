"""What happens to records, entries and stamps when items change."""

import pytest
from sqlalchemy import select, text

from oai_server.ingest.pipeline import Pipeline
from oai_server.model import Fault, Position, Selection, Set, Value
from oai_server.store import Store
from oai_server.store.database import lock_writers, writing
from oai_server.store.lease import PAUSE
from oai_server.store.tables import entries, records
from tests.conftest import item, readings

ALL = Selection("oai_dc")


def stamps(store: Store) -> dict[str, int]:
    with store.engine.connect() as connection:
        query = text(
            "SELECT identifier, prefix, datestamp FROM items JOIN headers ON item_id = items.id "
            "JOIN records ON header_id = headers.id"
        )
        return {f"{row[0].rpartition(':')[2]} {row[1]}": row[2] for row in connection.execute(query)}


def listed(store: Store, prefix: str = "oai_dc", spec: str | None = None) -> list[bytes]:
    page = store.page(Selection(prefix, spec), None, 1000)
    return [row[3].partition(b"<identifier>")[2].partition(b"<")[0].rpartition(b":")[2] for row in page.rows]


def test_an_unchanged_item_changes_nothing(pipeline: Pipeline, store, clock):
    pipeline.ingest(readings(item("1"), item("2")), "test")
    before = stamps(store)
    clock.sleep(1000)
    tally = pipeline.ingest(readings(item("1"), item("2")), "test")
    assert tally.changes == {"unchanged": 2}
    assert stamps(store) == before


def test_only_the_records_whose_bytes_change_are_stamped(pipeline, store, clock):
    pipeline.ingest(readings(item("1"), item("2")), "test")
    before = stamps(store)
    clock.sleep(1000)
    provenance = {"dc.description.provenance": (Value("secret"),)}
    tally = pipeline.ingest(readings(item("1", fields=provenance), item("2", "Another title")), "test")
    after = stamps(store)
    assert tally.changes == {"unchanged": 1, "changed": 1}  # what is hidden changes no record
    assert {name for name in after if after[name] != before[name]} == {"2 oai_dc", "2 dim"}


def test_a_changed_record_moves_to_the_end_and_stands_there_once(pipeline, store, clock):
    pipeline.ingest(readings(item("1"), item("2"), item("3")), "test")
    clock.sleep(10)
    pipeline.ingest(readings(item("1", "New")), "test")
    assert listed(store) == [b"2", b"3", b"1"]


def test_a_record_leaves_the_lists_of_the_sets_it_left_and_is_stamped(pipeline, store, clock):
    pipeline.ingest(readings(item("1", sets=["a:b", "c"])), "test")
    before = stamps(store)
    clock.sleep(10)
    pipeline.ingest(readings(item("1", sets=["a:d"])), "test")
    assert [listed(store, spec=spec) for spec in ("a", "a:b", "a:d", "c")] == [[b"1"], [], [b"1"], []]
    assert all(stamps(store)[name] > before[name] for name in before)


def test_a_thesis_that_becomes_an_article_leaves_a_deleted_record(pipeline, store, clock):
    thesis = {name: (Value(text),) for name, text in THESIS.items()}
    pipeline.ingest(readings(item("1", fields=thesis)), "test")
    assert store.formats_of("oai:demo.example.org:1") == {"oai_dc": False, "dim": False, "etdms": False}
    article = {**thesis, "dc.type": (Value("Article"),)}
    pipeline.ingest(readings(item("1", fields=article)), "test")
    row = store.record("oai:demo.example.org:1", "etdms")
    assert row.rendition is row.body is None  # neither rendition nor body
    pipeline.ingest(readings(item("1", fields=thesis)), "test")
    assert store.formats_of("oai:demo.example.org:1")["etdms"] is False


THESIS = {
    "dc.type": "Thesis",
    "dc.contributor.author": "Sample, Ann",
    "dc.subject": "Bees",
    "dc.date.issued": "2020",
    "dc.identifier.uri": "https://example.org/1",
}


def test_withdrawing_by_hand_outlives_the_next_ingest_and_restoring_brings_back_the_same_bytes(pipeline, store, clock):
    name = "oai:demo.example.org:1"
    pipeline.ingest(readings(item("1", sets=["a"])), "test")
    body = store.record(name, "oai_dc").body
    assert pipeline.set_state([name, "oai:demo.example.org:9"], "withdrawn") == {
        name: "changed",
        "oai:demo.example.org:9": None,
    }
    pipeline.ingest(readings(item("1", "Changed meanwhile", sets=["a"])), "test")
    row = store.record(name, "oai_dc")
    assert (row.body, listed(store, spec="a")) == (None, [b"1"])
    pipeline.ingest(readings(item("1", sets=["a"])), "test")
    pipeline.set_state([name], "active")
    assert store.record(name, "oai_dc").body == body


def test_a_withdrawn_item_that_was_never_public_is_a_deleted_record_in_the_formats_it_would_have(pipeline, store):
    pipeline.ingest(readings(item("1", state="withdrawn"), item("2", state="private")), "test")
    assert store.formats_of("oai:demo.example.org:1") == {"oai_dc": True, "dim": True}
    assert listed(store) == [b"1", b"2"]


def test_an_invalid_rendition_is_a_fault_and_the_last_good_record_stays(pipeline, store, clock):
    pipeline.ingest(readings(item("1", xml={"mine": MINE})), "test")
    before = store.record("oai:demo.example.org:1", "mine")
    clock.sleep(10)
    tally = pipeline.ingest(readings(item("1", xml={"mine": MINE.replace("</mine>", "")})), "test")
    assert tally.lost
    assert [(fault.degree, fault.prefix, fault.line) for fault in tally.faults] == [("lost", "mine", 1)]
    assert store.record("oai:demo.example.org:1", "mine") == before
    assert {fault["degree"] for fault in store.faults()} == {"lost"}


MINE = (
    '<mine xmlns="https://x.example.org/mine" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="https://x.example.org/mine https://x.example.org/mine.xsd">Mine</mine>'
)


def test_an_invalid_record_that_came_is_made_here_instead_and_noted(pipeline, store, clock):
    broken = DC.replace("dc:title", "dc:tittle")
    tally = pipeline.ingest(readings(item("1", "Made", xml={"oai_dc": broken})), "test")
    assert not tally.lost
    (fault,) = tally.faults
    assert (fault.degree, fault.prefix) == ("noted", "oai_dc")
    assert "line 1" in fault.message
    assert "tittle" in fault.message
    assert b"<dc:title>Made</dc:title>" in store.record("oai:demo.example.org:1", "oai_dc").body
    pipeline.ingest(readings(item("1", "Made", xml={"oai_dc": DC})), "test")
    assert b"Verbatim" in store.record("oai:demo.example.org:1", "oai_dc").body
    assert store.faults() == []


DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>Verbatim</dc:title></oai_dc:dc>"
)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(pipeline, store, clock):
    pipeline.ingest(readings(item("1"), item("2")), "test")
    before, faults = stamps(store), store.faults()
    clock.sleep(10)
    tally = pipeline.ingest(readings(item("1", "New"), item("2"), item("3")), "test", dry_run=True)
    assert tally.changes == {"added": 1, "changed": 1, "unchanged": 1}
    assert (stamps(store), store.faults()) == (before, faults)
    assert listed(store) == [b"1", b"2"]


def test_what_was_written_can_be_harvested_when_ingest_returns(pipeline, store, clock):
    pipeline.ingest(readings(item("1")), "test")
    assert max(stamps(store).values()) <= store.now()


def test_a_change_is_stamped_after_every_response_date_that_was_told(pipeline, store, clock):
    """Whatever the clock did meanwhile: a harvester asks next time from the responseDate it has."""
    pipeline.store.sleep = lambda seconds: None
    for step in (0, 0.999, 5, -3600, 0, 86_400, -100_000, 1):
        clock.seconds += step
        told = store.response_date()
        pipeline.ingest(readings(item("1", f"{step} {told}")), "test")
        assert stamps(store)["1 oai_dc"] > told


def test_no_later_response_date_is_told_while_a_writer_is_at_work(store, clock):
    told = store.response_date()
    clock.sleep(1000)
    with writing(store.engine).begin() as connection:
        lock_writers(connection)
        assert store.response_date() <= told + 2
    clock.sleep(PAUSE)
    assert store.response_date() == told + 1000


def test_a_lease_that_another_process_has_prolonged_is_used(store, clock):
    url = store.engine.url.render_as_string(hide_password=False)
    with Store(url, clock) as other:
        clock.sleep(1000)
        told = other.response_date()
        with writing(store.engine).begin() as connection:
            lock_writers(connection)
            assert store.response_date() == told


def test_without_a_harvester_a_change_is_stamped_with_the_present_second(pipeline, store, clock):
    clock.sleep(1000)
    pipeline.ingest(readings(item("1")), "test")
    assert set(stamps(store).values()) == {int(clock.seconds)}


def test_datestamps_never_run_backwards(pipeline, store, clock):
    pipeline.ingest(readings(item("1")), "test")
    clock.sleep(-5000)
    pipeline.ingest(readings(item("2")), "test")
    assert listed(store) == [b"1", b"2"]


def test_every_record_stands_in_exactly_the_lists_of_its_sets(pipeline, store, clock):
    for round_ in range(3):
        pipeline.ingest(
            readings(*(item(str(n), f"{round_ % (n + 1)}", sets=[f"s{n % 3}:t{round_}"]) for n in range(6))), "test"
        )
        clock.sleep(5)
    with store.engine.connect() as connection:
        columns = ("datestamp", "change", "header_id", "rendition_id")
        kept = set(connection.execute(select(*(records.c[name] for name in columns))))
        placed = connection.execute(select(*(entries.c[name] for name in columns))).all()
    assert set(placed) == kept
    assert len(placed) == 6 * 2 * 3  # items x formats x (no set, the set, its parent)


def test_sets_come_from_items_with_their_ancestors_and_names_from_their_file(pipeline, store):
    pipeline.ingest(readings(item("1", sets=["a:b:c"])), "test")
    pipeline.writer.save_sets([Set("a:b", "Named", "Told"), Set("x:y", "Empty")])
    assert list(store.sets()) == [
        Set("a", "a"),
        Set("a:b", "Named", "Told"),
        Set("a:b:c", "c"),
        Set("x", "x"),
        Set("x:y", "Empty"),
    ]
    pipeline.ingest(readings(item("2", sets=["a:b"])), "test")
    assert Set("a:b", "Named", "Told") in store.sets()


def test_a_fault_that_stands_keeps_the_time_since_when_and_goes_when_it_is_mended(pipeline, store, clock):
    bad = item("1", "A\x0btitle")
    pipeline.ingest(readings(bad), "test")
    (first,) = store.faults()
    assert (first["degree"], first["identifier"]) == ("healed", "oai:demo.example.org:1")
    clock.sleep(100)
    pipeline.ingest(readings(item("1", "A\x0btitle, changed")), "test")
    (again,) = store.faults()
    assert again["since"] == first["since"]
    pipeline.ingest(readings(item("1", "A title, changed at last")), "test")
    assert store.faults() == []


def test_a_refusal_goes_when_its_source_no_longer_gives_it(pipeline, store):
    refused = Fault("refused", "rule", "message \udc80 \0", "dir/a.xml", 3)
    pipeline.ingest([refused, *readings(item("1"))], "one")
    pipeline.ingest(readings(item("2")), "two")
    assert [fault["file"] for fault in store.faults()] == ["dir/a.xml"]
    pipeline.ingest(readings(item("1")), "one")
    assert store.faults() == []


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1200])
def test_batches_join_up(pipeline, store, count):
    tally = pipeline.ingest(readings(*(item(str(n)) for n in range(count))), "test")
    assert tally.changes == {"added": count}
    assert store.count(ALL) == count


def test_kept_datestamps_lower_the_earliest_and_order_the_list(pipeline, store, clock):
    from datetime import UTC, datetime

    old = [item(str(year), datestamp=datetime(year, 1, 1, tzinfo=UTC)) for year in (2020, 2001, 2010)]
    pipeline.ingest(readings(*old), "test", keep_datestamps=True)
    assert listed(store) == [b"2001", b"2010", b"2020"]
    assert store.earliest() == int(datetime(2001, 1, 1, tzinfo=UTC).timestamp())


def test_a_datestamp_of_the_future_is_not_kept(pipeline, store):
    from datetime import UTC, datetime

    late = item("1", datestamp=datetime(2100, 1, 1, tzinfo=UTC))
    tally = pipeline.ingest(readings(late), "test", keep_datestamps=True)
    assert tally.degrees == {"refused": 1}
    assert "future" in tally.faults[0].message
    assert listed(store) == []


def test_an_embargo_that_ended_opens_the_item_when_it_comes_in_again(pipeline, store, clock):
    from datetime import date

    from oai_server.model import File

    thing = item(
        "1", files=(File("a.pdf", url="https://x.org/a.pdf", access="embargoed", available=date(2026, 12, 1)),)
    )
    pipeline.ingest(readings(thing), "test")
    assert b"Embargoed until 2026-12-01" in store.record("oai:demo.example.org:1", "oai_dc").body
    assert b"a.pdf" not in store.record("oai:demo.example.org:1", "oai_dc").body
    clock.set("2026-12-01T00:00:00+00:00")
    tally = pipeline.ingest(readings(thing), "test")
    assert tally.changes == {"changed": 1}
    assert b"https://x.org/a.pdf" in store.record("oai:demo.example.org:1", "oai_dc").body
    assert pipeline.ingest(readings(thing), "test").changes == {"unchanged": 1}


def test_an_embargo_that_ended_opens_the_item_without_anyone_touching_it_and_once(pipeline, store, clock):
    from datetime import date

    from oai_server.model import File

    files = (File("a.pdf", url="https://x.org/a.pdf", access="embargoed", available=date(2026, 12, 1)),)
    pipeline.ingest(readings(item("1", files=files), item("2")), "test")
    assert pipeline.refresh().changes == {}
    before = stamps(store)
    clock.set("2026-11-30T23:59:59+00:00")
    assert pipeline.refresh().changes == {}
    clock.set("2026-12-01T00:00:00+00:00")
    assert pipeline.refresh().changes == {"changed": 1}
    assert pipeline.refresh().changes == {}
    after = stamps(store)
    assert {name for name in after if after[name] != before[name]} == {"1 oai_dc"}
    assert b"https://x.org/a.pdf" in store.record("oai:demo.example.org:1", "oai_dc").body


def test_positions_are_of_the_list_not_of_the_page(pipeline, store):
    pipeline.ingest(readings(*(item(str(n)) for n in range(10))), "test")
    page = store.page(ALL, None, 4)
    rest = store.page(ALL, page.next, 100)
    assert isinstance(page.next, Position)
    assert len(page.rows) + len(rest.rows) == 10
    assert rest.next is None


def test_more_items_than_a_statement_takes_names_are_rendered_again(pipeline, store):
    pipeline.ingest(readings(*(item(str(n)) for n in range(1100))), "test")
    names = [f"oai:demo.example.org:{n}" for n in range(1100)]
    assert pipeline.render_again([*names, names[0]]).changes == {"unchanged": 1100}


def test_a_source_loses_the_right_to_its_datestamps_when_the_first_harvester_comes(pipeline, store, make_client, clock):
    """In the midst of an ingest: what comes in later would lie before the responseDate it was told."""
    from datetime import UTC, datetime

    def given():
        yield readings(*(item(f"a{n}", datestamp=datetime(2020, 1, 1, tzinfo=UTC)) for n in range(600)))
        clock.sleep(10)
        told.append(make_client(store)(verb="ListIdentifiers", metadataPrefix="oai_dc").texts("responseDate")[0])
        yield readings(*(item(f"b{n}", datestamp=datetime(2020, 1, 1, tzinfo=UTC)) for n in range(600)))

    told: list[str] = []
    pipeline.ingest((each for part in given() for each in part), "test", keep_datestamps=True)
    client = make_client(store, page_size=1000)
    whole = set(client.identifiers(metadataPrefix="oai_dc"))
    assert len(whole) == 1200
    later = set(client.identifiers(metadataPrefix="oai_dc", from_=told[0]))
    assert {f"oai:demo.example.org:b{n}" for n in range(550, 600)} <= later


def test_the_first_harvest_is_not_kept_waiting_by_a_writer_for_long(store, make_client):
    """It is told to come again: 503 with Retry-After (guidelines, section 6.1)."""
    with writing(store.engine).begin() as connection:
        lock_writers(connection)
        answer = make_client(store).flask.get("/oai?verb=ListRecords&metadataPrefix=oai_dc")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert make_client(store)(verb="Identify").status == 200
    assert make_client(store)(verb="ListRecords", metadataPrefix="oai_dc").code == "noRecordsMatch"
    assert store.fact("harvested") is not None


def test_a_clock_that_went_back_keeps_no_command_waiting(pipeline, store, clock):
    pipeline.ingest(readings(item("1")), "test")
    clock.sleep(-3600)
    start = clock.seconds
    pipeline.ingest(readings(item("2")), "test")
    assert clock.seconds - start <= 5
