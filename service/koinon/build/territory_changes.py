"""Territories derived anew for what a change concerns; all others are those of the parent."""

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import NamedNode

from koinon.build.differences import lines_from, mapped, write_changed
from koinon.build.graphs import GraphFile, lines_of
from koinon.build.rule_inputs import RESTRICTED, are_known, concerned
from koinon.build.store_changes import StoreChange
from koinon.build.territory import territories


def change_territories(
    before: GraphFile, path: Path, change: StoreChange, rules: Sequence[Path]
) -> GraphFile | None:
    """Write the graph of the territories to ``path`` from that of the parent, and bring the store to it.

    The store holds the parent's territories and the new data graphs. None, and nothing is done, where the change
    concerns too much or the rules are not those that are known. Raises VocabularyError where a rule is broken.
    """
    if not are_known(rules):
        return None
    differing = (line for _, line, _ in change.differing(change.store))
    found = concerned(differing, (change.before, change.store))
    if found is None:
        return None
    projects, places = found
    with mapped(before.path) as content:
        starts = [f"<{iri}> " for iri in {*projects, *places}] + [f"<{iri}#coverage-" for iri in projects]
        old = {line for start in starts for line in lines_from(content, start.encode())}
    change.apply(before.name, ((False, line) for line in sorted(old)))
    change.forget(sorted(old))
    values = {"project": [NamedNode(iri) for iri in projects], "place": [NamedNode(iri) for iri in places]}
    only = {name: (variable, values[variable]) for name, variable in RESTRICTED.items()}
    new = {line + b"\n" for line in lines_of(territories(change.store, rules, only))}
    change.apply(before.name, ((True, line) for line in sorted(new)))
    sha256 = write_changed(before.path, path, old - new, new - old)
    triples = before.triples - len(old - new) + len(new - old)
    return GraphFile(before.slug, before.name, before.kind, before.title, path, sha256, triples)
