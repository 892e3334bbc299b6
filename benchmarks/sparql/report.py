"""How results are shown: aligned tables with the machine, the versions and what was measured beside its target."""

import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from koinon import __version__

_PACKAGES = ("oxigraph", "pyoxigraph", "rdflib", "rdflib-endpoint", "uvicorn", "uvloop", "httptools")


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that is promised: its name, what was measured, and the bound, which is the least or the most."""

    name: str
    measured: float
    bound: float
    least: bool = True
    unit: str = ""

    @property
    def met(self) -> bool:
        """Return whether the promise is kept."""
        return self.measured >= self.bound if self.least else self.measured <= self.bound


@dataclass(slots=True)
class Report:
    """Prints what is measured, and keeps it."""

    console: Console = field(default_factory=lambda: Console(width=116, highlight=False))
    figures: dict[str, object] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    size: int = 0

    def say(self, line: str) -> None:
        """Print a line."""
        self.console.print(line, markup=False)

    def table(self, figure: str, columns: list[str], rows: list[list[object]], note: str = "") -> None:
        """Print and keep a table; numbers stand right, decimals as they are given."""
        shown = Table(*columns, box=None, pad_edge=False)
        for column in shown.columns[1:]:
            column.justify = "right"
        for row in rows:
            shown.add_row(*(_shown(cell) for cell in row))
        self.console.print()
        figure = f"{figure}, {self.size:,} triples" if self.size else figure
        self.console.rule(figure, align="left", characters="─")
        self.console.print(shown)
        if note:
            self.say(note)
        self.figures[figure] = {"columns": columns, "rows": rows, "note": note}

    def promise(self, target: Target) -> None:
        """Keep a figure that has a bound, with the size of the data that it was measured on."""
        self.targets.append(replace(target, name=f"{target.name}, {self.size:,} triples"))

    def end(self, path: Path | None, **what: object) -> None:
        """Print the promised figures, and write everything as JSON where a path is given."""
        self.size = 0
        if self.targets:
            rows: list[list[object]] = [
                [t.name, f"{t.measured:.2f}{t.unit}", f"{'≥' if t.least else '≤'} {t.bound:g}{t.unit}", _verdict(t)]
                for t in self.targets
            ]
            self.table("promised", ["figure", "measured", "bound", ""], rows)
        if path is not None:
            document = {
                "machine": machine(),
                **what,
                "figures": self.figures,
                "targets": [asdict(target) | {"met": target.met} for target in self.targets],
            }
            path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _verdict(target: Target) -> str:
    return "kept" if target.met else "MISSED"


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= 1000 else f"{cell:.1f}" if cell >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def machine() -> dict[str, object]:
    """Return what the figures depend on: date, processor, cores, memory, load, versions."""
    model = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": model,
        "cores": os.cpu_count(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "load before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "koinon": __version__,
        **{name: version(name) for name in _PACKAGES},
    }
