"""The example in the guide to adding a source is accepted as it stands."""

import re
from pathlib import Path

from curated import ROOT
from koinon.build.checking import check_path
from koinon.model.assets import Assets
from koinon.model.settings import Settings

GUIDE = ROOT / "docs" / "adding-a-source.md"
EXAMPLE = re.compile(r"^`my-sources/([\w/.-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_of_the_guide_is_accepted(tmp_path: Path) -> None:
    files = EXAMPLE.findall(GUIDE.read_text(encoding="utf-8"))
    assert [name for name, _ in files] == ["cooperative-week/source.toml", "cooperative-week/graph.ttl"]
    for name, text in files:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = Settings.from_environment(home=tmp_path / "home")
    report = check_path(tmp_path / "cooperative-week", settings, Assets.locate(settings))
    assert not report.refused, report.findings
