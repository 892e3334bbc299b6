"""The store port and its embedded implementation."""

from koinon.engine.matching import matching
from koinon.engine.oxigraph import OxigraphStore
from koinon.engine.port import GraphStore, Term, Triple

__all__ = ["GraphStore", "OxigraphStore", "Term", "Triple", "matching"]
