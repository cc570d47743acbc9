"""Content codings (section 3.1.3): a body packed once, at ingest, is stitched into every gzip answer that holds it.

A segment is raw deflate that ends at an octet border and refers to nothing before it. So a gzip member can be put
together from blocks of plain octets and segments, and its CRC-32 from theirs (RFC 1951, RFC 1952).
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterable, Iterator

import zstandard
from isal import igzip, isal_zlib
from isal.isal_zlib import crc32, crc32_combine

CODINGS = ("gzip", "zstd")  # in our order of preference: the first costs nothing for a list page
HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # a member without name and time, of no particular system
LAST_BLOCK = b"\x01\0\0\xff\xff"  # no octets
LONGEST_BLOCK = 65535
block_head, TRAILER = struct.Struct("<BHH").pack, struct.Struct("<LL")
Segment = tuple[bytes, int, int]  # a packed body, the CRC-32 and the size that it has unpacked
RAW = -15  # deflate without a wrapper, the largest window
_here = threading.local()


def pack(body: bytes) -> tuple[bytes, int]:
    """The body as a segment, and its CRC-32."""
    press = isal_zlib.compressobj(isal_zlib.ISAL_DEFAULT_COMPRESSION, isal_zlib.DEFLATED, RAW)
    return press.compress(body) + press.flush(isal_zlib.Z_FULL_FLUSH), crc32(body)


def stitched(pieces: Iterable[tuple[bytes, Segment | None]]) -> bytes:
    """One gzip member of plain octets, each followed by a packed body."""
    parts, checksum, size = [HEAD], 0, 0
    for octets, segment in pieces:
        checksum, length = crc32(octets, checksum), len(octets)
        size += length
        if length <= LONGEST_BLOCK:
            parts += (block_head(0, length, length ^ 0xFFFF), octets)
        else:
            parts += _blocks(octets)
        if segment is not None:
            packed, its_checksum, its_size = segment
            parts.append(packed)
            checksum = crc32_combine(checksum, its_checksum, its_size)
            size += its_size
    return b"".join((*parts, LAST_BLOCK, TRAILER.pack(checksum, size & 0xFFFFFFFF)))


def _blocks(octets: bytes) -> Iterator[bytes]:
    for start in range(0, len(octets), LONGEST_BLOCK):
        part = octets[start : start + LONGEST_BLOCK]
        yield block_head(0, len(part), len(part) ^ 0xFFFF) + part


def encode(body: bytes, coding: str) -> bytes:
    """The body in that coding; the same octets whenever it is asked for."""
    if coding == "gzip":
        return igzip.compress(body, compresslevel=1, mtime=0)
    if not hasattr(_here, "zstd"):  # making one costs a tenth of a page; none can serve two threads
        _here.zstd = zstandard.ZstdCompressor(level=1)
    encoded: bytes = _here.zstd.compress(body)
    return encoded
