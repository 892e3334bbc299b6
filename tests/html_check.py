"""A strict reading of HTML: parsing errors, scripts, ids, dead fragments, labels, landmarks and headings."""

import re
from itertools import pairwise
from typing import Any

import html5rdf

_TOLERATED = {"unexpected-char-in-comment"}


def check_html(page: str) -> None:
    """Fail where the page is not valid HTML, has a script in it, an id twice, or a link to a fragment it lacks."""
    parser = html5rdf.HTMLParser(tree=html5rdf.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(page)
    errors = [(position, name) for position, name, _ in parser.errors if name not in _TOLERATED]
    assert not errors, [(name, page.splitlines()[position[0] - 1][:200]) for position, name in errors[:5]]
    for element in tree.iter():
        assert element.tag not in {"iframe", "object", "style"}
        if element.tag == "script":
            assert not (element.text or "").strip()
            assert "/static/" in element.get("src")
        assert not [name for name in element.keys() if name == "style" or str(name).startswith("on")]  # noqa: SIM118
    ids = [element.get("id") for element in tree.iter() if isinstance(element.tag, str) and element.get("id")]
    assert len(ids) == len(set(ids)), f"ids given twice: {sorted({i for i in ids if ids.count(i) > 1})[:5]}"
    targets = [e.get("href", "")[1:] for e in tree.iter("a") if e.get("href", "").startswith("#")]
    assert set(targets) <= set(ids), f"links to nowhere: {sorted(set(targets) - set(ids))[:5]}"
    assert len(list(tree.iter("h1"))) == 1
    assert tree.find(".").get("lang"), "the page names its language"
    _check_landmarks(tree)
    for image in tree.iter("img"):
        assert image.get("alt") is not None
    for field in [*tree.iter("input"), *tree.iter("select"), *tree.iter("textarea")]:
        labelled = field.get("type") == "hidden" or any(
            label.get("for") == field.get("id") for label in tree.iter("label")
        )
        assert labelled, f"a field without label: {field.get('name')}"


def foreign_scripts(page: str) -> list[str]:
    """Return the scripts of a page that are no files of the service."""
    return [script for script in re.findall(r"<script.*?>", page) if 'src="/static/' not in script]


def _check_landmarks(tree: Any) -> None:
    """Fail where two landmarks have one name, a region has none, or a heading skips a level (WCAG 1.3.1, 2.4.6)."""
    named = [e for e in tree.iter() if e.tag in {"nav", "aside"} or e.get("role") == "region"]
    texts = {e.get("id"): "".join(e.itertext()).strip() for e in tree.iter() if isinstance(e.tag, str)}
    names = [(e.get("role", e.tag), e.get("aria-label") or texts.get(e.get("aria-labelledby"))) for e in named]
    assert all(name for _, name in names)
    assert len(names) == len(set(names)), f"landmarks of one name: {sorted(names)[:5]}"
    assert [element.tag for element in tree.iter("main")] == ["main"]
    levels = [int(e.tag[1]) for e in tree.iter() if e.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    assert all(after <= before + 1 for before, after in pairwise(levels)), f"a heading skips a level: {levels}"
    for scrolled in tree.iter("pre"):
        assert scrolled.get("tabindex") == "0", "what scrolls is reached by keyboard"
