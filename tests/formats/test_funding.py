"""Grants, from the words that OpenAIRE made to a sentence about a sponsor."""

import pytest

from oai_server.formats.funding import Funding, agreement, fundings
from tests.formats.items import item

EC = "info:eu-repo/grantAgreement/EC/"
EC_DOI = "https://doi.org/10.13039/501100000780"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (
            f"{EC}H2020/000000/EU/An%20Invented%20Project/NOTREAL",
            Funding("European Commission", EC_DOI, "H2020", "000000", "EU", "An Invented Project", "NOTREAL"),
        ),
        (f"{EC}FP7/246686", Funding("European Commission", EC_DOI, "FP7", "246686")),
        ("info:eu-repo/grantAgreement/XYZ//17", Funding("XYZ", None, None, "17")),
        (f"{EC}FP7/1///ACRO", Funding("European Commission", EC_DOI, "FP7", "1", acronym="ACRO")),
        (f"{EC}FP7/", None),
        (f"{EC}FP7", None),
        ("https://example.org/", None),
    ],
)
def test_a_grant_agreement_is_told_in_parts(text, known):
    found = agreement(text)
    assert (found and found.agreement) == (known and text)
    assert found == (known and Funding(**{**{n: getattr(known, n) for n in known.__slots__}, "agreement": text}))


def test_award_fields_of_one_length_belong_together():
    fields = {
        "oaire.fundingStream": ["H2020", "FP7"],
        "oaire.awardNumber": ["1", "2"],
        "oaire.awardURI": ["https://example.org/1", "none"],
    }
    assert fundings(item(fields)) == [
        Funding(programme="H2020", number="1", uri="https://example.org/1"),
        Funding(programme="FP7", number="2"),
    ]


def test_award_fields_of_different_lengths_are_not_guessed_together():
    fields = {"oaire.fundingStream": ["H2020"], "oaire.awardNumber": ["1", "2"]}
    assert fundings(item(fields)) == [Funding(number="1"), Funding(number="2")]


def test_projects_and_sponsors_are_told_as_far_as_they_are_known():
    fields = {
        "dc.relation": ["An article", f"{EC}FP7/1"],
        "dc.relation.project": ["Tides", "https://example.org/p"],
        "dc.relation.grantno": ["G-17"],
        "dc.description.sponsorship": ["The Pier Trust", "The Pier Trust"],
    }
    assert fundings(item(fields))[1:] == [
        Funding(title="Tides"),
        Funding(uri="https://example.org/p"),
        Funding(number="G-17"),
        Funding("The Pier Trust"),
    ]
    assert fundings(item({})) == []
