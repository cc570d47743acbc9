"""Runs: several of an item, sets of several files, what is no longer given, what was interrupted."""

import random
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select, text

from oai_server.ingest import flow
from oai_server.ingest.deciding import Delivery, Manner
from oai_server.ingest.pipeline import Pipeline
from oai_server.ingest.source import Mark, SourceError
from oai_server.ingest.update import Update
from oai_server.model import Fault, Item, Set, Value
from oai_server.store.faults import found
from oai_server.store.runs import last_count, mark_of
from oai_server.store.tables import runs
from tests.conftest import item, readings

FULL = "oai:demo.example.org:{}".format


@pytest.fixture(params=[3, 500], autouse=True)
def batch(request, monkeypatch) -> int:
    """Small batches, so that a dozen items are several, and the usual ones."""
    for module in ("deciding", "taking", "run", "pipeline"):
        monkeypatch.setattr(f"oai_server.ingest.{module}.BATCH", request.param)
    return request.param


def state(store, stamps: bool = False) -> dict[str, tuple]:
    """Every item with its state, sets and bodies, and its datestamps if they are asked for."""
    query = text(
        "SELECT items.identifier, items.state, records.prefix, renditions.body, headers.sets, records.datestamp "
        "FROM items JOIN headers ON headers.item_id = items.id JOIN records ON records.header_id = headers.id "
        "LEFT JOIN renditions ON renditions.id = records.rendition_id ORDER BY 1, 3"
    )
    with store.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return {f"{row[0]} {row[2]}": row[1:] if stamps else row[1:-1] for row in rows}


def title(store, name: str) -> bytes:
    return store.record(FULL(name), "oai_dc").body.partition(b"<dc:title>")[2].partition(b"<")[0]


def filler(first: int, count: int = 8) -> list[Item]:
    return [item(f"filler-{number}") for number in range(first, first + count)]


def sets_of(store, name: str) -> list[str]:
    with store.engine.connect() as connection:
        return connection.scalar(text("SELECT sets FROM items WHERE identifier = :name"), {"name": FULL(name)}).split()


# --- one item several times ---


@pytest.mark.parametrize("between", [0, 4, 20])
@pytest.mark.parametrize("titles", ["AB", "ABA", "ABC", "AAB", "ABB"])
def test_of_several_the_last_counts_and_a_second_run_moves_no_datestamp(pipeline, store, clock, between, titles):
    given = [each for n, letter in enumerate(titles) for each in (item("1", letter), *filler(100 * n, between))]
    pipeline.ingest(readings(*given), "test")
    assert title(store, "1") == titles[-1].encode()
    before = state(store, stamps=True)
    for _ in range(2):
        clock.sleep(1000)
        tally = pipeline.ingest(readings(*given), "test")
        assert set(tally.changes) == {"unchanged"}
        assert state(store, stamps=True) == before


def test_the_second_run_settles_also_where_batches_fall_otherwise(pipeline, store, clock):
    given = [item("1", "A"), item("1", "B"), *filler(0)]
    pipeline.ingest(readings(*given), "test")
    clock.sleep(1000)
    before = state(store, stamps=True)
    pipeline.ingest(readings(item("filler-7"), *given[:1], *filler(0, 2), *given[1:]), "test")
    after = state(store, stamps=True)
    assert {name: after[name] for name in before} == before


def test_an_item_that_no_longer_comes_several_times_is_taken_as_it_comes(pipeline, store, clock):
    pipeline.ingest(readings(item("1", "A"), *filler(0), item("1", "B")), "test")
    pipeline.ingest(readings(item("1", "A"), *filler(0)), "test")
    assert title(store, "1") == b"A"
    with store.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM repeats")) == 0


def test_of_several_sources_of_a_run_the_last_counts_and_a_second_run_moves_no_datestamp(pipeline, store, clock):
    def run():
        with pipeline.run(Manner()) as run:
            run.take(Delivery("one", readings(item("1", "A"), *filler(0))))
            run.take(Delivery("two", readings(item("1", "B"), *filler(4))))
            run.finish()

    run()
    assert title(store, "1") == b"B"
    run()
    before = state(store, stamps=True)
    clock.sleep(1000)
    run()
    assert state(store, stamps=True) == before


def test_a_later_one_replaces_the_sets_too(pipeline, store):
    pipeline.ingest(readings(item("1", sets=["a"]), *filler(0), item("1", sets=["b"])), "test")
    assert sets_of(store, "1") == ["b"]


# --- sets of several files ---


def test_with_merge_sets_the_order_of_sets_is_no_change_and_what_is_above_is_left_out(pipeline, store, clock):
    def take():
        for name, sets in (("one", ["c", "a", "b:x"]), ("two", ["b", "z", "a"])):
            pipeline.ingest(readings(item("1", sets=sets), item(name, sets=["z", "y"])), name, merge_sets=True)

    take()
    assert sets_of(store, "1") == ["a", "b:x", "c", "z"]
    before = state(store, stamps=True)
    clock.sleep(100)
    take()
    assert state(store, stamps=True) == before


@pytest.mark.parametrize("between", [0, 4, 20])
def test_with_merge_sets_an_item_of_one_source_is_in_all_its_sets(pipeline, store, clock, between):
    given = [
        item("1", sets=["b"]),
        *filler(0, between),
        item("1", sets=["a:x"]),
        *filler(50, between),
        item("1", sets=["c"]),
    ]
    pipeline.ingest(readings(*given), "test", merge_sets=True)
    assert sets_of(store, "1") == ["a:x", "b", "c"]
    before = state(store, stamps=True)
    clock.sleep(100)
    for _ in range(2):
        pipeline.ingest(readings(*given), "test", merge_sets=True)
        assert state(store, stamps=True) == before
    pipeline.ingest(readings(*given[:-1]), "test", merge_sets=True)
    assert sets_of(store, "1") == ["a:x", "b"]


@pytest.mark.parametrize("together", [True, False])
def test_with_merge_sets_an_item_of_several_sources_is_in_the_sets_of_all(pipeline, store, clock, together):
    def take(**sources):
        if together:
            with pipeline.run(Manner(merge_sets=True)) as run:
                for name, sets in sources.items():
                    run.take(Delivery(name, readings(*filler(0), item("1", sets=sets))))
                run.finish()
            return
        for name, sets in sources.items():
            pipeline.ingest(readings(*filler(0), item("1", sets=sets)), name, merge_sets=True)

    take(one=["a"], two=["b"], three=["c"])
    assert sets_of(store, "1") == ["a", "b", "c"]
    before = state(store, stamps=True)
    clock.sleep(100)
    for _ in range(2):
        take(one=["a"], two=["b"], three=["c"])
        assert state(store, stamps=True) == before
    take(one=["a"], two=["d"], three=["c"])
    assert sets_of(store, "1") == ["a", "c", "d"]


def test_with_merge_sets_and_complete_an_item_stays_while_any_source_gives_it(pipeline, store):
    take = partial(pipeline.ingest, merge_sets=True, complete=True, sure=True)
    take(readings(item("1", sets=["a"]), item("2")), "one")
    take(readings(item("1", sets=["b"]), item("3")), "two")
    take(readings(item("2")), "one")
    assert sets_of(store, "1") == ["b"]
    assert store.record(FULL("1"), "oai_dc").body is not None
    take(readings(item("3")), "two")
    assert store.record(FULL("1"), "oai_dc").body is None


# --- what is no longer given ---


def many(count: int) -> list[Item]:
    return [item(str(number)) for number in range(count)]


def living(store) -> int:
    with store.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM items WHERE state = 'active'"))


def test_what_a_complete_source_no_longer_gives_is_a_deleted_record_and_can_come_back(pipeline, store, clock):
    pipeline.ingest(readings(*many(20)), "test", complete=True)
    body = store.record(FULL("19"), "oai_dc").body
    clock.sleep(10)
    tally = pipeline.ingest(readings(*many(19)), "test", complete=True)
    assert tally.changes == {"unchanged": 19, "withdrawn": 1}
    row = store.record(FULL("19"), "oai_dc")
    assert (row.rendition, row.datestamp >= clock.seconds - 2) == (None, True)
    assert pipeline.ingest(readings(*many(19)), "test", complete=True).changes == {"unchanged": 19}
    assert pipeline.ingest(readings(*many(20)), "test", complete=True).changes == {"unchanged": 19, "changed": 1}
    assert store.record(FULL("19"), "oai_dc").body == body


def test_without_complete_nothing_goes(pipeline, store):
    pipeline.ingest(readings(*many(20)), "test")
    pipeline.ingest(readings(*many(3)), "test")
    assert living(store) == 20


def test_more_than_a_tenth_goes_only_when_somebody_is_sure(pipeline, store):
    pipeline.ingest(readings(*many(20)), "test")
    tally = pipeline.ingest(readings(*many(17)), "test", complete=True)
    assert (tally.lost, living(store)) == (True, 20)
    assert "3 of 20 items" in tally.withheld
    assert "--yes" in tally.withheld
    pipeline.ingest(readings(*many(17)), "test", complete=True, sure=True)
    assert living(store) == 17


def test_items_of_other_sources_stay(pipeline, store):
    pipeline.ingest(readings(*many(5)), "one")
    pipeline.ingest(readings(item("other")), "two", complete=True)
    assert living(store) == 6


def test_the_sources_of_a_run_are_complete_together(pipeline, store):
    pipeline.ingest(readings(*many(20)), "one")
    with pipeline.run(Manner(complete=True)) as run:
        run.take(Delivery("one", readings(*many(10))))
        run.take(Delivery("two", readings(*many(20)[10:])))
        assert run.finish().changes == {}
    assert living(store) == 20


def test_an_item_that_is_refused_is_not_gone(pipeline, store):
    pipeline.ingest(readings(*many(20)), "test")
    refused = Fault("refused", "rule", "not readable", "x.jsonl", 3, "19")
    assert pipeline.ingest([*readings(*many(19)), refused], "test", complete=True).changes == {"unchanged": 19}
    wrong = item("19", fields={"no field": (Value("x"),)})
    assert pipeline.ingest(readings(*many(19), wrong), "test", complete=True).changes == {"unchanged": 19}
    assert living(store) == 20


def test_after_a_refusal_without_a_name_nothing_goes(pipeline, store):
    pipeline.ingest(readings(*many(20)), "test")
    refused = Fault("refused", "rule", "cannot be read", "x.jsonl", 3)
    tally = pipeline.ingest([*readings(*many(19)), refused], "test", complete=True)
    assert "nothing was withdrawn" in tally.withheld
    assert living(store) == 20
    noted = replace(refused, degree="noted")
    assert pipeline.ingest([*readings(*many(19)), noted], "test", complete=True).changes["withdrawn"] == 1


def test_after_a_source_broke_off_nothing_goes_and_what_came_stays(pipeline, store):
    pipeline.ingest(readings(*many(20)), "test")

    def breaking():
        yield from readings(*many(18), item("new"))
        raise SourceError("the cable was cut")

    tally = pipeline.ingest(breaking(), "test", complete=True)
    assert tally.stopped == "the cable was cut"
    assert "nothing was withdrawn" in tally.withheld
    assert (tally.lost, living(store)) == (True, 21)
    assert [each["message"] for each in found(store)] == ["the cable was cut"]
    pipeline.ingest(readings(*many(20), item("new")), "test", complete=True)
    assert list(found(store)) == []


def test_a_source_of_which_nothing_can_be_read_is_an_error(pipeline):
    def broken():
        raise SourceError("no such host")
        yield

    with pytest.raises(SourceError, match="no such host"):
        pipeline.ingest(broken(), "test")


def test_what_was_withdrawn_by_hand_stays_so_whatever_its_source_says(pipeline, store):
    pipeline.ingest(readings(*many(20)), "test")
    pipeline.set_state(["3"], "withdrawn")
    pipeline.ingest(readings(*many(3), item("3", "New"), *many(20)[4:]), "test", complete=True)
    assert store.record(FULL("3"), "oai_dc").body is None
    pipeline.set_state(["3"], "active")
    assert title(store, "3") == b"New"


# --- trying ---


def test_a_dry_run_says_how_many_and_which_and_changes_nothing(pipeline, store, clock):
    pipeline.ingest(readings(*many(40)), "test")
    before, faults = state(store, stamps=True), list(found(store))
    clock.sleep(100)
    given = [item("0", "New title", sets=["a"]), *many(39)[1:], item("new", "A new one"), *filler(0, 30)]
    for _ in range(2):
        tally = pipeline.ingest(readings(*given), "test", complete=True, dry_run=True)
        assert tally.changes == {"added": 31, "changed": 1, "unchanged": 38, "withdrawn": 1}
    assert tally.examples["changed"] == {FULL("0"): "dc.title, sets"}
    assert tally.examples["added"][FULL("new")] == "A new one"
    assert list(tally.examples["withdrawn"]) == [FULL("39")]
    assert all(len(examples) <= 10 for examples in tally.examples.values())
    assert (state(store, stamps=True), list(found(store))) == (before, faults)
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(runs)) == 1


# --- updates of columns ---


def row(name: str, *columns: tuple[str, str | None], **more) -> Update:
    fields = more.pop("fields", {})
    return Update(Item(name, fields), columns, "rows.csv", 2, **more)


def test_an_update_changes_its_columns_of_the_stored_item_and_nothing_else(pipeline, store):
    pipeline.ingest(readings(item("1", "Old", sets=["a"], fields={"dc.subject": (Value("bees"),)})), "saf")
    tally = pipeline.ingest([row("1", ("dc.title", None), fields={"dc.title": (Value("New"),)})], "rows")
    assert tally.changes == {"changed": 1}
    assert (title(store, "1"), sets_of(store, "1")) == (b"New", ["a"])
    assert b"bees" in store.record(FULL("1"), "oai_dc").body
    again = pipeline.ingest([row("1", ("dc.title", None), fields={"dc.title": (Value("New"),)})], "rows")
    assert again.changes == {"unchanged": 1}


def test_an_update_puts_an_item_into_the_set_of_the_run_too_and_leaves_its_own(pipeline, store):
    pipeline.ingest(readings(item("1", sets=["a"])), "saf")
    given = [row("1", ("dc.type", None), fields={"dc.type": (Value("Thesis"),)})]
    pipeline.ingest(given, "rows", sets=("b",))
    assert sets_of(store, "1") == ["a", "b"]
    assert pipeline.ingest(given, "rows", sets=("b",)).changes == {"unchanged": 1}


def test_an_update_of_nothing_is_refused_where_it_makes_no_item(pipeline, store):
    lonely = row("9", ("dc.subject", None), fields={"dc.subject": (Value("x"),)}, must_exist=True)
    whole = row("8", ("dc.title", None), fields={"dc.title": (Value("T"),)})
    tally = pipeline.ingest([lonely, whole], "rows")
    assert tally.changes == {"added": 1}
    assert [(fault.degree, fault.identifier, fault.line) for fault in tally.faults] == [("refused", FULL("9"), 2)]


@pytest.mark.parametrize("between", [0, 20])
def test_several_updates_of_an_item_come_one_after_the_other(pipeline, store, clock, between):
    pipeline.ingest(readings(item("1", "Old")), "saf")
    given = [
        row("1", ("dc.title", None), fields={"dc.title": (Value("First"),)}),
        *readings(*filler(0, between)),
        row("1", ("dc.subject", None), fields={"dc.subject": (Value("bees"),)}),
        *readings(*filler(40, between)),
        row("1", ("dc.title", None), fields={"dc.title": (Value("Last"),)}),
    ]
    pipeline.ingest(given, "rows")
    assert title(store, "1") == b"Last"
    assert b"bees" in store.record(FULL("1"), "oai_dc").body
    before = state(store, stamps=True)
    clock.sleep(100)
    for _ in range(2):
        pipeline.ingest(given, "rows")
        assert state(store, stamps=True) == before


# --- faults ---


def test_a_fault_goes_when_the_item_comes_in_clean_though_nothing_else_changed(pipeline, store):
    pipeline.ingest(readings(item("1", "A\x0btitle"), item("2")), "test")
    assert [each["degree"] for each in found(store)] == ["healed"]
    assert pipeline.ingest(readings(item("1", "Atitle"), item("2")), "test").changes == {"unchanged": 2}
    assert list(found(store)) == []
    pipeline.ingest(readings(item("1", "A\x0btitle"), item("2")), "test")
    assert [each["degree"] for each in found(store)] == ["healed"]


def test_a_refusal_goes_when_the_item_comes_in_and_stays_with_its_time_while_it_does_not(pipeline, store, clock):
    refused = Fault("refused", "rule", "not readable", "x.jsonl", 3, "1")
    beside = Fault("noted", "rule", "a file that is no record", "x.pdf")
    pipeline.ingest([refused, beside, *readings(item("2"))], "test")
    before = [(each["message"], each["since"]) for each in found(store)]
    assert len(before) == 2
    clock.sleep(100)
    pipeline.ingest([refused, beside, *readings(item("2"))], "test")
    assert [(each["message"], each["since"]) for each in found(store)] == before
    pipeline.ingest(readings(item("1"), item("2")), "test")
    assert list(found(store)) == []


def test_a_source_that_tells_only_what_is_new_forgets_nothing_else(pipeline, store):
    refused = Fault("refused", "rule", "not readable", "page 1", 3, "1")
    page = Fault("refused", "rule", "cut off", "page 1", 9)
    pipeline.ingest([refused, page, *readings(item("2"))], "live")
    with pipeline.run(Manner()) as run:
        run.take(Delivery("live", readings(item("3")), live=True, partial=True))
        run.finish()
    assert [each["identifier"] for each in found(store)] == [FULL("1")]
    with pipeline.run(Manner()) as run:
        run.take(Delivery("live", readings(item("1")), live=True, partial=True))
        run.finish()
    assert list(found(store)) == []


@pytest.mark.parametrize(
    ("only", "identifiers"),
    [
        ({}, ["1", "2", "3"]),
        ({"degree": "lost"}, ["2", "3"]),
        ({"degree": "refused"}, ["3"]),
        ({"degree": "healed"}, ["1"]),
        ({"source": "two"}, ["3"]),
        ({"source": "jsonl:/data/two"}, ["3"]),
        ({"source": "/data/two"}, ["3"]),
        ({"rule": "XML 1.0"}, ["1"]),
        ({"rule": "xml"}, ["1", "2"]),
        ({"identifier": FULL("2")}, ["2"]),
        ({"identifier": FULL("2"), "degree": "healed"}, []),
    ],
)
def test_faults_are_found_by_source_degree_rule_and_identifier(pipeline, store, only, identifiers):
    pipeline.ingest(readings(item("1", "A\x0b"), item("2", xml={"mine": "<broken"})), "one")
    pipeline.ingest([Fault("refused", "JSON", "not readable", "x", 3, "3")], "jsonl:/data/two")
    if only.get("source") == "two":
        only = {"source": "jsonl:/data/two"}
    assert [each["identifier"].rpartition(":")[2] for each in found(store, **only)] == identifiers


# --- marks, and where an interrupted run goes on ---


def test_marks_are_kept_with_what_came_before_them_also_when_the_source_breaks_off(pipeline, store):
    def breaking():
        yield Set("a", "Named")
        yield from readings(*many(5))
        yield Mark("after five")
        yield from readings(item("sixth"))
        raise SourceError("cut")

    assert mark_of(store, "live") is None
    with pipeline.run(Manner()) as run:
        run.take(Delivery("live", breaking(), live=True))
        run.finish()
    assert mark_of(store, "live") == "after five"
    assert living(store) == 6
    assert Set("a", "Named") in store.sets()


class Killed(BaseException):
    """What happens when a process is no more."""


def interrupted(given, after: int):
    for place, each in enumerate(given):
        if place == after:
            raise Killed
        yield each


@pytest.mark.parametrize("after", range(1, 26, 4))
def test_an_interrupted_run_goes_on_and_ends_as_one_that_was_not(pipeline, store, batch, after):
    given = readings(
        *many(9), item("x", "A"), *filler(0), item("x", "B"), item("y", "A"), item("bad", "A\x0b"), *filler(20, 4)
    )
    given.insert(5, Fault("refused", "rule", "not readable", "x.jsonl", 3))
    with pytest.raises(Killed):
        pipeline.ingest(interrupted(given, after), "test", fingerprint="content")
    read = []
    tally = pipeline.ingest((read.append(each) or each for each in given), "test", fingerprint="content")
    assert len(read) == len(given)
    # What is kept need not be decided again: at most the batches that were on their way, and the one being read.
    assert sum(tally.changes.values()) <= len(given) - after + (flow.AHEAD + 1) * batch
    assert title(store, "x") == b"B"
    assert len(list(found(store))) == 2
    end = state(store)
    pipeline.ingest(given, "another", fingerprint=None)
    assert state(store) == end
    assert last_count(store, "test") == len(given)


def test_other_content_is_another_run(pipeline, store, batch):
    with pytest.raises(Killed):
        pipeline.ingest(interrupted(readings(*many(20)), 15), "test", fingerprint="content")
    other = [item(str(number), "Other") for number in range(20)]
    pipeline.ingest(readings(*other), "test", fingerprint="other content")
    assert {title(store, str(number)) for number in range(20)} == {b"Other"}


def test_a_complete_run_begins_anew_so_that_it_sees_everything(pipeline, store):
    pipeline.ingest(readings(*many(20)), "test", fingerprint="before")
    with pytest.raises(Killed):
        pipeline.ingest(interrupted(readings(*many(20)), 15), "test", fingerprint="content", complete=True)
    assert pipeline.ingest(readings(*many(20)), "test", fingerprint="content", complete=True).changes == {
        "unchanged": 20
    }


# --- somebody else at the same time ---


def test_what_is_withdrawn_while_its_new_content_is_on_its_way_stays_withdrawn(pipeline, store, monkeypatch):
    pipeline.ingest(readings(*many(5)), "test")
    other = Pipeline(store, pipeline.hands, "demo.example.org")

    def meanwhile():
        yield from readings(*(item(str(number), "New") for number in range(5)))
        yield from readings(*filler(0, 3))

    save = pipeline.writer.save

    def save_late(*given):
        monkeypatch.setattr(pipeline.writer, "save", save)
        other.set_state(["3"], "withdrawn")
        return save(*given)

    monkeypatch.setattr(pipeline.writer, "save", save_late)
    tally = pipeline.ingest(meanwhile(), "test")
    assert store.record(FULL("3"), "oai_dc").body is None
    assert tally.changes == {"changed": 4, "unchanged": 1, "added": 3}
    pipeline.set_state(["3"], "active")
    assert title(store, "3") == b"New"


# --- identifiers of others ---


def test_identifiers_of_another_repository_are_kept(pipeline, store):
    with pipeline.run(Manner()) as run:
        run.take(Delivery("oai", readings(item("item:28200"), item("oai:localhost:1"), item("no uri")), foreign=True))
        run.finish()
    assert store.record("item:28200", "oai_dc")
    assert store.record("oai:localhost:1", "oai_dc")
    assert store.record(FULL("no%20uri"), "oai_dc")
    assert pipeline.set_state(["item:28200"], "withdrawn") == {"item:28200": "changed"}


# --- harvested again ---

PROVENANCE = (
    '<provenance xmlns="http://www.openarchives.org/OAI/2.0/provenance" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
    'http://www.openarchives.org/OAI/2.0/provenance http://www.openarchives.org/OAI/2.0/provenance.xsd">'
    '<originDescription harvestDate="{}" altered="false"><baseURL>http://x.example.org/oai</baseURL>'
    "<identifier>oai:x.example.org:1</identifier><datestamp>2020-01-01</datestamp>"
    "<metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace>"
    "</originDescription></provenance>"
).format


def test_that_an_item_was_harvested_again_is_no_change(pipeline, store, clock):
    first, again = PROVENANCE("2026-01-01T00:00:00Z"), PROVENANCE("2026-01-02T00:00:00Z")
    pipeline.ingest(readings(item("1", about=(first,))), "oai")
    before = state(store, stamps=True)
    clock.sleep(100)
    assert pipeline.ingest(readings(item("1", about=(again,))), "oai").changes == {"unchanged": 1}
    assert state(store, stamps=True) == before
    pipeline.ingest(readings(item("1", "New", about=(again,))), "oai")
    assert b"2026-01-02" in store.record(FULL("1"), "oai_dc").body


def test_an_about_package_that_nobody_can_judge_is_left_out_and_noted(pipeline, store):
    tally = pipeline.ingest(readings(item("1", about=('<x xmlns="https://x.example.org/"/>',))), "oai")
    assert {(fault.degree, fault.rule) for fault in tally.faults} == {("noted", "section 2.5")}
    assert b"<about>" not in store.record(FULL("1"), "oai_dc").body
    again = pipeline.ingest(readings(item("1", about=('<x xmlns="https://x.example.org/"/>',))), "oai")
    assert (again.changes, len(list(found(store)))) == ({"unchanged": 1}, len(tally.faults))


def test_many_random_runs_end_like_the_last_one(pipeline, store, batch):
    """Whatever came before, killed or not: the store holds what the last whole run gave."""
    chance = random.Random(batch)
    for number in range(12):
        given = readings(
            *(
                item(
                    str(chance.randrange(12)),
                    chance.choice("ABC"),
                    sets=chance.sample(["a", "b", "c:d"], chance.randrange(3)),
                )
                for _ in range(chance.randrange(30))
            )
        )
        if chance.random() < 0.4:
            with pytest.raises(Killed):
                pipeline.ingest(
                    interrupted([*given, None], chance.randrange(len(given) + 1)), "test", fingerprint=str(number)
                )
        pipeline.ingest(given, "test", fingerprint=str(number))
        last = {reading.item.identifier: reading.item for reading in given}
        for name, each in last.items():
            assert title(store, name) == each.metadata["dc.title"][0].text.encode()
            assert set(sets_of(store, name)) == set(each.sets)
