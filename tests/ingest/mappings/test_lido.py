"""LIDO in our fields: museums' real records, with and without its namespace, and what each part becomes."""

from pathlib import Path

import pytest
from lxml import etree

from oai_server.ingest.mappings import lido, mapping_of
from oai_server.ingest.mappings.told import Told
from oai_server.model import File, Value
from tests.ingest.mappings.test_mods import mutilated

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "lido"
real = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no real records in {SAMPLES}")


def record(described: str = "", administered: str = "") -> etree._Element:
    return etree.fromstring(
        f"""<lido xmlns="http://www.lido-schema.org" xmlns:lido="http://www.lido-schema.org"><lidoRecID>1</lidoRecID>
        <descriptiveMetadata xml:lang="de">{described}</descriptiveMetadata>
        <administrativeMetadata xml:lang="de">{administered}</administrativeMetadata></lido>"""
    )


def texts(said: Told) -> dict[str, list[str]]:
    return {name: [value.text for value in values] for name, values in said.metadata.items()}


def event(kind: str, rest: str) -> str:
    return f"<eventWrap><eventSet><event><eventType>{kind}</eventType>{rest}</event></eventSet></eventWrap>"


def actor(name: str) -> str:
    named = f"<nameActorSet><appellationValue>{name}</appellationValue></nameActorSet>"
    return f"<eventActor><actorInRole><actor>{named}</actor></actorInRole></eventActor>"


def real_record(file: str) -> etree._Element:
    (root,) = etree.parse(SAMPLES / file).getroot().iterfind("lido")
    return root


# --- real records ---


@real
def test_a_book_of_a_museum_is_told_without_any_namespace():
    root = real_record("finna-lido1.xml")
    assert mapping_of(root) is lido
    says = lido.told(root)
    assert says.identifier == "knp-247394"
    assert says.metadata["dc.title"] == [Value("Luonnonsuojelusäädökset / toimittanut Raimo Luhtanen", "fi")]
    assert says.metadata["dc.title.alternative"] == [Value("Säädökset", "fi")]
    told = texts(says)
    assert told["dc.creator"] == ["Luhtanen, Raimo", "Designer, Test"]
    assert told["dc.identifier.isbn"] == ["9518593736", "9789518593731", "9789518593732"]
    assert told["dc.identifier.issn"] == ["0357-5284"]
    assert told["dc.subject"] == ["retkeily", "ulkoilu"]
    assert told["dc.rights.holder"] == told["dc.publisher"] == ["Test Institution"]


@real
def test_a_picture_comes_with_its_address():
    says = lido.told(real_record("finna-design1.xml"))
    assert says.metadata["dc.type"] == [Value("Kuva", "fi")]
    assert texts(says)["dc.creator"] == ["Gardberg Bertel", "Hackman Sorsakoski", "Pietinen"]
    (file,) = says.files
    assert (file.name, file.access) == ("Kuva.aspx", "open")
    assert file.url.startswith("http://oai-pmh.memoron.fi/designmuseo/Kuva.aspx?id=116854")


@real
@pytest.mark.parametrize("file", ["finna-lido1.xml", "finna-design1.xml"])
def test_whatever_happens_to_a_real_record_it_is_told_or_said_to_have_no_title(file):
    for copy in mutilated(real_record(file)):
        says = lido.told(copy)
        assert "dc.title" in says.metadata or says.notes


# --- rules ---


def test_each_language_has_its_title():
    title = "<objectIdentificationWrap><titleWrap><titleSet>{}</titleSet></titleWrap></objectIdentificationWrap>"
    value = '<appellationValue lido:pref="{}" xml:lang="{}">{}</appellationValue>'
    values = [("alternate", "de", "Kater"), ("preferred", "de", "Katze"), ("preferred", "en", "Cat")]
    says = lido.told(record(title.format("".join(value.format(*each) for each in values))))
    assert says.metadata["dc.title"] == [Value("Katze", "de"), Value("Cat", "en")]
    assert says.metadata["dc.title.alternative"] == [Value("Kater", "de")]


def test_the_kind_of_work_stands_for_a_title_and_that_is_noted():
    kind = (
        "<objectWorkType><conceptID>http://vocab.getty.edu/aat/300041273</conceptID><term>Druck</term></objectWorkType>"
    )
    says = lido.told(
        record(f"<objectClassificationWrap><objectWorkTypeWrap>{kind}</objectWorkTypeWrap></objectClassificationWrap>")
    )
    assert says.metadata["dc.type"] == [Value("Druck", "de", "http://vocab.getty.edu/aat/300041273")]
    assert texts(says)["dc.title"] == ["Druck"]
    assert [rule for rule, _ in says.notes] == ["LIDO titleSet"]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("<term>Herstellung</term>", "dc.creator"),
        ("<term>design</term>", "dc.creator"),
        ("<conceptID>http://terminology.lido-schema.org/lido00007</conceptID>", "dc.creator"),
        ("<term>Publication</term>", "dc.publisher"),
        ("<term>Restoration</term>", "dc.contributor.other"),
        ("", "dc.contributor.other"),
    ],
)
def test_the_event_says_what_an_actor_did(kind, field):
    assert texts(lido.told(record(event(kind, actor("Doe, Jane")))))[field] == ["Doe, Jane"]


@pytest.mark.parametrize(
    ("dated", "text"),
    [
        ("<date><earliestDate>1905</earliestDate><latestDate>1912</latestDate></date>", "1905/1912"),
        ("<displayDate>um 1905</displayDate><date><earliestDate>1905</earliestDate></date>", "1905"),
        ("<displayDate>um 1905</displayDate>", "um 1905"),
    ],
)
def test_dates_of_making(dated, text):
    told = texts(lido.told(record(event("<term>Herstellung</term>", f"<eventDate>{dated}</eventDate>"))))
    assert told["dc.date.created"] == [text]


def test_places_of_making_and_finding_are_told_and_others_are_not():
    place = """<eventPlace><place><namePlaceSet><appellationValue>Wien</appellationValue></namePlaceSet></place>
        </eventPlace>"""
    assert texts(lido.told(record(event("<term>Fund</term>", place))))["dc.coverage.spatial"] == ["Wien"]
    assert "dc.coverage.spatial" not in lido.told(record(event("<term>Ankauf</term>", place))).metadata


def test_rights_go_by_address_and_in_words():
    rights = """<rightsWorkWrap><rightsWorkSet><rightsType>
        <conceptID>http://rightsstatements.org/vocab/InC/1.0/</conceptID><term>Geschützt</term></rightsType>
        <creditLine>Museum X</creditLine></rightsWorkSet></rightsWorkWrap>"""
    told = texts(lido.told(record(administered=rights)))
    assert told["dc.rights.uri"] == ["http://rightsstatements.org/vocab/InC/1.0/"]
    assert told["dc.rights"] == ["Geschützt", "Museum X"]


def test_of_a_resource_the_picture_is_told_and_not_its_thumbnail():
    link = '<resourceRepresentation lido:type="{}"><linkResource>https://a.example/{}</linkResource></resourceRepresentation>'
    both = link.format("image_thumb", "t.jpg") + link.format("image_master", "m.jpg")
    says = lido.told(record(administered=f"<resourceWrap><resourceSet>{both}</resourceSet></resourceWrap>"))
    assert says.files == [File("m.jpg", url="https://a.example/m.jpg", access="open")]


def test_lido_1_1_tells_concepts_in_skos():
    concept = """<Concept xmlns="http://www.w3.org/2004/02/skos/core#"
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="http://d-nb.info/gnd/4030003-3">
        <prefLabel xml:lang="en">Cat</prefLabel></Concept>"""
    subject = f"<subjectSet><subject><subjectConcept>{concept}</subjectConcept></subject></subjectSet>"
    says = lido.told(record(f"<objectRelationWrap><subjectWrap>{subject}</subjectWrap></objectRelationWrap>"))
    assert says.metadata["dc.subject"] == [Value("Cat", "en", "http://d-nb.info/gnd/4030003-3")]
