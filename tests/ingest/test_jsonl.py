"""Our own interchange: every key is read, everything else is a fault that says where."""

import gzip
import json
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.ingest import jsonl
from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.sources import source_of, sources
from oai_server.model import Fault, File, Item, Reading, Set, Value
from tests.judges import ROOT

GOOD = {"identifier": "1", "metadata": {"dc.title": ["A title"]}}


def read(tmp_path, *lines: object) -> list:
    path = tmp_path / "items.jsonl"
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(raw))
    return list(jsonl.read(Errand(path)))


def test_every_key_is_read(tmp_path):
    (reading,) = read(
        tmp_path,
        {
            "identifier": "123/4",
            "metadata": {
                "dc.title": ["A", {"value": "B", "language": "en"}],
                "dc.contributor.author": [
                    {"value": "Oram, Sian", "authority": "https://orcid.org/x", "confidence": 600}
                ],
            },
            "sets": ["health:care"],
            "files": [
                {"name": "a.pdf", "mimetype": "application/pdf", "size": 5, "extent": "5 B", "checksum": "md5:0"},
                {"name": "b.pdf", "access": "embargoed", "available": "2027-01-01", "url": "https://x.org/b"},
            ],
            "xml": {"mods": "<mods/>"},
            "about": ["<rights/>"],
            "state": "private",
            "datestamp": "2016-05-14T02:00:00Z",
        },
    )
    item = reading.item
    assert (reading.line, item.identifier, item.state, item.sets) == (1, "123/4", "private", ("health:care",))
    assert item.texts("dc.title") == ("A", "B")
    assert item.values("dc.contributor.author")[0].confidence == 600
    assert item.files[0] == File("a.pdf", "application/pdf", 5, "5 B", "md5:0")
    assert item.files[1].available.isoformat() == "2027-01-01"
    assert (item.xml, item.about) == ({"mods": "<mods/>"}, ("<rights/>",))
    assert item.datestamp.isoformat() == "2016-05-14T02:00:00+00:00"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "not a JSON object"),
        (b'{"identifier": "1", "identifier": "2"}', "'identifier' is given twice"),
        (b"[" * 100_000, "nested too deeply"),
        ({**GOOD, "titel": 1}, "unknown key 'titel'"),
        ({"metadata": {"dc.title": ["x"]}}, "identifier"),
        ({**GOOD, "identifier": " "}, "identifier"),
        ({**GOOD, "identifier": 5}, "identifier"),
        ({"identifier": "1"}, "metadata is missing"),
        ({**GOOD, "metadata": []}, "metadata must be"),
        ({**GOOD, "metadata": {"dc.title": [5]}}, "dc.title"),
        ({**GOOD, "metadata": {"dc.title": [{"text": "x"}]}}, "unknown key 'text'"),
        ({**GOOD, "metadata": {"dc.title": [{"value": "x", "confidence": "high"}]}}, "confidence"),
        ({**GOOD, "sets": "a"}, "sets must be a list"),
        ({**GOOD, "sets": [1]}, "sets must be a list of texts"),
        ({**GOOD, "state": "gone"}, "state is 'gone'"),
        ({**GOOD, "datestamp": "yesterday"}, "datestamp is 'yesterday'"),
        ({**GOOD, "datestamp": "0001-01-01T00:00:00+05:00"}, "outside the calendar"),
        ({**GOOD, "files": [{"name": "a", "access": "public"}]}, "files[0]: access is 'public'"),
        ({**GOOD, "files": [{"name": "a", "access": "embargoed"}]}, "needs available"),
        ({**GOOD, "files": [{"name": "a", "available": "2027-13-01"}]}, "available is"),
        ({**GOOD, "files": [{"name": "a", "size": -1}]}, "size"),
        ({**GOOD, "files": [{"size": 1}]}, "files[0]: name"),
        ({**GOOD, "files": [5]}, "files[0] must be an object"),
        ({**GOOD, "xml": {"mods": 5}}, "xml must be"),
    ],
)
def test_a_broken_line_is_a_fault_that_says_where_and_the_others_go_in(tmp_path, line, reason):
    first, fault, last = read(tmp_path, {**GOOD, "identifier": "0"}, line, {**GOOD, "identifier": "2"})
    assert (first.item.identifier, last.item.identifier, last.line) == ("0", "2", 3)
    assert isinstance(fault, Fault)
    assert (fault.degree, fault.line) == ("refused", 2)
    assert fault.file.endswith("items.jsonl")
    assert reason in fault.message


def test_a_fault_names_the_item_where_its_line_does(tmp_path):
    (fault,) = read(tmp_path, {**GOOD, "identifier": "123/4", "colour": "red"})
    assert fault.identifier == "123/4"


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_compressed_file_is_read_as_it_is(tmp_path, ending, pack):
    path = tmp_path / f"items.jsonl.{ending}"
    path.write_bytes(pack(json.dumps(GOOD).encode()))
    assert [reading.item.identifier for reading in source_of(Errand(path)).read(Errand(path))] == ["1"]
    path.write_bytes(pack(json.dumps(GOOD).encode())[:-9])
    with pytest.raises(SourceError, match="items"):
        list(jsonl.read(Errand(path)))


def test_a_byte_order_mark_and_blank_lines_are_no_items(tmp_path):
    assert len(read(tmp_path, b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), b"", b"  ")) == 1


def test_sets_beside_the_file_are_read_by_themselves(tmp_path):
    (tmp_path / "sets.jsonl").write_text(
        '{"setSpec": "a:b", "setName": "B", "setDescription": "Told"}\n{"setSpec": "a b"}\n{"setSpec": "c"}\n'
    )
    found = read(tmp_path, GOOD)
    assert found[0] == Set("a:b", "B", "Told")
    assert (found[1].line, "is not a setSpec" in found[1].message) == (2, True)
    assert found[2] == Set("c", "c")
    assert isinstance(found[3], Reading)


values = st.builds(
    Value,
    text=st.text(min_size=1).filter(str.strip),
    language=st.none() | st.just("en_US"),
    authority=st.none() | st.just("a"),
    confidence=st.none() | st.integers(-1, 600),
)
files = st.builds(
    File,
    name=st.text(min_size=1).filter(str.strip),
    size=st.none() | st.integers(0, 2**40),
    access=st.sampled_from(["open", "restricted", "closed"]),
    available=st.none() | st.dates(),
)
items = st.builds(
    Item,
    identifier=st.text(min_size=1).filter(str.strip),
    metadata=st.dictionaries(st.just("dc.title"), st.lists(values, min_size=1, max_size=3).map(tuple), min_size=1),
    sets=st.lists(st.just("a:b")).map(tuple),
    files=st.lists(files, max_size=2).map(tuple),
    state=st.sampled_from(["active", "withdrawn", "private"]),
)


@given(items)
def test_an_item_survives_being_told(item):
    assert jsonl.item_of(json.loads(json.dumps(jsonl.told(item)))) == item


def test_the_sample_collection_has_no_fault(tmp_path):
    found = list(jsonl.read(Errand(ROOT / "data" / "items.jsonl")))
    assert not [each for each in found if isinstance(each, Fault)]
    assert len([each for each in found if isinstance(each, Reading)]) == 37


def test_a_source_that_is_not_there_or_not_known_is_told(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        source_of(Errand(tmp_path / "nothing.jsonl"))
    with pytest.raises(SourceError, match="known are jsonl, saf"):
        source_of(Errand(tmp_path), "marc")
    (tmp_path / "x.bin").write_bytes(b"")
    with pytest.raises(SourceError, match="--from"):
        source_of(Errand(tmp_path / "x.bin"))


def test_every_source_says_what_it_reads():
    assert all(source.SUMMARY for source in sources().values())
