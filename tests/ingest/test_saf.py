"""Simple Archive Format packages, as folders and as zips, whole and broken."""

import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oai_server.ingest import saf, saf_folders
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault, File, Item, Reading, Value

REAL = Path(__file__).parents[3] / "shared" / "data" / "saf"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real packages in {REAL}")

DC = '<dublin_core schema="dc"><dcvalue element="title">A title</dcvalue></dublin_core>'


def package(top: Path, files: dict[str, str | bytes]) -> Path:
    """A package on disk: the files by their paths."""
    for path, content in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return top


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    """The same in a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def only(location: Path) -> Reading:
    (reading,) = saf.read(Errand(location))
    assert isinstance(reading, Reading)
    return reading


def refusal(location: Path) -> Fault:
    (fault,) = saf.read(Errand(location))
    assert isinstance(fault, Fault)
    assert fault.degree == "refused"
    return fault


def one_item(tmp_path: Path, **files: str | bytes) -> Path:
    """A package of one item, whose dublin_core.xml is fine unless given."""
    given = {name.replace("_xml", ".xml"): content for name, content in files.items()}
    return package(
        tmp_path / "pkg", {f"item_1/{name}": content for name, content in ({"dublin_core.xml": DC} | given).items()}
    )


def metadata(tmp_path: Path, xml: str | bytes) -> dict[str, tuple[Value, ...]]:
    return dict(only(one_item(tmp_path, dublin_core_xml=xml)).item.metadata)


def files(tmp_path: Path, contents: str) -> tuple[File, ...]:
    return only(one_item(tmp_path, contents=contents)).item.files


# --- real packages ---


@real
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "brage-nve-2753238",
            [
                (
                    "11250/2753238",
                    "Simulated precipitation fields with variance-consistent interpolation",
                    16,
                    ["Simulated precipitation fields with variance consistent interpolation.pdf"],
                )
            ],
        ),
        (
            "brage-nve-2833909",
            [
                (
                    "11250/2836938",
                    "A reconstruction of Jostedalsbreen during the Little Ice Age (LIA)",
                    16,
                    ["glacier_outlines_Jostedalsbreen_LIA.zip"],
                )
            ],
        ),
        (
            "wm-archives",
            [
                (
                    "wm-archives/item_000",
                    "A Study of The Guiding Center Approximation",
                    12,
                    ["LD6051.W5m_Physics_1993_Y36_20150529_001.pdf"],
                ),
                (
                    "wm-archives/item_001",
                    "1785?\xa0 Memorandum by Leven Powell regarding a toll road.",
                    6,
                    ["Mss. Acc. 2007.110_1423_20140616_f12.pdf"],
                ),
                (
                    "wm-archives/item_002",
                    '"Obscene Odes on the Windows of the Skull": Deconstructing the Memory of the Howl Trial of 1957',
                    11,
                    ["KaylaMeyers2013_ObsceneOdesontheWindowsoftheSkull.pdf"],
                ),
                (
                    "wm-archives/item_003",
                    "Professionals and Professional Faculty Assembly Minutes and Agendas, 2007",
                    3,
                    [
                        "20070221_General_Meeting_Minutes.pdf",
                        "20070307_Initial_Executive_Committee_Agenda.pdf",
                        "20070307_Initial_Executive_Committee_Minutes.pdf",
                        "20070406_Initial_Executive_Committee_Minutes.pdf",
                        "20070411_General_Meeting_Agenda.pdf",
                        "20070411_General_Meeting_Minutes.pdf",
                        "20070504_Initial_Executive_Committee_Minutes.pdf",
                    ],
                ),
            ],
        ),
        ("zip/saf-bitstreams.zip", [("saf-bitstreams/item_000", "A Tale of Two Cities", 4, ["file1.txt"])]),
        ("zip/saf-relationships.zip", [("saf-relationships/item_000", "A Tale of Two Cities", 3, [])]),
    ],
)
def test_a_real_package_gives_its_items(name, expected):
    assert saf.recognises(Errand(REAL / name))
    items = [reading.item for reading in saf.read(Errand(REAL / name))]
    assert [
        (
            item.identifier,
            item.first("dc.title"),
            sum(map(len, item.metadata.values())),
            [file.name for file in item.files],
        )
        for item in items
    ] == expected


@real
@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("brage-nve-2753238", []),
        ("brage-nve-2833909", []),
        ("wm-archives", ["dc.authors", "dc.authors", "dc.genre", "dc.authors", "dc.authors"]),
        ("zip/saf-bitstreams.zip", []),
        ("zip/saf-relationships.zip", ["'relation.isAuthorOfPublication dc.title"]),
    ],
)
def test_a_real_package_is_worth_these_notes_and_needs_no_mending(name, faults):
    found = [fault for reading in saf.read(Errand(REAL / name)) for fault in normalise(reading).faults]
    assert [fault.message.split(":")[0] for fault in found] == faults
    assert {fault.degree for fault in found} <= {"noted"}


@real
def test_a_real_item_is_read_to_the_last_detail():
    item = only(REAL / "zip/saf-bitstreams.zip").item
    assert item == Item(
        "saf-bitstreams/item_000",
        {
            "dc.title": (Value("A Tale of Two Cities"),),
            "dc.date.issued": (Value("1990"),),
            "dc.title.alternative": (Value("J'aime les Printemps", "fr"),),
            "dcterms.title": (Value("A Tale of Two Cities"),),
        },
        files=(File("file1.txt", "text/plain", size=15, access="open"),),
    )


@real
def test_character_references_of_a_real_export_are_characters():
    item = only(REAL / "brage-nve-2833909").item
    assert item.texts("dc.identifier.uri") == ("https://hdl.handle.net/11250/2836938",)
    assert item.values("dc.coverage.spatial") == (Value("Norway, Jostedalsbreen", "en_US"),)
    assert item.files == (
        File("glacier_outlines_Jostedalsbreen_LIA.zip", "application/zip", description="Datagrunnlag", access="open"),
    )


@real
@pytest.mark.parametrize("name", ["parts", "source-table", "zip", ".", "source-table/wm-archives.csv"])
def test_what_holds_no_item_folder_is_no_package(name):
    assert not saf.recognises(Errand(REAL / name))
    with pytest.raises(SourceError):
        list(saf.read(Errand(REAL / name)))


# --- layout ---

LAYOUTS = {
    "items": ("items", {"item_2/dublin_core.xml": DC, "item_10/dublin_core.xml": DC}),
    "one more folder on top": ("items", {"saf/item_2/dublin_core.xml": DC, "saf/item_10/dublin_core.xml": DC}),
    "what systems leave behind": (
        "items",
        {
            "__MACOSX/saf/item_2/._dublin_core.xml": "x",
            "saf/.DS_Store": "x",
            ".DS_Store": "x",
            ".git/contents": "x",
            "saf/item_2/.DS_Store": "x",
            "saf/item_2/._dublin_core.xml": "x",
            "saf/item_2/dublin_core.xml": DC,
            "saf/item_10/dublin_core.xml": DC,
            "saf/readme.txt": "not an item",
        },
    ),
    "other metadata only": (
        "items",
        {"item_2/metadata_dc.xml": DC, "item_10/metadata_a.xml": "<dublin_core/>", "item_10/metadata_b.xml": DC},
    ),
    "one item": ("one", {"dublin_core.xml": DC, "contents": "a.pdf\n", "sub/a.pdf": "x"}),
}


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("make", [package, zipped])
def test_every_layout_gives_its_items_in_natural_order(tmp_path, make, kind, layout):
    location = make(tmp_path / ("pkg.zip" if make is zipped else "pkg"), layout)
    assert saf.recognises(Errand(location))
    readings = list(saf.read(Errand(location)))
    one = ["pkg"] if make is zipped else [f"{tmp_path.name}/pkg"]
    assert [reading.item.identifier for reading in readings] == (
        one if kind == "one" else ["pkg/item_2", "pkg/item_10"]
    )
    assert [reading.item.texts("dc.title") for reading in readings] == [("A title",)] * len(readings)
    assert not [fault for reading in readings for fault in reading.faults]


def test_an_item_folder_alone_has_the_identifier_that_it_has_in_its_package(tmp_path):
    location = one_item(tmp_path)
    assert only(location / "item_1").item.identifier == only(location).item.identifier == "pkg/item_1"


def test_a_folder_with_no_metadata_is_refused_and_the_others_go_on(tmp_path):
    location = package(tmp_path / "pkg", {"1/contents": "a.pdf", "1/handle": "1/1", "2/dublin_core.xml": DC})
    fault, reading = saf.read(Errand(location))
    assert fault == Fault(
        "refused",
        "SAF metadata",
        "no value in dublin_core.xml or metadata_*.xml",
        file=str(location / "1"),
        identifier="1/1",
    )
    assert reading == Reading(Item("pkg/2", {"dc.title": (Value("A title"),)}), str(location / "2"))


@pytest.mark.parametrize("name", ["missing", "file.csv", "broken.zip", "empty.zip", "nested.zip", "empty"])
def test_a_location_that_is_no_package_says_so(tmp_path, name):
    (tmp_path / "file.csv").write_text("a,b")
    zipped(tmp_path / "empty.zip", {})
    inner = zipped(tmp_path / "inner.zip", {"item_1/dublin_core.xml": DC})
    zipped(tmp_path / "nested.zip", {"inner.zip": inner.read_bytes()})
    (tmp_path / "broken.zip").write_bytes(b"PK\1\2" + inner.read_bytes()[-22:])
    (tmp_path / "empty").mkdir()
    assert not saf.recognises(Errand(tmp_path / name))
    with pytest.raises(SourceError, match=name):
        list(saf.read(Errand(tmp_path / name)))


# --- identifiers ---


@pytest.mark.parametrize(
    ("handle", "uris", "identifier"),
    [
        ("11250/2753238\n", [], "11250/2753238"),
        ("\ufeff11250/1\r\nsecond line", [], "11250/1"),
        ("https://hdl.handle.net/11250/1", [], "11250/1"),
        ("11250/1", ["https://hdl.handle.net/11250/2"], "11250/1"),
        ("", ["https://hdl.handle.net/11250/2"], "11250/2"),
        ("\n11250/1", ["http://hdl.handle.net/loc.pnp/a.2"], "loc.pnp/a.2"),
        (None, ["https://doi.org/10.1/2", "hdl:11250/3"], "11250/3"),
        (None, ["https://repo.example.org/xmlui/handle/20.500.12345/7?show=full"], "pkg/item_1"),
        (None, ["https://repo.example.org/xmlui/handle/20.500.12345/7"], "20.500.12345/7"),
        (None, ["https://repo.example.org/items/7"], "pkg/item_1"),
    ],
)
def test_the_identifier_is_the_handle_wherever_it_is_told(tmp_path, handle, uris, identifier):
    values = "".join(f'<dcvalue element="identifier" qualifier="uri">{uri}</dcvalue>' for uri in uris)
    xml = f'<dublin_core><dcvalue element="title">T</dcvalue>{values}</dublin_core>'
    beside = {} if handle is None else {"handle": handle}
    assert only(one_item(tmp_path, dublin_core_xml=xml, **beside)).item.identifier == identifier


# --- metadata ---


@pytest.mark.parametrize(
    ("attributes", "name", "language"),
    [
        ('element="title"', "dc.title", None),
        ('element="title" qualifier="none"', "dc.title", None),
        ('element="title" qualifier="" language=""', "dc.title", None),
        ('element="title" qualifier="alternative" language="*"', "dc.title.alternative", None),
        ('element=" title " language=" en_US "', "dc.title", "en_US"),
    ],
)
def test_a_field_is_named_by_schema_element_and_qualifier(tmp_path, attributes, name, language):
    found = metadata(tmp_path, f"<dublin_core><dcvalue {attributes}>x</dcvalue></dublin_core>")
    assert found == {name: (Value("x", language),)}


def test_values_are_trimmed_and_keep_their_order_and_empty_ones_are_dropped(tmp_path):
    xml = """<dublin_core>
      <dcvalue element="creator">&#x20;B&#x2C;&#x20;b </dcvalue>
      <dcvalue element="title"> </dcvalue>
      <dcvalue element="creator"><!-- who? -->A<![CDATA[ & a]]></dcvalue>
      <group><dcvalue element="creator">only direct children count</dcvalue></group>
      <dcvalue element="creator">B, b</dcvalue>
    </dublin_core>"""
    assert metadata(tmp_path, xml) == {"dc.creator": (Value("B, b"), Value("A & a"), Value("B, b"))}


def test_the_schema_attribute_counts_and_not_the_name_of_the_file(tmp_path):
    location = one_item(
        tmp_path,
        metadata_thesis_xml='<dublin_core schema="etd"><dcvalue element="level">PhD</dcvalue></dublin_core>',
        metadata_dcterms_xml='<dublin_core><dcvalue element="title">Second</dcvalue></dublin_core>',
    )
    assert only(location).item.metadata == {
        "dc.title": (Value("A title"), Value("Second")),
        "etd.level": (Value("PhD"),),
    }


def test_relationships_are_no_metadata_and_are_noted(tmp_path):
    relation = '<dublin_core schema="relation"><dcvalue element="isAuthorOf">123/4</dcvalue></dublin_core>'
    reading = only(one_item(tmp_path, metadata_relation_xml=relation, relationships="\nisAuthorOf 123/4\n"))
    assert list(reading.item.metadata) == ["dc.title"]
    assert [(fault.degree, fault.rule, fault.line) for fault in reading.faults] == [
        ("noted", "SAF relationships", None),
        ("noted", "SAF relationships", 2),
    ]


def test_a_value_without_an_element_is_left_out_with_its_line(tmp_path):
    xml = '<dublin_core>\n<dcvalue element="title">T</dcvalue>\n<dcvalue>?</dcvalue></dublin_core>'
    (fault,) = only(one_item(tmp_path, dublin_core_xml=xml)).faults
    assert (fault.degree, fault.line, fault.identifier) == ("healed", 3, "pkg/item_1")


def test_another_root_element_is_read_and_noted(tmp_path):
    reading = only(one_item(tmp_path, dublin_core_xml=DC.replace("dublin_core", "qualifieddc")))
    assert reading.item.texts("dc.title") == ("A title",)
    assert [(fault.degree, fault.line) for fault in reading.faults] == [("noted", 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16"])
def test_a_declared_encoding_is_read(tmp_path, encoding):
    xml = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{DC.replace("A title", "Ærø")}'
    assert metadata(tmp_path, xml.encode(encoding)) == {"dc.title": (Value("Ærø"),)}


def test_a_doctype_without_entities_is_read_and_nothing_fetched(tmp_path):
    (tmp_path / "a.dtd").write_text('<!ELEMENT dublin_core ANY><!ATTLIST dublin_core schema CDATA "fetched">')
    doctype = f'<!DOCTYPE dublin_core SYSTEM "{(tmp_path / "a.dtd").as_uri()}">'
    xml = doctype + DC.replace(' schema="dc"', "")
    assert list(metadata(tmp_path, xml)) == ["dc.title"]


BOMB = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("doctype", "reference"),
    [
        ('[<!ENTITY e "text">]', "&e;"),
        ('[<!ENTITY e "never used">]', ""),
        ('[<!ENTITY e SYSTEM "file:///etc/passwd">]', "&e;"),
        ('[<!ENTITY % e SYSTEM "http://example.org/evil.dtd"> %e;]', ""),
        ('SYSTEM "http://example.org/dc.dtd"', "&eacute;"),
        (f'[<!ENTITY e0 "ha">{BOMB}]', "&e9;"),
    ],
)
def test_entities_are_refused(tmp_path, doctype, reference):
    xml = f"<!DOCTYPE dublin_core {doctype}>{DC.replace('A title', f'A title{reference}')}"
    fault = refusal(one_item(tmp_path, dublin_core_xml=xml, handle="1/2"))
    assert fault.file.endswith("pkg/item_1/dublin_core.xml")
    assert fault.identifier == "1/2"


def test_an_entity_bomb_in_an_attribute_is_refused(tmp_path):
    xml = f'<!DOCTYPE dublin_core [<!ENTITY e0 "ha">{BOMB}]>{DC.replace("title", "&e9;", 1)}'
    assert refusal(one_item(tmp_path, dublin_core_xml=xml)).rule in ("XML 1.0", "SAF metadata")


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        (b"", 1),
        (b"\n\nno XML", 3),
        (b"<dublin_core>\n<dcvalue element='title'>\n</dublin_core>", 3),
        (b"<?xml version='1.0' encoding='klingon'?>\n<dublin_core/>", 1),
        (b"<dublin_core>\n<dcvalue element='title'>\xe9</dcvalue></dublin_core>", 2),
        (b"<dublin_core><dcvalue element='title'>" + b"x" * 11_000_000 + b"</dcvalue></dublin_core>", 1),
    ],
    ids=["empty", "text", "unclosed", "unknown encoding", "Latin-1 undeclared", "huge text"],
)
def test_broken_xml_is_refused_with_the_line_where_it_breaks(tmp_path, xml, line):
    location = package(tmp_path / "pkg", {"1/dublin_core.xml": xml, "2/dublin_core.xml": DC})
    fault, reading = saf.read(Errand(location))
    assert isinstance(fault, Fault)
    assert (fault.degree, fault.rule, fault.line) == ("refused", "XML 1.0", line)
    assert fault.file == str(location / "1/dublin_core.xml")
    assert fault.message
    assert isinstance(reading, Reading)


def test_characters_that_xml_forbids_are_removed_and_told(tmp_path):
    xml = DC.replace("A title", "A&#x0B; ti&#11;t\x01le &#x1F600;")
    reading = only(one_item(tmp_path, dublin_core_xml=xml))
    assert reading.item.texts("dc.title") == ("A title \U0001f600",)
    (fault,) = reading.faults
    assert (fault.degree, fault.rule) == ("healed", "XML 1.0 section 2.2")
    assert fault.message == "removed U+0001, U+000B ×2"


# --- contents and collections ---


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("a.pdf", File("a.pdf", "application/pdf", access="open")),
        (
            "a.pdf\tbundle:ORIGINAL\tdescription: Text ",
            File("a.pdf", "application/pdf", description="Text", access="open"),
        ),
        ("sub/a: b,%.txt", File("sub/a: b,%.txt", "text/plain", access="open")),
        ("data:x.tar.gz", File("data:x.tar.gz", "application/gzip", access="open")),
        ("no suffix", File("no suffix", access="open")),
        ("a.pdf\tpermissions:-r 'Anonymous'", File("a.pdf", "application/pdf", access="open")),
        ("a.pdf\tpermissions:-r anonymous", File("a.pdf", "application/pdf", access="open")),
        ("a.pdf\tpermissions:-r 'My Staff'", File("a.pdf", "application/pdf", access="restricted")),
        ("a.pdf\tpermissions:-r Staff", File("a.pdf", "application/pdf", access="restricted")),
        ("a.pdf\tpermissions:?", File("a.pdf", "application/pdf", access="restricted")),
        ("-r -s 1 -f /store/x/a.pdf", File("a.pdf", "application/pdf", access="open")),
        ("-r -s 1 -f x/a.pdf\tdescription:A b", File("a.pdf", "application/pdf", description="A b", access="open")),
        ("-r -s 1 -f a.pdf bundle:ORIGINAL permissions:-r 'X'", File("a.pdf", "application/pdf", access="restricted")),
        ("license.txt\tbundle:ORIGINAL", File("license.txt", "text/plain", access="open")),
    ],
)
def test_a_line_of_contents_is_a_file(tmp_path, line, file):
    assert files(tmp_path, f"\n{line}\r\n\n") == (file,)


@pytest.mark.parametrize("line", ["license.txt", "a.pdf.txt\tbundle:TEXT", "a.jpg\tdescription:x\tbundle:THUMBNAIL"])
def test_only_the_bundle_original_is_content(tmp_path, line):
    assert files(tmp_path, line) == ()


def test_the_primary_file_comes_first(tmp_path):
    listed = files(tmp_path, "a.pdf\nb.pdf\tbundle:ORIGINAL\tprimary:true \nc.pdf\n")
    assert [file.name for file in listed] == ["b.pdf", "a.pdf", "c.pdf"]


def test_a_file_that_is_there_has_its_size(tmp_path):
    location = package(
        tmp_path / "pkg",
        {"1/dublin_core.xml": DC, "1/contents": "sub/blåbær.bin\ngone.bin\n", "1/sub/blåbær.bin": b"12345"},
    )
    assert [file.size for file in only(location).item.files] == [5, None]


def test_a_zip_that_does_not_declare_its_utf_8_names_gives_sizes_too(tmp_path):
    files = {"1/dublin_core.xml": DC, "1/contents": "blåbær.bin", "1/bl__b__r.bin": b"12345"}
    location = zipped(tmp_path / "pkg.zip", files)
    location.write_bytes(location.read_bytes().replace(b"bl__b__r", "blåbær".encode()))
    assert [file.size for file in only(location).item.files] == [5]


@pytest.mark.parametrize(
    "path", ["../a.pdf", "/etc/passwd", "a/../../b", "..\\a", "..", "sub/", "-r -s 1 -f x/../a", "-r -s 1"]
)
def test_a_path_that_leads_out_of_the_folder_refuses_the_item(tmp_path, path):
    fault = refusal(one_item(tmp_path, contents=f"a.pdf\n{path}", handle="1/2"))
    assert (fault.rule, fault.line, fault.identifier) == ("SAF contents", 2, "1/2")
    assert fault.file.endswith("item_1/contents")


def test_files_that_nothing_names_are_left_out_and_noted(tmp_path):
    location = package(tmp_path / "pkg", {"1/dublin_core.xml": DC, "1/b.pdf": "x", "1/.DS_Store": "x"})
    reading = only(location)
    assert not reading.item.files
    assert [fault.message for fault in reading.faults] == ["left out, as there is no contents to name them: b.pdf"]


def test_contents_that_is_not_utf_8_is_read_as_latin_1_and_noted(tmp_path):
    reading = only(one_item(tmp_path, contents="blåbær.pdf".encode("latin-1")))
    assert [file.name for file in reading.item.files] == ["blåbær.pdf"]
    assert [(fault.degree, fault.rule) for fault in reading.faults] == [("noted", "UTF-8")]


def test_collections_become_sets_the_owner_first(tmp_path):
    uuid = "8C2E5FB4-8A1A-4E0E-9B0C-0123456789AB"
    reading = only(one_item(tmp_path, collections=f"123456789/12\n\n{uuid}\nMy collection\n20.500.1/3\n"))
    assert reading.item.sets == ("col_123456789_12", f"col_{uuid.lower()}", "col_20.500.1_3")
    assert [(fault.degree, fault.line) for fault in reading.faults] == [("noted", 4)]
    assert normalise(reading).item.sets == reading.item.sets


# --- hostile zips and odd folders ---


def test_a_metadata_file_that_is_too_large_is_refused(tmp_path):
    location = zipped(tmp_path / "pkg.zip", {"1/dublin_core.xml": b" " * (saf.LARGEST + 1), "2/dublin_core.xml": DC})
    fault, _ = saf.read(Errand(location))
    assert isinstance(fault, Fault)
    assert fault.message == "50,000,001 bytes, but such a file has at most 50,000,000"
    assert fault.file == f"{location}/1/dublin_core.xml"


def test_a_list_that_is_too_large_is_refused(tmp_path, monkeypatch):
    fault = refusal(one_item(tmp_path, contents="a.pdf\n" * 1_000_000))
    assert fault.message == "6,000,000 bytes, but such a file has at most 5,000,000"
    monkeypatch.setattr(saf, "MOST_FILES", 2)
    fault = refusal(one_item(tmp_path, contents="a.pdf\n" * 3))
    assert fault.message == "3 files, but an item has at most 2"


def test_a_zip_that_holds_more_metadata_than_it_honestly_can_is_refused(tmp_path):
    location = zipped(tmp_path / "pkg.zip", {f"{n}/dublin_core.xml": DC + " " * 49_000_000 for n in range(3)})
    with pytest.raises(SourceError, match="expands to more than 250 times"):
        list(saf.read(Errand(location)))


@pytest.mark.parametrize("name", ["dublin_core.xml", "contents", "handle", "sub/a.pdf"])
def test_a_symbolic_link_in_an_item_folder_is_not_followed_but_noted(tmp_path, name):
    (tmp_path / "secret").write_text("9/9")
    location = package(tmp_path / "pkg", {"1/metadata_dcterms.xml": DC, "1/sub/x.bin": "", "1/contents": "sub/a.pdf"})
    (location / "1" / name).unlink(missing_ok=True)
    (location / "1" / name).symlink_to(tmp_path / "secret")
    reading = only(location)
    assert reading.item.identifier == "pkg/1"
    assert not [file for file in reading.item.files if file.size is not None]
    links = [fault for fault in reading.faults if fault.rule == "safe opening"]
    assert [(fault.degree, fault.file) for fault in links] == [("noted", str(location / "1" / name))]


def test_a_link_to_an_item_folder_is_not_followed_but_noted(tmp_path):
    package(tmp_path / "elsewhere", {"dublin_core.xml": DC})
    location = package(tmp_path / "pkg", {"1/dublin_core.xml": DC})
    (location / "2").symlink_to(tmp_path / "elsewhere")
    reading, fault = saf.read(Errand(location))
    assert (reading.item.identifier, fault.degree, fault.file) == ("pkg/1", "noted", str(location / "2"))


def test_a_package_that_is_itself_reached_by_a_link_is_read(tmp_path):
    one_item(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "pkg")
    assert only(tmp_path / "link").item.identifier == "pkg/item_1"


def test_a_symbolic_link_in_a_zip_is_no_file(tmp_path):
    location = zipped(tmp_path / "pkg.zip", {"1/dublin_core.xml": DC})
    link = zipfile.ZipInfo("1/handle")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(location, "a") as archive:
        archive.writestr(link, "9/9")
    assert only(location).item.identifier == "pkg/1"


def test_a_zip_with_too_many_members_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(saf_folders, "MOST", 2)
    location = zipped(tmp_path / "pkg.zip", {f"{number}/dublin_core.xml": DC for number in range(3)})
    with pytest.raises(SourceError, match="3 members, more than 2"):
        list(saf.read(Errand(location)))


def test_items_of_an_encrypted_zip_are_refused(tmp_path):
    location = zipped(tmp_path / "pkg.zip", {"1/dublin_core.xml": DC})
    data = bytearray(location.read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + flags] |= 1
    location.write_bytes(data)
    assert "is encrypted" in refusal(location).message


def test_an_item_whose_bytes_in_the_zip_are_damaged_is_refused_and_the_others_go_on(tmp_path):
    location = tmp_path / "pkg.zip"
    with zipfile.ZipFile(location, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("1/dublin_core.xml", DC)
        archive.writestr("2/dublin_core.xml", DC.replace("A title", "Another"))
    location.write_bytes(location.read_bytes().replace(b"A title", b"B title"))
    fault, reading = saf.read(Errand(location))
    assert isinstance(fault, Fault)
    assert "CRC-32" in fault.message
    assert isinstance(reading, Reading)


def test_paths_in_a_zip_that_lead_out_of_it_are_no_items(tmp_path):
    location = zipped(
        tmp_path / "pkg.zip", {"../dublin_core.xml": DC, "a\\dublin_core.xml": DC, "/b/dublin_core.xml": DC}
    )
    assert [reading.item.identifier for reading in saf.read(Errand(location))] == ["pkg/a", "pkg/b"]


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    location = one_item(tmp_path)
    os.mkfifo(location / "item_1" / "metadata_local.xml")
    assert only(location).item.texts("dc.title") == ("A title",)


def test_a_folder_name_that_is_no_utf_8_becomes_an_identifier_that_can_be_written(tmp_path):
    folder = os.fsdecode(b"bl\xe5")
    reading = only(package(tmp_path / "pkg", {f"{folder}/dublin_core.xml": DC}))
    assert reading.item.identifier == r"pkg/bl\udce5"
    assert reading.file.encode()


pieces = st.sampled_from(
    [
        DC[:25],
        DC[25:-14],
        DC[-14:],
        "<!DOCTYPE dublin_core [",
        "]>",
        "&e;",
        "&#0;",
        "a.pdf",
        "\t",
        "\n",
        ":",
        "bundle",
        "-r -f ",
        "/",
    ]
)
contents = st.binary(max_size=20) | st.lists(pieces, max_size=6).map(lambda parts: "".join(parts).encode())
names = st.sampled_from(["dublin_core.xml", "metadata_a.xml", "contents", "handle", "collections", "relationships"])


@given(st.dictionaries(names, contents, min_size=1))
def test_whatever_the_files_hold_an_item_is_read_or_refused(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("any")
    location = package(
        folder / "pkg", {f"1/{name}": content for name, content in files.items()} | {"2/dublin_core.xml": DC}
    )
    first, second = saf.read(Errand(location))
    assert isinstance(first, Reading) or first.degree == "refused"
    assert isinstance(second, Reading)
