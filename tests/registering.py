"""A registry in the home of a small world, and the file of a network of members to hand in."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from building import PREFIXES, World
from koinon.build.registry.options import FACTS_ONLY, Options
from koinon.build.registry.registry import Change, Registry
from koinon.model.settings import Settings

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
OPTIONS = Options(
    title="Members",
    rights=FACTS_ONLY,
    licence=LICENCE,
    language="en",
    mints=("organisation/members-*",),
)


def members(*names: str) -> str:
    """The file of a network: one organisation for each name."""
    things = "\n".join(
        f'<organisation/members-{name.lower()}> a org:Organization ; skos:prefLabel "{name}"@en ; '
        "org:classification actor-type:association ."
        for name in names
    )
    return f'{PREFIXES}<document/members> a foaf:Document ; skos:prefLabel "Members"@en .\n{things}\n'


@dataclass
class Desk:
    """Where sources are handed in, in tests."""

    world: World

    def registry(self, **settings: object) -> Registry:
        return Registry(
            Settings.from_environment({}, home=self.world.home.root, **settings), self.world.assets, "desk"
        )

    def file(self, name: str, content: str | bytes) -> str:
        path = self.world.root / "inbox" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def mapping(self, name: str, version: int = 1, source: dict[str, object] | None = None, more: str = "") -> None:
        """Put a mapping into the assets; a source's keys may be changed or (None) left out."""
        given = {
            "slug": name,
            "publisher": "A network",
            "homepage": "https://example.org/",
            "rights": "free to reuse with credit",
            "licence": LICENCE,
            "credit": "© A network",
            "language": "en",
            "mints": [f"organisation/{name}-*"],
            "policy": "record",
            "schedule": "P1Y",
        } | (source or {})
        lines = [f"{key} = {json.dumps(value)}" for key, value in given.items() if value is not None]
        folder = self.world.assets.data / "mappings"
        folder.mkdir(exist_ok=True)
        head = f'name = "{name}"\nversion = {version}\n[source]\ntitle = {{ en = "Members" }}\n'
        (folder / f"{name}.toml").write_text("\n".join((head, *lines, more)), "utf-8")

    def add(self, *names: str, **options: object) -> Change:
        """Hand in the source ``members`` as Turtle."""
        path = self.file("members.ttl", members(*(names or ("Ada",))))
        return self.registry().add("members", [path], replace(OPTIONS, **options))  # type: ignore[arg-type]

    @property
    def folder(self) -> Path:
        return self.world.home.sources / "members"

    def tree(self) -> dict[str, bytes]:
        """All that is kept, by name."""
        root = self.world.home.sources
        files = (path for path in root.rglob("*") if path.is_file() and path.name != ".lock")
        return {str(path.relative_to(root)): path.read_bytes() for path in files}
