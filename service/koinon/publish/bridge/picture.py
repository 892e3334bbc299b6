"""The picture of a bridge: what stands in each region, what joins the two, and lines between."""

from dataclasses import dataclass
from typing import Final

from koinon.publish.bridge.views import BridgeView, Mention
from koinon.publish.views import Named

WIDTH: Final = 1040
ROW: Final = 46
_MOST: Final = 6
_COLUMNS: Final = {"one": (5, 280), "middle": (350, 340), "other": (755, 280)}
_SMALL: Final = 7.6
_CAPITAL: Final = 10.6
"""Widths of letters, and of capitals."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a name that fits in it; ``kind`` is ``one``, ``other``, ``project``, ``model`` or ``theme``."""

    x: int
    y: int
    width: int
    text: str
    whole: str
    lang: str
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two boxes, dashed where a source only implies it or another document says it."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_stated: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing ``WIDTH`` units wide."""

    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def picture_of(view: BridgeView) -> Picture | None:
    """Return the picture of what joins two regions: common projects first, then topics; None where nothing does."""
    projects = [(p.project, "project") for p in view.projects[: _MOST // 2]]
    topics = view.topics[: _MOST - len(projects)]
    middle = projects + [(topic.topic, "model" if topic.is_model else "theme") for topic in topics]
    if not middle:
        return None
    sides: dict[str, dict[str, tuple[Named, list[tuple[str, bool]]]]] = {"one": {}, "other": {}}
    for topic in topics:
        for name, mentions in (("one", topic.one), ("other", topic.other)):
            for mention in mentions:
                _add(sides[name], mention, topic.topic.iri)
    for shared in view.projects[: _MOST // 2]:
        for name, grounds in (("one", shared.one), ("other", shared.other)):
            for ground in grounds:
                if ground.via is not None:
                    stated = all(reference.basis == "stated" for reference in ground.references)
                    _add(sides[name], Mention(ground.via, None, ground.references), shared.project.iri, stated)
    rows = max(len(middle), *(len(side) for side in sides.values()))
    height = rows * ROW + 8
    boxes: list[Box] = []
    place: dict[tuple[str, str], int] = {}
    for column, things in (
        ("middle", middle),
        ("one", [(thing, "one") for thing, _ in sides["one"].values()]),
        ("other", [(thing, "other") for thing, _ in sides["other"].values()]),
    ):
        start = (height - len(things) * ROW) // 2
        for row, (thing, kind) in enumerate(things):
            y = start + row * ROW + 4
            place[column, thing.iri] = y + 17
            text = thing.label.text
            x, width = _COLUMNS[column]
            boxes.append(Box(x, y, width, _fitting(text, width - 12), text, thing.label.lang, kind))
    lines = []
    ends = {"one": (sum(_COLUMNS["one"]), _COLUMNS["middle"][0])}
    ends["other"] = (_COLUMNS["other"][0], sum(_COLUMNS["middle"]))
    for side, (x1, x2) in ends.items():
        for thing, ties in sides[side].values():
            for target, stated in ties:
                lines.append(Line(x1, place[side, thing.iri], x2, place["middle", target], stated))
    return Picture(height, tuple(boxes), tuple(lines))


def _fitting(text: str, width: float) -> str:
    """Return as much of a text as fits."""
    for index, letter in enumerate(text):
        width -= _CAPITAL if letter.isupper() else _SMALL
        if width < 0:
            return text[: index - 1].rstrip() + "…"
    return text


def _add(
    side: dict[str, tuple[Named, list[tuple[str, bool]]]], mention: Mention, target: str, stated: bool | None = None
) -> None:
    if mention.thing.iri not in side and len(side) >= _MOST:
        return
    if stated is None:
        stated = any(reference.basis == "stated" for reference in mention.references)
    ties = side.setdefault(mention.thing.iri, (mention.thing, []))[1]
    if target not in [known for known, _ in ties]:
        ties.append((target, stated))
