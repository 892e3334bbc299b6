"""The moments of a command that have a name, and what is done to its process when one of them comes.

A moment is the first time a function of registry, build, release or swap is entered, and what stands before and
after each change of the disk, told by what it changes and not by a running number: ``before rename
sources/.incoming/in > sources/{slug}/raw/{hash}``. So the same plan ends the same work at the same place, however
the store happens to name its files.
"""
# ruff: noqa: PTH100, PTH115, PTH117
# What pathlib does is watched here, so this module goes below it.

import builtins
import functools
import inspect
import io
import json
import os
import re
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from pydantic import BaseModel

STEPS = (
    "build.following", "build.pending", "build.pipeline", "build.workspace", "build.candidate", "build.storing",
    "build.writing", "build.derived", "build.indexing.writing",
    "build.sealing", "build.keeping", "build.checking", "build.registry.active", "build.registry.audit",
    "build.registry.delivery", "build.registry.journals", "release.lines", "build.registry.purging",
    "build.registry.receiving", "build.registry.registry", "build.registry.rewriting", "release.contents",
    "release.current", "release.exchange", "release.lock", "release.log", "release.publishing", "release.retention",
)  # fmt: skip
SERVICE = (
    "build.registry.audit", "build.registry.contributing", "build.registry.journals", "release.lines",
    "build.registry.receiving", "web.served", "query.pool", "query.crew", "query.forking",
)  # fmt: skip
"""Modules whose functions are steps of a command, and of a service: taking in, and moving on to another release."""
CHANGES = ("fsync", "link", "mkdir", "remove", "rename", "replace", "rmdir", "symlink", "truncate", "unlink")
TORN = ("lines.append_line", "log.append_log")
"""Functions that append to the file which is their first argument."""
_PLAIN = (
    (r"\.building-[^/]*", ".building"), (r"\.removing-[^/]*", ".removing"),
    (r"\.(current|builder|folders)-\d+", r".\1"),
    (r"\.[0-9a-f]{64}-\d+", ".{hash}"), (r"[0-9a-f]{64}", "{hash}"), (r"/in-[^/]*", "/in"),
    (r"(^|/)store/.*", r"\1store/*"), (r"(^|/)search/.*", r"\1search/*"),
    (r"koinon-search-.*", "koinon-search"), (r"members-\d+", "{slug}"), (r"\.work-[^/]*", ".work"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens at ``moment``: ``kill``, ``torn`` (killed inside an append), ``busy`` (killed in the middle of a
    function, after ``amount`` seconds of processor time), ``size`` (killed when a file grows beyond ``amount``
    bytes), ``error`` (the system refuses, with ``errno`` = ``amount``); ``record`` writes all moments to ``notes``.

    With ``power``, what was not synced when the process ended is written to ``notes``, to be taken away.
    """

    kind: str = "none"
    moment: str = ""
    amount: float = 0
    notes: str = ""
    power: bool = False

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        amount = {"busy": f" {self.amount * 1000:.1f} ms", "kill": "", "none": ""}.get(
            self.kind, f" {self.amount:.0f}"
        )
        return f"{self.kind}{amount} at [{self.moment}]{' and the power fails' * self.power}"


class Moments:
    """Sees every moment of this process, and does at one of them what the plan says."""

    def __init__(self, plan: Plan, home: Path) -> None:
        self._plan = plan
        self._home = str(home)
        self._seen: Counter[str] = Counter()
        self._names: list[str] = []
        self._inside = False
        self._synced: dict[str, list[int]] = {}
        self._names_lost: list[list[str | None]] = []

    def come(self, what: str, path: object = None) -> None:
        """A moment comes."""
        if self._inside:
            return
        self._seen[what] += 1
        often = self._seen[what]
        if often > 1 and (what.startswith("enter ") or "store/*" in what):
            return
        name = what if often == 1 else f"{what} #{often}"
        self._names.append(name)
        if name == self._plan.moment:
            self._act(path)

    def end(self) -> None:
        """The command is over."""
        if self._plan.kind == "record":
            Path(self._plan.notes).write_text(json.dumps(self._names))

    def _act(self, path: object) -> None:
        plan = self._plan
        if plan.kind == "kill":
            self._note_losses()
            os.kill(os.getpid(), signal.SIGKILL)
        elif plan.kind == "busy":
            signal.setitimer(signal.ITIMER_PROF, plan.amount)  # nobody handles its signal, which ends the process
        elif plan.kind == "error":
            raise OSError(int(plan.amount), os.strerror(int(plan.amount)), str(path or ""))
        elif plan.kind in {"torn", "size"}:
            size = Path(str(path)).stat().st_size if plan.kind == "torn" and Path(str(path)).exists() else 0
            limit = size + int(plan.amount)
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    def change(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that changes the disk, with a moment before and after it."""

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            paths = [self._path(arguments[0], named.get("dir_fd", named.get("src_dir_fd")))]
            if name in {"rename", "replace", "link", "symlink"}:
                paths.append(self._path(arguments[1], named.get("dst_dir_fd")))
            if name == "symlink":
                paths = paths[1:]
            shown = " > ".join(map(self._plain, paths))
            self.come(f"before {name} {shown}", paths[0])
            inside, self._inside = self._inside, True
            before = self._before(name, paths)
            try:
                result = function(*arguments, **named)
            finally:
                self._inside = inside
            self._after(name, paths, before)
            self.come(f"after {name} {shown}", paths[0])
            return result

        return call

    def opening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``open``, with a moment before it where the file is in the home."""

        @functools.wraps(function)
        def call(file: Any, *arguments: Any, **named: Any) -> Any:
            if not isinstance(file, str | bytes | os.PathLike) or self._inside:
                return function(file, *arguments, **named)
            path = self._path(file, None)
            if path.startswith(self._home):
                self.come(f"before open {self._plain(path)}", path)
            missing = self._plan.power and path.startswith(self._home) and not os.path.lexists(path)
            result = function(file, *arguments, **named)
            if missing and Path(path).exists():
                self._names_lost.append(["create", path, None])
            return result

        return call

    def step(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function with a moment before it."""

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            self.come(f"enter {name}", arguments[0] if name in TORN else None)
            return function(*arguments, **named)

        return call

    def _path(self, given: Any, folder: int | None) -> str:
        if isinstance(given, int) or hasattr(given, "fileno"):
            number = given if isinstance(given, int) else given.fileno()
            return os.readlink(f"/proc/self/fd/{number}").removesuffix(" (deleted)")
        path = os.fsdecode(given)
        if folder is not None and not os.path.isabs(path):
            path = f"{os.readlink(f'/proc/self/fd/{folder}')}/{path}"
        return os.path.abspath(path)

    def _plain(self, path: str) -> str:
        inside = path == self._home or path.startswith(self._home + "/")
        plain = path.removeprefix(self._home).lstrip("/") or "home" if inside else "elsewhere"
        for pattern, short in _PLAIN:
            plain = re.sub(pattern, short, plain)
        return plain

    def _before(self, name: str, paths: list[str]) -> str | None:
        """Return where a symbolic link, which is to be replaced, leads to."""
        target = paths[-1]
        return os.readlink(target) if name == "replace" and Path(target).is_symlink() else None

    def _after(self, name: str, paths: list[str], before: str | None) -> None:
        if not self._plan.power:
            return
        if name == "fsync" and Path(paths[0]).is_dir():
            self._names_lost = [
                loss for loss in self._names_lost if str(Path(str(loss[2] or loss[1])).parent) != paths[0]
            ]
        elif name == "fsync" and Path(paths[0]).exists():
            status = Path(paths[0]).stat()
            self._synced[f"{status.st_dev}:{status.st_ino}"] = [status.st_size, status.st_mtime_ns]
        elif name in {"rename", "replace"}:
            self._names_lost.append([f"moved {before or ''}".strip(), paths[0], paths[1]])
        elif name in {"mkdir", "symlink", "link"}:
            self._names_lost.append(["create", paths[-1], None])

    def _note_losses(self) -> None:
        if self._plan.power:
            notes = {"synced": self._synced, "names": self._names_lost}
            Path(self._plan.notes).write_text(json.dumps(notes))


def install(plan: Plan, home: Path, packages: tuple[str, ...] = STEPS) -> Moments:
    """Put the moments into this process; what they are put into has to be imported."""
    moments = Moments(plan, home)
    for name in CHANGES:
        setattr(os, name, moments.change(name, getattr(os, name)))
    os.open = moments.opening(os.open)
    io.open = builtins.open = moments.opening(io.open)
    for name in packages:
        _wrap(import_module(f"koinon.{name}"), moments)
    return moments


def _wrap(module: ModuleType, moments: Moments) -> None:
    short = module.__name__.rpartition(".")[2]
    for name, found in list(vars(module).items()):
        if getattr(found, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(found):
            _replace(found, moments.step(f"{short}.{name}", found))
        elif inspect.isclass(found) and not issubclass(found, BaseModel | Enum | Exception | Protocol):  # type: ignore[arg-type]
            for method, function in list(vars(found).items()):
                if inspect.isfunction(function) and not method.startswith("__"):
                    setattr(found, method, moments.step(f"{short}.{name}.{method}", function))


def _replace(function: Callable[..., Any], wrapped: Callable[..., Any]) -> None:
    """Put the wrapped function wherever koinon has the function."""
    for name, module in list(sys.modules.items()):
        if name.startswith("koinon"):
            for key, value in list(vars(module).items()):
                if value is function:
                    setattr(module, key, wrapped)
