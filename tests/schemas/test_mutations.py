"""One deliberate fault after another: our schemas refuse each, and the official ones say what the row claims they say.

The rows are in faults/, a file for a schema: which good document (`@@`), by whom the fault is refused and what it
is, the text taken out of the document (`-`) and the text put in its place (`+`). What ours alone refuse is against
the protocol's text or a guideline, or against our own rule that no element is empty.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

HERE = Path(__file__).parent
DC = etree.parse(HERE.parents[1] / "schemas" / "dc.xsd").xpath("/*/*[local-name() = 'element']/@name")


def plain(text: str) -> str:
    r"""The text of a row with its \n, \t and (at the end of a line) \s put back."""
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\s", " ")


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """By whom it is refused, the fault as a sentence, the document, the text that goes and the text that comes."""
    for path in sorted(HERE.glob("faults/*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            first, *others = block.strip().split("\n")
            if first.startswith("@@ "):
                document = f"{path.stem}/{first[3:]}.xml"
                continue
            by, _, fault = first.partition(": ")
            old, new = (plain(line[2:]) for line in others)
            yield by, f"{path.stem}: {fault}", document, old, new
    for name in DC:
        for by, fault, element in (
            ("by ours", f"a {name} without a text", f"<dc:{name}/>"),
            ("by both", f"a {name} with an attribute", f'<dc:{name} scheme="x">y</dc:{name}>'),
        ):
            yield by, f"dc: {fault}", "oai_dc/one.xml", "<dc:title>Warm ice</dc:title>", element


ROWS = list(rows())
FAULTS = [pytest.param(*row[2:], id=row[1]) for row in ROWS]
VERDICTS = [pytest.param(row[0] == "by both", *row[2:], id=row[1]) for row in ROWS]


def spoil(document: str, old: str, new: str) -> bytes:
    """The good document with its fault, still well-formed."""
    text = (HERE / "good" / document).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {document}"
    spoilt = text.replace(old, new, 1).encode()
    etree.fromstring(spoilt)
    return spoilt


@pytest.mark.parametrize(("document", "old", "new"), FAULTS)
def test_our_schema_refuses(ours, document, old, new):
    assert ours(spoil(document, old, new)) != []


@pytest.mark.parametrize(("refused", "document", "old", "new"), VERDICTS)
def test_the_official_schema_refuses_as_told(official, refused, document, old, new):
    faults = official(spoil(document, old, new))
    assert bool(faults) == refused, faults


def test_every_row_says_by_whom_and_has_a_name_of_its_own():
    assert {row[0] for row in ROWS} == {"by both", "by ours"}
    assert len({row[1] for row in ROWS}) == len(ROWS)
