"""Sets by rule: what they are called, who is in them."""

import pickle
import tomllib

import pytest

from oai_server import shipped
from oai_server.formats import known_formats
from oai_server.model import SET_SPEC, Set
from oai_server.rules import Membership, merged, rule_of, set_rules_of, shipped_set_rules
from oai_server.rules.dini import ddc_groups, doc_type
from tests.rules.items import CLOSED, DAY, ENDS_TOMORROW, GRANT, OPEN, TOMORROW, item

SHIPPED = Membership(tuple(shipped_set_rules().values()))
ARTICLE = {"dc_type": "info:eu-repo/semantics/article"}
TOLD_OPEN = {"dc_rights": "info:eu-repo/semantics/openAccess"}


def ours(told):
    return Membership(set_rules_of(told))


@pytest.mark.parametrize(
    ("asked", "specs"),
    [
        (item(files=(OPEN,), **ARTICLE), {"openaire", "driver", "open_access", "doc-type:article"}),
        (item(files=(CLOSED,), **ARTICLE), {"doc-type:article"}),
        (item(files=(ENDS_TOMORROW,), **ARTICLE), {"doc-type:article"}),
        (
            item(files=(CLOSED,), dc_relation=GRANT, **ARTICLE),
            {"openaire", "ec_fundedresources", "doc-type:article"},
        ),
        (item(**TOLD_OPEN, **ARTICLE), {"openaire", "driver", "open_access", "doc-type:article"}),
        (item(files=(CLOSED,), **TOLD_OPEN, **ARTICLE), {"doc-type:article"}),  # its files know better
        (item(files=(OPEN,), dc_type="photograph"), {"openaire", "open_access", "doc-type:StillImage"}),
        (item(dc_type="dataset"), {"openaire_data", "doc-type:ResearchData"}),
        (
            item(dc_subject_ddc="519.5", oaire_version="http://purl.org/coar/version/c_ab4af688f83e57aa"),
            {"ddc:510", "status-type:acceptedVersion", "doc-type:Other"},
        ),
    ],
)
def test_the_shipped_sets(asked, specs):
    assert set(SHIPPED.sets_of(asked, DAY)) == specs


def test_an_embargoed_item_enters_the_open_sets_on_the_day():
    asked = item(files=(ENDS_TOMORROW,), **ARTICLE)
    assert SHIPPED.changes_after(asked, DAY) == TOMORROW
    assert {"openaire", "driver", "open_access"} <= set(SHIPPED.sets_of(asked, TOMORROW))


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("004", "004"),
        ("006.3", "004"),
        ("025.04 Information systems", "020"),
        ("040", "000"),
        ("120", "100"),
        ("140", "100"),
        ("234", "230"),
        ("280", "230"),
        ("299.5", "290"),
        ("333.3", "330"),
        ("333.7", "333.7"),
        ("333.95", "333.7"),
        ("358.4", "355"),
        ("519.5", "510"),
        ("686.2", "670"),
        ("741.5973", "741.5"),
        ("742", "740"),
        ("794.1", "793"),
        ("914.31", "914.3"),
        ("914.4", "910"),
        ("943.086", "943"),
        ("944", "940"),
        ("ddc:610", "610"),
        ("DDC 610 Medicine", "610"),
        ("info:eu-repo/classification/ddc/610", "610"),
        ("6", None),
        ("12345", None),
        ("Medicine", None),
    ],
)
def test_a_dewey_notation_is_in_one_group(text, group):
    assert ddc_groups(item(dc_subject_ddc=text)) == ((group,) if group else ())


def test_a_subject_is_a_notation_only_if_it_says_so():
    assert ddc_groups(item(dc_subject=["ddc:150", "007 in films", "info:eu-repo/classification/ddc/510"])) == (
        "150",
        "510",
    )


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("journal article", "article"),
        ("data paper", "article"),
        ("newspaper article", "contributionToPeriodical"),
        ("magazine", "Periodical"),
        ("book chapter", "bookPart"),
        ("PhD thesis", "doctoralThesis"),
        ("Thesis", "Text"),
        ("video", "MovingImage"),
        ("map", "CartographicMaterial"),
        ("learning object", "CourseMaterial"),
        ("computational notebook", "Software"),
        ("trademark", "Other"),
        ("nonsense", "Other"),
    ],
)
def test_a_type_has_one_document_type(told, known):
    assert doc_type(item(dc_type=told)) == known


def test_sets_of_values_are_named_by_the_certificate_and_by_us():
    rules = ours({"doc-type:*": True, "ddc:*": {"name": "Dewey", "value": "ddc", "names": {"510": "Mathematik"}}})
    assert rules.described("doc-type:doctoralThesis") == Set("doc-type:doctoralThesis", "Doctoral thesis")
    assert rules.described("ddc") == Set("ddc", "Dewey")
    assert rules.described("ddc:510") == Set("ddc:510", "Mathematik")
    assert rules.described("ddc:512") == Set("ddc:512", "512")
    assert rules.described("ddc:512:1") is rules.described("dd") is rules.described("other") is None
    assert Set("ddc:333.7", "Natural resources, energy and environment") in rules.sets()


def test_every_shipped_setspec_is_legal_and_named():
    assert all(SET_SPEC.fullmatch(each.spec) and each.name.strip() for each in SHIPPED.sets())
    assert len(SHIPPED.sets()) == len({each.spec for each in SHIPPED.sets()})


def test_values_become_elements_of_a_setspec():
    rules = ours({"s:*": {"name": "Subjects", "value": "field:dc.subject"}})
    asked = item(dc_subject=["Health care", "a:b", "Übung", "???", "health", "Health  care"])
    assert rules.sets_of(asked, DAY) == ("s:Health-care", "s:a-b", "s:bung", "s:health")
    many = item(dc_subject=[f"{number:03}" + "x" * 500 for number in range(100)])
    found = rules.sets_of(many, DAY)
    assert len(found) == 50 and all(SET_SPEC.fullmatch(spec) and len(spec) < 100 for spec in found)


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        ("year", ["2015"]),
        ("language", ["en", "de"]),
        ("type", ["journal-article"]),
        ("ddc-class", ["500", "000"]),
    ],
)
def test_values_that_make_sets(value, elements):
    asked = item(
        dc_date_issued="2015-11",
        dc_language_iso=["eng", "ger"],
        dc_type="article",
        dc_subject_ddc=["519.5", "005", "530"],
    )
    found = ours({"by:*": {"name": "By", "value": value}}).sets_of(asked, DAY)
    assert found == tuple(f"by:{each}" for each in elements)


def test_an_item_is_not_told_to_be_above_its_own_sets():
    rules = ours({"open": {"name": "Open"}, "open:english": {"name": "In English", "when": {"language": "en"}}})
    assert rules.sets_of(item(dc_language="en"), DAY) == ("open:english",)
    assert rules.sets_of(item(), DAY) == ("open",)
    assert merged(("a", "b:c"), ("b", "a", "d")) == ("a", "b:c", "d")


def test_a_profile_chooses_its_sets():
    assert SHIPPED.chosen(["driver", "doc-type:*"]).sets_of(item(files=(OPEN,), **ARTICLE), DAY) == (
        "driver",
        "doc-type:article",
    )


def test_a_membership_is_known_by_its_conditions_and_not_by_its_names():
    one = ours({"a": {"name": "A", "when": {"access": "open"}}})
    renamed = ours({"a": {"name": "Other", "description": "Told.", "when": {"access": "open"}}})
    changed = ours({"a": {"name": "A", "when": {"access": "restricted"}}})
    assert one.fingerprint == renamed.fingerprint != changed.fingerprint
    assert one != renamed
    assert pickle.loads(pickle.dumps(SHIPPED)) == SHIPPED


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([], "must be a table of setSpecs"),
        ({"nope": True}, "nope is true, but no such rule is shipped; shipped are openaire"),
        ({"a:": {"name": "A"}}, '"a:" is no setSpec'),
        ({"a b": {"name": "A"}}, '"a b" is no setSpec'),
        ({"a": {}}, "a must not be empty"),
        ({"a": {"when": {"access": "open"}}}, "a needs a name"),
        ({"a": {"name": " "}}, "a.name must be a text that is not empty"),
        ({"a": {"name": "A", "if": 1}}, "a does not know if; known keys are description, name, names, value, when"),
        ({"a": {"name": "A", "when": {"any": [{"x": 1}]}}}, "a.when.any[0] does not know x"),
        ({"a:*": {"name": "A"}}, '"a:*" ends with :* and needs a value: doc-type, ddc'),
        ({"a": {"name": "A", "value": "ddc"}}, "a.value makes several sets: the setSpec must end with :*"),
        ({"a:*": {"name": "A", "value": "colour"}}, '"a:*".value must be one of doc-type'),
        ({"a": {"name": "A", "names": {"x": "X"}}}, "a.names must be a table beside value"),
        ({"a:*": {"name": "A", "value": "year", "names": {"a b": "X"}}}, '"a:*".names.a b is no element'),
    ],
)
def test_an_error_names_the_rule_the_key_and_what_would_do(told, message):
    with pytest.raises(ValueError) as error:
        set_rules_of(told)
    assert str(error.value).startswith(message)


def test_a_rule_that_is_false_is_left_out():
    assert set_rules_of({"openaire": False}) == ()


PROFILES = tomllib.loads((shipped("data") / "profiles.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", PROFILES)
def test_a_shipped_profile_names_what_exists(name):
    profile = PROFILES[name]
    assert set(profile) - {"filter"} == {"name", "repository_name_suffix", "formats", "sets", "hide_embargoed"}
    assert set(profile["formats"]) <= set(known_formats())
    assert set(profile["sets"]) <= set(shipped_set_rules())


FULL = {"dc_title": "On sets", "dc_contributor_author": "Doe, Jane", "dc_date_issued": "2020"}


@pytest.mark.parametrize(
    ("asked", "profiles"),
    [
        (item(files=(OPEN,), **FULL, **ARTICLE), {"openaire", "driver", "rioxx"}),
        (item(files=(ENDS_TOMORROW,), **FULL, **ARTICLE), {"rioxx"}),
        (item(files=(ENDS_TOMORROW,), dc_relation=GRANT, **FULL, **ARTICLE), {"openaire", "rioxx"}),
        (item(files=(OPEN,), dc_title="No author", dc_date_issued="2020", **ARTICLE), {"rioxx"}),
        (item(dc_identifier_doi="10.5281/zenodo.1", dc_type="dataset"), {"datacite"}),
        (item(dc_identifier_uri="https://doi.org/10.5281/zenodo.1"), {"datacite"}),
        (item(dc_identifier_uri="https://example.org/110.5281/1"), set()),
    ],
)
def test_who_passes_the_filters_of_the_shipped_profiles(asked, profiles):
    filters = {name: rule_of(profile["filter"]) for name, profile in PROFILES.items() if "filter" in profile}
    assert {name for name, rule in filters.items() if rule.holds(asked, DAY)} == profiles
