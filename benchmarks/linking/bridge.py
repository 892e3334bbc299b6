"""``python benchmarks/linking/bridge.py HOME``: does "who should meet" predict who later works together?

A temporal split of the projects of keep.eu in the release of HOME (``make test-real`` builds one). Of the projects
that began before a day, everything is known; of the later ones, only who of the actors known by then takes part.
For each of these actors, all others who were no partners of it are ranked, and those who became partners are looked
for. The weights of the ranking were chosen on the second half of 2016, given what came before; the rows after it
are its test.

Beside it: popularity (how many projects a candidate had), common topics alone, and chance. "Other regions" ranks
only candidates with a common topic and a seat in another NUTS 2 region, as the bridge does. Intervals are 95 %,
from 1,000 resamples of the actors.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from koinon.model.namespaces import DEF, ID, M8G, SCHEMA
from koinon.publish.bridge.ranking import Profile, Weights, hub, length, rarity, score
from koinon.publish.bridge.topics import Topics
from koinon.release.current import open_current
from koinon.release.paths import Home
from koinon.release.relations import EDGES, FILE, VALUES, Relations

SEED = 20261122
TUNED = ("2016-07-01", "2017-01-01")
TESTED = (("2017-01-01", "9999"), ("2017-07-01", "9999"))
MOST = 20
Ranking = Callable[[int, int], float]


@dataclass(frozen=True)
class Projects:
    """The dated projects: when each began, who takes part, topics, programme; and the region of each actor."""

    start: dict[int, str]
    members: dict[int, set[int]]
    topics: dict[int, set[int]]
    programme: dict[int, int]
    region: dict[int, int]


@dataclass(frozen=True)
class Figure:
    """How well one ranking did: mean reciprocal rank and recall among the first 20, for each actor asked for."""

    ranks: list[float]
    recalls: list[float]

    @property
    def mrr(self) -> float:
        """The mean reciprocal rank of the first new partner."""
        return sum(self.ranks) / max(1, len(self.ranks))

    @property
    def recall(self) -> float:
        """The share of new partners among the first 20, averaged over actors."""
        return sum(self.recalls) / max(1, len(self.recalls))


def read(relations: Relations) -> Projects:
    """Read the projects of keep.eu from the table of relations."""
    rows = relations.rows(
        "SELECT v.s, MIN(v.text) FROM value AS v JOIN node ON node.id = v.s WHERE v.p = ? AND node.iri GLOB ? "
        "GROUP BY v.s",
        VALUES[SCHEMA + "startDate"],
        f"{ID}project/keep-*",
    )
    start = dict(rows)
    parts = {node: project for project, node in _edges(relations, M8G + "hasParticipation") if project in start}
    members: dict[int, set[int]] = {}
    for node, actor in _edges(relations, M8G + "hasParticipant"):
        if node in parts:
            members.setdefault(parts[node], set()).add(actor)
    topics: dict[int, set[int]] = {}
    for topic, abouts in Topics(relations).of_things(start).items():
        for about in abouts:
            topics.setdefault(about.thing, set()).add(topic)
    programme = {s: o for s, o in _edges(relations, DEF + "fundedUnder") if s in start}
    seats = dict(_edges(relations, DEF + "locatedIn"))
    level = relations.at_level(set(seats.values()), 2)
    return Projects(start, members, topics, programme, {a: level[p] for a, p in seats.items() if p in level})


def _edges(relations: Relations, predicate: str) -> Iterator[tuple[int, int]]:
    yield from relations.rows("SELECT s, o FROM edge WHERE p = ?", EDGES[predicate])


def evaluate(data: Projects, begin: str, end: str, seed: int = SEED, *, across: bool = False) -> dict[str, Figure]:
    """Rank as of the day ``begin``, and look for partners in the projects that began then, or before ``end``."""
    known = {p for p in data.members if data.start[p] < begin}
    later = [p for p in sorted(data.members) if begin <= data.start[p] < end]
    own: dict[int, set[int]] = {}
    for project in known:
        for actor in data.members[project]:
            own.setdefault(actor, set()).add(project)
    partners = {a: set().union(*(data.members[p] for p in ps)) - {a} for a, ps in own.items()}
    truth: dict[int, set[int]] = {}
    for project in later:
        present = data.members[project] & own.keys()
        for actor in present:
            fresh = present - partners[actor] - {actor}
            if across:
                fresh = {other for other in fresh if data.region.get(other) != data.region.get(actor)}
            if fresh:
                truth.setdefault(actor, set()).update(fresh)
    counts = Counter(topic for p in known for topic in data.topics.get(p, ()))
    funded = Counter(data.programme[p] for p in known if p in data.programme)
    weights = Weights(
        rarity(len(known), counts),
        rarity(len(known), funded),
        hub({a: len(found) for a, found in partners.items()}),
    )
    profiles = {}
    for actor, projects in own.items():
        topics = frozenset(topic for p in projects for topic in data.topics.get(p, ()))
        programmes = frozenset(data.programme[p] for p in projects if p in data.programme)
        profiles[actor] = Profile(
            topics, programmes, frozenset(partners[actor]), len(projects), length(topics, weights.topic)
        )
    dice = random.Random(seed)  # noqa: S311  # no secret
    chance = {actor: dice.random() for actor in sorted(own)}

    def topics_alone(one: int, other: int) -> float:
        shared = profiles[one].topics & profiles[other].topics
        return sum(weights.topic(t) ** 2 for t in sorted(shared)) / (profiles[one].length * profiles[other].length)

    rankings: dict[str, Ranking] = {
        "who should meet": lambda one, other: score(profiles[one], profiles[other], weights),
        "topics alone": topics_alone,
        "popularity": lambda _, other: len(own[other]),
        "chance": lambda one, other: random.Random(f"{seed} {one} {other}").random(),  # noqa: S311  # no secret
    }
    figures = {name: Figure([], []) for name in rankings}
    for actor in sorted(truth):
        others = [other for other in sorted(own) if other != actor and other not in partners[actor]]
        if across:
            region = data.region.get(actor)
            mine = profiles[actor].topics
            others = [o for o in others if data.region.get(o) != region and mine & profiles[o].topics]
        for name, ranking in rankings.items():
            ordered = sorted(others, key=lambda other: (-ranking(actor, other), chance[other]))
            places = {other: place for place, other in enumerate(ordered, 1)}
            found = [places[other] for other in truth[actor] if other in places]
            figures[name].ranks.append(1 / min(found) if found else 0.0)
            figures[name].recalls.append(sum(place <= MOST for place in found) / len(truth[actor]))
    return figures


def interval(values: list[float], seed: int = SEED) -> tuple[float, float]:
    """Return the 95 % interval of a mean, from 1,000 resamples."""
    dice = random.Random(seed)  # noqa: S311  # no secret
    means = sorted(sum(dice.choices(values, k=len(values))) / len(values) for _ in range(1000))
    return means[25], means[974]


def report(data: Projects) -> Iterator[str]:
    """Yield the lines of the figures."""
    yield f"{len(data.members)} projects, seed {SEED}"
    for (begin, end), across in ((TUNED, False), *((split, False) for split in TESTED), (TESTED[0], True)):
        figures = evaluate(data, begin, end, across=across)
        what = "weights chosen on it" if (begin, end) == TUNED else "test"
        yield f"from {begin}{f' to {end}' if end < '9' else ''}: {what}{', other regions' if across else ''}; " + (
            f"{len(figures['popularity'].ranks)} actors with new partners"
        )
        for name, figure in figures.items():
            low, high = interval(figure.ranks)
            yield f"  {name:16} MRR {figure.mrr:.3f} ({low:.3f}-{high:.3f})  recall@20 {figure.recall:.3f}"
        best, popular = figures["who should meet"], figures["popularity"]
        yield f"  times popularity: MRR {best.mrr / popular.mrr:.1f}, recall@20 {best.recall / popular.recall:.1f}"


def main(arguments: Iterable[str]) -> None:
    """Print the figures of the release in the home that is named."""
    (home,) = arguments
    relations = Relations(open_current(Home(Path(home).absolute())).path / FILE)
    found = read(relations)
    if not found.start:
        sys.exit(f"{home} has no project of keep.eu with a date: `make test-real` builds a release that has.")
    for line in report(found):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
