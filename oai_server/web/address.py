"""The base URL that answers tell (section 3.1.1): never what a stranger's headers say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from werkzeug.wrappers import Request

HOST = re.compile(r"([A-Za-z0-9\-_.]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
PATH = re.compile(r"(/[A-Za-z0-9\-_.~%]+)*")
USUAL_PORTS = {"http": ":80", "https": ":443"}


class Address:
    """Knows the base URL of each request: the one that is set, or the one that a trusted proxy tells."""

    def __init__(self, base_url: str | None, fallback: str, trusted: Sequence[str], below: str = "") -> None:
        """``trusted`` are networks; ``fallback`` is the base URL when no one trusted says better.

        ``below`` is what follows /oai in the path of a profile.
        """
        self.below = below
        self.base_url = base_url
        self.fallback = fallback
        self.trusted = [ip_network(each) for each in trusted]

    def of(self, request: Request) -> str:
        """The base URL, to the character."""
        if self.base_url is not None:
            return self.base_url
        return self._told(request) or self.fallback if self._is_trusted(request.remote_addr) else self.fallback

    def _is_trusted(self, remote: str | None) -> bool:
        if not self.trusted or not remote:
            return False
        try:
            address = ip_address(remote)
        except ValueError:
            return False
        return any(address in network for network in self.trusted)

    def _told(self, request: Request) -> str | None:
        """The last word of each X-Forwarded header is the trusted proxy's own."""
        told = {
            name: request.headers[f"X-Forwarded-{name}"].rpartition(",")[2].strip()
            for name in ("Proto", "Host", "Port", "Prefix")
            if f"X-Forwarded-{name}" in request.headers
        }
        scheme, host = told.get("Proto", "http").lower(), told.get("Host", request.headers.get("Host", ""))
        prefix = told.get("Prefix", "").rstrip("/")
        if not told or scheme not in USUAL_PORTS or not HOST.fullmatch(host) or not PATH.fullmatch(prefix):
            return None
        if told.get("Port", "").isdigit() and not re.search(r":[0-9]+$", host):
            host += f":{told['Port']}"
        return f"{scheme}://{host.removesuffix(USUAL_PORTS[scheme])}{prefix}/oai{self.below}"
