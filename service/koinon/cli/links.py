"""``koinon link`` and ``koinon link show``: what the linker found in the current release, and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from koinon.cli.judge import HomeOption, link_of, links_of
from koinon.cli.output import show
from koinon.model.settings import Settings
from koinon.release.links import Link, Links
from koinon.release.paths import Home

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def last_run(context: typer.Context, home: HomeOption = None, as_json: _Json = False) -> None:
    """Show what the linker found in the current release: linksets, states, measures. `koinon build` runs it."""
    if context.invoked_subcommand is not None:
        return
    with_links = links_of(_home(home))
    run, counts = with_links.run(), with_links.counts()
    document = {
        "model": run.model,
        "judgements": run.judgements,
        "linksets": {
            slug: {
                "links": {
                    f"{state} ({band})": count for (its, state, band), count in counts.items() if its == slug
                },
                "measured": dict(measured),
            }
            for slug, measured in sorted(run.linksets.items())
        },
    }
    show(_lines(with_links), document, as_json=as_json)


def show_link(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The id of a link: 12 hexadecimal digits.")],
    home: HomeOption = None,
    as_json: _Json = False,
) -> None:
    """Show one link: the two things, how sure it is, and each reason with its weight."""
    root = _home(home)
    link = link_of(root, identifier)
    links = links_of(root)
    document = {name: getattr(link, name) for name in Link.__dataclass_fields__}
    document["reasons"] = [reason._asdict() for reason in link.reasons]
    show(_told(link, links), document, as_json=as_json)


def _home(home: Path | None) -> Home:
    return Home(Settings.from_environment(home=home).home.absolute())


def _lines(links: Links) -> Iterator[str]:
    run = links.run()
    yield f"linker {run.model}"
    for slug, measured in sorted(run.linksets.items()):
        yield f"{slug}: " + ", ".join(f"{name} {round(value, 4):g}" for name, value in sorted(measured.items()))
        for (its, state, band), count in links.counts().items():
            if its == slug:
                yield f"  {state} ({band}): {count}"


def _told(link: Link, links: Links) -> Iterator[str]:
    yield f"{link.id}: {link.state}, {link.probability:.3f} ({link.band})"
    for iri in (link.subject, link.object):
        said = links.said(iri)
        where = ", ".join(filter(None, (said.city, said.country, said.source))) if said else ""
        yield f"  {iri}  {said.name if said else ''}  {where}".rstrip()
    yield f"  {link.predicate} ({link.justification.rsplit('/', 1)[-1]})"
    for reason in link.reasons:
        yield f"  {reason.weight:+7.2f}  {reason.feature}: {reason.text}"
    if link.reviewers:
        yield f"  reviewed by {', '.join(link.reviewers)}"
