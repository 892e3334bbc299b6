"""The report of a check in plain text and in JSON, in any language of the interface."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, Final

from koinon.build.checking import Checked
from koinon.build.findings import Severity
from koinon.build.grouping import Example, Group, groups
from koinon.model.languages import best_label
from koinon.web.checking.explaining import explanation
from koinon.web.translations import translations

_UNPRINTABLE: Final = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), " "),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
}
"""What would move a terminal's cursor or turn its text around."""


def lines(checked: Checked, language: str) -> Iterator[str]:
    """Yield the report in plain text, line by line."""
    words = translations(language)
    _, ngettext = words.gettext, words.ngettext
    verdict = _("It would be refused.") if checked.refused else _("It would be accepted.")
    facts = [checked.format] if checked.format else []
    if checked.triples:
        said = ngettext("%(number)s statement", "%(number)s statements", checked.triples)
        facts.append(said % {"number": f"{checked.triples}"})
    facts += [f"{name}: {checked.count(severity)}" for severity, name in severities(_).items()]
    yield plain(f"{checked.name}: {verdict} ({'; '.join(facts)})")
    for group in groups(checked):
        yield ""
        yield from _group(group, language, _)


def _group(group: Group, language: str, _: Callable[[str], str]) -> Iterator[str]:
    explained = explanation(group.rule, group.severity)
    title = _(explained.title) if explained.title else message(group, language)
    yield plain(f"{severities(_)[group.severity].upper()} × {group.count}: {title or group.rule} [{group.rule}]")
    yield f"  {_('Why it matters')}: {_(explained.why)}"
    if explained.mend:
        yield f"  {_('How to mend it')}: {_(explained.mend)}"
    for example in group.examples:
        yield plain(f"  - {place(example, _)}" + (f": {example.detail}" if example.detail else ""))
    if group.count > len(group.examples):
        yield f"  - … +{group.count - len(group.examples)}"


def severities(_: Callable[[str], str]) -> dict[Severity, str]:
    """Return how people name the severities."""
    return {Severity.REFUSED: _("error"), Severity.WARNING: _("warning"), Severity.NOTE: _("advice")}


def message(group: Group, language: str) -> str:
    """Return the message of a shape in a language, or nothing."""
    found = best_label(group.messages, language)
    return found[0] if found else ""


def place(example: Example, _: Callable[[str], str]) -> str:
    """Return where an example is, in words."""
    spot = example.spot
    if spot.line is None:
        return spot.text
    column = f", {_('column')} {spot.column}" if spot.column is not None else ""
    return f"{spot.file}, {_('line')} {spot.line}{column}"


def plain(text: str) -> str:
    """Return a text as one line that a terminal shows as it is."""
    return text.translate(_UNPRINTABLE)


def document(checked: Checked, language: str) -> dict[str, Any]:
    """Return the report as a JSON object, with texts in ``language``; ``findings`` are the first of each rule."""
    _ = translations(language).gettext
    findings = [asdict(finding) for finding in checked.findings]
    outcome = "out" if checked.refused else "accepted"
    return {
        "accepted": not checked.refused,
        "name": checked.name,
        "format": checked.format,
        "language": language,
        "counts": {severity.value: checked.count(severity) for severity in Severity},
        "rules": [summary(group, language, _) for group in groups(checked)],
        "sources": [
            {"slug": checked.slug, "outcome": outcome, "triples": checked.triples, "findings": findings},
        ],
    }


def summary(group: Group, language: str, _: Callable[[str], str]) -> dict[str, Any]:
    """Return one rule of the report: how often it was broken, what that means, and examples."""
    explained = explanation(group.rule, group.severity)
    return {
        "rule": group.rule,
        "severity": group.severity.value,
        "count": group.count,
        "title": _(explained.title) if explained.title else message(group, language),
        "why": _(explained.why),
        "mend": _(explained.mend) if explained.mend else "",
        "examples": [
            {**{name: value for name, value in asdict(example.spot).items() if value}, "detail": example.detail}
            for example in group.examples
        ],
    }
