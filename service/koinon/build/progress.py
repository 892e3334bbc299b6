"""How a build tells what it is doing, to whoever shows it."""

from typing import Protocol


class Progress(Protocol):
    """Listens to a build."""

    def stage(self, name: str, total: int) -> None:
        """The stage ``name`` begins and has ``total`` steps."""
        ...

    def step(self, what: str) -> None:
        """One step of the stage, about ``what``, is done."""
        ...


class Silent:
    """Listens and shows nothing."""

    def stage(self, name: str, total: int) -> None:
        """Do nothing."""

    def step(self, what: str) -> None:
        """Do nothing."""
