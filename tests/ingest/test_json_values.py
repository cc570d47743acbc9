"""JSON values found in a stream: every one that is whole comes out, whatever stands beside it."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.ingest import json_values
from oai_server.ingest.json_values import NotJSON, parsed, values


def found(text: str | bytes) -> list[tuple[str, int]]:
    stream = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return [(each.text.decode(), each.line) for each in values(stream)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\ufeff[]", []),
        ('{"a": 1}', [('{"a": 1}', 1)]),
        ('\ufeff\n{"a":\n{\n"b": []}}\n', [('{"a":\n{\n"b": []}}', 2)]),
        ('{"a": 1}\r\n\r\n{"b": 2}', [('{"a": 1}', 1), ('{"b": 2}', 3)]),
        ('[{"a": "}"},\n{"b": "\\"]"}]', [('{"a": "}"}', 1), ('{"b": "\\"]"}', 2)]),
        ('[{"a": 1}]\n[{"b": 2}]', [('{"a": 1}', 1), ('{"b": 2}', 2)]),
        ('[1, {"a": 1}, "x"]', [("1", 1), ('{"a": 1}', 1), ('"x"', 1)]),
        ("<html>\n<p>No</p>", [("<html>\n<p>No</p>", 1)]),
        ('{"a": 1} oops\n{"b": 2}', [('{"a": 1}', 1), ("oops", 1), ('{"b": 2}', 2)]),
        ('{"a": 1', [('{"a": 1', 1)]),
    ],
)
def test_values_are_found_wherever_they_stand(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "broken",
    ['{"a": "x}', '{"a": {"b": 1}', '{"a": {"b": 1},', '{"a": [1, 2', '{"a" 1}', '{"a": 1,}', '{"a": "x\\"}', "{"],
)
def test_a_broken_line_costs_only_itself(broken):
    assert [text.strip() for text, _ in found(f'{{"z": 0}}\n{broken}\n{{"b": 2}}\n{{"c": 3}}')] == [
        '{"z": 0}',
        broken,
        '{"b": 2}',
        '{"c": 3}',
    ]


def test_what_is_too_large_is_told_by_its_beginning_and_the_others_come(monkeypatch):
    monkeypatch.setattr(json_values, "LARGEST", 1000)
    monkeypatch.setattr(json_values, "PIECE", 100)
    large = json.dumps({"a": ["x" * 300] * 10}, indent=1).encode()
    first, big, last = values(io.BytesIO(b'[{"a": 1},\n' + large + b',\n{"b": 2}]'))
    assert (first.whole, big.whole, last.whole) == (True, False, True)
    assert (big.text[:10], len(big.text), big.line) == (large[:10], json_values.HEAD, 2)
    assert (last.text, last.line) == (b'{"b": 2}', 2 + large.count(b"\n") + 1)


@pytest.mark.parametrize("filler", [b"x", b'"', b"[", b'{"', b"\n"])
def test_endless_rubbish_is_not_held(monkeypatch, filler):
    monkeypatch.setattr(json_values, "LARGEST", 1000)
    monkeypatch.setattr(json_values, "PIECE", 100)
    assert all(len(each.text) <= 2000 for each in values(io.BytesIO(b"{" + filler * 20_000)))


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(), documents, max_size=3)


@given(st.lists(objects, max_size=5), st.sampled_from([None, 0, 2]), st.booleans(), st.integers(1, 50))
def test_what_json_writes_is_found_piece_by_piece(written, indent, as_array, piece):
    text = json.dumps(written, indent=indent) if as_array else "\n".join(json.dumps(each) for each in written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "PIECE", piece)
        assert [parsed(each.text) for each in values(io.BytesIO(text.encode()))] == written


@given(st.lists(st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\", b"\n", b",", b":", b"1", b"\xff"])).map(b"".join))
def test_whatever_the_bytes_are_nothing_is_lost_but_brackets_and_commas(text):
    def bare(data: bytes) -> bytes:
        return bytes(each for each in data if each in b'"\\:1\xff{')

    assert bare(b"".join(each.text for each in values(io.BytesIO(text)))) == bare(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "at character 2"),
        (b'{"a": "\xff"}', "not UTF-8: invalid start byte at octet 8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"NaN", "NaN is no number"),
        (b"9" * 101, "a number of 101 digits"),
        (b'"\x0b"', "control character"),
    ],
)
def test_what_is_no_json_says_why(text, reason):
    with pytest.raises(NotJSON, match=reason):
        parsed(text)
