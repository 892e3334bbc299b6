"""Values that grow, and values too large, too odd or too costly for what reads them."""

from typing import Final

from hostile.case import Case, query_case

_XSD: Final = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
_GEO: Final = (
    "PREFIX geof: <http://www.opengis.net/def/function/geosparql/> "
    "PREFIX geo: <http://www.opengis.net/ont/geosparql#> "
)


def _grown(step: str, times: int, ending: str = "STRLEN(?x%)", start: str = '"xxxxxxxx"') -> str:
    """Apply ``step`` to a value again and again; ``%`` is the number of the last variable."""
    binds = " ".join(f"BIND({step.replace('%', f'?x{n}')} AS ?x{n + 1})" for n in range(times))
    return f"SELECT ({ending.replace('%', str(times))} AS ?n) {{ BIND({start} AS ?x0) {binds} }}"


def _product(columns: int, rows: int = 10) -> str:
    values = " ".join(str(n) for n in range(rows))
    return " ".join(f"VALUES ?v{n} {{ {values} }}" for n in range(columns))


_MEMORY: Final = {
    "doubling-by-concat": _grown("CONCAT(%, %)", 30),
    "doubling-by-concat-far": _grown("CONCAT(%, %)", 60),
    "doubling-in-the-answer": _grown("CONCAT(%, %)", 24, "?x%"),
    "doubling-to-just-below-the-cap": _grown("CONCAT(%, %)", 22, "?x%"),
    "doubling-by-replace": _grown('REPLACE(%, ".", "xx")', 30),
    "growing-by-replace": _grown('REPLACE(%, "x", "xxxxxxxxxxxxxxxxxxxx")', 8),
    "doubling-by-empty-matches": _grown('REPLACE(%, "", "xx")', 25),
    "growing-by-captures": _grown('REPLACE(%, "(.*)", "$1$1$1$1$1$1$1$1")', 12),
    "growing-by-encoding": _grown("ENCODE_FOR_URI(%)", 28, start='"%%%%%%%%"'),
    "growing-by-case": _grown("UCASE(CONCAT(%, %))", 26, start='"ßßßßßßßß"'),
    "doubling-of-addresses": _grown("IRI(CONCAT(STR(%), STR(%)))", 30, "STRLEN(STR(?x%))", "<http://x.example/>"),
    "doubling-of-languages": _grown("STRLANG(CONCAT(STR(%), STR(%)), 'en')", 30),
    "doubling-of-types": _grown("STRDT(CONCAT(STR(%), STR(%)), <x:t>)", 30, "STRLEN(STR(?x%))"),
    "hash-of-much": _grown("CONCAT(%, %)", 27, "SHA512(?x%)"),
    "sorted-much": "SELECT ?y { { " + _product(4) + " } BIND(REPLACE('xxxxxxxxxxxxxxxxxxxx', 'x', "
    "'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy') AS ?y) } ORDER BY ?y",
    "group-concat": "SELECT (STRLEN(GROUP_CONCAT(?t)) AS ?n) { ?a ?b ?c . ?d ?e ?f "
    "BIND(CONCAT(STR(?c), STR(?f)) AS ?t) }",
    "group-concat-separator": "SELECT (GROUP_CONCAT(?b; SEPARATOR='" + "x" * 50_000 + "') AS ?n) { ?a ?b ?c }",
    "group-concat-distinct": "SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?d))) AS ?n) "
    "{ ?a ?b ?c . ?d ?e ?f }",
    "group-concat-of-itself": "SELECT (GROUP_CONCAT(?y) AS ?z) "
    "{ { SELECT (GROUP_CONCAT(STR(?c)) AS ?x) { ?a ?b ?c } } "
    "?d ?e ?f BIND(?x AS ?y) }",
    "values-product-sorted": f"SELECT * {{ {_product(9)} }} ORDER BY DESC(?v0) ?v1 LIMIT 1",
    "values-product-distinct": f"SELECT DISTINCT * {{ {_product(9)} }} OFFSET 999999999",
    "values-product-grouped": f"SELECT (COUNT(*) AS ?n) {{ {_product(9)} }} GROUP BY "
    f"{' '.join(f'?v{n}' for n in range(9))}",
    "values-product-hashed": f"SELECT (SHA256(CONCAT(STR(?v1), STR(?v7))) AS ?h) {{ {_product(9)} }}",
    "values-product-joined": f"SELECT * {{ {{ {_product(7)} }} {{ SELECT * {{ {_product(7)} }} }} }} LIMIT 1",
    "values-product-minus": f"SELECT * {{ {{ {_product(7)} }} MINUS {{ {_product(7)} }} }}",
    "values-product-optional": f"SELECT * {{ {_product(6)} OPTIONAL {{ {_product(8)} FILTER(?v7 > 99) }} }}",
    "values-product-of-nothing": f"SELECT (1 AS ?x) {{ {_product(9)} }}",
    "large-rows": _grown("CONCAT(%, %)", 17, "?x%")[:-1] + _product(5) + " }",
    "large-rows-many": "SELECT ?y ?v0 { BIND(REPLACE(REPLACE('xxxxxxxxxx', 'x', 'yyyyyyyyyyyyyyyyyyyy'), 'y', "
    "'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz') AS ?y) " + _product(5) + " }",
    "new-names": f"SELECT (BNODE() AS ?b) (UUID() AS ?u) (STRUUID() AS ?s) {{ {_product(8)} }}",
    "sorted-by-chance": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()",
    "sampled": "SELECT (SAMPLE(CONCAT(STR(?c), STR(?f))) AS ?x) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?d",
    "constructed": f"CONSTRUCT {{ [] <x:p> ?v0 , ?v1 , ?v2 ; <x:q> [ <x:r> ?v3 ] }} WHERE {{ {_product(7)} }}",
}

_LONG: Final = "x" * 40_000
_REGEX: Final = {
    "plus-of-plus": f'ASK {{ FILTER REGEX("{_LONG}!", "^(a+)+$|^(x+)+$") }}',
    "choices": f'ASK {{ FILTER REGEX("{_LONG}!", "^(x|x|x|x|xx)*$") }}',
    "bounded-repeats": f'ASK {{ FILTER REGEX("{_LONG}", "^(x{{0,200}}){{0,200}}y$") }}',
    "bounded-repeats-thrice": 'ASK { FILTER REGEX("x", "((x{100}){100}){100}") }',
    "repeat-of-letters": 'ASK { FILTER REGEX("x", "\\\\pL{5000}") }',
    "case-of-letters": f'ASK {{ FILTER REGEX("{_LONG}", "^(\\\\pL|\\\\pN|\\\\w|.){{0,500}}$", "i") }}',
    "nesting": 'ASK { FILTER REGEX("x", "' + "(" * 3_000 + "x" + ")" * 3_000 + '") }',
    "nesting-made-at-work": "ASK { "
    + "BIND('((((((((((' AS ?a0) BIND('))))))))))' AS ?b0) "
    + " ".join(
        f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1}) BIND(CONCAT(?b{n}, ?b{n}) AS ?b{n + 1})" for n in range(15)
    )
    + " FILTER REGEX('x', CONCAT(?a15, 'x', ?b15)) }",
    "classes-nested": 'ASK { FILTER REGEX("x", "' + "[" * 5_000 + "x" + "]" * 5_000 + '") }',
    "words": 'ASK { FILTER REGEX("' + _LONG + '", "' + "|".join(f"word{n}" for n in range(5_000)) + '", "i") }',
    "back-reference": 'ASK { FILTER REGEX("aa", "(a)\\\\1") }',
    "look-behind": 'ASK { FILTER REGEX("aa", "(?<=a)a") }',
    "on-every-pair": "SELECT * { ?a ?b ?c . ?d ?e ?f "
    'FILTER REGEX(CONCAT(STR(?c), STR(?f)), "(.*)(.*)(.*)(.*)[0-9]{50}$") }',
    "of-the-data": "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER REGEX(STR(?c), STR(?f)) }",
    "replace-lazily": f'SELECT (REPLACE("{_LONG}", "(x*?)*?y", "$1") AS ?x) {{}}',
    "replace-by-captures-that-are-not": f'SELECT (STRLEN(REPLACE("{_LONG}", "x", "$99999999999$0")) AS ?n) {{}}',
    "bad-flags": 'ASK { FILTER REGEX("x", "x", "imsxqqqqzzz") }',
    "not-closed": 'ASK { FILTER REGEX("x", "[") }',
    "huge-counts": 'ASK { FILTER REGEX("x", "x{99999999999999999999}") }',
}

_DIGITS: Final = "9" * 5_000
_GIANTS: Final = {
    "literal": f'SELECT ("{"x" * 99_000}" AS ?x) {{}}',
    "literal-in-long-quotes": f"SELECT (STRLEN('''{'x' * 99_000}''') AS ?n) {{}}",
    "address": f"ASK {{ <http://x.example/{'a' * 95_000}> ?p ?o }}",
    "address-parts": f"ASK {{ <http://x.example/{'../' * 30_000}> ?p ?o }}",
    "relative-addresses": f"BASE <http://x.example/{'a/' * 20_000}> ASK {{ {' '.join(['<../x> ?p ?o .'] * 500)} }}",
    "integer": f"SELECT ({_DIGITS} AS ?x) {{}}",
    "integer-plus-one": f"SELECT ({_DIGITS} + 1 AS ?x) {{}}",
    "integer-cast": f'{_XSD}SELECT (xsd:integer("{_DIGITS}") AS ?x) {{}}',
    "decimal": f"SELECT ({_DIGITS}.{_DIGITS} * 2 AS ?x) {{}}",
    "decimal-with-an-exponent": f'{_XSD}SELECT (xsd:decimal("1E999999999") AS ?x) {{}}',
    "decimal-cast-of-a-double": f"{_XSD}SELECT (xsd:decimal(1e300) AS ?x) {{}}",
    "double": "SELECT (1e999999999 AS ?x) (1e-999999999 AS ?y) (-1e999999999 AS ?z) {}",
    "double-with-a-long-exponent": f"SELECT (1e{_DIGITS} AS ?x) {{}}",
    "overflow": "SELECT (9223372036854775807 + 1 AS ?x) (9223372036854775807 * 9223372036854775807 AS ?y) {}",
    "overflow-of-sums": "SELECT (SUM(?x) AS ?n) (AVG(?x) AS ?m) "
    "{ VALUES ?x { 9223372036854775807 9223372036854775807 } }",
    "smallest-negated": "SELECT (-(-9223372036854775807 - 1) AS ?x) (ABS(-9223372036854775807 - 1) AS ?y) {}",
    "smallest-divided": "SELECT ((-9223372036854775807 - 1) / -1 AS ?x) (1 / 0 AS ?y) (1.0 / 0.0 AS ?z) {}",
    "squaring": _grown("% * %", 40, "?x%", "1.000001"),
    "squaring-integers": _grown("% * %", 40, "?x%", "3"),
    "limit": "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999999",
    "limit-below-zero": "SELECT * { ?s ?p ?o } LIMIT -1",
    "limit-and-offset-overflow": "SELECT * { ?s ?p ?o } ORDER BY ?o OFFSET 18446744073709551615 "
    "LIMIT 18446744073709551615",
    "year": f'{_XSD}SELECT (YEAR(xsd:dateTime("{"9" * 30}-01-01T00:00:00Z")) AS ?x) {{}}',
    "years-added": f'{_XSD}SELECT (xsd:dateTime("9999-12-31T23:59:59Z") + '
    'xsd:yearMonthDuration("P999999999999Y") AS ?x) {}',
    "duration": f'{_XSD}SELECT (xsd:duration("P{_DIGITS}Y") AS ?x) {{}}',
    "duration-multiplied": f'{_XSD}SELECT (xsd:dayTimeDuration("P9223372036854775D") * 1e300 AS ?x) {{}}',
    "language": f'SELECT ("x"@{"a" * 8}{"-aaaaaaaa" * 9_000} AS ?x) {{}}',
    "variable": f"SELECT ?{'v' * 90_000} {{ ?s ?p ?{'v' * 9_000} }} LIMIT 1",
    "prefix": f"PREFIX {'p' * 45_000}: <x:> ASK {{ {'p' * 45_000}:x ?p ?o }}",
    "blank-node": f"ASK {{ _:{'b' * 95_000} ?p ?o }}",
    "substring": 'SELECT (SUBSTR("xyz", -9223372036854775807, 9223372036854775807) AS ?x) '
    '(SUBSTR("é", 1e300, 5) AS ?y) {}',
    "substring-of-nothing": 'SELECT (SUBSTR("xyz", 0/0, 1/0) AS ?x) (SUBSTR("xyz", 9223372036854775807) AS ?y) {}',
    "rounding": "SELECT (ROUND(1e308) AS ?x) (CEIL(-0.0e0) AS ?y) "
    "(FLOOR(79228162514264337593543950335.5) AS ?z) {}",
    "many-solutions-numbers": "SELECT (1 AS ?x) { ?s ?p ?o FILTER(?o < 1e400 && ?o > -1e400) }",
    "seconds": f'{_XSD}SELECT (SECONDS(xsd:dateTime("2026-01-01T00:00:00.{_DIGITS}Z")) AS ?x) {{}}',
    "zone": f'{_XSD}SELECT (ADJUST(xsd:dateTime("2026-01-01T00:00:00Z"), '
    'xsd:dayTimeDuration("P99999999D")) AS ?x) {}',
    "polygon": f"{_GEO}SELECT (geof:sfIntersects("
    f'"POLYGON(({", ".join(f"{n % 179} {n % 89}" for n in range(8_000))}))"'
    '^^geo:wktLiteral, "POINT(1 1)"^^geo:wktLiteral) AS ?x) {}',
    "geometries-nested": f'{_GEO}SELECT (geof:sfIntersects("{"GEOMETRYCOLLECTION(" * 4_500}POINT(1 1){")" * 4_500}"'
    '^^geo:wktLiteral, "POINT(1 1)"^^geo:wktLiteral) AS ?x) {}',
    "geometries-nested-at-work": f"{_GEO}SELECT (geof:sfContains(STRDT(REPLACE('xxxxxxxxxxxxxxxxxxxx', 'x', '"
    + "GEOMETRYCOLLECTION(" * 2_000
    + '\'), geo:wktLiteral), "POINT(1 1)"^^geo:wktLiteral) AS ?x) {}',
    "geometry-of-infinity": f'{_GEO}SELECT (geof:distance("POINT(1e999 nan)"^^geo:wktLiteral, "POINT(inf -inf)"'
    "^^geo:wktLiteral) AS ?x) (geof:convexHull('MULTIPOINT((nan nan), (1 1))'^^geo:wktLiteral) AS ?y) {}",
}

CASES: list[Case] = [
    *(query_case("memory", name, text) for name, text in _MEMORY.items()),
    *(query_case("regex", name, text) for name, text in _REGEX.items()),
    *(query_case("giants", name, text) for name, text in _GIANTS.items()),
    query_case("memory", "doubling-ten-at-once", _grown("CONCAT(%, %)", 28, "SHA1(?x%)"), times=10),
    query_case("memory", "large-answers-ten-at-once", _grown("CONCAT(%, %)", 21, "?x%"), times=10),
    query_case(
        "memory", "large-answer-in-a-page", _grown("CONCAT(%, %)", 22, "?x%"), accept="text/html", page=True
    ),
    query_case(
        "memory", "long-text-in-a-page", "SELECT * { ?s ?p ?o } #" + "<" * 90_000, accept="text/html", page=True
    ),
]
