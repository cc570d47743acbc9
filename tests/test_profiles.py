"""Profiles and rules from outside: endpoints of their own, who is in them and why, and how each comes back."""

import re
from dataclasses import replace
from datetime import date

import pytest

from oai_server.config import Settings, SettingsError, load
from oai_server.ingest.applying import apply
from oai_server.model import File, Selection, Value
from oai_server.rules import Membership, profiles_of, set_rules_of, shipped_profiles
from oai_server.store.purging import purge
from tests.conftest import BASE_URL, item, pipeline_for, readings

ONE = "oai:demo.example.org:1"
OPEN = (File("a.pdf", url="https://x.org/a.pdf", access="open"),)
CLOSED = (File("a.pdf", url="https://x.org/a.pdf", access="restricted"),)
LATER = (File("a.pdf", url="https://x.org/a.pdf", access="embargoed", available=date(2026, 12, 1)),)
FULL = {
    "dc.contributor.author": (Value("Sample, Ann"),),
    "dc.date.issued": (Value("2020-01-02"),),
    "dc.type": (Value("Article"),),
    "dc.identifier.uri": (Value("https://example.org/1"),),
    "dc.identifier.doi": (Value("10.5555/1"),),
}
MINE = {
    "mine": {
        "formats": ["oai_dc", "dim"],
        "filter": {"access": ["open", "embargoed"]},
        "sets": ["a"],
        "hide_embargoed": True,
        "description": "What is <open>",
    }
}


@pytest.fixture
def settings(settings) -> Settings:
    return replace(settings, formats=("oai_dc", "dim", "mods"), profiles=profiles_of({**MINE, "openaire": True}))


@pytest.fixture
def ask(store, make_client):
    """Ask an endpoint by its profile's name, with every answer judged."""
    client = make_client(store)

    return lambda profile, **arguments: client.at(profile)(**arguments)


def article(identifier: str = "1", files=OPEN, **more):
    return item(identifier, files=files, **{"sets": ["a:b", "c"], "fields": FULL, **more})


def state_of(ask, profile: str) -> str:
    """What GetRecord, the list and the list of a set say of the item: live, deleted or absent, and all alike."""
    one = ask(profile, verb="GetRecord", identifier=ONE, metadataPrefix="oai_dc")
    found = [one.code or one.headers_listed[0].get("status") or "live"]
    whole = ask(profile, verb="ListIdentifiers", metadataPrefix="oai_dc")
    found += [each.get("status") or "live" for each in whole.headers_listed if each[0].text == ONE]
    by_set = ask(profile, verb="ListIdentifiers", metadataPrefix="oai_dc", set="a")
    found += [each.get("status") or "live" for each in by_set.headers_listed if each[0].text == ONE]
    if found == ["idDoesNotExist"]:
        return "absent"
    assert len(found) == 3, found
    assert len(set(found)) == 1, found
    return found[0]


CAUSES = {
    "withdrawn by hand": (lambda p: p.set_state([ONE], "withdrawn"), lambda p: p.set_state([ONE], "active"), True),
    "withdrawn by its source": (lambda p: take(p, state="withdrawn"), lambda p: take(p), True),
    "private": (lambda p: take(p, state="private"), lambda p: take(p), True),
    "outside the profile's filter": (lambda p: take(p, files=CLOSED), lambda p: take(p), False),
    "embargoed": (lambda p: take(p, files=LATER), lambda p: take(p), False),
}


def take(pipeline, **more) -> None:
    pipeline.ingest(readings(article(**more)), "test")


@pytest.mark.parametrize("cause", CAUSES)
def test_an_item_that_leaves_is_a_deleted_record_and_comes_back_when_its_cause_goes(store, pipeline, ask, clock, cause):
    leave, come_back, everywhere = CAUSES[cause]
    take(pipeline)
    assert [state_of(ask, profile) for profile in ("", "mine")] == ["live", "live"]
    stamps = ask("mine", verb="ListIdentifiers", metadataPrefix="oai_dc").datestamps
    clock.sleep(100)
    leave(pipeline)
    assert [state_of(ask, profile) for profile in ("", "mine")] == ["deleted" if everywhere else "live", "deleted"]
    assert ask("mine", verb="ListIdentifiers", metadataPrefix="oai_dc").datestamps > stamps
    clock.sleep(100)
    come_back(pipeline)
    assert [state_of(ask, profile) for profile in ("", "mine")] == ["live", "live"]


@pytest.mark.parametrize("cause", ["outside the profile's filter", "embargoed", "private"])
def test_an_item_that_was_never_in_a_profile_is_not_there_at_all(pipeline, ask, cause):
    CAUSES[cause][0](pipeline)
    assert state_of(ask, "mine") == "absent"


def test_a_record_that_enters_a_profile_later_bears_there_the_time_of_its_entry(pipeline, ask, clock):
    """Or who harvests the profile by date would never see it."""
    take(pipeline, files=CLOSED)
    first = ask("", verb="GetRecord", identifier=ONE, metadataPrefix="dim").datestamps
    clock.sleep(1000)
    told = ask("mine", verb="Identify").texts("responseDate")[0]
    take(pipeline)
    (entered,) = ask("mine", verb="ListIdentifiers", metadataPrefix="dim", from_=told).datestamps
    assert entered > told > first[0]


def test_an_endpoint_tells_its_own_name_formats_sets_and_description(pipeline, ask):
    take(pipeline)
    identify = ask("mine", verb="Identify")
    assert identify.texts("Identify/baseURL") == [f"{BASE_URL}/mine"]
    assert identify.request.text == f"{BASE_URL}/mine"
    assert b"What is &lt;open&gt;" in identify.body
    assert ask("openaire", verb="Identify").texts("Identify/repositoryName") == ["A repository: OpenAIRE"]
    assert ask("mine", verb="ListMetadataFormats").texts("ListMetadataFormats/metadataFormat/metadataPrefix") == [
        "oai_dc",
        "dim",
    ]
    assert ask("mine", verb="ListSets").texts("ListSets/set/setSpec") == ["a", "a:b"]
    assert ask("openaire", verb="ListSets").texts("ListSets/set/setSpec") == ["openaire"]
    assert ask("mine", verb="ListRecords", metadataPrefix="mods").code == "cannotDisseminateFormat"
    assert ask("mine", verb="ListRecords", metadataPrefix="oai_dc", set="c").code == "noRecordsMatch"
    header = ask("mine", verb="GetRecord", identifier=ONE, metadataPrefix="dim").headers_listed[0]
    assert [each.text for each in header][2:] == ["a:b"]


def test_a_token_is_good_at_the_endpoint_that_gave_it_only(store, pipeline, make_client):
    pipeline.ingest(readings(*(article(str(n)) for n in range(5))), "test")
    client = make_client(store, page_size=2)
    token = client.at("mine")(verb="ListRecords", metadataPrefix="dim").token.text
    assert client.at("mine")(verb="ListRecords", resumptionToken=token).code is None
    assert client(verb="ListRecords", resumptionToken=token).code == "badResumptionToken"


def test_a_profile_that_does_not_exist_is_a_404(store, make_client):
    assert make_client(store).flask.get("/oai/nosuch?verb=Identify").status_code == 404


def test_openaire_tells_type_access_and_project_in_its_own_words(pipeline, ask):
    grant = "info:eu-repo/grantAgreement/EC/FP7/12345"
    fields = {**FULL, "dc.relation": (Value(grant),), "dc.rights": (Value("CC BY"),)}
    take(pipeline, fields=fields)
    record = ask("openaire", verb="GetRecord", identifier=ONE, metadataPrefix="oai_dc").xml
    told = {name: [each.text for each in record.iter(f"{{*}}{name}")] for name in ("type", "rights", "relation")}
    assert told["type"][0] == "info:eu-repo/semantics/article"
    assert told["rights"] == ["info:eu-repo/semantics/openAccess", "CC BY"]
    assert told["relation"][0] == grant
    plain = ask("", verb="GetRecord", identifier=ONE, metadataPrefix="oai_dc").xml
    assert [each.text for each in plain.iter("{*}type")] == ["Article"]


def test_an_embargo_that_ends_opens_the_profile_that_hid_it(pipeline, ask, clock):
    take(pipeline, files=LATER)
    assert state_of(ask, "mine") == "absent"
    clock.set("2026-12-01T00:00:00+00:00")
    assert pipeline.refresh().changes == {"changed": 1}
    assert state_of(ask, "mine") == "live"
    assert pipeline.refresh().changes == {}


def carried_out(store, settings: Settings, dry_run: bool = False):
    pipeline = pipeline_for(store, settings)
    return apply(store, pipeline.writer, pipeline.hands.showing, pipeline.hands.renderer.formats, dry_run)


def test_a_change_of_rules_moves_items_without_rendering_and_once(store, pipeline, settings, make_client, clock):
    pipeline.ingest(readings(article("1"), article("2", files=CLOSED)), "test")
    with store.engine.connect() as connection:
        bodies = connection.exec_driver_sql("SELECT id, digest FROM renditions ORDER BY id").all()
    ruled = replace(settings, set_rules=Membership(set_rules_of({"open_access": True})))
    clock.sleep(100)
    told = make_client(store)(verb="Identify").texts("responseDate")[0]
    assert carried_out(store, ruled, dry_run=True).enter["", "open_access"] == 1
    assert make_client(store)(verb="ListRecords", metadataPrefix="oai_dc", set="open_access").code == "noRecordsMatch"
    clock.sleep(100)
    moves = carried_out(store, ruled)
    assert (moves.items, moves.enter["", "open_access"], moves.examples["", "open_access"]) == (1, 1, [ONE])
    client = make_client(store)
    assert client(verb="ListIdentifiers", metadataPrefix="dim", set="open_access").identifiers == [ONE]
    assert client(verb="ListIdentifiers", metadataPrefix="dim", from_=told).identifiers == [ONE]
    assert carried_out(store, ruled).items == 0
    moves = carried_out(store, settings)
    assert moves.leave["", "open_access"] == 1
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, digest FROM renditions ORDER BY id").all() == bodies


def test_a_filter_that_is_narrowed_deletes_and_one_that_is_widened_brings_back(store, pipeline, settings, ask):
    take(pipeline)
    narrow = replace(settings, profiles=profiles_of({"mine": {**MINE["mine"], "filter": {"access": "restricted"}}}))
    assert carried_out(store, narrow).leave["mine", ""] == 1
    assert state_of(ask, "mine") == "deleted"
    assert state_of(ask, "") == "live"
    assert carried_out(store, settings).enter["mine", ""] == 1
    assert state_of(ask, "mine") == "live"


def test_purge_leaves_no_trace_and_the_sizes_right(store, pipeline, ask):
    pipeline.ingest(readings(article("1"), article("2")), "test")
    assert purge(store, [ONE, "oai:demo.example.org:9"]) == [ONE]
    assert state_of(ask, "") == "absent"
    assert ask("", verb="ListIdentifiers", metadataPrefix="oai_dc").identifiers == ["oai:demo.example.org:2"]
    assert store.count(Selection("oai_dc")) == 1
    take(pipeline)
    assert state_of(ask, "") == "live"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"Bad Name": True}, "is no name of a profile"),
        ({"schemas": True}, "is no name of a profile"),
        ({"unheard": True}, "is not shipped; shipped are openaire"),
        ({"mine": {"colour": 1}}, "does not know colour"),
        ({"mine": {"filter": {"acces": "open"}}}, "mine.filter does not know acces"),
        ({"mine": {"formats": "oai_dc"}}, "mine.formats must be a list"),
        ({"mine": {"base_url": "ftp://x"}}, "base_url must be an http"),
        ("openaire nosuch", "nosuch is not shipped"),
        (5, "must be names of shipped profiles"),
    ],
)
def test_a_profile_that_cannot_be_understood_is_told_with_what_would_do(told, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        profiles_of(told)


def test_shipped_profiles_are_chosen_by_name_in_the_environment():
    chosen = load(None, {"OAI_SERVER_PROFILES": "openaire, rioxx"}).profiles
    assert [each.name for each in chosen] == ["openaire", "rioxx"]
    assert list(shipped_profiles()) == ["openaire", "openaire4", "driver", "rioxx", "datacite"]
    with pytest.raises(SettingsError, match="OAI_SERVER_PROFILES"):
        load(None, {"OAI_SERVER_PROFILES": "nosuch"})
