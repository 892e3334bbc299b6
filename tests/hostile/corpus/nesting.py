"""Texts that nest: each opening costs a parser a stack frame, and a process has one stack."""

from typing import Final

from hostile.case import Case, query_case

_DEPTHS: Final = (90, 600, 5_000)
"""Below the limit as it is set; what ends the engine's parser; what ends any."""

_SHAPES: Final = {
    "groups": ("ASK ", "{", "?s ?p ?o", "}"),
    "calls": ("ASK { FILTER ", "STR(", "1", ")", " }"),
    "not-exists": ("ASK ", "{ FILTER NOT EXISTS ", "{ ?s ?p ?o }", "}"),
    "brackets": ("ASK { FILTER ", "(", "1", ")", " }"),
    "paths": ("ASK { ?s ", "(", "<http://x.example/p>", ")", " ?o }"),
    "triple-terms": ("ASK { ?s ?p ", "<<( ?s ?p ", "?o", ")>>", " }"),
    "optional": ("ASK { ", "OPTIONAL { ", "?s ?p ?o", "}", " }"),
    "minus": ("ASK { ?s ?p ?o ", "MINUS { ?s ?p ?o ", "", "}", " }"),
    "graph": ("ASK { ", "GRAPH ?g { ", "?s ?p ?o", "}", " }"),
    "union": ("ASK { ", "{ ?a ?b ?c } UNION { ", "?s ?p ?o", "}", " }"),
    "subselects": ("SELECT * ", "{ SELECT * ", "{ ?s ?p ?o }", "}"),
    "property-lists": ("ASK { ?s ?p ", "[ ?p ", "1", "]", " }"),
    "collections": ("ASK { ?s ?p ", "( ", "1", ")", " }"),
    "if": ("ASK { FILTER ", "IF(true, ", "true", ", false)", " }"),
    "not": ("ASK { FILTER ", "!", "true", "", " }"),
    "minus-sign": ("ASK { FILTER(0 = ", "- ", "1", "", ") }"),
    "inverse": ("ASK { ?s ", "^(", "<http://x.example/p>", ")", " ?o }"),
    "repeated": ("ASK { ?s ", "(", "<http://x.example/p>", ")*", " ?o }"),
    "exists-in-bind": ("ASK { ", "BIND(EXISTS { ", "?s ?p ?o", "} AS ?x)", " }"),
    "annotations": ("ASK { ?s ?p ?o ", "{| ?p ?o ", "", "|}", " }"),
    "in-lists": ("ASK { FILTER(1 ", "IN (1 ", "", ")", ") }"),
    "casts": (
        "PREFIX x: <http://www.w3.org/2001/XMLSchema#> ASK { FILTER ",
        "x:string(",
        "1",
        ")",
        " }",
    ),
    "template": ("CONSTRUCT { ?s ?p ", "[ ?p ", "?o", "]", " } WHERE { ?s ?p ?o } LIMIT 1"),
    "aggregates": ("SELECT (", "MAX(", "1", ")", " AS ?x) {}"),
    "not-in-path": ("ASK { ?s ", "!(", "<http://x.example/p>", ")", " ?o }"),
    "lateral": ("ASK { ?s ?p ?o ", "LATERAL { ?s ?p ?o ", "", "}", " }"),
}

_DISGUISES: Final = {
    "strings-that-close": ("ASK { FILTER ", '(")" = ', '"x"', ")", " }"),
    "long-strings-that-close": ("ASK { FILTER ", "('''\\''')''' = ", '"x"', ")", " }"),
    "comments-that-close": ("ASK ", "{#}\n", "?s ?p ?o", "}"),
    "addresses-that-close": ("ASK { FILTER ", "(<x:)> = ", "1", ")", " }"),
    "addresses-with-hash": ("BASE <x:y> ASK { FILTER ", "(<#)> = ", "1", ")", " }"),
    "less-than-is-no-address": ("ASK { FILTER ", "(1<?x&&?y>", "1", ")", " }"),
    "escaped-quotes": ("ASK { FILTER ", '("\\")" = ', '"x"', ")", " }"),
    "escaped-names": ("PREFIX x: <x:> ASK { FILTER ", "(x:\\) = ", "1", ")", " }"),
    "code-points": ("ASK { FILTER ", "\\u0028", "1", "\\U00000029", " }"),
    "code-points-of-quotes": ("ASK { FILTER ", "(\\u0022)\\u0022 = ", "1", ")", " }"),
    "mixed": ("ASK ", "{ { ?s ?p ?o FILTER(((1)) = 1) } UNION ", "{}", "}"),
    "carriage-returns-end-comments": ("ASK ", "{#}\r", "?s ?p ?o", "}"),
}


def _nested(shape: tuple[str, ...], depth: int) -> str:
    head, opening, middle, closing = shape[:4]
    return head + opening * depth + middle + closing * depth + "".join(shape[4:])


CASES: list[Case] = [
    query_case("nesting", f"{name}-{depth}", _nested(shape, depth))
    for position, (name, shape) in enumerate(_SHAPES.items())
    for depth in ((_DEPTHS[0], _DEPTHS[2]) if position % 2 else (_DEPTHS[1], _DEPTHS[2]))
]
CASES += [query_case("nesting", f"disguised-{name}", _nested(s, 1_500)) for name, s in _DISGUISES.items()]
CASES += [
    query_case("nesting", "never-closed", "ASK {" + "{" * 50_000, allowed=(400, 413, 422)),
    query_case("nesting", "only-closed", "ASK " + "}" * 50_000, allowed=(400, 413, 422)),
    query_case("nesting", "at-the-longest-text", "ASK " + "{" * 49_000 + "}" * 49_000, allowed=(400, 422)),
    query_case(
        "nesting", "triple-terms-of-every-kind", "ASK { " + "<< <x:a> <x:b> " * 3_000 + "1" + " >>" * 3_000 + "}"
    ),
    query_case("nesting", "544-groups-in-a-page", _nested(_SHAPES["groups"], 544), accept="text/html", page=True),
    query_case(
        "nesting", "544-groups-on-a-release", _nested(_SHAPES["groups"], 544), path="/releases/@RELEASE@/sparql"
    ),
]
