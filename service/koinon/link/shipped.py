"""The engine that the package carries: its lexicon, its model, and the legal forms of the ontology."""

from koinon.link.forms import shipped_forms
from koinon.link.lexicon import Lexicon
from koinon.link.matching import Engine
from koinon.link.model import Model
from koinon.model.assets import Assets

__all__ = ("shipped_engine", "shipped_forms")


def shipped_engine(assets: Assets) -> Engine:
    """Return the engine with what the package carries."""
    return Engine(Lexicon.shipped(), shipped_forms(assets), Model.shipped())
