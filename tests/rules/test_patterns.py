"""Expressions that cannot run away."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.rules.patterns import SEEN, pattern


@pytest.mark.parametrize(
    "text",
    [
        r"^10\.[0-9]{4,9}/\S+$",
        r"\b(foo|bar|baz)\b",
        r"^(?:https?://)?(?:dx\.)?doi\.org/",
        r"[]a-z\]]+",
        r"([0-9]{3}-){2}[0-9]",
        r"^.*climate.*$",
        r"a\{b\}\\",
        "x{",
        "ä|ö|ü",
        r"\d{4}-\d{2}-\d{2}",
        "colou?r",
    ],
)
def test_plain_expressions_are_taken(text):
    assert pattern(text).pattern == text


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+$",
        "(a*)*",
        "(a|a)*$",
        "((a{1,5}){1,5}){1,5}",
        "(?=a)b",
        "(?P<n>a)",
        "(?i)a",
        r"(a)\1",
        "a**",
        "a+{2}",
        "a*+",
        "*a",
        ".*a.*",
        "^.*a.*b.*c.*d",
        "^a|.*b.*c",  # the ^ is in one of them only
        "a?" * 30 + "a" * 30,
        "(a|aa)" * 20,
        "a{,}b{,}c{,}",
        "a{99999}",
        "(((){1000}){1000}){1000}",
        "[a",
        "[[:alpha:]]",
        "(a",
        "a)",
        "a\\",
        r"\g",
        "a" * 201,
        "(" * 50 + ")" * 50,
        "",
        None,
        7,
    ],
)
def test_what_could_run_away_or_is_none_is_refused(text):
    with pytest.raises(ValueError):
        pattern(text)


ALPHABET = st.text(st.sampled_from(list("ab.*+?{}()|[]^$\\d1,9-")), max_size=40)


@given(ALPHABET)
def test_an_expression_is_taken_or_refused_and_what_is_taken_is_quick(text):
    """Whatever is accepted answers in bounded time about a text that is made to hurt."""
    try:
        known = pattern(text)
    except ValueError:
        return
    started = time.perf_counter()
    known.search("a" * (SEEN - 1) + "!")
    assert time.perf_counter() - started < 5


@given(ALPHABET)
def test_a_refusal_is_ours_or_a_true_fault(text):
    """What is accepted means what Python's engine means by it."""
    try:
        known = pattern(text)
    except ValueError:
        return
    assert known == re.compile(text)
