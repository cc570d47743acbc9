"""Streams that expand within bounds: gzip, xz, zstd and bzip2 read with little memory, every trouble told as one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

import zstandard

CHUNK = 1 << 16
PIECE = 1 << 10  # octets that zstd gets at a time: it gives all at once, and that may be 30,000 times as much
WINDOW = 1 << 28  # memory that a decompressor may ask for
BROKEN = (
    EOFError,
    NotImplementedError,  # zipfile: a method of compression that it does not know
    RuntimeError,  # zipfile: encrypted
    ValueError,
    OSError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    zstandard.ZstdError,
)


class Unreadable(OSError):
    """A stream that ends before its time, is damaged, or expands beyond all bounds; the message says which."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far things may expand: octets of one member, and in all; times their compressed size; members."""

    largest: int = 1 << 36
    in_all: int = 1 << 40
    copied: int = 1 << 32  # octets of a member that has to be copied to be read
    ratio: int = 250
    free: int = 1 << 27  # octets below which the ratio does not matter
    members: int = 2_000_000


@dataclass(slots=True)
class Spent:
    """What a location has expanded to so far."""

    limits: Limits
    octets: int = 0
    members: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether nothing more may be read."""
        return self.octets > self.limits.in_all or self.members > self.limits.members

    def take(self, octets: int) -> None:
        self.octets += octets
        if self.exhausted:
            raise Unreadable(f"expands to more than {self.limits.in_all:,} octets in all")

    def count(self) -> None:
        self.members += 1
        if self.exhausted:
            raise Unreadable(f"holds more than {self.limits.members:,} members")


class Bounded(io.RawIOBase):
    """A stream of which every trouble is Unreadable, read in small pieces and only so far as the limits allow."""

    def __init__(
        self, inner: IO[bytes], largest: int, compressed: Callable[[], int] | None = None, spent: Spent | None = None
    ) -> None:
        """``compressed`` says how many octets have gone in so far; ``spent`` hears how many came out."""
        super().__init__()
        self.inner = inner
        self.read_some = getattr(inner, "read1", inner.read)  # what comes before the trouble is not lost
        self.largest = largest
        self.compressed = compressed
        self.spent = spent
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            data = self.read_some(min(len(view), CHUNK))
        except Unreadable:
            raise
        except BROKEN as error:
            raise Unreadable(f"cannot be read: {error or type(error).__name__}") from None
        self.given += len(data)
        self._check(len(data))
        view[: len(data)] = data
        return len(data)

    def _check(self, octets: int) -> None:
        if self.given > self.largest:
            raise Unreadable(f"expands to more than {self.largest:,} octets")
        if self.spent is not None:
            self.spent.take(octets)
            limits = self.spent.limits
            if self.compressed and self.given > max(limits.free, limits.ratio * self.compressed()):
                raise Unreadable(f"expands to more than {limits.ratio:,} times its size")

    def close(self) -> None:
        self.inner.close()
        super().close()


class _Counted(io.RawIOBase):
    """A stream that knows how much of it has been read."""

    def __init__(self, inner: BinaryIO) -> None:
        super().__init__()
        self.inner = inner
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = self.inner.read(len(view))
        self.count += len(data)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.inner.close()
        super().close()


class _Xz(io.RawIOBase):
    """What an xz file holds, in bounded memory: LZMAFile takes as much as the file asks for."""

    def __init__(self, inner: IO[bytes]) -> None:
        super().__init__()
        self.inner = inner
        self.xz = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW)
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = b""
        while not data and not self.ended:
            data = self._more(len(view))
        view[: len(data)] = data
        return len(data)

    def _more(self, size: int) -> bytes:
        if not self.xz.eof:
            fresh = self.inner.read(CHUNK) if self.xz.needs_input else b""
            if self.xz.needs_input and not fresh:
                raise EOFError("the compressed file ends too early")
            return self.xz.decompress(fresh, size)
        rest = (self.xz.unused_data or self.inner.read(CHUNK)).lstrip(b"\0")  # streams may follow each other, padded
        self.ended = not rest
        if rest:
            self.xz = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW)
            return self.xz.decompress(rest, size)
        return b""

    def close(self) -> None:
        self.inner.close()
        super().close()


class _Zstd(io.RawIOBase):
    """What a zstd file holds; zstandard's own reader does not notice that a file ends too early."""

    def __init__(self, inner: IO[bytes]) -> None:
        super().__init__()
        self.inner = inner
        self.zstd = self._frame()
        self.within = False  # a frame
        self.ready = memoryview(b"")

    @staticmethod
    def _frame() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        while not self.ready and (fresh := self.inner.read(PIECE)):
            self.ready = memoryview(self._expanded(fresh))
        if not self.ready and self.within:
            raise EOFError("the compressed file ends too early")
        given = self.ready[: len(view)]
        view[: len(given)] = given
        self.ready = self.ready[len(given) :]
        return len(given)

    def _expanded(self, fresh: bytes) -> bytes:
        """What some octets expand to; frames may follow each other."""
        data = b""
        while fresh:
            data += self.zstd.decompress(fresh)
            self.within = not self.zstd.eof
            fresh = b"" if self.within else self.zstd.unused_data
            if not self.within:
                self.zstd = self._frame()
        return data

    def close(self) -> None:
        self.inner.close()
        super().close()


_DECOMPRESSORS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b\x08": lambda inner: cast(IO[bytes], gzip.GzipFile(fileobj=inner)),
    b"\xfd7zXZ\x00": lambda inner: io.BufferedReader(_Xz(inner), CHUNK),
    b"(\xb5/\xfd": lambda inner: io.BufferedReader(_Zstd(inner), CHUNK),
}
BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")  # the first block, or the end of an empty file


def decompressor(head: bytes) -> Callable[[IO[bytes]], IO[bytes]] | None:
    """What reads a compressed file that begins so; None for one that is not compressed."""
    if BZIP2.match(head):
        return lambda inner: cast(IO[bytes], bz2.BZ2File(inner))
    return next((found for magic, found in _DECOMPRESSORS.items() if head.startswith(magic)), None)


def expanded(compressed: BinaryIO, decompress: Callable[[IO[bytes]], IO[bytes]], spent: Spent) -> io.BufferedReader:
    """What a compressed stream holds, within the limits."""
    counted = _Counted(compressed)
    inner = decompress(io.BufferedReader(counted, CHUNK))
    return buffered(Bounded(inner, spent.limits.largest, lambda: counted.count, spent))


def buffered(stream: io.RawIOBase) -> io.BufferedReader:
    """The stream as readers like it."""
    return io.BufferedReader(stream, CHUNK)
