"""The description of the service names every address and every problem there is, and no other."""

import re
from pathlib import Path

from koinon.model.settings import Settings
from koinon.query.limits import Limits
from koinon.web.app import create_app
from koinon.web.problems import KINDS
from koinon.web.representations import DOCUMENT_FORMS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")


def test_every_address_is_documented() -> None:
    paths = create_app(Settings.from_environment({})).openapi()["paths"]
    missing = [path for path in paths if f"`{path}`" not in TEXT]
    assert not missing


def test_every_problem_is_documented_with_its_status() -> None:
    documented = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", TEXT, re.MULTILINE))
    assert documented == {name: str(kind.status) for name, kind in KINDS.items()}


def test_every_form_is_documented() -> None:
    for form in DOCUMENT_FORMS:
        assert f"`{form.media_type}`" in TEXT
        assert not form.suffix or f"`.{form.suffix}`" in TEXT


def test_the_description_for_programs_tells_the_limits() -> None:
    settings = Settings.from_environment({}, query_timeout=2.5)
    described = create_app(settings).openapi()["info"]["description"]
    for limit in Limits.of(settings):
        assert f"{limit.text}: {limit.amount}" in described
