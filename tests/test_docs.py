"""The reference pages are made from the code; a stale one fails (--update-golden writes them anew)."""

import ast
import re
from dataclasses import fields

from oai_server.config import Settings
from tests.judges import ROOT

SETTINGS = """# Settings

In `oai-server.toml` (or the file that `--config` names) under these names, or as environment variables, which win:
`page_size` is `OAI_SERVER_PAGE_SIZE`. Lists are parted by commas or blanks in variables; tables are for the file only.
An unknown name stops the start. This page is made from the settings table in `oai_server/config.py`.

| setting | default | what it is |
| --- | --- | --- |"""
CONFORMANCE = """# Conformance

Each rule of OAI-PMH 2.0, by the numbers of the project's checklist, and the tests that hold it: every answer in them is
validated against our schemas and the official ones. Made from the names in `tests/conformance/`."""


def test_the_settings_page_lists_every_setting(golden):
    lines = [SETTINGS]
    plain = Settings()
    for each in fields(Settings):
        value = getattr(plain, each.name)
        shown = "" if value in (None, (), {}) else f"`{str(value).lower() if isinstance(value, bool) else value}`"
        lines.append(f"| `{each.name}` | {shown} | {each.metadata['help']} |")
    golden(ROOT / "docs" / "settings.md", "\n".join([*lines, ""]).encode())


def test_the_conformance_page_is_the_list_of_test_names(golden):
    lines = [CONFORMANCE]
    for path in sorted((ROOT / "tests" / "conformance").glob("test_[0-9]_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        lines += [
            "",
            f"## {ast.get_docstring(tree).splitlines()[0].rstrip('.')}",
            "",
            "| rule | what is held |",
            "| --- | --- |",
        ]
        rows = []
        for node in ast.walk(tree):
            match = re.match(r"test_(\d{3}(?:_\d{3})*)_(.+)", getattr(node, "name", None) or "")
            if match:
                rows.append((match[1].replace("_", ", "), match[2].replace("_", " ")))
        lines += [f"| {rule} | {sentence} |" for rule, sentence in sorted(rows)]
    golden(ROOT / "docs" / "conformance.md", "\n".join([*lines, ""]).encode())


def test_ci_runs_exactly_the_test_command_of_the_readme():
    commands = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("oai-server demo")
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == commands[1]


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text("utf-8")):
        assert (ROOT / target).exists(), target


def test_every_folder_of_code_is_in_the_package():
    import configparser

    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", "utf-8")
    told = set(settings["options"]["packages"].split())
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "oai_server").rglob("*.py")}
    assert told == {".".join(folder.parts) for folder in folders} | {"oai_server.data", "oai_server.schemas"}
