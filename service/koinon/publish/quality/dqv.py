"""The quality of a release in RDF: the Data Quality Vocabulary (W3C Working Group Note, 2016-12-15).

What is measured are the data set of the release, the graph of each source, and parts of the data set: the things of
a class (``void:classPartition``, VoID §4.6) and of a region (``void:subset`` with ``dct:spatial``).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import Triple
from koinon.model.addresses import local_name as name_in
from koinon.model.namespaces import CANONICAL, DCT, DQV, FOAF, LDQD, RDF, SHAPES, SKOS, VOID, XSD
from koinon.publish.documents import Document, document_of
from koinon.publish.vocabulary import local_name
from koinon.release.quality import Figures, Quality, SourceQuality, Tally

METRICS: Final = {
    "completeness": (
        "completeness",
        "The share of values that are there, of those that shapes ask or recommend.",
    ),
    "whole": ("completeness", "The share of things that have every value that shapes ask or recommend."),
    "refused": ("consistency", "How many violations refused the source as it was handed in."),
    "left-out": ("consistency", "How many records, things and statements broke a rule and were left out."),
    "warnings": ("consistency", "How many warnings the checks gave."),
    "unknown-codes": ("semanticAccuracy", "How many codes and names are in no list."),
}
"""Name of each metric to its dimension (Zaveri et al., as ``ldqd:``) and definition."""
PROPERTY_METRIC: Final = "has-"
"""How the name of the metric begins that tells the share of things which pass one check."""

_TYPE: Final = NamedNode(RDF + "type")
_PLACES: Final = Decimal("0.0001")


def quality_document(base: str, quality: Quality) -> Document:
    """Return the measures of the release that the service at ``base`` serves."""
    document = NamedNode(f"{base}/quality")
    return document_of(_release(base, document, quality), document)


def source_document(base: str, quality: Quality, source: SourceQuality) -> Document:
    """Return the measures of one source."""
    document = NamedNode(f"{base}/quality/{source.slug}")
    return document_of(_one_source(base, document, quality, source), document)


def _release(base: str, document: NamedNode, quality: Quality) -> Iterator[Triple]:
    dataset = NamedNode(f"{base}/.well-known/void#dataset")
    yield from _head(document, dataset, "Quality")
    yield dataset, _TYPE, NamedNode(VOID + "Dataset")
    yield dataset, _dct("identifier"), Literal(quality.release)
    yield dataset, NamedNode(VOID + "triples"), _number(quality.total.statements)
    yield from _metrics(quality)
    yield from _figures(document, "release", dataset, quality.total)
    for source in quality.sources:
        if source.graph is not None:
            graph = _graph(base, source)
            yield dataset, NamedNode(VOID + "subset"), graph
            yield graph, NamedNode(DQV + "hasQualityMetadata"), NamedNode(f"{base}/quality/{source.slug}")
            yield from _figures(document, f"source-{source.slug}", graph, source.figures)
    for name, each in quality.classes.items():
        yield from _class(document, dataset, quality, name, each.tally)
    for region in quality.regions:
        part = f"region-{name_in(region.iri).replace('/', '-')}"
        node = NamedNode(f"{document.value}#{part}")
        yield dataset, NamedNode(VOID + "subset"), node
        yield node, _TYPE, NamedNode(VOID + "Dataset")
        yield node, _dct("spatial"), NamedNode(region.iri)
        yield node, NamedNode(VOID + "entities"), _number(region.total.things)
        for metric, share in (
            ("completeness", _share(region.total.given, region.total.asked)),
            ("whole", _share(region.total.whole, region.total.things)),
        ):
            yield from _measured(document, part, node, metric, share)


def _one_source(base: str, document: NamedNode, quality: Quality, source: SourceQuality) -> Iterator[Triple]:
    graph = _graph(base, source)
    yield from _head(document, graph, f"Quality of {source.slug}")
    yield graph, NamedNode(VOID + "triples"), _number(source.figures.statements)
    yield from _metrics(quality, *source.classes)
    yield from _figures(document, "source", graph, source.figures)
    for name, tally in source.classes.items():
        yield from _class(document, graph, quality, name, tally)


def _head(document: NamedNode, topic: NamedNode, title: str) -> Iterator[Triple]:
    yield document, _TYPE, NamedNode(DQV + "QualityMetadata")
    yield document, _TYPE, NamedNode(FOAF + "Document")
    yield document, _dct("title"), Literal(title, language="en")
    yield document, NamedNode(FOAF + "primaryTopic"), topic


def _graph(base: str, source: SourceQuality) -> NamedNode:
    return NamedNode(source.graph or f"{base}/graph/{source.slug}")


def _metrics(quality: Quality, *classes: str) -> Iterator[Triple]:
    """Yield the metrics that are used: those of all, and one for each check."""
    for name, (dimension, definition) in METRICS.items():
        yield from _metric(name, dimension, definition)
        kind = "decimal" if name in {"completeness", "whole"} else "integer"
        yield _metric_node(name), NamedNode(DQV + "expectedDataType"), NamedNode(XSD + kind)
    for name in classes or quality.classes:
        for check in quality.checks.get(name, ()):
            node = _metric_node(PROPERTY_METRIC + check.shape)
            text = f"The share of things that have what {check.shape} asks for ({check.level})."
            yield from _metric(PROPERTY_METRIC + check.shape, "completeness", text)
            yield node, NamedNode(DQV + "expectedDataType"), NamedNode(XSD + "decimal")
            yield node, _dct("source"), NamedNode(SHAPES + check.shape)


def _metric(name: str, dimension: str, definition: str) -> Iterator[Triple]:
    node = _metric_node(name)
    yield node, _TYPE, NamedNode(DQV + "Metric")
    yield node, NamedNode(DQV + "inDimension"), NamedNode(LDQD + dimension)
    yield node, NamedNode(SKOS + "definition"), Literal(definition, language="en")


def _figures(document: NamedNode, part: str, topic: NamedNode, figures: Figures) -> Iterator[Triple]:
    for metric, value in (
        ("completeness", _share(figures.given, figures.asked)),
        ("whole", _share(figures.whole, figures.things)),
        ("refused", _number(figures.refused)),
        ("left-out", _number(figures.left_out)),
        ("warnings", _number(figures.warnings)),
        ("unknown-codes", _number(figures.unknown)),
    ):
        yield from _measured(document, part, topic, metric, value)


def _class(document: NamedNode, dataset: NamedNode, quality: Quality, name: str, tally: Tally) -> Iterator[Triple]:
    part = f"class-{local_name(name)}"
    node = NamedNode(f"{document.value}#{part}")
    yield dataset, NamedNode(VOID + "classPartition"), node
    yield node, _TYPE, NamedNode(VOID + "Dataset")
    yield node, NamedNode(VOID + "class"), NamedNode(name)
    yield node, NamedNode(VOID + "entities"), _number(tally.things)
    yield from _measured(document, part, node, "completeness", _share(sum(tally.given), tally.asked))
    yield from _measured(document, part, node, "whole", _share(tally.whole, tally.things))
    for check, given in zip(quality.checks[name], tally.given, strict=True):
        metric = PROPERTY_METRIC + check.shape
        yield from _measured(document, part, node, metric, _share(given, tally.things))


def _measured(
    document: NamedNode, part: str, topic: NamedNode, metric: str, value: Literal | None
) -> Iterator[Triple]:
    if value is None:
        return
    node = NamedNode(f"{document.value}#{part}-{metric}")
    yield topic, NamedNode(DQV + "hasQualityMeasurement"), node
    yield node, _TYPE, NamedNode(DQV + "QualityMeasurement")
    yield node, NamedNode(DQV + "computedOn"), topic
    yield node, NamedNode(DQV + "isMeasurementOf"), _metric_node(metric)
    yield node, NamedNode(DQV + "value"), value


def _metric_node(name: str) -> NamedNode:
    return NamedNode(f"{CANONICAL}quality#{name}")


def _share(part: int, whole: int) -> Literal | None:
    """Return a share with at most four decimals, as the store writes decimals; None where there is no whole."""
    if not whole:
        return None
    share = (Decimal(part) / whole).quantize(_PLACES).normalize()
    return Literal(f"{share:f}", datatype=NamedNode(XSD + "decimal"))


def _number(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(XSD + "integer"))


def _dct(name: str) -> NamedNode:
    return NamedNode(DCT + name)
