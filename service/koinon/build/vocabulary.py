"""The vocabulary of a release: the ontology and the code lists, each one graph, and the shapes with their version.

A fault in any of these stops the build: no source can be judged without them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from koinon.build.canonical import label
from koinon.build.derived import DERIVATION
from koinon.build.graphs import lines_of
from koinon.build.linking.version import linker_version
from koinon.build.normalise import Normaliser, name_blank_nodes
from koinon.model.assets import Assets
from koinon.model.errors import SourceError, VocabularyError
from koinon.model.namespaces import OWL

NO_VERSION = "0.0.0"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What every source is judged by.

    The versions of shapes and rules carry a digest of their content; that of the rules covers DERIVATION too.
    """

    ontology: frozenset[Triple]
    codes: frozenset[Triple]
    shapes: str
    ontology_version: str
    shapes_version: str
    rules_version: str
    linker_version: str

    @property
    def versions(self) -> dict[str, str]:
        """The versions that enter the release id."""
        return {
            "link-model": self.linker_version,
            "ontology": self.ontology_version,
            "rules": self.rules_version,
            "shapes": self.shapes_version,
        }


def read_vocabulary(assets: Assets) -> Vocabulary:
    """Read ontology, code lists, shapes and rules; raises VocabularyError with file, line and column.

    A process that reads the same files again, as the builder does for each change, gets what it had.
    """
    files = [path for folder in (assets.ontology, assets.shapes) for path in sorted(folder.rglob("*.ttl"))]
    files += rule_files(assets)
    content = [bytes(path) + b"\n" + path.read_bytes() for path in files]
    return _vocabulary(assets, _digest([*content, DERIVATION.encode()]))


@lru_cache(maxsize=1)
def _vocabulary(assets: Assets, content: str) -> Vocabulary:  # noqa: ARG001  # of other content, another vocabulary
    normaliser = Normaliser()
    ontology = _read(_with_definitions(assets.ontology), "ontology", normaliser)
    codes = _read(_with_definitions(assets.ontology / "code"), "code", normaliser)
    shapes_lines: list[bytes] = []
    shapes = _triples(sorted(assets.shapes.rglob("*.ttl")), "shapes")
    for name in sorted(shapes):
        shapes_lines += lines_of(label(shapes[name]))
    version = _version(ontology) or NO_VERSION
    shapes_text = "".join(line.decode() + "\n" for line in _merged(shapes))
    shapes_version = _version(triple for part in shapes.values() for triple in part) or version
    rules = [path.name.encode() + b"\n" + path.read_bytes() for path in rule_files(assets)]
    return Vocabulary(
        ontology=frozenset(ontology),
        codes=frozenset(codes),
        shapes=shapes_text,
        ontology_version=version,
        shapes_version=f"{shapes_version}+{_digest(shapes_lines)}",
        rules_version=f"{version}+{_digest([*rules, DERIVATION.encode()])}",
        linker_version=linker_version(assets),
    )


def _with_definitions(folder: Path) -> list[Path]:
    """Return the files of a vocabulary, and those of its definitions in other languages."""
    return [*sorted(folder.glob("*.ttl")), *sorted(folder.glob("definitions/*.ttl"))]


def rule_files(assets: Assets) -> list[Path]:
    """Return the published rules that derive territories, in the order in which they run."""
    return sorted((assets.queries / "rules").glob("territory-*.rq"))


def _read(files: list[Path], slug: str, normaliser: Normaliser) -> set[Triple]:
    triples: set[Triple] = set()
    for part in _triples(files, slug).values():
        try:
            triples.update(normaliser.triples(part, slug))
        except SourceError as error:
            raise VocabularyError(f"The vocabulary is broken: {error}") from error
    return name_blank_nodes(label(triples), slug)


def _triples(files: list[Path], slug: str) -> dict[str, list[Triple]]:
    parts: dict[str, list[Triple]] = {}
    for path in files:
        try:
            quads = parse(path=path, format=RdfFormat.TURTLE, rename_blank_nodes=True)
            parts[path.name] = [quad.triple for quad in quads]
        except SyntaxError as error:
            raise VocabularyError(
                f"{slug}: {path}, line {error.lineno}, column {error.offset}: {error.msg}. Mend it first."
            ) from error
    return parts


def _merged(parts: dict[str, list[Triple]]) -> list[bytes]:
    return lines_of(triple for name in sorted(parts) for triple in parts[name])


def _version(triples: Iterable[Triple]) -> str | None:
    wanted = NamedNode(OWL + "versionInfo")
    found = (t.object.value for t in triples if t.predicate == wanted and isinstance(t.object, Literal))
    return max(found, default=None, key=_semver)


def _semver(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("+")[0].split("."))


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part + b"\n")
    return digest.hexdigest()[:12]
