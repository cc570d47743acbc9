"""Any table, with a mapping file and without one: what columns become, and what a mapping file may not say."""

import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from oai_server.ingest import csv_table
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault, File, Item, Reading, Set, Value
from tests.judges import ROOT

DATA = Path(__file__).parents[3] / "shared" / "data"
MAPPINGS = ROOT / "examples" / "mappings"
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real tables in {DATA}")


@pytest.fixture
def table(tmp_path):
    """Writes a table, and a mapping file if there is one, and gives their errand."""

    def write(content: str, mapping: str | None = None, name: str = "table.csv") -> Errand:
        (tmp_path / name).write_text(content, "utf-8")
        if mapping is None:
            return Errand(tmp_path / name)
        (tmp_path / "mapping.toml").write_text(mapping, "utf-8")
        return Errand(tmp_path / name, mapping=tmp_path / "mapping.toml")

    return write


def items(errand: Errand) -> list[Item]:
    return [each.item for each in csv_table.read(errand) if isinstance(each, Reading)]


def only(errand: Errand) -> Reading:
    (found,) = [each for each in csv_table.read(errand) if isinstance(each, Reading)]
    return found


def counted(errand: Errand) -> tuple[Counter[str], Counter[str]]:
    """What a table gives, by kind, and its faults by rule."""
    found = list(csv_table.read(errand))
    faults = [fault for each in found for fault in ([each] if isinstance(each, Fault) else getattr(each, "faults", ()))]
    return Counter(type(each).__name__ for each in found), Counter(f"{each.degree} {each.rule}" for each in faults)


# --- real tables ---


@real
@pytest.mark.parametrize(
    ("name", "mapping", "kinds", "faults"),
    [
        (
            "dspace-csv/dspace-csv-test.csv",
            None,
            {"Reading": 1, "Fault": 1},
            {"noted mapping of a table": 1, "noted identifier of a row": 1},
        ),
        (
            "dspace-csv/dspace-csv-missing-field-test.csv",
            None,
            {"Reading": 1, "Fault": 1},
            {"noted mapping of a table": 1, "noted identifier of a row": 1, "healed RFC 4180": 1},
        ),
        (
            "dspace-csv/safbuilder-language.csv",
            None,
            {"Reading": 56, "Fault": 1},
            {"noted mapping of a table": 1, "noted identifier of a row": 56},
        ),
        (
            "dspace-csv/safbuilder-latin1.csv",
            None,
            {"Reading": 54, "Fault": 3},
            {"noted mapping of a table": 1, "noted identifier of a row": 54, "refused UTF-8": 2},
        ),
        ("dspace-csv/safbuilder-latin1.csv", "safbuilder.toml", {"Reading": 56}, {}),
        (
            "saf/source-table/wm-archives.csv",
            None,
            {"Reading": 4, "Fault": 1},
            {"noted mapping of a table": 1, "noted identifier of a row": 4},
        ),
        ("corpora/arxiv-2019/cmp-lg.tsv.xz", "arxiv.toml", {"Reading": 894, "Set": 10}, {}),
        ("corpora/arxiv-2019/physics.pop-ph.tsv.xz", "arxiv.toml", {"Reading": 1762, "Set": 116}, {}),
    ],
)
def test_a_real_table_gives_its_items(name, mapping, kinds, faults):
    errand = Errand(DATA / name, mapping=MAPPINGS / mapping if mapping else None)
    assert csv_table.recognises(errand)
    assert counted(errand) == (kinds, faults)


@real
def test_a_real_table_without_a_mapping_is_read_by_its_headings():
    assert items(Errand(DATA / "dspace-csv" / "dspace-csv-missing-field-test.csv")) == [
        Item(
            "dspace-csv-missing-field-test/1",
            {
                "dc.title": (Value("My Article"),),
                "dc.contributor.author": (Value('Nobody, "Try escape, in item"'),),
                "dc.description.abstract": (Value("This is my abstract, i use comma to check escape works fine"),),
                "dc.identifier.issn": (Value("Mock ISSN"),),
            },
        )
    ]
    odes = items(Errand(DATA / "saf" / "source-table" / "wm-archives.csv"))[2]
    subjects = "American Studies,Allen Ginsberg,Howl,Beat Writers,Cultural Memory,Howl Trial"
    assert list(odes.texts("dc.subject")) == subjects.split(",")
    assert odes.texts("dc.date.issued") == ("2013-12",)


@real
def test_american_dates_and_latin_1_of_a_real_table():
    found = {item.identifier: item for item in items(_safbuilder())}
    assert found["American_Samoa"] == Item(
        "American_Samoa",
        {
            "dc.title": (Value("American Samøæ", "en"),),
            "dc.contributor": (Value("Togiola Tulafono"),),
            "dc.format.extent": (Value("73.97 years"),),
        },
        files=(
            File(
                "American Samoa.pdf",
                "application/pdf",
                url="https://repository.example.org/files/American Samoa.pdf",
                access="open",
            ),
        ),
    )
    dates = {name: found[name].first("dc.date.issued") for name in ("Alabama", "Alaska", "Arizona")}
    assert dates == {"Alabama": "1819-12-14", "Alaska": "1959-12-03", "Arizona": "1912-02-14"}
    assert found["Georgia"].texts("dc.description") == ("peach state",)


def _safbuilder() -> Errand:
    return Errand(DATA / "dspace-csv" / "safbuilder-latin1.csv", mapping=MAPPINGS / "safbuilder.toml")


@real
def test_a_real_paper_is_read_to_the_last_detail():
    errand = Errand(DATA / "corpora" / "arxiv-2019" / "cs.DL.tsv.xz", mapping=MAPPINGS / "arxiv.toml")
    paper = next(item for item in items(errand) if item.identifier == "1307.6804")
    assert paper.texts("dc.description.abstract")[0].startswith("Field normalized citation rates are well-established")
    title = "Partition-based Field Normalization: An approach to highly specialized publication records"
    assert replace(paper, metadata={**paper.metadata, "dc.description.abstract": ()}) == Item(
        "1307.6804",
        {
            "dc.title": (Value(title),),
            "dc.contributor.author": (Value("Nadine Rons"),),
            "dc.description.abstract": (),
            "dc.description": (Value("14 pages, 1 figure"),),
            "dc.date.issued": (Value("2013-07-25"),),
            "dc.type": (Value("preprint"),),
            "dc.publisher": (Value("arXiv"),),
            "dc.subject": (Value("cs.DL"),),
            "dc.identifier.doi": (Value("10.1016/j.joi.2011.09.008"), Value("10.1016/j.joi.2012.09.001")),
            "dc.identifier.uri": (Value("https://arxiv.org/abs/1307.6804"),),
        },
        sets=("cs:DL",),
        datestamp=datetime(2013, 7, 25, tzinfo=UTC),
    )


ARXIV = (
    "\tabstract\tacm_class\tarxiv_id\tauthor_text\tcategories\tcomments\tcreated\tdoi\tnum_authors\tnum_categories\t"
    "primary_cat\ttitle\tupdated\tcategories_list\n"
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("alg-geom/9202001", "alg-geom/9202001"),
        ("704.1158", "0704.1158"),
        ("706.113", "0706.1130"),
        ("711.2", "0711.2000"),
        ("1001.07", "1001.0700"),
        ("1412.9999", "1412.9999"),
        ("1501.00029", "1501.00029"),
        ("1501.001", "1501.00100"),
        ("1501.0158199999998", "1501.01582"),
        ("1501.0190300000002", "1501.01903"),
        ("1610.1", "1610.10000"),
    ],
)
def test_identifiers_that_a_program_took_for_numbers_are_mended(table, written, meant):
    row = f"1\tA.\t\t{written}\tA\tcs.DL\t\t2015-01-01\t\t1\t1\tcs.DL\tT\t\t\n"
    errand = replace(table(ARXIV + row, name="cs.DL.tsv"), mapping=MAPPINGS / "arxiv.toml")
    item = only(errand).item
    assert item.identifier == meant
    assert item.texts("dc.identifier.uri") == (f"https://arxiv.org/abs/{meant}",)


def test_a_cross_posted_paper_is_in_its_sets(table):
    row = (
        '1\t"An ""abstract""\nin lines."\tH.3.1;I.2.6\tcs/9809018\tL. F. Cranor, R. N. Wright, and A. Tapp\t'
        "cs.CY,cs.DL,math-ph\t\t1998-09-11\t10.1/a 10.1/a doi.org/10.2/b\t3\t3\t"
        "cs.CY\tInfluencing\t2001-02-03\t['cs.CY']\n"
    )
    errand = replace(table(ARXIV + row, name="cs.CY.tsv"), mapping=MAPPINGS / "arxiv.toml")
    *sets, reading = csv_table.read(errand)
    assert sets == [
        Set("cs", "Computer Science"),
        Set("cs:CY", "Computers and Society"),
        Set("cs:DL", "Digital Libraries"),
        Set("math-ph", "math-ph"),
    ]
    assert reading.item == Item(
        "cs/9809018",
        {
            "dc.title": (Value("Influencing"),),
            "dc.contributor.author": (Value("L. F. Cranor"), Value("R. N. Wright"), Value("A. Tapp")),
            "dc.description.abstract": (Value('An "abstract"\nin lines.'),),
            "dc.date.issued": (Value("1998-09-11"),),
            "dc.date.modified": (Value("2001-02-03"),),
            "dc.type": (Value("preprint"),),
            "dc.publisher": (Value("arXiv"),),
            "dc.subject": tuple(map(Value, ("cs.CY", "cs.DL", "math-ph", "ACM H.3.1", "ACM I.2.6"))),
            "dc.identifier.doi": (Value("10.1/a"), Value("10.2/b")),
            "dc.identifier.uri": (Value("https://arxiv.org/abs/cs/9809018"),),
        },
        sets=("cs:CY", "cs:DL", "math-ph"),
        datestamp=datetime(2001, 2, 3, tzinfo=UTC),
    )


# --- rows ---


def test_names_of_sets_are_what_the_table_calls_them(table):
    mapping = """
identifier = "id"
fields."dc.title" = "id"
sets = [{column = "c", split = ";", under = "art"}, {column = "d", translate = {x = "painting"}}]
set_names = {art = "Art", "art:Op_Art" = "Optical Art"}
"""
    found = list(csv_table.read(table("id,c,d\n1,Pop Art;Op Art,x\n2,Ärt?;Поп,y\n3,Pop-Art,a:b\n", mapping)))
    assert [each for each in found if isinstance(each, Set)] == [
        Set("art", "Art"),
        Set("art:Pop_Art", "Pop Art"),
        Set("art:Op_Art", "Optical Art"),
        Set("painting", "painting"),
        Set("art:Art", "Ärt?"),
        Set("art:124fbae4", "Поп"),
        Set("y", "y"),
        Set("art:Pop-Art", "Pop-Art"),
        Set("a:b", "a:b"),
    ]
    readings = [each for each in found if isinstance(each, Reading)]
    assert readings[0].item.sets == ("art:Pop_Art", "art:Op_Art", "painting")
    assert [normalise(each).item.sets for each in readings] == [each.item.sets for each in readings]


def test_two_names_for_one_set_are_noted_once(table):
    mapping = 'identifier = "id"\nfields."dc.title" = "id"\nsets = {column = "c"}'
    errand = table("id,c\n1,A b\n2,A/b\n3,A/b\n", mapping)
    told = [fault.message for each in csv_table.read(errand) if isinstance(each, Reading) for fault in each.faults]
    assert told == ["'A/b' and 'A b' are one set, A_b"]


def test_state_and_datestamp_come_from_columns(table):
    mapping = """
identifier = "id"
state = {column = "s", translate = {gone = "withdrawn"}}
datestamp = "d"
fields."dc.title" = "id"
"""
    errand = table("id,s,d\n1,gone,2014-01-02\n2,,2014-01-02T03:04:05+01:00\n3,odd,soon\n", mapping)
    readings = [each for each in csv_table.read(errand) if isinstance(each, Reading)]
    assert [(each.item.state, each.item.datestamp) for each in readings] == [
        ("withdrawn", datetime(2014, 1, 2, tzinfo=UTC)),
        ("active", datetime(2014, 1, 2, 2, 4, 5, tzinfo=UTC)),
        ("active", None),
    ]
    assert [len(each.faults) for each in readings] == [0, 0, 2]


@pytest.mark.parametrize(
    ("mapping", "identifier", "noted"),
    [
        ('identifier = "id"', "7", False),
        ('identifier = "none"', "table/1", True),
        ("", "table/1", True),
    ],
)
def test_a_row_without_an_identifier_is_named_after_its_place(table, mapping, identifier, noted):
    reading = only(table("id,none,t\n7,,T\n", f'{mapping}\nfields."dc.title" = "t"'))
    assert reading.item.identifier == identifier
    assert [(fault.degree, fault.line, fault.identifier) for fault in reading.faults] == (
        [("noted", 2, identifier)] if noted else []
    )


def test_a_broken_row_is_refused_and_keeps_its_place(table):
    found = list(csv_table.read(table('title,type\nA,x\nB,x,y\nC,"z" z\n')))
    assert [(each.degree, each.line) for each in found if isinstance(each, Fault)] == [("refused", 3)]
    readings = [each for each in found if isinstance(each, Reading)]
    assert [(each.item.identifier, each.line) for each in readings] == [("table/1", 2), ("table/3", 4)]
    assert [fault.degree for fault in readings[1].faults] == ["healed", "noted"]


def test_a_workbook_is_a_table(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "dc.title[nb]", "Date"])
    book.active.append([26, "Å", datetime(2014, 1, 2)])
    book.save(tmp_path / "book.xlsx")
    errand = Errand(tmp_path / "book.xlsx")
    assert not csv_table.recognises(errand)  # its heading is DSpace's
    assert only(errand).item == Item("26", {"dc.title": (Value("Å", "nb"),), "dc.date": (Value("2014-01-02"),)})


# --- folders and archives ---


@pytest.mark.parametrize("packed", [False, True])
def test_all_tables_of_a_folder_or_an_archive_are_read(table, tmp_path, packed):
    mapping = table("", 'fields."dc.title" = "t"').mapping
    files = {"b.csv": "t\nB\n", "sub/a.tsv": "t\tu\nA\t1\n", "readme.md": "no table", "c.csv": "u\n1\n"}
    place = tmp_path / "in"
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)
    if packed:
        with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        place = tmp_path / "in.zip"
    errand = Errand(place, mapping=mapping)
    assert csv_table.recognises(errand) is not packed
    found = list(csv_table.read(errand))
    titles = {each.item.identifier: each.item.first("dc.title") for each in found if isinstance(each, Reading)}
    assert titles == {"b/1": "B", "sub/a/1": "A"}
    faults = {each.file.removeprefix(f"{place}/"): each.degree for each in found if isinstance(each, Fault)}
    assert faults == {"readme.md": "noted", "c.csv": "refused"}


# --- without a mapping ---


@pytest.mark.parametrize(
    ("heading", "field", "language"),
    [
        ("dc.title", "dc.title", None),
        ("dc.title[en_US]", "dc.title", "en_US"),
        ("dc.title[]", "dc.title", ""),
        ("dc.title en", "dc.title", "en"),
        ("dcterms.isPartOf", "dcterms.isPartOf", None),
        ("thesis.degree.name", "thesis.degree.name", None),
        ("Title", "dc.title", None),
        ("CREATORS", "dc.creator", None),
        ("Date Issued", "dc.date.issued", None),
        ("rights", "dc.rights", None),
        ("is_part_of", "dc.relation.ispartof", None),
    ],
)
def test_a_heading_says_by_itself_what_it_is(table, heading, field, language):
    errand = table(f"{heading},filename\na||b,x\n")
    assert csv_table.recognises(errand)
    assert only(errand).item.metadata == {field: (Value("a", language), Value("b", language))}


@pytest.mark.parametrize("heading", ["filename,Year", "dspace.files,local", "1,2", "x.y,z", ""])
def test_a_table_of_which_no_heading_says_what_it_is_needs_a_mapping(table, heading):
    errand = table(f"{heading}\n1,2\n")
    assert not csv_table.recognises(errand)
    with pytest.raises(SourceError):
        list(csv_table.read(errand))


@pytest.mark.parametrize(
    ("content", "identifier", "field"),
    [
        ("ID,title\n7,T\n", "7", ()),
        ("identifier,title\n7||8,T\n", "7", ("7", "8")),
        ("title,dc.identifier,id\nT,8,7\n", "7", ("8",)),
        ("title,dc.identifier,id\nT,8,\n", "8", ("8",)),
    ],
)
def test_a_column_may_name_the_item(table, content, identifier, field):
    item = only(replace(table(content))).item
    assert (item.identifier, item.texts("dc.identifier")) == (identifier, field)


def test_what_is_left_out_is_noted_once(table):
    *faults, _, _ = csv_table.read(table("title,Year,\nT,2014,x\nU,2015,y\n"))
    assert [(fault.degree, fault.line) for fault in faults] == [("noted", 1)]
    assert "Year, column 3" in faults[0].message


# --- mapping files ---


def test_a_mapping_of_another_table_says_which_column_is_not_there(table):
    errand = table("a,b,c\n1,2,3\n", 'identifier = "a"\nfields."dc.title" = {column = "b", template = "{} {Titel}"}')
    with pytest.raises(SourceError, match=r"dc\.title is mapped from the column 'Titel', .* a, b, c"):
        list(csv_table.read(errand))


def test_a_mapping_file_that_is_not_there_says_so(table, tmp_path):
    with pytest.raises(SourceError, match=r"none\.toml: No such file"):
        list(csv_table.read(replace(table("a\n1\n"), mapping=tmp_path / "none.toml")))


# --- explained ---


def test_what_columns_become_is_explained(table):
    mapping = """
identifier = "id"
fields."dc.title" = {column = "t", language = "en", drop = ["none"]}
fields."dc.type" = {constant = "Text"}
sets = {column = "t"}
"""
    told = list(csv_table.explain(table("id,t,x,\n1,none,a,\n2,A  title,b,\n3,C,a,\n", mapping)))
    assert [(each.column, each.becomes, each.examples, each.left_out) for each in told] == [
        ("id", "identifier", ("1", "2", "3"), ""),
        ("t", "dc.title [en]", ("A title", "C"), "nothing becomes of 'none'"),
        ("t", "set", ("none", "A_title", "C"), ""),
        ("x", "", ("a", "b"), "no rule names it"),
        ("4", "", (), "no rule names it"),
        ("", "dc.type", ("Text",), ""),
    ]


def test_headings_that_map_by_themselves_are_explained(table):
    told = list(csv_table.explain(table("Title,Subject,Subject,Year\nT,a,b,2014\n")))
    assert [(each.column, each.becomes, each.examples) for each in told] == [
        ("Title", "dc.title", ("T",)),
        ("Subject", "dc.subject", ("a",)),
        ("Subject", "dc.subject", ("b",)),
        ("Year", "", ("2014",)),
    ]
