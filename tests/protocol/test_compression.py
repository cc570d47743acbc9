"""Stitched answers: one ordinary gzip member, whatever it was put together from."""

import gzip
import io
import shutil
import subprocess
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.protocol.compression import encode, pack, stitched

octets = st.one_of(
    st.binary(max_size=300), st.integers(0, 200_000).map(lambda size: b"<dc:title>x</dc:title>" * (size // 22))
)


@given(st.lists(st.tuples(octets, st.one_of(st.none(), octets)), max_size=8))
def test_what_is_stitched_is_one_member_with_the_same_octets(pieces):
    """One member: curl and others refuse or cut an answer of several."""
    whole = b"".join(plain + (body or b"") for plain, body in pieces)
    member = stitched((plain, None if body is None else (*pack(body), len(body))) for plain, body in pieces)
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(member) == whole
    assert reader.eof
    assert reader.unused_data == b""
    assert gzip.decompress(member) == whole


@given(octets)
def test_a_packed_body_can_be_read_from_any_place(body):
    """It refers to nothing before it, and ends at an octet border without ending the stream."""
    packed, checksum = pack(body)
    reader = zlib.decompressobj(wbits=-15)
    assert reader.decompress(packed + packed) == body + body
    assert not reader.eof
    assert checksum == zlib.crc32(body)


def test_stitching_is_the_same_whenever_it_is_done():
    pieces = [(b"<a>", (*pack(b"<b/>" * 1000), 4000)), (b"</a>", None)]
    assert stitched(pieces) == stitched(pieces)


@pytest.mark.skipif(shutil.which("gzip") is None, reason="no gzip command here")
def test_the_gzip_command_reads_it(tmp_path):
    body = b"<record>" * 5000
    packed, checksum = pack(body)
    member = stitched([(b"head" * 20_000, (packed, checksum, len(body))), (b"tail", None)])
    told = subprocess.run(["gzip", "-dc"], input=member, capture_output=True, check=True)
    assert told.stdout == b"head" * 20_000 + body + b"tail"
    assert gzip.GzipFile(fileobj=io.BytesIO(member)).read() == told.stdout


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_coding_gives_the_same_octets_each_time(coding):
    assert encode(b"<a/>" * 100, coding) == encode(b"<a/>" * 100, coding)
