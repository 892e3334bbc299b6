"""A table has a row for each thing of a class; columns follow from the shapes, and nothing they hold is lost."""

import csv
import io
import json
import os
import random
from datetime import date
from pathlib import Path

import polars
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from building import PREFIXES, World, manifest
from koinon.build.dumps import columnar, making, tables
from koinon.build.dumps.columns import Kind, Table, read_tables
from koinon.build.dumps.making import make_dumps
from koinon.build.dumps.rows import RowMaker
from koinon.model.assets import Assets
from koinon.model.settings import Settings
from koinon.release.dumps import folder_of

ID = "https://w3id.org/koinon/id/"
DEF = "https://w3id.org/koinon/def#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SEEDS = os.environ.get("KOINON_SEEDS", "1")


@pytest.fixture(scope="module")
def real() -> dict[str, Table]:
    return read_tables(Assets.locate(Settings.from_environment({})))


def table(world: World, name: str) -> polars.DataFrame:
    return polars.read_parquet(folder_of(world.home, world.current.id) / "tables" / f"{name}.parquet")


def cells(world: World, name: str) -> list[dict[str, str]]:
    text = (folder_of(world.home, world.current.id) / "tables" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def made(world: World) -> dict[str, bytes]:
    folder = folder_of(world.home, world.current.id)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def extend(world: World, more: str) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text() + more)


def test_a_row_gives_names_by_language_and_values_by_type(world: World) -> None:
    world.build(dumps=True)
    (event,) = table(world, "Event").rows(named=True)
    assert event["id"] == ID + "event/patient-meeting"
    assert (event["label_pl"], event["label_en"], event["label_el"]) == ("Spotkanie", "Meeting", None)
    assert json.loads(event["prefLabel"]) == {"en": ["Meeting"], "pl": ["Spotkanie"]}
    assert event["startDate"] == date(2024, 6, 10)
    assert event["sources"] == ["patient"]
    assert event["types"] == [DEF + "Event"]
    assert event["partOfProject"] == [ID + "project/patient"]
    territories = table(world, "Territory").to_dicts()
    assert [(row["label_en"], row["nutsLevel"]) for row in territories] == [("Poland", 0), ("Pomorskie", 2)]


def test_a_row_brings_together_what_all_sources_say(world: World) -> None:
    world.build(dumps=True)
    (project,) = table(world, "Project").rows(named=True)
    assert project["sources"] == ["neighbour", "patient", "territory"]
    assert json.loads(project["altLabel"]) == {"en": ["The patient"]}
    assert project["involvesActor"] == [ID + "organisation/neighbour"]


def test_csv_has_the_same_cells_with_lists_as_json(world: World) -> None:
    world.build(dumps=True)
    (row,) = cells(world, "Project")
    (same,) = table(world, "Project").rows(named=True)
    assert row.keys() == same.keys()
    for name, value in same.items():
        text = json.dumps(value, separators=(",", ":")) if isinstance(value, list) else str(value)
        assert row[name] == ("" if value is None else text)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_spreadsheet_calculates_a_text(world: World, start: str) -> None:
    extend(world, f'<organisation/neighbour> skos:prefLabel "{start}SUM(A1)"@lv ; skos:altLabel "{start}1"@en .\n')
    world.build(dumps=True)
    row = next(row for row in cells(world, "Organization") if row["id"].endswith("/neighbour"))
    assert row["label_lv"] == f"'{start}SUM(A1)"
    assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())
    frame = table(world, "Organization").filter(polars.col("id") == row["id"])
    assert frame["label_lv"].to_list() == [f"{start}SUM(A1)"]


def test_the_dictionary_explains_every_column_of_every_table(world: World) -> None:
    world.build(dumps=True)
    folder = folder_of(world.home, world.current.id) / "tables"
    document = json.loads((folder / "csv-metadata.json").read_text("utf-8"))
    assert {entry["url"] for entry in document["tables"]} == {path.name for path in folder.glob("*.csv")}
    for entry in document["tables"]:
        header = next(csv.reader([(folder / entry["url"]).read_text("utf-8").partition("\n")[0]]))
        columns = entry["tableSchema"]["columns"]
        assert [column["titles"] for column in columns] == header
        for column in columns:
            assert "propertyUrl" in column or column["suppressOutput"]
            named = {label["@language"] for label in column.get("rdfs:label", [])}
            assert len(named) in {0, 9}, column
    project = next(entry for entry in document["tables"] if entry["url"] == "Project.csv")
    assert {"@value": "projekt", "@language": "pl"} in project["dc:title"]


def test_columns_are_the_same_whatever_the_release_has(world: World, real: dict[str, Table]) -> None:
    world.build(dumps=True)
    for name, known in ((t.name, [c.name for c in t.columns]) for t in real.values()):
        path = folder_of(world.home, world.current.id) / "tables" / f"{name}.parquet"
        if path.exists():
            assert polars.read_parquet(path).columns == known


def test_a_class_has_the_columns_of_those_above_it(real: dict[str, Table]) -> None:
    columns = {table.name: {column.name for column in table.columns} for table in real.values()}
    assert columns["AmountClaim"] >= columns["Claim"]
    assert columns["Cluster"] >= columns["Organization"]
    assert columns["PublicOrganisation"] >= columns["Organization"]
    assert "Statement" not in columns


def test_every_name_of_a_column_stands_for_one_property(real: dict[str, Table]) -> None:
    meant: dict[str, set[str]] = {}
    for each in real.values():
        names = [column.name for column in each.columns]
        assert len(set(names)) == len(names)
        for column in each.columns:
            meant.setdefault(column.name, set()).add(column.property)
    assert {name for name, properties in meant.items() if len(properties) > 1} == set()


TEXTS = some.text(some.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
TERMS = some.one_of(
    some.tuples(TEXTS, some.sampled_from(["en", "pl", "de", "zh"])).map(lambda t: f"{quoted(t[0])}@{t[1]}"),
    TEXTS.map(lambda text: quoted(text)),
    some.integers().map(lambda number: f'"{number}"^^<{XSD}integer>'),
    some.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda n: f'"{n:f}"^^<{XSD}decimal>'),
    some.dates().map(lambda day: f'"{day}"^^<{XSD}date>'),
    some.sampled_from([f'"2024-02-30"^^<{XSD}date>', f'"2024-06-10Z"^^<{XSD}date>', f'"x"^^<{XSD}integer>']),
    some.booleans().map(lambda value: f'"{str(value).lower()}"^^<{XSD}boolean>'),
    some.integers(0, 99).map(lambda number: f"<{ID}place/p{number}>"),
)  # fmt: skip


def quoted(text: str) -> str:
    """Return a text as canonical N-Triples have it."""
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    rest = {chr(number): f"\\u{number:04X}" for number in (*range(0x20), 0x7F)}
    return '"' + "".join((rest | marks).get(letter, letter) for letter in text) + '"'


@given(some.lists(TERMS, min_size=1, max_size=4, unique=True), some.sampled_from(list(Kind)[:-1]), some.data())
def test_a_cell_and_what_is_left_are_all_that_was_said(terms: list[str], kind: Kind, data: some.DataObject) -> None:
    every = [(t, c) for t in ALL.values() for c in t.columns if c.kind is kind and c.property and not c.language]
    chosen, column = data.draw(some.sampled_from([pair for pair in every if pair[1].name != "types"]))
    values = sorted(term.encode() for term in terms)
    said = {f"<{column.property}>".encode(): values, RDF_TYPE: [f"<{chosen.about}>".encode()]}
    ((_, row),) = RowMaker({chosen.about: chosen}).rows(ID + "x", said, ["s"])
    given_value = row.get(chosen.columns.index(column))
    left = json.loads(str(row.get(len(chosen.columns) - 1, "{}"))).get(column.name, [])
    if kind is Kind.LIST:
        assert isinstance(given_value, list)
        assert (len(given_value), left) == (len(values), [])
    elif kind is Kind.TEXTS:
        texts = json.loads(str(given_value or "{}"))
        assert sum(map(len, texts.values())) + len(left) == len(values)
    else:
        assert len(left) == len(values) - (given_value is not None)
    assert {term.encode() for term in left} <= set(values)
    frame = columnar.as_arrow(chosen, [row])
    assert frame.column(column.name)[0].as_py() == given_value
    text = columnar._for_csv(frame).column(column.name)[0].as_py()
    if isinstance(given_value, list):
        assert json.loads(text) == given_value


ALL = read_tables(Assets.locate(Settings.from_environment({})))
RDF_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def test_groups_of_rows_are_the_same_however_they_came_about(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(columnar, "GROUP", 5)
    kind = next(table for table in ALL.values() if table.name == "Location")
    dice = random.Random(7)  # noqa: S311  a test that can be repeated

    def row(number: int, text: str) -> dict[int, object]:
        return {0: f"{ID}place/{number:03}", 1: [kind.about], 2: ["s"], 3: text}

    def write(folder: Path, rows: list[dict[int, object]]) -> None:
        folder.mkdir()
        with columnar.Sink(folder, kind) as sink:
            for each in rows:
                sink.add(each)

    for times in range(30):
        now = {number: row(number, "old") for number in dice.sample(range(40), dice.randrange(1, 30))}
        gone = set(dice.sample(sorted(now), dice.randrange(len(now))))
        fresh = {n: row(n, "new") for n in dice.sample(range(40), dice.randrange(12)) if n in gone or n not in now}
        then = {number: each for number, each in now.items() if number not in gone} | fresh
        before, changed, anew = (tmp_path / f"{name}-{times}" for name in ("before", "changed", "anew"))
        write(before, [now[number] for number in sorted(now)])
        write(anew, [then[number] for number in sorted(then)])
        changed.mkdir()
        with columnar.Sink(changed, kind) as sink:
            names = {str(now[number][0]) for number in gone}
            rows = [fresh[number] for number in sorted(fresh)]
            for group in columnar.changed(before / f"{kind.name}.parquet", kind, names, rows):
                assert isinstance(group, pa.Table)
                sink.write(group)
        for suffix in columnar.SUFFIXES:
            name = f"{kind.name}{suffix}"
            assert (changed / name).read_bytes() == (anew / name).read_bytes()


def first_to_last() -> range:
    first, _, last = SEEDS.partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.mark.parametrize("seed", first_to_last())
def test_dumps_made_from_those_before_are_those_made_from_nothing(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)  # noqa: S311  a test that can be repeated
    monkeypatch.setattr(columnar, "GROUP", 3)
    world.build(dumps=True)
    taken = []
    change = tables.change_tables

    def noted(*arguments: object) -> object:
        rows = change(*arguments)  # type: ignore[arg-type]
        taken.append(rows is not None)
        return rows

    monkeypatch.setattr(tables, "change_tables", noted)
    for _ in range(6):
        put(world, f"n{dice.randrange(3)}", dice)
        if dice.random() < 0.2:
            monkeypatch.setattr(tables, "FEW", dice.choice([2, 20_000]))
        report = world.build(dumps=True)
        assert not report.refused
        stepwise = made(world)
        with monkeypatch.context() as alone:
            alone.setattr(making._Making, "_earlier", lambda _: (None, {}))
            make_dumps(world.home, world.assets, world.current, again=True)
        assert made(world) == stepwise
    assert any(taken)


def put(world: World, slug: str, dice: random.Random) -> None:
    names = ["Ἑστία", "=1+1", "Zażółć"]
    things = "\n".join(
        f"<organisation/{slug}-{number}> a org:Organization{dice.choice(['', ' , koi:Network'])} ; "
        f'skos:prefLabel "{dice.choice(names)} {dice.randrange(3)}"@{dice.choice(["en", "pl"])} ; '
        f"org:classification actor-type:association ; koi:locatedIn <place/gdansk> ."
        for number in range(dice.randrange(6))
    )
    known = '<project/patient> skos:altLabel "Known to them"@en .\n' * dice.randrange(2)
    text = f'{PREFIXES}<document/{slug}> a foaf:Document ; skos:prefLabel "{slug}"@en .\n{things}\n{known}'
    world.put(slug, {"source.toml": manifest(slug), "graph.ttl": text})
