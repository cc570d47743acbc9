"""A made-up repository of any size: the same for the same seed, each item the same however many there are.

Its text compresses as real abstracts do (docs/performance.md), 2 % of its items are deleted, a fifth came in at one and
the same second, a tenth has changed since it came, and its 1,000 sets hold from 0.01 % to 90 % of it.
"""

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from random import Random
from xml.sax.saxutils import escape

DAY = 86_400
FIRST, LAST = 1_420_070_400, 1_735_689_600  # 2015 and 2025 begin
BURST = 1_577_844_000  # 2020-01-01T02:00:00Z: a bulk import
TOGETHER = 25  # items that share a second elsewhere
SHARES = {"most": (1, 0.9), "hundredth": (10, 0.01), "thousandth": (100, 0.001), "myriadth": (889, 0.0001)}
OPENING = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
    'http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">'
)
FIELDS = {  # as our interchange names what becomes each element of Dublin Core
    "title": "dc.title",
    "creator": "dc.contributor.author",
    "subject": "dc.subject",
    "description": "dc.description.abstract",
    "publisher": "dc.publisher",
    "date": "dc.date.issued",
    "type": "dc.type",
    "identifier": "dc.identifier.uri",
    "language": "dc.language.iso",
    "rights": "dc.rights",
}


class Words:
    """A language: made-up words, drawn as often as words are drawn in a real one."""

    def __init__(self, seed: int) -> None:
        rng = Random(f"words {seed}")
        onsets = (
            "b bl br c ch cl cr d dr f fl g gl gr h j k l m n p ph pl pr qu r s sc sh sk sl sp st t th tr v w".split()
        )
        middles = "a e i o u ai ea ee ia ie io oa oo ou".split()
        ends = (
            "al an ar ck ct d e ed el en er es g ic in ing ion is ll m n nd ng nt on or ous p r rd s sm ss st t".split()
        )
        made: dict[str, None] = {}
        while len(made) < 20_000:
            parts = 1 + (rng.random() < len(made) / 800) + (rng.random() < len(made) / 8000)
            made["".join(rng.choice(onsets) + rng.choice(middles) for _ in range(parts)) + rng.choice(ends)] = None
        self.words = list(made)
        phrases = [" ".join(rng.choices(self.words[:300], k=2)) for _ in range(300)]
        common = [each for pair in zip(self.words[100:400], phrases, strict=True) for each in pair]
        common = self.words[:100] + common + self.words[400:]
        bounds = list(accumulate(1 / (rank + 8) for rank in range(len(common))))
        total, place, table = bounds[-1], 0, []
        for draw in range(65_536):  # two random octets draw a word
            while bounds[place] / total * 65_536 <= draw:
                place += 1
            table.append(common[place])
        self.table = table

    def text(self, rng: Random, count: int) -> list[str]:
        """That many words or phrases."""
        return [self.table[draw] for draw in array("H", rng.randbytes(2 * count))]

    def sentences(self, rng: Random, count: int) -> str:
        """A paragraph of about that many words."""
        words = self.text(rng, count)
        parts = []
        while words:
            size = rng.randrange(8, 22)
            taken, words = words[:size], words[size:]
            parts.append(" ".join(taken).capitalize() + ".")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Draft:
    """One item: what every provider that is measured is told about it."""

    number: int
    identifier: str
    datestamp: int
    deleted: bool
    sets: tuple[str, ...]
    elements: dict[str, list[str]]


@dataclass(frozen=True)
class Corpus:
    """The repository; numbers run from 0."""

    items: int
    seed: int = 1

    @cached_property
    def words(self) -> Words:
        """Its language."""
        return Words(self.seed)

    @cached_property
    def people(self) -> list[str]:
        """Its authors."""
        rng = Random(f"people {self.seed}")
        surnames = [word.capitalize() for word in self.words.words[500:4500]]
        names = [word.capitalize() for word in self.words.words[200:500]]
        return [f"{rng.choice(surnames)}, {rng.choice(names)} {rng.choice('ABCDEFGHJKLMNPRST')}." for _ in range(8000)]

    @cached_property
    def subjects(self) -> list[str]:
        """Its subject headings."""
        rng = Random(f"subjects {self.seed}")
        return [" ".join(self.words.text(rng, rng.choice((1, 2, 2)))).capitalize() for _ in range(2000)]

    def sets(self) -> list[tuple[str, str]]:
        """Every setSpec with its name."""
        kinds = ((kind, number) for kind, (count, _) in SHARES.items() for number in range(count))
        return [(f"{kind}-{number}", f"The {kind} of everything, no. {number}") for kind, number in kinds]

    def drafts(self, start: int = 0, stop: int | None = None) -> Iterator[Draft]:
        """The items with these numbers."""
        return (self.draft(number) for number in range(start, self.items if stop is None else stop))

    def draft(self, number: int) -> Draft:
        """The item with this number."""
        rng = Random(self.seed << 32 | number)
        return Draft(
            number,
            f"oai:bench.example.org:{20000 + number % 7}/{number}",
            self._stamp(number, rng),
            rng.random() < 0.02,
            tuple(self._sets(number)),
            self._elements(number, rng),
        )

    def _stamp(self, number: int, rng: Random) -> int:
        """When it came in or changed: in order, but for a fifth at one second and a tenth changed later."""
        if 0.4 <= number / self.items < 0.6:
            return BURST
        came = FIRST + (number - number % TOGETHER) * (LAST - FIRST) // self.items
        return came if rng.random() >= 0.1 else rng.randrange(came, LAST)

    def _sets(self, number: int) -> Iterator[str]:
        """Sets of exactly their share, their members scattered: 7,368,787 is a prime, so this reaches every place."""
        place = (number * 7_368_787 + 12_345) % self.items
        if place < self.items * SHARES["most"][1]:
            yield "most-0"
        place = (number * 7_368_787 + 54_321) % self.items
        for kind, (count, share) in list(SHARES.items())[1:]:
            size = max(round(self.items * share), 1)
            if place < count * size:
                yield f"{kind}-{place // size}"
                return
            place -= count * size

    def _elements(self, number: int, rng: Random) -> dict[str, list[str]]:
        words = self.words
        year = rng.randrange(1985, 2026)
        return {
            "title": [" ".join(words.text(rng, rng.randrange(5, 14))).capitalize()],
            "creator": rng.choices(self.people, k=rng.choice((1, 2, 2, 3, 4, 6))),
            "subject": rng.choices(self.subjects, k=rng.randrange(2, 7)),
            "description": [words.sentences(rng, rng.randrange(95, 290))],
            "publisher": [f"University of {words.words[700 + number % 40].capitalize()}"],
            "date": [f"{year}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"],
            "type": [rng.choice(("article", "article", "doctoralThesis", "masterThesis", "report", "dataset"))],
            "identifier": [
                f"https://bench.example.org/handle/{20000 + number % 7}/{number}",
                f"https://doi.org/10.5555/bench.{year}.{number}",
            ],
            "language": [rng.choice(("eng", "eng", "eng", "ger", "fre", "spa"))],
            "rights": [
                "https://creativecommons.org/licenses/by/4.0/",
                "info:eu-repo/semantics/openAccess",
            ],
        }


def oai_dc(draft: Draft) -> str:
    """The item in oai_dc, as a crosswalk would tell it."""
    parts = (f"<dc:{name}>{escape(value)}</dc:{name}>" for name, values in draft.elements.items() for value in values)
    return f"{OPENING}{''.join(parts)}</oai_dc:dc>"


def line(draft: Draft) -> str:
    """The item as a line of our JSON Lines interchange."""
    metadata = {FIELDS[name]: values for name, values in draft.elements.items()}
    told: dict[str, object] = {"identifier": draft.identifier, "metadata": metadata, "sets": list(draft.sets)}
    if draft.deleted:
        told["state"] = "withdrawn"
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
