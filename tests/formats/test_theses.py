"""What a thesis is, for all formats that are for theses alone."""

import pytest

from oai_server.formats.theses import awarded, is_thesis
from tests.formats.items import item

DEGREE = {"thesis.degree.name": "PhD"}


@pytest.mark.parametrize(
    ("fields", "thesis"),
    [
        ({"dc.type": "Thesis"}, True),
        ({"dc.type": "Doctoral thesis"}, True),
        ({"dc.type": "http://purl.org/coar/resource_type/c_db06"}, True),
        ({"dc.type": "http://purl.org/coar/resource_type/c_7a1f"}, True),
        ({"dc.type": "info:eu-repo/semantics/doctoralThesis"}, True),
        ({"dcterms.type": "Master's Thesis"}, True),
        ({"dc.type": ["Text", "Electronic Thesis or Dissertation"]}, True),
        ({"dc.type": "Hochschulschrift"}, True),
        (DEGREE, True),
        ({"dc.type": "Other", **DEGREE}, True),
        ({"dc.type": "Text", **DEGREE}, True),
        ({"dc.type": "Article", **DEGREE}, False),
        ({"dc.type": "Dataset", **DEGREE}, False),
        ({"dc.type": "Article"}, False),
        ({"dc.title": "A thesis on doors"}, False),
        ({}, False),
    ],
)
def test_a_degree_makes_a_thesis_only_of_what_says_nothing_else_of_itself(fields, thesis):
    """An article that came out of a thesis keeps its degree fields in some repositories; it is an article."""
    assert is_thesis(item(fields)) == thesis


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"dc.date.issued": "2019-10-04"}, "2019-10-04"),
        ({"dc.date.issued": "2019-10-04", "dc.date.awarded": "2018"}, "2018"),
        ({"dc.date.issued": "2019", "dc.date.awarded": "in autumn"}, "2019"),
        ({"dc.date.submitted": "2019"}, None),
    ],
)
def test_the_year_of_award_goes_before_that_of_issue(fields, day):
    assert awarded(item(fields)) == day
