"""Bytes that are no text, text that is not what it looks like, and texts made to be slow to take apart."""

from typing import Final

from hostile.case import RESULTS, Case, query_case, raw_case, request

_DIRECT: Final = (("Accept", RESULTS), ("Content-Type", "application/sparql-query"))

_BYTES: Final = {
    "invalid-utf-8": b'SELECT ("\xff\xfe\xfa" AS ?x) {}',
    "truncated-utf-8": b'SELECT ("\xe2\x82" AS ?x) {}',
    "overlong-utf-8": b'SELECT ("\xc0\x80\xe0\x80\xaf" AS ?x) {}',
    "five-byte-utf-8": b'SELECT ("\xf8\x88\x80\x80\x80" AS ?x) {}',
    "surrogate-in-utf-8": b'SELECT ("\xed\xa0\x80" AS ?x) {}',
    "surrogates-paired-in-utf-8": b'SELECT ("\xed\xa0\xbd\xed\xb8\x80" AS ?x) {}',
    "beyond-unicode": b'SELECT ("\xf4\x90\x80\x80" AS ?x) {}',
    "latin-1": "SELECT ('é' AS ?x) {}".encode("latin-1"),
    "utf-16": "SELECT (1 AS ?x) {}".encode("utf-16"),
    "utf-32": "SELECT (1 AS ?x) {}".encode("utf-32"),
    "nul": b"SELECT (1 AS ?x) {\x00}",
    "nul-in-a-string": b'SELECT ("a\x00b" AS ?x) {}',
    "nul-in-an-address": b"ASK { <http://x.example/\x00> ?p ?o }",
    "all-control-characters": b'SELECT ("' + bytes(c for c in range(1, 32) if c not in (10, 13)) + b'" AS ?x) {}',
}

_TEXTS: Final = {
    "byte-order-mark": "\ufeffASK { ?s ?p ?o }",
    "byte-order-mark-inside": "ASK { ?s \ufeff?p ?o }",
    "bidi-override-in-a-string": 'SELECT ("\u202e} drawkcab" AS ?x) {}',
    "bidi-override-in-a-name": "SELECT ?x\u202e {}",
    "bidi-isolates": "ASK { ?s ?p '\u2066\u2067\u2068\u2069' }",
    "zero-width-in-a-keyword": "SEL\u200bECT * { ?s ?p ?o }",
    "no-break-spaces": "ASK\u00a0{\u00a0?s\u00a0?p\u00a0?o }",
    "line-separators": "ASK #\u2028{ ?s ?p ?o }\u2029{}",
    "form-feeds": "ASK\f{\v?s ?p ?o }",
    "homoglyphs": "ASK { ?s \u0440:\u0430 ?o }",
    "full-width": "\uff21\uff33\uff2b { ?s ?p ?o }",
    "noncharacters": 'SELECT ("\uffff\ufffe\U0010ffff" AS ?x) {}',
    "combining": 'SELECT (STRLEN("a' + "\u0301" * 45_000 + '") AS ?n) {}',
    "dotless": 'SELECT (LCASE("\u0130\u0130") AS ?x) (UCASE("\ufb03\u0149") AS ?y) {}',
    "names-of-every-script": "SELECT ?λ ?ж ?字 ?\U00020000 { ?λ ?ж ?字 } LIMIT 1",
    "escaped-nul": 'SELECT ("a\\u0000b" AS ?x) {}',
    "escaped-lone-surrogate": 'SELECT ("\\uD800" AS ?x) {}',
    "escaped-surrogate-pair": 'SELECT ("\\uD83D\\uDE00" AS ?x) {}',
    "escaped-beyond-unicode": 'SELECT ("\\UFFFFFFFF" AS ?x) {}',
    "escaped-cut": 'SELECT ("\\u12" AS ?x) {} \\u',
    "escaped-quote": 'SELECT ("\\u0022 AS ?x) {}',
    "escaped-line-end-in-a-comment": "ASK {} #\\u000A{",
    "escaped-angle-in-an-address": "ASK { <http://x.example/\\u003E> ?p ?o }",
    "escaped-space-in-an-address": "ASK { <http://x.example/\\u0020> ?p ?o }",
    "escapes-only": "\\u0041" * 16_000,
    "escaped-escapes": "ASK { ?s ?p '" + "\\\\u005C" * 12_000 + "' }",
}

_N: Final = 12_000
_LEXING: Final = {
    "open-strings": 'ASK { FILTER(1 = "' + "a' " * 33_000,
    "open-long-strings": "ASK { '''" + "\\' '' " * 16_000,
    "strings-and-strings": "ASK { FILTER(" + "'\"'\"" * 24_000,
    "open-addresses": "ASK { " + "<" * 95_000,
    "addresses-that-never-end": "ASK { " + "<x:a " * 19_000,
    "services-that-never-begin": "ASK { " + "service " * _N,
    "services-of-open-addresses": "ASK { " + "service<" * _N,
    "services-before-comments": "ASK { service" + "#\n" * 45_000,
    "services-and-comments": "ASK { " + "service#\n" * 10_000,
    "services-and-spaces": "ASK { " + ("service" + " " * 1_000) * 95,
    "services-silent": "ASK { " + "service silent " * 6_400,
    "services-of-names": "ASK { service " + "a:" * 47_000,
    "services-of-escapes": "ASK { service " + "\\a" * 47_000,
    "backslashes": "ASK { " + "\\" * 95_000,
    "backslashes-in-a-string": "ASK { '" + "\\\\" * 47_000,
    "hashes": "#" * 95_000,
    "comments-without-end": "ASK { " + "# { ( <" * 13_000,
    "percents": "ASK { a:" + "%41" * 31_000 + " ?p ?o }",
    "colons": "ASK { " + ":" * 95_000,
    "dots": "ASK { a:" + "." * 95_000,
    "dots-and-names": "ASK { a:" + ".a" * 47_000 + " ?p ?o }",
    "signs": "ASK { FILTER(1" + "+-" * 47_000,
    "numbers": "ASK { FILTER(" + "1.1e" * 23_000,
    "less-than": "ASK { FILTER(" + "?a<?b" * 19_000,
    "question-marks": "ASK { " + "?" * 95_000,
    "at-signs": "ASK { ?s ?p 'x'" + "@a" * 47_000,
    "types": "ASK { ?s ?p 'x'" + "^^<x:>" * 15_000,
    "code-points": "\\u007B" * 15_000,
    "mistake-at-the-end": "SELECT * {\n" + "?s ?p ?o .\n" * 8_000 + "!",
    "mistake-in-one-long-line": "SELECT * { " + "?s ?p ?o . " * 600 + "FROM",
    "mistake-in-a-filter": "SELECT * { ?s ?p ?o FILTER(" + "?o = 1 || " * 900 + ") }",
    "bracket-missing": "SELECT * { " + "{ ?s ?p ?o } UNION " * 600 + "{ ?s ?p ?o ",
    "keywords": "SELECT " * 14_000,
    "optionals-missing": "SELECT * { " + "OPTIONAL " * 10_000 + "}",
    "letters": "a" * 99_000,
    "random-tokens": "ASK { " + "<{\"'#\\u0028[?$_:@^" * 5_000,
}


def _of_bytes(name: str, raw: bytes) -> list[Case]:
    escaped = "".join(f"%{byte:02X}" for byte in raw)
    form = (("Accept", RESULTS), ("Content-Type", "application/x-www-form-urlencoded"))
    return [
        raw_case("encoding", f"{name}-direct", request("POST", "/sparql", _DIRECT, raw), method="POST"),
        raw_case("encoding", f"{name}-by-get", request("GET", f"/sparql?query={escaped}", form[:1])),
        raw_case(
            "encoding",
            f"{name}-in-a-form",
            request("POST", "/sparql", form, f"query={escaped}".encode()),
            method="POST",
        ),
    ]


CASES: list[Case] = [
    *(case for name, raw in _BYTES.items() for case in _of_bytes(name, raw)[: 3 if "utf-8" in name else 2]),
    *(query_case("encoding", name, text) for name, text in _TEXTS.items()),
    *(
        query_case("lexing", name, text, how=("form", "direct")[position % 2])
        for position, (name, text) in enumerate(_LEXING.items())
    ),
    *(
        query_case("lexing", f"{name}-in-a-page", _LEXING[name], accept="text/html", page=True)
        for name in ("mistake-at-the-end", "services-of-open-addresses", "open-strings")
    ),
    *(
        raw_case(
            "encoding",
            f"charset-{charset[:8]}",
            request(
                "POST",
                "/sparql",
                (("Accept", RESULTS), ("Content-Type", f"application/sparql-query; charset={charset}")),
                "ASK { ?s ?p '+AGE-é' }".encode(),
            ),
            method="POST",
        )
        for charset in ("utf-16", "utf-7", "latin-1", '"', "none", "utf-8;charset=utf-16", "idna", "x" * 5_000)
    ),
    raw_case(
        "encoding",
        "raw-bytes-in-the-address",
        request("GET", "/sparql?query=ASK{\udcff\udcfe}", (("Accept", RESULTS),)),
    ),
    raw_case(
        "encoding", "utf-8-in-the-address", request("GET", "/sparql?query=ASK%20{?s?p'é'}", (("Accept", RESULTS),))
    ),
]
