"""The drawing at the head of the ontology: nine classes at the heart of the graph, and how they hang together.

Where the boxes stand is chosen; what they are called, how often the release has them and what leads from one to the
other is the ontology's. A test holds each arrow to the domain and range of its property.
"""

from dataclasses import dataclass
from typing import Final

from koinon.model.namespaces import DEF, FRAPO, M8G, ORG
from koinon.publish.ontology.counts import Counts
from koinon.publish.vocabulary import Vocabulary

BOXES: Final = {
    DEF + "FundingProgramme": (0, 0),
    DEF + "ClusterModel": (1, 0),
    DEF + "Cluster": (2, 0),
    DEF + "Project": (0, 1),
    DEF + "ProjectParticipation": (1, 1),
    ORG + "Organization": (2, 1),
    DEF + "Output": (0, 2),
    DEF + "Territory": (1, 2),
    DEF + "GoodPractice": (2, 2),
}
"""Classes by column and row."""

ARROWS: Final = (
    (DEF + "Project", DEF + "fundedUnder", DEF + "FundingProgramme"),
    (DEF + "Project", DEF + "addressesClusterModel", DEF + "ClusterModel"),
    (DEF + "Project", M8G + "hasParticipation", DEF + "ProjectParticipation"),
    (DEF + "Project", FRAPO + "hasOutput", DEF + "Output"),
    (DEF + "Project", DEF + "coversTerritory", DEF + "Territory"),
    (DEF + "ProjectParticipation", M8G + "hasParticipant", ORG + "Organization"),
    (DEF + "Cluster", DEF + "followsClusterModel", DEF + "ClusterModel"),
    (DEF + "Cluster", ORG + "hasMember", ORG + "Organization"),
    (ORG + "Organization", DEF + "locatedIn", DEF + "Territory"),
    (DEF + "GoodPractice", DEF + "locatedIn", DEF + "Territory"),
    (DEF + "GoodPractice", DEF + "operatedBy", ORG + "Organization"),
)
"""Properties that lead from one box to a neighbour of it."""

_WIDE, _HIGH = 190, 66
_ACROSS, _DOWN = 335, 136
"""Size of a box, and the way from one to the next, in pixels."""
_LONGEST: Final = 24


@dataclass(frozen=True, slots=True)
class Box:
    """A class: its corner, the lines of its label, and how many things the release has (None: not counted)."""

    iri: str
    x: int
    y: int
    lines: tuple[str, ...]
    language: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A property: its line from box to box, and the place and lines of its label."""

    iri: str
    start: tuple[float, float]
    end: tuple[float, float]
    at: tuple[float, float]
    lines: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The drawing: its size in pixels, boxes and arrows."""

    width: int
    height: int
    box: tuple[int, int]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def overview(vocabulary: Vocabulary, language: str, counts: Counts) -> Overview:
    """Draw the classes at the heart of the graph for a reader of ``language``."""
    boxes = []
    for iri, (column, row) in BOXES.items():
        label = vocabulary.label(iri, language)
        count = counts.of(iri, is_class=True)
        lines = _wrapped(label.capital().text)
        boxes.append(Box(iri, 1 + column * _ACROSS, 1 + row * _DOWN, lines, label.lang, count))
    arrows = tuple(_arrow(source, name, target, vocabulary, language) for source, name, target in ARROWS)
    return Overview(2 + 2 * _ACROSS + _WIDE, 2 + 2 * _DOWN + _HIGH, (_WIDE, _HIGH), tuple(boxes), arrows)


def _arrow(source: str, name: str, target: str, vocabulary: Vocabulary, language: str) -> Arrow:
    label = vocabulary.label(name, language)
    start, end = _ends(BOXES[source], BOXES[target])
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    return Arrow(name, start, end, middle, _wrapped(label.text, 17), label.lang)


def _ends(source: tuple[int, int], target: tuple[int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where a line leaves one box and meets the other: at the sides that face each other."""
    across, down = target[0] - source[0], target[1] - source[1]

    def at(box: tuple[int, int], sign: int) -> tuple[float, float]:
        x = 1 + box[0] * _ACROSS + _WIDE / 2 + sign * across * _WIDE / 2
        y = 1 + box[1] * _DOWN + _HIGH / 2 + sign * down * (_HIGH / 2 if not across else _HIGH / 2 - 8)
        return x, y

    return at(source, 1), at(target, -1)


def _wrapped(text: str, most: int = _LONGEST) -> tuple[str, ...]:
    """Return a label in lines of about ``most`` letters, broken between words."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines)
