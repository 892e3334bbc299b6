"""The second stage: trees of a gradient boosting, as plain data, evaluated over all pairs at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree: for each node a feature, a threshold, where a missing value goes, and the nodes below it.

    A node below 0 is a leaf: ``-1`` is the first value.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]

    def scores(self, rows: NDArray[np.float32], missing: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the value of the leaf that each row falls into."""
        if not len(self.feature):
            return np.full(len(rows), self.value[0])
        node = np.zeros(len(rows), np.int32)
        inside = np.arange(len(rows))
        while len(inside):
            at = node[inside]
            feature = self.feature[at]
            goes_left = np.where(
                missing[inside, feature], self.missing_left[at], rows[inside, feature] <= self.threshold[at]
            )
            following = np.where(goes_left, self.left[at], self.right[at])
            node[inside] = following
            inside = inside[following >= 0]
        return self.value[-1 - node]


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of trees; its value is the logarithm of the odds that a pair is one organisation."""

    features: tuple[str, ...]
    trees: tuple[Tree, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return the trees of a model file."""
        return cls(tuple(document["features"]), tuple(_tree(tree) for tree in document["trees"]))

    def log_odds(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the sum of the trees for each row of features."""
        missing = np.isnan(rows)
        total = np.zeros(len(rows))
        for tree in self.trees:
            total += tree.scores(rows, missing)
        return total


def _tree(document: Mapping[str, Sequence[float]]) -> Tree:
    return Tree(
        np.array(document["feature"], np.int32),
        np.array(document["threshold"], np.float32),
        np.array(document["missing_left"], bool),
        np.array(document["left"], np.int32),
        np.array(document["right"], np.int32),
        np.array(document["value"], np.float64),
    )
