"""Items such as nobody would make and somebody has: for tests that no item can be told wrongly."""

from datetime import date

from hypothesis import strategies as some

from oai_server.ingest.normalise import clean
from oai_server.model import File, Item, Value

NAMES = """dc.title.alternative dcterms.title dc.contributor.author dc.creator.corporate dc.contributor.advisor
dc.contributor.funder dc.contributor.other dc.date.accessioned dc.date.available dc.date.issued dc.date dc.publisher
dc.publisher.place dc.type dc.type.coar dc.language.iso dc.identifier.uri dc.identifier dc.identifier.doi
dc.identifier.urn dc.identifier.issn dc.identifier.isbn dc.identifier.citation dc.relation dc.relation.ispartof
dc.relation.ispartofseries oaire.citation.volume oaire.citation.edition dc.subject dc.subject.ddc dc.subject.lcc
dc.subject.mesh dc.coverage dc.coverage.spatial dc.description dc.description.abstract dc.description.version
dc.description.provenance dc.description.sponsorship dc.description.statementofresponsibility dc.format.extent
dc.rights dc.rights.uri dc.rights.holder thesis.degree.name thesis.degree.grantor local.field""".split()
TEXTS = """2015 2015-11-17 0001-01-01T00:00:00+14:00 9999-12-31T23:59:59-14:00 2024-02-30 2018-03-02T09:14:11.123+01:00
2018-03-02T09:14 n.d. other en_US ger xx-* Article Book|chapter Thesis Journal Website Map Dataset Sound
Gizmo Text::x http://purl.org/coar/resource_type/c_6501 info:eu-repo/semantics/article A,|B A,B 架空,|花子
Anonymous ;No.|17 J;Volume|1,|Issue|2,|page|3-4 J; 10.5555/x%zz 10.5555/<>"[] urn:nbn:de:x-1 urn:a:b#c#d
http://[ https://a.b:c:d/ http://a]b/ https://e.org/a|b?q=é#f#g ftp://e.org/x 20.500.99999/1
https://hdl.handle.net/20.500.99999/1 1471-244X 9783161484100 CC|BY|4.0
https://creativecommons.org/licenses/by/4.0/ http://rightsstatements.org/vocab/InC/1.0/ <b>&amp;]]>
-1 620.14 620|Engineering info:eu-repo/grantAgreement/EC/H2020/1/EU/N/A""".split()

texts = some.one_of(
    some.sampled_from([*(text.replace("|", " ") for text in TEXTS), "a\n\nb", "a\u00a0\u2003b", "\u200f", "\u200b"]),
    some.text(max_size=12).map(clean).filter(bool),
)
values = some.builds(
    Value,
    texts,
    some.sampled_from([None, "en", "en_US", "*", "none", "zh_Hans_CN", "x"]),
    some.sampled_from([None, "0000-0002-1825-0097", "http://viaf.org/viaf/1", "https://[/", "virtual::1"]),
)
several = some.lists(values, min_size=1, max_size=2).map(tuple)
files = some.builds(
    File,
    texts,
    some.one_of(some.none(), texts, some.just("application/pdf")),
    some.sampled_from([None, -1, 0, 4096]),
    some.one_of(some.none(), texts),
    some.sampled_from([None, "md5:79b376dd0638e706577a72c72c94928d"]),
    some.one_of(some.none(), texts, some.just("https://e.org/a.pdf")),
    some.none(),
    some.sampled_from(["open", "open", "restricted", "embargoed", "closed"]),
    some.sampled_from([None, date(1, 1, 1), date(2020, 1, 1), date(9999, 12, 31)]),
)
items = some.builds(
    Item,
    some.sampled_from(["oai:e.org:20.500.99999/1", "oai:e.org:a%20b/%C3%BC?x=1&y=2", "oai:e.org:(a)_'b'!*~$,;@+="]),
    some.fixed_dictionaries({"dc.title": several}, optional=dict.fromkeys(NAMES, several)),
    files=some.lists(files, max_size=2).map(tuple),
)
