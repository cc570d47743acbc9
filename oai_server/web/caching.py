"""HTTP caching (RFC 9110, RFC 9111): the entity tag of an answer, and the versions that an asker says it has."""

from __future__ import annotations

import re

REUSE = "public, max-age=60"  # the responseDate is kept with the page, so a minute's delay loses no update
TAG = re.compile(r'(?:W/)?"([!#-~\x80-\xff]*)"')


def entity_tag(version: str, coding: str | None) -> str:
    """A strong one: the same octets, so each content coding has its own."""
    return f'"{version}-{coding}"' if coding else f'"{version}"'


def versions(if_none_match: str | None, coding: str | None) -> tuple[str, ...]:
    """The versions that If-None-Match names, of those in this content coding."""
    if not if_none_match:
        return ()
    tags = TAG.findall(if_none_match)
    ending = f"-{coding}" if coding else ""
    return tuple(tag.removesuffix(ending) for tag in tags if tag.endswith(ending))
