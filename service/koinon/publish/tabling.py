"""Parts of one kind as a table: participations, coverages and the like, one to a row."""

from collections.abc import Sequence
from typing import Final

from koinon.publish.views import Named, Value

_ROWS: Final = 2
_COLUMNS: Final = 4
"""Parts that a table has at least, and columns beside the first that it has at most."""


def columns_of(values: Sequence[Value]) -> tuple[Named, ...]:
    """Return the columns under which the values of a property stand side by side; none where they are no table.

    The first column, what each part is called, is not among them.
    """
    parts = [value.part for value in values if value.part is not None]
    if len(parts) < _ROWS or len(parts) < len(values):
        return ()
    columns = {fact.iri: Named(fact.iri, fact.label) for part in parts for fact in part.properties}
    nested = any(value.part for part in parts for fact in part.properties for value in fact.values)
    return () if nested or len(columns) > _COLUMNS else tuple(columns.values())
