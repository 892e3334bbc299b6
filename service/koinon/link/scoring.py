"""Match weights by Splink on DuckDB: one settings file is the model; it runs on Spark too."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, Self
from zlib import crc32

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from splink import DuckDBAPI, Linker

from koinon.link.keys import Keys

_TELLING: Final = 4.0
"""Weight from which on a word is telling: about one name in fifty has it."""
_SURE: Final = 0.3
"""Weight from which on a translation is one of a word's meanings."""

_NUMBERS: Final = pa.list_(pa.int32())
"""Sets of words travel as numbers: they are intersected in a third of the time."""
SCHEMA: Final = pa.schema(
    [
        *(("unique_id", pa.string()), ("joined", pa.string()), ("name", pa.string()), ("meanings", _NUMBERS)),
        *(("telling", _NUMBERS), ("short", _NUMBERS), ("country", pa.string()), ("city", pa.string())),
        *(("year", pa.int32()), ("types", _NUMBERS), ("domain", pa.string()), ("identifiers", _NUMBERS)),
        ("postcode", pa.string()),
    ]
)
"""The columns that Splink compares; what is not known is null."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What Splink says of each pair: the match weight in bits, and what each comparison adds to it."""

    total: NDArray[np.float32]
    parts: Mapping[str, NDArray[np.float32]]

    def only(self, places: NDArray[np.int64]) -> Self:
        """Return those of some of the pairs."""
        return type(self)(self.total[places], {name: values[places] for name, values in self.parts.items()})


def table_of(keys: Sequence[Keys]) -> pa.Table:
    """Return the key columns of one side, a row for each; keys that stand in many pairs are read once."""
    numbers: dict[int, int] = {}
    for key in keys:
        numbers.setdefault(id(key), len(numbers))
    places = [numbers[id(key)] for key in keys]
    first = dict(zip(reversed(places), reversed(keys), strict=True))
    rows = pa.Table.from_pylist([_row(first[number]) for number in range(len(numbers))], SCHEMA)
    names = pa.array([str(place) for place in range(len(keys))], SCHEMA.field(0).type)
    return rows.take(pa.array(places, pa.int64())).set_column(0, SCHEMA.field(0), names)


def _row(key: Keys) -> dict[str, Any]:
    meanings = {meaning for word in key.words for meaning, weight in word.meanings.items() if weight >= _SURE}
    telling = {
        meaning
        for word in key.words
        if word.weight >= _TELLING
        for meaning, weight in word.meanings.items()
        if weight >= _SURE
    }
    short = {*key.acronyms, *key.initials, *([key.joined] if len(key.words) == 1 else [])}
    mention = key.mention
    return {
        "unique_id": "",
        "joined": key.joined or None,
        "name": key.cognate or None,
        "meanings": _coded(meanings),
        "telling": _coded(telling),
        "short": _coded(one for one in short if len(one) > 2),
        "country": mention.country or None,
        "city": key.city or None,
        "year": mention.year,
        "types": _coded(mention.types),
        "domain": key.domain or None,
        "identifiers": _coded(key.identifiers),
        "postcode": key.postcode or None,
    }


def _coded(texts: Iterable[str]) -> list[int] | None:
    return sorted({crc32(text.encode()) - 2**31 for text in texts}) or None


def score(
    left: pa.Table,
    right: pa.Table,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    settings: Mapping[str, Any],
    memory: str = "700MB",
) -> Weights:
    """Return Splink's weights of pairs of rows, in the order of the pairs."""
    names = [comparison["output_column_name"] for comparison in settings["comparisons"]]
    if not len(pairs[0]):
        return Weights(np.empty(0, np.float32), {name: np.empty(0, np.float32) for name in names})
    with closing(duckdb.connect(config={"threads": 1, "memory_limit": memory})) as connection:
        api = DuckDBAPI(connection)
        sides = [
            api.register(side, dataset_display_name=name, table_name=f"koinon_{name}")
            for name, side in (("a", left), ("b", right))
        ]
        linker = Linker(sides, dict(settings), log_level=None)
        blocked = pa.table(
            {
                "match_key": pa.array(["0"] * len(pairs[0])),
                "join_key_l": pa.array([f"a-__-{row}" for row in pairs[0].tolist()]),
                "join_key_r": pa.array([f"b-__-{row}" for row in pairs[1].tolist()]),
            }
        )
        linker.table_management.register_blocked_pairs_for_predict(api.register(blocked, table_name="koinon_pairs"))
        predicted = linker.inference.predict(warning_mode="never")
        columns = ", ".join(f"mw_{name}::FLOAT AS {name}" for name in names)
        found = connection.execute(
            f"SELECT unique_id_l::INT AS l, unique_id_r::INT AS r, match_weight::FLOAT AS w, {columns} "  # noqa: S608
            f"FROM {predicted.physical_name}"
        ).fetchnumpy()
    count = right.num_rows
    wanted = pairs[0] * count + pairs[1]
    got = found["l"].astype(np.int64) * count + found["r"]
    order = np.argsort(got)
    place = order[np.searchsorted(got, wanted, sorter=order)]
    return Weights(
        np.asarray(found["w"], np.float32)[place],
        {name: np.asarray(found[name], np.float32)[place] for name in names},
    )
