"""Good to commit: the code is formatted, linted and typed."""

import subprocess
import sys

import pytest

from tests.judges import ROOT

COMMANDS = {
    "formatted": ["-m", "ruff", "format", "--check", "."],
    "linted": ["-m", "ruff", "check", "."],
    "typed": ["-m", "mypy", "--cache-dir", ".mypy_cache"],
}


@pytest.mark.parametrize("state", COMMANDS)
def test_the_code_is(state):
    done = subprocess.run([sys.executable, *COMMANDS[state]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
