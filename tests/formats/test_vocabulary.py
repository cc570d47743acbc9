"""Types, access and versions in everybody's words; our lists against those that were collected."""

import csv
from pathlib import Path

import pytest

from oai_server.formats.vocabulary import access_terms, resource_type, table, term, terms, version_terms
from oai_server.model import Value
from tests.formats.items import item

COLLECTED = Path(__file__).parents[3] / "shared" / "vocabularies.csv"
COAR, EU_REPO = "http://purl.org/coar/resource_type/", "info:eu-repo/semantics/"
# formats.md section 6.2: type, COAR, info:eu-repo, DataCite, RIOXX 2, DCMI, OpenAIRE.
TABLE = """
Article             | c_6501   | article          | JournalArticle      | Journal Article/Review | Text        | literature
research article    | c_2df8fbb1 | article        | JournalArticle      | Journal Article/Review | Text        | literature
Book                | c_2f33   | book             | Book                | Book                   | Text        | literature
Book chapter        | c_3248   | bookPart         | BookChapter         | Book chapter           | Text        | literature
Preprint            | c_816b   | preprint         | Preprint            | Other                  | Text        | literature
Working Paper       | c_8042   | workingPaper     | Text                | Working paper          | Text        | literature
Technical Report    | c_18gh   | report           | Report              | Technical Report       | Text        | literature
Presentation        | c_8544   | lecture          | Presentation        | Other                  | Text        | literature
Conference paper    | c_5794   | conferenceObject | ConferencePaper     | Conference Paper/Proceeding/Abstract | Text | literature
conference-poster   | c_6670   | conferenceObject | Poster              | Conference Paper/Proceeding/Abstract | Text | literature
Thesis              | c_46ec   | studentThesis    | Dissertation        | Thesis                 | Text        | literature
PhD Thesis          | c_db06   | doctoralThesis   | Dissertation        | Thesis                 | Text        | literature
Master's thesis     | c_bdcc   | masterThesis     | Dissertation        | Thesis                 | Text        | literature
bachelorThesis      | c_7a1f   | bachelorThesis   | Dissertation        | Thesis                 | Text        | literature
Dataset             | c_ddb1   | dataset          | Dataset             | Other                  | Dataset     | dataset
Software            | c_5ce6   | other            | Software            | Other                  | Software    | software
Image               | c_c513   | other            | Image               | Other                  | Image       | other research product
Image, 3-D          | c_c513   | other            | Image               | Other                  | Image       | other research product
Video               | c_12ce   | other            | Audiovisual         | Other                  | MovingImage | other research product
Animation           | c_8a7e   | other            | Audiovisual         | Other                  | MovingImage | other research product
Map                 | c_12cd   | other            | Image               | Other                  | StillImage  | other research product
Musical Score       | c_18cw   | other            | Other               | Other                  | StillImage  | other research product
Recording, acoustical | c_18cc | other            | Sound               | Other                  | Sound       | other research product
Recording, musical  | c_18cc   | other            | Sound               | Other                  | Sound       | other research product
Recording, oral     | c_18cc   | other            | Sound               | Other                  | Sound       | other research product
Plan or blueprint   | c_c513   | other            | Image               | Other                  | StillImage  | other research product
Learning Object     | c_e059   | other            | InteractiveResource | Other                  | InteractiveResource | other research product
Other               | c_1843   | other            | Other               | Other                  | None        | other research product
"""  # noqa: E501
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("told", "coar", "eu_repo", "datacite", "rioxx2", "dcmi", "general"), ROWS)
def test_a_type_of_dspace_has_its_word_in_every_list(told, coar, eu_repo, datacite, rioxx2, dcmi, general):
    kind = resource_type(item({"dc.type": told}))
    assert (kind.coar.uri, kind.eu_repo, kind.told) == (COAR + coar, EU_REPO + eu_repo, told)
    assert (kind.datacite, kind.rioxx2, str(kind.dcmi), kind.openaire_general) == (datacite, rioxx2, dcmi, general)


@pytest.mark.parametrize(
    ("told", "label"),
    [
        ("http://purl.org/coar/resource_type/c_6501", "journal article"),
        ("https://purl.org/coar/resource_type/R60J-J5BD", "conference presentation"),
        ("info:eu-repo/semantics/bookPart", "book part"),
        ("info:eu-repo/semantics/contributionToPeriodical", "contribution to journal"),
        ("info:eu-repo/semantics/conferenceObject", "conference output"),
        ("http://purl.org/dc/dcmitype/StillImage", "still image"),
        ("text::journal::journal article::Review-Article", "review article"),
        ("JournalArticle", "journal article"),
        ("Thesis/Dissertation", "thesis"),
        ("Something never heard of", "other"),
        ("info:eu-repo/semantics/publishedVersion", "other"),
    ],
)
def test_a_type_is_known_in_any_spelling_and_never_guessed(told, label):
    assert resource_type(item({"dc.type": told})).label == label


@pytest.mark.parametrize(
    ("types", "label"),
    [
        (["Text", "Article"], "journal article"),
        (["Article", "info:eu-repo/semantics/article", "info:eu-repo/semantics/acceptedVersion"], "journal article"),
        (["Other", "Map"], "map"),
        (["Thesis", "info:eu-repo/semantics/doctoralThesis"], "doctoral thesis"),
        (["Video", "Dataset"], "video"),
        ([Value("Artikel", authority="publication-coar-types:c_6501")], "journal article"),
        ([], "other"),
    ],
)
def test_of_several_types_the_narrowest_counts(types, label):
    assert resource_type(item({"dc.type": types})).label == label


@pytest.mark.parametrize(
    ("level", "name", "label"),
    [
        ("Doctoral", None, "doctoral thesis"),
        ("Masters", "Doctor of Philosophy", "master thesis"),
        ("Bachelors", None, "bachelor thesis"),
        ("2", None, "doctoral thesis"),
        (None, "Dr. phil.", "doctoral thesis"),
        (None, "Ph.D.", "doctoral thesis"),
        (None, "Master of Science", "master thesis"),
        (None, "M.Sc.", "master thesis"),
        (None, "Bachelor of Arts", "bachelor thesis"),
        ("Bachelor or Master", None, "thesis"),
        ("Licentiate", None, "thesis"),
    ],
)
def test_a_thesis_is_of_the_level_of_its_degree(level, name, label):
    degree = {"thesis.degree.level": level, "thesis.degree.name": name}
    known = {field: text for field, text in degree.items() if text}
    assert resource_type(item({"dc.type": "Thesis", **known})).label == label
    assert resource_type(item(known)).label == label
    assert resource_type(item({"dc.type": "Article", **known})).label == "journal article"


@pytest.mark.parametrize(
    ("told", "older"),
    [
        ("conference presentation", "c_c94f"),
        ("genomic data", "c_ddb1"),
        ("newspaper article", "c_18cf"),
        ("learning object", "c_1843"),
        ("article", "c_6501"),
    ],
)
def test_a_concept_that_the_schema_4_0_lacks_has_one_that_it_knows(told, older):
    assert resource_type(item({"dc.type": told})).coar_4_0.uri == COAR + older


@pytest.mark.parametrize(("told", "older"), [("Poster", "Text"), ("Talk", "Text"), ("Dataset", "Dataset")])
def test_a_word_of_datacite_4_7_has_an_older_one(told, older):
    assert resource_type(item({"dc.type": told})).datacite_4_6 == older


@pytest.mark.parametrize(
    ("status", "label", "uri", "eu_repo"),
    [
        ("open", "open access", "c_abf2", "openAccess"),
        ("embargoed", "embargoed access", "c_f1cf", "embargoedAccess"),
        ("restricted", "restricted access", "c_16ec", "restrictedAccess"),
        ("metadata only", "metadata only access", "c_14cb", "closedAccess"),
    ],
)
def test_an_access_status_in_both_lists(status, label, uri, eu_repo):
    known = access_terms(status)
    assert (known.label, known.uri) == (label, "http://purl.org/coar/access_right/" + uri)
    assert known.eu_repo == EU_REPO + eu_repo


@pytest.mark.parametrize(
    ("field", "told", "label", "eu_repo"),
    [
        ("oaire.version", "http://purl.org/coar/version/c_ab4af688f83e57aa", "AM", "acceptedVersion"),
        ("oaire.version", "VoR", "VoR", "publishedVersion"),
        ("oaire.version", "NA", "NA", None),
        ("dc.description.version", "Accepted Manuscript", "AM", "acceptedVersion"),
        ("dc.description.version", "Submitted version, not peer reviewed", "SMUR", "submittedVersion"),
        ("dc.description.version", "info:eu-repo/semantics/publishedVersion", "VoR", "publishedVersion"),
        ("dc.type", "info:eu-repo/semantics/draft", "AO", "draft"),
        ("dc.type", "info:eu-repo/semantics/updatedVersion", "EVoR", "updatedVersion"),
        ("dc.description.version", "Peer Reviewed", None, None),
        ("dc.description.version", "1.4", None, None),
        ("dc.type", "Draft", None, None),
        ("dc.title", "VoR", None, None),
    ],
)
def test_a_version_is_what_the_item_says_or_not_told(field, told, label, eu_repo):
    known = version_terms(item({field: told}))
    assert (known and known.label) == label
    assert (known and known.eu_repo) == (EU_REPO + eu_repo if eu_repo else None)


@pytest.mark.parametrize(
    ("column", "vocabulary"),
    [
        ("eu_repo", "eu-repo type"),
        ("datacite", "datacite resourceTypeGeneral"),
        ("rioxx2", "rioxx 2 type"),
        ("dcmi", "dcmi type"),
        ("openaire_general", "openaire general"),
        ("edm", "edm type"),
        ("mods", "mods typeOfResource"),
        ("coar", "coar resource type"),
    ],
)
def test_every_cell_of_the_table_is_a_word_of_its_list(column, vocabulary):
    words = {known.label for known in terms(vocabulary)}
    assert {row[column] for row in table("resource_types.csv")} - {""} <= words


def test_every_concept_of_coar_has_a_word_in_every_list():
    for concept in terms("coar resource type"):
        kind = resource_type(item({"dc.type": concept.uri}))
        assert kind.coar == concept
        assert not kind.coar_4_0.since
        assert kind.marc[0] in "acdefgijkmoprt" and kind.marc[1] in "abcdims"


def test_no_name_means_two_types():
    rows = table("resource_types.csv")
    names = [name for row in rows for name in filter(None, [row["type"], *row["also"].split("|")])]
    assert len(names) == len(set(names))


@pytest.mark.skipif(not COLLECTED.is_file(), reason="the collected vocabularies are not beside this checkout")
def test_our_lists_say_what_the_collected_ones_say():
    with COLLECTED.open(encoding="utf-8", newline="") as lines:
        collected = [(row["vocabulary"], row["label"], row["uri"], row["note"]) for row in csv.DictReader(lines)]
    ours = {name: {(known.label, known.uri) for known in terms(name)} for name, *_ in collected}
    assert ours == {name: {(row[1], row[2]) for row in collected if row[0] == name} for name in ours}
    newer = {row[1] for row in collected if row[3] in ("openaire 4.1 only", "4.7 only")}
    assert newer == {known.label for name in ours for known in terms(name) if known.since}


def test_a_word_is_found_by_label_address_and_name():
    assert term("rights statement", "inc") == term("rights statement", "http://rightsstatements.org/vocab/InC/1.0/")
    assert term("funder", "European Commission") == term("funder", "EC")
    assert term("funder", "Nobody") is None
