"""Requests that many tests make, in ways that a decent harvester would not, and readings of what comes back."""

from collections.abc import Iterator

from lxml import etree

from oai_server.formats import known_formats
from tests.conftest import Answer, Client
from tests.judges import OAI

DOMAIN = "oai:demo.example.org:"
ONE = f"{DOMAIN}20.500.99999/1"
GONE = f"{DOMAIN}20.500.99999/34"
PREFIXES = ["oai_dc", "dim", "etdms"]  # what the repositories of these tests offer, but for ``rich``
EVERY_PREFIX = [*known_formats()]
LIST_VERBS = ["ListIdentifiers", "ListRecords"]
XSI_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"

# Every verb with every argument that it takes, asked of the sample collection.
LEGAL = [
    "verb=Identify",
    "verb=ListMetadataFormats",
    f"verb=ListMetadataFormats&identifier={ONE}",
    "verb=ListSets",
    f"verb=GetRecord&identifier={ONE}&metadataPrefix=oai_dc",
    "verb=ListIdentifiers&metadataPrefix=oai_dc",
    "verb=ListRecords&metadataPrefix=oai_dc&set=health&from=2016-01-01&until=2026-12-31",
]
# What is wrong in seven ways, and the code that is due; noSetHierarchy needs a repository without sets.
FAULTY = [
    ("", "badVerb"),
    ("verb=Nope", "badVerb"),
    ("verb=Identify&verb=Identify", "badVerb"),
    ("verb=Identify&set=health", "badArgument"),
    ("verb=ListRecords", "badArgument"),
    ("verb=ListSets&resumptionToken=never-issued", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=never-issued", "badResumptionToken"),
    (f"verb=GetRecord&identifier={ONE}&metadataPrefix=marc21", "cannotDisseminateFormat"),
    ("verb=ListIdentifiers&metadataPrefix=marc21", "cannotDisseminateFormat"),
    (f"verb=GetRecord&identifier={DOMAIN}none&metadataPrefix=oai_dc", "idDoesNotExist"),
    (f"verb=ListMetadataFormats&identifier={DOMAIN}none", "idDoesNotExist"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31", "noRecordsMatch"),
    ("verb=ListIdentifiers&metadataPrefix=oai_dc&set=nowhere", "noRecordsMatch"),
    (f"verb=ListMetadataFormats&identifier={GONE}", "noMetadataFormats"),
]


def octets(client: Client, query: bytes) -> Answer:
    """A GET whose query is these octets, as a server hands them on (PEP 3333), none of them escaped on the way."""
    return client.raw("", environ_overrides={"QUERY_STRING": query.decode("latin-1")})


def get_and_post(client: Client, query: bytes) -> Answer:
    """The answer to a GET, which has to be that to a POST too (section 3.1.1)."""
    answer = octets(client, query)
    posted = client.flask.post("/oai", data=query, content_type="application/x-www-form-urlencoded")
    assert (posted.status_code, posted.data) == (answer.status, answer.body), query
    return answer


def asked(answer: Answer) -> dict[str, str]:
    """The arguments that an answer says it was asked with."""
    return dict(answer.request.attrib)


def parts(answer: Answer) -> list[str]:
    """The names of the root's children."""
    return [etree.QName(child).localname for child in answer.xml]


def told(header: etree._Element) -> tuple[str, str, tuple[str, ...], str | None]:
    """What a header says: identifier, datestamp, setSpecs, status."""
    return (
        header.findtext(f"{{{OAI}}}identifier"),
        header.findtext(f"{{{OAI}}}datestamp"),
        tuple(each.text for each in header.findall(f"{{{OAI}}}setSpec")),
        header.get("status"),
    )


def headers(client: Client, verb: str = "ListIdentifiers", **arguments: str) -> list[tuple]:
    """What every header of a list says; an empty list when there is none."""
    return [told(each) for page in client.pages(verb, **arguments) for each in page.headers_listed]


def locals_of(client: Client, **arguments: str) -> list[str]:
    """The local names in a list, in order; it may only be empty by noRecordsMatch, and both list verbs agree."""
    found = [head[0].removeprefix(DOMAIN) for head in headers(client, **arguments)]
    assert found == [head[0].removeprefix(DOMAIN) for head in headers(client, "ListRecords", **arguments)]
    if not found:
        assert client(verb="ListIdentifiers", **arguments).codes == ["noRecordsMatch"]
    return found


def records(answer: Answer) -> Iterator[tuple[str, list[etree._Element]]]:
    """Identifier, and metadata and about elements of each record."""
    for record in answer.xml.iter(f"{{{OAI}}}record"):
        yield record.findtext(f"{{{OAI}}}header/{{{OAI}}}identifier"), list(record)[1:]


def specs(client: Client) -> list[str]:
    """Every setSpec that ListSets tells."""
    return [spec for page in client.pages("ListSets") for spec in page.texts("ListSets/set/setSpec")]


def formats(client: Client) -> dict[str, tuple[str, str]]:
    """Schema and namespace of each format, by prefix, as ListMetadataFormats tells them."""
    told = client(verb="ListMetadataFormats").all("ListMetadataFormats/metadataFormat")
    return {each[0].text: (each[1].text, each[2].text) for each in told}
