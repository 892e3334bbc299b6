"""``koinon match``: which rows of two tables are the same organisation, with probability and reasons."""

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from koinon.cli.output import STDERR
from koinon.cli.workbooks import rows_of_workbook
from koinon.link.deciding import Band
from koinon.link.matching import Looked, Pair
from koinon.link.mentions import Mention
from koinon.link.shipped import shipped_engine
from koinon.link.tables import FIELDS, mentions_of, read_table
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, SourceError, StorageError
from koinon.model.settings import Settings

TITLES: Final = ("left_id", "right_id", "probability", "band", "left_name", "right_name", "reasons")
_STEPS: Final = {
    "keys": "Working out keys",
    "candidates": "Finding candidates",
    "weights": "Weighing (Splink)",
    "scores": "Looking twice",
}
_WRITTEN: Final = frozenset(("", ".tsv", ".tab", ".txt", ".csv", ".json"))
_FORMULA: Final = tuple("=+-@")
_NUMBER: Final = re.compile(r"[+-]?[\d.,]+")


def match(
    left: Annotated[Path, typer.Argument(help="A table: CSV, TSV or xlsx, with a row of titles.")],
    right: Annotated[Path, typer.Argument(help="The other table.")],
    out: Annotated[
        Path | None, typer.Option(help="File for the pairs: .tsv, .csv or .json; by default standard output.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A column that is not recognised, as name=Title; for one table left:name=Title. "
            f"Fields: {', '.join(FIELDS)}."
        ),
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option(help="File for the nearest 25 of each row, decided or not: what was compared.")
    ] = None,
    accepted: Annotated[bool, typer.Option(help="Only the pairs of the band accept.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The pairs as one JSON document.")] = False,
) -> None:
    """Find the rows of two tables that are the same organisation, across names, languages and scripts.

    Each pair has a probability, a band (accept: right in 99 of 100 cases by our measures; review: look at it) and
    its reasons with their weights. Where a table has no duplicates, each of its rows has at most one partner.
    """
    given = [_given(column or [], side) for side in ("left", "right")]
    if out is not None and out.suffix.lower() not in _WRITTEN:
        raise ConfigurationError(f"--out {out}: pairs are written as .tsv, .csv or .json.")
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=STDERR, transient=True
    ) as progress:
        task = progress.add_task("Reading", total=None)
        tables = [_read(path, columns) for path, columns in zip((left, right), given, strict=True)]
        engine = shipped_engine(Assets.locate(Settings.from_environment()))

        def said(step: str) -> None:
            progress.update(task, description=_STEPS[step])

        looked = engine.look(tables[0], tables[1], said)
        pairs = list(engine.decide(looked, said))
    if candidates is not None:
        _write(candidates, _candidates(looked))
    if accepted:
        pairs = [pair for pair in pairs if pair.band is Band.accept]
    kind = "json" if as_json else (out.suffix.lower().removeprefix(".") if out else "tsv")
    text = (
        _json(pairs, tables, engine.model.version)
        if kind == "json"
        else _table(pairs, "," if kind == "csv" else "\t")
    )
    if out is None:
        typer.echo(text, nl=False)
    else:
        _write(out, text)
    sure = sum(pair.band is Band.accept for pair in pairs)
    STDERR.print(
        f"{len(tables[0]):,} and {len(tables[1]):,} rows: {sure:,} pairs accepted, {len(pairs) - sure:,} to review."
    )


def _given(columns: Sequence[str], side: str) -> dict[str, str]:
    """Return the columns that are named for one side."""
    found: dict[str, str] = {}
    for text in columns:
        field, sign, title = text.partition("=")
        where, colon, rest = field.partition(":")
        if not sign or not title or (colon and where not in {"left", "right"}):
            raise ConfigurationError(f"--column {text}: write it as name=Title or left:name=Title.")
        if not colon:
            found.setdefault(field.strip(), title)
        elif where == side:
            found[rest.strip()] = title
    return found


def _read(path: Path, given: Mapping[str, str]) -> list[Mention]:
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        try:
            return list(mentions_of(path.name, rows_of_workbook(path), given))
        except SourceError as error:
            raise ConfigurationError(f"{error.where}: {error.detail}.") from error
    return list(read_table(path, given))


def _table(pairs: Iterable[Pair], delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(TITLES)
    for pair in pairs:
        reasons = "; ".join(f"{reason.text} ({reason.weight:+.1f})" for reason in pair.reasons)
        head = (pair.left.id, pair.right.id, f"{pair.probability:.4f}", pair.band)
        writer.writerow([_harmless(cell) for cell in (*head, pair.left.name, pair.right.name, reasons)])
    return text.getvalue()


def _candidates(looked: Looked) -> str:
    lines = (
        f"{_harmless(left.id)}\t{_harmless(right.id)}\t{of_left}\t{of_right}\n"
        for left, right, of_left, of_right in looked.nearest()
    )
    return "left_id\tright_id\tleft_rank\tright_rank\n" + "".join(lines)


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet reads as a formula, on one line."""
    flat = " ".join(cell.split())
    return f"'{flat}" if flat.startswith(_FORMULA) and not _NUMBER.fullmatch(flat) else flat


def _json(pairs: Sequence[Pair], tables: Sequence[Sequence[Mention]], version: str) -> str:
    document = {
        "model": version,
        "rows": [len(table) for table in tables],
        "pairs": [
            {
                "left": {"id": pair.left.id, "name": pair.left.name},
                "right": {"id": pair.right.id, "name": pair.right.name},
                "probability": round(pair.probability, 4),
                "band": pair.band,
                "reasons": [reason._asdict() for reason in pair.reasons],
            }
            for pair in pairs
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            file.write(text)
        Path(file.name).chmod(0o666 & ~_umask())
        Path(file.name).replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}. Give another place.") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
