"""A small release with links that are made by hand, one in each state, and tokens of two reviewers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from koinon.build.registry.tokens import add_token
from koinon.model.namespaces import DEF, ID, OWL
from koinon.release.links import FILE as LINKS
from koinon.release.links import Link, Reason, Run, Said, link_id, write_links
from koinon.release.paths import Home
from small_release import make_release

THINGS = ("alpha", "beta", "gamma", "delta", "epsilon")
RELEASE = "ab" * 32
TURTLE = "\n".join(f'<organisation/{name}> skos:prefLabel "{name.title()} & Co <b>"@en .' for name in THINGS)
TURTLE += '\n<organisation/beta> skos:altLabel "Άλφα"@el .'
REASONS = (
    Reason("meanings", "words: social = κοινωνική", 9.5),
    Reason("city", "cities Athens and Gdańsk", -1.7),
    Reason("second-look", "the words in detail", 0.4),
    Reason("prior", "how many candidate pairs are one", -6.0),
)
STATES = {
    ("alpha", "beta"): ("proposed", 0.6, 0.9),
    ("alpha", "gamma"): ("accepted", 0.97, 0.1),
    ("beta", "delta"): ("rejected", 0.2, 0.0),
    ("gamma", "delta"): ("disputed", 0.5, 0.5),
    ("delta", "epsilon"): ("accepted", 1.0, 0.0),
}


def iri(name: str) -> str:
    """Return the IRI of a made-up thing."""
    return f"{ID}organisation/{name}"


def made_link(one: str, other: str) -> Link:
    """Return the link of two of the things."""
    state, probability, priority = STATES[one, other]
    link = Link(
        id=link_id(iri(one), iri(other), "identity"),
        subject=iri(one),
        predicate=DEF + "likelySameAs",
        object=iri(other),
        probability=probability,
        band="accept" if probability > 0.9 else "review",
        justification="https://w3id.org/semapv/vocab/CompositeMatching",
        reasons=REASONS,
        linkset="small",
        state=state,
        reviewers=("desk",) if state in ("rejected", "disputed") else (),
        priority=priority,
    )
    return replace(link, predicate=OWL + "sameAs") if probability == 1.0 else link


def linked_release(root: Path) -> Home:
    """Make a release with these links the current one of a home."""
    home = make_release(root, RELEASE, TURTLE)
    said = [
        Said(
            iri(name),
            "small" if name != "epsilon" else "other",
            f"=Organisation {name.title()} & Co",
            "en",
            country="GR",
            city="Athens" if name < "c" else "Gdańsk",
            types=("cooperative",),
            other_names=(f"{name.title()}\tS.A.", *(("Άλφα",) if name == "beta" else ())),
        )
        for name in THINGS
    ]
    links = [made_link(*pair) for pair in STATES]
    run = Run("1.0.0", "", {"small": {"precision": 0.99, "recall": 0.61}})
    write_links(home.release(RELEASE) / LINKS, links, run, said)
    return home


def reviewer(home: Home, label: str, *sources: str) -> str:
    """Make a token that may review and return its secret."""
    expires = datetime.now(UTC).date() + timedelta(days=2)
    assert isinstance(expires, date)
    _, secret = add_token(home, label, sources or ("*",), ["review"], expires=expires, by="test")
    return secret
