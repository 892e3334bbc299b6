"""What harvesting costs. Command: ``.venv/bin/python benchmarks/harvest [copy|unchanged|earlier] [SIZE]``.

* ``copy``: ldes-client copies the stream of a release of SIZE made-up statements (default 500000), against a
  download of the dump that is then parsed, by N3 in the same language, and by rdflib; then again after no change.
* ``unchanged``: CPU of the service for each 304, of a document, a list, a stream's root and a dump.
* ``earlier``: the fourteen questions of ``benchmarks/sparql`` on an earlier release, against the current one.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx
import psutil
from rdflib import Dataset

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "benchmarks" / "sparql"
sys.path[:0] = [str(ROOT / "benchmarks" / "ingest"), str(PEERS)]

from generate import write_source  # noqa: E402  # of benchmarks/ingest
from mix import JSON_RESULTS, Mix  # noqa: E402

from koinon.build.importing import import_files  # noqa: E402
from koinon.build.pipeline import build  # noqa: E402
from koinon.build.statements import Input  # noqa: E402
from koinon.model.assets import Assets  # noqa: E402
from koinon.model.settings import Settings  # noqa: E402

SEED = 20261122
CLIENTS = ROOT / "tests" / "clients" / "ldes" / "node_modules"
PARSE = """
import { StreamParser } from "n3"; import { createReadStream } from "fs";
let count = 0;
createReadStream(process.argv[2]).pipe(new StreamParser({ format: "N-Quads" }))
  .on("data", () => { count += 1; }).on("end", () => console.log(count));
"""


def main() -> None:
    figures = [name for name in sys.argv[1:] if not name.isdigit()] or ["copy", "unchanged", "earlier"]
    size = next((int(text) for text in sys.argv[1:] if text.isdigit()), 500_000)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        home = _home(work, size)
        if "copy" in figures:
            _copy(work, home)
        if "unchanged" in figures:
            _unchanged(home)
    if "earlier" in figures:
        with tempfile.TemporaryDirectory() as folder:
            _earlier(Path(folder))


def _home(work: Path, size: int) -> Path:
    write_source(work / "sources", "register", size, SEED)
    settings = Settings(home=work / "home")
    assets = Assets.locate(settings)
    report = build(settings, assets, [assets.data, work / "sources"])
    assert not report.refused
    _say(f"{size} made-up statements beside Koinon's own, seed {SEED}")
    return work / "home"


@contextmanager
def _serving(home: Path, **environment: str) -> Iterator[tuple[str, psutil.Process]]:
    command = [sys.executable, "-m", "koinon.cli", "serve", "--port", "0", "--home", str(home)]
    env = {**os.environ, "KOINON_METRICS_PORT": "0", "KOINON_BUILDER": "0", **environment}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        line = process.stdout.readline()  # type: ignore[union-attr]  # it is a pipe
        yield line.split(" at ")[1].split()[0].rstrip("/"), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _copy(work: Path, home: Path) -> None:
    with _serving(home) as (address, _):
        begin = time.monotonic()
        with (
            httpx.stream("GET", f"{address}/data/dumps/latest.nq", follow_redirects=True, timeout=60) as answer,
            (work / "dump.nq").open("wb") as file,
        ):
            for chunk in answer.iter_bytes():
                file.write(chunk)
        download = time.monotonic() - begin
        script = CLIENTS / "parse.mjs"
        script.write_text(PARSE)
        begin = time.monotonic()
        count = subprocess.run(["node", str(script), str(work / "dump.nq")], check=True, capture_output=True).stdout
        in_n3 = time.monotonic() - begin
        script.unlink()
        begin = time.monotonic()
        data = Dataset()
        data.parse(work / "dump.nq", format="nquads")
        in_rdflib = time.monotonic() - begin
        command = ["node", str(CLIENTS / "ldes-client" / "dist" / "bin" / "cli.js"), f"{address}/ldes"]
        spent = []
        for _ in range(2):
            begin = time.monotonic()
            with (work / "members.nq").open("wb") as out:
                subprocess.run([*command, "--save", str(work / "state")], stdout=out, check=True)
            spent.append(time.monotonic() - begin)
    _say(
        f"dump of {int(count)} statements: download {download:.1f} s, parsed by N3 {in_n3:.1f} s, by rdflib "
        f"{in_rdflib:.1f} s; ldes-client {spent[0]:.1f} s, again {spent[1]:.1f} s"
    )
    _say(f"ratio to N3 {spent[0] / (download + in_n3):.1f}, to rdflib {spent[0] / (download + in_rdflib):.1f}")


def _unchanged(home: Path) -> None:
    with _serving(home) as (address, process), httpx.Client(base_url=address, timeout=30) as client:
        for path in (
            "/doc/project/resist.ttl",
            "/doc/project/resist",
            "/projects",
            "/ldes",
            "/data/dumps/latest.nq",
        ):
            answer = client.get(path, follow_redirects=True)
            tag = {"If-None-Match": answer.headers["etag"]}
            where = str(answer.url).removeprefix(address)
            assert client.get(where, headers=tag).status_code == 304, where
            times = process.cpu_times()
            for _ in range(2_000):
                client.get(where, headers=tag)
            after = process.cpu_times()
            spent = after.user + after.system - times.user - times.system
            _say(f"304 of {path}: {spent / 2_000 * 1000:.2f} ms of CPU")


def _earlier(work: Path) -> None:
    data = work / "data.nq"
    with data.open("wb") as out:
        subprocess.run([sys.executable, str(PEERS / "generate.py"), "100000"], stdout=out, check=True)
    settings = Settings(home=work / "home")
    for number in range(2):
        more = work / f"{number}.nq"
        more.write_text(f'<urn:more> <urn:number> "{number}" <urn:graph:more> .\n')
        import_files(settings, [Input(data), Input(more)])
    log = (work / "home" / "releases" / "log.jsonl").read_text().splitlines()
    paths = ("/sparql", f"/releases/{json.loads(log[0])['id']}/sparql")
    with (
        _serving(work / "home", KOINON_QUERY_CACHE="0", KOINON_CLIENT_SECONDS="0") as (address, _),
        httpx.Client(base_url=address, timeout=60) as client,
    ):

        def ask(path: str, question: str, accept: str) -> bytes:
            answer = client.get(path, params={"query": question}, headers={"Accept": accept})
            return answer.raise_for_status().content

        questions = Mix(lambda text: ask("/sparql", text, JSON_RESULTS), SEED).rounds(3)
        spent: dict[str, list[float]] = {path: [] for path in paths}
        for _ in range(7):
            for path, times in spent.items():
                begin = time.monotonic()
                for question in questions:
                    ask(path, question.text, question.accept)
                times.append(time.monotonic() - begin)
    now, then = (median(times) for times in spent.values())
    _say(f"{len(questions)} questions in turn: now {now:.2f} s, earlier {then:.2f} s, ratio {then / now:.2f}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if shutil.which("node") is None or not CLIENTS.is_dir():
        sys.exit("node and ldes-client are needed: make clients")
    main()
