"""What an item costs in each metadata format: ``python bench/formats.py [ROUNDS [PREFIX ...]]``.

Tells the sample collection ROUNDS times (20 unless said) in every known format, or in those named, and prints the CPU
time of rendering (crosswalk, schemaLocation, bytes) and of validation for each item that is offered the format, and of
asking what is offered for each item: each format for itself. The last line is what ingest pays for one item of the
collection in all of them together, where what several formats ask of an item is worked out once.
"""

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from oai_server import shipped
from oai_server.formats import chosen_formats, known_formats
from oai_server.formats.judge import compiled, objections
from oai_server.formats.rendering import Renderer
from oai_server.ingest import jsonl
from oai_server.ingest.identifier import identifier_of
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand
from oai_server.model import Item, MetadataFormat, Reading, Site

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def collection() -> list[Item]:
    """The active items of the sample collection as ingest keeps them, and as they are today."""
    readings = (each for each in jsonl.read(Errand(shipped("data") / "items.jsonl")) if isinstance(each, Reading))
    items = (normalise(reading).item for reading in readings)
    named = (replace(item, identifier=identifier_of(item.identifier, SITE.repository_identifier)) for item in items)
    return [item.as_of(datetime.now(UTC).date()) for item in named if item.state == "active"]


def rendered(known: MetadataFormat, item: Item) -> bytes:
    """The record as ingest makes it, without its verdict."""
    root = known.crosswalk(item, SITE)
    root.set(LOCATION, f"{known.namespace} {known.schema_url(SITE)}")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def microseconds(work: Callable[[], object], rounds: int) -> float:
    """CPU time of one round: of the fastest, so that a busy machine tells the same."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1e6


def main(rounds: int, prefixes: list[str]) -> None:
    """Print the table."""
    items = collection()
    print(f"{'format':20}{'offered':>8}{'asking':>8}{'render':>8}{'validate':>9}   µs an item")
    gc.disable()
    for prefix, known in known_formats().items():
        if prefixes and prefix not in prefixes:
            continue
        told = [item for item in items if known.offered(item)]
        roots = [known.crosswalk(item, SITE) for item in told]
        compiled(known.xsd)
        invalid = sum(bool(objections(root, known.xsd)) for root in roots)
        asking = microseconds(lambda known=known: [known.offered(item) for item in items], rounds)
        render = microseconds(lambda known=known, told=told: [rendered(known, item) for item in told], rounds)
        judging = microseconds(lambda known=known, roots=roots: [objections(root, known.xsd) for root in roots], rounds)
        each = max(len(told), 1)
        note = f"   {invalid} invalid" if invalid else ""
        print(f"{prefix:20}{len(told):8}{asking / len(items):8.0f}{render / each:8.0f}{judging / each:9.0f}{note}")
        gc.collect()
    renderer = Renderer(chosen_formats(prefixes), SITE)
    whole = microseconds(lambda: [renderer.render(item) for item in items], rounds) / len(items)
    print(f"all together, an item of {len(items)}: {whole:.0f} µs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20, sys.argv[2:])
