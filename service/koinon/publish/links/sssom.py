"""Links as an SSSOM table (SSSOM/TSV, version 1.1): a head of metadata in YAML comments, then one row a link.

A link that was judged wrong stands there with ``predicate_modifier`` Not, so that nobody proposes it anew; its
confidence is that the two are not the same, as reviewers said. What
nobody accepted yet is told from what was by the column ``ext_state``, an extension slot as the standard has them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from koinon.model.namespaces import BASE, CC_BY, PREFIXES
from koinon.release.links import LINK, REJECTED, Link, Links

COLUMNS: Final = (
    "record_id",
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "subject_source",
    "object_source",
    "confidence",
    "reviewer_label",
    "see_also",
    "comment",
    "ext_state",
)
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
_PIECE: Final = 500


def table(links: Links, filters: Mapping[str, str], release: str, address: str) -> Iterator[bytes]:
    """Yield the table of all links that ``filters`` (those of ``Links.page``) let through, piece by piece.

    ``release`` is the release id, ``address`` the address at which a link's page is: its id follows.
    """
    model = links.run().model
    prefixes = _prefixes()
    yield "".join(_head(prefixes, release, model)).encode()
    after = ""
    while found := links.page(**filters, after=after, most=_PIECE):
        yield "".join(_row(links, link, prefixes, address) for link in found).encode()
        after = found[-1].id


def _prefixes() -> dict[str, str]:
    used = {name: PREFIXES[name] for name in ("koi", "owl", "skos", "dct", "org", "xsd")}
    return {"koinon": BASE, "link": LINK, "semapv": SEMAPV, **used}


def _head(prefixes: Mapping[str, str], release: str, model: str) -> Iterator[str]:
    yield '#sssom_version: "1.1"\n#curie_map:\n'
    for name, iri in prefixes.items():
        yield f"#  {name}: {iri}\n"
    yield f"#mapping_set_id: {BASE}releases/{release}/links\n"
    yield f'#mapping_set_version: "{release[:12]}"\n'
    yield "#mapping_set_title: Links of Koinon\n"
    yield f"#license: {CC_BY}\n"
    yield f'#mapping_tool: Koinon\n#mapping_tool_version: "{model}"\n'
    yield "#extension_definitions:\n#  - slot_name: ext_state\n"
    yield "#    property: koi:linkState\n#    type_hint: xsd:string\n"
    yield "\t".join(COLUMNS) + "\n"


def _row(links: Links, link: Link, prefixes: Mapping[str, str], address: str) -> str:
    left, right = links.said(link.subject), links.said(link.object)
    why = "; ".join(f"{reason.text} ({reason.weight:+.2f})" for reason in link.reasons if reason.weight)
    cells = {
        "record_id": link.iri,
        "subject_id": link.subject,
        "subject_label": left.name if left else "",
        "predicate_id": link.predicate,
        "predicate_modifier": "Not" if link.state == REJECTED else "",
        "object_id": link.object,
        "object_label": right.name if right else "",
        "mapping_justification": link.justification,
        "subject_source": f"{BASE}graph/{left.source}" if left and left.source else "",
        "object_source": f"{BASE}graph/{right.source}" if right and right.source else "",
        "confidence": f"{link.confidence:.6g}",
        "reviewer_label": "|".join(reviewer.replace("|", "/") for reviewer in link.reviewers),
        "see_also": address + link.id,
        "comment": why,
        "ext_state": link.state,
    }
    ids = {"record_id", "subject_id", "predicate_id", "object_id", "mapping_justification"}
    return (
        "\t".join(
            _short(cells[name], prefixes) if name in ids or name.endswith("_source") else _cell(cells[name])
            for name in COLUMNS
        )
        + "\n"
    )


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return a CURIE by the longest namespace that fits; an IRI of no known one stays."""
    fitting = [(name, space) for name, space in prefixes.items() if iri.startswith(space)]
    if not fitting:
        return iri
    name, space = max(fitting, key=lambda one: len(one[1]))
    return f"{name}:{iri.removeprefix(space)}"


def _cell(text: str) -> str:
    """Return a text as a cell: one line, quoted where it has to be; never a formula to a spreadsheet."""
    text = " ".join(text.split())
    if text[:1] in ("=", "+", "-", "@"):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if '"' in text else text
