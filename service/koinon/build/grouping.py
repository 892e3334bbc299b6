"""Findings as people read them: grouped by rule, counted, with a few examples and the parts of each place."""

import re
from dataclasses import dataclass
from typing import Final

from koinon.build.checking import Checked
from koinon.build.findings import Finding, Severity

EXAMPLES: Final = 5
_LONGEST: Final = 400
_LINE = re.compile(r"(?P<file>.*?)(?:, line (?P<line>\d+))?(?:, column (?P<column>\d+))?\Z", re.DOTALL)
_NODE = re.compile(
    r"(?:(?P<file>[^<>]*?)(?:, |: ))?(?P<node><[^<>]*>|_:\S+)(?: (?P<path>\S+))?(?: (?P<value>.*))?\Z", re.DOTALL
)
_PARSER = re.compile(r"Parser error (?:at|between) line[^:]{1,60}: ")
"""How the parser begins, which repeats the place."""
_ORDER: Final = [Severity.REFUSED, Severity.WARNING, Severity.NOTE]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a finding is: a file with line and column, or a node with path and value in N-Triples.

    ``text`` says it in words where it is neither, such as the sheet, row and column of a table.
    """

    text: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    node: str = ""
    path: str = ""
    value: str = ""

    @classmethod
    def of(cls, where: str) -> "Spot":
        """Read the ``where`` of a finding."""
        node = _NODE.match(where)
        if node:
            parts = (shortened(node[name] or "") for name in ("file", "node", "path", "value"))
            file, name, path, value = parts
            if path == name:  # a shape without a path repeats the node as its value
                path, where = "", where.replace(f"{name} {name}", name, 1)
            return cls(shortened(where), file, node=name, path=path, value=value)
        place = _LINE.match(where)
        if place and place["line"]:
            column = int(place["column"]) if place["column"] else None
            return cls(shortened(where), shortened(place["file"]), int(place["line"]), column)
        return cls(shortened(where))

    @property
    def iri(self) -> str:
        """The IRI of the node; empty where it has none."""
        return self.node[1:-1] if self.node.startswith("<") else ""


@dataclass(frozen=True, slots=True)
class Example:
    """One of the findings of a group."""

    spot: Spot
    detail: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one rule found: how often, and the first few of it.

    ``messages`` are those of the shape by language, where the rule is one; its examples have no detail then.
    """

    rule: str
    severity: Severity
    count: int
    messages: dict[str, str]
    examples: tuple[Example, ...]


def groups(checked: Checked, examples: int = EXAMPLES) -> list[Group]:
    """Return the findings by severity and rule, the gravest and then the most frequent first."""
    first: dict[tuple[Severity, str], list[Finding]] = {key: [] for key in checked.counts}
    for finding in checked.findings:
        kept = first[finding.severity, finding.rule]
        if len(kept) < examples:
            kept.append(finding)
    keys = sorted(first, key=lambda key: (_ORDER.index(key[0]), -checked.counts[key], key[1]))
    return [_group(key, checked.counts[key], first[key]) for key in keys]


def _group(key: tuple[Severity, str], count: int, found: list[Finding]) -> Group:
    messages = found[0].messages if found else {}
    same = bool(messages) and all(finding.messages == messages for finding in found)
    shown = tuple(
        Example(Spot.of(finding.where), "" if same else shortened(_PARSER.sub("", finding.detail)))
        for finding in found
    )
    return Group(key[1], key[0], count, dict(messages) if same else {}, shown)


def shortened(text: str, most: int = _LONGEST) -> str:
    """Return a text, cut where it is long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
