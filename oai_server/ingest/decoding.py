"""The content codings of HTTP (RFC 9110, section 8.4.1), undone piece by piece: a bomb is seen while it grows."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import IO, Protocol, cast

import zstandard

GROWTH = 1_048_576  # bytes that come out in one piece, however few went in
LAYERS = 3


class Undecodable(Exception):
    """The bytes are not in the coding that was told, or it is none that we know."""


class _Inflater(Protocol):
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body as it was before it was encoded; ``encoding`` is the Content-Encoding header."""
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    if len(names) > LAYERS:
        raise Undecodable(f"Content-Encoding {encoding!a:.80}: more than {LAYERS} codings")
    for name in reversed(names):
        if name == "identity":
            continue
        if name not in DECODERS:
            raise Undecodable(f"Content-Encoding {name!a:.40} is not one of {', '.join(ENCODINGS)}")
        pieces = DECODERS[name](pieces)
    return iter(pieces)


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One gzip member after the other; what follows them that is no member is padding, as gzip itself has it."""
    inflater: _Inflater = zlib.decompressobj(31)
    started = False
    for piece in pieces:
        data = piece
        while data:
            if inflater.eof:
                inflater = zlib.decompressobj(31)
                if not data.startswith(b"\x1f"):
                    return
            started = True
            yield from _inflated(inflater, data)
            data = inflater.unused_data if inflater.eof else b""
    if started and not inflater.eof:
        raise Undecodable("the gzip data ends too early")


def _deflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """zlib's form as the standard has it, or the bare one that some servers send."""
    stream = iter(pieces)
    first = next(stream, b"")
    zlib_header = len(first) > 1 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0
    inflater: _Inflater = zlib.decompressobj(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)
    for piece in chain([first], stream):
        yield from _inflated(inflater, piece)
    if first and not inflater.eof:
        raise Undecodable("the deflate data ends too early")


def _inflated(inflater: _Inflater, data: bytes) -> Iterator[bytes]:
    full = False  # whether more may come out than went in has told yet
    while data or full:
        try:
            piece = inflater.decompress(data, GROWTH)
        except zlib.error as error:
            raise Undecodable(f"not the coding that was told: {error}") from None
        yield piece
        data, full = inflater.unconsumed_tail, len(piece) == GROWTH and not inflater.eof


def _zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    source = cast(IO[bytes], _Stream(pieces))
    # The window is what a frame may ask us to hold: 8 MB is what RFC 9659 allows in HTTP.
    reader = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(source, read_across_frames=True)
    try:
        while piece := reader.read(GROWTH):
            yield piece
    except zstandard.ZstdError as error:
        raise Undecodable(f"not the coding that was told: {error}") from None


class _Stream:
    """Pieces as a file to read from."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


DECODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
}
ENCODINGS = ("zstd", "gzip", "deflate")
