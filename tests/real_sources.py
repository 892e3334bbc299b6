"""The published files of all eight sources as registered sources of one home, handed in as ``docs/sources`` says.

``python tests/real_sources.py HOME`` registers, checks, accepts and builds them, and prints what each step took.
Tests use the release where ``KOINON_REAL_HOME`` names the home (``make test-real``).
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from koinon.model.namespaces import GRAPH
from koinon.release.current import Release, open_current
from koinon.release.paths import Home

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("KOINON_SHARED", ROOT.parent / "shared")) / "data"
LISTS = (
    "country",
    "language",
    "currency",
    "eu-programme",
    "corporate-body",
    "buyer-legal-type",
    "cpv_social-service-cpv",
)
SOURCES = {
    "eu-code-lists": tuple(f"eu-code-lists/{name}.gc" for name in LISTS),
    "nuts": ("nuts/all_nuts_codes.csv", "nuts/cross_walks.csv.gz", "eu-code-lists/nuts_nuts-*-lvl3.gc"),
    "legal-forms": ("legal-forms/*.csv",),
    "essglobal": ("essglobal/*.skos",),
    "ror": ("ror/ror_europe.jsonl.gz",),
    "susy": ("susy/data.json",),
    "coops-uk": ("coops-uk/*2023*.csv", "coops-uk/*2017*.csv"),
    "keep": ("keep/keep_closed_1420.xlsx",),
}
"""Sources in the order in which they are handed in, lists first, with their files."""
LIMIT = 4 * 3600
"""Seconds after which a build of all of them hangs: five minutes of work, on a machine that may do much beside."""


def files_of(slug: str) -> list[str]:
    """Return the published files of a source."""
    return [str(path) for pattern in SOURCES[slug] for path in sorted(SHARED.glob(pattern))]


def real_release() -> Release | None:
    """Return the release of KOINON_REAL_HOME, where that is set."""
    home = os.environ.get("KOINON_REAL_HOME")
    return open_current(Home(Path(home).absolute())) if home else None


def released(slug: str) -> Store | None:
    """Return what the store of the real release holds of one source, as a graph of its own."""
    release = real_release()
    if release is None:
        return None
    graph = Store()
    quads = release.open().raw.quads_for_pattern(None, None, None, NamedNode(GRAPH + slug))
    graph.bulk_extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    return graph


def main(home: str) -> None:
    """Hand everything in and build; ends with the first command that fails."""
    for slug in SOURCES:
        for step in (["add", slug, *files_of(slug)], ["check", slug], ["accept", slug]):
            _run(f"{slug} {step[0]}", ["source", *step, "--home", home])
    _run("build", ["build", "--only", "--data", str(ROOT / "data"), "--home", home])


def _run(what: str, arguments: list[str]) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = str(Path(sys.executable).with_name("koinon"))
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stdout.write(f"{what}: {cpu:.1f} s of CPU, at most {after.ru_maxrss / 1024:.0f} MB so far\n")
    sys.stdout.flush()
    if done.returncode:
        sys.exit(f"{what} failed:\n{done.stdout}")


if __name__ == "__main__":
    main(sys.argv[1])
