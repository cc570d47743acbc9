"""One prefix is one format, announced in one way, whatever the records that come say of themselves (section 3.4)."""

from oai_server.model import Selection
from oai_server.protocol.compression import pack
from tests.conftest import item, readings

ROOT = (
    '<mine xmlns="{}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
    '  xsi:schemaLocation="{}\n  {}">Mine</mine>'
).format
NAMESPACE, FIRST, SECOND = (
    "https://x.example.org/m",
    "https://x.example.org/m.xsd?a=1&amp;b=1",
    "https://x.example.org/n",
)


def body(store, name: str, prefix: str = "mine") -> bytes | None:
    row = store.record(f"oai:demo.example.org:{name}", prefix)
    return row and row.body


def test_another_schema_of_the_same_namespace_gives_way_to_the_first_and_is_noted(pipeline, store):
    given = [
        item("1", xml={"mine": ROOT(NAMESPACE, NAMESPACE, FIRST)}),
        item("2", xml={"mine": ROOT(NAMESPACE, NAMESPACE, SECOND)}),
    ]
    tally = pipeline.ingest(readings(*given), "test")
    assert not tally.lost
    (told,) = [fault for fault in tally.faults if fault.rule == "section 3.4"]
    assert (told.degree, told.file, told.line, told.identifier) == (
        "noted",
        "test.jsonl",
        2,
        "oai:demo.example.org:2",
    )
    assert {each.schema for each in store.stored_formats().values()} == {FIRST.replace("&amp;", "&")}
    for name in ("1", "2"):
        assert f'"{NAMESPACE} {FIRST}"'.encode() in body(store, name)
    for row in store.page(Selection("mine"), None, 10, "packed").rows:
        assert tuple(row[5:8]) == (*pack(body(store, "1")), len(body(store, "1")))
    assert pipeline.ingest(readings(*given), "test").changes == {"unchanged": 2}


def test_another_namespace_is_another_format_and_its_record_is_lost(pipeline, store):
    other = "https://y.example.org/"
    given = [
        item("1", xml={"mine": ROOT(NAMESPACE, NAMESPACE, FIRST)}),
        item("2", xml={"mine": ROOT(other, other, SECOND)}),
    ]
    tally = pipeline.ingest(readings(*given), "test")
    assert [(fault.degree, fault.line) for fault in tally.faults if fault.degree == "lost"] == [("lost", 2)]
    assert body(store, "2") is None
    assert body(store, "2", "oai_dc") is not None
