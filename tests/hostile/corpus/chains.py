"""Flat texts without end: a parser or optimiser that turns a list into a chain is as deep as the list is long."""

from typing import Final

from hostile.case import Case, query_case


def _joined(head: str, part: str, count: int, tail: str = " }", between: str = " ") -> str:
    return head + between.join(part.replace("%", str(n)) for n in range(count)) + tail


def _bind(count: int) -> str:
    steps = " ".join(f"BIND(?x{n} + 1 AS ?x{n + 1})" for n in range(count))
    return f"SELECT ?x{count} {{ BIND(0 AS ?x0) {steps} }}"


_SHAPES: Final = {
    "union": ("ASK { ", "{ ?s ?p % }", " }", " UNION "),
    "optional": ("ASK { ", "OPTIONAL { ?s ?p ?o% }", " }", " "),
    "minus": ("ASK { ?s ?p ?o ", "MINUS { ?s ?p % }", " }", " "),
    "or": ("ASK { ?s ?p ?o FILTER(", "?o = %", ") }", " || "),
    "and": ("ASK { ?s ?p ?o FILTER(", "?o != %", ") }", " && "),
    "plus": ("SELECT (", "1", " AS ?x) {}", "+"),
    "times": ("SELECT (", "1", " AS ?x) {}", "*"),
    "path-steps": ("ASK { ?s ", "<x:%>", " ?o }", "/"),
    "path-choices": ("ASK { ?s ", "<x:%>", " ?o }", "|"),
    "path-exclusions": ("ASK { ?s !(", "<x:%>", ") ?o }", "|"),
    "path-steps-repeated": ("ASK { ?s ", "<x:%>*", " ?o }", "/"),
    "values": ("ASK { ?s ?p ?o VALUES ?o { ", "%", " } }", " "),
    "in": ("ASK { ?s ?p ?o FILTER(?o IN (", "%", ")) }", ","),
    "prefixes": ("", "PREFIX p%: <http://x.example/%/>", " ASK { ?s ?p ?o }", "\n"),
    "order-keys": ("SELECT * { ?s ?p ?o } ORDER BY ", "STR(?o)", " LIMIT 1", " "),
    "group-keys": ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ", "(STR(?o) AS ?k%)", "", " "),
    "having": ("SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING ", "(COUNT(*) > %)", "", " "),
    "selected": ("SELECT ", "(% AS ?x%)", " {}", " "),
    "triples": ("ASK { ", "?a% ?b% ?c%", " }", " . "),
    "triples-of-one-star": ("ASK { ", "?s <x:%> ?o%", " }", " . "),
    "triples-of-one-path": ("ASK { ", "?x% <x:p> ?y% . ?y% <x:q> ?x%", " }", " . "),
    "objects": ("ASK { ?s ?p ", "%", " }", ","),
    "predicates": ("ASK { ?s ", "<x:%> %", " }", ";"),
    "filters": ("ASK { ?s ?p ?o ", "FILTER(?o != %)", " }", " "),
    "exists": ("ASK { ?s ?p ?o ", "FILTER NOT EXISTS { ?s ?p % }", " }", " "),
    "arguments": ("SELECT (CONCAT(", '"%"', ") AS ?x) {}", ","),
    "coalesce": ("SELECT (COALESCE(", "1/0", ") AS ?x) {}", ","),
    "described": ("DESCRIBE ", "<x:%>", "", " "),
    "template": ("CONSTRUCT { ", "?s <x:%> ?o", " } WHERE { ?s ?p ?o } LIMIT 1", " . "),
    "comparisons": ("ASK { FILTER(", "%", ") }", " = "),
    "subselects": ("ASK { ", "{ SELECT ?s { ?s ?p % } }", " }", " "),
    "graphs": ("ASK { ", "GRAPH ?g% { ?s ?p ?o }", " }", " "),
    "from": ("SELECT * ", "FROM <https://w3id.org/koinon/graph/code>", " { ?s ?p ?o } LIMIT 1", " "),
    "list-items": ("ASK { ?s ?p (", "%", ") }", " "),
    "property-lists": ("ASK { ?s ?p ", "[ <x:%> % ]", " }", ","),
    "bases": ("", "BASE <http://x.example/%/>", " ASK { ?s ?p ?o }", "\n"),
}


def _texts() -> list[Case]:
    cases = []
    for position, (name, (head, part, tail, between)) in enumerate(_SHAPES.items()):
        size = len(part.replace("%", "1000")) + len(between)
        for count in (400, 100_000) if position % 2 else (1_900, 100_000):
            number = min(count, (95_000 - len(head) - len(tail)) // size)
            cases.append(query_case("chains", f"{name}-{number}", _joined(head, part, number, tail, between)))
    return cases


CASES: list[Case] = [
    *_texts(),
    query_case("chains", "bind-100", _bind(100), value="100"),
    query_case("chains", "bind-672", _bind(672)),
    query_case("chains", "bind-2500", _bind(2_500)),
    query_case(
        "chains",
        "values-of-many-columns",
        "ASK { VALUES (" + " ".join(f"?v{n}" for n in range(3_000)) + ") { (" + "1 " * 3_000 + ") } }",
    ),
    query_case(
        "chains",
        "values-that-are-few-enough",
        _joined("SELECT (COUNT(*) AS ?n) { VALUES ?x { ", "%", 500, " } }"),
        value="500",
        allowed=(200,),
    ),
    query_case("chains", "beyond-the-longest-text", "ASK { ?s ?p ?o } #" + "x" * 100_000, allowed=(413,)),
    query_case(
        "chains", "beyond-the-longest-text-in-bytes", "ASK { ?s ?p '" + "\U0001f980" * 99_900 + "' }", how="direct"
    ),
    query_case("chains", "spaces", "ASK {" + " " * 99_000 + "?s ?p ?o }", allowed=(200,)),
    query_case("chains", "comment", "ASK { ?s ?p ?o } #" + "x" * 99_000, allowed=(200,)),
    query_case("chains", "comments", "ASK {" + "#\n" * 49_000 + "?s ?p ?o }", allowed=(200,)),
    query_case(
        "chains",
        "graphs-of-the-protocol",
        "ASK { ?s ?p ?o }",
        how="direct",
        extra=tuple(("default-graph-uri", "https://w3id.org/koinon/graph/code") for _ in range(400)),
    ),
    query_case(
        "chains",
        "foreign-graphs-of-the-protocol",
        "ASK { ?s ?p ?o }",
        how="form",
        extra=tuple(("named-graph-uri", f"http://x.example/{n}") for n in range(10_000)),
    ),
]
