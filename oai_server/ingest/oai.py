"""Another OAI-PMH endpoint: harvested live from its URL, or read from recorded responses and harvesters' caches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from oai_server.ingest.harvest import harvested
from oai_server.ingest.recordings import holds_responses, recorded
from oai_server.ingest.source import Errand, Mark
from oai_server.ingest.transport import Transport
from oai_server.model import Fault, Reading, Set

KIND = "oai"
SUMMARY = (
    "another OAI-PMH endpoint (its URL; ?metadataPrefix=, &set=, &from=, &until= choose), or files and folders of its "
    "responses, a harvester's cache too"
)
FOREIGN = True
ENDPOINT = re.compile(r"\boai|oai2?\b|verb=|metadataPrefix=", re.IGNORECASE)


def recognises(errand: Errand) -> bool:
    """A URL that speaks of OAI; a file that begins like a response, a folder with one among its first files."""
    if errand.url is not None:
        return ENDPOINT.search(errand.url.partition("://")[2]) is not None
    return holds_responses(errand.path)


def read(errand: Errand) -> Iterator[Reading | Fault | Set | Mark]:
    """Every record that is told, deletions and sets with them; live, a Mark after each page."""
    if errand.url is None:
        yield from recorded(errand.path)
    else:
        with Transport() as transport:
            yield from harvested(errand.url, errand.mark, transport)
