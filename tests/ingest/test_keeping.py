"""The CPU work of an ingest: the same here and in other processes, and faults that survive a rendering."""

from functools import partial

from oai_server.formats.rendering import make_renderer
from oai_server.ingest.keeping import WORTH, Hands, Job
from oai_server.ingest.pipeline import Pipeline
from oai_server.model import Fault, Site
from tests.conftest import item, readings

SITE = Site("https://x.example.org/oai", "X", "x.example.org", "https://x.example.org/oai/schemas/")
MAKE = partial(make_renderer, ("oai_dc", "dim"), SITE, None)


def test_several_processes_do_what_one_does_in_the_same_order():
    items = [item(f"oai:x.example.org:{n}", f"Title {n}") for n in range(WORTH)]
    jobs = [Job(reading, "test", 1_795_348_800) for reading in readings(*items)]
    with Hands(MAKE) as one, Hands(MAKE, processes=2) as two:
        assert list(two.keep(jobs)) == list(one.keep(jobs))
        assert two._pool is not None


def test_a_rendering_keeps_what_the_source_found_and_renews_what_the_records_lack(pipeline: Pipeline, store):
    pipeline.ingest(readings(item("1", "A\x0b title", xml={"mine": "<x/>"})), "test")
    before = store.faults()
    assert {fault["degree"] for fault in before} == {"healed", "lost"}
    pipeline.render_again()
    after = store.faults()
    assert [(fault["degree"], fault["since"]) for fault in after] == [
        (each["degree"], each["since"]) for each in before
    ]
    pipeline.render_again(only="dim")
    assert {fault["degree"] for fault in store.faults()} == {"healed", "lost"}


def test_one_format_can_be_rendered_alone(pipeline, store, clock, settings):
    from dataclasses import replace

    pipeline.ingest(readings(item("1")), "test")
    name = "oai:demo.example.org:1"
    before = {prefix: store.record(name, prefix) for prefix in ("oai_dc", "dim")}
    moved = Hands(partial(make_renderer, (), replace(SITE, schemas="https://moved.example.org/"), None))
    clock.sleep(10)
    Pipeline(store, moved, "demo.example.org").render_again(only="oai_dc")
    assert {prefix: store.record(name, prefix) for prefix in ("oai_dc", "dim")} == before
    tally = Pipeline(store, moved, "demo.example.org").render_again(only="dim")
    assert tally.changes == {"changed": 1}
    assert store.record(name, "oai_dc") == before["oai_dc"]
    assert b"https://moved.example.org/dim.xsd" in store.record(name, "dim").body
    assert store.record(name, "dim").datestamp > before["dim"].datestamp


def test_what_cannot_be_kept_comes_back_as_a_fault():
    from datetime import UTC, datetime

    late = item("oai:x.example.org:1", datestamp=datetime(2100, 1, 1, tzinfo=UTC))
    (found,) = Hands(MAKE).keep([Job(readings(late)[0], "test", 1_795_348_800, keep_datestamp=True)])
    assert isinstance(found, Fault)
