"""Records that came as XML: served as they came where they are valid, made here where they are not and can be."""

import pytest

from oai_server.formats.rendering import make_renderer
from oai_server.model import Item, Site, Value

SITE = Site("https://x.example.org/oai", "X", "x.example.org", "https://x.example.org/oai/schemas/")
FIELDS = {"dc.title": (Value("Made here"),)}
DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>As it came</dc:title></oai_dc:dc>"
)
MARC = '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader></record>'


class Judge:
    """The official schema of everything: it has these objections, or is not there."""

    def __init__(self, found: list[tuple[int, str]] | None) -> None:
        self.found = found

    def objections(self, root, schema_url):
        return self.found


def rendered(xml: dict[str, str], prefixes: tuple[str, ...] = ("oai_dc",), judge: Judge | None = None):
    renderer = make_renderer(prefixes, SITE, None, (), lambda: judge or Judge(None))
    return renderer.render(Item("oai:x.example.org:1", FIELDS, xml=xml))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (DC.replace("dc:title", "dc:tittle"), "line 1: "),
        (DC.replace("</oai_dc:dc>", ""), "xml.oai_dc: "),
        ("<dc/>", "is not in the namespace"),
        (f'<!DOCTYPE dc [<!ENTITY a "b">]>{DC}', "document type declaration"),
    ],
)
def test_what_is_not_valid_is_made_here_and_noted(wrong, reason):
    found = rendered({"oai_dc": wrong})
    assert b"Made here" in found.metadata["oai_dc"]
    (fault,) = found.faults
    assert (fault.degree, fault.prefix) == ("noted", "oai_dc")
    assert reason in fault.message
    assert found.failed == frozenset()


def test_what_is_valid_is_served_as_it_came():
    found = rendered({"oai_dc": DC})
    assert b"As it came" in found.metadata["oai_dc"]
    assert found.faults == ()


def test_where_the_official_schema_is_at_hand_it_alone_judges_what_came():
    """Ours is strict about what we write ourselves."""
    lax = DC.replace("<dc:title>", "<dc:title xml:lang='en' x='y'>")
    assert b"Made here" in rendered({"oai_dc": lax}).metadata["oai_dc"]
    assert b"As it came" in rendered({"oai_dc": lax}, judge=Judge([])).metadata["oai_dc"]


def test_what_the_official_schema_refuses_is_lost_where_it_refuses_what_we_make_too():
    found = rendered({"oai_dc": DC}, judge=Judge([(3, "is not allowed")]))
    assert found.metadata == {}
    assert [(fault.degree, fault.prefix) for fault in found.faults] == [("lost", "oai_dc")]


def test_what_came_in_a_format_that_we_cannot_make_of_the_item_is_lost():
    thesis = '<thesis xmlns="http://www.ndltd.org/standards/metadata/etdms/1.1/"><nothing/></thesis>'
    found = rendered({"etdms": thesis}, ("oai_dc", "etdms"))
    assert set(found.metadata) == {"oai_dc"}
    assert [(fault.degree, fault.prefix) for fault in found.faults] == [("lost", "etdms")]


def test_a_format_that_we_know_and_did_not_choose_is_announced_as_we_know_it():
    found = rendered({"marc": MARC}, judge=Judge([]))
    assert b"MARC21slim.xsd" in found.metadata["marc"]
    (stored,) = found.stored
    assert (stored.prefix, stored.namespace) == ("marc", "http://www.loc.gov/MARC21/slim")
    assert stored.schema.endswith("MARC21slim.xsd")


def test_what_came_in_such_a_format_and_is_not_valid_is_no_loss():
    found = rendered({"marc": MARC})
    assert set(found.metadata) == {"oai_dc"}
    assert [(fault.degree, fault.prefix) for fault in found.faults] == [("noted", "marc")]
    assert found.failed == {"marc"}


def test_the_prefix_of_such_a_format_may_be_another_format_of_somebody():
    theirs = (
        '<marc xmlns="https://y.example.org/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="https://y.example.org/ https://y.example.org/marc.xsd"/>'
    )
    assert rendered({"marc": theirs}).stored[0].namespace == "https://y.example.org/"


def test_an_about_package_of_no_known_kind_is_left_out_of_each_record_and_noted():
    renderer = make_renderer(("oai_dc", "dim"), SITE)
    found = renderer.render(Item("oai:x.example.org:1", FIELDS, about=('<x xmlns="https://y.example.org/"/>',)))
    assert found.about == ()
    assert [(fault.degree, fault.prefix) for fault in found.faults] == [("noted", "oai_dc"), ("noted", "dim")]
