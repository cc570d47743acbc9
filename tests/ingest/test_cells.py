"""What rules make of the cells of a row."""

import tomllib
from collections.abc import Sequence

import pytest

from oai_server.ingest.cells import Cells, Mapper, Record, columns_of, set_spec
from oai_server.ingest.columns import mapping_of
from oai_server.model import SET_SPEC, Item, Reading, Value

HEADING = ["a", "c", "date", "empty", "none", "twice", "twice", "number", "leap", "lang"]
ROW = [" A b ", "x;y, z;;x", "12/3/59", " ", "n/a", "one", "two", "3.14159", "2/29/00", "nb"]


def cells_of(heading: Sequence[str], row: Sequence[str]) -> Cells:
    columns = columns_of(heading)
    return lambda name: [row[place] for place in columns.get(name, ())]


def item(mapping: str) -> Item:
    """The item that a mapping makes of the row."""
    mapper = Mapper(mapping_of(tomllib.loads(mapping)), "table.csv", "table")
    *_, reading = mapper.readings([Record(cells_of(HEADING, ROW), 2, 1)])
    assert isinstance(reading, Reading)
    return reading.item


RULES = {
    '"a"': ["A b"],
    '{column = "a"}': ["A b"],
    "{column = 1}": ["A b"],
    '{column = "twice"}': ["one", "two"],
    "{column = 7}": ["two"],
    '["a", "c"]': ["A b", "x;y, z;;x"],
    '{columns = ["a", "empty", "date"]}': ["A b 12/3/59"],
    '{columns = ["empty"], join = "-"}': [],
    '{first_of = ["empty", "none", "date", "a"]}': ["12/3/59"],
    '{constant = "Text"}': ["Text"],
    '{column = "c", split = ";"}': ["x", "y, z", "x"],
    '{column = "c", split = [";", ", "]}': ["x", "y", "z", "x"],
    '{column = "c", split = ";", once = true}': ["x", "y, z"],
    '{column = "c", split = ";", drop = ["x"]}': ["y, z"],
    '{column = "c", split = ";", keep = "^x"}': ["x", "x"],
    '{column = "c", split = ";", translate = {x = "ex"}}': ["ex", "y, z", "ex"],
    '{column = "a", replace = [["(A) (b)", \'\\2, \\1\'], ["b", "B"]]}': ["B, A"],
    '{column = "a", template = "https://x.org/{}/{date}"}': ["https://x.org/A b/12/3/59"],
    '{column = "a", template = "{} {empty}"}': [],
    '{column = "number", number = "000.00"}': ["003.14"],
    '{column = "number", number = "0"}': ["3"],
    '{column = "a", number = "000.00"}': ["A b"],
    '{column = "date", date = "%d/%m/%y", century = 1950}': ["1959-03-12"],
    '{column = "date", date = ["%m/%d/%Y", "%m/%d/%y"], century = 1960}': ["2059-12-03"],
    '{column = "date", date = "%m/%d/%y"}': ["12/3/59"],
    '{column = "date", replace = [["/3/59", " 1959"]], date = "%m %Y"}': ["1959-12"],
    '{column = "date", replace = [[".*/", "19"]], date = "%Y"}': ["1959"],
    '{column = "leap", date = "%m/%d/%y", century = 1900}': ["2/29/00"],
    '{column = "none"}': [],
    '{column = "gone", optional = true}': [],
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_makes_values(rule):
    assert list(item(f'fields."dc.title" = {rule}\ntable.empty = ["n/a"]').texts("dc.title")) == RULES[rule]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ('{column = "a", language = "en"}', Value("A b", "en")),
        ('{column = "a", language_of = "lang"}', Value("A b", "nb")),
        ('{column = "a", language_of = "empty", language = "en"}', Value("A b", "en")),
        ('{column = "a", language_of = "empty"}', Value("A b")),
    ],
)
def test_a_language_is_said_or_stands_in_a_column(rule, value):
    assert item(f'fields."dc.title" = {rule}').values("dc.title") == (value,)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("cs:DL", "cs:DL"),
        ("Pop Art", "Pop_Art"),
        ("on paper, unique", "on_paper_unique"),
        ("Ärt?", "Art"),
        ("a: b", "a_b"),
        ("Shoreham / The Ancients", "Shoreham_The_Ancients"),
    ],
)
def test_a_text_becomes_a_set_spec(text, spec):
    assert set_spec(text) == spec


@pytest.mark.parametrize("texts", [("Поп", "Рок"), ("Музей 1", "Школа 1"), ("日本", "中国"), ("?", "!?")])
def test_letters_that_a_set_spec_cannot_hold_still_tell_sets_apart(texts):
    specs = {set_spec(text) for text in texts}
    assert len(specs) == len(texts)
    assert all(SET_SPEC.fullmatch(spec) for spec in specs)
