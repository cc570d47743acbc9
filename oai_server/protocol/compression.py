"""Content codings (section 3.1.3): a body packed once, at ingest, is stitched into every gzip answer that holds it.

A segment is raw deflate that ends at an octet border and refers to nothing before it. So a gzip member can be put
together from blocks of plain octets and segments, and its CRC-32 from theirs (RFC 1951, RFC 1952).
"""

from __future__ import annotations

import struct
import threading

import zstandard
from isal import igzip, isal_zlib

CODINGS = ("gzip", "zstd")  # in our order of preference: the first costs nothing for a list page
HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # a member without name and time, of no particular system
LAST_BLOCK = b"\x01\0\0\xff\xff"  # no octets
LONGEST_BLOCK = 65535
BLOCK, TRAILER = struct.Struct("<BHH"), struct.Struct("<LL")
RAW = -15  # deflate without a wrapper, the largest window
_here = threading.local()


def pack(body: bytes) -> tuple[bytes, int]:
    """The body as a segment, and its CRC-32."""
    press = isal_zlib.compressobj(isal_zlib.ISAL_DEFAULT_COMPRESSION, isal_zlib.DEFLATED, RAW)
    return press.compress(body) + press.flush(isal_zlib.Z_FULL_FLUSH), isal_zlib.crc32(body)


class Stitching:
    """One gzip member put together from plain octets and segments."""

    def __init__(self) -> None:
        """An empty one."""
        self._parts = [HEAD]
        self._checksum = 0
        self._size = 0

    def plain(self, octets: bytes) -> None:
        """Octets as they are."""
        self._checksum = isal_zlib.crc32(octets, self._checksum)
        self._size += len(octets)
        for start in range(0, len(octets), LONGEST_BLOCK):
            block = octets[start : start + LONGEST_BLOCK]
            self._parts += (BLOCK.pack(0, len(block), len(block) ^ 0xFFFF), block)

    def segment(self, packed: bytes, checksum: int, size: int) -> None:
        """A packed body, the CRC-32 and the size that it has unpacked."""
        self._parts.append(packed)
        self._checksum = isal_zlib.crc32_combine(self._checksum, checksum, size)
        self._size += size

    def member(self) -> bytes:
        """The whole."""
        trailer = TRAILER.pack(self._checksum, self._size & 0xFFFFFFFF)
        return b"".join((*self._parts, LAST_BLOCK, trailer))


def encode(body: bytes, coding: str) -> bytes:
    """The body in that coding; the same octets whenever it is asked for."""
    if coding == "gzip":
        return igzip.compress(body, compresslevel=1, mtime=0)
    if not hasattr(_here, "zstd"):  # making one costs a tenth of a page; none can serve two threads
        _here.zstd = zstandard.ZstdCompressor(level=1)
    encoded: bytes = _here.zstd.compress(body)
    return encoded
