"""Two nodes, each with its own region: what they have, and ``koinon`` at their command lines."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from building import PREFIXES, World, make_world, manifest

REGIONS = (("poland", "Poland", "pomorskie", "gdansk"), ("greece", "Greece", "epirus", "ioannina"))
PLACES = (
    PREFIXES
    + '<document/reference-place> a foaf:Document ; skos:prefLabel "Places"@en .'
    + "".join(
        f"""
<place/{land}> a koi:Territory , dct:Location ; skos:prefLabel "{name}"@en ; koi:nutsLevel 0 ;
    dct:type place-type:country .
<place/{region}> a koi:Territory , dct:Location ; skos:prefLabel "{region.title()}"@en ; koi:nutsLevel 2 ;
    dct:type place-type:nuts-2 ; dct:isPartOf <place/{land}> .
<place/{city}> a dct:Location ; skos:prefLabel "{city.title()}"@en ; dct:type place-type:city ;
    dct:isPartOf <place/{region}> .
"""
        for land, name, region, city in REGIONS
    )
)
NORTH = """
<document/north> a foaf:Document ; skos:prefLabel "North"@en .
<organisation/north-office> a org:Organization ; skos:prefLabel "Northern office"@en ;
    org:classification actor-type:association .
<organisation/north-office> koi:locatedIn <place/gdansk>
    {| koi:basis basis:implied ; rdfs:comment "By its address."@en |} .
<project/north> a koi:Project ; skos:prefLabel "Bridge"@en ; dct:type project-type:transnational-project ;
    m8g:hasParticipation <project/north#coordinator> , <project/north#partner> .
<project/north#coordinator> a koi:ProjectParticipation , m8g:Participation ;
    m8g:hasParticipant <organisation/north-office> ; m8g:role role:coordinator .
<project/north#partner> a koi:ProjectParticipation , m8g:Participation ;
    m8g:hasParticipant <organisation/south-office> ; m8g:role role:partner .
"""
SOUTH = """
<document/south> a foaf:Document ; skos:prefLabel "South"@en .
<organisation/south-office> a org:Organization ; skos:prefLabel "Southern office"@en , "Νότιο γραφείο"@el ;
    org:classification actor-type:association ; koi:locatedIn <place/ioannina> .
"""
CANONICAL = "https://w3id.org/koinon/"
NORTHERN, SOUTHERN = "https://north.example/koinon/", "https://south.example/"
"""Bases of nodes of their own, at no address: what a node mints does not say where it is served."""
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass
class Node:
    """A world with the one region that is its own, and its command line."""

    world: World
    base: str = CANONICAL
    peers: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that say whose things are whose."""
        return {} if self.base == CANONICAL else {"KOINON_BASE": self.base, "KOINON_PEERS": self.peers}

    @property
    def home(self) -> Path:
        return self.world.home.root

    def say(self, slug: str, turtle: str) -> None:
        """Let the node's own source say this, and build."""
        said = manifest(slug).replace(f"{CANONICAL}id/", f"{self.base}id/")
        head = PREFIXES.replace(f"@base <{CANONICAL}", f"@base <{self.base}")
        self.world.put(slug, {"source.toml": said, "graph.ttl": head + turtle})
        self.build()

    def build(self) -> None:
        if self.environment:
            self.koinon("build", "--only", "--data", str(self.world.sources), KOINON_DUMPS="false")
            return
        code, text = self.world.run()
        assert code == 0, text

    def koinon(self, *arguments: str, allowed: str = "", code: int = 0, **settings: str) -> dict[str, object]:
        """Run ``koinon`` in a process of its own, with --json; returns what it prints, or what it says is wrong."""
        done = subprocess.run(
            [sys.executable, "-m", "koinon.cli", *arguments, "--json"],
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
            env={
                **os.environ,
                "KOINON_HOME": str(self.home),
                "KOINON_ASSETS": str(self.world.root / "assets"),
                "KOINON_ALLOWED_HOSTS": allowed,
                "KOINON_HARVEST_PAUSE": "0",
                **self.environment,
                **settings,
            },
        )
        assert done.returncode == code, done.stdout + done.stderr
        return dict(json.loads(done.stdout)) if code == 0 else {"problem": done.stderr + done.stdout}

    def follow(self, slug: str, way: str, address: str, *more: str, **given: str) -> dict[str, object]:
        """Register a peer as a source, and accept it."""
        host = "/".join(address.split("/")[:3])
        words = ("--title", slug, "--facts-only", "--licence", LICENCE, "--language", "en", *more)
        added = self.koinon("source", "add", slug, way, address, *words, allowed=host, **given)
        self.koinon("source", "accept", slug)
        self.build()
        return added

    def graph(self, slug: str) -> set[str]:
        """The statements of a source's graph about things, without those about the documents that they are from."""
        lines = (self.world.home.current / "graphs" / f"{slug}.nt").read_text("utf-8").splitlines()
        return {line for line in lines if "/id/" in line.split()[0] and "/id/document/" not in line.split()[0]}


def below(own: str, other: str, turtle: str) -> str:
    """Return what a node of base ``own`` says: places are shared, the other's office is below ``other``."""
    theirs = "north-office" if own == SOUTHERN else "south-office"
    shared = turtle.replace("<place/", f"<{CANONICAL}id/place/")
    return shared.replace(f"<organisation/{theirs}>", f"<{other}id/organisation/{theirs}>")


def make_node(root: Path, slug: str, turtle: str, base: str = CANONICAL, peers: str = "") -> Node:
    """Make a node that has the places of both regions and one source of its own; its first release is built."""
    world = make_world(root)
    for name in ("patient", "neighbour"):
        world.put(name, {})
        (world.sources / name).rmdir()
    place = manifest("place", "reference", globs=("place/*", "document/reference-place"))
    world.put("place", {"source.toml": place, "graph.ttl": PLACES})
    node = Node(world, base, peers)
    node.say(slug, turtle)
    return node
