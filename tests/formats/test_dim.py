"""dim as DSpace stores and emits it (formats.md section 5.3)."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from oai_server.formats.dim import FORMAT, NAMESPACE
from oai_server.formats.rendering import Renderer
from oai_server.model import File, Site, Value
from tests.formats.any_item import items
from tests.formats.items import item
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")


def fields(told, *files):
    record = FORMAT.crosswalk(item(told, *files), SITE)
    return [(dict(field.attrib), field.text) for field in record.findall(f"{{{NAMESPACE}}}field")]


def test_fields_stand_in_stored_order_each_by_its_three_names():
    assert fields({"dc.type": "Article", "dc.title": ["b", "a"], "thesis.degree.name": "PhD"}) == [
        ({"mdschema": "dc", "element": "type"}, "Article"),
        ({"mdschema": "dc", "element": "title"}, "b"),
        ({"mdschema": "dc", "element": "title"}, "a"),
        ({"mdschema": "thesis", "element": "degree", "qualifier": "name"}, "PhD"),
    ]


def test_language_authority_and_confidence_are_told_as_they_are_stored():
    value = Value("Doe, Jane", "en_US", "virtual::17", 600)
    assert fields({"dc.contributor.author": [value]}) == [
        (
            {
                "mdschema": "dc",
                "element": "contributor",
                "qualifier": "author",
                "lang": "en_US",
                "authority": "virtual::17",
                "confidence": "600",
            },
            "Doe, Jane",
        )
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en_US", "en_US"), ("zh_Hans_CN", "zh_Hans_CN"), ("english", "english"), ("*", None), ("", None), ("a b", None)],
)
def test_a_language_that_is_none_loses_its_attribute_and_the_value_keeps_its_place(language, told):
    first, second = fields({"dc.title": [Value("x", language), Value("y")]})
    assert (first[0].get("lang"), first[1], second[1]) == (told, "x", "y")


@pytest.mark.parametrize(("confidence", "told"), [(-1, "-1"), (0, "0"), (600, "600"), (601, None), (None, None)])
def test_a_confidence_beyond_the_scale_is_left_out(confidence, told):
    [(attributes, _)] = fields({"dc.title": [Value("x", confidence=confidence)]})
    assert attributes.get("confidence") == told


@pytest.mark.parametrize(
    "field",
    ["dc.description.provenance", "dc.description.Provenance", "person.email", "1dc.title", "-dc.title", "title"],
)
def test_what_nobody_may_see_and_what_dspace_cannot_have_is_not_told(field):
    assert fields({field: "x", "dc.title": "y"}) == [({"mdschema": "dc", "element": "title"}, "y")]


def test_nothing_is_told_of_files():
    shut = File("a.pdf", "application/pdf", 777, url="https://demo.example.org/secret/1", checksum="md5:" + "e" * 32)
    assert len(fields({"dc.title": "x"}, shut)) == 1


def test_an_item_without_a_field_to_tell_is_not_offered():
    assert FORMAT.offered(item({"local.odd": "x"}))
    assert not FORMAT.offered(item({}))
    assert not FORMAT.offered(item({"dc.description.provenance": "Submitted by Jane", "1dc.title": "x"}))


def test_a_withdrawn_item_whose_fields_are_gone_is_a_deleted_record_in_dim_too():
    assert FORMAT.offered(replace(item({}), state="withdrawn"))


@settings(max_examples=60, deadline=None)
@given(items())
def test_any_item_that_is_offered_has_a_valid_record(item):
    rendered = Renderer({"dim": FORMAT}, SITE).render(item)
    assert not rendered.faults
    for record in rendered.metadata.values():
        assert not ours(record)
        assert not official(record)
