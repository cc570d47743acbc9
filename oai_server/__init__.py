"""oai-server: an OAI-PMH 2.0 data provider that serves stored, validated records."""

from pathlib import Path

__version__ = "0.1.0"


def shipped(folder: str) -> Path:
    """``schemas`` or ``data``: inside the package when it is installed, beside it in a checkout."""
    inside = Path(__file__).parent / folder
    return inside if inside.is_dir() else Path(__file__).parent.parent / folder
