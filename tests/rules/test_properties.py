"""Laws of rules: De Morgan, double negation, nothing but ValueError, nothing changes before it is said to."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oai_server.model import File, Item, Value
from oai_server.rules import Membership, SetRule, rule_of, set_rules_of, shipped_set_rules
from oai_server.rules.rule import KNOWN
from tests.rules.items import DAY

NEAR = st.dates(DAY - timedelta(40), DAY + timedelta(40))
DATES = st.one_of(
    NEAR.map(date.isoformat),
    NEAR.map(lambda day: day.isoformat()[:7]),
    st.sampled_from(["2025", "2026", "2027", "unknown", "", "9999-12-31", "0001-01-01"]),
)
FILES = st.builds(
    File,
    name=st.just("a.pdf"),
    access=st.sampled_from(["open", "restricted", "embargoed", "closed"]),
    available=st.none() | NEAR,
)
FIELDS = {
    "dc.type": st.sampled_from(["Article", "doctoral thesis", "Dataset", "thing", "info:eu-repo/semantics/article"]),
    "dc.date.issued": DATES,
    "dc.rights": st.sampled_from(["info:eu-repo/semantics/openAccess", "CC BY", "closed access"]),
    "dc.relation": st.sampled_from(["info:eu-repo/grantAgreement/EC/H2020/1", "http://example.org/"]),
    "dc.subject.ddc": st.sampled_from(["004", "519.5 Statistics", "ddc:333.79", "none", "99"]),
    "dc.title": st.text(max_size=8),
}
ITEMS = st.builds(
    Item,
    identifier=st.just("oai:x:1"),
    metadata=st.fixed_dictionaries(
        {}, optional={name: st.lists(st.builds(Value, each), max_size=3).map(tuple) for name, each in FIELDS.items()}
    ),
    sets=st.lists(st.sampled_from(["a", "a:b", "c"]), max_size=2).map(tuple),
    files=st.lists(FILES, max_size=2).map(tuple),
)
BOUNDS = st.sampled_from(["today", "today+7", "today-7", "today+40", "2026-11", "2026", 2026])
LEAVES = st.one_of(
    st.builds(lambda each: {"access": each}, st.sampled_from(["open", "embargoed", "closed", "metadata only"])),
    st.builds(lambda each: {"issued": {"at_least": each}}, BOUNDS),
    st.builds(lambda each: {"field": "dc.date.*", "at_most": each}, BOUNDS),
    st.builds(lambda each: {"embargo_end": {"at_most": each}}, BOUNDS),
    st.builds(lambda each: {"type": each}, st.sampled_from(["text", "thesis", "doc-type:ResearchData"])),
    st.builds(lambda each: {"collections": each}, st.sampled_from(["a", "a:b", "d"])),
    st.sampled_from([{"present": "dc.title"}, {"project": True}, {"has_files": True}, {"told_access": "open"}]),
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.dates() | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(KNOWN)) | st.text(max_size=5), inner)
    ),
    max_leaves=12,
)


def holds(told, asked, day=DAY):
    return rule_of(told).holds(asked, day)


@given(RULES, RULES, ITEMS)
def test_de_morgan(one, other, asked):
    assert holds({"not": {"all": [one, other]}}, asked) is holds({"any": [{"not": one}, {"not": other}]}, asked)
    assert holds({"not": {"any": [one, other]}}, asked) is holds({"all": [{"not": one}, {"not": other}]}, asked)


@given(RULES, ITEMS)
def test_not_not_is_the_same(told, asked):
    twice = rule_of({"not": {"not": told}})
    assert twice.holds(asked, DAY) is holds(told, asked)
    assert twice.changes_after(asked, DAY) == rule_of(told).changes_after(asked, DAY)


@given(RULES, ITEMS)
def test_nothing_changes_before_the_day_that_is_told(told, asked):
    rule = rule_of(told)
    turn = rule.changes_after(asked, DAY)
    assert turn is None or turn > DAY
    end = min(turn or date.max, DAY + timedelta(100))
    days = [DAY + timedelta(number) for number in range((end - DAY).days)]
    assert len({rule.holds(asked, day) for day in days}) == 1


@given(RULES, ITEMS)
def test_a_set_follows_its_rule(told, asked):
    membership = Membership((SetRule("mine", "Mine", when=rule_of(told)),))
    assert membership.sets_of(asked, DAY) == (("mine",) if holds(told, asked) else ())


@given(ITEMS)
def test_every_shipped_rule_answers_for_every_item(asked):
    membership = Membership(tuple(shipped_set_rules().values()))
    found = membership.sets_of(asked, DAY)
    assert len([spec for spec in found if spec.startswith("doc-type:")]) == 1
    assert all(membership.described(spec) for spec in found)
    turn = membership.changes_after(asked, DAY)
    assert turn is None or turn > DAY


@given(ANYTHING)
def test_reading_a_rule_fails_with_a_value_error_or_not_at_all(told):
    for read in (rule_of, set_rules_of, lambda each: set_rules_of({"a": {"name": "A", "when": each}})):
        try:
            read(told)
        except ValueError as error:
            assert str(error)


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), ANYTHING, min_size=1, max_size=3), ITEMS)
def test_a_rule_that_is_read_answers(told, asked):
    try:
        rule = rule_of(told)
    except ValueError:
        return
    assert rule.holds(asked, DAY) in (True, False)
    assert rule_of({"not": told}).holds(asked, DAY) is not rule.holds(asked, DAY)
