"""``koinon doctor``: what this installation is, what it is set to, and whether its release is whole."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from koinon import __version__
from koinon.cli.output import bytes_for_people, show
from koinon.model.assets import PARTS, Assets
from koinon.model.errors import KoinonError
from koinon.model.settings import Settings
from koinon.publish.maps.boundaries import Boundaries
from koinon.publish.maps.regions import region_dots
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import Contents
from koinon.release.current import open_current, release_folders
from koinon.release.paths import Home
from koinon.release.retention import disk_usage

NO_SHAPES = (
    "none, regions are dots. The boundaries of NUTS may not be shipped with software. To show them, get a file "
    "from the site of Eurostat (GISCO, territorial units for statistics): GeoJSON, regions (RG), scale 20M, in "
    "degrees (4326), of the year that your sources use, such as NUTS_RG_20M_2021_4326.geojson; read its terms; set "
    "KOINON_SHAPES to its path, and start the service again."
)
"""How an operator comes by boundaries."""

PACKAGES = ("pyoxigraph", "shacl", "rdflib", "fastapi", "uvicorn", "babel", "pydantic", "typer")


def doctor(
    home: Annotated[Path | None, typer.Option(help="Folder for everything that is written (KOINON_HOME).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON document.")] = False,
) -> None:
    """List settings, versions and folders, and say how the current release is.

    Exit codes: 0 all is well, 1 something is wrong and the text says what.
    """
    settings = Settings.from_environment(home=home)
    problems: list[str] = []
    document: dict[str, object] = {
        "versions": _versions(),
        "settings": _settings(settings),
        "unknown": _unknown(),
        "assets": _assets(settings, problems),
        "release": _release(settings, problems),
        "boundaries": _boundaries(settings, problems),
        "problems": problems,
    }
    show(_lines(document), document, as_json=as_json)
    if problems:
        raise typer.Exit(1)


def _versions() -> dict[str, str]:
    found = {"koinon": __version__, "python": platform.python_version(), "platform": sys.platform}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _settings(settings: Settings) -> dict[str, dict[str, object]]:
    return {
        f"KOINON_{name.upper()}": {
            "value": str(getattr(settings, name))
            if isinstance(getattr(settings, name), Path)
            else getattr(settings, name),
            "default": getattr(settings, name) == field.default,
            "description": field.description or "",
        }
        for name, field in type(settings).model_fields.items()
    }


def _unknown() -> list[str]:
    """Return the variables that are named like settings and are none: misspelt, as a rule."""
    known = {f"KOINON_{name.upper()}" for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith("KOINON_") and name not in known)


def _assets(settings: Settings, problems: list[str]) -> dict[str, str]:
    try:
        assets = Assets.locate(settings)
    except KoinonError as error:
        problems.append(str(error))
        return {}
    return {part: str(getattr(assets, part)) for part in PARTS}


def _release(settings: Settings, problems: list[str]) -> dict[str, object]:
    home = Home(settings.home)
    state: dict[str, object] = {
        "home": str(home.root.resolve()),
        "releases": len(release_folders(home)),
        "bytes": disk_usage(home.releases),
    }
    try:
        release = open_current(home)
        release.open()
    except KoinonError as error:
        problems.append(str(error))
        return state
    manifest = release.manifest
    return {**state, "current": release.id, "graphs": len(manifest.graphs), "statements": manifest.total}


def _boundaries(settings: Settings, problems: list[str]) -> dict[str, object]:
    """Tell what the operator's file of boundaries holds, and how many regions of the release it has."""
    if settings.shapes is None:
        return {"file": NO_SHAPES}
    state: dict[str, object] = {"file": str(settings.shapes), "credit": settings.shapes_credit}
    try:
        found = Boundaries.of(settings)
        release = open_current(Home(settings.home))
        store = release.open()
    except KoinonError as error:
        if str(error) not in problems:
            problems.append(str(error))
        return state
    codes = {dot.code for dot in region_dots(store, Contents.of(release.path / CONTENTS, store)) if dot.code}
    state |= {"shapes": len(found.shapes), "left out": found.left_out}
    state["regions on the map"] = f"{len(codes & set(found.shapes))} of {len(codes)} have a shape"
    missing = sorted(codes - set(found.shapes))
    return state | ({"without": ", ".join(missing[:20]) + (" …" if len(missing) > 20 else "")} if missing else {})


def _lines(document: dict[str, object]) -> list[str]:
    lines = []
    for title in ("versions", "assets", "release", "boundaries"):
        part = document[title]
        lines.append(title.capitalize())
        if isinstance(part, dict):
            lines += [
                f"  {key}: {bytes_for_people(value) if key == 'bytes' else value}" for key, value in part.items()
            ]
    lines.append("Settings (* differs from the default)")
    settings = document["settings"]
    if isinstance(settings, dict):
        for name, setting in settings.items():
            mark = " " if setting["default"] else "*"
            value = "" if setting["value"] is None else setting["value"]
            lines.append(f"{mark} {name}={value}  {setting['description']}")
    unknown = document["unknown"]
    if isinstance(unknown, list):
        lines += [
            f"? {name} is set, and is none of these settings: the service does not read it." for name in unknown
        ]
    problems = document["problems"]
    if isinstance(problems, list):
        lines += [f"Problem: {problem}" for problem in problems] or ["All is well."]
    return lines
