"""The wheel carries ontology, shapes, data and queries, and works where there is no checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the unpacked wheel, as an installer lays it out."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "HOME": str(cwd)}
    return subprocess.run(
        [sys.executable, "-W", "error", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_it_builds_and_answers_far_from_a_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import koinon; print(koinon.__file__)")
    assert where.stdout.startswith(str(installed))
    built = run(installed, tmp_path, "-m", "koinon.cli", "build", "--json")
    assert built.returncode == 0, built.stderr
    asked = run(installed, tmp_path, "-m", "koinon.cli", "query", "find-by-spelling", "--json")
    assert asked.returncode == 0, asked.stderr
    (row,) = json.loads(asked.stdout)["results"]["bindings"]
    assert row["thing"]["value"] == "https://w3id.org/koinon/id/project/resist"


def test_it_holds_every_asset_of_the_repository_and_nothing_of_the_tests(installed: Path) -> None:
    for part in ("ontology", "shapes", "data", "queries"):
        ours = {str(path.relative_to(ROOT / part)) for path in (ROOT / part).rglob("*.ttl")}
        packed = installed / "koinon/_assets" / part
        assert {str(path.relative_to(packed)) for path in packed.rglob("*.ttl")} == ours
    assert not list(installed.rglob("test_*.py"))
    assert (installed / "koinon/py.typed").exists()


def test_the_licences_travel_with_it(installed: Path) -> None:
    (licences,) = installed.glob("*.dist-info/licenses")
    assert {path.name for path in licences.rglob("*") if path.is_file()} == {"LICENSE", "CC0-1.0.txt", "README.md"}
