"""Which coding is chosen for which Accept-Encoding, and that it decodes to the same octets."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.protocol.compression import encode
from oai_server.web.coding import chosen


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.0", None),
        ("gzip;q=0.001", "gzip"),
        ("gzip ; q=1", "gzip"),
        ("deflate, gzip;q=1.0, *;q=0.5", "gzip"),
        ("*", "gzip"),
        ("*;q=0", None),
        ("gzip;q=0, *", "zstd"),
        ("identity;q=1, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0", None),
        ("identity;q=0, br", None),
        ("gzipp", None),
        ("gzip;q=2", None),
        ("gzip;q=", None),
        ("gzip;q=abc", None),
        ("gzip;level=9", None),
        ("br, zstd, deflate", "zstd"),
        (",,gzip,,", "gzip"),
    ],
)
def test_a_coding_is_used_only_if_it_is_asked_for(header, coding):
    assert chosen(header) == coding


@given(st.text(max_size=60))
def test_any_header_chooses_something(header):
    assert chosen(header) in (None, "gzip")


@given(st.binary(max_size=2000))
def test_what_is_encoded_decodes_to_the_same_and_always_looks_the_same(body):
    assert gzip.decompress(encode(body, "gzip")) == body
    assert encode(body, "gzip") == encode(body, "gzip")
