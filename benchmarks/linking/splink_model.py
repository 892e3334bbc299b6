"""Splink's comparisons, and their m and u probabilities counted from judged candidate pairs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import splink.comparison_level_library as levels
from numpy.typing import NDArray
from splink import SettingsCreator, block_on
from splink.comparison_library import CustomComparison

Levels = dict[str, NDArray[np.float32]]


def settings(dialect: str = "duckdb") -> dict[str, Any]:
    """Return the settings without probabilities, in the SQL of one of Splink's backends."""

    def comparison(name: str, column: str, *steps: Any) -> CustomComparison:
        return CustomComparison(
            output_column_name=name, comparison_levels=[levels.NullLevel(column), *steps, levels.ElseLevel()]
        )

    def sizes(column: str, *least: int) -> list[Any]:
        return [levels.ArrayIntersectLevel(column, size) for size in least]

    near = levels.CustomLevel('abs("year_l" - "year_r") <= 2', "within two years", base_dialect_str="duckdb")
    made = SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparison(
                *("spelling", "name", levels.ExactMatchLevel("joined")),
                *(levels.JaroWinklerLevel("name", least) for least in (0.94, 0.85, 0.75)),
            ),
            comparison("meanings", "meanings", *sizes("meanings", 6, 4, 3, 2, 1)),
            comparison("telling", "telling", *sizes("telling", 3, 2, 1)),
            comparison("short", "short", *sizes("short", 1)),
            comparison("country", "country", levels.ExactMatchLevel("country")),
            comparison("city", "city", levels.ExactMatchLevel("city"), levels.JaroWinklerLevel("city", 0.85)),
            comparison("year", "year", levels.ExactMatchLevel("year"), near),
            comparison("types", "types", *sizes("types", 2, 1)),
            comparison("domain", "domain", levels.ExactMatchLevel("domain")),
            comparison("identifiers", "identifiers", *sizes("identifiers", 1)),
            comparison(
                "postcode",
                "postcode",
                levels.ExactMatchLevel("postcode"),
                levels.JaroWinklerLevel("postcode", 0.85),
            ),
        ],
        blocking_rules_to_generate_predictions=[block_on("country")],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    return made.create_settings_dict(dialect)


def numbered(document: dict[str, Any]) -> dict[str, Any]:
    """Return settings whose weights are the numbers of the levels, 0 where something is not known."""
    for comparison in document["comparisons"]:
        for number, level in enumerate(_steps(comparison)):
            level["m_probability"], level["u_probability"] = 2.0 ** (number + 1 - 20), 2.0**-20
    document["probability_two_random_records_match"] = 0.5
    return document


def trained(parts: Levels, judged: NDArray[np.bool_], shares: NDArray[np.float64]) -> dict[str, Any]:
    """Return settings whose probabilities are counted from pairs with the numbers of their levels."""
    document = settings()
    for comparison in document["comparisons"]:
        number = parts[comparison["output_column_name"]].astype(int)
        steps = _steps(comparison)
        for name, kind in (("m_probability", judged), ("u_probability", ~judged)):
            counts = np.bincount(number[kind], shares[kind], len(steps) + 1)[1:] + 1.0
            for step, share in zip(steps, counts / counts.sum(), strict=True):
                step[name] = float(round(share, 6))
    prior = float((shares * judged).sum() / shares.sum())
    return document | {"probability_two_random_records_match": round(prior, 6)}


def weights(document: dict[str, Any], parts: Levels) -> NDArray[np.float32]:
    """Return the match weights that settings give to pairs with the numbers of their levels."""
    prior = document["probability_two_random_records_match"]
    total = np.full(len(next(iter(parts.values()))), np.log2(prior / (1 - prior)))
    for comparison in document["comparisons"]:
        steps = [np.log2(step["m_probability"] / step["u_probability"]) for step in _steps(comparison)]
        total += np.array([0.0, *steps])[parts[comparison["output_column_name"]].astype(int)]
    return total.astype(np.float32)


def _steps(comparison: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
