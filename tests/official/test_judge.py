"""The official judge says of every sample what check.py says, which shares no code with it."""

import pickle
import shutil
from copy import deepcopy
from io import BytesIO
from itertools import islice

import pytest
from lxml import etree

from oai_server.official.judge import Official
from oai_server.official.manifest import lookup, manifest
from tests.judges import SHARED, checker
from tests.official.conftest import PUBLISHED

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
ROOTS = [entry.url for entry in manifest() if entry.root]

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
METS = "http://www.loc.gov/standards/mets/mets.xsd"
MODS = "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd"
DIDL = "http://standards.iso.org/ittf/PubliclyAvailableStandards/MPEG-21_schema_files/did/didl.xsd"
OAI_DATACITE = "http://schema.datacite.org/oai/oai-1.1/oai.xsd"
RIGHTS = "http://www.openarchives.org/OAI/2.0/rights.xsd"
DATACITE = "http://schema.datacite.org/meta/kernel-4/metadata.xsd"
RIOXX2 = "http://www.rioxx.net/schema/v2.0/rioxx/rioxx.xsd"
RIOXX3 = "http://www.rioxx.net/schema/v3.0/rioxx/rioxx.xsd"

DC = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:title>Emergency obstetric care in Lusaka</dc:title>{more}
</oai_dc:dc>"""
WRONG = "<dc:colour/>"
HOLDERS = {  # each holds one part of another format; {part} is it
    METS: """<mets xmlns="http://www.loc.gov/METS/"><dmdSec ID="d"><mdWrap MDTYPE="DC"><xmlData>{part}</xmlData>
        </mdWrap></dmdSec><structMap><div/></structMap></mets>""",
    DIDL: """<DIDL xmlns="urn:mpeg:mpeg21:2002:02-DIDL-NS"><Item><Descriptor><Statement
        mimeType="application/xml">{part}</Statement></Descriptor></Item></DIDL>""",
    RIGHTS: """<rights xmlns="http://www.openarchives.org/OAI/2.0/rights/"><rightsDefinition>{part}</rightsDefinition>
        </rights>""",
    MODS: """<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>T</title></titleInfo><extension>{part}</extension>
        </mods>""",
}
RIOXX = {
    RIOXX2: """<rioxx xmlns="http://www.rioxx.net/schema/v2.0/rioxx/" xmlns:ali="http://ali.niso.org/2014/ali/1.0"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
        xmlns:t="http://www.rioxx.net/schema/v2.0/rioxxterms/">
        <ali:license_ref ali:start_date="2015-02-17">http://creativecommons.org/licenses/by/4.0</ali:license_ref>
        <dc:identifier>http://repository.example.org/1/a.pdf</dc:identifier>
        <dc:language>en</dc:language><dc:source>0309-0167</dc:source><dc:title>T</dc:title>
        <dcterms:dateAccepted>2014-12-31</dcterms:dateAccepted>
        <t:author>Mwale, Grace</t:author><t:author>Tembo, John</t:author>
        <t:project t:funder_name="Wellcome">WT1</t:project>
        <t:type>Journal Article/Review</t:type><t:version>VoR</t:version></rioxx>""",
    RIOXX3: """<rioxx xmlns="http://www.rioxx.net/schema/v3.0/rioxx/" xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:dcterms="http://purl.org/dc/terms/" xmlns:t="http://www.rioxx.net/schema/v3.0/rioxxterms/">
        <dc:identifier>http://repository.example.org/1</dc:identifier>
        <dc:language>en</dc:language><dc:title>T</dc:title>
        <dcterms:dateAccepted>2014-12-31</dcterms:dateAccepted></rioxx>""",
}


@pytest.fixture(scope="session")
def check():
    """check.py, on our two folders."""
    found = checker()
    if found is None:
        pytest.skip(f"{SHARED / 'schemas' / 'check.py'} is not at hand")
    return found


def verdict(check, document: bytes) -> list[int]:
    """The lines that check.py objects to, in parts that have an official schema or none at all."""
    parts = check.check(BytesIO(document))
    return sorted(line for _, url, errors, _ in parts if not url or lookup(url) for line, _ in errors)


def lines(found: list[tuple[int, str]]) -> list[int]:
    return sorted(line for line, _ in found)


def records(official, path):
    """(document, schema) of the root of a sample, or of what is in it where the root is only somebody's wrapper."""

    def known(element):
        schema = official.schema_of(element)
        if schema:
            return [(etree.tostring(element, with_tail=False), schema)]
        return [pair for child in element.iterchildren(etree.Element) for pair in known(child)]

    try:
        return known(etree.parse(path, PARSER).getroot())
    except etree.XMLSyntaxError:
        return []


# Left out are what is not well-formed, and formats that have no official schema.
SAMPLES = [path for path in sorted((SHARED / "samples").rglob("*.xml")) if records(Official(PUBLISHED), path)]


@pytest.fixture(params=SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def sample(request, official):
    """The records of a sample."""
    return records(official, request.param)


def test_the_verdict_on_a_sample_is_check_py_s(official, check, sample):
    for document, schema in sample:
        found = official.objections(etree.fromstring(document, PARSER), schema)
        assert lines(found) == verdict(check, document)


def test_spoilt_samples_are_refused_as_check_py_refuses_them(official, check, sample):
    """In each record one element in the middle is renamed, then the last one."""
    for document, schema in sample:
        count = sum(1 for _ in etree.fromstring(document, PARSER).iter(etree.Element))
        for place in {count // 2, count - 1} - {0}:
            root = etree.fromstring(document, PARSER)
            element = next(islice(root.iter(etree.Element), place, None))
            element.tag = f"{element.tag}X"
            spoilt = etree.tostring(root)
            assert lines(official.objections(root, schema)) == verdict(check, spoilt)


def test_the_samples_try_most_formats(official):
    formats = "oai-pmh oai_dc mods mets marc didl ore rdf etdms oai_openaire datacite oai_datacite edm ead ddi lom xoai"
    assert len(SAMPLES) >= 118
    found = {lookup(schema).format for path in SAMPLES for _, schema in records(official, path)}
    assert found >= set(formats.split())


@pytest.mark.parametrize("schema", ROOTS)
def test_every_root_schema_compiles(official, schema):
    assert official.problem(schema) is None


@pytest.mark.parametrize("schema", HOLDERS)
def test_a_part_in_another_format_is_judged_by_its_own_schema(official, check, schema):
    good = HOLDERS[schema].format(part=DC.format(more=""))
    bad = HOLDERS[schema].format(part=DC.format(more=WRONG))
    assert official.objections(etree.fromstring(good), schema) == [] == verdict(check, good.encode())
    [(line, message)] = official.objections(etree.fromstring(bad), schema)
    assert "colour" in message
    assert [line] == verdict(check, bad.encode())


@pytest.mark.parametrize("schema", HOLDERS)
def test_a_part_whose_schema_is_not_there_is_passed_over(published, tmp_path, schema):
    shutil.copytree(published, tmp_path / "schemas")
    (tmp_path / "schemas" / lookup(OAI_DC).place).unlink()
    bad = HOLDERS[schema].format(part=DC.format(more=WRONG))
    assert Official(tmp_path / "schemas").objections(etree.fromstring(bad), schema) == []


def test_parts_inside_parts_are_judged(official):
    inner = HOLDERS[MODS].format(part=DC.format(more=WRONG))
    [(_, message)] = official.objections(etree.fromstring(HOLDERS[METS].format(part=inner)), METS)
    assert "colour" in message


def test_oai_datacite_holds_a_resource_that_is_judged(official):
    holder = """<oai_datacite xmlns="http://schema.datacite.org/oai/oai-1.1/"><schemaVersion>4.4</schemaVersion>
        <datacentreSymbol>DEMO.1</datacentreSymbol><payload>
        <resource xmlns="http://datacite.org/schema/kernel-4"/></payload></oai_datacite>"""
    assert any("resource" in message for _, message in official.objections(etree.fromstring(holder), OAI_DATACITE))


def test_a_record_is_the_same_after_it_was_judged(official):
    root = etree.fromstring(HOLDERS[METS].format(part=DC.format(more=WRONG)))
    before = etree.tostring(root)
    assert official.objections(root, METS) == official.objections(root, METS) != []
    assert etree.tostring(root) == before


def test_ids_are_unique_in_a_record_not_in_a_list(official):
    """Two METS records of one list, both with the ID that their system always writes."""
    mets = '<mets xmlns="http://www.loc.gov/METS/"><structMap ID="d"><div/></structMap></mets>'
    listed = "".join(
        f"<record><header><identifier>oai:example.org:{number}</identifier><datestamp>2024-01-01</datestamp></header>"
        f"<metadata>{mets}</metadata></record>"
        for number in range(2)
    )
    answer = f"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2024-01-01T00:00:00Z</responseDate>
        <request>http://example.org/oai</request><ListRecords>{listed}</ListRecords></OAI-PMH>"""
    schema = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
    assert official.objections(etree.fromstring(answer), schema) == []
    twice = mets.replace("<div/>", '<div ID="d"/>')
    assert len(official.objections(etree.fromstring(twice), METS)) == 1


def test_a_prefix_in_a_value_may_be_declared_far_above(official, check):
    """xsi:type="dcterms:W3CDTF" in a part, where the envelope declares dcterms."""
    schema = "http://naca.central.cranfield.ac.uk/uketd/uketd_dc.xsd"
    part = """<uketddc xmlns="http://naca.central.cranfield.ac.uk/uketd/"><dcterms:issued xsi:type="dcterms:W3CDTF">2014
        </dcterms:issued></uketddc>"""
    document = f"""<rights xmlns="http://www.openarchives.org/OAI/2.0/rights/" xmlns:dcterms="http://purl.org/dc/terms/"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><rightsDefinition>{part}</rightsDefinition></rights>"""
    assert official.schema_of(etree.fromstring(document)[0][0]) == schema
    found = official.objections(etree.fromstring(document), RIGHTS)
    assert lines(found) == verdict(check, document.encode())
    assert not any("xsi" in message or "QName" in message for _, message in found)


@pytest.mark.parametrize("schema", RIOXX)
def test_the_members_of_a_rioxx_record_are_counted(official, check, schema):
    """XSD 1.1 lets the members of xs:all repeat; libxml2 does not know it, so we count."""
    whole = etree.fromstring(RIOXX[schema])
    for change in range(-1, len(whole)):
        for times in (0, 2, 3):
            root = deepcopy(whole)
            if change >= 0:
                member = root[change]
                for _ in range(times):
                    root.insert(change, deepcopy(member))
                root.remove(member)
            document = etree.tostring(root)
            found = official.objections(etree.fromstring(document), schema)
            assert lines(found) == verdict(check, document)
            assert len(found) == len(check.check(BytesIO(document))[0][2])


def test_a_rioxx_record_is_told_which_member_is_missing(official):
    root = etree.fromstring(RIOXX[RIOXX2])
    assert official.objections(root, RIOXX2) == []
    root.remove(root.find("{http://purl.org/dc/elements/1.1/}title"))
    [(_, message)] = official.objections(root, RIOXX2)
    assert "0 × '{http://purl.org/dc/elements/1.1/}title', allowed are 1 to 1" in message


def test_nothing_is_known_in_an_empty_folder(tmp_path):
    official = Official(tmp_path)
    assert not official.holds(OAI_DC)
    assert official.objections(etree.fromstring(DC.format(more="")), OAI_DC) is None
    assert official.schema_of(etree.fromstring(DC.format(more=""))) is None
    assert official.problem(OAI_DC) == "openarchives.org/OAI/2.0/oai_dc.xsd is not there"


def test_a_schema_without_its_imports_does_not_judge(published, tmp_path):
    """And nobody goes to the network for them."""
    place = tmp_path / lookup(OAI_DC).place
    place.parent.mkdir(parents=True)
    shutil.copy(published / lookup(OAI_DC).place, place)
    official = Official(tmp_path)
    assert official.holds(OAI_DC)
    assert official.objections(etree.fromstring(DC.format(more="")), OAI_DC) is None
    assert official.problem(OAI_DC).endswith("needs dublincore.org/schemas/xmls/simpledc20021212.xsd")


@pytest.mark.parametrize("content", [b"", b"<html>moved</html>", b"<schema", b"\x89PNG"])
def test_what_is_no_schema_does_not_judge(tmp_path, content):
    place = tmp_path / lookup(OAI_DC).place
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    official = Official(tmp_path)
    assert official.objections(etree.fromstring(DC.format(more="")), OAI_DC) is None
    assert "oai_dc.xsd" in official.problem(OAI_DC)


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "/etc/passwd", "../../../secret.xsd", "http://127.0.0.1:1/a"]
)
def test_a_schema_reads_nothing_outside_the_folder(tmp_path, location):
    (tmp_path / "secret.xsd").write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>')
    place = tmp_path / "schemas" / "example.org" / "a.xsd"
    place.parent.mkdir(parents=True)
    place.write_text(
        f'<schema xmlns="http://www.w3.org/2001/XMLSchema"><include schemaLocation="{location}"/></schema>'
    )
    assert "needs" in Official(tmp_path / "schemas").problem("http://example.org/a.xsd")


@pytest.mark.parametrize(
    "url", ["http://../secret.xsd", "../secret.xsd", "http://example.org/../../secret.xsd", "", "/"]
)
def test_a_url_names_nothing_outside_the_folder(tmp_path, url):
    (tmp_path / "secret.xsd").write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>')
    (tmp_path / "schemas" / "example.org").mkdir(parents=True)
    assert not Official(tmp_path / "schemas").holds(url)


def test_a_schema_laid_there_by_hand_judges(tmp_path):
    """An institution's own format: https://www.example.org/own.xsd lies at example.org/own.xsd."""
    folder = tmp_path / "a folder with blanks, ümlauts & 100%"
    (folder / "example.org").mkdir(parents=True)
    (folder / "example.org" / "own.xsd").write_text(
        """<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:own">
            <include schemaLocation="more.xsd"/><element name="own"/></schema>"""
    )
    (folder / "example.org" / "more.xsd").write_text(
        """<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:own"><element name="more"/></schema>"""
    )
    official = Official(folder)
    own = "https://www.example.org/own.xsd"
    instance = "http://www.w3.org/2001/XMLSchema-instance"
    located = f'<own xmlns="urn:own" xmlns:xsi="{instance}" xsi:schemaLocation="urn:own {own}"/>'
    assert official.schema_of(etree.fromstring(located)) == own
    assert official.objections(etree.fromstring(located), own) == []
    assert official.objections(etree.fromstring('<more xmlns="urn:own"/>'), own) == []
    assert official.objections(etree.fromstring('<other xmlns="urn:own"/>'), own)


@pytest.mark.parametrize(
    ("document", "schema"),
    [
        (DC.format(more=""), OAI_DC),
        ('<mods xmlns="http://www.loc.gov/mods/v3"/>', MODS),
        (
            """<mods xmlns="http://www.loc.gov/mods/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xsi:schemaLocation="http://www.loc.gov/mods/v3 http://www.loc.gov/standards/mods/v3/mods-3-6.xsd"/>""",
            "http://www.loc.gov/standards/mods/v3/mods-3-6.xsd",
        ),
        (
            """<mods xmlns="http://www.loc.gov/mods/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xsi:schemaLocation="http://www.loc.gov/mods/v3 http://www.loc.gov/standards/mods/v3/mods-3-1.xsd"/>""",
            MODS,
        ),
        (
            '<Publication xmlns="https://www.openaire.eu/cerif-profile/1.2/"/>',
            "https://www.openaire.eu/schema/cris/current/openaire-cerif-profile.xsd",
        ),
        (
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
            "http://www.openarchives.org/OAI/2.0/rdf.xsd",
        ),
        (
            """<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><ProvidedCHO
            xmlns="http://www.europeana.eu/schemas/edm/"/></r:RDF>""",
            "http://www.europeana.eu/schemas/edm/EDM.xsd",
        ),
        ("<mods/>", None),
        ('<own xmlns="urn:own"/>', None),
    ],
)
def test_an_element_finds_its_schema(official, document, schema):
    assert official.schema_of(etree.fromstring(document)) == schema


def test_it_travels_to_another_process_as_its_folder(official):
    official.problem(OAI_DC)
    again = pickle.loads(pickle.dumps(official))
    assert again.folder == official.folder
    assert again.objections(etree.fromstring(DC.format(more=WRONG)), OAI_DC)
