"""Things, compiled: which a record becomes, under which ids, and what it says of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from koinon.build.mapping.conditions import Condition, condition
from koinon.build.mapping.graph import Graph
from koinon.build.mapping.model import Claim, Statement, Thing
from koinon.build.mapping.statements import (
    Say,
    Terms,
    only_when,
    say_column,
    say_constant,
    say_each,
    say_single,
    say_thing,
    terms_of_address,
    terms_of_column,
    terms_of_template,
)
from koinon.build.mapping.templates import Scope, Template, id_template, text_template
from koinon.build.mapping.terms import Names, literal, node
from koinon.build.mapping.values import Row
from koinon.model.namespaces import CODE, DEF, FRAPO, PROV, RDF

_IRIS: Final = frozenset({"url", "iri", "concept", "lookup"})


@dataclass(frozen=True, slots=True)
class Block:
    """A thing of a record: its id, when it is made, and what is said of it.

    ``constant`` is said whenever the thing is made, ``says`` as the row has values. A ``bare`` thing is made
    without any of these; a fragment is not. ``link`` is the thing and the property that lead to this one.
    """

    name: str
    id: Callable[[Row], str | None]
    mask: int
    when: Condition | None
    bare: bool
    once: bool
    typed: bool
    about: bool
    constant: tuple[Say, ...]
    says: tuple[Say, ...]
    link: tuple[str, str] | None


class Blocks:
    """Compiles the things and claims of one table or list."""

    def __init__(
        self, scope: Scope, names: Names, graph: Graph, document: str, datatypes: Mapping[str, str]
    ) -> None:
        """``scope`` has the columns and things that can be named; ``datatypes`` those of the columns."""
        self._scope = scope
        self._names = names
        self._graph = graph
        self._document = document
        self._datatypes = datatypes

    def claim(self, name: str, claim: Claim) -> Block:
        """Compile a claim; ValueError where it names nothing known."""
        slot = self._slot(claim.column)
        kind = self._names.iri(claim.kind)
        end = kind.removeprefix(f"{CODE}claim-kind/") + (f"-{claim.name}" if claim.name else "")
        template = id_template(f"{{{claim.of}}}#claim-{end}", self._scope)
        datatype = self._datatypes.get(claim.column)
        amount = datatype == "decimal"
        types = [DEF + "Claim", *([DEF + "AmountClaim"] if amount else [])]
        constant = [
            *(say_constant(f"<{iri}>", (f" <{RDF}type> ",), self._graph) for iri in types),
            say_constant(node(kind), (f" <{DEF}claimKind> ",), self._graph),
            say_constant(node(self._names.iri(claim.status)), (f" <{DEF}claimStatus> ",), self._graph),
            say_constant(node(self._document), (f" <{PROV}hadPrimarySource> ",), self._graph),
        ]
        value = FRAPO + "hasMonetaryValue" if amount else DEF + "claimValue"
        if datatype in _IRIS and claim.part is None:
            value = DEF + "claimedThing"
        terms = terms_of_column(slot, claim.part)
        says = [say_single(terms, (f" <{value}> ",), 1 << slot, None, self._graph)]
        if claim.currency_code:
            constant.append(
                say_constant(literal(claim.currency_code), (f" <{FRAPO}hasCurrencyCode> ",), self._graph)
            )
        if claim.currency:
            currency = self._slot(claim.currency)
            terms = terms_of_column(currency, None)
            constant.append(say_single(terms, (f" <{FRAPO}hasCurrencyCode> ",), 1 << currency, None, self._graph))
        when = condition(claim.when, self._scope.slots) if claim.when else None
        link = (claim.of, f" <{DEF}hasClaim> ")
        return Block(
            name, template.make, template.mask, when, False, False, False, False, tuple(constant), tuple(says), link
        )

    def thing(self, name: str, thing: Thing) -> Block:
        """Compile a thing; ValueError where it names nothing known."""
        template = self._id(thing)
        link = None
        if thing.of is not None and thing.by is not None:
            self._known_thing(thing.of)
            link = (thing.of, self._predicate(thing.by))
        constant = [
            say_constant(f"<{self._names.property(cls)}>", (f" <{RDF}type> ",), self._graph) for cls in thing.type
        ]
        says: list[Say] = []
        for statement in thing.has:
            say = self._statement(statement)
            if statement.when is not None:
                say = only_when(say, condition(statement.when, self._scope.slots))
            (constant if statement.value is not None else says).append(say)
        return Block(
            name=name,
            id=template.make,
            mask=template.mask,
            when=condition(thing.when, self._scope.slots) if thing.when else None,
            bare=not template.fragment or not thing.type,
            once=thing.once,
            typed=bool(thing.type),
            about=thing.about is not None,
            constant=tuple(constant),
            says=tuple(says),
            link=link,
        )

    def _id(self, thing: Thing) -> Template:
        if thing.about is not None:
            about = thing.about
            self._known_thing(about)
            return Template(lambda row: row.made.get(about), 0)
        return id_template(thing.id or "", self._scope)

    def _statement(self, given: Statement) -> Say:
        predicates = tuple(self._predicate(name) for name in given.p)
        if given.value is not None:
            return say_constant(node(self._names.iri(given.value)), predicates, self._graph)
        if given.thing is not None:
            self._known_thing(given.thing)
            if not given.single:
                return say_thing(given.thing, predicates, self._graph, known=given.known)
            thing = given.thing
            terms: Terms = lambda row: (f"<{iri}>",) if (iri := row.made.get(thing)) is not None else ()  # noqa: E731  # one of a table
            mask = 0
        elif given.column is not None:
            slot = self._slot(given.column)
            if len(predicates) == 1 and given.part is None and not given.single:
                return say_column(slot, predicates[0], self._graph)
            terms, mask = terms_of_column(slot, given.part), 1 << slot
        elif given.iri is not None:
            template = text_template(given.iri, self._scope, iri=True)
            terms, mask = terms_of_address(template), template.mask
        else:
            template = text_template(given.text or "", self._scope, iri=False)
            terms, mask = terms_of_template(template, given.lang, given.datatype), template.mask
        if given.single:
            demoted = self._predicate(given.demoted) if given.demoted else None
            return say_single(terms, predicates, mask, demoted, self._graph)
        return say_each(terms, predicates, mask, self._graph)

    def _predicate(self, name: str) -> str:
        return f" <{self._names.property(name)}> "

    def _slot(self, name: str) -> int:
        if name not in self._scope.slots:
            known = ", ".join(sorted(self._scope.slots))
            raise ValueError(f"there is no column {name!r}; known are {known}")
        return self._scope.slots[name]

    def _known_thing(self, name: str) -> None:
        if name not in self._scope.things:
            known = ", ".join(sorted(name for name in self._scope.things if not name.startswith("(")))
            raise ValueError(f"there is no thing {name!r}; known are {known}")
