"""``koinon release …``: look at releases, check them, make one of any RDF, choose one, keep one that is cited."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from koinon.build.changelog.recording import record_changes
from koinon.build.dumps.making import make_dumps
from koinon.build.importing import import_files
from koinon.build.statements import Input
from koinon.build.verifying import verify_release
from koinon.cli.output import STDERR, show
from koinon.cli.showing import showing
from koinon.model.assets import Assets
from koinon.model.errors import ReleaseError
from koinon.model.settings import Settings
from koinon.release.current import Release, current_id, open_current, open_release, release_folders
from koinon.release.dumps import folder_of
from koinon.release.lock import build_lock
from koinon.release.log import read_log
from koinon.release.manifest import Manifest
from koinon.release.paths import Home
from koinon.release.pinning import pin, unpin
from koinon.release.publishing import make_current, recover

app = typer.Typer(help="List, show, verify and choose releases; import RDF files as one.", no_args_is_help=True)

_HomeOption = Annotated[Path | None, typer.Option(help="Folder with the releases (KOINON_HOME).")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_IdArgument = Annotated[
    str | None, typer.Argument(help="A release id or how it begins; by default the current one.")
]


def _open(home: Home, identifier: str | None) -> Release:
    return open_current(home) if identifier is None else open_release(home, identifier)


@app.command("list")
def list_releases(home: _HomeOption = None, as_json: _JsonOption = False) -> None:
    """List the releases that are kept, and the log of what was current when."""
    where = Home(Settings.from_environment(home=home).home)
    current = current_id(where)
    manifests, damaged = [], {}
    for path in release_folders(where):
        try:
            manifests.append(Manifest.read(path / "manifest.json"))
        except ReleaseError as error:
            damaged[path.name] = str(error)
    log = read_log(where.log)
    document = {
        "current": current,
        "releases": [
            {
                "id": m.id,
                "kind": m.kind,
                "parent": m.parent,
                "graphs": len(m.graphs),
                "statements": m.total,
                "received": m.received,
            }
            for m in manifests
        ],
        "damaged": damaged,
        "log": [asdict(entry) for entry in log],
    }
    lines = [
        f"{'*' if m.id == current else ' '} {m.id}  {len(m.graphs)} graphs, {m.total} statements"
        + ", imported" * m.imported
        for m in manifests
    ]
    lines += [f"! {identifier}  {problem}" for identifier, problem in damaged.items()]
    lines += [f"{entry.sequence}. {entry.published_at}  {entry.id}" for entry in log]
    show(lines or ["There is no release yet. Run `koinon build`."], document, as_json=as_json)


@app.command("show")
def show_release(identifier: _IdArgument = None, home: _HomeOption = None, as_json: _JsonOption = False) -> None:
    """Show the manifest of a release."""
    manifest = _open(Home(Settings.from_environment(home=home).home), identifier).manifest
    made = [
        f"  parent {manifest.parent or 'none'}, received up to {manifest.received or 'unknown'}",
        f"  ontology {manifest.ontology_version}, shapes {manifest.shapes_version}, "
        f"rules {manifest.rules_version}, link model {manifest.link_model_version}, "
        f"software {manifest.software_version}",
    ]
    if manifest.imported:
        made = [
            f"  imported with software {manifest.software_version}: {manifest.total} statements, "
            f"{manifest.default_triples} of them in the default graph"
        ]
    lines = [
        f"Release {manifest.id}",
        *made,
        *(
            f"  {g.slug} ({g.kind}): {g.triples} statements" + f", sha256 {g.sha256}" * bool(g.sha256)
            for g in manifest.graphs
        ),
    ]
    show(lines, asdict(manifest), as_json=as_json)


@app.command("verify")
def verify(identifier: _IdArgument = None, home: _HomeOption = None, as_json: _JsonOption = False) -> None:
    """Compare id, files, store and tables of a release with its manifest; exit code 3 where they differ."""
    settings = Settings.from_environment(home=home)
    release = _open(Home(settings.home), identifier)
    problems = verify_release(release, Assets.locate(settings))
    document = {"id": release.id, "whole": not problems, "problems": problems}
    repair = "Run `koinon build` on the sources that it was made of: it writes a damaged release anew."
    if release.manifest.imported:
        repair = "Import the files again that it was made of: that writes a damaged release anew."
    show([*problems, repair] if problems else [f"Release {release.id} is whole."], document, as_json=as_json)
    if problems:
        raise typer.Exit(ReleaseError.exit_code)


@app.command("import")
def import_release(
    files: Annotated[
        list[Path], typer.Argument(help="RDF files, also packed with gzip: .nq .trig .ttl .nt .rdf .owl .jsonld")
    ],
    graph: Annotated[
        str | None, typer.Option(help="IRI of the graph that takes what the files state in their default graph.")
    ] = None,
    base: Annotated[str | None, typer.Option(help="IRI that relative ones are resolved against.")] = None,
    syntax: Annotated[
        str | None,
        typer.Option("--format", help="Syntax of all files, as a suffix: nq, trig, ttl, nt, rdf, jsonld."),
    ] = None,
    home: _HomeOption = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for a build that is at work instead of giving up at once.")
    ] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Make a release also of files that state nothing.")
    ] = False,
    as_json: _JsonOption = False,
) -> None:
    """Make a release of any RDF files, as they are, and make it current.

    Exit codes: 0 the release is current; 2 a file is missing, unreadable or of an unknown kind; 3 another build is
    at work; 4 a file is wrong, and the message says which, where and why; 5 the disk is full or cannot be written.
    """
    settings = Settings.from_environment(home=home)
    inputs = [Input(path, syntax, graph, base) for path in files]
    with showing(STDERR, silent=as_json) as progress:
        report = import_files(settings, inputs, progress, wait=wait, allow_empty=allow_empty)
    show(report.lines(), report.as_json(), as_json=as_json)


@app.command("dumps")
def dumps(
    identifier: _IdArgument = None,
    every: Annotated[bool, typer.Option("--all", help="Those of every release that is kept.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Make them also where they are there.")] = False,
    home: _HomeOption = None,
    as_json: _JsonOption = False,
) -> None:
    """Make the files for download of a release, where they are not made yet; none of an imported one."""
    settings = Settings.from_environment(home=home)
    where, assets = Home(settings.home.absolute()), Assets.locate(settings)
    wanted = [path.name for path in release_folders(where)] if every else [_open(where, identifier).id]
    made = {name: make_dumps(where, assets, open_release(where, name), again=again) for name in wanted}
    lines = [
        f"{folder_of(where, name)}: {len(files)} files, {sum(file.size for file in files)} bytes"
        for name, files in made.items()
    ]
    show(lines, {name: [asdict(file) for file in files] for name, files in made.items()}, as_json=as_json)


@app.command("cite")
def cite(identifier: _IdArgument = None, home: _HomeOption = None, as_json: _JsonOption = False) -> None:
    """Keep a release for good, because somebody cites it."""
    settings = Settings.from_environment(home=home)
    where = Home(settings.home)
    with build_lock(where, wait=True):
        release = _open(where, identifier)
        changed = pin(where, release.id, settings.disk_quota)
    state = "is kept for good now" if changed else "was kept for good already"
    show([f"Release {release.id} {state}."], {"id": release.id, "pinned": True}, as_json=as_json)


@app.command("unpin")
def release_unpin(
    identifier: Annotated[str, typer.Argument(help="A release id or how it begins.")],
    home: _HomeOption = None,
    as_json: _JsonOption = False,
) -> None:
    """Let a release that was kept for good go with the others again."""
    where = Home(Settings.from_environment(home=home).home)
    with build_lock(where, wait=True):
        release = open_release(where, identifier)
        changed = unpin(where, release.id)
    state = "goes with the others again" if changed else "was not kept for good"
    show([f"Release {release.id} {state}."], {"id": release.id, "pinned": False}, as_json=as_json)


@app.command("use")
def use(
    identifier: Annotated[str, typer.Argument(help="A release id or how it begins.")],
    home: _HomeOption = None,
    as_json: _JsonOption = False,
) -> None:
    """Make a release that is still kept the current one."""
    where = Home(Settings.from_environment(home=home).home)
    with build_lock(where, wait=False):
        recover(where)
        release = open_release(where, identifier)
        release.open()
        changed = make_current(where, release.id)
        record_changes(where)
    state = "is current now" if changed else "was current already"
    show([f"Release {release.id} {state}."], {"id": release.id, "published": changed}, as_json=as_json)
