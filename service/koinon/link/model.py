"""The model: Splink's settings, the trees of the second stage, the calibration; one version, read together."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Self

from koinon.link.deciding import Calibration
from koinon.link.features import NAMES
from koinon.link.trees import Trees
from koinon.model.errors import ConfigurationError

FORM: Final = 2
"""Version of the form of the model's files; a model of another form is not read."""


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt from judged pairs."""

    version: str
    settings: Mapping[str, Any]
    """Splink's settings: comparisons with their m and u probabilities."""
    prior: float
    """Share of candidate pairs that are one organisation."""
    trees: Trees
    calibration: Calibration

    @classmethod
    def shipped(cls) -> Self:
        """Return the model that the package carries."""
        folder = files("koinon.link") / "trained"
        settings = json.loads((folder / "splink.json").read_text("utf-8"))
        return cls.read(settings, json.loads(gzip.decompress((folder / "second-stage.json.gz").read_bytes())))

    @classmethod
    def read(cls, settings: Mapping[str, Any], document: Mapping[str, Any]) -> Self:
        """Return the model of its two files.

        Raises ConfigurationError where they were made for another version of the engine.
        """
        if document.get("form") != FORM or tuple(document.get("features", ())) != NAMES:
            raise ConfigurationError(
                "The linking model was made for another version of koinon; install koinon anew or train it again "
                "(docs/linking.md)."
            )
        return cls(
            version=str(document["version"]),
            settings=settings,
            prior=float(settings["probability_two_random_records_match"]),
            trees=Trees.read(document),
            calibration=Calibration(**document["calibration"]),
        )
