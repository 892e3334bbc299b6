"""Pages about regions as data: a table of what the page says, and the same as JSON-LD in well-known terms.

The table has a row for each statement: the kind of relation, what it is about, in which region and on which ground,
how that is known and who says so. JSON-LD uses Dublin Core, PROV and schema.org, so no term had to be made.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, Final

from koinon.model.namespaces import DCT, DEF, PROV, SCHEMA, SKOS
from koinon.publish.bridge.views import (
    BridgeView,
    Ground,
    Mention,
    PartnersView,
    RegionView,
    SharedActor,
    Side,
    Suggestion,
)
from koinon.publish.cells import safe
from koinon.publish.views import Named, Reference, Source
from koinon.release.links import LINK

COLUMNS: Final = (
    "relation",
    "thing",
    "thing_label",
    "region",
    "with",
    "with_label",
    "ground",
    "basis",
    "sources",
    "strength",
)
_CONTEXT: Final[dict[str, Any]] = {
    "dct": DCT,
    "koi": DEF,
    "prov": PROV,
    "schema": SCHEMA,
    "skos": SKOS,
    "label": "skos:prefLabel",
    "projects": {"@id": "schema:about", "@type": "@id", "@container": "@set"},
    "partners": {"@id": "schema:mentions", "@type": "@id", "@container": "@set"},
    "topics": {"@id": "dct:subject", "@type": "@id", "@container": "@set"},
    "regionsThatShare": {"@id": "dct:relation", "@type": "@id", "@container": "@set"},
    "regions": {"@id": "dct:spatial", "@type": "@id", "@container": "@set"},
    "code": "skos:notation",
    "projectsInCommon": {"@id": "schema:about", "@type": "@id", "@container": "@set"},
    "actorsInBoth": {"@id": "schema:mentions", "@type": "@id", "@container": "@set"},
    "topicsInCommon": {"@id": "dct:subject", "@type": "@id", "@container": "@set"},
    "suggestions": {"@id": "schema:itemListElement", "@type": "@id", "@container": "@list"},
    "way": {"@id": "dct:relation", "@type": "@id", "@container": "@list"},
    "actors": {"@id": "schema:item", "@type": "@id", "@container": "@set"},
    "shared": {"@id": "dct:subject", "@type": "@id", "@container": "@set"},
    "through": {"@id": "prov:wasDerivedFrom", "@type": "@id", "@container": "@set"},
    "alsoNamed": {"@id": "koi:likelySameAs", "@type": "@id"},
    "position": "schema:position",
    "strength": "schema:ratingValue",
    "sources": {"@id": "dct:source", "@type": "@id", "@container": "@set"},
}


View = BridgeView | RegionView | PartnersView


def as_csv(view: View) -> bytes:
    """Return what a page says as CSV (RFC 4180), with a byte order mark as spreadsheets want it for UTF-8."""
    graphs = _graphs(view.sources)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows_of(view):
        *start, references, strength = row
        cells = [*map(safe, start), " | ".join(dict.fromkeys(r.basis for r in references if r.basis))]
        cells.append(" | ".join(dict.fromkeys(graphs[r.number] for r in references)))
        writer.writerow([*cells, strength])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


Row = tuple[str, str, str, str, str, str, str, tuple[Reference, ...], str]


def _rows_of(view: View) -> Iterable[Row]:
    if isinstance(view, BridgeView):
        return _rows(view)
    return _rows_of_region(view) if isinstance(view, RegionView) else _rows_of_partners(view)


def _rows_of_region(view: RegionView) -> Iterable[Row]:
    for mention in view.projects:
        yield ("project-here", *_pair(mention.thing), view.side.name, "", "", "", mention.references, "")
    for actor in view.actors:
        yield _grounded("actor-here", actor.actor, view.side, actor.ground)
    for topic in view.topics:
        relation = "cluster-model-here" if topic.is_model else "theme-here"
        for mention in topic.one:
            yield _mentioned(relation, topic.topic, view.side, mention)
    region = (*_pair(view.side.region), view.side.name)
    for place in view.partners:
        yield ("projects-in-common", *region, *_pair(place.region), "", (), str(place.number))
    for place, model in view.alike:
        yield ("cluster-model-in-common", *region, *_pair(place.region), model.label.text, (), str(place.number))


def _rows_of_partners(view: PartnersView) -> Iterable[Row]:
    for record in view.records:
        names = (*_pair(view.actor), "", *_pair(record.actor))
        for identifier, sure in record.links:
            yield ("one-body", *names, LINK + identifier, (), f"{sure:.3f}")
    for partner in view.partners:
        for joint in partner.projects:
            for name, other in product(joint.names, joint.other_names):
                ends = (*_pair(name), "", *_pair(other))
                yield ("partner", *ends, joint.project.label.text, joint.references, str(partner.number))
    yield from (_suggested(suggestion, "") for suggestion in view.suggestions)


def _suggested(suggestion: Suggestion, region: str) -> Row:
    reasons = " | ".join(topic.label.text for topic in suggestion.topics)
    ends = (*_pair(suggestion.one), region, *_pair(suggestion.other))
    return ("should-meet", *ends, reasons, suggestion.references, f"{suggestion.strength:.3f}")


def _rows(view: BridgeView) -> Iterable[Row]:
    sides = (view.one, view.other)
    for shared in view.projects:
        for side, grounds in zip(sides, (shared.one, shared.other), strict=True):
            for ground in grounds:
                yield _grounded("project-in-common", shared.project, side, ground)
    for actor in view.actors:
        for side, present in zip(sides, (actor.one, actor.other), strict=True):
            yield _grounded("actor-in-both", present.actor, side, present.ground)
        names = (*_pair(actor.one.actor), "", *_pair(actor.other.actor))
        for identifier, sure in actor.links:
            yield ("one-body", *names, LINK + identifier, (), f"{sure:.3f}")
    for topic in view.topics:
        relation = "cluster-model-in-common" if topic.is_model else "theme-in-common"
        for side, named, mentions in (
            (view.one, topic.topic, topic.one),
            (view.other, topic.near or topic.topic, topic.other),
        ):
            for mention in mentions:
                yield _mentioned(relation, named, side, mention)
    for before, step in zip(view.path, view.path[1:], strict=False):
        yield ("way", *_pair(before.thing), "", *_pair(step.thing), "", step.references, "")
    yield from (_suggested(suggestion, view.one.name) for suggestion in view.suggestions)


def _grounded(relation: str, thing: Named, side: Side, ground: Ground) -> Row:
    via = _pair(ground.via) if ground.via else ("", "")
    return relation, *_pair(thing), side.name, *via, ground.label.text, ground.references, ""


def _mentioned(relation: str, topic: Named, side: Side, mention: Mention) -> Row:
    narrower = mention.narrower.label.text if mention.narrower else ""
    return relation, *_pair(topic), side.name, *_pair(mention.thing), narrower, mention.references, ""


def _pair(named: Named) -> tuple[str, str]:
    return named.iri, named.label.text


def as_json(view: View, address: str, licence: str) -> bytes:
    """Return what a page says as JSON-LD that stands by itself; ``address`` is that of the page."""
    head: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": address,
        "@type": "schema:ItemList",
        "dct:license": {"@id": licence},
    }
    body = (
        _bridge(view, address)
        if isinstance(view, BridgeView)
        else _one_region(view)
        if isinstance(view, RegionView)
        else _partners(view, address)
    )
    sources = [source.graph for source in view.sources]
    return json.dumps({**head, **body, "sources": sources}, ensure_ascii=False, indent=1).encode()


def _one_region(view: RegionView) -> dict[str, Any]:
    return {
        "regions": [_region(view.side)],
        "projects": [_named(mention.thing) for mention in view.projects],
        "actors": [_named(actor.actor) for actor in view.actors],
        "topics": [_named(topic.topic) for topic in view.topics],
        "regionsThatShare": [
            _named(place.region) for place in (*view.partners, *(place for place, _ in view.alike))
        ],
    }


def _partners(view: PartnersView, address: str) -> dict[str, Any]:
    return {
        "actors": [_named(view.actor) | _other_records(view)],
        "partners": [
            {**_named(partner.actor), "through": [_named(joint.project) for joint in partner.projects]}
            for partner in view.partners
        ],
        "suggestions": _suggestions(view, address),
    }


def _other_records(view: PartnersView) -> dict[str, Any]:
    if not view.records:
        return {}
    links = dict.fromkeys(LINK + identifier for record in view.records for identifier, _ in record.links)
    return {
        "alsoNamed": [_named(record.actor) for record in view.records],
        "through": [{"@id": link} for link in links],
    }


def _bridge(view: BridgeView, address: str) -> dict[str, Any]:
    return {
        "regions": [_region(side) for side in (view.one, view.other)],
        "projectsInCommon": [
            {**_named(p.project), "sources": _cited(view, [g.references for g in (*p.one, *p.other)])}
            for p in view.projects
        ],
        "actorsInBoth": [_shared(view, actor) for actor in view.actors],
        "topicsInCommon": [
            {
                **_named(t.topic),
                "through": [_named(m.thing) for m in (*t.one, *t.other)],
                "sources": _cited(view, [m.references for m in (*t.one, *t.other)]),
            }
            for t in view.topics
        ],
        "way": [_named(step.thing) for step in view.path],
        "suggestions": _suggestions(view, address),
    }


def _shared(view: BridgeView, shared: SharedActor) -> dict[str, Any]:
    said = _named(shared.one.actor)
    if shared.links:
        through = [{"@id": LINK + identifier} for identifier, _ in shared.links]
        said |= {"alsoNamed": _named(shared.other.actor), "through": through}
    return {**said, "sources": _cited(view, [shared.one.ground.references, shared.other.ground.references])}


def _suggestions(view: BridgeView | PartnersView, address: str) -> list[dict[str, Any]]:
    return [
        {
            "@id": f"{address}#meet-{position}",
            "@type": "schema:ListItem",
            "position": position,
            "strength": round(pair.strength, 3),
            "actors": [_named(pair.one), _named(pair.other)],
            "shared": [_named(topic) for topic in pair.topics],
            "through": [_named(via) for via in pair.through],
            "sources": _cited(view, [pair.references]),
        }
        for position, pair in enumerate(view.suggestions, 1)
    ]


def _region(side: Side) -> dict[str, Any]:
    return {**_named(side.region), **({"code": side.code} if side.code else {})}


def _named(named: Named) -> dict[str, Any]:
    label = named.label
    text: object = {"@value": label.text, "@language": label.lang} if label.lang else label.text
    return {"@id": named.iri, "label": text}


def _cited(view: View, groups: Iterable[tuple[Reference, ...]]) -> list[str]:
    graphs = _graphs(view.sources)
    return list(dict.fromkeys(graphs[reference.number] for group in groups for reference in group))


def _graphs(sources: Iterable[Source]) -> Mapping[int, str]:
    return {note.number: source.graph for source in sources for note in source.notes}
