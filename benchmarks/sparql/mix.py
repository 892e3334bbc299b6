"""The fourteen queries of the mix, and how their parameters are drawn from the data by a seed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import Template

from statements import PREFIXES
from words import ENGLISH, LANGUAGES

QUERIES = Path(__file__).parent / "queries"
JSON_RESULTS, N_TRIPLES = "application/sparql-results+json", "application/n-triples"
ONE_ROW = "SELECT ?name WHERE { $organisation skos:prefLabel ?name . FILTER(LANG(?name) = 'en') }"
ASK = "ASK {}"
ORDER = (
    "describe",
    "neighbourhood",
    "list-page",
    "label-contains",
    "regex",
    "aggregation",
    "path",
    "cross-regional",
    "not-exists",
    "group-concat",
    "graph",
    "large-construct",
    "order-limit",
    "count-distinct",
)
_POOLS = {
    "project": "SELECT ?x { ?x a koi:Project } ORDER BY ?x",
    "organisation": "SELECT ?x { ?x a org:Organization } ORDER BY ?x",
    "theme": "SELECT ?x { ?x skos:inScheme <https://w3id.org/koinon/code/theme> } ORDER BY ?x",
    "country": "SELECT ?x { ?x a koi:Territory ; koi:nutsLevel 0 } ORDER BY ?x",
    "region": "SELECT ?x { ?x a koi:Territory ; koi:nutsLevel 2 } ORDER BY ?x",
}
_HEAD = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())

Ask = Callable[[str], bytes]
"""Answers a query in JSON."""


@dataclass(frozen=True, slots=True)
class Question:
    """One query with its parameters filled in, and the media type in which it is asked for."""

    name: str
    text: str

    @property
    def accept(self) -> str:
        """Return the media type to ask for: JSON results, or N-Triples."""
        return N_TRIPLES if "CONSTRUCT" in self.text or "DESCRIBE" in self.text else JSON_RESULTS


class Mix:
    """Draws questions; equal seeds and data give equal questions."""

    def __init__(self, ask: Ask, seed: int) -> None:
        """Read from the data, by ``ask``, the things that the parameters can name."""
        self._rng = Random(f"mix {seed}")  # noqa: S311  questions that can be drawn again
        self._pools: dict[str, list[str]] = {}
        for name, query in _POOLS.items():
            rows = json.loads(ask(_prefixed(query)))["results"]["bindings"]
            self._pools[name] = [f"<{row['x']['value']}>" for row in rows]
        self._templates = {name: Template((QUERIES / f"{name}.rq").read_text("utf-8")) for name in ORDER}

    def rounds(self, count: int) -> list[Question]:
        """Return ``count`` rounds of all fourteen queries, each with parameters of its own, in a drawn order."""
        questions = []
        for _ in range(count):
            names = list(ORDER)
            self._rng.shuffle(names)
            questions += [self.question(name, self._templates[name]) for name in names]
        return questions

    def repeats(self, questions: list[Question], count: int) -> list[Question]:
        """Return ``count`` of the questions, drawn; the n-th of a query comes 1/n as often as its first."""
        by_name = {name: [q for q in questions if q.name == name] for name in ORDER}
        drawn = []
        for position in range(count):
            same = by_name[ORDER[position % len(ORDER)]]
            drawn += self._rng.choices(same, [1 / rank for rank in range(1, len(same) + 1)])
        self._rng.shuffle(drawn)
        return drawn

    def one_row(self) -> Question:
        """Return a query for one name of one organisation."""
        return self.question("one row", Template(ONE_ROW))

    def question(self, name: str, template: Template) -> Question:
        """Fill in a template."""
        pools, rng = self._pools, self._rng
        language = rng.choice((ENGLISH, *LANGUAGES))
        first, second = rng.choice(ENGLISH.topics).split()[-1], rng.choice(ENGLISH.topics).split()[0]
        values = {
            "project": rng.choice(pools["project"]),
            "organisation": pools["organisation"][int(len(pools["organisation"]) * rng.random() ** 2)],
            "theme": rng.choice(pools["theme"]),
            "country": rng.choice(pools["country"]),
            "other_country": rng.choice(pools["country"]),
            "region": rng.choice(pools["region"]),
            "offset": 20 * rng.randrange(max(1, len(pools["project"]) // 20)),
            "small_offset": 100 * rng.randrange(100),
            "place_name": _literal((rng.choice(language.places) + rng.choice(language.endings)).lower()),
            "pattern": _literal(f"^(training|support|incubation).*{first}.*{second}"),
            "day": f'"{rng.randint(2012, 2025)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"^^xsd:date',
        }
        return Question(name, _prefixed(template.substitute(values)))


def _literal(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _prefixed(query: str) -> str:
    """Put the prefixes that a query uses before it."""
    used = [line for line in _HEAD.splitlines(keepends=True) if f"{line.split()[1]}" in query]
    return "".join(used) + query
