"""ListIdentifiers and ListRecords: selective harvesting (sections 2.5.1, 2.6, 2.7, 4.3 and 4.5)."""

import re
from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest
from lxml import etree
from sqlalchemy import event

from oai_server.formats import chosen_formats
from oai_server.model import Value
from tests.conformance.asking import (
    DOMAIN,
    LIST_VERBS,
    ONE,
    PREFIXES,
    asked,
    get_and_post,
    headers,
    locals_of,
    records,
    specs,
)
from tests.conformance.conftest import DELETED, SHELF, SHELF_SETS
from tests.conformance.test_6_records import RIGHTS, THESIS
from tests.conftest import item, readings

ALL = [*SHELF]
STAMPS = {local: stamp for local, (stamp, _) in SHELF.items()}


def held(spec: str) -> list[str]:
    """The items of the shelf in a set or below it."""
    below = (spec, f"{spec}:")
    return [
        local
        for local, (_, sets) in SHELF.items()
        if any(each == below[0] or each.startswith(below[1]) for each in sets)
    ]


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("more", [{}, {"set": "health"}, {"from_": "2020-01-01", "until": "2021-01-01"}])
def test_701_a_prefix_is_required(client, verb, more):
    """Sections 4.3 and 4.5: of ListIdentifiers too."""
    answer = client(verb=verb, **more)
    assert answer.codes == ["badArgument"]
    assert "metadataPrefix" in answer.texts("error")[0]


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("more", [{}, {"set": "health"}, {"from_": "9999-12-31"}, {"set": "nowhere"}])
def test_702_a_format_that_the_repository_has_not(client, barren, verb, more):
    """Sections 4.3 and 4.5: cannotDisseminateFormat, though nothing would match."""
    assert client(verb=verb, metadataPrefix="marc21", **more).codes == ["cannotDisseminateFormat"]
    if "set" not in more:
        assert barren(verb=verb, metadataPrefix="marc21", **more).codes == ["cannotDisseminateFormat"]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    "more",
    [{}, {"set": "science"}, {"set": "theses"}, {"from_": "2020-02-29"}, {"until": "2019-01-01T00:00:00Z"}],
)
def test_703_both_verbs_select_the_same(client, prefix, more):
    """Section 4.3: headers alone, or whole records."""
    listed = headers(client, "ListRecords", metadataPrefix=prefix, **more)
    assert headers(client, "ListIdentifiers", metadataPrefix=prefix, **more) == listed


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("size", [1, 3, 7, 36, 37, 38, 100])
def test_704_a_complete_list_has_no_record_twice(sample_client, client, prefix, size):
    """Section 3.5: and has them all, oldest first."""
    found = headers(sample_client(page_size=size), metadataPrefix=prefix)
    assert found == headers(client, metadataPrefix=prefix)
    assert len({head[0] for head in found}) == len(found)
    assert [head[1] for head in found] == sorted(head[1] for head in found)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("verb", LIST_VERBS)
def test_705_every_datestamp_is_in_the_finest_granularity(client, days, prefix, verb):
    """Section 3.3.2: days in a repository of days, and the same items in it."""
    seconds = headers(client, verb, metadataPrefix=prefix)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", head[1]) for head in seconds)
    in_days = headers(days, verb, metadataPrefix=prefix)
    assert in_days == [(head[0], head[1][:10], *head[2:]) for head in seconds]


def test_706_no_datestamp_lies_in_the_future_when_a_command_has_returned(store, pipeline, make_client, clock):
    """Section 2.7.1: only while one is at work may a stamp be a second ahead (docs/decisions/0002-stamps.md)."""
    client = make_client(store)
    for items in ([item("1")], [item("1", "Changed"), item("2")]):
        before = clock.seconds
        pipeline.ingest(readings(*items), "test")
        assert clock.seconds - before <= 3
        answer = client(verb="ListIdentifiers", metadataPrefix="oai_dc")
        assert all(stamp <= answer.texts("responseDate")[0] for stamp in answer.datestamps)
    assert locals_of(client, metadataPrefix="oai_dc") == ["1", "2"]


def test_706_a_source_cannot_bring_a_datestamp_of_the_future(store, pipeline, make_client):
    """Section 2.7.1: the item is refused, or its datestamp is ours."""
    coming = item("1", datestamp=datetime.fromisoformat("2099-01-01T00:00:00Z"))
    for keep in (True, False):
        pipeline.ingest(readings(coming, item("2")), "test", keep_datestamps=keep)
        answer = make_client(store)(verb="ListIdentifiers", metadataPrefix="oai_dc")
        assert all(stamp <= answer.texts("responseDate")[0] for stamp in answer.datestamps)
        assert f"{DOMAIN}2" in answer.identifiers


@pytest.mark.parametrize("stamp", sorted({*STAMPS.values(), "2020-01-01T00:00:01Z", "1970-01-01T00:00:00Z"}))
def test_707_from_is_inclusive(shelf, stamp):
    """Section 2.7.1: at or later."""
    assert locals_of(shelf, metadataPrefix="oai_dc", from_=stamp) == [each for each in ALL if STAMPS[each] >= stamp]


@pytest.mark.parametrize("stamp", sorted({*STAMPS.values(), "2020-01-01T00:00:01Z", "2026-01-01T00:00:00Z"}))
def test_708_until_is_inclusive(shelf, stamp):
    """Section 2.7.1: at or earlier."""
    assert locals_of(shelf, metadataPrefix="oai_dc", until=stamp) == [each for each in ALL if STAMPS[each] <= stamp]


@pytest.mark.parametrize("stamp", sorted({*STAMPS.values(), "2020-01-01T00:00:01Z"}))
def test_709_from_and_until_may_be_the_same(shelf, stamp):
    """Section 2.7.1: which gives that datestamp."""
    found = locals_of(shelf, metadataPrefix="oai_dc", from_=stamp, until=stamp)
    assert found == [each for each in ALL if STAMPS[each] == stamp]


@pytest.mark.parametrize(
    ("from_", "until", "found"),
    [
        ("2020-01-01", None, ALL[1:]),
        ("2020-01-02", None, ALL[4:]),
        (None, "2019-12-31", ALL[:1]),
        (None, "2020-01-01", ALL[:4]),
        (None, "2020-01-02", ALL[:5]),
        ("2020-01-01", "2020-01-01", ["2", "3", "4"]),
        ("2019-12-31", "2019-12-31", ["1"]),
        ("2020-01-02", "2020-01-02", ["5"]),
        ("2020-02-29", "2020-02-29", ["6", "7"]),
        ("2019-12-31", "2020-01-01", ["1", "2", "3", "4"]),
        ("2020-01-03", "2020-02-28", []),
        ("2020-03-01", "2020-12-31", []),
    ],
)
@pytest.mark.parametrize("granularity", ["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"])
def test_710_a_day_covers_all_of_that_utc_day(shelf_store, make_client, granularity, from_, until, found):
    """Sections 2.7.1 and 3.3.1: in a repository of seconds too, until 23:59:59."""
    client = make_client(shelf_store, granularity=granularity)
    bounds = {name: value for name, value in (("from_", from_), ("until", until)) if value}
    assert locals_of(client, metadataPrefix="oai_dc", **bounds) == found


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize(
    ("from_", "until"),
    [
        ("2020-01-02", "2020-01-01"),
        ("2020-01-01T00:00:01Z", "2020-01-01T00:00:00Z"),
        ("9999-12-31", "0001-01-01"),
        ("2030-01-01", "2029-01-01"),
        ("1000-01-01", "0999-12-31"),
    ],
)
def test_711_from_later_than_until_is_a_bad_argument(client, barren, verb, from_, until):
    """Section 2.7.1: not noRecordsMatch."""
    for each in (client, barren):
        assert each(verb=verb, metadataPrefix="oai_dc", from_=from_, until=until).code == "badArgument"


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize(
    ("from_", "until"), [("2020-01-01", "2021-01-01T00:00:00Z"), ("2020-01-01T00:00:00Z", "2021-01-01")]
)
def test_712_from_and_until_have_the_same_granularity(client, days, verb, from_, until):
    """Section 3.3.1."""
    for each in (client, days):
        assert each(verb=verb, metadataPrefix="oai_dc", from_=from_, until=until).code == "badArgument"


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("bounds", [{"from_": "T"}, {"until": "T"}, {"from_": "T", "until": "T"}])
def test_713_seconds_asked_of_a_repository_of_days_are_a_bad_argument(days, client, verb, bounds):
    """Section 3.3.1: which a repository of seconds answers."""
    exact = dict.fromkeys(bounds, "2020-02-29T12:00:00Z")
    assert days(verb=verb, metadataPrefix="oai_dc", **exact).code == "badArgument"
    assert client(verb=verb, metadataPrefix="oai_dc", **exact).code is None
    assert days(verb=verb, metadataPrefix="oai_dc", **dict.fromkeys(bounds, "2020-02-29")).code is None


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("until", ["2016-05-13", "2016-05-14T01:59:59Z", "1999-12-31", "1969-12-31", "0001-01-01"])
def test_714_until_before_the_earliest_datestamp_matches_nothing(client, verb, until):
    """Section 3.6."""
    assert client(verb=verb, metadataPrefix="oai_dc", until=until).code == "noRecordsMatch"


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize(
    "from_", ["2026-11-23", "2026-11-22T12:00:01Z", "2100-01-01", "9999-12-31", "9999-12-31T23:59:59Z"]
)
@pytest.mark.parametrize("more", [{}, {"set": "health"}])
def test_715_from_in_the_future_matches_nothing(client, verb, from_, more):
    """Section 3.6: no rule makes it a bad argument."""
    assert client(verb=verb, metadataPrefix="oai_dc", from_=from_, **more).code == "noRecordsMatch"


@pytest.mark.parametrize(
    "bounds",
    [
        {"from_": "0001-01-01"},
        {"from_": "0001-01-01T00:00:00Z"},
        {"from_": "1582-10-10"},
        {"until": "2100-01-01"},
        {"until": "9999-12-31"},
        {"until": "9999-12-31T23:59:59Z"},
        {"from_": "0001-01-01", "until": "9999-12-31"},
        {"from_": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"},
    ],
)
def test_716_bounds_far_away_give_the_whole_list(client, days, paged, bounds):
    """Section 2.7.1: the first and the last day that can be written."""
    whole = client.identifiers(metadataPrefix="oai_dc")
    assert client.identifiers(metadataPrefix="oai_dc", **bounds) == whole
    assert paged.identifiers(metadataPrefix="oai_dc", **bounds) == whole
    if all("T" not in bound for bound in bounds.values()):
        assert days.identifiers(metadataPrefix="oai_dc", **bounds) == whole


@pytest.mark.parametrize(
    "text",
    [
        *"""2020-1-01 2020-01-1 20200101 20200101T000000Z 2020/01/01 2020.01.01 01-01-2020 2020-01-01t00:00:00Z
        2020-01-01T00:00:00z 2020-01-01T00:00:00 2020-01-01T00:00:00+00:00 2020-01-01T00:00:00+0000
        2020-01-01T00:00:00-05:00 2020-01-01T00:00:00.0Z 2020-01-01T00:00:00.000Z 2020-01-01T00:00:00,5Z
        2020-01-01T00:00Z 2020-01-01T00Z 2020-01-01T0:00:00Z 2020-01-01TZ 2020-01-01T 2020-01-01Z 2020-W01-1
        2020-W01 2020-001 +2020-01-01 -2020-01-01 -001-01-01 12020-01-01 202-01-01 2020-01-01,2020-01-02
        2020-01-01/2020-01-02 ２０２０-01-01 ٢٠٢٠-٠١-٠١ 2020-01-0１ 2020‐01‐01 2020-01-01T00:00:00Ｚ 1577836800 now
        today YYYY-MM-DD 0x7E4-01-01 2_20-01-01 2020-01-01T00:00:0_Z NaN null * %""".split(),
        *[
            "2020-01-01 00:00:00Z",
            "2020-01-01 00:00:00",
            "2020-01-01\n",
            "2020-01-01T00:00:00Z\n",
            "\n2020-01-01",
            "2020-01-01\r",
            "2020-01-01\x00",
            " 2020-01-01",
            "2020-01-01 ",
            "",
        ],
    ],
)
def test_717_any_other_form_of_a_date_is_a_bad_argument(client, days, text):
    """Section 3.3.1: of all that ISO 8601 knows, two forms are legal."""
    for each, verb, argument in product((client, days), LIST_VERBS, ("from", "until")):
        answer = each(("verb", verb), ("metadataPrefix", "oai_dc"), (argument, text))
        assert answer.codes == ["badArgument"]
        assert asked(answer) == {}


@pytest.mark.parametrize("argument", ["from", "until"])
@pytest.mark.parametrize(
    "text",
    """2020-02-30 2019-02-29 1900-02-29 2100-02-29 2020-04-31 2020-06-31 2020-09-31 2020-11-31 2020-01-32
        2020-01-00 2020-00-01 2020-13-01 2020-99-99 2020-01-01T25:00:00Z 2020-01-01T99:00:00Z
        2020-01-01T00:60:00Z 2020-01-01T00:00:61Z 2019-02-29T00:00:00Z 0000-00-00""".split(),
)
def test_718_a_date_that_does_not_exist_is_a_bad_argument(client, argument, text):
    """Section 3.3.1: by GET and by POST."""
    query = f"verb=ListRecords&metadataPrefix=oai_dc&{argument}={text}"
    assert get_and_post(client, query.encode()).codes == ["badArgument"]


@pytest.mark.parametrize("argument", ["from", "until"])
@pytest.mark.parametrize(
    "text",
    ["0000-01-01", "0000-12-31T23:59:59Z", "2020-01-01T24:00:00Z", "2020-01-01T23:59:60Z", "2016-12-31T23:59:60Z"],
)
def test_718_what_iso_8601_half_allows_makes_no_invalid_answer(client, argument, text):
    """Section 3.3.1: year 0, hour 24 and leap seconds; the client fixture judges what is echoed."""
    answer = client(("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), (argument, text))
    assert answer.code in (None, "badArgument", "noRecordsMatch")
    assert answer.code == "badArgument" or not text.startswith("0000")


@pytest.mark.parametrize(
    ("argument", "text", "found"),
    [
        ("from", "2020-02-29", True),
        ("from", "2024-02-29", True),
        ("until", "2000-02-29", False),
        ("from", "2400-02-29", False),
    ],
)
def test_718_leap_days_do_exist(client, argument, text, found):
    """Section 3.3.1: in years that have one."""
    answer = client(("verb", "ListIdentifiers"), ("metadataPrefix", "oai_dc"), (argument, text))
    assert answer.code == (None if found else "noRecordsMatch")


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("argument", ["from", "until"])
@pytest.mark.parametrize("text", ["2020", "2020-06", "20", "2020-", "2020-06-"])
def test_719_a_year_or_a_month_alone_is_a_bad_argument(client, verb, argument, text):
    """Section 3.3.1: the protocol knows days and seconds."""
    assert client(("verb", verb), ("metadataPrefix", "oai_dc"), (argument, text)).codes == ["badArgument"]


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize(
    "spec", ["nowhere", "health:nowhere", "nowhere:care", "a" * 3000, ":".join("a" * 500), "-", "'"]
)
def test_720_an_unknown_set_matches_nothing(client, verb, spec):
    """Section 3.6: in a repository that has sets."""
    answer = client(verb=verb, metadataPrefix="oai_dc", set=spec)
    assert answer.code == "noRecordsMatch"
    assert asked(answer)["set"] == spec


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize(
    "spec",
    [
        *": :health health: health::care health% health/care health,theses health; héalth health+".split(),
        *[
            "",
            "<health>",
            "[health]",
            "a b",
            " health",
            "health ",
            "health\n",
            "health\x00",
            "health|theses",
            '"health"',
        ],
    ],
)
def test_721_a_set_spec_of_illegal_form_is_a_bad_argument(client, setless, verb, spec):
    """Section 3.6, OAI-PMH.xsd: and is not echoed."""
    for each in (client, setless):
        answer = each(verb=verb, metadataPrefix="oai_dc", set=spec)
        assert answer.codes == ["badArgument"]
        assert asked(answer) == {}


@pytest.mark.parametrize("spec", SHELF_SETS)
def test_722_a_set_gives_its_items_and_those_below_exactly(shelf, spec):
    """Sections 2.6 and 2.7.2."""
    assert locals_of(shelf, metadataPrefix="oai_dc", set=spec) == held(spec)
    assert held(spec)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_722_every_set_of_the_sample_collection_holds_what_the_headers_say(client, prefix):
    """Sections 2.6 and 2.7.2: deleted records too."""
    everything = headers(client, metadataPrefix=prefix)
    for spec in specs(client):
        wanted = [head for head in everything if any(f"{each}:".startswith(f"{spec}:") for each in head[2])]
        assert headers(client, metadataPrefix=prefix, set=spec) == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a"], ["b"]),
        (["a:b"], ["a"]),
        (["a"], ["a:b"]),
        (["a", "b"], ["b"]),
        ([], ["a"]),
        (["a"], []),
        (["a:b"], ["a:c"]),
    ],
)
def test_722_an_item_that_changes_its_sets_is_found_where_its_header_says(store, pipeline, make_client, before, after):
    """Section 2.6: and nowhere else."""
    client = make_client(store)
    for sets in (before, after, before):
        pipeline.ingest(readings(item("1", sets=sets), item("2", sets=["x"])), "test")
        for spec in specs(client):
            inside = any(f"{each}:".startswith(f"{spec}:") for each in sets)
            assert locals_of(client, metadataPrefix="oai_dc", set=spec) == (["1"] if inside else ["2"] * (spec == "x"))


@pytest.mark.parametrize("state", ["active", "withdrawn"])
def test_722_a_record_that_could_not_follow_its_item_leaves_the_old_set_in_the_end(store, pipeline, make_client, state):
    """Section 2.6: moved while its XML was invalid, then mended or withdrawn: lists and header agree all the way."""
    client = make_client(store)
    names = 'xmlns:d="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    good = f"<d:dc {names}><dc:title>{{}}</dc:title></d:dc>"
    for sets, xml, now in [
        (["a"], good.format("one"), "active"),
        (["b"], "<invalid/>", "active"),
        (["b"], good.format("two"), state),
        (["c"], good.format("three"), state),
    ]:
        pipeline.ingest(readings(item("1", sets=sets, xml={"oai_dc": xml}, state=now)), "test")
        ((_, stamp, said, _),) = headers(client, metadataPrefix="oai_dc")
        for spec in specs(client):
            found = headers(client, metadataPrefix="oai_dc", set=spec)
            assert [head[1:3] for head in found] == ([(stamp, said)] if spec in said else [])


@pytest.mark.parametrize("verb", LIST_VERBS)
def test_723_a_set_that_is_listed_and_has_no_items_matches_nothing(client, verb):
    """Sections 2.6 and 3.6."""
    assert "press" in specs(client)
    assert client(verb=verb, metadataPrefix="oai_dc", set="press").code == "noRecordsMatch"


@pytest.mark.parametrize(
    "spec",
    """ins inst: inst:A Inst instit institut in% in_ in.t i* * _nst in. in! inst:a: a b inst:a:b:c inst:b a:b ~inst
    institute:X inst:_ inst:* (inst)""".split(),
)
def test_724_a_set_spec_is_compared_element_by_element(shelf, spec):
    """Section 2.6: no beginnings, no case folding, no wildcards."""
    answer = shelf(verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec)
    assert answer.code in ("noRecordsMatch", "badArgument")
    assert held(spec) == [] or spec.endswith(":")


@pytest.mark.parametrize("spec", [None, "inst", "inst:a", "institute", "INST"])
@pytest.mark.parametrize(
    ("from_", "until"),
    [
        (None, None),
        (None, "2020-01-01"),
        (None, "2021-05-05"),
        ("2020-01-01", None),
        ("2020-01-01", "2020-01-01"),
        ("2020-01-01", "2021-05-05"),
        ("2021-05-05", None),
        ("2021-05-05", "2021-05-05"),
    ],
)
def test_725_set_from_and_until_combine(shelf, spec, from_, until):
    """Section 2.7."""
    arguments = {name: value for name, value in (("set", spec), ("from_", from_), ("until", until)) if value}
    wanted = [
        local
        for local in (held(spec) if spec else ALL)
        if (from_ or "") <= STAMPS[local][:10] <= (until or "9999-12-31")
    ]
    assert locals_of(shelf, metadataPrefix="oai_dc", **arguments) == wanted


def test_726_deleted_records_are_shown_only_by_a_repository_that_keeps_them(client, days, setless, barren, shelf):
    """Section 2.5.1: we always say persistent, so wherever there is a status it is a promised one."""
    for each in (client, days, setless, barren, shelf):
        (kept,) = each(verb="Identify").texts("Identify/deletedRecord")
        statuses = {head[3] for prefix in PREFIXES for head in headers(each, metadataPrefix=prefix)}
        assert kept != "no" or statuses <= {None}
        assert statuses <= {None, "deleted"}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_727_deleted_records_are_headers_and_the_others_have_metadata(client, prefix):
    """Sections 2.5.1 and 4.5."""
    answer = client(verb="ListRecords", metadataPrefix=prefix)
    for record in answer.all("ListRecords/record"):
        parts = [etree.QName(child).localname for child in record]
        if record[0].get("status") == "deleted":
            assert parts == ["header"]
        else:
            assert parts[:2] == ["header", "metadata"]
            assert {*parts[2:]} <= {"about"}


def test_727_deletions_are_shown_for_ever(store, pipeline, make_client, clock):
    """Section 2.5.1: persistent; they keep their datestamp, and the item's sets."""
    client = make_client(store)
    pipeline.ingest(readings(item("1", sets=["a"]), item("2", sets=["a"])), "test")
    pipeline.set_state([f"{DOMAIN}1"], "withdrawn")
    found = headers(client, metadataPrefix="oai_dc")
    assert [(head[0], head[3]) for head in found] == [(f"{DOMAIN}2", None), (f"{DOMAIN}1", "deleted")]
    clock.sleep(50 * 365 * 86_400)
    pipeline.ingest(readings(item("3"), item("2", sets=["a"])), "test")
    pipeline.render_again()
    assert headers(client, metadataPrefix="oai_dc")[:2] == found
    assert headers(client, metadataPrefix="oai_dc", set="a") == found


def test_727_deletion_is_by_format(store, pipeline, make_client):
    """Section 2.5.1: what is no thesis any more is deleted from etdms alone."""
    client = make_client(store)
    pipeline.ingest(readings(item("1", fields=THESIS)), "test")
    article = item("1", fields={**THESIS, "dc.type": (Value("Article"),)})
    pipeline.ingest(readings(article), "test")
    status = {prefix: headers(client, metadataPrefix=prefix)[0][3] for prefix in PREFIXES}
    assert status == {"oai_dc": None, "dim": None, "etdms": "deleted"}
    answer = client(verb="ListMetadataFormats", identifier=f"{DOMAIN}1")
    assert answer.texts("ListMetadataFormats/metadataFormat/metadataPrefix") == ["oai_dc", "dim"]


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("more", [{}, {"set": "science"}, {"from_": "2019-01-01", "until": "2022-09-30"}])
def test_728_the_same_request_twice_gives_the_same_list(paged, verb, more):
    """Guidelines section 5.3: octet by octet, tokens too."""
    first, second = ([page.body for page in paged.pages(verb, metadataPrefix="oai_dc", **more)] for _ in range(2))
    assert first == second


def test_729_only_items_that_have_the_format_or_had_it_are_listed(client):
    """Sections 4.3 and 4.5."""
    in_etdms = headers(client, metadataPrefix="etdms")
    assert {head[0] for head in in_etdms} < {head[0] for head in headers(client, metadataPrefix="oai_dc")}
    for identifier, _, _, status in in_etdms:
        answer = client(verb="ListMetadataFormats", identifier=identifier)
        listed = [] if answer.codes else answer.texts("ListMetadataFormats/metadataFormat/metadataPrefix")
        assert ("etdms" in listed) == (status is None)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a", "a:b"], ["a:b"]),
        (["a:b:c", "a", "a:b", "d"], ["a:b:c", "d"]),
        (["a:b", "a:b", "a:c"], ["a:b", "a:c"]),
        (["a", "ab", "a.b"], ["a", "ab", "a.b"]),
    ],
)
def test_730_a_header_does_not_repeat_the_ancestors_of_its_sets(store, pipeline, make_client, given, told):
    """Section 2.6: to be in a set is to be in those above it."""
    pipeline.ingest(readings(item("1", sets=given)), "test")
    assert [head[2] for head in headers(make_client(store), metadataPrefix="oai_dc")] == [tuple(told)]


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("argument", "identifier cursor limit offset sets format From UNTIL metadataprefix".split())
def test_731_other_arguments_are_bad(client, verb, argument):
    """Sections 4.3 and 4.5."""
    assert client(("verb", verb), ("metadataPrefix", "oai_dc"), (argument, ONE)).code == "badArgument"


def stamps(client) -> dict[str, str | None]:
    """The datestamp of the one item's record in each format."""
    found = {prefix: headers(client, metadataPrefix=prefix) for prefix in PREFIXES}
    return {prefix: heads[0][1] if heads else None for prefix, heads in found.items()}


@pytest.mark.parametrize("changed", PREFIXES)
def test_732_a_changed_crosswalk_moves_the_datestamp_of_that_format(store, pipeline_in, make_client, clock, changed):
    """Section 2.7.1, guidelines section 3: and of no other."""
    formats = dict(chosen_formats(PREFIXES))
    client = make_client(store)
    pipeline_in(formats).ingest(readings(item("1", fields=THESIS)), "test")
    before = stamps(client)
    clock.sleep(3600)
    pipeline_in(formats).render_again()
    assert stamps(client) == before

    def crosswalk(told, at):
        root = formats_before.crosswalk(told, at)
        first = next(each for each in root if each.text)
        first.text = f"{first.text}, told anew"
        return root

    formats_before = formats[changed]
    formats[changed] = replace(formats_before, crosswalk=crosswalk)
    pipeline_in(formats).render_again()
    after = stamps(client)
    assert {prefix for prefix in PREFIXES if after[prefix] != before[prefix]} == {changed}
    assert after[changed] > before[changed]


def test_732_a_new_format_is_stamped_when_it_comes_and_an_ended_one_is_deleted(store, pipeline_in, make_client, clock):
    """Section 2.7.1: harvesters of the others notice nothing."""
    client = make_client(store)
    pipeline_in(chosen_formats(["oai_dc"])).ingest(readings(item("1")), "test")
    first = stamps(client)
    assert first["dim"] is None
    for prefixes, status in ((["oai_dc", "dim"], None), (["oai_dc"], "deleted")):
        clock.sleep(3600)
        before = datetime.fromtimestamp(clock.seconds).astimezone()
        pipeline_in(chosen_formats(prefixes)).render_again()
        ((_, stamp, _, told),) = headers(client, metadataPrefix="dim")
        assert datetime.fromisoformat(stamp) >= before
        assert told == status
        assert stamps(client)["oai_dc"] == first["oai_dc"]


@pytest.mark.parametrize(
    "change",
    [
        {"sets": ["b"]},
        {"sets": []},
        {"sets": ["a", "c"]},
        {"sets": ["a:x"]},
        {"title": "Another"},
        {"state": "withdrawn"},
        {
            "about": (RIGHTS.format(1),),
        },
    ],
    ids=lambda change: next(iter(change)),
)
def test_732_a_change_of_sets_or_of_content_moves_the_datestamp(store, pipeline, make_client, clock, change):
    """Section 2.7.1: or those who harvest by date would miss it; what did not change stays where it was."""
    client = make_client(store)
    pipeline.ingest(readings(item("1", sets=["a"]), item("2", sets=["a"])), "test")
    before = headers(client, metadataPrefix="oai_dc")
    clock.sleep(3600)
    now = datetime.fromtimestamp(clock.seconds).astimezone()
    pipeline.ingest(readings(item("1", **{"sets": ["a"], **change}), item("2", sets=["a"])), "test")
    unchanged, changed = headers(client, metadataPrefix="oai_dc")
    assert unchanged == before[1]
    assert changed[0] == f"{DOMAIN}1"
    assert datetime.fromisoformat(changed[1]) >= now


def test_732_an_unchanged_item_keeps_its_datestamp(store, pipeline, make_client, clock):
    """Section 2.7.1: however often it is taken in."""
    client = make_client(store)
    found = []
    for _ in range(3):
        pipeline.ingest(readings(item("1", fields=THESIS, sets=["a"])), "test")
        found.append(stamps(client))
        clock.sleep(3600)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("delay", [0, 1, 2, 3, 60, 3600])
@pytest.mark.parametrize("known", [True, False])
def test_733_a_change_that_could_not_be_seen_is_stamped_later_than_the_answer(
    store, pipeline, make_client, clock, delay, known
):
    """Guidelines section 3: however long a commit takes, a harvest just before it loses nothing."""
    client = make_client(store)
    pipeline.ingest(readings(item("1"), *([item("2")] if known else [])), "test")
    seen: list[tuple[str, list]] = []
    client(verb="ListRecords", metadataPrefix="oai_dc")

    @event.listens_for(store.engine, "commit")
    def just_before_it_is_visible(_):
        clock.sleep(delay if not seen else 0)
        answer = client(verb="ListRecords", metadataPrefix="oai_dc")
        seen.append((answer.texts("responseDate")[0], [each.text for each in answer.xml.iter("{*}title")]))

    pipeline.ingest(readings(item("2", "Changed")), "test")
    event.remove(store.engine, "commit", just_before_it_is_visible)
    blind = [date for date, titles in seen if "Changed" not in titles]
    assert blind
    for date in blind:
        answer = client(verb="ListRecords", metadataPrefix="oai_dc", from_=date)
        assert f"{DOMAIN}2" in answer.identifiers
        assert all(
            stamp > date
            for each, stamp in zip(answer.identifiers, answer.datestamps, strict=True)
            if each == f"{DOMAIN}2"
        )


def test_733_a_harvest_at_every_second_around_a_change_ends_with_the_truth(store, pipeline, make_client, clock):
    """Guidelines section 3: from is the responseDate of the harvest before."""
    client = make_client(store)
    mirror: dict[str, str | None] = {}
    since = None
    for step in range(6):
        clock_before = clock.seconds
        pipeline.ingest(readings(*(item(str(each), f"Version {step}") for each in range(step % 3, 6, 2))), "test")
        clock.seconds = clock_before
        for _ in range(3):
            answer = client(verb="ListRecords", metadataPrefix="oai_dc", **({"from_": since} if since else {}))
            if not answer.codes:
                mirror.update((each, rest[0].findtext(".//{*}title")) for each, rest in records(answer))
            since = answer.texts("responseDate")[0]
            clock.sleep(1)
    answer = client(verb="ListRecords", metadataPrefix="oai_dc")
    assert mirror == {each: rest[0].findtext(".//{*}title") for each, rest in records(answer)}
    assert len(mirror) == 6


def test_727_the_deleted_item_of_the_shelf_is_in_its_lists(shelf):
    """Section 2.5.1: with and without a set."""
    for more in ({}, {"set": "inst"}, {"set": "inst:a"}, {"from_": "2022-06-06", "until": "2022-06-06"}):
        told = headers(shelf, metadataPrefix="oai_dc", **more)
        assert {head[0].removeprefix(DOMAIN) for head in told if head[3]} == DELETED
