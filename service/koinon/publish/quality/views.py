"""What the pages about quality show: rows of tables in the reader's language and in the order that is asked for."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import Triple
from koinon.model.namespaces import SH, SHAPES
from koinon.publish.naming import Naming, best_text
from koinon.publish.quality.trend import Point
from koinon.publish.terms import facts_by_subject
from koinon.publish.text import Text
from koinon.publish.vocabulary import Vocabulary
from koinon.release.quality import Check, Quality, RegionQuality, Rows, SourceQuality, Tally

Label = Callable[[str], Text]

SORTS: Final = ("things", "name", "completeness", "whole", "left-out", "warnings", "unknown")
"""What tables can be sorted by; first the one that is used where nothing is asked for."""
LEVELS: Final = (0, 1, 2)
"""The levels of regions that can be shown."""
PROJECT: Final = "https://w3id.org/koinon/def#Project"
ORGANISATION: Final = "http://www.w3.org/ns/org#Organization"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, between 0 and 1; None where there is no whole."""
        if not self.whole:
            return None
        return self.part / self.whole


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of sources, classes or regions; None stands for what it has no number of.

    ``iri`` is what the name leads to, ``history`` the shares of earlier releases, oldest first.
    """

    iri: str
    name: Text
    things: int
    completeness: Share
    whole: Share
    left_out: int | None = None
    warnings: int | None = None
    unknown: int | None = None
    statements: int = 0
    outcome: str = ""
    slug: str = ""
    above: Text | None = None
    kinds: tuple[int, ...] = ()
    history: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One property that is asked of a class, and how many things have it; with ``language``, a text in that one."""

    names: tuple[Text, ...]
    language: str
    level: str
    shape: str
    share: Share


@dataclass(frozen=True, slots=True)
class AskedOf:
    """What is asked of the things of one class."""

    iri: str
    name: Text
    things: int
    whole: Share
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule of the checks, how grave its breach is, how often and by how many sources it was broken.

    ``message`` is what the shape says to people, None for a rule that is no shape; ``about`` are its classes and
    its property.
    """

    rule: str
    severity: str
    count: int
    sources: int
    message: Text | None
    about: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a shape says to people in all languages, and what it is about: classes, and a property or nothing."""

    messages: tuple[Literal, ...]
    classes: tuple[str, ...]
    path: str


_SILENT: Final = Said((), (), "")


def source_rows(quality: Quality, label: Label, trend: Sequence[Point], sort: str) -> list[Row]:
    """Return the sources that have a graph, or that were refused."""
    return _sorted((_source_row(source, label, trend) for source in quality.sources), sort)


def _source_row(source: SourceQuality, label: Label, trend: Sequence[Point]) -> Row:
    figures = source.figures
    past = (point.sources[source.slug].completeness for point in trend if source.slug in point.sources)
    return Row(
        iri=source.graph or "",
        name=label(source.graph) if source.graph else Text(source.slug),
        things=figures.things,
        completeness=Share(figures.given, figures.asked),
        whole=Share(figures.whole, figures.things),
        left_out=figures.left_out + figures.refused,
        warnings=figures.warnings,
        unknown=figures.unknown,
        statements=figures.statements,
        outcome=source.outcome,
        slug=source.slug,
        history=tuple(value for value in past if value is not None),
    )


def class_rows(quality: Quality, label: Label, sort: str) -> list[Row]:
    """Return the classes that have things."""
    rows = (
        Row(
            iri=name,
            name=label(name).capital(),
            things=each.tally.things,
            completeness=Share(sum(each.tally.given), each.tally.asked),
            whole=Share(each.tally.whole, each.tally.things),
            left_out=each.left_out,
            warnings=each.warnings,
        )
        for name, each in quality.classes.items()
    )
    return _sorted(rows, sort)


def region_rows(quality: Quality, label: Label, level: int, sort: str) -> list[Row]:
    """Return the regions of a level that have things."""
    shown = (region for region in quality.regions if region.level == level)
    return _sorted((region_row(region, label) for region in shown), sort)


def region_row(region: RegionQuality, label: Label) -> Row:
    """Return the line of one region, with the numbers of its projects and actors; that of no region has no name."""
    total = region.total
    kinds = (region.classes.get(name) for name in (PROJECT, ORGANISATION))
    return Row(
        iri=region.iri,
        name=label(region.iri) if region.iri else Text(""),
        things=total.things,
        completeness=Share(total.given, total.asked),
        whole=Share(total.whole, total.things),
        warnings=total.missing,
        above=label(region.country) if region.country not in ("", region.iri) else None,
        kinds=tuple(each.things if each else 0 for each in kinds),
    )


def asked_of(
    checks: Mapping[str, Sequence[Check]], tallies: Mapping[str, Tally], vocabulary: Vocabulary, language: str
) -> list[AskedOf]:
    """Return what is asked of each class that has things, the largest class first."""
    found = []
    for name, tally in tallies.items():
        asked = tuple(
            Asked(
                tuple(vocabulary.label(iri, language) for iri in check.properties),
                check.language or "",
                check.level,
                check.shape,
                Share(given, tally.things),
            )
            for check, given in zip(checks[name], tally.given, strict=True)
        )
        label = vocabulary.label(name, language).capital()
        in_order = tuple(sorted(asked, key=lambda each: (each.level != "required", each.names[0].text.casefold())))
        found.append(AskedOf(name, label, tally.things, Share(tally.whole, tally.things), in_order))
    return sorted(found, key=lambda each: (-each.things, each.name.text.casefold()))


def said_by_shapes(triples: Iterable[Triple]) -> dict[str, Said]:
    """Return what each shape says, by its name; classes are those that name it as their own."""
    facts = facts_by_subject(triples)
    classes: dict[str, list[str]] = {}
    for iri, own in facts.items():
        targets = [node.value for node in own.get(SH + "targetClass", ())]
        for each in (iri, *(node.value for node in own.get(SH + "property", ()))):
            classes.setdefault(each, []).extend(targets)
    return {
        iri.removeprefix(SHAPES): Said(
            tuple(node for node in own.get(SH + "message", ()) if isinstance(node, Literal)),
            tuple(sorted(set(classes[iri]))),
            next((node.value for node in own.get(SH + "path", ()) if isinstance(node, NamedNode)), ""),
        )
        for iri, own in facts.items()
    }


def broken_rules(
    sources: Iterable[SourceQuality], said: Mapping[str, Said], vocabulary: Vocabulary, language: str
) -> list[Broken]:
    """Return the rules that sources broke: the gravest first, then the most frequent."""
    order = ("refused", "left-out", "warning", "note")
    counts: Counter[tuple[str, str]] = Counter()
    breaking: Counter[tuple[str, str]] = Counter()
    for source in sources:
        for severity in order:
            for rule, count in source.rules.get(severity, {}).items():
                counts[severity, rule] += count
                breaking[severity, rule] += 1
    found = []
    for (severity, rule), count in counts.items():
        shape = said.get(rule, _SILENT)
        message = best_text(shape.messages, language)
        about = [vocabulary.label(name, language).capital() for name in shape.classes]
        about += [vocabulary.label(shape.path, language)] if shape.path else []
        found.append(Broken(rule, severity, count, breaking[severity, rule], message, tuple(about)))
    return sorted(found, key=lambda each: (order.index(each.severity), -each.count, each.rule))


def labels(naming: Naming, titles: Mapping[str, Text]) -> Label:
    """Return what names graphs by their titles and everything else by its label."""
    return lambda iri: titles.get(iri) or naming(iri)


def sparkline(values: Sequence[float], width: int = 100, height: int = 24) -> str:
    """Return the points of a line through ``values`` (SVG), which fills its box but for a margin of 3."""
    low, high = min(values), max(values)
    across = (width - 6) / max(len(values) - 1, 1)
    up = (height - 6) / (high - low) if high > low else 0.0
    start = height - 3.0 if up else height / 2
    return " ".join(f"{3 + n * across:.1f},{start - (value - low) * up:.1f}" for n, value in enumerate(values))


def rows_share(rows: Rows) -> Share:
    """Return the share of the records of an import that were taken."""
    return Share(rows.read - rows.left_out, rows.read)


def _sorted(rows: Iterable[Row], sort: str) -> list[Row]:
    """Sort by name upwards, by shares upwards (the worst first), by numbers downwards."""

    def key(row: Row) -> tuple[float, str]:
        match sort:
            case "name":
                first = 0.0
            case "completeness" | "whole":
                value = (row.completeness if sort == "completeness" else row.whole).value
                first = 2.0 if value is None else value
            case "left-out" | "warnings" | "unknown":
                number = {"left-out": row.left_out, "warnings": row.warnings, "unknown": row.unknown}[sort]
                first = -float(number or 0)
            case _:
                first = -float(row.things)
        return first, row.name.text.casefold()

    return sorted(rows, key=key)
