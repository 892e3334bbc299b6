"""What the catalogue says of a release, and the guard that a change of it makes new releases."""

from hashlib import sha256
from pathlib import Path

import pytest
from pyoxigraph import Literal

from building import World
from koinon.build.catalogue import catalogue
from koinon.build.derived import DERIVATION
from koinon.build.graphs import GraphFile, lines_of
from koinon.build.vocabulary import read_vocabulary
from koinon.model.namespaces import XSD

MADE = {"4": "3ee174d29ccdeb58ea143b55b86c8953dfcc8b2cb4bf42d2c5891aa30937248b"}
"""DERIVATION to the SHA-256 of the catalogue of the release below."""
GRAPHS = [
    GraphFile(slug, f"https://w3id.org/koinon/graph/{slug}", kind, {"en": slug}, Path(slug), "0" * 64, 7)
    for slug, kind in (("code", "vocabulary"), ("page", "page"), ("territory", "derived"))
]
LINES = lines_of(catalogue(GRAPHS, "f" * 64, "2026-11-21", {"ontology": "1.0.0"}))


def test_a_catalogue_that_changes_has_a_new_derivation() -> None:
    """When this fails: raise DERIVATION by one, and put the new hash beside it in MADE."""
    assert sha256(b"\n".join(LINES)).hexdigest() == MADE[DERIVATION]


def test_a_new_derivation_is_a_new_version_of_the_rules(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_vocabulary(world.assets).rules_version
    monkeypatch.setattr("koinon.build.vocabulary.DERIVATION", "next")
    assert read_vocabulary(world.assets).rules_version != before


def test_every_time_in_the_catalogue_is_of_the_kind_that_its_property_takes() -> None:
    dates = [t for t in catalogue(GRAPHS, "f" * 64, "2026-11-21", {}) if "2026" in str(t.object)]
    assert {t.predicate.value for t in dates} == {"http://purl.org/dc/terms/modified"}
    assert all(isinstance(t.object, Literal) and t.object.datatype.value == XSD + "date" for t in dates)
