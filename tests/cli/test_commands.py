"""The commands as a user meets them: words in, words out, exit codes."""

import functools
import http.server
import json
import re
import threading
from pathlib import Path

import pytest

from oai_server.cli import main
from tests.judges import ROOT, SHARED

GOOD = {"identifier": "1", "metadata": {"dc.title": ["A title"]}}


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def items(tmp_path) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps({**GOOD, "identifier": "2", "sets": ["a:b"]}) + "\n")
    return path


def test_help_lists_the_commands_for_a_newcomer(run):
    text = run("--help")
    for command in ("demo", "ingest", "serve", "status", "formats", "sets", "sources", "withdraw", "restore", "faults"):
        assert re.search(rf"^  {command} +\S", text, re.MULTILINE), command
    for command in main.commands:
        assert "Usage:" in run(command, "--help")


def test_ingest_status_withdraw_restore(run, items):
    assert "2 added, 0 changed, 0 unchanged" in run("ingest", str(items))
    assert "0 added, 0 changed, 2 unchanged" in run("ingest", str(items))
    assert re.search(r"records oai_dc +2, and 0 deleted", run("status"))
    assert re.search(r"^a:b +1 +b$", run("sets"), re.MULTILINE)
    assert "changed" in run("withdraw", "oai:repo.example.org:2")
    assert re.search(r"records oai_dc +1, and 1 deleted", run("status"))
    assert "changed" in run("restore", "oai:repo.example.org:2")
    assert re.search(r"records oai_dc +2, and 0 deleted", run("status"))
    assert "2: changed" in run("withdraw", "2")
    assert "2: changed" in run("restore", "2")
    assert "there is no such item" in run("withdraw", "oai:repo.example.org:3", code=1)


def test_something_lost_is_listed_with_its_place_and_gives_1(run, items):
    items.write_text(items.read_text() + '{"identifier": "3"\n')
    output = run("ingest", str(items), code=1)
    assert re.search(rf"refused: {items}:3: oai:repo\.example\.org:3: not JSON", output)
    assert "2 added" in output
    assert f"{items}:3" in run("faults")


def test_what_is_healed_loses_nothing_and_gives_0(run, items):
    items.write_text(json.dumps({**GOOD, "metadata": {"dc.title": ["A\x0b title"]}}))
    assert re.search(r"healed: .*items.jsonl:1: oai:repo.example.org:1: .*U\+000B", run("ingest", str(items)))


def test_a_fault_cannot_write_to_the_terminal(run, items):
    items.write_text(json.dumps({**GOOD, "\x1b[31mred": 1}))
    assert "\x1b" not in run("ingest", str(items), code=1)


def test_dry_run_changes_nothing(run, items):
    assert "dry run: nothing was changed: 2 added" in run("ingest", "--dry-run", str(items))
    assert re.search(r"items +0", run("status"))


def test_a_set_can_be_given_by_hand_and_an_illegal_one_is_refused(run, items):
    run("ingest", "--set", "all:here", str(items))
    assert re.search(r"^all:here +2", run("sets"), re.MULTILINE)
    assert "refused" in run("ingest", "--set", "not here", str(items), code=1)


def test_keep_datestamps_is_taken_until_the_first_harvest(run, items):
    from oai_server.store import Store

    items.write_text(json.dumps({**GOOD, "datestamp": "2016-05-14T02:00:00Z"}))
    run("ingest", "--keep-datestamps", str(items))
    assert "newest datestamp    2016-05-14T02:00:00Z" in run("status")
    with Store("sqlite:///store.sqlite") as store:
        store.note_harvest()
    assert "has been harvested already" in run("ingest", "--keep-datestamps", str(items), code=2)
    assert re.search(r"harvested +yes", run("status"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["ingest", "nothing.jsonl"], "no such file"),
        (["ingest", "--from", "marcs", "."], "marcs is no kind of source; known are"),
        (["--config", "none.toml", "status"], "none.toml: No such file"),
        (["serve", "--bind", "8080"], "not HOST:PORT"),
        (["serve", "--workers", "0"], "workers must be a whole number"),
        (["ingest"], "Missing argument"),
    ],
)
def test_what_could_not_run_says_why_and_gives_2(run, words, reason):
    assert reason in run(*words, code=2)


def test_an_unknown_setting_stops_every_command(run, monkeypatch):
    monkeypatch.setenv("OAI_SERVER_PAGESIZE", "5")
    assert "OAI_SERVER_PAGESIZE is no setting; known are" in run("status", code=2)


def test_an_unknown_format_is_refused_with_the_known_ones(run, monkeypatch):
    monkeypatch.setenv("OAI_SERVER_FORMATS", "oai_dc,mds")
    assert "mds not known; known are oai_dc" in run("formats", code=2)


def test_formats_and_sources_say_what_there_is(run):
    text = run("formats")
    assert "http://www.openarchives.org/OAI/2.0/oai_dc.xsd" in text
    assert "https://repo.example.org/oai/schemas/dim.xsd" in text
    assert re.search(r"^saf +DSpace", run("sources"), re.MULTILINE)


def test_a_database_that_cannot_be_opened_is_told(run, monkeypatch, tmp_path):
    monkeypatch.setenv("OAI_SERVER_DATABASE_URL", "sqlite:////no/such/folder/x.sqlite")
    assert "the folder /no/such/folder does not exist" in run("status", code=2)
    monkeypatch.setenv("OAI_SERVER_DATABASE_URL", "mysql://x")
    assert "mysql is not supported" in run("status", code=2)
    (tmp_path / "text.sqlite").write_text("not a database" * 1000)
    monkeypatch.setenv("OAI_SERVER_DATABASE_URL", "sqlite:///text.sqlite")
    assert "text.sqlite" in run("status", code=2)


def test_render_again_stamps_nothing_that_is_the_same(run, items):
    run("ingest", str(items))
    before = run("status")
    assert "0 added, 0 changed, 2 unchanged" in run("render")
    assert run("status") == before


def test_refresh_finds_nothing_to_do_where_no_embargo_has_ended(run, items):
    run("ingest", str(items))
    assert "refreshed: 0 added, 0 changed, 0 unchanged" in run("refresh")


def test_a_change_of_formats_is_told_until_everything_is_rendered_again(run, items, monkeypatch):
    monkeypatch.setenv("OAI_SERVER_FORMATS", "oai_dc")
    assert "oai-server render" not in run("ingest", str(items))
    assert "records mods" not in run("status")
    monkeypatch.setenv("OAI_SERVER_FORMATS", "oai_dc,mods")
    assert "oai-server render" in run("ingest", str(items))
    assert "2 changed" in run("render")
    assert re.search(r"records mods +2", run("status"))
    assert "oai-server render" not in run("ingest", str(items))
    monkeypatch.setenv("OAI_SERVER_FORMATS", "oai_dc")
    run("render")
    assert re.search(r"records mods +0, and 2 deleted", run("status"))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared real packages are not here")
def test_real_packages_go_in_from_folders_and_zips(run):
    saf = SHARED / "data" / "saf"
    places = [
        saf / "brage-nve-2753238",
        saf / "brage-nve-2833909",
        saf / "wm-archives",
        *sorted((saf / "zip").glob("*.zip")),
    ]
    output = run("ingest", *map(str, places))
    assert re.search(r"items active +8$", run("status"), re.MULTILINE)
    assert output.count("added") == 5
    assert "refused" not in output


def test_the_sample_collection_goes_in_whole(run):
    assert "37 added" in run("ingest", "--keep-datestamps", str(ROOT / "data" / "items.jsonl"))


@pytest.mark.skipif(not SHARED.exists(), reason="the official schemas are not here")
def test_official_schemas_are_fetched_verified_and_then_judge_what_came_as_xml(run, items, tmp_path, monkeypatch):
    """From a local server that offers the published files, as a mirror does."""
    handler = functools.partial(QuietHandler, directory=str(SHARED / "schemas" / "official"))
    monkeypatch.setenv("OAI_SERVER_SCHEMA_FOLDER", str(tmp_path / "schemas"))
    assert "not fetched" in run("schemas", "list")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mirror = f"http://127.0.0.1:{server.server_port}"
        assert re.search(r"[1-9]\d* schema files good, 0 not", run("schemas", "fetch", "mods", "--mirror", mirror))
        assert "no-such" in run("schemas", "fetch", "no-such", code=2)
        server.shutdown()
    assert re.search(r"[1-9]\d* schema files good, 0 not", run("schemas", "verify"))
    assert "mods-3-7.xsd: used too" in run("schemas", "list")
    location = "http://www.loc.gov/mods/v3 http://www.loc.gov/standards/mods/v3/mods-3-7.xsd"
    start = '<mods xmlns="http://www.loc.gov/mods/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    good = f'{start} xsi:schemaLocation="{location}"><titleInfo><title>T</title></titleInfo></mods>'
    lines = [{**GOOD, "identifier": "1", "xml": {"mine": good}}]
    lines.append({**GOOD, "identifier": "2", "xml": {"mine": good.replace("titleInfo>", "titelInfo>")}})
    items.write_text("\n".join(map(json.dumps, lines)))
    output = run("ingest", str(items), code=1)
    assert re.search(r"lost: .*:2: oai:repo.example.org:2 mine: line 1: .*titelInfo.*mods-3-7.xsd", output)
    assert "not validated" not in output
    (tmp_path / "schemas" / "loc.gov" / "standards" / "mods" / "v3" / "mods-3-7.xsd").write_text("changed")
    assert "changed" in run("schemas", "verify", code=1)
