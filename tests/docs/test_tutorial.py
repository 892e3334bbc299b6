"""Every command that a page of the documentation shows runs, and answers."""

import re
import shlex
import subprocess
import sys
import urllib.request
from html import unescape
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "docs/tutorial.md",
    "docs/ten-minutes.md",
    "docs/api.md",
    "docs/harvest.md",
    "docs/quality.md",
    "docs/relatedness.md",
    "queries/README.md",
)
BASE = "http://127.0.0.1:8000"
LONG_RUNNING = re.compile(r"koinon (serve|build)\b|^make ")


class Server(Protocol):
    """What the fixture gives: the address of a running service and the home it serves."""

    url: str
    home: Path


ADDRESSES = sorted(
    {
        (page, address)
        for page in PAGES
        for address in re.findall(rf"<{BASE}(/[^>]*)>", (ROOT / page).read_text("utf-8"))
    }
)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page, body)
        for page in PAGES
        for body in re.findall(
            rf"^```{language}\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
    ]


def commands() -> list[tuple[str, str]]:
    found = []
    for page, body in blocks("sh"):
        pending = ""
        for line in body.splitlines():
            pending = f"{pending}\n{line}" if pending else line
            if pending.count("'") % 2 == 0 and not pending.endswith("\\"):
                if pending.strip() and not LONG_RUNNING.search(pending) and not pending.startswith("#"):
                    found.append((page, pending))
                pending = ""
    return found


@pytest.mark.parametrize(("page", "command"), commands())
def test_every_command_answers(page: str, command: str, server: Server) -> None:
    words = shlex.split(command.replace(BASE, server.url), comments=True)
    if words[0].endswith("koinon"):
        words = [sys.executable, "-m", "koinon.cli", *words[1:]]
    if words[0] == "curl":  # else it would also be content with a problem
        words = [*words, "--fail"]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "KOINON_HOME": str(server.home), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 60


def test_every_address_in_the_text_answers(server: Server) -> None:
    assert len(ADDRESSES) > 15
    for page, address in ADDRESSES:
        with urllib.request.urlopen(f"{server.url}{address}", timeout=60) as answer:
            assert answer.status == 200, (page, address)
            assert answer.read(1), (page, address)


def test_the_commands_of_the_help_page_answer(server: Server) -> None:
    asked = urllib.request.Request(f"{server.url}/help", headers={"Accept-Language": "el"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        shown = re.search(r'<pre class="code"[^>]*><code>(.*?)</code>', answer.read().decode(), re.DOTALL)
    assert shown
    commands = unescape(shown[1]).splitlines()
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run([*shlex.split(command), "--fail"], capture_output=True, timeout=60, check=True)
        assert len(done.stdout) > 60, command


# On a busy machine the threads of Arrow now and then end after the interpreter: the program was done by then.
@pytest.mark.flaky(reruns=2, only_rerun="terminate called without an active exception")
@pytest.mark.parametrize(("page", "program"), blocks("python"))
def test_every_program_runs(page: str, program: str, server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program.replace(BASE, server.url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_tutorial_names_a_pair_of_regions_that_the_answer_holds(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "koinon.cli", "query", "regions-sharing-a-cluster-model", "--format", "csv"],
        env={"PATH": "/usr/bin:/bin", "KOINON_HOME": str(server.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert any("Pomorskie" in row and "Sicily" in row for row in done.stdout.splitlines())
