"""The process whose children are killed: it has koinon imported, and forks a child for each command.

Usage: ``victim.py`` reads a task a line from stdin and answers each with how it ended: a task is ``arguments``, a
``plan``, ``home``, ``out`` and ``err`` (files for what the command says), and ``limits`` for the child.
``victim.py TASK`` runs one task in this very process.
"""

import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import koinon.cli.app as cli
from koinon.build.following import build_pending
from koinon.build.pending import read_status
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError, StorageError
from koinon.model.settings import Settings
from koinon.release.paths import Home
from torture.moments import SERVICE, STEPS, Plan, install

LIMITS = {"files": resource.RLIMIT_NOFILE, "size": resource.RLIMIT_FSIZE}


def run(task: dict[str, Any]) -> int:
    """Run the command of a task in this process; returns its exit code."""
    serving = task["arguments"][0] == "serve"
    plan = Plan(**task["plan"])
    if plan.kind != "none":
        moments = install(plan, Path(task["home"]), SERVICE if serving else STEPS)
    for name, limit in task.get("limits", {}).items():
        if name == "size":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(LIMITS[name], (limit, limit))
    sys.argv = ["koinon", *task["arguments"]]
    code: object = 0
    try:
        if task["arguments"][0] == "builder":
            _build_pending()
        else:
            cli.main()
    except SystemExit as end:
        code = end.code
    except KoinonError as error:
        sys.stderr.write(f"koinon: {error}\n")
        code = error.exit_code
    if plan.kind != "none":
        moments.come("after the answer")
        moments.end()
    return code if isinstance(code, int) else int(code is not None)


def _build_pending() -> None:
    """Do what the builder of a service does whenever something is pending."""
    settings = Settings.from_environment()
    done = build_pending(settings, Assets.locate(settings), read_status(Home(settings.home)))
    if done.outcome != "built":
        raise StorageError(done.detail)


def child(task: dict[str, Any]) -> None:
    """Run a task with its own output, and end."""
    code = 70
    try:
        os.setpgid(0, 0)
        for number, name in ((1, "out"), (2, "err")):
            handle = os.open(task[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(handle, number)
            os.close(handle)
        os.environ.update(task.get("environment", {}))
        code = run(task)
    except BaseException:  # noqa: BLE001  a child never comes back, and says what was wrong with it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Fork a child for each task."""
    if len(sys.argv) > 1:
        sys.exit(run(json.loads(sys.argv[1])))
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            child(json.loads(line))
        status = os.waitpid(process, 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
