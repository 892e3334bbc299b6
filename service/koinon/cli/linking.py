"""``koinon link run`` and ``koinon link withdraw``: the stage of links by itself, and taking one link out."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from koinon.build.following import checked_folders
from koinon.build.linking.stage import Linking
from koinon.build.linking.trial import Change, Trial, try_links
from koinon.build.pipeline import build
from koinon.build.registry.registry import label
from koinon.cli.judge import As, HomeOption, document, link_of, links_of
from koinon.cli.output import STDERR, show
from koinon.cli.showing import showing
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, KoinonError, ReleaseError, StorageError
from koinon.model.settings import Settings
from koinon.release import judgements
from koinon.release.current import open_current
from koinon.release.judgements import Judgements, Verdict
from koinon.release.links import REJECTED
from koinon.release.paths import Home

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_SHOWN = 20
"""Changes that are told one by one."""


def run(
    anew: Annotated[
        bool, typer.Option("--anew", help="Compare everything again, not only what the release has not compared.")
    ] = False,
    home: HomeOption = None,
    as_json: _Json = False,
) -> None:
    """Run the linker on the current release and say what it would link; nothing is published.

    It knows the judgements that were made since: what `koinon build` would make of them is what differs.
    """
    settings = Settings.from_environment(home=home)
    root = Home(settings.home.absolute())
    release = open_current(root)
    linking = Linking(Assets.locate(settings), Judgements.read(root))
    try:
        with tempfile.TemporaryDirectory(prefix="koinon-link-") as folder:
            trial = try_links(release, linking, Path(folder), anew=anew)
    except OSError as error:
        raise StorageError(f"The links cannot be written to {tempfile.gettempdir()} ({error}).") from error
    show(_lines(trial), {"release": release.id, **_document(trial)}, as_json=as_json)


def withdraw(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The id of a link: 12 hexadecimal digits.")],
    reason: Annotated[str, typer.Option("--reason", "--because", help="Why it is wrong: one sentence.")],
    by: As = None,
    home: HomeOption = None,
    as_json: _Json = False,
) -> None:
    """Take one link out: judge it wrong, and build the release without it, from the folders of the last build."""
    if not reason.strip():
        raise ConfigurationError("Say why the link is wrong: --reason 'the older one was dissolved in 2019'.")
    settings = Settings.from_environment(home=home)
    assets, root = Assets.locate(settings), Home(settings.home.absolute())
    link = link_of(root, identifier)
    if link.state == REJECTED:
        raise ConfigurationError(f"Link {identifier} is rejected already: nothing follows from it.")
    folders = checked_folders(root, assets)
    made = judgements.judge(
        root, label(by or settings.operator), link.subject, link.object, Verdict.DIFFERENT, reason
    )
    try:
        with showing(STDERR, silent=as_json) as progress:
            report = build(settings, assets, folders, progress, wait=True)
    except KoinonError as error:
        raise ReleaseError(
            f"Judgement {made.sequence} against the link is kept, but no release could be built: {error} "
            "The next release that is built obeys it."
        ) from error
    left = links_of(root).get(identifier)
    after = left.state if left else "gone"
    show(
        [
            f"Judgement {made.sequence} of {made.reviewer}: different. Release {report.release[:12]} is current.",
            f"Link {identifier} was {link.state} and is {after}. `koinon link undo {made.sequence}` and "
            "`koinon build` bring it back.",
        ],
        {"judgement": document(made), "release": report.release, "before": link.state, "after": after},
        as_json=as_json,
    )


def _lines(trial: Trial) -> Iterator[str]:
    yield f"linker {trial.run.model}"
    for (linkset, state, band), count in trial.counts.items():
        yield f"  {linkset}: {count} {state} ({band})"
    if not trial.changes:
        yield "Nothing differs from the links of the current release."
        return
    for (was, now), count in sorted(trial.turns.items()):
        yield f"{count} {was or 'new'} → {now or 'gone'}"
    for change in trial.changes[:_SHOWN]:
        yield f"  {change.link.id}  {_turn(change)}  {change.link.subject}  {change.link.object}"
    if len(trial.changes) > _SHOWN:
        yield f"  … and {len(trial.changes) - _SHOWN} more: --json tells all."
    yield "`koinon build` makes the release that has them."


def _turn(change: Change) -> str:
    was, now = (link.state if link else "" for link in (change.before, change.after))
    return f"{was or 'new'} → {now or 'gone'}" if was != now else f"{now}, {change.link.predicate}"


def _document(trial: Trial) -> dict[str, object]:
    counts: dict[str, dict[str, int]] = {}
    for (linkset, state, band), count in trial.counts.items():
        counts.setdefault(linkset, {})[f"{state} ({band})"] = count
    return {
        "model": trial.run.model,
        "judgements": trial.run.judgements,
        "linksets": counts,
        "changes": [
            {
                "id": change.link.id,
                "subject": change.link.subject,
                "object": change.link.object,
                "predicate": change.link.predicate,
                "probability": change.link.probability,
                "before": change.before.state if change.before else None,
                "after": change.after.state if change.after else None,
            }
            for change in trial.changes
        ],
    }
