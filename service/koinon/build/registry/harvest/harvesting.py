"""One harvest: ask the peer, take what it mints, and say what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from koinon import __version__
from koinon.build.ownership import Mints
from koinon.build.registry.fetching import Fetcher
from koinon.build.registry.harvest.asking import Allowance, Asker
from koinon.build.registry.harvest.files import dump_lines, page_lines
from koinon.build.registry.harvest.state import Memory, forget, state_file
from koinon.build.registry.harvest.stream import follow
from koinon.build.registry.harvest.taking import Holdings, Taken, take
from koinon.build.registry.options import Options
from koinon.build.scratch import scratch
from koinon.build.writing import read_owners
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, NoReleaseError
from koinon.model.namespaces import GRAPH, ID, SKOS, THINGS
from koinon.model.settings import Settings
from koinon.release.current import Release, open_current
from koinon.release.paths import Home

LDES: Final = "ldes"
DUMP: Final = "dump"
SPARQL: Final = "sparql"
FILE: Final = "harvest.nt"
"""Name under which what was taken is kept."""
PIECE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom to ask, and how: ``way`` is ``ldes``, ``dump``, ``sparql`` (perhaps one ``graph``) or ``jsonld``.

    ``only`` are patterns of what is wanted, if not all is; ``anew`` forgets what is known; ``etag`` is that of the
    file as it is known; ``title`` and ``language`` name the source.
    """

    slug: str
    way: str
    address: str
    only: tuple[str, ...] | None = None
    anew: bool = False
    graph: str | None = None
    etag: str | None = None
    title: str = ""
    language: str = "en"

    @property
    def document(self) -> str:
        """The IRI of the document that the peer is taken for: no document of the peer's own."""
        return f"{ID}document/{self.slug}-harvested"

    @classmethod
    def of(cls, slug: str, address: str, options: Options, etag: str | None = None) -> Self:
        """Return the peer of a source that is harvested as its options say."""
        language = options.language if options.language not in {None, "und"} else None
        return cls(
            slug=slug,
            way=options.harvest or LDES,
            address=address,
            only=options.mints,
            anew=options.anew is not None,
            graph=options.graph,
            etag=etag if options.anew is None else None,
            title=options.title or slug,
            language=language or "en",
        )


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a peer gave: the file, the names of the things that it mints here, and what to tell the operator."""

    path: Path
    mints: tuple[str, ...]
    notes: tuple[str, ...]
    etag: str | None

    def pieces(self) -> Iterator[bytes]:
        """Yield the content of the file."""
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


@dataclass(frozen=True, slots=True)
class Harvester:
    """Harvests for the node of ``settings``."""

    settings: Settings
    assets: Assets

    @contextmanager
    def harvest(self, peer: Peer) -> Iterator[Harvest | None]:
        """Give what a peer says now, or None where it is still what ``peer.etag`` names; it is gone afterwards.

        Raises SourceError (what the peer does is refused), ConfigurationError or OSError.
        """
        holdings = _holdings(self._home)
        wanted = Mints(peer.only, THINGS).own if peer.only else None
        asker = self._asker(peer.slug)
        with scratch("harvest") as work:
            spool, out = work / "spool.nt", work / FILE
            left: Counter[str] = Counter()
            lines = self._lines(peer, asker, work, left)
            if lines is None:
                yield None
                return
            with spool.open("wb") as file:
                file.writelines(lines)
            taken = take(peer.slug, spool, out, holdings, wanted)
            if not taken.mints:
                detail = (
                    "it has nothing that this node can take: no thing of its own under "
                    f"{' or '.join(THINGS)}. If it has ended, `koinon source withdraw {peer.slug}`"
                )
                raise asker.refused("nothing", peer.address, detail)
            with out.open("ab") as file:
                name = Literal(peer.title, language=peer.language)
                file.write(f"<{peer.document}> <{SKOS}prefLabel> {name} .\n".encode())
            taken.left.update(left)
            yield Harvest(out, taken.mints, tuple(_notes(asker, taken)), asker.etag)

    def _lines(self, peer: Peer, asker: Asker, work: Path, left: Counter[str]) -> Iterator[bytes] | None:
        if peer.way == LDES:
            return self._stream(peer, asker)
        if peer.way == DUMP:
            return dump_lines(asker, peer.address, peer.etag, work, left)
        if peer.way == SPARQL:
            from koinon.build.registry.harvest.endpoint import endpoint_lines  # it takes a third of a second

            return endpoint_lines(asker, peer.address, peer.graph)
        return page_lines(asker, peer.address, peer.etag, self.assets.ontology / "context")

    def _stream(self, peer: Peer, asker: Asker) -> Iterator[bytes]:
        if peer.anew:
            forget(state_file(self._home, peer.slug))
        with Memory.of(self._home, peer.slug, peer.address) as memory:
            follow(asker, memory, peer.address)
            yield from memory.lines()

    def _asker(self, slug: str) -> Asker:
        settings = self.settings
        allowance = Allowance(
            settings.harvest_requests, settings.max_source, settings.harvest_timeout, settings.harvest_pause
        )
        who = settings.contact or settings.public_url
        agent = f"Koinon/{__version__} (harvest{'; ' + who if who.isascii() and who else ''})"
        return Asker(slug, Fetcher(settings.allowed_hosts, settings.fetch_timeout), allowance, agent)

    @property
    def _home(self) -> Home:
        return Home(self.settings.home.absolute())


def _holdings(home: Home) -> Holdings:
    try:
        release = open_current(home)
    except NoReleaseError as error:
        raise ConfigurationError(
            "This node has no release yet, so nobody could say what it has already. Run `koinon build` first."
        ) from error
    return Holdings(read_owners(release), _Stated(release).states)


class _Stated:
    """Looks up whether a graph of a release has a statement."""

    def __init__(self, release: Release) -> None:
        self._store = release.open().raw

    def states(self, slug: str, line: bytes) -> bool:
        """Tell whether the graph of the source ``slug`` has the statement of a line."""
        graph = NamedNode(GRAPH + slug)
        triples = (quad.triple for quad in parse(line, RdfFormat.N_TRIPLES))
        return all(Quad(t.subject, t.predicate, t.object, graph) in self._store for t in triples)


def _notes(asker: Asker, taken: Taken) -> Iterator[str]:
    yield f"asked {asker.asked} times, {asker.unchanged} unchanged, {asker.size} bytes"
    yield f"took {taken.statements} statements; {len(taken.mints)} things are its own here"
    left: Mapping[str, int] = taken.left
    for why in sorted(left):
        yield f"left out: {left[why]} statements, {why}"
