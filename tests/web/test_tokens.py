"""Tokens: nobody hands anything in without one that is valid, and for this source and act."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contributing import SAID, TURTLE, Node, again, contributing, network, token_for, world_to_serve
from koinon.build.registry.audit import read_audit
from koinon.build.registry.disk import audit, tokens
from koinon.build.registry.tokens import read_tokens, revoke_token
from koinon.cli.app import app
from koinon.model.errors import KoinonError
from koinon.release.paths import Home


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with contributing(tmp_path_factory.mktemp("tokens"), KOINON_BUILDER="0") as node:
        yield node


def changed(secret: str, at: int) -> str:
    return secret[:at] + ("A" if secret[at] != "A" else "B") + secret[at + 1 :]


def test_without_a_token_of_this_service_nothing_is_taken(node: Node) -> None:
    content = network("net-a", "Ada")
    other = token_for(world_to_serve(node.world.root / "other"), "*")
    wrong = [
        None, "x", "koinon_", node.secret[:-1], node.secret + "A", node.secret.upper(), other, "é" * 40,
        *(changed(node.secret, at) for at in (10, 25, 40, len(node.secret) - 1)), "koinon_000000000000_" + "A" * 43,
    ]  # fmt: skip
    said = set()
    for secret in wrong:
        with suppress(UnicodeEncodeError):
            answer = node.put("net-a", content, secret)
            assert answer.status_code == 401, secret
            assert answer.headers["www-authenticate"].startswith("Bearer ")
            assert node.delete("net-a", secret).status_code == 401
            said.add(answer.json()["detail"])
    assert len(said) == 2, "only whether there is a token is told, not what is wrong with it"
    assert not node.kept("net-a")


def test_a_token_is_taken_from_the_header_alone(node: Node) -> None:
    content = network("net-a", "Ada")
    for name in ("access_token", "token"):
        assert node.put("net-a", content, None, {name: node.secret}).status_code == 401
    assert node.put("net-a", content, None, Authorization=f"Basic {node.secret}").status_code == 401
    assert node.put("net-a", content, None, Cookie=f"token={node.secret}").status_code == 401
    assert not node.kept("net-a")


def test_a_token_is_for_its_sources_and_acts_alone(node: Node) -> None:
    mine = token_for(node.world, "net-mine", may=["put"])
    for slug in ("net-mine2", "net-min", "net", "mine", "net-mine-x"):
        answer = node.put(slug, network(slug, "Ada"), mine)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "token-scope")
        assert not node.kept(slug)
    assert node.put("net-mine", network("net-mine", "Ada"), mine).status_code == 201
    assert node.delete("net-mine", mine).status_code == 403
    assert node.send("GET", "net-mine", mine).status_code == 403
    assert node.send("GET", "net-mine", None).status_code == 404, "it is in no release yet"
    assert node.get("net-mine")["state"] == "accepted"


def test_the_same_is_said_whether_or_not_there_is_such_a_source(node: Node) -> None:
    assert node.put("net-there", network("net-there", "Ada")).status_code == 201
    mine = token_for(node.world, "net-else")
    for secret in (None, "x", mine):
        there, nowhere = (node.delete(slug, secret) for slug in ("net-there", "net-nowhere"))
        assert (there.status_code, there.json()["detail"]) == (nowhere.status_code, nowhere.json()["detail"])
        assert there.headers["www-authenticate"] == nowhere.headers["www-authenticate"]


def test_a_token_ends_on_its_day_or_when_it_is_revoked(node: Node) -> None:
    brief = token_for(node.world, "net-brief", days=0)
    identifier = brief.split("_")[1]
    assert node.put("net-brief", network("net-brief", "Ada"), brief).status_code == 201
    revoke_token(node.world.home, identifier, "test")
    refused = node.put("net-brief", network("net-brief", "Eve"), brief)
    assert refused.status_code == 401
    expired = token_for(node.world, "net-late")
    path = tokens(node.world.home)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[-1]["expires"] = "2020-01-01"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "2020-01-01" in node.put("net-late", network("net-late", "Ada"), expired).json()["detail"]
    assert not node.kept("net-late")


def test_a_token_that_is_revoked_while_the_body_comes_in_brings_nothing(node: Node) -> None:
    secret = token_for(node.world, "net-late-*")

    def slowly() -> Iterator[bytes]:
        yield b"# begun while it was good\n"
        time.sleep(0.5)
        revoke_token(node.world.home, secret.split("_")[1], "test")
        yield network("net-late-body", "Ada").encode()

    answer = node.send("PUT", "net-late-body", secret, content=slowly(), params=SAID, headers=TURTLE)
    assert answer.status_code == 401, answer.text
    assert "revoked" in answer.json()["detail"]
    assert not node.kept("net-late-body")


def test_what_a_token_lets_its_sources_mint_holds(node: Node) -> None:
    content = network("net-wide", "Ada").replace("organisation/net-wide-ada", "organisation/union-ada")
    assert node.put("net-wide", content).status_code == 422
    wide = token_for(node.world, "net-wide", mints=["organisation/union-*"])
    assert node.put("net-wide", content, wide).status_code == 201


def test_who_did_what_with_which_token_is_in_the_audit_log_and_no_secret_is_anywhere(node: Node) -> None:
    node.put("net-audit", network("net-audit", "Ada"))
    identifier = node.secret.split("_")[1]
    report = read_audit(audit(node.world.home))
    assert report.problem is None
    made = next(line for line in report.lines if line["action"] == "token-add" and line["token"] == identifier)
    assert made["sources"] == ["net*"]
    assert node.log("net-audit")[-1]["token"] == identifier
    part = node.secret.split("_", 2)[2].encode()
    for path in node.world.home.root.rglob("*"):
        assert not path.is_file() or part not in path.read_bytes(), path


def test_a_damaged_file_of_tokens_lets_nobody_in(tmp_path: Path) -> None:
    with contributing(tmp_path, KOINON_BUILDER="0") as node:
        path = tokens(node.world.home)
        whole = path.read_bytes()
        path.write_bytes(b"{nonsense\n" + whole)
        assert node.put("net-a", network("net-a", "Ada")).status_code == 403
        path.write_bytes(whole[:-20])
        assert node.put("net-a", network("net-a", "Ada")).status_code == 403
        path.write_bytes(whole)
        assert node.put("net-a", network("net-a", "Ada")).status_code == 201


def test_without_any_token_the_service_is_read_only(tmp_path: Path) -> None:
    world = world_to_serve(tmp_path)
    before = sorted(path for path in world.home.sources.rglob("*"))
    with again(world, "koinon_000000000000_" + "A" * 43) as node:
        answer = node.put("net-a", network("net-a", "Ada"))
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "contributions-closed")
        assert node.delete("neighbour").status_code == 403
        assert node.get("neighbour", None)["source"] == "neighbour"
    assert sorted(path for path in world.home.sources.rglob("*")) == before


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["token", *arguments, "--home", str(home)])
    if isinstance(result.exception, KoinonError):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, result.stdout


def test_the_command_makes_lists_and_revokes_tokens_and_shows_a_secret_once(tmp_path: Path) -> None:
    code, said = run(tmp_path, "add", "Desk", "net-*", "--may", "put", "--expires", "P30D", "--json")
    made = json.loads(said)
    assert (code, made["may"], made["sources"], made["state"]) == (0, ["put"], ["net-*"], "valid")
    found = read_tokens(tokens(tmp_home(tmp_path))).find(made["secret"])
    assert found is not None
    assert found.id == made["id"]
    assert made["secret"] not in run(tmp_path, "list")[1]
    assert "secret" not in json.loads(run(tmp_path, "list", "--json")[1])[0]
    assert run(tmp_path, "revoke", made["id"])[0] == 0
    assert "revoked" in run(tmp_path, "list")[1]
    assert run(tmp_path, "revoke", "000000000000")[0] == 1
    assert tokens(tmp_home(tmp_path)).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("Desk", "Net"),
        ("Desk", "net/../x"),
        ("a@example.org", "net"),
        ("Desk", "net", "--may", "purge"),
        ("Desk", "net", "--expires", "2020-01-01"),
        ("Desk", "net", "--expires", "soon"),
        ("Desk", "net", "--expires", "P0D"),
        ("Desk", "net", "--mints", "everything"),
    ],
)
def test_what_makes_no_token_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, said = run(tmp_path, "add", *arguments)
    assert code == 2, said
    assert not tokens(tmp_home(tmp_path)).exists()


def tmp_home(root: Path) -> Home:
    return Home(root)
