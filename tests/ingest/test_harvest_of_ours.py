"""A whole harvest by ourselves of ourselves: a served repository, taken into a second one, and what changes later."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from oai_server.ingest.harvest import harvested
from oai_server.ingest.source import Mark
from oai_server.ingest.transport import Manners, Transport
from oai_server.model import Reading
from oai_server.protocol.response import OAI
from tests.conftest import pipeline_for
from tests.test_clients import free_port, running

ORIGIN = "{http://www.openarchives.org/OAI/2.0/provenance}originDescription"
SOURCE = "oai:first"


def told(header: etree._Element) -> tuple[str, str | None, frozenset[str]]:
    specs = frozenset(spec.text for spec in header.findall(f"{{{OAI}}}setSpec"))
    return header.findtext(f"{{{OAI}}}identifier"), header.get("status"), specs


def pages(url: str, verb: str, query: str = "") -> Iterator[etree._Element]:
    """The responses of a whole list, read by the plainest of clients."""
    while True:
        with urllib.request.urlopen(f"{url}?verb={verb}{query}") as answer:
            root = etree.fromstring(answer.read())
        yield root
        token = root.findtext(f".//{{{OAI}}}resumptionToken")
        if not token:
            return
        query = f"&resumptionToken={token}"


def served(url: str) -> set[tuple[str, str | None, frozenset[str]]]:
    """The headers of a whole list."""
    found = pages(url, "ListIdentifiers", "&metadataPrefix=oai_dc")
    return {told(header) for page in found for header in page.iter(f"{{{OAI}}}header")}


def sets(found: Iterable[etree._Element]) -> dict[str, str]:
    """Names by setSpec."""
    elements = [each for page in found for each in page.iter(f"{{{OAI}}}set")]
    return {each.findtext(f"{{{OAI}}}setSpec"): each.findtext(f"{{{OAI}}}setName") for each in elements}


@pytest.fixture
def first(tmp_path):
    """The sample collection behind a real server."""
    with running("demo", cwd=tmp_path, port=free_port(), OAI_SERVER_PAGE_SIZE="10") as url:
        yield url


def command(folder: Path, *arguments: str) -> None:
    """A command on the store of the first repository."""
    environment = {
        **os.environ,
        "OAI_SERVER_DATABASE_URL": f"sqlite:///{folder}/oai-server-demo.sqlite",
        "OAI_SERVER_REPOSITORY_IDENTIFIER": "demo.example.org",
    }
    whole = [sys.executable, "-m", "oai_server.cli", *arguments]
    subprocess.run(whole, cwd=folder, env=environment, check=True, capture_output=True)


def test_a_second_repository_has_what_the_first_has_and_then_what_changes(
    tmp_path, first, store, settings, make_client
):
    pipeline = pipeline_for(store, replace(settings, formats=("oai_dc", "dim", "xoai")))

    def run(mark: str | None) -> list[Reading | Mark]:
        """One harvest into the second store; what it brought."""
        with Transport(Manners(pace=0)) as transport:
            found = list(harvested(first, mark, transport))
        tally = pipeline.ingest(found, SOURCE)
        assert not tally.lost, tally.faults
        return [each for each in found if isinstance(each, Reading | Mark)]

    second = make_client(store, formats=("oai_dc", "dim", "xoai"))

    def kept() -> set[tuple[str, str | None, frozenset[str]]]:
        pages = second.pages("ListIdentifiers", metadataPrefix="oai_dc")
        return {told(header) for page in pages for header in page.headers_listed}

    brought = run(None)
    assert len(kept()) == 37
    assert kept() == served(first)
    assert sets(etree.fromstring(page.body) for page in second.pages("ListSets")) == sets(pages(first, "ListSets"))

    live = next(each.item for each in brought if isinstance(each, Reading) and each.item.xml)
    answer = second(verb="GetRecord", identifier=live.identifier, metadataPrefix=next(iter(live.xml)))
    (origin,) = answer.xml.iter(ORIGIN)
    assert origin.get("altered") == "false"

    gone = min(name for name, status, _ in kept() if status is None)
    (tmp_path / "new.jsonl").write_text(
        '{"identifier": "new/1", "metadata": {"dc.title": ["A new one"]}, "sets": ["health:care"]}\n'
    )
    command(tmp_path, "ingest", str(tmp_path / "new.jsonl"))
    command(tmp_path, "withdraw", gone)

    mark = [each.text for each in brought if isinstance(each, Mark)][-1]
    changes = run(mark)
    assert {(each.item.identifier, each.item.state) for each in changes if isinstance(each, Reading)} == {
        ("oai:demo.example.org:new/1", "active"),
        (gone, "withdrawn"),
    }
    assert kept() == served(first)
    assert len(kept()) == 38
