"""Which kind of source reads a location that nobody named the kind of."""

import pytest

from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.sources import ORDER, source_name, source_of, sources

RESPONSE = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords/></OAI-PMH>'
RECORD = '<record xmlns="http://www.openarchives.org/OAI/2.0/"><header><identifier>a:1</identifier></header></record>'
MODS = '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>T</title></titleInfo></mods>'
HTML = "<!DOCTYPE html>\n<html><body>No</body></html>"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"a.xml": RESPONSE}, "oai"),
        ({"a.xml": RESPONSE, "b.xml": MODS}, "xml"),
        ({"a.xml": RESPONSE, "b.xml": RESPONSE, "c.xml": MODS}, "oai"),
        ({"a.xml": RESPONSE, "b.html": HTML, "c.csv": "no,xml"}, "oai"),
        ({"a.xml": RECORD, "b.xml": RECORD}, "oai"),
        ({"a.xml": MODS}, "xml"),
        ({"item/dublin_core.xml": "<dublin_core/>"}, "saf"),
        ({"items.jsonl": "{}"}, "jsonl"),
        ({"a.bib": "@book{a, title={T}}"}, "bibtex"),
    ],
)
def test_a_folder_is_of_the_kind_of_what_is_in_it(tmp_path, files, kind):
    for name, text in files.items():
        (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / name).write_text(text)
    location = tmp_path / "x" / "items.jsonl" if kind == "jsonl" else tmp_path / "x"
    assert kind == source_of(Errand(location)).KIND


def test_with_a_mapping_json_lines_are_a_table(tmp_path):
    (tmp_path / "works.jsonl").write_text('{"acno": "A1"}')
    (tmp_path / "map.toml").write_text('identifier = "acno"')
    assert source_of(Errand(tmp_path / "works.jsonl", tmp_path / "map.toml")).KIND == "json"
    assert source_of(Errand(tmp_path / "works.jsonl")).KIND == "jsonl"


def test_what_nobody_recognises_is_told_with_the_kinds_there_are(tmp_path):
    (tmp_path / "x.txt").write_text("nothing")
    with pytest.raises(SourceError, match=r"x\.txt: no source recognises it.*--from \(bibtex, csv, .*xml\)"):
        source_of(Errand(tmp_path / "x.txt"))


def test_every_kind_has_its_place_in_the_order():
    assert set(ORDER) == set(sources())


def test_the_name_of_a_source_does_not_depend_on_where_we_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert source_name("xml", Errand("a.xml")) == source_name("xml", Errand(tmp_path / "a.xml"))
    assert source_name("oai", Errand("https://x.example.org/oai")) == "oai:https://x.example.org/oai"
