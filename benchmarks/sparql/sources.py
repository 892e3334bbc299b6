"""The generated sources: what each page or data set says of projects, their partners, events, outputs and claims.

Everything about a thing is drawn from the seed and the thing's number, so that a later source can say the same of
it again without any memory of what was written.
"""

from collections.abc import Generator, Iterator
from itertools import islice
from random import Random

import reference
from reference import ACTORS, MODELS, OUTPUTS, place_iri, programme, theme
from statements import PREFIXES, About, Statement, term, text, typed
from territories import Place
from words import ENGLISH, LANGUAGES, Language, romanised

TARGETS = ("smes", "social-enterprises", "young-people", "older-people", "migrants", "rural-residents", "women")
STATES = ("planned", "ongoing", "finished")
MONTHS = ("01", "03", "04", "06", "09", "10", "11")


def skewed(rng: Random, count: int, power: float) -> int:
    """Return a number below ``count``, small ones far more often: a few things are named by very many others."""
    return int(count * rng.random() ** power)


class World:
    """Draws all sources; counts the things that exist so far, and knows whom the present source has named."""

    def __init__(self, seed: int, places: list[Place]) -> None:
        """Prepare for one seed; ``places`` are all territories and cities."""
        self.seed = seed
        self.places = places
        self.cities = [place for place in places if place.level >= 3]
        self.sources = self.projects = self.organisations = 0
        self._named: set[int] = set()

    def _rng(self, kind: str, number: int) -> Random:
        return Random(f"{self.seed} {kind} {number}")  # noqa: S311  data that can be drawn again

    def source(self) -> Iterator[Statement]:
        """Return the statements of the next source; most are of one project, one in sixty is a large data set."""
        number, self.sources = self.sources, self.sources + 1
        self._named.clear()
        rng = self._rng("source", number)
        language = rng.choice(LANGUAGES)
        graph, document = term(f"graph:source-{number:05}"), term(f"id:document/source-{number:05}")
        kind = "dataset" if number % 60 == 7 else rng.choice(("page", "page", "external"))
        about = About(graph, graph)
        yield from about.types("dcat:Dataset", "koi:SourceGraph")
        yield from about("dct:title", text(f"Source {number} on {ENGLISH.phrase(rng, 1).lower()}", "en"))
        yield from about("dct:language", term(f"lang:{language.authority}"))
        yield from about("dct:license", "<https://creativecommons.org/licenses/by/4.0/>")
        yield from about("prov:hadPrimarySource", document)
        yield from about("koi:sourceKind", text(kind))
        yield from about("koi:received", typed(f"2026-{rng.choice(MONTHS)}-{rng.randint(10, 28)}", "date"))
        yield from about("koi:defaultBasis", term(f"code:basis/{'external' if kind == 'external' else 'stated'}"))
        about = About(graph, document)
        yield from about.types("foaf:Document")
        yield from about("skos:prefLabel", text(f"Page {number} of {ENGLISH.place(rng)}", "en"))
        yield from about("dct:title", text(language.phrase(rng, 2), language.tag))
        yield from about("schema:url", f"<https://{rng.choice(TARGETS)}.example/{language.tag}/{number}>")
        for _ in range(rng.randint(40, 160) if kind == "dataset" else rng.choice((1, 1, 1, 1, 2, 3))):
            self.projects += 1
            yield from self._project(graph, document, self.projects - 1, language)

    def organisation(self, graph: str, number: int, *, again: bool = False) -> Iterator[Statement]:
        """Return what a source says of an organisation; its first statements are those that others repeat."""
        rng = self._rng("organisation", number)
        place = self._seat(rng)
        language = place.language
        about = About(graph, self.organisation_iri(number), again=again)
        body = rng.randrange(8)
        yield from about.types("org:Organization")
        name = f"{ENGLISH.bodies[body]} of {place.english}"
        yield from about("skos:prefLabel", text(name, "en"))
        local = f"{language.bodies[body]} {place.local}"
        yield from about("skos:prefLabel", text(local, language.tag))
        yield from about("koi:locatedIn", place_iri(place))
        yield from about.types("m8g:PublicOrganisation" if body < 3 else "org:FormalOrganization")
        yield from about("org:classification", term(f"code:actor-type/{ACTORS[body % len(ACTORS)]}"))
        if language.tag == "el":
            yield from about("skos:altLabel", text(romanised(local), "el-latn"))
        if rng.random() < 0.4:
            yield from about("frapo:hasAcronym", text("".join(word[0] for word in name.split()).upper()))
        yield from about("dct:subject", *self._themes(rng, 3))
        if rng.random() < 0.3:
            yield from about("foaf:homepage", f"<https://organisation-{number}.example/>")
        if rng.random() < 0.2:
            yield from about("schema:foundingDate", typed(rng.randint(1890, 2024), "gYear"))
        if number >= 20 and rng.random() < 0.25:
            yield from about("org:unitOf", self.organisation_iri(rng.randrange(number // 2)))
        if rng.random() < 0.15:
            yield from about("koi:cooperatesWith", self.organisation_iri(skewed(rng, number + 1, 3)))
        if number % 40 == 3:
            yield from about.types("koi:Cluster")
            yield from about("koi:followsClusterModel", term(f"code:cluster-model/{rng.choice(MODELS)}"))
            members = sorted({skewed(rng, number, 1.5) for _ in range(rng.randint(4, 60))})
            yield from about("org:hasMember", *map(self.organisation_iri, members))

    @staticmethod
    def organisation_iri(number: int) -> str:
        """Return the IRI of an organisation."""
        return f"<{PREFIXES['id']}organisation/organisation-{number:06}>"

    def _seat(self, rng: Random) -> Place:
        return self.cities[skewed(rng, len(self.cities), 1.6)]

    def _themes(self, rng: Random, most: int) -> list[str]:
        count = 1 + skewed(rng, most, 1.5)
        return [theme(number) for number in sorted({skewed(rng, reference.THEMES, 2) for _ in range(count)})]

    def _project(self, graph: str, document: str, number: int, language: Language) -> Iterator[Statement]:
        rng = self._rng("project", number)
        project = f"<{PREFIXES['id']}project/project-{number:06}>"
        about = About(graph, project)
        start, months = rng.randint(2008, 2026), rng.choice((18, 24, 30, 36))
        yield from about.types("koi:Project")
        yield from about("skos:prefLabel", text(f"{ENGLISH.phrase(rng, 1)} in {ENGLISH.place(rng)} {number}", "en"))
        yield from about("skos:prefLabel", text(f"{language.phrase(rng, 1)} {number}", language.tag))
        yield from about("frapo:hasAcronym", text(f"{rng.choice(ENGLISH.places)}{number}".upper()))
        yield from about("dct:title", text(f"{ENGLISH.phrase(rng, 3)} “{ENGLISH.place(rng)}”", "en"))
        yield from about("dct:title", text(language.phrase(rng, 3), language.tag))
        yield from about("dct:subject", *self._themes(rng, 8))
        yield from about("koi:targetGroup", term(f"code:target-group/{rng.choice(TARGETS)}"))
        if rng.random() < 0.8:
            yield from about("schema:startDate", typed(f"{start}-{rng.choice(MONTHS)}-01", "date"))
            yield from about("schema:endDate", typed(f"{start + months // 12}-{rng.choice(MONTHS)}-30", "date"))
        if rng.random() < 0.9:
            yield from about("koi:fundedUnder", programme(skewed(rng, reference.PROGRAMMES, 2.2)))
        if rng.random() < 0.3:
            yield from about("koi:addressesClusterModel", term(f"code:cluster-model/{rng.choice(MODELS)}"))
        for order in range(rng.randint(1, 4)):
            objective = about.part(f"objective-{order}")
            yield from about("koi:hasObjective", objective.subject)
            yield from objective.types("koi:Objective")
            yield from objective("skos:prefLabel", text(f"{ENGLISH.phrase(rng, 3)}.", "en"))
            yield from objective("skos:prefLabel", text(f"{language.phrase(rng, 3)}.", language.tag))
        seats = yield from self._partners(about, document, rng)
        yield from self._coverage(project, document, seats)
        yield from self._events(about, number, language, rng)
        yield from self._outputs(about, number, language, rng)
        yield from self._claim(about, document, rng)
        if number % 40 == 0:
            yield from self._receipts(graph, document, number, language)

    def _partners(self, about: About, document: str, rng: Random) -> Generator[Statement, None, list[Place]]:
        """Say who takes part; returns the seats (a generator's value). Six in ten partners are known already."""
        seats: dict[str, Place] = {}
        chosen: dict[int, bool] = {}
        for _ in range(2 + skewed(rng, 18, 2)):
            if self.organisations and rng.random() < 0.6:
                chosen.setdefault(skewed(rng, self.organisations, 2.5), True)
            else:
                self.organisations += 1
                chosen[self.organisations - 1] = False
        for order, (number, known) in enumerate(chosen.items()):
            node = about.part(f"p-{number}")
            yield from about("m8g:hasParticipation", node.subject)
            yield from node.types("m8g:Participation", "koi:ProjectParticipation")
            role = "lead-partner" if order == 0 else rng.choice(reference.ROLES[1:])
            yield from node("m8g:role", term(f"code:role/{role}"))
            yield from node("m8g:hasParticipant", self.organisation_iri(number))
            yield from node("prov:hadPrimarySource", document)
            if not known:
                yield from self.organisation(about.graph, number)
            elif rng.random() < 0.6 and number not in self._named:
                yield from islice(self.organisation(about.graph, number, again=True), 4)
            self._named.add(number)
            seat = self._seat(self._rng("organisation", number))
            territory = next(place for place in seat.ancestors() if place.level <= 2)
            seats.setdefault(territory.slug, territory)
        return list(seats.values())

    @staticmethod
    def _coverage(project: str, document: str, territories: list[Place]) -> Iterator[Statement]:
        about = About(term("graph:territory"), project)
        for place in territories:
            node = about.part(f"coverage-{place.slug}")
            yield from about("koi:coversTerritory", place_iri(place))
            yield from about("koi:hasCoverage", node.subject)
            yield from node.types("koi:Coverage")
            yield from node("koi:territory", place_iri(place))
            yield from node("koi:territoryBasis", term("code:basis/seat"))
            yield from node("prov:wasDerivedFrom", document)

    def _events(self, about: About, number: int, language: Language, rng: Random) -> Iterator[Statement]:
        for order in range(skewed(rng, 5, 1.5)):
            event = About(about.graph, term(f"id:event/event-{number}-{order}"))
            place, day = self._seat(rng), rng.randint(10, 27)
            yield from event.types("koi:Event")
            yield from event("koi:partOfProject", about.subject)
            yield from event("skos:prefLabel", text(f"Workshop {order + 1} in {place.english}", "en"))
            local = f"{language.works[0]} {order + 1}, {place.local}"
            yield from event("skos:prefLabel", text(local, language.tag))
            yield from event("schema:location", place_iri(place))
            yield from event("schema:startDate", typed(f"{2009 + number % 17}-{rng.choice(MONTHS)}-{day}", "date"))
            yield from event("dct:subject", *self._themes(rng, 3))
            if order:
                yield from event("koi:follows", term(f"id:event/event-{number}-{order - 1}"))

    @staticmethod
    def _outputs(about: About, number: int, language: Language, rng: Random) -> Iterator[Statement]:
        for order in range(skewed(rng, 5, 1.2)):
            output = About(about.graph, term(f"id:output/output-{number}-{order}"))
            kind = rng.choice(OUTPUTS)
            yield from about("frapo:hasOutput", output.subject)
            yield from output.types("koi:Output")
            yield from output("dct:type", term(f"code:output-type/{kind}"))
            yield from output("skos:prefLabel", text(f"{kind.replace('-', ' ')}: {ENGLISH.phrase(rng, 2)}", "en"))
            yield from output("skos:prefLabel", text(language.phrase(rng, 2), language.tag))
            yield from output("koi:status", term(f"code:status/{rng.choice(STATES)}"))

    @staticmethod
    def _claim(about: About, document: str, rng: Random) -> Iterator[Statement]:
        if rng.random() < 0.7:
            claim = about.part("claim-budget")
            yield from about("koi:hasClaim", claim.subject)
            yield from claim.types("koi:Claim", "koi:AmountClaim")
            yield from claim("koi:claimKind", term("code:claim-kind/budget"))
            yield from claim("frapo:hasMonetaryValue", typed(rng.randint(20, 9000) * 1000, "decimal"))
            yield from claim("frapo:hasCurrencyCode", text("EUR"))
            yield from claim("prov:hadPrimarySource", document)

    def _receipts(self, graph: str, document: str, number: int, language: Language) -> Iterator[Statement]:
        """Say where in the document some statements stand, as receipts do in the real graph."""
        subject = f"<{PREFIXES['id']}project/project-{number:06}>"
        rng = self._rng("receipts", number)
        for order, predicate in enumerate(("koi:fundedUnder", "dct:subject", "koi:targetGroup", "rdf:type")):
            receipt = About(graph, f"{graph[:-1]}#s-{number}-{order}>")
            yield from receipt.types("rdf:Statement")
            yield from receipt("rdf:subject", subject)
            yield from receipt("rdf:predicate", term(predicate))
            yield from receipt("rdf:object", theme(skewed(rng, reference.THEMES, 2)))
            yield from receipt("dct:source", document)
            yield from receipt("koi:basis", term(f"code:basis/{rng.choice(('stated', 'implied'))}"))
            yield from receipt("rdfs:comment", text(language.phrase(rng, 4), language.tag))
