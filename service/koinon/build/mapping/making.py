"""Making a record's things: in which order they are named, said and linked."""

from collections.abc import Mapping, Sequence

from koinon.build.mapping.graph import Graph
from koinon.build.mapping.model import Thing
from koinon.build.mapping.templates import thing_before
from koinon.build.mapping.things import Block
from koinon.build.mapping.values import Row


def by_ids(things: Sequence[tuple[str, Thing]]) -> list[str]:
    """Return the names of things, those whose ids others take before these; ValueError where they go in circles."""
    needs = {name: {thing_before(thing.id or "") or ""} for name, thing in things}
    return _ordered(needs)


def by_statements(things: Sequence[tuple[str, Thing]]) -> list[str]:
    """Return the names of things, fragments before those that refer to them: a fragment may turn out empty."""
    fragments = {name for name, thing in things if "#" in (thing.id or "")}
    needs: dict[str, set[str]] = {}
    for name, thing in things:
        wanted = {statement.thing for statement in thing.has if statement.thing} | {thing.about or ""}
        needs[name] = wanted & fragments
    return _ordered(needs)


def _ordered(needs: Mapping[str, set[str]]) -> list[str]:
    done: dict[str, None] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name in done:
            return
        if name in begun:
            raise ValueError(f"{name!r} needs a thing that needs it in turn")
        begun.add(name)
        for other in needs:
            if other in needs[name]:
                visit(other)
        done[name] = None

    for name in needs:
        visit(name)
    return list(done)


class Made:
    """The things of one table or list, in the orders in which they are named, said and linked."""

    def __init__(
        self, blocks: Sequence[Block], to_name: Sequence[str], to_say: Sequence[str], graph: Graph
    ) -> None:
        """Order the blocks."""
        by_name = {block.name: block for block in blocks}
        self._to_name = [by_name[name] for name in to_name]
        self._to_say = [by_name[name] for name in to_say]
        self._once = [(block, set[str]()) for block in blocks if block.once]
        self._graph = graph

    def name(self, row: Row) -> str | None:
        """Give the row's things their ids; return the id of one that may come once and came before, or None."""
        made = row.made
        for block in self._to_name:
            made[block.name] = block.id(row) if block.when is None or block.when(row) else None
        for block, seen in self._once:
            iri = made[block.name]
            if iri is not None:
                if iri in seen:
                    return iri
                seen.add(iri)
        return None

    def say(self, row: Row) -> None:
        """Write what the row says of its things."""
        made, graph, place = row.made, self._graph, row.place
        links: list[tuple[str, tuple[str, str]]] = []
        for block in self._to_say:
            iri = made[block.name]
            if iri is None:
                continue
            subject = f"<{iri}>"
            said = block.bare
            for say in block.says:
                said = say(row, subject) or said
            if not said:
                made[block.name] = None
                continue
            row.said |= block.mask
            for say in block.constant:
                say(row, subject)
            if block.about:
                continue
            graph.places.add(iri, place)
            if block.typed:
                graph.define(iri)
            if block.link is not None:
                links.append((subject, block.link))
        for subject, (name, predicate) in links:
            other = made.get(name)
            if other is not None:
                graph.add(f"<{other}>{predicate}{subject} .")
