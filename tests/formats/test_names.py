"""Names parted at the first comma and never guessed at; ORCIDs only with the right check character."""

import pytest

from oai_server.formats.names import RELATORS, advisors, contributors, creators, editors, name_of, orcid_of
from oai_server.model import Value
from tests.formats.items import item


@pytest.mark.parametrize(
    ("text", "family", "given", "direct"),
    [
        ("Howard, Louise M.", "Howard", "Louise M.", "Louise M. Howard"),
        ("King, Martin Luther, Jr.", "King", "Martin Luther, Jr.", "Martin Luther, Jr. King"),
        ("Madonna", None, None, "Madonna"),
        ("Louise M. Howard", None, None, "Louise M. Howard"),
        ("Inchgarrow Harbour Observatory", None, None, "Inchgarrow Harbour Observatory"),
        ("Smith,", None, None, "Smith,"),
        (", Smith", None, None, ", Smith"),
        ("架空, 花子", "架空", "花子", "架空花子"),
        ("الخيالي، سمير", "الخيالي", "سمير", "سمير الخيالي"),
    ],
)
def test_a_name_is_parted_once_at_the_first_comma(text, family, given, direct):
    name = name_of(Value(text))
    assert (name.full, name.family, name.given, name.direct) == (text, family, given, direct)


@pytest.mark.parametrize(
    ("authority", "orcid"),
    [
        ("https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("http://orcid.org/0000-0002-1825-0097/", "0000-0002-1825-0097"),
        ("0000-0001-2345-672x", "0000-0001-2345-672X"),
        ("orcid:0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("will be referenced::ORCID::0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1825-0098", None),
        ("https://orcid.org/0000-0000-0000-0000", None),
        ("virtual::0000-0002-1825-0097", None),
        ("virtual::12", None),
        ("5f1d9a3e-77c0-4f43-9b1e-0d6a2c8e4b10", None),
        ("12345678-1234-1234-1234-123456789012", None),
        ("https://isni.org/isni/0000-0001-2103-2683", None),
        ("", None),
        (None, None),
    ],
)
def test_an_orcid_is_taken_from_an_authority_only_if_it_can_be_right(authority, orcid):
    assert orcid_of(authority) == orcid


def test_another_authority_is_told_as_its_address():
    assert name_of(Value("A, B", authority="http://viaf.org/viaf/1")).uri == "http://viaf.org/viaf/1"
    assert name_of(Value("A, B", authority="0000-0002-1825-0097")).uri == "https://orcid.org/0000-0002-1825-0097"
    assert name_of(Value("A, B", authority="https://orcid.org/0000-0002-1825-0098")).uri is None
    assert name_of(Value("A, B", authority="virtual::1")).uri is None


def test_only_the_field_makes_a_body_of_a_name():
    body = item({"dc.creator.corporate": "Bolt, Nut and Sons", "dc.creator": "Bolt University"})
    assert [(name.full, name.organisation) for name in creators(body)] == [
        ("Bolt University", False),
        ("Bolt, Nut and Sons", True),
    ]
    assert creators(body)[1].family is None


def test_everybody_has_the_role_that_their_field_tells():
    told = item(
        {
            "dc.contributor.author": "Author, A.",
            "dc.contributor.advisor": "Advisor, A.",
            "dc.contributor.editor": ["Editor, E.", "Editor, E."],
            "dc.contributor.committeeMember": "Member, M.",
            "dc.contributor.referee": "Referee, R.",
            "dc.contributor.institution": "Some, Institution",
            "dc.contributor.orcid": "0000-0002-1825-0097",
            "dc.contributor.unheardOf": "Else, S.",
            "dc.contributor": "Plain, P.",
        }
    )
    assert [(name.full, role) for name, role in contributors(told)] == [
        ("Advisor, A.", "advisor"),
        ("Editor, E.", "editor"),
        ("Member, M.", "committee member"),
        ("Referee, R.", "referee"),
        ("Some, Institution", "other"),
        ("Else, S.", "other"),
        ("Plain, P.", "other"),
    ]
    assert [name.full for name in advisors(told)] == ["Advisor, A."]
    assert [name.full for name in editors(told)] == ["Editor, E."]
    assert {role for _, role in contributors(told)} <= set(RELATORS)
