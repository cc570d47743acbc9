"""One language, four codes; what is no language is left out (formats.md section 7)."""

import re

import pytest

from oai_server.formats.languages import alpha2_or_3, alpha3, bibliographic, languages, tag
from oai_server.formats.vocabulary import table
from tests.formats.items import item

# ISO 639-2 gives these two codes: for terminology and for bibliographies.
TWO_CODES = """deu ger fra fre nld dut zho chi ces cze slk slo ell gre fas per eus baq hye arm isl ice kat geo mkd mac
msa may mya bur ron rum sqi alb bod tib cym wel mri mao""".split()


@pytest.mark.parametrize(
    ("told", "three", "marc", "short", "full"),
    [
        ("en", "eng", "eng", "en", "en"),
        ("en_US", "eng", "eng", "en", "en-US"),
        ("en-GB", "eng", "eng", "en", "en-GB"),
        ("ENG", "eng", "eng", "en", "en"),
        ("ger", "deu", "ger", "de", "de"),
        ("deu", "deu", "ger", "de", "de"),
        ("fre_CA", "fra", "fre", "fr", "fr-CA"),
        ("English", "eng", "eng", "en", "en"),
        ("english", "eng", "eng", "en", "en"),
        ("English (United States)", "eng", "eng", "en", "en"),
        ("Ancient Greek", "grc", "grc", "grc", "grc"),
        ("Greek", "ell", "gre", "el", "el"),
        ("Castilian", "spa", "spa", "es", "es"),
        ("zh_hans_cn", "zho", "chi", "zh", "zh-Hans-CN"),
        ("es-419", "spa", "spa", "es", "es-419"),
        ("de-1996", "deu", "ger", "de", "de-1996"),
        ("en_US.UTF-8", "eng", "eng", "en", "en"),
        ("iw", "heb", "heb", "he", "he"),
        ("in", "ind", "ind", "id", "id"),
        ("cmn", "cmn", "chi", "cmn", "cmn"),
        ("yue", "yue", "chi", "yue", "yue"),
        ("sh", "hbs", None, "sh", "sh"),
        ("Serbo-Croatian", "hbs", None, "sh", "sh"),
        ("nb", "nob", "nob", "nb", "nb"),
        ("gem", None, "gem", "gem", "gem"),
        ("mul", "mul", "mul", "mul", "mul"),
        (" fr ", "fra", "fre", "fr", "fr"),
        *[(text, None, None, None, None) for text in ("other", "N/A", "", "*", "und", "xx", "Tonga", None)],
    ],
)
def test_a_language_in_every_code(told, three, marc, short, full):
    assert (alpha3(told), bibliographic(told), alpha2_or_3(told), tag(told)) == (three, marc, short, full)


@pytest.mark.parametrize(("three", "marc"), [*zip(TWO_CODES[::2], TWO_CODES[1::2], strict=True)])
def test_the_twenty_languages_with_two_codes(three, marc):
    assert (alpha3(marc), bibliographic(three)) == (three, marc)


def test_the_table_is_whole_and_every_code_means_one_language():
    rows = table("languages.csv")
    for column, form, least in [("alpha3", "[a-z]{3}", 430), ("bibliographic", "[a-z]{3}", 480), ("alpha2", "..", 184)]:
        codes = [row[column] for row in rows if row[column]]
        assert len(codes) >= least
        assert all(re.fullmatch(form, code) for code in codes)
        if column != "bibliographic":  # there an individual language shares the code of its macrolanguage
            assert len(codes) == len(set(codes))
    assert all(row["names"] for row in rows)


def test_the_languages_of_an_item_come_once_and_only_those_that_are_known():
    found = languages(item({"dc.language.iso": ["en_US", "other", "fr", "eng"], "dc.language": "French"}))
    assert [known.name for known in found] == ["English", "French"]
