"""The model's settings for Splink's Spark backend: the same comparisons and probabilities, in its SQL.

Splink writes settings with the names that functions have in one engine. The model compares texts by equality and
by Jaro-Winkler, sets by how much they share, and numbers by their difference; Splink has all of it for Spark too.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_FUNCTIONS: Final = (
    (re.compile(r"\barray_length\(list_intersect\(([^()]+)\)\)"), r"SIZE(ARRAY_INTERSECT(\1))"),
    (re.compile(r"\bjaro_winkler_similarity\("), "jaro_winkler("),
    (re.compile(r"\babs\("), "ABS("),
    (re.compile(r'"([a-z_]+)"'), r"`\1`"),
)
_CONDITIONS: Final = frozenset(("sql_condition", "blocking_rule"))


def spark_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings that Splink's ``SparkAPI`` takes, of settings for DuckDB such as ``Model.settings``."""
    found: dict[str, Any] = json.loads(json.dumps(settings), object_hook=_in_spark)
    return found


def _in_spark(part: dict[str, Any]) -> dict[str, Any]:
    return {
        name: "spark" if name == "sql_dialect" else _sql(value) if name in _CONDITIONS else value
        for name, value in part.items()
    }


def _sql(condition: str) -> str:
    for pattern, written in _FUNCTIONS:
        condition = pattern.sub(written, condition)
    return condition
