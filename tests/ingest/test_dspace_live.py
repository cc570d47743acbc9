"""A running DSpace of either generation, harvested page by page from a loopback server that misbehaves on demand."""

import json
from itertools import takewhile

import pytest

from oai_server.ingest import dspace_rest
from oai_server.ingest.dspace_live import listing_of
from oai_server.ingest.source import Errand, Mark, SourceError
from oai_server.ingest.transport import Manners, Transport
from oai_server.model import Fault, Reading
from tests.ingest.dspace_server import ORDER, DSpace

BASES = ["/server/api", "/rest"]
HASTE = Manners(pace=0, tries=2, first_wait=0)


def live(dspace: DSpace, path: str, mark: str | None = None) -> list:
    with dspace.running(path) as url, Transport(HASTE, sleep=lambda seconds: None) as transport:
        return list(dspace_rest.live(url, mark, transport))


def names(found: list) -> list[str]:
    return [each.item.identifier for each in found if isinstance(each, Reading)]


def faults(found: list) -> list[Fault]:
    return [each for each in found if isinstance(each, Fault)]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
def test_every_item_of_every_page_comes_once(base, count):
    found = live(DSpace(count), base)
    assert names(found) == [f"1/{number}" for number in range(count)]
    assert not faults(found)


@pytest.mark.parametrize("base", BASES)
def test_the_source_reads_by_itself_and_goes_on_from_its_mark(base):
    dspace = DSpace(30)
    with dspace.running(base) as url:
        assert dspace_rest.recognises(Errand(url))
        found = list(dspace_rest.read(Errand(url, mark="100")))
    assert len(names(found)) == 30


@pytest.mark.parametrize("base", BASES)
def test_a_run_that_was_interrupted_goes_on_and_one_that_ended_begins_again(base):
    dspace = DSpace(250)
    whole = live(dspace, base)
    marks = [each for each in whole if isinstance(each, Mark)]
    assert marks[0] == Mark("100")
    assert marks[-1] == Mark("")
    before = list(takewhile(lambda each: each != Mark("200"), whole))
    rest = live(dspace, base, "200")
    assert set(names(before) + names(rest)) == set(names(whole))
    assert len(names(rest)) < len(names(whole))
    assert names(live(dspace, base, marks[-1].text)) == names(whole)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    ("trouble", "degree", "message"),
    [
        ("500", "refused", "HTTP 500"),
        ("html", "refused", "not JSON"),
        ("octet", "refused", "not UTF-8"),
        ("401", "noted", "HTTP 401: not everybody may see it"),
    ],
)
def test_an_item_that_breaks_its_page_costs_only_itself(base, trouble, degree, message):
    dspace = DSpace(150)
    dspace.broken = {7: trouble, 120: trouble}
    found = live(dspace, base)
    assert names(found) == [f"1/{number}" for number in range(150) if number not in dspace.broken]
    assert [(fault.degree, fault.message[: len(message)]) for fault in faults(found)] == [(degree, message)] * 2
    assert all("=1" in fault.file and fault.file.startswith(dspace.url) for fault in faults(found))


@pytest.mark.parametrize("base", BASES)
def test_a_connection_that_is_cut_is_asked_again(base):
    dspace = DSpace(250)
    dspace.cuts = {1, 3}
    assert len(names(live(dspace, base))) == 250


@pytest.mark.parametrize("base", BASES)
def test_a_server_that_fails_for_good_ends_the_run_after_what_it_gave(base):
    dspace = DSpace(250)
    dspace.broken = dict.fromkeys(range(100, 250), "500")
    found = []
    with (
        dspace.running(base) as url,
        Transport(HASTE, sleep=lambda seconds: None) as transport,
        pytest.raises(SourceError, match="HTTP 500"),
    ):
        found.extend(dspace_rest.live(url, None, transport))
    assert len(names(found)) == 100
    assert Mark("100") in found
    assert len(dspace.asked) < 50


def test_an_item_that_is_only_linked_to_is_fetched_and_one_that_nobody_may_see_is_noted():
    dspace = DSpace(10)
    dspace.linked, dspace.broken = {3, 5}, {5: "401"}
    found = live(dspace, "/server/api")
    assert names(found) == [f"1/{number}" for number in range(10) if number != 5]
    (fault,) = faults(found)
    assert (fault.degree, fault.identifier) == ("noted", dspace.items[5]["uuid"])


def test_a_link_to_another_server_is_not_followed():
    dspace = DSpace(2)
    dspace.linked = {1}
    dspace.items[1]["uuid"] = "x"
    answer = dspace.found
    dspace.found = lambda number: json.loads(json.dumps(answer(number)).replace("127.0.0.1", "localhost"))
    found = live(dspace, "/server/api")
    assert names(found) == ["1/0"]
    assert "is on another server, not asked" in faults(found)[0].message


def test_a_server_that_does_not_know_our_order_is_asked_without():
    dspace = DSpace(150)
    dspace.orders = False
    found = live(dspace, "/server/api")
    assert len(names(found)) == 150
    assert [fault.degree for fault in faults(found)] == ["noted"]
    assert sum("sort=" in asked for asked in dspace.asked) == 1


@pytest.mark.parametrize("total", [0, 10, 10_000])
def test_a_wrong_total_neither_loops_nor_fails(total):
    """One that is too small ends the list early, as the server says; one that is too large ends at an empty page."""
    dspace = DSpace(150)
    dspace.total = total
    assert len(names(live(dspace, "/server/api"))) == (100 if total < 100 else 150)


def test_a_server_that_gives_the_same_page_for_ever_is_left():
    dspace = DSpace(100)
    dspace.total = 1_000_000
    dspace.numbers = lambda start, size: list(range(100))
    with pytest.raises(SourceError, match="the same page again and again"):
        live(dspace, "/server/api")


def test_an_item_withdrawn_while_we_read_hides_no_other():
    """What follows moves up into the page that was read before, so that page is read again."""
    dspace = DSpace(250)
    search = dspace.search

    def searched(query):
        if query["page"] == ["1"] and len(dspace.items) == 250:
            del dspace.items[50]
        return search(query)

    dspace.search = searched
    assert set(names(live(dspace, "/server/api"))) == {f"1/{number}" for number in range(250)}


def test_an_empty_page_of_the_older_interface_is_not_its_end():
    """It leaves out of a page what nobody may see, and tells no total."""
    dspace = DSpace(450)
    dspace.unlisted = set(range(90, 320))
    assert names(live(dspace, "/rest")) == [f"1/{number}" for number in range(450) if number not in dspace.unlisted]


@pytest.mark.parametrize("path", ["/server/api/core/items", "/nothing/api", "/rest/collections/7"])
def test_what_is_not_there_says_so(path):
    with pytest.raises(SourceError, match="HTTP 404"):
        live(DSpace(1), path)


def test_one_item_is_read_by_its_own_address():
    dspace = DSpace(3)
    found = live(dspace, f"/server/api/core/items/{dspace.items[2]['uuid']}")
    assert names(found) == ["1/2"]
    assert len(dspace.asked) == 1


HOST = "https://repo.example.org"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("/server", "/server/api/discover/search/objects"),
        ("/server/", "/server/api/discover/search/objects"),
        ("/server/api", "/server/api/discover/search/objects"),
        ("/api/discover/search/objects?scope=x&page=7", "/api/discover/search/objects"),
        ("/server/api/core/items", "/server/api/core/items"),
        ("/rest", "/rest/items"),
        ("/dspace/rest/items?limit=5", "/dspace/rest/items"),
        ("/rest/collections/12", "/rest/collections/12/items"),
    ],
)
def test_a_url_says_what_to_ask(url, asked):
    listing = listing_of(f"{HOST}{url}")
    assert listing.url == f"{HOST}{asked}"
    assert not {name for name, _ in listing.pairs} & {"page", "size", "limit", "offset"}


def test_what_the_url_asks_for_is_kept():
    pairs = listing_of(f"{HOST}/server/api/discover/search/objects?scope=x&sort=dc.title,ASC").pairs
    assert ("scope", "x") in pairs
    assert ("dsoType", "item") in pairs
    assert [value for name, value in pairs if name == "sort"] == ["dc.title,ASC"]
    assert ("sort", ORDER) in listing_of(f"{HOST}/server/api").pairs


@pytest.mark.parametrize("url", ["/oai/request", "/server/oai/request?verb=Identify", "/api/records", "/", ""])
def test_another_url_is_not_recognised(url):
    assert not dspace_rest.recognises(Errand(f"{HOST}{url}"))
