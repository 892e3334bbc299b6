"""Building whenever something was accepted or withdrawn: what is pending, one build for all, what came of it."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from koinon.build.dumps.making import LeftOffError, make_dumps
from koinon.build.patience import giving_way
from koinon.build.pending import (
    LONGEST_WAIT,
    LOOK_SECONDS,
    Status,
    is_pending,
    read_status,
    replace_file,
    write_status,
)
from koinon.build.pipeline import build
from koinon.build.reading import FORMATS
from koinon.build.registry.disk import audit
from koinon.build.registry.journals import slugs
from koinon.build.report import BuildReport
from koinon.build.sources import find_sources
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, KoinonError
from koinon.model.settings import Settings
from koinon.release.current import current_id, open_current, open_release
from koinon.release.manifest import DERIVED
from koinon.release.paths import Home

IDLE_SECONDS: Final = 60.0
"""After how long without work the process ends; another one starts when there is some."""
_TOGETHER: Final = 0.1
"""Seconds in which what comes together is waited for."""
_QUIET: Final = 1 / 12
"""Part of the idle time after which dumps are made: where one change follows the other, none waits for them."""
_VOCABULARY: Final = "vocabulary"
_tried: Final[dict[Home, str]] = {}
"""The release whose dumps this process made, or could not make: it does not try again and again."""
_LOG: Final = logging.getLogger("koinon.builder")


def follow(settings: Settings, assets: Assets, ended: Callable[[], bool], *, idle: float = IDLE_SECONDS) -> None:
    """Build whenever something is pending, until ``ended`` says so or nothing was to be done for ``idle`` seconds.

    What cannot be built is tried again, after longer and longer waits; the release that is current stays.
    """
    home = Home(settings.home.absolute())
    since = time.monotonic()

    def wanted() -> bool:
        return ended() or is_pending(home, read_status(home))

    while not ended() and time.monotonic() - since < idle:
        status = read_status(home)
        if not is_pending(home, status):
            quiet = time.monotonic() - since >= idle * _QUIET
            if quiet and giving_way(partial(_has_dumped, settings, assets, home, wanted), patience=0.0):
                since = time.monotonic()
            time.sleep(LOOK_SECONDS)
            continue
        time.sleep(_TOGETHER)
        status = giving_way(partial(build_pending, settings, assets, status))
        since = time.monotonic()
        if status.outcome == "failed":
            wait = min(LONGEST_WAIT, 2.0**status.failures)
            while not ended() and time.monotonic() - since < wait:
                time.sleep(LOOK_SECONDS)
            since = time.monotonic()


def build_pending(settings: Settings, assets: Assets, before: Status) -> Status:
    """Build a release with all that was decided until now, and write down what came of it."""
    home = Home(settings.home.absolute())
    began, considered = time.monotonic(), _whole_size(audit(home))
    try:
        without = settings.model_copy(update={"dumps": False})  # they wait until nothing else does
        report = build(without, assets, checked_folders(home, assets), wait=True)
    except KoinonError as error:
        _LOG.warning("no release could be built: %s", error)
        status = Status(
            considered=before.considered,
            outcome="failed",
            at=_now(),
            seconds=time.monotonic() - began,
            release=current_id(home),
            detail=str(error),
            failures=before.failures + 1,
        )
    else:
        status = _built(report, considered, time.monotonic() - began)
        _LOG.info("built release %s in %.1f s", report.release, status.seconds)
    write_status(home, status)
    return status


def _has_dumped(settings: Settings, assets: Assets, home: Home, stop: Callable[[], bool]) -> bool:
    """Make the dumps of the current release where they are wanted and not there; tell whether that was tried."""
    identifier = current_id(home)
    if not settings.dumps or identifier is None or _tried.get(home) == identifier:
        return False
    try:
        make_dumps(home, assets, open_release(home, identifier), stop=stop)
    except LeftOffError:
        return True
    except KoinonError as error:
        _LOG.warning("no dumps could be made: %s", error)
    _tried[home] = identifier
    return True


def remember_folders(home: Home, folders: list[Path]) -> None:
    """Write down the folders of a build, so that the builder goes on with the same."""
    replace_file(_folders_file(home), {"folders": [str(folder.absolute()) for folder in folders]})


def remembered_folders(home: Home) -> list[Path] | None:
    """Return the folders of the last build by command, or None where that is not known."""
    try:
        return [Path(folder) for folder in json.loads(_folders_file(home).read_bytes())["folders"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def checked_folders(home: Home, assets: Assets) -> list[Path]:
    """Return the folders to build from; raises ConfigurationError where the builder would drop sources unasked."""
    if current_id(home) is not None and open_current(home).manifest.imported:
        raise ConfigurationError("The current release was imported: no build takes its place by itself.")
    folders = remembered_folders(home)
    if folders is not None:
        return folders
    folders = [assets.sources]
    if current_id(home) is None:
        return folders
    found = {source.slug for source in find_sources(folders, FORMATS, mapped=True)[0]} | set(slugs(home))
    graphs = open_current(home).manifest.graphs
    lost = [g.slug for g in graphs if g.kind not in {_VOCABULARY, DERIVED} and g.slug not in found]
    if lost:
        raise ConfigurationError(
            f"The current release has sources from folders that the builder does not know ({', '.join(lost[:5])}). "
            "Run `koinon build` once, with the --data folders that it is made of."
        )
    return folders


def _built(report: BuildReport, considered: int, seconds: float) -> Status:
    refused = tuple(source.slug for source in report.refused)
    return Status(considered, "built", _now(), seconds, report.release, refused)


def _whole_size(path: Path) -> int:
    """Return the bytes of a log that are whole lines."""
    content = path.read_bytes()
    return content.rfind(b"\n") + 1


def _folders_file(home: Home) -> Path:
    return home.root / "folders.json"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
