"""docs/set-rules.md: every example is read, every key and value has its place there."""

import re
import tomllib

import pytest

from oai_server.rules import Membership, rule_of, set_rules_of, shipped_set_rules
from oai_server.rules.membership import KEYS, VALUES
from oai_server.rules.rule import KNOWN
from tests.judges import ROOT
from tests.rules.items import DAY, item

PAGE = (ROOT / "docs" / "set-rules.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_read_and_answers(example):
    told = tomllib.loads(example)
    assert set(told) in ({"set_rules"}, {"when"})
    if "when" in told:
        assert rule_of(told["when"]).holds(item(), DAY) in (True, False)
    else:
        Membership(set_rules_of(told["set_rules"])).sets_of(item(), DAY)


@pytest.mark.parametrize("key", sorted(KNOWN))
def test_every_key_has_an_example(key):
    assert any(re.search(rf"(^|[\s{{,.]){key} = ", example) for example in EXAMPLES), key


def test_every_word_of_the_configuration_is_explained():
    for word in (*KEYS, *VALUES, *shipped_set_rules()):
        assert f"`{word}`" in PAGE or f"{word} = " in PAGE, word
