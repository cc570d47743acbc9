"""Identify (section 4.2) and its description containers (guidelines)."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from lxml import etree

from oai_server.config import SettingsError, load
from oai_server.ingest.identifier import identifier_of
from oai_server.web import create_app
from tests.conformance.asking import DOMAIN, ONE, PREFIXES, XSI_LOCATION, headers, records
from tests.conftest import Client, item, pipeline_for, readings
from tests.judges import OAI

EPRINTS = "http://www.openarchives.org/OAI/1.1/eprints"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
ORDER = """repositoryName baseURL protocolVersion adminEmail earliestDatestamp deletedRecord granularity compression
description""".split()
OWN = (
    '<toolkit xmlns="http://oai.dlib.vt.edu/OAI/metadata/toolkit" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    '"http://oai.dlib.vt.edu/OAI/metadata/toolkit http://oai.dlib.vt.edu/OAI/metadata/toolkit.xsd">'
    "<title>oai-server</title></toolkit>"
)
GATEWAY = (
    '<gateway xmlns="http://www.openarchives.org/OAI/2.0/gateway/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    '"http://www.openarchives.org/OAI/2.0/gateway/ http://www.openarchives.org/OAI/2.0/gateway.xsd">'
    "<source>http://www.example.org/static.xml</source>"
    "<gatewayDescription>http://www.example.org/gateway</gatewayDescription>"
    "<gatewayAdmin>gateway@example.org</gatewayAdmin></gateway>"
)
POLICIES = {"metadata_policy": {"text": "Free"}, "data_policy": {"text": "Free"}}
EVERYTHING = {
    "metadata_rights": CC0,
    "friends": ("https://one.example.org/oai", "http://two.example.org:8080/oai/request?x=1&y=2"),
    "branding": {
        "icon": {
            "url": "https://demo.example.org/icon.png",
            "link": "https://demo.example.org/",
            "title": "A <small> icon & more",
            "width": 88,
            "height": 31,
        },
        "renderings": [
            {"namespace": f"{OAI}oai_dc/", "mimetype": "text/css", "url": "https://demo.example.org/dc.css"},
            {"namespace": f"{OAI}oai_dc/", "mimetype": "text/xsl", "url": "https://demo.example.org/dc.xsl"},
        ],
    },
    "eprints": {
        "content": {"text": "Theses & articles", "url": "https://demo.example.org/content"},
        "metadata_policy": {"text": "Free for all"},
        "data_policy": {"url": "https://demo.example.org/policy"},
        "submission_policy": {"text": "Members only"},
        "comment": ["First", "Second"],
    },
    "descriptions": (GATEWAY,),
}


def names(answer) -> list[str]:
    return [etree.QName(child).localname for child in answer.all("Identify")[0]]


def payload(client, name: str) -> etree._Element:
    """The one description whose root has that name."""
    found = [
        each[0] for each in client(verb="Identify").all("Identify/description") if each[0].tag.endswith("}" + name)
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("emails", [("a.b@example.org",), ("one@example.org", "two@example.org", "x@y.example.org")])
@pytest.mark.parametrize("more", [{}, EVERYTHING, {"compression": False}, {"granularity": "YYYY-MM-DD"}])
def test_301_identify_has_each_element_as_often_as_it_must_and_in_order(sample_client, emails, more):
    """Section 4.2: adminEmail once or more, the others once."""
    answer = sample_client(admin_email=emails, **more)(verb="Identify")
    found = names(answer)
    assert found == sorted(found, key=ORDER.index)
    assert {name: found.count(name) for name in ORDER[:7]} == dict.fromkeys(ORDER[:7], 1) | {"adminEmail": len(emails)}
    assert answer.texts("Identify/adminEmail") == list(emails)


@pytest.mark.parametrize("name", ["A repository", "Répertoire « & <fils> »", "図書館 𠮷", '"quoted"'])
def test_301_the_repository_name_is_told_as_it_is_set(sample_client, name):
    """Section 4.2: a name for people, in any script."""
    assert sample_client(repository_name=name)(verb="Identify").texts("Identify/repositoryName") == [name]


def test_302_the_protocol_version_is_2_0(client, barren):
    """Section 4.2."""
    for each in (client, barren):
        assert each(verb="Identify").texts("Identify/protocolVersion") == ["2.0"]


@pytest.mark.parametrize(
    "base_url",
    [
        "https://demo.example.org/oai",
        "https://demo.example.org/oai/",
        "http://demo.example.org:8080/repository/OAI-PMH",
        "http://192.0.2.7/oai.cgi",
    ],
)
@pytest.mark.parametrize("host", ["localhost", "evil.example.net", "demo.example.org:80"])
def test_303_the_base_url_is_the_one_that_harvesters_use(sample_client, base_url, host):
    """Section 4.2: as it is set, to the slash; a Host header changes nothing."""
    spoofed = {"Host": host, "X-Forwarded-Host": host, "X-Forwarded-Proto": "http", "Forwarded": f"host={host}"}
    answer = sample_client(base_url=base_url).raw("verb=Identify", headers=spoofed)
    assert answer.texts("Identify/baseURL") == [base_url]


@pytest.mark.parametrize(
    ("granularity", "form"),
    [("YYYY-MM-DD", r"\d{4}-\d\d-\d\d"), ("YYYY-MM-DDThh:mm:ssZ", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")],
)
def test_304_the_earliest_datestamp_is_told_in_the_finest_granularity(sample_client, granularity, form):
    """Section 4.2."""
    (earliest,) = sample_client(granularity=granularity)(verb="Identify").texts("Identify/earliestDatestamp")
    assert re.fullmatch(form, earliest)


@pytest.mark.parametrize("granularity", ["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_305_no_datestamp_of_any_format_is_older_than_the_earliest(sample_client, granularity, prefix):
    """Section 4.2: deletions count too."""
    client = sample_client(granularity=granularity)
    (earliest,) = client(verb="Identify").texts("Identify/earliestDatestamp")
    assert earliest <= min(stamp for _, stamp, *_ in headers(client, metadataPrefix=prefix))


@pytest.mark.parametrize("granularity", ["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"])
def test_305_the_earliest_datestamp_goes_down_when_older_items_come(store, pipeline, make_client, granularity):
    """Section 4.2: items may come with datestamps of their own, deleted ones too."""
    client = make_client(store, granularity=granularity)
    limits = [client(verb="Identify").texts("Identify/earliestDatestamp")[0]]
    for place, (stamp, state) in enumerate(
        [("2020-06-01T00:00:00Z", "active"), ("2023-01-01T00:00:00Z", "active"), ("1999-12-31T23:59:59Z", "withdrawn")]
    ):
        new = item(str(place), datestamp=datetime.fromisoformat(stamp), state=state)
        pipeline.ingest(readings(new), "test", keep_datestamps=True)
        limits += client(verb="Identify").texts("Identify/earliestDatestamp")
        assert limits[-1] <= min(stamp for _, stamp, *_ in headers(client, metadataPrefix="oai_dc"))
    assert limits == sorted(limits, reverse=True)


def test_305_the_earliest_datestamp_of_an_empty_repository_holds_for_what_comes(store, pipeline, make_client, clock):
    """Section 4.2: an element that must be there, though there is no item yet."""
    client = make_client(store)
    (before,) = client(verb="Identify").texts("Identify/earliestDatestamp")
    assert before <= client(verb="Identify").texts("responseDate")[0]
    clock.sleep(86_400)
    pipeline.ingest(readings(item("1")), "test")
    assert client(verb="Identify").texts("Identify/earliestDatestamp") == [before]
    assert before < headers(client, metadataPrefix="oai_dc")[0][1]


@pytest.mark.parametrize("granularity", ["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"])
def test_306_deleted_record_and_granularity_are_words_of_the_protocol(sample_client, granularity):
    """Sections 2.5.1 and 4.2."""
    answer = sample_client(granularity=granularity)(verb="Identify")
    assert answer.texts("Identify/deletedRecord") == ["persistent"]
    assert answer.texts("Identify/granularity") == [granularity]


@pytest.mark.parametrize("compression", [True, False])
def test_307_identity_is_not_listed_as_a_compression(sample_client, compression):
    """Section 4.2: it goes without saying."""
    listed = sample_client(compression=compression)(verb="Identify").texts("Identify/compression")
    assert "identity" not in listed
    assert len(listed) == len({*listed})


def test_308_every_description_holds_one_package_that_names_its_schema(sample_client):
    """Section 4.2, OAI-PMH.xsd: of another namespace, with xsi:schemaLocation for it."""
    found = sample_client(**EVERYTHING)(verb="Identify").all("Identify/description")
    assert len(found) == 6
    for description in found:
        (package,) = description
        namespace = etree.QName(package).namespace
        words = package.get(XSI_LOCATION).split()
        assert namespace
        assert namespace != OAI
        assert dict(zip(words[::2], words[1::2], strict=True))[namespace].endswith(".xsd")


@pytest.mark.parametrize(
    "argument", "identifier metadataPrefix from until set resumptionToken madeUp Verb verbs".split()
)
@pytest.mark.parametrize("value", ["", "oai_dc", "2020-01-01"])
def test_309_identify_takes_no_argument(client, argument, value):
    """Section 4.2: with or without a value."""
    assert client(("verb", "Identify"), (argument, value)).code == "badArgument"


def test_310_the_identifier_scheme_is_told_once_with_a_real_sample(client):
    """Guideline oai-identifier section 3: scheme, domain, delimiter, and an identifier that can be got."""
    scheme, domain, delimiter, sample = (child.text for child in payload(client, "oai-identifier"))
    assert (scheme, delimiter) == ("oai", ":")
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)+", domain)
    assert sample.startswith(f"oai:{domain}:")
    assert client(verb="GetRecord", identifier=sample, metadataPrefix="oai_dc").codes == []


@pytest.mark.parametrize("foreign", ["oai:other.example.net:1", "oai:DEMO.example.org:1", "oai:demo-example.org:1"])
def test_310_the_sample_is_one_of_our_own_identifiers(store, pipeline, make_client, foreign):
    """Guideline oai-identifier section 3: among items of other repositories, compared as strings."""
    pipeline.ingest(readings(item(foreign), item("own")), "test")
    scheme, domain, delimiter, sample = (child.text for child in payload(make_client(store), "oai-identifier"))
    assert sample == f"{scheme}{delimiter}{domain}{delimiter}own"


def test_310_an_empty_repository_shows_what_an_identifier_would_look_like(barren):
    """Guideline oai-identifier section 3: the element must be there."""
    assert payload(barren, "oai-identifier")[3].text.startswith(DOMAIN)


@pytest.mark.parametrize(
    ("local", "served"),
    [
        ("1", f"{DOMAIN}1"),
        ("a b", f"{DOMAIN}a%20b"),
        ('<a>#"', f"{DOMAIN}%3Ca%3E%23%22"),
        ("100%", f"{DOMAIN}100%25"),
        ("é[]\\^`{|}", f"{DOMAIN}%C3%A9%5B%5D%5C%5E%60%7B%7C%7D"),
        ("-_.!~*'();/?:@&=+$,", f"{DOMAIN}-_.!~*'();/?:@&=+$,"),
        ("http://a:b/", f"{DOMAIN}http://a:b/"),
        ("𠮷", f"{DOMAIN}%F0%A0%AE%B7"),
        ("oai:other.example.net:x%20y", "oai:other.example.net:x%20y"),
    ],
)
def test_311_identifiers_obey_the_scheme_that_is_declared(store, pipeline, make_client, local, served):
    """Guideline oai-identifier section 2.1: escaped in upper-case hex where they must be and nowhere else."""
    pipeline.ingest(readings(item(local)), "test")
    client = make_client(store)
    assert client.identifiers(metadataPrefix="oai_dc") == [served]
    assert client(verb="GetRecord", identifier=served, metadataPrefix="oai_dc").identifiers == [served]
    assert identifier_of(served, "demo.example.org") == served


def test_311_every_identifier_of_the_sample_collection_obeys(client):
    """Guideline oai-identifier section 2.1."""
    domain = r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)+"
    form = re.compile(rf"oai:{domain}:([A-Za-z0-9\-_.!~*'();/?:@&=+$,]|%[0-9A-F]{{2}})+")
    for prefix in PREFIXES:
        for identifier in client.identifiers(metadataPrefix=prefix):
            assert form.fullmatch(identifier)


@pytest.mark.parametrize(
    "identifier",
    [
        "oai:1",
        "oai:demo:1",
        "oai:demo.example.org:",
        "oai:9.example.org:1",
        "oai:demo.example.org:%7e",
        "oai:demo.example.org:a b",
    ],
)
def test_311_an_identifier_that_claims_the_scheme_and_breaks_it_does_not_go_in(
    store, pipeline, make_client, identifier
):
    """Guideline oai-identifier section 2.1: it could not be changed later."""
    tally = pipeline.ingest(readings(item(identifier), item("2")), "test")
    assert tally.degrees["refused"] == 1
    assert make_client(store).identifiers(metadataPrefix="oai_dc") == [f"{DOMAIN}2"]


OFFICIAL_CHECK = re.compile(r"[\w.-]{2,}@([\w-]+\.)+[a-z]{2,}", re.ASCII)


def test_312_the_default_address_pleases_the_official_checker(sample_client):
    """Practice: two or more of a few characters before the @, a lower-case top-level domain."""
    for more in ({}, {"repository_identifier": None}, {"repository_identifier": "x.example.com"}):
        for address in sample_client(admin_email=(), **more)(verb="Identify").texts("Identify/adminEmail"):
            assert OFFICIAL_CHECK.fullmatch(address)


def test_312_the_addresses_that_are_set_are_told_unchanged_and_a_setting_that_is_none_is_refused():
    """Practice: without mailto: or brackets, which no checker takes."""
    assert load(environment={}, admin_email="it@example.org, lib@example.com").admin_email == (
        "it@example.org",
        "lib@example.com",
    )
    for wrong in ("nobody", "a@b", "@example.org", "a@b@example.org"):
        with pytest.raises(SettingsError, match="admin_email"):
            load(environment={}, admin_email=wrong)


def test_313_friends_are_told_as_base_urls(sample_client):
    """Guideline friends: other repositories, valid by friends.xsd (the client fixture judges)."""
    friends = payload(sample_client(**EVERYTHING), "friends")
    assert [(child.tag, child.text) for child in friends] == [
        (f"{{{OAI}friends/}}baseURL", url) for url in EVERYTHING["friends"]
    ]


@pytest.mark.parametrize("told", [{"icon", "renderings"}, {"icon"}, {"renderings"}])
def test_313_branding_tells_icon_and_renderings(sample_client, told):
    """Guideline branding: each rendering with metadataNamespace and mimeType."""
    wanted = {name: value for name, value in EVERYTHING["branding"].items() if name in told}
    branding = payload(sample_client(branding=wanted), "branding")
    names = {"icon": ["collectionIcon"], "renderings": ["metadataRendering", "metadataRendering"]}
    assert [etree.QName(child).localname for child in branding] == [
        name for key in ("icon", "renderings") if key in told for name in names[key]
    ]
    for rendering in branding.findall(f"{{{OAI}branding/}}metadataRendering"):
        assert rendering.get("metadataNamespace") == f"{OAI}oai_dc/"
        assert rendering.get("mimeType") in ("text/css", "text/xsl")


@pytest.mark.parametrize("told", [{"content", "submission_policy", "comment"}, {"comment"}, set()])
def test_313_eprints_tells_its_policies(sample_client, told):
    """Guideline eprints: metadataPolicy and dataPolicy always, namespace of version 1.1."""
    needed = {"metadata_policy", "data_policy"}
    wanted = {name: value for name, value in EVERYTHING["eprints"].items() if name in told | needed}
    package = payload(sample_client(eprints=wanted), "eprints")
    found = [etree.QName(child).localname for child in package]
    assert etree.QName(package).namespace == EPRINTS
    assert {"metadataPolicy", "dataPolicy"} <= {*found}
    assert ("submissionPolicy" in found) == ("submission_policy" in told)
    assert found.count("comment") == (2 if "comment" in told else 0)


def test_313_the_rights_manifest_speaks_of_the_metadata(sample_client):
    """Guideline rights section 4: appliesTo names the metadata; at least one rights."""
    manifest = payload(sample_client(metadata_rights=CC0), "rightsManifest")
    assert manifest.get("appliesTo") == f"{OAI}entity#metadata"
    assert [each.get("ref") for each in manifest.iter(f"{{{OAI}rights/}}rightsReference")] == [CC0]


def test_313_a_description_of_ones_own_is_told_as_it_is(sample_client):
    """Section 4.2: any XML of another namespace that names its schema."""
    gateway = payload(sample_client(descriptions=(GATEWAY,)), "gateway")
    assert gateway[2].text == "gateway@example.org"


def test_313_a_description_file_that_names_no_schema_stops_the_start(tmp_path):
    """Section 4.2: found when the settings are read."""
    good, bare, oai = (tmp_path / f"{name}.xml" for name in ("good", "bare", "oai"))
    good.write_text(OWN)
    bare.write_text("<about/>")
    oai.write_text(OWN.replace("http://oai.dlib.vt.edu/OAI/metadata/toolkit", OAI))
    assert len(load(environment={}, descriptions=[str(good)]).descriptions) == 1
    for wrong in (bare, oai, tmp_path / "none.xml"):
        with pytest.raises(SettingsError, match="descriptions"):
            load(environment={}, descriptions=[str(wrong)])


@pytest.mark.parametrize("prefix", ["oai_dc", "dim"])
def test_314_a_rights_manifest_replaces_no_rights_of_a_record(store, settings, make_client, prefix):
    """Guideline rights section 4: every record carries its own, and an item's own go before the repository's."""
    by = f'<rights xmlns="{OAI}rights/"><rightsReference ref="https://creativecommons.org/licenses/by/4.0/"/></rights>'
    changed = replace(settings, metadata_rights=CC0)
    pipeline_for(store, changed).ingest(readings(item("1"), item("2", about=(by,))), "test")
    answer = make_client(store, metadata_rights=CC0)(verb="ListRecords", metadataPrefix=prefix)
    told = {
        identifier: [each.get("ref") for about in rest[1:] for each in about.iter(f"{{{OAI}rights/}}rightsReference")]
        for identifier, rest in records(answer)
    }
    assert told == {f"{DOMAIN}1": [CC0], f"{DOMAIN}2": ["https://creativecommons.org/licenses/by/4.0/"]}


def test_314_without_terms_for_the_metadata_no_manifest_is_told(client):
    """Guideline rights section 4: records may have rights all the same."""
    descriptions = client(verb="Identify").all("Identify/description")
    assert not [each for each in descriptions if each[0].tag.endswith("}rightsManifest")]
    answer = client(verb="GetRecord", identifier=f"{DOMAIN}20.500.99999/2", metadataPrefix="oai_dc")
    assert [each.get("ref") for each in answer.xml.iter(f"{{{OAI}rights/}}rightsReference")] == [CC0]
    assert not [*client(verb="GetRecord", identifier=ONE, metadataPrefix="oai_dc").xml.iter(f"{{{OAI}}}about")]


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\ud800"])
@pytest.mark.parametrize(
    "setting",
    [
        lambda bad: {"repository_name": f"A{bad}B"},
        lambda bad: {"base_url": f"https://demo.example.org/{bad}oai"},
        lambda bad: {"admin_email": [f"a{bad}b@example.org"]},
        lambda bad: {"friends": [f"https://example.org/{bad}"]},
        lambda bad: {"metadata_rights": f"https://example.org/{bad}"},
        lambda bad: {"branding": {"icon": {"url": "https://example.org/", "title": f"A{bad}B"}}},
        lambda bad: {"eprints": {**POLICIES, "comment": f"A{bad}B"}},
    ],
    ids="repository_name base_url admin_email friends metadata_rights branding eprints".split(),
)
def test_301_a_setting_that_xml_cannot_hold_stops_the_start_or_is_told_without_it(opened, setting, character):
    """Sections 3.2 and 4.2: found when settings are read, not by the first harvester."""
    assert refused_or_valid(opened(), setting(character))


@pytest.mark.parametrize(
    "given",
    [
        {"base_url": "http://a:b/oai"},
        {"base_url": "http://a b/oai"},
        {"base_url": "http://[/oai"},
        {"base_url": "http://[::1]:8080/oai"},
        {"base_url": "http://a/%zz"},
        {"base_url": "http://a:99999999999/oai"},
        {"base_url": "http://ä.example.org/oai"},
        {"base_url": "http://a/<oai>"},
        {"friends": ["http://a:b/oai"]},
        {"friends": ["http://a/<oai>"]},
        {"metadata_rights": "http://a:b/"},
        {"admin_email": ["a<b@example.org"]},
        {"admin_email": ["ä@example.org"]},
        {"repository_name": "]]>"},
        {"repository_identifier": "localhost"},
        {"repository_identifier": "192.0.2.1"},
        {"branding": {"icon": {"url": "https://example.org/i.png", "width": 0}}},
        {"branding": {"icon": {"url": "https://example.org/i.png", "height": "tall"}}},
        {"branding": {"icon": {"url": "not a URL"}}},
        {"branding": {"icon": {"url": "http://a:b/"}}},
        {"branding": {"icon": {"url": 1}}},
        {"branding": {"icon": {"link": "https://example.org/"}}},
        {"branding": {"renderings": [{"namespace": "urn:a", "mimetype": "application/xslt+xml", "url": "http://a/"}]}},
        {"branding": {"renderings": [{"namespace": "urn:a", "mimetype": "text", "url": "http://a/"}]}},
        {"branding": {"renderings": [{"namespace": "urn:a", "mimetype": "text/css"}]}},
        {"branding": {"renderings": {}}},
        {"branding": {"icon": {}}},
        {"branding": {}},
        {"eprints": {"metadata_policy": {"text": "Free"}}},
        {"eprints": {**POLICIES, "content": {}}},
        {"eprints": {**POLICIES, "content": "Theses"}},
        {"eprints": {**POLICIES, "content": {"text": 1}}},
        {"eprints": {**POLICIES, "content": {"url": "http://a:b/"}}},
        {"eprints": {**POLICIES, "content": {"url": "no URL at all <>"}}},
        {"eprints": {**POLICIES, "comment": 1}},
        {"eprints": {**POLICIES, "comment": []}},
    ],
    ids=str,
)
def test_313_a_setting_that_the_schemas_refuse_stops_the_start(opened, given):
    """Section 4.2 and guidelines: found when settings are read, or told in a form that is valid."""
    assert refused_or_valid(opened(), given)


def refused_or_valid(store, given: dict) -> bool:
    """Whether these settings are refused; the client fixture fails where the answer is not valid."""
    try:
        settings = load(environment={}, **{"repository_identifier": "demo.example.org", **given})
    except SettingsError:
        return True
    return Client(create_app(settings, store))(verb="Identify").status == 200
