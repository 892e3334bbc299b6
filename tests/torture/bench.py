"""What a life is lived on: a small world, the process whose children are killed, and a service on the world."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from building import ROOT, World, make_world
from registering import LICENCE
from torture.heartbeat import HEART
from torture.moments import Plan

TESTS = Path(__file__).resolve().parents[1]
PATH = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
VICTIM = Path(__file__).with_name("victim.py")
ORPHAN_SECONDS = 10.0
SERVED = {
    **{"KOINON_QUERY_WORKERS": "1", "KOINON_METRICS_PORT": "0", "KOINON_BUILDER": "false"},
    "KOINON_CLIENT_SECONDS": "0",  # one client does all, and is not to be sent away
    "PYTHONDONTWRITEBYTECODE": "",  # it is ready as soon as an installed one, which need not be compiled first
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: ``code`` is negative for a signal; ``answer`` is its JSON, where it came out whole."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code < 0

    @property
    def answer(self) -> dict[str, Any] | None:
        """What the command answered; a whole document is an answer even where the process was killed after it."""
        try:
            return dict(json.loads(self.out))
        except ValueError:
            return None


def world_at(root: Path, disk: Path | None = None) -> World:
    """Make a world that can be served too; its home may be on a disk of its own."""
    world = make_world(root)
    if disk is not None:
        (root / "home").symlink_to(disk)
    if not (world.assets.ontology / "context").exists():
        (world.assets.ontology / "context").symlink_to(ROOT / "ontology" / "context")
    (root / "tmp").mkdir()
    (root / "notes").mkdir()
    return world


def environment_of(world: World) -> dict[str, str]:
    return {
        "KOINON_ASSETS": str(world.root / "assets"),
        "KOINON_HOME": str(world.home.root),
        "KOINON_DUMPS": "false",
        "KOINON_KEEP_RELEASES": "3",
        "TMPDIR": str(world.root / "tmp"),
        "PYTHONPATH": PATH,
    }


@dataclass
class Victims:
    """Runs commands in processes that may be killed; they cost no start of Python."""

    process: "subprocess.Popen[str]"

    def run(
        self,
        world: World,
        *arguments: str,
        plan: Plan | None = None,
        limits: dict[str, int] | None = None,
        environment: dict[str, str] | None = None,
    ) -> Ended:
        out, err = (world.root / "notes" / name for name in ("out", "err"))
        task = {
            "arguments": arguments,
            "plan": (plan or Plan()).as_json(),
            "home": str(world.home.root.resolve()),
            "out": str(out),
            "err": str(err),
            "environment": environment_of(world) | (environment or {}),
            "limits": limits or {},
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return Ended(code, out.read_text(), err.read_text(errors="replace"))


@contextmanager
def victims() -> Iterator[Victims]:
    process = subprocess.Popen(
        [sys.executable, str(VICTIM)],
        env={**os.environ, "PYTHONPATH": PATH},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Victims(process)
    finally:
        process.kill()
        process.communicate()


@dataclass
class Server:
    """``koinon serve`` on a world, in processes of its own."""

    world: World
    process: "subprocess.Popen[str] | None" = None
    url: str = ""
    started: float = 0.0
    waits: list[float] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    _still: float = 0.0

    def start(self, plan: Plan | None = None) -> None:
        """Start it; with a plan, its own moments come."""
        arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--home", str(self.world.home.root)]
        command = ["-m", "koinon.cli", *arguments]
        if plan is not None:
            home = str(self.world.home.root.resolve())
            command = [
                str(VICTIM),
                json.dumps({"arguments": arguments, "plan": plan.as_json(), "home": home}),
            ]
        self.started, self._still = time.monotonic(), HEART.still
        with (self.world.root / "notes" / "service").open("a") as said:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                env={**os.environ, **environment_of(self.world), **SERVED, **self.environment},
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert " at http://" in line, f"the service said {line!r}"
        self.url = line.split(" at ")[1].split()[0].rstrip("/")

    def kill(self) -> None:
        """Kill the process that serves, and only it; what it started must end by itself."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.kill()
        self.gone()

    def gone(self) -> None:
        """Wait until the killed service and all that it started are gone."""
        assert self.process is not None
        process = self.process
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()
        end, still = time.monotonic() + ORPHAN_SECONDS, HEART.still
        while left := _group(process.pid):
            assert time.monotonic() - (HEART.still - still) < end, f"these outlive the service: {left}"
            time.sleep(0.02)
        self.process = None

    def end(self) -> None:
        """End whatever still runs."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def ready(self, since: float | None = None) -> dict[str, Any]:
        """Wait for ``/ready`` and return what it says; the seconds since ``since`` (by default now) are noted.

        They are seconds of the clock, less those in which the service's threads waited for a processor that other
        programs had or this process stood still, and never less than what the service computed: so a busy machine
        shows no other figure.
        """
        begun = time.monotonic() if since is None else since
        still = HEART.still if since is None else self._still
        before = self._spent() if since is None else (0.0, 0.0)
        answer = None
        while answer is None:
            assert self.process is not None
            assert self.process.poll() is None, f"the service ended with {self.process.returncode}"
            assert time.monotonic() - (HEART.still - still) < begun + 60, "the service is not ready after a minute"
            try:
                with urllib.request.urlopen(f"{self.url}/ready", timeout=10) as response:
                    answer = dict(json.load(response))
            except OSError:
                time.sleep(0.01)
        clock = time.monotonic() - begun - (HEART.still - still)
        computed, waited = (now - then for now, then in zip(self._spent(), before, strict=True))
        self.waits.append(min(clock, max(computed, clock - waited)))
        return answer

    def put(self, slug: str, content: str, secret: str) -> str:
        """Hand a source in; returns the receipt, or what else was answered, or nothing if the service is gone.

        Where this process stood still for so long that the answer came too late for it, it hands in again.
        """
        said = {"title": slug, "facts-only": "", "licence": LICENCE, "language": "en"}
        request = urllib.request.Request(
            f"{self.url}/sources/{slug}?{urllib.parse.urlencode(said)}",
            data=content.encode(),
            headers={"Content-Type": "text/turtle", "Authorization": f"Bearer {secret}"},
            method="PUT",
        )
        still = HEART.still
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.read().decode()
        except TimeoutError:
            return self.put(slug, content, secret) if HEART.still - still > 1 else ""
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.code} {error.read().decode()}"
        except (OSError, http.client.HTTPException):
            return ""

    def poke(self) -> str | None:
        """Ask for the release that is served; None where nothing answers."""
        time.sleep(0.05)
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=10) as response:
                return str(json.load(response)["release"])
        except OSError:
            return None

    def terminate(self) -> None:
        """End the service in order."""
        assert self.process is not None
        self.process.terminate()
        self.gone()

    def _spent(self) -> tuple[float, float]:
        """Return the seconds that the service computed, and those that its threads waited for a processor."""
        assert self.process is not None
        computed = waited = 0
        for process in _group(self.process.pid):
            with suppress(OSError, IndexError, ValueError):
                fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                computed += sum(map(int, fields[11:15]))
            for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
                with suppress(OSError, IndexError, ValueError):
                    waited += int(path.read_text().split()[1])
        return computed / os.sysconf("SC_CLK_TCK"), waited / 1e9


def _group(leader: int) -> list[int]:
    """Return the processes of a group that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == leader and fields[0] != "Z":
                found.append(int(path.parent.name))
    return found
