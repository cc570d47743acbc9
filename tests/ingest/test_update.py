"""What a row changes in an item that is here already, and what it leaves alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oai_server.ingest.update import Update, updated
from oai_server.model import File, Item, Value

STORED = Item(
    "oai:demo.example.org:26",
    {
        "dc.title": (Value("Exotic plants", "en_US"), Value("Plantes exotiques", "fr")),
        "dc.subject": (Value("copperhead"), Value("habitat", "en_US"), Value("density")),
        "dc.type": (Value("Dataset"),),
    },
    sets=("col_123456789_25",),
    files=(File("data.csv"),),
    xml={"mods": "<mods/>"},
)


def update(*columns: tuple[str, str | None], metadata: dict[str, tuple[Value, ...]] | None = None, **more) -> Update:
    return Update(Item(STORED.identifier, metadata or {}, **more.pop("item", {})), columns, "rows.csv", 2, **more)


@pytest.mark.parametrize(
    ("columns", "given", "name", "values"),
    [
        (
            [("dc.title", "fr")],
            {"dc.title": (Value("Des plantes", "fr"),)},
            "dc.title",
            ["Exotic plants", "Des plantes"],
        ),
        ([("dc.title", "en_US")], {"dc.title": (Value("A", "en_US"),)}, "dc.title", ["A", "Plantes exotiques"]),
        (
            [("dc.title", "de")],
            {"dc.title": (Value("P", "de"),)},
            "dc.title",
            ["Exotic plants", "Plantes exotiques", "P"],
        ),
        ([("dc.title", "en_US")], {}, "dc.title", ["Plantes exotiques"]),
        (
            [("dc.subject", None)],
            {"dc.subject": (Value("snake"), Value("weed"))},
            "dc.subject",
            ["snake", "weed", "habitat"],
        ),
        ([("dc.subject", "en_US")], {}, "dc.subject", ["copperhead", "density"]),
        ([("dc.subject", None), ("dc.subject", "en_US")], {}, "dc.subject", []),
        ([("dc.date.issued", None)], {"dc.date.issued": (Value("2014"),)}, "dc.date.issued", ["2014"]),
        ([("dc.date.issued", None)], {}, "dc.date.issued", []),
    ],
)
def test_a_column_replaces_its_field_in_its_language_and_an_empty_cell_removes_it(columns, given, name, values):
    after = updated(STORED, update(*columns, metadata=given))
    assert list(after.texts(name)) == values
    assert (name in after.metadata) is bool(values)
    others = set(STORED.metadata) - {name}
    assert {each: after.metadata[each] for each in others} == {each: STORED.metadata[each] for each in others}


@pytest.mark.parametrize("language", [None, "", "*", "none", " "])
def test_no_language_and_the_empty_one_are_one_column_in_the_store(language):
    after = updated(STORED, update(("dc.type", language), metadata={"dc.type": (Value("Thesis", language),)}))
    assert after.texts("dc.type") == ("Thesis",)


def test_what_has_no_column_stays():
    assert updated(STORED, update()) == STORED


def test_values_that_no_column_names_are_not_taken():
    """What is in the item but not in a column is no change: the columns alone say what is replaced."""
    assert updated(STORED, update(metadata={"dc.title": (Value("Another"),)})) == STORED


def test_sets_and_state_change_only_where_they_are_given():
    given = {"item": {"sets": ("col_1_2",), "state": "withdrawn"}}
    assert updated(STORED, update(**given)) == STORED
    after = updated(STORED, update(**given, sets_given=True, state_given=True))
    assert (after.sets, after.state) == (("col_1_2",), "withdrawn")
    assert (after.files, after.xml) == (STORED.files, STORED.xml)


def test_an_update_is_an_item_of_its_own_where_there_is_none():
    row = update(("dc.title", None), metadata={"dc.title": (Value("T"),)})
    assert (row.reading.item, row.reading.file, row.reading.line) == (row.item, "rows.csv", 2)
    assert (row.missing.degree, row.missing.line, row.missing.identifier) == ("refused", 2, STORED.identifier)


values = st.lists(st.builds(Value, st.text("ab", min_size=1), st.sampled_from([None, "en", "fr"])), max_size=5).map(
    tuple
)


@settings(deadline=None)
@given(values, values, st.sets(st.sampled_from([None, "en", "fr"])))
def test_the_same_update_twice_is_the_update_once(old, new, languages):
    given = tuple(value for value in new if value.language in languages)
    stored = Item("1", {"dc.subject": old} if old else {})
    row = Update(Item("1", {"dc.subject": given}), tuple(("dc.subject", each) for each in languages), "rows.csv")
    once = updated(stored, row)
    assert updated(once, row) == once
    kept = [value for value in once.metadata.get("dc.subject", ()) if value.language not in languages]
    assert kept == [value for value in old if value.language not in languages]
