"""People, bodies and meetings of MARC 21 records (fields 1XX, 7XX): names, what they did, their authority records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter

from oai_server.ingest.mappings.marc_record import Field, Record
from oai_server.ingest.mappings.marc_text import bare, sentences

# Our field by the code of MARC's list of relators. Whoever made the work itself is a creator wherever the name stands.
ROLES = {
    "aut": "dc.contributor.author",
    "dis": "dc.contributor.author",
    **dict.fromkeys("arc art aus chr cmp cre ctg fmk inv lbt lyr prg scl".split(), "dc.creator"),
    "edt": "dc.contributor.editor",
    "edc": "dc.contributor.editor",
    "trl": "dc.contributor.translator",
    "ill": "dc.contributor.illustrator",
    "ths": "dc.contributor.advisor",
    "dgs": "dc.contributor.advisor",
    "dgc": "dc.contributor.committeemember",
    "opn": "dc.contributor.referee",
    "rev": "dc.contributor.referee",
    "spn": "dc.contributor.sponsor",
    "fnd": "dc.contributor.sponsor",
    "dgg": "thesis.degree.grantor",
}
# Codes by their words: the list's own, abbreviations, and some of other languages.
TERMS = {
    word.strip(): code
    for code, words in {
        "aut": "author|joint author|kirjoittaja|författare|verfasser|verfasserin|auteur|autor|autora|författare",
        "dis": "dissertant",
        "arc": "architect",
        "art": "artist|taiteilija|künstler|künstlerin",
        "aus": "screenwriter|käsikirjoittaja",
        "chr": "choreographer",
        "cmp": "composer|säveltäjä|kompositör|komponist|komponistin|compositeur",
        "cre": "creator",
        "ctg": "cartographer|kartograf",
        "fmk": "filmmaker",
        "inv": "inventor",
        "lbt": "librettist",
        "lyr": "lyricist|sanoittaja",
        "prg": "programmer",
        "scl": "sculptor",
        "edt": "editor|joint editor|ed|eds|toimittaja|redaktör|herausgeber|herausgeberin|hrsg|éditeur scientifique",
        "edc": "editor of compilation",
        "trl": "translator|tr|trans|kääntäjä|översättare|übersetzer|übersetzerin|traducteur|traductor",
        "ill": "illustrator|ill|illus|kuvittaja|illustratör|illustratorin|illustrateur",
        "ths": "thesis advisor|thesis supervisor|advisor|supervisor|ohjaaja|handledare|directeur de thèse",
        "dgs": "degree supervisor",
        "dgc": "degree committee member|thesis committee member|committee member",
        "opn": "opponent|vastaväittäjä",
        "rev": "reviewer",
        "spn": "sponsor|sponsoring body",
        "fnd": "funder|funding body",
        "dgg": "degree granting institution|degree grantor",
    }.items()
    for word in words.split("|")
}
MAKERS = ("dc.contributor.author", "dc.creator")
NAMES = "100 110 111 700 710 711 720"
BODIES, MEETINGS, UNCONTROLLED = ("110", "710"), ("111", "711"), ("720",)
# Lower-case words that a statement of responsibility may have which names authors and nobody else.
BETWEEN_NAMES = frozenset(
    "by and et al others von van der den ter de la le du di del da dos e y i und ja och og par af".split()
)
WORD = re.compile(r"\w+")
GENERATION = re.compile(r"(?:Jr|Sr|[IVX]+|\d+(?:st|nd|rd|th))\b\.?", re.IGNORECASE)

ORCID = re.compile(r"[0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{3}[0-9Xx]")
CONTROL_NUMBER = re.compile(r"\((?P<source>[A-Za-z0-9-]+)\)\s*(?P<number>\S.*)")
AUTHORITIES = {  # where a control number of that source is found (MARC organisation codes and source codes)
    "de-588": "https://d-nb.info/gnd/{}",
    "gnd": "https://d-nb.info/gnd/{}",
    "viaf": "https://viaf.org/viaf/{}",
    "isni": "https://isni.org/isni/{}",
    "dlc": "http://id.loc.gov/authorities/{}",
    "dnlm": "https://id.nlm.nih.gov/mesh/{}",
}
FAST = re.compile(r"\(OCoLC\)\s*fst0*([0-9]+)", re.IGNORECASE)


def contributions(record: Record) -> Iterator[tuple[str, Field]]:
    """Our field for each name of a record, and the field that names it; authors in the order of their statement.

    An added entry with a title is a work, not somebody who did something.
    """
    said = _statement(record)
    role, place = "", -1
    found: list[tuple[int, str, Field]] = []
    for field in record.each(NAMES):
        if field.tag.startswith("7") and field.texts("t"):
            continue
        repeats = bool(role and field.script) and not field.romanised and not relators(field)
        if not repeats:
            role = _role(field, said, record)
            place = said.find(_family(field)) if field.tag == "700" else -1
        found.append((place, role, field))
    return ((role, field) for _, role, field in sorted(found, key=itemgetter(0)))


def _role(field: Field, said: str, record: Record) -> str:
    codes = relators(field)
    if field.tag in (*BODIES, *MEETINGS):
        return _body(field, codes)
    found = [ROLES[code] for code in codes if code in ROLES and code != "dgg"]
    makers = [role for role in found if role in MAKERS]
    if found:
        return (makers or found)[0]
    if field.tag == "100":
        return "dc.contributor.author" if record.leader[6] in "at" and not codes else "dc.creator"
    return "dc.contributor.author" if not codes and _family(field) in said else "dc.contributor"


def _statement(record: Record) -> str:
    """The first statement of field 245 if it has only names, who are authors then; a blank around each word."""
    said = next(iter(record.texts("245", "c")), "") if record.leader[6] in "at" else ""
    return _only_names(said.partition(" ; ")[0])


@lru_cache(maxsize=16)
def _only_names(said: str) -> str:
    words = WORD.findall(said)
    return "" if any(word.islower() and word not in BETWEEN_NAMES for word in words) else f" {' '.join(words)} "


def _family(field: Field) -> str:
    """What of a name must stand in a statement; of no name, what stands in none."""
    return f" {' '.join(WORD.findall(field.text('a').partition(',')[0])) or '?'} "


def _body(field: Field, codes: list[str]) -> str:
    """A body keeps its kind even where that costs its role: names of bodies are not parted at commas."""
    roles = [ROLES[code] for code in codes if code in ROLES]
    if "thesis.degree.grantor" in roles:
        return "thesis.degree.grantor"
    if "dc.contributor.sponsor" in roles:
        return "dc.contributor.funder"
    makes = field.tag.startswith("1") or any(role in MAKERS for role in roles)
    return "dc.creator.corporate" if makes else "dc.contributor.corporatename"


def relators(field: Field) -> list[str]:
    """The codes of what somebody did, from $4 (codes or addresses) and the words of $e ($j of a meeting)."""
    told = [text.strip().rstrip("/").rpartition("/")[2].lower() for text in field.texts("4")]
    words = [text.strip(" .,;:()[]").casefold() for text in field.texts("j" if field.tag in MEETINGS else "e")]
    return list(dict.fromkeys([*told, *(TERMS.get(word, word) for word in words)]))


def name(field: Field) -> str:
    """The name as it is shown: without dates, fuller forms and what the bearer did."""
    if field.tag in BODIES or (field.tag in UNCONTROLLED and field.first == "2"):
        return _joined_body(field)
    if field.tag in MEETINGS:
        return _meeting(field)
    first, numeration = bare(field.text("a")), bare(field.text("b"))
    titles = [bare(text) for text in field.texts("c")]
    told = " ".join(filter(None, (first, numeration)))
    if field.first == "0" and titles:  # a comma would make a family name of "Elizabeth"
        return f"{told} ({', '.join(title.strip('()') for title in titles)})"
    return ", ".join([told, *(title for title in titles if GENERATION.fullmatch(title))]) if told else ""


def _joined_body(field: Field) -> str:
    """``United States. National Bureau of Standards``: a body after those it is a part of."""
    return sentences(*map(bare, field.texts("ab")))


def _meeting(field: Field) -> str:
    """``Congress on Something (15th : 2008 : Toledo, Spain)``, whether the record has the marks or not."""
    first = bare(field.text("a"))
    parts = [bare(text.strip().strip("()").rstrip(" :;")).strip("() ") for text in field.texts("ndc")]
    below = [bare(text) for text in field.texts("eq")]
    place = f" ({' : '.join(filter(None, parts))})" if any(parts) else ""
    return sentences(f"{first}{place}" if first else "", *below)


def authority(field: Field) -> str | None:
    """The authority of a heading: an ORCID, else an address (of the thing, $1, before that of its record, $0)."""
    known = [found for code in "10" for text in field.texts(code) if (found := _address(text.strip()))]
    return next((each for each in known if "orcid.org" in each), known[0] if known else None)


def _address(text: str) -> str | None:
    """An authority as a web address; None for a control number whose source has none that we know."""
    if fast := FAST.fullmatch(text):
        return f"http://id.worldcat.org/fast/{fast[1]}"
    found = CONTROL_NUMBER.fullmatch(text)
    source, number = (found["source"].lower(), found["number"].strip()) if found else ("", text)
    if number.startswith(("http://", "https://")):
        return number
    if source == "orcid" and ORCID.fullmatch(number):
        digits = number.replace("-", "").upper()
        return "https://orcid.org/" + "-".join(digits[place : place + 4] for place in (0, 4, 8, 12))
    number = number.replace(" ", "")
    if source == "dlc":
        number = f"{'subjects' if number.startswith('sh') else 'names'}/{number}"
    return AUTHORITIES[source].format(number) if source in AUTHORITIES else None
