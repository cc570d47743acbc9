"""Items of every kind for property tests: fields that formats read, with values that are right, odd or hostile."""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as some

from oai_server.model import File, Item, Value

ODD = [
    "<b>&amp; ]]>",
    "en_US",
    "other",
    "17th century",
    "2015",
    "2015-11",
    "2015-11-17",
    "2015-02-30",
    "2015-11-17T09:00:00Z",
    "https://demo.example.org/handle/1/2",
    "https://hdl.handle.net/1/2",
    "http://[",
    "https://exämple.org/ü ?x#y#z",
    "https://doi.org/10.5555/a<b>",
    "10.5555/x y",
    "10.5555/(SICI)1097<1::AID>3.0.CO;2-#",
    "urn:nbn:de:1",
    "urn:x",
    "ark:/12345/x",
    "https://n2t.net/ark:/12345/x",
    "https://purl.org/x/1",
    "info:eu-repo/grantAgreement/EC/H2020/1/EU/A%20Project/A",
    "info:eu-repo/semantics/openAccess",
    "1471-244X",
    "978-99999-0-003-4",
    "Doe, Jane",
    ", ,",
    "架空, 花子",
    "Volume 1",
    "A Journal;Volume 15, Issue 289, page 1-9",
    "Thesis",
    "Article",
    "http://purl.org/coar/resource_type/c_e059",
    "http://purl.org/coar/version/c_970fb48d4fbd8a85",
    "dataset",
    "CC BY 4.0",
    "https://creativecommons.org/licenses/by/4.0/",
    "application/pdf",
    "0000-0002-1825-0097",
    "\U0001f9ca\u202e\u00a0x",
]
FIELDS = """dc.title dc.title.alternative dcterms.title dc.contributor.author dc.creator dc.creator.corporate
dc.contributor.editor dc.contributor.funder dc.contributor dc.contributor.email dc.date.issued dc.date dcterms.issued
dc.date.accepted dc.date.accessioned dc.date.available dc.date.embargo dc.identifier.uri dc.identifier
dc.identifier.doi dc.identifier.urn dc.identifier.issn dc.identifier.isbn dc.identifier.pmid dc.identifier.citation
dc.relation dc.relation.ispartof dc.relation.isreplacedby dc.relation.ispartofseries dc.relation.project
dcterms.isPartOf oaire.citation.volume oaire.awardNumber oaire.awardURI project.funder.name project.funder.identifier
dc.description.sponsorship dc.description.abstract dc.description dc.description.version dc.description.provenance
oaire.version dc.type dc.language.iso dc.language dc.publisher dc.subject dc.subject.ddc dc.subject.odd dc.rights
dc.rights.uri dc.rights.holder dc.format dc.format.extent dc.coverage.spatial dc.coverage.temporal dc.source
thesis.degree.level local.field""".split()

Kind = some.SearchStrategy[Item]

characters = some.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"))
texts = some.sampled_from(ODD) | some.text(characters, min_size=1, max_size=20).map(str.strip).filter(bool)
languages = some.sampled_from([None, "en", "en_US", "zh_Hans_CN", "other", "N/A", "*", "x-klingon", "english"])
authorities = some.sampled_from(
    [
        None,
        "https://orcid.org/0000-0002-1825-0097",
        "http://viaf.org/viaf/1",
        "https://example.org/1",
        "virtual::7",
        "x",
    ]
)
values = some.builds(Value, texts, languages, authorities)
files = some.builds(
    File,
    name=texts,
    mimetype=some.sampled_from([None, "application/pdf", "text/csv", "PDF", "image/tiff"]),
    size=some.sampled_from([None, 0, 1024]),
    extent=some.none() | texts,
    checksum=some.sampled_from([None, "md5:79b376dd0638e706577a72c72c94928d"]),
    url=some.sampled_from([None, "https://demo.example.org/secret file.pdf", "file.pdf", "http://["]),
    access=some.sampled_from(["open", "restricted", "embargoed", "closed"]),
    available=some.sampled_from([None, date(2032, 1, 1)]),
)


def items(always: dict[str, str], fields: Sequence[str] = FIELDS) -> Kind:
    """Items that mostly have these fields, and any of the others."""
    told = some.dictionaries(some.sampled_from(fields), some.lists(values, min_size=1, max_size=2), max_size=14)
    known = some.booleans().map(lambda some_are: always if some_are else {})
    metadata = some.builds(
        lambda told, known: {
            **{name: tuple(each) for name, each in told.items()},
            **{name: (Value(text),) for name, text in known.items()},
        },
        told,
        known,
    )
    return some.builds(
        Item, some.just("oai:demo.example.org:1"), metadata, files=some.lists(files, max_size=3).map(tuple)
    )
