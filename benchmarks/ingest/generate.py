"""Made-up sources of any size, by a seed: organisations with names, identifiers, addresses and places, and projects
that they take part in. Every other value of the real registers' kinds is there; nothing in it is true.
"""

import random
from collections.abc import Iterator
from pathlib import Path

BASE = "https://w3id.org/koinon/"
ID, CODE, DEF = BASE + "id/", BASE + "code/", BASE + "def#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
M8G = "http://data.europa.eu/m8g/"
ADMS = "http://www.w3.org/ns/adms#"
LOCN = "http://www.w3.org/ns/locn#"
ORG = "http://www.w3.org/ns/org#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PLACES = ("poland", "pomorskie", "latvia", "malopolskie", "france", "italy", "spain", "greece")
WORDS = (
    "association", "biuro", "centre", "cooperativa", "développement", "εταιρεία", "fondation", "gmina", "house",
    "institut", "kooperatīvs", "laboratorio", "mutuelle", "network", "øy", "praca", "región", "social", "työ",
    "union",
)  # fmt: skip
LANGUAGES = ("en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb", "de")
PARTNERS = 4
LAST = '"EUR" .\n'
"""How the last line of a project ends."""

MANIFEST = """slug = "{slug}"
title = {{ en = "Made-up register {slug}" }}
kind = "external"
language = "en"
mints = ["document/{slug}", "organisation/{slug}-*", "project/{slug}-*"]

[document]
iri = "{id}document/{slug}"
not_held = "made up"
issued_absent = "made up"

[rights]
statement = "made up"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"

[reading]
received = 2026-11-22
method = "mapping"
by = "benchmarks/ingest/generate.py"
review = "none"
basis = "external"
receipts = "annotated"
"""


def write_source(folder: Path, slug: str, triples: int, seed: int) -> Path:
    """Write a source of about ``triples`` statements under ``folder`` and return its folder."""
    source = folder / slug
    source.mkdir(parents=True, exist_ok=True)
    (source / "source.toml").write_text(MANIFEST.format(slug=slug, id=ID), encoding="utf-8")
    with (source / "graph.nt").open("w", encoding="utf-8") as file:
        for written, line in enumerate(statements(slug, seed), start=1):
            file.write(line)
            if written >= triples and line.endswith(LAST):
                break
    return source


def statements(slug: str, seed: int) -> Iterator[str]:
    """Yield N-Triples lines without end: the document, then organisations and, after every few, a project."""
    dice = random.Random(f"{slug} {seed}")  # noqa: S311  data that can be drawn again
    document = f"{ID}document/{slug}"
    yield from _thing(document, "http://xmlns.com/foaf/0.1/Document")
    yield _text(document, SKOS + "prefLabel", f"Register {slug}", "en")
    number = 0
    while True:
        members = []
        for _ in range(PARTNERS):
            number += 1
            members.append(f"{ID}organisation/{slug}-{number}")
            yield from _organisation(members[-1], number, dice)
        yield from _project(f"{ID}project/{slug}-{number}", number, members, dice)


def _organisation(iri: str, number: int, dice: random.Random) -> Iterator[str]:
    name = " ".join(dice.sample(WORDS, k=3)).title()
    tag = dice.choice(LANGUAGES)
    yield from _thing(iri, ORG + "Organization")
    yield _text(iri, SKOS + "prefLabel", f"{name} {number}", tag)
    yield _text(iri, SKOS + "altLabel", f"{name[:8]} {number}", tag)
    yield _link(iri, ORG + "classification", f"{CODE}actor-type/association")
    yield _link(iri, DEF + "locatedIn", f"{ID}place/{dice.choice(PLACES)}")
    yield _link(iri, "http://xmlns.com/foaf/0.1/homepage", f"https://example.org/{number}")
    yield _link(iri, ADMS + "identifier", f"{iri}#number")
    yield from _thing(f"{iri}#number", ADMS + "Identifier")
    yield _text(f"{iri}#number", SKOS + "notation", f"{iri.rsplit('/', 1)[-1]}-{number:07}".upper())
    yield _text(f"{iri}#number", ADMS + "schemeAgency", "Made-up register")
    yield _link(iri, LOCN + "address", f"{iri}#address")
    yield _link(f"{iri}#address", RDF + "type", LOCN + "Address")
    yield _text(f"{iri}#address", LOCN + "thoroughfare", f"{dice.choice(WORDS)} {dice.randint(1, 99)}")
    yield _text(f"{iri}#address", LOCN + "postName", dice.choice(WORDS).title())
    yield _text(f"{iri}#address", LOCN + "postCode", f"{dice.randint(0, 99999):05}")


def _project(iri: str, number: int, members: list[str], dice: random.Random) -> Iterator[str]:
    year = dice.randint(2000, 2024)
    yield from _thing(iri, DEF + "Project")
    yield _text(iri, SKOS + "prefLabel", f"Project {' '.join(dice.sample(WORDS, k=4))} {number}", "en")
    yield _text(iri, DCT + "description", " ".join(dice.choices(WORDS, k=60)), "en")
    yield _typed(iri, "https://schema.org/startDate", f"{year}-{dice.randint(1, 12):02}-01", "date")
    yield _typed(iri, "https://schema.org/endDate", f"{year + 3}-12-31", "date")
    for place, member in enumerate(members):
        part = f"{iri}#partner-{place}"
        yield _link(iri, M8G + "hasParticipation", part)
        yield _link(part, RDF + "type", DEF + "ProjectParticipation")
        yield _link(part, RDF + "type", M8G + "Participation")
        yield _link(part, M8G + "hasParticipant", member)
        yield _link(part, M8G + "role", f"{CODE}role/{'partner' if place else 'lead-partner'}")
    claim = f"{iri}#claim-total"
    yield _link(iri, DEF + "hasClaim", claim)
    yield from _thing(claim, DEF + "Claim", DEF + "AmountClaim")
    yield _link(claim, DEF + "claimKind", f"{CODE}claim-kind/total-budget")
    yield _typed(claim, "http://purl.org/cerif/frapo/hasMonetaryValue", f"{dice.randint(1, 10**7)}.5", "decimal")
    yield _text(claim, "http://purl.org/cerif/frapo/hasCurrencyCode", "EUR")


def _thing(iri: str, *classes: str) -> Iterator[str]:
    for name in classes:
        yield _link(iri, RDF + "type", name)


def _link(subject: str, predicate: str, value: str) -> str:
    return f"<{subject}> <{predicate}> <{value}> .\n"


def _text(subject: str, predicate: str, text: str, tag: str = "") -> str:
    return f'<{subject}> <{predicate}> "{text}"{"@" + tag if tag else ""} .\n'


def _typed(subject: str, predicate: str, text: str, datatype: str) -> str:
    return f'<{subject}> <{predicate}> "{text}"^^<{XSD}{datatype}> .\n'
