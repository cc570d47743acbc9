"""Items of every kind, for properties: known and odd fields, good and bad values, files in every state."""

from datetime import date

from hypothesis import strategies as some

from oai_server.ingest.normalise import normalise
from oai_server.model import File, Item, Reading, Value

FIELDS = """dc.title dc.title.alternative dc.title.subtitle dcterms.title dcterms.alternative dc.contributor.author
dc.creator dcterms.creator dc.creator.corporate dc.creator.orcid dc.contributor.advisor dc.contributor.editor
dc.contributor.email dc.contributor.other dc.contributor.sponsor dc.contributor dcterms.contributor dc.subject
dc.subject.ddc dc.subject.mesh dcterms.subject dc.description dc.description.abstract dc.description.tableofcontents
dc.description.provenance dc.description.sponsorship dc.description.version dcterms.abstract dc.publisher
dc.publisher.institution dc.publisher.commercial dc.date dc.date.issued dc.date.accepted dc.date.created
dc.date.embargo dcterms.issued dc.type dc.type.qualificationlevel dc.type.qualificationname dcterms.type dc.format
dc.format.extent dc.format.mimetype dc.identifier dc.identifier.uri dc.identifier.doi dc.identifier.isbn
dc.identifier.issn dc.identifier.urn dc.identifier.other dc.identifier.citation dc.identifier.grantnumber
dcterms.identifier dc.source dc.language dc.language.iso dcterms.language dc.relation dc.relation.ispartof
dc.relation.isReferencedBy dc.relation.uri dc.relation.ispartofseries dcterms.requires dcterms.audience dc.coverage
dc.coverage.spatial dcterms.temporal dc.rights dc.rights.uri dc.rights.holder dc.rights.embargoreason dcterms.license
dcterms.accessRights oaire.version oaire.citation.title oaire.citation.volume oaire.licenseCondition.uri
oaire.awardNumber project.funder.name thesis.degree.name thesis.degree.level thesis.degree.discipline
thesis.degree.grantor local.odd 9digits.first -dash.x dc.odd person.email""".split()

WORDS = """Thesis http://purl.org/coar/resource_type/c_db06 info:eu-repo/semantics/masterThesis Article en en_US ger
other N/A zh_Hans_CN 2019 2019-10-04 2019-02-30 17-Nov-2015 0000 http://[ http://a:b/ https://é.example.org/ü?x=1#a#b
https://demo.example.org/handle/1/2 hdl:1/2 https://doi.org/10.5555/a(b)<c> doi:10.5555/x urn:nbn:de:1 urn: 1471-244X
978-0-306-40615-7 info:eu-repo/date/embargoEnd/2031-06-30 info:eu-repo/semantics/openAccess
https://creativecommons.org/licenses/by/4.0/ CC-BY-4.0 info:eu-repo/grantAgreement/EC/H2020/1 https://x.y/%zz
Doe,Jane , ; ]]> &amp; <b>""".split()
TEXTS = some.one_of(
    some.sampled_from(
        [*WORDS, "10.5555/a; 10.5555/b", "Doe, Jane", "January 1993", "Journal;Volume 1, Issue 2", "a  b"]
    ),
    some.text(max_size=20),
)
LANGUAGES = some.sampled_from([None, "en", "en_US", "other", "*", "none", "", "zh_Hans_CN", "e", "english", "x-y"])
AUTHORITIES = some.sampled_from(
    [None, "https://orcid.org/0000-0002-1825-0097", "virtual::1", "http://[", "http://viaf.org/1"]
)
VALUES = some.builds(Value, TEXTS, LANGUAGES, AUTHORITIES, some.sampled_from([None, -1, 600, 7000]))
FILES = some.builds(
    File,
    name=TEXTS.filter(bool),
    mimetype=some.sampled_from([None, "application/pdf", "odd"]),
    size=some.sampled_from([None, 0, 77_777_777]),
    extent=some.sampled_from([None, "680.53 kB"]),
    checksum=some.sampled_from([None, "md5:" + "e" * 32, "sha-256:" + "e" * 64, "odd", "md5:zz"]),
    url=some.sampled_from(
        [None, "https://demo.example.org/secret/1", "not an address", "http://[", "https://x.y/é \t"]
    ),
    access=some.sampled_from(["open", "restricted", "embargoed", "closed"]),
    available=some.sampled_from([None, date(2031, 6, 30)]),
)
THESIS = {
    "dc.title": "Warm ice",
    "dc.contributor.author": "Doe, Jane",
    "dc.subject": "Ice",
    "dc.date.issued": "2024",
    "dc.type": "Thesis",
    "dc.identifier.uri": "https://demo.example.org/handle/1/2",
    "thesis.degree.name": "PhD",
    "thesis.degree.level": "Doctoral",
    "thesis.degree.grantor": "Example University",
}


@some.composite
def items(draw, kind: dict[str, str] | None = None) -> Item:
    """Any item as ingest would keep it; ``kind`` are fields that it has besides."""
    fields = draw(some.dictionaries(some.sampled_from(FIELDS), some.lists(VALUES, max_size=3).map(tuple), max_size=25))
    told = {name: (Value(text),) for name, text in (kind or {}).items()}
    for name, values in fields.items():
        told[name] = told.get(name, ()) + values
    files = tuple(draw(some.lists(FILES, max_size=3)))
    return normalise(Reading(Item("oai:demo.example.org:1", told, files=files), "test")).item
