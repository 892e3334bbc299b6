"""Runs ``koinon build`` and kills its own process (SIGKILL) at the n-th moment at which the disk changes.

Usage: killed_build.py N ARGUMENTS…; with N = 0 it runs to the end and prints how many moments there were. A moment
is each rename, link, sync, unlink or removal, and each part of the writing, that a crash could come before.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable

MOMENTS = {
    os: ("fsync", "link", "mkdir", "rename", "replace", "symlink", "unlink", "rmdir"),
    shutil: ("rmtree",),
}
seen = 0
deadly = int(sys.argv[1])


def counted(function: Callable[..., object]) -> Callable[..., object]:
    def call(*arguments: object, **named: object) -> object:
        global seen
        seen += 1
        if seen == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)

    return call


for module, names in MOMENTS.items():
    for name in names:
        setattr(module, name, counted(getattr(module, name)))

import koinon.build.derived as derived  # noqa: E402
import koinon.build.storing as storing  # noqa: E402
import koinon.build.writing as writing  # noqa: E402
from koinon.cli.app import app  # noqa: E402

writing.fill_store = counted(storing.fill_store)  # type: ignore[assignment]
writing.change_store = counted(storing.change_store)  # type: ignore[assignment]
writing.check_store = counted(storing.check_store)  # type: ignore[assignment]
writing.change_contents = counted(writing.change_contents)
writing.change_dump = counted(writing.change_dump)
derived.write_graph = counted(derived.write_graph)  # type: ignore[assignment]

try:
    app(sys.argv[2:])
finally:
    sys.stderr.write(f"moments {seen}\n")
