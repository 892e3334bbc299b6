"""``koinon source …``: hand sources in, look at them, and decide what the next release is made of."""

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from koinon.build.registry.audit import read_audit
from koinon.build.registry.disk import audit
from koinon.build.registry.journals import every
from koinon.build.registry.options import FACTS_ONLY, Options
from koinon.build.registry.purging import plan_purge, purge
from koinon.build.registry.registry import Change, Registry, label
from koinon.cli.output import show
from koinon.cli.source_harvest import (
    REFUSED,
    Accept,
    Anew,
    Dump,
    Graph,
    Jsonld,
    Ldes,
    OneOrAll,
    Sparql,
    ask_all,
    harvested,
)
from koinon.cli.source_showing import (
    change_lines,
    describe,
    list_lines,
    log_lines,
    purge_lines,
    show_lines,
    summary,
)
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, StorageError
from koinon.model.settings import Settings
from koinon.web.checking import people

app = typer.Typer(
    help="Hand sources in: register, check, accept, update, withdraw and purge them.", no_args_is_help=True
)

_Home = Annotated[Path | None, typer.Option("--home", help="Folder that keeps the sources (KOINON_HOME).")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_By = Annotated[str | None, typer.Option("--by", help="Who does this: a role, no name of a person.")]
_Slug = Annotated[str, typer.Argument(help="The source's name, as `koinon source list` shows it.")]
_Title = Annotated[str | None, typer.Option("--title", help="Title of the source.")]
_Rights = Annotated[str | None, typer.Option("--rights", help="What the publisher says may be done with it.")]
_Facts = Annotated[bool, typer.Option("--facts-only", help=f"Rights statement: {FACTS_ONLY}.")]
_Because = Annotated[str | None, typer.Option("--because", help="Reason to take a source that states no rights.")]
_Licence = Annotated[str | None, typer.Option("--licence", help="Address of the licence of the graph.")]
_Language = Annotated[str | None, typer.Option("--language", help="Language of the source, such as pl.")]
_Publisher = Annotated[str | None, typer.Option("--publisher", help="Who publishes the files.")]
_Homepage = Annotated[str | None, typer.Option("--homepage", help="Address of the publisher's page on them.")]
_Credit = Annotated[str | None, typer.Option("--credit", help="The line that the publisher asks for.")]
_Schedule = Annotated[str | None, typer.Option("--schedule", help="How often they come out, such as P1Y.")]
_Kind = Annotated[str | None, typer.Option("--kind", help="external (by default) or reference.")]
_Policy = Annotated[
    str | None, typer.Option("--policy", help="What a fault takes out: the whole source, or the record.")
]
_Mints = Annotated[
    list[str] | None, typer.Option("--mints", help="Things that it mints, as organisation/x-*; may be repeated.")
]
_Issued = Annotated[str | None, typer.Option("--issued", help="Date on which the publisher brought them out.")]
_Received = Annotated[str | None, typer.Option("--received", help="Date on which they came; by default today.")]


def _registry(home: Path | None, by: str | None = None) -> Registry:
    settings = Settings.from_environment(home=home)
    return Registry(settings, Assets.locate(settings), label(by or settings.operator))


def _options(
    *,
    facts_only: bool,
    rights: str | None,
    mints: list[str] | None,
    received: str | None,
    **given: str | None,
) -> Options:
    if facts_only and rights:
        raise ConfigurationError("Give either --rights or --facts-only.")
    try:
        day = date.fromisoformat(received) if received else None
    except ValueError as error:
        raise ConfigurationError(f"--received: {received!r} is no date. Give one such as 2026-11-22.") from error
    if day and day > date.today():
        raise ConfigurationError(f"--received: {day} is in the future.")
    return Options(
        rights=FACTS_ONLY if facts_only else rights,
        mints=tuple(mints) if mints else None,
        received=day,
        **given,
    )


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Name of a mapping (data/mappings), or of the new source.")],
    files: Annotated[
        list[str] | None, typer.Argument(help="Files, or one folder with source.toml, or one address.")
    ] = None,
    ldes: Ldes = None,
    dump: Dump = None,
    sparql: Sparql = None,
    jsonld: Jsonld = None,
    graph: Graph = None,
    title: _Title = None,
    rights: _Rights = None,
    facts_only: _Facts = False,
    because: _Because = None,
    licence: _Licence = None,
    language: _Language = None,
    publisher: _Publisher = None,
    homepage: _Homepage = None,
    credit: _Credit = None,
    schedule: _Schedule = None,
    kind: _Kind = None,
    policy: _Policy = None,
    mints: _Mints = None,
    mapping: Annotated[
        str | None, typer.Option("--mapping", help="A mapping that many sources use, such as members-list.")
    ] = None,
    issued: _Issued = None,
    received: _Received = None,
    by: _By = None,
    home: _Home = None,
    as_json: _Json = False,
) -> None:
    """Register a source: keep its files by hash, and write down whose they are and what may be done with them.

    It is in no release yet: look at it with `koinon source check`, then `koinon source accept` it. Exit codes: 2
    wrong use; 4 the source is refused, and nothing was kept; 5 the disk is full or cannot be written.
    """
    options = _options(
        facts_only=facts_only, rights=rights, mints=mints, received=received, title=title, because=because,
        licence=licence, language=language, publisher=publisher, homepage=homepage, credit=credit,
        schedule=schedule, kind=kind, policy=policy, issued=issued,
    )  # fmt: skip
    items, options = harvested(
        files, replace(options, graph=graph), ldes=ldes, dump=dump, sparql=sparql, jsonld=jsonld
    )
    _tell(_registry(home, by).add(name, items, options, mapping), "registered", "", as_json=as_json)


@app.command("update")
def update(
    slug: OneOrAll = None,
    files: Annotated[
        list[str] | None, typer.Argument(help="The new files; by default its address is asked again.")
    ] = None,
    ldes: Ldes = None,
    dump: Dump = None,
    sparql: Sparql = None,
    jsonld: Jsonld = None,
    graph: Graph = None,
    anew: Anew = False,
    accept_it: Accept = False,
    title: _Title = None,
    rights: _Rights = None,
    facts_only: _Facts = False,
    because: _Because = None,
    licence: _Licence = None,
    language: _Language = None,
    publisher: _Publisher = None,
    homepage: _Homepage = None,
    credit: _Credit = None,
    schedule: _Schedule = None,
    policy: _Policy = None,
    mints: _Mints = None,
    issued: _Issued = None,
    received: _Received = None,
    by: _By = None,
    home: _Home = None,
    as_json: _Json = False,
) -> None:
    """Hand in a new version; the accepted one stays in the releases until the new one is accepted.

    Without a name, every harvested source whose --schedule is due is asked for again; exit code 4 where one fails.
    The same files under the same mapping and manifest change nothing. Options given earlier hold unless given anew.
    """
    options = _options(
        facts_only=facts_only, rights=rights, mints=mints, received=received, title=title, because=because,
        licence=licence, language=language, publisher=publisher, homepage=homepage, credit=credit,
        schedule=schedule, policy=policy, issued=issued,
    )  # fmt: skip
    options = replace(options, graph=graph, anew="yes" if anew else None)
    items, options = harvested(files, options, ldes=ldes, dump=dump, sparql=sparql, jsonld=jsonld)
    registry = _registry(home, by)
    if slug is None:
        if items or options != Options():
            raise ConfigurationError("Give the name of the source that this is for: `koinon source update NAME …`")
        ask_all(registry, accept=accept_it, as_json=as_json)
        return
    change = registry.update(slug, items, options)
    if accept_it and change.source.waiting:
        change = Change(registry.accept(slug).source, changed=True, told=change.told)
    _tell(change, "has a new version", "has these files already, under this mapping", as_json=as_json)


@app.command("list")
def list_sources(home: _Home = None, as_json: _Json = False) -> None:
    """List the registered sources: state, version, and what is due."""
    sources = list(every(_registry(home).home))
    show(list_lines(sources), [summary(source) for source in sources], as_json=as_json)


@app.command("show")
def show_source(slug: _Slug, home: _Home = None, as_json: _Json = False) -> None:
    """Show a source: its versions, rights, files, and all that happened to it."""
    registry = _registry(home)
    source = registry.get(slug)
    manifest = registry.manifest(slug, source.latest)
    show(show_lines(source, manifest), describe(source, manifest), as_json=as_json)


@app.command("check")
def check(slug: _Slug, by: _By = None, home: _Home = None, as_json: _Json = False) -> None:
    """Judge the latest version as a build would; no release changes.

    Exit codes: 0 it would be accepted, 4 it would be refused.
    """
    _, checked = _registry(home, by).check(slug)
    show(people.lines(checked, "en"), people.document(checked, "en"), as_json=as_json)
    if checked.refused:
        raise typer.Exit(REFUSED)


@app.command("accept")
def accept(slug: _Slug, by: _By = None, home: _Home = None, as_json: _Json = False) -> None:
    """Put the latest version into the next build; it is checked first, if it was not yet."""
    change = _registry(home, by).accept(slug)
    _tell(change, "is accepted; `koinon build` makes the release", "was accepted already", as_json=as_json)


@app.command("withdraw")
def withdraw(
    slug: _Slug,
    because: Annotated[str | None, typer.Option("--because", help="The reason, for the journal.")] = None,
    by: _By = None,
    home: _Home = None,
    as_json: _Json = False,
) -> None:
    """Leave a source out from the next release on; its files stay kept, and it can be accepted again."""
    change = _registry(home, by).withdraw(slug, because)
    done = "is withdrawn; the next `koinon build` leaves it out"
    _tell(change, done, "was withdrawn already", as_json=as_json)


@app.command("purge")
def purge_source(
    slug: _Slug,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: what is purged cannot be brought back.")] = False,
    because: Annotated[str | None, typer.Option("--because", help="The reason, for the audit log.")] = None,
    by: _By = None,
    home: _Home = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for a build that is at work.")] = False,
    as_json: _Json = False,
) -> None:
    """Remove a source for good: its files, every release that has it, and its traces in the others.

    The current release has to be without it: withdraw the source and build first. Without --yes nothing happens.
    """
    registry = _registry(home, by)
    if not yes:
        plan = plan_purge(registry.home, registry.slug(slug))
        show(purge_lines(plan, done=False), {"purged": False, **asdict(plan)}, as_json=as_json)
        raise typer.Exit(ConfigurationError.exit_code)
    assets = registry.assets if registry.settings.dumps else None
    plan = purge(registry.home, registry.slug(slug), registry.by, because, wait=wait, assets=assets)
    show(purge_lines(plan, done=True), {"purged": True, **asdict(plan)}, as_json=as_json)


@app.command("log")
def log(
    slug: Annotated[str | None, typer.Argument(help="Only what happened to this source.")] = None,
    home: _Home = None,
    as_json: _Json = False,
) -> None:
    """Show the audit log and verify its chain of hashes; exit code 5 where it is broken."""
    where = _registry(home).home
    report = read_audit(audit(where))
    lines = [line for line in report.lines if slug in {None, line.get("source")}]
    document = {"whole": report.problem is None, "problem": report.problem, "head": report.head, "lines": lines}
    show(log_lines(lines, report), document, as_json=as_json)
    if report.problem:
        raise typer.Exit(StorageError.exit_code)


def _tell(change: Change, done: str, not_done: str, *, as_json: bool) -> None:
    document = {"changed": change.changed, **summary(change.source), "harvest": list(change.told)}
    lines = [*change_lines(change.source, done if change.changed else not_done), *(f"  {s}" for s in change.told)]
    show(lines, document, as_json=as_json)
