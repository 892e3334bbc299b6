"""The model: Splink's settings, the trees of the second stage, the calibration; one version, read together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from koinon.link.deciding import Calibration
from koinon.link.features import NAMES
from koinon.link.packaged import damaged, packaged
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
        """Return the model that the package carries; raises ConfigurationError where its files are damaged."""
        settings, document = packaged("trained", "splink.json"), packaged("trained", "second-stage.json.gz")
        if not settings.get("comparisons") or "probability_two_random_records_match" not in settings:
            raise damaged("trained", "splink.json")
        try:
            return cls.read(settings, document)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged("trained", "second-stage.json.gz") from error

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
