"""EDM as providers write it, as Europeana does, and RDF that is none."""

import pytest

from oai_server.ingest.mappings import edm
from tests.ingest.mappings.real import parsed, real, records, texts, told

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{namespace}"'
    for prefix, namespace in {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "edm": "http://www.europeana.eu/schemas/edm/",
        "ore": "http://www.openarchives.org/ore/terms/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "bibo": "http://purl.org/ontology/bibo/",
    }.items()
)


def rdf(inside: str) -> str:
    return f"<rdf:RDF {NAMESPACES}>{inside}</rdf:RDF>"


OBJECT = """<edm:ProvidedCHO rdf:about="https://x.org/1"><dc:title xml:lang="de">Titel</dc:title>
<dc:creator rdf:resource="https://d-nb.info/gnd/1"/><dcterms:spatial rdf:resource="https://g.org/2"/>
<dc:subject rdf:resource="https://elsewhere.org/3"/><edm:type>IMAGE</edm:type></edm:ProvidedCHO>
<edm:Agent rdf:about="https://d-nb.info/gnd/1"><skos:prefLabel>Dürer, Albrecht</skos:prefLabel></edm:Agent>
<edm:Place rdf:about="https://g.org/2"><skos:prefLabel>Nürnberg</skos:prefLabel></edm:Place>
<edm:WebResource rdf:about="https://x.org/1.jpg"><dc:format>image/jpeg</dc:format></edm:WebResource>
<ore:Aggregation><edm:isShownAt rdf:resource="https://x.org/page"/><edm:isShownBy rdf:resource="https://x.org/1.jpg"/>
<edm:dataProvider>Museum</edm:dataProvider><edm:rights rdf:resource="http://creativecommons.org/licenses/by/4.0/"/>
</ore:Aggregation>"""


def test_the_object_is_told_with_the_words_for_what_it_points_to():
    said = told(rdf(OBJECT))
    assert texts(said) == {
        "dc.title": ["Titel"],
        "dc.contributor.author": ["Dürer, Albrecht"],
        "dc.coverage.spatial": ["Nürnberg"],
        "dc.subject": ["https://elsewhere.org/3"],
        "dc.type": ["image"],
        "dc.identifier.uri": ["https://x.org/1", "https://x.org/page"],
        "dc.rights.uri": ["http://creativecommons.org/licenses/by/4.0/"],
        "dc.publisher": ["Museum"],
    }
    assert said.metadata["dc.contributor.author"][0].authority == "https://d-nb.info/gnd/1"
    assert [(file.url, file.mimetype, file.access) for file in said.files] == [
        ("https://x.org/1.jpg", "image/jpeg", "open")
    ]


def test_europeanas_own_proxy_says_nothing_of_the_object():
    proxies = """<edm:ProvidedCHO rdf:about="#1"/>
    <ore:Proxy><dc:title>The provider's</dc:title><edm:europeanaProxy>false</edm:europeanaProxy></ore:Proxy>
    <ore:Proxy><dc:title>Europeana's</dc:title><edm:europeanaProxy>true</edm:europeanaProxy></ore:Proxy>"""
    assert texts(told(rdf(proxies)))["dc.title"] == ["The provider's"]
    assert not edm.kept(parsed(rdf(proxies)))


def test_other_rdf_is_told_by_its_first_node_with_a_title_and_not_kept():
    other = rdf(
        '<bibo:Article rdf:about="https://x.org/1"><dcterms:title>T</dcterms:title><dcterms:creator><foaf:Person>'
        "<foaf:name>A B</foaf:name><foaf:familyName>B</foaf:familyName><foaf:givenName>A</foaf:givenName>"
        "</foaf:Person></dcterms:creator><bibo:doi>10.5072/1</bibo:doi></bibo:Article>"
    )
    assert texts(told(other)) == {
        "dc.title": ["T"],
        "dc.contributor.author": ["B, A"],
        "dc.identifier.doi": ["10.5072/1"],
        "dc.identifier.uri": ["https://x.org/1"],
    }
    assert not edm.kept(parsed(other))
    assert edm.kept(parsed(rdf(OBJECT)))


@real
@pytest.mark.parametrize(
    ("file", "title", "files"),
    [
        ("europeana-corelib", "gebundenes Clavichord", 1),
        ("europeana-internal", "Beurs van beschilderd creme-wit fluweel, met gouden beugel", 1),
    ],
)
def test_a_real_record_tells_its_title_and_its_picture(file, title, files):
    (found,) = records(f"samples/edm/{file}.xml", roots=edm.ROOTS)
    assert texts(told(found))["dc.title"] == [title]
    assert len(told(found).files) == files
