"""The two models that the package carries, and files of models that it does not read."""

import ast
import gzip
import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from koinon.link.features import FEATURES, NAMES
from koinon.link.model import Model
from koinon.link.pairmodel import PairModel
from koinon.link.spark import spark_settings
from koinon.model.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
TRAINED = files("koinon.link") / "trained"


def document(name: str) -> dict[str, Any]:
    content = (TRAINED / name).read_bytes()
    return dict(json.loads(gzip.decompress(content) if name.endswith(".gz") else content))


@pytest.fixture(scope="module")
def recipe() -> Iterator[tuple[Any, Any]]:
    """The modules that trained the two models."""
    pytest.importorskip("lightgbm", reason="needs the extra koinon[train]")
    sys.path.insert(0, str(ROOT / "benchmarks" / "linking"))
    import pairwise
    import training

    yield training, pairwise
    sys.path.remove(str(ROOT / "benchmarks" / "linking"))


def test_the_shipped_models_are_of_the_recipe_that_stands_in_the_benchmark(recipe: tuple[Any, Any]) -> None:
    training, pairwise = recipe
    for name, of, features in (("second-stage.json.gz", training, NAMES), ("pairs.json.gz", pairwise, FEATURES)):
        shipped = document(name)
        leaves = pairwise.LEAVES if of is pairwise else training.PARAMETERS["num_leaves"]
        assert len(shipped["trees"]) == of.ROUNDS, name
        assert max(len(tree["value"]) for tree in shipped["trees"]) == leaves, name
        assert (shipped["version"], tuple(shipped["features"])) == (of.VERSION, features), name


def test_what_training_keeps_is_made_anew_when_the_code_of_pairs_changes(recipe: tuple[Any, Any]) -> None:
    import caching

    files = {path.name for folder in (caching.LINK, caching.HERE) for path in folder.glob("*.py")}
    assert files >= caching.NOT_OF_PAIRS
    for name in ("training", "registry_tables", "simulated", "splink_model", "caching"):
        body = ast.parse((caching.HERE / f"{name}.py").read_text("utf-8")).body
        used = {
            f"{node.module.split('.')[-1]}.py" for node in body if isinstance(node, ast.ImportFrom) and node.module
        }
        assert not used & caching.NOT_OF_PAIRS, name


@pytest.mark.parametrize("change", [{"form": 0}, {"features": ["cover_left"]}, {"form": None, "features": None}])
def test_a_model_file_of_another_version_is_refused_with_what_to_do(change: dict[str, object]) -> None:
    settings = json.loads((TRAINED / "splink.json").read_text("utf-8"))
    with pytest.raises(ConfigurationError, match="another version"):
        Model.read(settings, {"form": 1, "version": "1", "features": list(NAMES), "trees": []} | change)
    with pytest.raises(ConfigurationError, match="train it again"):
        PairModel.read({"form": 1, "version": "1", "features": list(FEATURES), "trees": []} | change)


@pytest.mark.parametrize(
    ("model", "name"),
    [(Model, "splink.json"), (Model, "second-stage.json.gz"), (PairModel, "pairs.json.gz")],
)
@pytest.mark.parametrize("damage", ["short", "empty", "gone", "other", "list"])
def test_a_damaged_model_file_is_named_with_what_to_do(
    model: type[Model | PairModel], name: str, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "trained"
    copytree(Path(str(TRAINED)), folder)
    whole, pack = (folder / name).read_bytes(), gzip.compress if name.endswith(".gz") else bytes
    lacking = {key: value for key, value in document(name).items() if key not in {"comparisons", "trees"}}
    left = {"short": whole[: len(whole) // 2], "empty": b"", "list": pack(b"[]"), "gone": b""}
    (folder / name).write_bytes(left.get(damage, pack(json.dumps(lacking).encode())))
    if damage == "gone":
        (folder / name).unlink()
    monkeypatch.setattr("koinon.link.packaged.files", lambda _: tmp_path)
    with pytest.raises(ConfigurationError, match=f"{name}.*Install koinon anew"):
        model.shipped()


def test_splink_takes_the_same_model_on_spark(recipe: tuple[Any, Any]) -> None:
    from splink_model import settings

    def conditions(document: dict[str, Any]) -> list[str]:
        return [level["sql_condition"] for one in document["comparisons"] for level in one["comparison_levels"]]

    def chances(document: dict[str, Any]) -> list[object]:
        return [level.get("m_probability") for one in document["comparisons"] for level in one["comparison_levels"]]

    shipped = json.loads((TRAINED / "splink.json").read_text("utf-8"))
    ours, theirs = spark_settings(shipped), settings("spark")
    assert conditions(ours) == conditions(theirs), "as Splink itself writes them for Spark"
    assert conditions(shipped) == conditions(settings())
    assert chances(ours) == chances(shipped)
    rules = "blocking_rules_to_generate_predictions"
    assert ours[rules] == theirs[rules]


def test_what_is_measured_goes_with_the_model_of_links() -> None:
    """The linksets say how right they are: these are the figures of the drawn tables, held back."""
    measured = PairModel.shipped().measured
    assert measured["precision"] >= 0.99
    assert measured["recall"] >= 0.60
