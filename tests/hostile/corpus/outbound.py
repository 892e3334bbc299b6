"""Requests that want the service to call somebody, read a file, or change something."""

from typing import Final

from hostile.case import RESULTS, Case, Say, query_case, raw_case, request

_FORM: Final = "application/x-www-form-urlencoded"
_NO: Final = (400, 413, 422)
_ADDRESSES: Final = {
    "loopback": "http://127.0.0.1:@CANARY@/",
    "decimal": "http://2130706433:@CANARY@/",
    "hexadecimal": "http://0x7f000001:@CANARY@/",
    "octal": "http://0177.0.0.1:@CANARY@/",
    "short": "http://127.1:@CANARY@/",
    "another-loopback": "http://127.8.8.8:@CANARY@/",
    "any": "http://0.0.0.0:@CANARY@/",
    "ipv6": "http://[::1]:@CANARY@/",
    "mapped": "http://[::ffff:127.0.0.1]:@CANARY@/",
    "mapped-hexadecimal": "http://[::ffff:7f00:1]:@CANARY@/",
    "unspecified": "http://[::]:@CANARY@/",
    "name": "http://localhost:@CANARY@/",
    "name-with-a-dot": "http://localhost.:@CANARY@/",
    "user": "http://w3id.org@127.0.0.1:@CANARY@/koinon/graph/code",
    "upper-case": "HTTP://LOCALHOST:@CANARY@/",
    "full-width-digits": "http://１２７.0.0.1:@CANARY@/",
    "encoded": "http://%31%32%37.0.0.1:@CANARY@/",
    "https": "https://127.0.0.1:@CANARY@/",
    "redirect": "http://127.0.0.1:@CANARY@/redirect?to=http://127.0.0.1:@CANARY@/again",
    "itself": "http://@HOST@/sparql",
    "file": "@FILE@",
    "file-of-the-system": "file:///etc/passwd",
    "file-of-a-host": "file://localhost/etc/passwd",
    "ftp": "ftp://127.0.0.1:@CANARY@/",
    "gopher": "gopher://127.0.0.1:@CANARY@/_GET",
    "data": "data:text/turtle,<x:a> <x:b> <x:c> .".replace(" ", "%20").replace("<", "%3C").replace(">", "%3E"),
}

_SERVICES: Final = {
    "plain": "SELECT * { SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "escaped": "SELECT * { S\\u0045RVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "escaped-long": "SELECT * { \\U00000053ERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "escaped-whole": "SELECT * { "
    + "".join(f"\\u{ord(c):04x}" for c in "SERVICE")
    + " \\u003Chttp://127.0.0.1:@CANARY@/\\u003E \\u007B ?s ?p ?o \\u007D }",
    "escaped-twice": "SELECT * { S\\u005Cu0045RVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "mixed-case": "SELECT * { sErViCe sIlEnT <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "after-a-comment": "SELECT * { SERVICE#x\n<http://127.0.0.1:@CANARY@/>#{}\n{ ?s ?p ?o } }",
    "glued": "SELECT * { ?s ?p true.SERVICE<http://127.0.0.1:@CANARY@/>{?s ?p ?o}}",
    "glued-to-a-number": "SELECT * { BIND(1 AS ?x)SERVICE<http://127.0.0.1:@CANARY@/>{?s ?p ?o}}",
    "prefixed": "PREFIX c: <http://127.0.0.1:@CANARY@/> SELECT * { SERVICE c:x { ?s ?p ?o } }",
    "prefixed-service": "PREFIX SERVICE: <http://127.0.0.1:@CANARY@/> SELECT * { SERVICE SERVICE:x { ?s ?p ?o } }",
    "based": "BASE <http://127.0.0.1:@CANARY@/> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "variable": "SELECT * { VALUES ?v { <http://127.0.0.1:@CANARY@/> } SERVICE ?v { ?s ?p ?o } }",
    "variable-bound": "SELECT * { BIND(IRI('http://127.0.0.1:@CANARY@/') AS ?v) SERVICE SILENT $v { ?s ?p ?o } }",
    "in-exists": "ASK { ?s ?p ?o FILTER EXISTS { SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } } }",
    "in-minus": "ASK { ?s ?p ?o MINUS { SERVICE SILENT <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } } }",
    "in-a-subselect": "ASK { { SELECT * { SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } } } }",
    "in-optional": "ASK { OPTIONAL { GRAPH ?g { SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } } } }",
    "of-service": "ASK { SERVICE <http://@HOST@/sparql> { SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } } }",
    "construct": "CONSTRUCT { ?s ?p ?o } { SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "describe": "DESCRIBE ?s { SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "never-reached": "ASK { FILTER(false) SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
    "behind-an-open-string": "ASK { ?s ?p '\\'' SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p '''x''' } }",
    "behind-less-than": "ASK { FILTER(1<2) SERVICE<http://127.0.0.1:@CANARY@/>{ ?s ?p ?o FILTER(2>1) } }",
    "behind-hash-in-an-address": "ASK { <x:#> ?p ?o . SERVICE <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }",
}

_NOT_SERVICES: Final = {
    "in-a-string": "ASK { BIND('SERVICE' AS ?service) }",
    "variable-of-that-name": "SELECT (COUNT(*) AS ?n) { VALUES ?service { 1 } }",
    "in-a-comment": "ASK {} # SERVICE is not used",
    "in-an-address": "ASK { OPTIONAL { <http://x.example/service> ?from ?load } }",
}

_UPDATES: Final = {
    "insert": "INSERT DATA { <x:hostile> <x:p> <x:o> }",
    "delete": "DELETE WHERE { ?s ?p ?o }",
    "load": "LOAD <http://127.0.0.1:@CANARY@/>",
    "load-silent-into": "LOAD SILENT <@FILE@> INTO GRAPH <x:g>",
    "load-escaped": "L\\u004FAD <http://127.0.0.1:@CANARY@/>",
    "clear": "CLEAR ALL",
    "drop": "DROP SILENT ALL",
    "create": "CREATE GRAPH <x:g>",
    "copy": "COPY DEFAULT TO <x:g>",
    "after-a-query": "SELECT * { ?s ?p ?o } ; DROP ALL",
    "before-a-query": "DROP ALL ; SELECT * { ?s ?p ?o }",
    "with": "WITH <https://w3id.org/koinon/graph/code> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "two-queries": "ASK { ?s ?p ?o } ASK { ?s ?p ?o }",
}


def _form(
    name: str, body: str, address: str = "/sparql", kind: str = _FORM, allowed: tuple[int, ...] = (400,)
) -> Case:
    sent = request("POST", address, (("Accept", RESULTS), ("Content-Type", kind)), body.encode())
    return raw_case("update", name, sent, method="POST", allowed=allowed, stray=True)


_QUERY, _UPDATE = "query=ASK%7B%7D", "update=DROP%20ALL"

CASES: list[Case] = [
    *(query_case("outbound", f"service-{name}", text, allowed=_NO, stray=True) for name, text in _SERVICES.items()),
    *(query_case("outbound", f"no-service-{name}", text, allowed=(200,)) for name, text in _NOT_SERVICES.items()),
    *(
        query_case(
            "outbound",
            f"service-at-{name}",
            f"ASK {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}",
            allowed=_NO,
            stray=True,
        )
        for name, address in _ADDRESSES.items()
    ),
    *(
        query_case(
            "outbound",
            f"from-{name}",
            f"SELECT * {clause} <{address}> {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}",
            stray=True,
        )
        for position, (name, address) in enumerate(_ADDRESSES.items())
        for clause in (("FROM", "FROM NAMED", "FR\\u004FM")[position % 3],)
    ),
    *(
        query_case(
            "outbound",
            f"graph-of-the-protocol-{name}",
            "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
            extra=((("default", "named")[position % 2] + "-graph-uri", address),),
            stray=True,
        )
        for position, (name, address) in enumerate(_ADDRESSES.items())
    ),
    query_case("outbound", "describe-far", "DESCRIBE <http://127.0.0.1:@CANARY@/>", stray=True),
    query_case("outbound", "graph-far", "SELECT * { GRAPH <http://127.0.0.1:@CANARY@/> { ?s ?p ?o } }", stray=True),
    query_case("outbound", "function-far", "SELECT (<http://127.0.0.1:@CANARY@/f>(1) AS ?x) {}", stray=True),
    query_case("outbound", "type-far", "SELECT (STRDT('1', <http://127.0.0.1:@CANARY@/t>) AS ?x) {}", stray=True),
    query_case(
        "outbound",
        "profile-far",
        "DESCRIBE <x:a>",
        stray=True,
        accept='application/ld+json;profile="http://127.0.0.1:@CANARY@/"',
    ),
    query_case(
        "outbound",
        "headers-far",
        "ASK {}",
        stray=True,
        headers=(
            ("Referer", "http://127.0.0.1:@CANARY@/"),
            ("Origin", "http://127.0.0.1:@CANARY@"),
            ("X-Forwarded-Host", "127.0.0.1:@CANARY@"),
            ("Link", '<http://127.0.0.1:@CANARY@/>; rel="context"'),
            ("Forwarded", "for=127.0.0.1;host=127.0.0.1:@CANARY@"),
            ("Via", "1.1 127.0.0.1:@CANARY@"),
        ),
    ),
    raw_case(
        "outbound",
        "proxy",
        b"GET http://127.0.0.1:@CANARY@/ HTTP/1.1\r\nHost: 127.0.0.1:@CANARY@\r\n\r\n",
        stray=True,
    ),
    raw_case(
        "outbound",
        "tunnel",
        b"CONNECT 127.0.0.1:@CANARY@ HTTP/1.1\r\nHost: 127.0.0.1:@CANARY@\r\n\r\n",
        stray=True,
        method="GET",
        allowed=(*_NO, 404, 405),
    ),
    raw_case(
        "outbound",
        "json-ld-sent",
        request(
            "POST",
            "/sparql",
            (("Content-Type", "application/ld+json"),),
            b'{"@context": "http://127.0.0.1:@CANARY@/", "@id": "x:a"}',
        ),
        method="POST",
        stray=True,
        allowed=(415,),
    ),
    raw_case(
        "outbound",
        "entities-sent",
        request(
            "POST",
            "/sparql",
            (("Content-Type", "application/rdf+xml"),),
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "@FILE@">]><a>&b;</a>',
        ),
        method="POST",
        stray=True,
        allowed=(415,),
    ),
    *(
        query_case("update", f"in-a-query-{name}", text, allowed=(400,), stray=True)
        for name, text in _UPDATES.items()
    ),
    _form("in-the-field", "update=INSERT%20DATA%7B%3Cx%3Aa%3E%20%3Cx%3Ab%3E%20%3Cx%3Ac%3E%7D"),
    _form("query-in-the-update-field", "update=ASK%7B%7D"),
    _form("both", f"{_QUERY}&{_UPDATE}"),
    _form("both-the-other-way", f"{_UPDATE}&{_QUERY}"),
    _form("update-in-the-address", _QUERY, f"/sparql?{_UPDATE}"),
    _form("update-beside-direct", "ASK {}", f"/sparql?{_UPDATE}", "application/sparql-query"),
    _form("load-in-the-field", "update=LOAD%20%3Chttp%3A%2F%2F127.0.0.1%3A@CANARY@%2F%3E"),
    _form("using-graph", f"{_QUERY}&using-graph-uri=http%3A%2F%2F127.0.0.1%3A@CANARY@%2F", allowed=(200, 400)),
    _form("direct", "INSERT DATA { <x:a> <x:b> <x:c> }", kind="application/sparql-update", allowed=(400, 415)),
    raw_case("update", "by-get", request("GET", f"/sparql?{_UPDATE}", (("Accept", RESULTS),)), allowed=(400,)),
    *(
        raw_case(
            "update",
            f"by-{method.lower()}",
            Say(request(method, "/sparql?graph=x", (("Content-Type", "text/turtle"),), b"<x:a> <x:b> <x:c> .")),
            method=method,
            allowed=(400, 405, 415),
        )
        for method in ("PUT", "DELETE", "PATCH")
    ),
    raw_case(
        "update",
        "overridden-method",
        request(
            "GET",
            f"/sparql?{_QUERY}",
            (("Accept", RESULTS), ("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "PUT")),
        ),
        allowed=(200,),
    ),
    query_case(
        "update",
        "nothing-was-written",
        "ASK { ?s ?p ?o FILTER(?s IN (<x:hostile>, <x:a>)) }",
        value="false",
        allowed=(200,),
    ),
]
