"""A series field is a journal when it tells a volume, an issue or pages, or when the work is an article."""

import pytest

from oai_server.formats.citation import Citation, Series, citation
from tests.formats.items import item


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("BMC Psychiary;Volume 15, Issue 289, page 1-9", ("BMC Psychiary", "15", "289", "1", "9")),
        ("J;Vol. 3, No. 2, pp. 33–47", ("J", "3", "2", "33", "47")),
        ("J; volume 7", ("J", "7", None, None, None)),
        ("J;Issue 4", ("J", None, "4", None, None)),
        ("J;page e12", ("J", None, None, "e12", None)),
        ("乌有学报;第3卷第2期", ("乌有学报", "3", "2", None, None)),
    ],
)
def test_a_series_with_volume_issue_or_pages_is_a_journal(text, parts):
    known = citation(item({"dc.relation.ispartofseries": text}))
    assert (known.title, known.volume, known.issue, known.start, known.end) == parts
    assert known.series == ()


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("Quayside Working Papers;No. 17", Series("Quayside Working Papers", "No. 17")),
        ("IHO Technical Reports;2014/03", Series("IHO Technical Reports", "2014/03")),
        ("Lecture Notes 12", Series("Lecture Notes 12")),
        ("Stopped pipes;17", Series("Stopped pipes", "17")),
    ],
)
def test_any_other_series_is_a_series_with_a_number(text, series):
    assert citation(item({"dc.relation.ispartofseries": text})) == Citation(series=(series,))


def test_the_series_of_an_article_is_its_journal_even_where_nothing_can_be_read():
    known = citation(item({"dc.type": "Article", "dc.relation.ispartofseries": "Annals;winter 1911"}))
    assert known == Citation("Annals", detail="winter 1911")
    known = citation(item({"dc.type": "Conference paper", "dc.relation.ispartofseries": "論文集;第5号"}))
    assert known == Citation("論文集", issue="5")


def test_own_citation_fields_come_first_and_another_journal_does_not_fill_their_gaps():
    fields = {"oaire.citation.title": "Annals", "oaire.citation.volume": "3", "oaire.citation.endPage": "9"}
    same = citation(item({**fields, "dc.relation.ispartofseries": "Annals;Volume 4, Issue 2"}))
    assert (same.title, same.volume, same.issue, same.end) == ("Annals", "3", "2", "9")
    other = citation(item({**fields, "dc.relation.ispartofseries": ["Letters;Volume 4, Issue 2", "Papers;7"]}))
    assert (other.title, other.volume, other.issue) == ("Annals", "3", None)
    assert other.series == (Series("Papers", "7"),)


def test_a_host_may_be_told_by_name_alone_and_an_address_is_no_name():
    fields = {"dc.relation.ispartof": ["https://example.org/1", "Rooms that Care"], "dc.identifier.issn": "1471-244X"}
    known = citation(item({**fields, "dc.identifier.citation": "In Rooms that Care (pp. 88–104)."}))
    assert known == Citation("Rooms that Care", issn="1471-244X", text="In Rooms that Care (pp. 88–104).")


def test_without_a_host_there_is_only_the_text():
    assert citation(item({"dc.identifier.citation": "Somewhere 3"})) == Citation(text="Somewhere 3")
    assert citation(item({"dc.identifier.issn": "1471-244X"})) == Citation()


def test_pages_are_told_together():
    assert (Citation(start="1", end="9").pages, Citation(start="e12").pages, Citation().pages) == ("1-9", "e12", None)
