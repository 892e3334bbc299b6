"""20 facts of each real reference source, picked with a written seed and read from the files by other means."""

import csv
import random
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_lookup_real_files import DATA, ROOT, pytestmark  # noqa: F401  (skips where the files are absent)

from koinon.build.mapping.cleaning import clean, load_cleaning
from koinon.build.mapping.engine import apply, load_mapping
from koinon.build.mapping.lookups import Lookups
from koinon.build.mapping.lookups.genericode import LABEL_TAGS
from real_sources import real_release

SEED = 20261122
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
ID = "https://w3id.org/koinon/id/"


def literal(text: str, tag: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"@{tag}'


def graph(name: str, folder: Path) -> set[str]:
    release = real_release()
    if release is not None:
        return set(release.graph_file(name).read_text(encoding="utf-8").splitlines())
    regions = sorted((DATA / "eu-code-lists").glob("nuts_*.gc"))
    files = {
        "nuts": [*sorted((DATA / "nuts").iterdir()), *regions],
        "eu-code-lists": sorted(set((DATA / "eu-code-lists").iterdir()) - set(regions)),
        "legal-forms": sorted((DATA / "legal-forms").iterdir()),
        "place": sorted((ROOT / "data" / "reference" / "place").glob("*.ttl")),
    }
    mapping = load_mapping(ROOT / "data" / "mappings" / f"{name}.toml")
    made = apply(mapping, files[name], Lookups.of(files), folder / "graph.nt")
    return set(made.path.read_text(encoding="utf-8").splitlines())


def test_regions(tmp_path: Path) -> None:
    lines = graph("nuts", tmp_path)
    with (DATA / "nuts" / "all_nuts_codes.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["version"] == "2024"]
    described = (ROOT / "data" / "reference" / "place" / "territories.csv").read_text(encoding="utf-8")
    rows = [row for row in rows if f",{row['code']}," not in described]
    for row in random.Random(SEED).sample(rows, 20):  # noqa: S311
        code = row["code"]
        place = f"{ID}place/nuts-{code.lower()}"
        identifier = f"<{place}#nuts-{code.lower()}>"
        level = f'"{len(code) - 2}"^^<http://www.w3.org/2001/XMLSchema#integer>'
        assert f"<{place}> <https://w3id.org/koinon/def#nutsLevel> {level} ." in lines
        assert f'{identifier} <http://www.w3.org/2004/02/skos/core#notation> "{code}" .' in lines
        assert f'{identifier} <https://w3id.org/koinon/def#schemeVersion> "2024" .' in lines
        assert any(line.startswith(f"<{place}> <http://purl.org/dc/terms/isPartOf> ") for line in lines)


def test_entries_of_code_lists(tmp_path: Path) -> None:
    lines = graph("eu-code-lists", tmp_path)
    facts = []
    for name in ("country", "currency", "eu-programme", "corporate-body", "buyer-legal-type"):
        tree = ElementTree.parse(DATA / "eu-code-lists" / f"{name}.gc")  # noqa: S314  (a file of the publisher's)
        for row in tree.iter("Row"):
            cells = {str(value.get("ColumnRef")): value.findtext("SimpleValue", "") for value in row}
            facts += [(name, cells["code"], cells[f"{code}_label"], tag) for code, tag in LABEL_TAGS.items()]
    for name, code, text, tag in random.Random(SEED).sample(facts, 20):  # noqa: S311
        subject = f"<http://publications.europa.eu/resource/authority/{name}/{code}>"
        assert f"{subject} {LABEL} {literal(text.strip(), tag)} ." in lines


def test_legal_forms(tmp_path: Path) -> None:
    lines = graph("legal-forms", tmp_path)
    with next((DATA / "legal-forms").glob("*.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["Country Code (ISO 3166-1)"] in {"DE", "PL", "IT", "LV", "GR"}
        ]
    for row in random.Random(SEED).sample(rows, 20):  # noqa: S311
        name, tag = row["Entity Legal Form name Local name"].strip(), row["Language Code (ISO 639-1)"]
        subject = f"<{ID}topic/legal-forms-{row['ELF Code'].lower()}>"
        label, other = (f"<http://www.w3.org/2004/02/skos/core#{kind}Label>" for kind in ("pref", "alt"))
        text = literal(name, tag)
        assert f"{subject} {label} {text} ." in lines or f"{subject} {other} {text} ." in lines


@pytest.mark.skipif(not (DATA / "essglobal").is_dir(), reason="the lists of ESSglobal are absent")
def test_entries_of_essglobal(tmp_path: Path) -> None:
    files = sorted((DATA / "essglobal").glob("*.skos"))
    if real_release() is not None:
        lines = graph("essglobal", tmp_path)
    else:
        made = clean(load_cleaning(ROOT / "data" / "mappings" / "essglobal.toml"), files, tmp_path / "graph.nt")
        lines = set(made.path.read_text(encoding="utf-8").splitlines())
    facts = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        base = re.search(r'xml:base="([^"]+)"', text)
        for code, body in re.findall(r'<skos:Concept rdf:about="([^"]+)">(.*?)</skos:Concept>', text, re.DOTALL):
            label = re.search(r'<skos:prefLabel xml:lang="EN">\s*([^<&]*[^<&\s])\s*<', body)
            if base and label and not label[1].isdigit():
                facts.append((base[1] + code, label[1]))
    for iri, name in random.Random(SEED).sample(facts, 20):  # noqa: S311
        assert f"<{iri}> {LABEL} {literal(name, 'en')} ." in lines
