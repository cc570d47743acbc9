"""TeX in titles and names, told as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.ingest.tex import Named, people, plain


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("A title", "A title"),
        ("  a\n\tb ", "a b"),
        (r"{\'E}mile \"{O}zg\"ur {\O}stergaard \v{S}koda Erd\H{o}s", "Émile Özgür Østergaard Škoda Erdős"),
        (r"{\ss}\aa\ {\i} \'{\i}", "ßå ı í"),
        ("The {DNA} of {H}omo", "The DNA of Homo"),
        (r"``quoted'' --- 1--2", "“quoted” — 1–2"),
        (r"\emph{in} {\em out} \textbf{bold}", "in out bold"),
        (r"H$_2$O and $\alpha$-{Helix}", r"H$_2$O and $\alpha$-Helix"),
        (r"\(a_{1}\) {b}", r"\(a_{1}\) b"),
        ("cost $5 {and} more", "cost $5 and more"),
        ("67% of {C#} & D", "67% of C# & D"),
        (r"67\% of C\# \& D\_e", "67% of C# & D_e"),
        (r"\url{http://x.org/1}", "http://x.org/1"),
        (r"\href{http://x.org/1}{text}", "text"),
        (r"\unknown{argument}", "argument"),
        (r"Ewa D\kabrowska", r"Ewa D\kabrowska"),
        (r"{\noopsort{b}}2001", "2001"),
        ("{" * 60 + "deep" + "}" * 60, "deep"),
        ("a~b", "a b"),
    ],
)
def test_tex_becomes_text_and_mathematics_stays(tex, text):
    assert plain(tex) == text


@pytest.mark.parametrize(
    ("tex", "names"),
    [
        ("Donald E. Knuth", [Named("Knuth, Donald E.")]),
        ("Knuth, Donald E.", [Named("Knuth, Donald E.")]),
        ("Ludwig van Beethoven", [Named("van Beethoven, Ludwig")]),
        ("de la Fontaine, Jean", [Named("de la Fontaine, Jean")]),
        ("King, Jr., Martin Luther", [Named("King, Martin Luther, Jr.")]),
        (r"{\'E}mile Zola and M{\"u}ller, J.", [Named("Zola, Émile"), Named("Müller, J.")]),
        ("{Max Planck Institute, Jena}", [Named("Max Planck Institute, Jena", whole=True)]),
        ("{Barnes and Noble} and A. B", [Named("Barnes and Noble", whole=True), Named("B, A.")]),
        (r"{\"O}zg{\"u}r", [Named("Özgür")]),
        ("Aristotle", [Named("Aristotle")]),
        ("", []),
        (",", []),
    ],
)
def test_names_are_parted_as_bibtex_does(tex, names):
    assert people(tex) == (names, False)


def test_others_are_said_and_not_named():
    assert people("A. B and others") == ([Named("B, A.")], True)


@given(st.text(alphabet=r"ab{}\$%&#~'`-,. \"^=cvuH[]()" + "é\ue000\n", max_size=60))
def test_whatever_is_written_something_is_read(tex):
    assert "\n" not in plain(tex)
    people(tex)
