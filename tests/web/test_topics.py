"""Pages of topics: who speaks of one, in whatever language, and what other lists call it."""

import re

import httpx
import pytest

from serving import Service


def part(server: Service, path: str, heading: str) -> str:
    """Return the section of a page that has this id, as HTML."""
    page = httpx.get(server.url + path, timeout=60)
    assert page.status_code == 200, page.text[:400]
    found = re.search(rf'<section[^>]* id="{heading}".*?</section>', page.text, re.DOTALL)
    assert found, f"{path} has no section {heading}"
    return found[0]


def test_a_cluster_model_joins_a_polish_and_a_latvian_page_and_says_what_is_only_implied(server: Service) -> None:
    speaking = part(server, "/code/cluster-model/csei", "speakers")
    sources = re.findall(r"<dt>.*?</dt>\s*<dd>.*?</dd>", speaking, re.DOTALL)
    by_language = {language: one for one in sources for language in ("Latvian", "Polish") if language in one}
    latvian, polish = by_language["Latvian"], by_language["Polish"]
    assert "/doc/project/sea4neb" in latvian
    assert "the source implies it" in latvian.split("/doc/project/sea4neb", 1)[1].split("</li>", 1)[0]
    resist = polish.split("/doc/project/resist", 1)[1].split("</li>", 1)[0]
    assert "the source implies it" not in resist


def test_the_circular_economy_is_one_topic_of_two_languages(server: Service) -> None:
    speaking = part(server, "/code/theme/circular-economy?lang=pl", "speakers")
    assert {"/graph/sea4neb-article", "/graph/respondet-project-page"} <= set(
        re.findall(r'href="([^"?]*)', speaking)
    )


def test_a_theme_names_its_descriptor_of_eurovoc_and_why(server: Service) -> None:
    links = part(server, "/code/theme/biodiversity", "links")
    assert "http://eurovoc.europa.eu/5463" in links
    assert re.search(r"/links/[0-9a-f]{12}", links)


@pytest.mark.parametrize("path", ["/code/role/partner", "/doc/project/resist"])
def test_what_is_no_topic_has_no_speakers(server: Service, path: str) -> None:
    assert 'id="speakers"' not in httpx.get(server.url + path, timeout=60).text
