"""Digital items of MPEG-21 with descriptions in other formats inside."""

import pytest

from oai_server.ingest.mappings import didl
from oai_server.ingest.mappings.told import Told
from tests.ingest.mappings.real import parsed, real, records, texts, told

DESCRIPTION = """<d:Descriptor><d:Statement><resource xmlns="http://datacite.org/schema/kernel-4">
<titles><title>T</title></titles></resource></d:Statement></d:Descriptor>"""


def package(inside: str) -> Told:
    return told(
        '<d:DIDL xmlns:d="urn:mpeg:mpeg21:2002:02-DIDL-NS" xmlns:i="urn:mpeg:mpeg21:2002:01-DII-NS" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"<d:Item>{inside}</d:Item></d:DIDL>"
    )


def part(kind: str, resource: str, access: str = "") -> str:
    described = (
        f'<d:Descriptor><d:Statement><rdf:type rdf:resource="info:eu-repo/semantics/{kind}"/></d:Statement>'
        f"</d:Descriptor>{access}"
    )
    return f"<d:Item>{described}<d:Component>{resource}</d:Component></d:Item>"


def test_the_description_inside_is_told_with_the_identifier_around_it():
    identifier = (
        "<d:Descriptor><d:Statement><i:Identifier>urn:nbn:nl:ui:1-2</i:Identifier></d:Statement></d:Descriptor>"
    )
    said = package(identifier + DESCRIPTION)
    assert said.identifier == "urn:nbn:nl:ui:1-2"
    assert texts(said) == {"dc.title": ["T"], "dc.identifier.urn": ["urn:nbn:nl:ui:1-2"]}


def test_a_page_is_an_address_of_the_item_and_an_object_is_a_file():
    access = (
        "<d:Descriptor><d:Statement><dcterms:accessRights>http://purl.org/eprint/accessRights/OpenAccess"
        "</dcterms:accessRights></d:Statement></d:Descriptor>"
    )
    said = package(
        DESCRIPTION
        + part("humanStartPage", '<d:Resource ref="https://x.org/page" mimeType="text/html"/>')
        + part("objectFile", '<d:Resource ref="https://x.org/a.pdf" mimeType="application/pdf"/>', access)
        + part("objectFile", '<d:Resource ref="https://x.org/b.html" mimeType="text/html"/>')
    )
    assert texts(said)["dc.identifier.uri"] == ["https://x.org/page"]
    assert [(file.name, file.access) for file in said.files] == [("a.pdf", "open"), ("b.html", "restricted")]


def test_a_package_without_a_description_that_we_know_says_only_where_it_is():
    assert package(
        "<d:Component><d:Resource ref='https://x.org/1' mimeType='text/html'/></d:Component>"
    ).metadata.keys() == {"dc.identifier.uri"}


@pytest.mark.parametrize(("attributes", "kept"), [("", True), ('DIDLDocumentId="urn:nbn:nl:ui:1-2"', False)])
def test_a_package_of_the_dutch_profile_is_not_served_as_ours(attributes, kept):
    assert didl.kept(parsed(f'<DIDL xmlns="urn:mpeg:mpeg21:2002:02-DIDL-NS" {attributes}/>')) is kept


@real
@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("didl/differ-nl_didl", "Anomalous plasma heating induced by modulation of the current-density profile"),
        ("didl/dspace-uu-nl_didl", "3D Rotational X-Ray guidance for surgical interventions"),
        ("didl/pure-eur-nl_didl", "Richtlijn recht op reparatie: revolutionair of lege dop?"),
        ("dspace-main/didl", None),
    ],
)
def test_a_real_package_tells_the_title_of_its_description(file, title):
    (found,) = records(f"samples/{file}.xml", roots=didl.ROOTS)
    said = texts(told(found))
    assert said["dc.title"] == [title or said["dc.title"][0]]
    assert said["dc.identifier.uri"] or said["dc.identifier.urn"]
