"""What an item goes through between being read and being kept."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oai_server.ingest.normalise import Refused, clean, iso_date, normalise
from oai_server.model import Fault, File, Item, Reading, Value


def reading(item: Item) -> Reading:
    return Reading(item, file="items.jsonl", line=7)


def one_value(name: str, value: Value) -> Reading:
    return normalise(reading(Item("1", {name: (value,)})))


def told(kept: Reading) -> list[tuple[str, str, str]]:
    return [(fault.degree, fault.rule, fault.message) for fault in kept.faults]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("a\x0bb\x00c", "abc"),
        ("a\tb\nc", "a\tb\nc"),
        ("lone \ud800 half", "lone  half"),
        ("\ufffe\uffff\ufdd0\U0001fffe\U0010ffffx", "x"),
        ("kept: \ufffd \x85 \x9f \U0001f600", "kept: \ufffd \x85 \x9f \U0001f600"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\r\x01\nb", "a\nb"),
        ("\xa0\ufeff\u200b a \u2003\u2060", "a"),
        ("in\xa0the\u200bmiddle", "in\xa0the\u200bmiddle"),
        ("Persian \u0647\u200d", "Persian \u0647\u200d"),
        (" \n\ufeff", ""),
    ],
)
def test_text_loses_what_xml_and_unicode_forbid_and_the_blanks_around_it(text, kept):
    assert clean(text) == kept


def test_each_field_tells_once_which_characters_were_removed():
    item = Item(
        "1",
        {"dc.title": (Value("a\x0bb"), Value("\x0bc\x01")), "dc.type": (Value("x\ufdd0"),)},
        files=(File("f\x02.pdf", description="d\ud800"),),
        xml={"mods": "<mods>\x03 </mods>"},
        about=("<about>\uffff</about>",),
    )
    kept = normalise(reading(item))
    assert told(kept) == [
        ("healed", "XML 1.0 section 2.2", "dc.title: removed U+0001, U+000B ×2"),
        ("healed", "Unicode non-character", "dc.type: removed U+FDD0"),
        ("healed", "XML 1.0 section 2.2", "files: removed U+0002, U+D800"),
        ("healed", "XML 1.0 section 2.2", "xml, mods: removed U+0003"),
        ("healed", "XML 1.0 section 2.2", "about: removed U+FFFF"),
    ]
    assert kept.item == Item(
        "1",
        {"dc.title": (Value("ab"), Value("c")), "dc.type": (Value("x"),)},
        files=(File("f.pdf", description="d"),),
        xml={"mods": "<mods> </mods>"},
        about=("<about></about>",),
    )


def test_a_fault_says_where_the_item_stood():
    (fault,) = one_value("dc.title", Value("a\x0bb")).faults
    assert (fault.file, fault.line, fault.identifier) == ("items.jsonl", 7, "1")


def test_what_the_source_found_comes_first_and_stays():
    before = Fault("noted", "rule", "message")
    kept = normalise(replace(reading(Item("1", {"dc.title": (Value("a\x01"),)})), faults=(before,)))
    assert kept.faults[0] == before
    assert len(kept.faults) == 2


def test_empty_values_go_without_a_word_and_the_others_keep_their_order():
    values = (Value("b"), Value(" \xa0"), Value("a"), Value("b"))
    kept = normalise(reading(Item("1", {"dc.subject": values, "dc.title": (Value(""),)})))
    assert kept.item.metadata == {"dc.subject": (Value("b"), Value("a"), Value("b"))}
    assert not kept.faults


@pytest.mark.parametrize(
    ("language", "kept"),
    [("en_US", "en_US"), (" nb ", "nb"), ("", None), (" ", None), ("*", None), ("none", None), (None, None)],
)
def test_a_language_is_kept_as_written_unless_it_says_nothing(language, kept):
    assert one_value("dc.title", Value("a", language)).item.metadata["dc.title"] == (Value("a", kept),)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2015", "2015"),
        ("2015-11", "2015-11"),
        ("2015-11-17", "2015-11-17"),
        ("2016-02-29", "2016-02-29"),
        ("2015-1-5", "2015-01-05"),
        ("2015/11/17", "2015-11-17"),
        ("2015.11.17", "2015-11-17"),
        ("20151117", "2015-11-17"),
        ("17/11/2015", "2015-11-17"),
        ("11/17/2015", "2015-11-17"),
        ("17.11.2015", "2015-11-17"),
        ("7-13-2015", "2015-07-13"),
        ("04/04/2015", "2015-04-04"),
        ("11/2015", "2015-11"),
        ("17-Nov-2015", "2015-11-17"),
        ("17 November 2015", "2015-11-17"),
        ("17th of November, 2015", "2015-11-17"),
        ("November 17, 2015", "2015-11-17"),
        ("Nov. 3rd 2015", "2015-11-03"),
        ("Nov 2015", "2015-11"),
        ("May-2015", "2015-05"),
        ("2015 May 5", "2015-05-05"),
        ("2015, May", "2015-05"),
        ("SEPT 2015", "2015-09"),
        ("1er août 2015", "2015-08-01"),
        ("3. März 2015", "2015-03-03"),
        ("17. desember 2015", "2015-12-17"),
        ("5 de mayo de 2015", "2015-05-05"),
        ("2015-11-17T10:00:00Z", "2015-11-17T10:00:00Z"),
        ("2015-11-17T10:00:00.250Z", "2015-11-17T10:00:00.250Z"),
        ("2015-11-17 10:00:00.0", "2015-11-17T10:00:00"),
        ("2015-11-17 10:00:00 UTC", "2015-11-17T10:00:00Z"),
        ("2015-11-17T10:00+0100", "2015-11-17T10:00+01:00"),
    ],
)
def test_a_date_becomes_iso_8601_as_precise_as_it_was(text, iso):
    assert iso_date(text) == iso
    kept = one_value("dc.date.issued", Value(text))
    assert kept.item.texts("dc.date.issued") == (iso,)
    assert not kept.faults


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("03/04/2015", "it may mean 2015-03-04 or 2015-04-03"),
        ("03.04.2015", "it may mean 2015-03-04 or 2015-04-03"),
        ("2015-02-30", "no such date in the calendar"),
        ("2015-13", "no such date in the calendar"),
        ("30/02/2015", "no such date in the calendar"),
        ("31 June 2015", "no such date in the calendar"),
        ("0000", "no such date in the calendar"),
        ("2015-11-17T25:00:00Z", "no such time of day"),
        ("2005/6", "not a date that can be read"),
        ("2010/2014", "not a date that can be read"),
        ("(1870-1871)", "not a date that can be read"),
        ("[1890]", "not a date that can be read"),
        ("ca. 1890", "not a date that can be read"),
        ("Spring 2015", "not a date that can be read"),
        ("December", "not a date that can be read"),
        ("17-Nov-15", "not a date that can be read"),
        ("10000-01-01", "not a date that can be read"),
        ("NO_RESTRICTION", "not a date that can be read"),
        ("٢٠١٥", "not a date that can be read"),
    ],
)
def test_a_date_that_is_ambiguous_or_none_stays_text_and_is_noted(text, reason):
    kept = one_value("dc.date.issued", Value(text))
    assert kept.item.texts("dc.date.issued") == (text,)
    assert told(kept) == [("noted", "ISO 8601", f'dc.date.issued: "{text}" is kept as text: {reason}')]


@pytest.mark.parametrize(
    ("name", "holds_dates"),
    [
        ("dc.date", True),
        ("dc.date.embargo", True),
        ("local.date.defence", True),
        ("dcterms.issued", True),
        ("dcterms.dateAccepted", True),
        ("dc.title", False),
        ("dc.coverage.temporal", False),
        ("dcterms.title", False),
        ("local.issued", False),
        ("local.update", False),
    ],
)
def test_dates_are_read_where_the_field_holds_dates(name, holds_dates):
    kept = one_value(name, Value("17-Nov-2015"))
    assert kept.item.texts(name) == ("2015-11-17" if holds_dates else "17-Nov-2015",)


@pytest.mark.parametrize(
    ("sets", "kept"),
    [
        (("a", "b", "a"), ("a", "b")),
        (("health", "health:care", "art"), ("health:care", "art")),
        (("a:b:c", "a", "a:b"), ("a:b:c",)),
        (("health", "healthcare"), ("health", "healthcare")),
        (("col_1_2", "x.y!~*'()"), ("col_1_2", "x.y!~*'()")),
    ],
)
def test_sets_are_listed_once_and_without_their_ancestors(sets, kept):
    """Rule 730."""
    assert normalise(reading(Item("1", sets=sets))).item.sets == kept


@pytest.mark.parametrize("spec", ["", "a b", "a:", ":a", "a::b", "a/b", "æ", "a;b"])
def test_an_item_with_an_illegal_set_spec_is_refused(spec):
    with pytest.raises(Refused) as refused:
        normalise(reading(Item("1", sets=(spec,))))
    assert refused.value.fault == Fault(
        "refused", "section 2.6", f"{spec!a} is not a setSpec", "items.jsonl", 7, identifier="1"
    )


@pytest.mark.parametrize(
    "name", ["", "title", "dc.", "dc.title.", ".title", "a.b.c.d", "dc.tit le", "dc.æ", "dc.\ud800"]
)
def test_an_item_with_an_illegal_field_name_is_refused(name):
    with pytest.raises(Refused) as refused:
        one_value(name, Value("a"))
    fault = refused.value.fault
    assert (fault.degree, fault.message, fault.identifier) == ("refused", f"{name!a} is not a field name", "1")


@pytest.mark.parametrize("name", ["dc.authors", "dc.genre.main"])
def test_an_element_that_dublin_core_lacks_is_kept_and_noted(name):
    kept = one_value(name, Value("a"))
    assert kept.item.texts(name) == ("a",)
    assert told(kept) == [("noted", "Dublin Core Metadata Element Set", f"{name}: unknown field, kept")]


@pytest.mark.parametrize("name", ["dc.title", "dc.rights.uri", "thesis.degree-level", "local.x_y", "datacite.title"])
def test_fields_of_dublin_core_and_of_any_other_schema_are_kept_without_a_word(name):
    assert not one_value(name, Value("a")).faults


names = st.sampled_from(["dc.title", "dc.date.issued", "dcterms.issued", "dc.authors"])
characters = st.sampled_from("\r\n\t \x0b\x00\xa0\ufeff\ufdd0\U0001ffff\ud800é1") | st.integers(0, 0x10FFFF).map(chr)
words = st.text(characters, max_size=12)
numbers = st.tuples(*[st.integers(1, 2100).map(str)] * 3)
texts = words | st.builds(str.join, st.sampled_from("-/. "), numbers)
values = st.builds(Value, texts, st.none() | words, st.none() | words)
files = st.builds(File, words, mimetype=st.none() | words, description=st.none() | words, url=st.none() | words)
specs = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(":".join)
items = st.builds(
    Item,
    words,
    st.dictionaries(names, st.lists(values, max_size=3).map(tuple)),
    st.lists(specs, max_size=4).map(tuple),
    st.lists(files, max_size=2).map(tuple),
    st.dictionaries(st.just("mods"), words),
    st.lists(words, max_size=2).map(tuple),
)


@given(items)
def test_a_normal_item_is_normal_already(item):
    """But for escaped text: an escape is taken away each time the item comes in."""
    assume("&" not in repr(item) and "<" not in repr(item.metadata))
    once = normalise(reading(item))
    assert normalise(once).item == once.item
    assert {fault.degree for fault in normalise(reading(once.item)).faults} <= {"noted"}


@given(items)
def test_no_forbidden_character_survives(item):
    kept = repr(normalise(reading(item)).item)
    assert not re.search(r"\\x(0[0-8bcef]|1.)|\\u(d[89a-f]..|fd[de].|fff[ef])|\\U00(0.|10)fff[ef]", kept)


@given(
    st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["%d %B %Y", "%d-%b-%Y", "%B %d, %Y", "%Y/%m/%d", "%Y%m%d"])
)
def test_every_day_is_read_in_every_unambiguous_form(day, form):
    assert iso_date(day.strftime(form)) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("R&amp;D", "R&D"),
        ("R&amp;amp;D", "R&amp;D"),  # once, and only once
        ("caf&eacute;", "café"),
        ("<p>One</p><p>Two &lt; three</p>", "One\nTwo < three"),
        ("H<sub>2</sub>O", "H2O"),
        ("$a<b$ and $c>d$, if x<y & y<z, then ]]>", "$a<b$ and $c>d$, if x<y & y<z, then ]]>"),
        ("https://example.org/?a=1&amp;b=2", "https://example.org/?a=1&b=2"),
    ],
)
def test_escapes_and_html_are_taken_away_once_and_told(text, kept):
    found = one_value("dc.description.abstract", Value(text))
    assert found.item.texts("dc.description.abstract") == (kept,)
    assert [degree for degree, _, _ in told(found)] == ([] if text == kept else ["healed"])
