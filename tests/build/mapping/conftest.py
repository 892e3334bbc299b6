"""Small made-up publishers: a mapping and its files, applied without lists from outside."""

import json
from pathlib import Path

import pytest
from made_up_fund import HEAD, Make

from koinon.build.mapping.engine import Mapped, apply, load_mapping
from koinon.build.mapping.lookups import Lookups


@pytest.fixture
def fund(tmp_path: Path) -> Make:
    """Apply a mapping, given as the text after its head, to files that are given as text, bytes or objects."""

    def make(tables: str, name: str = "out.nt", head: str = HEAD, **files: object) -> Mapped:
        path = tmp_path / "fund.toml"
        path.write_text(head + tables, encoding="utf-8")
        paths: list[Path] = []
        for file, content in files.items():
            stem, _, suffix = file.rpartition("_")
            target = tmp_path / f"{stem}.{suffix}"
            if isinstance(content, bytes):
                target.write_bytes(content)
            elif isinstance(content, str):
                target.write_text(content, encoding="utf-8")
            else:
                target.write_text(json.dumps(content), encoding="utf-8")
            paths.append(target)
        return apply(load_mapping(path), paths, Lookups.of({}), tmp_path / name)

    return make
