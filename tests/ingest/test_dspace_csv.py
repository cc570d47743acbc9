"""DSpace's batch metadata CSV: new items, single columns of known ones, and every way in which a file can be odd."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from oai_server.ingest import csv_table, dspace_csv
from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.update import Update, updated
from oai_server.model import Fault, Item, Reading, Value

REAL = Path(__file__).parents[3] / "shared" / "data" / "dspace-csv"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real tables in {REAL}")

UUID = "f6a9a2c9-2a3e-4a9e-8c7d-0123456789ab"


@pytest.fixture
def table(tmp_path):
    """Writes a table and gives its errand."""

    def write(*lines: str, name: str = "batch.csv", encoding: str = "utf-8") -> Errand:
        (tmp_path / name).write_bytes("\n".join(lines).encode(encoding))
        return Errand(tmp_path / name)

    return write


def only(errand: Errand) -> Update | Reading | Fault:
    (found,) = dspace_csv.read(errand)
    return found


def notes(errand: Errand) -> list[str]:
    return [each.message for each in dspace_csv.read(errand) if isinstance(each, Fault) and each.degree == "noted"]


# --- real files ---


@real
def test_a_real_export_gives_an_update_for_every_row():
    found = list(dspace_csv.read(Errand(REAL / "utk-datasets.csv")))
    assert Counter(type(each) for each in found) == {Update: 14}
    assert [row.item.identifier for row in found] == "26 6 1 28 25 19 15 16 9 13 14 12 10 11".split()
    assert not [row for row in found if row.faults or row.must_exist or not row.sets_given or row.state_given]
    assert {len(row.columns) for row in found} == {25}
    first = found[0]
    assert first.item == Item(
        "26",
        {
            "dc.contributor.author": (Value("Carter, Evin Timothy"),),
            "dc.date.issued": (Value("2014"),),
            "dc.description": (
                Value(
                    "Exotic Plants and Copperhead Resource Selection Data, Jefferson County, IN, USA, 2008-2011",
                    "en_US",
                ),
            ),
            "dc.identifier.citation": (
                Value(
                    'Carter, Evin Timothy, "Data Used in Carter et al., Exotic Plants and Thermal Regimes, Functional '
                    'Ecology" (2014). http://dx.doi.org/10.7290/V79G5JR7',
                    "en_US",
                ),
            ),
            "dc.identifier.uri": (Value("http://dx.doi.org/10.7290/V79G5JR7"),),
            "dc.subject": tuple(
                Value(text, "en_US")
                for text in (
                    *("copperhead", "exotic plants", "invasive species", "habitat selection"),
                    *("temperature", "thermoregulation", "density"),
                )
            ),
            "dc.title": (
                Value("Data Used in Carter et al., Exotic Plants and Thermal Regimes, Functional Ecology", "en_US"),
            ),
            "dc.type": (Value("Dataset", "en_US"),),
        },
        sets=("col_123456789_25",),
    )


@real
def test_two_columns_of_one_field_are_one_field():
    rows = {row.item.identifier: row for row in dspace_csv.read(Errand(REAL / "utk-datasets.csv"))}
    assert rows["6"].item.texts("dc.contributor.author") == ("Atmire, A",)
    assert rows["26"].item.texts("dc.contributor.author") == ("Carter, Evin Timothy",)
    assert {("dc.contributor.author", None), ("dc.contributor.author", "")} <= set(rows["6"].columns)


@real
def test_a_real_new_item_is_named_after_its_row():
    reading = only(Errand(REAL / "dspace-testImport.csv"))
    assert reading.item == Item(
        "dspace-testImport/1", {"dc.contributor.author": (Value("Donald, SmithImported"),)}, ("col_123456789_2",)
    )
    assert [(fault.degree, fault.line, fault.identifier) for fault in reading.faults] == [
        ("noted", 2, "dspace-testImport/1")
    ]


@real
@pytest.mark.parametrize(
    ("name", "recognised"),
    [
        ("utk-datasets.csv", True),
        ("dspace-testImport.csv", True),
        ("dspace-csv-test.csv", False),
        ("dspace-csv-missing-field-test.csv", False),
        ("safbuilder-language.csv", False),
        ("safbuilder-latin1.csv", False),
    ],
)
def test_a_real_table_is_either_of_dspace_or_any_other(name, recognised):
    assert dspace_csv.recognises(Errand(REAL / name)) is recognised
    assert csv_table.recognises(Errand(REAL / name)) is not recognised


# --- which file it is ---


@pytest.mark.parametrize(
    ("heading", "recognised"),
    [
        ("id,collection,dc.title[en_US]", True),
        ("id;collection;dc.title", True),
        ("id\tdc.title[]", True),
        ('\ufeff"id","dc.title"', True),
        ("collection,id,dc.title", True),
        ("id,[authority]dc.contributor.author", True),
        ("collection,dc.title,dc.subject[en]", True),
        ("dc.title,filename", False),
        ("id,title", False),
        ("id,file.name", False),
        ("", False),
    ],
)
def test_its_heading_tells_it(table, heading, recognised):
    errand = table(heading, "1,2,3")
    assert dspace_csv.recognises(errand) is recognised
    assert not (recognised and csv_table.recognises(errand))


def test_a_mapping_file_makes_it_an_ordinary_table(table, tmp_path):
    errand = replace(table("id,dc.title", "1,T"), mapping=tmp_path / "m.toml")
    assert not dspace_csv.recognises(errand)
    assert csv_table.recognises(errand)


def test_a_file_without_id_is_one_fault_that_says_what_to_do(table):
    fault = only(table("collection,dc.title", "1/2,One", "1/2,Two"))
    assert (fault.degree, fault.line, fault.identifier) == ("refused", 1, None)
    assert "add one as the first column" in fault.message and "--from csv" in fault.message


def test_a_file_that_is_none_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"missing\.csv"):
        list(dspace_csv.read(Errand(tmp_path / "missing.csv")))


# --- rows ---


@pytest.mark.parametrize("name", ["26", UUID, UUID.upper()])
def test_an_id_is_a_number_or_a_uuid(table, name):
    row = only(table("id,dc.title[en_US],dc.subject[]", f'"{name}","A title","a||b"'))
    assert row == Update(
        Item(name, {"dc.title": (Value("A title", "en_US"),), "dc.subject": (Value("a"), Value("b"))}),
        (("dc.title", "en_US"), ("dc.subject", "")),
        row.file,
        2,
    )


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (",T,", "id is empty"),
        ("123456789/1,T,", "no id"),
        ("1,T,expunge", "withdraw"),
        ("1,T,Withdraw", "'Withdraw' is no action"),
        ("1,T,delete", "withdraw, reinstate"),
        ("+,T,withdraw", "not for a new one"),
        ("1,T,,surplus", "more fields than headings"),
        ('1,"T" or, not,', "not doubled"),
    ],
)
def test_a_row_that_cannot_go_in_is_refused_and_the_others_go_in(table, cells, says):
    before, fault, after = dspace_csv.read(table("id,dc.title,action", "7,Before,", cells, "8,After,"))
    assert (fault.degree, fault.line) == ("refused", 3)
    assert says in fault.message
    assert (before.item.identifier, after.item.identifier) == ("7", "8")


@pytest.mark.parametrize(("action", "state"), [("withdraw", "withdrawn"), ("reinstate", "active")])
def test_an_action_changes_the_state_of_an_item_that_must_be_there(table, action, state):
    row = only(table("id,action", f"26,{action}"))
    assert (row.item.state, row.state_given, row.must_exist, row.columns) == (state, True, True, ())


@pytest.mark.parametrize(
    ("heading", "cells", "must_exist"),
    [
        ("id,dc.title", "1,T", False),
        ("id,dc.title,dc.type", "1,,Dataset", False),
        ("id,dc.title", "1,", True),
        ("id,dc.subject[]", "1,a", True),
    ],
)
def test_a_file_without_titles_only_changes_what_is_there(table, heading, cells, must_exist):
    assert only(table(heading, cells)).must_exist is must_exist


def test_an_empty_cell_removes_and_a_missing_one_does_not(table):
    stored = Item("1", {name: (Value("old"),) for name in ("dc.title", "dc.subject", "dc.type")})
    errand = table("id,dc.title,dc.subject,dc.type", "1,new,")
    row = only(errand)
    assert updated(stored, row).metadata == {"dc.title": (Value("new"),), "dc.type": (Value("old"),)}
    assert [(fault.degree, fault.line) for fault in row.faults] == [("noted", 2)]


def test_an_empty_collection_leaves_the_sets_and_is_noted(table):
    row = only(table("id,collection,dc.title", "1,,T"))
    assert not row.sets_given
    assert "stays in its sets" in row.faults[0].message


def test_collections_are_sets(table):
    row = only(table("id,collection,dc.title", f"1,123456789/2|| 20.500.1/3||{UUID}||nowhere,T"))
    assert row.item.sets == ("col_123456789_2", "col_20.500.1_3", f"col_{UUID}")
    assert ["nowhere" in fault.message for fault in row.faults] == [True]


@pytest.mark.parametrize(
    ("cells", "identifier"),
    [
        ('+,,"http://hdl.handle.net/123456789/6"', "123456789/6"),
        ("+,row1,", "batch/row1"),
        ("+,,", "batch/2"),
    ],
)
def test_a_new_item_is_named_by_its_handle_its_row_or_its_place(table, cells, identifier):
    _, reading = dspace_csv.read(table("id,rowName,dc.identifier.uri,dc.title", "+,,,One", f"{cells},T"))
    assert reading.item.identifier == identifier
    assert bool(reading.faults) is identifier.startswith("batch")


# --- cells ---


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("a||b", [Value("a"), Value("b")]),
        (" a ||  || b||", [Value("a"), Value("b")]),
        ('"a, ""b"""', [Value('a, "b"')]),
        ('"two\nlines"', [Value("two\nlines")]),
        ("Smith::0000-0001::600", [Value("Smith", None, "0000-0001", 600)]),
        ("Smith::abc", [Value("Smith", None, "abc")]),
        ("Smith::https://orcid.org/0000", [Value("Smith", None, "https://orcid.org/0000")]),
        (
            "Smith::will be generated::orcid::0000-0001::600",
            [Value("Smith", None, "will be generated::orcid::0000-0001", 600)],
        ),
        ("Smith::and sons::Co", [Value("Smith::and sons::Co")]),
        ("std:: iterator", [Value("std:: iterator")]),
        ("Smith::virtual::12::600||Real", [Value("Real")]),
    ],
)
def test_a_cell_holds_values(table, cell, values):
    row = next(each for each in dspace_csv.read(table("id,dc.title", f"1,{cell}")) if isinstance(each, Update))
    assert list(row.item.values("dc.title")) == values


def test_virtual_values_are_counted_once_for_the_file(table):
    errand = table(
        "id,dc.title,dc.contributor.author", "1,T,A::virtual::1::600||B::virtual::2", "2,U,C::virtual::3::600"
    )
    assert notes(errand) == ["values that DSpace computes from relations are left out: dc.contributor.author (3)"]


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("id,dc.title,relation.isAuthorOfPublication", "left out"),
        ("id,dc.title,filename,", "left out, as they are no schema.element[.qualifier][lang]: filename, column 4"),
        ("id,dc.title,dc.title", "more than once"),
        ("id,dc.title[*]", "[*]"),
        ("dc.title,id", "not the first column"),
    ],
)
def test_an_odd_heading_is_noted_once(table, heading, says):
    (note,) = notes(table(heading, "1,1,1", "2,2,2"))
    assert says in note


def test_values_of_a_column_that_stands_twice_are_all_taken(table):
    *_, row = dspace_csv.read(table("id,dc.title,dc.title", "1,A,B"))
    assert row.item.texts("dc.title") == ("A", "B")


@pytest.mark.parametrize("separator", [",", ";", "\t", "#", "|"])
def test_the_separator_is_seen_from_the_heading(table, separator):
    row = only(table(separator.join(("id", "dc.title", "dc.subject")), separator.join(("1", "T", "a"))))
    assert row.item.metadata == {"dc.title": (Value("T"),), "dc.subject": (Value("a"),)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(table, encoding):
    assert only(table("id,dc.title", "1,Sámi", encoding=encoding)).item.texts("dc.title") == ("Sámi",)


def test_another_encoding_is_refused_by_name(table, tmp_path):
    fault, row = dspace_csv.read(table("id,dc.title", "1,Fortuño", "2,Plain", encoding="latin-1"))
    assert (fault.degree, fault.rule, fault.line) == ("refused", "UTF-8", 2)
    assert "byte 0xf1" in fault.message and r"Fortu\xf1o" in fault.message
    assert row.item.texts("dc.title") == ("Plain",)
    (tmp_path / "m.toml").write_text('table.encoding = "latin-1"')
    first, _ = dspace_csv.read(Errand(tmp_path / "batch.csv", mapping=tmp_path / "m.toml"))
    assert first.item.texts("dc.title") == ("Fortuño",)


def test_what_columns_become_is_explained(table):
    errand = table("id,collection,dc.title[en],action,rowName,note", "1,1/2,A||B,,,x")
    told = {each.column: (each.becomes, each.examples) for each in dspace_csv.explain(errand)}
    assert told == {
        "id": ("identifier", ("1",)),
        "collection": ("set", ("1/2",)),
        "dc.title[en]": ("dc.title [en]", ("A", "B")),
        "action": ("state", ()),
        "rowName": ("rowname", ()),
        "note": ("", ("x",)),
    }
    assert [bool(each.left_out) for each in dspace_csv.explain(errand)] == [False] * 5 + [True]
