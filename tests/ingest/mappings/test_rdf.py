"""RDF as DSpace writes it."""

from oai_server.ingest.mappings import rdf
from tests.ingest.mappings.real import real, records, texts, told


def test_the_earliest_of_several_dates_is_that_of_issue():
    said = told(
        '<r:RDF xmlns:r="http://www.openarchives.org/OAI/2.0/rdf/" xmlns:o="http://www.ontoweb.org/ontology/1#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><o:Publication r:about="oai:x.org:1"><dc:title>T</dc:title>'
        "<dc:date>2015-11-19T10:12:44Z</dc:date><dc:date>2015-11-17</dc:date></o:Publication></r:RDF>"
    )
    assert said.identifier == "oai:x.org:1"
    assert texts(said) == {
        "dc.title": ["T"],
        "dc.date.issued": ["2015-11-17"],
        "dc.date": ["2015-11-19T10:12:44Z"],
    }


def test_a_document_without_a_title_says_nothing():
    assert told('<r:RDF xmlns:r="http://www.openarchives.org/OAI/2.0/rdf/"><r:Description/></r:RDF>').metadata == {}


@real
def test_a_real_record_tells_authors_in_order_and_its_doi():
    (found,) = records("samples/dspace-main/rdf.xml", roots=rdf.ROOTS)
    said = told(found)
    assert said.identifier == "oai:repository.example.org:123456789/1"
    assert texts(said)["dc.contributor.author"][:2] == ["Domoney, Jill", "Howard, Louise M."]
    assert texts(said)["dc.identifier.doi"] == ["10.1186/s12888-015-0679-1"]
