"""The command `ingest` and what it leaves behind, as a user meets them."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

GOOD = {"identifier": "1", "metadata": {"dc.title": ["A title"]}}
BROKEN = '{"identifier": "9"\n'


def lines(path: Path, *numbers: int, **more: object) -> Path:
    path.write_text(
        "".join(
            json.dumps({"identifier": str(n), "metadata": {"dc.title": [f"Title {n}"]}, **more}) + "\n" for n in numbers
        )
    )
    return path


@pytest.fixture
def files(tmp_path):
    """Makes JSON Lines files of items by their numbers."""
    return lambda name, *numbers, **more: str(lines(tmp_path / name, *numbers, **more))


def test_what_complete_sources_no_longer_give_is_withdrawn(run, files):
    one, two = files("one.jsonl", *range(20)), files("two.jsonl", *range(20, 40))
    run("ingest", "--complete", one, two)
    files("one.jsonl", *range(18))
    assert "no longer given: 2 withdrawn" in run("ingest", "--complete", one, two)
    assert re.search(r"items withdrawn +2", run("status"))


def test_many_at_once_only_with_yes(run, files):
    source = files("one.jsonl", *range(20))
    run("ingest", source)
    files("one.jsonl", *range(10))
    assert "10 of 20 items are no longer given" in run("ingest", "--complete", source, code=1)
    assert not re.search(r"items withdrawn", run("status"))
    assert "no longer given: 10 withdrawn" in run("ingest", "--complete", "--yes", source)


def test_a_source_that_is_missing_hides_nothing(run, files):
    one, two = files("one.jsonl", *range(20)), files("two.jsonl", 30)
    run("ingest", one, two)
    Path(two).unlink()
    output = run("ingest", "--complete", one, two, code=1)
    assert "there is no such file" in output
    assert "nothing was withdrawn" in output
    assert re.search(r"items active +21", run("status"))


def test_of_several_sources_those_that_can_be_read_go_in_and_the_exit_code_is_1(run, files):
    assert "2 added" in run("ingest", files("one.jsonl", 1, 2), "nothing.jsonl", code=1)
    assert "no such file" in run("ingest", "nothing.jsonl", "nor this", code=2)


def test_a_dry_run_tells_examples(run, files):
    source = files("one.jsonl", *range(20))
    run("ingest", source)
    files("one.jsonl", *range(1, 20), 21, sets=["a"])
    output = run("ingest", "--complete", "--dry-run", source)
    assert "changed: oai:repo.example.org:1: sets" in output
    assert "added: oai:repo.example.org:21: Title 21" in output
    assert "withdrawn: oai:repo.example.org:0" in output
    assert "1 added, 19 changed, 0 unchanged" in output
    assert re.search(r"items active +20", run("status"))


def test_merge_sets_makes_one_item_in_several_sets(run, files):
    one, two = files("one.jsonl", 1, sets=["a"]), files("two.jsonl", 1, sets=["b"])
    run("ingest", "--merge-sets", one, two)
    assert re.search(r"^a +1", run("sets"), re.MULTILINE)
    assert re.search(r"^b +1", run("sets"), re.MULTILINE)
    assert "0 added, 0 changed, 1 unchanged" in run("ingest", "--merge-sets", two)
    run("ingest", two)
    assert re.search(r"^a +0", run("sets"), re.MULTILINE)


def test_explain_tells_what_columns_become_and_takes_nothing_in(run, tmp_path):
    (tmp_path / "table.csv").write_text("id,Title,colour\n1,Bees,black\n")
    (tmp_path / "map.toml").write_text('identifier = "id"\n[fields]\n"dc.title" = "Title"\n')
    output = run("ingest", "--explain", "--mapping", "map.toml", "table.csv")
    assert "Title -> dc.title: Bees" in output
    assert "colour -> left out (no rule names it): black" in output
    assert re.search(r"items +0", run("status"))
    assert "1 added" in run("ingest", "--mapping", "map.toml", "table.csv")


def test_what_has_no_columns_cannot_be_explained(run, files):
    assert "jsonl has no columns to explain" in run("ingest", "--explain", files("one.jsonl", 1), code=2)


@pytest.fixture
def faulty(run, tmp_path) -> str:
    """A source with a broken line, a healed item, and an item that came in a format nobody can serve."""
    path = tmp_path / "faulty.jsonl"
    healed = {**GOOD, "metadata": {"dc.title": ["A\x0b, title"]}}
    lost = {**GOOD, "identifier": "2", "xml": {"mine": "<x/>"}}
    path.write_text(BROKEN + "".join(json.dumps(each) + "\n" for each in (healed, lost)))
    run("ingest", str(path), code=1)
    return str(path)


@pytest.mark.parametrize(
    ("words", "degrees"),
    [
        ([], ["refused", "healed", "lost"]),
        (["--degree", "lost"], ["refused", "lost"]),
        (["--degree", "healed"], ["healed"]),
        (["--identifier", "2"], ["lost"]),
        (["--identifier", "oai:repo.example.org:2"], ["lost"]),
        (["--source", "faulty.jsonl"], ["refused", "healed", "lost"]),
        (["--source", "another.jsonl"], []),
        (["--rule", "section 3.4"], ["lost"]),
    ],
)
def test_faults_can_be_chosen(run, faulty, words, degrees):
    assert re.findall(r"^\w+", run("faults", *words), re.MULTILINE) == degrees


def test_faults_are_exported_as_csv_and_json(run, faulty):
    rows = list(csv.DictReader(io.StringIO(run("faults", "--format", "csv"))))
    told = json.loads(run("faults", "--format", "json"))
    assert [row["degree"] for row in rows] == [each["degree"] for each in told] == ["refused", "healed", "lost"]
    first = told[0]
    assert (first["source"], first["line"], first["identifier"]) == (
        f"jsonl:{faulty}",
        1,
        "oai:repo.example.org:9",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["since"])
    assert rows[0]["line"] == "1"
    assert "'" in first["message"]  # the excerpt
    assert json.loads(run("faults", "--format", "json", "--source", "none")) == []


def test_records_that_are_lost_are_told_in_every_run(run, faulty):
    output = run("ingest", faulty, code=1)
    assert re.search(r"2 unchanged, 1 healed, 1 lost, 1 refused", output)


def test_jobs_must_be_some(run, files):
    assert "0 is not in the range" in run("ingest", "--jobs", "0", files("one.jsonl", 1), code=2)


def test_several_processes_take_in_what_one_does(run, files):
    assert "300 added" in run("ingest", "--jobs", "2", files("one.jsonl", *range(300)))
    assert re.search(r"records oai_dc +300", run("status"))
