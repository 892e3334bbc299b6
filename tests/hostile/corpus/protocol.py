"""The protocol bent: forms, parameters, types of bodies, Accept headers, and doors beside ``/sparql``."""

from typing import Final

from hostile.case import RESULTS, Case, Say, query_case, raw_case, request

_FORM: Final = "application/x-www-form-urlencoded"
_ASK: Final = "query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"


def _form(
    name: str, body: bytes, *, address: str = "/sparql", kind: str = _FORM, allowed: tuple[int, ...] = ()
) -> Case:
    head = (("Accept", RESULTS), *((("Content-Type", kind),) if kind else ()))
    return raw_case("forms", name, request("POST", address, head, body), method="POST", allowed=allowed)


def _get(
    name: str, address: str, *, family: str = "forms", allowed: tuple[int, ...] = (), accept: str = RESULTS
) -> Case:
    return raw_case(family, name, request("GET", address, (("Accept", accept),)), allowed=allowed)


_FORMS: Final = [
    _form("decoded-once", b"query=ASK%20%7BFILTER(%22%2525%22%20%3D%20%22%2525%22)%7D", allowed=(200,)),
    _get("decoded-twice", "/sparql?query=SELECT%20(STRLEN(%22%252525%22)%20AS%20%3Fn)%20%7B%7D", allowed=(200,)),
    _get(
        "decoded-twice-to-a-service",
        "/sparql?query=ASK%257BSERVICE%253Chttp%253A%252F%252F127.0.0.1%253A@CANARY@%253E%257B%257D%257D",
        allowed=(400,),
    ),
    _form("cut-escapes", b"query=ASK%20%7B%7D%2", allowed=(400,)),
    _form("no-escapes", b"query=%zz%%%%%%", allowed=(400,)),
    _form("escapes-of-invalid-text", b"query=%C3%28%A0%A1", allowed=(400,)),
    _form("plus-signs", b"query=ASK+%7B+FILTER(1%2B1+%3D+2)+%7D", allowed=(200,)),
    _form("two-queries", f"{_ASK}&query=ASK%7B%7D".encode(), allowed=(400,)),
    _form("two-queries-the-same", f"{_ASK}&{_ASK}".encode(), allowed=(400,)),
    _form("query-in-address-and-body", _ASK.encode(), address=f"/sparql?{_ASK}", allowed=(400,)),
    _form(
        "query-in-address-and-direct",
        b"ASK {}",
        address=f"/sparql?{_ASK}",
        kind="application/sparql-query",
        allowed=(400,),
    ),
    _form("query-in-brackets", b"query[]=ASK%7B%7D", allowed=(400,)),
    _form("semicolons", b"a=b;query=ASK%7B%7D", allowed=(400,)),
    _form("empty-body", b"", allowed=(400, 411)),
    _form("empty-query", b"query=", allowed=(400,)),
    _form("empty-direct-query", b" ", kind="application/sparql-query", allowed=(400,)),
    _form("nul-in-names", b"query%00=ASK%7B%7D", allowed=(400,)),
    _form("many-parameters", b"&".join(b"a%d=b" % n for n in range(20_000)) + b"&query=ASK%7B%7D"),
    _form("many-ampersands", b"&" * 300_000 + b"query=ASK%7B%7D"),
    _form("many-equals", b"query" + b"=" * 300_000),
    _form("long-name", b"a" * 300_000 + b"=1&query=ASK%7B%7D"),
    _form("all-escaped", b"query=" + b"%20" * 90_000 + b"ASK%7B%7D"),
    _form("longest-escaped", b"query=ASK%7B%7D%23" + b"%F0%9F%A6%80" * 99_000),
    _form("too-long", b"query=ASK%7B%7D%23" + b"x" * 200_000, allowed=(413,)),
    _form("far-too-long", b"query=" + b"x" * 20_000_000, allowed=(413,)),
    _form(
        "unknown-parameters",
        b"query=ASK%7B%7D&timeout=99999&limit=-1&format=../../etc/passwd&output=xml&callback=alert",
        allowed=(200,),
    ),
    *(
        _form(f"type-{name}", b"query=ASK%7B%7D", kind=kind, allowed=(400, 415))
        for name, kind in {
            "none": "",
            "json": "application/json",
            "text": "text/plain",
            "empty": " ",
            "comma": f"{_FORM}, {_FORM}",
            "multipart": "multipart/form-data; boundary=x",
            "multipart-long": "multipart/form-data; boundary=" + "x" * 9_000,
            "star": "*/*",
            "results": "application/sparql-results+json",
            "slashes": "/" * 5_000,
        }.items()
    ),
    _form(
        "type-with-parameters",
        b"query=ASK%7B%7D",
        kind=f'{_FORM.upper()} ; charset=UTF-8 ; x="a;b"',
        allowed=(200,),
    ),
    raw_case(
        "forms",
        "two-types",
        request(
            "POST",
            "/sparql",
            (("Accept", RESULTS), ("Content-Type", _FORM), ("Content-Type", "application/sparql-query")),
            b"query=ASK%7B%7D",
        ),
        method="POST",
        allowed=(200, 400, 415),
    ),
    raw_case("forms", "body-of-a-get", request("GET", f"/sparql?{_ASK}", (("Accept", RESULTS),), b"x" * 100)),
    raw_case(
        "forms", "large-body-of-a-get", request("GET", f"/sparql?{_ASK}", (("Accept", RESULTS),), b"x" * 30_000_000)
    ),
    raw_case("forms", "large-body-of-a-page", request("POST", "/projects", (), b"x" * 30_000_000), method="POST"),
    *(
        raw_case(
            "forms",
            f"method-{method.lower()[:12]}",
            Say(request(method, f"/sparql?{_ASK}")),
            method="GET",
            allowed=(400, 405, 501),
        )
        for method in ("TRACE", "PROPFIND", "QUERY", "get", "GETGETGETGETGET", "PRI")
    ),
    raw_case(
        "forms", "options", request("OPTIONS", "/sparql", (("Origin", "http://x.example"),)), method="OPTIONS"
    ),
    raw_case("forms", "options-of-everything", request("OPTIONS", "*"), method="OPTIONS"),
    _get("fragment", f"/sparql?{_ASK}#x"),
    _get("two-question-marks", f"/sparql??{_ASK}"),
    *(
        _get(f"graph-{name}", f"/sparql?{_ASK}&default-graph-uri={value}", allowed=(400,))
        for name, value in {
            "relative": "..%2F..%2Fetc%2Fpasswd",
            "empty": "",
            "injected": "https://x.example/%3E%20%7B%7D",
            "foreign": "https://w3id.org/koinon/graph/none",
            "newline": "https://x.example/%0d%0aX-Injected:%201",
        }.items()
    ),
    _get("blank-graph", f"/sparql?{_ASK}&named-graph-uri=_:b0", allowed=(400,)),
]

_ACCEPTS: Final = {
    "ten-thousand": ", ".join(f"a{n}/b;q=0.{n % 1000:03}" for n in range(10_000)),
    "two-thousand": ", ".join(f"a{n}/b;q=0.{n % 1000:03}" for n in range(2_000)) + ", text/csv;q=0.0001",
    "parameters": "application/json" + ";a=b" * 12_000,
    "commas": "," * 60_000,
    "semicolons": "text/csv" + ";" * 60_000,
    "open-quotes": 'text/csv;a="' + "\\" * 50_000,
    "quotes-and-commas": 'text/csv;a="' + ',"' * 20_000,
    "long-weight": "text/csv;q=0." + "9" * 50_000,
    "exponents": "text/csv;q=1e-999999, */*;q=1e999999",
    "not-a-number": "text/csv;q=nan, */*;q=inf",
    "below-zero": "text/csv;q=-1",
    "nothing-wanted": "*/*;q=0",
    "nothing-offered": "image/png",
    "all-but": "*/*, application/sparql-results+json;q=0, text/csv;q=0",
    "wildcards": "*/*/*;*/*, */json, **/**, *",
    "empty": "",
    "slashes": "/" * 30_000,
    "bytes": "\udcff\udcfe/\udcc3",
    "long-type": "a" * 30_000 + "/" + "b" * 30_000,
    "spaces": " \t" * 30_000 + "text/csv",
    "weights-in-arabic": "text/csv;q=٠.٥",
}

_DOORS: Final = {
    "release-traversal": "/releases/..%2f..%2f..%2fetc%2fpasswd/sparql?" + _ASK,
    "release-of-dots": "/releases/../sparql?" + _ASK,
    "release-unknown": f"/releases/{'f' * 64}/sparql?" + _ASK,
    "release-link": "/releases/current/sparql?" + _ASK,
    "release-short": "/releases/a/sparql?" + _ASK,
    "release-log": "/releases/log.jsonl/sparql?" + _ASK,
    "release-file": "/releases/@RELEASE@/store",
    "release-nul": "/releases/%00/sparql?" + _ASK,
    "release-long": f"/releases/{'a' * 1_900}/sparql?" + _ASK,
    "static-traversal": "/static/..%2f..%2fapp.py",
    "double-encoded": "/static/%252e%252e%252fapp.py",
    "backslashes": "/static/..\\..\\app.py",
    "document-traversal": "/doc/project/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "document-of-a-hub": "/doc/document/sea4neb-article",
    "document-of-a-hub-as-triples": "/doc/document/sea4neb-article.nt",
    "code-of-a-hub": "/code/basis/stated",
    "graph-of-a-file": "/graph?graph=@FILE@",
    "graph-far": "/graph?graph=http%3A%2F%2F127.0.0.1%3A@CANARY@%2F",
    "graph-of-everything": "/graph?default",
    "question-with-a-term": "/queries/territories-of-a-project?project=%3E%20%7D%20%3B%20DROP%20ALL%20%23",
    "question-with-a-number": "/queries/local-action-plans?limit=99999999999999999999999999",
    "question-with-a-long-term": "/queries/territories-of-a-project?project=" + "a" * 50_000,
    "list-from-nowhere": "/projects?after=%00%FF&limit=-99999999999999999999",
    "list-of-much": "/projects?limit=999999999&q=" + "%25" * 1_000,
    "language": "/?lang=" + "en-" * 600,
    "problem": "/problems/%3Cscript%3E",
    "not-ready": "/ready?x=" + "a" * 60_000,
    "metrics": "/metrics",
    "ending-in-slashes": "/sparql" + "/" * 1_900,
    "another-host": "//x.example/%2e%2e",
    "dots": "/" + "../" * 600 + "etc/passwd",
    "documentation": "/openapi.json",
}

CASES: list[Case] = [
    *_FORMS,
    *(
        query_case("accept", name, "SELECT (1 AS ?x) {}", how="get", accept=accept)
        for name, accept in _ACCEPTS.items()
    ),
    *(
        raw_case(
            "accept",
            f"{name}-for-a-page",
            request(
                "GET",
                "/projects",
                (
                    ("Accept", _ACCEPTS[name]),
                    ("Accept-Language", _ACCEPTS[name]),
                    ("Accept-Encoding", _ACCEPTS[name]),
                ),
            ),
            page=True,
        )
        for name in ("two-thousand", "quotes-and-commas", "commas", "open-quotes", "not-a-number")
    ),
    raw_case(
        "accept",
        "a-hundred-headers",
        request(
            "GET",
            f"/sparql?{_ASK}",
            (*(("Accept", f"text/x{n};q=0.5") for n in range(80)), ("Accept", "text/csv")),
        ),
        allowed=(200, 431),
    ),
    query_case(
        "accept",
        "cached-under-another-type",
        "SELECT (2 AS ?x) {}",
        how="get",
        accept="application/sparql-results+xml, text/csv;q=0.1",
        allowed=(200,),
    ),
    query_case("accept", "by-head", "SELECT (3 AS ?x) {}", how="get", method="HEAD", allowed=(200,)),
    query_case("accept", "after-head", "SELECT (3 AS ?x) {}", how="get", value="3", allowed=(200,)),
    *(
        _get(name, address, family="doors", accept="*/*", allowed=(200, 308) if name == "ending-in-slashes" else ())
        for name, address in _DOORS.items()
    ),
]
