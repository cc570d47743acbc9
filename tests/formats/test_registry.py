"""Formats of a site's own, and formats that come as XML: offered without a line of ours being changed."""

from functools import partial

import pytest
from lxml import etree

from oai_server.formats import chosen_formats, known_formats
from oai_server.formats.rendering import make_renderer
from oai_server.ingest.keeping import Hands
from oai_server.ingest.pipeline import Pipeline
from oai_server.model import Site
from tests.conftest import item, readings

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
NAME = "oai:demo.example.org:1"
PYTHON = """
from lxml import etree
from oai_server.model import MetadataFormat

NS = "http://example.org/mine/"

def crosswalk(item, site):
    root = etree.Element("{%s}mine" % NS)
    root.text = item.first("dc.title")
    return root

FORMAT = MetadataFormat("mine", NS, "http://example.org/mine.xsd", None, crosswalk,
                        lambda item: item.identifier.endswith("x1"))
"""
XSLT = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:dim="http://www.dspace.org/xmlns/dspace/dim" xmlns:s="http://example.org/short/" exclude-result-prefixes="dim">
  <xsl:template match="/dim:dim">
    <s:short><xsl:apply-templates select="dim:field[@element='title']"/></s:short>
  </xsl:template>
  <xsl:template match="dim:field"><s:t><xsl:value-of select="."/></s:t></xsl:template>
</xsl:stylesheet>"""
TOML = """
prefix = "short"
namespace = "http://example.org/short/"
schema = "http://example.org/short.xsd"
stylesheet = "short.xsl"
source = "dim"
xsd = "short.xsd"
"""
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://example.org/short/"
  elementFormDefault="qualified"><xs:element name="short"><xs:complexType><xs:sequence>
  <xs:element name="t" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (("mine.py", PYTHON), ("short.xsl", XSLT), ("short.toml", TOML), ("short.xsd", XSD)):
        (tmp_path / name).write_text(text)
    return str(tmp_path)


def rendered(folder, *prefixes, **changed):
    renderer = make_renderer(prefixes, SITE, paths=(folder,))
    return renderer.render(item("oai:demo.example.org:x1", **changed))


def test_a_python_file_in_a_folder_is_a_format(folder):
    found = rendered(folder, "mine")
    assert b"A title" in found.metadata["mine"]
    assert b'schemaLocation="http://example.org/mine/ http://example.org/mine.xsd"' in found.metadata["mine"]
    (note,) = found.faults
    assert (note.degree, note.prefix) == ("noted", "mine")
    assert "not validated" in note.message
    assert "mine" not in make_renderer(("mine",), SITE, paths=(folder,)).offered(item("oai:demo.example.org:1"))


def test_a_stylesheet_over_dim_is_a_format_judged_by_its_own_schema(folder):
    assert etree.fromstring(rendered(folder, "short").metadata["short"]).xpath("string()") == "A title"
    two = {"dc.title.alternative": item("1", "Another").values("dc.title")}
    found = rendered(folder, "short", fields=two)
    assert "short" in found.failed
    assert [fault.degree for fault in found.faults] == ["lost"]


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("bad.py", "FORMAT = 5", "bad.py: FORMAT must be a MetadataFormat"),
        ("bad.py", "import nothing_like_it", "bad.py: ModuleNotFoundError"),
        ("bad.py", PYTHON.replace('"mine"', '"all"'), "bad.py: 'all' is no metadataPrefix"),
        ("bad.toml", "prefix = 'x'", "bad.toml: namespace, schema, source, stylesheet is missing"),
        ("bad.toml", TOML.replace('"dim"', '"mods"'), "source is 'mods'"),
        ("bad.toml", TOML.replace("short.xsl", "none.xsl"), "none.xsl"),
        ("short.xsl", "<x", "short.xsl"),
    ],
)
def test_a_file_that_makes_no_format_is_told_by_its_name(folder, tmp_path, file, text, reason):
    (tmp_path / file).write_text(text)
    with pytest.raises(ValueError, match=r"(?s).*") as error:
        known_formats((folder, ""))
    assert reason in str(error.value)


def test_a_stylesheet_cannot_write_and_cannot_reach_the_network(folder, tmp_path):
    reach = "<xsl:copy-of select=\"document('http://127.0.0.1:9/x')\"/>"
    (tmp_path / "short.xsl").write_text(XSLT.replace("<s:short>", f"<s:short>{reach}"))
    found = rendered(folder, "short")
    assert "short" not in found.metadata
    assert "denied" in found.faults[0].message


def test_a_crosswalk_that_breaks_down_costs_its_record_and_no_other(tmp_path):
    (tmp_path / "broken.py").write_text(PYTHON.replace('item.first("dc.title")', "1 / 0"))
    found = rendered(str(tmp_path), "mine", "oai_dc")
    assert set(found.metadata) == {"oai_dc"}
    (fault,) = found.faults
    assert (fault.degree, fault.prefix, "ZeroDivisionError" in fault.message) == ("lost", "mine", True)


def test_oai_dc_is_always_among_the_chosen_and_the_unknown_is_told():
    assert list(chosen_formats(["dim"])) == ["oai_dc", "dim"]
    with pytest.raises(ValueError, match="nothing not known"):
        chosen_formats(["nothing"])


LIDO = (
    '<lido xmlns="http://example.org/lido" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://example.org/lido http://example.org/lido.xsd"><x>1</x></lido>'
)


def test_a_format_that_comes_as_xml_is_announced_and_served_as_it_came(pipeline, store, make_client, monkeypatch):
    pipeline.ingest(readings(item("1", xml={"lido": LIDO}), item("2")), "test")
    (note,) = store.faults()
    assert (note["degree"], note["prefix"]) == ("noted", "lido")
    client = make_client(store).flask
    told = client.get(f"/oai?verb=ListMetadataFormats&identifier={NAME}").data
    assert b"<metadataPrefix>lido</metadataPrefix>" in told
    assert b"<schema>http://example.org/lido.xsd</schema>" in told
    assert b"<x>1</x>" in client.get(f"/oai?verb=GetRecord&identifier={NAME}&metadataPrefix=lido").data
    assert (
        b"cannotDisseminateFormat"
        in client.get("/oai?verb=GetRecord&identifier=oai:demo.example.org:2&metadataPrefix=lido").data
    )
    assert client.get("/oai?verb=ListIdentifiers&metadataPrefix=lido").data.count(b"<header>") == 1


@pytest.mark.parametrize(
    ("prefix", "xml", "reason"),
    [
        ("lido", "<lido/>", "needs a namespace"),
        ("lido", '<lido xmlns="http://example.org/lido"/>', "needs an xsi:schemaLocation"),
        ("all", LIDO, "no metadataPrefix"),
        ("li do", LIDO, "no metadataPrefix"),
        ("lido", "<lido", "well-formed"),
        ("lido", "<!DOCTYPE lido [<!ENTITY a 'b'>]>" + LIDO, "document type"),
    ],
)
def test_xml_that_cannot_be_announced_is_a_fault_and_the_item_goes_in(pipeline, store, prefix, xml, reason):
    tally = pipeline.ingest(readings(item("1", xml={prefix: xml})), "test")
    (fault,) = tally.faults
    assert fault.degree == "lost"
    assert reason in fault.message + fault.rule
    assert set(store.formats_of(NAME)) >= {"oai_dc", "dim"}
    assert prefix not in store.formats_of(NAME)
    assert store.stored_formats() == {}


def test_a_prefix_has_one_namespace_in_a_repository(pipeline, store):
    pipeline.ingest(readings(item("1", xml={"lido": LIDO})), "test")
    other = LIDO.replace("org/lido", "org/other")
    tally = pipeline.ingest(readings(item("2", xml={"lido": other})), "test")
    assert [fault.degree for fault in tally.faults] == ["noted", "lost"]
    assert store.record("oai:demo.example.org:2", "lido") is None
    assert store.record("oai:demo.example.org:2", "oai_dc") is not None


def test_the_second_judge_refuses_too(store):
    class Strict:
        def objections(self, root, schema_url):
            return [(3, "not to my liking")] if schema_url.endswith("lido.xsd") else None

    make = partial(make_renderer, ("oai_dc",), SITE, None, (), Strict)
    tally = Pipeline(store, Hands(make), "demo.example.org").ingest(readings(item("1", xml={"lido": LIDO})), "test")
    (fault,) = tally.faults
    assert (fault.degree, fault.rule) == ("lost", "http://example.org/lido.xsd")
    assert "line 3: not to my liking" in fault.message


def test_an_installed_package_offers_a_format_by_its_entry_point(tmp_path, monkeypatch):
    """As pip lays it out: a module, and a .dist-info folder that names it."""
    (tmp_path / "their_format.py").write_text(PYTHON.replace('"mine"', '"theirs"'))
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[oai_server.formats]\ntheirs = their_format:FORMAT\n")
    monkeypatch.syspath_prepend(tmp_path)
    known_formats.cache_clear()
    try:
        assert known_formats()["theirs"].namespace == "http://example.org/mine/"
    finally:
        known_formats.cache_clear()
