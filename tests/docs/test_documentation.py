"""What the documentation says is there: settings, commands, versions, links and licences."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import koinon
from koinon.model.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("*/*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("ontology/**/*.md"),
    ]
    if ".venv" not in path.parts and "node_modules" not in path.parts
)


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `KOINON_{name.upper()}` \|(.*)\|(.*)\|$", text, re.MULTILINE)
        assert row, f"docs/settings.md does not name KOINON_{name.upper()}"
        assert f"`{field.default}`" in row[1] or field.default in (None, "")


def test_the_page_of_settings_names_no_other() -> None:
    documented = set(
        re.findall(r"^\| `KOINON_(\w+)`", (ROOT / "docs/settings.md").read_text("utf-8"), re.MULTILINE)
    )
    assert documented == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{target} is not there"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", page.read_text("utf-8")):
        other = page.parent / target if target else page
        if other.suffix == ".md":
            assert heading in headings(other), f"{target}#{heading}"


def headings(page: Path) -> set[str]:
    """The names that forges give to the headings of a page: small letters, no signs, spaces as hyphens."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


def test_one_version_is_told_everywhere() -> None:
    changelog = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert changelog[0] == citation["version"] == koinon.__version__


def test_every_dependency_is_explained_and_pinned_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[<>=\[; ]", item)[0].lower() for item in wanted}
    explained = (ROOT / "docs/dependencies.md").read_text("utf-8").lower()
    pinned = (ROOT / "requirements-dev.txt").read_text("utf-8")
    for name in names:
        assert re.search(rf"\b{re.escape(name)}\b", explained), (
            f"docs/dependencies.md does not say why {name} is there"
        )
        assert re.search(rf"^{re.escape(name)}==\S+(?: ; [^\n]+)? \\\n    --hash=sha256:", pinned, re.MULTILINE), (
            f"{name}: run make lock"
        )


def test_no_lock_file_names_a_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert "://" not in (ROOT / name).read_text("utf-8")


def test_every_decision_has_context_decision_and_costs() -> None:
    for page in sorted((ROOT / "docs/decisions").glob("*.md")):
        text = page.read_text("utf-8")
        assert all(f"**{part}" in text for part in ("Context", "Decision", "Cost")), page.name
        assert len(text.split()) < 450, f"{page.name}: half a page"


def test_nothing_that_is_built_is_committed() -> None:
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert not [name for name in files if name.startswith(("var/", "build/", "dist/")) or name.endswith(".mo")]
