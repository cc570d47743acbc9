"""Mapping files: the examples are right, and one that is wrong says where."""

import pytest

from oai_server.ingest import columns
from oai_server.ingest.columns import KEYS, TABLE, TOP, load
from oai_server.ingest.source import SourceError
from tests.judges import ROOT

EXAMPLES = sorted((ROOT / "examples" / "mappings").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_a_mapping(path):
    targets = {target for target, _ in load(path).rules()}
    assert {"identifier", "dc.title"} <= targets


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("fields.title = 'a'", "fields.title: not a field"),
        ('field."dc.title" = "a"', "unknown key 'field'; known are datestamp, fields"),
        ('fields."dc.title" = {colum = "a"}', "unknown key 'colum'"),
        ('fields."dc.title" = {split = ";"}', "needs one of column, columns, first_of, constant"),
        ('fields."dc.title" = {column = "a", constant = "b"}', "not column and constant"),
        ('fields."dc.title" = {column = "a", replace = [["(", ""]]}', "unterminated"),
        ('fields."dc.title" = {column = "a", replace = [["a", \'\\1\']]}', "invalid group reference"),
        ('fields."dc.title" = {column = "a", replace = ["a"]}', "a list of .pattern, replacement."),
        ('fields."dc.title" = {column = "a", keep = "["}', "unterminated"),
        ('fields."dc.title" = {column = "a", split = ""}', "split must be text"),
        ('fields."dc.title" = {column = "a", number = "5"}', "zeros with a point"),
        ('fields."dc.title" = {column = "a", once = "yes"}', "true or false"),
        ('fields."dc.title" = {column = "a", under = "x"}', "unknown key 'under'"),
        ('fields."dc.title" = 3', "must be the name of a column"),
        ('fields."dc.title" = {column = 0}', "counted from 1"),
        ('sets = {column = "a", under = "a b"}', "under must be a setSpec"),
        ('files = {column = "a", access = "free"}', "one of open, restricted, closed"),
        ('set_names = {"a b" = "x"}', "must be a setSpec"),
        ('table.separator = "::"', "one character"),
        ("table.encoding = 1", "must be text"),
        ("table.heading = true", "the row in which"),
        ("fields = 1", "must be a table"),
        ("a = ", "mapping.toml: Invalid value"),
    ],
)
def test_a_mapping_file_that_is_wrong_says_where(tmp_path, mapping, says):
    path = tmp_path / "mapping.toml"
    path.write_text(mapping)
    with pytest.raises(SourceError, match=says):
        load(path)


def test_every_key_is_documented():
    keys = KEYS | TABLE | (TOP - {"table", "fields"}) | {"under", "url", "access"}
    assert columns.__doc__ is not None
    assert not [key for key in keys if f"``{key}``" not in columns.__doc__ and f"[{key}]" not in columns.__doc__]
