"""The redirect of the canonical base leads every kind of IRI to an address that a node answers."""

import re
from pathlib import Path

import httpx
import pytest

from koinon.model.namespaces import BASE
from serving import Service

RULES = (Path(__file__).resolve().parents[2] / "docs" / "w3id" / ".htaccess").read_text("utf-8")


def redirected(iri: str) -> str:
    """Return where the first rule that fits sends an IRI, as Apache does below the folder of the file."""
    path = iri.removeprefix(BASE)
    for pattern, target in re.findall(r"^RewriteRule (\S+) (\S+) \[R=302", RULES, re.MULTILINE):
        found = re.search(pattern, path)
        if found:
            return target.replace("$1", found[1]) if "$1" in target else target
    raise AssertionError(iri)


@pytest.mark.parametrize(
    "iri",
    ["", "id/project/resist", "doc/project/resist.ttl", "def", "def/1.0.0", "code/theme", "graph/place", "shapes",
     "context/v1.jsonld", "releases"],
)  # fmt: skip
def test_every_kind_of_iri_leads_to_a_node(iri: str, server: Service) -> None:
    address = redirected(BASE + iri)
    assert address == f"https://koinon.example/{iri}"
    path = address.removeprefix("https://koinon.example")
    answer = httpx.get(server.url + path, follow_redirects=True, trust_env=False, timeout=30)
    assert answer.status_code in {200, 404} if iri == "def/1.0.0" else answer.status_code == 200, answer.text
