"""Fixtures over the two judges of tests/judges.py; what needs the official one is skipped where it is not at hand."""

import pytest

from tests import judges

HERE_IS_NO_OFFICIAL = f"the official schemas are not here: no {judges.SHARED / 'schemas' / 'check.py'}"


@pytest.fixture(scope="session")
def ours() -> judges.Judge:
    return judges.ours


@pytest.fixture(scope="session")
def checker():
    found = judges.checker()
    if found is None:
        pytest.skip(HERE_IS_NO_OFFICIAL)
    return found


@pytest.fixture(scope="session")
def official(checker) -> judges.Judge:
    return judges.official
