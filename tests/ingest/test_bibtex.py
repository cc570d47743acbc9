"""BibTeX bibliographies, whole and broken."""

import gzip
import random
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from oai_server.formats.citation import citation
from oai_server.ingest import bibtex, bibtex_blocks
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault, Reading

REAL = Path(__file__).parents[3] / "shared" / "data" / "corpora" / "bibtex" / "evobib.bib.xz"
real = pytest.mark.skipif(not REAL.is_file(), reason=f"no real bibliography at {REAL}")


def bib(tmp_path: Path, text: str | bytes, name: str = "a.bib") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(tmp_path: Path, text: str | bytes) -> list[Reading | Fault]:
    return list(bibtex.read(Errand(bib(tmp_path, text))))


def only(tmp_path: Path, text: str | bytes) -> Reading:
    (reading,) = read(tmp_path, text)
    assert isinstance(reading, Reading), reading
    return reading


def texts(reading: Reading) -> dict[str, list[str]]:
    return {name: [value.text for value in values] for name, values in reading.item.metadata.items()}


def notes(reading: Reading) -> list[str]:
    return [fault.message for fault in reading.faults]


ARTICLE = r"""
@article{Muller2020,
  author = {M{\"u}ller, J{\"o}rg and {Max Planck Institute, Jena} and others},
  title = {The {DNA} of $\alpha$-Helix -- a study},
  journal = "Journal of " # xyz,
  year = 2020, month = mar # "~5", volume = {12}, number = {3}, pages = {101--118},
  doi = {http://dx.doi.org/10.1000/abc\_d}, issn = {1471-244X}, keywords = {one; two, three;},
  url = {https://x.org/a\_b}, note = {In German}, language = {german},
}
"""


def test_an_article_is_told_in_the_fields_that_citations_are_read_from(tmp_path):
    reading = only(tmp_path, "@string{xyz = {Xyz}}\n" + ARTICLE)
    assert reading.item.identifier == "Muller2020"
    assert reading.line == 3
    assert texts(reading) == {
        "dc.type": ["journal article"],
        "dc.contributor.author": ["Müller, Jörg"],
        "dc.creator.corporate": ["Max Planck Institute, Jena"],
        "dc.title": [r"The DNA of $\alpha$-Helix – a study"],
        "dc.identifier.doi": ["10.1000/abc_d"],
        "dc.identifier.issn": ["1471-244X"],
        "dc.identifier.uri": ["https://x.org/a_b"],
        "dc.description": ["In German"],
        "dc.language.iso": ["german"],
        "dc.date.issued": ["2020-03-05"],
        "oaire.citation.title": ["Journal of Xyz"],
        "oaire.citation.volume": ["12"],
        "oaire.citation.issue": ["3"],
        "oaire.citation.startPage": ["101"],
        "oaire.citation.endPage": ["118"],
        "dc.subject": ["one", "two, three"],
    }
    known = citation(reading.item)
    assert (known.title, known.volume, known.issue, known.pages, known.issn) == (
        "Journal of Xyz",
        "12",
        "3",
        "101-118",
        "1471-244X",
    )
    assert notes(reading) == ["author ends in 'and others', who are not told"]


@pytest.mark.parametrize(
    ("entry", "field", "expected"),
    [
        ("@book{k, title={T}, pages={345}}", "dc.format.extent", ["345 pages"]),
        ("@book{k, title={T}, series={LNCS}, volume={7}}", "dc.relation.ispartofseries", ["LNCS;7"]),
        ("@inproceedings{k, title={T}, booktitle={B}}", "oaire.citation.title", ["B"]),
        ("@inproceedings{k, title={T}, booktitle={B}}", "dc.type", ["conference paper"]),
        ("@proceedings{k, booktitle={B}}", "dc.title", ["B"]),
        ("@phdthesis{k, title={T}, school={U}}", "thesis.degree.grantor", ["U"]),
        ("@thesis{k, title={T}, type={mathesis}}", "dc.type", ["master thesis"]),
        ("@techreport{k, title={T}, number={7}, type={Memo}}", "dc.type", ["technical report", "Memo"]),
        ("@techreport{k, title={T}, number={R-7}}", "dc.identifier.other", ["R-7"]),
        ("@misc{k, title={T}, eprint={1706.03762}}", "dc.identifier.arxiv", ["1706.03762"]),
        (
            "@misc{k, title={T}, eprint={hep-th/9901001}, archivePrefix={arXiv}}",
            "dc.identifier.uri",
            ["https://arxiv.org/abs/hep-th/9901001"],
        ),
        ("@misc{k, title={T}, howpublished={\\url{http://x.org/1}}}", "dc.identifier.uri", ["http://x.org/1"]),
        ("@misc{k, title={T}, howpublished={Talk}}", "dc.description", ["Talk"]),
        ("@misc{k, title={T}, isbn={019959354X,978-0-19-959354-5}}", "dc.identifier.isbn", None),
        ("@misc{k, title={T}, date={2019-05-03}, year={2018}}", "dc.date.issued", ["2019-05-03"]),
        ("@misc{k, title={T}, year={2019}, month={December}}", "dc.date.issued", ["2019-12"]),
        ("@misc{k, title={T}, year={2019}, month={07}, day={4}}", "dc.date.issued", ["2019-07-04"]),
        ("@misc{k, title={T}, year={2019}, month={4 jul}}", "dc.date.issued", ["2019-07-04"]),
        ("@misc{k, title={T}, year={2019}, month=Spring}", "dc.date.issued", ["2019"]),
        ("@misc{k, title={T}, year={[1967]}}", "dc.date.issued", ["[1967]"]),
        ("@article{k, title={T}, pages={e0227699}}", "oaire.citation.startPage", ["e0227699"]),
        ("@article{k, title={T}, pages={7,41,73--97}}", "oaire.citation.endPage", ["97"]),
        ("@article{k, title={T}, pages={046118-1 - 046118-20}}", "oaire.citation.endPage", ["046118-20"]),
        ("@article{k, title={T}, pages={pp. 63–66,}}", "oaire.citation.startPage", ["63"]),
        ("@article{k, title={T}, eid={A17}}", "oaire.citation.startPage", ["A17"]),
        ("@article(k, title={T}, abstract={67% of 5)})", "dc.description.abstract", ["67% of 5)"]),
        ("@misc{k, title={T}, mynote={x}}", "bibtex.mynote", ["x"]),
        ("@misc{k, title={T}, doi={none}}", "bibtex.doi", ["none"]),
        ("@misc{k, title={T}, editor={A. B}}", "dc.contributor.editor", ["B, A."]),
    ],
)
def test_a_field_is_told_where_the_formats_look_for_it(tmp_path, entry, field, expected):
    found = texts(only(tmp_path, entry))[field]
    assert found == expected if expected else len(found) == 2


def test_names_for_the_private_use_of_programs_are_left_out(tmp_path):
    text = "@misc{k, title={T}, bdsk-url-1={u}, date-added={d}, file={f}, timestamp={t}, urldate={2020}, owner={me}}"
    reading = only(tmp_path, text)
    assert texts(reading).keys() == {"dc.type", "dc.title"}
    assert notes(reading) == []


def test_an_unknown_field_and_an_unknown_type_are_noted_once(tmp_path):
    readings = read(tmp_path, "@odd{a, title={T}, x={1}}\n@odd{b, title={T}, x={2}}\n")
    assert [notes(reading) for reading in readings] == [
        [
            "@odd: unknown type of entry, told as other (said once)",
            "x: unknown field, kept as bibtex.x (said once)",
        ],
        [],
    ]
    assert texts(readings[1])["bibtex.x"] == ["2"]


@pytest.mark.parametrize(
    "broken",
    [
        "@article{b, title = {unbalanced, year = 2000}",
        '@article{b, title = "unbalanced, year = 2000}',
        "@article{b, title = {T}",
    ],
)
def test_a_broken_entry_costs_itself_only_and_is_told_with_its_line(tmp_path, broken):
    first, fault, last = read(tmp_path, f"@misc{{a, title={{A}}}}\n\n{broken}\n@misc{{c, title={{C}}}}\n")
    assert (first.item.identifier, last.item.identifier, last.line) == ("a", "c", 4)
    assert isinstance(fault, Fault)
    assert (fault.degree, fault.line, fault.identifier, fault.rule) == ("refused", 3, "b", "BibTeX")
    assert "unbalanced" in fault.message or "title" in fault.message


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ("title={A} year={2000}, note={N}", "a comma is missing between title and year"),
        ("title={A} and more, year={2000}, note={N}", "title: not read, for the value ended before it: 'and more'"),
    ],
)
def test_what_can_be_read_of_an_entry_without_a_comma_is_read(tmp_path, fields, note):
    reading = only(tmp_path, f"@misc{{a, {fields}}}")
    assert notes(reading) == [note]
    assert {name: each for name, each in texts(reading).items() if name != "dc.type"} == {
        "dc.title": ["A"],
        "dc.date.issued": ["2000"],
        "dc.description": ["N"],
    }


def test_what_follows_a_brace_too_many_is_told(tmp_path):
    reading = only(tmp_path, "@misc{a, title={A}},\n year={2000}}\n")
    assert "not read, for the entry was closed before it" in notes(reading)[0]
    assert "year={2000}" in notes(reading)[0]


def test_a_byte_that_is_no_utf8_costs_one_entry(tmp_path):
    first, fault, last = read(tmp_path, b"@misc{a, title={A}}\n@misc{b, title={M\xfcller}}\n@misc{c, title={C}}\n")
    assert (fault.rule, fault.line, fault.identifier) == ("UTF-8", 2, "b")
    assert "M\\xfcller" in fault.message
    assert [first.item.identifier, last.item.identifier] == ["a", "c"]


@pytest.mark.parametrize("line", [b"% Encoding: ISO-8859-1\n", b"% -*- coding: latin-1 -*-\n"])
def test_an_encoding_that_the_file_names_is_read(tmp_path, line):
    assert texts(only(tmp_path, line + b"@misc{b, title={M\xfcller}}"))["dc.title"] == ["Müller"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("@misc{a, title={A}}".encode("utf-16"), "UTF-16"), (b"% Encoding: klingon\n@misc{a, title={A}}", "klingon")],
)
def test_an_encoding_that_we_do_not_read_is_refused_by_name(tmp_path, text, name):
    with pytest.raises(SourceError, match=name):
        read(tmp_path, text)


def test_a_byte_order_mark_is_no_text(tmp_path):
    assert only(tmp_path, b"\xef\xbb\xbf@misc{a, title={A}}").item.identifier == "a"


def test_strings_are_joined_whatever_their_case_and_unknown_ones_noted(tmp_path):
    text = """@string{ACM = "Assoc"}\n@STRING(both = acm # { of } # "X")
@misc{a, title = Both # " and " # {Y {Z}} # 7, publisher = nobody}"""
    reading = only(tmp_path, text)
    assert texts(reading)["dc.title"] == ["Assoc of X and Y Z7"]
    assert texts(reading)["dc.publisher"] == ["nobody"]
    assert notes(reading) == ["publisher: no @string defines 'nobody', so it is read as text"]


def test_what_an_entry_does_not_say_comes_from_its_parent_wherever_that_stands(tmp_path):
    text = """@inproceedings{a, title={A}, crossref={Conf}, publisher={Own}}
@proceedings{conf, title={Proc}, year=1999, publisher={Theirs}, editor={E. D}}
@misc{c, title={C}, crossref={nowhere}}"""
    child, _, orphan = read(tmp_path, text)
    assert texts(child)["oaire.citation.title"] == ["Proc"]
    assert texts(child)["dc.title"] == ["A"]
    assert texts(child)["dc.publisher"] == ["Own"]
    assert texts(child)["dc.date.issued"] == ["1999"]
    assert texts(child)["dc.contributor.editor"] == ["D, E."]
    assert notes(orphan) == ["crossref names 'nowhere', which is not in the file"]


def test_a_key_that_stands_twice_is_noted_with_the_line_of_the_first(tmp_path):
    first, second = read(tmp_path, "@misc{a, title={A}}\n@misc{a, title={B}}\n")
    assert notes(first) == []
    assert notes(second) == [f"the key stands in {tmp_path}/a.bib, line 1 too; the later entry counts"]


def test_of_a_field_that_stands_twice_the_first_counts(tmp_path):
    reading = only(tmp_path, "@misc{a, title={A}, title={B}}")
    assert texts(reading)["dc.title"] == ["A"]
    assert notes(reading) == ["the field title stands twice; the first one counts"]


def test_comments_and_text_between_entries_are_no_items(tmp_path):
    text = (
        'Some text, a@b.org = x\n@comment{@misc{x, title={X}}}\n@preamble{"x"}\n@misc{a, title={A}} @misc{b, title={B}}'
    )
    assert [reading.item.identifier for reading in read(tmp_path, text)] == ["a", "b"]


def test_a_file_without_an_entry_is_a_fault(tmp_path):
    (fault,) = read(tmp_path, "Nothing here.")
    assert (fault.degree, fault.message) == ("refused", "there is no entry in it")


def test_an_entry_that_never_ends_is_refused_and_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(bibtex_blocks, "LARGEST", 1000)
    monkeypatch.setattr(bibtex, "LARGEST", 1000)
    fault, last = read(tmp_path, "@misc{a, title={" + "x" * 5000 + "\n}}\n@misc{b, title={B}}")
    assert (fault.degree, fault.line) == ("refused", 1)
    assert "more than 1,000 bytes" in fault.message
    assert last.item.identifier == "b"


def test_memory_stays_flat_however_many_entries_there_are(tmp_path):
    entry = "@misc{{k{0}, title={{{1}}}}}\n"
    path = bib(tmp_path, "".join(entry.format(number, "x" * 5000) for number in range(400)))
    tracemalloc.start()
    counted = sum(1 for _ in bibtex.read(Errand(path)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counted == 400
    assert most < 1_000_000  # half of the file


def test_folders_zips_and_compressed_files_are_read(tmp_path):
    folder = tmp_path / "refs"
    folder.mkdir()
    bib(folder, "@misc{a, title={A}}", "a.bib")
    (folder / "b.bib.gz").write_bytes(gzip.compress(b"@misc{b, title={B}}", mtime=0))
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("c.bib", "@misc{c, title={C}}")
    assert bibtex.recognises(Errand(folder))
    assert [each.item.identifier for each in bibtex.read(Errand(folder))] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "text", "is_bibtex"),
    [
        ("a.bib", "", True),
        ("a.BIB.gz", "", True),
        ("export.txt", "% from somewhere\n\n@Article{k,\n", True),
        ("a.txt", "An e-mail to me@article{x", False),
        ("a.json", '{"a": "@article{"}', False),
    ],
)
def test_a_bibliography_is_known_by_its_name_or_its_first_entry(tmp_path, name, text, is_bibtex):
    assert bibtex.recognises(Errand(bib(tmp_path, text, name))) is is_bibtex


def test_a_url_is_not_ours():
    assert not bibtex.recognises(Errand("https://x.org/a.bib"))


@real
def test_the_real_bibliography_goes_in_whole():
    found = [normalise(each) for each in bibtex.read(Errand(REAL)) if isinstance(each, Reading)]
    assert len(found) == 4850
    types = Counter(each.item.first("dc.type") for each in found)
    assert types.most_common(3) == [("journal article", 2412), ("book", 1133), ("book part", 704)]
    fields = Counter(name for each in found for name in each.item.metadata)
    assert fields["dc.title"] == 4841
    assert fields["dc.contributor.author"] == 4572
    assert fields["dc.contributor.editor"] == 1125
    assert fields["oaire.citation.title"] == 3494
    assert fields["bibtex.glottolog_ref_id"] == 4850
    rules = Counter((fault.degree, fault.rule) for each in found for fault in each.faults)
    assert rules == {
        ("healed", "text without markup"): 30,
        ("noted", "ISO 8601"): 27,
        ("noted", "DOI"): 4,
        ("noted", "web addresses"): 2,
        ("noted", "BibTeX"): 1,
        ("noted", "BibTeX names"): 1,
    }
    assert not any("{" in each.item.first("dc.title") for each in found if each.item.first("dc.title"))


PIECES = [
    "@misc{k,",
    "@string{s=",
    "title",
    "=",
    "{",
    "}",
    '"',
    "#",
    ",",
    "\n",
    "x",
    "@",
    "(",
    ")",
    "\\",
    " ",
    "jan",
    "$",
]


def test_whatever_is_in_a_file_nothing_but_faults_comes_of_it(tmp_path):
    chance = random.Random(5)
    for _ in range(150):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 40)))
        assert all(isinstance(each, Reading | Fault) for each in read(tmp_path, text))
