"""A made-up publisher: the head of its mapping, and how its statements are read."""

from collections.abc import Callable

from koinon.build.mapping.engine import Mapped
from koinon.build.mapping.report import ImportReport

HEAD = """
name = "fund"
version = 1
[source]
slug = "fund"
title = { en = "Projects of the example fund" }
publisher = "Example fund"
homepage = "https://fund.example/"
rights = "free to reuse with credit"
licence = "https://creativecommons.org/licenses/by/4.0/"
credit = "Source: Example fund"
language = "en"
mints = ["project/fund-*", "organisation/fund-*", "topic/fund-*", "scheme/fund-*", "document/fund"]
[codes.role]
"Yes" = "role:lead-partner"
"No" = "role:partner"
[concepts.theme]
title = { en = "Themes" }
lang = "en"
terms = ["Water", "Social economy"]
ours = { "Cooperation" = "theme:cooperation" }
"""
Make = Callable[..., Mapped]


def lines(mapped: Mapped, about: str = "") -> list[str]:
    """The statements whose subject's IRI contains ``about``, with short names."""
    short = {
        "https://w3id.org/koinon/id/": "",
        "https://w3id.org/koinon/def#": "koi:",
        "http://www.w3.org/2004/02/skos/core#": "skos:",
        "http://www.w3.org/2001/XMLSchema#": "xsd:",
        "https://schema.org/": "schema:",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": "a",
    }
    found = []
    for line in mapped.path.read_text(encoding="utf-8").splitlines():
        for long, name in short.items():
            line = line.replace(long, name)
        if about in line.split(" ")[0]:
            found.append(line.removesuffix(" ."))
    return found


def counts_of(report: ImportReport, name: str) -> dict[str, tuple[int, int, int, int, int]]:
    """Mapped, missing, rejected, unknown and unused cells of a table by title."""
    (found,) = (each for each in report.tables if each.name == name)
    return {c.title: (c.mapped, c.missing, c.rejected, c.unknown, c.unused) for c in found.columns}
