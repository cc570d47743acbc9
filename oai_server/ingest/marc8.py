"""The characters of MARC 21 records: UTF-8 or MARC-8, by what the leader says and what the octets can be.

Strict: what is in neither is an error with its place, never a guess. The character tables are pymarc's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from pymarc.marc8_mapping import CODESETS, ODD_MAP

ASCII, ANSEL, EACC = 0x42, 0x45, 0x31  # the final characters of their escape sequences
ESCAPE = re.compile(rb"\x1b(?:(?P<alone>[gbps])|(?:(?P<right>\$?[)-])|\$?[(,]|\$)!?(?P<set>[1-4BENQS]))")
UNKNOWN_SET = re.compile(rb"\x1b[(,)$-]")  # where ESCAPE does not match
CONTROLS = {0x88: "\x98", 0x89: "\x9c", 0x8D: "\u200d", 0x8E: "\u200c"}  # marks for sorting, joiners
MARKS = 3  # so many accents that all fit the letter after them are no accident: in Latin-1 half of them would not


class Undecodable(ValueError):
    """The octets are not in the coding that they must be in; the message names the first that is not and its place."""


def coding_of(octets: bytes, declared: str) -> tuple[Callable[[bytes], str], str | None]:
    """How to decode the texts of a record, and what is wrong with leader/09 where it says otherwise; else Undecodable.

    ``declared`` is leader/09: ``a`` for Unicode, blank for MARC-8.
    """
    if octets.isascii() and b"\x1b" not in octets:
        return _ascii, None
    problem = _utf8_problem(octets)
    if declared == "a":
        if problem is None:
            return _utf8, None
        if _surely_marc8(octets):
            return decoded, "leader/09 says Unicode, but the octets are MARC-8 and are read as that"
        raise Undecodable(f"leader/09 says Unicode, but {problem}")
    if problem is None and b"\x1b" not in octets:
        return _utf8, f"leader/09 is {declared!r}, not 'a', but the octets are UTF-8 and are read as that"
    return decoded, None


def _ascii(octets: bytes) -> str:
    return octets.decode("ascii")


def _utf8(octets: bytes) -> str:
    return octets.decode()


def _utf8_problem(octets: bytes) -> str | None:
    try:
        octets.decode()
    except UnicodeDecodeError as error:
        return f"octet {octets[error.start]:02X} at {error.start + 1} is not UTF-8"
    return None


def _surely_marc8(octets: bytes) -> bool:
    """Whether the fields can be MARC-8 and hardly anything else: by an escape sequence, or by accents that all fit."""
    try:
        texts = [decoded(field) for field in re.split(rb"[\x1d-\x1f]", octets)]
    except Undecodable:
        return False
    marks = sum(0xE0 <= octet <= 0xFE for octet in octets)
    left = sum(map(unicodedata.combining, "".join(texts)))
    return bool(ESCAPE.search(octets)) or (marks >= MARKS and not left)


def decoded(octets: bytes) -> str:
    """The text of a field or subfield in MARC-8, composed (NFC); Undecodable where an octet has no meaning."""
    sets = {False: ASCII, True: ANSEL}  # of the left and of the right half of the table
    told: list[str] = []
    marks: list[str] = []
    place = 0
    while place < len(octets):
        escape = ESCAPE.match(octets, place)
        if escape:
            sets[escape["right"] is not None] = _designated(escape)
            place = escape.end()
            continue
        character, combining, width = _character(octets, place, sets)
        place += width
        if combining:  # stands before its letter in MARC-8, after it in Unicode
            marks.append(character)
        else:
            told += [character, *marks]
            marks = []
    if marks:
        raise Undecodable(f"octet {octets[-1]:02X} at {len(octets)} of {octets[-40:]!r}: an accent without a letter")
    return unicodedata.normalize("NFC", "".join(told))


def _designated(escape: re.Match[bytes]) -> int:
    if escape["alone"]:
        return ASCII if escape["alone"] == b"s" else ord(escape["alone"])
    return ord(escape["set"])


def _character(octets: bytes, place: int, sets: dict[bool, int]) -> tuple[str, bool, int]:
    """A character, whether it combines with the next one, and how many octets it takes."""
    octet = octets[place]
    if UNKNOWN_SET.match(octets, place):
        raise Undecodable(f"octet {octet:02X} at {place + 1} of {octets[:40]!r} calls for an unknown character set")
    if octet <= 0x20 or octet == 0x7F or octet in CONTROLS:
        return CONTROLS.get(octet, chr(octet)), False, 1
    charset = sets[octet >= 0x80]
    if charset == EACC:
        code = int.from_bytes(bytes(each & 0x7F for each in octets[place : place + 3]), "big")
        found = CODESETS[EACC].get(code) or ((ODD_MAP[code], 0) if code in ODD_MAP else None)
        width = 3
    else:
        table = CODESETS[charset]
        found, width = table.get(octet) or table.get(octet ^ 0x80), 1
    if found is None:
        raise Undecodable(f"octet {octet:02X} at {place + 1} of {octets[:40]!r} is not MARC-8")
    return chr(found[0]), bool(found[1]), width
