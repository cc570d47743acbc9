"""Which element and which term of Dublin Core a field is."""

import pytest

from oai_server.formats.fields import WEB_ADDRESS, dublin_core


@pytest.mark.parametrize(
    ("field", "known"),
    [
        ("dc.title", ("title", "title")),
        ("dc.title.alternative", ("title", "alternative")),
        ("dc.title.subtitle", ("title", "title")),
        ("dc.contributor.author", ("creator", "creator")),
        ("dc.contributor.advisor", ("contributor", "contributor")),
        ("dc.description.tableofcontents", ("description", "tableOfContents")),
        ("dc.relation.ispartof", ("relation", "isPartOf")),
        ("dc.relation.isPartOf", ("relation", "isPartOf")),
        ("dc.relation.ispartofseries", ("relation", "isPartOf")),
        ("dc.relation.uri", ("relation", "relation")),
        ("dc.rights.uri", ("rights", "license")),
        ("dc.identifier.citation", ("identifier", "bibliographicCitation")),
        ("dc.date.accepted", ("date", "dateAccepted")),
        ("dc.description.creator", ("description", "description")),
        ("dcterms.abstract", ("description", "abstract")),
        ("dcterms.isPartOfSeries", ("relation", "isPartOf")),
        ("dcterms.audience", None),
        ("dc.odd", None),
        ("local.title", None),
        ("title", None),
    ],
)
def test_a_field_is_known_by_its_element_and_its_term(field, known):
    assert dublin_core(field) == known


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://demo.example.org/a%20b?x=1#y", True),
        ("http://demo.example.org:8080", True),
        ("http://demo.example.org?x", True),
        ("http://[", False),
        ("http://a:b/", False),
        ("http://a/%zz", False),
        ("http://a/#b#c", False),
        ("http://a/b c", False),
        ("ftp://a/b", False),
    ],
)
def test_a_web_address_is_one_that_every_schema_takes(address, good):
    assert bool(WEB_ADDRESS.fullmatch(address)) == good
