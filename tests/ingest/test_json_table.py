"""JSON objects of any shape: paths in them, lines that are none, and a real museum."""

import json
import lzma
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oai_server.ingest import csv_table, json_table
from oai_server.ingest.json_table import at, leaves, steps
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault, Item, Reading, Set, Value
from tests.judges import ROOT

TATE = Path(__file__).parents[3] / "shared" / "data" / "corpora" / "tate.jsonl.xz"
real = pytest.mark.skipif(not TATE.is_file(), reason=f"no {TATE}")
MAPPING = ROOT / "examples" / "mappings" / "tate.toml"
SOME = 2000  # works of the 69,202 that are read here


@pytest.fixture
def objects(tmp_path):
    """Writes lines and a mapping and gives their errand."""

    def write(*lines: object, mapping: str = 'identifier = "id"\nfields."dc.title" = "title"') -> Errand:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / "objects.jsonl").write_text("\n".join(texts), "utf-8", errors="surrogateescape")
        (tmp_path / "mapping.toml").write_text(mapping, "utf-8")
        return Errand(tmp_path / "objects.jsonl", mapping=tmp_path / "mapping.toml")

    return write


# --- the Tate ---


@real
def test_a_real_work_is_read_to_the_last_detail():
    assert json_table.recognises(Errand(TATE, mapping=MAPPING))
    found = json_table.read(Errand(TATE, mapping=MAPPING))
    assert list(islice(found, 2)) == [
        Set("classification", "Kinds of work"),
        Set("classification:on_paper_unique", "on paper, unique"),
    ]
    reading = next(found)
    title = (
        "A Figure Bowing before a Seated Old Man with his Arm Outstretched in Benediction. Verso: Indecipherable Sketch"
    )
    subjects = (
        *("people", "actions: postures and motions", "arm/arms raised", "kneeling", "sitting", "adults", "man"),
        *("man, old", "religion and belief", "universal religious imagery", "blessing"),
    )
    page = "http://www.tate.org.uk/art/artworks/blake-a-figure-bowing-before-a-seated-old-man-with-his-arm-outstretched"
    assert reading == Reading(
        Item(
            "A00001",
            {
                "dc.title": (Value(title),),
                "dc.creator": (Value("Blake, Robert"),),
                "dc.format.medium": (Value("Watercolour, ink, chalk and graphite on paper. Verso: graphite on paper"),),
                "dc.format.extent": (Value("support: 394 x 419 mm"),),
                "dc.identifier.uri": (Value(f"{page}-in-benediction-a00001"),),
                "dc.identifier.other": (Value("A00001"),),
                "dc.publisher": (Value("Tate"),),
                "dcterms.provenance": (Value("Presented by Mrs John Richmond 1922"),),
                "dc.subject": tuple(map(Value, subjects)),
                "dc.type": (Value("still image"), Value("on paper, unique")),
            },
            sets=("classification:on_paper_unique",),
        ),
        str(TATE),
        1,
    )


@real
def test_real_works_go_in_without_a_fault():
    found = list(islice(json_table.read(Errand(TATE, mapping=MAPPING)), SOME))
    works = [each for each in found if isinstance(each, Reading)]
    assert [each.line for each in works] == list(range(1, len(works) + 1))
    assert len({each.item.identifier for each in works}) == len(works) > SOME - 40
    assert all(each.item.first("dc.title") for each in works)
    assert {fault.rule for each in works for fault in normalise(each).faults} <= {"text without markup"}
    with lzma.open(TATE, "rt", encoding="utf-8") as lines:
        told = [json.loads(line) for line in islice(lines, len(works))]
    artists = [[each["mda"] for each in work["contributors"] if each["role"] == "artist"] for work in told]
    assert [list(each.item.texts("dc.creator")) for each in works] == artists
    years = [(work["dateRange"] or {}).get("startYear") for work in told]
    assert [each.item.first("dc.date.created") for each in works] == [year and str(year) for year in years]


@real
def test_the_paths_of_real_works_are_explained():
    told = {(each.column, each.becomes): each for each in json_table.explain(Errand(TATE, mapping=MAPPING))}
    assert told["contributors[].mda", "dc.creator"].examples[0] == "Blake, Robert"
    assert told["subjects.children[].children[].children[].name", "dc.subject"].left_out == ""
    assert told["classification", "set"].examples[0] == "classification:on_paper_unique"
    assert told["dateText", "dc.coverage.temporal"].left_out == "nothing becomes of 'date not known'"
    assert told["acquisitionYear", ""].left_out == "no rule names it"
    assert told["", "dc.publisher"].examples == ("Tate",)


# --- paths ---

WORK = {
    "id": 7,
    "size": 2.0,
    "half": 0.5,
    "open": True,
    "none": None,
    "a.b": {"c[]": "odd"},
    "artists": [{"name": "A", "role": "artist", "n": 1}, {"name": "B", "role": "after", "n": 2}, {"name": ["C", "D"]}],
    "tree": {"name": "root", "children": [{"name": "x", "children": [{"children": [], "name": "y"}]}, {"name": "z"}]},
    "lists": [["p", "q"], [["r"]], None, "s"],
}


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("id", ["7"]),
        ("size", ["2"]),
        ("half", ["0.5"]),
        ("open", ["true"]),
        ("none", []),
        ("gone", []),
        ("gone.deeper", []),
        ("id.deeper", []),
        ("artists", []),
        ('"a.b"."c[]"', ["odd"]),
        ("artists[].name", ["A", "B", "C", "D"]),
        ("artists.name", ["A", "B", "C", "D"]),
        ("artists[role=artist].name", ["A"]),
        ("artists[role!=artist].name", ["B", "C", "D"]),
        ("artists[role=artist][n=1].name", ["A"]),
        ("artists[n=2].name", ["B"]),
        ("artists[role=].name", []),
        ("tree.name", ["root"]),
        ("tree..name", ["root", "x", "y", "z"]),
        ("tree.children..name", ["x", "y", "z"]),
        ("tree.children[name=x]..name", ["x", "y"]),
        ("..role", ["artist", "after"]),
        ("lists", ["p", "q", "r", "s"]),
        ("lists[]", ["p", "q", "r", "s"]),
    ],
)
def test_a_path_leads_to_texts(path, texts):
    assert at(steps(path), WORK) == texts


@pytest.mark.parametrize("path", ["a..", ".a.", "a.[]b", "a[", "a[b]", "a[]b", "a]", '"a', "a b[=c]", "a.b..."])
def test_a_path_that_is_none_says_so(objects, path):
    with pytest.raises(SourceError, match=r"mapping\.toml: .* is no path"):
        list(json_table.read(objects({"id": 1}, mapping=f"fields.\"dc.title\" = '{path}'")))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab."),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.[]", min_size=1), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.text("ab.[]", min_size=1), json_values, max_size=4))
def test_every_path_that_is_shown_leads_somewhere(told):
    for path in leaves(told):
        assert at(steps(path), told)


# --- lines ---


def test_a_line_that_is_no_object_is_refused_and_the_others_go_in(objects):
    lines = ({"id": "a", "title": "A"}, "[1]", "", '{"id": ', "nul", '{"id": "b", "title": "B\udce9"}', {"id": "c"})
    found = list(json_table.read(objects(*lines)))
    assert [(each.line, each.message.split(":")[0]) for each in found if isinstance(each, Fault)] == [
        (2, "not a JSON object"),
        (4, "not JSON"),
        (5, "not JSON"),
        (6, "not UTF-8"),
    ]
    assert [(each.line, each.item) for each in found if isinstance(each, Reading)] == [
        (1, Item("a", {"dc.title": (Value("A"),)})),
        (7, Item("c")),
    ]


def test_objects_may_stand_in_an_array(objects):
    errand = objects("[", {"id": "a"}, ",", {"id": "b", "title": "B"}, "]")
    array = errand.path.rename(errand.path.with_suffix(".json"))
    assert [each.item.identifier for each in json_table.read(Errand(array, mapping=errand.mapping))] == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_refused_by_name(objects, encoding):
    errand = objects()
    errand.path.write_bytes('{"id": "a"}'.encode(encoding))
    (fault,) = json_table.read(errand)
    assert fault.degree == "refused" and encoding.upper() in fault.message


def test_a_byte_order_mark_is_no_part_of_the_first_line(objects):
    errand = objects()
    errand.path.write_bytes('{"id": "a"}'.encode("utf-8-sig"))
    assert [each.item.identifier for each in json_table.read(errand)] == ["a"]


def test_nesting_without_end_costs_its_line(objects):
    lines = ('{"id": ' + "[" * 100_000 + "]" * 100_000 + "}", '{"title": ' + "[" * 400 + '"T"' + "]" * 400 + "}")
    fault, reading = json_table.read(objects(*lines))
    assert (fault.degree, fault.line) == ("refused", 1)
    assert (reading.item.identifier, reading.item.texts("dc.title")) == ("objects/2", ("T",))


def test_json_needs_a_mapping(objects, tmp_path):
    errand = objects({"id": 1})
    assert json_table.recognises(errand)
    assert not csv_table.recognises(errand)
    assert not json_table.recognises(Errand(errand.location))
    with pytest.raises(SourceError, match="mapping file"):
        list(json_table.read(Errand(errand.location)))
    with pytest.raises(SourceError, match=r"gone\.jsonl"):
        list(json_table.read(Errand(tmp_path / "gone.jsonl", mapping=errand.mapping)))
