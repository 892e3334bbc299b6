"""What lists and searches share: the values that narrow them, as links, and those that were chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

from koinon.publish.text import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that narrows a list, as a link: its label, how many things it leaves, the parameters of that page."""

    label: Text
    count: int
    chosen: bool
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A chosen value; ``parameters`` are those of the page without it, ``without`` how many things are there.

    ``name`` is what it narrows by, a facet or a filter; ``without`` is None where nobody counted.
    """

    name: str
    label: Text
    parameters: Mapping[str, str]
    without: int | None = None
