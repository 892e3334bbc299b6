"""A reviewer accepts, rejects and undoes ten links of the real sources, and the next release shows them."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import NamedNode
from typer.testing import CliRunner

from koinon.build.verifying import verify_release
from koinon.cli.app import app
from koinon.model.assets import Assets
from koinon.model.namespaces import DEF, OWL
from koinon.model.settings import Settings
from koinon.release.current import Release, open_current
from koinon.release.links import ACCEPTED, DISPUTED, REJECTED, Link, Links
from koinon.release.paths import Home
from real_sources import LIMIT, ROOT, real_release

pytestmark = [
    pytest.mark.skipif("KOINON_REAL_HOME" not in os.environ, reason="needs KOINON_REAL_HOME (make test-real)"),
    pytest.mark.timeout(LIMIT),
]
LIKELY = DEF + "likelySameAs"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home of its own with the real release: files that never change are shared with it."""
    root = tmp_path_factory.mktemp("reviewed") / "home"
    shutil.copytree(os.environ["KOINON_REAL_HOME"], root, symlinks=True, copy_function=_linked)
    return root


def _linked(source: str, target: str) -> None:
    """Take a file of a release over as another name of it; what a home appends to is copied."""
    if "/releases/" in source and not source.endswith("log.jsonl"):
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


def say(home: Path, *arguments: str) -> None:
    done = CliRunner().invoke(app, [*arguments, "--home", str(home)], env={"KOINON_DUMPS": "no"})
    assert done.exit_code == 0, done.output or done.exception


def built(home: Path) -> Release:
    say(home, "build", "--only", "--data", str(ROOT / "data"))
    return open_current(Home(home))


def by_id(release: Release) -> dict[str, Link]:
    links = Links.of(release.path)
    found = {link.id: link for link in links.everything()}
    links.close()
    return found


def states(links: dict[str, Link], ids: list[str]) -> set[tuple[str, str]]:
    return {(links[one].state, links[one].predicate) for one in ids}


def test_ten_links_are_judged_and_the_next_release_shows_them(home: Path) -> None:
    first = real_release()
    assert first is not None
    links = Links.of(first.path)
    queue = [link.id for link in links.queue(200) if link.linkset == "links-identity"]
    links.close()
    accepted, sure, rejected, argued, undone = queue[:3], queue[3:5], queue[5:8], queue[8:9], queue[9:10]
    for one in (*accepted, *sure, *argued, *undone):
        say(home, "link", "judge", one, "same", "--because", "seen in the register", "--as", "desk")
    for one in sure:
        say(home, "link", "judge", one, "same", "--as", "registry")
    for one in argued:
        say(home, "link", "judge", one, "different", "--as", "registry")
    for one in rejected:
        say(home, "link", "judge", one, "different", "--as", "desk")
    say(home, "link", "undo", "7", "--as", "desk")
    assert len(queue) > 10, "there are links to be reviewed"

    release = built(home)
    assert release.id != first.id
    before, after = by_id(first), by_id(release)
    held = {one for one in (*accepted, *sure) if any(r.feature == "constraint" for r in after[one].reasons)}
    assert len(held) <= 1, "clusters refuse a link that would join two organisations of one register"
    assert states(after, [one for one in accepted if one not in held]) == {(ACCEPTED, LIKELY)}
    assert states(after, [one for one in sure if one not in held]) <= {(ACCEPTED, OWL + "sameAs")}
    assert {after[one].state for one in rejected} == {REJECTED}
    assert {after[one].state for one in argued} == {DISPUTED}
    assert [after[one].state for one in undone] == [before[one].state for one in undone]
    store = release.open()
    for one in (*accepted, *sure):
        link = after[one]
        statement = (NamedNode(link.subject), NamedNode(link.predicate), NamedNode(link.object))
        assert bool(list(store.triples(*statement))) == (link.state == ACCEPTED)
    others = before.keys() - set(queue[:10])
    changed = [one for one in others if one not in after or after[one].state != before[one].state]
    assert len(changed) <= 10, "what nobody judged stays, but for rivals of what was"
    assert verify_release(release, Assets.locate(Settings.from_environment({}))) == []


def test_all_judgements_taken_back_give_the_release_that_was(home: Path) -> None:
    first = real_release()
    assert first is not None
    for sequence in (*range(1, 7), *range(8, 14)):
        say(home, "link", "undo", str(sequence))
    release = built(home)
    assert by_id(release) == by_id(first)
    assert release.id != first.id, "that people judged and took it back is part of what a release is made of"
