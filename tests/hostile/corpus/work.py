"""Short texts that are much work: products of everything, loops along paths, answers without end."""

from typing import Final

from hostile.case import Case, query_case

_PRODUCT: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_CARTESIAN: Final = {
    "count": f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} }}",
    "distinct": f"SELECT DISTINCT ?a ?d ?g {{ {_PRODUCT} }}",
    "order": f"SELECT * {{ {_PRODUCT} }} ORDER BY ?i ?f LIMIT 1",
    "group": f"SELECT ?a ?d (COUNT(*) AS ?n) {{ {_PRODUCT} }} GROUP BY ?a ?d",
    "construct": f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {_PRODUCT} }}",
    "exists": f"SELECT * {{ ?x ?y ?z FILTER NOT EXISTS {{ {_PRODUCT} FILTER(?a = ?f && ?i = 'none') }} }}",
    "offset": f"SELECT * {{ {_PRODUCT} }} OFFSET 100000000000 LIMIT 1",
    "filter-false": f"ASK {{ {_PRODUCT} FILTER(STR(?c) = CONCAT(STR(?f), STR(?i), 'no')) }}",
    "minus": f"SELECT * {{ {_PRODUCT} MINUS {{ ?x ?y ?z . ?u ?v ?w }} }}",
    "select": f"SELECT * {{ {_PRODUCT} }}",
    "reduced": f"SELECT REDUCED ?b {{ {_PRODUCT} }}",
    "count-distinct": f"SELECT (COUNT(DISTINCT CONCAT(STR(?c), STR(?f))) AS ?n) {{ {_PRODUCT} }}",
    "describe": f"DESCRIBE ?a ?d ?g {{ {_PRODUCT} }}",
    "graphs": "SELECT (COUNT(*) AS ?n) { GRAPH ?x { ?a ?b ?c } GRAPH ?y { ?d ?e ?f } GRAPH ?z { ?g ?h ?i } }",
    "in-a-subselect": f"SELECT ?n {{ {{ SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} }} }} }} LIMIT 1",
    "group-concat": f"SELECT (GROUP_CONCAT(STR(?c)) AS ?x) {{ {_PRODUCT} }}",
    "having": f"SELECT ?a {{ {_PRODUCT} }} GROUP BY ?a HAVING (SUM(?i) > 10)",
    "optional": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c OPTIONAL { ?d ?e ?f FILTER(STR(?c) < STR(?f)) } }",
    "with-a-cache-buster": f"SELECT (COUNT(*) AS ?n) (RAND() AS ?r) {{ {_PRODUCT} }}",
    "ask-in-a-page": f"ASK {{ {_PRODUCT} FILTER(?c = ?z) }}",
}

_PATHS: Final = {
    "star-of-star": "SELECT * { ?s (<x:p>*)* ?o }",
    "star-of-anything": "SELECT (COUNT(*) AS ?n) { ?s (!<x:none>)* ?o }",
    "plus-of-plus": "SELECT (COUNT(*) AS ?n) { ?s ((!<x:none>)+)+ ?o }",
    "there-and-back": "SELECT (COUNT(*) AS ?n) { ?s (!<x:none>|^!<x:none>)* ?o }",
    "four-stars": "SELECT (COUNT(*) AS ?n) { ?s (!<x:a>)*/(!<x:b>)*/(!<x:c>)*/(!<x:d>)* ?o }",
    "optional-steps": "SELECT (COUNT(*) AS ?n) { ?s " + "/".join(["(!<x:a>)?"] * 60) + " ?o }",
    "steps-everywhere": "SELECT (COUNT(*) AS ?n) { ?s " + "/".join(["!<x:a>"] * 12) + " ?o }",
    "both-ways-in-steps": "SELECT (COUNT(*) AS ?n) { ?s " + "/".join(["(!<x:a>|^!<x:a>)"] * 40) + " ?o }",
    "from-everything": "ASK { ?s ?p ?o . ?s (!<x:a>)+ ?x . ?x (!<x:b>)+ ?y . ?y (!<x:c>)+ <x:none> }",
    "round": "SELECT (COUNT(*) AS ?n) { ?s ((!<x:a>)/(^!<x:a>))+ ?s }",
    "question-of-star": "SELECT (COUNT(*) AS ?n) { ?s ((((!<x:a>)*)?)*)? ?o }",
    "in-exists": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER EXISTS { ?s (!<x:a>|^!<x:a>)* <x:none> } }",
}

_HUBS: Final = {
    "type": "DESCRIBE <http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement>",
    "code": "DESCRIBE <https://w3id.org/koinon/code/basis/stated>",
    "document": "DESCRIBE <https://w3id.org/koinon/id/document/sea4neb-article>",
    "everything": "DESCRIBE * { ?s ?p ?o }",
    "everything-and-more": "DESCRIBE ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } }",
    "all-that-refer": "DESCRIBE ?s { ?s ?p <https://w3id.org/koinon/code/basis/stated> }",
}

CASES: list[Case] = [
    *(
        query_case(
            "cartesian",
            name,
            text,
            page=(page := name.endswith("in-a-page")),
            **({"accept": "text/html"} if page else {}),
        )
        for name, text in _CARTESIAN.items()
    ),
    *(query_case("paths", name, text) for name, text in _PATHS.items()),
    *(query_case("hub", name, text) for name, text in _HUBS.items()),
    query_case("hub", "as-json-ld", _HUBS["everything"], accept="application/ld+json"),
    query_case("hub", "as-rdf-xml", _HUBS["everything"], accept="application/rdf+xml"),
    query_case("hub", "in-a-page", _HUBS["everything"], accept="text/html", page=True),
    query_case("hub", "by-head", _HUBS["everything"], how="get", method="HEAD"),
    query_case("hub", "all-rows-in-a-page", "SELECT * { ?s ?p ?o }", accept="text/html", page=True),
    query_case(
        "hub", "all-rows-as-xml", "SELECT * { GRAPH ?g { ?s ?p ?o } }", accept="application/sparql-results+xml"
    ),
    query_case("hub", "all-rows-as-csv", "SELECT * { GRAPH ?g { ?s ?p ?o } }", accept="text/csv"),
    query_case("hub", "all-rows-thrice-eight-times", "SELECT * { ?s ?p ?o } # 8", times=8),
    query_case("cartesian", "eight-at-once", _CARTESIAN["count"], times=8),
    query_case("cartesian", "a-hundred-at-once", _CARTESIAN["order"], times=100),
    query_case("cartesian", "by-head", _CARTESIAN["count"], how="get", method="HEAD"),
    query_case("cartesian", "on-a-release", _CARTESIAN["distinct"], path="/releases/@RELEASE@/sparql"),
]
