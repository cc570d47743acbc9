"""Our own interchange: every key is read, everything else is a fault that says where."""

import bz2
import gzip
import json
import lzma
import random
import tracemalloc
import zipfile
from functools import partial

import pytest
import zstandard
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
        (b'{"identifier": "1", "metadata": ' + b"[" * 900 + b"]" * 900 + b"}", ""),
        (b'{"identifier": "1", "state": ' + b"[" * 960 + b"]" * 960 + b"}", ""),
        (b'{"identifier": NaN}', "NaN is no number"),
        (b'{"identifier": -Infinity}', "-Infinity is no number"),
        (b'{"identifier": ' + b"9" * 5000 + b"}", "a number of 5,000 digits"),
        ({**GOOD, "files": [{"name": "a", "size": 2**63}]}, "size must be"),
        ({**GOOD, "files": [{"name": "a", "size": 1e300}]}, "size must be"),
        (b'{"identifier": "1", "metadata": {"dc.title\\ud800": [5]}}', r"'dc.title\ud800'"),
        ({**GOOD, "state": "x" * 100_000}, "state is 'xxx"),
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
    assert len(fault.message.encode()) < 400


def test_a_fault_names_the_item_where_its_line_does(tmp_path):
    (fault,) = read(tmp_path, {**GOOD, "identifier": "123/4", "colour": "red"})
    assert fault.identifier == "123/4"


PACKERS = {"gz": gzip.compress, "xz": partial(lzma.compress, preset=0), "zst": zstandard.compress, "bz2": bz2.compress}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_compressed_file_is_read_as_it_is(tmp_path, ending):
    path = tmp_path / f"items.jsonl.{ending}"
    path.write_bytes(PACKERS[ending](json.dumps(GOOD).encode()))
    assert jsonl.recognises(Errand(path))
    (reading,) = jsonl.read(Errand(path))
    assert (reading.item.identifier, reading.file, reading.line) == ("1", str(path), 1)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_compressed_file_may_be_several_one_after_the_other(tmp_path, ending):
    path = tmp_path / f"items.jsonl.{ending}"
    lines = [json.dumps({**GOOD, "identifier": name}).encode() + b"\n" for name in "abc"]
    path.write_bytes(b"".join(map(PACKERS[ending], lines)))
    assert [(reading.item.identifier, reading.line) for reading in jsonl.read(Errand(path))] == [
        ("a", 1),
        ("b", 2),
        ("c", 3),
    ]


@pytest.mark.parametrize("ending", PACKERS)
def test_a_compressed_file_that_is_cut_off_costs_what_is_lost_and_no_more(tmp_path, ending):
    path = tmp_path / f"items.jsonl.{ending}"
    noise = random.Random(1).randbytes(600_000).hex()  # so that there is more than one block
    titles = [noise[start : start + 400] for start in range(0, len(noise), 400)]
    lines = [json.dumps({"identifier": str(n), "metadata": {"dc.title": [t]}}) for n, t in enumerate(titles)]
    whole = PACKERS[ending]("\n".join(lines).encode())
    path.write_bytes(whole[: len(whole) * 4 // 5])
    *readings, fault = jsonl.read(Errand(path))
    assert len(lines) // 4 < len(readings) < len(lines)
    assert [reading.item.identifier for reading in readings] == [str(n) for n in range(len(readings))]
    assert (fault.degree, fault.file, fault.line) == ("refused", str(path), len(readings) + 1)
    assert "what follows is lost" in fault.message


def test_a_line_that_is_too_long_is_one_fault_and_is_never_held(tmp_path):
    path = tmp_path / "items.jsonl"
    with path.open("wb") as file:
        file.write(b'{"identifier": "long", "metadata": {"dc.title": ["')
        for _ in range(110):
            file.write(b"x" * 1_000_000)
        file.write(b'"]}}\n' + json.dumps(GOOD).encode())
    tracemalloc.start()
    fault, reading = jsonl.read(Errand(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (fault.line, fault.identifier, fault.degree) == (1, "long", "refused")
    assert fault.message == "the line has more than 50,000,000 octets"
    assert (reading.item.identifier, reading.line) == ("1", 2)
    assert peak < 2.5 * jsonl.LARGEST


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_refused_by_its_name(tmp_path, encoding):
    path = tmp_path / "items.jsonl"
    path.write_bytes(json.dumps(GOOD).encode(encoding))
    (fault,) = jsonl.read(Errand(path))
    assert f"it is {encoding.upper()}" in fault.message


def test_lines_may_end_as_they_do_on_windows(tmp_path):
    path = tmp_path / "items.jsonl"
    path.write_bytes(b"\r\n".join([json.dumps(GOOD).encode(), b"{", json.dumps(GOOD).encode(), b""]))
    first, fault, last = jsonl.read(Errand(path))
    assert (first.line, fault.line, last.line) == (1, 2, 3)


def test_an_identifier_given_twice_is_given_twice_to_whoever_settles_it(tmp_path):
    assert [(each.item.identifier, each.line) for each in read(tmp_path, GOOD, GOOD)] == [("1", 1), ("1", 2)]


def test_a_folder_and_a_zip_of_files_are_read_with_their_sets(tmp_path):
    names = {"a.jsonl": json.dumps(GOOD), "sets.jsonl": '{"setSpec": "a", "setName": "A"}'}
    with zipfile.ZipFile(tmp_path / "items.zip", "w") as archive:
        for name, text in names.items():
            archive.writestr(name, text)
    (tmp_path / "folder").mkdir()
    for name, text in names.items():
        (tmp_path / "folder" / name).write_text(text)
    for location in ("items.zip", "folder"):
        reading, told = jsonl.read(Errand(tmp_path / location))
        assert (reading.item.identifier, told) == ("1", Set("a", "A"))
        assert reading.file == str(tmp_path / location / "a.jsonl")


@pytest.mark.parametrize(
    ("name", "ours"),
    [("a.jsonl", 1), ("A.JSONL.GZ", 1), ("a.ndjson.zst", 1), ("sets.jsonl", 0), ("a.json", 0), (".jsonl", 0)],
)
def test_a_file_is_recognised_by_its_name(tmp_path, name, ours):
    assert jsonl.recognises(Errand(tmp_path / name)) == bool(ours)


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
    with pytest.raises(SourceError, match=r"known are .*jsonl.*saf"):
        source_of(Errand(tmp_path), "nonsense")
    (tmp_path / "x.bin").write_bytes(b"")
    with pytest.raises(SourceError, match="--from"):
        source_of(Errand(tmp_path / "x.bin"))


def test_every_source_says_what_it_reads():
    assert all(source.SUMMARY for source in sources().values())
