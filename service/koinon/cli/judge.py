"""``koinon link judge`` and ``koinon link undo``: say of two things whether they are one, and take it back."""

from pathlib import Path
from typing import Annotated

import typer

from koinon.build.registry.registry import label
from koinon.cli.output import show
from koinon.model.errors import ConfigurationError, NotFoundError
from koinon.model.settings import Settings
from koinon.release import judgements
from koinon.release.current import open_current
from koinon.release.judgements import Judgement, Judgements, Verdict
from koinon.release.links import Link, Links
from koinon.release.paths import Home

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder with the release and the judgements (KOINON_HOME).")
]
As = Annotated[str | None, typer.Option("--as", help="Who judges: a role, no name of a person (KOINON_OPERATOR).")]
Because = Annotated[str, typer.Option("--because", "--reason", help="How you know: one sentence.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
VERDICTS = tuple(verdict.value for verdict in Verdict if verdict is not Verdict.UNDO)


def judge(
    what: Annotated[str, typer.Argument(help="Id of a link, or the IRI of a thing (then --with another one).")],
    verdict: Annotated[str, typer.Argument(help="same, different or unsure.")],
    other: Annotated[str, typer.Option("--with", help="The other thing's IRI, where no link has an id yet.")] = "",
    because: Because = "",
    by: As = None,
    home: HomeOption = None,
    as_json: _Json = False,
) -> None:
    """Judge a link, or any two things. It is kept for good, and in force with the next release.

    One `different` is enough to withdraw a link; `same` of two reviewers makes it certain.
    """
    settings = Settings.from_environment(home=home)
    if verdict not in VERDICTS:
        raise ConfigurationError(f"{verdict!r} is no verdict. Say {', '.join(VERDICTS)}.")
    root = Home(settings.home.absolute())
    one, two = (what, other) if other else _pair(root, what)
    made = judgements.judge(root, label(by or settings.operator), one, two, Verdict(verdict), because)
    standing = Judgements.read(root).standing(one, two)
    show(
        [
            f"Judgement {made.sequence} of {made.reviewer}: {verdict}. The pair is now {standing.value}.",
            "`koinon build` makes the release that obeys it.",
        ],
        {**document(made), "standing": standing.value},
        as_json=as_json,
    )


def undo(
    sequence: Annotated[int, typer.Argument(help="Number of the judgement that is taken back.")],
    because: Because = "",
    by: As = None,
    home: HomeOption = None,
    as_json: _Json = False,
) -> None:
    """Take a judgement back, whoever made it; what its reviewer said before is in force again."""
    settings = Settings.from_environment(home=home)
    root = Home(settings.home.absolute())
    made = judgements.undo(root, label(by or settings.operator), sequence, because, anyones=True)
    standing = Judgements.read(root).standing(made.subject, made.object)
    show(
        [f"Judgement {sequence} is taken back by line {made.sequence}. The pair is now {standing.value}."],
        {**document(made), "standing": standing.value},
        as_json=as_json,
    )


def links_of(home: Home) -> Links:
    """Return the links of the current release; raises NoReleaseError."""
    return Links.of(open_current(home).path)


def link_of(home: Home, identifier: str) -> Link:
    """Return a link of the current release; raises NotFoundError."""
    found = links_of(home).get(identifier)
    if found is None:
        raise NotFoundError(
            f"The current release has no link {identifier!r}. /links.sssom.tsv of the service lists all."
        )
    return found


def document(made: Judgement) -> dict[str, object]:
    """Return a judgement as JSON has it."""
    return {
        "sequence": made.sequence,
        "at": made.at,
        "reviewer": made.reviewer,
        "subject": made.subject,
        "object": made.object,
        "verdict": made.verdict.value,
        "reason": made.reason,
        "of": made.of,
    }


def _pair(home: Home, identifier: str) -> tuple[str, str]:
    link = link_of(home, identifier)
    return link.subject, link.object
