"""What each condition asks, and when time changes the answer."""

import pickle
from datetime import date, timedelta

import pytest

from oai_server.model import Value
from oai_server.rules import rule_of
from tests.rules.items import (
    CLOSED,
    DAY,
    ENDED,
    ENDLESS,
    ENDS_TOMORROW,
    GRANT,
    OPEN,
    RESTRICTED,
    TOMORROW,
    item,
)

TITLE = item(dc_title="On sets")


def holds(told, asked, day=DAY, source=""):
    return rule_of(told).holds(asked, day, source)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"all": [{"present": "dc.title"}, {"has_files": False}]}, True),
        ({"all": [{"present": "dc.title"}, {"has_files": True}]}, False),
        ({"all": [{"present": "dc.title"}] * 3 + [{"has_files": True}]}, False),
        ({"any": [{"has_files": True}, {"present": "dc.title"}]}, True),
        ({"any": [{"has_files": True}, {"absent": "dc.title"}]}, False),
        ({"not": {"has_files": True}}, True),
        ({"not": {"present": "dc.title", "has_files": True}}, True),
        ({"present": "dc.title", "has_files": True}, False),
    ],
)
def test_all_any_not_and_keys_side_by_side(told, outcome):
    assert holds(told, TITLE) is outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("dc.title", True),
        (["dc.creator", "dc.title"], True),
        ("dc.creator", False),
        ("dc.subject", False),  # nothing but a blank
        ("dc.relation", False),  # only the qualified one is there
        ("dc.relation.*", True),
    ],
)
def test_present_is_one_of_the_fields_with_a_value_and_absent_is_none(told, outcome):
    asked = item(dc_title="On sets", dc_subject=" ", dc_relation_ispartof="A journal")
    assert holds({"present": told}, asked) is outcome
    assert holds({"absent": told}, asked) is not outcome


@pytest.mark.parametrize(
    ("tests", "outcome"),
    [
        ({"equals": "Article"}, True),
        ({"equals": "article"}, False),
        ({"equals": "article", "ignore_case": True}, True),
        ({"one_of": ["Book", "Article"]}, True),
        ({"one_of": ["book", "article"]}, False),
        ({"begins_with": "Rev"}, True),
        ({"begins_with": ["x", "ART"], "ignore_case": True}, True),
        ({"matches": "tic"}, True),
        ({"matches": "^tic"}, False),
        ({"matches": "^ART", "ignore_case": True}, True),
        ({"begins_with": "Art", "matches": "view"}, False),  # not one value that passes both
        ({"begins_with": "Rev", "matches": "view$"}, True),
        ({"language": "en", "begins_with": "Rev"}, True),
        ({"language": "eng"}, True),
        ({"language": ["de", "fr"]}, False),
        ({"language": "en", "begins_with": "Art"}, False),
    ],
)
def test_a_field_passes_if_one_of_its_values_passes_every_test(tests, outcome):
    asked = item(dc_type=["Article", Value("Review", language="en_GB")])
    assert holds({"field": "dc.type", **tests}, asked) is outcome


@pytest.mark.parametrize(
    ("value", "tests", "outcome"),
    [
        ("120", {"at_least": 100, "at_most": 500}, True),
        ("99.5", {"at_least": 100}, False),
        ("-3", {"at_most": 0}, True),
        ("120", {"equals": 120}, True),
        ("120", {"one_of": [7, 120.0]}, True),
        ("many", {"at_least": 0}, False),
        ("2015-11-17", {"at_least": 2015, "at_most": 2015}, True),  # a date as its year
        ("2015-11-17", {"at_least": "2015-11-18"}, False),
        ("2015-11-17", {"at_most": date(2015, 11, 17)}, True),
        ("2015-11-17T10:00:00Z", {"at_most": "2015-11-17"}, True),
        ("2015-11", {"at_least": "2015-11-30", "at_most": "2015-11-01"}, True),  # as precise as both are
        ("2014", {"at_least": "2015-01-01"}, False),
        ("2016", {"at_most": "2015"}, False),
        ("2026-11-22", {"at_least": "today", "at_most": "today"}, True),
        ("2026-11-23", {"at_most": "today"}, False),
        ("2026-11-23", {"at_most": "today+1"}, True),
        ("2026-11-21", {"at_least": "today-1"}, True),
        ("in press", {"at_most": "today"}, False),
    ],
)
def test_bounds_of_numbers_years_and_days(value, tests, outcome):
    assert holds({"field": "dc.date", **tests}, item(dc_date=value)) is outcome


@pytest.mark.parametrize(
    ("value", "tests", "turn"),
    [
        ("2026-12-01", {"at_most": "today"}, date(2026, 12, 1)),
        ("2026-12-01", {"at_most": "today+5"}, date(2026, 11, 26)),
        ("2026-12", {"at_most": "today"}, date(2026, 12, 1)),
        ("2027", {"at_most": "today"}, date(2027, 1, 1)),
        ("2026-11-22", {"at_least": "today"}, TOMORROW),
        ("2026-11", {"at_least": "today-10"}, date(2026, 12, 11)),
        ("2026", {"at_least": "today"}, date(2027, 1, 1)),
        ("2026-11-20", {"at_least": "today"}, None),
        ("2026-11-20", {"at_most": "today"}, None),
        ("9999-12-31", {"at_least": "today"}, None),  # the calendar ends
        ("9999", {"at_least": "today"}, None),
        ("0001-01-01", {"at_most": "today+10"}, None),
        ("2026-12-01", {"at_most": "2026-12-01"}, None),  # today has no part in it
    ],
)
def test_a_bound_that_moves_with_today_turns_on_its_day(value, tests, turn):
    assert rule_of({"field": "dc.date", **tests}).changes_after(item(dc_date=value), DAY) == turn


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"at_least": 2015, "at_most": 2020}, True),
        ({"at_least": 2016}, False),
        (True, True),
        (False, False),
    ],
)
def test_the_date_of_issue(told, outcome):
    assert holds({"issued": told}, item(dc_date_issued="2015-11")) is outcome
    assert holds({"issued": told}, item()) is (told is False)


@pytest.mark.parametrize(
    ("file", "outcome"),
    [(ENDS_TOMORROW, True), (ENDED, True), (ENDLESS, False), (OPEN, False)],
)
def test_the_end_of_an_embargo(file, outcome):
    told = {"at_least": "today", "at_most": "today+30"}
    assert holds({"embargo_end": told}, item(files=(file,))) is outcome
    assert holds({"embargo_end": True}, item(files=(file,))) is outcome


@pytest.mark.parametrize(
    ("files", "statuses"),
    [
        ((), {"metadata only"}),
        ((OPEN, RESTRICTED), {"open"}),
        ((RESTRICTED, OPEN), {"restricted"}),
        ((CLOSED,), {"closed", "metadata only"}),
        ((ENDS_TOMORROW,), {"embargoed"}),
        ((ENDED,), {"open"}),
        ((ENDLESS,), {"embargoed"}),
    ],
)
def test_access_is_that_of_the_first_file_on_the_day(files, statuses):
    for status in ("open", "embargoed", "restricted", "closed", "metadata only"):
        assert holds({"access": status}, item(files=files)) is (status in statuses), status


def test_an_embargo_turns_into_open_access_on_its_last_day():
    rule, asked = rule_of({"not": {"access": "open"}}), item(files=(ENDS_TOMORROW,))
    assert rule.holds(asked, DAY)
    assert rule.changes_after(asked, DAY) == TOMORROW
    assert not rule.holds(asked, TOMORROW)
    assert rule.changes_after(asked, TOMORROW) is None


def test_the_first_of_several_turns_counts():
    rule = rule_of({"any": [{"access": "open"}, {"field": "dc.date", "at_most": "today"}, {"present": "dc.title"}]})
    later = item(files=(ENDS_TOMORROW,), dc_date="2027")
    assert rule.changes_after(later, DAY) == TOMORROW
    assert rule.changes_after(later, TOMORROW) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("info:eu-repo/semantics/openAccess", {"open"}),
        ("open access", {"open"}),
        ("http://purl.org/coar/access_right/c_f1cf", {"embargoed"}),
        ("info:eu-repo/semantics/closedAccess", {"closed", "metadata only"}),
        ("https://creativecommons.org/licenses/by/4.0/", set()),
        ("x" * 5000, set()),
    ],
)
def test_what_the_rights_fields_tell(text, statuses):
    for status in ("open", "embargoed", "restricted", "closed", "metadata only"):
        assert holds({"told_access": status}, item(dc_rights=text)) is (status in statuses), status


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("doctoral thesis", True),
        ("PhD thesis", True),
        ("thesis", True),
        ("text", True),
        ("master thesis", False),
        (["book", "thesis"], True),
        ("http://purl.org/coar/resource_type/c_db06", True),
        ("info:eu-repo/semantics/doctoralThesis", True),
        ("info:eu-repo/semantics/article", False),
        ("doc-type:doctoralThesis", True),
        ("doc-type:StudyThesis", False),
        ("other", False),
    ],
)
def test_a_type_takes_in_the_narrower_ones(told, outcome):
    assert holds({"type": told}, item(dc_type="info:eu-repo/semantics/doctoralThesis")) is outcome


def test_an_item_that_tells_no_type_is_other():
    assert holds({"type": "other"}, item())
    assert holds({"type": "http://purl.org/coar/resource_type/c_1843"}, item())


@pytest.mark.parametrize(("told", "outcome"), [("en", True), (["ger", "fra"], True), ("fra", False), ("German", True)])
def test_the_languages_of_the_content(told, outcome):
    assert holds({"language": told}, item(dc_language_iso=["en_US", "deu"])) is outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("science", True),
        ("science:physics", True),
        ("science:phys", False),
        ("health", False),
        (["a", "science"], True),
    ],
)
def test_collections_take_in_what_is_below_them(told, outcome):
    assert holds({"collections": told}, item(sets=("arts", "science:physics"))) is outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"funder": "EC"}, True),
        ({"funder": "European Commission"}, True),
        ({"funder": "https://doi.org/10.13039/501100000780"}, True),
        ({"funder": ["WT", "NSF"]}, False),
        ({"project": True}, True),
        ({"project": False}, False),
        ({"project": "info:eu-repo/grantAgreement/EC"}, True),
        ({"project": "info:eu-repo/grantagreement/ec/h2020/"}, True),
        ({"project": "info:eu-repo/grantAgreement/EC/H20"}, False),  # parts are whole
        ({"project": "info:eu-repo/grantAgreement/EC/FP7"}, False),
    ],
)
def test_funder_and_project(told, outcome):
    assert holds(told, item(dc_relation=GRANT)) is outcome


def test_a_sponsor_without_a_number_is_no_project():
    asked = item(dc_description_sponsorship="Example Foundation")
    assert holds({"funder": "Example Foundation", "project": False}, asked)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("oai:demo.example.org:1", True),
        (["oai:demo.example.org:2"], False),
        ({"begins_with": "oai:demo"}, True),
        ({"matches": ":[0-9]$"}, True),
        ({"equals": "OAI:demo.example.org:1", "ignore_case": True}, True),
    ],
)
def test_the_identifier(told, outcome):
    assert holds({"identifier": told}, TITLE) is outcome


def test_the_source_by_its_name():
    told = {"source": {"begins_with": "saf:"}}
    assert holds(told, TITLE, source="saf:/data/items")
    assert not holds(told, TITLE)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "must not be empty"),
        ("open", "must be a table"),
        ({"acess": "open"}, "does not know acess; known keys are absent, access"),
        ({"access": "opne"}, "access does not know opne; known are open, embargoed"),
        ({"any": []}, "any must be a list of at least one table"),
        ({"any": [{"access": "open"}, {"type": "thingy"}]}, "any[1].type does not know thingy; 'journal article'"),
        ({"not": {"all": [{"field": "dc.title"}]}}, "not.all[0].field needs a test beside it: equals, one_of"),
        ({"field": "title", "equals": "x"}, "field must name fields such as dc.subject"),
        ({"equals": "x"}, "equals needs a field beside it"),
        ({"field": "dc.title", "equals": ["x"]}, "equals must be one text or number; a list goes with one_of"),
        ({"field": "dc.title", "at_least": "soon"}, "at_least must be a number, a year, a day such as"),
        ({"field": "dc.date", "at_most": "today+99999"}, "at_most must not be farther from today than 36600 days"),
        ({"field": "dc.title", "matches": "(a+)+$"}, "matches repeats a group that has a repeat"),
        ({"field": "dc.title", "language": "Klingonisch"}, "language does not know Klingonisch; a code such as en"),
        ({"has_files": "yes"}, "has_files must be true or false"),
        ({"issued": {"after": 2000}}, "issued does not know after; known keys are at_least, at_most"),
        ({"project": "EC"}, "project must be true, false, or begin with info:eu-repo/grantAgreement/"),
        ({"collections": "a:"}, "collections must be setSpecs such as science or science:physics, not 'a:'"),
        ({"type": "doc-type:Thesis"}, "type does not know Thesis; known are preprint"),
    ],
)
def test_an_error_names_the_key_and_what_would_do(told, message):
    with pytest.raises(ValueError) as error:
        rule_of(told)
    assert str(error.value).startswith(message)


def test_a_rule_is_bounded_in_depth_and_in_size():
    deep = {"has_files": True}
    for _ in range(5000):
        deep = {"not": deep}
    with pytest.raises(ValueError, match="more than 20 conditions inside one another"):
        rule_of(deep)
    with pytest.raises(ValueError, match="more than 1000 conditions"):
        rule_of({"any": [{"has_files": True}] * 1001})


def test_a_rule_can_be_compared_and_sent_to_another_process():
    told = {"field": "dc.date", "at_most": date(2016, 3, 31), "ignore_case": True, "access": ["open"]}
    rule = rule_of(told)
    again = pickle.loads(pickle.dumps(rule))
    assert again == rule == rule_of(dict(reversed(told.items())))
    assert hash(again) == hash(rule)
    assert again != rule_of({"access": ["open"]})
    asked = item(dc_date="2016-03-31", files=(OPEN,))
    assert again.holds(asked, DAY) and rule.holds(asked, DAY + timedelta(1))
