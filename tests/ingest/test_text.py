"""One level of escapes and the HTML that is surely HTML go; mathematics, programs and TeX stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree

from oai_server.ingest.text import plain, without_html

KEPT = [
    "R&D",
    "a < b",
    "a < b and c > d",
    "x<y",
    "if x<b and y>c",
    "$x<y$ forces $f(x)\\le f(y)$ & more",
    "if (a[b[i]]>0 && c<d)",
    "]]>",
    "<t>",
    "the mean <q> of <i,j>",
    "List<String> and vector<int>",
    "Knuth & Plass; AT&T;",
    "&notanentity;",
    "& amp;",
    "submitter <a@example.org>",
    "5 <p5> 6",
    "a <b> alone",
    "line one\n\nline  two",
    "",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_not_surely_markup_stays(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("R&amp;D", "R&D"),
        ("&lt;&gt;&quot;&apos;", "<>\"'"),
        ("&amp;lt;", "&lt;"),
        ("caf&eacute;", "café"),
        ("caf&#233; caf&#xE9;", "café café"),
        ("a&nbsp;b", "a\u00a0b"),
        ("don&#146;t", "don’t"),
        ("a&#11;b&#0;c&#xD800;d&#xFFFE;e", "abcde"),
        ("a&#13;b", "a\nb"),
        ("&#x1F994;", "🦔"),
    ],
)
def test_one_level_of_escapes_is_healed(text, known):
    assert plain(text) == known


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("<p>One</p>\n<p>Two</p>", "One\nTwo"),
        ("One<br/>Two<br>Three", "One\nTwo\nThree"),
        ("<p>One<p>Two", "One\nTwo"),
        ("H<sub>2</sub>O", "H2O"),
        ('<a href="https://example.org/?a=1&amp;b=2">here</a>', "here"),
        ("<SPAN style='x' lang=en>a</SPAN>", "a"),
        ("&lt;p&gt;Escaped&lt;/p&gt;", "Escaped"),
        ("<jats:p>In <jats:italic>vivo</jats:italic></jats:p>", "In vivo"),
        ("<!--[if gte mso 9]> <xml> <![endif]-->Word", "Word"),
        ("<b>p</b> < 0.05", "p < 0.05"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
    ],
)
def test_html_is_removed(text, known):
    assert plain(text) == known


@given(some.text(alphabet="&;#xX0123456789abcdef") | some.integers(0, 0x110010).map(lambda point: f"&#{point};"))
def test_no_character_comes_in_that_xml_forbids(text):
    etree.Element("a").text = plain(text)
    assert not re.search(r"[\x7f-\x9f\ufdd0-\ufdef\ufffd-\uffff]", plain(text))


@given(some.text(alphabet="ab <>=&\n"))
def test_a_text_without_entities_and_known_tags_stays(text):
    if "<b>" not in text and "<a>" not in text:
        assert plain(text) == text


@given(some.text(alphabet="<>/bpri &lt;\n"))
def test_html_goes_and_nothing_else_changes(text):
    """Letters that are not inside a tag come out in their order."""
    left = without_html(text)
    letters = iter(text)
    assert all(letter in letters for letter in left if not letter.isspace())
