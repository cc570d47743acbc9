"""Real metadata of other people in every format it can have: valid by both judges, or a fault that has a name."""

import csv
import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from oai_server.formats import known_formats
from oai_server.formats.rendering import Renderer
from oai_server.ingest import saf
from oai_server.ingest.identifier import identifier_of
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand
from oai_server.model import File, Item, Reading, Site, Value
from tests.judges import SHARED, official, ours

DATA = SHARED / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the shared real data is not here: no {DATA}")
RENDERER = Renderer(
    known_formats(),
    Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/"),
)
PACKAGES = [
    "brage-nve-2753238",
    "brage-nve-2833909",
    "wm-archives",
    "zip/saf-bitstreams.zip",
    "zip/saf-relationships.zip",
]


def kept(item: Item) -> Item:
    """The item as ingest keeps it."""
    prepared = normalise(Reading(item, "real")).item
    name = identifier_of(prepared.identifier, "demo.example.org")
    return Item(name, prepared.metadata, prepared.sets, prepared.files)


def assert_valid(item: Item) -> None:
    rendered = RENDERER.render(kept(item))
    assert not rendered.failed, rendered.faults
    assert "oai_dc" in rendered.metadata
    for prefix, record in rendered.metadata.items():
        assert not ours(record), prefix
        assert not official(record), prefix


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_of_dspace(package):
    found = [reading.item for reading in saf.read(Errand(DATA / "saf" / package))]
    assert found
    for item in found:
        assert_valid(item)


def rest_items(told: object) -> Iterator[Item]:
    """Items as DSpace's REST gives them, however deep they stand."""
    if isinstance(told, dict):
        metadata = told.get("metadata")
        if isinstance(metadata, dict) and any(name.startswith("dc.") for name in metadata):
            fields = {
                name: tuple(Value(str(each["value"]), each.get("language"), each.get("authority")) for each in values)
                for name, values in metadata.items()
                if isinstance(values, list)
            }
            yield Item(str(told.get("handle") or told.get("uuid") or "1"), fields)
        for value in told.values():
            yield from rest_items(value)
    elif isinstance(told, list):
        for value in told:
            yield from rest_items(value)


def test_items_of_dspace_rest():
    found = []
    for path in sorted((DATA / "dspace-rest").rglob("*.json")):
        try:
            found += rest_items(json.loads(path.read_text("utf-8")))
        except json.JSONDecodeError:
            continue  # one of them is no JSON, as its README says
    assert len(found) > 5
    for item in found:
        assert_valid(item)


def papers(path: Path, count: int) -> Iterator[Item]:
    csv.field_size_limit(10**7)
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        for _, row in zip(range(count), csv.DictReader(lines, delimiter="\t"), strict=False):
            told = {
                "dc.title": [row["title"]],
                "dc.contributor.author": row["author_text"].split(", "),
                "dc.description.abstract": [row["abstract"]],
                "dc.subject": row["categories"].split(),
                "dc.date.issued": [row["created"]],
                "dc.identifier.uri": [f"https://arxiv.org/abs/{row['arxiv_id']}"],
                "dc.identifier.doi": [row["doi"]],
                "dc.type": ["Preprint"],
                "dc.language.iso": ["en"],
                "dc.rights.uri": ["http://creativecommons.org/licenses/by/4.0/"],
            }
            yield Item(row["arxiv_id"], {name: tuple(map(Value, texts)) for name, texts in told.items()})


@pytest.mark.parametrize(
    "path", sorted((DATA / "corpora" / "arxiv-2019").glob("*.tsv.xz"))[:6], ids=lambda path: path.name
)
def test_papers_of_arxiv(path):
    for item in papers(path, 40):
        assert_valid(item)


def test_art_works_of_the_tate():
    """Dublin Core of a museum: dates in words, dimensions, no type that a library knows."""
    with lzma.open(DATA / "corpora" / "tate.jsonl.xz", "rt", encoding="utf-8") as lines:
        for _, line in zip(range(150), lines, strict=False):
            told = json.loads(line)
            fields = {
                "dc.title": (Value(told["title"]),),
                "dc.creator": tuple(Value(each["mda"]) for each in told.get("contributors", []) if each.get("mda")),
                "dc.date": (Value(told["dateText"] or ""),),
                "dc.format.medium": (Value(told["medium"] or ""),),
                "dc.format.extent": (Value(told["dimensions"] or ""),),
                "dc.identifier.uri": (Value(told["url"]),),
                "dc.type": (Value("Image"),),
            }
            assert_valid(Item(told["acno"], fields))


def item_of_xoai(path: Path) -> Item:
    """An item from DSpace's inner document; its file is restricted, as its page says."""
    x = "{http://www.lyncode.com/xoai}"
    root = etree.parse(path).getroot()
    fields: dict[str, list[Value]] = {}
    for field in root.iter(f"{x}field"):
        names = [each.get("name") for each in field.iterancestors(f"{x}element")][::-1]
        if field.get("name") == "value" and names[0] not in ("bundles", "others", "repository", "license"):
            known = [name for name in names if name not in ("none", "en", "en_US", "*")]
            language = next((name for name in names if name in ("en", "en_US")), None)
            fields.setdefault(".".join(known), []).append(Value(field.text, language))
    file = File("paper.pdf", "application/pdf", extent="680.53 kB", access="restricted")
    return Item("20.500.99999/1", {name: tuple(values) for name, values in fields.items()}, files=(file,))


def test_the_very_input_of_which_dspace_makes_eight_invalid_documents():
    """samples/dspace-main: ours are valid in all fifteen formats that an article can have."""
    item = kept(item_of_xoai(SHARED / "samples" / "dspace-main" / "input-xoai.xml"))
    rendered = RENDERER.render(item)
    assert not rendered.failed, rendered.faults
    assert set(known_formats()) - set(rendered.metadata) == {"etdms", "uketd_dc"}, "theses only"
    for prefix, record in rendered.metadata.items():
        assert not ours(record), prefix
        assert not official(record), prefix
