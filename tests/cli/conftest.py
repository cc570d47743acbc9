"""Commands as a user runs them: in an empty folder, on a store of their own."""

import pytest
from click.testing import CliRunner

from oai_server.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command in an empty folder on a store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OAI_SERVER_DATABASE_URL", "sqlite:///store.sqlite")
    monkeypatch.setenv("OAI_SERVER_BASE_URL", "https://repo.example.org/oai")

    def command(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, words)
        assert result.exit_code == code, result.output
        return result.output

    return command
