"""DSpace's REST objects in files, of both generations: real ones, made-up ones, broken ones."""

import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from oai_server.ingest import dspace_rest
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault, File, Item, Reading, Set, Value
from tests.judges import ROOT

REAL = Path(__file__).parents[3] / "shared" / "data" / "dspace-rest"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real items in {REAL}")

UUID = "8c2e5fb4-8a1a-4e0e-9b0c-0123456789ab"
TITLE = {"dc.title": [{"value": "A title", "language": "", "authority": None, "confidence": -1, "place": 0}]}


def told(**more: Any) -> dict[str, Any]:
    """An item as DSpace 7 tells it."""
    item = {"uuid": UUID, "handle": "1/2", "type": "item", "inArchive": True, "discoverable": True, "metadata": TITLE}
    return item | more


def older(**more: Any) -> dict[str, Any]:
    """An item as DSpace 6 tells it."""
    metadata = [{"key": "dc.title", "value": "A title", "language": "en_US"}]
    return {"uuid": UUID, "handle": "1/2", "type": "item", "archived": "true", "metadata": metadata} | more


def read(tmp_path: Path, document: object, name: str = "items.json") -> list:
    path = tmp_path / name
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return list(dspace_rest.read(Errand(path)))


def only(tmp_path: Path, document: object) -> Item:
    (item,) = [each.item for each in read(tmp_path, document) if isinstance(each, Reading)]
    return item


def notes(tmp_path: Path, document: object) -> list[tuple[str, str]]:
    (reading,) = [each for each in read(tmp_path, document) if isinstance(each, Reading)]
    assert {fault.identifier for fault in reading.faults} <= {reading.item.identifier}
    return [(fault.degree, fault.message) for fault in reading.faults]


# --- real files ---


@real
def test_the_real_files_give_their_items_sets_and_faults():
    location = Errand(REAL)
    assert dspace_rest.recognises(location)
    found = list(dspace_rest.read(location))
    items = [each.item for each in found if isinstance(each, Reading)]
    assert [
        (item.identifier, item.first("dc.title")[:20], sum(map(len, item.metadata.values()))) for item in items
    ] == [
        ("123456789/156", "The pathogenesis of ", 20),
        ("10673/20", "Practices of researc", 5),
        ("contract/items-01/1", "Practices of researc", 3),
        ("123456789/60636", "Test new title", 2),
        ("1721.1/157046", "Geometric nonlineari", 29),
    ]
    assert [each.spec for each in found if isinstance(each, Set)] == [
        "col_10673_2",
        "com_10673_11",
        "com_123456789_60631",
    ]
    faults = [each for each in found if isinstance(each, Fault)]
    assert Counter((fault.degree, fault.rule) for fault in faults) == {
        ("noted", "DSpace REST"): 6,
        ("refused", "JSON (RFC 8259)"): 1,
    }
    assert [Path(fault.file).name for fault in faults if fault.degree == "refused"] == ["search-objects-00.json"]


@real
def test_a_real_item_is_read_to_the_last_detail():
    (reading,) = dspace_rest.read(Errand(REAL / "angular-publication.json"))
    item = normalise(reading).item
    assert item.datestamp == datetime(2019, 5, 6, 15, 24, 25, tzinfo=UTC)
    assert item.values("dc.contributor.author") == (Value("Simmons, Cameron"),)  # the authority was virtual::1586
    assert item.texts("dc.date.available")[0] == "2017-07-12T04:44:34Z"
    assert len(item.values("dc.date.available")) == 10
    assert item.values("dc.title") == (Value("The pathogenesis of dengue", "en_US"),)
    assert (item.files, item.sets, item.state, reading.faults) == ((), (), "active", ())


@real
@pytest.mark.parametrize("name", ["saf", "dspace-csv", "xml-records", "oai-responses", "corpora/tate.jsonl.xz"])
def test_what_is_no_dspace_json_is_not_recognised(name):
    assert not dspace_rest.recognises(Errand(REAL.parent / name))


def test_our_own_interchange_is_not_recognised():
    assert not dspace_rest.recognises(Errand(ROOT / "data" / "items.jsonl"))


# --- where items stand ---

ONE, TWO = told(handle="1/1"), older(handle="1/2")
PAGE = {"_embedded": {"items": [ONE, TWO]}, "page": {"number": 0, "totalElements": 2}, "_links": {}}


def search(name: str, lead: str) -> dict[str, Any]:
    """A search page; the contract's text has other names in it than its programs."""
    objects = [{"type": "discover", "_embedded": {lead: each}, "_links": {}} for each in (ONE, TWO)]
    facets = [{"name": "author", "_embedded": {"values": [{"label": "A", "type": "discover"}]}}]
    inner = {"_embedded": {"objects": objects}, "page": {}} if name == "searchResult" else objects
    return {"type": "discover", "_embedded": {name: inner, "facets": facets}}


LAYOUTS = {
    "array": json.dumps([ONE, TWO]),
    "array, indented": json.dumps([ONE, TWO], indent=2),
    "lines": f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
    "lines of Windows with a mark": f"\ufeff{json.dumps(ONE)}\r\n\r\n{json.dumps(TWO)}",
    "documents": f"{json.dumps(ONE, indent=1)}{json.dumps(TWO, indent=1)}",
    "page": json.dumps(PAGE),
    "pages in an array": json.dumps([PAGE["_embedded"], {"page": {}}]),
    "search": json.dumps(search("searchResult", "indexableObject")),
    "search as the contract has it": json.dumps(search("searchResults", "dspaceObject")),
    "collection with its items": json.dumps({"type": "collection", "handle": "9/9", "name": "C", "items": [ONE, TWO]}),
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_items_are_found_wherever_they_stand(tmp_path, text):
    path = tmp_path / "items.json"
    path.write_text(text)
    assert dspace_rest.recognises(Errand(path))
    found = list(dspace_rest.read(Errand(path)))
    assert [each.item.identifier for each in found if isinstance(each, Reading)] == ["1/1", "1/2"]
    assert not [each for each in found if isinstance(each, Fault) and each.degree == "refused"]


def test_a_folder_of_files_some_of_them_compressed_is_read_in_order(tmp_path):
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(ONE).encode(), mtime=0))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.json").write_text(json.dumps(TWO))
    (tmp_path / "d.html").write_text("<html>\n</html>")
    (tmp_path / "e.json").write_text("")
    assert dspace_rest.recognises(Errand(tmp_path))
    *readings, page, empty = dspace_rest.read(Errand(tmp_path))
    assert [(each.item.identifier, each.file) for each in readings] == [
        ("1/1", str(tmp_path / "a.json.gz")),
        ("1/2", str(tmp_path / "b" / "c.json")),
    ]
    assert (page.degree, page.file, "not JSON" in page.message) == ("refused", str(tmp_path / "d.html"), True)
    assert (empty.degree, empty.message) == ("refused", "there is no JSON value in it")


def test_an_array_gives_the_line_of_each_item(tmp_path):
    found = read(tmp_path, f"[{json.dumps(ONE)},\n{json.dumps(TWO)}]".encode())
    assert [each.line for each in found] == [1, 2]


def test_what_is_missing_cannot_be_read(tmp_path):
    with pytest.raises(SourceError, match="missing"):
        list(dspace_rest.read(Errand(tmp_path / "none.json")))


# --- broken files ---


def test_a_comma_too_many_costs_one_item_of_an_array(tmp_path):
    three = json.dumps(told(handle="1/3")).replace('"item"', '"item",')
    first, fault, last = read(tmp_path, f"[{json.dumps(ONE)},\n{three},\n{json.dumps(TWO)}]".encode())
    assert (first.item.identifier, last.item.identifier) == ("1/1", "1/2")
    assert (fault.degree, fault.rule, fault.line) == ("refused", "JSON (RFC 8259)", 2)
    assert fault.identifier == UUID


@pytest.mark.parametrize("octet", [b"\xe9", b"\xff"])
def test_one_bad_octet_costs_one_item_of_a_page(tmp_path, octet):
    broken = json.dumps({**PAGE, "_embedded": {"items": [ONE, told(handle="1/3", name="?"), TWO]}})
    fault, *readings = read(tmp_path, broken.encode().replace(b"?", octet))
    assert [each.item.identifier for each in readings] == ["1/1", "1/2"]
    assert "not UTF-8" in fault.message
    assert "2 object(s) in it can be read all the same" in fault.message


def test_a_file_that_is_cut_off_keeps_what_came_before(tmp_path):
    text = json.dumps([told(handle=f"1/{number}") for number in range(2000)]).encode()
    (tmp_path / "items.json.gz").write_bytes(gzip.compress(text, mtime=0)[:-300])
    *readings, fault = dspace_rest.read(Errand(tmp_path / "items.json.gz"))
    assert 0 < len(readings) < 2000
    assert (fault.degree, "what follows is lost" in fault.message) == ("refused", True)


def test_another_encoding_is_refused_by_its_name(tmp_path):
    (fault,) = read(tmp_path, json.dumps(ONE).encode("utf-16"))
    assert fault.message == "UTF-16, but JSON is UTF-8"


@pytest.mark.parametrize(
    ("document", "degree", "message"),
    [
        ({**told(), "metadata": {}}, "refused", "its metadata is empty"),
        ({"type": "item", "handle": "1/2"}, "refused", "no metadata (older REST: expand=metadata)"),
        (told(metadata="x"), "refused", "metadata is neither an object nor a list"),
        (told(inArchive=False), "noted", "not in the archive (yet), so left out"),
        (older(archived="false"), "noted", "not in the archive (yet), so left out"),
        ({"type": "workspaceitem", "id": 8}, "noted", "'workspaceitem' is no item, left out"),
        ({"type": "collection", "name": "C"}, "noted", "a collection with no handle and no UUID is no set"),
        ({"page": {"totalElements": 0}}, "noted", "there is no item in it"),
        (["text"], "refused", "'text' is no object"),
        (b"[" * 100_000, "refused", "there is no JSON value in it"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "refused", "not JSON that can be read: nested too deeply"),
    ],
)
def test_what_is_no_item_is_told(tmp_path, document, degree, message):
    (fault,) = read(tmp_path, document)
    assert (fault.degree, fault.message) == (degree, message)


# --- items ---


@pytest.mark.parametrize(
    ("more", "identifier", "noted"),
    [
        ({}, "1/2", []),
        ({"handle": "https://hdl.handle.net/1/2"}, "1/2", []),
        ({"handle": None}, UUID, ["no handle, so its UUID or number is its identifier"]),
        ({"handle": None, "uuid": None, "id": 77}, "77", ["no handle, so its UUID or number is its identifier"]),
        ({"handle": None, "uuid": None}, "items/1", ["no handle and no UUID, so its place is its identifier"]),
        (
            {"handle": None, "metadata": {**TITLE, "dc.identifier.uri": ["https://hdl.handle.net/5/6"]}},
            "5/6",
            [],
        ),
    ],
)
def test_an_item_is_named_by_its_handle_or_else_told_how(tmp_path, more, identifier, noted):
    assert only(tmp_path, told(**more)).identifier == identifier
    assert notes(tmp_path, told(**more)) == [("noted", message) for message in noted]


@pytest.mark.parametrize(
    ("item", "state"),
    [
        (told(), "active"),
        (told(withdrawn=True, inArchive=False), "withdrawn"),
        (told(withdrawn=True, inArchive=False, metadata={}), "withdrawn"),
        (told(discoverable=False), "private"),
        (older(withdrawn="true", archived="false"), "withdrawn"),
        (older(withdrawn="false"), "active"),
    ],
)
def test_what_is_withdrawn_or_not_to_be_found_says_so(tmp_path, item, state):
    assert only(tmp_path, item).state == state


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-10-30T17:03:44.161+00:00", datetime(2025, 10, 30, 17, 3, 44, tzinfo=UTC)),
        ("2019-05-06T15:24:25.037+0000", datetime(2019, 5, 6, 15, 24, 25, tzinfo=UTC)),
        ("2025-10-30T17:03:44Z", datetime(2025, 10, 30, 17, 3, 44, tzinfo=UTC)),
        ("2025-10-30T17:03:44+02:00", datetime(2025, 10, 30, 15, 3, 44, tzinfo=UTC)),
        ("2015-01-12 15:44:12.978", datetime(2015, 1, 12, 15, 44, 12, tzinfo=UTC)),
        (None, None),
    ],
)
def test_last_modified_is_the_datestamp_in_seconds(tmp_path, text, moment):
    assert only(tmp_path, told(lastModified=text)).datestamp == moment


@pytest.mark.parametrize("text", ["yesterday", "0001-01-01T00:00:00+05:00", 5])
def test_a_last_modified_that_is_no_time_is_noted(tmp_path, text):
    assert notes(tmp_path, told(lastModified=text)) == [("noted", f"lastModified is {text!r}, which is no time")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"value": "x", "language": "en_US", "authority": None, "confidence": -1}, Value("x", "en_US")),
        ({"value": "x", "language": "", "authority": "a1", "confidence": 600}, Value("x", None, "a1", 600)),
        ({"value": "x", "authority": "virtual::15", "confidence": 600}, Value("x")),
        ("x", Value("x")),
    ],
)
def test_a_value_has_language_authority_and_confidence_where_they_say_something(tmp_path, value, expected):
    assert only(tmp_path, told(metadata={"dc.subject": [value]})).metadata == {"dc.subject": (expected,)}


def test_values_stand_in_the_order_of_their_places_and_empty_ones_are_dropped(tmp_path):
    values = [
        {"value": "b", "place": 1},
        {"value": " ", "place": 2},
        {"value": None, "place": 3},
        {"value": "a", "place": 0},
    ]
    assert only(tmp_path, told(metadata={"dc.subject": values})).texts("dc.subject") == ("a", "b")


def test_older_entries_name_their_field_whole_or_in_parts(tmp_path):
    entries = [
        {"key": "dc.title", "value": "T", "language": None},
        {"key": None, "schema": "dc", "element": "date", "qualifier": "issued", "value": "2001"},
        {"schema": "dc", "element": "type", "qualifier": None, "value": "Text"},
        {"value": "nameless"},
    ]
    item = only(tmp_path, older(metadata=entries))
    assert {name: item.texts(name) for name in item.metadata} == {
        "dc.title": ("T",),
        "dc.date.issued": ("2001",),
        "dc.type": ("Text",),
    }
    assert [degree for degree, _ in notes(tmp_path, older(metadata=entries))] == ["healed"]


def test_an_item_without_a_title_is_called_by_its_name(tmp_path):
    item = told(name="Rossi, Ada", metadata={"person.familyName": ["Rossi"]})
    assert only(tmp_path, item).texts("dc.title") == ("Rossi, Ada",)
    assert notes(tmp_path, item) == [("noted", "no dc.title, so its name is its title")]


def test_a_value_that_is_none_is_left_out_and_told(tmp_path):
    item = told(metadata={**TITLE, "dc.subject": [5, {"text": "x"}, "kept"]})
    assert only(tmp_path, item).texts("dc.subject") == ("kept",)
    assert [degree for degree, _ in notes(tmp_path, item)] == ["healed", "healed"]


def test_who_submitted_an_item_is_in_no_record(tmp_path, pipeline):
    """An administrator's dump holds dc.description.provenance; DSpace hides it, and so do we, in every format."""
    secret = ["Submitted by Jane Doe (submitter@example.org) on 2020-01-01"]
    item = only(tmp_path, told(metadata={**TITLE, "dc.description.provenance": secret, "person.email": secret}))
    rendered = pipeline.hands.renderer.render(normalise(Reading(item, "x")).item).metadata
    assert len(rendered) > 2
    assert not [prefix for prefix, xml in rendered.items() if b"submitter@" in xml]


# --- sets ---

COMMUNITY = {"type": "community", "handle": "1/100", "name": "Science", "_embedded": {}}
TOP = {"type": "community", "handle": "1/99", "name": "University"}


def test_collections_and_the_communities_above_them_become_sets(tmp_path):
    about = {"dc.description.abstract": [{"value": "<p>About <b>it</b></p>"}]}
    owner = {"type": "collection", "handle": "1/10", "name": "Papers &amp; more", "metadata": about}
    owner["_embedded"] = {"parentCommunity": COMMUNITY | {"_embedded": {"parentCommunity": TOP}}}
    mapped = [{"type": "collection", "uuid": UUID.upper(), "handle": None, "name": "Mapped"}]
    inside = {"owningCollection": owner, "mappedCollections": {"_embedded": {"mappedCollections": mapped}}}
    *sets, reading = read(tmp_path, told(_embedded=inside))
    specs = ("col_1_10", "com_1_100", "com_1_99", f"col_{UUID}")
    assert reading.item.sets == specs
    assert tuple(each.spec for each in sets) == specs
    assert sets[0] == Set("col_1_10", "Papers & more", "About it")


def test_older_items_name_their_collections_and_communities_beside(tmp_path):
    owner = {"type": "collection", "handle": "1/10", "name": "Papers"}
    lists = {"parentCollectionList": [owner], "parentCommunityList": [COMMUNITY]}
    item = older(parentCollection=owner, **lists)
    assert only(tmp_path, item).sets == ("col_1_10", "com_1_100")


def test_a_set_is_told_once_and_again_when_more_is_known_of_it(tmp_path):
    bare = {"type": "collection", "handle": "1/10", "name": "Papers"}
    full = {**bare, "shortDescription": "About"}
    items = [told(parentCollection=each) for each in (bare, bare, full, bare, full)]
    assert [each for each in read(tmp_path, items) if isinstance(each, Set)] == [
        Set("col_1_10", "Papers"),
        Set("col_1_10", "Papers", "About"),
    ]


# --- files ---


def bitstream(name: str, **more: Any) -> dict[str, Any]:
    return {"uuid": name, "name": name, "type": "bitstream"} | more


def bundles(*files: dict[str, Any], total: int | None = None, **inside: Any) -> dict[str, Any]:
    """The bundles of an item as pages of pages."""
    page = {"_embedded": {"bitstreams": list(files)}, "page": {"totalElements": total or len(files)}}
    original = {"name": "ORIGINAL", "_embedded": {"bitstreams": page, **inside}}
    licence = {"name": "LICENSE", "_embedded": {"bitstreams": [bitstream("license.txt")]}}
    return {"_embedded": {"bundles": [licence, original]}, "page": {}}


def files(tmp_path: Path, status: dict[str, Any] | None, *content: dict[str, Any], **inside: Any) -> tuple[File, ...]:
    return only(tmp_path, told(_embedded={"bundles": bundles(*content, **inside), "accessStatus": status})).files


def test_a_bitstream_of_original_is_a_file(tmp_path):
    whole = bitstream(
        "a.bin",
        sizeBytes=8528,
        checkSum={"checkSumAlgorithm": "MD5", "value": "9d8f"},
        metadata={"dc.description": [{"value": "Main text"}]},
        _embedded={"format": {"mimetype": "application/pdf"}},
        _links={"content": {"href": "https://example.org/content"}},
    )
    url = "https://example.org/content"
    assert files(tmp_path, {"status": "open.access"}, whole) == (
        File("a.bin", "application/pdf", 8528, None, "md5:9d8f", url, "Main text", "open"),
    )


def test_the_primary_file_comes_first(tmp_path):
    content = [bitstream(name) for name in ("a.pdf", "b.pdf", "c.pdf")]
    assert [file.name for file in files(tmp_path, None, *content, primaryBitstream=content[1])] == [
        "b.pdf",
        "a.pdf",
        "c.pdf",
    ]


@pytest.mark.parametrize(
    ("status", "access", "available"),
    [
        ({"status": "open.access", "embargoDate": None}, "open", None),
        ({"status": "embargo", "embargoDate": "2050-01-01"}, "embargoed", date(2050, 1, 1)),
        ({"status": "embargo", "embargoDate": "2050-01-01T00:00:00Z"}, "embargoed", date(2050, 1, 1)),
        ({"status": "embargo", "embargoDate": "10000-01-01"}, "restricted", None),
        ({"status": "embargo", "embargoDate": None}, "restricted", None),
        ({"status": "restricted"}, "restricted", None),
        ({"status": "metadata.only"}, "closed", None),
        ({"status": "unknown"}, "restricted", None),
        (None, "restricted", None),
    ],
)
def test_a_file_is_as_open_as_its_item_says(tmp_path, status, access, available):
    (file,) = files(tmp_path, status, bitstream("a.pdf"))
    assert (file.access, file.available) == (access, available)


def test_a_file_that_has_a_status_of_its_own_follows_it(tmp_path):
    closed = bitstream("b.pdf", _embedded={"accessStatus": {"status": "restricted"}})
    found = files(tmp_path, {"status": "open.access"}, bitstream("a.pdf"), closed)
    assert [file.access for file in found] == ["open", "restricted"]


def test_files_that_were_not_told_are_noted(tmp_path):
    item = told(_embedded={"bundles": bundles(bitstream("a.pdf"), bitstream(None), total=40)})
    assert sorted(message for _, message in notes(tmp_path, item)) == [
        "a file without a name is left out",
        "only 2 of 40 files were told",
    ]


def test_the_older_interface_lists_what_its_reader_may_read(tmp_path):
    content = [
        bitstream("a.pdf", bundleName="ORIGINAL", retrieveLink="/bitstreams/7/retrieve", mimeType="application/pdf"),
        bitstream("a.pdf.txt", bundleName="TEXT", retrieveLink="/bitstreams/8/retrieve"),
    ]
    assert only(tmp_path, older(bitstreams=content)).files == (File("a.pdf", "application/pdf", access="open"),)
