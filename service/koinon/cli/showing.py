"""Showing a build's progress: a bar on a terminal, plain lines where the output goes elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from koinon.build.progress import Progress, Silent


class _Lines:
    """One line per stage."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def stage(self, name: str, total: int) -> None:
        self._console.print(f"{name}: {total}", markup=False)

    def step(self, what: str) -> None:
        """Do nothing: a line per step is too many for a log."""


class _Bar:
    """One bar per stage, naming the source it is at."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("start", total=1, what="")

    def stage(self, name: str, total: int) -> None:
        self._bars.update(self._task, completed=self._bars.tasks[self._task].total)
        self._task = self._bars.add_task(name, total=total, what="")

    def step(self, what: str) -> None:
        self._bars.update(self._task, advance=1, what=what)


@contextmanager
def showing(console: Console, *, silent: bool) -> Iterator[Progress]:
    """Give a progress that shows itself on ``console`` as suits it, or not at all."""
    if silent:
        yield Silent()
    elif not console.is_terminal:
        yield _Lines(console)
    else:
        columns = (
            TextColumn("{task.description:>9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[what]}", style="dim"),
        )
        with Bars(*columns, console=console, transient=True) as bars:
            yield _Bar(bars)
