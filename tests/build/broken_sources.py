# Long because: one table of broken sources, read from top to bottom, is easier to complete than several.
"""Broken sources: each is the sound source ``patient`` with one fault, with the rule and place to report."""

from collections.abc import Callable
from dataclasses import dataclass, field

from building import PATIENT, PREFIXES, manifest

PAGE = manifest("patient", "page")
EXTERNAL = manifest("patient")
Files = dict[str, str | bytes]


@dataclass(frozen=True)
class Broken:
    """One broken source: ``rule`` and ``where`` (a part of it) are what the report must say."""

    name: str
    rule: str
    where: str
    files: Callable[[], Files]
    env: dict[str, str] = field(default_factory=dict)


def page(old: str, new: str) -> Callable[[], Files]:
    """Return the page source with one passage exchanged."""
    assert old in PATIENT, old
    return lambda: {"source.toml": PAGE, "graph.ttl": PATIENT.replace(old, new, 1)}


def more(turtle: str) -> Callable[[], Files]:
    """Return the page source with more Turtle at its end."""
    return lambda: {"source.toml": PAGE, "graph.ttl": PATIENT + turtle}


def other(name: str, content: str | bytes) -> Callable[[], Files]:
    """Return a source that consists of one file in any format."""
    return lambda: {"source.toml": EXTERNAL, name: content}


def toml(**changes: str) -> Callable[[], Files]:
    """Return the page source with another manifest."""
    return lambda: {"source.toml": manifest("patient", "page", lines=changes), "graph.ttl": PATIENT}


RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">
  <rdf:Description rdf:about="https://w3id.org/koinon/id/project/patient"><dct:title xml:lang="en">A</dct:title>
  </rdf:Description>
</rdf:RDF>
"""
PATIENT_IRI = "https://w3id.org/koinon/id/project/patient"
TITLE = "http://purl.org/dc/terms/title"

BROKEN = (
    # The bytes and the syntax
    Broken("syntax error", "syntax", "graph.ttl, line 22, column 63", page("skos:prefLabel", "skos:prefLabel ,")),
    Broken(
        "not ended", "syntax", "graph.ttl, line", lambda: {"source.toml": PAGE, "graph.ttl": PATIENT.rstrip(" .\n")}
    ),
    Broken("unknown prefix", "syntax", "graph.ttl, line", more("<project/patient> nowhere:x 1 .\n")),
    Broken(
        "Latin-1",
        "encoding",
        "graph.ttl, line 22, column 67",
        lambda: {"source.toml": PAGE, "graph.ttl": PATIENT.replace("Strona", "Gda\u0144sk é", 1).encode("cp1250")},
    ),
    Broken(
        "UTF-16",
        "encoding",
        "graph.ttl, line 1",
        lambda: {"source.toml": PAGE, "graph.ttl": PATIENT.encode("utf-16")},
    ),
    Broken("empty file", "empty", "graph.ttl", lambda: {"source.toml": PAGE, "graph.ttl": ""}),
    Broken(
        "only a byte order mark",
        "empty",
        "graph.ttl",
        lambda: {"source.toml": PAGE, "graph.ttl": b"\xef\xbb\xbf\n"},
    ),
    Broken("only comments", "empty", "patient", lambda: {"source.toml": PAGE, "graph.ttl": "# nothing\n"}),
    Broken("no RDF file", "empty", "patient", lambda: {"source.toml": PAGE, "notes.txt": "nothing"}),
    Broken("too large a file", "size", "graph.ttl", page("Strona", "S" * 40_000), {"KOINON_MAX_SOURCE": "30000"}),
    Broken(
        "a literal of 2 MB",
        "literal-size",
        "<http://purl.org/dc/terms/title>",
        lambda: {
            "source.toml": PAGE,
            "graph.ttl": PATIENT + f'<project/patient> dct:title "{"x" * 2_000_000}"@en .\n',
        },
    ),
    Broken(
        "a literal of 100 MB",
        "literal-size",
        "graph.ttl, line 37",
        lambda: {
            "source.toml": PAGE,
            "graph.ttl": PATIENT + f'<project/patient> dct:title "{"x" * 100_000_000}"@en .\n',
        },
    ),
    Broken(
        "triple terms nested too deeply",
        "syntax",
        "graph.ttl, line 37",
        more("<project/patient> rdfs:seeAlso " + "<<( rdf:a rdf:b " * 50_000 + "1" + ")>>" * 50_000 + " .\n"),
    ),
    Broken(
        "a triple term inside another",
        "triple-term",
        "rdf-schema#seeAlso",
        more("<project/patient> rdfs:seeAlso <<( rdf:a rdf:b <<( rdf:a rdf:b 1 )>> )>> .\n"),
    ),
    # Terms
    Broken(
        "relative IRI",
        "relative-iri",
        "graph.ttl, line 1, column",
        lambda: {"source.toml": PAGE, "graph.ttl": f"<project/patient> <{TITLE}> 'A' .\n"},
    ),
    Broken(
        "a script as address",
        "iri",
        "<project/patient>".replace("<", "id/"),
        more("<project/patient> foaf:homepage <javascript:alert(1)> .\n"),
    ),
    Broken(
        "a file as address", "iri", "homepage", more("<project/patient> foaf:homepage <file:///etc/passwd> .\n")
    ),
    Broken(
        "capitals in our address",
        "iri",
        "involvesActor",
        more("<project/patient> koi:involvesActor <organisation/Patient> .\n"),
    ),
    Broken(
        "our address with http:",
        "iri",
        "involvesActor",
        more("<project/patient> koi:involvesActor <http://w3id.org/koinon/id/organisation/patient-office> .\n"),
    ),
    Broken(
        "address of a document about a thing",
        "iri",
        "seeAlso",
        more("<project/patient> rdfs:seeAlso <https://w3id.org/koinon/doc/project/patient> .\n"),
    ),
    Broken(
        "space in an IRI",
        "syntax",
        "graph.ttl, line",
        more("<project/patient> foaf:homepage <https://example.org/a b> .\n"),
    ),
    Broken(
        "a script as datatype", "iri", "altLabel", more('<project/patient> skos:altLabel "A"^^<javascript:a> .\n')
    ),
    Broken(
        "our address with another spelling of the host",
        "iri",
        "involvesActor",
        more("<project/patient> koi:involvesActor <https://W3ID.org/koinon/id/organisation/patient-office> .\n"),
    ),
    Broken(
        "a user before the host",
        "iri",
        "homepage",
        more("<project/patient> foaf:homepage <https://w3id.org@example.org/> .\n"),
    ),
    Broken(
        "the meaning of another vocabulary's term",
        "vocabulary",
        "core#prefLabel",
        more('skos:prefLabel rdfs:comment "a name"@en .\n'),
    ),
    Broken("a day that is none", "literal", "<https://schema.org/startDate>", page("2024-06-10", "2024-02-31")),
    Broken("a date in words", "literal", "<https://schema.org/startDate>", page("2024-06-10", "10 June 2024")),
    Broken(
        "a number that is none",
        "literal",
        "memberCount",
        more('<organisation/patient-office> koi:memberCount "about 20"^^xsd:integer .\n'),
    ),
    Broken(
        "unknown datatype",
        "literal",
        "memberCount",
        more('<organisation/patient-office> koi:memberCount "20"^^xsd:number .\n'),
    ),
    Broken(
        "bad language tag",
        "syntax",
        "graph.ttl, line",
        more('<project/patient> skos:altLabel "A"@englishlanguage .\n'),
    ),
    Broken(
        "control character",
        "control-character",
        "altLabel",
        more('<project/patient> skos:altLabel "A\\u0007B"@en .\n'),
    ),
    Broken(
        "a text that reorders what is around it",
        "control-character",
        "altLabel",
        more('<project/patient> skos:altLabel "A\\u202EB"@en .\n'),
    ),
    Broken(
        "a number in other digits",
        "literal",
        "memberCount",
        more('<organisation/patient-office> koi:memberCount "\u0661\u0662"^^xsd:integer .\n'),
    ),
    Broken("base direction", "literal", "altLabel", more('<project/patient> skos:altLabel "A"@en--ltr .\n')),
    Broken(
        "a statement as value",
        "triple-term",
        "rdf-schema#seeAlso",
        more("<project/patient> rdfs:seeAlso <<( <project/patient> a koi:Project )>> .\n"),
    ),
    Broken(
        "nothing named",
        "blank-only",
        "",
        other("graph.ttl", PREFIXES + "[] a koi:Project ; koi:involvesActor [ a org:Organization ] .\n"),
    ),
    # Ownership
    Broken(
        "graph of another source",
        "foreign-graph",
        "graph.nq",
        other("graph.nq", f'<{PATIENT_IRI}> <{TITLE}> "A"@en <https://w3id.org/koinon/graph/neighbour> .\n'),
    ),
    Broken(
        "graph of another source in TriG",
        "foreign-graph",
        "graph.trig",
        other("graph.trig", PREFIXES + '<https://example.org/g> { <project/patient> dct:title "A"@en }\n'),
    ),
    Broken(
        "graph of another source in JSON-LD",
        "foreign-graph",
        "graph.jsonld",
        other(
            "graph.jsonld",
            f'{{"@id": "https://example.org/g", "@graph": [{{"@id": "{PATIENT_IRI}", "{TITLE}": "A"}}]}}',
        ),
    ),
    Broken(
        "description of another graph",
        "foreign-graph",
        "graph/neighbour",
        more('<https://w3id.org/koinon/graph/neighbour> dct:title "Mine"@en .\n'),
    ),
    Broken(
        "a foreign thing taken over by type",
        "takeover",
        "place/gdansk",
        more("<place/gdansk> a org:Organization .\n"),
    ),
    Broken(
        "a foreign thing renamed", "takeover", "place/gdansk", more('<place/gdansk> skos:prefLabel "Danzig"@de .\n')
    ),
    Broken(
        "a part of a foreign thing taken over",
        "takeover",
        "place/gdansk#part",
        more('<place/gdansk#part> skos:prefLabel "Part"@en .\n'),
    ),
    Broken("a thing outside typed", "takeover", "example.org/x", more("<https://example.org/x> a koi:Project .\n")),
    Broken(
        "another's thing minted",
        "claimed",
        "organisation/neighbour",
        lambda: {
            "source.toml": manifest(
                "patient", "page", globs=("document/patient", "project/patient", "organisation/*", "event/*")
            ),
            "graph.ttl": PATIENT + '<organisation/neighbour> a org:Organization ; skos:prefLabel "Mine"@en .\n',
        },
    ),
    Broken("vocabulary defined", "vocabulary", "def#Project", more('koi:Project rdfs:comment "Mine"@en .\n')),
    Broken(
        "code list extended",
        "vocabulary",
        "code/role/boss",
        more("<https://w3id.org/koinon/code/role/boss> a skos:Concept .\n"),
    ),
    Broken(
        "a class of others defined",
        "vocabulary",
        "subClassOf",
        more("foaf:Document rdfs:subClassOf koi:Project .\n"),
    ),
    Broken(
        "a shape handed in",
        "vocabulary",
        "shacl#targetClass",
        more("<https://example.org/s> <http://www.w3.org/ns/shacl#targetClass> koi:Project .\n"),
    ),
    Broken(
        "an address of Koinon's own described",
        "takeover",
        "releases/abc",
        more('<https://w3id.org/koinon/releases/abc> dct:title "Mine"@en .\n'),
    ),
    Broken("owl:sameAs", "same-as", "sameAs", more("<project/patient> owl:sameAs <https://example.org/x> .\n")),
    Broken("owl:imports", "same-as", "imports", more("<project/patient> owl:imports <https://example.org/x> .\n")),
    # References
    Broken(
        "unknown code",
        "unknown-code",
        "org#classification",
        page("actor-type:association", "actor-type:associatoin"),
    ),
    Broken(
        "unknown term",
        "unknown-term",
        "def#fundedUnderr",
        more("<project/patient> koi:fundedUnderr <programme/erasmus-plus> .\n"),
    ),
    Broken(
        "dangling reference",
        "dangling",
        "involvesActor",
        more("<project/patient> koi:involvesActor <organisation/patient-offise> .\n"),
    ),
    Broken(
        "own thing without type",
        "untyped",
        "event/patient-party",
        more('<event/patient-party> skos:altLabel "Party"@en .\n'),
    ),
    # Shapes
    Broken(
        "missing required value",
        "",
        "<https://w3id.org/koinon/id/project/patient#coordinator> <http://data.europa.eu/m8g/role>",
        page(" ; m8g:role role:coordinator ~ c:50\\,60", ""),
    ),
    Broken(
        "wrong class",
        "",
        "<https://schema.org/location> <https://w3id.org/koinon/id/organisation/patient-office>",
        page("schema:location <place/gdansk>", "schema:location <organisation/patient-office>"),
    ),
    Broken(
        "a text where a thing belongs",
        "",
        'partOfProject> "patient"',
        page("koi:partOfProject <project/patient>", 'koi:partOfProject "patient"'),
    ),
    Broken(
        "two labels in one language",
        "",
        "<http://www.w3.org/2004/02/skos/core#prefLabel>",
        more('<project/patient> skos:prefLabel "Another project"@en .\n'),
    ),
    Broken(
        "entry of the wrong list", "", "<http://data.europa.eu/m8g/role>", page("role:coordinator", "basis:stated")
    ),
    # Receipts
    Broken("range outside the page", "receipt-range", "skos/core#prefLabel", page("~ c:12\\,20", "~ c:12\\,2000")),
    Broken("range backward", "receipt-range", "skos/core#prefLabel", page("~ c:12\\,20", "~ c:20\\,12")),
    Broken(
        "range of another page",
        "receipt-range",
        "skos/core#prefLabel",
        page("~ c:12\\,20", "~ <document/neighbour#char=1,2>"),
    ),
    Broken(
        "receipt that is no range",
        "receipt-form",
        "skos/core#prefLabel",
        page("~ c:12\\,20", "~ <document/patient>"),
    ),
    Broken(
        "implied without a reason",
        "receipt-form",
        "locatedIn",
        page(' ; rdfs:comment "The article was written there."@en', ""),
    ),
    Broken("receipt without a basis", "receipt-form", "locatedIn", page("koi:basis basis:implied ; ", "")),
    Broken(
        "receipt with more than receipts say",
        "receipt-form",
        "locatedIn",
        page("koi:basis basis:implied", "koi:basis basis:implied ; koi:order 1"),
    ),
    Broken(
        "receipt of what is not stated",
        "receipt-unasserted",
        "involvesActor",
        more("<< <project/patient> koi:involvesActor <organisation/neighbour> ~ c:1\\,2 >> .\n"),
    ),
    # RDF/XML and JSON-LD
    Broken(
        "RDF/XML with a DOCTYPE",
        "doctype",
        "graph.rdf, line 2",
        other("graph.rdf", '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY a "aaaa">]>\n' + RDF_XML),
    ),
    Broken(
        "RDF/XML with a DOCTYPE after a comment",
        "doctype",
        "graph.rdf, line 3",
        other(
            "graph.rdf",
            '<?xml version="1.0"?>\n<!-- a\n--><!DOCTYPE rdf:RDF SYSTEM "https://example.org/x">\n' + RDF_XML,
        ),
    ),
    Broken(
        "RDF/XML that is not well-formed",
        "syntax",
        "graph.rdf, line 3, column",
        other("graph.rdf", RDF_XML.replace("</rdf:Description>", "</rdf:Desc>")),
    ),
    Broken(
        "RDF/XML nested too deeply",
        "syntax",
        "graph.rdf, line 2",
        other("graph.rdf", RDF_XML.replace("A</dct", "<dct:title>" * 50_000 + "</dct:title>" * 50_000 + "</dct")),
    ),
    Broken(
        "RDF/XML with a relative IRI",
        "relative-iri",
        "graph.rdf, line 2",
        other("graph.rdf", RDF_XML.replace(PATIENT_IRI, "patient")),
    ),
    Broken(
        "RDF/XML in another encoding",
        "encoding",
        "graph.rdf, line 1",
        other("graph.rdf", '<?xml version="1.0" encoding="ISO-8859-1"?>\n' + RDF_XML),
    ),
    Broken(
        "JSON-LD with a remote context",
        "remote-context",
        "graph.jsonld, line 2",
        other(
            "graph.jsonld",
            f'{{\n"@context": "https://example.org/context.jsonld", "@id": "{PATIENT_IRI}", "title": "A"}}',
        ),
    ),
    Broken(
        "JSON-LD with a remote context deep inside",
        "remote-context",
        "graph.jsonld, line 1",
        other(
            "graph.jsonld",
            f'[{{"@id": "{PATIENT_IRI}", "{TITLE}": {{"@context": [{{}}, "c.jsonld"], "@value": "A"}}}}]',
        ),
    ),
    Broken(
        "JSON-LD with an unmapped term",
        "unmapped-term",
        "graph.jsonld, line 1",
        other("graph.jsonld", f'{{"@id": "{PATIENT_IRI}", "{TITLE}": "A", "budget": 5}}'),
    ),
    Broken(
        "JSON-LD with a relative IRI",
        "relative-iri",
        "graph.jsonld",
        other("graph.jsonld", f'{{"@id": "patient", "{TITLE}": "A"}}'),
    ),
    Broken(
        "JSON-LD with a space in an IRI",
        "iri",
        "graph.jsonld, line 1",
        other("graph.jsonld", f'{{"@id": "https://example.org/a b", "{TITLE}": "A"}}'),
    ),
    Broken(
        "JSON-LD that is not JSON", "syntax", "graph.jsonld, line 2, column 1", other("graph.jsonld", '{"@id":\n}')
    ),
    Broken(
        "JSON-LD nested too deeply",
        "syntax",
        "graph.jsonld",
        other("graph.jsonld", '{"@graph":' + "[" * 200_000 + "]" * 200_000 + "}"),
    ),
    Broken(
        "JSON-LD without a subject and with a number of 5000 digits",
        "blank-only",
        "",
        other("graph.jsonld", f'{{"{TITLE}": {"9" * 5000}}}'),
    ),
    # The manifest
    Broken("manifest that is not TOML", "manifest", "source.toml", toml(slug='slug = "patient')),
    Broken("manifest without rights", "manifest", "source.toml", toml(rights="", licence="")),
    Broken("manifest with an unknown key", "manifest", "source.toml", toml(kind='kind = "page"\ncolour = "red"')),
    Broken("manifest with another slug", "manifest", "source.toml", toml(slug='slug = "someone-else"')),
    Broken("manifest with the slug of our own graph", "manifest", "source.toml", toml(slug='slug = "ontology"')),
    Broken("manifest with an unknown language", "manifest", "source.toml", toml(language='language = "klingon"')),
    Broken("page that is not held", "manifest", "source.toml", toml(sha256='not_held = "read on the web"')),
    Broken("page without receipts", "manifest", "source.toml", toml(receipts='receipts = "annotated"')),
    Broken("manifest with a bad hash", "manifest", "source.toml", toml(sha256='sha256 = "abc"')),
    Broken("manifest with a glob out of bounds", "manifest", "source.toml", toml(mints='mints = ["../*"]')),
    Broken("manifest nested too deeply", "manifest", "source.toml", toml(slug="a = " + "[" * 9999 + "]" * 9999)),
    Broken("manifest with too large a number", "manifest", "source.toml", toml(length="length = " + "9" * 5000)),
    Broken("manifest above all size", "manifest", "source.toml", toml(slug="#" * 2**21)),
    Broken(
        "manifest with a title in no language", "manifest", "source.toml", toml(title='title = { "a b" = "A" }')
    ),
    Broken(
        "manifest with a licence that is no address",
        "manifest",
        "source.toml",
        toml(licence='licence = "https://example.org/%zz"'),
    ),
    Broken(
        "manifest with a term as its document",
        "manifest",
        "source.toml",
        toml(iri='iri = "https://w3id.org/koinon/def#Project"'),
    ),
    Broken(
        "manifest that is not UTF-8",
        "manifest",
        "source.toml",
        lambda: {"source.toml": PAGE.replace("facts only", "tylko faktów").encode("cp1250"), "graph.ttl": PATIENT},
    ),
)
