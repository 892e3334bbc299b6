"""Building whenever something was accepted or withdrawn: what is pending, one build for all, what came of it."""

import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from koinon.build.dumps.making import LeftOffError, make_dumps
from koinon.build.pipeline import build
from koinon.build.reading import FORMATS
from koinon.build.registry.disk import audit
from koinon.build.registry.journals import slugs
from koinon.build.report import BuildReport
from koinon.build.sources import find_sources
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, KoinonError
from koinon.model.settings import Settings
from koinon.release.current import current_id, open_current, open_release, sync_folder
from koinon.release.manifest import DERIVED
from koinon.release.paths import Home

LOOK_SECONDS: Final = 0.2
"""How often is looked whether there is something to build."""
IDLE_SECONDS: Final = 60.0
"""After how long without work the process ends; another one starts when there is some."""
LONGEST_WAIT: Final = 300.0
"""Seconds after which a build that failed is tried again, at the most."""
_TOGETHER: Final = 0.1
"""Seconds in which what comes together is waited for."""
_ABANDONED: Final = 60.0
"""Seconds after which a file that should have been renamed at once counts as left by a crash."""
_DECISIONS: Final = frozenset({"put", "accept", "withdraw"})
_VOCABULARY: Final = "vocabulary"
_tried: Final[dict[Home, str]] = {}
"""The release whose dumps this process made, or could not make: it does not try again and again."""
_LOG: Final = logging.getLogger("koinon.builder")


@dataclass(frozen=True, slots=True)
class Status:
    """What the builder did last: ``considered`` are the bytes of the audit log whose decisions are built.

    ``outcome`` is ``built`` or ``failed``, with the reason in ``detail``; ``failures`` is how often in a row.
    """

    considered: int = 0
    outcome: str = "built"
    at: str = ""
    seconds: float = 0.0
    release: str | None = None
    refused: tuple[str, ...] = ()
    detail: str = ""
    failures: int = 0


def status_file(home: Home) -> Path:
    """Return the file that says what the builder did last."""
    return home.root / "builder.json"


def read_status(home: Home) -> Status:
    """Return what the builder did last; of a file that cannot be read nothing counts, and all is built anew."""
    try:
        given: dict[str, Any] = json.loads(status_file(home).read_bytes())
        known = {name: given[name] for name in Status.__dataclass_fields__ if name in given}
        return Status(**{**known, "refused": tuple(known.get("refused", ()))})
    except (OSError, ValueError, TypeError):
        return Status()


def write_status(home: Home, status: Status) -> None:
    """Write down what the builder did, in one step."""
    _replace(status_file(home), asdict(status))


def is_pending(home: Home, status: Status) -> bool:
    """Tell whether something was accepted or withdrawn that no build has considered."""
    try:
        size = audit(home).stat().st_size
    except FileNotFoundError:
        return False
    if size == status.considered:
        return False
    return any(_decides(line) for line in _lines(audit(home), status.considered if size > status.considered else 0))


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
            if _has_dumped(settings, assets, home, wanted):
                since = time.monotonic()
            time.sleep(LOOK_SECONDS)
            continue
        time.sleep(_TOGETHER)
        status = build_pending(settings, assets, status)
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
        report = build(without, assets, _checked_folders(home, assets), wait=True)
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
    _replace(_folders_file(home), {"folders": [str(folder.absolute()) for folder in folders]})


def remembered_folders(home: Home) -> list[Path] | None:
    """Return the folders of the last build by command, or None where that is not known."""
    try:
        return [Path(folder) for folder in json.loads(_folders_file(home).read_bytes())["folders"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checked_folders(home: Home, assets: Assets) -> list[Path]:
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


def _decides(line: bytes) -> bool:
    try:
        return json.loads(line).get("action") in _DECISIONS
    except (ValueError, AttributeError):
        return False


def _lines(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if line.endswith(b"\n"):
                yield line


def _whole_size(path: Path) -> int:
    """Return the bytes of a log that are whole lines."""
    content = path.read_bytes()
    return content.rfind(b"\n") + 1


def _replace(path: Path, fields: dict[str, Any]) -> None:
    """Write a small file anew, in one step, and wait until it is on the disk; sweep what a crash left of others."""
    for left in path.parent.glob(f".{path.stem}-*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()
    fresh = path.with_name(f".{path.stem}-{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(fields) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def _folders_file(home: Home) -> Path:
    return home.root / "folders.json"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
