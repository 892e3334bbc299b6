"""What training makes and keeps: under names that say by which code and of which names it was made."""

import hashlib
import json
import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from learning import learn

from data import registry
from koinon.link.lexicon import Lexicon, read_ideas

HERE = Path(__file__).parent
LINK = HERE.parents[1] / "service" / "koinon" / "link"
FORMS = HERE.parents[1] / "ontology" / "code" / "name-form.ttl"
NOT_OF_PAIRS = frozenset(
    {
        *("pairmodel.py", "reasons.py", "shipped.py", "spark.py", "searching.py", "scored.py", "decisions.py"),
        *("clusters.py", "undertakings.py", "block_columns.py"),
        *("concepts.py", "concept_labels.py", "concept_matching.py"),
        *("__main__.py", "measuring.py", "pairwise.py", "speed.py", "bridge.py", "bridges.py"),
    }
)
"""Files that no feature of a pair depends on, nor what is never accepted unseen."""
OF_WORDS = (LINK / "text.py", LINK / "lexicon.py", HERE / "learning.py", HERE / "data.py")
Made = TypeVar("Made")


def _digest(files: Iterable[Path], *more: str) -> str:
    code = hashlib.sha256()
    for path in files:
        code.update(path.name.encode() + b"\n" + path.read_bytes())
    for text in more:
        code.update(text.encode() + b"\n")
    return code.hexdigest()[:16]


def _of_pairs() -> str:
    code = (*sorted(HERE.glob("*.py")), *sorted(LINK.rglob("*.py")), *sorted(LINK.rglob("*.txt")), FORMS)
    return _digest(path for path in code if path.name not in NOT_OF_PAIRS)


PAIRS = _of_pairs()


def lexicon_without(names: frozenset[str], cache: Path) -> Lexicon:
    """Return the lexicon learnt without the organisations of some names; learnt anew when its code changes."""
    file = cache / f"lexicon-{_digest(OF_WORDS, *sorted(names))}.json"
    if not file.exists():
        file.write_text(json.dumps(learn(registry(names))), "utf-8")
    learnt = json.loads(file.read_text("utf-8"))
    return Lexicon(read_ideas(), learnt["translations"], learnt["counts"], learnt["names"])


def kept(cache: Path, name: str, make: Callable[[], Made], seed: int) -> Made:
    """Return what was made before, or make it; it is made anew when the code or the words of pairs change."""
    file = cache / f"{name}-{seed}-{PAIRS}.pickle".replace(" ", "-")
    if not file.exists():
        file.write_bytes(pickle.dumps(make()))
    found: Made = pickle.loads(file.read_bytes())  # noqa: S301 - written by this program
    return found
