"""``koinon serve`` in a process of its own, for tests that speak to it as any client does."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its address, without a slash at its end, and the home that it serves."""

    url: str
    home: Path

    def __str__(self) -> str:
        """Return the address."""
        return self.url


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[Service]:
    """Run ``koinon serve`` on a free port of this machine; it must end by itself, with exit code 0, on SIGTERM."""
    process = subprocess.Popen(
        [sys.executable, "-m", "koinon.cli", "serve", "--host", "127.0.0.1", "--port", "0", "--home", str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "KOINON_QUERY_TIMEOUT": "30", **environment},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert " at http://" in line, f"the service said {line!r}"
        address = line.split(" at ")[1].split()[0].rstrip("/")
        _wait_until_live(address)
        yield Service(address, home)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(30)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]  # it was asked for
    assert code == 0, f"the service ended with {code}"


def _wait_until_live(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/live", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < deadline, "the service did not come up"
            time.sleep(0.1)
