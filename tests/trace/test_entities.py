"""Every row of the first reading (entities.csv), as corrected, is in the graph or left out with a reason.

``entities.csv`` beside this test maps a row (its line number, header = 1) to things and their class; a row that
names several things has several lines. ``left_out`` is a reason in words. ``corrections.csv`` maps each line of the
corrections to triples that show the correction, in the graph of any source, or to a reason.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

from curated import iri, shared, store, term

HERE = Path(__file__).parent


def table(name: str) -> list[dict[str, str]]:
    """The rows of a mapping file beside this test."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_any_graph(subject: str, predicate: str, value: str) -> bool:
    """Whether any source states the triple, or the code lists do."""
    return any(True for _ in store().quads_for_pattern(iri(subject), iri(predicate), term(value), None))


def correction_keys() -> list[str]:
    """A key for each line of the table of corrections: its first cell, numbered where it comes twice."""
    text = (shared() / "domain" / "CORRECTIONS.md").read_text(encoding="utf-8")
    cells = [match[1].strip() for match in re.finditer(r"^\|([^|]+)\|", text, re.MULTILINE)]
    seen: defaultdict[str, int] = defaultdict(int)
    keys = []
    for cell in cells[2:]:
        seen[cell] += 1
        keys.append(cell if seen[cell] == 1 else f"{cell} / {seen[cell]}")
    return keys


def test_every_entity_is_mapped() -> None:
    with (shared() / "domain" / "entities.csv").open(encoding="utf-8", newline="") as file:
        rows = {str(line) for line, _ in enumerate(csv.reader(file), start=1) if line > 1}
    mapped = {row["row"] for row in table("entities.csv")}
    assert sorted(rows - mapped, key=int) == []
    assert sorted(mapped - rows, key=int) == []


def test_mapped_entities_are_in_the_graph_with_their_class() -> None:
    missing = [
        f"{row['row']}: {row['iri']} a {row['class']}"
        for row in table("entities.csv")
        if row["iri"] and not in_any_graph(row["iri"], "rdf:type", row["class"])
    ]
    assert missing == []


def test_an_entity_is_mapped_or_left_out_with_a_reason() -> None:
    undecided = [row for row in table("entities.csv") if bool(row["iri"]) == bool(row["left_out"].strip())]
    assert undecided == []


def test_every_correction_is_mapped() -> None:
    mapped = {row["correction"] for row in table("corrections.csv")}
    keys = set(correction_keys())
    assert sorted(keys - mapped) == []
    assert sorted(mapped - keys) == []


def test_corrections_are_in_the_graph() -> None:
    missing = [
        f"{row['correction']}: {row['subject']} {row['predicate']} {row['object']}"
        for row in table("corrections.csv")
        if not row["reason"] and not in_any_graph(row["subject"], row["predicate"], row["object"])
    ]
    assert missing == []
