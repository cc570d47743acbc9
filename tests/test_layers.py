"""The arrows between the rooms: who may import whom, read from the source (house-style.md section 1)."""

import ast
from pathlib import Path

import pytest

from tests.judges import ROOT

PACKAGE = ROOT / "oai_server"
MAY_IMPORT = {
    "model": "",
    "config": "model rules",
    "protocol": "model",
    "formats": "model",
    "official": "model",
    "rules": "model formats",
    "store": "model",
    "ingest": "model protocol rules store",
    "provider": "model config protocol store",
    "web": "model config formats store provider",
    "cli": "model config formats rules store ingest provider web official",
}
ONE_ROOM = {  # third-party libraries and the rooms that may know them
    "flask": "web",
    "werkzeug": "web",
    "granian": "web",
    "isal": "protocol store",  # store: a migration
    "zstandard": "protocol ingest",
    "sqlalchemy": "store",
    "alembic": "store",
    "click": "cli",
    "rich": "cli",
    "itsdangerous": "protocol",
    "lxml": "model config protocol formats ingest provider official",
}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_the_rooms_it_may(path):
    room = room_of(path)
    if room == "__init__":
        return
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("oai_server.")}
    rooms = {name for name in ours if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()}
    assert rooms <= {room, *MAY_IMPORT[room].split()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_known_in_its_own_rooms_only(path):
    for library in {name.split(".")[0] for name in imports(path)} & set(ONE_ROOM):
        assert room_of(path) in ONE_ROOM[library].split(), library


def test_every_room_has_a_row():
    assert {room_of(path) for path in FILES} - {"__init__"} == set(MAY_IMPORT)
