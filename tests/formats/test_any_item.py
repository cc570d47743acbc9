"""No item that ingest lets in can be told wrongly: every record it gets is valid by both judges."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from oai_server.ingest.normalise import normalise
from oai_server.model import Item, Reading
from tests.formats import any_item, odd, odd_items
from tests.formats.test_golden import RENDERER, TODAY
from tests.judges import official, ours

FULL = {
    "dc.title": "Warm ice",
    "dc.contributor.author": "Doe, Jane",
    "dc.date.issued": "2024",
    "dc.language.iso": "en",
    "dc.identifier.doi": "10.5555/x",
    "dc.identifier.uri": "https://demo.example.org/handle/1/2",
    "dc.rights.uri": "https://creativecommons.org/licenses/by/4.0/",
}
ITEMS = some.one_of(
    any_item.items(), any_item.items(any_item.THESIS), any_item.items(FULL), odd.items, odd_items.items(FULL)
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ITEMS)
def test_any_item_is_valid_in_every_format_in_which_it_is_offered(item: Item):
    kept = normalise(Reading(replace(item, identifier="oai:demo.example.org:1"), "any")).item.as_of(TODAY)
    rendered = RENDERER.render(kept)
    assert not rendered.failed, rendered.faults
    assert "oai_dc" in rendered.metadata
    for prefix, record in rendered.metadata.items():
        assert not ours(record), prefix
        assert not official(record), prefix
