"""Small made-up lists in the columns of the real ones, and the tables made of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from koinon.build.mapping.lookups import Lookups

AUTHORITY = "http://publications.europa.eu/resource/authority"

CODES = """\
code,version,country
GRY9,2006,Greece
GRY91,2006,Greece
ELY9,2024,Greece
ELY91,2024,Greece
ELY92,2024,Greece
GR9,2006,Greece
GR91,2006,Greece
EL9,2021,Greece
EL91,2021,Greece
DEX,2021,Germany
DEX1,2021,Germany
DEX11,2021,Germany
DEX12,2021,Germany
DEX13,2021,Germany
DEX14,2021,Germany
DEX15,2021,Germany
DEX,2024,Germany
DEX1,2024,Germany
DEX11,2024,Germany
DEX21,2024,Germany
DEX22,2024,Germany
DEX15,2024,Germany
EL9,2024,Greece
EL91,2024,Greece
UKX,2021,United Kingdom
ELZZZ,2021,Greece
PL21,2024,Poland
PL2,2024,Poland
"""

_OVERLAPS = [
    ("GRY9", "ELY9", "2006", "2024", 100.0),
    ("GRY91", "ELY91", "2006", "2024", 50.0),
    ("GRY91", "ELY92", "2006", "2024", 50.0),
    ("GR9", "EL9", "2006", "2024", 900.0),
    ("GR91", "EL91", "2006", "2024", 900.0),
    ("EL9", "EL9", "2021", "2024", 900.0),
    ("EL91", "EL91", "2021", "2024", 900.0),
    ("DEX", "DEX", "2021", "2024", 1000.0),
    ("DEX1", "DEX1", "2021", "2024", 1000.0),
    ("DEX11", "DEX11", "2021", "2024", 300.0),
    ("DEX12", "DEX21", "2021", "2024", 97.0),  # 97 % of the people: carried, and DEX21 has more than it
    ("DEX12", "DEX22", "2021", "2024", 3.0),
    ("DEX13", "DEX21", "2021", "2024", 50.0),  # half and half: divided
    ("DEX13", "DEX22", "2021", "2024", 50.0),
    ("DEX14", "DEX22", "2021", "2024", 200.0),  # whole, into a larger one
    ("DEX15", "DEX11", "2021", "2024", 100.0),  # the code DEX15 means another territory in 2024
]

CROSSWALK = "from_code,to_code,from_version,to_version,level,country,areaKm,pop21,pop11\n" + "".join(
    f"{old},{new},{then},{now},{len(old) - 2}.0,Here,12.5,{people},{people}\n"
    for old, new, then, now, people in _OVERLAPS
)

FORM_TITLES = [
    "ELF Code",
    "Country of formation",
    "Country Code (ISO 3166-1)",
    "Entity Legal Form name Local name",
    "Language Code (ISO 639-1)",
    "Entity Legal Form name Transliterated name (per ISO 01-140-10)",
    "Abbreviations Local language",
    "Abbreviations transliterated",
    "ELF Status ACTV/INAC",
]
FORMS = "\ufeff" + "\n".join(
    [
        ",".join(f'"{title}"' for title in FORM_TITLES),
        '"8888","","","","","","","","ACTV"',
        '"AAA1","Germany","DE","Beispielverein","de","Beispielverein","e.V.","","ACTV"',
        '"AAA2","Germany","DE","Gesellschaft B","de","Gesellschaft B","GdB;GdB mbH","","ACTV"',
        '"AAA3","Germany","DE","Genossenschaft","de","Genossenschaft","eG","","ACTV"',
        '"BBB1","Poland","PL","Spółka pierwsza","pl","Spolka pierwsza","S.P.","","ACTV"',
        '"BBB2","Poland","PL","Spółka próbna","pl","Spolka probna","SP","","INAC"',
        '"KKK1","Korea","KR","회사","kr","hoesa","","","ACTV"',
        "",
    ]
)

COUNTRIES = {
    "DEU": {"eng": "Germany", "deu": "Deutschland", "fra": "Allemagne", "ell": "Γερμανία"},
    "GRC": {"eng": "Greece", "deu": "Griechenland", "fra": "Grèce", "ell": "Ελλάδα"},
    "GBR": {"eng": "United Kingdom", "deu": "Vereinigtes Königreich", "fra": "Royaume-Uni"},
    "POL": {"eng": "Poland", "deu": "Polen", "pol": "Polska"},
    "TUR": {"eng": "Türkiye", "deu": "Türkei"},
    "SVK": {"eng": "Slovakia"},
    "SUR": {"eng": "Suriname"},
    "SRB": {"eng": "Serbia"},
    "SXM": {"eng": "Sint Maarten", "spa": "San Martín"},
    "MAF": {"eng": "Saint Martin", "spa": "San Martín"},
    "XKX": {"eng": "Kosovo"},
}
LANGUAGES = {"ELL": {"eng": "Greek", "ell": "Ελληνικά"}, "CAT": {"eng": "Catalan"}, "SME": {"eng": "Northern Sami"}}
CURRENCIES = {"EUR": {"eng": "Euro"}, "GBP": {"eng": "Pound sterling"}, "PLN": {"eng": "Zloty"}}
PROGRAMMES = {"FIRST": {"eng": "The first programme", "fra": "Le premier programme"}, "TWO": {"eng": "Double"}}
REGIONS = {"TRX11": {"tur": "Deneme", "eng": "Deneme"}, "DEX11": {"deu": "Musterkreis", "eng": "Musterkreis"}}
REGIONS |= {"TRZZZ": {"eng": "Extra-Regio NUTS 3"}, "NOX11": {"eng": "Deneme/Dennem"}, "NOX12": {"eng": "Deneme"}}

PLACES = """\
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://w3id.org/koinon/id/place/> .
<germany> skos:prefLabel "Alemanya"@ca ; adms:identifier <germany#iso2> , <germany#iso3> .
<germany#iso2> skos:notation "DE" ; adms:schemeAgency "ISO" .
<germany#iso3> skos:notation "DEU" ; adms:schemeAgency "ISO" .
<malopolskie> adms:identifier <malopolskie#nuts> .
<malopolskie#nuts> skos:notation "PL21" ; adms:schemeAgency "Eurostat" .
"""


def genericode(name: str, rows: Mapping[str, Mapping[str, str]], iri: str = "") -> str:
    """Return a list in Genericode."""
    body = "".join(
        "<Row>"
        + "".join(
            f'<Value ColumnRef="{column}"><SimpleValue>{escape(text)}</SimpleValue></Value>'
            for column, text in [("code", code), ("Name", labels["eng"])]
            + [(f"{language}_label", text) for language, text in labels.items()]
        )
        + "</Row>"
        for code, labels in rows.items()
    )
    columns = dict.fromkeys(["code", "Name", *(f"{tag}_label" for labels in rows.values() for tag in labels)])
    head = "".join(f'<Column Id="{column}" Use="optional"/>' for column in columns)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<gc:CodeList xmlns:gc="http://docs.oasis-open.org/codelist/ns/genericode/1.0/"><Identification>'
        f'<LongName>{name}</LongName><LongName Identifier="listId">{iri or f"{AUTHORITY}/{name}"}</LongName>'
        f"<Version>1</Version></Identification><ColumnSet>{head}</ColumnSet><SimpleCodeList>{body}</SimpleCodeList></gc:CodeList>"
    )


def write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def made_up(folder: Path, without: Sequence[str] = ()) -> Lookups:
    """Return the tables of the made-up lists, some sources left out."""
    lists = {
        "country": COUNTRIES,
        "language": LANGUAGES,
        "currency": CURRENCIES,
        "eu-programme": PROGRAMMES,
        "nuts-here-lvl3": REGIONS,
    }
    files = {
        "nuts": write(folder, {"a.csv": CODES, "b.csv": CROSSWALK}),
        "eu-code-lists": write(folder, {f"{name}.gc": genericode(name, rows) for name, rows in lists.items()}),
        "legal-forms": write(folder, {"forms.csv": FORMS}),
        "place": write(folder, {"places.ttl": PLACES}),
    }
    return Lookups.of({source: paths for source, paths in files.items() if source not in without})
