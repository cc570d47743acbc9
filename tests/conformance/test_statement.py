"""The conformance statement is whole: every rule has a test that is named after it."""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# Each rule's level (M must, S should, m may) and how it can be tested: from outside (A), from outside where the
# feature is offered (a), only by our own tests (M). "AM" is both.
RULES = {
    number: (level, letter)
    for line in """
        M A 101 102 103 104 105 107 108 110 113 114
        M A 201 202 203 204 205 206 207 209 210 211 212 213 214
        M AM 208 305 405 727
        M A 301 302 303 304 306 308 309
        M A 401 402 404 406 407 408 409 410
        M A 501 502 503 506
        M A 601 602 603 604 607 608 609 610 612 613 616 617
        M A 701 702 703 705 707 708 709 710 711 712 714 715 716 717 718 720 721 722 724 725 728 729 731
        M A 803 804 807 814
        M A 901 902 903 904 905 906 907 951 952 953 954 955 956
        M a 311 313 507 615 713 723 726 801 802 805 808 809 811 813 815 816 817 818
        M aM 606
        M M 314 618 732 733 819
        S A 106 109 115 117 215 307 312 403 504 505 605 611 614 704 706 719 730 908
        S a 116 310 806
        S aM 812
        S M 118 820 821
        m A 111 112
        m a 810
    """.strip().splitlines()
    for level, letter, *numbers in [line.split()]
    for number in map(int, numbers)
}
SECTIONS = {
    1: "test_1_http.py",
    2: "test_2_envelope.py",
    3: "test_3_identify.py",
    4: "test_4_formats.py",
    5: "test_5_sets.py",
    6: "test_6_records.py",
    7: "test_7_lists.py",
    8: "test_8_tokens.py",
    9: "test_9_errors.py",
}
NOT_TESTED: dict[int, str] = {}

Found = tuple[str, ast.FunctionDef]


def claims() -> list[Found]:
    """Every test in this folder, with the name of its file."""
    return [
        (path.name, node)
        for path in sorted(HERE.glob("test_*.py"))
        if path.name != Path(__file__).name
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def number(node: ast.FunctionDef) -> int:
    """The rule in a test's name."""
    found = re.match(r"test_([1-9][0-9]{2})_[a-z]", node.name)
    assert found, f"{node.name} is not test_NNN_sentence"
    return int(found[1])


def test_the_checklist_has_150_rules():
    assert len(RULES) == 150
    counts = {section: sum(rule // 100 == section for rule in RULES) for section in SECTIONS}
    assert counts == {1: 18, 2: 15, 3: 14, 4: 10, 5: 7, 6: 18, 7: 33, 8: 21, 9: 14}


def test_every_rule_has_a_test():
    """Must and should, and the mays that we do."""
    tested = {number(node) for _, node in claims()}
    assert {*RULES} - tested == {*NOT_TESTED}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_rule_is_tested_in_the_file_of_its_section(section):
    """A rule is found where one looks for it; the properties come on top."""
    tested = {number(node) for name, node in claims() if name == SECTIONS[section]}
    assert tested == {rule for rule in RULES if rule // 100 == section} - {*NOT_TESTED}


def test_every_test_is_named_after_a_rule_and_tells_its_section():
    """The docstring's first line ends the sentence and names the text that rules it."""
    for name, node in claims():
        assert number(node) in RULES, f"{name}: {node.name}"
        told = ast.get_docstring(node) or ""
        assert re.match(r"(Sections? [1-4]|RFC 9110|Guidelines? |Design 5|Practice)", told), f"{name}: {node.name}"


def test_no_two_tests_of_a_file_share_a_name():
    """Or one of them would never run."""
    names = [(name, node.name) for name, node in claims()]
    assert len(names) == len({*names})


def test_what_is_not_tested_has_a_reason():
    """Few, and never a must that can be seen from outside."""
    assert {*NOT_TESTED} <= {*RULES}
    assert all(NOT_TESTED.values())
    assert not [rule for rule in NOT_TESTED if RULES[rule][0] == "M" and "A" in RULES[rule][1]]
