"""The publishers' real files as source folders, where they are at hand (KOINON_SHARED), each under its mapping."""

import json
import os
import tomllib
from pathlib import Path

SHARED = Path(os.environ.get("KOINON_SHARED", "../shared")) / "data"
FILES = {
    "coops-uk": ("coops-uk/*.csv",),
    "essglobal": ("essglobal/*.skos",),
    "eu-code-lists": ("eu-code-lists/*.gc",),
    "keep": ("keep/*.xlsx",),
    "legal-forms": ("legal-forms/*.csv",),
    "nuts": ("nuts/*.csv", "nuts/*.csv.gz"),
    "ror": ("ror/*.jsonl*", "ror/*.json"),
    "susy": ("susy/*.json",),
}
"""Mapping to the files that it reads."""
READING = """
[reading]
received = 2026-11-22
method = "mapping"
by = "Koinon editors"
review = "by the mapping"
basis = "external"
receipts = "annotated"
"""


def write_sources(folder: Path, mappings: Path) -> list[str]:
    """Write a source folder for each mapping whose files are there; returns their slugs."""
    slugs = []
    for name, patterns in FILES.items():
        files = sorted({path for pattern in patterns for path in SHARED.glob(pattern)})
        mapping = mappings / f"{name}.toml"
        if files and mapping.is_file():
            _write(folder / name, tomllib.loads(mapping.read_text(encoding="utf-8")), files)
            slugs.append(name)
    return slugs


def _write(folder: Path, mapping: dict[str, object], files: list[Path]) -> None:
    source = mapping["source"]
    assert isinstance(source, dict)
    folder.mkdir(parents=True, exist_ok=True)
    for path in files:
        link = folder / path.name
        link.unlink(missing_ok=True)
        link.symlink_to(path.resolve())
    slug = source["slug"]
    titles = ", ".join(f"{tag} = {json.dumps(text, ensure_ascii=False)}" for tag, text in source["title"].items())
    lines = [
        f'slug = "{slug}"',
        f"title = {{ {titles} }}",
        f'kind = "{source["kind"]}"',
        f'language = "{source["language"]}"',
        f'policy = "{source.get("policy", "source")}"',
        f"files = {json.dumps([path.name for path in files])}",
        f"mints = {json.dumps([*source['mints'], f'document/{slug}'])}",
        f'mapping = {{ name = "{mapping["name"]}", version = "{mapping["version"]}" }}',
        f'[document]\niri = "https://w3id.org/koinon/id/document/{slug}"\nnot_held = "not given"',
        f"[rights]\nstatement = {json.dumps(source['rights'], ensure_ascii=False)}",
        f'licence = "{source["licence"]}"',
    ]
    (folder / "source.toml").write_text("\n".join(lines) + READING, encoding="utf-8")
