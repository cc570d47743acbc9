"""The reference pages are made from the code; a stale one fails (--update-golden writes them anew)."""

import ast
import re
import sys
from dataclasses import fields

from oai_server.config import Settings
from oai_server.formats import known_formats
from tests.judges import ROOT

SETTINGS = """# Settings

In `oai-server.toml` (or the file that `--config` names) under these names, or as environment variables, which win:
`page_size` is `OAI_SERVER_PAGE_SIZE`. Lists are parted by commas or blanks in variables; tables are for the file only.
An unknown name stops the start. This page is made from the settings table in `oai_server/config.py`.

| setting | default | what it is |
| --- | --- | --- |"""
FORMATS = """# Formats

What goes out. An item is offered only in the formats that can tell it honestly: no DOI, no `datacite`; no thesis, no
`uketd_dc`. Every record is validated when it is made, by our own schema and, where `oai-server schemas fetch` has brought it, by
the official one. `formats` in the settings chooses among them. This page is made from the files in `oai_server/formats/`.

| metadataPrefix | what it is | namespace | schema |
| --- | --- | --- | --- |"""
FORMATS_OF_YOUR_OWN = """## Formats of your own

Put a file into a folder and name the folder: `format_paths = ["/etc/oai-server/formats"]`. Then run `oai-server render`.

A Python file says `FORMAT`, a `MetadataFormat` (`oai_server/model.py`): prefix, namespace, announced schema, the XSD that judges
(or None), a crosswalk from an item to the root element, and perhaps whether an item is offered at all. `oai_server/formats/dim.py`
is the shortest example. A package can offer the same as an entry point in the group `oai_server.formats`.

A stylesheet (XSLT 1.0) over our `xoai` or `dim` needs a TOML file beside it:

```toml
prefix = "oai_mine"
namespace = "http://example.org/mine/"
schema = "http://example.org/mine.xsd"
stylesheet = "mine.xsl"
source = "xoai"
xsd = "mine.xsd"   # may be left out: then records are told as not validated
```

Records that exist already come with the item (`xml` in JSON Lines). In a format that is made here they stand in its place; any other
is announced with the namespace and the schema that its root element names, and judged by that schema if it has been fetched.
"""
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


def test_the_formats_page_lists_every_format(golden):
    lines = [FORMATS]
    for prefix, known in known_formats().items():
        says = sys.modules[known.crosswalk.__module__].__doc__.splitlines()[0]
        schema = known.schema if ":" in known.schema else f"BASE_URL/schemas/{known.schema}"
        lines.append(f"| `{prefix}` | {says} | {known.namespace} | {schema} |")
    golden(ROOT / "docs" / "formats.md", "\n".join([*lines, "", FORMATS_OF_YOUR_OWN]).encode())


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
