"""Values that no syntax of answers can hold, or that could end one early and begin another statement."""

from typing import Final

from hostile.case import Case, query_case

_ROWS: Final = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
_GRAPHS: Final = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/trig",
    "application/n-quads",
)

_VALUES: Final = {
    "control-characters": '"\\u0001\\u0008\\u000B\\u001F\\u007F\\u0085"',
    "nul": '"a\\u0000b"',
    "ends-of-lines": '"a\\r\\nb\\rc\\nd\\u2028e"',
    "end-of-markup": '"]]></literal><!-- & &#0; -->"',
    "noncharacters": '"\\uFFFE\\uFFFF"',
    "quotes": '\'"\\\\"""\\t,;\'',
    "language-that-ends-a-statement": 'STRLANG("a", "en . <x:injected> <x:p> <x:o> ")',
    "language-with-markup": 'STRLANG("a", "\\"><x/>")',
    "language-of-a-newline": 'STRLANG("a", "en\\n")',
    "language-empty": 'STRLANG("a", "")',
    "type-that-ends-a-statement": 'STRDT("a", IRI("x:a> . <x:injected> <x:p> <x:o"))',
    "address-that-ends-a-statement": 'IRI("x:a> . <x:injected> <x:p> <x:o")',
    "address-with-a-newline": 'IRI("x:a\\nb")',
    "address-relative": 'IRI("../../a b")',
    "blank-node-with-spaces": 'BNODE("a b> .\\n")',
    "name-of-encoded": "IRI(CONCAT('http://x.example/', ENCODE_FOR_URI('\"<>\\n')))",
    "not-a-number": "(0e0 / 0e0)",
    "infinite": "1e999",
}


def _named(media_type: str) -> str:
    return media_type.rpartition("/")[2].removeprefix("sparql-results+")


def _nested_terms(depth: int, last: str) -> str:
    binds = " ".join(f"BIND(TRIPLE(<x:s>, <x:p>, ?x{n}) AS ?x{n + 1})" for n in range(depth))
    return f"{{ BIND(1 AS ?x0) {binds} {last} }}"


_ODD_PREDICATES: Final = {
    "ends-in-a-digit": "<http://x.example/1>",
    "ends-in-a-slash": "<http://x.example/>",
    "without-a-name": "<urn:x-1:2>",
    "with-markup": "<http://x.example/a&b='c'#d>",
    "of-xml": "<http://www.w3.org/XML/1998/namespacelang>",
    "of-rdf": "<http://www.w3.org/1999/02/22-rdf-syntax-ns#li>",
    "of-rdf-about": "<http://www.w3.org/1999/02/22-rdf-syntax-ns#about>",
    "with-a-colon": "<http://x.example/a:b>",
}

CASES: list[Case] = [
    *(
        query_case(
            "serialising", f"{name}-as-{_named(media_type)}", f"SELECT ({value} AS ?x) {{}}", accept=media_type
        )
        for position, (name, value) in enumerate(_VALUES.items())
        for media_type in (_ROWS[1], _ROWS[position % 4])[: 1 + (position % 4 != 1)]
    ),
    *(
        query_case(
            "serialising",
            f"{name}-as-{_named(media_type)}",
            f"CONSTRUCT {{ <x:s> <x:p> ?x }} WHERE {{ BIND({value} AS ?x) }}",
            accept=media_type,
        )
        for position, (name, value) in enumerate(_VALUES.items())
        for media_type in dict.fromkeys((_GRAPHS[2], _GRAPHS[position % 6]))
    ),
    *(
        query_case(
            "serialising",
            f"predicate-{name}",
            f"CONSTRUCT {{ <x:s> {p} <x:o> , 'a' }} WHERE {{}}",
            accept=_GRAPHS[2],
        )
        for name, p in _ODD_PREDICATES.items()
    ),
    *(
        query_case(
            "serialising",
            f"terms-nested-{depth}-as-{_named(media_type)}",
            f"SELECT ?x{depth} " + _nested_terms(depth, ""),
            accept=media_type,
            page=media_type == "text/html",
        )
        for depth, media_type in (
            (50, _ROWS[0]),
            (50, _ROWS[1]),
            (600, _ROWS[0]),
            (600, _ROWS[1]),
            (600, _ROWS[3]),
            (600, "text/html"),
            (1_200, _ROWS[0]),
            (1_200, "text/html"),
        )
    ),
    *(
        query_case(
            "serialising",
            f"statements-nested-as-{_named(media_type)}",
            "CONSTRUCT { <x:s> <x:p> ?x600 } WHERE " + _nested_terms(600, ""),
            accept=media_type,
            page=media_type == "text/html",
        )
        for media_type in (*_GRAPHS, "text/html")
    ),
    *(
        query_case(
            "serialising",
            f"{columns}-columns-as-{_named(media_type)}",
            f"SELECT {' '.join(f'?{number:x}' for number in range(columns))} {{ ?s ?p ?o }} LIMIT {rows}",
            accept=media_type,
            page=media_type == "text/html",
        )
        for columns, rows, media_type in (
            (200, 500, "text/html"),
            (9_000, 400, "text/html"),
            (15_000, 100, _ROWS[0]),
            (15_000, 1_000_000, _ROWS[1]),
            (15_000, 1_000_000, _ROWS[2]),
        )
    ),
    query_case(
        "serialising",
        "terms-nested-compared",
        "SELECT (COUNT(*) AS ?n) " + _nested_terms(600, "FILTER(?x600 = ?x600 && ?x600 < ?x599)"),
    ),
    query_case(
        "serialising",
        "terms-nested-sorted",
        "SELECT ?x600 " + _nested_terms(600, "VALUES ?y { 1 2 3 }") + " ORDER BY ?x600",
    ),
    query_case(
        "serialising",
        "lists-nested",
        "CONSTRUCT { <x:s> <x:p> " + "(" * 90 + "1" + ")" * 90 + " } WHERE {}",
        accept=_GRAPHS[3],
    ),
    query_case(
        "serialising", "long-list", "CONSTRUCT { <x:s> <x:p> (" + "1 " * 1_800 + ") } WHERE {}", accept=_GRAPHS[3]
    ),
    query_case(
        "serialising",
        "columns",
        "SELECT " + " ".join(f"({n} AS ?x{n})" for n in range(1_500)) + " {}",
        accept="text/html",
        page=True,
    ),
    query_case(
        "serialising",
        "names-of-columns",
        "SELECT " + " ".join(f"?{chr(0x4E00 + n)}" for n in range(500)) + " {}",
        accept=_ROWS[1],
    ),
]
