"""The mappings of the reference lists, on made-up files: what the graphs say, and how a build would judge them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up_lists import FORMS, genericode, made_up, write
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from koinon.build.mapping.engine import Mapped, apply, load_mapping
from koinon.build.mapping.lookups import Lookups
from koinon.build.mapping.lookups.genericode import LABEL_TAGS
from koinon.build.shacl import Validator

ROOT = Path(__file__).parents[3]
ID = "https://w3id.org/koinon/id/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
PREFIXES = f"""
PREFIX adms: <http://www.w3.org/ns/adms#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX koi: <https://w3id.org/koinon/def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX m8g: <http://data.europa.eu/m8g/>
PREFIX id: <{ID}> PREFIX place: <{ID}place/> PREFIX authority: <{AUTHORITY}>
"""
TWENTY_FOUR = tuple(LABEL_TAGS)
SPECIFIC = {
    "country": {"DEU": "Germany", "POL": "Poland"},
    "eu-programme": {"FIRST_ONE": "The first (2014/2020)", "SINGLEMKT": "Single Market Programme (2021/2027)"},
    "corporate-body": {"COR_X": "Body of examples"},
    "language": {"ELL": "Greek", "SME": "Northern Sami"},
    "currency": {"EUR": "Euro"},
}


def applied(name: str, lookups: Lookups, files: list[Path], folder: Path) -> tuple[Mapped, Store]:
    made = apply(load_mapping(ROOT / "data" / "mappings" / f"{name}.toml"), files, lookups, folder / f"{name}.nt")
    store = Store()
    store.bulk_load(path=made.path, format=RdfFormat.N_TRIPLES)
    return made, store


@pytest.fixture(scope="module")
def nuts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapped, Store]:
    folder = tmp_path_factory.mktemp("nuts")
    lookups = made_up(folder)
    renamed = {"a.csv": "all_nuts_codes.csv", "b.csv": "cross_walks.csv", "nuts-here-lvl3.gc": "nuts_here-lvl3.gc"}
    for old, new in renamed.items():
        (folder / new).write_text((folder / old).read_text(encoding="utf-8"), encoding="utf-8")
    crosswalk = folder / "cross_walks.csv"
    weights = ",artif_surf18,artif_surf12,bu_vol"
    head, *rows = crosswalk.read_text(encoding="utf-8").splitlines()
    crosswalk.write_text("\n".join([head + weights, *(row + ",1,1,1" for row in rows)]) + "\n", encoding="utf-8")
    regions = {code: dict.fromkeys(TWENTY_FOUR, "Deneme") for code in ("TRX11", "TRZZZ", "NOX12")}
    write(folder, {"nuts_here-lvl3.gc": genericode("nuts-here-lvl3", regions)})
    return applied("nuts", lookups, [folder / new for new in renamed.values()], folder)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapped, Store]:
    folder = tmp_path_factory.mktemp("lists")
    files = {
        f"{name}.gc": genericode(name, {code: dict.fromkeys(TWENTY_FOUR, text) for code, text in rows.items()})
        for name, rows in SPECIFIC.items()
    }
    paths = write(folder, files)
    places = write(folder, {"places.ttl": _place("germany", "DE")})
    return applied("eu-code-lists", Lookups.of({"eu-code-lists": paths, "place": places}), paths, folder)


def _place(slug: str, code: str) -> str:
    return (
        "@prefix adms: <http://www.w3.org/ns/adms#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f"<{ID}place/{slug}> adms:identifier <{ID}place/{slug}#i> .\n"
        f'<{ID}place/{slug}#i> skos:notation "{code}" ; adms:schemeAgency "ISO" .\n'
    )


def ask(store: Store, pattern: str) -> bool:
    return bool(store.query(f"{PREFIXES} ASK {{ {pattern} }}"))


def violations(path: Path) -> list[tuple[str, str]]:
    """Return what the shapes refuse of a graph, judged with the vocabulary and the project's reference sources."""
    validator = Validator(_text(sorted((ROOT / "shapes").glob("*.ttl"))).decode())
    context = _text(
        [*sorted((ROOT / "ontology").rglob("*.ttl")), *sorted((ROOT / "data" / "reference").rglob("*.ttl"))]
    )
    data = path.read_bytes()
    own = {line.split(b" ", 1)[0].decode() for line in data.splitlines()}
    return [
        (result.focus, result.message())
        for result in validator.validate(data + context)
        if result.severity.endswith("Violation>") and result.focus in own
    ]


def _text(paths: list[Path]) -> bytes:
    def triples() -> Iterator[Quad]:
        for path in paths:
            yield from parse(path=path, format=RdfFormat.TURTLE)

    return serialize((quad.triple for quad in triples()), format=RdfFormat.N_TRIPLES) or b""


def test_a_region_has_its_level_its_parent_and_its_codes_with_their_versions(nuts: tuple[Mapped, Store]) -> None:
    _, store = nuts
    assert ask(
        store,
        "place:nuts-el91 a koi:Territory , dct:Location ; koi:nutsLevel 2 ; "
        'skos:prefLabel "EL91 (NUTS 2, Greece)"@en ; '
        "dct:isPartOf place:nuts-el9 ; adms:identifier ?new , ?old . "
        '?new skos:notation "EL91" ; koi:schemeVersion "2021" , "2024" . ?old skos:notation "GR91" ; '
        'koi:schemeVersion "2006" .',
    )


def test_an_old_region_is_replaced_only_where_it_went_into_one(nuts: tuple[Mapped, Store]) -> None:
    _, store = nuts
    assert ask(store, "place:nuts-dex14 dct:isReplacedBy place:nuts-dex22")
    assert ask(store, "place:nuts-dex13 a koi:Territory FILTER NOT EXISTS { place:nuts-dex13 dct:isReplacedBy ?x }")
    assert ask(store, "place:nuts-dex15-2021 a koi:Territory")


def test_a_divided_region_says_how_many_of_its_people_went_where(nuts: tuple[Mapped, Store]) -> None:
    _, store = nuts
    for successor in ("dex21", "dex22"):
        assert ask(
            store,
            f"place:nuts-dex13 koi:hasSuccession ?s . ?s a koi:Succession ; koi:successor place:nuts-{successor} ; "
            'koi:populationShare 0.5 ; koi:schemeVersion "2024" .',
        )
    assert ask(store, "place:nuts-dex12 koi:hasSuccession [ koi:populationShare 0.97 ]")
    assert not ask(store, "place:nuts-el91 koi:hasSuccession ?s")


def test_a_region_outside_nuts_comes_from_the_lists_of_names(nuts: tuple[Mapped, Store]) -> None:
    _, store = nuts
    assert ask(store, 'place:nuts-trx11 skos:prefLabel "Deneme"@tr ; dct:isPartOf place:country-tr')
    assert ask(store, "place:nuts-trx11 dct:type <https://w3id.org/koinon/code/place-type/statistical-region>")


def test_places_of_others_and_pseudo_codes_are_counted_and_not_described(nuts: tuple[Mapped, Store]) -> None:
    made, store = nuts
    assert not ask(store, "place:malopolskie ?p ?o")
    assert not ask(store, "?place adms:identifier ?i . ?i skos:notation ?code FILTER(STRENDS(?code, 'ZZZ'))")
    rules = {table.name: table.columns[0].rules for table in made.report.tables}
    assert rules["codes"] == {"kept-elsewhere": 1, "pseudo": 1}
    assert rules["names"] == {"pseudo": 1}


def test_every_place_that_is_named_is_described(nuts: tuple[Mapped, Store]) -> None:
    _, store = nuts
    assert not ask(
        store,
        "?place dct:isPartOf|dct:isReplacedBy|koi:successor ?other "
        "FILTER(CONTAINS(STR(?other), '/place/nuts-')) FILTER NOT EXISTS { ?other a koi:Territory }",
    )
    assert ask(store, "place:nuts-gry91 dct:isPartOf place:nuts-ely9")


def test_no_place_has_two_names_in_one_language(nuts: tuple[Mapped, Store]) -> None:
    _, store = nuts
    assert not ask(store, "?p skos:prefLabel ?a , ?b FILTER(?a != ?b && LANG(?a) = LANG(?b))")


def test_an_entry_of_a_list_has_its_names_in_24_languages(lists: tuple[Mapped, Store]) -> None:
    _, store = lists
    for entry in ("country/POL", "eu-programme/FIRST_ONE", "corporate-body/COR_X", "currency/EUR", "language/SME"):
        subject = NamedNode(AUTHORITY + entry)
        label = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
        names = [quad.object for quad in store.quads_for_pattern(subject, label, None, None)]
        tags = {name.language for name in names if isinstance(name, Literal)}
        assert len(tags) == len(names) == 24, entry


def test_countries_programmes_and_bodies_become_things_of_ours(lists: tuple[Mapped, Store]) -> None:
    _, store = lists
    assert ask(store, 'place:country-pl a koi:Territory ; koi:nutsLevel 0 ; skos:prefLabel "Poland"@en')
    assert ask(store, 'place:country-pl adms:identifier ?a , ?b . ?a skos:notation "PL" . ?b skos:notation "POL"')
    assert ask(store, "<https://w3id.org/koinon/id/programme/eu-first-one> koi:programmingPeriod ?period")
    assert ask(store, "<https://w3id.org/koinon/id/organisation/eu-cor-x> a m8g:PublicOrganisation")


def test_what_other_sources_describe_is_left_to_them(lists: tuple[Mapped, Store]) -> None:
    _, store = lists
    assert not ask(store, "place:germany ?p ?o")
    assert not ask(store, "place:country-de ?p ?o")
    assert not ask(store, "<https://w3id.org/koinon/id/programme/eu-singlemkt> ?p ?o")
    assert not ask(store, "<http://publications.europa.eu/resource/authority/language/ELL> ?p ?o")


def test_legal_forms_have_names_in_their_languages(tmp_path: Path) -> None:
    lookups = made_up(tmp_path)
    rows = [line.split(",") for line in FORMS.splitlines() if line]
    further = [
        "Jurisdiction of formation",
        "Country sub-division code (ISO 3166-2)",
        "Language",
        "Date created YYYY-MM-DD (ISO 8601)",
        "Modification",
        "Modification date YYYY-MM-DD (ISO 8601)",
        "Reason",
    ]
    wide = [[*rows[0], *further], *([*row, *[""] * len(further)] for row in rows[1:])]
    files = write(tmp_path, {"elf.csv": "\n".join(",".join(row) for row in wide) + "\n"})
    made, store = applied("legal-forms", lookups, files, tmp_path)
    topic = "<https://w3id.org/koinon/id/topic/legal-forms-"
    assert ask(store, f'{topic}aaa1> skos:prefLabel "Beispielverein"@de ; skos:altLabel "e.V."@de')
    assert ask(store, f'{topic}kkk1> skos:prefLabel "회사"@ko ; skos:altLabel "hoesa"@ko-latn')
    assert ask(store, f"{topic}bbb2> owl:deprecated true")
    assert not ask(store, f"{topic}8888> ?p ?o")
    assert violations(made.path) == []


def test_the_shapes_refuse_nothing_of_regions_and_lists(
    nuts: tuple[Mapped, Store], lists: tuple[Mapped, Store]
) -> None:
    assert violations(nuts[0].path) == []
    assert violations(lists[0].path) == []


@pytest.mark.parametrize("name", ["nuts", "eu-code-lists"])
def test_each_cell_is_counted_once(name: str, request: pytest.FixtureRequest) -> None:
    made, _ = request.getfixturevalue({"nuts": "nuts", "eu-code-lists": "lists"}[name])
    for table in made.report.tables:
        for column in table.columns:
            counted = column.mapped + column.missing + column.rejected + column.unknown + column.unused
            assert counted == table.read - table.unreadable, (table.name, column.title)
