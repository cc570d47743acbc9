"""Our schemas stand alone, accept what is right, and refuse what the official ones refuse."""

from calendar import monthrange
from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from pathlib import Path

import pytest
from lxml import etree

from tests.judges import our_schema

HERE = Path(__file__).parent
SCHEMAS = HERE.parents[1] / "schemas"
SAMPLES = HERE.parents[2] / "shared" / "samples"
XS = "{http://www.w3.org/2001/XMLSchema}"
FILES = sorted(path.name for path in SCHEMAS.glob("*.xsd"))
GOOD = sorted(path.relative_to(HERE / "good").as_posix() for path in HERE.glob("good/*/*.xml"))
SCHEMAS_OF = {  # good documents that show more than the schema they are named for
    "oai_dc": ["oai_dc.xsd", "dc.xsd"],
    "oai_openaire": ["oai_openaire.xsd", "openaire-datacite.xsd", "openaire-dc.xsd"],
    "qdc": ["qdc.xsd", "dcterms.xsd", "dc.xsd"],
    "rdf": ["rdf.xsd", "rdf-bibo.xsd", "rdf-dcterms.xsd", "rdf-foaf.xsd"],
    "rioxx": ["rioxx.xsd", "rioxx-dc.xsd", "rioxx-dcterms.xsd", "rioxxterms.xsd"],
}

# Parts of real samples that are officially valid and that ours refuse, and why.
NO_EMPTY = "an empty element"
TIGHTER = {
    ("containers/static-repository-exSR.xml", "Repository"): "a format that we do not write",
    ("etdms/ualberta-getrecord.xml", "OAI-PMH"): "the request has its query in its content (section 3.2)",
    ("oai-pmh/error-cannotDisseminateFormat.xml", "OAI-PMH"): NO_EMPTY,
    ("oai-pmh/error-noRecordsMatch.xml", "OAI-PMH"): NO_EMPTY,
    ("oai-pmh/openaire-cris-identify.xml", "Service"): "a format that these schemas do not hold",
    ("oai-pmh/spec-example-3.2.xml", "dc"): NO_EMPTY,
    ("oai-pmh/spec-example-4.1c.xml", "OAI-PMH"): NO_EMPTY,
    ("oai-pmh/spec-example-4.2.xml", "eprints"): NO_EMPTY,
    ("oai-pmh/spec-example-4.3c.xml", "OAI-PMH"): NO_EMPTY,
    ("oai_dc/ojs-getrecord.xml", "dc"): NO_EMPTY,
}
FOLDERS = ["oai-pmh", "containers", "oai_dc", "dim", "etdms"]
SAMPLE_FILES = sorted(f"{folder}/{path.name}" for folder in FOLDERS for path in SAMPLES.glob(f"{folder}/*.xml")) + [
    f"dspace-main/{name}.xml" for name in ("oai_dc", "dim", "etdms") if SAMPLES.exists()
]
NO_SAMPLES = pytest.param("", id="none", marks=pytest.mark.skip(reason=f"the real samples are not here: no {SAMPLES}"))


def good(schema: str) -> list[etree._Element]:
    return [etree.parse(path).getroot() for path in sorted(HERE.glob(f"good/{schema}/*.xml"))]


# Alone


class Nowhere(etree.Resolver):
    def resolve(self, url, public_id, context):
        if "://" in url:
            raise AssertionError(f"a schema reaches out to {url}")


@pytest.mark.parametrize("name", FILES)
def test_a_schema_compiles_with_its_neighbours_alone(name):
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Nowhere())
    tree = etree.parse(SCHEMAS / name, parser)
    etree.XMLSchema(tree)
    locations = tree.xpath("//@schemaLocation")
    assert all((SCHEMAS / location).parent == SCHEMAS and (SCHEMAS / location).exists() for location in locations)


@pytest.mark.parametrize("name", FILES)
def test_a_schema_says_what_it_is_at_its_top(name):
    first = etree.parse(SCHEMAS / name).getroot()[0]
    assert first.tag == f"{XS}annotation"
    assert first.findtext(f"{XS}documentation").strip()


@pytest.fixture(scope="session")
def datestamp() -> etree.XMLSchema:
    return etree.XMLSchema(
        etree.fromstring(
            f"""<xs:schema xmlns:xs="{XS[1:-1]}">
              <xs:include schemaLocation="{(SCHEMAS / "values.xsd").as_uri()}"/>
              <xs:element name="datestamp" type="datestamp"/>
              <xs:element name="day" type="day"/>
              <xs:element name="instant" type="instant"/>
            </xs:schema>"""
        )
    )


@pytest.mark.parametrize("year", [0, 1, 4, 100, 400, 1900, 2000, 2023, 2024, 2100, 2400, 9999])
def test_a_datestamp_is_a_day_of_the_calendar_with_or_without_its_time(datestamp, year):
    """Whatever the month and the day, ours agree with Python's calendar (section 3.3)."""

    def accepted(name: str, text: str) -> bool:
        element = etree.Element(name)
        element.text = text
        return datestamp.validate(element)

    for month, day in product(range(14), range(33)):
        text = f"{year:04}-{month:02}-{day:02}"
        exists = year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
        assert accepted("datestamp", text) == accepted("day", text) == exists
        assert accepted("datestamp", f"{text}T23:59:59Z") == accepted("instant", f"{text}T23:59:59Z") == exists
        assert not accepted("instant", text)
        assert not accepted("day", f"{text}T23:59:59Z")


# What is right


@pytest.mark.parametrize("name", GOOD)
def test_a_good_document_is_valid_by_ours(ours, name):
    assert ours((HERE / "good" / name).read_bytes()) == []


@pytest.mark.parametrize("name", GOOD)
def test_a_good_document_is_valid_officially(official, name):
    assert official((HERE / "good" / name).read_bytes()) == []


@pytest.mark.parametrize("schema", sorted(path.name for path in HERE.glob("good/*")))
def test_good_documents_show_all_that_their_schema_declares(schema):
    """Every element, every attribute and every word of an enumeration occurs in one of them."""
    shown = set()
    for element in (element for root in good(schema) for element in root.iter(etree.Element)):
        shown.update([("element", etree.QName(element).localname), ("enumeration", element.text)])
        for name, value in element.attrib.items():
            shown.update([("attribute", etree.QName(name).localname), ("enumeration", value)])
    for name in SCHEMAS_OF.get(schema, [f"{schema}.xsd"]):
        for node in etree.parse(SCHEMAS / name).iter(f"{XS}element", f"{XS}attribute", f"{XS}enumeration"):
            said = node.get("name") or node.get("value") or node.get("ref").rpartition(":")[2]
            assert (etree.QName(node).localname, said) in shown


# What is not


def spoilt(root: etree._Element) -> Iterator[bytes]:
    """The document with one thing changed: each element and each attribute in turn, each in a dozen ways."""

    def version(change, path) -> bytes:
        twin = deepcopy(root)
        change(twin.find(path))
        return etree.tostring(twin)

    tree = root.getroottree()
    for element in root.iter(etree.Element):
        path = tree.getelementpath(element)
        for change in ELEMENT_CHANGES if element is not root else ROOT_CHANGES:
            yield version(change, path)
        for name in element.attrib:
            if "schemaLocation" not in name:
                for change in ATTRIBUTE_CHANGES:
                    yield version(lambda twin, change=change, name=name: change(twin, name), path)


def remove(element):
    element.getparent().remove(element)


def repeat(element):
    element.addnext(deepcopy(element))


def move_back(element):
    before = element.getprevious()
    if before is not None:
        before.addprevious(element)


def rename(element):
    element.tag = f"{{{etree.QName(element).namespace}}}other"


def emigrate(element):
    element.tag = f"{{urn:elsewhere}}{etree.QName(element).localname}"


def go_homeless(element):
    element.tag = etree.QName(element).localname


def put_in(element):
    element.append(etree.Element(element.tag))


def write(text):
    def change(element):
        element.text = text

    return change


def mark(element):
    element.set("other", "1")


def take(element, name):
    del element.attrib[name]


def say(text):
    def change(element, name):
        element.set(name, text)

    return change


def misname(element, name):
    element.set(f"{name}2", element.attrib.pop(name))


WORDS = [
    "",
    " ",
    "?",
    "a b",
    "1",
    "0",
    "-1",
    "2024",
    "2024-1-1",
    "2024-02-30",
    "2024-01-01T00:00:00",
    "http://[",
    "é",
    "a:",
    "true",
]
ROOT_CHANGES = [rename, emigrate, go_homeless, put_in, mark, *map(write, WORDS)]
ELEMENT_CHANGES = [remove, repeat, move_back, *ROOT_CHANGES]
ATTRIBUTE_CHANGES = [take, misname, *map(say, WORDS)]


@pytest.mark.parametrize("name", GOOD)
def test_no_change_that_the_official_schemas_refuse_passes_ours(ours, official, name):
    for document in spoilt(etree.parse(HERE / "good" / name).getroot()):
        if not ours(document):
            assert official(document) == [], document.decode()


# What is real


@pytest.mark.parametrize("name", SAMPLE_FILES or [NO_SAMPLES])
def test_a_part_of_a_real_sample_is_valid_by_ours_only_if_officially(checker, name):
    """What the official schemas refuse, ours refuse; what ours alone refuse is known and has its reason."""
    try:
        root = etree.parse(SAMPLES / name).getroot()
    except etree.XMLSyntaxError:
        return
    tighter = set()
    for element, part, _ in checker.parts(root, "document"):
        url, _ = checker.choose(element)
        if url is None and element is root:
            continue  # a wrapper that somebody put around records
        officially = url is not None and checker.schema(url).validate(etree.ElementTree(part))
        by_ours = our_schema(part).validate(etree.ElementTree(part))
        assert officially or not by_ours, etree.QName(element).localname
        if officially and not by_ours:
            tighter.add((name, etree.QName(element).localname))
    assert tighter == {known for known in TIGHTER if known[0] == name}


# The attributes of xml.xsd, on an element made for them

XML_ATTRIBUTES = [
    # attribute, value, by ours, officially
    ("lang", "en", True, True),
    ("lang", "de-CH-1996", True, True),
    ("lang", "zh-Hant-TW", True, True),
    ("lang", "x-klingon", True, True),
    ("lang", "en_US", False, False),
    ("lang", "*", False, False),
    ("lang", "en de", False, False),
    ("lang", "en-", False, False),
    ("lang", "e1", False, False),
    ("lang", "englishlanguage", False, False),
    ("lang", "none", False, True),
    ("lang", "English", False, True),
    ("lang", "x", False, True),
    ("lang", "", False, True),
    ("space", "preserve", True, True),
    ("space", "default", True, True),
    ("space", "keep", False, False),
    ("space", "", False, False),
    ("base", "https://repository.example.org/", True, True),
    ("base", "", True, True),
    ("base", "http://[", False, False),
    ("id", "a1", True, True),
    ("id", "1a", False, False),
    ("id", "", False, False),
    ("other", "x", False, False),
]


def holder(xml_schema: Path) -> etree.XMLSchema:
    """A schema of one element that has all the attributes of an xml.xsd."""
    return etree.XMLSchema(
        etree.fromstring(
            f"""<xs:schema xmlns:xs="{XS[1:-1]}">
              <xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="{xml_schema.as_uri()}"/>
              <xs:element name="a">
                <xs:complexType>
                  <xs:attributeGroup ref="xml:specialAttrs"/>
                </xs:complexType>
              </xs:element>
            </xs:schema>"""
        )
    )


def with_attribute(name: str, value: str) -> etree._Element:
    return etree.Element("a", {f"{{http://www.w3.org/XML/1998/namespace}}{name}": value})


@pytest.mark.parametrize(("name", "value", "by_ours", "officially"), XML_ATTRIBUTES)
def test_an_xml_attribute_is_judged_by_ours(name, value, by_ours, officially):
    assert holder(SCHEMAS / "xml.xsd").validate(with_attribute(name, value)) == by_ours


@pytest.mark.parametrize(("name", "value", "by_ours", "officially"), XML_ATTRIBUTES)
def test_an_xml_attribute_is_judged_officially(checker, name, value, by_ours, officially):
    official = holder(Path(checker.path("http://www.w3.org/2001/xml.xsd")))
    assert official.validate(with_attribute(name, value)) == officially
