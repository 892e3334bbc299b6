"""What is taken of a peer's statements: its own things as its own, the rest as claims, and nothing that we make.

Left out are receipts and descriptions of graphs, vocabulary, what lies outside of Koinon's addresses, derived
territories, and of what this node has already its types, preferred labels and whatever its owner says as well.
What is left is sorted, each statement once.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from koinon.build.ownership import owner_of
from koinon.build.ready import in_order
from koinon.model.addresses import local_name
from koinon.model.namespaces import BASE, BASES, CANONICAL, DEF, ID, RDF, SKOLEM, SKOS, THINGS

_TYPE: Final = f"<{RDF}type>".encode()
_LABEL: Final = f"<{SKOS}prefLabel>".encode()
_WITHIN: Final = f"<{DEF}withinTerritory>".encode()
_COVERS: Final = f"<{DEF}coversTerritory>".encode()
_COVERAGE: Final = f"<{DEF}hasCoverage>".encode()
_TERRITORY: Final = f"<{DEF}territory>".encode()
_MINTABLE: Final = re.compile(r"[a-z][a-z-]*/[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_SKOLEM: Final = tuple(f"<{base}{SKOLEM.removeprefix(BASE)}".encode() for base in BASES)
_GENID: Final = re.compile(rb"(?:" + b"|".join(map(re.escape, _SKOLEM)) + rb")([A-Za-z0-9._~-]+)>")
_THINGS: Final = tuple(f"<{things}".encode() for things in THINGS)
_OURS: Final = tuple(f"<{base}".encode() for base in BASES)
_RANGE: Final = b"#char="
_GRAPHS: Final = tuple(f"<{base}graph/".encode() for base in BASES)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What this node has: of each thing the slug of its owner, and whether that one's graph states a line."""

    owners: Mapping[str, str]
    states: Callable[[str, bytes], bool]


@dataclass(slots=True)
class Taken:
    """The names of the things that the peer mints, and how many statements were taken or left out, and why."""

    mints: tuple[str, ...]
    statements: int = 0
    left: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Seen:
    """What has to be known of all statements before one is judged."""

    typed: set[str] = field(default_factory=set)
    coverages: set[bytes] = field(default_factory=set)
    covered: set[tuple[bytes, bytes]] = field(default_factory=set)


def take(slug: str, spool: Path, out: Path, holdings: Holdings, wanted: Callable[[str], bool] | None) -> Taken:
    """Write what is taken of the lines of ``spool`` to ``out``, for the source ``slug``.

    ``wanted`` tells of a thing whether the operator wants it, if not all are. Raises OSError.
    """
    seen = _look(spool)
    others = {thing for thing in seen.typed if holdings.owners.get(thing, slug) != slug}
    unwanted = {thing for thing in seen.typed if wanted is not None and not wanted(thing)}
    own = {thing for thing in seen.typed - others - unwanted if _is_mintable(thing)}
    taken = Taken(tuple(sorted(thing.removeprefix(ID) for thing in own)))
    chosen = _chosen(slug, spool, seen, holdings, own, unwanted, taken.left)
    with out.open("wb") as file:
        for line in in_order(chosen, spool.parent):
            taken.statements += 1
            file.write(line)
    return taken


def _is_mintable(thing: str) -> bool:
    """Tell whether a peer may mint a thing: no node mints below a base that is this one's alone."""
    if thing.startswith(ID) and BASE != CANONICAL:
        return False
    return _MINTABLE.match(local_name(thing)) is not None


def _look(spool: Path) -> _Seen:
    seen = _Seen()
    with spool.open("rb") as file:
        for line in file:
            subject, predicate, value = line.split(b" ", 2)
            if predicate == _TYPE and subject.startswith(_THINGS) and b"#" not in subject:
                seen.typed.add(subject[1:-1].decode())
            elif predicate == _COVERAGE:
                seen.coverages.add(value[:-3])
            elif predicate == _TERRITORY:
                seen.covered.add((subject.partition(b"#")[0] + b">", value[:-3]))
    return seen


def _chosen(
    slug: str,
    spool: Path,
    seen: _Seen,
    holdings: Holdings,
    own: set[str],
    unwanted: set[str],
    left: Counter[str],
) -> Iterator[bytes]:
    genid = b"<" + SKOLEM.encode() + slug.encode() + rb"-\1>"
    with spool.open("rb") as file:
        for line in file:
            subject, predicate, value = line.split(b" ", 2)
            why = _general(subject, predicate, value, seen)
            if why is None and not subject.startswith(_SKOLEM):
                thing = owner_of(subject[1:-1].decode())
                why = None if thing in own else _foreign(slug, thing, predicate, line, holdings, unwanted)
            if why is not None:
                left[why] += 1
            elif b"/.well-known/genid/" in line:
                yield _GENID.sub(genid, line)
            else:
                yield line


def _general(subject: bytes, predicate: bytes, value: bytes, seen: _Seen) -> str | None:
    """Return why a statement is left out whoever has the thing, or None."""
    if not subject.startswith((*_THINGS, *_SKOLEM)):
        if subject.startswith(_GRAPHS):
            return "receipts" if b"#" in subject else "descriptions of graphs"
        return "vocabulary" if subject.startswith(_OURS) else "things outside of Koinon's addresses"
    if _RANGE in subject:
        return "receipts"
    if predicate in {_WITHIN, _COVERAGE} or subject in seen.coverages:
        return "derived territories"
    if predicate == _COVERS and (subject, value[:-3]) in seen.covered:
        return "derived territories"
    return None


def _foreign(
    slug: str, thing: str, predicate: bytes, line: bytes, holdings: Holdings, unwanted: set[str]
) -> str | None:
    """Return why a statement about what the peer does not mint here is left out, or None."""
    if thing in unwanted:
        return "not among --mints"
    owner = holdings.owners.get(thing)
    known = owner is not None and owner != slug
    if predicate in {_TYPE, _LABEL}:
        return "types and labels of what this node has" if known else "types and labels of what nobody mints"
    if owner is not None and known and holdings.states(owner, line):
        return "what this node says already"
    return None
