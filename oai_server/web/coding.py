"""Which content coding a harvester asks for (section 3.1.3); identity always."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from oai_server.provider import CODINGS

WEIGHTED = re.compile(r"\s*([^\s;,]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


@lru_cache(maxsize=256)
def chosen(accept_encoding: str | None) -> str | None:
    """The coding to use, None for identity: the one with the greatest weight, where that is above 0 (RFC 9110)."""
    if not accept_encoding:
        return None
    weights = _weights(accept_encoding)
    wanted = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in CODINGS}
    best = max(CODINGS, key=lambda coding: wanted[coding])
    return best if wanted[best] > 0 and wanted[best] >= weights.get("identity", 0.0) else None


def _weights(header: str) -> Mapping[str, float]:
    """Weights by coding; a part of another form is no coding at all."""
    matches = (WEIGHTED.fullmatch(part) for part in header.split(","))
    found = [(match[1].lower(), float(match[2] or 1)) for match in matches if match]
    return {("gzip" if coding == "x-gzip" else coding): weight for coding, weight in found if weight <= 1}
