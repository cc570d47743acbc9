"""Dates as precise as they were given; what is no date is not made into one."""

from datetime import date

import pytest

from oai_server.formats.dates import accepted, day_or_none, embargo_end, iso, issued, w3cdtf, year
from oai_server.model import File
from tests.formats.items import item


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2015", "2015"),
        ("2015-11", "2015-11"),
        ("2015-11-17", "2015-11-17"),
        ("2015-11-17T10:00:00Z", "2015-11-17"),
        ("2024-02-29", "2024-02-29"),
        ("2023-02-29", None),
        ("2015-13", None),
        ("0000", None),
        ("17-Nov-2015", None),
        ("2009/2013", None),
        ("2009-01-01/2013-12-31", None),
        ("2015-1-7", None),
        ("n.d.", None),
        ("", None),
    ],
)
def test_an_iso_date_is_one_of_the_calendar(text, known):
    assert iso(text) == known


def test_the_date_of_issue_is_the_first_that_is_a_date():
    told = item({"dc.date.issued": ["in print", "2015-11-17"], "dc.date": "2014"})
    assert (issued(told), year(told)) == ("2015-11-17", "2015")
    assert issued(item({"dc.date": "2014", "dc.date.accessioned": "2020-01-01"})) == "2014"
    assert issued(item({"dc.date.accessioned": "2020-01-01"})) is None
    assert year(item({})) is None
    assert accepted(item({"dc.date.accepted": "2017-10-30"})) == "2017-10-30"


def test_a_day_is_a_whole_date():
    assert day_or_none("2015-11-17T10:00:00Z") == date(2015, 11, 17)
    assert day_or_none("2015-11") is None


EMBARGOED = File("a.pdf", access="embargoed")
DATED = File("a.pdf", access="embargoed", available=date(2031, 6, 30))


@pytest.mark.parametrize(
    ("fields", "file", "end"),
    [
        ({}, DATED, date(2031, 6, 30)),
        ({"dc.date.embargo": "2030-01-01"}, DATED, date(2031, 6, 30)),
        ({"dc.date.embargo": "2030-01-01"}, EMBARGOED, date(2030, 1, 1)),
        ({"dc.date": "info:eu-repo/date/embargoEnd/2030-01-01"}, EMBARGOED, date(2030, 1, 1)),
        ({"dc.date": "2030-01-01"}, EMBARGOED, None),
        ({"dc.date.embargo": "2030-01-01"}, File("a.pdf", access="open"), None),
        ({"dc.date.embargo": "2030"}, EMBARGOED, None),
    ],
)
def test_an_embargo_ends_on_the_day_of_its_file_or_of_its_field(fields, file, end):
    assert embargo_end(item(fields, file)) == end


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2015", "2015"),
        ("2015-11-17", "2015-11-17"),
        ("2015-11-17T10:00:00Z", "2015-11-17T10:00:00Z"),
        ("2015-11-17T10:00:00.5+01:00", "2015-11-17T10:00:00.5+01:00"),
        ("2015-11-17T10:00Z", "2015-11-17T10:00:00Z"),
        ("2015-11-17T10:00:00", "2015-11-17"),
        ("2015-11-17T25:00:00Z", "2015-11-17"),
        ("17-Nov-2015", None),
    ],
)
def test_w3cdtf_has_a_zone_with_every_time(text, known):
    assert w3cdtf(text) == known
