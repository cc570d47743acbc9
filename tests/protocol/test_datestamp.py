"""Datestamps: what is legal, what it covers, and that text and seconds are the same thing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.protocol.datestamp import EARLIEST, LATEST, Granularity, last_second, moment, parse, utc_text

SECONDS, DAY = Granularity.SECONDS, Granularity.DAY


@given(st.integers(EARLIEST, LATEST))
def test_a_second_survives_its_text(seconds):
    assert parse(utc_text(seconds)) == (seconds, SECONDS)


@given(st.dates())
def test_a_day_begins_at_midnight_and_lasts_until_one_second_before_the_next(day):
    first, granularity = parse(day.isoformat())
    assert moment(first) == datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert last_second(first, granularity) == first + 24 * 3600 - 1
    assert utc_text(first, DAY) == day.isoformat()


WORDS = """
    2015 2015-06 2015-6-01 20150601 2015-06-01T00:00Z 2015-06-01T00:00:00 2015-06-01t00:00:00Z 2015-06-01T00:00:00z
    2015-06-01T00:00:00.0Z 2015-06-01T00:00:00+00:00 2015-W23-1 2015-152 -2015-06-01 12015-06-01 2015-02-30 2015-02-29
    1900-02-29 2015-13-01 2015-00-01 2015-06-00 2015-06-31 2015-06-01T24:00:00Z 2015-06-01T23:60:00Z
    2015-06-01T23:59:60Z 0000-01-01 ２０１５-06-01
    """
BLANKS = ["", " 2015-06-01", "2015-06-01 ", "2015-06-01\n", "2015-06-01\0", "2015-06-01 00:00:00"]


@pytest.mark.parametrize("text", [*WORDS.split(), *BLANKS])
def test_any_other_form_is_refused(text):
    with pytest.raises(ValueError, match=r"neither|does not exist"):
        parse(text)


@pytest.mark.parametrize("text", ["2016-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar_are_legal(text):
    first, granularity = parse(text)
    assert utc_text(last_second(first, granularity), granularity) == text
