"""From the octets of a query or a form to pairs of text (section 3.1.1.3)."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes


def pairs(octets: bytes) -> list[tuple[str, str]]:
    """The arguments in their order, each escape decoded once; octets that are not UTF-8 stay as lone surrogates."""
    return [
        (_text(name), _text(value)) for name, _, value in (part.partition(b"=") for part in octets.split(b"&") if part)
    ]


def _text(octets: bytes) -> str:
    return unquote_to_bytes(octets.replace(b"+", b" ")).decode("utf-8", "surrogateescape")
