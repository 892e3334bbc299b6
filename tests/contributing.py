"""A node that takes contributions: ``koinon serve`` on a small world, with a token, as a client meets it."""

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from building import PREFIXES, ROOT, World, make_world
from koinon.build.registry.audit import read_audit
from koinon.build.registry.disk import audit
from koinon.build.registry.tokens import VERBS, add_token
from registering import LICENCE
from serving import Service, serving

SAID = {"title": "Members", "facts-only": "", "licence": LICENCE, "language": "en"}
"""What is said of a new source in the address."""
TURTLE = {"Content-Type": "text/turtle"}
SERVED_SECONDS = 120


def network(slug: str, *names: str) -> str:
    """The source of a network as Turtle: one organisation for each name."""
    things = "\n".join(
        f'<organisation/{slug}-{name.lower()}> a org:Organization ; skos:prefLabel "{name}"@en ; '
        "org:classification actor-type:association ."
        for name in names
    )
    return f'{PREFIXES}<document/{slug}> a foaf:Document ; skos:prefLabel "Members"@en .\n{things}\n'


def world_to_serve(root: Path) -> World:
    """Make a small world that can be served, and build it by command."""
    world = make_world(root)
    if not (world.assets.ontology / "context").exists():
        shutil.copytree(ROOT / "ontology" / "context", world.assets.ontology / "context")
    code, said = world.run()
    assert code == 0, said
    return world


def token_for(world: World, *sources: str, may: Iterable[str] = VERBS, days: int = 30, **given: Any) -> str:
    """Make a token for sources and return its secret."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    return add_token(world.home, "desk of a network", sources, may, expires=day, by="test", **given)[1]


@dataclass
class Node:
    """A running node and the secret of a token for all names that begin with ``net``."""

    world: World
    service: Service
    secret: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        """Open a client."""
        self.client = httpx.Client(base_url=self.service.url, timeout=60, trust_env=False)

    def send(self, method: str, slug: str, secret: str | None = "", **options: Any) -> httpx.Response:
        """Send a request, with the node's own token unless another or None is given."""
        headers = dict(options.pop("headers", {}))
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret or self.secret}"
        return self.client.request(method, f"/sources/{slug}", headers=headers, **options)

    def put(
        self,
        slug: str,
        content: str | bytes,
        secret: str | None = "",
        said: dict[str, str] | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Hand in Turtle, unless ``headers`` say that it is something else."""
        return self.send(
            "PUT",
            slug,
            secret,
            content=content,
            params=SAID if said is None else said,
            headers={**TURTLE, **headers},
        )

    def delete(self, slug: str, secret: str | None = "", **headers: str) -> httpx.Response:
        """Withdraw a source."""
        return self.send("DELETE", slug, secret, headers=headers)

    def get(self, slug: str, secret: str | None = "") -> dict[str, Any]:
        """Ask where a source stands."""
        answer = self.send("GET", slug, secret)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wait(self, slug: str, state: str) -> dict[str, Any]:
        """Wait until a source is in a state."""
        deadline = time.monotonic() + SERVED_SECONDS
        while (found := self.get(slug))["state"] != state or found["build"]["pending"]:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
        return found

    def kept(self, slug: str) -> list[Path]:
        """Everything that is kept of a source."""
        return sorted(path for path in (self.world.home.sources / slug).rglob("*") if path.is_file())

    def log(self, slug: str) -> list[dict[str, Any]]:
        """What the audit log, whose chain is whole, says of a source."""
        report = read_audit(audit(self.world.home))
        assert report.problem is None
        return [dict(line) for line in report.lines if line.get("source") == slug]


@contextmanager
def contributing(root: Path, **environment: str) -> Iterator[Node]:
    """Serve a small world that takes contributions."""
    world = world_to_serve(root)
    secret = token_for(world, "net*")
    with again(world, secret, **environment) as node:
        yield node


@contextmanager
def again(world: World, secret: str, **environment: str) -> Iterator[Node]:
    """Serve a world, as it is."""
    environment = {"KOINON_ASSETS": str(world.root / "assets"), **environment}
    with serving(world.home.root, **environment) as service:
        node = Node(world, service, secret)
        try:
            yield node
        finally:
            node.client.close()
