"""Where ontology, shapes, data and queries are: at the top of the repository, or inside an installed wheel."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from koinon.model.errors import ConfigurationError
from koinon.model.namespaces import BASE, CANONICAL
from koinon.model.settings import Settings

PARTS: Final = ("ontology", "shapes", "data", "queries")


@dataclass(frozen=True, slots=True)
class Assets:
    """The four folders of data that the service compiles and publishes.

    ``curated`` is False where the pages in ``data`` are another node's: those that koinon carries are the canonical
    node's, and whoever has a base of their own takes the reference data alone.
    """

    ontology: Path
    shapes: Path
    data: Path
    queries: Path
    curated: bool = True

    @property
    def sources(self) -> Path:
        """The folder of the sources that this node builds from."""
        return self.data if self.curated else self.data / "reference"

    @classmethod
    def locate(cls, settings: Settings) -> Self:
        """Find the folders: those of the setting ``assets``, of the wheel, or of the checkout around this file.

        Raises ConfigurationError where none of these holds all four.
        """
        curated = settings.assets is not None or BASE == CANONICAL
        package = Path(__file__).resolve().parents[1]
        places = [settings.assets] if settings.assets else [package / "_assets", package.parents[1]]
        for place in places:
            if all((place / part).is_dir() for part in PARTS):
                ontology, shapes, data, queries = (place / part for part in PARTS)
                return cls(ontology, shapes, data, queries, curated)
        raise ConfigurationError(
            f"No folder with {', '.join(PARTS)} at {' or '.join(map(str, places))}. "
            "Set KOINON_ASSETS to the folder that holds them."
        )
