"""Facts picked at random from a published file, each with what the graph has to say of it."""

import os
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store

from koinon.model.namespaces import PREFIXES

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("KOINON_SHARED", ROOT.parent / "shared")) / "data"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """A kind of fact: its column, the question that the graph must answer with yes, and which rows have it."""

    column: str
    ask: Callable[[Row], str]
    where: Callable[[Row], bool] = lambda row: True


def shared(*names: str) -> list[Path]:
    """Return published files, or skip the test where they are not at hand."""
    paths = [SHARED / name for name in names]
    if not all(path.exists() for path in paths):
        pytest.skip("the published files are not here (KOINON_SHARED)")
    return paths


def pick(kinds: Sequence[Kind], rows: Sequence[Row], number: int, seed: int) -> list[tuple[Kind, Row]]:
    """Pick ``number`` facts, each kind in turn and in each a row that has the cell, by chance from the seed."""
    chance = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    picked: list[tuple[Kind, Row]] = []
    for position in range(number):
        kind = kinds[position % len(kinds)]
        having = [row for row in rows if row.get(kind.column, "") and kind.where(row)]
        picked.append((kind, chance.choice(having)))
    return picked


def wrong(store: Store, facts: Iterable[tuple[Kind, Row]]) -> list[str]:
    """Return the facts that the graph doesn't say, with column, row and question."""
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    failed = []
    for kind, row in facts:
        question = prefixes + "PREFIX id: <https://w3id.org/koinon/id/>\nASK { " + kind.ask(row) + " }"
        if not store.query(question):
            failed.append(f"{kind.column} = {row[kind.column]!r} of {dict(list(row.items())[:3])}: {kind.ask(row)}")
    return failed


def text(value: str, lang: str = "") -> str:
    """Return text as a term of SPARQL."""
    return str(Literal(value, language=lang) if lang else Literal(value))


def node(iri: str) -> str:
    """Return an IRI as a term of SPARQL."""
    return str(NamedNode(iri))
