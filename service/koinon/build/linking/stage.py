"""The stage of the build that links: graphs and judgements in; linksets, the canonical view and the table out.

It comes after the sources are settled and before the store is written, and costs little where little has changed.
What it rests on enters the release id: the data graphs, the linker's version, the judgements.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from koinon.build.graphs import GraphFile
from koinon.build.linking.concepts import concept_links
from koinon.build.linking.finding import Found, Run
from koinon.build.linking.linksets import sources_of, write_canonical, write_linkset
from koinon.build.linking.undertakings import undertaking_links
from koinon.build.linking.version import linker_version
from koinon.link.decisions import LINKSET
from koinon.link.records import Record
from koinon.link.undertakings import LINKSET as UNDERTAKINGS
from koinon.model.assets import Assets
from koinon.release import mappings as made
from koinon.release.chained import START
from koinon.release.disputes import ACCEPTED_FILE, write_accepted
from koinon.release.judgements import Judgements
from koinon.release.links import FILE as TABLE
from koinon.release.links import Links, write_links
from koinon.release.mappings import Said

CONCEPTS: Final = "links-concepts"
MOVED: Final = "canonical.jsonl"
"""File among the changes of a release that tells what other thing now stands for a thing: merges and splits."""


@dataclass(frozen=True, slots=True)
class Linking:
    """What a build links with: the linker of the assets, and what people judged."""

    assets: Assets
    judgements: Judgements = field(default_factory=Judgements)

    @property
    def versions(self) -> dict[str, str]:
        """What enters the release id beside the linker's version: the judgements, once there are any."""
        return {"judgements": self.judgements.head} if self.judgements.head != START else {}


def write_links_of(
    folder: Path, graphs: Sequence[GraphFile], linking: Linking, parent: Path | None
) -> list[GraphFile]:
    """Find the links of data graphs, write their table and graphs into ``folder``, and return the graphs.

    ``parent`` is the folder of a whole release that nobody touched, to go on from. Raises OSError where the disk
    refuses, VocabularyError where a table of matches is broken.
    """
    run = Run(linking.assets, linking.judgements, parent)
    run.read(graphs)
    found = run.find(folder)
    concepts = concept_links(graphs, linking.assets.ontology, linking.judgements)
    undertakings = undertaking_links(graphs, linking.judgements)
    measures: dict[str, Mapping[str, Any]] = {LINKSET: found.measured, CONCEPTS: concepts.measures}
    about = made.Run(linker_version(linking.assets), linking.judgements.head, measures)
    said = [*_said(found), *concepts.said, *undertakings.said]
    slugs = {one.iri: one.source for one in said}
    linksets = {LINKSET: found.decisions.links, CONCEPTS: concepts.links}
    if undertakings.links:
        linksets[UNDERTAKINGS] = undertakings.links
    every = [link for links in linksets.values() for link in links]
    write_links(folder / TABLE, every, about, said, found.decisions.canonical)
    if linking.judgements.disputes:
        write_accepted(folder / ACCEPTED_FILE, linking.judgements.disputes)
    where = folder / "graphs"
    return [
        *(write_linkset(where, slug, links, about, sources_of(links, slugs)) for slug, links in linksets.items()),
        write_canonical(where, found.decisions.canonical),
    ]


def write_moved(folder: Path, parent: Path | None, release: Path) -> None:
    """Write to ``folder`` what stands for other things than in the parent: a line for each thing, sorted."""
    before = _canonical(parent) if parent is not None else {}
    after = _canonical(release)
    with (folder / MOVED).open("w", encoding="utf-8") as file:
        for thing in sorted(before.keys() | after.keys()):
            was, now = before.get(thing, thing), after.get(thing, thing)
            if was != now:
                file.write(json.dumps({"thing": thing, "was": was, "is": now}, ensure_ascii=False) + "\n")


def _canonical(release: Path) -> dict[str, str]:
    links = Links.of(release)
    try:
        return links.members()
    finally:
        links.close()


def _said(found: Found) -> Iterator[Said]:
    """Yield what is known of the things that have a link."""
    sides = {side for link in found.decisions.links for side in (link.subject, link.object)}
    for record in found.records:
        if record.iri in sides:
            yield said_of(record)


def said_of(record: Record) -> Said:
    """Return what a reviewer sees of a record."""
    (name, language), *others = record.names
    return Said(
        iri=record.iri,
        source=record.source,
        name=name,
        language=language,
        country=record.country,
        city=record.city,
        website=record.website,
        identifiers=tuple(f"{scheme} {value}" for scheme, value in record.identifiers),
        other_names=tuple(dict.fromkeys((*(other for other, _ in others), *record.acronyms))),
    )
