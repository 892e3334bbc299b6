"""The engine that the package carries: its lexicon, its model, and the legal forms of the ontology."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from koinon.link.forms import Forms
from koinon.link.lexicon import Lexicon
from koinon.link.matching import Engine
from koinon.link.model import Model
from koinon.model.assets import Assets

_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_LABELS: Final = frozenset(_SKOS + name for name in ("altLabel", "hiddenLabel"))
_LISTS: Final = ("name-form.ttl",)


def shipped_engine(assets: Assets) -> Engine:
    """Return the engine with what the package carries."""
    return Engine(Lexicon.shipped(), shipped_forms(assets), Model.shipped())


def shipped_forms(assets: Assets) -> Forms:
    """Return the legal forms that the ontology names: their other names and abbreviations, and the slug of each."""
    labels = (label for name in _LISTS for label in _labels(assets.ontology / "code" / name))
    return Forms.of(dict(labels))


def _labels(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_file():
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            if quad.predicate.value in _LABELS and isinstance(quad.object, ox.Literal):
                yield quad.object.value, str(quad.subject).strip("<>").rsplit("/", 1)[-1]
