"""Which version of an answer this is, for caches (RFC 9110, section 8.8): its responseDate and what it is made of.

Two answers with one version are the same octets. An answer whose content still stands may be used again with the
responseDate it has: an earlier one makes the next harvest ask for more, never for less.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

VERSION = re.compile(r"([0-9a-f]{1,12})-([0-9a-f]{24})")


def fingerprint(content: bytes, *parts: object) -> str:
    """What tells one content from another, whatever its responseDate."""
    told = repr(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(told + content, digest_size=12).hexdigest()


def version(now: int, content: str) -> str:
    """The version of an answer with that responseDate and that content's fingerprint."""
    return f"{now:x}-{content}"


def standing(held: Iterable[str], content: str, now: int, longest: int) -> str | None:
    """The first of these versions that has this content and is no older than ``longest`` seconds."""
    for each in held:
        match = VERSION.fullmatch(each)
        if match and match[2] == content and 0 <= now - int(match[1], 16) <= longest:
            return each
    return None
