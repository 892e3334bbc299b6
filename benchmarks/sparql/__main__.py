"""The SPARQL endpoint against its peers. Command: ``.venv/bin/python benchmarks/sparql FIGURE [--triples N] …``."""

from pathlib import Path
from typing import Annotated

import typer
from against_rdflib import against_rdflib
from footprint import cold_start, memory
from generate import SEED
from prepare import Prepared, prepare
from report import Report, machine
from smallest import smallest
from throughput import Amount, mix, repeats

FIGURES = ("mix", "repeats", "smallest", "rdflib", "memory", "start")
SMALL, LARGE = 100_000, 1_000_000


def main(
    figures: Annotated[list[str], typer.Argument(help=f"What to measure: {', '.join(FIGURES)}, or all.")],
    triples: Annotated[int | None, typer.Option(help="Triples; by default 100 thousand and 1 million.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the data and of the questions.")] = SEED,
    runs: Annotated[int, typer.Option(help="Interleaved runs of each server.")] = 5,
    rounds: Annotated[
        int | None, typer.Option(help="Rounds of the fourteen queries in a run; by default 40, or 8 at 1 million.")
    ] = None,
    setting: Annotated[list[str] | None, typer.Option(help="A setting of the service, as query_workers=4.")] = None,
    work: Annotated[Path, typer.Option(help="Where data are kept between runs.")] = Path("var/bench-sparql"),
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the results to this file, too.")] = None,
) -> None:
    """Measure figures of the endpoint. Data are generated and loaded once, and used again."""
    chosen = FIGURES if "all" in figures else tuple(figures)
    if unknown := set(chosen) - set(FIGURES):
        raise typer.BadParameter(f"There is no figure {', '.join(unknown)}; there are {', '.join(FIGURES)}, all.")
    report = Report()
    settings: dict[str, object] = dict(_pair(given) for given in setting or ())
    report.say("; ".join(f"{name} {value}" for name, value in machine().items()))
    report.say(
        f"seed {seed}; settings {settings or 'default'}; limits per client off: one address sends everything"
    )
    for size in [triples] if triples else [SMALL, LARGE]:
        # What is promised at one size alone is measured there alone, unless a size is asked for.
        elsewhere = () if triples else ("memory", "start") if size == SMALL else ("rdflib",)
        amount = Amount(runs, rounds or (40 if size < LARGE else 8))
        if here := [figure for figure in chosen if figure not in elsewhere]:
            _measure(here, prepare(work.resolve(), size, seed, report.say), report, amount, settings)
    report.end(json_file, seed=seed, settings=settings)


def _pair(given: str) -> tuple[str, str]:
    name, _, value = given.partition("=")
    return name, value


def _measure(
    figures: list[str], prepared: Prepared, report: Report, amount: Amount, settings: dict[str, object]
) -> None:
    report.size = prepared.triples
    for figure in figures:
        match figure:
            case "mix":
                mix(prepared, report, amount, settings)
            case "repeats":
                repeats(prepared, report, amount, settings)
            case "smallest":
                smallest(prepared, report, amount.runs, settings)
            case "rdflib":
                against_rdflib(prepared, report, 2, settings)
            case "memory":
                memory(prepared, report, amount, settings)
            case "start":
                cold_start(prepared, report, amount.runs, settings)


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    app()
