"""The house matches its design: imports point downward, files stay short, and public code says what it does."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "service" / "koinon"
LONGEST = 400
REASON = re.compile(r"(?i)\blong(er)?\b.*\b(because|as)\b")
"""How the head of a long file says why it is one."""
HEAD = 12
OURS = ("ontology", "shapes", "data", "queries", "service", "tests", "docs", "benchmarks")
TEXT = {".py", ".ttl", ".rq", ".toml", ".md", ".html", ".css", ".js", ".csv", ".jsonld"}
DATA = {".csv", ".jsonld"}
"""Tables and generated JSON: one row a line, with nowhere to put a reason."""
PRINTING = {"print", "breakpoint", "pprint"}


def files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / line for line in listed.stdout.splitlines()]
    else:
        paths = [path for part in OURS for path in (ROOT / part).rglob("*")]
    return [path for path in paths if path.is_file() and path.suffix in TEXT]


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_point_downward_only() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_the_layers_are_those_of_the_design() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders == {"cli", "web", "publish", "build", "query", "link", "release", "engine", "model", "client"}


def test_no_file_is_long_without_a_reason_in_it() -> None:
    long = {
        name_of(path): count
        for path in files()
        if path.suffix not in DATA
        for text in [path.read_text(encoding="utf-8")]
        if (count := text.count("\n")) > LONGEST and not REASON.search("\n".join(text.split("\n")[:HEAD]))
    }
    assert long == {}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_public_thing_has_a_docstring_and_nothing_prints(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{name_of(path)} does not say what it is for"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith(
            "_"
        ):
            assert ast.get_docstring(node), f"{name_of(path)}: {node.name} does not say what it does"
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        assert not (isinstance(call.func, ast.Name) and call.func.id in PRINTING), f"{name_of(path)}:{call.lineno}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_error_is_swallowed_whole(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in {"Exception", "BaseException", "everything"}, f"{name_of(path)}:{node.lineno}"


def test_settings_are_passed_in_and_never_made_where_they_are_used() -> None:
    made = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and "Settings(" in ast.unparse(node.value)
    ]
    assert made == []
