"""Fetching from servers that behave and servers that do not, and looking after what was fetched."""

import os
import shutil
import stat
import time

import pytest

from oai_server.official import files
from oai_server.official.files import fetch, verify
from oai_server.official.judge import Official
from oai_server.official.manifest import lookup, manifest

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
PLACE = "openarchives.org/OAI/2.0/oai_dc.xsd"
NEEDED = [PLACE, "dublincore.org/schemas/xmls/simpledc20021212.xsd", "w3.org/2001/03/xml.xsd"]


def there(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_schema_comes_with_what_it_includes(tmp_path, address):
    told = []
    outcomes = fetch(tmp_path, [OAI_DC], f"{address}/good/", told.append)
    assert [(each.entry.place, each.state, each.reason) for each in outcomes] == [
        (each, "fetched", "") for each in NEEDED
    ]
    assert list(outcomes) == told
    assert there(tmp_path) == sorted(NEEDED)
    assert Official(tmp_path).problem(OAI_DC) is None


def test_everything_is_fetched_and_everything_compiles(tmp_path, address):
    outcomes = fetch(tmp_path, mirror=f"{address}/good")
    assert {each.state for each in outcomes} == {"fetched"}
    assert len(outcomes) == len(manifest())
    found = verify(tmp_path)
    assert {each.state for each in found} == {"as published"}
    assert [each.entry.root for each in found] == [each.compiles is True for each in found]
    assert all(each.good for each in [*outcomes, *found])


@pytest.mark.parametrize("word", ["mods", "mets", "edm", "ddi", "rioxx", "lido", "datacite", "qdc", "etdms", "ore"])
def test_a_format_alone_is_enough_to_judge_it(tmp_path, address, word):
    outcomes = fetch(tmp_path, [word], f"{address}/good")
    assert all(each.state == "fetched" for each in outcomes)
    official = Official(tmp_path)
    assert [official.problem(each.entry.url) for each in outcomes if each.entry.root and each.entry.format == word]
    assert not any(official.problem(each.entry.url) for each in outcomes if each.entry.root)


def test_without_a_mirror_files_come_from_where_they_are_published(tmp_path, address, publisher, monkeypatch):
    monkeypatch.setenv("http_proxy", address)
    monkeypatch.setenv("no_proxy", "")
    assert {each.state for each in fetch(tmp_path, [OAI_DC])} == {"fetched"}
    assert publisher.asked[0][0] == OAI_DC
    assert all(agent.startswith("oai-server/") for _, agent in publisher.asked)


def test_what_is_there_is_not_asked_for_again(tmp_path, address, publisher):
    fetch(tmp_path, [OAI_DC], f"{address}/good")
    publisher.asked.clear()
    assert [each.state for each in fetch(tmp_path, [OAI_DC], f"{address}/good")] == ["already there"] * 3
    assert publisher.asked == []


def test_a_file_with_other_line_endings_is_the_published_one(tmp_path, address):
    outcomes = fetch(tmp_path, [OAI_DC], f"{address}/windows")
    assert {each.state for each in outcomes} == {"fetched"}
    assert {each.state for each in verify(tmp_path) if each.entry.place in NEEDED} == {"as published"}


def test_a_redirect_is_followed(tmp_path, address):
    assert {each.state for each in fetch(tmp_path, [OAI_DC], f"{address}/moved")} == {"fetched"}


@pytest.mark.parametrize(
    ("behaviour", "state", "reason"),
    [
        ("wrong", "checksum differs", "is not what the manifest knows"),
        ("missing", "failed", "HTTP 404: Not Found"),
        ("short", "failed", "octets before its end"),
        ("slow", "failed", "took more than 0.3 seconds"),
        ("silent", "failed", "timed out"),
        ("endless", "failed", "more than 1000000 octets"),
        ("loop", "failed", "infinite loop"),
        ("long_loop", "failed", "infinite loop"),
        ("to_file", "failed", "not allowed"),
        ("to_ftp", "failed", "unknown url type: ftp"),
    ],
)
def test_a_download_that_fails_says_why_and_leaves_what_was_there(
    tmp_path, address, monkeypatch, behaviour, state, reason
):
    monkeypatch.setattr(files, "LIMIT", 1_000_000)
    old = tmp_path / PLACE
    old.parent.mkdir(parents=True)
    old.write_bytes(b"<old/>")
    began = time.monotonic()
    [outcome] = fetch(tmp_path, [OAI_DC], f"{address}/{behaviour}", seconds=0.3)
    assert (outcome.state, outcome.good) == (state, False)
    assert reason in outcome.reason
    assert f"{address}/{behaviour}/{PLACE}" in outcome.reason
    assert old.read_bytes() == b"<old/>"
    assert there(tmp_path) == [PLACE]
    assert time.monotonic() - began < 3


def test_a_host_that_does_not_answer_is_asked_once(tmp_path, address, publisher):
    outcomes = fetch(tmp_path, ["mods"], f"{address}/silent", seconds=0.2)
    assert [each.state for each in outcomes] == ["failed"] * 3
    assert "did not answer before: timed out" in outcomes[1].reason
    assert len(publisher.asked) == 1


def test_a_host_that_refuses_is_told(tmp_path):
    [outcome] = fetch(tmp_path, [OAI_DC], "http://127.0.0.1:1", seconds=1)
    assert "Connection refused" in outcome.reason


@pytest.mark.parametrize("scheme", ["file", "ftp"])
def test_a_mirror_is_asked_by_http_only(tmp_path, published, scheme):
    [outcome] = fetch(tmp_path, [OAI_DC], f"{scheme}://{published}")
    assert (outcome.state, there(tmp_path)) == ("failed", [])
    assert f"unknown url type: {scheme}" in outcome.reason


def test_a_changed_file_is_found_and_mended(tmp_path, address, published):
    shutil.copytree(published / "openarchives.org", tmp_path / "openarchives.org")
    (tmp_path / PLACE).write_bytes(b"<schema/>")
    before = {each.entry.url: each for each in verify(tmp_path)}
    assert (before[OAI_DC].state, before[OAI_DC].compiles, before[OAI_DC].good) == ("changed", False, False)
    assert "oai_dc.xsd" in before[OAI_DC].reason
    fetch(tmp_path, [OAI_DC], f"{address}/good")
    after = {each.entry.url: each for each in verify(tmp_path)}
    assert (after[OAI_DC].state, after[OAI_DC].compiles, after[OAI_DC].good) == ("as published", True, True)


def test_a_schema_whose_parts_are_missing_does_not_compile(tmp_path, published):
    (tmp_path / PLACE).parent.mkdir(parents=True)
    shutil.copy(published / PLACE, tmp_path / PLACE)
    found = {each.entry.place: each for each in verify(tmp_path)}
    assert found[PLACE].state == "as published"
    assert found[PLACE].compiles is False
    assert found[PLACE].reason == f"{PLACE} needs dublincore.org/schemas/xmls/simpledc20021212.xsd"
    assert found[NEEDED[1]].state == "missing"


def test_nobody_sees_half_a_file(tmp_path, address, monkeypatch):
    """The disk is full while the new file is written: the old one stays, and nothing lies about."""
    old = tmp_path / PLACE
    old.parent.mkdir(parents=True)
    old.write_bytes(b"<old/>")

    def full(path, content):
        with path.open("wb") as part:
            part.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(old), "write_bytes", full)
    [outcome] = fetch(tmp_path, [OAI_DC], f"{address}/good")
    assert (outcome.state, outcome.reason) == ("failed", f"{old}: No space left on device")
    assert old.read_bytes() == b"<old/>"
    assert there(tmp_path) == [PLACE]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_other_users_may_read_what_was_fetched(tmp_path, address):
    fetch(tmp_path, [OAI_DC], f"{address}/good")
    (tmp_path / "plain").write_bytes(b"")
    assert stat.S_IMODE((tmp_path / PLACE).stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_an_unknown_word_is_told_before_anything_is_fetched(tmp_path, address, publisher):
    with pytest.raises(LookupError, match="nonsense"):
        fetch(tmp_path, ["oai_dc", "nonsense"], f"{address}/good")
    assert publisher.asked == []


def test_an_empty_folder_misses_everything(tmp_path):
    assert {(each.state, each.compiles) for each in verify(tmp_path / "nowhere")} == {("missing", None)}
    assert lookup(OAI_DC) in {each.entry for each in verify(tmp_path / "nowhere")}
