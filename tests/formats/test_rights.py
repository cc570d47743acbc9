"""Licences by whatever address they were given, and what is only said in words."""

import pytest

from oai_server.formats.rights import holders, licence, licence_of, licences, statements
from tests.formats.items import item

BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("text", "uri", "label", "spdx"),
    [
        (BY, BY, "CC BY 4.0", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by/4.0", BY, "CC BY 4.0", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/deed.de", BY, "CC BY 4.0", "CC-BY-4.0"),
        ("http://www.creativecommons.org/licenses/by/4.0/legalcode", BY, "CC BY 4.0", "CC-BY-4.0"),
        ("CC BY 4.0", BY, "CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-4.0", BY, "CC BY 4.0", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by/3.0/de/deed.en", BY.replace("4.0", "3.0/de"), "CC BY 3.0 DE", None),
        (
            "http://creativecommons.org/publicdomain/zero/1.0/",
            "https://creativecommons.org/publicdomain/zero/1.0/",
            "CC0 1.0",
            "CC0-1.0",
        ),
        (
            "http://rightsstatements.org/page/InC/1.0/?language=en",
            "http://rightsstatements.org/vocab/InC/1.0/",
            "InC",
            None,
        ),
        ("https://opensource.org/licenses/MIT", "https://opensource.org/licenses/MIT", "MIT", "MIT"),
        ("http://www.opensource.org/license/mit/", "https://opensource.org/licenses/MIT", "MIT", "MIT"),
        (
            "http://www.apache.org/licenses/LICENSE-2.0.txt",
            "https://www.apache.org/licenses/LICENSE-2.0",
            "Apache-2.0",
            "Apache-2.0",
        ),
        (
            "https://www.gnu.org/licenses/gpl-3.0.en.html",
            "https://www.gnu.org/licenses/gpl-3.0",
            "GNU General Public License, version 3",
            None,
        ),
        ("https://example.org/my terms", "https://example.org/my%20terms", "https://example.org/my%20terms", None),
    ],
)
def test_a_licence_has_one_address(text, uri, label, spdx):
    known = licence_of(text)
    assert (known.uri, known.label, known.spdx) == (uri, label, spdx)


@pytest.mark.parametrize(
    "text",
    [
        "All rights reserved",
        "Attribution 4.0 International",
        "CC BY",
        "",
        "info:eu-repo/semantics/openAccess",
        "http://purl.org/coar/access_right/c_abf2",
        "http://rightsstatements.org/vocab/Nonsense/1.0/",
    ],
)
def test_words_and_access_rights_are_no_licence(text):
    assert licence_of(text) is None


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (BY, "Attribution 4.0 International"),
        (BY.replace("by/4.0", "by-nc-nd/4.0"), "Attribution-NonCommercial-NoDerivatives 4.0 International"),
        (BY.replace("by/4.0", "by-nd/3.0"), "Attribution-NoDerivs 3.0 Unported"),
        (BY.replace("by/4.0", "by-sa/2.0"), "Attribution-ShareAlike 2.0 Generic"),
        (BY.replace("by/4.0", "by/3.0/igo"), "Attribution 3.0 (IGO)"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "Public Domain Mark 1.0"),
        ("http://rightsstatements.org/vocab/CNE/1.0/", "Copyright Not Evaluated"),
    ],
)
def test_a_licence_has_its_name_in_words(uri, name):
    assert licence_of(uri).name == name


@pytest.mark.parametrize(
    ("uri", "europeana"),
    [
        (BY, "http://creativecommons.org/licenses/by/4.0/"),
        (BY.replace("4.0/", "3.0/de/"), "http://creativecommons.org/licenses/by/3.0/de/"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "http://rightsstatements.org/vocab/InC/1.0/"),
        ("http://rightsstatements.org/vocab/InC-NC/1.0/", None),
        ("https://creativecommons.org/licenses/nc-sa/1.0/", None),
        ("https://opensource.org/licenses/MIT", None),
    ],
)
def test_europeana_takes_fourteen_of_them_and_wants_http(uri, europeana):
    assert licence_of(uri).europeana == europeana


def test_the_rights_of_an_item_are_licences_words_and_holders():
    told = item(
        {
            "dc.rights": ["All rights reserved", "info:eu-repo/semantics/openAccess", BY],
            "dc.rights.uri": ["https://creativecommons.org/licenses/by/4.0/deed.en"],
            "dc.rights.holder": ["Wexcombe & Daughters"],
        }
    )
    assert [known.label for known in licences(told)] == ["CC BY 4.0"]
    assert licence(told).is_cc
    assert licence(item({"dc.rights": "Mine"})) is None
    assert [value.text for value in statements(told)] == ["All rights reserved"]
    assert holders(told) == ["Wexcombe & Daughters"]
