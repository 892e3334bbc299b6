"""The version of the linker: what enters the release id beside the graphs, as another one may find other links."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from koinon.link.forms import LIST
from koinon.link.packaged import packaged
from koinon.link.pairmodel import FILE
from koinon.model.assets import Assets

_CODE: Final = Path(__file__).resolve().parents[2]
_KINDS: Final = frozenset((".py", ".json", ".gz", ".txt"))


@cache
def linker_version(assets: Assets) -> str:
    """Return the version of the model, and a digest of the linker's code, models, words, forms and tables."""
    digest = hashlib.sha256()
    files = [
        path
        for folder in (_CODE / "link", _CODE / "build" / "linking")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _KINDS
    ]
    forms = assets.ontology / "code" / LIST
    tables = sorted((assets.ontology / "alignments").glob("*.tsv"))
    for path in (*files, *([forms] if forms.is_file() else []), *tables):
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return f"{packaged('trained', FILE)['version']}+{digest.hexdigest()[:12]}"
