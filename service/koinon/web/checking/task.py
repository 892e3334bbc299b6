"""What the process that checks are forked from is started for, without what that process loads."""

import json
from dataclasses import asdict, dataclass
from typing import Final, Self

from koinon.model.settings import Settings

PATIENCE: Final = 3
"""How many times longer than it may work a check may take in all, on a machine that has other things to do."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the process is started for: the socket by its number, and the settings of the node."""

    descriptor: int
    settings: str

    def as_json(self) -> str:
        """Return the task as the argument of the process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the argument of the process."""
        return cls(**json.loads(text))


def task_of(descriptor: int, settings: Settings) -> str:
    """Return the argument that starts the process."""
    placed = settings.model_copy(update={"home": settings.home.absolute()})
    return Task(descriptor, placed.model_dump_json()).as_json()
