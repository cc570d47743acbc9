"""Rules over items: conditions from the configuration, the sets that they make, an item's membership on a day.

Pure: no store, no clock, no files but the shipped ones in ``data/``. ``docs/set-rules.md`` is the language.
"""

from oai_server.rules.membership import Membership, SetRule, merged, set_rules_of, shipped_set_rules
from oai_server.rules.profile import Profile, profiles_of, shipped_profiles
from oai_server.rules.rule import Rule, rule_of

__all__ = [
    "Membership",
    "Profile",
    "Rule",
    "SetRule",
    "merged",
    "profiles_of",
    "rule_of",
    "set_rules_of",
    "shipped_profiles",
    "shipped_set_rules",
]
