"""Theses as EThOS takes them."""

import pytest

from oai_server.ingest.mappings import mappings
from oai_server.ingest.mappings.told import Told
from tests.ingest.mappings.real import real, records, texts, told

SECOND = "http://naca.central.cranfield.ac.uk/ethos-oai/2.0/"
FIRST = "http://naca.central.cranfield.ac.uk/uketd/"


def thesis(inside: str, namespace: str = SECOND) -> Told:
    return told(
        f'<u:uketddc xmlns:u="{namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/'
        'dc/terms/" xmlns:t="http://naca.central.cranfield.ac.uk/ethos-oai/terms/" xmlns:xsi="http://www.w3.org/2001/'
        f'XMLSchema-instance"><dc:title>A title</dc:title>{inside}</u:uketddc>'
    )


@pytest.mark.parametrize(("namespace", "prefix"), [(SECOND, "uketd_dc"), (FIRST, "uketd_dc1")])
def test_each_edition_is_read_and_is_a_format_of_its_own(namespace, prefix):
    assert texts(thesis("", namespace)) == {"dc.title": ["A title"]}
    assert prefix == mappings()[f"{{{namespace}}}uketddc"].PREFIX


def test_an_identifier_after_an_author_is_the_authors():
    said = thesis(
        "<dc:creator>A, B</dc:creator><t:authoridentifier>https://orcid.org/0000-0002-1825-0097</t:authoridentifier>"
        "<dc:creator>C, D</dc:creator>"
    )
    assert [(value.text, value.authority) for value in said.metadata["dc.contributor.author"]] == [
        ("A, B", "https://orcid.org/0000-0002-1825-0097"),
        ("C, D", None),
    ]


def test_a_grant_number_belongs_to_the_sponsor_before_it():
    said = texts(
        thesis(
            "<t:sponsor>A</t:sponsor><t:grantnumber>1</t:grantnumber><t:sponsor>B</t:sponsor>"
            "<t:grantnumber>2</t:grantnumber><t:grantnumber>3</t:grantnumber>"
        )
    )
    assert (said["project.funder.name"], said["oaire.awardNumber"]) == (["A", "B"], ["1", "2"])
    assert said["dc.identifier.grantnumber"] == ["3"]


@pytest.mark.parametrize(("embargo", "access"), [("", "open"), ("<t:embargotype>Total</t:embargotype>", "restricted")])
def test_a_typed_identifier_is_the_address_of_a_file(embargo, access):
    said = thesis(f'{embargo}<dc:identifier xsi:type="dcterms:URI">https://x.org/a.pdf</dc:identifier>')
    assert [(file.name, file.access) for file in said.files] == [("a.pdf", access)]
    assert "dc.identifier.uri" not in said.metadata


@real
def test_the_real_records_tell_title_institution_and_subject():
    found = [texts(told(each)) for place in ("uketd_dc/*", "dspace-main/uketd*") for each in _records(place)]
    assert len(found) == 2
    assert all(
        {"dc.title", "thesis.degree.grantor", "dc.subject", "dc.contributor.author"} <= set(each) for each in found
    )


def _records(place: str):
    roots = frozenset(root for root, known in mappings().items() if known.PREFIX.startswith("uketd_dc"))
    return records(f"samples/{place}.xml", roots=roots)
