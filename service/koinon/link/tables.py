"""Tables of organisations: CSV and TSV read with care, columns known by name, faults told by row."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from koinon.link.countries import country_code
from koinon.link.mentions import Mention
from koinon.link.text import clean, fold
from koinon.model.errors import ConfigurationError

_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        *("id", "uid", "aid", "bid", "identifier", "record id", "organisation id", "organization id", "org id"),
        *("cuk organisation id", "key", "code", "nr", "no", "lp", "ident", "uri", "iri", "url id"),
    ),
    "name": (
        *("name", "registered name", "organisation name", "organization name", "legal name", "title", "label"),
        *(
            "nazwa",
            "nom",
            "nombre",
            "nome",
            "navn",
            "nosaukums",
            "onoma",
            "επωνυμια",
            "ονομασια",
            "ονομα",
            "nome ente",
        ),
        *(
            "denominazione",
            "naziv",
            "pavadinimas",
            "nimi",
            "ime",
            "naam",
            "organisation",
            "organization",
            "ragione sociale",
        ),
    ),
    "other_names": ("trading name", "alias", "aliases", "other names", "alternative name", "short name", "acronym"),
    "language": ("lang", "language", "name language", "jezyk", "langue", "lingua", "idioma", "valoda", "sprak"),
    "country": (
        *("cc", "country", "country code", "country id", "kraj", "pays", "paese", "pais", "valsts", "land", "χωρα"),
        *("countrycode", "country iso", "iso country"),
    ),
    "city": (
        *("city", "city obs", "town", "locality", "registered city", "place", "miasto", "ville", "citta", "ciudad"),
        *("ciutat", "pilseta", "by", "sted", "πολη", "miejscowosc", "municipality", "comune", "grad", "mesto"),
    ),
    "year": (
        *(
            "year",
            "est obs",
            "established",
            "founded",
            "founding year",
            "year founded",
            "incorporation date",
            "rok",
        ),
        *("annee", "anno", "ano", "any", "gads", "ar", "ετος", "founded in", "start year", "foundation year"),
    ),
    "types": ("type", "types", "kind", "organisation type", "organization type", "typ", "tipo", "tips", "τυπος"),
    "website": (
        "website",
        "web",
        "url",
        "homepage",
        "site",
        "www",
        "domain",
        "strona",
        "pagina web",
        "sito",
        "ιστοσελιδα",
    ),
    "postcode": (
        "postcode",
        "post code",
        "postal code",
        "zip",
        "zip code",
        "registered postcode",
        "plz",
        "cap",
        "kod",
    ),
    "street": (
        "street",
        "address",
        "street address",
        "registered street",
        "adres",
        "adresse",
        "indirizzo",
        "direccion",
    ),
    "identifiers": (
        *(
            "registration number",
            "registered number",
            "companies house number",
            "company number",
            "vat",
            "vat number",
        ),
        *(
            "pic",
            "ror",
            "lei",
            "wikidata",
            "krs",
            "nip",
            "regon",
            "siren",
            "siret",
            "cif",
            "nif",
            "orgnr",
            "tax id",
        ),
        *("organisation number", "charity number", "reg no", "registration no", "isni", "grid", "codice fiscale"),
    ),
}
"""What the titles of columns mean, as ``--column`` names them; titles are compared without case and punctuation."""
FIELDS: Final = tuple(_NAMES)
_NO_TEXT: Final = {
    b"\xd0\xcf\x11\xe0": "a workbook of the old kind (.xls)",
    b"PK\x03\x04": "a packed file, as .ods and .numbers are",
    b"%PDF": "a PDF",
}
"""What files begin with that people take for tables."""
_YEAR: Final = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)")
_LARGEST: Final = 2**28
_CELL: Final = 100_000


def read_table(path: Path, given: Mapping[str, str] | None = None) -> Iterator[Mention]:
    """Yield the records of a CSV or TSV file; ``given`` names columns, such as ``{"name": "Title"}``.

    Raises ConfigurationError, with the row, for what cannot be read.
    """
    text = _text(path)
    delimiter = _delimiter(path, text)
    csv.field_size_limit(_CELL)
    bare = delimiter == "\t" and not _quoted(text)
    lines = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if bare else csv.QUOTE_MINIMAL,
        strict=True,
    )
    yield from mentions_of(path.name, _rows(path, lines), given or {})


def _rows(path: Path, lines: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise ConfigurationError(f"{path.name}: row {lines.line_num} cannot be read: {error}.") from error  # type: ignore[attr-defined]


def mentions_of(table: str, rows: Iterable[Sequence[str]], given: Mapping[str, str]) -> Iterator[Mention]:
    """Yield the records of rows, of which the first that is not empty holds the titles.

    Raises ConfigurationError for missing columns, rows without an id or a name, and ids that stand twice.
    """
    numbered = ((number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row))
    _, titles = next(numbered, (0, []))
    if not titles:
        raise ConfigurationError(f"{table} is empty. A table has a row of titles and a row for each organisation.")
    columns = recognised(table, titles, given)
    seen: dict[str, int] = {}
    for number, row in numbered:
        if len(row) > len(titles) and any(cell.strip() for cell in row[len(titles) :]):
            raise ConfigurationError(
                f"{table}: row {number} has {len(row)} cells, but there are {len(titles)} titles. Is a delimiter "
                "in a cell that is not in quotes?"
            )
        cells = {
            field: [row[place].strip() for place in places if place < len(row)] for field, places in columns.items()
        }
        mention = _mention(cells)
        if not mention.id:
            raise ConfigurationError(f"{table}: row {number} has no id.")
        if not clean(mention.name):
            raise ConfigurationError(f"{table}: row {number} ({mention.id}) has no name.")
        if (first := seen.setdefault(mention.id, number)) != number:
            raise ConfigurationError(f"{table}: the id {mention.id} stands twice, in rows {first} and {number}.")
        yield mention
    if not seen:
        raise ConfigurationError(f"{table} has titles, but no row below them.")


def recognised(table: str, titles: Sequence[str], given: Mapping[str, str]) -> dict[str, list[int]]:
    """Return the places of the columns of each field.

    Raises ConfigurationError where a given column is not there, or none is recognised as id or name.
    """
    plain = [_plain(title) for title in titles]
    columns: dict[str, list[int]] = {}
    for field, title in given.items():
        if field not in FIELDS:
            raise ConfigurationError(f"--column {field}=…: there is no such field. Known are {', '.join(FIELDS)}.")
        if _plain(title) in plain:
            columns[field] = [plain.index(_plain(title))]
    taken = {place for places in columns.values() for place in places}
    for field, names in _NAMES.items():
        if field not in columns:
            found = [plain.index(name) for name in names if name in plain and plain.index(name) not in taken]
            if found:
                columns[field] = found if field in {"identifiers", "other_names"} else found[:1]
                taken.update(columns[field])
    for field in ("id", "name"):
        if field not in columns:
            wanted = f" A column {given[field]!r} was asked for." if field in given else ""
            raise ConfigurationError(
                f"{table} has no column that looks like the {field}.{wanted} "
                f"There are {', '.join(map(repr, titles))}. Say which it is: --column {field}=TITLE."
            )
    return columns


def _mention(cells: Mapping[str, Sequence[str]]) -> Mention:
    first = {field: values[0] if values else "" for field, values in cells.items()}
    year = _YEAR.search(first.get("year", ""))
    return Mention(
        id=first["id"],
        name=first["name"],
        language=first.get("language", "").casefold(),
        country=country_code(first.get("country", "")),
        city=first.get("city", ""),
        year=int(year.group()) if year else None,
        types=tuple(sorted({fold(kind) for kind in re.split(r"[|;,]", first.get("types", "")) if kind.strip()})),
        website=first.get("website", ""),
        postcode=first.get("postcode", ""),
        street=first.get("street", ""),
        identifiers=tuple(value for value in cells.get("identifiers", ()) if value),
        other_names=tuple(value for value in cells.get("other_names", ()) if value),
    )


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(title)).strip()


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigurationError(f"{path.name} has more than {_LARGEST >> 20} MiB; split it.")
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    if (kind := next((kind for mark, kind in _NO_TEXT.items() if content.startswith(mark)), None)) is not None:
        raise ConfigurationError(f"{path.name} is {kind}. Save the table as .xlsx or as CSV UTF-8.")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path.name}: line {line} is not UTF-8. Save the table as UTF-8 (in a spreadsheet: CSV UTF-8)."
        ) from error
    if "\0" in text:
        raise ConfigurationError(f"{path.name} is no text: it holds null characters.")
    return text


def _delimiter(path: Path, text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip()), "")
    if path.suffix.lower() in {".tsv", ".tab"}:
        return "\t"
    return max(",;\t|", key=head.count)


def _quoted(text: str) -> bool:
    """Tell whether quotes in a TSV file are around cells, as spreadsheets write them, and not part of names."""
    if '"' not in text:
        return False
    try:
        widths = {len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True) if row}
    except csv.Error:
        return False
    return len(widths) == 1
