"""The manifest: facts about every published file, found by any spelling of its URL."""

import csv
import hashlib

import pytest

from oai_server.official.manifest import chosen, defaults, lookup, manifest, place
from tests.official.conftest import PUBLISHED

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
XLINK = "http://www.loc.gov/standards/xlink/xlink.xsd"


def test_every_file_has_one_place_and_its_checksums():
    places = [entry.place for entry in manifest()]
    assert len(places) == len(set(places)) == 251
    assert all(entry.url.startswith(("http://", "https://")) for entry in manifest())
    assert all(len(entry.sha256) == len(entry.sha256_text) == 64 for entry in manifest())
    assert not any({"", ".", ".."} & set(path.split("/")) or "\\" in path for path in places)


@pytest.mark.parametrize(
    "url",
    [
        OAI_DC,
        "https://www.openarchives.org/OAI/2.0/oai_dc.xsd",
        "http://openarchives.org/OAI/2.0/oai_dc.xsd",
        " https://openarchives.org/OAI/2.0/oai_dc.xsd\n",
    ],
)
def test_a_url_has_one_spelling(url):
    assert place(url) == "openarchives.org/OAI/2.0/oai_dc.xsd"
    assert lookup(url) is lookup(OAI_DC) is not None


def test_a_file_is_known_by_what_others_call_it():
    assert lookup("https://www.loc.gov/standards/mods/xlink.xsd") is lookup(XLINK)


def test_no_alias_hides_a_file():
    assert all(lookup(entry.url) is entry for entry in manifest())


@pytest.mark.parametrize("url", ["", "oai_dc.xsd", "http://example.org/oai_dc.xsd", "file:///etc/passwd"])
def test_an_unknown_url_is_none(url):
    assert lookup(url) is None


@pytest.mark.parametrize("word", ["marc", "http://www.loc.gov/MARC21/slim"])
def test_root_schemas_are_chosen_by_format_and_by_namespace(word):
    assert [entry.place for entry in chosen([word])] == ["loc.gov/standards/marcxml/schema/MARC21slim.xsd"]


def test_a_schema_is_chosen_once_however_often_it_is_named():
    assert [entry.url for entry in chosen([OAI_DC, "oai_dc", OAI_DC])].count(OAI_DC) == 1


def test_a_word_that_names_nothing_is_told_with_what_would_do():
    with pytest.raises(LookupError, match=r"marcxml is no official schema.*known formats are datacite.*marc, mets"):
        chosen(["oai_dc", "marcxml"])


def test_only_root_schemas_judge_by_default():
    assert all(entry.root for entry in defaults().values())
    assert defaults()["{http://www.loc.gov/mods/v3}mods"].place.endswith("mods-3-8.xsd")


def test_the_manifest_tells_the_files_as_they_were_collected(published):
    for entry in manifest():
        content = (PUBLISHED / entry.place).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.sha256
        assert entry.matches(content)
    with (published / "MANIFEST.csv").open(newline="", encoding="utf-8") as rows:
        assert {(row["official_url"], row["root"] == "yes") for row in csv.DictReader(rows)} == {
            (entry.url, entry.root) for entry in manifest()
        }


def test_line_endings_do_not_count_but_everything_else_does(published):
    entry = lookup(OAI_DC)
    content = (published / entry.place).read_bytes()
    assert entry.matches(content.replace(b"\r\n", b"\n"))
    assert entry.matches(b"\xef\xbb\xbf" + content.replace(b"\r\n", b"\n").replace(b"\n", b" \r\n"))
    assert not entry.matches(content.replace(b"oai_dc", b"oai_DC", 1))
    assert not entry.matches(b"")
